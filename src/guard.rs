//! The guard keeps a ship from moving units of running experiments by accident.
//!
//! A program that ships gives the guard the content of the target and the shipment, as it does with
//! [`Bundle::ship`](crate::ship::Bundle::ship), and lets the ship pass only if there is no
//! [`Refusal`].

use std::collections::BTreeSet;
use std::fmt;

use crate::catalog::{self, Dialects, Loaded};
use crate::diagnostic::Level;
use crate::plan::{
    self, Class, Mismatch, NamespacePlan, Plan, SavedPlan, Setup, Status, Trial, Units,
};
use crate::ship::Shipment;
use crate::store::{Contents, FileFormat, Item};

/// Compares the content of a target with a shipment, and decides whether the ship may pass.
#[derive(Debug)]
pub struct Guard<'a> {
    /// The sources.
    pub sources: &'a [Loaded],
    /// Whether the sources are one file. Other namespaces at the target have their sources elsewhere
    /// then.
    pub is_single: bool,
    /// The dialects of the namespaces at the target.
    pub dialects: Dialects,
    /// The reaction to a ship that reassigns units.
    pub level: Level,
    /// The namespaces that may reassign units.
    pub allowed: &'a [String],
    /// Whether namespaces without a source are removed.
    pub prune: bool,
    /// The units that are evaluated before and after.
    pub units: Units,
    /// Operators that the project's own evaluators know.
    pub operators: &'a BTreeSet<String>,
    /// The saved plan that is to be applied, if there is one.
    pub saved: Option<SavedPlan>,
    /// The setup that a plan made now would have.
    pub setup: Setup,
}

/// The findings of a guard.
#[derive(Debug)]
pub struct Verdict {
    /// The effect of the ship.
    pub plan: Plan,
    /// The content of the target. Freeing it takes time, and other programs that wait for the target
    /// would wait for that.
    pub before: Vec<Loaded>,
    /// Why the ship may not pass.
    pub refusal: Option<Refusal>,
    /// The units that would be reassigned or fail, if the ship may pass nevertheless.
    pub warning: Option<Reassignment>,
}

/// Why a ship may not pass.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The ship differs from the saved plan. Where places or settings differ, these are named.
    #[error("nothing was shipped: {}", few(.0))]
    Mismatch(Vec<Mismatch>),
    /// Units in running experiments would get other values, or none.
    #[error("nothing was shipped: {0}")]
    Reassignment(Reassignment),
}

/// The units that would be reassigned or would fail, in namespaces where this is not allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reassignment {
    /// The namespaces, in the order of their names.
    pub namespaces: Vec<Reassigned>,
}

/// A namespace where units would be reassigned or would fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reassigned {
    /// The name of the namespace.
    pub name: String,
    /// Whether units in running experiments would move, or get other values.
    pub moves: bool,
    /// Whether units that do not fail now would fail.
    pub fails: bool,
    /// Whether the namespace would be removed.
    pub is_removed: bool,
}

impl Reassignment {
    fn of(refused: &[&NamespacePlan]) -> Reassignment {
        let namespaces = refused.iter().map(|plan| Reassigned {
            name: plan.name.clone(),
            moves: plan.reassigns(),
            fails: plan.failing() > 0,
            is_removed: matches!(plan.status, Status::Removed(_)),
        });
        Reassignment { namespaces: namespaces.collect() }
    }

    fn names(&self, wanted: impl Fn(&Reassigned) -> bool) -> String {
        let names = self
            .namespaces
            .iter()
            .filter(|namespace| wanted(namespace))
            .map(|namespace| namespace.name.as_str());
        names.collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for Reassignment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A namespace that was planned to move units is refused even where no unit of the sample
        // moves.
        let moves = self.names(|namespace| namespace.moves || !namespace.fails);
        let fails = self.names(|namespace| namespace.fails);
        if !moves.is_empty() {
            write!(f, "units in running experiments of {moves} would be reassigned")?;
        }
        if !moves.is_empty() && !fails.is_empty() {
            f.write_str(", and ")?;
        }
        if !fails.is_empty() {
            write!(f, "units of {fails} would fail")?;
        }
        Ok(())
    }
}

