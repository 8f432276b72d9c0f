//! The command: what it prints, and its exit statuses.

use std::fs;

use serde_json::Value;

use crate::support::{planout, sandbox};

const UNITS: [&str; 2] = ["--units", "20000"];

#[test]
fn threads_change_nothing_and_seeds_do() {
    let folder = sandbox();
    let run = |more: &[&str]| {
        let arguments = [&["simulate", "--ns", "onboarding"], &UNITS[..], more].concat();
        let run = planout(folder.path(), &arguments);
        assert_eq!(run.status, 0, "{}", run.stderr);
        run.stdout
    };
    for format in ["text", "json"] {
        let one = run(&["--threads", "1", "--format", format]);
        for threads in ["2", "7"] {
            assert_eq!(run(&["--threads", threads, "--format", format]), one);
        }
        assert_eq!(run(&["--format", format]), one);
        assert_ne!(run(&["--seed", "1", "--format", format]), one);
    }
}

#[test]
fn json_has_what_the_documents_promise() {
    let folder = sandbox();
    let text = "namespace: {name: mixed, unit: userid, segments: 4}
experiment_definitions:
  - definition: D
    assign: !planout |
      x = 'd';
  - definition: X
    assign: !planout |
      x = uniformChoice(choices=['a', 'b'], unit=userid);
      f = randomFloat(min=0, max=2, unit=userid);
      u = userid % 2;
default_experiment: D
experiment_sequence:
  - {action: add, definition: X, name: E, segments: 1}
";
    fs::write(folder.path().join("sample-namespaces/mixed.yaml"), text).expect("a file");
    let arguments = [&["simulate", "--ns", "mixed", "--format", "json"], &UNITS[..]].concat();
    let run = planout(folder.path(), &arguments);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let answer: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(answer["namespace"], "mixed");
    assert_eq!((&answer["units"], &answer["seed"]), (&20_000.into(), &0.into()));
    assert_eq!(answer["as_designed"], true);
    assert_eq!((&answer["failed"], &answer["failure"]), (&0.into(), &Value::Null));
    let rows = answer["experiments"]["rows"].as_array().expect("rows");
    assert_eq!((&rows[0]["experiment"], &rows[0]["expected"]), (&"E".into(), &0.25.into()));
    assert!(rows[1]["experiment"].is_null());
    let counts = rows.iter().map(|row| row["count"].as_u64().expect("a count"));
    assert_eq!(counts.sum::<u64>(), 20_000);
    for key in ["statistic", "degrees", "p", "corrected"] {
        assert!(answer["experiments"]["test"][key].is_number(), "{key}");
    }
    let params = answer["params"].as_array().expect("params");
    let find = |name: &str, experiment: Value, scope: &str| {
        let found = params.iter().find(|it| {
            it["param"] == name && it["experiment"] == experiment && it["scope"] == scope
        });
        found.unwrap_or_else(|| panic!("no {name}: {answer:#}"))
    };
    let x = find("x", Value::Null, "all");
    let shares: Vec<&Value> =
        x["rows"].as_array().expect("rows").iter().map(|row| &row["expected"]).collect();
    assert_eq!(shares, [0.75, 0.125, 0.125]);
    let f = find("f", "E".into(), "experiment");
    assert_eq!(f["rows"][0]["kind"], "numbers");
    let median = &f["quantiles"][3];
    assert_eq!((&median["share"], &median["expected"]), (&0.5.into(), &1.0.into()));
    let off = median["observed"].as_f64().expect("a number") - 1.0;
    assert!(off.abs() < 0.05, "{off}");
    assert_eq!(find("f", Value::Null, "all")["rows"][1]["kind"], "unset");
    let u = find("u", "E".into(), "experiment");
    let why = "it depends on the value of the primary unit itself";
    assert_eq!(u["not_known"], why);
    assert_eq!(u["test"]["not_tested"], "it cannot be enumerated");
    let text = planout(folder.path(), &["simulate", "--ns", "mixed", "--units", "1000"]).stdout;
    assert!(text.contains(&format!("u in E: not known: {why}\n")), "{text}");
}

#[test]
fn exit_statuses_tell_what_is_wrong() {
    let folder = sandbox();
    let run = |arguments: &[&str]| planout(folder.path(), &[&["simulate"], arguments].concat());
    let misspelt = run(&["--ns", "button_colour"]);
    assert_eq!(misspelt.status, 1);
    assert!(misspelt.stderr.contains("did you mean `button_color`?"), "{}", misspelt.stderr);
    assert_eq!(run(&[]).status, 2);
    assert_eq!(run(&["--ns", "button_color", "--units", "0"]).status, 2);
    assert_eq!(run(&["--ns", "button_color", "--threads", "0"]).status, 2);
    assert_eq!(run(&["--ns", "button_color", "--input", "userid=1"]).status, 2);
    let both = ["--ns", "button_color", "--observed", "x", "--units", "10"];
    assert_eq!(run(&both).status, 2);
    assert_eq!(run(&["--ns", "button_color", "--from", "nowhere"]).status, 3);
    // What scripts need and do not get is named.
    let failing = run(&["--ns", "test_ns", "--units", "1000"]);
    assert_eq!(failing.status, 1);
    assert!(failing.stderr.contains("units could not be evaluated"), "{}", failing.stderr);
    assert!(failing.stderr.contains("as `KEY=VALUE`"), "{}", failing.stderr);
    // What no script reads was meant to be something else.
    let misspelt = run(&[&["--ns", "onboarding"], &UNITS[..], &["--input", "contry=NL"]].concat());
    let warning = "warning: no script of `onboarding` reads `contry`: did you mean `country`?\n";
    assert!(misspelt.stderr.starts_with(warning), "{}", misspelt.stderr);
    let inputs = ["--input", "sourceid=1", "--input", "storyid=2", "--input", "viewerid=3"];
    let given = run(&[&["--ns", "test_ns"], &UNITS[..], &inputs].concat());
    assert_eq!(given.status, 0, "{}\n{}", given.stderr, given.stdout);
}
