//! Keys that look misspelt, and scalars that the two versions of YAML read differently.

use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::source::{Source, Span};
use crate::tree::yaml::plain;
use crate::tree::{Kind, Map, Node};

/// The keys that mean something, by the mapping that they stand in.
const DOCUMENT: &[&str] =
    &["namespace", "experiment_definitions", "default_experiment", "experiment_sequence"];
const NAMESPACE: &[&str] =
    &["name", "salt", "unit", "segments", "dialect", "segment_hashing", "inputs"];
const DEFINITION: &[&str] = &["definition", "assign"];
const ACTION: &[&str] = &["action", "name", "definition", "segments"];

/// Looks for keys that mean nothing and are near one that does.
pub(super) fn misspelt_keys(tree: &Node, found: &mut Vec<Diagnostic>) {
    let Some(document) = tree.as_map() else {
        return;
    };
    keys(document, DOCUMENT, found);
    if let Some(namespace) = document.get("namespace").and_then(Node::as_map) {
        keys(namespace, NAMESPACE, found);
    }
    for (list, known) in [("experiment_definitions", DEFINITION), ("experiment_sequence", ACTION)] {
        let items = document.get(list).and_then(Node::as_list).unwrap_or_default();
        for item in items.iter().filter_map(Node::as_map) {
            keys(item, known, found);
        }
    }
}

fn keys(map: &Map, known: &[&str], found: &mut Vec<Diagnostic>) {
    // Where the near one is required and not there, that is an error already.
    let is_required = |key: &str| !["salt", "dialect", "segment_hashing", "inputs"].contains(&key);
    for entry in map.entries.iter().filter(|entry| !known.contains(&&*entry.key)) {
        if let Some(near) = nearest(&entry.key, known.iter().copied())
            && (map.get(near).is_some() || !is_required(near))
            && !is_longer_word(&entry.key, near)
        {
            let message = format!("key `{}` means nothing here", entry.key);
            found.push(
                Diagnostic::finding(Code::MisspeltKey, entry.key_span, message)
                    .help(format!("did you mean `{near}`?")),
            );
        }
    }
}

/// Whether a key is a word of its own that begins with another, as `assignee` does.
fn is_longer_word(key: &str, known: &str) -> bool {
    key.strip_prefix(known).is_some_and(|rest| rest.len() > 1)
}

/// Looks for plain scalars that readers of YAML 1.2 take for something else than this one does.
pub(super) fn ambiguous_scalars(tree: &Node, source: &Source, found: &mut Vec<Diagnostic>) {
    let mut nodes = vec![tree];
    while let Some(node) = nodes.pop() {
        match &node.kind {
            Kind::List(items) => nodes.extend(items),
            Kind::Map(map) => nodes.extend(map.entries.iter().map(|entry| &entry.value)),
            Kind::Script(_) | Kind::Invalid => {}
            _ => found.extend(ambiguous_scalar(node, source)),
        }
    }
}

fn ambiguous_scalar(node: &Node, source: &Source) -> Option<Diagnostic> {
    let text = source.slice(node.span);
    if has_tag(source.text(), node.span) || !plain::is_ambiguous(text) {
        return None;
    }
    let here = match &node.kind {
        Kind::Bool(bool) => format!("`{bool}`"),
        Kind::Int(int) => format!("the number {int}"),
        Kind::Wide(digits) => format!("the number {digits}"),
        Kind::Float(float) => format!("the number {float}"),
        Kind::String(_) => "text".to_owned(),
        _ => return None,
    };
    let message =
        format!("`{text}` is {here} in YAML 1.1, as it is read here, and not in YAML 1.2");
    Some(
        Diagnostic::finding(Code::AmbiguousScalar, node.span, message)
            .help("put text in quotes; write numbers in plain digits, and `true` or `false`"),
    )
}

/// Whether a tag stands before a scalar, and says what it is.
fn has_tag(text: &str, span: Span) -> bool {
    let before = text.get(..span.start as usize).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.split_whitespace().next_back().is_some_and(|word| word.starts_with('!'))
}
