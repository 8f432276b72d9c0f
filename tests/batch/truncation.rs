//! Files that end in the middle: each says so, and nothing of it is taken for a row.

use std::fs;
use std::io::{Read, Write};

use planout::batch::{Batch, Compression, Error, Format, Input, OnError, Summary, decompress};
use planout::diagnostic::with_causes;
use planout::{Catalog, Dialect, Namespace, Value};

use super::{batch, with_file};
use crate::support::{names, planout, sandbox};

/// Rows in which a quote is open for most of the bytes.
const QUOTED: &str =
    "userid,country\nann,\"a \"\"b\"\",\nc\"\n\"b,\n\"\"\nb\",NL\r\n\"c\nid\",\"\n\n\"\n";

fn samples() -> Catalog {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/sample-namespaces");
    Catalog::load(root, Dialect::Planout4j).expect("the samples")
}

/// Reads all rows: the units, and how it ended.
fn read(
    namespace: &Namespace,
    format: Format,
    on_error: OnError,
    input: impl Read + Send + 'static,
) -> (Vec<Value>, Result<Summary, Error>) {
    let batch = Batch::new(vec![namespace], "cut", format, format);
    let batch = Batch { on_error, ..batch };
    let mut units = Vec::new();
    let outcome = batch.read(Input::Stream(Box::new(input)), &mut |row| {
        units.push(row[0].clone());
        Ok(())
    });
    (units, outcome)
}

#[test]
fn a_quote_that_is_open_at_the_end_is_the_end() {
    let samples = samples();
    let namespace = samples.get("button_color").expect("the sample is there");
    let (all, _) = read(namespace, Format::Csv, OnError::Fail, QUOTED.as_bytes());
    assert_eq!(all.len(), 3);
    for (format, text) in
        [(Format::Csv, QUOTED.to_owned()), (Format::Tsv, QUOTED.replace(',', "\t"))]
    {
        let mut unclosed = 0;
        for end in "userid,country\n".len()..text.len() {
            let cut = text[..end].to_owned();
            // Quotes are doubled inside of quotes, so an odd number is one that is not closed.
            let is_open = cut.matches('"').count() % 2 == 1;
            unclosed += usize::from(is_open);
            for on_error in [OnError::Fail, OnError::Skip, OnError::Null] {
                let input = std::io::Cursor::new(cut.clone());
                let (units, outcome) = read(namespace, format, on_error, input);
                assert!(units.len() <= 3, "{cut:?}");
                let message = outcome.as_ref().map_or_else(ToString::to_string, |_| String::new());
                assert_eq!(
                    message.contains("a quote is opened here"),
                    is_open,
                    "{cut:?}: {message}"
                );
                if is_open {
                    // The last quote that has no partner opens it.
                    let mut opens = cut.len();
                    for (place, _) in cut.match_indices('"') {
                        if cut[..place].matches('"').count() % 2 == 0
                            && !cut[..place].ends_with('"')
                        {
                            opens = place;
                        }
                    }
                    let line = cut[..opens].matches('\n').count() + 1;
                    assert!(message.starts_with(&format!("cut:{line}: ")), "{cut:?}: {message}");
                }
            }
        }
        assert!(unclosed > 20);
    }
}

#[test]
fn an_open_quote_swallows_no_rows() {
    let text = "userid,country\nann,NL\nbob,\"US\ncid,DE\ndan,FR\n";
    let folder = with_file("users.csv", text);
    let path = folder.path();
    fs::write(path.join("out.csv"), "old").expect("a file");
    let message =
        "error: users.csv:3: a quote is opened here and not closed: the input ends before\n";
    for arguments in
        ["", "--threads 1", "--threads 3", "--on-error skip", "--on-error null", "--exposure"]
    {
        let run = batch(path, &format!("users.csv {arguments} -o out.csv"));
        assert_eq!((run.status, run.stdout.as_str()), (1, ""), "{arguments}");
        assert!(run.stderr.starts_with(message), "{}", run.stderr);
        assert_eq!(fs::read_to_string(path.join("out.csv")).expect("a file"), "old");
        assert!(!names(path).iter().any(|name| name.starts_with(".planout-")));
    }
    // What came before it has been written.
    assert_eq!(batch(path, "users.csv --output-format csv").stdout.lines().count(), 2);
    for arguments in [&["--on-error", "skip"][..], &[]] {
        let simulate = ["simulate", "--ns", "onboarding", "--batch", "users.csv"];
        let run = planout(path, &[&simulate, arguments].concat());
        assert_eq!((run.status, run.stdout.as_str()), (1, ""), "{}", run.stderr);
        assert!(run.stderr.starts_with(message), "{}", run.stderr);
    }
    for (text, line) in
        [("\"userid,country\nann,NL\n", 1), ("userid\n\"", 2), ("userid\na\n\n\"\nb", 4)]
    {
        fs::write(path.join("users.csv"), text).expect("a file");
        let run = batch(path, "users.csv");
        let message = format!("error: users.csv:{line}: a quote is opened here");
        assert!(run.status == 1 && run.stderr.starts_with(&message), "{}", run.stderr);
    }
}

