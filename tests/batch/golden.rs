//! What a batch writes, in every pair of formats and on any number of threads, against what
//! `Namespace::assign` gives for each of its rows.

use planout::batch::{Batch, Format, Input, Keep, OnError};
use planout::catalog::Loaded;
use planout::store;
use planout::tree::{Layout, Node, to_json};
use planout::{Catalog, Dialect, Map, Namespace, Value};

use crate::support::{get, golden, map, text};

fn json(value: &Value, dialect: Dialect) -> String {
    to_json(&value.to_node().expect("finite"), Layout::Compact, dialect)
}

/// A value as a field; nothing is null.
fn plain(value: Option<&Value>, dialect: Dialect) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => json(other, dialect),
    }
}

fn row(fields: &[String], delimiter: char) -> String {
    let quote = |field: &String| {
        if field.contains(['"', '\n', '\r', delimiter]) {
            format!("\"{}\"", field.replace('"', "\"\""))
        } else {
            field.clone()
        }
    };
    fields.iter().map(quote).collect::<Vec<_>>().join(&delimiter.to_string()) + "\n"
}

/// Units as a file.
fn input(units: &[Map], format: Format) -> String {
    let lines = |unit: &Map| json(&Value::from(unit.clone()), Dialect::Planout) + "\n";
    if format == Format::Jsonl {
        return units.iter().map(lines).collect();
    }
    let delimiter = if format == Format::Csv { ',' } else { '\t' };
    let header = columns(units);
    let mut file = row(&header, delimiter);
    for unit in units {
        let field = |name: &String| plain(unit.get(name), Dialect::Planout);
        file += &row(&header.iter().map(field).collect::<Vec<_>>(), delimiter);
    }
    file
}

fn columns(units: &[Map]) -> Vec<String> {
    let mut columns: Vec<String> = units.iter().flat_map(Map::keys).cloned().collect();
    columns.sort();
    columns.dedup();
    columns
}

/// The inputs of a unit as its row has them: of CSV, texts.
fn inputs(unit: &Map, columns: &[String], key: &str, format: Format) -> Map {
    if format == Format::Jsonl {
        return unit.clone();
    }
    let text = |name: &String| (name.clone(), Value::from(plain(unit.get(name), Dialect::Planout)));
    let mut inputs: Map = columns.iter().map(text).collect();
    // An empty field is not a unit.
    if inputs.get(key).and_then(Value::as_str) == Some("") {
        inputs.shift_remove(key);
    }
    inputs
}

/// A row of the output, from a single assignment.
fn expected(namespace: &Namespace, inputs: &Map, params: &[String], format: Format) -> String {
    let dialect = namespace.dialect();
    let unit = inputs.get(namespace.unit());
    let assigned = namespace
        .assign(inputs)
        .ok()
        .filter(|found| found.params.iter().all(|(_, value)| value.to_node().is_ok()));
    let segment = assigned.as_ref().and_then(|it| it.segment).map(|it| Value::from(i64::from(it)));
    let experiment = assigned.as_ref().and_then(|it| it.experiment).map(Value::from);
    let in_experiment = assigned.as_ref().map(|it| Value::from(it.in_experiment));
    let fixed = [unit.cloned(), segment, experiment, in_experiment];
    if format != Format::Jsonl {
        let param = |name: &String| assigned.as_ref()?.params.get(name).cloned();
        let fields = fixed.into_iter().chain(params.iter().map(param));
        let fields: Vec<_> = fields.map(|it| plain(it.as_ref(), dialect)).collect();
        return row(&fields, if format == Format::Csv { ',' } else { '\t' });
    }
    let params = assigned.map_or(Value::Null, |it| Value::from(it.params.to_map()));
    let names = [namespace.unit(), "segment", "experiment", "in_experiment"].map(str::to_owned);
    let members = names.into_iter().zip(fixed.map(Option::unwrap_or_default));
    // The unit is written as it was.
    let members = members.map(|(name, value)| (name, json(&value, dialect)));
    let members = members.chain([("params".to_owned(), json(&params, dialect))]);
    let members = members.map(|(name, json)| format!("\"{name}\":{json}")).collect::<Vec<_>>();
    format!("{{{}}}\n", members.join(","))
}

fn run(batch: &Batch<'_>, input: &str) -> String {
    let stream = Input::Stream(Box::new(std::io::Cursor::new(input.as_bytes().to_vec())));
    let mut out = Vec::new();
    batch.run(stream, &mut out, &mut |_| {}).expect("a batch");
    String::from_utf8(out).expect("text")
}

