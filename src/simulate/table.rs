//! A table of counts of units from another program.

use std::collections::HashSet;
use std::io::Read;

use indexmap::IndexSet;

use super::design::{Design, Scope};
use super::logged::MAX_PARTS;
use super::observe::{Observed, Tests};
use super::read::ReadError;
use super::recognize::recognize_text;
use crate::delimited::{BYTE_ORDER_MARK, Fault, Splitter, blank_lines, line_breaks};
use crate::diagnostic::other_delimiter;
use crate::distribution::Exact;
use crate::namespace::Namespace;
use crate::nearest::nearest;
use crate::value::Value;

/// The name of the default experiment in a table.
pub const DEFAULT: &str = "(default)";

/// The largest table, in bytes.
const MAX_BYTES: usize = 256 << 20;

/// The most units in all rows together: up to this number, a double is exact.
const MAX_UNITS: u64 = 1 << 53;

/// What a table of counts may have besides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableSettings {
    /// The column by whose values the units are taken apart.
    pub by: Option<String>,
    /// Whether the tests may be looked at any time: day by day, if there are dates.
    pub sequential: bool,
}

/// A table of counts: the number of units of each experiment, or of each value of a param, over all
/// units or over an experiment's. The columns are `experiment`, `param`, `value` and `count`, in any
/// order. `count` is required, and so is `experiment` or both others. There may be a `date`, and a
/// column by whose values units are taken apart.
#[derive(Debug)]
pub struct Table<'n> {
    namespace: &'n Namespace,
    settings: TableSettings,
    columns: Vec<Column>,
    rows: Vec<Row>,
    /// The experiments that were counted, for each date and part.
    seen: HashSet<(Date, String, usize)>,
    /// The sum of all counts.
    total: u64,
}

/// A row of a table.
#[derive(Debug)]
struct Row {
    line: u64,
    date: Date,
    part: String,
    cohort: Option<usize>,
    /// The param and its value.
    param: Option<(String, String)>,
    count: u64,
}

/// A day: of the calendar, or by its number. They are in the order of time.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Date {
    /// The table has no dates.
    #[default]
    None,
    Number(u64),
    /// It begins with year, month and day, so that the text is in order.
    Calendar(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Experiment,
    Param,
    Value,
    Count,
    Date,
    /// The column by whose values the units are taken apart.
    Part,
}

const COLUMNS: [(&str, Column); 5] = [
    ("experiment", Column::Experiment),
    ("param", Column::Param),
    ("value", Column::Value),
    ("count", Column::Count),
    ("date", Column::Date),
];

/// An error in a table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// The table has a column with an unknown name.
    #[error("unknown column `{0}`: known: `experiment`, `param`, `value`, `count`, `date`")]
    Column(String),
    /// The header seems to be several columns with another delimiter.
    #[error("unknown column `{column}`")]
    Delimiter {
        /// The column.
        column: String,
        /// The character.
        found: char,
    },
    /// The column by which units are taken apart is missing.
    #[error("there is no column `{0}`")]
    NoPart(String),
    /// It has too many values.
    #[error("`{0}` has more than {MAX_PARTS} values")]
    ManyParts(String),
    /// The field is not a date.
    #[error("`{0}` is not a date: write `2026-01-31`, or the number of the day")]
    Date(String),
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

