//! A table of counts of units from another program.

use std::io::Read;

use super::design::{Design, Scope};
use super::observe::Observed;
use super::read::ReadError;
use super::recognize::recognize_text;
use crate::delimited::{BYTE_ORDER_MARK, Fault, Splitter, blank_lines, line_breaks};
use crate::diagnostic::other_delimiter;
use crate::distribution::Sought;
use crate::nearest::nearest;
use crate::value::Value;

/// The name of the default experiment in a table.
pub const DEFAULT: &str = "(default)";

/// The largest table, in bytes.
const MAX_BYTES: usize = 256 << 20;

/// The most units in all rows together: up to this number, a double is exact.
const MAX_UNITS: u64 = 1 << 53;

/// Reads a table of counts: the number of units of each experiment, or of each value of a param, over
/// all units or over an experiment's. The columns are `experiment`, `param`, `value` and `count`, in
/// any order. `count` is required, and so is `experiment` or both others.
#[derive(Debug)]
pub struct Table<'d> {
    design: &'d Design<'d>,
    columns: Vec<Column>,
    observed: Observed,
    /// The sum of all counts.
    total: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Experiment,
    Param,
    Value,
    Count,
}

const COLUMNS: [(&str, Column); 4] = [
    ("experiment", Column::Experiment),
    ("param", Column::Param),
    ("value", Column::Value),
    ("count", Column::Count),
];

/// An error in a table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// The table has a column with an unknown name.
    #[error("unknown column `{0}`: known: `experiment`, `param`, `value`, `count`")]
    Column(String),
    /// The header seems to be several columns with another delimiter.
    #[error("unknown column `{column}`")]
    Delimiter {
        /// The column.
        column: String,
        /// The character.
        found: char,
    },
    /// The columns do not belong together.
    #[error("the columns must be `experiment,count`, `param,value,count` or all four")]
    Columns,
    /// A row has another length than the header.
    #[error("{found} fields where the header has {expected}")]
    Fields {
        /// The number of fields of the header.
        expected: usize,
        /// The number of fields of the row.
        found: usize,
    },
    /// The field is not a number of units.
    #[error("`{0}` is not a number of units")]
    Count(String),
    /// The row has neither an experiment nor a param.
    #[error("neither an experiment nor a param")]
    Nothing,
    /// The experiment is not active.
    #[error("unknown active experiment `{name}`{}", match nearest {
        Some(nearest) => format!(": did you mean `{nearest}`?"),
        None => format!(": the default experiment is `{DEFAULT}`"),
    })]
    Experiment {
        /// The name.
        name: String,
        /// The active experiment with the nearest name.
        nearest: Option<String>,
    },
    /// No script sets the param.
    #[error("unknown param `{name}`{}", match nearest {
        Some(nearest) => format!(": did you mean `{nearest}`?"),
        None => String::new(),
    })]
    Param {
        /// The name.
        name: String,
        /// The param with the nearest name.
        nearest: Option<String>,
    },
    /// The values of the param are measured, and cannot be counted.
    #[error("`{0}` has too many values to be counted one by one: a log of exposures can be tested")]
    Continuous(String),
    /// The row is counted before.
    #[error("this is counted twice")]
    Twice,
    /// The table is not text.
    #[error("not UTF-8")]
    NotUtf8,
    /// A quote is not closed.
    #[error("a quote is opened here and not closed: the file ends before")]
    Unclosed,
    /// There is text after the quotes of a field.
    #[error("a field goes on after its quotes: is an earlier quote not closed?")]
    Stray,
    /// The last row is wrong, and may be cut off.
    #[error("the file ends in the middle of this row")]
    Cut(#[source] Box<TableError>),
    /// The table has only a header.
    #[error("no counts follow the names of the columns")]
    Empty,
    /// There are more units than can be counted.
    #[error("with these, there are more than {MAX_UNITS} units")]
    ManyUnits,
    /// The table is too large.
    #[error("a table of more than {} MB", MAX_BYTES >> 20)]
    TooLong,
}

