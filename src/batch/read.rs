//! A reader of the rows of a file, for purposes other than assignment.

use super::error::{Error, Reason};
use super::fields::Records;
use super::input::{Input, open};
#[cfg(feature = "parquet")]
use super::parquet;
use super::worker::{Parser, Piece};
use super::{Batch, OnError, Summary, columns};
use crate::namespace::AssignError;
use crate::value::Value;

/// Receives rows one by one, and may end the reading.
type Each<'e> = &'e mut dyn FnMut(&[Value]) -> Result<(), Error>;

impl<'n> Batch<'n> {
    /// The names of the values of a row that [`Batch::read`] reads: the primary units, the other
    /// inputs of the namespaces, and the wanted columns.
    pub fn columns(&self) -> Vec<&str> {
        columns::inputs(self)
    }

    /// Reads all rows, in order and on this thread, and assigns none. `each` gets the values of the
    /// [columns](Batch::columns), null if a row has none, and may end the reading. Bad rows, and rows
    /// without a primary unit, end the reading or are left out. The settings for the output have no
    /// effect.
    ///
    /// ```
    /// use planout::batch::{Batch, Format, Input};
    /// use planout::{Catalog, Dialect, Value};
    ///
    /// let catalog = Catalog::load("sample-namespaces", Dialect::Planout4j)?;
    /// let namespace = catalog.get("onboarding").expect("the sample is there");
    ///
    /// let users = "age,country,userid\n31,NL,ann\n32,US,bob\n";
    /// let batch = Batch::new(vec![namespace], "users.csv", Format::Csv, Format::Csv);
    /// let country = batch.columns().iter().position(|column| *column == "country");
    /// let mut countries = Vec::new();
    /// batch.read(Input::Stream(Box::new(users.as_bytes())), &mut |row| {
    ///     countries.extend(country.map(|country| row[country].clone()));
    ///     Ok(())
    /// })?;
    /// assert_eq!(countries, [Value::from("NL"), Value::from("US")]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The input cannot be read, the settings do not fit it, a row is bad and bad rows end the batch,
    /// or `each` ends the reading.
    pub fn read(&self, input: Input, each: Each<'_>) -> Result<Summary, Error> {
        let (mut pieces, layout) = open(self, input)?;
        let mut parser = layout.parser();
        let mut inputs = layout.plan.inputs.clone();
        let mut reading = Reading {
            batch: self,
            columns: self.columns(),
            inputs: &mut inputs,
            each,
            summary: Summary { misspelt: layout.plan.misspelt.clone(), ..Summary::default() },
        };
        while let Some(piece) = pieces.next()? {
            match (&mut parser, piece) {
                (Parser::Csv(parser), Piece::Text(chunk)) => {
                    reading.rows(parser.records(&chunk))?;
                }
                (Parser::Jsonl(parser), Piece::Text(chunk)) => {
                    reading.rows(parser.records(&chunk))?;
                }
                #[cfg(feature = "parquet")]
                (Parser::Parquet(columns), Piece::Table(table)) => {
                    reading.rows(parquet::Rows::new(table, columns))?;
                }
                // The pieces have the format that the parser reads.
                #[cfg(feature = "parquet")]
                _ => {}
            }
        }
        Ok(reading.summary)
    }
}

/// The state of reading rows.
struct Reading<'r> {
    batch: &'r Batch<'r>,
    /// The number of values that are handed on. Columns that are read for other reasons come after
    /// these.
    columns: Vec<&'r str>,
    inputs: &'r mut Vec<Value>,
    each: Each<'r>,
    summary: Summary,
}

impl Reading<'_> {
    fn rows(&mut self, mut records: impl Records) -> Result<(), Error> {
        while let Some(read) = records.next(self.inputs) {
            self.summary.rows += 1;
            let row = self.inputs.get(..self.columns.len()).unwrap_or_default();
            let checked = match read {
                Ok(()) => self.missing(row).map_or(Ok(()), |reason| Err(reason.at(records.line()))),
                Err(bad) => Err(bad),
            };
            match (checked, self.batch.on_error) {
                (Ok(()), _) => {
                    (self.each)(row)?;
                    self.summary.written += 1;
                }
                (Err(bad), OnError::Fail) => {
                    let name = self.batch.name.clone();
                    return Err(Error::Row { name, row: Box::new(bad) });
                }
                (Err(bad), OnError::Skip | OnError::Null) => self.summary.add(bad),
            }
        }
        Ok(())
    }

    /// The error for a row without a primary unit.
    fn missing(&self, row: &[Value]) -> Option<Reason> {
        let is_missing = |unit: &str| {
            let place = self.columns.iter().position(|column| *column == unit);
            place.and_then(|place| row.get(place)).is_none_or(Value::is_null)
        };
        let wanted = &self.batch.wanted.units;
        if !wanted.is_empty() && wanted.iter().all(|unit| is_missing(unit)) {
            return Some(Reason::Malformed(format!("no value of `{}`", wanted.join("` or `"))));
        }
        let namespace =
            self.batch.namespaces.iter().find(|namespace| is_missing(namespace.unit()))?;
        let (unit, namespace) = (namespace.unit().to_owned(), namespace.name().to_owned());
        Some(AssignError::MissingUnit { unit, namespace }.into())
    }
}
