//! Namespaces: units fall into segments, and segments belong to experiments that exclude one another.
//! Everything is computed by hashing, so a unit gets the same answer for ever and everywhere.

mod allocation;
mod assignment;
mod builder;
mod cpython;
mod document;
mod inputs;
pub mod outline;
mod pool;
mod rows;
mod sequence;
mod shuffle;

use std::iter;
use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

pub use assignment::{Assignment, OwnedAssignment};
pub use builder::{BuildError, MAX_SEGMENTS, NamespaceBuilder};
pub use document::{Action, Checked, Content, Document, Form};
pub use inputs::{DeclaredInput, DeclaredInputs, InputError, InputValues, MAX_INPUT_VALUES};
pub use outline::Outline;
pub use rows::Rows;
pub use sequence::{Holders, SequenceError};

use crate::dialect::{Dialect, SegmentHashing};
use crate::draw::Hasher;
use crate::eval::{EvalError, Inputs, Params, Salted, Script, draw, names};
use crate::value::{Map, Value};

/// The input that keeps a unit out of all experiments if its value is true.
pub const BASELINE: &str = "_baseline_";

/// A namespace that assigns units. It is immutable, and can be asked from many threads at once.
#[derive(Debug)]
pub struct Namespace {
    name: String,
    hashed_name: String,
    salt: String,
    unit: String,
    dialect: Dialect,
    hashing: SegmentHashing,
    inputs: DeclaredInputs,
    /// A hash that has already read the part before the unit, for the segment.
    hasher: Hasher,
    definitions: IndexMap<String, Arc<Script>>,
    default: Experiment,
    experiments: Vec<Experiment>,
    /// The index of the experiment that holds a segment, by segment.
    owners: Vec<Option<u32>>,
}

/// An active experiment, or the default one.
#[derive(Clone, Debug)]
pub struct Experiment {
    name: String,
    definition: String,
    salt: Salted,
    script: Arc<Script>,
    segments: Vec<u32>,
}

/// The reason why a unit could not be assigned.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AssignError {
    /// The inputs lack the primary unit.
    #[error("the primary unit `{unit}` of namespace `{namespace}` is missing")]
    MissingUnit {
        /// The primary unit.
        unit: String,
        /// The namespace.
        namespace: String,
    },
    /// The script failed.
    #[error("definition `{definition}` of namespace `{namespace}` failed")]
    Script {
        /// The definition.
        definition: String,
        /// The namespace.
        namespace: String,
        /// The error of the script, with its place.
        #[source]
        error: EvalError,
    },
}

impl AssignError {
    /// Whether the script itself is the cause, so that it fails for all values of its inputs.
    pub fn is_of_the_script(&self) -> bool {
        matches!(self, AssignError::Script { error, .. } if error.reason.is_of_the_script())
    }
}

impl AssignError {
    /// The number of bytes of lists, maps and strings that the scripts had made and copied when they
    /// failed.
    pub fn made(&self) -> usize {
        match self {
            AssignError::MissingUnit { .. } => 0,
            AssignError::Script { error, .. } => error.made,
        }
    }
}

impl Namespace {
    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name that is part of its hashes. For a compiled namespace, it is the name that it was
    /// compiled under, even after it was renamed.
    pub fn hashed_name(&self) -> &str {
        &self.hashed_name
    }

    /// The primary unit: the input that is mapped to a segment.
    pub fn unit(&self) -> &str {
        &self.unit
    }

    /// The dialect.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The segment hashing: whether segments are shared with other namespaces.
    pub fn segment_hashing(&self) -> SegmentHashing {
        self.hashing
    }

    /// The inputs that its scripts are declared to read, besides the primary unit. An assignment
    /// does not look at them.
    pub fn inputs(&self) -> &DeclaredInputs {
        &self.inputs
    }

    /// The number of segments.
    pub fn segment_count(&self) -> u32 {
        u32::try_from(self.owners.len()).unwrap_or(MAX_SEGMENTS)
    }

