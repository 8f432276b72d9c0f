//! A namespace built in code.

use std::sync::Arc;

use indexmap::IndexMap;

use super::allocation::{Allocation, Rules, Step};
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
    /// A name that cannot be the name of a file.
    #[error("`{}` cannot be the name of a namespace: {why}", crate::diagnostic::visible(name))]
    Name {
        /// The name.
        name: String,
        /// The problem.
        why: &'static str,
    },
    /// No segments, or more than [`MAX_SEGMENTS`].
    #[error("a namespace has from 1 to {MAX_SEGMENTS} segments, not {0}")]
    Segments(u32),
    /// A definition whose script is of another dialect than the namespace: their hashes differ.
    #[error("definition `{definition}` is of the dialect {script}, the namespace of {namespace}")]
    Dialect {
        /// The definition.
        definition: String,
        /// The dialect of its script.
        script: Dialect,
        /// The dialect of the namespace.
        namespace: Dialect,
    },
    /// A setting that only counts where segments are not shared with other namespaces.
    #[error("`{setting}` needs the segment hashing `namespace`, and this one is `shared`")]
    SharedSegments {
        /// The setting.
        setting: &'static str,
    },
    /// A definition defined twice.
    #[error("definition `{0}` is defined twice")]
    DuplicateDefinition(String),
    /// A reference to a definition that does not exist.
    #[error("definition `{name}` is not defined{}", match nearest {
        Some(nearest) => format!(": did you mean `{nearest}`?"),
        None => String::new(),
    })]
    UndefinedDefinition {
        /// The name.
        name: String,
        /// The defined name that is nearest.
        nearest: Option<String>,
    },
    /// No default experiment was set.
    #[error("the namespace has no default experiment")]
    NoDefault,
    /// An entry of the sequence that cannot be done.
    #[error(transparent)]
    Sequence(#[from] SequenceError),
}

/// Builds a [`Namespace`]: definitions first, then what happens to the segments, in order.
///
/// The order of [`add`](Self::add) and [`remove`](Self::remove) decides which segments an
/// experiment gets: only append to it while experiments run.
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
            definitions: IndexMap::new(),
            default: None,
            roster: Roster::new(segments),
            sequence: Vec::new(),
        }
    }

    /// The dialect; without it planout4j's. The scripts of all definitions must be of it, whichever
    /// is said first.
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// The segment hashing; without it the dialect's.
    #[must_use]
    pub fn segment_hashing(mut self, hashing: SegmentHashing) -> Self {
        self.hashing = Some(hashing);
        self
    }

    /// The order of the free segments; without it the dialect's.
    #[must_use]
    pub fn segment_pool(mut self, pool: SegmentPool) -> Self {
        self.pool = Some(pool);
        self
    }

    /// How segments are drawn; without it by a full shuffle.
    #[must_use]
    pub fn segment_sampling(mut self, sampling: SegmentSampling) -> Self {
        self.sampling = Some(sampling);
        self
    }

    /// The name that hashes take; without it the namespace's. A compiled namespace that was given
    /// another name keeps the one that its units were assigned by.
    #[must_use]
    pub fn hashed_name(mut self, name: &str) -> Self {
        self.hashed_name = Some(name.to_owned());
        self
    }

    /// The beginning of the salts of the experiments; without it, or if it is blank, the name that
    /// hashes take.
    #[must_use]
    pub fn salt(mut self, salt: &str) -> Self {
        self.salt = Some(salt.trim().to_owned()).filter(|salt| !salt.is_empty());
        self
    }

    /// Defines what experiments can run.
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

    /// Sets what units see that are in no experiment.
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

    /// Ends an experiment, whose segments are free again.
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
    /// The name cannot be one, the number of segments is out of range, a definition is a script of
    /// another dialect, there is no default, or a setting is for segments that are not shared.
    pub fn build(self) -> Result<Namespace, BuildError> {
        self.build_like(None)
    }

    /// Builds it with the segments of a namespace that was allocated in the same way, if there is
    /// one: allocation is what takes time.
    pub(super) fn build_like(self, allocated: Option<&Namespace>) -> Result<Namespace, BuildError> {
        if let Err(why) = check_name(&self.name) {
            return Err(BuildError::Name { name: self.name, why });
        }
        if !(1..=MAX_SEGMENTS).contains(&self.segments) {
            return Err(BuildError::Segments(self.segments));
        }
        // Only now the dialect is known: it can be said after the definitions.
        if let Some((name, script)) =
            self.definitions.iter().find(|(_, script)| script.dialect() != self.dialect)
        {
            let (script, namespace) = (script.dialect(), self.dialect);
            return Err(BuildError::Dialect { definition: name.clone(), script, namespace });
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
                allocation = self.allocate(&hashed_name, rules);
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
            definitions: self.definitions,
            default,
            experiments,
            owners,
        })
    }

    /// How the segments are given out.
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

    fn allocate(&self, hashed_name: &str, rules: Rules) -> Allocation {
        let mut allocation = Allocation::new(hashed_name, self.segments, rules);
        allocation.replay(&self.sequence);
        allocation
    }
}
