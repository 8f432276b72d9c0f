//! A comparison of compiled scripts by their meaning.

use super::form::Operator;
use crate::tree::{Entry, Kind, Map, Node};

/// Whether two parts of scripts have the same meaning. The order of an operator's keys depends on the
/// compiler and has no meaning; in a literal, the order is hashed.
pub(crate) fn same(a: &Node, b: &Node) -> bool {
    compare(a, b, false)
}

/// Like [`same`], for whole scripts of a dialect in which a null entry of an operator counts as
/// missing.
pub(crate) fn same_without_nulls(a: &Node, b: &Node) -> bool {
    compare(a, b, true)
}

fn compare(a: &Node, b: &Node, nulls_are_absent: bool) -> bool {
    let same = |a: &Node, b: &Node| compare(a, b, nulls_are_absent);
    let is_data = Operator::of(a).is_none_or(|operator| operator.name() == "literal");
    match (&a.kind, &b.kind) {
        (Kind::List(a), Kind::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Kind::Map(a), Kind::Map(b)) if is_data => {
            a.entries.len() == b.entries.len()
                && a.entries
                    .iter()
                    .zip(&b.entries)
                    .all(|(a, b)| a.key == b.key && same(&a.value, &b.value))
        }
        (Kind::Map(a), Kind::Map(b)) => same_entries(a, b, nulls_are_absent, |key, a, b| {
            match (key, a.as_list(), b.as_list()) {
                ("cond", Some(a), Some(b)) => same_branches(a, b, nulls_are_absent),
                _ => same(a, b),
            }
        }),
        (Kind::Float(a), Kind::Float(b)) => a.to_bits() == b.to_bits(),
        (a, b) => a == b,
    }
}

/// The branches of a condition. Each has an `if` and a `then`.
fn same_branches(a: &[Node], b: &[Node], nulls_are_absent: bool) -> bool {
    let same = |a: &Node, b: &Node| compare(a, b, nulls_are_absent);
    a.len() == b.len()
        && a.iter().zip(b).all(|(a, b)| match (a.as_map(), b.as_map()) {
            (Some(a), Some(b)) => same_entries(a, b, nulls_are_absent, |_, a, b| same(a, b)),
            _ => same(a, b),
        })
}

/// Entries whose order has no meaning.
fn same_entries(
    a: &Map,
    b: &Map,
    nulls_are_absent: bool,
    same: impl Fn(&str, &Node, &Node) -> bool,
) -> bool {
    let counts = |entry: &&Entry| !(nulls_are_absent && entry.value.kind == Kind::Null);
    let count = |map: &Map| map.entries.iter().filter(counts).count();
    let mut entries = a.entries.iter().filter(counts);
    let is_same = |it: &Entry| b.get(&it.key).is_some_and(|b| same(&it.key, &it.value, b));
    count(a) == count(b) && entries.all(is_same)
}