/// An open quote that another one closes, which was to open a field.
#[test]
fn a_field_that_goes_on_after_its_quotes_is_malformed() {
    let folder = with_file("users.csv", "userid,country\nann,\"NL\nbob,\"US\"\ncid,DE\n");
    let run = batch(folder.path(), "users.csv");
    let message =
        "error: users.csv:2: a field goes on after its quotes: is an earlier quote not closed?\n";
    assert!(run.status == 1 && run.stderr.starts_with(message), "{}", run.stderr);
    let skipped = batch(folder.path(), "users.csv --on-error skip");
    assert_eq!((skipped.status, skipped.stdout.lines().count()), (0, 1));
    assert!(skipped.stderr.contains("1 row left out"), "{}", skipped.stderr);
    fs::write(folder.path().join("users.csv"), "userid\n\"ann\"x\n").expect("a file");
    assert_eq!(batch(folder.path(), "users.csv").status, 1);
    // Inside of a field without quotes, a quote is a character.
    fs::write(folder.path().join("users.csv"), "userid\n5\" x \"y\"\n").expect("a file");
    assert_eq!(batch(folder.path(), "users.csv").status, 0);
}

#[test]
fn a_last_row_that_is_cut_says_so() {
    let folder = with_file("users.csv", "userid,country\nann,NL\nbob");
    let cut =
        "users.csv:3: the input ends in the middle of this row: 1 field, but the header has 2\n";
    let run = batch(folder.path(), "users.csv");
    assert!(run.status == 1 && run.stderr.starts_with(&format!("error: {cut}")), "{}", run.stderr);
    // It is one row, which can be left out.
    let run = batch(folder.path(), "users.csv --on-error skip");
    assert_eq!((run.status, run.stdout.lines().count()), (0, 1));
    assert!(run.stderr.contains(cut), "{}", run.stderr);
    fs::write(folder.path().join("users.csv"), b"userid\nann\nbo\xc3").expect("a file");
    let run = batch(folder.path(), "users.csv");
    let message = "error: users.csv:3: the input ends in the middle of this row: not UTF-8\n";
    assert!(run.stderr.starts_with(message), "{}", run.stderr);
}

#[test]
fn every_cut_of_json_lines_is_bad() {
    let samples = samples();
    let namespace = samples.get("button_color").expect("the sample is there");
    let text = "{\"userid\":\"ann\"}\r\n{ \"userid\": \"b\\u0062\\\"}\", \"x\": [{\"y\": 1.5e3}, true] }\n\n{\"userid\":7}";
    let (all, outcome) = read(namespace, Format::Jsonl, OnError::Fail, text.as_bytes());
    assert_eq!((all.len(), outcome.expect("rows").rows), (3, 3));
    for end in 1..text.len() {
        for rest in ["", "\n"] {
            let cut = text[..end].to_owned() + rest;
            let is_whole = cut.trim_ascii_end().is_empty()
                || cut.trim_ascii_end().ends_with('}') && {
                    let line = cut.trim_ascii_end().lines().last().unwrap_or_default();
                    serde_json::from_str::<serde_json::Value>(line).is_ok()
                };
            let (units, outcome) =
                read(namespace, Format::Jsonl, OnError::Fail, std::io::Cursor::new(cut.clone()));
            assert_eq!(outcome.is_ok(), is_whole, "{cut:?}");
            assert_eq!(units[..], all[..units.len()], "{cut:?}");
            let Err(error) = outcome else { continue };
            let line = cut.trim_ascii_end().matches('\n').count() + 1;
            let message = with_causes(&error);
            assert!(message.starts_with(&format!("cut:{line}:")), "{message}");
            let says = message.contains("the input ends in the middle of this row");
            assert_eq!(says, rest.is_empty(), "{cut:?}: {message}");
            // As a bad row, it can be left out.
            let (_, skipped) =
                read(namespace, Format::Jsonl, OnError::Skip, std::io::Cursor::new(cut));
            assert_eq!(skipped.expect("rows").bad_rows(), 1);
        }
    }
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::GzBuilder::new()
        .filename("users.csv")
        .comment("all of them")
        .write(Vec::new(), flate2::Compression::default());
    encoder.write_all(text).expect("memory");
    encoder.finish().expect("memory")
}

