//! Namespaces whose segments depend on the Python version that runs the reference.

use super::document;
use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::{Dialect, SegmentHashing};
use crate::namespace::{Action, Document};
use crate::source::Span;
use crate::tree::Node;

/// Looks for an experiment that draws from freed segments, in a namespace that does not name their
/// order.
pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let Some(document) = subject.document else {
        return;
    };
    let is_said = document::setting(subject.outline, "segment_pool").is_some();
    if document.segment_hashing != SegmentHashing::Namespace || is_said {
        return;
    }
    let Some((removed, added)) = reuse(document) else {
        return;
    };
    let name = document.sequence[added].name();
    let message = format!(
        "PlanOut's reference gives `{name}` other segments on Python 3.7 and later than before"
    );
    found.push(
        Diagnostic::finding(Code::PoolOfPython, place(subject, added), message)
            .label("it draws from segments that were freed")
            .also(place(subject, removed), "by this")
            .help_lines(help(document.dialect)),
    );
}

/// The first `remove` that is followed by an `add`, and that `add`.
fn reuse(document: &Document) -> Option<(usize, usize)> {
    let is_add = |action: &Action| matches!(action, Action::Add { .. });
    let removed = document.sequence.iter().position(|action| !is_add(action))?;
    let added = document.sequence[removed..].iter().position(is_add)?;
    Some((removed, removed + added))
}

/// Advice on how to solve it, line by line.
fn help(dialect: Dialect) -> impl Iterator<Item = String> {
    let otherwise: &[&str] = match dialect {
        Dialect::Planout => &[
            "if it runs on Python 2.7 to 3.6, or nowhere, write `segment_pool: ascending`, the order that is used now",
        ],
        Dialect::Planout4j => &[
            "if it runs on Python 2.7 to 3.6, write `segment_pool: ascending`",
            "if it runs nowhere, leave the key out and allow this code: as in planout4j, segments that \
             are freed go to the end",
        ],
    };
    let first = "if the reference assigns these units on Python 3.7 or later, write `segment_pool: cpython`";
    let last = "in a running namespace, a change of the order moves units";
    let lines = [first].into_iter().chain(otherwise.iter().copied()).chain([last]);
    lines.map(str::to_owned)
}

/// The place of an entry's name.
fn place(subject: &Subject<'_>, index: usize) -> Span {
    let entry = subject.outline.entries().get(index);
    let name = entry.and_then(Node::as_map).and_then(|map| map.get("name"));
    name.map_or(Span::default(), |name| name.span)
}
