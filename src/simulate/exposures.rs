//! The log of a service, with the exposures of units to experiments, in the form of PlanOut's
//! loggers.

use std::io::{BufRead, Read};

use super::logged::{Logged, LoggedError, LoggedUnit};
use super::read::ReadError;
use crate::exposure::{Record, RecordError, is_named};
use crate::progress::Progress;
use crate::tree::json;
use crate::value::{Map, Value};

/// The longest line, in bytes.
const MAX_LINE: usize = 8 << 20;

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub number: u64,
    /// Whether a sequential test failed at it for the first time.
    pub is_alarm: bool,
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
    /// The unit cannot be counted.
    #[error(transparent)]
    Logged(#[from] LoggedError),
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

impl Logged<'_> {
    /// Reads a whole log of exposures, as PlanOut's loggers write it. Blank lines are skipped, and so
    /// are records of other experiments and events. A record belongs to the experiment whose salt is
    /// its `salt`, or else to the one of its `name`.
    ///
    /// # Errors
    /// The log cannot be read, or one of its lines is not a record of a log.
    pub fn read_exposures(&mut self, input: impl BufRead) -> Result<(), ReadError<LogError>> {
        self.read_exposures_with(input, &Progress::new(), &mut |_| {})
    }

    /// The same, and counts the lines that have been read. `each` is told of each line.
    ///
    /// # Errors
    /// The same errors as [`Logged::read_exposures`].
    pub fn read_exposures_with(
        &mut self,
        mut input: impl BufRead,
        progress: &Progress,
        each: &mut dyn FnMut(Line),
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
            let was_alarm = self.alarm().is_some();
            if !text.trim().is_empty() {
                self.add_exposure(text.trim_end_matches(['\r', '\n']), line).map_err(
                    |problem| {
                        let is_open = matches!(problem, LogError::Record(RecordError::Json(_)))
                            && json::is_cut(text);
                        cut(problem, is_last && is_open)
                    },
                )?;
            }
            each(Line { number: line, is_alarm: !was_alarm && self.alarm().is_some() });
        }
        Ok(())
    }

    /// Counts a line of a log of exposures with its number, from 1.
    ///
    /// # Errors
    /// The line is not a record of a log.
    pub fn add_exposure(&mut self, text: &str, line: u64) -> Result<(), LogError> {
        let record = Record::read(text)?;
        if !record.is_exposure() {
            self.other_events += 1;
            return Ok(());
        }
        let Some(cohort) = self.cohort_of(&record) else {
            self.other_experiment(&record);
            return Ok(());
        };
        let name = self.namespace().unit();
        let none = Map::new();
        let inputs = record.map("inputs").unwrap_or(&none);
        let unit = inputs.get(name).filter(|unit| !unit.is_null());
        let unit = unit.ok_or_else(|| LogError::MissingUnit(name.to_owned()))?;
        self.note(&record, cohort);
        let params = record.map("params");
        let part = self.by().and_then(|by| record.value(by));
        self.add(&LoggedUnit { unit, cohort, inputs, params, is_text: false, part, line })?;
        Ok(())
    }

    fn cohort_of(&self, record: &Record) -> Option<usize> {
        let namespace = self.namespace();
        let all = || namespace.experiments().iter().chain([namespace.default_experiment()]);
        let by_salt = record
            .text("salt")
            .and_then(|salt| all().position(|experiment| experiment.salt() == salt));
        let name = || record.text("name");
        let named = |name: &str| all().position(|experiment| is_named(experiment, namespace, name));
        by_salt.or_else(|| name().and_then(named))
    }

    /// Counts a record of an experiment that is not active here. Its name may tell that it was.
    fn other_experiment(&mut self, record: &Record) {
        self.other_experiments += 1;
        let namespace = self.namespace().name();
        let of_this = |text: Option<&str>, separator: char| {
            let rest = text.and_then(|text| text.strip_prefix(namespace));
            rest.and_then(|rest| rest.strip_prefix(separator)).map(str::to_owned)
        };
        let name = of_this(record.text("name"), '-').or_else(|| of_this(record.text("salt"), '.'));
        match (name, &mut self.inactive) {
            (Some(_), Some((_, count))) => *count += 1,
            (Some(name), none) => *none = Some((name, 1)),
            (None, _) => {}
        }
    }

    /// Notes the time and the script of a record.
    fn note(&mut self, record: &Record, cohort: usize) {
        if let Some(time) = record.value("time").and_then(Value::as_float).filter(|it| *it >= 0.0) {
            // Some loggers write milliseconds.
            let time = if time > 1e11 { time / 1000.0 } else { time } as u64;
            let (first, last) = self.times.unwrap_or((time, time));
            self.times = Some((first.min(time), last.max(time)));
        }
        let namespace = self.namespace();
        let experiment = namespace.experiments().get(cohort);
        let script = experiment.unwrap_or(namespace.default_experiment()).script();
        let is_other = record.text("checksum").is_some_and(|it| it != script.checksum());
        self.other_scripts += u64::from(is_other);
    }
}
