//! Files of Parquet that are made by hand, and say of themselves what is not so: each ends with an
//! error, and takes no more memory than there is.

mod effort;

use std::io::{Read, Write, repeat};
use std::path::Path;

use crate::support::{sandbox, shell};

const PLAIN: u8 = 0;
const RLE: u8 = 3;
const DELTA_LENGTH: u8 = 6;
const DELTA_BYTES: u8 = 7;
const DICTIONARY: u8 = 8;

/// The largest number that a count of values can be.
const MOST: u64 = i32::MAX as u64;

/// A struct of Thrift's compact protocol.
#[derive(Clone, Default)]
struct Thrift {
    bytes: Vec<u8>,
    last: u8,
}

fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

impl Thrift {
    fn field(mut self, id: u8, kind: u8, value: &[u8]) -> Thrift {
        self.bytes.push((id - self.last) << 4 | kind);
        self.bytes.extend(value);
        self.last = id;
        self
    }

    fn int(self, id: u8, value: u64) -> Thrift {
        self.field(id, 5, &varint(value << 1))
    }

    fn long(self, id: u8, value: u64) -> Thrift {
        self.field(id, 6, &varint(value << 1))
    }

    fn text(self, id: u8, value: &str) -> Thrift {
        self.field(id, 8, &[&varint(value.len() as u64), value.as_bytes()].concat())
    }

    fn list(self, id: u8, kind: u8, items: &[Vec<u8>]) -> Thrift {
        let head = [&[0xf0 | kind][..], &varint(items.len() as u64)].concat();
        self.field(id, 9, &[head, items.concat()].concat())
    }

    fn inner(self, id: u8, inner: Thrift) -> Thrift {
        self.field(id, 12, &inner.end())
    }

    fn end(mut self) -> Vec<u8> {
        self.bytes.push(0);
        self.bytes
    }
}

/// What a page says of itself.
#[derive(Clone, Copy)]
struct Claims {
    values: u64,
    encoding: u8,
    /// How many bytes it has when it is decompressed.
    plain: u64,
}

fn page(claims: Claims, is_dictionary: bool, bytes: &[u8]) -> Vec<u8> {
    let Claims { values, encoding, plain } = claims;
    let header = Thrift::default()
        .int(1, if is_dictionary { 2 } else { 0 })
        .int(2, plain)
        .int(3, bytes.len() as u64);
    let inner = Thrift::default().int(1, values).int(2, encoding.into());
    let header = if is_dictionary {
        header.inner(7, inner)
    } else {
        header.inner(5, inner.int(3, RLE.into()).int(4, RLE.into()))
    };
    [header.end(), bytes.to_vec()].concat()
}

/// A page of the second version.
fn page_2(claims: Claims, bytes: &[u8]) -> Vec<u8> {
    let Claims { values, encoding, plain } = claims;
    let header = Thrift::default().int(1, 3).int(2, plain).int(3, bytes.len() as u64);
    let inner = Thrift::default().int(1, values).int(2, 0).int(3, values);
    let inner = inner.int(4, encoding.into()).int(5, 0).int(6, 0);
    [header.inner(8, inner).end(), bytes.to_vec()].concat()
}

/// The column `userid` of a schema.
fn leaf() -> Vec<u8> {
    Thrift::default().int(1, 6).int(3, 0).text(4, "userid").int(6, 0).end()
}

/// A group of a schema, with so many columns.
fn group(children: u64) -> Vec<u8> {
    Thrift::default().int(3, 0).text(4, "s").int(5, children).end()
}

/// A file with a column of text, which is in these pages.
fn file(rows: u64, codec: u64, dictionary: &[u8], pages: &[u8], schema: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"PAR1".to_vec();
    bytes.extend([dictionary, pages].concat());
    let size = (dictionary.len() + pages.len()) as u64;
    let path = [&[6][..], b"userid"].concat();
    let column = Thrift::default()
        .int(1, 6)
        .list(2, 5, &[vec![0]])
        .list(3, 8, &[path])
        .int(4, codec)
        .long(5, rows)
        .long(6, size)
        .long(7, size)
        .long(9, 4 + dictionary.len() as u64);
    let column = if dictionary.is_empty() { column } else { column.long(11, 4) };
    let chunk = Thrift::default().long(2, 4).inner(3, column).end();
    let rows_of = Thrift::default().list(1, 12, &[chunk]).long(2, size).long(3, rows).end();
    let footer = Thrift::default().int(1, 1).list(2, 12, schema).long(3, rows);
    let footer = footer.list(4, 12, &[rows_of]).end();
    bytes.extend(&footer);
    bytes.extend((footer.len() as u32).to_le_bytes());
    bytes.extend(b"PAR1");
    bytes
}

