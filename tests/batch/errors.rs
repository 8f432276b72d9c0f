//! Bad rows, and what cannot be done.

use super::{batch, pipe, with_file};

const USERS: &str = "userid,country\nann,NL\n,US\nbob\n\"cid\",\"a\nb\"\n";

#[test]
fn a_bad_row_is_the_end() {
    let folder = with_file("users.csv", USERS);
    for threads in [1, 2, 7] {
        let run =
            batch(folder.path(), &format!("users.csv --output-format csv --threads {threads}"));
        assert_eq!(run.status, 1);
        assert_eq!(
            run.stdout,
            "userid,segment,experiment,in_experiment,color,label\nann,1,Colors,true,#1a936f,Join\n"
        );
        assert_eq!(
            run.stderr,
            "error: users.csv:3: the primary unit `userid` of namespace `button_color` is missing\n\
             help: `--on-error skip` leaves bad rows out, `--on-error null` keeps them\n"
        );
    }
}

#[test]
fn bad_rows_are_left_out_and_counted() {
    let folder = with_file("users.csv", USERS);
    let run = batch(folder.path(), "users.csv --on-error skip --format json --param label");
    assert_eq!(run.status, 0);
    assert_eq!(
        run.stdout,
        r#"{"userid":"ann","segment":1,"experiment":"Colors","in_experiment":true,"params":{"label":"Join"}}
{"userid":"cid","segment":2,"experiment":null,"in_experiment":true,"params":{"label":"Join"}}
"#
    );
    let summary = run.stderr.split(",\"seconds\"").next().expect("a part");
    assert_eq!(
        summary,
        r#"{"rows":4,"written":2,"bad":{"malformed":{"rows":1,"first":"users.csv:4: 1 field, but the header has 2"},"missing_unit":{"rows":1,"first":"users.csv:3: the primary unit `userid` of namespace `button_color` is missing"}}"#
    );
    let text = batch(folder.path(), "users.csv --on-error skip").stderr;
    assert!(text.starts_with("4 rows in "), "{text}");
    assert!(
        text.contains("\n2 rows left out\n  1 malformed; the first: users.csv:4: 1 "),
        "{text}"
    );
    assert_eq!(batch(folder.path(), "users.csv --on-error skip -q").stderr, "");
}

#[test]
fn bad_rows_are_kept_with_nulls() {
    let folder = with_file("users.csv", USERS);
    let csv = batch(folder.path(), "users.csv --on-error null --keep country --output-format csv");
    assert_eq!(csv.status, 0);
    assert_eq!(
        csv.stdout,
        "userid,country,segment,experiment,in_experiment,color,label\n\
         ann,NL,1,Colors,true,#1a936f,Join\n,US,,,,,\n,,,,,,\n\
         cid,\"a\nb\",2,,true,#3b5998,Join\n"
    );
    let json = batch(folder.path(), "users.csv --on-error null -q").stdout;
    let nulls =
        r#"{"userid":null,"segment":null,"experiment":null,"in_experiment":null,"params":null}"#;
    assert_eq!(json.lines().nth(2), Some(nulls));
}

/// The place is that of the line on which the row begins.
#[test]
fn lines_are_counted_through_quotes_blank_lines_and_chunks() {
    let mut text = String::from("userid,country\r\n");
    for row in 0..40_000 {
        text += &format!("u{row},\"two\r\nlines\"\r\n\r\n");
    }
    let lines = text.lines().count();
    let folder = with_file("users.csv", text + "bad\r\n");
    for threads in [1, 3] {
        let run = batch(folder.path(), &format!("users.csv --threads {threads}"));
        assert_eq!(run.status, 1);
        let message = format!("error: users.csv:{}: 1 field, but the header has 2\n", lines + 1);
        assert!(run.stderr.starts_with(&message), "{}", run.stderr);
        assert_eq!(run.stdout.lines().count(), 40_000);
    }
}

