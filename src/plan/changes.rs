//! The changes of a namespace that existed before and still exists.

use super::carry_over::{LostControl, carried_over, lost_control};
use super::causes::{self, Cause, Found};
use super::definitions::{DefaultChange, ScriptChange, default_change, script_changes};
use super::exact::{self, ExactChanges};
use super::places::Places;
use super::remedy::{self, Remedy};
use super::sample::{self, Sampled, Trial};
use super::segments::{self, ExperimentChange, Move};
use super::{Class, Version};
use crate::audit::CarryOver;
use crate::namespace::Namespace;

/// The changes of a namespace.
#[derive(Clone, Debug, PartialEq)]
pub struct Changes {
    /// The number of segments before.
    pub segments_before: u32,
    /// The number of segments after.
    pub segments_after: u32,
    /// The segments that change hands; `None` if all units fall into other segments, because the
    /// number of segments, the primary unit or the hashing has changed.
    pub moves: Option<Vec<Move>>,
    /// The experiments that are active before or after.
    pub experiments: Vec<ExperimentChange>,
    /// The changed scripts of experiments that are active before and after.
    pub scripts: Vec<ScriptChange>,
    /// The change of the default experiment.
    pub default: Option<DefaultChange>,
    /// The experiments that start, with the earlier ones whose segments they get.
    pub carry_over: Vec<CarryOver>,
    /// The experiments that lose units of no experiment, which are their control.
    pub lost_control: Vec<LostControl>,
    /// What units get before and after, exactly; `None` if they fall into other segments altogether.
    pub exact: Option<ExactChanges>,
    /// The edits that reassign units, and edits of earlier entries that do not.
    pub causes: Vec<Cause>,
    /// A safe alternative to the edits that reassign units; `None` if no edit does.
    pub remedy: Option<Remedy>,
    /// The params of some units before and after; `None` if no units were evaluated.
    pub sampled: Option<Sampled>,
}

impl Changes {
    /// The effect on units in the experiments.
    pub fn class(&self) -> Class {
        self.causes.iter().map(|cause| cause.class).max().unwrap_or(Class::Safe)
    }
}

/// Compares the old and the new version of a namespace.
pub(super) fn compare(
    (before, earlier): (Version<'_>, &Namespace),
    (after, later): (Version<'_>, &Namespace),
    trial: Trial<'_>,
) -> Changes {
    let places = Places::new(after);
    let mut moves = segments::correspond(earlier, later).then(|| segments::moves(earlier, later));
    let experiments = segments::experiments(earlier, later, moves.as_deref());
    let carry_over = carried_over(before, (after, later));
    let lost_control = lost_control(before, (after, later), moves.as_deref());
    let scripts = script_changes(earlier, later, places);
    let exact = moves.is_some().then(|| exact::compare(earlier, later));
    let default = default_change(earlier, later, places);
    let found = Found { scripts: &scripts, default: default.as_ref(), exact: exact.as_ref() };
    let causes = causes::judge((before, earlier), (after, later), moves.as_deref_mut(), found);
    // A script that gives everybody the same values is no reason to do anything.
    let moving = scripts.iter().filter(|script| !found.keeps_values(&script.experiments));
    let moving: Vec<ScriptChange> = moving.cloned().collect();
    let remedy =
        remedy::find((before.document, earlier), (after.document, later), &moving, &causes);
    Changes {
        segments_before: earlier.segment_count(),
        segments_after: later.segment_count(),
        moves,
        experiments,
        carry_over,
        lost_control,
        scripts,
        default,
        exact,
        causes,
        remedy,
        sampled: sample::compare(Some(earlier), later, trial),
    }
}
