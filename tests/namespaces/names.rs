//! Compiled namespaces of another name than the one that stands in them, as planout4j reads them:
//! the inner name decides hashes.

use std::fs;
use std::path::Path;

use planout::catalog::{Catalog, Loaded};
use planout::plan::{self, Class, Status, Units};
use planout::store::FileFormat;
use planout::{Dialect, Map, Namespace, Value};

use crate::support::{Run, planout};

/// A source of a dialect, which says how segments are hashed.
fn source(dialect: &str) -> String {
    format!(
        "\
namespace: {{unit: userid, segments: 50, dialect: {dialect}}}
experiment_definitions:
  - {{definition: D, assign: !planout \"x = randomInteger(min=0, max=100000, unit=userid);\"}}
default_experiment: D
experiment_sequence:
  - {{action: add, definition: D, name: a, segments: 25}}
"
    )
}

/// The source as it is compiled under a name.
fn compiled(name: &str, dialect: &str) -> Vec<u8> {
    let text = source(dialect).into_bytes();
    let loaded = Loaded::new("x.yaml", Some(name), text, FileFormat::Yaml, Dialect::Planout4j);
    let document = loaded.document.expect("a valid source");
    let json =
        planout::tree::to_json(&document.compiled, planout::tree::Layout::Pretty, document.dialect);
    json.into_bytes()
}

fn load(name: &str, inner: &str, dialect: &str) -> Loaded {
    let bytes = compiled(inner, dialect);
    Loaded::new("x.json", Some(name), bytes, FileFormat::Json, Dialect::Planout4j)
}

fn answers(namespace: &Namespace) -> String {
    let answer = |user: i64| {
        let inputs = Map::from_iter([("userid".to_owned(), Value::from(user))]);
        let found = namespace.assign(&inputs).expect("an answer");
        format!("{:?} {:?} {:?}\n", found.segment, found.experiment, found.params.to_map())
    };
    (0..50).map(answer).collect()
}

#[test]
fn the_inner_name_decides_hashes() {
    for dialect in ["planout4j", "planout"] {
        let build = |loaded: Loaded| loaded.document.expect("valid").build().expect("valid");
        let renamed = build(load("new", "old", dialect));
        assert_eq!((renamed.name(), renamed.hashed_name()), ("new", "old"));
        let (old, new) = (load("old", "old", dialect), load("new", "new", dialect));
        assert_eq!(answers(&renamed), answers(&build(old)), "{dialect}");
        assert_ne!(answers(&renamed), answers(&build(new)), "{dialect}");
    }
}

#[test]
fn the_name_of_the_file_decides_hashes_of_a_source() {
    let text = source("planout").replace("{unit", "{name: old, unit");
    let loaded =
        Loaded::new("x.yaml", Some("new"), text.into(), FileFormat::Yaml, Dialect::Planout4j);
    assert!(loaded.diagnostics.is_empty());
    let namespace = loaded.document.expect("valid").build().expect("valid");
    assert_eq!((namespace.name(), namespace.hashed_name()), ("new", "new"));
}

#[test]
fn another_name_is_said() {
    let loaded = load("new", "old", "planout");
    let report = loaded.report().to_string();
    let said = "6:13: warning[P0701]: this compiled namespace is called `new`, and was compiled as \
                `old`";
    assert_eq!(report, format!("x.json:{said}"));
    assert!(load("old", "old", "planout").diagnostics.is_empty());
    // Spaces are not part of a name, and one that is not there is the file's.
    let text = |from: &str, to: &str| {
        let json = String::from_utf8(compiled("old", "planout")).expect("text");
        assert!(json.contains(from), "{json}");
        json.replace(from, to).into_bytes()
    };
    for (json, expected) in
        [(text("\"old\"", "\" old \""), "old"), (text(",\n    \"name\": \"old\"", ""), "old")]
    {
        let loaded = Loaded::new("x.json", Some("old"), json, FileFormat::Json, Dialect::Planout4j);
        assert!(loaded.diagnostics.is_empty(), "{}", loaded.report());
        assert_eq!(loaded.document.expect("valid").hashed_name, expected);
    }
}

#[test]
fn a_plan_says_who_moves_by_another_name() {
    for (dialect, expected) in [
        ("planout4j", "changes `salt` from `old` to `new`: scripts draw anew"),
        ("planout", "changes `name` from `old` to `new`: units fall into other segments"),
    ] {
        let before = [load("new", "old", dialect)];
        let text = source(dialect).into_bytes();
        let yaml = Loaded::new("x.yaml", Some("new"), text, FileFormat::Yaml, Dialect::Planout4j);
        let plan = plan::compare(&before, &[yaml], &Units::Numbers(100));
        assert_eq!(plan.class(), Class::Reassigning, "{dialect}");
        let Status::Changed(changes) = &plan.namespaces[0].status else {
            panic!("{plan:?}");
        };
        let causes: Vec<String> = changes.causes.iter().map(|it| it.to_string()).collect();
        assert!(causes[0].ends_with(expected), "{causes:?}");
        let same = plan::compare(&before, &before, &Units::Numbers(100));
        assert_eq!(same.class(), Class::None);
    }
}

fn run(folder: &Path, arguments: &[&str]) -> Run {
    let run = planout(folder, arguments);
    assert_eq!(run.status, 0, "{arguments:?}\n{}\n{}", run.stdout, run.stderr);
    run
}

#[test]
fn every_command_agrees() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    fs::create_dir(folder.join("in")).expect("a folder");
    fs::write(folder.join("in/new.json"), compiled("old", "planout")).expect("a file");
    let catalog = Catalog::load(&folder.join("in").to_string_lossy(), Dialect::Planout4j);
    let catalog = catalog.expect("a catalog");
    let namespace = catalog.get("new").expect("it is asked for by the name of its file");
    let inputs = Map::from_iter([("userid".to_owned(), Value::from("7"))]);
    let expected = namespace.assign(&inputs).expect("an answer").params.int("x", -1);

    let eval = run(folder, &["eval", "--ns", "new", "--from", "in", "userid=7"]);
    assert!(eval.stdout.contains(&format!("\"x\": {expected}")), "{}", eval.stdout);
    assert!(eval.stderr.contains("warning[P0701]"), "{}", eval.stderr);
    fs::write(folder.join("units.csv"), "userid\n7\n").expect("a file");
    let batch = ["eval", "--ns", "new", "--from", "in", "--batch", "units.csv"];
    assert!(run(folder, &batch).stdout.contains(&expected.to_string()));
    assert!(run(folder, &["nslist", "in"]).stdout.contains("new"));
    assert!(run(folder, &["check", "in"]).stderr.contains("warning[P0701]"));

    // What is shipped keeps the name that its hashes take.
    let ship = run(folder, &["ship", "in", "out"]);
    assert!(ship.stderr.contains("warning[P0701]"), "{}", ship.stderr);
    let shipped = fs::read_to_string(folder.join("out/new.json")).expect("it is shipped");
    assert!(shipped.contains("\"name\": \"old\""), "{shipped}");
    assert!(run(folder, &["plan", "in", "out"]).stdout.contains("1 unchanged"));
}