fn zstd(text: &[u8], checksum: bool) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 0).expect("an encoder");
    encoder.include_checksum(checksum).expect("an option");
    encoder.write_all(text).expect("memory");
    encoder.finish().expect("memory")
}

#[test]
fn every_cut_of_compressed_data_is_the_end() {
    let text: String = (0..200).map(|user| format!("u{user},{}\n", user * 7919 % 1000)).collect();
    let text = "userid,n\n".to_owned() + &text;
    let half = text.len() / 2;
    for (compression, whole) in [
        (Compression::Gzip, gzip(text.as_bytes())),
        (Compression::Zstd, zstd(text.as_bytes(), true)),
        (Compression::Zstd, zstd(text.as_bytes(), false)),
    ] {
        let unpacked = |bytes: &[u8]| {
            let mut unpacked = Vec::new();
            let input = Box::new(std::io::Cursor::new(bytes.to_vec()));
            let mut reader = decompress(input, compression).expect("a decompressor");
            reader.read_to_end(&mut unpacked).map(|_| unpacked)
        };
        assert_eq!(unpacked(&whole).expect("whole"), text.as_bytes());
        for end in 0..whole.len() {
            let error = unpacked(&whole[..end]).expect_err("cut");
            let message = error.to_string();
            assert!(message.contains("the file ends in the middle of its "), "{end}: {message}");
        }
        // Something else behind it.
        for garbage in [&b"x"[..], b"garbage", &[0; 512], b"userid,n\n"] {
            let error = unpacked(&[&whole, garbage].concat()).expect_err("garbage");
            assert!(!error.to_string().is_empty());
        }
        // Several members are one text, and the second can be cut, too.
        let pack = |text: &str| match compression {
            Compression::Gzip => gzip(text.as_bytes()),
            _ => zstd(text.as_bytes(), false),
        };
        let (first, second) = (pack(&text[..half]), pack(&text[half..]));
        assert_eq!(unpacked(&[&first[..], &second].concat()).expect("two"), text.as_bytes());
        for end in 1..second.len() {
            assert!(unpacked(&[&first, &second[..end]].concat()).is_err(), "{end}");
        }
        assert!(unpacked(text.as_bytes()).is_err());
    }
}

#[test]
fn compressed_files_that_are_cut_leave_the_old_file() {
    let folder = sandbox();
    let path = folder.path();
    let text: String = (0..500).map(|user| format!("u{user},{}\n", user * 7919 % 1000)).collect();
    let text = "userid,n\n".to_owned() + &text;
    let (gz, zst) = (gzip(text.as_bytes()), zstd(text.as_bytes(), false));
    for (name, whole, form) in [("cut.csv.gz", gz, "gzip"), ("cut.csv.zst", zst, "Zstandard")] {
        for end in [3, whole.len() / 2, whole.len() - 1] {
            fs::write(path.join(name), &whole[..end]).expect("a file");
            fs::write(path.join("out.csv"), "old").expect("a file");
            let run = batch(path, &format!("{name} -o out.csv --on-error skip"));
            assert_eq!(run.status, 3, "{}", run.stderr);
            let message = format!(
                "error: cannot read `{name}`: the file ends in the middle of its {form} data\n"
            );
            assert_eq!(run.stderr, message);
            assert_eq!(fs::read_to_string(path.join("out.csv")).expect("a file"), "old");
        }
        fs::write(path.join(name), [&whole[..], b"and something else behind it"].concat())
            .expect("a file");
        let run = batch(path, &format!("{name} -o out.csv"));
        let message = format!("error: cannot read `{name}`: the {form} data is damaged, or other");
        assert!(run.status == 3 && run.stderr.starts_with(&message), "{}", run.stderr);
        fs::write(path.join(name), &text).expect("a file");
        let run = batch(path, &format!("{name} -o out.csv"));
        let message =
            format!("error: cannot read `{name}`: the file is not {form}, or is damaged: ");
        assert!(run.status == 3 && run.stderr.starts_with(&message), "{}", run.stderr);
    }
}
