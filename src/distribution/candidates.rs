//! Values of inputs that stand for all others.

use super::shares::same;
use super::term::{Term, TermKind};
use crate::value::{Map, Value};

/// Integers below this are exact as doubles.
const MAX_EXACT: f64 = (1_u64 << 53) as f64;

/// Values of an input of which conditions that compare it with constants tell no others apart: the
/// constants, one in each gap between them, and one of each other kind.
pub(super) fn candidates<'t, 'a: 't>(
    conditions: impl IntoIterator<Item = &'t Term<'a>>,
) -> Vec<Value> {
    let (mut texts, mut numbers, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for condition in conditions {
        condition.visit(&mut |kind| {
            let TermKind::Known(value) = kind else { return };
            gather(value, &mut texts, &mut numbers, &mut others);
        });
    }
    texts.sort_unstable();
    texts.dedup();
    numbers.sort_by(f64::total_cmp);
    numbers.dedup();
    let mut values: Vec<Value> = texts.iter().map(|text| Value::from(text.as_str())).collect();
    values.extend(numbers.iter().map(|float| number_of(*float)));
    values.extend(others);
    // The plainest ones first: others of the kinds that the constants are of.
    if !texts.is_empty() {
        values.push(Value::from("other"));
    }
    let gaps = numbers.windows(2).map(|pair| pair[0] / 2.0 + pair[1] / 2.0);
    // Large numbers have no neighbours that are 1 away.
    let ends = numbers.first().into_iter().flat_map(|first| [first - 1.0, first.next_down()]);
    let ends = ends.chain(numbers.last().into_iter().flat_map(|last| [last + 1.0, last.next_up()]));
    let ends = ends.filter(|end| end.is_finite());
    values.extend(gaps.clone().map(f64::floor).chain(ends).chain(gaps).map(number_of));
    values.push(Value::Null);
    values.extend([0.0, 1.0].map(number_of));
    // The next text after each one.
    values.extend(texts.iter().map(|text| Value::from(format!("{text}\u{1}"))));
    values.extend([Value::from("other"), Value::from("~"), Value::from("")]);
    values.extend([Value::Bool(true), Value::Bool(false)]);
    values.extend([Value::List(Vec::new()), Value::from(Map::new())]);
    values.extend([
        Value::List(vec![Value::Null]),
        Value::from(Map::from_iter([("".to_owned(), Value::Null)])),
    ]);
    let mut found: Vec<Value> = Vec::new();
    for value in values {
        if !found.iter().any(|known| same(known, &value)) {
            found.push(value);
        }
    }
    found
}

fn gather(value: &Value, texts: &mut Vec<String>, numbers: &mut Vec<f64>, others: &mut Vec<Value>) {
    match value {
        Value::String(text) => texts.push(text.to_string()),
        Value::Int(_) | Value::Wide(_) | Value::Float(_) => {
            numbers.extend(value.as_float());
            // An integer that is not exact as a double.
            if value.as_float().is_none_or(|float| float.abs() >= MAX_EXACT) {
                others.extend(
                    [Some(value.clone()), neighbour(value, -1), neighbour(value, 1)]
                        .into_iter()
                        .flatten(),
                );
            }
        }
        Value::List(items) => {
            items.iter().for_each(|item| gather(item, texts, numbers, others));
            others.push(value.clone());
        }
        Value::Map(entries) => {
            for (key, value) in entries.iter() {
                texts.push(key.clone());
                gather(value, texts, numbers, others);
            }
            others.push(value.clone());
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// The integer that is so far away from one.
fn neighbour(value: &Value, by: i128) -> Option<Value> {
    let int = match value {
        Value::Int(int) => i128::from(*int),
        Value::Wide(int) => **int,
        _ => return None,
    };
    let int = int.checked_add(by)?;
    Some(i64::try_from(int).map_or_else(|_| Value::Wide(Box::new(int)), Value::Int))
}

/// A number as people give it: an integer where it is one.
fn number_of(float: f64) -> Value {
    if float.fract() == 0.0 && float.abs() < MAX_EXACT {
        Value::Int(float as i64)
    } else {
        Value::Float(float)
    }
}
