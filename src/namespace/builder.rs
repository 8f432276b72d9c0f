//! A namespace built in code.

use std::sync::Arc;

use indexmap::IndexMap;

use super::allocation::{Allocation, Rules, Step};
use super::inputs::{DeclaredInput, DeclaredInputs};
use super::sequence::{Roster, SequenceError};
use super::{Experiment, Namespace, check_name};
use crate::dialect::{Dialect, SegmentHashing, SegmentPool, SegmentSampling};
use crate::draw::Salt;
use crate::eval::Script;
use crate::nearest::nearest;

/// The most segments that a namespace may have.
pub const MAX_SEGMENTS: u32 = 10_000_000;

/// The reason why a namespace cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The name cannot be the name of a file.
    #[error("`{}` cannot be the name of a namespace: {why}", crate::diagnostic::visible(name))]
    Name {
        /// The name.
        name: String,
        /// The problem.
        why: &'static str,
    },
    /// There are no segments, or more than [`MAX_SEGMENTS`].
    #[error("a namespace has from 1 to {MAX_SEGMENTS} segments, not {0}")]
    Segments(u32),
    /// The script of a definition has another dialect than the namespace, so their hashes differ.
    #[error("definition `{definition}` is of the dialect {script}, the namespace of {namespace}")]
    Dialect {
        /// The definition.
        definition: String,
        /// The dialect of its script.
        script: Dialect,
        /// The dialect of the namespace.
        namespace: Dialect,
    },
    /// A setting has an effect only if segments are not shared with other namespaces.
    #[error("`{setting}` needs the segment hashing `namespace`, and this one is `shared`")]
    SharedSegments {
        /// The setting.
        setting: &'static str,
    },
    /// An input that is declared to have certain values is the primary unit.
    #[error("`{0}` is the primary unit, which may be anything: it is not declared as an input")]
    DeclaredUnit(String),
    /// A definition is defined twice.
    #[error("definition `{0}` is defined twice")]
    DuplicateDefinition(String),
    /// A reference names a definition that does not exist.
    #[error("definition `{name}` is not defined{}", match nearest {
        Some(nearest) => format!(": did you mean `{nearest}`?"),
        None => String::new(),
    })]
    UndefinedDefinition {
        /// The name.
        name: String,
        /// The nearest name that is defined.
        nearest: Option<String>,
    },
    /// No default experiment was set.
    #[error("the namespace has no default experiment")]
    NoDefault,
    /// An entry of the sequence is not possible.
    #[error(transparent)]
    Sequence(#[from] SequenceError),
}

/// Builds a [`Namespace`]: first the definitions, then the changes of its segments in order.
///
/// The order of the calls of [`add`](Self::add) and [`remove`](Self::remove) decides which segments
/// an experiment gets. While experiments run, only append to the sequence.
#[derive(Debug)]
pub struct NamespaceBuilder {
    name: String,
    hashed_name: Option<String>,
    salt: Option<String>,
    unit: String,
    segments: u32,
    dialect: Dialect,
    hashing: Option<SegmentHashing>,
    pool: Option<SegmentPool>,
    sampling: Option<SegmentSampling>,
    inputs: DeclaredInputs,
    definitions: IndexMap<String, Arc<Script>>,
    default: Option<String>,
    roster: Roster<String>,
    sequence: Vec<Step>,
}

impl NamespaceBuilder {
    /// Starts a namespace with a name, its primary unit (the input that is mapped to a segment)
    /// and its number of segments.
    pub fn new(name: &str, unit: &str, segments: u32) -> NamespaceBuilder {
        NamespaceBuilder {
            name: name.to_owned(),
            hashed_name: None,
            salt: None,
            unit: unit.to_owned(),
            segments,
            dialect: Dialect::default(),
            hashing: None,
            pool: None,
            sampling: None,
            inputs: DeclaredInputs::default(),
            definitions: IndexMap::new(),
            default: None,
            roster: Roster::new(segments),
            sequence: Vec::new(),
        }
    }

    /// Sets the dialect. The default is planout4j's. The scripts of all definitions must have the
    /// same dialect, whether they are defined before this call or after it.
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// Sets the segment hashing. The default is that of the dialect.
    #[must_use]
    pub fn segment_hashing(mut self, hashing: SegmentHashing) -> Self {
        self.hashing = Some(hashing);
        self
    }

