//! Namespaces: units fall into segments, and segments belong to experiments that exclude one
//! another. All of it by hashing, so that a unit gets the same answer for ever and everywhere.

mod allocation;
mod assignment;
mod builder;
mod cpython;
mod document;
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
pub use outline::Outline;
pub use rows::Rows;
pub use sequence::{Holders, SequenceError};

use crate::dialect::{Dialect, SegmentHashing};
use crate::draw::Hasher;
use crate::eval::{EvalError, Inputs, Params, Salted, Script, draw, names};
use crate::value::{Map, Value};

/// The input that, being true, keeps a unit out of all experiments.
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
    /// One that has seen what comes before the unit in the hash of a segment.
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

/// Why a unit could not be assigned.
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
        /// Why, and where.
        #[source]
        error: EvalError,
    },
}

impl AssignError {
    /// Whether a script itself is to blame: no values of its inputs could help.
    pub fn is_of_the_script(&self) -> bool {
        matches!(self, AssignError::Script { error, .. } if error.reason.is_of_the_script())
    }
}

impl AssignError {
    /// How much the scripts had made and copied of lists, maps and strings until they failed, in
    /// bytes.
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

    /// The name that its hashes take: that of a compiled namespace is the one that it was compiled
    /// under, whatever it is called now.
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

    /// Whether it shares its segments with other namespaces.
    pub fn segment_hashing(&self) -> SegmentHashing {
        self.hashing
    }

    /// The number of segments.
    pub fn segment_count(&self) -> u32 {
        u32::try_from(self.owners.len()).unwrap_or(MAX_SEGMENTS)
    }

    /// The active experiments, in the order of their adding.
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

    /// An experiment that runs a definition under the definition's own name, whether or not an
    /// active one does. It holds no segments.
    pub fn experiment_of(&self, definition: &str) -> Option<Experiment> {
        let script = self.definitions.get(definition)?;
        let (name, salt) = (definition.to_owned(), format!("{}.{definition}", self.salt));
        Some(Experiment::new(name.clone(), name, salt, Arc::clone(script)))
    }

    /// The default experiment and the active ones: all that a unit can get.
    pub(crate) fn all_experiments(&self) -> impl Iterator<Item = &Experiment> {
        iter::once(&self.default).chain(&self.experiments)
    }

    /// The inputs that say what a unit gets: the primary unit, [`BASELINE`], and what the scripts of
    /// its experiments read. Variables that they set before they read them are among these.
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

    /// The free segments, ascending.
    pub fn free_segments(&self) -> Vec<u32> {
        let free = (0..self.segment_count()).zip(&self.owners).filter(|(_, owner)| owner.is_none());
        free.map(|(segment, _)| segment).collect()
    }

    /// The active experiment that holds a segment, as an index into
    /// [`Namespace::experiments`]; `None` for a free one, and for one that there is not.
    pub fn owner(&self, segment: u32) -> Option<usize> {
        let owner = self.owners.get(segment as usize).copied().flatten()?;
        Some(owner as usize)
    }

    /// The segment of a unit.
    pub fn segment(&self, unit: &Value) -> u32 {
        // The remainder is below the number of segments, which is 32 bits.
        draw(&self.hasher, unit, self.dialect).below(self.owners.len() as u64) as u32
    }

    /// Assigns a unit, given by its inputs: the primary unit and whatever the scripts read.
    ///
    /// # Errors
    /// The primary unit is missing, or a script fails.
    pub fn assign<'a>(&'a self, inputs: &'a Map) -> Result<Assignment<'a>, AssignError> {
        self.look_up(inputs, None)
    }

    /// Assigns a unit with some variables held at a value. They never change its segment.
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

    /// The segment of a unit; only a baseline request need not name it.
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

    /// Evaluates what a segment sees. The inputs may differ by script: `None` is the default's,
    /// a number that of an active experiment.
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

    /// The name; empty for the default experiment.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of the definition that it runs.
    pub fn definition(&self) -> &str {
        &self.definition
    }

    /// The experiment salt that its script is evaluated with.
    pub fn salt(&self) -> &str {
        self.salt.as_str()
    }

    /// The script that it runs.
    pub fn script(&self) -> &Script {
        &self.script
    }

    /// Its segments, ascending; none for the default experiment.
    pub fn segments(&self) -> &[u32] {
        &self.segments
    }
}

/// Checks that a name can be the name of a file in every store, and of nothing but that.
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
