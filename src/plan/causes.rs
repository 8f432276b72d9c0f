//! The edits that cause changes: the effect of each on units in experiments, and its line.

use std::collections::{HashMap, HashSet};
use std::fmt;

use super::definitions::{DefaultChange, ScriptChange};
use super::exact::{ExactChanges, ExactScope};
use super::places::Places;
use super::scripts::ParamChangeKind;
use super::segments::{self, Move};
use super::sequence::Comparison;
use super::{Class, Version, scripts};
use crate::diagnostic::words;
use crate::dialect::SegmentHashing;
use crate::namespace::{Action, Document, Experiment, Namespace};

/// The most edits that are tried one by one.
const MAX_EDITS: usize = 16;

/// The end of a sentence about a script that gives all units the values that they had.
const PROVED: &str =
    "no unit gets another value, which follows from all draws and inputs of both versions";

/// How many experiments a sentence names.
const MAX_NAMED: usize = 3;

/// An edit and its effect on units in experiments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The kind of edit.
    pub kind: CauseKind,
    /// The effect on units in experiments.
    pub class: Class,
    /// The line of the edit in the new text.
    pub line: Option<usize>,
    /// The change in that line, such as "inserts an `add` of `x` before `y`".
    pub text: String,
    /// The experiments that lose segments because of the edit.
    pub losses: Vec<Loss>,
}

/// The kind of an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CauseKind {
    /// Entries of the sequence that were not appended.
    History,
    /// An experiment that was removed and added again.
    Restart,
    /// The script of a running experiment.
    Script,
    /// The default, as far as units of experiments see it.
    Default,
    /// The number of segments.
    Segments,
    /// The primary unit.
    Unit,
    /// The salt.
    Salt,
    /// The dialect.
    Dialect,
    /// The kind of hashing.
    SegmentHashing,
    /// The order of the free segments.
    SegmentPool,
    /// The way in which segments are drawn.
    SegmentSampling,
    /// The name that is part of the hashes.
    Name,
}

impl CauseKind {
    /// The word for the kind.
    pub fn as_str(self) -> &'static str {
        match self {
            CauseKind::History => "history",
            CauseKind::Restart => "restart",
            CauseKind::Script => "script",
            CauseKind::Default => "default",
            CauseKind::Segments => "segments",
            CauseKind::Unit => "unit",
            CauseKind::Salt => "salt",
            CauseKind::Dialect => "dialect",
            CauseKind::SegmentHashing => "segment_hashing",
            CauseKind::SegmentPool => "segment_pool",
            CauseKind::SegmentSampling => "segment_sampling",
            CauseKind::Name => "name",
        }
    }

    /// Whether the edit changes a setting of the namespace. The word for such a kind is the key of
    /// the setting.
    pub fn is_setting(self) -> bool {
        !matches!(
            self,
            CauseKind::History | CauseKind::Restart | CauseKind::Script | CauseKind::Default
        )
    }
}

words!(
    CauseKind, "kind of an edit": History, Restart, Script, Default, Segments, Unit, Salt, Dialect,
    SegmentHashing, SegmentPool, SegmentSampling, Name
);

/// The segments that an experiment loses although no entry has ended it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The experiment.
    pub experiment: String,
    /// The number of its segments that go to others or become free.
    pub moved: u32,
    /// The number of its segments before.
    pub of: u32,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line} {}", self.text)?,
            None => f.write_str(&self.text)?,
        }
        match self.losses.as_slice() {
            [] if self.kind == CauseKind::History && self.class == Class::Safe => {
                f.write_str("; no unit that is in an experiment moves")
            }
            [] => Ok(()),
            [Loss { experiment, moved, of }] => {
                let its = self.text.ends_with(&format!("`{experiment}`"));
                let of_whom = if its { String::new() } else { format!(" of `{experiment}`") };
                match (moved == of, its) {
                    (true, _) => write!(f, "; all {of} segments{of_whom} move"),
                    (false, true) => write!(f, "; {moved} of its {of} segments move"),
                    (false, false) => write!(f, "; {moved} of the {of} segments{of_whom} move"),
                }
            }
            losses => {
                f.write_str("; segments move: ")?;
                for (index, Loss { experiment, moved, of }) in
                    losses.iter().take(MAX_NAMED).enumerate()
                {
                    let lead = if index > 0 { ", " } else { "" };
                    write!(f, "{lead}{moved} of {of} of `{experiment}`")?;
                }
                match losses.len().saturating_sub(MAX_NAMED) {
                    0 => Ok(()),
                    more => write!(f, ", and those of {more} more"),
                }
            }
        }
    }
}

