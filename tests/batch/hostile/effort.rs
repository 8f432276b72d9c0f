//! Small files of Parquet that ask for much work, which ends at once.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write, repeat};

use super::{
    Claims, MOST, PLAIN, Thrift, claims, file, group, leaf, page, plain_file, run, run_in, varint,
};
use crate::support::sandbox;

/// The memory for a run, in megabytes.
const MEMORY: u32 = 300;

#[track_caller]
fn refused_at_once(bytes: &[u8], why: &str) {
    let (said, status) = run(bytes, MEMORY);
    assert!(status.starts_with('3') || status.starts_with('1'), "{status}: {said}");
    assert!(said.contains("hostile.parquet`") && said.contains(why), "{said}");
}

/// Lists of billions of booleans each, which have no bytes for whoever leaves them out.
fn booleans() -> Vec<u8> {
    let lists = [&[0xf9][..], &varint(500)].concat();
    [lists, [&[0xf2][..], &varint(MOST)].concat().repeat(500)].concat()
}

/// One row of text, in a page of the first version.
fn one_row() -> Vec<u8> {
    page(claims(1, PLAIN), false, &[1, 0, 0, 0, b'a'])
}

/// A file with this footer behind its pages.
fn with_footer(pages: &[u8], footer: &[u8]) -> Vec<u8> {
    let size = (footer.len() as u32).to_le_bytes();
    [b"PAR1", pages, footer, &size, b"PAR1"].concat()
}

/// A row group with a column, which is in so many bytes behind the first magic ones.
fn row_group(rows: u64, codec: u64, size: u64) -> Vec<u8> {
    let path = [&[6][..], b"userid"].concat();
    let data = Thrift::default()
        .int(1, 6)
        .list(2, 5, &[vec![0]])
        .list(3, 8, &[path])
        .int(4, codec)
        .long(5, rows)
        .long(6, size)
        .long(7, size)
        .long(9, 4);
    let chunk = Thrift::default().long(2, 4).inner(3, data).end();
    Thrift::default().list(1, 12, &[chunk]).long(2, size).long(3, rows).end()
}

/// The fields of a footer.
fn footer(schema: &[Vec<u8>], rows: u64, groups: &[Vec<u8>]) -> Thrift {
    Thrift::default().int(1, 1).list(2, 12, schema).long(3, rows).list(4, 12, groups)
}

#[test]
fn files_with_a_footer_of_our_own_are_read() {
    let pages = one_row();
    let groups = [row_group(1, 0, pages.len() as u64)];
    let bytes = with_footer(&pages, &footer(&[group(1), leaf()], 1, &groups).end());
    let (said, status) = run(&bytes, MEMORY);
    assert!(status.starts_with("0\n2\n"), "{status}: {said}");
}

#[test]
fn lists_without_bytes_are_not_counted() {
    let pages = one_row();
    let groups = [row_group(1, 0, pages.len() as u64)];
    let footer = footer(&[group(1), leaf()], 1, &groups).field(14, 9, &booleans());
    refused_at_once(&with_footer(&pages, &footer.end()), "its footer has a list of booleans");
    // Billions of pairs of them are a map.
    let map = [varint(MOST), vec![0x12]].concat();
    let footer = Thrift::default().field(1, 11, &map).end();
    refused_at_once(&with_footer(&pages, &footer), "its footer");

    let header = |kind: u8, value: &[u8]| {
        let header = Thrift::default().int(1, 0).int(2, 5).int(3, 5);
        let inner = Thrift::default().int(1, 1).int(2, 0).int(3, 3).int(4, 3);
        let header = header.inner(5, inner).field(9, kind, value).end();
        plain_file(1, 0, &[], &[header, vec![1, 0, 0, 0, b'a']].concat())
    };
    let list = "the header of a page has a list of booleans";
    refused_at_once(&header(9, &booleans()), list);
    // Texts and numbers that are not there.
    for (kind, value) in [(8, varint(MOST)), (9, [&[0xf6][..], &varint(MOST)].concat())] {
        refused_at_once(&header(kind, &value), "the header of a page is cut off");
    }
}

#[test]
fn a_schema_cannot_hide() {
    let mut deep = vec![group(1); 200_000];
    deep.push(leaf());
    let schema = [&[0xfc][..], &varint(deep.len() as u64), &deep.concat()].concat();
    // In bytes that are booleans to some readers, and to others the next field.
    let hidden = [&[0x09, 0x04][..], &schema].concat();
    let booleans = [&[0xf1][..], &varint(hidden.len() as u64), &hidden].concat();
    let footer = Thrift::default().field(14, 9, &booleans).end();
    refused_at_once(&with_footer(&[], &footer), "its footer");
    // In a field of the schema's number, whose kind is another one.
    let text = [&varint(schema.len() as u64)[..], &schema].concat();
    for (kind, value) in [(8, &text), (10, &schema), (1, &schema)] {
        let footer = Thrift::default().int(1, 1).field(2, kind, value).end();
        refused_at_once(&with_footer(&[], &footer), "its footer");
    }
    // In a second schema.
    let both = Thrift::default().list(2, 12, &[group(1), leaf()]);
    let mut both = both.bytes;
    both.extend([&[0x09, 0x04][..], &schema, &[0]].concat());
    refused_at_once(&with_footer(&[], &both), "its footer");
    // A number of columns of another kind of integer is one, too.
    let group = Thrift::default().int(3, 0).text(4, "s").long(5, MOST).end();
    refused_at_once(&file(1, 0, &[], &one_row(), &[group, leaf()]), "more columns than there are");
}

#[test]
fn pages_have_no_more_values_than_there_are_rows() {
    let pages = page(claims(MOST, PLAIN), false, &[1, 0, 0, 0, b'a']);
    refused_at_once(&plain_file(1, 0, &[], &pages), "more values than its row group has rows");
}

#[test]
fn row_groups_share_no_bytes() {
    let mut packed = Vec::new();
    zstd::stream::copy_encode(repeat(0).take(100 << 20), &mut packed, 1).expect("zstd");
    let pages = page(Claims { plain: 100 << 20, ..claims(1, PLAIN) }, false, &packed);
    let groups = vec![row_group(1, 6, pages.len() as u64); 1_000];
    let bytes = with_footer(&pages, &footer(&[group(1), leaf()], 1_000, &groups).end());
    refused_at_once(&bytes, "its parts take more bytes than the file has");
}

#[test]
fn columns_are_found_in_one_pass() {
    let count = 200_000;
    let mut schema = vec![group(count + 1), leaf()];
    let other = |place| Thrift::default().int(1, 6).int(3, 0).text(4, &format!("c{place}")).end();
    schema.extend((0..count).map(other));
    let (said, status) = run(&with_footer(&[], &footer(&schema, 0, &[]).end()), 1_000);
    assert!(status.starts_with("0\n"), "{status}: {said}");
}

#[test]
fn footers_are_bounded() {
    let folder = sandbox();
    let path = folder.path().join("hostile.parquet");
    let mut file = File::create(path).expect("a file");
    file.write_all(b"PAR1").expect("written");
    // Nothing of it takes room on the disk.
    file.seek(SeekFrom::Start(3 << 30)).expect("a place");
    file.write_all(&(2_u32 << 30).to_le_bytes()).expect("written");
    file.write_all(b"PAR1").expect("written");
    let (said, status) = run_in(folder.path(), MEMORY);
    assert!(status.starts_with('1'), "{status}: {said}");
    assert!(said.contains("its footer takes more than 256 MB"), "{said}");
}
