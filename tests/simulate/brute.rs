//! Designs against the evaluation of units, on the golden scripts.

use std::collections::{HashMap, HashSet};

use planout::simulate::{ParamReport, RowKind, Scope, Units, observe, report};
use planout::tree::{Layout, Node, to_json};
use planout::{Dialect, Namespace, NamespaceBuilder, Script};

use super::designed;
use crate::support::{get, golden, map, text};

/// How many units each script is evaluated for.
const UNITS: usize = 400;

/// How many standard deviations a count may be off.
const SIGMAS: f64 = 5.0;

fn namespace(row: &Node) -> Namespace {
    let dialect: Dialect = text(row, "dialect").parse().expect("a dialect");
    let script = match get(row, "script") {
        Some(script) => Script::from_node(script.clone(), dialect).map_err(|e| e.message),
        None => Script::compile("row", text(row, "dsl"), dialect).map_err(|e| e.to_string()),
    };
    NamespaceBuilder::new("golden", "userid", 1)
        .dialect(dialect)
        .define("D", script.expect("golden scripts compile"))
        .and_then(|it| it.default_experiment("D"))
        .and_then(NamespaceBuilder::build)
        .expect("a namespace")
}

#[test]
fn golden_scripts_are_distributed_as_they_evaluate() {
    let mut seen = HashSet::new();
    let mut wrong = Vec::new();
    let (mut tested, mut obstacles) = (0, HashMap::<String, usize>::new());
    for row in golden("eval.jsonl") {
        let shown = to_json(&row, Layout::Compact, Dialect::Planout);
        let mut inputs = map(&row, "inputs");
        inputs.shift_remove("userid");
        let source = get(&row, "dsl").or(get(&row, "script")).map(|it| format!("{:?}", it.kind));
        let key = (text(&row, "dialect").to_owned(), source, format!("{inputs:?}"));
        if !shown.contains("userid") || !seen.insert(key) {
            continue;
        }
        let namespace = namespace(&row);
        let design = designed(&namespace, &inputs);
        let units = Units { count: UNITS, seed: 7, inputs };
        let observed = observe(&design, &units, 1);
        let report = report(&design, &observed);
        if observed.failed > 0 {
            let known = |it: &&ParamReport| it.obstacle.is_none() && it.test.is_ok();
            let known = report.params.iter().find(known).map(|it| &it.param);
            assert_eq!(known, None, "{shown}");
            continue;
        }
        for param in report.params.iter().filter(|it| it.scope == Scope::All) {
            if let Some(obstacle) = &param.obstacle {
                let word = obstacle.to_string();
                let word = word.split(':').next().unwrap_or_default().to_owned();
                *obstacles.entry(word).or_default() += 1;
                continue;
            }
            tested += 1;
            let units = UNITS as f64;
            for row in &param.rows {
                let share = row.expected.expect("a known share");
                // Counts of few units have tails of their own; no unit at all is another matter.
                if share > 0.0 && share * units < 5.0 {
                    continue;
                }
                let deviation = (row.count as f64 - share * units).abs();
                let bound = SIGMAS * (units * share * (1.0 - share)).sqrt() + 1e-6;
                if deviation > bound {
                    let (name, count) = (&param.param, row.count);
                    wrong.push(format!("{shown}\n  {name}: {row:?}: {count} of {units}, {share}"));
                }
            }
            if param.rows.iter().any(|row| row.kind == RowKind::Numbers)
                && let Ok(test) = &param.test
                && test.p < 1e-6
            {
                wrong.push(format!("{shown}\n  {}: {test:?}", param.param));
            }
        }
    }
    println!("{tested} params agree; not enumerated: {obstacles:?}");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(tested > 1000, "only {tested} params");
}
