//! Mappings as they are read: keys once each, and merge keys.

use std::borrow::Cow;

use indexmap::IndexMap;
use indexmap::map::Entry::{Occupied, Vacant};

use super::excerpt;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Source, Span};
use crate::tree::{Entry, Kind, Map, Node};

/// A mapping that has not ended.
#[derive(Default)]
pub(super) struct Builder {
    entries: IndexMap<Box<str>, Slot>,
    /// The key whose value comes next.
    key: Option<Key>,
    /// Where the merge key stands, if there was one.
    merge: Option<Span>,
}

struct Slot {
    key_span: Span,
    value: Node,
    /// Whether the entry was merged, and yields to one that is written out.
    merged: bool,
}

enum Key {
    Text(Box<str>, Span),
    Merge,
    /// One that was complained about; its value is dropped.
    Unusable,
}

impl Builder {
    /// Whether a key comes next.
    pub(super) fn awaits_key(&self) -> bool {
        self.key.is_none()
    }

    /// Takes a scalar as the key. A plain one may be the merge key.
    pub(super) fn key(
        &mut self,
        text: Cow<'_, str>,
        span: Span,
        plain: bool,
    ) -> Option<Diagnostic> {
        if text != "<<" || !plain {
            self.key = Some(Key::Text(text.into(), span));
            return None;
        }
        self.key = Some(Key::Merge);
        let first = self.merge.replace(span)?;
        self.merge = Some(first);
        Some(
            duplicate("<<", span, first)
                .help("write one `<<` with a list: `<<: [*first, *second]`"),
        )
    }

    /// Takes a node that is not a scalar of this place as the key.
    pub(super) fn node_key(
        &mut self,
        node: &Node,
        place: Span,
        source: &Source,
    ) -> Option<Diagnostic> {
        let text = match &node.kind {
            Kind::List(_) | Kind::Map(_) => None,
            Kind::String(text) => Some(&**text),
            Kind::Script(block) => Some(&*block.text),
            _ => Some(source.slice(node.span)),
        };
        match text {
            Some(text) => {
                self.key = Some(Key::Text(text.into(), place));
                None
            }
            None => {
                self.key = Some(Key::Unusable);
                let message = format!("{} cannot be a key", node.describe());
                Some(Diagnostic::error(Code::ComplexKey, place, message).help(
                    "write a word as the key; put a value that starts with `[` or `{` in quotes",
                ))
            }
        }
    }

    /// Takes the value of the key, which stands at a place.
    pub(super) fn value(&mut self, value: Node, place: Span) -> Option<Diagnostic> {
        match self.key.take()? {
            Key::Text(text, span) => self.insert(text, span, value),
            Key::Merge => self.merge(value, place),
            Key::Unusable => None,
        }
    }

    /// The mapping, at its end.
    pub(super) fn finish(self) -> Map {
        let entry = |(key, Slot { key_span, value, .. })| Entry { key, key_span, value };
        Map { entries: self.entries.into_iter().map(entry).collect() }
    }

    fn insert(&mut self, key: Box<str>, key_span: Span, value: Node) -> Option<Diagnostic> {
        let mut slot = match self.entries.entry(key) {
            Vacant(vacant) => {
                vacant.insert(Slot { key_span, value, merged: false });
                return None;
            }
            Occupied(slot) => slot,
        };
        if slot.get().merged {
            slot.insert(Slot { key_span, value, merged: false });
            return None;
        }
        slot.get_mut().value = value;
        Some(duplicate(slot.key(), key_span, slot.get().key_span).help("remove one of them"))
    }

    fn merge(&mut self, value: Node, place: Span) -> Option<Diagnostic> {
        let maps = match value.kind {
            Kind::List(items) => items.into_iter().map(into_map).collect(),
            _ => into_map(value).map(|map| vec![map]),
        };
        let Some(maps) = maps else {
            return Some(malformed_merge(place));
        };
        for entry in maps.into_iter().flat_map(|map| map.entries) {
            let Entry { key, key_span, value } = entry;
            self.entries.entry(key).or_insert(Slot { key_span, value, merged: true });
        }
        None
    }
}

fn into_map(node: Node) -> Option<Map> {
    match node.kind {
        Kind::Map(map) => Some(map),
        _ => None,
    }
}

fn duplicate(key: &str, span: Span, first: Span) -> Diagnostic {
    let message = format!("the key `{}` is given twice", excerpt(key));
    Diagnostic::error(Code::DuplicateKey, span, message)
        .label("given again here")
        .also(first, "first given here")
}

fn malformed_merge(place: Span) -> Diagnostic {
    Diagnostic::error(Code::MalformedMerge, place, "`<<` merges mappings only")
        .help("write an alias of a mapping, or a list of them: `<<: *name` or `<<: [*one, *two]`")
}
