//! The lines of a namespace's text at which its parts stand.

use super::Version;
use crate::source::{Source, Span};
use crate::tree::{Kind, Map, Node};

/// The text of a namespace, to be asked where something stands.
#[derive(Clone, Copy)]
pub(super) struct Places<'a> {
    pub(super) source: &'a Source,
    map: Option<&'a Map>,
}

impl<'a> Places<'a> {
    pub(super) fn new(version: Version<'a>) -> Places<'a> {
        let tree = version.loaded.tree.as_deref();
        Places { source: &version.loaded.source, map: tree.and_then(Node::as_map) }
    }

    fn line(&self, span: Span) -> usize {
        self.source.position(span.start).line
    }

    /// The line of an entry of the sequence; `None` stands for its last one.
    pub(super) fn entry(&self, index: Option<usize>) -> Option<usize> {
        let sequence = self.map?.entry("experiment_sequence")?;
        let items = match &sequence.value.kind {
            Kind::List(items) => items.as_slice(),
            _ => &[],
        };
        let item = match index {
            Some(index) => items.get(index),
            None => items.last(),
        };
        Some(self.line(item.map_or(sequence.key_span, |item| item.span)))
    }

    /// The line of a setting under `namespace`, or of `namespace` if it is not there.
    pub(super) fn setting(&self, key: &str) -> Option<usize> {
        let namespace = self.map?.entry("namespace")?;
        let setting = namespace.value.as_map().and_then(|map| map.entry(key));
        Some(self.line(setting.map_or(namespace.key_span, |entry| entry.key_span)))
    }

    /// The line of a definition's name.
    pub(super) fn definition(&self, name: &str) -> Option<usize> {
        let definitions = self.map?.get("experiment_definitions")?.as_list()?;
        let names = definitions.iter().filter_map(|item| item.as_map()?.get("definition"));
        let mut found = names.filter(|it| it.as_str().is_some_and(|text| text.trim() == name));
        found.next().map(|node| self.line(node.span))
    }
}
