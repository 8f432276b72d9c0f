//! Typographic quotes: YAML does not treat them as quotes, and neither does the language inside
//! straight ones.

use super::script::Script;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::between_typographic;
use crate::tree::{Kind, Node};

/// Looks at the strings of a script.
pub(super) fn check(script: &Script<'_>, found: &mut Vec<Diagnostic>) {
    let mut nodes = vec![script.root];
    while let Some(node) = nodes.pop() {
        match &node.kind {
            Kind::List(items) => nodes.extend(items),
            Kind::Map(map) => nodes.extend(map.entries.iter().map(|entry| &entry.value)),
            _ => found.extend(text(node)),
        }
    }
}

/// A text that begins and ends with typographic quotes, which were probably not meant as part of it.
pub(super) fn text(node: &Node) -> Option<Diagnostic> {
    let text = node.as_str()?;
    let inside = between_typographic(text)?;
    let message = format!("the quotes of `{text}` are a part of the text");
    let help = format!("leave them out: `{inside}`; if they are intended, allow this code");
    Some(Diagnostic::finding(Code::TypographicQuotes, node.span, message).help(help))
}
