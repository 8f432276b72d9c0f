//! What says the same is the same, however it is written: for `plan` and for `ship`.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value};

use super::run;
use crate::support::{planout, sandbox};

/// What other programs make of the JSON of a namespace, without a change of what it says.
fn rewritten(text: &str, way: &str) -> String {
    let value: Value = serde_json::from_str(text).expect("JSON");
    match way {
        // planout4j escapes some characters and writes everything on one line.
        "compact" => value.to_string().replace('<', "\\u003c").replace('=', "\\u003d"),
        "without a line break" => text.trim_end().to_owned(),
        "other order" => reversed(&value).to_string(),
        "without nulls" => without_nulls(value).to_string(),
        other => panic!("{other}"),
    }
}

/// The keys in another order, but for those of literals, whose order counts.
fn reversed(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(reversed).collect(),
        Value::Object(map) if map.get("op").is_some_and(|op| op == "literal") => value.clone(),
        Value::Object(map) => {
            map.iter().rev().map(|(key, value)| (key.clone(), reversed(value))).collect()
        }
        other => other.clone(),
    }
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        Value::Object(map) => {
            let entries = map.into_iter().filter(|(_, value)| !value.is_null());
            let entries = entries.map(|(key, value)| (key, without_nulls(value)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
        other => other,
    }
}

/// A folder whose samples have been shipped to `out` by a program that writes in another way.
fn shipped_by_another(way: &str) -> tempfile::TempDir {
    let folder = sandbox();
    let path = folder.path().join("sample-namespaces/test_ns.yaml");
    let text = fs::read_to_string(&path).expect("a sample");
    // A key that nobody knows, without a value, and a null in a script.
    fs::write(&path, text + "owner:\n").expect("a file");
    run(folder.path(), 0, &["ship", "sample-namespaces", "out"]);
    for entry in fs::read_dir(folder.path().join("out")).expect("a folder") {
        let path = entry.expect("a file").path();
        if path.extension().is_some_and(|it| it == "json") {
            let text = fs::read_to_string(&path).expect("a namespace");
            fs::write(path, rewritten(&text, way)).expect("a file of our own");
        }
    }
    folder
}

fn bytes(folder: &Path) -> Vec<Vec<u8>> {
    let names = ["button_color", "onboarding", "page_size", "test_ns"];
    let read = |name| fs::read(folder.join(format!("out/{name}.json"))).expect("a namespace");
    names.into_iter().map(read).collect()
}

#[test]
fn what_another_program_has_shipped_is_unchanged_and_left_alone() {
    for way in ["compact", "without a line break", "other order", "without nulls"] {
        let folder = shipped_by_another(way);
        let before = bytes(folder.path());
        let plan = ["plan", "sample-namespaces", "out", "--detailed-exitcode"];
        let plan = run(folder.path(), 0, &plan);
        assert_eq!(plan.stdout, "plan: no changes: 4 unchanged\n", "{way}");
        for options in [&["--dry-run"][..], &[]] {
            let ship = [&["ship", "sample-namespaces", "out"], options].concat();
            let ship = run(folder.path(), 0, &ship);
            assert!(ship.stderr.contains("0 updated, 4 unchanged"), "{way}: {}", ship.stderr);
            assert_eq!(bytes(folder.path()), before, "{way}");
        }
    }
}

#[test]
fn a_change_among_what_another_program_has_shipped_is_the_only_one() {
    let folder = shipped_by_another("compact");
    let before = bytes(folder.path());
    super::edit(folder.path(), "label = 'Join';", "label = 'Enter';");
    let ship = run(folder.path(), 0, &["ship", "sample-namespaces", "out"]);
    assert!(ship.stderr.contains("1 updated, 3 unchanged"), "{}", ship.stderr);
    let after = bytes(folder.path());
    assert_ne!(after[0], before[0]);
    assert_eq!(after[1..], before[1..]);
}

#[test]
fn a_setting_that_is_in_force_anyway_changes_nothing() {
    let folder = sandbox();
    run(folder.path(), 0, &["ship", "sample-namespaces", "out"]);
    let said = "  dialect: planout4j\n  segment_hashing: shared\n  segments: 10\n";
    super::edit(folder.path(), "  segments: 10\n", said);
    let ship = run(folder.path(), 0, &["ship", "sample-namespaces", "out"]);
    assert!(ship.stderr.contains("0 updated, 4 unchanged"), "{}", ship.stderr);
    // What differs in kind, in the order of a list or in a literal differs.
    for (from, to) in [
        ("segment_hashing: shared", "segment_hashing: namespace"),
        ("'Sign up'", "'Sign  up'"),
        ("  segments: 10\n", "  segments: 10\n  owner: growth\n"),
    ] {
        super::edit(folder.path(), from, to);
        let ship = ["ship", "sample-namespaces", "out", "--allow-reassignment", "button_color"];
        let ship = run(folder.path(), 0, &ship);
        assert!(ship.stderr.contains("1 updated"), "{to}: {}", ship.stderr);
    }
}

#[test]
fn what_cannot_be_read_is_updated() {
    let folder = sandbox();
    run(folder.path(), 0, &["ship", "sample-namespaces", "out"]);
    for text in ["", "{}", "\u{feff}nonsense"] {
        fs::write(folder.path().join("out/test_ns.json"), text).expect("a file");
        let ship = ["ship", "sample-namespaces", "out", "--allow-reassignment", "test_ns"];
        let ship = planout(folder.path(), &ship);
        assert!(ship.stderr.contains("1 updated, 3 unchanged"), "{text}: {}", ship.stderr);
    }
}