    /// Sets the order of the free segments. The default is that of the dialect.
    #[must_use]
    pub fn segment_pool(mut self, pool: SegmentPool) -> Self {
        self.pool = Some(pool);
        self
    }

    /// Sets the way in which segments are drawn. The default is a full shuffle.
    #[must_use]
    pub fn segment_sampling(mut self, sampling: SegmentSampling) -> Self {
        self.sampling = Some(sampling);
        self
    }

    /// Sets the name that is part of the hashes. The default is the name of the namespace. A compiled
    /// namespace that was renamed keeps the name that its units were assigned by.
    #[must_use]
    pub fn hashed_name(mut self, name: &str) -> Self {
        self.hashed_name = Some(name.to_owned());
        self
    }

    /// Sets the beginning of the experiments' salts. The default, also for a blank text, is the name
    /// that is part of the hashes.
    #[must_use]
    pub fn salt(mut self, salt: &str) -> Self {
        self.salt = Some(salt.trim().to_owned()).filter(|salt| !salt.is_empty());
        self
    }

    /// Declares an input that scripts read, besides the primary unit. The declaration never changes
    /// an assignment: it says which values are expected. A second one of the same name replaces the
    /// first.
    ///
    /// ```
    /// use planout::namespace::{DeclaredInput, NamespaceBuilder};
    /// use planout::value::Type;
    /// use planout::{Dialect, Script};
    ///
    /// let script = Script::compile("price", "price = 9;", Dialect::Planout4j)?;
    /// let namespace = NamespaceBuilder::new("shop", "userid", 100)
    ///     .input("country", DeclaredInput::one_of(["US", "DE"])?)
    ///     .input("age", DeclaredInput::OfType(Type::Integer))
    ///     .define("Default", script)?
    ///     .default_experiment("Default")?
    ///     .build()?;
    /// let country = namespace.inputs().get("country").expect("it is declared");
    /// assert!(country.admits(&"DE".into()) && !country.admits(&"UK".into()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn input(mut self, name: &str, input: DeclaredInput) -> Self {
        self.inputs.declare(name, input);
        self
    }

    /// Defines a script that experiments can run.
    ///
    /// # Errors
    /// The name is defined already.
    pub fn define(
        mut self,
        name: &str,
        script: impl Into<Arc<Script>>,
    ) -> Result<Self, BuildError> {
        if self.definitions.insert(name.to_owned(), script.into()).is_some() {
            return Err(BuildError::DuplicateDefinition(name.to_owned()));
        }
        Ok(self)
    }

    /// Sets the default experiment, for units that are not in an experiment.
    ///
    /// # Errors
    /// The definition does not exist.
    pub fn default_experiment(mut self, definition: &str) -> Result<Self, BuildError> {
        self.check_definition(definition)?;
        self.default = Some(definition.to_owned());
        Ok(self)
    }

    /// Starts an experiment on a number of segments.
    ///
    /// # Errors
    /// The definition does not exist, an experiment of that name is active, or there are not
    /// enough segments.
    pub fn add(mut self, name: &str, definition: &str, segments: u32) -> Result<Self, BuildError> {
        self.check_definition(definition)?;
        self.roster.add(name, segments, definition.to_owned())?;
        self.sequence.push(Step::Add(name.to_owned(), segments));
        Ok(self)
    }

    /// Ends an experiment. Its segments are free again.
    ///
    /// # Errors
    /// No experiment of that name is active.
    pub fn remove(mut self, name: &str) -> Result<Self, BuildError> {
        self.roster.remove(name)?;
        self.sequence.push(Step::Remove(name.to_owned()));
        Ok(self)
    }

    fn check_definition(&self, name: &str) -> Result<(), BuildError> {
        if self.definitions.contains_key(name) {
            return Ok(());
        }
        let nearest = nearest(name, self.definitions.keys().map(String::as_str));
        let (name, nearest) = (name.to_owned(), nearest.map(str::to_owned));
        Err(BuildError::UndefinedDefinition { name, nearest })
    }

    /// Allocates the segments.
    ///
    /// # Errors
    /// The name is not allowed, the number of segments is out of range, the script of a definition
    /// has another dialect, there is no default, or a setting needs segments that are not shared.
    pub fn build(self) -> Result<Namespace, BuildError> {
        self.build_like(None)
    }

    /// Builds the namespace. If `other` was allocated in the same way, its segments are used:
    /// allocation is the slow part.
    pub(super) fn build_like(self, allocated: Option<&Namespace>) -> Result<Namespace, BuildError> {
        if let Err(why) = check_name(&self.name) {
            return Err(BuildError::Name { name: self.name, why });
        }
        if !(1..=MAX_SEGMENTS).contains(&self.segments) {
            return Err(BuildError::Segments(self.segments));
        }
        // The dialect is known only now: it can be set after the definitions.
        if let Some((name, script)) =
            self.definitions.iter().find(|(_, script)| script.dialect() != self.dialect)
        {
            let (script, namespace) = (script.dialect(), self.dialect);
            return Err(BuildError::Dialect { definition: name.clone(), script, namespace });
        }
        if self.inputs.get(&self.unit).is_some_and(|unit| *unit != DeclaredInput::Anything) {
            return Err(BuildError::DeclaredUnit(self.unit));
        }
        let rules = self.rules()?;
        let hashed_name = self.hashed_name.clone().unwrap_or_else(|| self.name.clone());
        let salt = self.salt.clone().unwrap_or_else(|| hashed_name.clone());
        let experiment = |name: Option<&str>, definition: &str| -> Option<Experiment> {
            let script = Arc::clone(self.definitions.get(definition)?);
            let full_salt = format!("{salt}.{}", name.unwrap_or(definition));
            let (name, definition) = (name.unwrap_or_default().to_owned(), definition.to_owned());
            Some(Experiment::new(name, definition, full_salt, script))
        };
        let default = self.default.as_deref().and_then(|definition| experiment(None, definition));
        let default = default.ok_or(BuildError::NoDefault)?;

        let allocation;
        let held: Vec<(&str, &[u32])> = match allocated {
            Some(like) => like
                .experiments
                .iter()
                .map(|experiment| (experiment.name(), experiment.segments()))
                .collect(),
            None => {
                allocation = self.allocate(&hashed_name, rules, |_, _| {});
                allocation.held().collect()
            }
        };
        let mut owners = vec![None; self.segments as usize];
        let mut experiments = Vec::new();
        for (name, drawn) in held {
            let definition = self.roster.note(name).map(String::as_str).unwrap_or_default();
            let Some(mut experiment) = experiment(Some(name), definition) else {
                continue;
            };
            for &segment in drawn {
                owners[segment as usize] = u32::try_from(experiments.len()).ok();
            }
            experiment.segments = drawn.to_vec();
            experiment.segments.sort_unstable();
            experiments.push(experiment);
        }
        Ok(Namespace {
            hasher: Salt::of_segments(&hashed_name, rules.hashing).begin(),
            name: self.name,
            hashed_name,
            salt,
            unit: self.unit,
            dialect: self.dialect,
            hashing: rules.hashing,
            inputs: self.inputs,
            definitions: self.definitions,
            default,
            experiments,
            owners,
        })
    }

    /// The way in which the segments are given out.
    fn rules(&self) -> Result<Rules, BuildError> {
        let hashing = self.hashing.unwrap_or(self.dialect.segment_hashing());
        let not_shared =
            [("segment_pool", self.pool.is_some()), ("segment_sampling", self.sampling.is_some())];
        let said = not_shared.into_iter().find(|(_, is_said)| *is_said);
        if let (SegmentHashing::Shared, Some((setting, _))) = (hashing, said) {
            return Err(BuildError::SharedSegments { setting });
        }
        let pool = self.pool.unwrap_or(self.dialect.segment_pool());
        Ok(Rules { hashing, pool, sampling: self.sampling.unwrap_or_default() })
    }

    /// Allocates the segments, and shows those of each experiment that ends, with the index of the
    /// entry that ends it.
    pub(super) fn each_end(&self, ended: impl FnMut(usize, &[u32])) -> Result<(), BuildError> {
        let rules = self.rules()?;
        let hashed_name = self.hashed_name.as_deref().unwrap_or(&self.name);
        self.allocate(hashed_name, rules, ended);
        Ok(())
    }

    fn allocate(
        &self,
        hashed_name: &str,
        rules: Rules,
        ended: impl FnMut(usize, &[u32]),
    ) -> Allocation {
        let mut allocation = Allocation::new(hashed_name, self.segments, rules);
        allocation.replay(&self.sequence, ended);
        allocation
    }
}