/// Finds the causes of changes, and marks the moves that reassign units.
pub(super) fn judge(
    (before, earlier): (Version<'_>, &Namespace),
    (after, later): (Version<'_>, &Namespace),
    mut moves: Option<&mut [Move]>,
    found: Found<'_>,
) -> Vec<Cause> {
    let sequences = Comparison::new(&before.document.sequence, &after.document.sequence);
    let judge = Judge {
        places: Places::new(after),
        running: running(earlier, later, &sequences),
        sequences,
        old: before.document,
        new: after.document,
        earlier,
        later,
        found,
    };
    for change in moves.iter_mut().flat_map(|moves| moves.iter_mut()) {
        change.reassigns = change.from.as_deref().is_some_and(|from| judge.running.contains(from));
    }
    let losses = judge.losses(moves.as_deref().unwrap_or_default());
    let mut causes = judge.settings();
    let comparable = moves.is_some();
    let restarts = judge.restarts(&losses);
    // Whether segments can have been lost only by this edit.
    let alone = causes.is_empty() && restarts.is_empty();
    causes.extend(judge.history(&losses, comparable, alone));
    causes.extend(restarts);
    blame_the_rest(&losses, &mut causes);
    causes.extend(found.scripts.iter().filter_map(|script| judge.script(script)));
    causes.extend(found.default.and_then(|default| judge.default(default)));
    causes
}

/// The changes that causes are made of.
#[derive(Clone, Copy)]
pub(super) struct Found<'a> {
    pub(super) scripts: &'a [ScriptChange],
    pub(super) default: Option<&'a DefaultChange>,
    pub(super) exact: Option<&'a ExactChanges>,
}

impl Found<'_> {
    /// Whether it is proved that the units of these experiments keep their values.
    pub(super) fn keeps_values(&self, experiments: &[String]) -> bool {
        experiments.iter().all(|name| {
            let scope = self.exact.and_then(|exact| exact.scope(Some(name)));
            scope.is_some_and(ExactScope::is_unchanged)
        })
    }
}

/// The experiments whose units should stay as they are: all that no appended `remove` has ended.
fn running<'a>(
    earlier: &'a Namespace,
    later: &Namespace,
    sequences: &Comparison<'_>,
) -> HashSet<&'a str> {
    let removed = sequences.appended().filter_map(|(_, action)| match action {
        Action::Remove { name } => Some(name.as_str()),
        Action::Add { .. } => None,
    });
    let removed: HashSet<&str> = removed.collect();
    let active = segments::by_name(later);
    let names = earlier.experiments().iter().map(|experiment| experiment.name());
    names.filter(|name| !removed.contains(name) || active.contains_key(name)).collect()
}

/// Losses that no single edit causes: they are caused by all edits of the sequence together, or else
/// by the settings.
fn blame_the_rest(losses: &[Loss], causes: &mut [Cause]) {
    let blamed: HashSet<String> = causes
        .iter()
        .flat_map(|cause| cause.losses.iter().map(|loss| loss.experiment.clone()))
        .collect();
    let is_history = |cause: &Cause| cause.kind == CauseKind::History;
    let any_history = causes.iter().any(is_history);
    for loss in losses.iter().filter(|loss| !blamed.contains(&loss.experiment)) {
        for cause in causes.iter_mut().filter(|cause| is_history(cause) || !any_history) {
            cause.losses.push(loss.clone());
            cause.class = Class::Reassigning;
        }
    }
}

struct Judge<'a> {
    places: Places<'a>,
    /// The experiments whose units should stay where they are.
    running: HashSet<&'a str>,
    sequences: Comparison<'a>,
    old: &'a Document,
    new: &'a Document,
    earlier: &'a Namespace,
    later: &'a Namespace,
    found: Found<'a>,
}

