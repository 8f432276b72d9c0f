//! The environment stands in for what is not said, and makes no command line wrong.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::sandbox;

/// A call of each command, in the order of the help.
const CALLS: [&[&str]; 16] = [
    &["compile", "x = 1;"],
    &["check"],
    &["fmt", "--check", "sample-namespaces"],
    &["plan", "sample-namespaces", "out"],
    &["ship", "sample-namespaces", "out", "--dry-run"],
    &[
        "ramp",
        "button_color",
        "--definition",
        "Colors",
        "--name",
        "x",
        "--segments",
        "1",
        "--dry-run",
    ],
    &["stop", "button_color", "Colors", "--dry-run"],
    &["nslist"],
    &["eval", "--ns", "button_color", "userid=1"],
    &["eval", "--script", "x = 1;"],
    &["eval", "--ns", "button_color", "--batch", "users.csv"],
    &["simulate", "--ns", "button_color", "--units", "100", "--seed", "1"],
    &[
        "power",
        "--ns",
        "button_color",
        "--exp",
        "Colors",
        "--param",
        "color",
        "--metric",
        "rate=0.1",
        "--mde",
        "5%",
    ],
    &["audit", "sample-namespaces/button_color.yaml"],
    &["perf", "--ns", "button_color", "--iterations", "1"],
    &["explain", "P0208"],
];

/// All variables that anything reads, with values that are right and wrong.
const VARIABLES: [(&str, &[&str]); 4] = [
    ("SOURCE_DATE_EPOCH", &["", "0", "1700000000", "tomorrow", "-1", "1e9"]),
    ("PLANOUT_CONFIG", &["", "planout.toml"]),
    ("PLANOUT_SOURCE", &["", "sample-namespaces"]),
    ("PLANOUT_TARGET", &["", "shipped"]),
];

/// Runs the program with some variables: its status, and what it prints.
fn run(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_planout"));
    for (name, _) in VARIABLES {
        command.env_remove(name);
    }
    let output = command
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
        .expect("planout runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let status = output.status.code().expect("it is not killed");
    (status, text(&output.stdout), text(&output.stderr))
}

/// A folder in which all calls work.
fn folder() -> tempfile::TempDir {
    let folder = sandbox();
    std::fs::write(folder.path().join("users.csv"), "userid\nann\nbob\n").expect("a file");
    let (status, _, error) = run(folder.path(), &["ship", "sample-namespaces", "shipped"], &[]);
    assert_eq!(status, 0, "{error}");
    folder
}

#[test]
fn no_variable_makes_a_command_line_wrong() {
    let folder = folder();
    let root = folder.path();
    let (_, help, _) = run(root, &["--help"], &[]);
    let (_, commands) = help.split_once("\nCommands:\n").expect("commands");
    let names: BTreeSet<_> = commands
        .lines()
        .take_while(|line| line.starts_with("  "))
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    let called: BTreeSet<_> = CALLS.iter().map(|call| call[0]).collect();
    assert_eq!(called, names);

    for call in CALLS {
        let (_, help, _) = run(root, &[call[0], "--help"], &[]);
        assert!(!help.contains("[env:"), "{help}");
        let (status, answer, error) = run(root, call, &[]);
        assert_eq!(status, 0, "{call:?}: {error}");
        let is_same = |variables: &[(&str, &str)]| {
            let (now, printed, error) = run(root, call, variables);
            assert_eq!(now, status, "{call:?} with {variables:?}: {error}");
            if call[0] != "perf" {
                assert_eq!(printed, answer, "{call:?} with {variables:?}");
            }
        };
        for (name, values) in VARIABLES {
            values.iter().for_each(|value| is_same(&[(name, value)]));
        }
        for index in 0..2 {
            is_same(&VARIABLES.map(|(name, values)| (name, values[index])));
        }
    }
}

#[test]
fn the_time_of_exposures_is_that_of_the_build() {
    let folder = folder();
    let root = folder.path();
    let call = ["eval", "--ns", "button_color", "--batch", "users.csv", "--exposure", "-q"];
    let time = |printed: &str| -> u64 {
        let line: serde_json::Value =
            serde_json::from_str(printed.lines().next().expect("a line")).expect("JSON");
        line["time"].as_u64().expect("a time")
    };
    let (status, printed, error) = run(root, &call, &[("SOURCE_DATE_EPOCH", "1700000000")]);
    assert_eq!((status, time(&printed)), (0, 1_700_000_000), "{error}");
    // What is said counts more, whatever the variable is.
    for epoch in ["1700000000", "tomorrow"] {
        let said = [&call[..], &["--time", "5"]].concat();
        let (status, printed, error) = run(root, &said, &[("SOURCE_DATE_EPOCH", epoch)]);
        assert_eq!((status, time(&printed)), (0, 5), "{error}");
    }
    let (status, printed, _) = run(root, &call, &[("SOURCE_DATE_EPOCH", "")]);
    assert!(status == 0 && time(&printed) > 1_700_000_000);
    for wrong in ["tomorrow", "-1", "1.5", " 1", "99999999999999999999999"] {
        let (status, printed, error) = run(root, &call, &[("SOURCE_DATE_EPOCH", wrong)]);
        assert_eq!((status, &*printed), (2, ""), "{wrong}");
        let said = format!("error: `SOURCE_DATE_EPOCH` is `{wrong}`, which is not a number");
        assert!(error.starts_with(&said), "{error}");
    }
}

#[test]
fn a_variable_names_the_configuration_unless_an_option_does() {
    let folder = folder();
    let root = folder.path();
    std::fs::write(root.join("other.toml"), "source = \"nowhere\"\n").expect("a file");
    let check = |arguments: &[&str], config: &str| {
        let arguments = [&["check", "-v"], arguments].concat();
        run(root, &arguments, &[("PLANOUT_CONFIG", config)]).2
    };
    assert!(check(&[], "other.toml").contains("configuration: other.toml"));
    assert!(
        check(&["--config", "planout.toml"], "other.toml").contains("configuration: planout.toml")
    );
    assert!(check(&[], "").contains("configuration: planout.toml"));
    assert!(check(&[], "gone.toml").contains("`gone.toml`"));
}
