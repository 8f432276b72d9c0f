//! An audit as JSON, for programs.

use planout::audit::{Audit, Place};
use planout::distribution::{Cell, Table};
use serde_json::{Value as Json, json};

pub(super) fn json(audit: &Audit) -> Json {
    let dependent = audit.dependent.iter().map(|found| {
        json!({
            "a": place(&found.a),
            "b": place(&found.b),
            "reason": found.reason.as_str(),
            "leak": found.leak,
            "where": found.condition,
            "table": table(&found.table),
            "pairs": found.pairs,
        })
    });
    let unknown = audit.unknown.iter().map(|found| {
        json!({
            "a": place(&found.a),
            "b": found.b.as_ref().map(place),
            "reason": found.reason.to_string(),
            "pairs": found.pairs,
        })
    });
    json!({
        "pairs": audit.pairs,
        "independent": audit.independent,
        "dependent": dependent.collect::<Json>(),
        "unlisted": audit.unlisted,
        "not_known": audit.unknown_pairs,
        "unknown": unknown.collect::<Json>(),
    })
}

fn place(place: &Place) -> Json {
    json!({
        "namespace": place.namespace,
        "experiment": place.experiment,
        "param": place.param,
    })
}

/// The cells of a table. A param that is not set has no value: no key says so.
fn table(table: &Table) -> Json {
    let cells = table.cells().map(|(row, column, share)| {
        let mut object = json!({});
        for (key, cell) in [("a", row), ("b", column)] {
            match cell {
                Cell::Unset => {}
                Cell::Value(value) => object[key] = json!(value.0),
                Cell::Range(from, to) => object[format!("{key}_range")] = json!([from.0, to.0]),
                Cell::Inputs => object[format!("{key}_kind")] = json!("input"),
            }
        }
        object["share"] = json!(share);
        object
    });
    cells.collect()
}
