//! Options that select one script of a namespace, without regard to the segment of the unit.

use clap::Args;
use planout::Namespace;
use planout::namespace::Experiment;

use super::failure::{Failure, Outcome};

/// The selected script, if one is selected.
#[derive(Args, Debug)]
#[group(id = "which", multiple = false)]
pub(super) struct Which {
    /// Evaluate only this active experiment, whatever the segment of the unit
    #[arg(long, value_name = "NAME")]
    exp: Option<String>,
    /// Evaluate only this definition
    #[arg(long, alias = "def", value_name = "NAME")]
    definition: Option<String>,
    /// Evaluate only the default experiment
    #[arg(long)]
    default: bool,
}

impl Which {
    /// The experiment that is evaluated alone, if there is one.
    pub(super) fn experiment(&self, namespace: &Namespace) -> Outcome<Option<Experiment>> {
        if self.default {
            return Ok(Some(namespace.default_experiment().clone()));
        }
        if let Some(name) = &self.exp {
            let active = namespace.experiments().iter().map(Experiment::name);
            let known = namespace.experiment(name).cloned();
            let unknown = || Failure::unknown("active experiment", name, active);
            return known.ok_or_else(unknown).map(Some);
        }
        if let Some(name) = &self.definition {
            let defined = namespace.definitions().map(|(name, _)| name).collect::<Vec<_>>();
            let unknown = || Failure::unknown("definition", name, defined);
            return namespace.experiment_of(name).ok_or_else(unknown).map(Some);
        }
        Ok(None)
    }
}