impl<'d> Table<'d> {
    /// A reader of a table with these columns.
    ///
    /// # Errors
    /// The columns are not those of a table of counts.
    pub fn new<'h>(
        design: &'d Design<'d>,
        header: impl IntoIterator<Item = &'h str>,
    ) -> Result<Table<'d>, TableError> {
        let header: Vec<&str> = header.into_iter().collect();
        let column = |name: &&str| {
            let known = COLUMNS.iter().find(|(known, _)| *known == name.trim());
            known.map(|known| known.1).ok_or_else(|| {
                let column = (*name).to_owned();
                match other_delimiter(header.iter().copied(), "count") {
                    Some(found) => TableError::Delimiter { column, found },
                    None => TableError::Column(column),
                }
            })
        };
        let columns: Vec<Column> = header.iter().map(column).collect::<Result<_, _>>()?;
        let has = |column| columns.iter().filter(|other| **other == column).count();
        let counts = COLUMNS.map(|(_, column)| has(column));
        if !matches!(counts, [1, 0, 0, 1] | [0 | 1, 1, 1, 1]) {
            return Err(TableError::Columns);
        }
        let cohorts = vec![None; design.cohorts.len()];
        let observed = Observed { cohorts, ..Observed::default() };
        Ok(Table { design, columns, observed, total: 0 })
    }

    /// Reads a file: CSV, with the names of the columns in the first row.
    ///
    /// # Errors
    /// The file cannot be read, or is not such a table.
    pub fn read(
        design: &'d Design<'d>,
        input: impl Read,
    ) -> Result<Table<'d>, ReadError<TableError>> {
        Table::read_with(design, input, b',')
    }

    /// The same for a file with another delimiter, which is a character of ASCII.
    ///
    /// # Errors
    /// The file cannot be read, or is not such a table.
    pub fn read_with(
        design: &'d Design<'d>,
        input: impl Read,
        delimiter: u8,
    ) -> Result<Table<'d>, ReadError<TableError>> {
        let mut bytes = Vec::new();
        input.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        if bytes.len() > MAX_BYTES {
            return Err(ReadError::Line { line: 1, problem: TableError::TooLong });
        }
        let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&bytes);
        let mut records = Records::new(bytes, delimiter);
        let (mut table, mut is_empty) = (None, true);
        while let Some((line, record)) = records.next() {
            let wrong = |problem| ReadError::Line { line, problem };
            let is_cut = records.rest.is_empty() && !record.ends_with(b"\n");
            match Fault::find(record, delimiter) {
                Some(Fault::Unclosed(at)) => {
                    let line = records.line_at(record, at);
                    return Err(ReadError::Line { line, problem: TableError::Unclosed });
                }
                Some(Fault::Stray(_)) => return Err(wrong(TableError::Stray)),
                None => {}
            }
            let fields = records.fields().map_err(|problem| wrong(problem.cut(is_cut)))?;
            match &mut table {
                None => table = Some(Table::new(design, fields).map_err(wrong)?),
                Some(table) => {
                    is_empty = false;
                    table.add(fields).map_err(|problem| wrong(problem.cut(is_cut)))?;
                }
            }
        }
        match table.filter(|_| !is_empty) {
            Some(table) => Ok(table),
            None => Err(ReadError::Line { line: 1, problem: TableError::Empty }),
        }
    }

    /// Counts a row.
    ///
    /// # Errors
    /// The row does not fit the header or the namespace.
    pub fn add<'f>(&mut self, row: impl IntoIterator<Item = &'f str>) -> Result<(), TableError> {
        let row: Vec<&str> = row.into_iter().map(str::trim).collect();
        let (expected, found) = (self.columns.len(), row.len());
        if expected != found {
            return Err(TableError::Fields { expected, found });
        }
        let field = |column| {
            let place = self.columns.iter().position(|known| *known == column);
            place.map_or("", |place| row[place])
        };
        let count = field(Column::Count);
        let count: u64 = count.parse().map_err(|_| TableError::Count(count.to_owned()))?;
        let total = self.total.checked_add(count).filter(|total| *total <= MAX_UNITS);
        self.total = total.ok_or(TableError::ManyUnits)?;
        let scope = match field(Column::Experiment) {
            "" => Scope::All,
            name => Scope::Cohort(cohort(self.design, name)?),
        };
        match (field(Column::Param), scope) {
            ("", Scope::All) => Err(TableError::Nothing),
            ("", Scope::Cohort(index)) => match self.observed.cohorts[index].replace(count) {
                None => Ok(()),
                Some(_) => Err(TableError::Twice),
            },
            (name, scope) => {
                let value = value(self.design, scope, name, field(Column::Value))?;
                let counts = self.observed.params.entry((scope, name.to_owned())).or_default();
                if counts.values.contains_key(&Sought(&value)) {
                    return Err(TableError::Twice);
                }
                counts.add(&value, count, self.design.known(scope, name));
                Ok(())
            }
        }
    }

    /// The counts.
    pub fn observed(self) -> Observed {
        self.observed
    }
}

