//! Small files of Parquet with columns of every type.

use std::io;
use std::sync::Arc;

use parquet::basic::{
    Compression, ConvertedType, LogicalType, Repetition, TimeUnit, Type as Physical,
};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, FixedLenByteArray, Int96};
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::Type as Schema;

/// The types of columns: of bytes of a fixed length, with their number.
fn columns() -> Vec<(Physical, i32, Option<LogicalType>, ConvertedType)> {
    use Physical::{BOOLEAN, BYTE_ARRAY, DOUBLE, FIXED_LEN_BYTE_ARRAY, FLOAT, INT32, INT64, INT96};
    let none = ConvertedType::NONE;
    let logical = |physical, length, it| (physical, length, Some(it), none);
    let converted = |physical, it| (physical, -1, None, it);
    vec![
        (BOOLEAN, -1, None, none),
        (INT32, -1, None, none),
        (INT64, -1, None, none),
        (INT96, -1, None, none),
        (FLOAT, -1, None, none),
        (DOUBLE, -1, None, none),
        (BYTE_ARRAY, -1, None, none),
        (FIXED_LEN_BYTE_ARRAY, 4, None, none),
        logical(INT32, -1, LogicalType::integer(8, false)),
        logical(INT64, -1, LogicalType::integer(64, false)),
        logical(INT32, -1, LogicalType::decimal(2, 9)),
        logical(INT64, -1, LogicalType::decimal(0, 18)),
        logical(BYTE_ARRAY, -1, LogicalType::decimal(10, 38)),
        logical(FIXED_LEN_BYTE_ARRAY, 16, LogicalType::decimal(0, 38)),
        logical(INT32, -1, LogicalType::Date),
        logical(INT64, -1, LogicalType::time(false, TimeUnit::NANOS)),
        logical(INT64, -1, LogicalType::timestamp(true, TimeUnit::MICROS)),
        logical(FIXED_LEN_BYTE_ARRAY, 16, LogicalType::Uuid),
        logical(FIXED_LEN_BYTE_ARRAY, 2, LogicalType::Float16),
        logical(BYTE_ARRAY, -1, LogicalType::String),
        logical(BYTE_ARRAY, -1, LogicalType::Json),
        converted(INT32, ConvertedType::DATE),
        converted(INT64, ConvertedType::UINT_64),
        converted(INT64, ConvertedType::TIMESTAMP_MILLIS),
        converted(BYTE_ARRAY, ConvertedType::BSON),
    ]
}

/// The names of columns, the first of which can be read alone, and so on.
const NAMES: [&str; 5] = ["userid", "a", "b", "c", "d"];

/// Files of some columns each.
pub(crate) fn files() -> io::Result<Vec<Vec<u8>>> {
    let columns = columns();
    let mut files = Vec::new();
    for (start, version) in (0..columns.len()).flat_map(|start| {
        [(start, WriterVersion::PARQUET_1_0), (start, WriterVersion::PARQUET_2_0)]
    }) {
        let some = columns.iter().cycle().skip(start).take(NAMES.len());
        let field = |(name, (physical, length, logical, converted)): (&&str, &_)| {
            let builder = Schema::primitive_type_builder(name, *physical)
                .with_repetition(Repetition::OPTIONAL)
                .with_length(*length)
                .with_logical_type(Option::clone(logical))
                .with_converted_type(*converted);
            let builder = match logical {
                Some(LogicalType::Decimal(it)) => {
                    builder.with_precision(it.precision).with_scale(it.scale)
                }
                _ => builder,
            };
            builder.build().map(Arc::new)
        };
        let fields = NAMES.iter().zip(some).map(field).collect::<Result<_, _>>();
        let schema = Schema::group_type_builder("s").with_fields(fields.map_err(io::Error::other)?);
        let schema = Arc::new(schema.build().map_err(io::Error::other)?);
        let properties = WriterProperties::builder()
            .set_writer_version(version)
            .set_dictionary_enabled(start % 2 == 0)
            .set_compression(Compression::UNCOMPRESSED)
            .build();
        let mut bytes = Vec::new();
        let file = SerializedFileWriter::new(&mut bytes, schema, Arc::new(properties));
        let mut file = file.map_err(io::Error::other)?;
        let mut group = file.next_row_group().map_err(io::Error::other)?;
        while let Some(mut column) = group.next_column().map_err(io::Error::other)? {
            put(&mut column).map_err(io::Error::other)?;
            column.close().map_err(io::Error::other)?;
        }
        group.close().map_err(io::Error::other)?;
        file.close().map_err(io::Error::other)?;
        files.push(bytes);
    }
    Ok(files)
}

/// Two values with a null between.
fn put(column: &mut SerializedColumnWriter<'_>) -> parquet::errors::Result<usize> {
    let levels: Option<&[i16]> = Some(&[1, 0, 1]);
    let bytes =
        |length: usize| [ByteArray::from(vec![b'1'; length]), ByteArray::from(vec![b'a'; length])];
    match column.untyped() {
        ColumnWriter::BoolColumnWriter(it) => it.write_batch(&[true, false], levels, None),
        ColumnWriter::Int32ColumnWriter(it) => it.write_batch(&[-1, 20_784], levels, None),
        ColumnWriter::Int64ColumnWriter(it) => it.write_batch(&[-1, 45_296_789_000], levels, None),
        ColumnWriter::Int96ColumnWriter(it) => {
            it.write_batch(&[Int96::new(), Int96::new()], levels, None)
        }
        ColumnWriter::FloatColumnWriter(it) => it.write_batch(&[0.1, -1.0], levels, None),
        ColumnWriter::DoubleColumnWriter(it) => it.write_batch(&[0.1, f64::NAN], levels, None),
        ColumnWriter::ByteArrayColumnWriter(it) => it.write_batch(&bytes(5), levels, None),
        ColumnWriter::FixedLenByteArrayColumnWriter(it) => {
            let length = usize::try_from(it.get_descriptor().type_length()).unwrap_or(0);
            let values = bytes(length).map(FixedLenByteArray::from);
            it.write_batch(&values, levels, None)
        }
    }
}
