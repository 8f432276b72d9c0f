//! Namespaces against what the reference systems compiled, allocated and assigned.

mod inputs;
mod names;
mod pools;
mod rules;

use std::sync::Arc;

use planout::catalog::Loaded;
use planout::namespace::{AssignError, Assignment, Experiment};
use planout::store::FileFormat;
use planout::tree::{Kind, Layout, Map, Node, to_json};
use planout::{Dialect, Namespace, Value};

use crate::support::{get, golden, map, same, text};

#[test]
fn golden_namespaces_agree() {
    let rows = golden("namespaces.jsonl");
    let wrong: Vec<String> = rows.iter().flat_map(disagreements).collect();
    assert!(rows.len() >= 219);
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn disagreements(row: &Node) -> Vec<String> {
    let dialect: Dialect = text(row, "dialect").parse().expect("a dialect");
    let name = text(row, "name");
    let yaml = text(row, "yaml").as_bytes().to_vec();
    let loaded = Loaded::new("row.yaml", Some(name), yaml, FileFormat::Yaml, dialect);
    let Some(document) = &loaded.document else {
        return vec![format!("{name} ({dialect}): {}", loaded.report())];
    };
    let mut wrong = Vec::new();
    let namespace = document.build().expect("a checked document builds");
    if let Some(compiled) = get(row, "compiled")
        && !same(&without_nulls(&document.compiled), compiled)
    {
        let json = to_json(&document.compiled, Layout::Compact, dialect);
        wrong.push(format!("{name} ({dialect}): compiled to {json}"));
    }
    let segments = segments(&namespace);
    if !same(&segments, get(row, "segments").expect("segments")) {
        let json = to_json(&segments, Layout::Compact, dialect);
        wrong.push(format!("{name} ({dialect}): segments {json}"));
    }
    let evals = get(row, "evals").and_then(Node::as_list).expect("evals");
    assert!(!evals.is_empty());
    for eval in evals {
        let (inputs, overrides) = (map(eval, "inputs"), map(eval, "overrides"));
        let assignment = namespace.assign_with(&inputs, &overrides);
        if overrides.is_empty() && !agrees_by_column(&namespace, &inputs, &assignment) {
            wrong.push(format!("{name} ({dialect}): another answer by column: {assignment:?}"));
        }
        if get(eval, "error").is_some() {
            if assignment.is_ok() {
                wrong.push(format!("{name} ({dialect}): does not fail: {assignment:?}"));
            }
            continue;
        }
        let agrees = assignment.as_ref().is_ok_and(|found| {
            let params = Value::from(found.params.to_map()).to_node().expect("finite params");
            let experiment = found.experiment.map_or(Kind::Null, |it| Kind::String(it.into()));
            let segment = found.segment.map_or(Kind::Null, |it| Kind::Int(it.into()));
            same(&params, get(eval, "params").expect("params"))
                && experiment == get(eval, "experiment").expect("experiment").kind
                && segment == get(eval, "segment").expect("segment").kind
        });
        if !agrees {
            let eval = to_json(eval, Layout::Compact, dialect);
            wrong.push(format!("{name} ({dialect}): {eval}\n  {assignment:?}"));
        }
    }
    wrong
}

/// Whether a row with the inputs in another order, and with columns that nobody reads, is assigned
/// as the inputs by name are.
fn agrees_by_column(
    namespace: &Namespace,
    inputs: &planout::Map,
    expected: &Result<Assignment<'_>, AssignError>,
) -> bool {
    let (mut columns, mut row) = (vec!["not an input"], vec![Value::from(1)]);
    for (name, value) in inputs.iter().rev() {
        columns.push(name);
        row.push(value.clone());
    }
    let rows = namespace.with_columns(&columns);
    // The text compares floats that are not numbers, too.
    format!("{:?}", rows.assign(&row)) == format!("{expected:?}")
}

/// planout4j leaves the entries of maps out that are null.
fn without_nulls(node: &Node) -> Node {
    let kind = match &node.kind {
        Kind::List(items) => Kind::List(items.iter().map(without_nulls).collect()),
        Kind::Map(map) => {
            let mut kept = Map::default();
            for entry in &map.entries {
                if entry.value.kind != Kind::Null {
                    kept.set(entry.key.clone(), without_nulls(&entry.value));
                }
            }
            Kind::Map(kept)
        }
        other => other.clone(),
    };
    Node::new(kind, node.span)
}

fn segments(namespace: &Namespace) -> Node {
    let mut map = Map::default();
    for experiment in namespace.experiments() {
        let held = Experiment::segments(experiment).iter();
        let held = held.map(|&it| Node::new(Kind::Int(it.into()), Default::default()));
        map.set(experiment.name(), Node::new(Kind::List(held.collect()), Default::default()));
    }
    Node::new(Kind::Map(map), Default::default())
}

#[test]
fn a_compiled_namespace_reads_back_the_same() {
    for row in golden("namespaces.jsonl") {
        let dialect: Dialect = text(&row, "dialect").parse().expect("a dialect");
        let yaml = text(&row, "yaml").as_bytes().to_vec();
        let name = Some(text(&row, "name"));
        let first = Loaded::new("row.yaml", name, yaml, FileFormat::Yaml, dialect);
        let first = first.document.expect("a valid namespace").compiled;
        let json = to_json(&first, Layout::Pretty, dialect);
        // A reader of another default dialect gets the same namespace.
        for default in [Dialect::Planout4j, dialect] {
            let bytes = json.clone().into_bytes();
            let again = Loaded::new("row.json", name, bytes, FileFormat::Json, default);
            let outline = again.outline.expect("it is JSON");
            let again = again.document.expect("what was compiled is valid");
            assert!(Arc::ptr_eq(outline.tree(), &again.compiled), "nothing is left to be done");
            assert_eq!(to_json(&again.compiled, Layout::Pretty, again.dialect), json);
        }
    }
}
