//! `planout.toml`: what is wrong with it, where, and what needs none of it.

use std::fs;
use std::path::Path;

use crate::support::{Run, planout, sandbox};

/// Writes a configuration and runs a command that needs it.
fn with(folder: &Path, text: impl AsRef<[u8]>) -> Run {
    fs::write(folder.join("planout.toml"), text).expect("a file of our own");
    planout(folder, &["nslist"])
}

/// Asserts what is wrong with a configuration: lines such as `1:3 P0801 message | help`, in order.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let folder = sandbox();
    fs::write(folder.path().join("planout.toml"), text).expect("a file of our own");
    let run = planout(folder.path(), &["check", "--format", "json"]);
    assert_eq!(run.status, 1, "{text}");
    let found: serde_json::Value = serde_json::from_str(&run.stderr).expect(&run.stderr);
    let found = found.as_array().expect("an array").iter().map(|it| {
        let text = |key: &str| it[key].as_str().unwrap_or("-");
        assert_eq!((text("file"), text("severity")), ("planout.toml", "error"));
        let place = format!("{}:{}", it["line"], it["column"]);
        format!("{place} {} {} | {}", text("code"), text("message"), text("help"))
    });
    assert_eq!(found.collect::<Vec<_>>(), expected, "{text}");
}

#[test]
fn a_problem_is_shown_as_those_of_scripts_are() {
    let folder = sandbox();
    let run = with(folder.path(), "# where\nsource = 'x'\n[ship]\ngaurd = \"warn\"\n");
    let expected = "\
error[P0801]: unknown key `gaurd` in `[ship]`
 --> planout.toml:4:1
  |
4 | gaurd = \"warn\"
  | ^^^^^
  |
  = help: did you mean `guard`?

1 error
for more: `planout explain P0801`
";
    assert_eq!((run.status, &*run.stdout, &*run.stderr), (1, "", expected));
}

#[test]
fn misspelt_keys_get_the_nearest() {
    check("sorce = 'x'\n", &["1:1 P0801 unknown key `sorce` | did you mean `source`?"]);
    check("Dialect = 'planout'\n", &["1:1 P0801 unknown key `Dialect` | did you mean `dialect`?"]);
    let known = "known: `dialect`, `source`, `target`, `recursive`, `checks`, `ship`";
    check("colour = 1\n", &[&format!("1:1 P0801 unknown key `colour` | {known}")]);
    check(
        "[chekcs]\nP0500 = 'off'\n",
        &["1:2 P0801 unknown key `chekcs` | did you mean `checks`?"],
    );
    check(
        "[ship]\ncolour = 1\n",
        &["2:1 P0801 unknown key `colour` in `[ship]` | known: `guard`, `readers`"],
    );
    check(
        "[checks]\nP05O3 = 'off'\n",
        &["2:1 P0801 no check has the code `P05O3` | did you mean `P0503`?"],
    );
    check(
        "[checks]\nP9999 = 'off'\n",
        &["2:1 P0801 no check has the code `P9999` | `planout explain` lists all codes"],
    );
    check(
        "[checks]\nP050 = 'off'\n",
        &["2:1 P0801 no check has the code `P050` | `planout explain` lists all codes"],
    );
    check(
        "dialect = ['planout']\n[checks]\noperators = ['a', 1, ['b']]\n",
        &[
            "1:11 P0802 `dialect` must be a text, not a list | \
             write a text in its place: `\"...\"`",
            "3:19 P0802 an element of `operators` must be a text, not a number | write it in quotes",
            "3:22 P0802 an element of `operators` must be a text, not a list | \
             write a text in its place: `\"...\"`",
        ],
    );
    check(
        "[checks]\noperator = []\n",
        &["2:1 P0801 unknown key `operator` in `[checks]` | did you mean `operators`?"],
    );
    check(
        "[checks]\nP0001 = 'off'\n",
        &["2:1 P0801 `P0001` is an error: only warnings have levels | -"],
    );
}

#[test]
fn misplaced_keys_are_sent_where_they_belong() {
    check("guard = 'off'\n", &["1:1 P0801 unknown key `guard` | it belongs below `[ship]`"]);
    check(
        "[checks]\nP0500 = 'off'\ntarget = 'x'\n",
        &[
            "3:1 P0801 unknown key `target` in `[checks]` | it belongs above the first table: move it up there",
        ],
    );
    check("P0500 = 'off'\n", &["1:1 P0801 unknown key `P0500` | it belongs below `[checks]`"]);
}

