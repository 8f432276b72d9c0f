//! What `check` calls an error is not shipped, and what it warns of is.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::run;
use crate::support::{names, planout};

/// A namespace with an experiment whose definition is given.
fn namespace(script: &str) -> String {
    format!(
        "namespace: {{unit: userid, segments: 10}}
experiment_definitions:
  - {{definition: D, assign: !planout \"x = 1;\"}}
  - definition: E
    assign: !planout |
      {script}
default_experiment: D
experiment_sequence:
  - {{action: add, definition: E, name: e1, segments: 5}}
"
    )
}

/// A folder with the namespace `pay` in `s`, and a configuration.
fn folder(script: &str, config: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path(), "planout.toml", config);
    write(folder.path(), "s/pay.yaml", &namespace(script));
    folder
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, text).expect("a file of our own");
}

/// The codes of the errors that a command prints as JSON.
fn errors(stderr: &str) -> Vec<String> {
    let list = stderr.lines().find(|line| line.starts_with('[')).unwrap_or("[]");
    let list: Value = serde_json::from_str(list).expect("diagnostics");
    let list = list.as_array().expect("a list").iter();
    let errors = list.filter(|it| it["severity"] == "error");
    errors.map(|it| it["code"].as_str().expect("a code").to_owned()).collect()
}

const UNKNOWN: &str = "x = uniformChioce(choices=[1, 2], unit=userid);";

#[test]
fn what_check_calls_an_error_is_neither_planned_nor_shipped() {
    for (script, config, code) in [
        (UNKNOWN, "", "P0400"),
        ("x = uniformChoice(choices=[1, 2]);", "", "P0401"),
        ("x = randomInteger(min=4, max=3, unit=userid);", "", "P0411"),
        ("x = uniformChoice(choices=[1], unit=userid);", "[checks]\nP0503 = 'error'", "P0503"),
        ("x = 1; # planout: allow(P0001)", "[checks]\nP0508 = 'error'\nP0601 = 'error'", ""),
    ] {
        let folder = folder(script, config);
        let run = |arguments: &[&str]| planout(folder.path(), arguments);
        let status = i32::from(!code.is_empty());
        assert_eq!(run(&["check", "s"]).status, status, "{script}");
        for arguments in [
            &["ship", "s", "out", "--dry-run"][..],
            &["ship", "s", "out", "--allow-reassignment", "pay"],
            &["plan", "s", "out"],
        ] {
            let told = run(&[arguments, &["--format", "json"]].concat());
            let wanted = if code.is_empty() { vec![] } else { vec![code] };
            assert_eq!(told.status, status, "{arguments:?}: {}", told.stderr);
            assert_eq!(errors(&told.stderr), wanted, "{}", told.stderr);
            if status == 1 {
                assert_eq!(names(folder.path()), ["planout.toml", "s"]);
            }
            let _ = fs::remove_dir_all(folder.path().join("out"));
        }
        // A compiler only compiles.
        fs::create_dir(folder.path().join("out")).expect("a folder");
        assert_eq!(run(&["compile", "s/pay.yaml", "out/pay.json"]).status, 0);
        // What is compiled is checked as its source is.
        let compiled = run(&["ship", "out", "again"]);
        assert_eq!(compiled.status, status, "{}", compiled.stderr);
        assert!(compiled.stderr.contains(code), "{}", compiled.stderr);
    }
}

#[test]
fn the_plan_says_which_namespace_is_broken_and_is_not_saved() {
    let folder = folder(UNKNOWN, "");
    write(folder.path(), "s/good.yaml", &namespace("x = 2;"));
    let arguments = ["plan", "s", "out", "--format", "json", "--out", "plan.json"];
    let plan = run(folder.path(), 1, &arguments);
    let json: Value = serde_json::from_str(&plan.stdout).expect("a plan");
    assert_eq!(json["class"], "invalid");
    let statuses = json["namespaces"].as_array().expect("two").iter();
    let statuses: Vec<_> = statuses.map(|it| (&it["namespace"], &it["status"])).collect();
    assert_eq!(statuses, [(&"good".into(), &"created".into()), (&"pay".into(), &"broken".into())]);
    assert!(!folder.path().join("plan.json").exists());
    let detailed = ["plan", "s", "out", "--detailed-exitcode"];
    run(folder.path(), 1, &detailed);
    let shipped = run(folder.path(), 1, &["ship", "s", "out"]);
    assert!(shipped.stderr.contains("error[P0400]"), "{}", shipped.stderr);
    assert!(shipped.stderr.contains("s/pay.yaml:6"), "{}", shipped.stderr);
    assert!(shipped.stderr.contains("1 of 2 namespaces invalid"), "{}", shipped.stderr);
    assert!(!folder.path().join("out").exists());
}

