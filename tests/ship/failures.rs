//! Scripts that fail are not shipped by accident.

use std::fs;

use serde_json::Value;

use super::{edit, run, ship};
use crate::support::sandbox;

/// A new namespace whose experiment has a script.
fn write(folder: &std::path::Path, script: &str) {
    let text = format!(
        "namespace: {{unit: userid, segments: 10}}
experiment_definitions:
  - {{definition: D, assign: !planout \"x = 1;\"}}
  - definition: E
    assign: !planout |
      {script}
default_experiment: D
experiment_sequence:
  - {{action: add, definition: E, name: e, segments: 10}}
"
    );
    fs::write(folder.join("sample-namespaces/pay.yaml"), text).expect("a file");
}

const FAILS: &str = "x = userid % (1 - 1);";

#[test]
fn a_new_namespace_that_fails_is_refused_and_explained() {
    let folder = sandbox();
    write(folder.path(), FAILS);
    for options in [&[][..], &["--dry-run"], &["--units", "ids.txt"]] {
        fs::write(folder.path().join("ids.txt"), "1\n2\n").expect("a file");
        let refused = ship(folder.path(), 1, options);
        let said = "plan: units would fail: 5 created (1 failing)";
        assert!(refused.stdout.starts_with(said), "{}", refused.stdout);
        assert!(refused.stdout.contains(" units fail; unit "), "{}", refused.stdout);
        assert!(refused.stderr.contains("units of pay would fail"), "{}", refused.stderr);
        assert!(refused.stderr.contains("--allow-reassignment pay"), "{}", refused.stderr);
        assert!(!folder.path().join("out/pay.json").exists());
    }
    let plan = ["plan", "sample-namespaces", "out", "--detailed-exitcode"];
    run(folder.path(), 11, &plan);
    let json = run(folder.path(), 11, &[&plan[..], &["--format", "json"]].concat());
    let json: Value = serde_json::from_str(&json.stdout).expect("a plan");
    assert_eq!(json["class"], "reassigning");
    let pay = &json["namespaces"][3];
    assert_eq!((&pay["namespace"], &pay["class"]), (&"pay".into(), &"reassigning".into()));
    assert_eq!(pay["sample"]["fails"]["units"], 10_000);
    assert_eq!(pay["sample"]["fails"]["example"]["unit"], "0");
    assert_eq!(pay["sample"]["failed_after"], 10_000);
    assert_eq!(json["namespaces"][0]["sample"]["fails"], Value::Null);

    ship(folder.path(), 1, &["--allow-reassignment", "page_size"]);
    ship(folder.path(), 0, &["--allow-reassignment", "pay"]);
    // What fails as it did before is nothing new.
    write(folder.path(), &format!("{FAILS}\n      y = 2;"));
    let again = ship(folder.path(), 1, &[]);
    assert!(again.stderr.contains("units in running experiments of pay"), "{}", again.stderr);
    assert!(!again.stderr.contains("would fail"), "{}", again.stderr);
}

#[test]
fn without_a_sample_nothing_is_known_of_it() {
    let folder = sandbox();
    write(folder.path(), FAILS);
    ship(folder.path(), 0, &["--sample", "0"]);
}

#[test]
fn an_input_that_nobody_gave_is_asked_for() {
    let folder = sandbox();
    write(folder.path(), "x = age + 1;");
    let passed = ship(folder.path(), 0, &[]);
    let said = "not all units of pay, test_ns could be evaluated: `--units FILE` can add the inputs `age`, `sourceid`\n";
    assert!(passed.stderr.starts_with(said), "{}", passed.stderr);
    let plan = run(folder.path(), 10, &["plan", "sample-namespaces", "new", "--detailed-exitcode"]);
    let said = "  10000 of 10000 units could not be evaluated without `age`: use `--units FILE`";
    assert!(plan.stdout.contains(said), "{}", plan.stdout);
    assert!(plan.stdout.starts_with("plan: safe changes: 5 created\n"), "{}", plan.stdout);

    let folder = sandbox();
    write(folder.path(), "x = 10 % (30 - age);");
    for (ages, status) in [("30", 1), ("31", 0)] {
        let units = format!("userid,age\n1,25\n2,{ages}\n");
        fs::write(folder.path().join("units.csv"), units).expect("a file");
        let options = ["--units", "units.csv", "--types", "age:integer"];
        ship(folder.path(), status, &options);
    }
}

#[test]
fn the_guard_is_as_for_reassignments() {
    for (guard, said) in [("warn", true), ("off", false)] {
        let folder = sandbox();
        let config = format!("source = 'sample-namespaces'\n[ship]\nguard = '{guard}'\n");
        fs::write(folder.path().join("planout.toml"), config).expect("a file");
        write(folder.path(), FAILS);
        let run = ship(folder.path(), 0, &[]);
        assert_eq!(run.stderr.contains("warning: units of pay would fail"), said, "{}", run.stderr);
    }
}

#[test]
fn a_change_that_moves_some_and_fails_for_others_says_both() {
    let folder = sandbox();
    ship(folder.path(), 0, &[]);
    write(folder.path(), FAILS);
    edit(folder.path(), "segments: 10\n", "segments: 20\n");
    let refused = ship(folder.path(), 1, &[]);
    let said = "units in running experiments of button_color would be reassigned, \
                and units of pay would fail";
    assert!(refused.stderr.contains(said), "{}", refused.stderr);
    let allow = "--allow-reassignment button_color,pay";
    assert!(refused.stderr.contains(allow), "{}", refused.stderr);
}
