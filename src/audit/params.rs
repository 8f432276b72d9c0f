//! The params that an audit compares, and the draws that each depends on.

use std::collections::HashSet;

use super::{Place, Unknown, Unproved};
use crate::distribution::{Key, Run, Support, support};
use crate::draw::{DrawText, Salt};
use crate::namespace::{BASELINE, Experiment, Namespace};
use crate::parallel;

/// A namespace, and what its experiments draw.
pub(super) struct Member<'n> {
    pub(super) namespace: &'n Namespace,
    /// The draw that decides the segment of a unit.
    pub(super) segment: Key,
    /// The default's script, and then those of the active experiments.
    pub(super) scripts: Vec<Drawing<'n>>,
}

/// The script of an experiment.
pub(super) struct Drawing<'n> {
    pub(super) experiment: &'n Experiment,
    pub(super) params: Vec<Param>,
    /// The draws that several of its operators make.
    pub(super) repeated: HashSet<Key>,
}

/// A param with the draws that it depends on, in order.
pub(super) struct Param {
    pub(super) name: String,
    pub(super) draws: Result<Vec<Key>, Unproved>,
}

impl Drawing<'_> {
    pub(super) fn run(&self) -> Run<'_> {
        Run { script: self.experiment.script(), salt: self.experiment.salt() }
    }

    /// The number of params whose draws are known.
    pub(super) fn known(&self) -> u64 {
        self.params.iter().filter(|param| param.draws.is_ok()).count() as u64
    }
}

impl Member<'_> {
    /// The place of a script, or of one of its params.
    pub(super) fn place(&self, script: usize, param: Option<usize>) -> Place {
        let drawing = &self.scripts[script];
        let name = drawing.experiment.name();
        Place {
            namespace: self.namespace.name().to_owned(),
            experiment: (script > 0).then(|| name.to_owned()),
            param: param.map(|param| drawing.params[param].name.clone()),
        }
    }
}

/// Whether a variable is a param that services read.
pub(crate) fn is_param(name: &str) -> bool {
    !name.starts_with('_') && !["experiment_salt", "salt_sep", BASELINE].contains(&name)
}

/// All draws of a script.
pub(super) fn script_draws(run: &Run<'_>, unit: &str) -> HashSet<Key> {
    support(run, unit).keys.into_keys().collect()
}

/// The draw that decides the segments of a namespace.
fn segment_draw(namespace: &Namespace) -> Key {
    let salt = Salt::of_segments(namespace.hashed_name(), namespace.segment_hashing());
    let mut text: DrawText = salt.begin();
    text.push_unit();
    Key::from(text)
}

pub(super) fn members(namespaces: &[Namespace]) -> Vec<Member<'_>> {
    let mut members: Vec<Member<'_>> = namespaces.iter().map(empty).collect();
    let scripts = members.iter().enumerate().flat_map(|(member, it)| {
        let unit = it.namespace.unit();
        it.namespace.all_experiments().map(move |experiment| (member, unit, experiment))
    });
    let found = parallel::map(scripts.collect(), |(member, unit, experiment)| {
        (member, drawing(experiment, unit))
    });
    for (member, drawing) in found {
        members[member].scripts.push(drawing);
    }
    members
}

fn empty(namespace: &Namespace) -> Member<'_> {
    Member { namespace, segment: segment_draw(namespace), scripts: Vec::new() }
}

fn drawing<'n>(experiment: &'n Experiment, unit: &str) -> Drawing<'n> {
    let run = Run { script: experiment.script(), salt: experiment.salt() };
    let Support { params, twins, .. } = support(&run, unit);
    let params = params.into_iter().filter(|(name, _)| is_param(name));
    let params = params.map(|(name, draws)| {
        let sorted = |keys: HashSet<Key>| {
            let mut keys: Vec<Key> = keys.into_iter().collect();
            keys.sort_unstable();
            keys
        };
        Param { name, draws: draws.map(sorted).map_err(Unproved::Obstacle) }
    });
    let repeated = twins.into_iter().flat_map(|twins| twins.keys).collect();
    Drawing { experiment, params: params.collect(), repeated }
}

/// The number of pairs of those params that are counted. Two active experiments of one namespace are
/// no pair.
pub(super) fn pairs(members: &[Member<'_>], counts: impl Fn(&Param) -> bool) -> u64 {
    let (mut all, mut apart) = (0, 0);
    for member in members {
        let counted = member
            .scripts
            .iter()
            .map(|script| script.params.iter().filter(|param| counts(param)).count() as u64);
        let counted: Vec<u64> = counted.collect();
        all += counted.iter().sum::<u64>();
        apart += of_two(&counted[1..]);
    }
    all * all.saturating_sub(1) / 2 - apart
}

/// The number of pairs of items that are in two groups of these sizes.
fn of_two(sizes: &[u64]) -> u64 {
    let all: u64 = sizes.iter().sum();
    (all * all - sizes.iter().map(|size| size * size).sum::<u64>()) / 2
}

/// The params of which nothing is known, with all the pairs that each is in.
pub(super) fn unknown(members: &[Member<'_>]) -> Vec<Unknown> {
    let of = |scripts: &[Drawing<'_>]| -> u64 {
        scripts.iter().map(|script| script.params.len() as u64).sum()
    };
    let all: u64 = members.iter().map(|member| of(&member.scripts)).sum();
    let mut found = Vec::new();
    for member in members {
        let active = of(&member.scripts[1..]);
        for (at, script) in member.scripts.iter().enumerate() {
            let apart = if at == 0 { 0 } else { active - script.params.len() as u64 };
            for (param, it) in script.params.iter().enumerate() {
                if let Err(reason) = &it.draws {
                    found.push(Unknown {
                        a: member.place(at, Some(param)),
                        b: None,
                        reason: reason.clone(),
                        pairs: all - 1 - apart,
                    });
                }
            }
        }
    }
    found
}
