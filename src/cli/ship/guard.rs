//! What keeps a ship from moving those who are in experiments by accident.

use planout::catalog::{self, Dialects, Loaded};
use planout::diagnostic::Level;
use planout::plan::{self, Class, NamespacePlan, Plan, SavedPlan, Status, Units};
use planout::ship::Shipment;
use planout::store::{Contents, Format, Item};

use crate::cli::failure::{Failure, Outcome};

/// Looks at what a target holds, and decides whether the sources may take its place.
pub(super) struct Guard<'a> {
    pub(super) sources: &'a [Loaded],
    /// The dialects of what is there.
    pub(super) dialects: Dialects,
    /// What becomes of a ship that reassigns units.
    pub(super) level: Level,
    /// The namespaces that may reassign units.
    pub(super) allowed: &'a [String],
    /// Whether namespaces without a source are removed.
    pub(super) prune: bool,
    /// The units that are evaluated before and after.
    pub(super) units: Units,
    /// The plan that is to be applied, if one was made before.
    pub(super) saved: Option<SavedPlan>,
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
        let is_changed = |it: &NamespacePlan| matches!(it.status, Status::Changed(_));
        self.plan.namespaces.iter().any(is_changed)
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

    /// Whether a unit that is in an experiment would be in another one, or in none.
    fn reassigns(&self, namespace: &NamespacePlan) -> bool {
        match &namespace.status {
            // It may run an experiment, and whoever is in it would see nothing any more.
            Status::Orphaned(size) => self.prune && size.is_none_or(|size| size.experiments > 0),
            _ => namespace.class() == Class::Reassigning,
        }
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
        let mut plan = plan::compare(&before, changed, &self.units);
        plan.add_unchanged(unchanged);
        let stopped = |it: &&NamespacePlan| self.reassigns(it) && !self.allowed.contains(&it.name);
        let reassigning: Vec<&NamespacePlan> = plan.namespaces.iter().filter(stopped).collect();
        let names: Vec<&str> = reassigning.iter().map(|it| it.name.as_str()).collect();
        let mismatches = self.saved.as_ref().map(|saved| saved.mismatches(&before, self.sources));
        let (mut refusal, mut warning) = (None, None);
        if let Some(first) = mismatches.iter().flatten().next() {
            let message = format!("nothing was shipped: {first}");
            refusal = Some(Failure::wrong(message).help("make the plan again"));
        } else if !reassigning.is_empty() && self.level != Level::Off {
            let message =
                format!("units in running experiments of {} would be reassigned", names.join(", "));
            match self.level {
                Level::Error => {
                    let message = format!("nothing was shipped: {message}");
                    refusal = Some(Failure::wrong(message).help(help(&reassigning, &names)));
                }
                Level::Warn | Level::Off => warning = Some(message),
            }
        }
        Verdict { plan, before, refusal, warning }
    }
}

/// What to do about namespaces that would reassign units.
fn help(reassigning: &[&NamespacePlan], names: &[&str]) -> String {
    let mut help = String::new();
    if reassigning.iter().any(|it| matches!(it.status, Status::Changed(_))) {
        help.push_str("the plan says what to do instead; ");
    }
    if reassigning.iter().any(|it| matches!(it.status, Status::Orphaned(_))) {
        help.push_str("end experiments, by an appended `remove`, before they are pruned; ");
    }
    format!("{help}if it is meant, add `--allow-reassignment {}`", names.join(","))
}
