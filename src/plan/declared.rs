//! The share of units that a change reaches, by the declared values of inputs.

use std::collections::BTreeSet;

use crate::distribution::ComparedCase;
use crate::eval::Script;
use crate::namespace::{DeclaredInput, InputValues, Namespace};
use crate::value::{Map, Value};

/// The most combinations of values.
const MAX_COMBINATIONS: usize = 10_000;

/// The param that holds whether a condition holds.
const HOLDS: &str = "holds";

/// The share of the units of a scope that get another value, over the declared values of the inputs in
/// its conditions.
#[derive(Clone, Debug, PartialEq)]
pub struct DeclaredShare {
    /// The share, from 0 to 1.
    pub share: f64,
    /// The inputs that the conditions name.
    pub inputs: BTreeSet<String>,
}

/// The share over all cases; `None` if there is no condition, or if a condition names an input whose
/// values are not declared.
pub(super) fn share(cases: &[ComparedCase], namespace: &Namespace) -> Option<DeclaredShare> {
    let mut conditions = Vec::new();
    for case in cases {
        let shift = case.shift.as_ref().ok()?;
        let script = match &case.condition {
            None => None,
            Some(condition) => {
                let code = format!("{HOLDS} = {condition};");
                Some(Script::compile("condition", &code, namespace.dialect()).ok()?)
            }
        };
        conditions.push((script, shift.any));
    }
    let scripts = || conditions.iter().filter_map(|(script, _)| script.as_ref());
    let inputs: BTreeSet<&str> = scripts().flat_map(Script::reads).collect();
    if inputs.is_empty() {
        return None;
    }
    let mut combinations = vec![(Map::new(), 1.0)];
    for name in &inputs {
        let Some(DeclaredInput::OneOf(values)) = namespace.inputs().get(name) else {
            return None;
        };
        combinations = with(&combinations, name, values)?;
    }
    let mut share = 0.0;
    for (inputs, weight) in &combinations {
        for (script, any) in &conditions {
            let holds = match script {
                None => true,
                // A condition that fails for some values says nothing.
                Some(script) => {
                    let evaluation = script.evaluate("", inputs).ok()?;
                    evaluation.params.get(HOLDS).is_some_and(Value::is_true)
                }
            };
            share += if holds { weight * any } else { 0.0 };
        }
    }
    let inputs = inputs.into_iter().map(str::to_owned).collect();
    Some(DeclaredShare { share: share.clamp(0.0, 1.0), inputs })
}

/// All combinations with the values of one more input; `None` if there are too many.
fn with(combinations: &[(Map, f64)], name: &str, values: &InputValues) -> Option<Vec<(Map, f64)>> {
    let possible: Vec<_> = values.with_shares().filter(|(_, share)| *share > 0.0).collect();
    if combinations.len().checked_mul(possible.len())? > MAX_COMBINATIONS {
        return None;
    }
    let each = combinations.iter().flat_map(|(inputs, weight)| {
        possible.iter().map(move |(value, share)| {
            let mut inputs = inputs.clone();
            inputs.insert(name.to_owned(), (*value).clone());
            (inputs, weight * share)
        })
    });
    Some(each.collect())
}
