//! Two versions of scripts, compared exactly: golden data of another evaluator.

mod edges;
mod random;
mod scripts;

use planout::catalog::Loaded;
use planout::distribution::{ComparedCase, Obstacle, Run, Shift, compare};
use planout::namespace::Experiment;
use planout::store::FileFormat;
use planout::tree::{Kind, Node};
use planout::{Dialect, Map, Namespace, Script, Value};

use crate::support::{get, golden, map, text};

/// The comparison is exact; sums of shares are not.
const TOLERANCE: f64 = 1e-9;

fn namespace(row: &Node, version: &str) -> Namespace {
    let dialect: Dialect = text(row, "dialect").parse().expect("a dialect");
    let bytes = text(row, version).as_bytes().to_vec();
    let name = Some(text(row, "name"));
    let loaded = Loaded::new("x.yaml", name, bytes, FileFormat::Yaml, dialect);
    let document = loaded.document.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics));
    document.build().expect("a namespace")
}

/// The scripts that the units of an experiment run through, or those of none.
fn runs<'n>(namespace: &'n Namespace, experiment: Option<&str>) -> Vec<Run<'n>> {
    let run = |it: &'n Experiment| Run { script: it.script(), salt: it.salt() };
    let own = experiment.map(|name| run(namespace.experiment(name).expect("an experiment")));
    std::iter::once(run(namespace.default_experiment())).chain(own).collect()
}

fn holds(condition: &str, inputs: &Map, dialect: Dialect) -> bool {
    let code = format!("__holds = {condition};");
    let script = Script::compile("condition", &code, dialect);
    let script = script.unwrap_or_else(|report| panic!("{condition}: {report}"));
    let evaluated = script.evaluate("", inputs);
    // Where it cannot be evaluated, it does not hold.
    evaluated.is_ok_and(|it| it.params.get("__holds").is_some_and(Value::is_true))
}

/// The shift of units with these inputs.
fn shift(cases: &[ComparedCase], inputs: &Map, dialect: Dialect) -> Result<Shift, Obstacle> {
    let holds = |case: &&ComparedCase| {
        case.condition.as_ref().is_none_or(|condition| holds(condition, inputs, dialect))
    };
    let fit: Vec<&ComparedCase> = cases.iter().filter(holds).collect();
    assert!(fit.len() <= 1, "cases overlap: {cases:?} for {inputs:?}");
    fit.first().map_or(Ok(Shift::default()), |case| case.shift.clone())
}

/// Edits of which the share is itself a number that is computed from an input.
const FORMULAS: [&str; 1] = ["p_from_input"];

#[test]
fn golden_edits_move_exactly_the_shares_of_the_other_evaluator() {
    let (mut decided, mut undecided, mut wrong) = (0, Vec::new(), Vec::new());
    for row in golden("edits.jsonl") {
        let dialect: Dialect = text(&row, "dialect").parse().expect("a dialect");
        let (before, after) = (namespace(&row, "before"), namespace(&row, "after"));
        let is_decidable = get(&row, "decidable").is_some_and(|it| it.kind == Kind::Bool(true));
        let own = text(&row, "experiment");
        for (scope, experiment) in [("experiment", Some(own)), ("default", None)] {
            let cases =
                compare(&runs(&before, experiment), &runs(&after, experiment), before.unit());
            let label = format!("{scope} of {}", text(&row, "kind"));
            if is_decidable && get(&row, "no_op").is_some_and(|it| it.kind == Kind::Bool(true)) {
                assert_eq!(cases, Ok(Vec::new()), "{label}");
            }
            for golden in get(&row, "cases").and_then(Node::as_list).expect("cases") {
                let Some(exact) = get(golden, "exact").filter(|it| it.kind != Kind::Null) else {
                    continue;
                };
                let (inputs, expected) = (map(golden, "inputs"), map(exact, scope));
                let label = format!("{label} for {}", Value::from(inputs.clone()));
                let shift = cases.clone().and_then(|cases| shift(&cases, &inputs, dialect));
                let shift = match shift {
                    Ok(shift) => shift,
                    Err(obstacle) => {
                        undecided.push((label, is_decidable, obstacle));
                        continue;
                    }
                };
                decided += 1;
                let float =
                    |of: &Map, key: &str| of.get(key).and_then(Value::as_float).unwrap_or(0.0);
                let mut check = |what: &str, found: f64, expected: f64| {
                    if (found - expected).abs() > TOLERANCE {
                        wrong.push(format!("{label}: {what}: {found}, not {expected}: {cases:#?}"));
                    }
                };
                check("any", shift.any, float(&expected, "any"));
                check("in_experiment", shift.in_experiment, float(&expected, "in_experiment"));
                let expected = expected["params"].as_map().expect("params");
                for name in shift.params.keys().chain(expected.keys()) {
                    let found = shift.params.get(name).map_or(0.0, |param| param.share);
                    check(name, found, float(expected, name));
                }
            }
        }
    }
    println!("{decided} cases decided, {} not:", undecided.len());
    for (label, is_decidable, obstacle) in &undecided {
        println!("  {label}{}: {obstacle}", if *is_decidable { " (could be)" } else { "" });
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    let is_formula = |label: &str| FORMULAS.iter().any(|kind| label.contains(kind));
    undecided.retain(|(label, is_decidable, _)| *is_decidable && !is_formula(label));
    assert!(undecided.is_empty(), "{undecided:#?}");
}
