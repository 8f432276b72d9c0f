//! The holders of segments before and after.

use std::collections::{BTreeMap, HashMap};

use crate::diagnostic::words;
use crate::dialect::SegmentHashing;
use crate::namespace::{Experiment, Namespace};

/// Segments that go from one holder to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The experiment that held the segments; `None` if they were free.
    pub from: Option<String>,
    /// The experiment that gets the segments; `None` if they become free.
    pub to: Option<String>,
    /// The segments, ascending.
    pub segments: Vec<u32>,
    /// Whether their units were in an experiment that no appended `remove` has ended.
    pub reassigns: bool,
}

/// The change of an experiment's segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The experiment is new.
    Starts,
    /// The experiment has ended.
    Ends,
    /// The experiment has a larger share.
    Grows,
    /// The experiment has a smaller share.
    Shrinks,
    /// The experiment has the same share, but other segments.
    IsRedrawn,
    /// The experiment keeps its segments.
    Stays,
}

impl Fate {
    /// The word for the change.
    pub fn as_str(self) -> &'static str {
        match self {
            Fate::Starts => "starts",
            Fate::Ends => "ends",
            Fate::Grows => "grows",
            Fate::Shrinks => "shrinks",
            Fate::IsRedrawn => "redrawn",
            Fate::Stays => "stays",
        }
    }
}

words!(Fate, "change of segments": Starts, Ends, Grows, Shrinks, IsRedrawn, Stays);

/// An experiment that is active before or after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExperimentChange {
    /// The name of the experiment.
    pub name: String,
    /// The definition that it ran before, if it was active.
    pub definition_before: Option<String>,
    /// The definition that it runs after, if it is active.
    pub definition_after: Option<String>,
    /// The number of its segments before.
    pub before: u32,
    /// The number of its segments after.
    pub after: u32,
    /// The number of segments that it keeps.
    pub kept: u32,
    /// The change of its segments.
    pub fate: Fate,
}

/// Whether every unit has the same segment before and after, so that segments can be compared.
pub(super) fn correspond(before: &Namespace, after: &Namespace) -> bool {
    let name = |it: &Namespace| match it.segment_hashing() {
        SegmentHashing::Shared => None,
        SegmentHashing::Namespace => Some(it.hashed_name().to_owned()),
    };
    before.segment_count() == after.segment_count()
        && before.unit() == after.unit()
        && before.segment_hashing() == after.segment_hashing()
        && name(before) == name(after)
}

/// The active experiments by name.
pub(super) fn by_name(namespace: &Namespace) -> HashMap<&str, &Experiment> {
    namespace.experiments().iter().map(|experiment| (experiment.name(), experiment)).collect()
}

/// The segments that change hands, by holders in the order of the experiments. Free segments come
/// first.
pub(super) fn moves(before: &Namespace, after: &Namespace) -> Vec<Move> {
    // Holders are numbered from 1. Experiments of the same name are the same holder.
    let number_after: HashMap<&str, usize> =
        after.experiments().iter().zip(1..).map(|(it, number)| (it.name(), number)).collect();
    let same_as: Vec<Option<usize>> = before
        .experiments()
        .iter()
        .map(|experiment| number_after.get(experiment.name()).copied())
        .collect();
    let mut moved: BTreeMap<(usize, usize), Vec<u32>> = BTreeMap::new();
    for segment in 0..before.segment_count() {
        let (old, new) = (before.owner(segment), after.owner(segment));
        let to = new.map_or(0, |new| new + 1);
        let stays = match old {
            None => to == 0,
            Some(old) => same_as[old] == Some(to),
        };
        if !stays {
            moved.entry((old.map_or(0, |old| old + 1), to)).or_default().push(segment);
        }
    }
    let name = |namespace: &Namespace, number: usize| {
        let experiment = namespace.experiments().get(number.checked_sub(1)?)?;
        Some(experiment.name().to_owned())
    };
    let moved = moved.into_iter().map(|((from, to), segments)| Move {
        from: name(before, from),
        to: name(after, to),
        segments,
        reassigns: false,
    });
    moved.collect()
}

/// The change of every experiment's segments, those of before first. `moves` are the segments that
/// change hands, or `None` if they cannot be compared.
pub(super) fn experiments(
    before: &Namespace,
    after: &Namespace,
    moves: Option<&[Move]>,
) -> Vec<ExperimentChange> {
    let mut lost: HashMap<&str, usize> = HashMap::new();
    for it in moves.unwrap_or_default() {
        if let Some(from) = &it.from {
            *lost.entry(from).or_default() += it.segments.len();
        }
    }
    let (olds, news) = (by_name(before), by_name(after));
    let started =
        after.experiments().iter().filter(|experiment| !olds.contains_key(experiment.name()));
    let ends = before.experiments().iter().map(|old| (Some(old), news.get(old.name()).copied()));
    let pairs = ends.chain(started.map(|new| (None, Some(new))));
    let count = |experiment: Option<&Experiment>| -> u32 {
        experiment
            .map_or(0, |experiment| u32::try_from(experiment.segments().len()).unwrap_or(u32::MAX))
    };
    let definition =
        |it: Option<&Experiment>| it.map(|experiment| experiment.definition().to_owned());
    let changes = pairs.map(|(old, new)| {
        let name = old.or(new).map(Experiment::name).unwrap_or_default();
        let gone = lost.get(name).map_or(0, |lost| u32::try_from(*lost).unwrap_or(u32::MAX));
        let kept = if moves.is_some() { count(old).saturating_sub(gone) } else { 0 };
        let share = |experiment, of: &Namespace| {
            u64::from(count(experiment)) * u64::from(of.segment_count())
        };
        let fate = match (old, new) {
            (None, _) => Fate::Starts,
            (_, None) => Fate::Ends,
            // Shares are compared by cross-multiplication.
            _ => match share(new, before).cmp(&share(old, after)) {
                std::cmp::Ordering::Greater => Fate::Grows,
                std::cmp::Ordering::Less => Fate::Shrinks,
                std::cmp::Ordering::Equal if kept == count(old) => Fate::Stays,
                std::cmp::Ordering::Equal => Fate::IsRedrawn,
            },
        };
        ExperimentChange {
            name: name.to_owned(),
            definition_before: definition(old),
            definition_after: definition(new),
            before: count(old),
            after: count(new),
            kept,
            fate,
        }
    });
    changes.collect()
}
