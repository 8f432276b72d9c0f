//! `--units`: files of units, as batches read them, and lists of ids.

use std::fs;
use std::io::Write;
use std::path::Path;

use serde_json::Value;

use crate::support::{Run, planout, planout_with_input, sandbox};

/// A sandbox whose samples have been shipped, and then one that reads `country` changed.
fn folder() -> tempfile::TempDir {
    let folder = sandbox();
    let run = planout(folder.path(), &["ship", "sample-namespaces", "out"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let path = folder.path().join("sample-namespaces/onboarding.yaml");
    let text = fs::read_to_string(&path).expect("a sample");
    fs::write(path, text.replacen("'JP'", "'NZ'", 1)).expect("a file");
    folder
}

fn plan(folder: &Path, more: &[&str]) -> Run {
    planout(folder, &[&["plan", "sample-namespaces", "out", "--format", "json"], more].concat())
}

fn sample(run: &Run) -> Value {
    let plan: Value = serde_json::from_str(&run.stdout).expect(&run.stderr);
    plan["namespaces"][1]["changes"]["sample"].clone()
}

const CSV: &str = "plan,country,userid\nfree,NZ,1\nfree,JP,2\npaid,DE,3\n";

#[test]
fn every_format_of_batches_is_read_alike() {
    let folder = folder();
    let jsonl = "{\"userid\": \"1\", \"country\": \"NZ\"}\n\n{\"userid\": \"2\", \
                 \"country\": \"JP\"}\n{\"country\": \"DE\", \"userid\": \"3\"}";
    let gzip = |text: &str| {
        let mut file = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        file.write_all(text.as_bytes()).expect("memory");
        file.finish().expect("memory")
    };
    let zstd = |text: &str| zstd::encode_all(text.as_bytes(), 1).expect("memory");
    let tsv = CSV.replace(',', "\t");
    let quoted = "\u{feff}\r\n\"country\",\"userid\"\r\nNZ,1\r\nJP,\"2\"\r\nDE,3\r\n";
    let mut answers = Vec::new();
    for (name, bytes) in [
        ("a.csv", CSV.into()),
        ("a.CSV", quoted.into()),
        ("a.tsv", tsv.clone().into()),
        ("a.jsonl", jsonl.into()),
        ("a.json", jsonl.into()),
        ("a.csv.gz", gzip(CSV)),
        ("a.jsonl.zst", zstd(jsonl)),
        // What the name does not say, the first line does.
        ("a.txt", CSV.into()),
        ("a", tsv.clone().into()),
        ("a.gz", gzip(jsonl)),
    ] {
        fs::write(folder.path().join(name), bytes).expect("a file");
        let run = plan(folder.path(), &["--units", name]);
        assert_eq!(run.stderr, "", "{name}");
        answers.push(sample(&run));
    }
    for text in [CSV, &tsv, jsonl] {
        let arguments = ["plan", "sample-namespaces", "out", "--format", "json", "--units", "-"];
        answers.push(sample(&planout_with_input(folder.path(), &arguments, text.as_bytes())));
    }
    let options = ["--units", "a.txt", "--input-format", "csv"];
    answers.push(sample(&plan(folder.path(), &options)));
    let batch = [
        "eval",
        "--from",
        "sample-namespaces",
        "--ns",
        "onboarding",
        "--batch",
        "a.csv",
        "--output",
        "a.parquet",
    ];
    let run = planout(folder.path(), &[&batch[..], &["--keep", "country"]].concat());
    assert_eq!(run.status, 0, "{}", run.stderr);
    answers.push(sample(&plan(folder.path(), &["--units", "a.parquet"])));
    assert_eq!(answers[0]["units"], 3);
    assert_eq!(answers[0]["unfed"], 0);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
}

#[test]
fn a_list_of_ids_is_read_where_the_first_line_names_no_input() {
    let folder = folder();
    for (name, text, units) in [
        ("ids.txt", "\n1\r\n2\n\n 3 \n", 3),
        ("ids.csv", "ann\nbob\n", 2),
        ("ids", "a@example.org", 1),
    ] {
        fs::write(folder.path().join(name), text).expect("a file");
        let run = plan(folder.path(), &["--units", name]);
        assert_eq!(sample(&run)["units"], units);
        let ids = if units == 1 { "1 id".to_owned() } else { format!("{units} ids") };
        let note = format!("read `{name}` as a list of {ids}: its first line names no input\n");
        assert_eq!(run.stderr, note);
    }
    // A header that is misspelt is not a unit that anybody meant.
    fs::write(folder.path().join("ids.txt"), "user_id\n1\n").expect("a file");
    let run = plan(folder.path(), &["--units", "ids.txt"]);
    assert!(run.stderr.contains("did you mean `userid` by `user_id`?"), "{}", run.stderr);
    // A header alone names an input.
    for (name, text) in [("one.txt", "userid\n1\n2\n"), ("one.csv", "userid\n1\n2\n")] {
        fs::write(folder.path().join(name), text).expect("a file");
        let run = plan(folder.path(), &["--units", name]);
        assert_eq!((sample(&run)["units"].as_u64(), run.stderr.as_str()), (Some(2), ""));
    }
}

#[test]
fn fields_are_separated_as_in_batches() {
    let folder = folder();
    for name in ["a.csv", "a.txt"] {
        fs::write(folder.path().join(name), "userid;country\n1;NZ\n2;NL\n").expect("a file");
        let run = plan(folder.path(), &["--units", name, "--delimiter", ";"]);
        assert_eq!(sample(&run)["units"].as_u64(), Some(2), "{}", run.stderr);
    }
    assert_eq!(plan(folder.path(), &["--delimiter", ";"]).status, 2);
}

#[test]
fn a_file_that_holds_no_units_is_an_error() {
    let folder = folder();
    for (name, text, message) in [
        ("a.csv", "country,age\nNZ,1\n", "`a.csv` has no column `userid`"),
        ("a.txt", "country\nNZ\n", "`a.txt` has no column `userid`"),
        ("a.csv", "user_id,plan\n1,free\n", "the first line of `a.csv` names no input"),
        ("a.csv", "userid;country\n1;NZ\n", "the columns of `a.csv` are separated by `;`"),
        ("a.csv", "userid;country, long\n1;NZ\n", "add `--delimiter ';'`"),
        ("a.csv", "userid,country\n1,NZ\n,NZ\n", "a.csv:3: no value of `userid`"),
        ("a.jsonl", "{\"country\": \"NZ\"}\n", "a.jsonl:1: no value of `userid`"),
        ("a.jsonl", "{\"userid\": 1}\n{\"userid\"\n", "a.jsonl:2"),
        ("a.jsonl", "1\n2\n", "a.jsonl:1"),
        ("a.txt", "1\n{\"userid\": 2}\n", "a.txt:2: a JSON object in a list of ids"),
        ("a.csv", "userid\n", "no units in `a.csv`"),
        ("a.txt", "\n\n", "no units in `a.txt`"),
        ("a.txt", "", "no units in `a.txt`"),
        ("a.csv", "userid,userid\n1,2\n", "two columns `userid`"),
    ] {
        fs::write(folder.path().join(name), text).expect("a file");
        let run = plan(folder.path(), &["--units", name]);
        assert_eq!(run.status, 1, "{text}: {}", run.stderr);
        assert!(run.stdout.contains(message), "{text}: {}", run.stdout);
        let run = planout(folder.path(), &["ship", "sample-namespaces", "out", "--units", name]);
        assert_eq!(run.status, 1, "{text}: {}", run.stderr);
    }
    fs::write(folder.path().join("a.txt"), b"ann\n\xff\n").expect("a file");
    let run = plan(folder.path(), &["--units", "a.txt"]);
    assert!(run.stdout.contains("a.txt:2: not UTF-8"), "{}", run.stdout);
    assert_eq!(plan(folder.path(), &["--units", "nowhere.csv"]).status, 3);
    assert_eq!(plan(folder.path(), &["--units", "a.txt", "--sample", "3"]).status, 2);
    assert_eq!(plan(folder.path(), &["--types", "age:integer"]).status, 2);
    fs::write(folder.path().join("a.txt"), "1\n").expect("a file");
    let typed = ["--units", "a.txt", "--types", "userid:integer"];
    assert_eq!(plan(folder.path(), &typed).status, 2);
}

#[test]
fn columns_that_nothing_reads_are_passed_over_unless_they_are_near() {
    let folder = folder();
    fs::write(folder.path().join("a.csv"), "plan,contry,userid\nfree,NZ,1\n").expect("a file");
    let run = plan(folder.path(), &["--units", "a.csv"]);
    let warning =
        "warning: no script reads the column `contry` of `a.csv`: did you mean `country`?\n";
    assert_eq!((run.status, run.stderr.as_str()), (0, warning));
}

#[test]
fn a_unit_of_one_namespace_is_not_asked_of_another() {
    let folder = folder();
    let path = folder.path().join("sample-namespaces/page_size.yaml");
    let text = fs::read_to_string(&path).expect("a sample");
    let text = text.replacen("unit: ", "unit: other_", 1) + "# planout\n";
    fs::write(&path, text).expect("a file");
    fs::write(folder.path().join("a.csv"), CSV).expect("a file");
    let run = plan(folder.path(), &["--units", "a.csv"]);
    let plan: Value = serde_json::from_str(&run.stdout).expect(&run.stderr);
    let sample = &plan["namespaces"][2]["changes"]["sample"];
    assert_eq!(sample["unfed"], 3, "{sample}");
    assert!(sample["fails"].is_null(), "{sample}");
}
