//! Draws that are legal, and probably do not make the intended experiment.

use super::flow::Known;
use super::script::{Call, Script};
use crate::diagnostic::{Code, Diagnostic};
use crate::eval::Function;
use crate::nearest::nearest;
use crate::tree::Node;

/// The largest relative difference of a sum of weights from 1 or 100 that is reported.
const ROUNDING: f64 = 1e-9;

/// Checks the draws of a script.
pub(super) fn check(script: &Script<'_>, known: &Known<'_>, found: &mut Vec<Diagnostic>) {
    for call in &script.calls {
        let Some(function) = call.random() else {
            continue;
        };
        found.extend(match known.unit {
            Some(primary) => lacks_primary(script, call, known, primary),
            None => constant_unit(script, call),
        });
        match function {
            Function::BernoulliTrial => found.extend(certain_trial(script, call)),
            Function::BernoulliFilter | Function::Sample | Function::FastSample => {
                found.extend(list_unit(script, call));
            }
            Function::WeightedChoice => found.extend(weights(script, call)),
            _ => {}
        }
        found.extend(few_choices(script, call, function));
    }
}

/// A draw whose unit is the same for everybody, in a script whose primary unit is not known. In a
/// namespace, such a unit lacks the primary unit.
fn constant_unit(script: &Script<'_>, call: &Call<'_>) -> Option<Diagnostic> {
    let unit = call.argument("unit")?;
    // A call that always fails does not draw.
    if !script.draws_same_for_all(call) || script.always_fails(call).is_some() {
        return None;
    }
    let message = same_for_all(call);
    Some(
        Diagnostic::finding(Code::ConstantUnit, unit.span, message)
            .help("draw by an input that differs between units, such as `unit=userid`"),
    )
}

fn same_for_all(call: &Call<'_>) -> String {
    format!("the unit of `{}` is the same for everybody", call.operator)
}

fn lacks_primary(
    script: &Script<'_>,
    call: &Call<'_>,
    known: &Known<'_>,
    primary: &str,
) -> Option<Diagnostic> {
    let unit = call.argument("unit")?;
    let has_primary = call.hashed().any(|node| script.is_made_from(node, primary));
    if has_primary || is_misspelt(script, known, unit, primary) {
        return None;
    }
    let operator = call.operator;
    let (message, help) = if script.draws_same_for_all(call) {
        (same_for_all(call), format!("draw by the primary unit: `unit={primary}`"))
    } else {
        (
            format!("the unit of `{operator}` lacks the primary unit `{primary}`"),
            format!(
                "the experiment is chosen by `{primary}`: if the draw has another unit, one `{primary}` may get several groups. Write `unit={primary}`"
            ),
        )
    };
    Some(Diagnostic::finding(Code::UnitLacksPrimary, unit.span, message).help(help))
}

/// Whether a unit is a variable that nothing sets and that looks like the primary unit: then its name
/// is the mistake.
fn is_misspelt(script: &Script<'_>, known: &Known<'_>, unit: &Node, primary: &str) -> bool {
    let mut read = script
        .reads
        .iter()
        .filter(|read| unit.span.start <= read.place.start && read.place.end <= unit.span.end);
    read.any(|read| {
        script.values_of(read.name).next().is_none()
            && !known.has(read.name)
            && nearest(read.name, [primary]).is_some()
    })
}

fn certain_trial(script: &Script<'_>, call: &Call<'_>) -> Option<Diagnostic> {
    let node = call.argument("p")?;
    let p = script.constant(script.settled(node))?.as_float()?;
    let outcome = match p {
        0.0 => false,
        1.0 => true,
        _ => return None,
    };
    let message = format!("with a probability of {p} this trial is always {outcome}");
    Some(
        Diagnostic::finding(Code::CertainTrial, node.span, message)
            .help(format!("write `{outcome}` in its place, or a probability in between")),
    )
}

fn few_choices(script: &Script<'_>, call: &Call<'_>, function: Function) -> Option<Diagnostic> {
    let node = call.argument("choices")?;
    match script.elements(script.settled(node))? {
        // More draws than choices fail, which is another problem.
        [] if script.always_fails(call).is_none() => {
            let message = format!("`{}` has no choices", call.operator);
            Some(
                Diagnostic::finding(Code::NoChoices, node.span, message)
                    .help("nothing is drawn, and all units get the same: add the choices"),
            )
        }
        // A filter draws even for a single choice.
        [_] if function != Function::BernoulliFilter => {
            let message = format!("`{}` has a single choice", call.operator);
            Some(
                Diagnostic::finding(Code::SingleChoice, node.span, message)
                    .help("nothing is drawn: assign the value itself, or add a choice"),
            )
        }
        _ => None,
    }
}

