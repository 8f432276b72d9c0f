//! Rows of Parquet, whose columns have types of their own.

mod bounded;
mod decode;
mod guarded;
mod kind;
mod rows;
mod writer;

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use parquet::basic::Compression;
use parquet::column::reader::ColumnReader;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};

pub use guarded::PARQUET_THREAD;
pub(super) use rows::Rows;
pub(super) use writer::Writer;

use self::bounded::Bounded;
use self::decode::Values;
use self::guarded::guarded;
use self::kind::{Field, Kind};
use super::columns::Column;
use super::error::Error;
use super::types::Type;
use crate::value::Value;

/// How many rows are worked on at once.
const ROWS: usize = 4096;

/// What stands at the beginning of a file, and at its end.
const MAGIC: &[u8; 4] = b"PAR1";

/// Some rows, column by column.
pub(super) struct Table {
    /// The values of each column that is used, in the order of the plan.
    columns: Vec<Vec<Value>>,
    /// Rows that have a value that cannot be read, in order, and why.
    bad: Vec<(usize, String)>,
    rows: usize,
    /// The number of its first row, from 1.
    first: u64,
}

/// A column that is read.
struct Used {
    name: String,
    /// Its place in the file.
    leaf: usize,
    kind: Kind,
    can_be_null: bool,
}

/// Reads the rows of a file, some at a time.
pub(super) struct Reader {
    name: String,
    file: SerializedFileReader<Bounded>,
    fields: Vec<Field>,
    used: Vec<Used>,
    /// The row group that is read next.
    group: usize,
    open: Vec<ColumnReader>,
    /// How many rows of the open row group are left.
    left: usize,
    row: u64,
}

impl Reader {
    pub(super) fn open(name: &str, mut file: File) -> Result<Reader, Error> {
        let is_cut =
            is_cut(&mut file).map_err(|error| Error::Read { name: name.to_owned(), error })?;
        if is_cut {
            let message = format!(
                "`{name}` ends in the middle: it begins as Parquet does, and its end is missing"
            );
            return Err(Error::unfit(message));
        }
        let file = guarded(|| SerializedFileReader::new(Bounded(file)))
            .map_err(|error| Error::unfit(format!("`{name}` is not Parquet")).because(error))?;
        let fields = kind::fields(file.metadata().file_metadata().schema_descr());
        let (used, open, name) = (Vec::new(), Vec::new(), name.to_owned());
        Ok(Reader { name, file, fields, used, group: 0, open, left: 0, row: 1 })
    }

    /// The columns with their types. Those that cannot be read are strings to who asks.
    pub(super) fn columns(&self) -> Vec<(String, Type)> {
        let kind =
            |field: &Field| field.kind.as_ref().map_or(Type::String, |it| it.1.column_type());
        self.fields.iter().map(|field| (field.name.clone(), kind(field))).collect()
    }

    /// Says which columns are used. All others may be of any type.
    pub(super) fn select(&mut self, columns: &[Column]) -> Result<(), Error> {
        for column in columns {
            let (file, name) = (&self.name, &column.name);
            let kind = match self.fields.iter().find(|field| field.name == *name) {
                Some(field) => field.kind.clone(),
                None => Err("it is not there".to_owned()),
            };
            let (leaf, kind) = kind.map_err(|what| {
                let message = format!("column `{name}` of `{file}` cannot be read: {what}");
                let help = "columns of strings, numbers, decimals, booleans, dates, times and UUIDs \
                            can be read: write it as one of these, or leave it out";
                Error::unfit(message).help(help)
            })?;
            let schema = self.file.metadata().file_metadata().schema_descr();
            let can_be_null = schema.column(leaf).max_def_level() > 0;
            self.used.push(Used { name: column.name.clone(), leaf, kind, can_be_null });
        }
        Ok(())
    }

    fn broken(&self, column: Option<&str>, error: ParquetError) -> Error {
        let error = match column {
            Some(column) => io::Error::other(format!("column `{column}`: {error}")),
            None => io::Error::other(error),
        };
        Error::Read { name: self.name.clone(), error }
    }

    /// The next rows.
    pub(super) fn next(&mut self) -> Result<Option<Table>, Error> {
        while self.left == 0 {
            if self.group == self.file.num_row_groups() {
                return Ok(None);
            }
            self.next_group()?;
        }
        let rows = self.left.min(ROWS);
        let (mut columns, mut bad) = (Vec::with_capacity(self.used.len()), Vec::new());
        let (open, used) = (&mut self.open, &self.used);
        let read = guarded(|| {
            let values = |(column, used): (&mut ColumnReader, &Used)| {
                decode::values(column, used.kind, used.can_be_null, rows)
            };
            // The rows end at the first column that is broken.
            let mut read = Vec::with_capacity(used.len());
            for column in open.iter_mut().zip(used).map(values) {
                let is_broken = column.is_err();
                read.push(column);
                if is_broken {
                    break;
                }
            }
            Ok(read)
        });
        let read = read.map_err(|error| self.broken(None, error))?;
        for (Used { name, .. }, read) in self.used.iter().zip(read) {
            let Values { values, bad: found } =
                read.map_err(|error| self.broken(Some(name), error))?;
            columns.push(values);
            bad.extend(
                found.into_iter().map(|(row, why)| (row, format!("column `{name}`: {why}"))),
            );
        }
        // Of the problems of a row, the one of its first column.
        bad.sort_by_key(|(row, _)| *row);
        bad.dedup_by_key(|(row, _)| *row);
        let first = self.row;
        self.row += rows as u64;
        self.left -= rows;
        Ok(Some(Table { columns, bad, rows, first }))
    }

    fn next_group(&mut self) -> Result<(), Error> {
        let group = self.file.get_row_group(self.group).map_err(|it| self.broken(None, it))?;
        let rows = group.metadata().num_rows();
        let wrong = |what: &str| ParquetError::General(format!("a row group has {what}"));
        self.left =
            usize::try_from(rows).map_err(|_| self.broken(None, wrong("less than no rows")))?;
        self.open.clear();
        for Used { name, leaf, .. } in &self.used {
            let codec = match group.metadata().column(*leaf).compression() {
                Compression::BROTLI(_) => Some("Brotli"),
                Compression::LZ4 | Compression::LZ4_RAW => Some("LZ4"),
                Compression::LZO => Some("LZO"),
                _ => None,
            };
            if let Some(codec) = codec {
                let file = &self.name;
                let message = format!(
                    "column `{name}` of `{file}` cannot be read: it is compressed with {codec}"
                );
                let help = "what is compressed with Snappy, gzip or Zstandard can be read";
                return Err(Error::unfit(message).help(help));
            }
            let open = match group.metadata().column(*leaf).num_values() == rows {
                true => guarded(|| group.get_column_reader(*leaf)),
                false => Err(wrong("another number of values than of rows")),
            };
            self.open.push(open.map_err(|error| self.broken(Some(name), error))?);
        }
        self.group += 1;
        Ok(())
    }
}

/// Whether a file begins as Parquet does and ends otherwise.
fn is_cut(file: &mut File) -> io::Result<bool> {
    let mut magic = [0; MAGIC.len()];
    let length = file.seek(SeekFrom::End(0))?;
    file.rewind()?;
    let begins = length >= 4 && file.read_exact(&mut magic).map(|()| magic == *MAGIC)?;
    if !begins {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-4))?;
    file.read_exact(&mut magic)?;
    // The one at the beginning is not the one at the end, too.
    Ok(magic != *MAGIC || length < 12)
}
