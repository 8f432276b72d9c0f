//! Which columns are read, kept and written, and of which types.

use super::{batch, pipe, with_file};
use crate::support::planout;

#[test]
fn columns_are_kept_in_the_order_that_is_asked_for() {
    let folder = with_file("users.csv", "a,userid,b\n1,ann,\"x,y\"\n");
    let csv = |arguments: &str| {
        let run = batch(folder.path(), &format!("users.csv --output-format csv -q {arguments}"));
        assert_eq!(run.status, 0, "{}", run.stderr);
        run.stdout
    };
    assert_eq!(
        csv("--keep b,a --param label"),
        "userid,b,a,segment,experiment,in_experiment,label\nann,\"x,y\",1,1,Colors,true,Join\n"
    );
    assert_eq!(
        csv("--keep all --param label,color"),
        "a,userid,b,segment,experiment,in_experiment,label,color\n\
         1,ann,\"x,y\",1,Colors,true,Join,#1a936f\n"
    );
    assert_eq!(
        csv("--param label").lines().next(),
        Some("userid,segment,experiment,in_experiment,label")
    );
}

#[test]
fn fields_have_the_types_that_are_asked_for() {
    let folder =
        with_file("users.csv", "userid,n,x,ok,s\n007,007,1.50,TRUE,\n8,,,,\n9,1.5,1,no,a\n");
    let typed = "users.csv --keep n,x,ok,s --types n:integer,x:float,ok:boolean,s:string";
    let json = batch(folder.path(), &format!("{typed} --on-error skip --format json")).stdout;
    let rows: Vec<&str> =
        json.lines().map(|row| row.split(",\"segment").next().expect("")).collect();
    assert_eq!(
        rows,
        [
            r#"{"userid":"007","n":7,"x":1.5,"ok":true,"s":"""#,
            r#"{"userid":"8","n":null,"x":null,"ok":null,"s":"""#
        ]
    );
    let fail = batch(folder.path(), typed);
    assert!(fail.stderr.starts_with("error: users.csv:4: `1.5` in column `n` is not an integer\n"));
    let csv =
        batch(folder.path(), &format!("{typed} --on-error null --output-format csv -q")).stdout;
    let row = |index: usize| csv.lines().nth(index).unwrap_or("").to_owned();
    assert!(row(1).starts_with("007,007,1.50,TRUE,,"), "{csv}");
    assert_eq!(row(3), "9,,1,,a,,,,,");
    // A typed unit is another unit.
    let segment = |arguments: &str| {
        let row =
            pipe(folder.path(), "userid\n1.50\n", &format!("--input-format csv -q {arguments}"));
        let (_, segment) = row.stdout.split_once("\"segment\":").expect("a segment");
        segment.split(',').next().expect("a number").to_owned()
    };
    assert_ne!(segment(""), segment("--types userid:float"));
}

#[test]
fn a_column_stands_in_the_output_once() {
    let folder = with_file("users.csv", "userid,segment,color,x,x\nann,9,red,1,2\n");
    let error = |arguments: &str| {
        let run = batch(folder.path(), &format!("users.csv {arguments}"));
        assert_eq!((run.status, run.stdout.as_str()), (1, ""), "{arguments}");
        run.stderr.lines().next().expect("a message").to_owned()
    };
    assert_eq!(error("--keep segment"), "error: column `segment` would stand in the output twice");
    let color = "--keep color --output-format csv";
    assert_eq!(error(color), "error: column `color` would stand in the output twice");
    let run = batch(folder.path(), &format!("users.csv {color}"));
    let help = "help: choose the columns to copy with `--keep` and the params with `--param`\n";
    assert!(run.stderr.ends_with(help), "{}", run.stderr);
    assert_eq!(error("--keep x"), "error: `users.csv` has two columns `x`");
    assert_eq!(batch(folder.path(), "users.csv --keep color").status, 0);
    assert_eq!(batch(folder.path(), &format!("users.csv {color} --param label")).status, 0);
    let line = "{\"userid\":1,\"params\":2}\n";
    let run = pipe(folder.path(), line, "--keep all");
    let expected = "error: <stdin>:1: `params` would stand in the output twice\n";
    assert!(run.stderr.starts_with(expected), "{}", run.stderr);
    let run = pipe(folder.path(), line, "--keep all --output-format csv");
    assert!(run.stderr.contains("the columns of JSON lines are not known"), "{}", run.stderr);
    assert!(run.stderr.contains("help: name the columns to keep, as in `--keep a,b`"));
    let run = pipe(folder.path(), line, "--types userid:integer");
    assert!(run.stderr.contains("only columns of CSV and TSV are given types"), "{}", run.stderr);
    assert!(run.stderr.contains("help: leave `--types` out"), "{}", run.stderr);
}

#[test]
fn headers_are_read_with_care() {
    let folder = with_file("header.csv", "userid,country\n");
    let csv = |input: &str| pipe(folder.path(), input, "--input-format csv --output-format csv -q");
    let run = batch(folder.path(), "header.csv --output-format csv -q");
    assert_eq!(
        (run.status, run.stdout.as_str()),
        (0, "userid,segment,experiment,in_experiment,color,label\n")
    );
    for empty in ["", "\n\r\n", "\u{feff}"] {
        let run = csv(empty);
        assert_eq!(run.status, 1);
        assert_eq!(
            run.stderr,
            "error: `<stdin>` is empty\nhelp: its first line names the columns\n"
        );
    }
    let one = "\nann,1,Colors,true,#1a936f,Join\n";
    for input in ["\u{feff}userid\nann", "\n\nuserid\r\n\r\nann\r\n", "\"userid\"\n\"ann\"\n"] {
        assert!(csv(input).stdout.ends_with(one), "{input:?}");
    }
    let run = pipe(folder.path(), "\u{feff}{\"userid\":\"ann\"}", "-q");
    assert!(run.stdout.starts_with("{\"userid\":\"ann\",\"segment\":1,"));
    assert_eq!(pipe(folder.path(), "", "-q").status, 0);
}

#[test]
fn inputs_can_be_the_same_for_all_rows() {
    let folder = with_file("users.csv", "sourceid\ns1\ns2\n");
    let one = |source: &str| {
        let source = format!("sourceid={source}");
        let arguments = ["eval", "--ns", "test_ns", "userid:=7", &source, "--format", "json"];
        let found: serde_json::Value =
            serde_json::from_str(&planout(folder.path(), &arguments).stdout).expect("JSON");
        found["params"].clone()
    };
    let arguments = ["eval", "--ns", "test_ns", "--batch", "users.csv", "userid:=7", "-q"];
    let run = planout(folder.path(), &arguments);
    let rows: Vec<serde_json::Value> =
        run.stdout.lines().map(|row| serde_json::from_str(row).expect("JSON")).collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0]["params"], one("s1"));
    assert_eq!(rows[1]["params"], one("s2"));
    let run = planout(folder.path(), &[&arguments[..], &["--keep", "sourceid"]].concat());
    assert!(run.stdout.starts_with("{\"sourceid\":\"s1\",\"segment\":"));
}