    /// The active experiments, in the order in which they were added.
    pub fn experiments(&self) -> &[Experiment] {
        &self.experiments
    }

    /// An active experiment.
    pub fn experiment(&self, name: &str) -> Option<&Experiment> {
        self.experiments.iter().find(|experiment| experiment.name == name)
    }

    /// The default experiment.
    pub fn default_experiment(&self) -> &Experiment {
        &self.default
    }

    /// The definitions, in order.
    pub fn definitions(&self) -> impl ExactSizeIterator<Item = (&str, &Script)> {
        self.definitions.iter().map(|(name, script)| (name.as_str(), &**script))
    }

    /// The script of a definition.
    pub fn definition(&self, name: &str) -> Option<&Script> {
        self.definitions.get(name).map(|script| &**script)
    }

    /// An experiment that runs a definition under the definition's own name, whether or not an active
    /// experiment runs it. It has no segments.
    pub fn experiment_of(&self, definition: &str) -> Option<Experiment> {
        let script = self.definitions.get(definition)?;
        let (name, salt) = (definition.to_owned(), format!("{}.{definition}", self.salt));
        Some(Experiment::new(name.clone(), name, salt, Arc::clone(script)))
    }

    /// The default experiment and the active ones: all experiments that a unit can be in.
    pub(crate) fn all_experiments(&self) -> impl Iterator<Item = &Experiment> {
        iter::once(&self.default).chain(&self.experiments)
    }

    /// The inputs that decide the assignment of a unit: the primary unit, [`BASELINE`], and the
    /// variables that the scripts of its experiments read, including those that the scripts set
    /// before.
    pub fn reads(&self) -> Vec<&str> {
        let mut found = IndexSet::from([self.unit(), BASELINE]);
        for experiment in self.all_experiments() {
            names::reads(experiment.script.json(), |name| {
                found.insert(name);
            });
        }
        found.into_iter().collect()
    }

    /// The variables that the scripts of its experiments can set.
    pub fn sets(&self) -> Vec<&str> {
        let scripts = self.all_experiments().map(Experiment::script);
        let found: IndexSet<&str> = scripts.flat_map(Script::sets).collect();
        found.into_iter().collect()
    }

    /// The inputs besides the primary unit that scripts read and never set.
    pub(crate) fn unset(&self) -> Vec<&str> {
        // Every script has these without an input.
        let always = ["experiment_salt", "salt_sep", BASELINE, self.unit()];
        let (mut reads, sets) = (self.reads(), self.sets());
        reads.retain(|name| !always.contains(name) && !sets.contains(name));
        reads
    }

    /// The free segments, ascending.
    pub fn free_segments(&self) -> Vec<u32> {
        let free = (0..self.segment_count()).zip(&self.owners).filter(|(_, owner)| owner.is_none());
        free.map(|(segment, _)| segment).collect()
    }

    /// The active experiment that holds a segment, as an index into [`Namespace::experiments`];
    /// `None` for a free segment, and for one that does not exist.
    pub fn owner(&self, segment: u32) -> Option<usize> {
        let owner = self.owners.get(segment as usize).copied().flatten()?;
        Some(owner as usize)
    }

    /// The segment of a unit.
    pub fn segment(&self, unit: &Value) -> u32 {
        // The remainder is less than the number of segments, which fits into 32 bits.
        draw(&self.hasher, unit, self.dialect).below(self.owners.len() as u64) as u32
    }

    /// Assigns a unit. Its inputs are the primary unit and the variables that the scripts read.
    ///
    /// # Errors
    /// The primary unit is missing, or a script fails.
    pub fn assign<'a>(&'a self, inputs: &'a Map) -> Result<Assignment<'a>, AssignError> {
        self.look_up(inputs, None)
    }

