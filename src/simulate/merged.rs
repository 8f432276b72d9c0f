//! Experiments that run one definition, taken together.

use super::design::{Design, Scope};
use super::observe::{Counts, Observed};
use crate::distribution::{Distribution, Obstacle};

/// The counts with those of the runs of each definition taken together.
pub(super) struct Merged {
    pub(super) observed: Observed,
    /// The number of units of each cohort.
    units: Vec<u64>,
    /// By cohort, the first cohort with the same definition.
    first: Vec<usize>,
}

impl Merged {
    pub(super) fn new(design: &Design<'_>, observed: &Observed) -> Merged {
        let units: Vec<u64> = (0..design.cohorts.len())
            .map(|cohort| {
                let counted = observed.cohorts.get(cohort).copied().flatten();
                let of_params = observed
                    .params
                    .iter()
                    .filter(|((scope, _), _)| *scope == Scope::Cohort(cohort));
                let set = of_params.map(|(_, counts)| counts.set() + counts.unset.unwrap_or(0));
                counted.or(set.max()).unwrap_or(0)
            })
            .collect();
        let definition = |cohort: usize| {
            let it = design.cohorts.get(cohort)?;
            // The default is not a run.
            it.experiment.as_ref().map(|_| it.definition.as_str())
        };
        let first: Vec<usize> = (0..units.len())
            .map(|cohort| {
                let same =
                    |other: &usize| units[*other] > 0 && definition(*other) == definition(cohort);
                (0..cohort).find(same).unwrap_or(cohort)
            })
            .collect();
        let is_alone = |cohort: usize| {
            first.iter().enumerate().all(|(it, of)| (it == cohort) == (*of == cohort))
        };
        let mut merged = Observed { params: indexmap::IndexMap::new(), ..observed.clone() };
        for ((scope, name), counts) in &observed.params {
            let scope = match scope {
                Scope::Cohort(cohort) if !is_alone(first[*cohort]) => {
                    Scope::Definition(first[*cohort])
                }
                scope => *scope,
            };
            let entry = merged.params.entry((scope, name.clone()));
            match entry {
                indexmap::map::Entry::Vacant(entry) => {
                    entry.insert(counts.clone());
                }
                indexmap::map::Entry::Occupied(mut entry) => {
                    let sum: &mut Counts = entry.get_mut();
                    sum.merge(counts, design.known(scope, name));
                    sum.unset = sum.unset.zip(counts.unset).map(|(a, b)| a + b);
                }
            }
        }
        Merged { observed: merged, units, first }
    }

    /// The distribution of a param over all runs of a definition, as their units were counted.
    pub(super) fn expected(
        &self,
        design: &Design<'_>,
        first: usize,
        name: &str,
    ) -> Option<Result<Distribution, Obstacle>> {
        let runs = self.first.iter().enumerate().filter(|(_, of)| **of == first);
        let runs: Vec<usize> = runs.map(|(cohort, _)| cohort).collect();
        let total: u64 = runs.iter().map(|cohort| self.units[*cohort]).sum();
        let mut sum = Distribution::default();
        for cohort in runs.into_iter().filter(|cohort| self.units[*cohort] > 0) {
            let share = self.units[cohort] as f64 / total as f64;
            let added = match design.param(Scope::Cohort(cohort), name)? {
                Ok(found) => sum.add(found, share),
                Err(obstacle) => Err(obstacle.clone()),
            };
            if let Err(obstacle) = added {
                return Some(Err(obstacle));
            }
        }
        Some(Ok(sum))
    }
}
