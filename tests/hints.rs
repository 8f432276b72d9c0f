//! What the program suggests: what is near in spelling or in meaning, and nothing else.

use std::fs;

use crate::support::{planout, sandbox};

/// What is said of a wrong command line: the message, and the help if there is any.
#[track_caller]
fn said(arguments: &[&str]) -> (String, Option<String>) {
    let folder = sandbox();
    let run = planout(folder.path(), arguments);
    assert_eq!(run.status, 2, "{arguments:?}: {}", run.stderr);
    assert!(!run.stderr.contains("tip:") && !run.stderr.contains("use '--"), "{}", run.stderr);
    let mut lines = run.stderr.lines();
    let message = lines.next().expect("a message").strip_prefix("error: ").expect("an error");
    let help = lines.next().and_then(|line| line.strip_prefix("help: "));
    assert!(run.stderr.contains("\nfor more: `planout"), "{arguments:?}: {}", run.stderr);
    (message.to_owned(), help.map(str::to_owned))
}

#[track_caller]
fn check(arguments: &[&str], message: &str, help: Option<&str>) {
    assert_eq!(said(arguments), (message.to_owned(), help.map(str::to_owned)), "{arguments:?}");
}

#[test]
fn commands() {
    for (word, near) in [
        ("list", Some("nslist")),
        ("ls", Some("nslist")),
        ("nslits", Some("nslist")),
        ("evaluate", Some("eval")),
        ("assign", Some("eval")),
        ("lint", Some("check")),
        ("validate", Some("check")),
        ("chekc", Some("check")),
        ("format", Some("fmt")),
        ("deploy", Some("ship")),
        ("publish", Some("ship")),
        ("diff", Some("plan")),
        ("Compile", Some("compile")),
        ("compil", Some("compile")),
        ("explian", Some("explain")),
        ("frobnicate", None),
        ("x", None),
        ("zip", None),
    ] {
        let help = near.map(|near| format!("did you mean `{near}`?"));
        check(&[word], &format!("unknown command `{word}`"), help.as_deref());
    }
}

#[test]
fn options() {
    let eval = |option| ["eval", "--ns", "test_ns", option];
    let none = |option: &str| format!("`planout eval` has no option `{option}`");
    for (option, help) in [
        ("--formt", Some("did you mean `--format`?")),
        ("--json", Some("did you mean `--format json`?")),
        ("--namespace", Some("did you mean `--ns`?")),
        ("--experiment", Some("did you mean `--exp`?")),
        ("--overide", Some("did you mean `--override`?")),
        ("--colour", Some("did you mean `--color`?")),
        ("--verbos", Some("did you mean `--verbose`?")),
        ("--redis-hots", Some("did you mean `--redis-host`?")),
        ("--input-formt", Some("did you mean `--input-format`?")),
        ("--rediskey", Some("did you mean `--redis-key`?")),
        ("--redis-db", None),
        ("--redis-url", None),
        // As planout4j calls them.
        ("--config-file", Some("did you mean `--config`?")),
        ("--log-level", Some("did you mean `--verbose`?")),
        ("-c", Some("did you mean `--config`?")),
        ("-l", Some("did you mean `--verbose`?")),
        ("--dry-run", Some("it is an option of `planout ship` and others")),
        ("--observed", Some("it is an option of `planout simulate`")),
        ("--frobnicate", None),
        ("-z", None),
    ] {
        if option == "--dry-run" {
            let (message, help) = said(&eval(option));
            assert_eq!(message, none(option));
            assert!(help.is_some_and(|help| help.starts_with("it is an option of `planout ")));
            continue;
        }
        check(&eval(option), &none(option), help);
    }
    // What is near to nothing gets no option that only begins alike, and no advice for values.
    check(
        &["explain", "--ns", "x"],
        "`planout explain` has no option `--ns`",
        said(&["explain", "--ns", "x"]).1.as_deref(),
    );
    check(&["nslist", "a", "b"], "unexpected argument `b`", None);
    check(&["--nope"], "`planout` has no option `--nope`", None);
}

/// The usage below has no option in it that only begins alike.
#[test]
fn the_usage_suggests_nothing() {
    for option in ["--explain", "--e", "--x", "--expe"] {
        let run = planout(sandbox().path(), &["eval", "--ns", "test_ns", option]);
        let usage = run.stderr.lines().find(|line| line.starts_with("Usage: "));
        let expected = "Usage: planout eval [OPTIONS] <--ns <NAME>|--script <FILE-OR-CODE>|--all> [KEY=VALUE]...";
        assert_eq!(usage, Some(expected), "{option}: {}", run.stderr);
    }
}

