//! `--units`: a file of units with columns, as for batches, or a plain list of ids.

use std::io::{BufRead, BufReader, Cursor, ErrorKind, Read};
use std::path::Path;

use clap::Args;
use planout::batch::{Batch, Error, Format, Input, Wanted};
use planout::nearest::nearest;
use planout::plan::{Inputs, Unit, Units};
use planout::{Map, Value};

use crate::cli::Context;
use crate::cli::delimiter::{self, DelimiterArg};
use crate::cli::failure::{Failure, Outcome};
use crate::cli::rows;

/// The most units. They are held in memory.
const MAX_UNITS: usize = 10_000_000;

/// The most bytes of a file that are looked at to recognize its format.
const MAX_LINE: usize = 1 << 20;

#[derive(Args, Debug)]
#[command(mut_arg("delimiter", |delimiter| delimiter.requires("units")))]
pub(super) struct UnitsFile {
    /// Evaluate the units of a file: a column for each input, in any format that `eval --batch`
    /// reads, or a list of ids; `-` is standard input
    #[arg(long, value_name = "FILE")]
    units: Option<String>,
    /// The format of the file of units [default: the ending of its name, else recognized by its first
    /// line]
    #[arg(long, value_name = "FORMAT", requires = "units", value_parser = rows::formats())]
    input_format: Option<String>,
    #[command(flatten)]
    delimiter: DelimiterArg,
    /// Columns of CSV that are not strings: integer, float, boolean
    #[arg(long, value_name = "COLUMN:TYPE", requires = "units", value_delimiter = ',')]
    types: Vec<String>,
}

/// The kind of a file.
enum Reading {
    /// Rows with columns.
    Rows(Format),
    /// An id of the primary unit on each line.
    List,
}

impl UnitsFile {
    pub(super) fn path(&self) -> Option<&str> {
        self.units.as_deref()
    }

    /// The units of the file, if there is one.
    pub(super) fn units(&self, inputs: &Inputs<'_>, context: &Context) -> Outcome<Option<Units>> {
        let Some(file) = &self.units else {
            return Ok(None);
        };
        let name = rows::shown(file);
        let given = self.input_format.as_deref();
        let given = match self.delimiter.delimiter {
            None => given.and_then(|word| word.parse().ok()),
            delimiter => Some(rows::input_format(file, given, delimiter)?.0),
        };
        let (ending, compression) = Format::of(Path::new(file));
        let format = given.or(ending);
        let opens_as = format.unwrap_or(Format::Jsonl);
        rows::check_parquet(file, (opens_as, compression))?;
        let units = match (given, rows::open(file, opens_as, compression)?.input) {
            (Some(format), input) => self.rows(name, format, input, inputs)?,
            (None, input @ Input::File(_)) => self.rows(name, opens_as, input, inputs)?,
            (None, Input::Stream(mut stream)) => {
                let start = beginning(&mut stream).map_err(|error| unreadable(name, error))?;
                let line = first_line(&start);
                let stream = Box::new(Cursor::new(start).chain(stream));
                match reading(name, format, &line, inputs)? {
                    Reading::Rows(format) => {
                        warn_of_near_names(name, format, &line, inputs, context);
                        self.rows(name, format, Input::Stream(stream), inputs)?
                    }
                    Reading::List => {
                        let units = self.list(name, stream)?;
                        context.output.note(how_it_was_read(name, units.len(), &line, inputs));
                        units
                    }
                }
            }
        };
        if units.is_empty() {
            Err(Failure::wrong(format!("no units in `{name}`")))
        } else {
            Ok(Some(Units::Given(units)))
        }
    }

    /// Reads rows with columns.
    fn rows(
        &self,
        name: &str,
        format: Format,
        input: Input,
        inputs: &Inputs<'_>,
    ) -> Outcome<Vec<Unit>> {
        let names =
            |names: &mut dyn Iterator<Item = &&str>| names.map(|name| (*name).to_owned()).collect();
        let wanted = Wanted {
            units: names(&mut inputs.units.iter()),
            others: names(&mut inputs.others.iter()),
        };
        let types = rows::types(&self.types)?;
        let delimiter = self.delimiter.delimiter;
        let batch =
            Batch { types, delimiter, wanted, ..Batch::new(Vec::new(), name, format, format) };
        let mut rows: Vec<Vec<Value>> = Vec::new();
        let read = batch.read(input, &mut |row| {
            if rows.len() == MAX_UNITS {
                let (message, help, part) = (too_many(name), None, None);
                return Err(Error::Unfit { message, help, part, cause: None });
            }
            rows.push(row.to_vec());
            Ok(())
        });
        read.map_err(|error| rows::fail(error, &[], None, "correct the row, or leave it out"))?;
        // A column of any row counts for all units: a unit whose row lacks the column has a null
        // there.
        let columns = batch.columns();
        let is_given = |column: usize| rows.iter().any(|row| !row[column].is_null());
        let given: Vec<bool> = (0..columns.len()).map(is_given).collect();
        let unit = |row: Vec<Value>| {
            let values = columns.iter().zip(row).zip(&given).filter(|(_, given)| **given);
            let values = values.map(|((name, value), _)| ((*name).to_owned(), value));
            Unit::Inputs(Map::from_iter(values))
        };
        Ok(rows.into_iter().map(unit).collect())
    }

