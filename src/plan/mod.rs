//! The changes of a ship, and the units that would move.
//!
//! ```
//! use planout::catalog::{self, Dialects};
//! use planout::plan::{self, Class, Units};
//! use planout::{Dialect, store};
//!
//! let dialects = Dialects::from(Dialect::Planout4j);
//! let shipped = catalog::read(&*store::open("sample-namespaces")?, dialects)?;
//! let sources = catalog::read(&*store::open("sample-namespaces")?, dialects)?;
//! let plan = plan::compare(&shipped, &sources, &Units::Numbers(1000));
//! assert_eq!(plan.class(), Class::None);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The allocations before and after are compared segment by segment, so what is said of segments
//! is exact. So is what is said of values, where both versions of the scripts can be followed through all
//! of their draws; beside it stands what some units get that are evaluated.

mod blame;
mod carry_over;
mod causes;
mod changes;
mod declared;
mod definitions;
mod exact;
mod expression;
mod inputs;
mod interval;
mod outcome;
mod places;
mod remedy;
mod sample;
mod saved;
mod scripts;
mod segments;
mod sequence;

use std::collections::{BTreeMap, HashMap};

pub use carry_over::LostControl;
pub use causes::{Cause, CauseKind, Loss};
pub use changes::Changes;
pub use declared::DeclaredShare;
pub use definitions::{DefaultChange, DefaultParam, ScriptChange};
pub use exact::{ExactCase, ExactChanges, ExactScope, Line, MAX_UNITS, Witness};
pub use inputs::Inputs;
pub use interval::interval;
pub use remedy::{Appendix, Remedy, Renamed};
pub use sample::{Difference, ParamDifference, Sampled, Trial, Unit, UnitFailure, Units};
pub use saved::{Mismatch, SavedError, SavedItem, SavedPlan, Setup};
pub use scripts::{ParamChange, ParamChangeKind, Part};
pub use segments::{ExperimentChange, Fate, Move};

use crate::catalog::Loaded;
use crate::diagnostic::words;
use crate::namespace::{Action, Document};
use crate::parallel;
use crate::progress::Progress;

/// The effect of a change on units in experiments, from the least to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Nothing changes.
    None,
    /// No unit that is in an experiment moves or gets another value, except units of the default and
    /// units whose experiment was ended by an appended `remove`.
    Safe,
    /// A unit that is in an experiment would be in another experiment or in none, or would get
    /// another value of a param.
    Reassigning,
    /// A namespace is invalid.
    Invalid,
}

impl Class {
    /// The word for the class.
    pub fn as_str(self) -> &'static str {
        match self {
            Class::None => "none",
            Class::Safe => "safe",
            Class::Reassigning => "reassigning",
            Class::Invalid => "invalid",
        }
    }
}

words!(Class, "class": None, Safe, Reassigning, Invalid);

/// The change of a namespace as a whole.
#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    /// The namespace is new.
    Created(Box<Creation>),
    /// The namespace exists, and would change.
    Changed(Box<Changes>),
    /// The namespace exists, and has the same meaning.
    Unchanged,
    /// The namespace exists without a source. Its size, unless it is invalid.
    Orphaned(Option<Size>),
    /// The namespace exists without a source, and would be removed. Its size, unless it is invalid.
    Removed(Option<Size>),
    /// The source of the namespace is invalid.
    Broken,
    /// The namespace at the target is invalid, so it is not known which units move.
    Unknown,
}

impl Status {
    /// The word for the status.
    pub fn as_str(&self) -> &'static str {
        match self {
            Status::Created(_) => "created",
            Status::Changed(_) => "changed",
            Status::Unchanged => "unchanged",
            Status::Orphaned(_) => "orphaned",
            Status::Removed(_) => "removed",
            Status::Broken => "broken",
            Status::Unknown => "unknown",
        }
    }
}

/// A new namespace.
#[derive(Clone, Debug, PartialEq)]
pub struct Creation {
    /// The size of the namespace.
    pub size: Size,
    /// The params of some units; `None` if no units were evaluated.
    pub sampled: Option<Sampled>,
}

/// The size of a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// The number of its segments.
    pub segments: u32,
    /// The number of segments that experiments hold.
    pub used: u32,
    /// The number of its active experiments.
    pub experiments: usize,
}

impl Size {
    fn of(document: &Document) -> Size {
        let mut active = HashMap::new();
        for action in &document.sequence {
            match action {
                Action::Add { name, segments, .. } => active.insert(name, *segments),
                Action::Remove { name } => active.remove(name),
            };
        }
        let used = active.values().sum();
        Size { segments: document.segments, used, experiments: active.len() }
    }
}

/// A namespace in a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct NamespacePlan {
    /// The name of the namespace.
    pub name: String,
    /// The name of its source, or its name at the target if it has no source.
    pub file: String,
    /// The change of the namespace.
    pub status: Status,
}

impl NamespacePlan {
    /// The effect on units in its experiments. If a script fails for units, they lose the values of
    /// their params, as if they were in another experiment.
    pub fn class(&self) -> Class {
        match &self.status {
            _ if self.failing() > 0 => Class::Reassigning,
            Status::Changed(changes) => changes.class(),
            Status::Created(_) => Class::Safe,
            Status::Unchanged | Status::Orphaned(_) => Class::None,
            // Units in an experiment would lose their values.
            Status::Removed(size) => {
                if size.is_none_or(|size| size.experiments > 0) {
                    Class::Reassigning
                } else {
                    Class::Safe
                }
            }
            Status::Broken => Class::Invalid,
            Status::Unknown => Class::Reassigning,
        }
    }

