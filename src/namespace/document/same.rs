//! A comparison of documents by their meaning.

use super::Document;
use crate::dialect::Dialect;
use crate::tree::{Entry, Kind, Map, Node};
use crate::wire::{same as same_script, same_without_nulls};

/// The keys under `namespace` whose defaults apply if they are missing.
const SETTINGS: [&str; 4] = ["dialect", "segment_hashing", "segment_pool", "segment_sampling"];

impl Document {
    /// Whether two documents have the same meaning for services and for people. Formatting does not
    /// matter, nor does the order of keys, a key without a value, or a setting that has its default
    /// value.
    pub fn says_the_same(&self, other: &Document) -> bool {
        let settings = |it: &Document| (it.dialect, it.rules());
        settings(self) == settings(other)
            && self.hashed_name == other.hashed_name
            && same(&self.compiled, &other.compiled, Part::Document, self.dialect)
    }
}

/// The part of a document that is compared.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Document,
    /// The settings under `namespace`.
    Header,
    /// The list of definitions, or one of them.
    Definitions,
    Script,
    /// Any other part.
    Data,
}

impl Part {
    /// The part under a key.
    fn under(self, key: &str) -> Part {
        match (self, key) {
            (Part::Document, "namespace") => Part::Header,
            (Part::Document, "experiment_definitions") => Part::Definitions,
            (Part::Definitions, "assign") => Part::Script,
            _ => Part::Data,
        }
    }

    /// Whether an entry has a meaning.
    fn counts(self, entry: &Entry) -> bool {
        let is_setting = self == Part::Header && SETTINGS.contains(&&*entry.key);
        !is_setting && entry.value.kind != Kind::Null
    }
}

fn same(a: &Node, b: &Node, part: Part, dialect: Dialect) -> bool {
    match (&a.kind, &b.kind) {
        _ if part == Part::Script => {
            if dialect.drops_null_entries() {
                same_without_nulls(a, b)
            } else {
                same_script(a, b)
            }
        }
        (Kind::List(a), Kind::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b, part, dialect))
        }
        (Kind::Map(a), Kind::Map(b)) => same_entries(a, b, part, dialect),
        (a, b) => a == b,
    }
}

fn same_entries(a: &Map, b: &Map, part: Part, dialect: Dialect) -> bool {
    let count = |map: &Map| map.entries.iter().filter(|entry| part.counts(entry)).count();
    let mut entries = a.entries.iter().filter(|entry| part.counts(entry));
    count(a) == count(b)
        && entries.all(|entry| {
            let part = part.under(&entry.key);
            b.get(&entry.key).is_some_and(|b| same(&entry.value, b, part, dialect))
        })
}
