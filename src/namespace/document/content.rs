//! The kind of a document, recognized by its keys.

use crate::diagnostic::{Code, Diagnostic};
use crate::nearest::nearest;
use crate::tree::{Map, Node};
use crate::wire::Operator;

/// The keys at the top level of a namespace.
const KEYS: [&str; 4] =
    ["namespace", "experiment_definitions", "default_experiment", "experiment_sequence"];

/// The kind of content of a text in YAML or JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// A namespace, valid or not.
    Namespace,
    /// A compiled script.
    Script,
    /// Something else.
    Other,
}

impl Content {
    /// The kind of a tree. A mapping is a namespace if it has any key of one, even a misspelt one.
    pub fn of(tree: &Node) -> Content {
        let Some(map) = tree.as_map() else {
            return Content::Other;
        };
        let has = |test: fn(&str) -> bool| map.entries.iter().any(|entry| test(&entry.key));
        if has(|key| KEYS.contains(&key)) {
            return Content::Namespace;
        }
        if Operator::of(tree).is_some() {
            return Content::Script;
        }
        if has(|key| nearest(key, KEYS).is_some()) { Content::Namespace } else { Content::Other }
    }
}

/// The problem of a mapping that is not a namespace at all.
pub(super) fn problem(tree: &Node, map: &Map) -> Option<Diagnostic> {
    let (code, key, message) = match Content::of(tree) {
        Content::Namespace => return None,
        Content::Script => {
            let message = "this is a compiled script, not a namespace";
            (Code::ScriptAsNamespace, map.entry("op"), message)
        }
        Content::Other => {
            let message = "this is not a namespace: it has none of a namespace's keys";
            (Code::NotANamespace, map.entries.first(), message)
        }
    };
    let place = key.map_or(tree.span, |entry| entry.key_span);
    let keys = KEYS.map(|key| format!("`{key}`")).join(", ");
    Some(Diagnostic::error(code, place, message).help(match code {
        Code::ScriptAsNamespace => {
            "a namespace holds a script under the key `assign` of a definition".to_owned()
        }
        _ => format!("a namespace has {keys}: keep other files in another folder"),
    }))
}
