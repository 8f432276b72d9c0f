//! Inputs and overrides that are given twice, or that nobody uses.

use std::fs;
use std::path::Path;

use super::{contains, expect};
use crate::support::{Run, planout, sandbox};

fn run(folder: &Path, arguments: &[&str], more: &str) -> Run {
    let more = more.split(' ').filter(|word| !word.is_empty());
    planout(folder, &arguments.iter().copied().chain(more).collect::<Vec<_>>())
}

const EVAL: [&str; 3] = ["eval", "--ns", "onboarding"];
const SCRIPT: [&str; 3] = [
    "eval",
    "--script",
    "if (country == 'US') { price = uniformChoice(choices=[1, 2], unit=userid); }",
];

#[test]
fn what_is_given_twice_is_wrong_usage() {
    let folder = sandbox();
    for (command, twice, key) in [
        (&EVAL[..], "userid=1 userid=2", "userid"),
        (&EVAL, "userid=1 userid=1", "userid"),
        (&EVAL, "userid=1 userid:=1", "userid"),
        (&EVAL, "userid=1 --unit userid=2", "userid"),
        (&EVAL, "--unit userid=1 -u userid=2", "userid"),
        (&EVAL, "userid=1 --override steps=1 -o steps=2", "steps"),
        (&EVAL, "--batch users.csv country=1 country=2", "country"),
        (&SCRIPT, "userid=1 userid=2", "userid"),
        (&SCRIPT, "userid=1 --override price=1 --override price:=2", "price"),
        (&["simulate", "--ns", "onboarding"], "--input country=FR --input country=US", "country"),
        (&["perf", "--ns", "onboarding"], "--unit country=FR --unit country=US", "country"),
    ] {
        let run = expect(2, run(folder.path(), command, twice));
        contains(&run.stderr, &format!("`{key}` is given twice"));
    }
    let run = expect(2, run(folder.path(), &EVAL, "--batch u.csv --types a:integer,a:float"));
    contains(&run.stderr, "`--types` gives column `a` two types");
    let objects = ["userid=1", "--inputs", "{\"country\": 1, \"country\": 2}"];
    expect(2, planout(folder.path(), &[&EVAL[..], &objects].concat()));
}

#[test]
fn single_values_are_laid_over_objects() {
    let folder = sandbox();
    let arguments = ["--inputs", r#"{"userid": 1, "country": "US"}"#, "country=FR"];
    let run = expect(0, planout(folder.path(), &[&SCRIPT[..], &arguments].concat()));
    assert_eq!(run.stdout, "{}\n");
    let arguments = ["u=1", "--overrides", r#"{"price": 7}"#, "--override", "price:=8"];
    let run = expect(0, planout(folder.path(), &[&SCRIPT[..], &arguments].concat()));
    assert_eq!(run.stdout, "{\n  \"price\": 8\n}\n");
}

#[test]
fn what_no_script_uses_is_warned_of() {
    let folder = sandbox();
    for (command, given, warning) in [
        (
            &EVAL[..],
            "userid=1 contry=US",
            "no script of `onboarding` reads `contry`: did you mean `country`?",
        ),
        (&EVAL, "userid=1 zebra=US", "no script of `onboarding` reads `zebra`\n"),
        (
            &EVAL,
            "userid=1 steps=2",
            "no script of `onboarding` reads `steps`: a script sets it; `planout eval --override` can hold it at a value",
        ),
        (
            &EVAL,
            "userid=1 --override stpes=2",
            "no script of `onboarding` sets or reads `stpes`: did you mean `steps`?",
        ),
        (&EVAL, "userid=1 --default contry=US", "no script of `onboarding` reads `contry`"),
        (&SCRIPT, "userid=1 contry=US", "no script reads `contry`: did you mean `country`?"),
        (&SCRIPT, "userid=1 -o prcie=1", "no script sets or reads `prcie`: did you mean `price`?"),
        (
            &["perf", "--ns", "onboarding", "--iterations", "9"],
            "--unit contry=US",
            "no script of `onboarding` reads `contry`: did you mean `country`?",
        ),
        (
            &["simulate", "--ns", "onboarding", "--units", "99"],
            "--input contry=US",
            "no script of `onboarding` reads `contry`: did you mean `country`?",
        ),
    ] {
        let said = expect(0, run(folder.path(), command, given)).stderr;
        contains(&said, &format!("warning: {warning}"));
        assert_eq!(said.matches("warning").count(), 1, "{said}");
    }
    for (command, given) in [
        (&EVAL[..], "userid=1 country=US _baseline_:=true --override steps=1 -o country=FR"),
        (&EVAL, "userid=1 country=US --default"),
        (&SCRIPT, "userid=1 country=US --override userid=2 -o price=1"),
        (&EVAL, "userid=1 contry=US --override stpes=2 -q"),
    ] {
        let said = expect(0, run(folder.path(), command, given)).stderr;
        assert!(!said.contains("warning"), "{said}");
    }
}

#[test]
fn what_is_declared_can_be_given() {
    let folder = sandbox();
    let path = folder.path().join("sample-namespaces/button_color.yaml");
    let text = fs::read_to_string(&path).expect("a sample");
    let declared = text.replacen("unit: userid\n", "unit: userid\n  inputs: [country]\n", 1);
    fs::write(path, declared).expect("a file");
    let eval = ["eval", "--ns", "button_color", "userid=1", "country=US"];
    let said = expect(0, planout(folder.path(), &eval)).stderr;
    assert!(!said.contains("warning"), "{said}");
}

#[test]
fn columns_that_are_probably_misspelt_are_warned_of() {
    let folder = sandbox();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
    write("wrong.csv", "userid,contry,name\n1,FR,ann\n");
    write("right.csv", "userid,country,contry,name\n1,FR,US,ann\n");
    write("far.tsv", "userid\tname\n1\tann\n");
    let warning = "`wrong.csv` has no column `country`, which scripts read: did you mean `contry`?";
    for command in [
        "eval --ns onboarding --batch",
        "eval --ns onboarding,button_color -o out.csv --batch",
        "simulate --ns onboarding --batch",
    ] {
        let words: Vec<&str> = command.split(' ').collect();
        let said = run(folder.path(), &words, "wrong.csv").stderr;
        assert_eq!(said.matches(&format!("warning: {warning}\n")).count(), 1, "{said}");
        for silent in ["right.csv", "far.tsv"] {
            let said = run(folder.path(), &words, silent).stderr;
            assert!(!said.contains("warning"), "{said}");
        }
    }
    // Inputs that all rows share are inputs.
    let said = run(folder.path(), &EVAL, "--batch far.tsv contry=FR").stderr;
    contains(&said, "warning: no script of `onboarding` reads `contry`: did you mean `country`?");
    let said = run(folder.path(), &EVAL, "--batch wrong.csv country=FR").stderr;
    assert!(!said.contains("warning"), "{said}");
    let said = run(folder.path(), &EVAL, "--batch wrong.csv --format json").stderr;
    let summary: serde_json::Value = serde_json::from_str(&said).expect("an object");
    assert_eq!(summary["notes"], serde_json::json!([format!("warning: {warning}")]));
}
