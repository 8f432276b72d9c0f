//! A log of exposures, with each unit once per experiment.

use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha1::{Digest, Sha1};

use super::Exposure;
use super::recent::Recent;
use crate::namespace::{Assignment, Namespace};
use crate::value::Map;

/// The destination of exposures: a file, a queue, a table.
pub trait Sink: Send + Sync {
    /// Writes an exposure. Several threads may call it at the same time.
    ///
    /// The exposure cannot be written. The log does not count it as logged then, so that the service
    /// can try again.
    fn write(&self, exposure: &Exposure<'_>) -> io::Result<()>;
}

/// Logs each unit once per experiment, as long as the log remembers the unit.
///
/// The log remembers the units that it has seen recently. A unit that comes back often is never
/// forgotten. A unit that comes back after a long time is logged once more, which does no harm where
/// analyses take the first exposure of a unit. The log can be shared between threads without a lock
/// around it.
#[derive(Debug)]
pub struct ExposureLog<S> {
    sink: S,
    recent: Mutex<Recent>,
}

impl<S: Sink> ExposureLog<S> {
    /// A log that remembers at most `memory` exposures. Each takes about 20 bytes.
    pub fn new(sink: S, memory: usize) -> ExposureLog<S> {
        ExposureLog { sink, recent: Mutex::new(Recent::new(memory)) }
    }

    /// Logs that a unit has seen its assignment, unless the unit is not in an experiment or was
    /// logged before. `time` is in seconds since 1970. Returns whether the unit was logged now.
    ///
    /// # Errors
    /// The sink cannot write the exposure. The exposure counts as not logged.
    pub fn log(
        &self,
        namespace: &Namespace,
        assignment: &Assignment<'_>,
        inputs: &Map,
        time: u64,
    ) -> io::Result<bool> {
        let Some(exposure) = Exposure::new(namespace, assignment, inputs, time) else {
            return Ok(false);
        };
        let key = key(&exposure);
        if !self.recent().insert(key) {
            return Ok(false);
        }
        self.sink.write(&exposure).inspect_err(|_| self.recent().remove(key))?;
        Ok(true)
    }

    /// The sink that the exposures are written to.
    pub fn sink(&self) -> &S {
        &self.sink
    }

    /// The sink that the exposures were written to.
    pub fn into_sink(self) -> S {
        self.sink
    }

    fn recent(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The key of a unit in an experiment. Each part has its length before it.
fn key(exposure: &Exposure<'_>) -> u64 {
    let unit = exposure.unit().as_text();
    let mut hash = Sha1::new();
    for part in [exposure.namespace.name(), exposure.experiment.salt(), &*unit] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    digest.iter().take(8).fold(0, |key, byte| key << 8 | u64::from(*byte))
}

/// Exposures as lines of JSON, as PlanOut's loggers and `planout eval --exposure` write them.
pub struct JsonLines<W>(Mutex<Output<W>>);

struct Output<W> {
    writer: W,
    /// Whether the last line may have been written in part.
    is_torn: bool,
}

impl<W: Write + Send> JsonLines<W> {
    /// Writes to a file or another stream. Each line is written at once, in one piece.
    pub fn new(writer: W) -> JsonLines<W> {
        JsonLines(Mutex::new(Output { writer, is_torn: false }))
    }

    /// Writes out the data that the writer holds back.
    ///
    /// # Errors
    /// The data cannot be written.
    pub fn flush(&self) -> io::Result<()> {
        self.output().writer.flush()
    }

    /// Returns the writer.
    pub fn into_inner(self) -> W {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner).writer
    }

    fn output(&self) -> MutexGuard<'_, Output<W>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: Write + Send> Sink for JsonLines<W> {
    fn write(&self, exposure: &Exposure<'_>) -> io::Result<()> {
        let line =
            exposure.to_line().map_err(|error| io::Error::new(ErrorKind::InvalidData, error))?;
        let mut output = self.output();
        // The rest of a line that failed must not be joined to this line.
        let line = if output.is_torn { format!("\n{line}") } else { line };
        let written = output.writer.write_all(line.as_bytes());
        output.is_torn = written.is_err();
        written
    }
}

impl<W> fmt::Debug for JsonLines<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JsonLines")
    }
}
