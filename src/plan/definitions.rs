//! The changes of a namespace's scripts: those of experiments, and that of the default.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::places::Places;
use super::scripts::{self, ParamChange};
use super::segments;
use crate::namespace::{Experiment, Namespace};
use crate::wire::same;

/// The changed script of running experiments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptChange {
    /// The definition that they ran before.
    pub definition_before: String,
    /// The definition that they run after.
    pub definition_after: String,
    /// The experiments.
    pub experiments: Vec<String>,
    /// The params that are set differently. Empty if only the order of statements changed.
    pub params: Vec<ParamChange>,
    /// The line of the first of these params in the new text, or of the definition.
    pub line: Option<usize>,
}

/// The change for units that are not in an experiment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefaultChange {
    /// The definition that was the default before.
    pub definition_before: String,
    /// The definition that is the default after.
    pub definition_after: String,
    /// Whether the salt of its draws changed, so that units are drawn anew.
    pub draws_anew: bool,
    /// The params that are set differently.
    pub params: Vec<DefaultParam>,
}

/// A param of the default that is set differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefaultParam {
    /// The change of the param.
    pub change: ParamChange,
    /// The experiments that do not set the param, so that their units also see the default's value.
    pub fallback_in: Vec<String>,
}

/// The scripts that experiments ran before and run after, if they differ.
pub(super) fn script_changes(
    earlier: &Namespace,
    later: &Namespace,
    places: Places<'_>,
) -> Vec<ScriptChange> {
    let mut changed: IndexMap<(&str, &str), Vec<(&Experiment, &Experiment)>> = IndexMap::new();
    let news = segments::by_name(later);
    for old in earlier.experiments() {
        if let Some(new) = news.get(old.name()).copied() {
            let definitions = (old.definition(), new.definition());
            changed.entry(definitions).or_default().push((old, new));
        }
    }
    let mut changes = Vec::new();
    for ((before, after), experiments) in changed {
        let Some((old, new)) = experiments.first().map(|(old, new)| (old.script(), new.script()))
        else {
            continue;
        };
        if same(old.json(), new.json()) {
            continue;
        }
        let params = scripts::compare(old, new, places.source);
        if params.is_empty() && old.dialect() != new.dialect() {
            continue;
        }
        let line = params.iter().find_map(|param| param.line);
        changes.push(ScriptChange {
            definition_before: before.to_owned(),
            definition_after: after.to_owned(),
            experiments: experiments.iter().map(|(old, _)| old.name().to_owned()).collect(),
            params,
            line: line.or_else(|| places.definition(after)),
        });
    }
    changes
}

pub(super) fn default_change(
    earlier: &Namespace,
    later: &Namespace,
    places: Places<'_>,
) -> Option<DefaultChange> {
    let (old, new) = (earlier.default_experiment(), later.default_experiment());
    let params = scripts::compare(old.script(), new.script(), places.source);
    let draws_anew = old.salt() != new.salt()
        && (scripts::uses_salt(old.script()) || scripts::uses_salt(new.script()));
    let renamed = old.definition() != new.definition();
    if !draws_anew && !renamed && same(old.script().json(), new.script().json()) {
        return None;
    }
    let sets: HashMap<&str, HashSet<&str>> = later
        .definitions()
        .map(|(name, script)| (name, scripts::params(script).into_iter().collect()))
        .collect();
    let params = params.into_iter().map(|change| {
        let sets = |it: &&Experiment| {
            sets.get(it.definition()).is_some_and(|params| params.contains(&*change.param))
        };
        let without = later.experiments().iter().filter(|experiment| !sets(experiment));
        let fallback_in = without.map(|without| without.name().to_owned()).collect();
        DefaultParam { change, fallback_in }
    });
    Some(DefaultChange {
        definition_before: old.definition().to_owned(),
        definition_after: new.definition().to_owned(),
        draws_anew,
        params: params.collect(),
    })
}
