//! Batches: whole files of units. Each row of the input gives a row of the output, in the same order
//! and with little memory.
//!
//! ```
//! use planout::batch::{Batch, Format, Input};
//! use planout::{Catalog, Dialect};
//!
//! let catalog = Catalog::load("sample-namespaces", Dialect::Planout4j)?;
//! let namespace = catalog.get("button_color").expect("the sample is there");
//!
//! let users = "userid,country\nann,NL\nbob,US\n";
//! let batch = Batch::new(vec![namespace], "users.csv", Format::Csv, Format::Csv);
//! let mut out = Vec::new();
//! let summary = batch.run(Input::Stream(Box::new(users.as_bytes())), &mut out, &mut |_| {})?;
//!
//! let out = String::from_utf8(out)?;
//! assert_eq!(out.lines().next(), Some("userid,segment,experiment,in_experiment,color,label"));
//! assert_eq!(summary.rows, 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The input is cut into pieces at the ends of rows. Workers read, assign and write pieces
//! independently, and their results are put in order again: see the modules inside.

mod chunks;
mod columns;
mod csv;
mod encode;
mod error;
mod fields;
mod format;
mod input;
mod jsonl;
#[cfg(feature = "parquet")]
mod parquet;
mod pipeline;
mod read;
mod stream;
mod undeclared;
mod worker;
mod write;

use std::io::{self, Write};

pub use crate::value::Type;
pub use columns::Misspelt;
pub use error::{BadRow, Error, Part, Reason, ReasonKind};
pub use format::{Compression, Format};
pub use input::Input;
#[cfg(feature = "parquet")]
pub use parquet::PARQUET_THREAD;
pub use stream::{Compressor, decompress};
pub use undeclared::Undeclared;

use self::columns::ColumnPlan;
use self::encode::{Delimited, Encode, Encoded, Exposures, Lines};
#[cfg(feature = "parquet")]
use self::encode::{Table, Tables};
use self::input::Layout;
use self::worker::{Done, Piece, Worker};
use crate::eval::Effort;
use crate::namespace::Namespace;
use crate::value::Map;

/// The settings of a batch.
#[derive(Debug)]
pub struct Batch<'n> {
    /// The namespaces in which each row is assigned.
    pub namespaces: Vec<&'n Namespace>,
    /// The name of the input in messages.
    pub name: String,
    /// The format of the input.
    pub input: Format,
    /// The format of the output.
    pub output: Format,
    /// The columns that are copied from each row.
    pub keep: Keep,
    /// The params that are written, in order. If there are none, all params are written.
    pub params: Vec<String>,
    /// The types of columns that are not strings. Only CSV and TSV need them.
    pub types: Vec<(String, Type)>,
    /// The columns that [`Batch::read`] reads in addition to those that the namespaces read.
    pub wanted: Wanted,
    /// The delimiter of the input, if it is not the usual one of the format: a character of ASCII, in
    /// CSV and TSV only.
    pub delimiter: Option<u8>,
    /// Inputs that are the same for all rows.
    pub constants: Map,
    /// The treatment of bad rows.
    pub on_error: OnError,
    /// The number of threads that assign rows. With one thread, the calling thread does all the work.
    pub threads: usize,
    /// Writes exposures instead of rows, with this time in seconds since 1970. They are written as
    /// JSON lines, whatever the format of the output.
    pub exposure: Option<u64>,
}

/// The columns of rows that are read and not assigned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The primary units. Each row must have at least one of them.
    pub units: Vec<String>,
    /// Other inputs.
    pub others: Vec<String>,
}

/// The columns that are copied from each row of the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keep {
    /// All columns.
    All,
    /// The primary units and these columns.
    Columns(Vec<String>),
}

/// The treatment of a bad row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnError {
    /// A bad row ends the batch.
    #[default]
    Fail,
    /// A bad row is left out.
    Skip,
    /// A bad row is written without an answer.
    Null,
}

/// The result of a batch.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Summary {
    /// The number of rows of the input.
    pub rows: u64,
    /// The number of rows of the output, or of rows that were handed on.
    pub written: u64,
    /// The columns that are probably misspelt. For JSON lines they are known only after the last row.
    pub misspelt: Vec<Misspelt>,
    /// The inputs that have other values in some rows than their namespaces declare.
    pub undeclared: Vec<Undeclared>,
    /// The number of bad rows and the first of them, for each kind of [`ReasonKind::ALL`].
    pub bad: [Option<(u64, BadRow)>; ReasonKind::ALL.len()],
}

impl Summary {
    fn add(&mut self, row: BadRow) {
        self.count(1, row);
    }

    fn count(&mut self, count: u64, row: BadRow) {
        match &mut self.bad[row.reason.kind() as usize] {
            Some((known, _)) => *known += count,
            none => *none = Some((count, row)),
        }
    }

    /// Adds the summary of a later part of the file.
    fn append(&mut self, later: Summary) {
        self.rows += later.rows;
        self.written += later.written;
        Undeclared::append(&mut self.undeclared, later.undeclared);
        for (count, row) in later.bad.into_iter().flatten() {
            self.count(count, row);
        }
    }

    /// The number of bad rows.
    pub fn bad_rows(&self) -> u64 {
        self.bad.iter().flatten().map(|(count, _)| count).sum()
    }
}

