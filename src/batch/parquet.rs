//! Rows of a Parquet file. Each column has a type of its own.

mod bounded;
mod cursor;
mod decode;
mod delta;
mod footer;
mod guarded;
mod kind;
mod pages;
mod rows;
mod shape;
mod thrift;
mod writer;

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::column::reader::ColumnReader;
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::Length;

pub use guarded::PARQUET_THREAD;
pub(super) use rows::Rows;
pub(super) use writer::Writer;

use self::bounded::Bounded;
use self::decode::{Raw, Values};
use self::guarded::guarded;
use self::kind::{Field, Kind};
use self::pages::Room;
use super::columns::Column;
use super::error::Error;
use crate::value::{Type, Value};

/// The most rows that are read at once. Rows with many bytes are read in smaller numbers, because
/// each row gets its own copy of a value that the file holds once.
const ROWS: usize = 4096;
const BYTES: usize = 4 << 20;

/// The bytes at the beginning and at the end of a file.
const MAGIC: &[u8; 4] = b"PAR1";

/// Some rows, stored by column.
pub(super) struct Table {
    /// The values of each column that is used, in the order of the plan.
    columns: Vec<Vec<Value>>,
    /// The rows with a value that cannot be read, in order, each with the reason.
    bad: Vec<(usize, String)>,
    rows: usize,
    /// The number of the first row, from 1.
    first: u64,
}

/// A column that is read.
struct Used {
    name: String,
    /// The index of the column in the file.
    leaf: usize,
    kind: Kind,
    can_be_null: bool,
}

/// Reads the rows of a file, a number of rows at a time.
pub(super) struct Reader {
    name: String,
    file: Arc<Bounded>,
    metadata: ParquetMetaData,
    room: Room,
    fields: Vec<Field>,
    used: Vec<Used>,
    /// The row group that is read next.
    group: usize,
    open: Vec<ColumnReader>,
    /// The number of rows that are left in the open row group.
    left: usize,
    /// The rows that have been read from the row group and not yet returned.
    waiting: Waiting,
    row: u64,
}

/// Rows in the form that their pages have.
#[derive(Default)]
struct Waiting {
    columns: Vec<Raw>,
    /// The number of bytes of each row, the last row first.
    sizes: Vec<usize>,
}

impl Waiting {
    /// The number of rows that are read at once.
    fn rows(&self) -> usize {
        let mut bytes = 0_usize;
        let fits = |size: &&usize| {
            bytes = bytes.saturating_add(**size);
            bytes <= BYTES
        };
        let rows = self.sizes.iter().rev().take_while(fits).count();
        rows.max(self.sizes.len().min(1))
    }
}

impl Reader {
    pub(super) fn open(name: &str, mut file: File) -> Result<Reader, Error> {
        let is_cut =
            is_cut(&mut file).map_err(|error| Error::Read { name: name.to_owned(), error })?;
        if is_cut {
            let message = format!(
                "`{name}` ends in the middle: it begins like a Parquet file, but its end is missing"
            );
            return Err(Error::unfit(message));
        }
        let metadata = guarded(|| footer::read(&mut file))
            .map_err(|error| Error::unfit(format!("`{name}` is not Parquet")).because(error))?;
        Ok(Reader {
            name: name.to_owned(),
            file: Arc::new(Bounded(file)),
            fields: kind::fields(metadata.file_metadata().schema_descr()),
            metadata,
            room: Room::default(),
            used: Vec::new(),
            group: 0,
            open: Vec::new(),
            left: 0,
            waiting: Waiting::default(),
            row: 1,
        })
    }

    /// The columns with their types. A column that cannot be read is shown as one of strings.
    pub(super) fn columns(&self) -> Vec<(String, Type)> {
        let kind =
            |field: &Field| field.kind.as_ref().map_or(Type::String, |kind| kind.1.column_type());
        self.fields.iter().map(|field| (field.name.clone(), kind(field))).collect()
    }

    /// Selects the columns that are used. All others may have any type.
    pub(super) fn select(&mut self, columns: &[Column]) -> Result<(), Error> {
        for column in columns {
            let (file, name) = (&self.name, &column.name);
            let kind = match self.fields.iter().find(|field| field.name == *name) {
                Some(field) => field.kind.clone(),
                None => Err("the file does not have it".to_owned()),
            };
            let (leaf, kind) = kind.map_err(|what| {
                let message = format!("column `{name}` of `{file}` cannot be read: {what}");
                let help = "columns of strings, numbers, decimals, booleans, dates, times and UUIDs \
                            can be read: write it as one of these, or leave it out";
                Error::unfit(message).help(help)
            })?;
            let schema = self.metadata.file_metadata().schema_descr();
            let can_be_null = schema.column(leaf).max_def_level() > 0;
            self.used.push(Used { name: column.name.clone(), leaf, kind, can_be_null });
        }
        self.check_sizes()
    }

