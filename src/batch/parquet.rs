//! Rows of Parquet, whose columns have types of their own.

mod decode;
mod rows;
mod writer;

use std::fs::File;

use parquet::column::reader::ColumnReader;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescPtr;

pub(super) use rows::Rows;
pub(super) use writer::Writer;

use super::columns::{Column, Type};
use super::error::Error;
use crate::value::Value;

/// How many rows are worked on at once.
const ROWS: usize = 4096;

/// Some rows, column by column.
pub(super) struct Table {
    /// The values of each column that is used, in the order of the plan.
    columns: Vec<Vec<Value>>,
    rows: usize,
    /// The number of its first row, from 1.
    first: u64,
}

/// Reads the rows of a file, some at a time.
pub(super) struct Reader {
    name: String,
    file: SerializedFileReader<File>,
    /// The columns that are used, by place in the file.
    used: Vec<usize>,
    /// The row group that is read next.
    group: usize,
    open: Vec<ColumnReader>,
    /// How many rows of the open row group are left.
    left: usize,
    row: u64,
}

impl Reader {
    pub(super) fn open(name: &str, file: File) -> Result<Reader, Error> {
        let file = SerializedFileReader::new(file)
            .map_err(|error| Error::unfit(format!("`{name}` is not Parquet: {error}")))?;
        let (used, open, name) = (Vec::new(), Vec::new(), name.to_owned());
        Ok(Reader { name, file, used, group: 0, open, left: 0, row: 1 })
    }

    fn column(&self, index: usize) -> ColumnDescPtr {
        self.file.metadata().file_metadata().schema_descr().column(index)
    }

    /// The places of the columns that are not nested, with their names and types.
    fn flat(&self) -> impl Iterator<Item = (usize, String, Option<Type>)> {
        let count = self.file.metadata().file_metadata().schema_descr().num_columns();
        (0..count).filter_map(|index| {
            let column = self.column(index);
            let is_flat = column.path().parts().len() == 1 && column.max_rep_level() == 0;
            is_flat.then(|| (index, column.name().to_owned(), decode::kind(&column)))
        })
    }

    /// The columns that can be used, with their types. Others are strings to those who ask.
    pub(super) fn columns(&self) -> Vec<(String, Type)> {
        self.flat().map(|(_, name, kind)| (name, kind.unwrap_or_default())).collect()
    }

    /// Says which columns are used.
    pub(super) fn select(&mut self, columns: &[Column]) -> Result<(), Error> {
        let flat: Vec<_> = self.flat().collect();
        for column in columns {
            match flat.iter().find(|(_, name, _)| *name == column.name) {
                Some((index, _, Some(_))) => self.used.push(*index),
                _ => {
                    let (file, column) = (&self.name, &column.name);
                    let message = format!("column `{column}` of `{file}` has an unknown type");
                    let help =
                        "known are strings, integers, floats, booleans, dates and timestamps";
                    return Err(Error::unfit(message).help(help));
                }
            }
        }
        Ok(())
    }

    /// The next rows.
    pub(super) fn next(&mut self) -> Result<Option<Table>, Error> {
        self.table().map_err(|error| {
            let error = std::io::Error::other(error);
            Error::Read { name: self.name.clone(), error }
        })
    }

    fn table(&mut self) -> Result<Option<Table>, ParquetError> {
        while self.left == 0 {
            if self.group == self.file.num_row_groups() {
                return Ok(None);
            }
            let group = self.file.get_row_group(self.group)?;
            self.left = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
            let open = self.used.iter().map(|index| group.get_column_reader(*index));
            self.open = open.collect::<Result<_, _>>()?;
            self.group += 1;
        }
        let rows = self.left.min(ROWS);
        let mut columns = Vec::with_capacity(self.used.len());
        for (place, index) in self.used.iter().enumerate() {
            let column = self.column(*index);
            columns.push(decode::values(&mut self.open[place], &column, rows)?);
        }
        let first = self.row;
        self.row += rows as u64;
        self.left -= rows;
        Ok(Some(Table { columns, rows, first }))
    }
}
