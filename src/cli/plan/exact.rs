//! The exact comparison of a plan, as JSON and as text.

use planout::Value;
use planout::distribution::{ParamShift, Shift, Side};
use planout::plan::{ExactCase, ExactChanges, ExactScope, Line, MAX_UNITS};
use serde_json::{Value as Json, json};

use crate::cli::text::visible;

/// How many moves of a param a line of text names.
const MAX_MOVES: usize = 3;

/// Shares below this are what computing leaves of nothing, and are printed as such.
const LEAST: f64 = 1e-6;

pub(super) fn json(exact: Option<&ExactChanges>) -> Json {
    let Some(exact) = exact else {
        let obstacle = "units fall into other segments";
        return json!({"proved": false, "obstacle": obstacle, "scopes": []});
    };
    json!({
        "proved": exact.is_proved(),
        "obstacle": exact.obstacle().map(ToString::to_string),
        "scopes": exact.scopes.iter().map(scope).collect::<Json>(),
    })
}

fn scope(scope: &ExactScope) -> Json {
    let cases: Vec<(&ExactCase, &Shift)> = known(scope).collect();
    let list = |line: Line, share: fn(&Shift) -> f64| -> Json {
        let changed = cases.iter().filter(|(_, shift)| share(shift) > 0.0);
        changed.map(|(case, shift)| change(case, &line, share(shift))).collect()
    };
    let mut params = Vec::new();
    for (case, shift) in &cases {
        for (name, param) in &shift.params {
            let mut object = change(case, &Line::Param(name.clone()), param.share);
            object["param"] = json!(name);
            object["moves"] = moves(param);
            params.push(object);
        }
    }
    json!({
        "experiment": scope.experiment,
        "any": list(Line::Any, |shift| shift.any),
        "in_experiment": list(Line::InExperiment, |shift| shift.in_experiment),
        "params": params,
        "declared": scope.declared.as_ref().map(|declared| {
            json!({"share": declared.share, "inputs": declared.inputs})
        }),
    })
}

fn known(scope: &ExactScope) -> impl Iterator<Item = (&ExactCase, &Shift)> {
    let cases = scope.cases.iter().flatten();
    cases.filter_map(|case| Some((case, case.compared.shift.as_ref().ok()?)))
}

fn change(case: &ExactCase, line: &Line, share: f64) -> Json {
    let witness = case
        .witness(line)
        .map(|it| json!({"inputs": it.inputs, "before": it.before, "after": it.after}));
    json!({"where": case.compared.condition, "share": share, "witness": witness})
}

fn moves(param: &ParamShift) -> Json {
    let moves = param.moves.iter().map(|((from, to), share)| {
        let mut object = json!({"share": share});
        for (key, side) in [("from", from), ("to", to)] {
            // A param that is not set has no value: no key says so.
            match side {
                Side::Missing => {}
                Side::Value(value) => object[key] = json!(value.0),
                Side::Number | Side::Open => object[format!("{key}_kind")] = json!(kind(side)),
            }
        }
        object
    });
    moves.collect()
}

fn kind(side: &Side) -> &'static str {
    match side {
        Side::Missing => "missing",
        Side::Value(_) => "value",
        Side::Number => "number",
        Side::Open => "input",
    }
}

/// A line for each change, the ones of experiments first.
pub(super) fn lines(exact: &ExactChanges) -> Vec<String> {
    let mut lines = Vec::new();
    for scope in exact.scopes.iter().filter(|scope| scope.segments > 0) {
        let name = match &scope.experiment {
            Some(name) => format!("`{}`", visible(name)),
            None => "no experiment".to_owned(),
        };
        for (case, shift) in known(scope) {
            let place = match &case.compared.condition {
                Some(condition) => format!(", where {}", visible(condition)),
                None => String::new(),
            };
            if shift.any > 0.0 {
                let unit = match case.witness(&Line::Any) {
                    Some(witness) => format!(" (such as {})", unit(&witness.inputs)),
                    None => format!(" (none found among {MAX_UNITS} units)"),
                };
                let share = percent(shift.any);
                lines.push(format!("{share} of the units of {name}{place}{unit}"));
                lines
                    .extend(shift.params.iter().map(|(name, it)| format!("  {}", param(name, it))));
            }
            if shift.in_experiment > 0.0 {
                let share = percent(shift.in_experiment);
                lines.push(format!(
                    "{share} of the units of {name}{place}: in the experiment or not"
                ));
            }
        }
        if let Some(declared) = &scope.declared {
            let inputs = declared.inputs.iter().map(|input| format!("`{}`", visible(input)));
            let (share, inputs) = (percent(declared.share), inputs.collect::<Vec<_>>().join(", "));
            lines.push(format!(
                "{share} of all units of {name}, by the declared values of {inputs}"
            ));
        }
        if let Some(obstacle) = scope.obstacle() {
            lines.push(format!("units of {name}: not known: {obstacle}"));
        }
    }
    lines
}

fn param(name: &str, shift: &ParamShift) -> String {
    let mut moves: Vec<(&(Side, Side), f64)> =
        shift.moves.iter().map(|(sides, share)| (sides, *share)).collect();
    // A stable sort: equal shares stay in the order of the scripts.
    moves.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let mut line = format!("{}: {}", visible(name), percent(shift.share));
    for (index, ((from, to), share)) in moves.iter().take(MAX_MOVES).enumerate() {
        let lead = if index == 0 { ": " } else { ", " };
        let share = if moves.len() > 1 { format!(" {}", percent(*share)) } else { String::new() };
        line += &format!("{lead}{} -> {}{share}", side(from), side(to));
    }
    if moves.len() > MAX_MOVES {
        line += &format!(", and {} more", moves.len() - MAX_MOVES);
    }
    line
}

fn side(side: &Side) -> String {
    match side {
        Side::Missing => "nothing".to_owned(),
        Side::Value(value) => value.0.to_string(),
        Side::Number => "a number".to_owned(),
        Side::Open => "an input".to_owned(),
    }
}

fn unit(inputs: &planout::Map) -> String {
    Value::from(inputs.clone()).to_string()
}

fn percent(share: f64) -> String {
    if share < LEAST {
        return format!("less than {} %", LEAST * 100.0);
    }
    let text = format!("{:.4}", share * 100.0);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}