#[test]
fn what_is_wrong_with_a_row_is_said() {
    let folder = with_file("empty", "");
    for (line, problem) in [
        (
            r#"{"userid":"#,
            "1:11: the input ends in the middle of this row: malformed JSON: expected a value, found \
             the end of the text",
        ),
        (r#"{"userid":1,"userid":2}"#, "1:13: key `userid` is given twice"),
        (r#"{"userid":1e999}"#, "1:11: number `1e999` is too large for a double"),
        ("[1]", "1: expected a JSON object, found a list"),
        (r#"{"user":1}"#, "1: the primary unit `userid` of namespace `button_color` is missing"),
        (
            r#"{"userid":null}"#,
            "1: the primary unit `userid` of namespace `button_color` is missing",
        ),
        (
            r#"{"userid":1,"country":"NL"}"#,
            "1: `country` is in the row and is given for all rows, too",
        ),
    ] {
        let run = pipe(folder.path(), line, "country=US -q");
        assert_eq!(run.status, 1, "{line}");
        let first = run.stderr.lines().next().expect("a message");
        assert_eq!(first, format!("error: <stdin>:{problem}"));
    }
    let run = pipe(folder.path(), b"userid\nab\xffc\n", "--input-format csv");
    assert!(run.stderr.starts_with("error: <stdin>:2: not UTF-8\n"), "{}", run.stderr);
    let run = pipe(folder.path(), b"{\"userid\":\"\xff\"}\n", "");
    assert!(run.stderr.starts_with("error: <stdin>:1: not UTF-8\n"), "{}", run.stderr);
    // The names come after blank lines, too.
    let run = pipe(folder.path(), b"\n\r\nuser\xffid\nann\n", "--input-format csv");
    assert!(run.stderr.starts_with("error: <stdin>:3: not UTF-8\n"), "{}", run.stderr);
}

#[test]
fn a_script_that_fails_is_shown() {
    let folder = with_file(
        "ages.yaml",
        "namespace: {unit: id, segments: 10}\nexperiment_definitions:\n  \
         - definition: D\n    assign: !planout |\n      group = id % age;\n\
         default_experiment: D\nexperiment_sequence: []\n",
    );
    std::fs::write(folder.path().join("a.csv"), "id,age\n7,3\n8,0\n").expect("a file");
    let from = ["eval", "--ns", "ages", "--from", "ages.yaml", "--batch", "a.csv"];
    let types = ["--types", "id:integer,age:integer"];
    let run = crate::support::planout(folder.path(), &[&from[..], &types[..]].concat());
    assert_eq!(run.status, 1);
    assert!(run.stderr.contains("error: a.csv:3: definition `D` of namespace `ages` failed: "));
    assert!(run.stderr.contains("that is at ages.yaml:5:15"), "{}", run.stderr);
}

#[test]
fn what_is_not_there_has_a_near_name() {
    let folder = with_file("users.csv", "user_id,country,n\nann,NL,1\n");
    let csv = |arguments: &str| {
        let run = batch(folder.path(), &format!("users.csv {arguments}"));
        assert_eq!((run.status, run.stdout.as_str()), (1, ""), "{arguments}");
        run.stderr
    };
    assert_eq!(
        csv(""),
        "error: `users.csv` has no column `userid`, the primary unit of namespace `button_color`\n\
         help: did you mean `user_id`?\n"
    );
    assert!(csv("userid=1 --keep contry").contains("did you mean `country`?"));
    assert!(csv("userid=1 --types m:integer").contains("known: `user_id`, `country`, `n`"));
    assert!(csv("userid=1 --param colour").contains("did you mean `color`?"));
    assert!(
        csv("userid=1 country=NL").contains("`country` is a column of `users.csv` and is given")
    );
    let run = batch(folder.path(), "users.csv userid=1 --types n:int");
    assert_eq!(run.status, 2, "{}", run.stderr);
    let run = batch(folder.path(), "no.csv");
    assert_eq!(run.status, 3);
    assert_eq!(run.stderr, "error: cannot read `no.csv`: No such file or directory (os error 2)\n");
}
