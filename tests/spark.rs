//! `docs/examples/spark_assign.py`: Spark gives the answers of single evaluations.
//!
//! Needs Java, and a Python with `pyspark`: `$PLANOUT_SPARK_PYTHON`, else `python3`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use planout::catalog::Loaded;
use planout::source::SourceText;
use planout::store::FileFormat;
use planout::tree::{Kind, Layout, Node, json, to_json};
use planout::{Assignment, Dialect, Map, Namespace, Value};

use crate::support::{get, golden, map, same, skip, text};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A namespace that Spark assigns units of, and the units.
struct Case {
    namespace: Namespace,
    units: Vec<Map>,
}

/// The Python that has Spark; `None`, which is said, if that cannot be had.
fn python() -> Option<String> {
    let chosen = std::env::var("PLANOUT_SPARK_PYTHON").ok().filter(|path| !path.is_empty());
    let python = chosen.clone().unwrap_or_else(|| "python3".to_owned());
    let runs = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let missing = if !runs("java", &["-version"]) {
        "there is no `java`"
    } else if !runs(&python, &["-c", "import pyspark"]) {
        "there is no Python with `pyspark`"
    } else {
        return Some(python);
    };
    assert!(chosen.is_none(), "PLANOUT_SPARK_PYTHON is set, but {missing}");
    skip(missing);
    None
}

#[test]
fn spark_gives_the_answers_of_single_evaluations() {
    let Some(python) = python() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cases = write_cases(folder.path());
    let button = write_button(folder.path());
    let output = Command::new(python)
        .arg(format!("{ROOT}/tests/spark/golden.py"))
        .args([&format!("{ROOT}/docs/examples"), env!("CARGO_BIN_EXE_planout")])
        .arg(folder.path())
        .env("SPARK_LOCAL_IP", "127.0.0.1")
        .output()
        .expect("python runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");

    assert!(cases.values().map(|case| case.units.len()).sum::<usize>() > 500);
    for (name, case) in &cases {
        let answers = lines(&folder.path().join(format!("{name}.out")));
        assert_eq!(answers.len(), case.units.len(), "{name}: {said}");
        for (inputs, answer) in case.units.iter().zip(&answers) {
            let assignment = case.namespace.assign(inputs).expect("golden units are assigned");
            let params = get(answer, "params").expect("params");
            let expected = Value::from(assignment.params.to_map()).to_node().expect("finite");
            assert!(agrees(answer, &assignment) && same(params, &expected), "{name}: {inputs:?}");
        }
    }
    frame_agrees(&button, &lines(&folder.path().join("frame.out")));
    let failure = fs::read_to_string(folder.path().join("failure.out")).expect("a failure");
    assert!(failure.contains("planout ended with status 1"), "{failure}");
    assert!(failure.contains("`userid`"), "{failure}");
}

/// Writes golden namespaces and the inputs of their units for Spark.
fn write_cases(folder: &Path) -> BTreeMap<String, Case> {
    let rows = golden("namespaces.jsonl");
    let mut cases = BTreeMap::new();
    for row in &rows {
        let dialect: Dialect = text(row, "dialect").parse().expect("a dialect");
        let yaml = text(row, "yaml").as_bytes().to_vec();
        let loaded = Loaded::new("row", Some(text(row, "name")), yaml, FileFormat::Yaml, dialect);
        let namespace = write_namespace(folder, &loaded);
        let evals = get(row, "evals").and_then(Node::as_list).expect("evals");
        let plain = evals
            .iter()
            .filter(|eval| get(eval, "error").is_none() && map(eval, "overrides").is_empty());
        let units: Vec<Map> = plain.map(|eval| map(eval, "inputs")).collect();
        let mut text = String::new();
        for inputs in &units {
            let node = Value::from(inputs.clone()).to_node().expect("finite inputs");
            writeln!(text, "{}", to_json(&node, Layout::Compact, Dialect::Planout)).expect("text");
        }
        let name = namespace.name().to_owned();
        fs::write(folder.join(format!("{name}.jsonl")), text).expect("a file of our own");
        cases.insert(name, Case { namespace, units });
    }
    assert!(cases.len() > 100, "only {} namespaces", cases.len());
    cases
}

/// Writes the compiled form of a namespace, and builds it.
fn write_namespace(folder: &Path, loaded: &Loaded) -> Namespace {
    let document = loaded.document.as_ref().expect("a valid namespace");
    let compiled = to_json(&document.compiled, Layout::Compact, document.dialect);
    fs::write(folder.join(format!("{}.json", document.name)), compiled).expect("a file");
    document.build().expect("a checked document builds")
}

/// Writes a sample and a table of units, which Spark reads as a DataFrame.
fn write_button(folder: &Path) -> Namespace {
    let yaml = fs::read(format!("{ROOT}/sample-namespaces/button_color.yaml")).expect("a sample");
    let name = Some("button_color");
    let loaded = Loaded::new("sample", name, yaml, FileFormat::Yaml, Dialect::Planout4j);
    let mut table = "userid,country\n".to_owned();
    (0..200).for_each(|unit| writeln!(table, "{unit:03},NL").expect("text"));
    fs::write(folder.join("units.csv"), table).expect("a file of our own");
    write_namespace(folder, &loaded)
}

/// Rows of the DataFrame, which come in any order, with a column for each param.
fn frame_agrees(namespace: &Namespace, rows: &[Node]) {
    let mut seen = BTreeSet::new();
    for row in rows {
        let unit = text(row, "userid");
        let inputs = Map::from_iter([("userid".to_owned(), Value::from(unit))]);
        let assignment = namespace.assign(&inputs).expect("an assignment");
        assert!(agrees(row, &assignment), "{unit}");
        for param in ["color", "label"] {
            assert_eq!(text(row, param), assignment.params.string(param, "none"), "{unit}");
        }
        seen.insert(unit);
    }
    assert_eq!((rows.len(), seen.len()), (200, 200));
}

/// Whether an answer says what an assignment says of all but the params.
fn agrees(answer: &Node, assignment: &Assignment<'_>) -> bool {
    let kind = |key: &str| get(answer, key).map(|node| node.kind.clone());
    let experiment = assignment.experiment.map_or(Kind::Null, |name| Kind::String(name.into()));
    let segment = assignment.segment.map_or(Kind::Null, |segment| Kind::Int(segment.into()));
    kind("experiment") == Some(experiment)
        && kind("segment") == Some(segment)
        && kind("in_experiment") == Some(Kind::Bool(assignment.in_experiment))
}

/// The JSON objects of a file, one a line.
fn lines(path: &Path) -> Vec<Node> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let read =
        |line| json::read(&SourceText::new("answer", line), 4000).expect("an answer is JSON");
    text.lines().map(read).collect()
}