#[test]
fn compiled_scripts_are_not_counted_as_namespaces() {
    let folder = folder("x = 1;", "");
    let told = |command: &[&str]| run(folder.path(), 1, command).stderr;
    write(folder.path(), "s/script.json", r#"{"op":"return","value":1}"#);
    let (ship, list) = (told(&["ship", "s", "out"]), told(&["nslist", "s"]));
    assert!(ship.contains("nothing was shipped: 1 compiled script is not a namespace\n"), "{ship}");
    assert!(list.contains("1 compiled script is not a namespace and was left out"), "{list}");
    write(folder.path(), "s/second.json", r#"{"op":"return","value":2}"#);
    let list = told(&["nslist", "s"]);
    assert!(list.contains("2 compiled scripts are not namespaces and were left out"), "{list}");
    write(folder.path(), "s/bad.yaml", "namespace: {unit: u}\n");
    let (ship, list) = (told(&["ship", "s", "out"]), told(&["nslist", "s"]));
    let scripts = "2 compiled scripts are not namespaces";
    assert!(ship.contains(&format!("1 of 2 namespaces invalid, and {scripts}\n")), "{ship}");
    let both = format!("1 namespace is invalid, and {scripts}: they were left out");
    assert!(list.contains(&both), "{list}");
}

#[test]
fn a_saved_plan_does_not_outlive_a_stricter_check() {
    let folder = folder("x = uniformChoice(choices=[1], unit=userid);", "");
    run(folder.path(), 0, &["plan", "s", "out", "--out", "plan.json"]);
    write(folder.path(), "planout.toml", "[checks]\nP0503 = 'error'\n");
    let refused = run(folder.path(), 1, &["ship", "s", "out", "--plan", "plan.json"]);
    assert!(refused.stderr.contains("error[P0503]"), "{}", refused.stderr);
}

#[test]
fn levels_and_comments_are_honoured_and_warnings_are_for_check() {
    let single = "x = uniformChoice(choices=[1], unit=userid);";
    // What is a warning keeps nothing from being shipped, and is not said here.
    let quiet = run(folder(single, "").path(), 0, &["ship", "s", "out"]);
    assert_eq!(quiet.stderr, "shipped 1 namespace: 1 created, 0 updated, 0 unchanged\n");
    let allowed = format!("# planout: allow(P0503)\n      {single}");
    let config = "[checks]\nP0503 = 'error'\n";
    run(folder(&allowed, config).path(), 0, &["ship", "s", "out"]);
    run(folder(single, config).path(), 1, &["ship", "s", "out"]);
    // A comment that allows nothing is a problem like any other.
    let useless = format!("# planout: allow(P0502)\n      {single}");
    run(folder(&useless, "").path(), 0, &["ship", "s", "out"]);
    run(folder(&useless, "[checks]\nP0150 = 'error'\n").path(), 1, &["ship", "s", "out"]);
    // Warnings of the compiler are still said.
    let switch = "switch { x == 1 => return false; }";
    let said = planout(folder(switch, "").path(), &["ship", "s", "out", "--sample", "0"]);
    assert!(said.stderr.contains("warning[P0007]"), "{}", said.stderr);
}

#[test]
fn namespaces_are_compared_if_that_is_an_error() {
    for (config, status) in [("", 0), ("[checks]\nP0700 = 'error'\n", 1)] {
        let folder = folder("x = 2;", config);
        write(folder.path(), "s/more.yaml", &namespace("x = 3;"));
        let ship = run(folder.path(), status, &["ship", "s", "out"]);
        assert_eq!(ship.stderr.contains("P0700"), status == 1, "{}", ship.stderr);
    }
}

#[test]
fn a_plan_against_a_revision_checks_what_would_be_and_not_what_was() {
    let folder = folder(UNKNOWN, "source = 's'\n");
    let git = |arguments: &str| crate::support::shell(arguments, folder.path());
    git("git init -q . && git add . && git -c user.name=x -c user.email=x@y commit -qm x");
    let plan = ["plan", "--against", "git:HEAD"];
    run(folder.path(), 1, &plan);
    write(folder.path(), "s/pay.yaml", &namespace("x = 2;"));
    let mended = run(folder.path(), 0, &plan);
    assert!(mended.stdout.contains("1 changed"), "{}", mended.stdout);
}