/// Compares a batch with single assignments, and says how many rows there were.
fn compare(namespace: &Namespace, units: &[Map], from: Format, to: Format, threads: usize) {
    let mut batch = Batch::new(vec![namespace], "units", from, to);
    batch.on_error = OnError::Null;
    batch.threads = threads;
    let found = run(&batch, &input(units, from));
    let mut found = found.split_inclusive('\n').collect::<Vec<_>>().into_iter();
    let mut params = Vec::new();
    if to != Format::Jsonl {
        let delimiter = if to == Format::Csv { ',' } else { '\t' };
        let header = found.next().expect("a header").trim_end().split(delimiter);
        params = header.skip(4).map(str::to_owned).collect();
    }
    let columns = columns(units);
    let found: String = found.collect();
    let expected: String = units
        .iter()
        .map(|unit| inputs(unit, &columns, namespace.unit(), from))
        .map(|inputs| expected(namespace, &inputs, &params, to))
        .collect();
    assert!(found == expected, "{from:?} {to:?} {threads}\n{found}\n---\n{expected}");
}

const FORMATS: [Format; 3] = [Format::Csv, Format::Tsv, Format::Jsonl];

fn golden_namespace(row: &Node) -> (Namespace, Vec<Map>) {
    let dialect: Dialect = text(row, "dialect").parse().expect("a dialect");
    let yaml = text(row, "yaml").as_bytes().to_vec();
    let name = Some(text(row, "name"));
    let loaded = Loaded::new("row.yaml", name, yaml, store::FileFormat::Yaml, dialect);
    let namespace = loaded.document.expect("valid").build().expect("a checked document builds");
    let evals = get(row, "evals").and_then(Node::as_list).expect("evals");
    (namespace, evals.iter().map(|eval| map(eval, "inputs")).collect())
}

#[test]
fn golden_namespaces_agree_with_single_assignments() {
    let rows = golden("namespaces.jsonl");
    let pairs: Vec<_> = FORMATS.iter().flat_map(|from| FORMATS.map(|to| (*from, to))).collect();
    let mut compared = 0;
    for (index, row) in rows.iter().enumerate() {
        let (namespace, units) = golden_namespace(row);
        // Some of these inputs are named as columns of the output are: not a matter of values.
        for (from, to) in pairs.iter().copied().skip(index % 3).step_by(3) {
            compare(&namespace, &units, from, to, [1, 2, 7][index % 3]);
            compared += units.len();
        }
    }
    assert!(compared > 6000, "{compared} rows");
}

#[test]
fn chunks_and_threads_change_nothing() {
    let samples = format!("{}/sample-namespaces", env!("CARGO_MANIFEST_DIR"));
    let catalog = Catalog::load(&samples, Dialect::Planout4j).expect("the samples");
    let namespace = catalog.get("test_ns").expect("a sample");
    let unit = |index: i64| {
        let quoted = format!("user \"{index}\",\n{}", "x".repeat(index as usize % 50));
        let id = if index % 7 == 0 { Value::from(quoted) } else { Value::from(index) };
        Map::from_iter([("userid".to_owned(), id), ("sourceid".to_owned(), Value::from(index % 5))])
    };
    let units: Vec<Map> = (0..10_000).map(unit).collect();
    for (from, to) in [(Format::Csv, Format::Jsonl), (Format::Jsonl, Format::Tsv)] {
        for threads in [1, 2, 7] {
            compare(namespace, &units, from, to, threads);
        }
    }
}

#[test]
fn rows_come_back_as_they_were() {
    let samples = format!("{}/sample-namespaces", env!("CARGO_MANIFEST_DIR"));
    let catalog = Catalog::load(&samples, Dialect::Planout4j).expect("the samples");
    let mut batch = Batch::new(
        vec![catalog.get("button_color").expect("a sample")],
        "units",
        Format::Jsonl,
        Format::Jsonl,
    );
    batch.keep = Keep::All;
    let rows = [
        r#"{"userid":1.50, "x" : {"deep":[1,{"a":"\u0041"}]},"y":1e5"#,
        r#"{ "z":9999999999999999999999, "userid" :"é\n""#,
        r#"{"userid":false"#,
    ];
    for found in run(&batch, &rows.map(|row| format!("{row} }}\r\n")).concat()).lines().zip(rows) {
        let (found, row) = found;
        let expected = format!("{{{},\"segment\":", row.trim_start_matches(['{', ' ']));
        assert!(found.starts_with(&expected), "{found}");
    }
}
