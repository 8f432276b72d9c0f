//! Units that the log and the namespace treat differently, for people and for programs.

use planout::simulate::{DEFAULT, Difference, Different, DifferentUnit};
use serde_json::{Value, json};

use crate::cli::text::{Text, units};

/// Whether log and namespace disagree.
pub(super) fn is_wrong(different: &Different) -> bool {
    different.units > 0 || different.moved > 0
}

/// The disagreements in a few words.
pub(super) fn summary(different: &Different) -> Vec<String> {
    let mut summary = Vec::new();
    if different.units > 0 {
        let s = if different.units == 1 { "s" } else { "" };
        summary.push(format!("{} differ{s} from the log", units(different.units)));
    }
    if different.moved > 0 {
        let s = if different.moved == 1 { "" } else { "s" };
        let count = different.moved;
        summary.push(format!("{count} exposure{s} of units that are in another experiment, too"));
    }
    summary
}

/// The first disagreements, a line each.
pub(super) fn lines(different: &Different, text: &mut Text) {
    if different.units > 0 {
        text.line("");
        text.line(format!("evaluated again: {} with another answer", units(different.units)));
        for unit in &different.first {
            text.line(format!("  line {}: {} {}", unit.line, unit.unit, words(&unit.difference)));
        }
        if different.units > different.first.len() as u64 {
            text.line(format!("  ... and {} more", different.units - different.first.len() as u64));
        }
    }
    if different.moved > 0 {
        text.line("");
        text.line("units in two experiments:");
        for each in &different.moves {
            let [first, second] = each.experiments.each_ref().map(|it| name(it.as_deref()));
            let (line, unit) = (each.line, &each.unit);
            text.line(format!("  line {line}: {unit} is in {second}, and in {first} before"));
        }
        if different.moved > different.moves.len() as u64 {
            text.line(format!("  ... and {} more", different.moved - different.moves.len() as u64));
        }
    }
}

fn name(experiment: Option<&str>) -> String {
    format!("`{}`", experiment.unwrap_or(DEFAULT))
}

fn words(difference: &Difference) -> String {
    match difference {
        Difference::Experiment { logged, assigned } => {
            let [logged, assigned] = [logged, assigned].map(|it| name(it.as_deref()));
            format!("is in {logged} of the log, and in {assigned} of the namespace")
        }
        Difference::Param { param, logged, assigned: Some(assigned) } => {
            format!("has `{param}` {logged} in the log, and {assigned} in the namespace")
        }
        Difference::Param { param, logged, assigned: None } => {
            format!("has `{param}` {logged} in the log, and does not get it in the namespace")
        }
        Difference::Missing { param, assigned } => {
            format!("has no `{param}` in the log, and {assigned} in the namespace")
        }
        _ => "is logged, although its script returns a false value".to_owned(),
    }
}

/// The disagreements for programs.
pub(super) fn json(different: &Different) -> Value {
    let moves: Vec<Value> = different
        .moves
        .iter()
        .map(|each| json!({"unit": each.unit, "line": each.line, "experiments": each.experiments}))
        .collect();
    json!({
        "units": different.units,
        "first": different.first.iter().map(unit).collect::<Vec<Value>>(),
        "unknown": different.unknown,
        "moved": different.moved,
        "moves": moves,
        "failed": different.failed,
        "failure": different.failure.as_ref().map(ToString::to_string),
    })
}

fn unit(each: &DifferentUnit) -> Value {
    let value = |value: &planout::Value| {
        // A value that JSON does not have is written by its name.
        serde_json::to_value(value).unwrap_or_else(|_| value.to_string().into())
    };
    let (kind, param, logged, assigned) = match &each.difference {
        Difference::Experiment { logged, assigned } => {
            ("experiment", None, json!(logged), json!(assigned))
        }
        Difference::Param { param, logged, assigned } => {
            ("param", Some(param), value(logged), assigned.as_ref().map_or(Value::Null, value))
        }
        Difference::Missing { param, assigned } => {
            ("missing", Some(param), Value::Null, value(assigned))
        }
        _ => ("not_exposed", None, Value::Null, Value::Null),
    };
    json!({
        "unit": value(&each.unit),
        "line": each.line,
        "kind": kind,
        "param": param,
        "logged": logged,
        "assigned": assigned,
    })
}
