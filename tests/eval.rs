//! The evaluator against what the reference evaluators computed.

use planout::tree::{Kind, Layout, Node, to_json};
use planout::{Dialect, Script, Value};

use crate::support::{get, golden, map, same, text};

#[test]
fn golden_scripts_compute_the_golden_params() {
    let rows = golden("eval.jsonl");
    let wrong: Vec<String> = rows.iter().filter_map(disagreement).collect();
    assert!(rows.len() >= 2961);
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

fn disagreement(row: &Node) -> Option<String> {
    let dialect: Dialect = text(row, "dialect").parse().expect("a dialect");
    let script = match get(row, "script") {
        Some(script) => Script::from_node(script.clone(), dialect).map_err(|e| e.message),
        None => Script::compile("row", text(row, "dsl"), dialect).map_err(|e| e.to_string()),
    };
    let script = script.expect("golden scripts compile");
    let (inputs, overrides) = (map(row, "inputs"), map(row, "overrides"));
    let evaluated = script.evaluate_with(text(row, "salt"), &inputs, &overrides);
    let found = match &evaluated {
        Ok(evaluation) => Ok((
            Value::from(evaluation.params.to_map()).to_node().expect("finite params"),
            evaluation.in_experiment,
        )),
        Err(error) => Err(error.to_string()),
    };
    let agrees = match (&found, get(row, "params")) {
        (Ok((params, in_experiment)), Some(expected)) => {
            let expected_in = get(row, "in_experiment").map(|node| &node.kind);
            same(params, expected) && expected_in == Some(&Kind::Bool(*in_experiment))
        }
        (Err(_), None) => get(row, "error").is_some(),
        _ => false,
    };
    let found = found.map(|(params, _)| to_json(&params, Layout::Compact, dialect));
    let row = to_json(row, Layout::Compact, dialect);
    (!agrees).then(|| format!("{row}\n  {found:?}"))
}