impl<'n> Table<'n> {
    /// A table with these columns.
    ///
    /// # Errors
    /// The columns are not those of a table of counts.
    pub fn new<'h>(
        namespace: &'n Namespace,
        settings: TableSettings,
        header: impl IntoIterator<Item = &'h str>,
    ) -> Result<Table<'n>, TableError> {
        let header: Vec<&str> = header.into_iter().map(str::trim).collect();
        let column = |name: &&str| {
            let known = COLUMNS.iter().find(|(known, _)| *known == *name).map(|known| known.1);
            let part = (settings.by.as_deref() == Some(*name)).then_some(Column::Part);
            known.or(part).ok_or_else(|| {
                let column = (*name).to_owned();
                match other_delimiter(header.iter().copied(), "count") {
                    Some(found) => TableError::Delimiter { column, found },
                    None => TableError::Column(column),
                }
            })
        };
        let columns: Vec<Column> = header.iter().map(column).collect::<Result<_, _>>()?;
        let has = |column| columns.iter().filter(|other| **other == column).count();
        let counts = [Column::Experiment, Column::Param, Column::Value, Column::Count].map(has);
        if !matches!(counts, [1, 0, 0, 1] | [0 | 1, 1, 1, 1])
            || has(Column::Date) > 1
            || has(Column::Part) > 1
        {
            return Err(TableError::Columns);
        }
        if let Some(by) = settings.by.as_ref().filter(|_| has(Column::Part) == 0) {
            return Err(TableError::NoPart(by.clone()));
        }
        let seen = HashSet::new();
        Ok(Table { namespace, settings, columns, rows: Vec::new(), seen, total: 0 })
    }

    /// Reads a file: CSV, with the names of the columns in the first row.
    ///
    /// # Errors
    /// The file cannot be read, or is not such a table.
    pub fn read(
        namespace: &'n Namespace,
        settings: TableSettings,
        input: impl Read,
    ) -> Result<Table<'n>, ReadError<TableError>> {
        Table::read_with(namespace, settings, input, b',')
    }

    /// The same for a file with another delimiter, which is a character of ASCII.
    ///
    /// # Errors
    /// The file cannot be read, or is not such a table.
    pub fn read_with(
        namespace: &'n Namespace,
        settings: TableSettings,
        input: impl Read,
        delimiter: u8,
    ) -> Result<Table<'n>, ReadError<TableError>> {
        let mut bytes = Vec::new();
        input.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        if bytes.len() > MAX_BYTES {
            return Err(ReadError::Line { line: 1, problem: TableError::TooLong });
        }
        let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&bytes);
        let mut records = Records::new(bytes, delimiter);
        let mut table: Option<Table<'n>> = None;
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
                None => {
                    let new = Table::new(namespace, settings.clone(), fields);
                    table = Some(new.map_err(wrong)?);
                }
                Some(table) => {
                    table.add(line, fields).map_err(|problem| wrong(problem.cut(is_cut)))?;
                }
            }
        }
        match table.filter(|table| !table.rows.is_empty()) {
            Some(table) => Ok(table),
            None => Err(ReadError::Line { line: 1, problem: TableError::Empty }),
        }
    }

    /// Adds a row with its line, from 1.
    ///
    /// # Errors
    /// The row does not fit the header or the namespace.
    pub fn add<'f>(
        &mut self,
        line: u64,
        row: impl IntoIterator<Item = &'f str>,
    ) -> Result<(), TableError> {
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
        let date = match self.columns.contains(&Column::Date) {
            true => Date::read(field(Column::Date))?,
            false => Date::None,
        };
        let part = field(Column::Part).to_owned();
        let has_params = self.columns.contains(&Column::Param);
        let cohort = match field(Column::Experiment) {
            // Where rows count experiments alone, an empty name is that of no experiment.
            "" if has_params => None,
            "" => Some(self.namespace.experiments().len()),
            name => Some(cohort(self.namespace, name)?),
        };
        let param = match (field(Column::Param), cohort) {
            ("", None) => return Err(TableError::Nothing),
            ("", Some(cohort)) => {
                if !self.seen.insert((date.clone(), part.clone(), cohort)) {
                    return Err(TableError::Twice);
                }
                None
            }
            (name, _) => Some((name.to_owned(), field(Column::Value).to_owned())),
        };
        self.rows.push(Row { line, date, part, cohort, param, count });
        Ok(())
    }

    /// The values by which units are taken apart, in the order in which they came.
    ///
    /// # Errors
    /// There are too many.
    pub fn parts(&self) -> Result<Vec<&str>, TableError> {
        let by = self.settings.by.as_ref();
        let parts: IndexSet<&str> = self.rows.iter().map(|row| &*row.part).collect();
        match by {
            None => Ok(Vec::new()),
            Some(by) if parts.len() > MAX_PARTS => Err(TableError::ManyParts(by.clone())),
            Some(_) => Ok(parts.into_iter().collect()),
        }
    }

    /// By cohort, whether its units were counted.
    pub fn cohorts(&self) -> Vec<bool> {
        let is_counted =
            |cohort| self.rows.iter().any(|row| row.cohort == Some(cohort) && row.param.is_none());
        (0..=self.namespace.experiments().len()).map(is_counted).collect()
    }

    /// The number of units of a part, as far as experiments were counted.
    pub fn units(&self, part: &str) -> u64 {
        let rows = self.rows.iter().filter(|row| row.part == part && row.param.is_none());
        rows.map(|row| row.count).sum()
    }

    /// The counts of all units, or of a part, for a design.
    ///
    /// # Errors
    /// A row has an unknown param, a value that is measured, or one that was counted before.
    pub fn observed(
        &self,
        part: Option<&str>,
        design: &Design<'_>,
    ) -> Result<Observed, ReadError<TableError>> {
        let mut rows: Vec<&Row> =
            self.rows.iter().filter(|row| part.is_none_or(|part| row.part == part)).collect();
        // This keeps the order of rows of one date.
        rows.sort_by(|a, b| a.date.cmp(&b.date));
        let cohorts = vec![None; design.cohorts.len()];
        let mut observed = Observed { cohorts, ..Observed::default() };
        let mut seen = HashSet::new();
        let mut looks = Vec::new();
        for day in rows.chunk_by(|a, b| a.date == b.date) {
            for row in day {
                let wrong = |problem| ReadError::Line { line: row.line, problem };
                add(row, design, &mut observed, &mut seen).map_err(wrong)?;
            }
            if self.settings.sequential {
                looks.push(observed.clone());
            }
        }
        if self.settings.sequential {
            observed.tests = Tests::Looks(looks);
        }
        Ok(observed)
    }
}

