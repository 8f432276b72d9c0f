//! What a new experiment has from earlier ones, and what it takes from the control of others.

use std::collections::HashSet;

use super::Version;
use super::segments::Move;
use crate::audit::{self, CarryOver};
use crate::namespace::{Action, Namespace};

/// An experiment that draws nothing, and has no control but the units of no experiment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostControl {
    /// The experiment.
    pub experiment: String,
    /// The number of free segments before.
    pub before: u32,
    /// The number of these that are still free after.
    pub after: u32,
}

/// The experiments that start, with the earlier ones whose segments they get.
pub(super) fn carried_over(
    before: Version<'_>,
    (after, later): (Version<'_>, &Namespace),
) -> Vec<CarryOver> {
    let running: HashSet<&str> =
        before.document.active().into_iter().map(|(_, name, _)| name).collect();
    let old = before.document.sequence.len();
    let starts = |added: usize, name: &str| added >= old || !running.contains(name);
    if after.document.active().iter().all(|(index, name, _)| !starts(*index, name)) {
        return Vec::new();
    }
    let mut found = audit::carry_over(after.document, later);
    found.retain(|it| starts(it.added, &it.experiment));
    found
}

/// The experiments whose control gets smaller.
pub(super) fn lost_control(
    before: Version<'_>,
    (after, later): (Version<'_>, &Namespace),
    moves: Option<&[Move]>,
) -> Vec<LostControl> {
    let taken: usize = moves
        .unwrap_or_default()
        .iter()
        .filter(|it| it.from.is_none())
        .map(|it| it.segments.len())
        .sum();
    if taken == 0 {
        return Vec::new();
    }
    let on_pool = audit::on_pool(before.document);
    let given: usize = moves
        .unwrap_or_default()
        .iter()
        .filter(|it| it.to.is_none())
        .map(|it| it.segments.len())
        .sum();
    let stay = later.free_segments().len().saturating_sub(given);
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let names = on_pool.iter().filter_map(|index| before.document.sequence.get(*index));
    let running: HashSet<&str> =
        after.document.active().into_iter().map(|(_, name, _)| name).collect();
    let stays = names.map(Action::name).filter(|name| running.contains(name));
    let lost = stays.map(|name| LostControl {
        experiment: name.to_owned(),
        before: count(stay + taken),
        after: count(stay),
    });
    lost.collect()
}
