//! Maps that planout4j hashes in an order that depends on the way the namespace was loaded.

use std::collections::HashSet;

use super::script::{Call, Script};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::Dialect;
use crate::eval::Function;
use crate::source::Span;
use crate::tree::{Kind, Map, Node};
use crate::wire::Operator;

/// Looks for hashed maps whose text in planout4j differs between a namespace that was read from YAML
/// and one that was read from compiled JSON.
pub(super) fn check(script: &Script<'_>, found: &mut Vec<Diagnostic>) {
    if script.dialect != Dialect::Planout4j {
        return;
    }
    for call in &script.calls {
        // Another check reports that all units get the same, which matters more.
        if script.draws_same_for_all(call) {
            continue;
        }
        let map = hashed(call).find_map(|argument| Some((argument, find(script, argument)?)));
        found.extend(map.map(|(argument, map)| diagnostic(call, argument.span, map)));
    }
}

fn diagnostic(call: &Call<'_>, argument: Span, map: Span) -> Diagnostic {
    let message = format!(
        "the text of a map that `{}` hashes depends on what planout4j loads",
        call.operator
    );
    let why = "compiled JSON loses the order of its keys and null values, and YAML keeps them";
    let is_inside = argument.start <= map.start && map.end <= argument.end;
    let found = if is_inside {
        Diagnostic::finding(Code::MapUnit, map, message).label(why)
    } else {
        Diagnostic::finding(Code::MapUnit, argument, message).also(map, why)
    };
    found.help("draw by the values themselves, such as `unit=[userid, country]`")
}

/// The parts that a call hashes besides its salt.
fn hashed<'a>(call: &Call<'a>) -> impl Iterator<Item = &'a Node> {
    let unit = call.random().and_then(|_| call.argument("unit"));
    let is_filter = call.function == Some(Function::BernoulliFilter);
    // Each choice of a filter is appended to the unit.
    let choices = call.argument("choices").filter(|_| is_filter);
    unit.into_iter().chain(choices)
}

/// A part of a script in which such a map is searched.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum What {
    /// The value of the part.
    Value,
    /// The elements of the value, and not the value itself.
    Elements,
}

/// The place of such a map in the value of a node, as far as the origin of the value is plain.
fn find<'a>(script: &Script<'a>, node: &'a Node) -> Option<Span> {
    let mut parts = vec![(What::Value, node)];
    let mut seen = HashSet::new();
    while let Some((what, node)) = parts.pop() {
        if let Kind::List(items) = &node.kind {
            parts.extend(items.iter().map(|item| (What::Value, item)));
            continue;
        }
        let Some(operator) = Operator::of(node) else {
            if let Some(place) = in_json(node, what) {
                return Some(place);
            }
            continue;
        };
        let argument = |what, name| operator.argument(name).map(|node| (what, node));
        let found = match (operator.name(), what) {
            ("literal", _) => operator.argument("value").and_then(|value| in_json(value, what)),
            ("map", What::Value) if has_several_keys(operator) => Some(node.span),
            ("map", _) => {
                parts.extend(operator.arguments().map(|entry| (What::Value, &entry.value)));
                None
            }
            ("get", _) => {
                if let Some(name) = operator.text("var")
                    && seen.insert((what, name))
                {
                    parts.extend(script.values_of(name).flatten().map(|value| (what, value)));
                }
                None
            }
            ("coalesce", _) => {
                parts.extend(operator.list("values").iter().map(|value| (what, value)));
                None
            }
            ("array", _) => {
                parts.extend(argument(What::Value, "values"));
                None
            }
            ("sample" | "fastSample" | "bernoulliFilter", What::Value) => {
                parts.extend(argument(What::Value, "choices"));
                None
            }
            ("uniformChoice" | "weightedChoice", What::Value) => {
                parts.extend(argument(What::Elements, "choices"));
                None
            }
            ("index", What::Value) => {
                parts.extend(argument(What::Elements, "base"));
                None
            }
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

/// Whether a `map(...)` makes a map of several keys.
fn has_several_keys(map: Operator<'_>) -> bool {
    map.arguments().filter(|entry| &*entry.key != "salt").count() > 1
}

/// The place of such a map in JSON: a map of several keys, whose order is lost, or a map with a null,
/// which compiled JSON loses.
fn in_json(node: &Node, what: What) -> Option<Span> {
    let is_lost = |map: &Map| {
        map.entries.len() > 1 || map.entries.iter().any(|entry| entry.value.kind == Kind::Null)
    };
    let mut nodes = match what {
        What::Value => vec![node],
        What::Elements => elements(node),
    };
    while let Some(node) = nodes.pop() {
        if node.as_map().is_some_and(is_lost) {
            return Some(node.span);
        }
        nodes.extend(elements(node));
    }
    None
}

/// The elements of a list or a map of JSON.
fn elements(node: &Node) -> Vec<&Node> {
    match &node.kind {
        Kind::List(items) => items.iter().collect(),
        Kind::Map(map) => map.entries.iter().map(|entry| &entry.value).collect(),
        _ => Vec::new(),
    }
}
