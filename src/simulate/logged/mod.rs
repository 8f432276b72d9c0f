//! Units that were logged elsewhere, each with its experiment: they are evaluated again, and counted.

mod difference;
mod tally;
mod watch;

use std::collections::HashMap;

use indexmap::{IndexMap, IndexSet};

use self::difference::Differences;
use self::tally::Tally;
use self::watch::Watch;
use super::design::{Among, Design, Group, MAX_GROUPS, design_among};
use super::joint::unset;
use super::observe::{Observed, Tests};
use super::recognize::{means, read_text};
use super::sample::Sample;
use crate::distribution::{Counted, Exact, Obstacle, Run, Selected, selected_by_exposure};
use crate::eval::EvalError;
use crate::namespace::{AssignError, Assignment, Experiment, Namespace};
use crate::value::{Map, Value};

pub use difference::{Difference, Different, DifferentUnit, Move};

/// The most values of the column by which units are taken apart.
pub const MAX_PARTS: usize = 1000;

/// The most inputs whose combinations are told apart.
const MAX_READS: usize = 64;

/// The expectations of logged units.
#[derive(Debug, Default)]
pub struct LogSettings<'n> {
    /// The units that are logged.
    pub counted: Counted,
    /// Inputs that are the same for all units, where a unit does not have its own.
    pub constants: Map,
    /// The inputs of units from elsewhere, where the log does not have them.
    pub inputs: Option<Sample<'n>>,
    /// The column, or the input, by whose values the units are taken apart.
    pub by: Option<String>,
    /// Whether the tests may be looked at any time.
    pub sequential: bool,
}

/// A unit of a log.
#[derive(Clone, Copy, Debug)]
pub struct LoggedUnit<'l> {
    /// The primary unit.
    pub unit: &'l Value,
    /// Its experiment, as an index of [`Design::cohorts`].
    pub cohort: usize,
    /// Its inputs, as far as they are known.
    pub inputs: &'l Map,
    /// Its params; `None` if none are known.
    pub params: Option<&'l Map>,
    /// Whether the params are texts, as in CSV.
    pub is_text: bool,
    /// The value of the column by which units are taken apart.
    pub part: Option<&'l Value>,
    /// The number of its line or row, from 1.
    pub line: u64,
}

/// The reason why a unit cannot be counted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoggedError {
    /// The column by which units are taken apart has too many values.
    #[error("`{0}` has more than {MAX_PARTS} values")]
    ManyParts(String),
    /// The row has no unit.
    #[error("no value of `{0}`")]
    MissingUnit(String),
    /// The experiment is not active.
    #[error("unknown active experiment `{name}`{}", match nearest {
        Some(nearest) => format!(": did you mean `{nearest}`?"),
        None => String::new(),
    })]
    Experiment {
        /// The name.
        name: String,
        /// The active experiment with the nearest name.
        nearest: Option<String>,
    },
}

/// Counts the units of a log. Each unit counts once, in its first experiment, and is evaluated again:
/// the log and the namespace must agree.
#[derive(Debug)]
pub struct Logged<'n> {
    namespace: &'n Namespace,
    settings: LogSettings<'n>,
    /// The inputs besides the primary unit that scripts read.
    reads: Vec<&'n str>,
    /// By cohort, the bits of those of `reads` that its scripts read.
    needs: Vec<u64>,
    /// The bits of those of `reads` that any unit had.
    present: u64,
    sets: IndexSet<&'n str>,
    /// The first experiment of each unit.
    units: HashMap<Box<str>, u32>,
    combinations: IndexMap<Vec<Exact>, ()>,
    /// Whether there are more inputs or combinations than are kept.
    has_many: bool,
    whole: Tally,
    parts: IndexMap<Exact, Tally>,
    watch: Option<Watch<'n>>,
    differences: Differences,
    /// The number of records of other events than an exposure.
    pub other_events: u64,
    /// The number of records of experiments that are not active in the namespace.
    pub other_experiments: u64,
    /// The name of the first of these that seems to be of the namespace, and their number.
    pub inactive: Option<(String, u64)>,
    /// The number of records of scripts with another checksum than the namespace has.
    pub other_scripts: u64,
    /// The times of the first and the last record, in seconds since 1970.
    pub times: Option<(u64, u64)>,
    /// The number of units whose params were not logged, and which were evaluated instead.
    pub evaluated: u64,
    /// The number of units that the file of inputs does not have, and that are left out.
    pub without_inputs: u64,
}