    /// Checks that no column takes more bytes than there are: a part of the file that many row groups
    /// share would be read for each of them.
    fn check_sizes(&self) -> Result<(), Error> {
        let most = Length::len(&*self.file);
        for Used { name, leaf, .. } in &self.used {
            let groups = self.metadata.row_groups().iter();
            let sizes = groups.map(|group| group.column(*leaf).compressed_size().unsigned_abs());
            if sizes.fold(0_u64, u64::saturating_add) > most {
                let wrong = "its parts take more bytes than the file has".to_owned();
                return Err(self.broken(Some(name), ParquetError::General(wrong)));
            }
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
        while self.waiting.sizes.is_empty() {
            if self.left > 0 {
                self.read()?;
            } else if self.group < self.metadata.num_row_groups() {
                self.next_group()?;
            } else {
                return Ok(None);
            }
        }
        let rows = self.waiting.rows();
        let columns = &mut self.waiting.columns;
        let taken = guarded(|| Ok(columns.iter_mut().map(|raw| raw(rows)).collect::<Vec<_>>()));
        let taken = taken.map_err(|error| self.broken(None, error))?;
        self.waiting.sizes.truncate(self.waiting.sizes.len() - rows);
        let (mut columns, mut bad) = (Vec::with_capacity(self.used.len()), Vec::new());
        for (Used { name, .. }, Values { values, bad: found }) in self.used.iter().zip(taken) {
            columns.push(values);
            bad.extend(
                found.into_iter().map(|(row, why)| (row, format!("column `{name}`: {why}"))),
            );
        }
        // A row with several problems is reported with the problem of its first column.
        bad.sort_by_key(|(row, _)| *row);
        bad.dedup_by_key(|(row, _)| *row);
        let first = self.row;
        self.row += rows as u64;
        Ok(Some(Table { columns, bad, rows, first }))
    }

    /// Reads some rows of the open row group.
    fn read(&mut self) -> Result<(), Error> {
        let rows = self.left.min(ROWS);
        let mut sizes = vec![0; rows];
        let (open, used) = (&mut self.open, &self.used);
        let read = guarded(|| {
            // The rows end at the first broken column.
            let mut read = Vec::with_capacity(used.len());
            for (column, used) in open.iter_mut().zip(used) {
                let raw = decode::raw(column, used.kind, used.can_be_null, &mut sizes);
                let is_broken = raw.is_err();
                read.push(raw);
                if is_broken {
                    break;
                }
            }
            Ok(read)
        });
        let read = read.map_err(|error| self.broken(None, error))?;
        let mut columns = Vec::with_capacity(self.used.len());
        for (Used { name, .. }, raw) in self.used.iter().zip(read) {
            columns.push(raw.map_err(|error| self.broken(Some(name), error))?);
        }
        sizes.reverse();
        self.waiting = Waiting { columns, sizes };
        self.left -= rows;
        Ok(())
    }

    fn next_group(&mut self) -> Result<(), Error> {
        let group = self.metadata.row_group(self.group);
        let rows = group.num_rows();
        let wrong = |what: &str| ParquetError::General(format!("a row group has {what}"));
        self.left = usize::try_from(rows)
            .map_err(|_| self.broken(None, wrong("a negative number of rows")))?;
        self.open.clear();
        for Used { name, leaf, .. } in &self.used {
            let codec = match group.column(*leaf).compression() {
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
                let help = "columns compressed with Snappy, gzip or Zstandard can be read";
                return Err(Error::unfit(message).help(help));
            }
            let open = if group.column(*leaf).num_values() == rows {
                guarded(|| pages::open(&self.file, group, *leaf, &self.room))
            } else {
                Err(wrong("a number of values that differs from its number of rows"))
            };
            self.open.push(open.map_err(|error| self.broken(Some(name), error))?);
        }
        self.group += 1;
        Ok(())
    }
}

/// Whether a file begins like a Parquet file and does not end like one.
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
    // The bytes at the beginning must not be counted as those at the end, too.
    Ok(magic != *MAGIC || length < 12)
}
