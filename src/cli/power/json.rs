//! The answer as JSON, for programs.

use planout::power::sequential::Spending;
use planout::power::{Correction, Frequency, Looks, Metric};
use serde_json::{Map, Value, json};

use super::answer::{Answer, Sought};
use super::figures::{self, Figure};
use super::text::relative;

/// The whole answer.
pub(super) fn json(answer: &Answer<'_>) -> String {
    let settings = answer.design.settings;
    let arms = answer.design.arms;
    let base = settings.metric.base();
    let computed = match answer.sought {
        Sought::Units { .. } => "units",
        Sought::Effect { .. } => "mde",
        Sought::Power { .. } => "power",
    };
    let listed: Vec<Value> = arms
        .arms
        .iter()
        .enumerate()
        .map(|(index, arm)| {
            json!({
                "value": exchanged(&arm.value),
                "share": arm.share,
                "units": answer.units as f64 * arm.share,
                "control": index == arms.control,
            })
        })
        .collect();
    let comparisons: Vec<Value> = answer
        .rows
        .iter()
        .map(|row| {
            json!({
                "value": exchanged(row.value),
                "units": row.units,
                "effect": row.effect,
                "relative": relative(base, row.effect),
                "power": row.power,
                "pooled": row.comparison.is_pooled(),
                "figures": figures(figures::of_row(answer, row)),
            })
        })
        .collect();
    let mismatch = answer.mismatch.map(|smallest| {
        json!({
            "alpha": answer.mismatch_alpha(),
            "power": answer.mismatch_power,
            "share": smallest.share,
            "difference": smallest.difference,
            "figures": figures(figures::mismatch(answer).unwrap_or_default()),
        })
    });
    let value = json!({
        "namespace": answer.design.namespace.name(),
        "experiment": answer.experiment,
        "param": answer.param,
        "control": exchanged(&arms.control().value),
        "metric": metric(&settings.metric),
        "computed": computed,
        "units": answer.units,
        "days": answer.days.and_then(|days| days.day),
        "effect": answer.effect,
        "relative": relative(base, answer.effect),
        "power": answer.power,
        "alpha": settings.alpha,
        "correction": match settings.correction {
            Correction::None => "none",
            Correction::Holm => "holm",
            Correction::Dunnett => "dunnett",
        },
        "level": answer.design.study.level,
        "looks": looks(answer),
        "trigger": settings.trigger,
        "experiment_share": arms.experiment,
        "unset_share": arms.unset,
        "unit": arms.unit.clone(),
        "arms": listed,
        "figures": figures(figures::shared(answer)),
        "comparisons": comparisons,
        "mismatch": mismatch,
        "simulated": simulated(answer),
        "notes": answer.notes,
    });
    format!("{value:#}")
}

/// A value that JSON does not have is written by its name.
fn exchanged(value: &planout::Value) -> Value {
    serde_json::to_value(value).unwrap_or_else(|_| value.to_string().into())
}

fn metric(metric: &Metric) -> Value {
    match metric {
        Metric::Rate(rate) => json!({"kind": "rate", "rate": rate}),
        Metric::Mean { mean, sd } => json!({"kind": "mean", "mean": mean, "sd": sd}),
        Metric::Ratio(ratio) => json!({
            "kind": "ratio",
            "units": ratio.rows.len(),
            "ratio": ratio.ratio,
            "variance": ratio.variance,
        }),
    }
}

fn looks(answer: &Answer<'_>) -> Value {
    match answer.design.settings.looks {
        Looks::Once => Value::Null,
        Looks::AnyTime => json!({"kind": "anytime"}),
        Looks::Planned(looks, spending) => {
            let (bounds, formula) = figures::bounds(answer).unwrap_or_default();
            json!({
                "kind": "planned",
                "looks": looks,
                "spending": match spending {
                    Spending::ObrienFleming => "obf",
                    Spending::Pocock => "pocock",
                },
                "bounds": bounds,
                "formula": formula,
            })
        }
    }
}

fn figures(figures: Vec<Figure>) -> Vec<Value> {
    let figure = |figure: Figure| {
        let inputs: Map<String, Value> =
            figure.inputs.into_iter().map(|(name, value)| (name, value.into())).collect();
        json!({
            "name": figure.name,
            "value": figure.value,
            "formula": figure.formula,
            "inputs": inputs,
        })
    };
    figures.into_iter().map(figure).collect()
}

fn simulated(answer: &Answer<'_>) -> Value {
    let Some(simulation) = &answer.simulated else {
        return Value::Null;
    };
    let rows = |found: &[Frequency], powers: &[f64]| {
        let pairs = answer.rows.iter().zip(found).zip(powers);
        let row = |((row, found), power): ((&super::answer::Row<'_>, &Frequency), &f64)| {
            json!({
                "value": exchanged(row.value),
                "rate": found.rate(),
                "error": found.error(),
                "formula": power,
            })
        };
        pairs.map(row).collect::<Vec<Value>>()
    };
    let found = &simulation.found;
    let by_then = found.found_by_then.as_ref().zip(simulation.by_then.as_ref());
    json!({
        "experiments": found.false_alarms.of,
        "seed": simulation.seed,
        "found": rows(&found.found, &simulation.powers),
        "found_by_then": by_then.map(|(found, powers)| rows(found, powers)),
        "false_alarms": {
            "rate": found.false_alarms.rate(),
            "error": found.false_alarms.error(),
            "at_most": answer.false_alarms(),
        },
    })
}
