//! A writer of Parquet files, one row group after another.

use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::Type as Schema;

use crate::batch::encode::{Cells, Table};

/// A row group ends after this number of rows, or after this number of bytes of text, whichever comes
/// first.
const ROWS: usize = 100_000;
const BYTES: usize = 8 << 20;

/// Collects rows, and writes them in groups.
pub(in crate::batch) struct Writer<'w> {
    file: SerializedFileWriter<&'w mut (dyn Write + Send)>,
    waiting: Table,
}

fn failed(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(error) => match error.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(error) => io::Error::other(error),
        },
        error => io::Error::other(error),
    }
}

impl<'w> Writer<'w> {
    /// Begins a file with these columns.
    pub(in crate::batch) fn new(
        header: &[String],
        empty: Table,
        output: &'w mut (dyn Write + Send),
    ) -> io::Result<Writer<'w>> {
        let fields = header.iter().zip(&empty.columns).map(|(name, cells)| {
            let (physical, logical) = match cells {
                Cells::Boolean { .. } => (Physical::BOOLEAN, None),
                Cells::Small { .. } => (Physical::INT32, None),
                Cells::Integer { .. } => (Physical::INT64, None),
                Cells::Float { .. } => (Physical::DOUBLE, None),
                Cells::Text { .. } => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            };
            let field = Schema::primitive_type_builder(name, physical)
                .with_repetition(Repetition::OPTIONAL)
                .with_logical_type(logical);
            field.build().map(Arc::new)
        });
        let fields = fields.collect::<Result<_, _>>().map_err(failed)?;
        let schema = Schema::group_type_builder("schema").with_fields(fields).build();
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(concat!("planout ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let schema = Arc::new(schema.map_err(failed)?);
        let file = SerializedFileWriter::new(output, schema, Arc::new(properties));
        Ok(Writer { file: file.map_err(failed)?, waiting: empty })
    }

    /// Adds rows.
    pub(in crate::batch) fn add(&mut self, rows: Table) -> io::Result<()> {
        self.waiting.append(rows);
        if self.waiting.rows >= ROWS || self.waiting.bytes() >= BYTES {
            self.write()
        } else {
            Ok(())
        }
    }

    fn write(&mut self) -> io::Result<()> {
        if self.waiting.rows == 0 {
            return Ok(());
        }
        let empty = self.waiting.emptied();
        let table = std::mem::replace(&mut self.waiting, empty);
        let write = || {
            let mut group = self.file.next_row_group()?;
            for cells in table.columns {
                let Some(mut column) = group.next_column()? else { break };
                put(&mut column, cells)?;
                column.close()?;
            }
            group.close().map(|_| ())
        };
        write().map_err(failed)
    }

    /// Writes the rest and the footer.
    pub(in crate::batch) fn finish(mut self) -> io::Result<()> {
        self.write()?;
        self.file.close().map(|_| ()).map_err(failed)
    }
}

fn put(column: &mut SerializedColumnWriter<'_>, cells: Cells) -> Result<(), ParquetError> {
    let written = match cells {
        Cells::Boolean { values, levels } => {
            column.typed::<BoolType>().write_batch(&values, Some(&levels), None)
        }
        Cells::Small { values, levels } => {
            column.typed::<Int32Type>().write_batch(&values, Some(&levels), None)
        }
        Cells::Integer { values, levels } => {
            column.typed::<Int64Type>().write_batch(&values, Some(&levels), None)
        }
        Cells::Float { values, levels } => {
            column.typed::<DoubleType>().write_batch(&values, Some(&levels), None)
        }
        Cells::Text { text, ends, levels } => {
            let all = ByteArray::from(text.into_bytes());
            let mut start = 0;
            let slice = |end: usize| {
                let begin = std::mem::replace(&mut start, end);
                all.slice(begin, end - begin)
            };
            let values: Vec<ByteArray> = ends.into_iter().map(slice).collect();
            column.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None)
        }
    };
    written.map(|_| ())
}
