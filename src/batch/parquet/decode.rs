//! The values of a column.

use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;
use parquet::schema::types::ColumnDescriptor;

use crate::batch::columns::Type;
use crate::time;
use crate::value::Value;

/// What the values of a column are; `None` for what is not known here.
pub(super) fn kind(column: &ColumnDescriptor) -> Option<Type> {
    let logical = column.logical_type_ref();
    // What older files say.
    let is_plain = matches!(
        column.converted_type(),
        ConvertedType::NONE
            | ConvertedType::UTF8
            | ConvertedType::ENUM
            | ConvertedType::JSON
            | ConvertedType::INT_8
            | ConvertedType::INT_16
            | ConvertedType::INT_32
            | ConvertedType::INT_64
    );
    if logical.is_none() && !is_plain {
        return None;
    }
    match (column.physical_type(), logical) {
        (Physical::BOOLEAN, None) => Some(Type::Boolean),
        (Physical::INT32, Some(LogicalType::Date)) => Some(Type::String),
        (Physical::INT64, Some(LogicalType::Timestamp(_))) => Some(Type::String),
        // What they hold may be more than a signed number can be.
        (Physical::INT64, Some(LogicalType::Integer(it))) if !it.is_signed => Some(Type::String),
        (Physical::INT32 | Physical::INT64, None | Some(LogicalType::Integer(_))) => {
            Some(Type::Integer)
        }
        (Physical::FLOAT | Physical::DOUBLE, None) => Some(Type::Float),
        (
            Physical::BYTE_ARRAY,
            None | Some(LogicalType::String | LogicalType::Enum | LogicalType::Json),
        ) => Some(Type::String),
        _ => None,
    }
}

/// The next values of a column of a known kind.
pub(super) fn values(
    reader: &mut ColumnReader,
    column: &ColumnDescriptor,
    rows: usize,
) -> Result<Vec<Value>, ParquetError> {
    let can_be_null = column.max_def_level() > 0;
    let logical = column.logical_type_ref();
    match reader {
        ColumnReader::BoolColumnReader(reader) => {
            read(reader, rows, can_be_null, |it| Ok(Value::Bool(it)))
        }
        ColumnReader::Int32ColumnReader(reader) => read(reader, rows, can_be_null, |it| {
            Ok(match logical {
                Some(LogicalType::Date) => Value::from(time::date_text(it.into())),
                Some(LogicalType::Integer(int)) if !int.is_signed => Value::Int((it as u32).into()),
                _ => Value::Int(it.into()),
            })
        }),
        ColumnReader::Int64ColumnReader(reader) => read(reader, rows, can_be_null, |it| {
            Ok(match logical {
                Some(LogicalType::Timestamp(stamp)) => {
                    let per_second = match stamp.unit {
                        TimeUnit::MILLIS => 1_000,
                        TimeUnit::MICROS => 1_000_000,
                        TimeUnit::NANOS => 1_000_000_000,
                    };
                    let zone = if stamp.is_adjusted_to_u_t_c { "Z" } else { "" };
                    Value::from(time::timestamp_text(it, per_second) + zone)
                }
                Some(LogicalType::Integer(int)) if !int.is_signed => {
                    let it = it as u64;
                    i64::try_from(it).map_or_else(|_| Value::Wide(Box::new(it.into())), Value::Int)
                }
                _ => Value::Int(it),
            })
        }),
        ColumnReader::FloatColumnReader(reader) => {
            read(reader, rows, can_be_null, |it| Ok(Value::Float(it.into())))
        }
        ColumnReader::DoubleColumnReader(reader) => {
            read(reader, rows, can_be_null, |it| Ok(Value::Float(it)))
        }
        ColumnReader::ByteArrayColumnReader(reader) => {
            read(reader, rows, can_be_null, |it: ByteArray| {
                let text = std::str::from_utf8(it.data());
                let not_text = |_| ParquetError::General("a string is not UTF-8".to_owned());
                text.map(Value::from).map_err(not_text)
            })
        }
        _ => Err(ParquetError::General("a column of an unknown type".to_owned())),
    }
}

fn read<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    rows: usize,
    can_be_null: bool,
    value: impl Fn(T::T) -> Result<Value, ParquetError>,
) -> Result<Vec<Value>, ParquetError> {
    let (mut levels, mut found) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
    let mut read = 0;
    while read < rows {
        let levels = can_be_null.then_some(&mut levels);
        let (records, ..) = reader.read_records(rows - read, levels, None, &mut found)?;
        if records == 0 {
            return Err(ParquetError::EOF("a column has too few values".to_owned()));
        }
        read += records;
    }
    let mut found = found.into_iter().map(value);
    if !can_be_null {
        return found.collect();
    }
    let value = |level: i16| {
        if level == 0 { Ok(Value::Null) } else { found.next().unwrap_or(Ok(Value::Null)) }
    };
    levels.into_iter().map(value).collect()
}