impl<'n> Logged<'n> {
    /// Begins to count units.
    pub fn new(namespace: &'n Namespace, settings: LogSettings<'n>) -> Logged<'n> {
        let mut reads = unset(namespace);
        // Each input is a bit. With more of them, no shares are known.
        let has_many = reads.len() > MAX_READS;
        reads.truncate(MAX_READS);
        let cohorts = namespace.experiments().iter().chain([namespace.default_experiment()]);
        let needs = cohorts.map(|experiment| {
            let is_read = |name: &str| {
                let script = |it: &Experiment| it.script().reads().contains(&name);
                script(experiment) || script(namespace.default_experiment())
            };
            bits(&reads, is_read)
        });
        let size = namespace.experiments().len() + 1;
        Logged {
            namespace,
            needs: needs.collect(),
            present: bits(&reads, |name| settings.constants.contains_key(name)),
            reads,
            sets: namespace.sets().into_iter().collect(),
            units: HashMap::new(),
            combinations: IndexMap::new(),
            has_many,
            whole: Tally::new(size),
            parts: IndexMap::new(),
            watch: settings.sequential.then(|| Watch::new(namespace, settings.counted)),
            differences: Differences::default(),
            settings,
            other_events: 0,
            other_experiments: 0,
            inactive: None,
            other_scripts: 0,
            times: None,
            evaluated: 0,
            without_inputs: 0,
        }
    }

    /// The namespace.
    pub fn namespace(&self) -> &'n Namespace {
        self.namespace
    }

    /// The column, or the input, by whose values the units are taken apart.
    pub fn by(&self) -> Option<&str> {
        self.settings.by.as_deref()
    }

    /// The units that are logged.
    pub fn counted(&self) -> Counted {
        self.settings.counted
    }

    /// The inputs besides the primary unit that scripts read.
    pub(super) fn reads(&self) -> impl Iterator<Item = &'n str> {
        self.reads.iter().copied()
    }

    /// The params that scripts set.
    pub(super) fn params(&self) -> impl Iterator<Item = &'n str> + Clone {
        self.sets.iter().copied()
    }

    /// The number of different units.
    pub fn units(&self) -> usize {
        self.units.len()
    }

    /// Counts a unit.
    ///
    /// # Errors
    /// There are too many parts.
    pub fn add(&mut self, logged: &LoggedUnit<'_>) -> Result<(), LoggedError> {
        let text = logged.unit.as_text();
        if let Some(first) = self.units.get(&*text) {
            if *first as usize != logged.cohort {
                let experiments = [*first as usize, logged.cohort].map(|it| self.name_of(it));
                self.differences.moved(&text, logged.line, experiments);
            }
            return Ok(());
        }
        self.units.insert(text.into(), logged.cohort as u32);
        let inputs = self.inputs(logged);
        if let Some(sample) = &self.settings.inputs
            && !sample.has(logged.unit)
        {
            let lacks = |name: &&str| inputs.get(*name).is_none_or(Value::is_null);
            if self.reads.iter().any(lacks) {
                self.without_inputs += 1;
                return Ok(());
            }
        }
        let absent = bits(&self.reads, |name| inputs.get(name).is_none_or(Value::is_null));
        self.present |= !absent;
        let group = self.group(&inputs);
        let part = match &self.settings.by {
            None => None,
            Some(by) => {
                let value = logged.part.or_else(|| inputs.get(by)).unwrap_or(&Value::Null);
                if !self.parts.contains_key(&Exact(value.clone())) && self.parts.len() == MAX_PARTS
                {
                    return Err(LoggedError::ManyParts(by.clone()));
                }
                Some(value.clone())
            }
        };
        let params = match self.namespace.assign(&inputs) {
            Ok(assignment) => self.check(logged, &assignment, absent),
            Err(AssignError::Script { error, .. }) => {
                self.fail(&error);
                self.as_logged(logged)
            }
            Err(_) => self.as_logged(logged),
        };
        let size = self.needs.len();
        let part = part.map(|it| self.parts.entry(Exact(it)).or_insert_with(|| Tally::new(size)));
        for tally in [Some(&mut self.whole), part].into_iter().flatten() {
            tally.add(logged.cohort, group, &params);
        }
        if let (Some(watch), Some(group)) = (&mut self.watch, group) {
            let values = self.combinations.get_index(group as usize).map(|(values, ())| values);
            let inputs = || values.map(|values| inputs_of(&self.reads, values)).unwrap_or_default();
            // An input that no unit had so far may be missing in the log.
            let unknown = !self.present & bits(&self.reads, |_| true);
            let group = (group, unknown);
            watch.add(logged.cohort, group, (inputs, &self.reads), &params);
        }
        Ok(())
    }

    fn name_of(&self, cohort: usize) -> Option<String> {
        self.namespace.experiments().get(cohort).map(|experiment| experiment.name().to_owned())
    }

    fn fail(&mut self, error: &EvalError) {
        self.differences.failed(error);
    }

    /// All inputs of a unit: its own, then those from elsewhere, then those of all units.
    fn inputs(&self, logged: &LoggedUnit<'_>) -> Map {
        let mut inputs = logged.inputs.clone();
        let mut fill = |name: &str, value: &Value| {
            if inputs.get(name).is_none_or(Value::is_null) {
                inputs.insert(name.to_owned(), value.clone());
            }
        };
        if let Some(sample) = &self.settings.inputs {
            sample.inputs_of(logged.unit).for_each(|(name, value)| fill(name, value));
        }
        self.settings.constants.iter().for_each(|(name, value)| fill(name, value));
        inputs.insert(self.namespace.unit().to_owned(), logged.unit.clone());
        inputs
    }

    /// The number of the combination of the inputs that scripts read; `None` if there are too many.
    fn group(&mut self, inputs: &Map) -> Option<u32> {
        if self.has_many && self.combinations.is_empty() {
            return None;
        }
        let value = |name: &&str| Exact(inputs.get(*name).cloned().unwrap_or_default());
        let values: Vec<Exact> = self.reads.iter().map(value).collect();
        if let Some(known) = self.combinations.get_index_of(&values) {
            return Some(known as u32);
        }
        if self.combinations.len() == MAX_GROUPS {
            self.has_many = true;
            return None;
        }
        self.combinations.insert(values, ());
        Some(self.combinations.len() as u32 - 1)
    }

    /// Compares a unit with its evaluation. Returns its params, in the notation of the namespace.
    fn check(
        &mut self,
        logged: &LoggedUnit<'_>,
        assignment: &Assignment<'_>,
        absent: u64,
    ) -> Vec<(String, Value)> {
        let assigned = assignment.experiment.map(str::to_owned);
        let said = self.name_of(logged.cohort);
        // Names may be empty, and one name may be the default's: the segment tells more.
        let owner = assignment.segment.and_then(|segment| self.namespace.owner(segment));
        let owner = owner.filter(|_| assignment.experiment.is_some());
        if owner.unwrap_or(self.needs.len() - 1) != logged.cohort {
            let difference = Difference::Experiment { logged: said, assigned };
            self.differences.add(logged.unit, logged.line, 0, difference);
            return self.as_logged(logged);
        }
        let absent = absent & self.needs.get(logged.cohort).copied().unwrap_or(0);
        if self.settings.counted == Counted::InExperiment && !assignment.in_experiment {
            self.differences.add(logged.unit, logged.line, absent, Difference::NotExposed);
            return self.as_logged(logged);
        }
        let Some(params) = logged.params else {
            self.evaluated += 1;
            let own = self.own(logged.cohort);
            let all = assignment.params.iter().filter(|(name, _)| own.contains(name));
            return all.map(|(name, value)| (name.to_owned(), value.clone())).collect();
        };
        let mut found = Vec::new();
        let mut is_different = false;
        // A log may lack a param for all units, and not for some.
        for name in self.own(logged.cohort) {
            let Some(known) = assignment.params.get(name) else { continue };
            match params.get(name) {
                Some(value) if !value.is_null() => {}
                Some(_) if !known.is_null() && !logged.is_text => {}
                _ if known.is_null() => {
                    // Rows have no value for a null.
                    if logged.is_text {
                        found.push((name.to_owned(), Value::Null));
                    }
                }
                _ => {
                    let (param, assigned) = (name.to_owned(), known.clone());
                    let difference = Difference::Missing { param, assigned };
                    self.differences.lacks(logged, absent, difference);
                }
            }
        }
        let is_said = |value: &Value| !(value.is_null() && logged.is_text);
        let said = params.iter().filter(|(_, value)| is_said(value));
        for (name, value) in said.filter(|(name, _)| self.sets.contains(&***name)) {
            let known = assignment.params.get(name);
            let value = match known {
                Some(known) if means(known, value, logged.is_text) => known.clone(),
                None if logged.is_text && value.as_str() == Some("") => continue,
                None if value.is_null() => continue,
                _ if is_different => as_value(value, logged.is_text),
                _ => {
                    is_different = true;
                    let value = as_value(value, logged.is_text);
                    let (logged_value, assigned) = (value.clone(), known.cloned());
                    let param = name.clone();
                    let difference = Difference::Param { param, logged: logged_value, assigned };
                    self.differences.add(logged.unit, logged.line, absent, difference);
                    value
                }
            };
            found.push((name.clone(), value));
        }
        found
    }

    /// The params that the script of a cohort sets.
    fn own(&self, cohort: usize) -> Vec<&'n str> {
        let experiment = self.namespace.experiments().get(cohort);
        experiment.unwrap_or(self.namespace.default_experiment()).script().sets()
    }

    fn as_logged(&self, logged: &LoggedUnit<'_>) -> Vec<(String, Value)> {
        let params = logged.params.into_iter().flatten();
        params
            .filter(|(name, _)| self.sets.contains(&***name))
            .map(|(name, value)| (name.clone(), as_value(value, logged.is_text)))
            .collect()
    }

    /// The cohorts that are compared with one another: all experiments, and the default if any unit
    /// was logged there.
    fn among(&self) -> Vec<bool> {
        let last = self.needs.len() - 1;
        (0..=last).map(|cohort| cohort < last || self.whole.units(cohort) > 0).collect()
    }

    /// Whether any unit has a value of the column by which units are taken apart.
    pub fn has_parts(&self) -> bool {
        self.settings.by.is_none() || self.parts.keys().any(|value| !value.0.is_null())
    }

    /// The values by which units are taken apart, in the order in which they came.
    pub fn parts(&self) -> impl Iterator<Item = &Value> {
        self.parts.keys().map(|value| &value.0)
    }

    /// The design for the logged units, with their own inputs: of all, or of a part.
    pub fn design(&self, part: Option<&Value>) -> Design<'n> {
        let counted = self.settings.counted;
        let tally = self.tally(part);
        if self.has_many {
            let one = [Group { inputs: Map::new(), weight: 1.0 }];
            let among = Among { counted, ..Among::default() };
            let mut design = design_among(self.namespace, &one, &among);
            design.hide(&Obstacle::ManyCombinations);
            return design;
        }
        let groups: Vec<Group> = tally
            .groups()
            .filter_map(|(group, units)| {
                let (values, ()) = self.combinations.get_index(group as usize)?;
                Some(Group { inputs: inputs_of(&self.reads, values), weight: units as f64 })
            })
            .collect();
        let (cohorts, unknown) = (self.among(), self.missing());
        let among = Among { counted, cohorts: Some(&cohorts), unknown: &unknown };
        design_among(self.namespace, &groups, &among)
    }

    fn tally(&self, part: Option<&Value>) -> &Tally {
        part.and_then(|part| self.parts.get(&Exact(part.clone()))).unwrap_or(&self.whole)
    }

    /// The counts of all units, or of a part, for the design of the same.
    pub fn observed(&self, part: Option<&Value>, design: &Design<'_>) -> Observed {
        let mut observed = self.tally(part).observed(design, &self.among());
        if part.is_none()
            && let Some(watch) = &self.watch
        {
            let has_default = self.whole.units(self.needs.len() - 1) > 0;
            observed.tests = Tests::Sequential(watch.tests(has_default));
        }
        observed
    }

    /// The differences between the log and the namespace.
    pub fn differences(&self) -> Different {
        self.differences.found(self.present, |cohort, param| self.whole.has(cohort, param))
    }

    /// The inputs that scripts read, and that no unit has.
    pub fn missing(&self) -> Vec<&'n str> {
        let absent = self.reads.iter().enumerate();
        absent.filter(|(bit, _)| self.present >> bit & 1 == 0).map(|(_, name)| *name).collect()
    }

    /// The params whose draws decide which units are logged, with the experiment; `None` is the
    /// default. The logged units say nothing of these, whatever their shares are.
    pub fn selected(&self) -> Vec<(Option<String>, Selected)> {
        if self.settings.counted == Counted::All {
            return Vec::new();
        }
        let namespace = self.namespace;
        let cohorts = namespace.experiments().iter().chain([namespace.default_experiment()]);
        let logged = cohorts.enumerate().filter(|(cohort, _)| self.whole.units(*cohort) > 0);
        let selected = logged.flat_map(|(cohort, experiment)| {
            let run = Run { script: experiment.script(), salt: experiment.salt() };
            let found = selected_by_exposure(&run, namespace.unit()).unwrap_or_default();
            found.into_iter().map(move |selected| (self.name_of(cohort), selected))
        });
        selected.collect()
    }

    /// The active experiments that hold segments and no logged unit.
    pub fn empty(&self) -> impl Iterator<Item = &'n Experiment> {
        let experiments = self.namespace.experiments().iter().enumerate();
        let empty = experiments
            .filter(|(cohort, it)| !it.segments().is_empty() && self.whole.units(*cohort) == 0);
        empty.map(|(_, experiment)| experiment)
    }

    /// The test that failed first in a sequential comparison, and the number of units until then.
    pub fn alarm(&self) -> Option<u64> {
        self.watch.as_ref()?.alarm()
    }
}

/// The bits of the names for which this holds.
fn bits(names: &[&str], holds: impl Fn(&str) -> bool) -> u64 {
    names.iter().enumerate().map(|(bit, name)| u64::from(holds(name)) << bit).sum()
}

fn inputs_of(names: &[&str], values: &[Exact]) -> Map {
    let given = names.iter().zip(values).filter(|(_, value)| !value.0.is_null());
    given.map(|(name, value)| ((*name).to_owned(), value.0.clone())).collect()
}

/// A logged value. A text may be JSON.
fn as_value(value: &Value, is_text: bool) -> Value {
    match value.as_str() {
        Some(text) if is_text => read_text(text),
        _ => value.clone(),
    }
}
