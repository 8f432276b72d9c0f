//! What keeps a ship from moving those who are in experiments by accident.

use std::collections::BTreeSet;

use planout::catalog::{self, Dialects, Loaded};
use planout::diagnostic::Level;
use planout::plan::{
    self, Class, Mismatch, NamespacePlan, Plan, SavedPlan, Setup, Status, Trial, Units,
};
use planout::ship::Shipment;
use planout::store::{Contents, Format, Item};

use crate::cli::failure::{Failure, Outcome};

/// Looks at what a target holds, and decides whether the sources may take its place.
pub(super) struct Guard<'a> {
    pub(super) sources: &'a [Loaded],
    /// Whether they are one file, and others at the target have their sources elsewhere.
    pub(super) is_single: bool,
    /// The dialects of what is there.
    pub(super) dialects: Dialects,
    /// What the guard does about a ship that reassigns units.
    pub(super) level: Level,
    /// The namespaces that may reassign units.
    pub(super) allowed: &'a [String],
    /// Whether namespaces without a source are removed.
    pub(super) prune: bool,
    /// The units that are evaluated before and after.
    pub(super) units: Units,
    /// Operators that the project's own evaluators know.
    pub(super) operators: &'a BTreeSet<String>,
    /// The plan that is to be applied, if one was made before.
    pub(super) saved: Option<SavedPlan>,
    /// What a plan would be made with now.
    pub(super) setup: Setup,
}

/// What a guard has found.
pub(super) struct Verdict {
    pub(super) plan: Plan,
    /// What the target holds. To free it takes time, and whoever waits for the target would wait
    /// for that.
    pub(super) before: Vec<Loaded>,
    /// Why it does not let the ship pass.
    pub(super) refusal: Option<Failure>,
    /// What it has to say though it does.
    pub(super) warning: Option<String>,
}

impl Verdict {
    /// Whether there is more to say than which namespaces are new, the same or gone.
    pub(super) fn is_telling(&self) -> bool {
        let is_told =
            |it: &NamespacePlan| matches!(it.status, Status::Changed(_)) || it.failing() > 0;
        self.plan.namespaces.iter().any(is_told)
    }

    /// What could not be evaluated of new namespaces, for those who are not shown the plan.
    pub(super) fn note(&self) -> Option<String> {
        let mut namespaces = Vec::new();
        let mut missing = BTreeSet::new();
        for namespace in &self.plan.namespaces {
            if let Some(sampled) = namespace.sampled().filter(|it| it.unfed > 0) {
                namespaces.push(namespace.name.as_str());
                missing.extend(sampled.missing.iter().map(|name| format!("`{name}`")));
            }
        }
        let missing: Vec<String> = missing.into_iter().collect();
        (!namespaces.is_empty()).then(|| {
            format!(
                "not all units of {} could be evaluated: `--units FILE` can give them {}",
                namespaces.join(", "),
                missing.join(", ")
            )
        })
    }
}

impl Guard<'_> {
    /// Checks that the namespaces that are named exist, at the source or at the target.
    pub(super) fn check_names(&self, target: &Contents) -> Outcome {
        let sources = self.sources.iter().map(|loaded| loaded.name.as_str());
        let known = sources.chain(target.keys().map(String::as_str));
        match self.allowed.iter().find(|name| !known.clone().any(|known| known == *name)) {
            Some(name) => Err(Failure::unknown("namespace", name, known)),
            None => Ok(()),
        }
    }

    /// What keeps the saved plan from being applied, and what to do about it.
    fn mismatch(&self, before: &[Loaded]) -> Option<(String, &'static str)> {
        let is_planned = |old: &&Loaded| {
            !self.is_single || self.prune || self.sources.iter().any(|new| new.name == old.name)
        };
        let saved = self.saved.as_ref()?;
        let found = saved.mismatches(&self.setup, before.iter().filter(is_planned), self.sources);
        // Where places or settings differ, what is in them may differ for it.
        let is_setup = |it: &&Mismatch| matches!(it, Mismatch::Setup { .. });
        let setup = found.iter().filter(is_setup).count();
        let shown: Vec<_> = found.iter().take(setup.max(1)).map(Mismatch::to_string).collect();
        let more = match found.len() - shown.len() {
            0 => String::new(),
            _ if setup > 0 => String::new(),
            more => format!(", and {more} more differ"),
        };
        let help = match found.first()? {
            Mismatch::Setup { .. } => {
                "ship as it was planned, or make a plan for what is to be shipped"
            }
            Mismatch::Source(_) | Mismatch::Target(_) => "make the plan again",
        };
        Some((format!("nothing was shipped: {}{more}", shown.join("; ")), help))
    }

    pub(super) fn judge(&self, contents: &Contents, shipment: &Shipment) -> Verdict {
        // A saved plan is held against all that is there.
        let is_known = |name: &str| self.saved.is_none() && shipment.is_unchanged(name);
        let items = contents.iter().filter(|(name, _)| !is_known(name)).map(|(name, bytes)| {
            let label = format!("{name}.json");
            (Item { name: name.clone(), label, format: Format::Json }, bytes.clone())
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
        let refused = |it: &&NamespacePlan| {
            let planned = self.saved.as_ref().map(|saved| saved.reassigns(&it.name));
            (it.class() == Class::Reassigning || planned == Some(true))
                && !self.allowed.contains(&it.name)
        };
        let refused: Vec<&NamespacePlan> = plan.namespaces.iter().filter(refused).collect();
        let (mut refusal, mut warning) = (None, None);
        if let Some((message, help)) = self.mismatch(&before) {
            refusal = Some(Failure::wrong(message).help(help));
        } else if !refused.is_empty() && self.level != Level::Off {
            let message = describe(&refused);
            match self.level {
                Level::Error => {
                    let message = format!("nothing was shipped: {message}");
                    refusal = Some(Failure::wrong(message).help(help(&refused)));
                }
                Level::Warn | Level::Off => warning = Some(message),
            }
        }
        Verdict { plan, before, refusal, warning }
    }
}

/// What would become of units.
fn describe(refused: &[&NamespacePlan]) -> String {
    let names = |wanted: &dyn Fn(&NamespacePlan) -> bool| {
        let names = refused.iter().filter(|it| wanted(it)).map(|it| it.name.as_str());
        names.collect::<Vec<_>>().join(", ")
    };
    let fails = names(&|it| it.failing() > 0);
    let moves = names(&|it| it.reassigns() || it.failing() == 0);
    let fails = (!fails.is_empty()).then(|| format!("units of {fails} would fail"));
    let moves = (!moves.is_empty())
        .then(|| format!("units in running experiments of {moves} would be reassigned"));
    moves.into_iter().chain(fails).collect::<Vec<_>>().join(", and ")
}

/// What to do about it.
fn help(refused: &[&NamespacePlan]) -> String {
    let mut help = String::new();
    let any = |wanted: &dyn Fn(&NamespacePlan) -> bool| refused.iter().any(|it| wanted(it));
    if any(&|it| it.reassigns() && matches!(it.status, Status::Changed(_))) {
        help.push_str("the plan says what to do instead; ");
    }
    if any(&|it| it.failing() > 0) {
        help.push_str("correct the scripts, or give units their inputs by `--units FILE`; ");
    }
    if any(&|it| matches!(it.status, Status::Removed(_))) {
        help.push_str("end experiments, by an appended `remove`, before they are pruned; ");
    }
    let names: Vec<&str> = refused.iter().map(|it| it.name.as_str()).collect();
    format!("{help}if it is meant, add `--allow-reassignment {}`", names.join(","))
}