    /// Whether units in its experiments would be in another experiment or in none, or would get other
    /// values.
    pub fn reassigns(&self) -> bool {
        match &self.status {
            Status::Changed(changes) => changes.class() == Class::Reassigning,
            Status::Created(_) => false,
            _ => self.class() == Class::Reassigning,
        }
    }

    /// The number of evaluated units that fail now and did not fail before, and not because of
    /// missing inputs.
    pub fn failing(&self) -> usize {
        self.sampled().and_then(|sampled| sampled.fails.as_ref()).map_or(0, |(units, _)| *units)
    }

    /// The params of some units; `None` if no units were evaluated.
    pub fn sampled(&self) -> Option<&Sampled> {
        match &self.status {
            Status::Created(created) => created.sampled.as_ref(),
            Status::Changed(changes) => changes.sampled.as_ref(),
            _ => None,
        }
    }
}

/// All changes of a ship.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// All namespaces that exist before or after, by name.
    pub namespaces: Vec<NamespacePlan>,
}

impl Plan {
    /// Adds namespaces that are known to stay as they are.
    pub fn add_unchanged<'a>(&mut self, sources: impl IntoIterator<Item = &'a Loaded>) {
        self.namespaces.extend(sources.into_iter().map(|loaded| NamespacePlan {
            name: loaded.name.clone(),
            file: loaded.source.name().to_owned(),
            status: Status::Unchanged,
        }));
        self.namespaces.sort_by(|a, b| a.name.cmp(&b.name));
    }

    /// Marks the namespaces without a source as removed.
    pub fn prune(&mut self) {
        for namespace in &mut self.namespaces {
            if let Status::Orphaned(size) = namespace.status {
                namespace.status = Status::Removed(size);
            }
        }
    }

    /// The worst class of its namespaces.
    pub fn class(&self) -> Class {
        self.namespaces.iter().map(NamespacePlan::class).max().unwrap_or(Class::None)
    }
}

/// Compares the namespaces before and after. Units are evaluated with both versions of every
/// namespace that changes, and with every new namespace.
pub fn compare<'a>(
    before: impl IntoIterator<Item = &'a Loaded>,
    after: impl IntoIterator<Item = &'a Loaded>,
    trial: impl Into<Trial<'a>>,
) -> Plan {
    compare_with(before, after, trial, &Progress::new())
}

/// Compares as [`compare`] does, and counts the namespaces that have been compared.
pub fn compare_with<'a>(
    before: impl IntoIterator<Item = &'a Loaded>,
    after: impl IntoIterator<Item = &'a Loaded>,
    trial: impl Into<Trial<'a>>,
    progress: &Progress,
) -> Plan {
    let trial = trial.into();
    let mut names: BTreeMap<&str, (Vec<&Loaded>, Vec<&Loaded>)> = BTreeMap::new();
    for loaded in before {
        names.entry(&loaded.name).or_default().0.push(loaded);
    }
    for loaded in after {
        names.entry(&loaded.name).or_default().1.push(loaded);
    }
    progress.expect(names.len());
    let versions = parallel::map(names.into_iter().collect(), |(name, (before, after))| {
        let versions = Version::of(&before).zip(Version::of(&after));
        let same = versions.map(|(old, new)| old.document.says_the_same(new.document));
        (name, before, after, same)
    });
    let evaluated = versions.iter().filter(|(_, before, after, same)| {
        *same == Some(false) || before.is_empty() && !after.is_empty()
    });
    let are_chosen = trial.units.are_chosen();
    let units = trial.units.for_each_of(evaluated.count());
    let trial = Trial { units: &units, ..trial };
    let namespaces = parallel::map(versions, |(name, before, after, same)| {
        let file = after.first().or(before.first()).map(|loaded| loaded.source.name());
        let mut status = match same {
            Some(true) => Status::Unchanged,
            _ => status(&before, &after, trial),
        };
        if let Status::Changed(changes) = &mut status
            && let Some(sampled) = &mut changes.sampled
        {
            sampled.is_given = are_chosen;
        }
        progress.add(1);
        NamespacePlan { name: name.to_owned(), file: file.unwrap_or_default().to_owned(), status }
    });
    Plan { namespaces }
}

/// A version of a namespace: the namespace and its document.
#[derive(Clone, Copy)]
struct Version<'a> {
    loaded: &'a Loaded,
    document: &'a Document,
}

impl<'a> Version<'a> {
    /// The only valid version of those with a name.
    fn of(found: &[&'a Loaded]) -> Option<Version<'a>> {
        match found {
            [loaded] => Some(Version { loaded, document: loaded.document.as_ref()? }),
            _ => None,
        }
    }
}

/// The change of a namespace whose versions have different meanings, if there are two.
fn status(before: &[&Loaded], after: &[&Loaded], trial: Trial<'_>) -> Status {
    let (old, new) = (Version::of(before), Version::of(after));
    if after.is_empty() {
        return Status::Orphaned(old.map(|old| Size::of(old.document)));
    }
    let Some(new) = new else {
        return Status::Broken;
    };
    if before.is_empty() {
        let size = Size::of(new.document);
        if trial.units.count() == 0 {
            return Status::Created(Box::new(Creation { size, sampled: None }));
        }
        return match new.document.build() {
            Ok(later) => {
                let sampled = sample::compare(None, &later, trial);
                Status::Created(Box::new(Creation { size, sampled }))
            }
            Err(_) => Status::Broken,
        };
    }
    let Some(old) = old else {
        return Status::Unknown;
    };
    let Ok(earlier) = old.document.build() else {
        return Status::Unknown;
    };
    match new.document.build_after(old.document, &earlier) {
        Ok(later) => {
            Status::Changed(Box::new(changes::compare((old, &earlier), (new, &later), trial)))
        }
        Err(_) => Status::Broken,
    }
}
