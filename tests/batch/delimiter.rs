//! CSV whose fields are separated by something else than commas.

use std::fs;

use super::{batch, pipe, with_file};
use crate::support::planout;

#[test]
fn fields_are_cut_at_the_delimiter() {
    let expected = "userid,b,segment,experiment,in_experiment,label\n\
                    ann,\"x,y\",1,Colors,true,Join\nbob,1;2,4,,true,Join\n";
    let same = |text: &str, name: &str, delimiter: &str| {
        let folder = with_file(name, text);
        let arguments = format!("{name} --delimiter {delimiter} --keep b --param label");
        let run = batch(folder.path(), &format!("{arguments} --output-format csv -q"));
        assert_eq!((run.status, &*run.stdout), (0, expected), "{text}: {}", run.stderr);
        let run = pipe(
            folder.path(),
            text,
            &format!("{} --output-format csv -q", arguments.replace(name, "")),
        );
        assert_eq!((run.status, &*run.stdout), (0, expected), "{text}: {}", run.stderr);
    };
    same("a;userid;b\n1;ann;x,y\n2;bob;\"1;2\"\n", "users.csv", ";");
    same("a|userid|b\n1|ann|x,y\n2|bob|1;2\n", "users.csv", "|");
    same("a\tuserid\tb\n1\tann\tx,y\n2\tbob\t1;2\n", "users.csv", "tab");
    same("a\tuserid\tb\n1\tann\tx,y\n2\tbob\t1;2\n", "users.csv", "\\t");
    // What is not said to be anything is CSV then.
    same("a;userid;b\r\n1;ann;x,y\r\n2;bob;\"1;2\"\r\n", "users.txt", ";");
    same("a;userid;b\n1;ann;x,y\n2;bob;\"1;2\"\n", "users.tsv", ";");
}

#[test]
fn a_file_that_seems_to_be_cut_elsewhere_gets_the_delimiter() {
    for (text, arguments, character) in [
        ("userid;country\n1;NL\n", "", "`;`: add `--delimiter ';'`"),
        ("country;userid\n1;NL\n", "", "`;`: add `--delimiter ';'`"),
        ("\"userid\";\"country\"\n1;NL\n", "", "`;`: add `--delimiter ';'`"),
        ("userid;x\n1;NL\n", "", "`;`: add `--delimiter ';'`"),
        ("userid;price, net;x\n1;2;3\n", "", "`;`: add `--delimiter ';'`"),
        ("user;country\n1;NL\n", "", "`;`: add `--delimiter ';'`"),
        ("userid|country\n1|NL\n", "", "`|`: add `--delimiter '|'`"),
        ("userid\tcountry\n1\tNL\n", "", "tabs: add `--delimiter tab`"),
        ("userid,country\n1,NL\n", "--delimiter ;", "`,`: add `--delimiter ','`"),
        ("a;b\n1;NL\n", "userid=1 --keep b", "`;`: add `--delimiter ';'`"),
        ("a;b\n1;NL\n", "userid=1 --types b:integer", "`;`: add `--delimiter ';'`"),
    ] {
        let folder = with_file("users.csv", text);
        let run = batch(folder.path(), &format!("users.csv {arguments}"));
        assert_eq!((run.status, &*run.stdout), (1, ""), "{text}");
        let help = format!("help: the fields seem to be separated by {character}\n");
        assert!(run.stderr.ends_with(&help), "{text}: {}", run.stderr);
        assert!(!run.stderr.contains("did you mean"), "{text}: {}", run.stderr);
    }
    for text in ["user,country\n1,NL\n", "user\n1\n", "user;id,x\n1,2\n"] {
        let folder = with_file("users.csv", text);
        let run = batch(folder.path(), "users.csv");
        assert!(run.status == 1 && !run.stderr.contains("--delimiter"), "{text}: {}", run.stderr);
    }
}

#[test]
fn a_delimiter_is_one_character_of_csv() {
    let folder = with_file("users.csv", "userid\n1\n");
    fs::write(folder.path().join("users.jsonl"), "{\"userid\": 1}\n").expect("a file of our own");
    for (arguments, part) in [
        ("users.csv --delimiter ;;", "`--delimiter`: `;;` is not one character of ASCII"),
        ("users.csv --delimiter ü", "`--delimiter`: `ü` is not one character of ASCII"),
        ("users.csv --delimiter \"", "`--delimiter`: neither a quote nor a line break"),
        ("users.csv --delimiter", "`--delimiter` needs a value"),
        (
            "users.jsonl --delimiter ;",
            "`--delimiter` is for CSV and TSV, and `users.jsonl` is neither",
        ),
        ("users.csv --input-format jsonl --delimiter ;", "`--delimiter` is for CSV and TSV"),
    ] {
        let run = batch(folder.path(), arguments);
        assert_eq!(run.status, 2, "{arguments}: {}", run.stderr);
        assert!(run.stderr.contains(part), "{arguments}: {}", run.stderr);
    }
    for arguments in [
        ["eval", "--ns", "test_ns", "userid=1", "--delimiter", ";"],
        ["simulate", "--ns", "test_ns", "-q", "--delimiter", ";"],
    ] {
        assert_eq!(planout(folder.path(), &arguments).status, 2, "{arguments:?}");
    }
}

#[test]
fn simulations_read_what_batches_read() {
    let users: String = (0..2000).map(|user| format!("u{user};NL\n")).collect();
    let folder = with_file("users.csv", format!("userid;country\n{users}"));
    let root = folder.path();
    let simulate = |arguments: &[&str]| {
        planout(root, &[&["simulate", "--ns", "button_color"], arguments].concat())
    };
    let run = simulate(&["--batch", "users.csv", "--delimiter", ";"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let run = simulate(&["--batch", "users.csv"]);
    assert!(run.status == 1 && run.stderr.contains("add `--delimiter ';'`"), "{}", run.stderr);

    fs::write(root.join("counts.csv"), "experiment;count\nColors;5000\n(default);5030\n")
        .expect("a file of our own");
    let run = simulate(&["--observed", "counts.csv", "--delimiter", ";"]);
    assert!(run.status == 0 && run.stderr.contains("as designed"), "{}", run.stderr);
    let run = simulate(&["--observed", "counts.csv"]);
    assert_eq!(run.status, 1);
    assert!(run.stderr.contains("add `--delimiter ';'`"), "{}", run.stderr);
    assert!(!run.stderr.contains("did you mean"), "{}", run.stderr);
}
