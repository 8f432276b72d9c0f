//! The lines of a namespace's parts in its text.

use super::Version;
use crate::namespace::Outline;
use crate::source::{SourceText, Span};

/// The text of a namespace, with the lines of its parts.
#[derive(Clone, Copy)]
pub(super) struct Places<'a> {
    pub(super) source: &'a SourceText,
    outline: Option<&'a Outline>,
}

impl<'a> Places<'a> {
    pub(super) fn new(version: Version<'a>) -> Places<'a> {
        Places { source: &version.loaded.source, outline: version.loaded.outline.as_ref() }
    }

    fn line(&self, span: Span) -> usize {
        self.source.position(span.start).line
    }

    /// The line of an entry of the sequence; `None` stands for its last one.
    pub(super) fn entry(&self, index: Option<usize>) -> Option<usize> {
        let outline = self.outline?;
        let items = outline.entries();
        let item = match index {
            Some(index) => items.get(index),
            None => items.last(),
        };
        Some(self.line(item.map_or(outline.sequence()?.key_span, |item| item.span)))
    }

    /// The line of a setting under `namespace`, or of `namespace` if the setting is missing.
    pub(super) fn setting(&self, key: &str) -> Option<usize> {
        let outline = self.outline?;
        let entry = outline.setting(key).or(outline.header())?;
        Some(self.line(entry.key_span))
    }

    /// The line of a definition's name.
    pub(super) fn definition(&self, name: &str) -> Option<usize> {
        let names = self.outline?.definitions().filter_map(|definition| definition.name());
        let mut found = names.filter(|(it, _)| *it == name);
        found.next().map(|(_, place)| self.line(place))
    }
}