    /// Assigns a unit while some variables are held at a value. They never change its segment.
    ///
    /// # Errors
    /// As [`Namespace::assign`].
    pub fn assign_with<'a>(
        &'a self,
        inputs: &'a Map,
        overrides: &'a Map,
    ) -> Result<Assignment<'a>, AssignError> {
        self.look_up(inputs, Some(overrides))
    }

    fn look_up<'a>(
        &'a self,
        inputs: &'a Map,
        overrides: Option<&'a Map>,
    ) -> Result<Assignment<'a>, AssignError> {
        let baseline = inputs.get(BASELINE) == Some(&Value::Bool(true));
        let segment = self.place(inputs.get(&self.unit), baseline)?;
        self.assign_in(segment, baseline, overrides, |_| Inputs::Named(inputs))
    }

    /// The segment of a unit. Only a baseline request may lack the unit.
    fn place(&self, unit: Option<&Value>, baseline: bool) -> Result<Option<u32>, AssignError> {
        match unit.filter(|unit| !unit.is_null()) {
            Some(unit) => Ok(Some(self.segment(unit))),
            None if baseline => Ok(None),
            None => {
                let (unit, namespace) = (self.unit.clone(), self.name.clone());
                Err(AssignError::MissingUnit { unit, namespace })
            }
        }
    }

    /// Evaluates the experiments of a segment. Each script may have its own inputs: `None` stands for
    /// the default experiment, and a number for an active one.
    fn assign_in<'a>(
        &'a self,
        segment: Option<u32>,
        baseline: bool,
        overrides: Option<&'a Map>,
        inputs: impl Fn(Option<usize>) -> Inputs<'a>,
    ) -> Result<Assignment<'a>, AssignError> {
        let owner = segment.filter(|_| !baseline).and_then(|segment| self.owner(segment));
        let experiment = owner.map(|owner| &self.experiments[owner]);
        let variables = |experiment: &Experiment| experiment.script.variables().len();
        let most = variables(&self.default) + experiment.map_or(0, variables);
        let mut params = Params::with_capacity(most);
        let mut in_experiment = true;
        for owner in iter::once(None).chain(owner.map(Some)) {
            let experiment = owner.map_or(&self.default, |owner| &self.experiments[owner]);
            let Experiment { script, salt, .. } = experiment;
            let outcome = script.run_salted(salt, inputs(owner), overrides, &mut params);
            in_experiment = outcome.map_err(|error| AssignError::Script {
                definition: experiment.definition.clone(),
                namespace: self.name.clone(),
                error,
            })?;
        }
        Ok(Assignment {
            namespace: &self.name,
            params,
            experiment: experiment.map(Experiment::name),
            definition: experiment.unwrap_or(&self.default).definition(),
            segment,
            in_experiment,
        })
    }
}

impl Experiment {
    fn new(name: String, definition: String, salt: String, script: Arc<Script>) -> Experiment {
        let salt = script.salted(salt);
        Experiment { name, definition, salt, script, segments: Vec::new() }
    }

    /// The name. It is empty for the default experiment.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of the definition that the experiment runs.
    pub fn definition(&self) -> &str {
        &self.definition
    }

    /// The experiment salt of its script.
    pub fn salt(&self) -> &str {
        self.salt.as_str()
    }

    /// The script that the experiment runs.
    pub fn script(&self) -> &Script {
        &self.script
    }

    /// Its segments in ascending order. The default experiment has none.
    pub fn segments(&self) -> &[u32] {
        &self.segments
    }
}

/// Checks that a name can be the name of a file in every store, and of no other file.
pub(crate) fn check_name(name: &str) -> Result<(), &'static str> {
    if name.is_empty() {
        Err("it is empty")
    } else if name.contains(['/', '\\']) {
        Err("a slash would lead to another folder")
    } else if name.starts_with('.') {
        Err("a leading dot would hide it")
    } else if name.chars().any(char::is_control) {
        Err("it holds a control character")
    } else if name.len() > 200 {
        Err("it is too long for a file's name")
    } else {
        Ok(())
    }
}
