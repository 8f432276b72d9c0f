//! Mappings while they are read: each key occurs once, and merge keys are expanded.

use std::borrow::Cow;

use indexmap::IndexMap;
use indexmap::map::Entry::{Occupied, Vacant};

use super::excerpt;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceText, Span};
use crate::tree::{Entry, Kind, Map, Node};

/// An open mapping.
#[derive(Default)]
pub(super) struct Builder {
    entries: IndexMap<Box<str>, Slot>,
    /// The key whose value comes next.
    key: Option<Key>,
    /// The place of the merge key, if there was one.
    merge: Option<Span>,
    /// Whether the current key was given before.
    repeating: bool,
}

struct Slot {
    key_span: Span,
    value: Node,
    /// Whether the entry was merged. An entry that is written out replaces it.
    merged: bool,
}

enum Key {
    Text(Box<str>, Span),
    Merge,
    /// A key with a problem that has been reported. Its value is dropped.
    Unusable,
}

impl Builder {
    /// Whether a key is read next.
    pub(super) fn awaits_key(&self) -> bool {
        self.key.is_none()
    }

    /// Reads a scalar as the key. A plain scalar may be the merge key.
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
        let first = *self.merge.get_or_insert(span);
        let again = duplicate("<<", span, first);
        (first != span).then(|| again.help("write one `<<` with a list: `<<: [*one, *two]`"))
    }

    /// Reads another node as the key.
    pub(super) fn node_key(
        &mut self,
        node: &Node,
        place: Span,
        source: &SourceText,
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

    /// Reads the value of the key. The value has a place.
    pub(super) fn value(&mut self, value: Node, place: Span) -> Option<Diagnostic> {
        match self.key.take()? {
            Key::Text(text, span) => self.insert(text, span, value),
            Key::Merge => self.merge(value, place),
            Key::Unusable => None,
        }
    }

    /// The mapping, at its end.
    pub(super) fn finish(self) -> Map {
        let entries = self.entries.into_iter();
        let entries = entries.map(|(key, slot)| slot.into_entry(key)).collect();
        Map { entries }
    }

    /// Drops the values of a key that is given twice. Where several keys are given twice, an item of
    /// a list lacks its `-`, and the first message is enough.
    fn insert(&mut self, key: Box<str>, key_span: Span, value: Node) -> Option<Diagnostic> {
        let slot = Slot::new(key_span, value, false);
        match self.entries.entry(key) {
            Vacant(vacant) => {
                vacant.insert(slot);
                None
            }
            Occupied(mut merged) if merged.get().merged => {
                merged.insert(slot);
                None
            }
            Occupied(mut first) => {
                let repeating = std::mem::replace(&mut self.repeating, true);
                first.get_mut().value.kind = Kind::Invalid;
                let problem = duplicate(first.key(), key_span, first.get().key_span);
                (!repeating).then(|| problem.help("remove one of them"))
            }
        }
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
            let slot = Slot::new(entry.key_span, entry.value, true);
            self.entries.entry(entry.key).or_insert(slot);
        }
        None
    }
}

impl Slot {
    fn new(key_span: Span, value: Node, merged: bool) -> Slot {
        Slot { key_span, value, merged }
    }

    fn into_entry(self, key: Box<str>) -> Entry {
        let Slot { key_span, value, .. } = self;
        Entry { key, key_span, value }
    }
}

fn into_map(node: Node) -> Option<Map> {
    match node.kind {
        Kind::Map(map) => Some(map),
        _ => None,
    }
}

fn duplicate(key: &str, span: Span, first: Span) -> Diagnostic {
    let message = format!("key `{}` is given twice", excerpt(key));
    Diagnostic::error(Code::DuplicateKey, span, message)
        .label("given again here")
        .also(first, "first given here")
}