impl Judge<'_> {
    /// The segments that the running experiments lose, in the order of the experiments.
    fn losses(&self, moves: &[Move]) -> Vec<Loss> {
        let mut lost: HashMap<&str, usize> = HashMap::new();
        for it in moves {
            if let Some(from) = it.from.as_deref().filter(|from| self.running.contains(from)) {
                *lost.entry(from).or_default() += it.segments.len();
            }
        }
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let losses = self.earlier.experiments().iter().filter_map(|experiment| {
            let moved = count(*lost.get(experiment.name())?);
            let (experiment, of) =
                (experiment.name().to_owned(), count(experiment.segments().len()));
            Some(Loss { experiment, moved, of })
        });
        losses.collect()
    }

    /// The class of a change of a setting: it affects all units, if any unit is in an experiment.
    fn class(&self, reassigns: bool) -> Class {
        if reassigns && !self.running.is_empty() { Class::Reassigning } else { Class::Safe }
    }

    fn settings(&self) -> Vec<Cause> {
        let (old, new) = (self.old, self.new);
        let mut causes = Vec::new();
        let mut compare = |kind: CauseKind, old: String, new: String, reassigns, then: &str| {
            if old != new {
                let key = kind.as_str();
                causes.push(Cause {
                    kind,
                    class: self.class(reassigns),
                    line: self.places.setting(key),
                    text: format!("changes `{key}` from `{old}` to `{new}`{then}"),
                    losses: Vec::new(),
                });
            }
        };
        let anew = ": units fall into other segments";
        let segments = |it: &Document| it.segments.to_string();
        compare(CauseKind::Segments, segments(old), segments(new), true, anew);
        compare(CauseKind::Unit, old.unit.clone(), new.unit.clone(), true, anew);
        let hashing = |it: &Document| it.segment_hashing.as_str().to_owned();
        compare(CauseKind::SegmentHashing, hashing(old), hashing(new), true, anew);
        // If hashing is shared, the name is not part of the hashes of segments. Its effect on salts
        // is reported with the salts.
        let name = |it: &Document| match it.segment_hashing {
            SegmentHashing::Shared => String::new(),
            SegmentHashing::Namespace => it.hashed_name.clone(),
        };
        if old.segment_hashing == new.segment_hashing {
            compare(CauseKind::Name, name(old), name(new), true, anew);
        }
        let dialect = |it: &Document| it.dialect.to_string();
        let answers = ": scripts compute in another way";
        compare(CauseKind::Dialect, dialect(old), dialect(new), true, answers);
        let salt = |it: &Document| it.salt.clone().unwrap_or_else(|| it.hashed_name.clone());
        let draws = ": scripts draw anew";
        compare(
            CauseKind::Salt,
            salt(old),
            salt(new),
            self.any_draws() && !self.keeps_all(),
            draws,
        );
        causes.extend(self.drawing());
        causes
    }

    /// A change in the way of drawing the same segments: only such a change decides which units move.
    fn drawing(&self) -> Vec<Cause> {
        let (old, new) = (self.old, self.new);
        let keeps = |it: &Document| (it.dialect, it.segment_hashing);
        if keeps(old) != keeps(new) {
            // Everything is drawn anew then, and another message says so.
            return Vec::new();
        }
        let mut edits = Vec::new();
        let pool = |it: &Document| it.segment_pool.as_str();
        if old.segment_pool != new.segment_pool {
            let kind = CauseKind::SegmentPool;
            let key = kind.as_str();
            edits.push((
                kind,
                match (pool(old), pool(new)) {
                    (Some(old), Some(new)) => format!("changes `{key}` from `{old}` to `{new}`"),
                    (None, Some(new)) => format!("sets `{key}` to `{new}`"),
                    _ => format!("removes `{key}`"),
                },
            ));
        }
        let (earlier, later) = (old.segment_sampling.as_str(), new.segment_sampling.as_str());
        if earlier != later {
            let kind = CauseKind::SegmentSampling;
            let key = kind.as_str();
            edits.push((kind, format!("changes `{key}` from `{earlier}` to `{later}`")));
        }
        if edits.is_empty() {
            return Vec::new();
        }
        let redrawn = old.build_by_rules_of(new);
        let losses = redrawn.map(|redrawn| self.losses(&segments::moves(self.earlier, &redrawn)));
        let losses = losses.unwrap_or_default();
        let class = if losses.is_empty() { Class::Safe } else { Class::Reassigning };
        let cause = |(kind, text): (CauseKind, String)| {
            let line = self.places.setting(kind.as_str());
            Cause { kind, class, line, text, losses: losses.clone() }
        };
        edits.into_iter().map(cause).collect()
    }

    /// Whether the salt affects units in an experiment that goes on.
    fn any_draws(&self) -> bool {
        let mut scripts = self.new.definitions.iter().filter(|(name, _)| {
            let runs = |it: &Experiment| self.running.contains(it.name());
            self.later
                .experiments()
                .iter()
                .any(|experiment| experiment.definition() == *name && runs(experiment))
        });
        scripts.any(|(_, script)| scripts::uses_salt(script))
    }

    /// Whether it is proved that the units of all running experiments keep their values.
    fn keeps_all(&self) -> bool {
        let running: Vec<String> = self.running.iter().map(|name| (*name).to_owned()).collect();
        self.found.keeps_values(&running)
    }

    /// The edits of earlier entries, each with what it does on its own; if nothing else
    /// has changed, that need not be tried of a single one.
    fn history(&self, losses: &[Loss], comparable: bool, nothing_else: bool) -> Vec<Cause> {
        let edits = self.sequences.edits;
        let described = (0..edits).map(|edit| {
            let description = self.sequences.describe(edit);
            Cause {
                kind: CauseKind::History,
                class: self.class(!comparable),
                line: self.places.entry(description.entry),
                text: description.text,
                losses: Vec::new(),
            }
        });
        if edits > MAX_EDITS {
            let Some(mut first) = described.into_iter().next() else {
                return Vec::new();
            };
            first.text = format!("is the first of {edits} edits of earlier entries");
            return vec![first];
        }
        let mut causes: Vec<_> = described.collect();
        if losses.is_empty() {
            return causes;
        }
        for (edit, cause) in causes.iter_mut().enumerate() {
            let certain = edits == 1 && nothing_else;
            let alone = if certain { None } else { self.alone(edit) };
            let hurt =
                |loss: &&Loss| alone.as_ref().is_none_or(|alone| alone.contains(&loss.experiment));
            cause.losses = losses.iter().filter(hurt).cloned().collect();
            if !cause.losses.is_empty() {
                cause.class = Class::Reassigning;
            }
        }
        causes
    }

    /// The running experiments that lose segments because of one edit alone; `None` if this edit is
    /// not valid without others.
    fn alone(&self, edit: usize) -> Option<HashSet<String>> {
        let mut sequence: Vec<Action> =
            self.sequences.with_edit(edit).into_iter().cloned().collect();
        for action in &mut sequence {
            // Definitions do not matter here, and the old document lacks the new ones.
            if let Action::Add { definition, .. } = action {
                definition.clone_from(&self.old.default);
            }
        }
        let alone = self.old.build_with(&sequence).ok()?;
        let losses = self.losses(&segments::moves(self.earlier, &alone));
        Some(losses.into_iter().map(|loss| loss.experiment).collect())
    }

    /// The experiments that are removed and added again, so that they draw new segments.
    fn restarts(&self, losses: &[Loss]) -> Vec<Cause> {
        let restarts = self.sequences.appended().filter_map(|(index, action)| {
            let Action::Add { name, .. } = action else {
                return None;
            };
            let loss = losses.iter().find(|loss| loss.experiment == *name)?;
            Some(Cause {
                kind: CauseKind::Restart,
                class: Class::Reassigning,
                line: self.places.entry(Some(index)),
                text: format!("draws anew the segments of `{name}`"),
                losses: vec![loss.clone()],
            })
        });
        restarts.collect()
    }

    /// The changed scripts of running experiments.
    fn script(&self, script: &ScriptChange) -> Option<Cause> {
        let experiments = script
            .experiments
            .iter()
            .filter(|experiment| self.running.contains(experiment.as_str()));
        let experiments: Vec<&String> = experiments.collect();
        let first = *experiments.first()?;
        let (before, after) = (&script.definition_before, &script.definition_after);
        let who = names(experiments.iter().map(|name| name.as_str()));
        let (line, text) = if before == after {
            (script.line, format!("{} of `{after}`, which runs in {who}", what_changes(script)))
        } else {
            let added =
                self.new.sequence.iter().rposition(
                    |action| matches!(action, Action::Add { name, .. } if name == first),
                );
            (self.places.entry(added), format!("runs `{after}` in place of `{before}` in {who}"))
        };
        let kept = experiments.iter().map(|name| (*name).clone()).collect::<Vec<_>>();
        let (class, text) = if self.found.keeps_values(&kept) {
            (Class::Safe, format!("{text}; {PROVED}"))
        } else {
            (Class::Reassigning, text)
        };
        Some(Cause { kind: CauseKind::Script, class, line, text, losses: Vec::new() })
    }

    /// A change of the default that units of experiments see, which do not get all params from their
    /// own scripts.
    fn default(&self, default: &DefaultChange) -> Option<Cause> {
        if self.old.dialect != self.new.dialect
            || default.params.is_empty() && default.definition_before == default.definition_after
        {
            // What changes then comes from another edit, which is said.
            return None;
        }
        let rescripted = self.found.scripts.iter().flat_map(|script| &script.experiments);
        let rescripted: HashSet<&String> = rescripted.collect();
        // Of the others, all that changes is the default's.
        let scopes = self.found.exact?.scopes.iter();
        let seen = scopes.filter_map(|scope| Some((scope.experiment.as_ref()?, scope)));
        let seen = seen.filter(|(name, scope)| {
            self.running.contains(name.as_str())
                && !rescripted.contains(name)
                && !scope.is_unchanged()
        });
        let seen: Vec<_> = seen.collect();
        let is_uneven = |(name, scope): &&(&String, &ExactScope)| match scope.obstacle() {
            None => !scope.is_alike(),
            // What its script never sets, all of its units get from the default.
            Some(_) => self.may_set(name, default),
        };
        let uneven: Vec<_> = seen.iter().filter(is_uneven).collect();
        let (class, shown, why) = match uneven.as_slice() {
            [] => (Class::Safe, seen.iter().collect(), "all arms alike"),
            _ => (Class::Reassigning, uneven, "whose arms it reaches differently"),
        };
        if shown.is_empty() {
            return None;
        }
        let who = names(shown.iter().map(|(name, _)| name.as_str()));
        let line = default.params.iter().find_map(|param| param.change.line);
        Some(Cause {
            kind: CauseKind::Default,
            class,
            line: line.or_else(|| self.places.setting("default_experiment")),
            text: format!("changes the default, which units of {who} see, {why}"),
            losses: Vec::new(),
        })
    }

    /// Whether the script of an experiment may set a param that the default sets differently.
    fn may_set(&self, experiment: &str, default: &DefaultChange) -> bool {
        let experiment = self.later.experiment(experiment);
        experiment.is_some_and(|experiment| {
            let own = scripts::params(experiment.script());
            default.params.iter().any(|param| own.contains(&param.change.param.as_str()))
        })
    }
}

/// The change of a script, as the beginning of a sentence.
fn what_changes(script: &ScriptChange) -> String {
    let Some(first) = script.params.first() else {
        return "changes the order of the statements".to_owned();
    };
    let alike = script.params.iter().all(|param| param.kind == first.kind);
    let verb = match first.kind {
        ParamChangeKind::Added if alike => "adds",
        ParamChangeKind::Removed if alike => "removes",
        _ => "changes",
    };
    format!("{verb} {}", names(script.params.iter().map(|param| param.param.as_str())))
}

/// Names as a list in a sentence.
fn names<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] if names.len() <= MAX_NAMED => {
            format!("{} and {last}", first.join(", "))
        }
        all => format!("{} and {} more", all[..MAX_NAMED].join(", "), all.len() - MAX_NAMED),
    }
}
