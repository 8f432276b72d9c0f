//! The log of a service, with the exposures of units to experiments, in the form of PlanOut's
//! loggers.

use std::collections::HashMap;
use std::io::{BufRead, Read};

use super::design::{Design, Scope};
use super::observe::Observed;
use super::read::ReadError;
use super::recognize::recognize;
use crate::distribution::Distribution;
use crate::exposure::{Record, RecordError, is_named};
use crate::progress::Progress;
use crate::tree::json;
use crate::value::{Map, Value};

/// The longest line, in bytes.
const MAX_LINE: usize = 8 << 20;

/// Counts the units of a log, line by line. Each unit counts once, at its first exposure.
///
/// A record belongs to the experiment whose salt is its `salt`, or else to the one of its `name`.
/// Records of other experiments and events are skipped.
#[derive(Debug)]
pub struct Exposures<'d> {
    design: &'d Design<'d>,
    /// The first experiment of each unit.
    units: HashMap<String, usize>,
    observed: Observed,
    /// The number of records of other events than an exposure.
    pub other_events: u64,
    /// The number of records of experiments that are not active in the namespace.
    pub other_experiments: u64,
    /// The number of units that were exposed to a second experiment, too.
    pub moved: u64,
    /// The number of units that the namespace puts into another experiment than the log.
    pub misplaced: u64,
}

/// An error in a line of a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// The line is not a record.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The record lacks the input that names the unit.
    #[error("the record has no unit: `inputs` must have `{0}`")]
    MissingUnit(String),
    /// The line is not text.
    #[error("not UTF-8")]
    NotUtf8,
    /// The last line is cut off.
    #[error("the file ends in the middle of this record")]
    Cut(#[source] Box<LogError>),
    /// The line is too long.
    #[error("a line of more than {} MB", MAX_LINE >> 20)]
    TooLong,
}

impl<'d> Exposures<'d> {
    /// A counter for the log of a namespace. Only units in experiments count.
    pub fn new(design: &'d Design<'d>) -> Exposures<'d> {
        let cohorts = vec![None; design.cohorts.len()];
        Exposures {
            design,
            units: HashMap::new(),
            observed: Observed { cohorts, ..Observed::default() },
            other_events: 0,
            other_experiments: 0,
            moved: 0,
            misplaced: 0,
        }
    }

    /// Reads a whole log. Blank lines are skipped.
    ///
    /// # Errors
    /// The log cannot be read, or one of its lines is not a record of a log.
    pub fn read(&mut self, input: impl BufRead) -> Result<(), ReadError<LogError>> {
        self.read_with(input, &Progress::new())
    }

    /// The same, and counts the lines that have been read.
    ///
    /// # Errors
    /// The same errors as [`Exposures::read`].
    pub fn read_with(
        &mut self,
        mut input: impl BufRead,
        progress: &Progress,
    ) -> Result<(), ReadError<LogError>> {
        let mut bytes = Vec::new();
        for line in 1.. {
            let wrong = |problem| ReadError::Line { line, problem };
            bytes.clear();
            input.by_ref().take(MAX_LINE as u64 + 1).read_until(b'\n', &mut bytes)?;
            if bytes.is_empty() {
                break;
            }
            if bytes.len() > MAX_LINE {
                return Err(wrong(LogError::TooLong));
            }
            progress.add(1);
            let is_last = !bytes.ends_with(b"\n");
            let cut = |problem, is_cut| {
                wrong(if is_cut { LogError::Cut(Box::new(problem)) } else { problem })
            };
            let text = std::str::from_utf8(&bytes)
                .map_err(|error| cut(LogError::NotUtf8, is_last && error.error_len().is_none()))?;
            if !text.trim().is_empty() {
                self.add(text.trim_end_matches(['\r', '\n'])).map_err(|problem| {
                    let is_open = matches!(problem, LogError::Record(RecordError::Json(_)))
                        && json::is_cut(text);
                    cut(problem, is_last && is_open)
                })?;
            }
        }
        Ok(())
    }

    /// Counts a line.
    ///
    /// # Errors
    /// The line is not a record of a log.
    pub fn add(&mut self, line: &str) -> Result<(), LogError> {
        let record = Record::read(line)?;
        if !record.is_exposure() {
            self.other_events += 1;
            return Ok(());
        }
        let Some(cohort) = self.cohort(&record) else {
            self.other_experiments += 1;
            return Ok(());
        };
        let name = self.design.namespace.unit();
        let inputs = record.map("inputs");
        let unit = inputs.and_then(|inputs| inputs.get(name)).filter(|unit| !unit.is_null());
        let unit = unit.ok_or_else(|| LogError::MissingUnit(name.to_owned()))?;
        self.expose(unit, cohort, record.map("params"));
        Ok(())
    }

    fn cohort(&self, record: &Record) -> Option<usize> {
        let namespace = self.design.namespace;
        let all = || namespace.experiments().iter().chain([namespace.default_experiment()]);
        let by_salt = record
            .text("salt")
            .and_then(|salt| all().position(|experiment| experiment.salt() == salt));
        let name = || record.text("name");
        let named = |name: &str| all().position(|experiment| is_named(experiment, namespace, name));
        by_salt.or_else(|| name().and_then(named))
    }

    fn expose(&mut self, unit: &Value, cohort: usize, params: Option<&Map>) {
        let text = unit.as_text();
        match self.units.get(&*text) {
            Some(first) => {
                self.moved += u64::from(*first != cohort);
                return;
            }
            None => self.units.insert(text.into_owned(), cohort),
        };
        let namespace = self.design.namespace;
        let owner = namespace.owner(namespace.segment(unit));
        self.misplaced += u64::from(owner.unwrap_or(self.design.cohorts.len() - 1) != cohort);
        *self.observed.cohorts[cohort].get_or_insert(0) += 1;
        for (name, value) in params.into_iter().flatten() {
            let scope = Scope::Cohort(cohort);
            // A param that no script sets is not a param of the namespace.
            let Some(found) = self.design.param(scope, name) else {
                continue;
            };
            let counts = self.observed.params.entry((scope, name.clone())).or_default();
            let value = recognize(found.ok(), value.clone());
            let measured =
                |it: &Distribution| !it.spans().is_empty() && it.position(&value).is_none();
            match value.as_float().filter(|_| found.is_ok_and(measured)) {
                Some(number) => counts.numbers.push(number),
                None => counts.add(&value, 1, found.ok()),
            }
        }
    }

    /// The number of units that were exposed.
    pub fn units(&self) -> usize {
        self.units.len()
    }

    /// The counts.
    pub fn observed(self) -> Observed {
        self.observed
    }
}