#[test]
fn wrong_values_get_the_nearest_word() {
    check(
        "dialect = 'planuot'\n",
        &["1:11 P0802 `dialect` cannot be `planuot` | did you mean `planout`?"],
    );
    check(
        "dialect = 'java'\n",
        &["1:11 P0802 `dialect` cannot be `java` | known: `planout4j`, `planout`"],
    );
    check(
        "[checks]\nP0503 = 'loud'\n",
        &["2:9 P0802 `P0503` cannot be `loud` | known: `off`, `warn`, `error`"],
    );
    check(
        "[checks]\nP0503 = 'warning'\n",
        &["2:9 P0802 `P0503` cannot be `warning` | did you mean `warn`?"],
    );
    check("ship.guard = 'of'\n", &["1:14 P0802 `guard` cannot be `of` | did you mean `off`?"]);
    check(
        "[ship]\nreaders = 'planout'\n",
        &["2:11 P0802 `readers` cannot be `planout` | did you mean `planout4j`?"],
    );
    check(
        "source = ''\n",
        &["1:10 P0802 `source` is empty | name a directory, a file or a URL, or leave the key out"],
    );
    check(
        "source = 1\n",
        &["1:10 P0802 `source` must be a text, not a number | write it in quotes"],
    );
    check(
        "recursive = 'yes'\n",
        &[
            "1:13 P0802 `recursive` must be true or false, not a text | write `true` or `false`, without quotes",
        ],
    );
    check(
        "checks = 'P0500'\n",
        &[
            "1:10 P0802 `checks` must be a table, not a text | write its keys on lines of their own below `[checks]`",
        ],
    );
    check(
        "[checks]\noperators = 'a'\n",
        &[
            "2:13 P0802 `operators` must be a list, not a text | write `operators = [\"...\", \"...\"]`",
        ],
    );
    check(
        "[checks]\noperators = ['a', 2]\n",
        &["2:19 P0802 an element of `operators` must be a text, not a number | write it in quotes"],
    );
}

#[test]
fn all_problems_are_said_in_one_run() {
    check(
        "sorce = 'x'\ndialect = planout\n[ship]\nguard = 'maybe'\n\n[checks]\nP0500 = 1\n",
        &[
            "1:1 P0801 unknown key `sorce` | did you mean `source`?",
            "2:11 P0800 this is not TOML: string values must be quoted, expected literal string | \
             write a text in quotes, as in `dialect = \"planout4j\"`",
            "4:9 P0802 `guard` cannot be `maybe` | known: `off`, `warn`, `error`",
            "7:9 P0802 `P0500` must be a text, not a number | write it in quotes",
        ],
    );
}

#[test]
fn what_is_not_toml_has_a_place() {
    for (text, place) in [
        ("source = \n", "1:"),
        ("source 'x'\n", "1:"),
        ("x = 1\n[ship\n", "2:"),
        ("source = 'a'\nsource = 'b'\n", "2:1"),
        ("source = \"a\n", "1:"),
        ("= 1\n", "1:1"),
        ("a = 'ü\0'\n", "1:"),
    ] {
        let folder = sandbox();
        let run = with(folder.path(), text);
        assert_eq!(run.status, 1, "{text}");
        assert!(run.stderr.contains("error[P0800]: this is not TOML: "), "{text}: {}", run.stderr);
        assert!(
            run.stderr.contains(&format!("--> planout.toml:{place}")),
            "{text}: {}",
            run.stderr
        );
    }
    let folder = sandbox();
    let run = with(folder.path(), b"source = '\xff'\n");
    assert!(run.status == 1 && run.stderr.contains("P0100"), "{}", run.stderr);
}

#[test]
fn no_secret_is_shown() {
    for url in [
        "\"redis://user:s3cret@localhost:1/0\"",
        "redis://user:s3cret@localhost:1/0",
        "\"redis://user:s3@cret@localhost",
        "'redis:/user:s3cret@localhost'",
        "'user:s3cret@localhost'",
        "redis://user:s3cret",
        "'redis:user:s3cret'",
        "{ url = 'redis://user:s3cret@localhost' }",
        "[1, 'redis://user:s3cret@localhost']",
    ] {
        for text in [
            format!("dialect = {url}\n"),
            format!("target = {url} x\n"),
            format!("recursive = {url}\n"),
            format!("[ship]\nguard = {url}\n"),
            format!("# old: {url}\ntarget = {url}\nsorce = {url}\n"),
            format!("{url} = 1\n"),
        ] {
            for format in ["text", "json"] {
                let folder = sandbox();
                fs::write(folder.path().join("planout.toml"), &text).expect("a file of our own");
                let run = planout(folder.path(), &["-v", "nslist", "--format", format]);
                let printed = run.stdout + &run.stderr;
                assert_eq!(run.status, 1, "{text}: {printed}");
                for part in ["s3cret", "cret", "s3"] {
                    assert!(!printed.contains(part), "{text}: {printed}");
                }
            }
        }
    }
}