fn malformed_merge(place: Span) -> Diagnostic {
    Diagnostic::error(Code::MalformedMerge, place, "`<<` merges mappings only")
        .help("write an alias of a mapping, or a list of them: `<<: *name` or `<<: [*one, *two]`")
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::source::SourceText;
    use crate::tree::yaml::read;
    use crate::tree::yaml::tests::{clean, code, report, show};

    #[test]
    fn keys_are_the_text_that_is_written() {
        let text = "yes: 1\n0x1F: 2\n1.50: 3\n'a b': 4\n\"c\\n\": 5\n~: 6\n? |\n  d\n: 7\n: 8\n!!str 9: 9\n";
        assert_eq!(
            show(&clean(text)),
            "{yes: 1, 0x1F: 2, 1.50: 3, a b: 4, c\n: 5, ~: 6, d\n: 7, : 8, 9: 9}"
        );
        assert_eq!(
            show(&clean("- &x 0x1F\n- &y a b\n- {*x : 1, *y : 2, &z c: *z}\n")),
            "[31, \"a b\", {0x1F: 1, a b: 2, c: \"c\"}]"
        );
    }

    #[test]
    fn a_list_or_a_mapping_is_no_key() {
        assert_eq!(
            report("a: 1\n[b]: 2\n? {c: d}\n: 3\ne: 4\n"),
            "{a: 1, e: 4}\nP0125 2:1 `[b]` a list cannot be a key\n\
             P0125 3:3 `{c: d}` a mapping cannot be a key"
        );
        assert_eq!(code("a: &x [1]\n*x : 2\n"), Code::ComplexKey);
    }

    #[test]
    fn a_key_given_twice_is_a_problem() {
        assert_eq!(
            report("a: 1\nb: {c: 1, 'c': 2}\na: 3\na: 4\n"),
            "{a: invalid, b: {c: invalid}}\n\
             P0130 2:11 `'c'` key `c` is given twice (first given here 2:5)\n\
             P0130 3:1 `a` key `a` is given twice (first given here 1:1)"
        );
        // Keys are compared as texts, and not as values.
        clean("1: a\n0x1: b\n'': c\n~: d\n");
    }

    #[test]
    fn mappings_are_merged() {
        let anchors = "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\n";
        let cases = [
            ("{<<: *a, x: 9}", "{x: 9, y: 2}"),
            ("{x: 9, <<: *a}", "{x: 9, y: 2}"),
            ("{<<: [*a, *b]}", "{x: 1, y: 2, z: 4}"),
            ("{<<: [*b, *a], w: 0}", "{y: 3, z: 4, x: 1, w: 0}"),
            ("{<<: {<<: *a, x: 5}}", "{x: 5, y: 2}"),
            ("{<<: []}", "{}"),
            ("{'<<': 1}", "{<<: 1}"),
            ("{!!str <<: 1}", "{<<: 1}"),
        ];
        for (map, expected) in cases {
            let tree = clean(&format!("{anchors}c: {map}\n"));
            let shown = tree.as_map().and_then(|map| map.get("c")).map(show);
            assert_eq!(shown.as_deref(), Some(expected), "{map}");
        }
    }

    #[test]
    fn what_is_merged_keeps_its_place() {
        let source = SourceText::new("test", "a: &a {x: 1}\nb: {<<: *a}\n");
        let tree = read(&source).0;
        let entry = tree.as_ref().and_then(|tree| tree.as_map()?.get("b")?.as_map()?.entry("x"));
        let entry = entry.map(|entry| (entry.key_span.start, entry.value.span.start));
        assert_eq!(entry, Some((7, 10)));
    }

    #[test]
    fn merge_keys_need_mappings_and_stand_once() {
        assert_eq!(
            report("a: &a {x: 1}\nb: {<<: 5}\nc: {<<: [*a, 5]}\nd: {<<: }\ne: {<<: *a, <<: *a}\n"),
            "{a: {x: 1}, b: {}, c: {}, d: {}, e: {x: 1}}\n\
             P0124 2:9 `5` `<<` merges mappings only\n\
             P0124 3:9 `[*a, 5]` `<<` merges mappings only\n\
             P0124 4:8 `` `<<` merges mappings only\n\
             P0130 5:13 `<<` key `<<` is given twice (first given here 5:5)"
        );
    }

    #[test]
    fn a_large_mapping_is_read_in_time() {
        let text: String = (0..100_000).map(|number| format!("key{number}: {number}\n")).collect();
        assert_eq!(clean(&text).as_map().map(|map| map.entries.len()), Some(100_000));
    }
}