/// The same with the usual schema.
fn plain_file(rows: u64, codec: u64, dictionary: &[u8], pages: &[u8]) -> Vec<u8> {
    file(rows, codec, dictionary, pages, &[group(1), leaf()])
}

/// Numbers as differences of 32 bits each, in blocks of 128 in 4 parts.
fn deltas(numbers: &[i32]) -> Vec<u8> {
    let zigzag = |number: i32| varint(u64::from(((number << 1) ^ (number >> 31)) as u32));
    let first = numbers.first().copied().unwrap_or(0);
    let mut bytes = [varint(128), varint(4), varint(numbers.len() as u64), zigzag(first)].concat();
    let differences: Vec<i32> = numbers.windows(2).map(|it| it[1].wrapping_sub(it[0])).collect();
    for block in differences.chunks(128) {
        bytes.extend([0, 32, 32, 32, 32]);
        for part in 0..block.len().div_ceil(32) * 32 {
            bytes.extend(block.get(part).copied().unwrap_or(0).to_le_bytes());
        }
    }
    bytes
}

/// The beginning of differences that claim to be so many.
fn claim(count: u64) -> Vec<u8> {
    [varint(128), varint(4), varint(count), vec![0, 0, 0, 0, 0, 0]].concat()
}

/// Runs a batch on a file with so many megabytes of memory. Returns what it says, and its status.
fn run(bytes: &[u8], megabytes: u32) -> (String, String) {
    let folder = sandbox();
    std::fs::write(folder.path().join("hostile.parquet"), bytes).expect("a file");
    run_in(folder.path(), megabytes)
}

fn run_in(folder: &Path, megabytes: u32) -> (String, String) {
    let command = format!(
        "ulimit -t 5; ulimit -d {}; planout eval --ns button_color --batch hostile.parquet --threads 1 -q \
         -o out.csv; echo \"status $?\"; wc -l < out.csv",
        megabytes * 1024
    );
    let said = shell(&command, folder);
    let (said, status) = said.split_once("status ").expect("a status");
    (said.to_owned(), status.to_owned())
}

#[track_caller]
fn refused(bytes: &[u8], megabytes: u32, why: &str) {
    let (said, status) = run(bytes, megabytes);
    assert!(status.starts_with('3') || status.starts_with('1'), "{status}: {said}");
    assert!(said.contains("hostile.parquet`"), "{said}");
    assert!(said.contains(why), "{said}");
}

#[track_caller]
fn accepted(bytes: &[u8], megabytes: u32, rows: u64) {
    let (said, status) = run(bytes, megabytes);
    assert!(status.starts_with(&format!("0\n{}\n", rows + 1)), "{status}: {said}");
}

fn claims(values: u64, encoding: u8) -> Claims {
    Claims { values, encoding, plain: 10 }
}

#[test]
fn files_made_by_hand_are_read() {
    let texts = ["ann", "anna", "bob"];
    let plain: Vec<u8> = texts
        .iter()
        .flat_map(|it| [&(it.len() as u32).to_le_bytes(), it.as_bytes()].concat())
        .collect();
    accepted(&plain_file(3, 0, &[], &page(claims(3, PLAIN), false, &plain)), 200, 3);
    let data = [deltas(&[3, 4, 3]), b"annannabob".to_vec()].concat();
    accepted(&plain_file(3, 0, &[], &page(claims(3, DELTA_LENGTH), false, &data)), 200, 3);
    accepted(&plain_file(3, 0, &[], &page_2(claims(3, DELTA_LENGTH), &data)), 200, 3);
    let data = [deltas(&[0, 3, 0]), deltas(&[3, 1, 3]), b"annabob".to_vec()].concat();
    accepted(&plain_file(3, 0, &[], &page(claims(3, DELTA_BYTES), false, &data)), 200, 3);
    let dictionary = page(claims(3, PLAIN), true, &plain);
    // Three times the second one: a width of 2 bits, then a run.
    let data = page(claims(3, DICTIONARY), false, &[2, 6, 1]);
    accepted(&plain_file(3, 0, &dictionary, &data), 200, 3);
    for (codec, compressed) in [
        (1, snappy(&plain)),
        (2, gzip(&plain)),
        (6, zstd::encode_all(&plain[..], 1).expect("zstd")),
    ] {
        let pages = Claims { plain: plain.len() as u64, ..claims(3, PLAIN) };
        accepted(&plain_file(3, codec, &[], &page(pages, false, &compressed)), 200, 3);
        accepted(&plain_file(3, codec, &[], &page_2(pages, &compressed)), 200, 3);
    }
}

