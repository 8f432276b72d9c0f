//! The rows of a file as they are, for those who do something else with them than assign.

use super::error::{BadRow, Error};
use super::fields::Records;
use super::input::{Input, open};
#[cfg(feature = "parquet")]
use super::parquet;
use super::worker::{Parser, Piece};
use super::{Batch, columns};
use crate::value::Value;

/// Takes rows one by one, and may end the reading.
type Each<'e> = &'e mut dyn FnMut(Result<&[Value], BadRow>) -> Result<(), Error>;

impl<'n> Batch<'n> {
    /// The names of the values that [`Batch::read`] reads of a row: the primary units, and what
    /// else the namespaces read.
    pub fn columns(&self) -> Vec<&'n str> {
        columns::inputs(&self.namespaces)
    }

    /// Reads all rows, in order and on this thread, and assigns none. `each` gets the values of the
    /// [columns](Batch::columns), null where a row has none, or what is wrong with a row; its
    /// error is the end. What is to be written, and [`Batch::on_error`], change nothing.
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
    ///     if let (Ok(row), Some(country)) = (row, country) {
    ///         countries.push(row[country].clone());
    ///     }
    ///     Ok(())
    /// })?;
    /// assert_eq!(countries, [Value::from("NL"), Value::from("US")]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The input cannot be read, what is asked for does not fit it, or `each` ends it.
    pub fn read(&self, input: Input, each: Each<'_>) -> Result<(), Error> {
        let (mut pieces, layout) = open(self, input)?;
        let mut parser = layout.parser();
        let mut inputs = layout.plan.inputs.clone();
        let width = self.columns().len();
        while let Some(piece) = pieces.next()? {
            match (&mut parser, piece) {
                (Parser::Csv(parser), Piece::Text(chunk)) => {
                    rows(parser.records(&chunk), &mut inputs, width, each)?;
                }
                (Parser::Jsonl(parser), Piece::Text(chunk)) => {
                    rows(parser.records(&chunk), &mut inputs, width, each)?;
                }
                #[cfg(feature = "parquet")]
                (Parser::Parquet(columns), Piece::Table(table)) => {
                    rows(parquet::Rows::new(table, columns), &mut inputs, width, each)?;
                }
                // Pieces are of the format that the parser reads.
                #[cfg(feature = "parquet")]
                _ => {}
            }
        }
        Ok(())
    }
}

fn rows(
    mut records: impl Records,
    inputs: &mut [Value],
    width: usize,
    each: Each<'_>,
) -> Result<(), Error> {
    while let Some(read) = records.next(inputs) {
        // Columns that are read for other reasons come after these.
        each(read.map(|()| inputs.get(..width).unwrap_or_default()))?;
    }
    Ok(())
}