fn list_unit(script: &Script<'_>, call: &Call<'_>) -> Option<Diagnostic> {
    let node = call.argument("unit")?;
    let is_list = |node| script.elements(node).is_some();
    let name = node.as_map().filter(|_| !is_list(node)).and_then(|map| map.get("var")?.as_str());
    let named_list = |name| {
        let mut values = script.values_of(name).peekable();
        values.peek().is_some() && values.flatten().all(is_list)
    };
    if !is_list(node) && !name.is_some_and(named_list) {
        return None;
    }
    let message = format!("`{}` draws more than once, and its unit is a list", call.operator);
    Some(
        Diagnostic::finding(Code::ListUnit, node.span, message)
            .label("each draw is appended to this list, and stays for the next")
            .help("draw by a single value; for several, by a `randomInteger` of the list"),
    )
}

fn weights(script: &Script<'_>, call: &Call<'_>) -> Option<Diagnostic> {
    let (choices, node) = (call.argument("choices")?, call.argument("weights")?);
    let finding = |code, message: String| Diagnostic::finding(code, node.span, message);
    let (choices, weights) = (script.settled(choices), script.settled(node));
    if script.elements(choices).is_some_and(<[Node]>::is_empty) {
        return None;
    }
    if let (Some(choices), Some(weights)) = (script.elements(choices), script.elements(weights))
        && choices.len() != weights.len()
    {
        let (choices, weights) = (choices.len(), weights.len());
        let message = format!("number of weights and of choices differ: {weights} and {choices}");
        let place = call.argument("choices").map_or(node.span, |node| node.span);
        return Some(
            finding(Code::WeightCount, message)
                .also(place, "the choices")
                .help("give each choice its weight"),
        );
    }
    if let Some(found) = negative_weight(script, call, weights) {
        return Some(found);
    }
    let constant = script.constant(weights)?;
    let weights: Vec<f64> =
        constant.as_list()?.iter().map(|weight| weight.as_float()).collect::<Option<_>>()?;
    if !weights.is_empty() && weights.iter().all(|weight| *weight == 0.0) {
        let message = "all weights are zero: the first choice is always taken".to_owned();
        return Some(finding(Code::ZeroWeights, message).help("give some choice a weight"));
    }
    let sum: f64 = weights.iter().sum();
    let meant = meant_sum(&weights, sum)?;
    let message = format!("the weights add up to {}, not {meant}", rounded(sum));
    Some(
        finding(Code::WeightSum, message).help(
            "weights are relative, so this is legal: correct them if they are meant as shares",
        ),
    )
}

fn negative_weight(script: &Script<'_>, call: &Call<'_>, weights: &Node) -> Option<Diagnostic> {
    let negative = |node: &Node| {
        let weight = script.constant(node)?.as_float()?;
        (weight < 0.0).then_some((weight, node.span))
    };
    let (weight, place) = script.elements(weights)?.iter().find_map(negative)?;
    if script.always_fails(call).is_some() {
        return None;
    }
    let message = format!("the weight {weight} is negative");
    Some(
        Diagnostic::finding(Code::NegativeWeight, place, message)
            .help("the shares then differ from the weights: write 0 to turn a choice off"),
    )
}

/// The intended sum of weights, if the actual sum differs: 1 for fractions, 100 for other weights.
fn meant_sum(weights: &[f64], sum: f64) -> Option<u32> {
    // Three equal shares are often written as 0.33 each.
    let are_equal = weights.iter().all(|weight| Some(weight) == weights.first());
    let tolerated = if are_equal { 0.05 } else { ROUNDING };
    // Whole numbers add up to almost 100 by chance more often than fractions to almost 1.
    let is_near = |whole: f64, margin: f64| {
        let distance = (sum - whole).abs() / whole;
        distance > tolerated && distance <= margin + ROUNDING
    };
    let are_fractions = weights.iter().all(|weight| (0.0..=1.0).contains(weight))
        && weights.iter().any(|weight| weight.fract() != 0.0);
    if are_fractions { is_near(1.0, 0.2).then_some(1) } else { is_near(100.0, 0.1).then_some(100) }
}

/// A sum without the rounding errors in its last digits.
fn rounded(sum: f64) -> f64 {
    (sum * 1e9).round() / 1e9
}