/// Text that is compressed by nothing but a length.
fn snappy(bytes: &[u8]) -> Vec<u8> {
    [&varint(bytes.len() as u64)[..], &[(bytes.len() as u8 - 1) << 2], bytes].concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

#[test]
fn lengths_that_are_claimed_are_not_believed() {
    for values in [10, MOST] {
        for make in [
            |claims, bytes: &[u8]| page(claims, false, bytes),
            |claims, bytes: &[u8]| page_2(claims, bytes),
        ] {
            let lengths = make(claims(values, DELTA_LENGTH), &claim(MOST));
            refused(&plain_file(10, 0, &[], &lengths), 300, "column `userid`");
            let beginnings = make(claims(values, DELTA_BYTES), &claim(MOST));
            refused(&plain_file(10, 0, &[], &beginnings), 300, "column `userid`");
            let ends = [deltas(&[0; 10]), claim(MOST)].concat();
            let ends = make(claims(values, DELTA_BYTES), &ends);
            refused(&plain_file(10, 0, &[], &ends), 300, "column `userid`");
        }
    }
    // Numbers in blocks of nothing but their size.
    let block = [varint(1 << 30), varint(1), varint(100 << 20), vec![0, 0, 0]].concat();
    let page = page(claims(MOST, DELTA_LENGTH), false, &block);
    refused(&plain_file(10, 0, &[], &page), 300, "more values than its row group has rows");
}

#[test]
fn values_that_share_their_beginnings_are_bounded() {
    let size = 1 << 20;
    let mut beginnings = vec![size; 4096];
    beginnings[0] = 0;
    let mut ends = vec![0; 4096];
    ends[0] = size;
    let text = vec![b'a'; size as usize];
    let data = [deltas(&beginnings), deltas(&ends), text].concat();
    let pages = page(claims(4096, DELTA_BYTES), false, &data);
    refused(&plain_file(4096, 0, &[], &pages), 300, "take more than 512 MB");
}

#[test]
fn dictionaries_that_are_claimed_are_not_believed() {
    let data = page(claims(3, DICTIONARY), false, &[2, 6, 1]);
    for values in [3, 1_000_000, MOST] {
        let dictionary = page(claims(values, PLAIN), true, &[0, 0, 0, 0]);
        refused(&plain_file(3, 0, &dictionary, &data), 300, "column `userid`");
    }
}

#[test]
fn sizes_that_are_claimed_are_not_believed() {
    // What a page says of its size is not what is taken.
    let plain: &[u8] = &[1, 0, 0, 0, b'a'];
    for (codec, compressed) in
        [(1, snappy(plain)), (2, gzip(plain)), (6, zstd::encode_all(plain, 1).expect("zstd"))]
    {
        let pages = page(Claims { plain: MOST, ..claims(1, PLAIN) }, false, &compressed);
        let (said, status) = run(&plain_file(1, codec, &[], &pages), 300);
        assert!(status.starts_with('0') || status.starts_with('3'), "{status}: {said}");
    }
    let text = [&varint(u32::MAX.into())[..], &[0, b'a']].concat();
    let pages = page(claims(1, PLAIN), false, &text);
    refused(&plain_file(1, 1, &[], &pages), 300, "take more than 512 MB");
    // Hundreds of megabytes of nothing.
    let mut bomb = Vec::new();
    let nothing = repeat(0).take(600 << 20);
    zstd::stream::copy_encode(nothing, &mut bomb, 1).expect("zstd");
    for pages in [page(claims(1, PLAIN), false, &bomb), page_2(claims(1, PLAIN), &bomb)] {
        refused(&plain_file(1, 6, &[], &pages), 1_800, "take more than 512 MB");
    }
}

#[test]
fn a_value_that_all_rows_share_is_not_held_for_all() {
    let size = 200_000_u32;
    let text = [&size.to_le_bytes()[..], &vec![b'a'; size as usize]].concat();
    let dictionary = page(claims(1, PLAIN), true, &text);
    let data =
        page(claims(4096, DICTIONARY), false, &[&[1][..], &varint(4096 << 1), &[0]].concat());
    let bytes = plain_file(4096, 0, &dictionary, &data);
    let folder = sandbox();
    std::fs::write(folder.path().join("hostile.parquet"), bytes).expect("a file");
    let command = "ulimit -d 200000; planout eval --ns button_color --batch hostile.parquet --threads \
                   1 -q --output-format csv > /dev/null; echo \"status $?\"";
    assert_eq!(shell(command, folder.path()), "status 0\n");
}

#[test]
fn schemas_that_are_claimed_are_not_believed() {
    let data = page(claims(1, PLAIN), false, &[1, 0, 0, 0, b'a']);
    refused(&file(1, 0, &[], &data, &[group(MOST), leaf()]), 300, "");
    let mut deep = vec![group(1); 200_000];
    deep.push(leaf());
    refused(&file(1, 0, &[], &data, &deep), 300, "");
}
