//! Alternatives to edits that reassign units: entries to append, while the shipped entries stay as
//! they are.

use std::collections::HashSet;

use super::causes::{Cause, CauseKind};
use super::definitions::ScriptChange;
use super::{Class, segments};
use crate::namespace::{Action, Document, Experiment, Namespace};

/// The way to reach the intended namespace without the edits that reassign units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Entries after the shipped ones.
    Append(Appendix),
    /// A new namespace, since these settings cannot change while experiments run.
    NewNamespace(Vec<CauseKind>),
}

/// Entries for the end of a namespace's shipped sequence. Units stay in their experiment unless an
/// entry ends it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Appendix {
    /// Definitions that keep their shipped script. The new script gets a name of its own.
    pub renamed: Vec<Renamed>,
    /// Definitions that the source lacks although the sequence still names them.
    pub restored: Vec<String>,
    /// The definition that becomes the default, if the new default gets a name of its own.
    pub default: Option<String>,
    /// The entries after the shipped sequence. Empty if nothing has to be appended.
    pub entries: Vec<Action>,
}

/// A definition whose new script gets a name of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamed {
    /// The name, which keeps the shipped script.
    pub from: String,
    /// The name of the new script.
    pub to: String,
}

/// Finds the entries to append; `None` if no edit reassigns units.
pub(super) fn find(
    (old, earlier): (&Document, &Namespace),
    (new, later): (&Document, &Namespace),
    scripts: &[ScriptChange],
    causes: &[Cause],
) -> Option<Remedy> {
    // Nothing that is appended gives units of an experiment back what the default gave them.
    let causes = || {
        let causes = causes.iter().filter(|cause| cause.class == Class::Reassigning);
        causes.filter(|cause| cause.kind != CauseKind::Default)
    };
    causes().next()?;
    let settings: Vec<_> =
        causes().map(|cause| cause.kind).filter(|kind| kind.is_setting()).collect();
    if !settings.is_empty() {
        return Some(Remedy::NewNamespace(settings));
    }
    let restarts = causes().filter(|cause| cause.kind == CauseKind::Restart);
    let restarts = restarts.flat_map(|cause| cause.losses.iter().map(|loss| &*loss.experiment));
    let rescripted = scripts.iter().flat_map(|script| &script.experiments).map(String::as_str);
    let changed = restarts.chain(rescripted).collect();
    Some(Remedy::Append(appendix((old, earlier), (new, later), scripts, &changed)))
}

/// `changed` are the experiments that go on in another form. They get another name, so that nobody
/// mistakes them for the old ones.
fn appendix(
    (old, earlier): (&Document, &Namespace),
    (new, later): (&Document, &Namespace),
    scripts: &[ScriptChange],
    changed: &HashSet<&str>,
) -> Appendix {
    let mut taken: HashSet<String> =
        old.definitions.keys().chain(new.definitions.keys()).cloned().collect();
    let edited =
        scripts.iter().filter(|script| script.definition_before == script.definition_after);
    let renamed: Vec<Renamed> = edited
        .map(|script| {
            let from = script.definition_after.clone();
            Renamed { to: next_name(&from, &mut taken), from }
        })
        .collect();
    let name_of = |definition: &str| -> Option<String> {
        renamed.iter().find(|rename| rename.from == definition).map(|rename| rename.to.clone())
    };

    let entries = old.sequence.iter().chain(&new.sequence);
    let mut taken: HashSet<String> = entries.map(|action| action.name().to_owned()).collect();
    let (olds, news) = (segments::by_name(earlier), segments::by_name(later));
    let ends = |it: &&Experiment| {
        let shrinks = |new: &&Experiment| new.segments().len() < it.segments().len();
        changed.contains(it.name()) || news.get(it.name()).is_none_or(shrinks)
    };
    let ended: HashSet<&str> =
        earlier.experiments().iter().filter(ends).map(Experiment::name).collect();
    let removes = earlier.experiments().iter().filter(ends);
    let mut entries: Vec<Action> =
        removes.map(|remove| Action::Remove { name: remove.name().to_owned() }).collect();
    for it in later.experiments() {
        let (name, had) = match olds.get(it.name()) {
            None => (it.name().to_owned(), 0),
            Some(_) if ended.contains(it.name()) => (next_name(it.name(), &mut taken), 0),
            Some(old) if old.segments().len() == it.segments().len() => continue,
            Some(old) => (next_name(it.name(), &mut taken), old.segments().len()),
        };
        let definition = name_of(it.definition()).unwrap_or_else(|| it.definition().to_owned());
        let segments = u32::try_from(it.segments().len() - had).unwrap_or(u32::MAX);
        entries.push(Action::Add { name, definition, segments });
    }
    Appendix { restored: restored(old, new), default: name_of(&new.default), renamed, entries }
}

/// The definitions that a sequence names and that a new document lacks.
fn restored(old: &Document, new: &Document) -> Vec<String> {
    let mut restored = Vec::new();
    for action in &old.sequence {
        if let Action::Add { definition, .. } = action
            && !new.definitions.contains_key(definition)
            && !restored.contains(definition)
        {
            restored.push(definition.clone());
        }
    }
    restored
}

/// The first free name after another name: `a.2` after `a`, `run.3` after `run.2`.
fn next_name(name: &str, taken: &mut HashSet<String>) -> String {
    let numbered = name.rsplit_once('.');
    let numbered = numbered.and_then(|(stem, number)| Some((stem, number.parse::<u32>().ok()?)));
    let (stem, number) = numbered.unwrap_or((name, 1));
    let mut number = u64::from(number);
    loop {
        number += 1;
        let next = format!("{stem}.{number}");
        if taken.insert(next.clone()) {
            return next;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    #[test]
    fn names_count_on() {
        let mut taken = HashSet::from(["a.2".to_owned()]);
        for (name, next) in [("a", "a.3"), ("a", "a.4"), ("run.9", "run.10"), ("v1.x", "v1.x.2")] {
            assert_eq!(super::next_name(name, &mut taken), next);
        }
    }
}
