//! Experiments beside the units that they do not have: those of earlier experiments, and those of none.

use super::sequence::entry;
use super::subject::Subject;
use crate::audit::{CarryOver, carry_over, deviation, may_repeat, on_pool};
use crate::diagnostic::{Code, Diagnostic};
use crate::namespace::{Action, Document};
use crate::source::Span;

/// The most findings of a kind for a namespace.
const MAX_FOUND: usize = 100;

/// Up to how many segments chance is named that comes from their number.
const FEW_SEGMENTS: u32 = 1000;

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let Some(document) = subject.document else {
        return;
    };
    repeated(subject, document, found);
    control(subject, document, found);
}

/// Experiments that treat units of an earlier one again.
fn repeated(subject: &Subject<'_>, document: &Document, found: &mut Vec<Diagnostic>) {
    if !may_repeat(document) {
        return;
    }
    let Ok(namespace) = document.build() else {
        return;
    };
    let all = carry_over(document, &namespace);
    // Units of the default's definition get nothing that others do not get.
    let is_treated = |it: &&CarryOver| match document.sequence.get(it.added) {
        Some(Action::Add { definition, .. }) => *definition != document.default,
        _ => false,
    };
    let again = all.iter().filter(|it| it.same_draws || it.same_definition).filter(is_treated);
    for it in again.take(MAX_FOUND) {
        let CarryOver { experiment, earlier, segments, of, .. } = it;
        let draws = match it.same_draws {
            true => "with the same draws",
            false => "which ran the same definition",
        };
        let message = format!(
            "{segments} of the {of} segments of `{experiment}` were in the earlier `{earlier}`, {draws}"
        );
        let mut help = vec![match it.same_draws {
            true => "their units get the group that they had, and its effect is there already: run it under another name",
            false => "their units know the treatment already: let new segments run it, or allow the code",
        }
        .to_owned()];
        if document.segments <= FEW_SEGMENTS {
            help.push(format!(
                "with {} segments, the shares of such units inside and outside of a half differ by {:.1} % (standard deviation)",
                document.segments,
                100.0 * deviation(document.segments)
            ));
        }
        found.push(
            Diagnostic::finding(Code::CarryOver, place(subject, it.added), message)
                .also(place(subject, it.removed), "the earlier one ended here")
                .help_lines(help),
        );
    }
}

/// Experiments whose control is the pool of free segments.
fn control(subject: &Subject<'_>, document: &Document, found: &mut Vec<Diagnostic>) {
    let on_pool = on_pool(document);
    let mut free = i64::from(document.segments);
    let mut held = std::collections::HashMap::new();
    for action in &document.sequence {
        match action {
            Action::Add { name, segments, .. } => {
                free -= i64::from(*segments);
                held.insert(name, *segments);
            }
            Action::Remove { name } => free += held.remove(name).map_or(0, i64::from),
        }
    }
    if free <= 0 {
        return;
    }
    for index in on_pool.into_iter().take(MAX_FOUND) {
        let Some(name) = document.sequence.get(index).map(Action::name) else {
            continue;
        };
        let message =
            format!("`{name}` draws nothing: its only control is the {free} free segments");
        found.push(
            Diagnostic::finding(Code::PoolControl, place(subject, index), message)
                .label("a later `add` takes its control away")
                .help(format!(
                    "draw the arms in its script, or add an experiment that runs `{}` as a control of its own",
                    document.default
                )),
        );
    }
}

/// The place of an entry's name.
fn place(subject: &Subject<'_>, index: usize) -> Span {
    let name = entry(subject, index).and_then(|map| map.get("name"));
    name.map_or(Span::default(), |node| node.span)
}