#[test]
fn what_is_huge_is_not_printed() {
    let long = "x".repeat(900_000);
    for text in [
        format!("source = {long}\n"),
        format!("dialect = '{long}'\n"),
        format!("{long} = 1\n"),
        format!("[{long}\n"),
        "=\n".repeat(100_000),
        "a = ".to_owned() + &"[".repeat(500_000),
        "#".repeat(2_000_000),
    ] {
        let folder = sandbox();
        for format in ["text", "json"] {
            fs::write(folder.path().join("planout.toml"), &text).expect("a file of our own");
            let run = planout(folder.path(), &["nslist", "--format", format]);
            let length = run.stdout.len() + run.stderr.len();
            assert!(run.status == 1 && length < 40_000, "{}: {length} bytes", &text[..20]);
        }
    }
}

#[test]
fn commands_that_need_none_of_it_go_on() {
    let folder = sandbox();
    let root = folder.path();
    fs::write(root.join("a.planout"), "x = 1;\n").expect("a file of our own");
    for text in ["sorce = 'x'\n", "source = \n", "dialect = 'planet'\n"] {
        fs::write(root.join("planout.toml"), text).expect("a file of our own");
        for arguments in [
            ["explain", "P0001"].as_slice(),
            &["explain"],
            &["--help"],
            &["compile", "--help"],
            &["--version"],
            &["compile", "x = 1;", "--dialect", "planout"],
            &["compile", "sample-namespaces/test_ns.yaml", "--dialect", "planout4j"],
            &["eval", "--script", "x = 1;", "--dialect", "planout"],
            &["fmt", "a.planout", "--dialect", "planout"],
        ] {
            let run = planout(root, arguments);
            assert_eq!(run.status, 0, "{arguments:?}: {}", run.stderr);
            assert!(!run.stdout.is_empty() || arguments[0] == "fmt", "{arguments:?}");
            assert!(!run.stderr.contains("error"), "{arguments:?}: {}", run.stderr);
        }
        for arguments in [
            ["compile", "x = 1;"].as_slice(),
            &["eval", "--script", "x = 1;"],
            &["nslist"],
            &["check"],
            &["fmt"],
        ] {
            assert_eq!(planout(root, arguments).status, 1, "{arguments:?}");
        }
    }
    let run = planout(root, &["compile", "x = 1;", "--dialect", "planout"]);
    let passed = "warning: the configuration is ignored: planout.toml:1:11: \
                  `dialect` cannot be `planet`\n";
    assert_eq!(run.stderr, passed);
    // One that is named and is not there is no different.
    let run = planout(root, &["--config", "no.toml", "explain", "P0001"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
}

#[test]
fn a_configuration_of_planout4j_is_called_that() {
    let folder = sandbox();
    let root = folder.path();
    let hocon = "planout4j {\n  backend {\n    sourceConfDir = ${?P4J}\n  }\n}\n";
    for (name, text) in [
        ("planout4j.conf", hocon),
        ("other.CONF", "include \"x\"\n"),
        ("my.toml", hocon),
        ("my.toml", "# ours\nplanout4j.backend.redis.host = \"h\"\n"),
        ("my.toml", "\"planout4j\": { \"backend\": {} }\n"),
    ] {
        fs::write(root.join(name), text).expect("a file of our own");
        let run = planout(root, &["--config", name, "nslist"]);
        assert_eq!(run.status, 1, "{name}: {}", run.stderr);
        assert!(run.stderr.contains("is a configuration of planout4j"), "{}", run.stderr);
        assert!(run.stderr.contains("docs/compatibility.md"), "{}", run.stderr);
        assert!(!run.stderr.contains("P08"), "{}", run.stderr);
    }
    // What can be read may be called what it likes.
    fs::write(root.join("ours.conf"), "source = \"sample-namespaces\"\n").expect("a file");
    assert_eq!(planout(root, &["--config", "ours.conf", "nslist"]).status, 0);
    // One that is misspelt is no other.
    fs::write(root.join("typo.toml"), "planout4 = 1\n").expect("a file of our own");
    let run = planout(root, &["--config", "typo.toml", "nslist"]);
    assert!(run.stderr.contains("P0801"), "{}", run.stderr);
}

#[test]
fn a_file_has_a_limit() {
    let folder = sandbox();
    let root = folder.path();
    let file = |bytes: usize| {
        let text = "source = \"sample-namespaces\"\n#".to_owned();
        fs::write(root.join("planout.toml"), text.clone() + &"x".repeat(bytes - text.len()))
            .expect("a file of our own");
        planout(root, &["nslist"])
    };
    assert_eq!(file(1 << 20).status, 0);
    let refused = file((1 << 20) + 1);
    assert_eq!(refused.status, 1);
    assert!(refused.stderr.contains("`planout.toml` is larger than 1 MB"), "{}", refused.stderr);
}
