//! Columns of numbers in CSV.

use std::io::Read;

use super::metric::RatioError;
use crate::delimited::{BYTE_ORDER_MARK, Fault, Splitter, blank_lines, line_breaks};
use crate::diagnostic::other_delimiter;
use crate::nearest::nearest;
use crate::simulate::ReadError;

/// The largest file, in bytes.
const MAX_BYTES: usize = 256 << 20;

/// An error in a file of numbers.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ColumnsError {
    /// A column is missing.
    #[error("no column `{missing}`{}", match near {
        Some(near) => format!(": is `{near}` meant?"),
        None => String::new(),
    })]
    Missing {
        /// The column.
        missing: &'static str,
        /// A column with a similar name.
        near: Option<String>,
    },
    /// The fields seem to be separated by another character.
    #[error("no column `{missing}`: the fields seem to be separated by {}", match found {
        '\t' => "tabs, and must be by commas".to_owned(),
        found => format!("`{found}`, and must be by commas"),
    })]
    Delimiter {
        /// The column.
        missing: &'static str,
        /// The character.
        found: char,
    },
    /// Two columns have the same name.
    #[error("two columns `{0}`")]
    Twice(&'static str),
    /// A row has another length than the header.
    #[error("{found} fields where the header has {expected}")]
    Fields {
        /// The number of fields of the header.
        expected: usize,
        /// The number of fields of the row.
        found: usize,
    },
    /// A field is not a number.
    #[error("`{field}` in the column `{column}` is not a number")]
    Number {
        /// The column.
        column: &'static str,
        /// The field.
        field: String,
    },
    /// The file is not text.
    #[error("not UTF-8")]
    NotUtf8,
    /// A quote is not closed, or text follows the quotes of a field.
    #[error("the quotes of a field are not closed, or the field goes on after them")]
    Quotes,
    /// The file has no rows.
    #[error("no rows follow the names of the columns")]
    Empty,
    /// The file is too large.
    #[error("a file of more than {} MB", MAX_BYTES >> 20)]
    TooLong,
    /// The days are not in order.
    #[error("day {day} is not after day {before}")]
    Order {
        /// The day.
        day: f64,
        /// The day of the row before.
        before: f64,
    },
    /// A day is not a whole number of days.
    #[error("`{0}` is not a day: days are counted, 1 is the first")]
    Day(f64),
    /// A cumulative number falls, or is negative.
    #[error("{units} units after {before}: the number of distinct units up to a day never falls")]
    Falls {
        /// The number of units.
        units: f64,
        /// The number of the row before.
        before: f64,
    },
    /// The rows have no ratio.
    #[error(transparent)]
    Ratio(RatioError),
}

/// The names of the columns in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    /// Each column has its own name.
    Own,
    /// In a file with these columns only, one of them may have any name.
    AnyOther,
}

/// Reads the rows of some columns, each with its line. A file that begins with numbers, as many as
/// there are columns, has them in this order.
pub(super) fn read<const N: usize>(
    input: impl Read,
    columns: [&'static str; N],
    names: Names,
) -> Result<Vec<(u64, [f64; N])>, ReadError<ColumnsError>> {
    let mut bytes = Vec::new();
    input.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > MAX_BYTES {
        return Err(ReadError::Line { line: 1, problem: ColumnsError::TooLong });
    }
    let mut rest = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&bytes);
    let mut splitter = Splitter::new(b',');
    splitter.restart();
    let mut header: Option<(usize, [usize; N])> = None;
    let (mut rows, mut next_line) = (Vec::new(), 1);
    while let Some((length, fields)) = splitter.next(rest) {
        let (record, after) = rest.split_at(length);
        rest = after;
        let line = next_line + blank_lines(record);
        next_line += line_breaks(record);
        let wrong = |problem| ReadError::Line { line, problem };
        if Fault::find(record, b',').is_some() {
            return Err(wrong(ColumnsError::Quotes));
        }
        let field = |index| {
            let text = std::str::from_utf8(splitter.field(index));
            text.map(str::trim).map_err(|_| wrong(ColumnsError::NotUtf8))
        };
        let Some((expected, places)) = header else {
            let found: Vec<&str> = (0..fields).map(field).collect::<Result<_, _>>()?;
            let numbers = found.iter().map(|field| number(field));
            if let Some(numbers) = numbers.collect::<Option<Vec<f64>>>()
                && let Ok(row) = <[f64; N]>::try_from(numbers)
            {
                header = Some((fields, std::array::from_fn(|place| place)));
                rows.push((line, row));
            } else {
                header = Some((fields, places(&found, columns, names).map_err(wrong)?));
            }
            continue;
        };
        if fields != expected {
            return Err(wrong(ColumnsError::Fields { expected, found: fields }));
        }
        let mut row = [0.0; N];
        for ((found, column), place) in row.iter_mut().zip(columns).zip(places) {
            let text = field(place)?;
            let wrong = || wrong(ColumnsError::Number { column, field: text.to_owned() });
            *found = number(text).ok_or_else(wrong)?;
        }
        rows.push((line, row));
    }
    if rows.is_empty() {
        return Err(ReadError::Line { line: 1, problem: ColumnsError::Empty });
    }
    Ok(rows)
}

/// A finite number.
fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// The places of the columns in the header.
fn places<const N: usize>(
    header: &[&str],
    columns: [&'static str; N],
    names: Names,
) -> Result<[usize; N], ColumnsError> {
    let mut places = [0; N];
    let mut others = header.iter().enumerate().filter(|(_, name)| !columns.contains(name));
    let other = match (others.next(), others.next()) {
        (Some((place, _)), None) => Some(place),
        _ => None,
    };
    let other = other.filter(|_| names == Names::AnyOther && header.len() == N);
    for (place, column) in places.iter_mut().zip(columns) {
        let mut found = header.iter().enumerate().filter(|(_, name)| **name == column);
        *place = match (found.next(), found.next()) {
            (Some((place, _)), None) => place,
            (Some(_), Some(_)) => return Err(ColumnsError::Twice(column)),
            (None, _) => other.ok_or_else(|| missing(header, column))?,
        };
    }
    Ok(places)
}

fn missing(header: &[&str], missing: &'static str) -> ColumnsError {
    let is_one = header.len() == 1;
    match other_delimiter(header.iter().copied(), missing).filter(|found| is_one && *found != ',') {
        Some(found) => ColumnsError::Delimiter { missing, found },
        None => {
            let near = nearest(missing, header.iter().copied()).map(str::to_owned);
            ColumnsError::Missing { missing, near }
        }
    }
}