    /// Reads an id on each line. Empty lines are skipped.
    fn list(&self, name: &str, stream: impl Read) -> Outcome<Vec<Unit>> {
        if !self.types.is_empty() {
            let message = format!("`{name}` is a list of ids: `--types` is for files with columns");
            return Err(Failure::usage(message));
        }
        let mut units = Vec::new();
        for (line, number) in BufReader::new(stream).lines().zip(1..) {
            let line = match line {
                Err(error) if error.kind() == ErrorKind::InvalidData => {
                    return Err(Failure::wrong(format!("{name}:{number}: not UTF-8")));
                }
                line => line.map_err(|error| unreadable(name, error))?,
            };
            let id = line.trim_start_matches('\u{feff}').trim();
            if id.starts_with('{') {
                let message = format!("{name}:{number}: a JSON object in a list of ids");
                return Err(Failure::wrong(message)
                    .help("write an id on each line, or an object such as `{\"userid\": 123}`"));
            }
            if units.len() == MAX_UNITS {
                return Err(Failure::wrong(too_many(name)));
            }
            if !id.is_empty() {
                units.push(Unit::Primary(Value::from(id)));
            }
        }
        Ok(units)
    }
}

/// Recognizes a file by its first line, unless its name tells the format.
fn reading(
    name: &str,
    format: Option<Format>,
    line: &str,
    inputs: &Inputs<'_>,
) -> Outcome<Reading> {
    let candidates = match format {
        None if line.starts_with('{') => return Ok(Reading::Rows(Format::Jsonl)),
        None => vec![Format::Csv, Format::Tsv],
        Some(format @ (Format::Csv | Format::Tsv)) => vec![format],
        Some(format) => return Ok(Reading::Rows(format)),
    };
    let is_input = |field: &String| inputs.all().any(|name| name == field);
    if let Some(format) = candidates.iter().find(|format| format.fields(line).iter().any(is_input))
    {
        return Ok(Reading::Rows(*format));
    }
    let is_quoted_input = |field: &str| inputs.all().any(|name| name == field.trim_matches('"'));
    let leads = |found: &char| line.contains(*found) && line.split(*found).any(is_quoted_input);
    if let Some(found) = [';', '|'].into_iter().find(leads) {
        let message = format!("the columns of `{name}` are separated by `{found}`");
        return Err(Failure::wrong(message).help(delimiter::help(found)));
    }
    let is_row = |format: &&Format| format.fields(line).len() > 1;
    if candidates.iter().find(is_row).is_some() {
        let units: Vec<_> = inputs.units.iter().map(|unit| format!("`{unit}`")).collect();
        let message = format!("the first line of `{name}` names no input");
        return Err(Failure::wrong(message).help(format!(
            "the first line must name the columns, and one of them must be a primary unit: {}",
            units.join(" or ")
        )));
    }
    Ok(Reading::List)
}

/// A note on how a list was read, for users who meant something else.
fn how_it_was_read(name: &str, units: usize, line: &str, inputs: &Inputs<'_>) -> String {
    let units = if units == 1 { "1 id".to_owned() } else { format!("{units} ids") };
    let note = format!("read `{name}` as a list of {units}: its first line names no input");
    match nearest(line, inputs.all()) {
        Some(near) => format!("{note}; did you mean `{near}` by `{line}`?"),
        None => note,
    }
}

/// Warns of unused columns that look like a missing one.
fn warn_of_near_names(
    name: &str,
    format: Format,
    line: &str,
    inputs: &Inputs<'_>,
    context: &Context,
) {
    if !matches!(format, Format::Csv | Format::Tsv) {
        return;
    }
    let header = format.fields(line);
    let is_there = |name: &str| header.iter().any(|field| field == name);
    for field in header.iter().filter(|field| inputs.all().all(|name| name != *field)) {
        if let Some(near) = nearest(field, inputs.all().filter(|name| !is_there(name))) {
            context.output.note(format!(
                "warning: no script reads the column `{field}` of `{name}`: did you mean `{near}`?"
            ));
        }
    }
}

/// Reads up to the end of the first line that is not blank.
fn beginning(stream: &mut dyn Read) -> std::io::Result<Vec<u8>> {
    let mut start = Vec::new();
    let mut buffer = [0; 1 << 12];
    loop {
        let text = String::from_utf8_lossy(&start);
        let text = text.trim_start_matches('\u{feff}').trim_start();
        if text.contains('\n') || start.len() > MAX_LINE {
            return Ok(start);
        }
        match stream.read(&mut buffer) {
            Ok(0) => return Ok(start),
            Ok(count) => start.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The first line that is not blank, without white space around it.
fn first_line(start: &[u8]) -> String {
    let text = String::from_utf8_lossy(start);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    text.lines().next().unwrap_or_default().trim_end().to_owned()
}

fn unreadable(name: &str, error: std::io::Error) -> Failure {
    Failure::broken(error).context(format!("cannot read `{name}`"))
}

fn too_many(name: &str) -> String {
    format!("`{name}` has more than {MAX_UNITS} units")
}
