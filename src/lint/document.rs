//! Misspelt keys, a name that is ignored, and scalars that are not read as they look.

use std::path::Path;

use super::quotes;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::namespace::Outline;
use crate::nearest::nearest;
use crate::source::{SourceText, Span};
use crate::tree::yaml::plain;
use crate::tree::{Kind, Map, Node};

/// The keys that are known in a mapping.
struct Keys {
    required: &'static [&'static str],
    optional: &'static [&'static str],
}

const DOCUMENT: Keys = Keys {
    required: &["namespace", "experiment_definitions", "default_experiment", "experiment_sequence"],
    optional: &[],
};
const NAMESPACE: Keys = Keys {
    required: &["unit", "segments"],
    optional: &[
        "name",
        "salt",
        "dialect",
        "segment_hashing",
        "segment_pool",
        "segment_sampling",
        "inputs",
    ],
};
const DEFINITION: Keys = Keys { required: &["definition", "assign"], optional: &[] };
const ACTION: Keys =
    Keys { required: &["action", "name", "definition", "segments"], optional: &[] };

impl Keys {
    /// The key that an unknown key is probably a misspelling of.
    fn meant(&self, key: &str) -> Option<&'static str> {
        let known = || self.required.iter().chain(self.optional).copied();
        let near = nearest(key, known()).filter(|_| !known().any(|known| known == key))?;
        // Another word may begin in the same way: `assignee`, for example.
        let is_longer_word = key.strip_prefix(near).is_some_and(|rest| rest.len() > 1);
        (!is_longer_word).then_some(near)
    }
}

/// The value of an optional setting of a namespace, even if its key is misspelt: the misspelling is
/// reported, and none of its consequences.
pub(super) fn setting<'a>(outline: &'a Outline, key: &str) -> Option<&'a Node> {
    let namespace = outline.settings()?;
    let is_meant = |key_there: &str| NAMESPACE.meant(key_there) == Some(key);
    let misspelt = || namespace.entries.iter().find(|entry| is_meant(&entry.key));
    namespace.get(key).or_else(|| misspelt().map(|entry| &entry.value))
}

/// Looks for unknown keys that are near a known one.
pub(super) fn misspelt_keys(outline: &Outline, found: &mut Vec<Diagnostic>) {
    let whole = outline.tree().as_map().map(|map| (map, &DOCUMENT));
    let settings = outline.settings().map(|map| (map, &NAMESPACE));
    let definitions = outline.definitions().map(|definition| (definition.node, &DEFINITION));
    let items = definitions.chain(outline.entries().iter().map(|item| (item, &ACTION)));
    let items = items.filter_map(|(item, known)| Some((item.as_map()?, known)));
    for (map, known) in whole.into_iter().chain(settings).chain(items) {
        keys(map, known, found);
    }
}

fn keys(map: &Map, known: &Keys, found: &mut Vec<Diagnostic>) {
    for entry in &map.entries {
        let Some(near) = known.meant(&entry.key) else {
            continue;
        };
        // If the near key is required and missing, this is an error already.
        if map.get(near).is_some() || known.optional.contains(&near) {
            let message = format!("key `{}` means nothing here", entry.key);
            found.push(Diagnostic::finding(Code::MisspeltKey, entry.key_span, message).meant(near));
        }
    }
}

/// Looks for a name in the document that has no effect, because the file has another name.
pub(super) fn ignored_name(
    outline: &Outline,
    source: &SourceText,
    name: &str,
) -> Option<Diagnostic> {
    let node = &outline.setting("name")?.value;
    let inner = node.as_str()?.trim();
    // Standard input has no name that could take precedence.
    let is_of_file = Path::new(source.name()).file_stem().is_some_and(|stem| stem == name);
    if !is_of_file || inner == name || inner.is_empty() {
        return None;
    }
    let message = format!("the name `{inner}` is ignored: the name of the file, `{name}`, is used");
    Some(Diagnostic::finding(Code::IgnoredName, node.span, message).help(format!(
        "leave it out, or write `name: {name}`; renaming the file instead moves the units of a \
         namespace that is in use"
    )))
}

/// Looks for plain scalars that are not read as they look.
pub(super) fn scalars(tree: &Node, source: &SourceText, found: &mut Vec<Diagnostic>) {
    let mut nodes = vec![tree];
    while let Some(node) = nodes.pop() {
        match &node.kind {
            Kind::List(items) => nodes.extend(items),
            Kind::Map(map) => nodes.extend(map.entries.iter().map(|entry| &entry.value)),
            Kind::Script(_) | Kind::Invalid => {}
            _ => {
                ambiguous_scalar(node, source, found);
                found.extend(quotes::text(node));
            }
        }
    }
}

/// A scalar that readers of YAML 1.2 read differently.
fn ambiguous_scalar(node: &Node, source: &SourceText, found: &mut Vec<Diagnostic>) {
    let text = source.slice(node.span);
    if has_tag(source.text(), node.span) || !plain::is_ambiguous(text) {
        return;
    }
    let here = match &node.kind {
        Kind::Bool(bool) => format!("`{bool}`"),
        Kind::Int(int) => format!("the number {int}"),
        Kind::Wide(digits) => format!("the number {digits}"),
        Kind::Float(float) => format!("the number {float}"),
        Kind::String(_) => "text".to_owned(),
        _ => return,
    };
    // If text is expected, this is the reason for the error.
    let mut errors = found.iter_mut().filter(|found| found.severity == Severity::Error);
    if let Some(error) = errors.find(|error| error.primary.span == node.span) {
        if let Some(help) = &mut error.help {
            *help = format!("{help}: `{text}` is {here} in YAML 1.1, as it is read here");
        }
        return;
    }
    let message =
        format!("`{text}` is {here} in YAML 1.1, as it is read here, and not in YAML 1.2");
    found.push(
        Diagnostic::finding(Code::AmbiguousScalar, node.span, message)
            .help("put text in quotes; write numbers in plain digits, and `true` or `false`"),
    );
}

/// Looks for characters that end a line in YAML 1.1, but not in YAML 1.2, whose rules are used here:
/// for other readers, a comment may end there and a script go on.
pub(super) fn ambiguous_breaks(source: &SourceText, found: &mut Vec<Diagnostic>) {
    let is_break = |char: &char| matches!(char, '\u{85}' | '\u{2028}' | '\u{2029}');
    for (at, char) in source.text().char_indices().filter(|(_, char)| is_break(char)) {
        let place = Span::new(at, at + char.len_utf8());
        let is_error = |it: &Diagnostic| it.severity == Severity::Error && it.primary.span == place;
        if !found.iter().any(is_error) {
            let code = u32::from(char);
            let message = format!(
                "U+{code:04X} ends a line in YAML 1.1, as planout4j reads it, and not here"
            );
            found.push(Diagnostic::finding(Code::AmbiguousScalar, place, message).help(format!(
                "delete it; in a string, write `\\u{code:04x}` between double quotes"
            )));
        }
    }
}

/// Whether a tag before a scalar gives its type.
fn has_tag(text: &str, span: Span) -> bool {
    let before = text.get(..span.start as usize).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.split_whitespace().next_back().is_some_and(|word| word.starts_with('!'))
}