#[test]
fn values() {
    for (arguments, message, help) in [
        (
            ["nslist", "--mode", "ful"].as_slice(),
            "`--mode` cannot be `ful`",
            Some("did you mean `full`?"),
        ),
        (
            &["nslist", "--mode", "xyzzy"],
            "`--mode` cannot be `xyzzy`",
            Some("known: `summary`, `full`, `experiments`, `segments`"),
        ),
        (
            &["nslist", "--format", "yaml"],
            "`--format` cannot be `yaml`",
            Some("known: `text`, `json`"),
        ),
        (&["nslist", "--format"], "`--format` needs a value", Some("known: `text`, `json`")),
        (&["eval", "--ns"], "`--ns` needs a value", None),
        (&["perf", "--ns", "a", "--threads", "x"], "`--threads`: `x` is not a whole number", None),
        (
            &["simulate", "--ns", "a", "--threads", "0"],
            "`--threads`: the value must be more than 0",
            None,
        ),
        (
            &["simulate", "--ns", "a", "-N", "0"],
            "`--units`: `0` is not between 1 and 100000000",
            None,
        ),
        (&["eval", "--ns", "a", "--ns", "b"], "`--ns` is given twice", None),
        (&["-q", "-v", "nslist"], "`--quiet` cannot be used with `--verbose`", None),
        (&["eval", "userid=1"], "missing: `--ns` or `--script` or `--all`", None),
        (&["ramp", "x"], "missing: `--definition`, `--name`, `--segments`", None),
        (&["stop"], "missing: `NS`, `NAME`", None),
    ] {
        check(arguments, message, help);
    }
}

/// A name that is there twice is one.
#[test]
fn known_names_are_listed_once() {
    let folder = sandbox();
    let samples = folder.path().join("sample-namespaces");
    for file in fs::read_dir(&samples).expect("a folder") {
        fs::remove_file(file.expect("an entry").path()).expect("a file");
    }
    for file in ["geo.yaml", "geo.json", "price.yaml"] {
        fs::write(samples.join(file), "").expect("a file of our own");
    }
    let run = planout(folder.path(), &["eval", "--ns", "zebra", "u=1"]);
    let expected = "\
error: unknown namespace `zebra` in `sample-namespaces`
help: known: `geo`, `price`
";
    assert_eq!(run.stderr, expected);
    for letter in 'a'..='m' {
        fs::write(samples.join(format!("name_{letter}.yaml")), "").expect("a file of our own");
    }
    let run = planout(folder.path(), &["eval", "--ns", "zebra", "u=1"]);
    let some = "known: `geo`, `name_a`, `name_b`, `name_c`, `name_d` and 10 more";
    assert!(run.stderr.contains(some), "{}", run.stderr);
}

#[test]
fn no_password_is_repeated() {
    for arguments in [
        ["nslist", "sample-namespaces", "redis://user:s3cret@localhost"].as_slice(),
        &["nslist", "--mode", "redis://user:s3cret@localhost"],
        &["nslist", "--fromm=redis://user:s3cret@localhost"],
        &["nslist", "--fromm", "redis://user:s3cret@localhost"],
        &["redis://user:s3cret@localhost"],
        &["perf", "--ns", "a", "--threads", "redis://user:s3cret@localhost"],
        &["ship", "--dialect", "redis://user:s3cret@localhost"],
    ] {
        for format in [&["--format", "json"][..], &[]] {
            let run = planout(sandbox().path(), &[arguments, format].concat());
            let printed = run.stdout + &run.stderr;
            assert_eq!(run.status, 2, "{arguments:?}: {printed}");
            assert!(!printed.contains("s3cret"), "{arguments:?}: {printed}");
        }
    }
}

#[test]
fn paths_beside_what_does_not_exist() {
    for (arguments, near) in [
        (&["compile", "sample-namespaces/test-ns.yaml"][..], "sample-namespaces/test_ns.yaml"),
        (&["check", "sample-namespace"], "sample-namespaces"),
        (&["ship", "./sample-namespace", "out"], "./sample-namespaces"),
        (&["plan", "sample-namespace", "out"], "sample-namespaces"),
        (
            &["eval", "--script", "sample-namespaces/onboarding.yam"],
            "sample-namespaces/onboarding.yaml",
        ),
    ] {
        let run = planout(sandbox().path(), arguments);
        assert_eq!(run.status, 3, "{}", run.stderr);
        let help = format!("help: did you mean `{near}`?");
        assert!(run.stderr.contains(&help), "{}", run.stderr);
    }
    let run = planout(sandbox().path(), &["check", "elsewhere"]);
    assert!(!run.stderr.contains("did you mean"), "{}", run.stderr);
}