/// The first mismatches: all of the setup, or else one namespace.
fn few(mismatches: &[Mismatch]) -> String {
    // Where places or settings differ, namespaces may differ for that reason only.
    let setup = mismatches.iter().filter(|mismatch| mismatch.is_setup()).count();
    let shown: Vec<_> = mismatches.iter().take(setup.max(1)).map(Mismatch::to_string).collect();
    let more = match mismatches.len() - shown.len() {
        0 => String::new(),
        _ if setup > 0 => String::new(),
        more => format!(", and {more} more differ"),
    };
    format!("{}{more}", shown.join("; "))
}

impl Verdict {
    /// Whether there is more to say than which namespaces are new, unchanged or gone.
    pub fn is_telling(&self) -> bool {
        let is_told =
            |plan: &NamespacePlan| matches!(plan.status, Status::Changed(_)) || plan.failing() > 0;
        self.plan.namespaces.iter().any(is_told)
    }
}

impl Guard<'_> {
    /// The first namespace that may reassign units and is neither at the source nor at the target.
    pub fn unknown(&self, target: &Contents) -> Option<&str> {
        let is_known = |name: &&String| {
            target.contains_key(*name) || self.sources.iter().any(|loaded| loaded.name == **name)
        };
        self.allowed.iter().find(|name| !is_known(name)).map(String::as_str)
    }

    /// The mismatches that keep the saved plan from being applied.
    fn mismatches(&self, before: &[Loaded]) -> Vec<Mismatch> {
        let is_planned = |old: &&Loaded| {
            !self.is_single || self.prune || self.sources.iter().any(|new| new.name == old.name)
        };
        let before = before.iter().filter(is_planned);
        let saved = self.saved.as_ref();
        saved.map(|saved| saved.mismatches(&self.setup, before, self.sources)).unwrap_or_default()
    }

    /// Compares the content of the target with the shipment.
    pub fn judge(&self, contents: &Contents, shipment: &Shipment) -> Verdict {
        // A saved plan is compared with all namespaces at the target.
        let is_known = |name: &str| self.saved.is_none() && shipment.is_unchanged(name);
        let items = contents.iter().filter(|(name, _)| !is_known(name)).map(|(name, bytes)| {
            let label = format!("{name}.json");
            (Item::new(name, FileFormat::Json).with_label(label), bytes.clone())
        });
        let before = catalog::check(items.collect(), self.dialects);
        let (unchanged, changed): (Vec<_>, Vec<_>) =
            self.sources.iter().partition(|loaded| is_known(&loaded.name));
        let trial = Trial { units: &self.units, operators: Some(self.operators) };
        let mut plan = plan::compare(&before, changed, trial);
        plan.add_unchanged(unchanged);
        if self.prune {
            plan.prune();
        }
        let refused = |namespace: &&NamespacePlan| {
            let planned = self.saved.as_ref().map(|saved| saved.reassigns(&namespace.name));
            (namespace.class() == Class::Reassigning || planned == Some(true))
                && !self.allowed.contains(&namespace.name)
        };
        let refused: Vec<&NamespacePlan> = plan.namespaces.iter().filter(refused).collect();
        let (mut refusal, mut warning) = (None, None);
        let mismatches = self.mismatches(&before);
        if !mismatches.is_empty() {
            refusal = Some(Refusal::Mismatch(mismatches));
        } else if !refused.is_empty() {
            let reassignment = Reassignment::of(&refused);
            match self.level {
                Level::Error => refusal = Some(Refusal::Reassignment(reassignment)),
                Level::Warn => warning = Some(reassignment),
                Level::Off => {}
            }
        }
        Verdict { plan, before, refusal, warning }
    }
}
