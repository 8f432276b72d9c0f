//! Observed units: a table of counts, or a log of exposures.

use std::error::Error;
use std::io::{BufRead, BufReader};

use planout::simulate::{DEFAULT, Design, Exposures, Observed, ReadError, Table, TableError};

use crate::cli::Context;
use crate::cli::delimiter;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::progress::Bar;

/// A file or standard input, which is read as a stream.
pub(super) struct File<'p> {
    path: &'p str,
    reader: Box<dyn BufRead>,
}

impl<'p> File<'p> {
    pub(super) fn open(path: &'p str) -> Outcome<File<'p>> {
        let reader: Box<dyn BufRead> = match path {
            "-" => Box::new(std::io::stdin().lock()),
            path => match std::fs::File::open(path) {
                Ok(file) => Box::new(BufReader::new(file)),
                Err(error) => return Err(unreadable(path, error)),
            },
        };
        Ok(File { path, reader })
    }

    /// Whether it holds JSON lines, rather than a table.
    pub(super) fn is_log(&mut self) -> Outcome<bool> {
        let start = self.reader.fill_buf().map_err(|error| unreadable(self.path, error))?;
        Ok(start.trim_ascii_start().starts_with(b"{"))
    }
}

fn unreadable(path: &str, error: std::io::Error) -> Failure {
    Failure::broken(error).context(format!("cannot read `{path}`"))
}

/// An error of a file with its place.
fn wrong<P: Error + Send + Sync + 'static>(path: &str, error: ReadError<P>) -> Failure {
    match error {
        ReadError::Io(error) => unreadable(path, error),
        ReadError::Line { line, problem } => {
            Failure::wrong(problem).context(format!("`{path}`, line {line}"))
        }
    }
}

/// Reads a table of counts.
pub(super) fn table(
    design: &Design<'_>,
    file: File<'_>,
    delimiter: Option<u8>,
) -> Outcome<Observed> {
    let path = file.path;
    let table = Table::read_with(design, file.reader, delimiter.unwrap_or(b','));
    let table = table.map_err(|error| {
        let help = match &error {
            ReadError::Line { problem: TableError::Delimiter { found, .. }, .. } => {
                Some(delimiter::help(*found))
            }
            _ => None,
        };
        let failure = wrong(path, error);
        match help {
            Some(help) => failure.help(help),
            None => failure,
        }
    })?;
    Ok(table.observed())
}

/// Reads a log of exposures, with notes about the skipped records.
pub(super) fn log(
    design: &Design<'_>,
    file: File<'_>,
    context: &Context,
) -> Outcome<(Observed, Vec<String>)> {
    let path = file.path;
    let mut log = Exposures::new(design);
    let bar = Bar::new(path, "lines", context);
    log.read_with(file.reader, bar.progress()).map_err(|error| wrong(path, error))?;
    drop(bar);
    if log.units() == 0 {
        let message = format!(
            "`{path}` has no exposures of namespace `{}`: {} of other experiments, {} other events",
            design.namespace.name(),
            log.other_experiments,
            log.other_events
        );
        return Err(Failure::wrong(message));
    }
    let mut notes = vec![format!("{} exposed", super::text::units(log.units() as u64))];
    let mut note = |count: u64, what: &str| {
        if count > 0 {
            notes.push(format!("{count} {what}"));
        }
    };
    note(log.other_events, "records of other events ignored");
    note(log.other_experiments, "records of other experiments ignored");
    note(log.moved, "exposures to a second experiment ignored");
    note(
        log.misplaced,
        "units exposed to another experiment than the one that this namespace assigns",
    );
    let observed = log.observed();
    let absent = design.cohorts.iter().zip(&observed.cohorts).filter(|(_, count)| count.is_none());
    for (cohort, _) in absent.filter(|(cohort, _)| cohort.segments > 0) {
        let name = cohort.experiment.as_deref().unwrap_or(DEFAULT);
        notes.push(format!("no exposures of `{name}`: it is left out"));
    }
    Ok((observed, notes))
}