impl TableError {
    /// The error of a last row without a line end. The missing part may have been cut off.
    fn cut(self, is_cut: bool) -> TableError {
        let is_short = match &self {
            TableError::Fields { expected, found } => found < expected,
            TableError::NotUtf8 => true,
            TableError::Count(count) => count.is_empty(),
            _ => false,
        };
        if is_cut && is_short { TableError::Cut(Box::new(self)) } else { self }
    }
}

/// The records of a text.
struct Records<'t> {
    splitter: Splitter,
    rest: &'t [u8],
    /// The number of fields of the last record.
    fields: usize,
    line: u64,
    next_line: u64,
}

impl<'t> Records<'t> {
    fn new(text: &'t [u8], delimiter: u8) -> Records<'t> {
        let mut splitter = Splitter::new(delimiter);
        splitter.restart();
        Records { splitter, rest: text, fields: 0, line: 1, next_line: 1 }
    }

    /// The next record, and its line.
    fn next(&mut self) -> Option<(u64, &'t [u8])> {
        let (length, fields) = self.splitter.next(self.rest)?;
        let (record, rest) = self.rest.split_at(length);
        self.rest = rest;
        self.fields = fields;
        self.line = self.next_line + blank_lines(record);
        self.next_line += line_breaks(record);
        Some((self.line, record))
    }

    /// The line of a place of the last record.
    fn line_at(&self, record: &[u8], at: usize) -> u64 {
        self.next_line - line_breaks(&record[at..])
    }

    /// The fields of the last record.
    fn fields(&self) -> Result<Vec<&str>, TableError> {
        let field = |index| std::str::from_utf8(self.splitter.field(index));
        (0..self.fields).map(field).collect::<Result<_, _>>().map_err(|_| TableError::NotUtf8)
    }
}

fn cohort(design: &Design<'_>, name: &str) -> Result<usize, TableError> {
    let experiment = Some(name).filter(|name| *name != DEFAULT);
    design.cohort(experiment).ok_or_else(|| {
        let names = design.cohorts.iter().filter_map(|cohort| cohort.experiment.as_deref());
        let nearest = nearest(name, names).map(str::to_owned);
        TableError::Experiment { name: name.to_owned(), nearest }
    })
}

fn value(design: &Design<'_>, scope: Scope, name: &str, text: &str) -> Result<Value, TableError> {
    match design.param(scope, name) {
        Some(Ok(distribution)) if !distribution.spans().is_empty() => {
            Err(TableError::Continuous(name.to_owned()))
        }
        Some(found) => Ok(recognize_text(found.ok(), text)),
        None => {
            let nearest = nearest(name, design.params.keys().map(String::as_str));
            Err(TableError::Param { name: name.to_owned(), nearest: nearest.map(str::to_owned) })
        }
    }
}