impl<'n> Batch<'n> {
    /// A batch that copies the primary units and ends at the first bad row, on one thread.
    pub fn new(
        namespaces: Vec<&'n Namespace>,
        name: impl Into<String>,
        input: Format,
        output: Format,
    ) -> Batch<'n> {
        Batch {
            namespaces,
            name: name.into(),
            input,
            output,
            keep: Keep::Columns(Vec::new()),
            params: Vec::new(),
            types: Vec::new(),
            wanted: Wanted::default(),
            delimiter: None,
            constants: Map::new(),
            on_error: OnError::Fail,
            threads: 1,
            exposure: None,
        }
    }

    /// Assigns all rows. `progress` is called before the first row, and then from time to time with
    /// the summary of the rows that have been written.
    ///
    /// # Errors
    /// The input cannot be read, the output cannot be written, the settings do not fit the input, or
    /// a row is bad and bad rows end the batch. The rows before it have been written.
    pub fn run(
        &self,
        input: Input,
        output: &mut (dyn Write + Send),
        progress: &mut dyn FnMut(&Summary),
    ) -> Result<Summary, Error> {
        let (mut pieces, layout) = input::open(self, input)?;
        layout.plan.check_output(self)?;
        self.rows(&layout, move || pieces.next(), output, progress)
    }

    fn encoder<'p>(&self, plan: &'p ColumnPlan<'_>) -> Box<dyn Encode + 'p> {
        let some_params = !self.params.is_empty();
        match (self.exposure, self.output, self.output.delimiter()) {
            (Some(time), ..) => Box::new(Exposures::new(plan, some_params, time)),
            (None, _, Some(delimiter)) => Box::new(Delimited::new(plan, delimiter)),
            #[cfg(feature = "parquet")]
            (None, Format::Parquet, None) => Box::new(Tables::new(plan)),
            (None, _, None) => Box::new(Lines::new(plan, some_params)),
        }
    }

    fn rows(
        &self,
        layout: &Layout<'_>,
        next: impl FnMut() -> Result<Option<Piece>, Error> + Send + 'static,
        output: &mut (dyn Write + Send),
        progress: &mut dyn FnMut(&Summary),
    ) -> Result<Summary, Error> {
        let plan = &layout.plan;
        let mut sink = self.sink(plan, output)?;
        let worker = || {
            let mut worker = Worker::new(plan, self.on_error, layout.parser(), self.encoder(plan));
            move |piece, give: &mut dyn FnMut(Done) -> bool| worker.work(piece, give)
        };
        let mut summary = Summary { misspelt: plan.misspelt.clone(), ..Summary::default() };
        progress(&summary);
        let mut wasted = Effort::default();
        pipeline::run(self.threads, next, worker, |done: Done| {
            sink.put(done.encoded).map_err(Error::Write)?;
            summary.append(done.summary);
            progress(&summary);
            wasted += done.wasted;
            if wasted >= Effort::MOST {
                let first = summary.bad[ReasonKind::Script as usize].take();
                return Err(Error::exhausted(first.map(|(_, row)| row)));
            }
            match done.stop {
                None => Ok(()),
                Some(row) => Err(Error::Row { name: self.name.clone(), row: Box::new(row) }),
            }
        })?;
        sink.finish().map_err(Error::Write)?;
        Ok(summary)
    }

    /// Starts the output.
    fn sink<'o>(
        &self,
        plan: &ColumnPlan<'_>,
        output: &'o mut (dyn Write + Send),
    ) -> Result<Sink<'o>, Error> {
        if self.exposure.is_some() {
            return Ok(Sink::Text(output));
        }
        if self.output == Format::Parquet {
            #[cfg(feature = "parquet")]
            return parquet::Writer::new(&plan.header(), Table::new(plan), output)
                .map(|writer| Sink::Parquet(Box::new(writer)))
                .map_err(Error::Write);
            #[cfg(not(feature = "parquet"))]
            return Err(no_parquet());
        }
        if let Some(delimiter) = self.output.delimiter() {
            let header = Delimited::header(plan, delimiter);
            output.write_all(header.as_bytes()).map_err(Error::Write)?;
        }
        Ok(Sink::Text(output))
    }
}

#[cfg(not(feature = "parquet"))]
fn no_parquet() -> Error {
    Error::unfit("this build has no Parquet: it was made without the feature `parquet`")
}

/// The writer of the rows.
enum Sink<'o> {
    Text(&'o mut (dyn Write + Send)),
    #[cfg(feature = "parquet")]
    Parquet(Box<parquet::Writer<'o>>),
}

impl Sink<'_> {
    /// Writes rows. Text is flushed, for programs that wait for it.
    fn put(&mut self, rows: Encoded) -> io::Result<()> {
        match (self, rows) {
            (Sink::Text(output), Encoded::Text(text)) => {
                output.write_all(text.as_bytes())?;
                output.flush()
            }
            #[cfg(feature = "parquet")]
            (Sink::Parquet(writer), Encoded::Table(table)) => writer.add(table),
            // The encoders and this sink have the same format.
            #[cfg(feature = "parquet")]
            _ => Ok(()),
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Sink::Text(output) => output.flush(),
            #[cfg(feature = "parquet")]
            Sink::Parquet(writer) => writer.finish(),
        }
    }
}
