//! The state at the end of a sequence: unused definitions, no free segments, and experiments that are
//! the same as the default.

use std::collections::HashSet;

use super::subject::{Definition, Subject};
use crate::audit::on_pool;
use crate::diagnostic::{Code, Diagnostic};
use crate::namespace::{Action, BASELINE, Document, Namespace};
use crate::source::Span;
use crate::tree::{Map, Node};

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let Some(document) = subject.document else {
        return;
    };
    let active = active(document);
    unused_definitions(subject, document, found);
    no_free_segments(subject, document, &active, found);
    same_as_default(subject, document, &active, found);
    params_without_default(subject, document, &active, found);
}

/// The experiments that are active at the end, with the index of the entry that added each.
fn active(document: &Document) -> Vec<usize> {
    let mut active: Vec<(usize, &str)> = Vec::new();
    for (index, action) in document.sequence.iter().enumerate() {
        match action {
            Action::Add { name, .. } => active.push((index, name)),
            Action::Remove { name } => active.retain(|(_, other)| other != name),
        }
    }
    active.into_iter().map(|(index, _)| index).collect()
}

fn unused_definitions(subject: &Subject<'_>, document: &Document, found: &mut Vec<Diagnostic>) {
    let mut used = HashSet::from([document.default.as_str()]);
    used.extend(document.sequence.iter().filter_map(|action| match action {
        Action::Add { definition, .. } => Some(definition.as_str()),
        Action::Remove { .. } => None,
    }));
    for definition in &subject.definitions {
        if !used.contains(definition.name) {
            let message = format!("no experiment uses the definition `{}`", definition.name);
            found.push(
                Diagnostic::finding(Code::UnusedDefinition, definition.place, message)
                    .help("delete it, or add an experiment that runs it"),
            );
        }
    }
}

fn no_free_segments(
    subject: &Subject<'_>,
    document: &Document,
    active: &[usize],
    found: &mut Vec<Diagnostic>,
) {
    let held = active.iter().filter_map(|index| match &document.sequence[*index] {
        Action::Add { segments, .. } => Some(u64::from(*segments)),
        Action::Remove { .. } => None,
    });
    if held.sum::<u64>() < u64::from(document.segments) || on_pool(document).is_empty() {
        return;
    }
    // The entry that took the last free segments.
    let last = active.last().and_then(|index| entry(subject, *index));
    if let Some(place) = last.and_then(|entry| entry.get("segments")).map(|node| node.span) {
        let message = format!("all {} segments are taken", document.segments);
        found.push(
            Diagnostic::finding(Code::NoFreeSegments, place, message)
                .label("this takes the last of them")
                .help(
                    "an experiment that draws nothing has no units left to compare it with, and an experiment must end before another can be added",
                ),
        );
    }
}

fn same_as_default(
    subject: &Subject<'_>,
    document: &Document,
    active: &[usize],
    found: &mut Vec<Diagnostic>,
) {
    let Some(default) = document.definitions.get(&document.default) else {
        return;
    };
    for definition in running(subject, document, active) {
        if definition.json.is_same(default.json()) {
            let (name, default) = (definition.name, &document.default);
            let message = format!("definition `{name}` is the same as the default `{default}`");
            found.push(
                Diagnostic::finding(Code::SameAsDefault, definition.place, message)
                    .help("units in its experiments get the same params as all others"),
            );
        }
    }
}

/// The definitions that active experiments run, other than the default.
fn running<'s, 'a>(
    subject: &'s Subject<'a>,
    document: &'s Document,
    active: &'s [usize],
) -> impl Iterator<Item = &'s Definition<'a>> {
    let runs = |name: &str| {
        active.iter().any(|index| match &document.sequence[*index] {
            Action::Add { definition, .. } => definition == name,
            Action::Remove { .. } => false,
        })
    };
    let definitions = subject.definitions.iter();
    definitions
        .filter(move |definition| definition.name != document.default && runs(definition.name))
}

/// Params that only experiments define. A name with a leading `_` is not a param for services.
fn params_without_default(
    subject: &Subject<'_>,
    document: &Document,
    active: &[usize],
    found: &mut Vec<Diagnostic>,
) {
    const NO_PARAMS: [&str; 3] = ["experiment_salt", "salt_sep", BASELINE];
    let default = subject.definitions.iter().find(|definition| definition.name == document.default);
    let Some(default) = default.map(Definition::script) else {
        return;
    };
    let mut defined: HashSet<&str> =
        default.assignments.iter().map(|assignment| assignment.name).collect();
    defined.extend(NO_PARAMS);
    for definition in running(subject, document, active) {
        let script = definition.script();
        let mut said = HashSet::new();
        for param in &script.assignments {
            let is_private = param.name.starts_with('_');
            if is_private || defined.contains(param.name) || !said.insert(param.name) {
                continue;
            }
            let message = format!(
                "the default `{}` does not define the param `{}`",
                document.default, param.name
            );
            found.push(Diagnostic::finding(Code::ParamWithoutDefault, param.place, message).help(
                "units outside the experiment do not get it: define it in the default, or \
                     begin its name with `_` if it is only used here",
            ));
        }
    }
}

/// Experiments that have ended, and the effect of deleting their two entries. This replays the
/// sequence once for each of them.
pub(super) fn ended(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let Some(document) = subject.document else {
        return;
    };
    let Ok(whole) = document.build() else {
        return;
    };
    let mut sequence = document.sequence.clone();
    for (end, action) in document.sequence.iter().enumerate() {
        let Action::Remove { name } = action else {
            continue;
        };
        let is_start = |action: &Action| matches!(action, Action::Add { name: n, .. } if n == name);
        let Some(start) = document.sequence[..end].iter().rposition(is_start) else {
            continue;
        };
        sequence.clone_from(&document.sequence);
        sequence.remove(end);
        sequence.remove(start);
        let moved = document.build_with(&sequence).map(|without| moved(&whole, &without));
        let message = match moved {
            Ok(0) => format!("experiment `{name}` has ended, and nothing depends on it any more"),
            Ok(_) | Err(_) => format!("experiment `{name}` has ended, and its entries must stay"),
        };
        let help = match moved {
            Ok(0) => "its two entries can be deleted: no segment changes hands".to_owned(),
            Ok(1) => "without them a segment would change hands".to_owned(),
            Ok(moved) => format!("without them {moved} segments would change hands"),
            Err(_) => "without them the sequence is not valid".to_owned(),
        };
        let place = |index| entry(subject, index).and_then(|map| map.get("name"));
        let span = |node: Option<&Node>| node.map_or(Span::default(), |node| node.span);
        found.push(
            Diagnostic::finding(Code::EndedExperiment, span(place(end)), message)
                .also(span(place(start)), "it began here")
                .help(help),
        );
    }
}

/// The number of segments that belong to different experiments in two namespaces.
fn moved(one: &Namespace, other: &Namespace) -> usize {
    fn owner(namespace: &Namespace, segment: u32) -> Option<&str> {
        namespace.owner(segment).map(|index| namespace.experiments()[index].name())
    }
    (0..one.segment_count())
        .filter(|segment| owner(one, *segment) != owner(other, *segment))
        .count()
}

/// An entry of the sequence, as it is written.
pub(super) fn entry<'a>(subject: &Subject<'a>, index: usize) -> Option<&'a Map> {
    subject.outline.entries().get(index)?.as_map()
}