impl Date {
    fn read(text: &str) -> Result<Date, TableError> {
        if let Ok(number) = text.parse() {
            return Ok(Date::Number(number));
        }
        let is_date = text.get(..10).is_some_and(|day| {
            let digit = |place: usize, byte: u8| match place {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            };
            day.bytes().enumerate().all(|(place, byte)| digit(place, byte))
        });
        match is_date {
            true => Ok(Date::Calendar(text.to_owned())),
            false => Err(TableError::Date(text.to_owned())),
        }
    }
}

/// Values that were counted before, with their date and part.
type Seen<'t> = HashSet<(&'t Date, &'t str, Scope, &'t str, Exact)>;

/// Adds a row to the counts.
fn add<'t>(
    row: &'t Row,
    design: &Design<'_>,
    observed: &mut Observed,
    seen: &mut Seen<'t>,
) -> Result<(), TableError> {
    let Some((name, text)) = &row.param else {
        if let Some(units) = row.cohort.and_then(|cohort| observed.cohorts.get_mut(cohort)) {
            *units = Some(units.unwrap_or(0) + row.count);
        }
        return Ok(());
    };
    let scope = row.cohort.map_or(Scope::All, Scope::Cohort);
    let value = value(design, scope, name, text)?;
    if !seen.insert((&row.date, &row.part, scope, name, Exact(value.clone()))) {
        return Err(TableError::Twice);
    }
    let counts = observed.params.entry((scope, name.clone())).or_default();
    counts.add(&value, row.count, design.known(scope, name));
    Ok(())
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

fn cohort(namespace: &Namespace, name: &str) -> Result<usize, TableError> {
    let experiments = namespace.experiments();
    // An experiment may have any name.
    let named = experiments.iter().position(|experiment| experiment.name() == name);
    let default = (name == DEFAULT).then_some(experiments.len());
    named.or(default).ok_or_else(|| {
        let names = experiments.iter().map(|experiment| experiment.name());
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
