//! The fields of a mapping. A key that is missing or has a value of the wrong type is reported.

use super::Checker;
use crate::diagnostic::{Code, Diagnostic};
use crate::namespace::builder::MAX_SEGMENTS;
use crate::nearest::nearest;
use crate::number;
use crate::source::Span;
use crate::tree::{Entry, Kind, Map, Node};

/// The known keys, which others may be misspellings of.
const KNOWN: [&str; 16] = [
    "namespace",
    "experiment_definitions",
    "default_experiment",
    "experiment_sequence",
    "name",
    "salt",
    "unit",
    "segments",
    "dialect",
    "segment_hashing",
    "segment_pool",
    "segment_sampling",
    "inputs",
    "definition",
    "assign",
    "action",
];

/// A mapping and the keys that are read from it.
pub(super) struct Fields<'a> {
    map: &'a Map,
    /// The place of the first key, where a missing key is reported.
    place: Span,
}

impl<'a> Fields<'a> {
    pub(super) fn new(map: &'a Map, span: Span) -> Fields<'a> {
        Fields { map, place: map.entries.first().map_or(span, |entry| entry.key_span) }
    }

    /// The keys of a node that must be a mapping.
    pub(super) fn of(node: &'a Node, what: &str, checker: &mut Checker) -> Option<Fields<'a>> {
        match node.as_map() {
            Some(map) => Some(Fields::new(map, node.span)),
            None if node.kind == Kind::Invalid => None,
            None => {
                let message = format!("{what} must be a mapping, not {}", node.describe());
                checker.report(Diagnostic::error(Code::WrongType, node.span, message));
                None
            }
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&'a Node> {
        self.map.get(key)
    }

    /// A required key that must not be empty.
    pub(super) fn required(&self, key: &str, checker: &mut Checker) -> Option<&'a Node> {
        self.required_entry(key, checker).map(|entry| &entry.value)
    }

    /// A required key that must not be empty, with its place.
    pub(super) fn required_entry(&self, key: &str, checker: &mut Checker) -> Option<&'a Entry> {
        match self.map.entry(key) {
            Some(entry) if entry.value.kind == Kind::Null => {
                let message = format!("`{key}` is empty");
                checker.report(Diagnostic::error(Code::EmptyValue, entry.key_span, message));
                None
            }
            Some(entry) if entry.value.kind == Kind::Invalid => None,
            Some(entry) => Some(entry),
            None => {
                checker.report(self.missing(key));
                None
            }
        }
    }

    /// The problem of a missing key. Its place is the key that may be a misspelling of it, or the
    /// first key.
    fn missing(&self, key: &str) -> Diagnostic {
        let message = format!("missing key `{key}`");
        let unknown = self.map.entries.iter().map(|entry| &*entry.key);
        let near = nearest(key, unknown.filter(|key| !KNOWN.contains(key)));
        match near.and_then(|near| self.map.entry(near)) {
            Some(near) => Diagnostic::error(Code::MissingKey, near.key_span, message)
                .label(format!("is this meant to be `{key}`?"))
                .replace(near.key_span, key),
            None => Diagnostic::error(Code::MissingKey, self.place, message),
        }
    }

    pub(super) fn mapping(&self, key: &str, checker: &mut Checker) -> Option<Fields<'a>> {
        let node = self.required(key, checker)?;
        match node.as_map() {
            Some(map) => Some(Fields::new(map, node.span)),
            None => {
                checker.report(wrong_type(node, key, "a mapping"));
                None
            }
        }
    }

    pub(super) fn list(&self, key: &str, checker: &mut Checker) -> Option<&'a [Node]> {
        let node = self.required(key, checker)?;
        match node.as_list() {
            Some(list) => Some(list),
            None => {
                checker.report(wrong_type(node, key, "a list"));
                None
            }
        }
    }

    /// A required text, trimmed, with its place.
    pub(super) fn text(&self, key: &str, checker: &mut Checker) -> Option<(String, Span)> {
        let node = self.required(key, checker)?;
        let Some(text) = node.as_str() else {
            checker.report(wrong_type(node, key, "text"));
            return None;
        };
        if text.trim().is_empty() {
            let message = format!("`{key}` is empty");
            checker.report(Diagnostic::error(Code::EmptyValue, node.span, message));
            return None;
        }
        Some((text.trim().to_owned(), node.span))
    }

    /// An optional text.
    pub(super) fn optional_text(&self, key: &str, checker: &mut Checker) -> Option<(String, Span)> {
        self.get(key)?;
        self.text(key, checker)
    }

    /// A positive number of segments.
    pub(super) fn segments(&self, key: &str, checker: &mut Checker) -> Option<u32> {
        let node = self.required(key, checker)?;
        let too_many = |int: &str| {
            let message = format!("{int} segments are too many: the most is {MAX_SEGMENTS}");
            Diagnostic::error(Code::TooManySegments, node.span, message)
        };
        let error = match &node.kind {
            Kind::Int(int) => match u32::try_from(*int) {
                Ok(segments @ 1..=MAX_SEGMENTS) => return Some(segments),
                _ if *int > 0 => too_many(&int.to_string()),
                _ => {
                    let message = format!("`{key}` must be positive, not {int}");
                    Diagnostic::error(Code::SegmentCount, node.span, message)
                }
            },
            Kind::Wide(digits) if !digits.starts_with('-') => too_many(digits),
            _ => {
                let message = format!("`{key}` must be a whole number, not {}", node.describe());
                let code = match node.kind {
                    Kind::Float(_) | Kind::Wide(_) => Code::SegmentCount,
                    _ => Code::WrongType,
                };
                Diagnostic::error(code, node.span, message)
                    .help("write it in digits, without quotes, such as `100`")
            }
        };
        checker.report(error);
        None
    }
}

/// The problem of a value that has another type than expected.
pub(super) fn wrong_type(node: &Node, key: &str, expected: &str) -> Diagnostic {
    let message = format!("`{key}` must be {expected}, not {}", node.describe());
    let error = Diagnostic::error(Code::WrongType, node.span, message);
    match &node.kind {
        Kind::Bool(_) | Kind::Int(_) | Kind::Wide(_) | Kind::Float(_)
            if matches!(expected, "text" | "a list of names") =>
        {
            error.help("put it in quotes")
        }
        _ => error,
    }
}

/// The text of a scalar, as planout4j reads a salt; `None` if the node is not a scalar.
pub(super) fn text_of(node: &Node) -> Option<String> {
    match &node.kind {
        Kind::Null | Kind::Invalid => Some(String::new()),
        Kind::Bool(bool) => Some(bool.to_string()),
        Kind::Int(int) => Some(int.to_string()),
        Kind::Wide(digits) => Some(digits.to_string()),
        Kind::Float(float) => Some(number::java(*float).to_string()),
        Kind::String(text) => Some(text.to_string()),
        Kind::List(_) | Kind::Map(_) | Kind::Script(_) => None,
    }
}
