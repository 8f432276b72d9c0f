//! `--inputs-from`: the units of a file, also for `planout power`.

use clap::{Args, ValueEnum};
use planout::batch::{Batch, Compression, Error, Format, Input, OnError, Summary, Wanted};
use planout::simulate::{Logged, Sample, SampleError};
use planout::{Map, Namespace, Value};

use super::Simulate;
use super::form::File;

use crate::cli::Context;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::progress::{Bar, Bytes};
use crate::cli::rows::{self, Opened};

/// Advice about bad rows.
const SKIPS: &str = "`--on-error skip` leaves bad rows out";

/// Advice about bad rows of observed units: none may be left out.
const MENDS: &str = "the file may be cut off: export it again";

#[derive(Args, Debug)]
#[command(next_help_heading = "A file of units")]
pub(in crate::cli) struct BatchArgs {
    /// Evaluate the units of a file with their inputs, each unit once, in place of random units; `-`
    /// is standard input. With `--observed`, it gives the inputs of the observed units
    #[arg(long, alias = "batch", value_name = "FILE")]
    inputs_from: Option<String>,
    /// The format of the file [default: the ending of its name, else jsonl]
    #[arg(long, value_name = "FORMAT", requires = "inputs_from", value_parser = rows::formats())]
    input_format: Option<String>,
    /// Columns of CSV that are not strings: integer, float, boolean
    #[arg(long, value_name = "COLUMN:TYPE", value_delimiter = ',')]
    types: Vec<String>,
    /// On a bad row: stop, or skip it
    #[arg(long, value_name = "ACTION", requires = "inputs_from", default_value = "fail")]
    on_error: Bad,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Bad {
    Fail,
    Skip,
}

impl BatchArgs {
    /// The file of units, if there is one.
    pub(in crate::cli) fn file(&self) -> Option<&str> {
        self.inputs_from.as_deref()
    }

    /// Whether columns are given types.
    pub(super) fn has_types(&self) -> bool {
        !self.types.is_empty()
    }

    /// Reads the units of a file, with notes about them.
    pub(in crate::cli) fn sample<'n>(
        &self,
        namespace: &'n Namespace,
        constants: Map,
        file: &str,
        delimiter: Option<u8>,
        context: &Context,
    ) -> Outcome<(Sample<'n>, Vec<String>)> {
        let (format, compression) =
            rows::input_format(file, self.input_format.as_deref(), delimiter)?;
        rows::check_parquet(file, (format, compression))?;
        let name = rows::shown(file);
        let types = rows::types(&self.types)?;
        let on_error = match self.on_error {
            Bad::Fail => OnError::Fail,
            Bad::Skip => OnError::Skip,
        };
        let batch = Batch::new(vec![namespace], name, format, format);
        let batch = Batch { types, delimiter, constants, on_error, ..batch };
        let Opened { input, size, read } = rows::open(file, format, compression)?;
        let bytes = size.map(|size| Bytes { read, size });
        let bar = Bar::of_file(name, "rows", bytes, !context.output.is_quiet());
        let mut sample = Sample::new(namespace, &batch.columns());
        let mut add = |row: &[Value]| {
            bar.progress().add(1);
            sample.add(row).map_err(|error| unfit(name, error))
        };
        let summary = batch.read(input, &mut add);
        drop(bar);
        let summary = summary.map_err(|error| rows::fail(error, &[], None, SKIPS))?;
        if sample.units() == 0 {
            return Err(Failure::wrong(format!("`{name}` has no units")));
        }
        let notes = notes(name, &sample, &summary, context);
        rows::misspelt(name, &summary).for_each(|warning| context.output.note(&warning));
        Ok((sample, notes))
    }
}

/// Reads observed units, a row each.
pub(super) fn rows(
    command: &Simulate,
    logged: &mut Logged<'_>,
    path: &str,
    (format, file): (Format, File),
    context: &Context,
) -> Outcome {
    let name = rows::shown(path);
    // Parquet has the params of a batch as texts, too.
    let is_text = format != Format::Jsonl;
    let has_types = matches!(format, Format::Csv | Format::Tsv);
    // With a file of inputs, the types are those of its columns.
    let types = match command.batch.inputs_from {
        None if has_types => rows::types(&command.batch.types)?,
        _ => Vec::new(),
    };
    let wanted = Wanted { units: Vec::new(), others: logged.columns() };
    let batch = Batch::new(vec![logged.namespace()], name, format, format);
    let delimiter = command.delimiter.delimiter;
    let batch = Batch { types, delimiter, wanted, on_error: OnError::Fail, ..batch };
    let columns = batch.columns();
    let bar = Bar::new(name, "rows", context);
    let input = match format {
        Format::Parquet => rows::open(path, format, Compression::None)?.input,
        _ => Input::Stream(file.reader),
    };
    let (mut number, mut was_alarm) = (0, false);
    let read = batch.read(input, &mut |row| {
        bar.progress().add(1);
        number += 1;
        logged.add_row(&columns, row, is_text, number).map_err(|error| Error::Unfit {
            message: format!("`{name}`, row {number}"),
            help: None,
            part: None,
            cause: Some(Box::new(error)),
        })?;
        if logged.alarm().is_some() && !was_alarm {
            was_alarm = true;
            context
                .output
                .note(format!("warning: not as designed from row {number} of `{name}` on"));
        }
        Ok(())
    });
    drop(bar);
    let summary = read.map_err(|error| rows::fail(error, &[], None, MENDS))?;
    rows::misspelt(name, &summary).for_each(|warning| context.output.note(&warning));
    Ok(())
}

/// The failure for a file that cannot be used as a sample.
fn unfit(name: &str, error: SampleError) -> Error {
    let message = format!("`{name}` cannot be used");
    let help = match &error {
        SampleError::ManyGroups { column, .. } => Some(format!(
            "shares are computed for each combination of inputs: use fewer rows, or coarser values of `{column}`"
        )),
        _ => None,
    };
    Error::Unfit { message, help, part: None, cause: Some(Box::new(error)) }
}

/// Notes about the units of a file.
fn notes(name: &str, sample: &Sample<'_>, summary: &Summary, context: &Context) -> Vec<String> {
    let mut notes = Vec::new();
    let inputs: Vec<String> = sample.inputs().iter().map(|input| format!("`{input}`")).collect();
    if !inputs.is_empty() {
        let combinations = match sample.groups().len() {
            1 => "1 combination".to_owned(),
            more => format!("{more} combinations"),
        };
        notes.push(format!("{combinations} of {}", inputs.join(", ")));
    }
    let rows = |count: u64| if count == 1 { "1 row".to_owned() } else { format!("{count} rows") };
    if sample.repeated() > 0 {
        notes.push(format!("{} of repeated units ignored", rows(sample.repeated())));
    }
    let first = summary.bad.iter().flatten().map(|(_, row)| row).min_by_key(|row| row.line);
    if let Some(first) = first {
        let (count, place) = (rows(summary.bad_rows()), first.place());
        let reason = context.with_causes(first);
        notes.push(format!("{count} left out; the first: {name}:{place}: {reason}"));
    }
    notes
}
