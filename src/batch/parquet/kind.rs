//! The types of the columns of a file, as its schema declares them.

use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use parquet::schema::types::{ColumnDescriptor, SchemaDescriptor, Type as Schema};

use crate::batch::types::Type;

/// The most digits of a decimal. More are in no database that writes Parquet.
const MAX_DIGITS: i32 = 76;

/// How the values of a column are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Boolean,
    Integer,
    /// An integer whose highest bit is not a sign.
    Unsigned,
    Float,
    /// A float of 16 bits.
    Half,
    /// A whole number without its point.
    Decimal {
        digits: usize,
        /// How many of the digits stand after the point.
        scale: usize,
    },
    /// Days since 1970.
    Date,
    Time(Clock),
    Timestamp(Clock),
    /// The nanosecond of a day and a Julian day, in 96 bits.
    OldTimestamp,
    Uuid,
    Text,
    /// Nothing but null.
    Null,
}

/// How a time is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    /// In parts of a second.
    pub(super) per_second: i64,
    /// Whether it is known to be in UTC.
    pub(super) is_utc: bool,
}

/// A column at the top of a file.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: String,
    /// Which of the columns with values it is, and how they are read; or what it is that cannot be.
    pub(super) kind: Result<(usize, Kind), String>,
}

/// The columns at the top of a file, in its order.
pub(super) fn fields(schema: &SchemaDescriptor) -> Vec<Field> {
    let roots = schema.root_schema().get_fields().iter();
    let field = |(root, field): (usize, &std::sync::Arc<Schema>)| {
        let leaf = (0..schema.num_columns()).find(|leaf| schema.get_column_root_idx(*leaf) == root);
        let kind = match (nested(field), leaf) {
            (Some(what), _) => Err(what.to_owned()),
            (None, None) => Err("it holds nothing".to_owned()),
            (None, Some(leaf)) => Kind::of(&schema.column(leaf)).map(|kind| (leaf, kind)),
        };
        Field { name: field.name().to_owned(), kind }
    };
    roots.enumerate().map(field).collect()
}

/// The kind of a column that holds more than one value in a row.
fn nested(field: &Schema) -> Option<&'static str> {
    let info = field.get_basic_info();
    if info.has_repetition() && info.repetition() == parquet::basic::Repetition::REPEATED {
        return Some("it is a list");
    }
    if field.is_primitive() {
        return None;
    }
    let logical = info.logical_type_ref();
    Some(match (logical, info.converted_type()) {
        (Some(LogicalType::List), _) | (None, ConvertedType::LIST) => "it is a list",
        (Some(LogicalType::Map), _) | (None, ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE) => {
            "it is a map"
        }
        (Some(LogicalType::Variant(_)), _) => "it is of type VARIANT",
        _ => "it is a struct",
    })
}

impl Kind {
    /// How the values of a column are read, or what it is.
    fn of(column: &ColumnDescriptor) -> Result<Kind, String> {
        let physical = column.physical_type();
        let unknown = |what: &str| Err(format!("it is of type {what}"));
        let Some(logical) = logical(column) else { return unknown("INTERVAL") };
        Ok(match (logical, physical) {
            (Some(LogicalType::Unknown), _) => Kind::Null,
            (None, Physical::BOOLEAN) => Kind::Boolean,
            (None, Physical::INT32 | Physical::INT64) => Kind::Integer,
            (Some(LogicalType::Integer(int)), Physical::INT32 | Physical::INT64) => {
                if int.is_signed { Kind::Integer } else { Kind::Unsigned }
            }
            (None, Physical::FLOAT | Physical::DOUBLE) => Kind::Float,
            (Some(LogicalType::Float16), Physical::FIXED_LEN_BYTE_ARRAY) => Kind::Half,
            (Some(LogicalType::Decimal(decimal)), _) => {
                let (scale, digits) = (decimal.scale, decimal.precision);
                match (usize::try_from(scale), usize::try_from(digits)) {
                    (Ok(scale), Ok(digits_count))
                        if digits <= MAX_DIGITS && scale <= digits_count =>
                    {
                        Kind::Decimal { digits: digits_count, scale }
                    }
                    _ => return unknown(&format!("DECIMAL({digits},{scale})")),
                }
            }
            (Some(LogicalType::Date), Physical::INT32) => Kind::Date,
            (Some(LogicalType::Time(time)), _) => {
                Kind::Time(Clock::new(time.unit, time.is_adjusted_to_u_t_c))
            }
            (Some(LogicalType::Timestamp(stamp)), Physical::INT64) => {
                Kind::Timestamp(Clock::new(stamp.unit, stamp.is_adjusted_to_u_t_c))
            }
            (None, Physical::INT96) => Kind::OldTimestamp,
            (Some(LogicalType::Uuid), Physical::FIXED_LEN_BYTE_ARRAY) => Kind::Uuid,
            (
                None | Some(LogicalType::String | LogicalType::Enum | LogicalType::Json),
                Physical::BYTE_ARRAY,
            ) => Kind::Text,
            (logical, physical) => {
                return match logical {
                    Some(LogicalType::Bson) => unknown("BSON"),
                    Some(LogicalType::Geometry(_)) => unknown("GEOMETRY"),
                    Some(LogicalType::Geography(_)) => unknown("GEOGRAPHY"),
                    Some(LogicalType::_Unknown { .. }) => {
                        unknown("that was added to Parquet later")
                    }
                    _ => unknown(&physical.to_string()),
                };
            }
        })
    }

    /// The type that it has beside those of other formats: what it is written as, where it is kept.
    pub(super) fn column_type(self) -> Type {
        match self {
            Kind::Boolean => Type::Boolean,
            Kind::Integer => Type::Integer,
            Kind::Decimal { digits: ..=18, scale: 0 } => Type::Integer,
            Kind::Float | Kind::Half => Type::Float,
            // What they hold may be more than a signed number can be, or has a point.
            Kind::Unsigned | Kind::Decimal { .. } => Type::String,
            Kind::Date | Kind::Time(_) | Kind::Timestamp(_) | Kind::OldTimestamp => Type::String,
            Kind::Uuid | Kind::Text | Kind::Null => Type::String,
        }
    }
}

impl Clock {
    fn new(unit: TimeUnit, is_utc: bool) -> Clock {
        let per_second = match unit {
            TimeUnit::MILLIS => 1_000,
            TimeUnit::MICROS => 1_000_000,
            TimeUnit::NANOS => 1_000_000_000,
        };
        Clock { per_second, is_utc }
    }
}

/// What a column says of its values: by its logical type, or as older files and DuckDB say it. `None`
/// for a type that only the older ones have.
fn logical(column: &ColumnDescriptor) -> Option<Option<LogicalType>> {
    if let Some(logical) = column.logical_type_ref() {
        return Some(Some(logical.clone()));
    }
    // Who knows of time zones says so by a logical type.
    let (millis, micros) = (TimeUnit::MILLIS, TimeUnit::MICROS);
    Some(Some(match column.converted_type() {
        ConvertedType::NONE => return Some(None),
        ConvertedType::UTF8 => LogicalType::String,
        ConvertedType::ENUM => LogicalType::Enum,
        ConvertedType::JSON => LogicalType::Json,
        ConvertedType::BSON => LogicalType::Bson,
        ConvertedType::DECIMAL => {
            LogicalType::decimal(column.type_scale(), column.type_precision())
        }
        ConvertedType::DATE => LogicalType::Date,
        ConvertedType::TIME_MILLIS => LogicalType::time(false, millis),
        ConvertedType::TIME_MICROS => LogicalType::time(false, micros),
        ConvertedType::TIMESTAMP_MILLIS => LogicalType::timestamp(false, millis),
        ConvertedType::TIMESTAMP_MICROS => LogicalType::timestamp(false, micros),
        ConvertedType::UINT_8 => LogicalType::integer(8, false),
        ConvertedType::UINT_16 => LogicalType::integer(16, false),
        ConvertedType::UINT_32 => LogicalType::integer(32, false),
        ConvertedType::UINT_64 => LogicalType::integer(64, false),
        ConvertedType::INT_8 => LogicalType::integer(8, true),
        ConvertedType::INT_16 => LogicalType::integer(16, true),
        ConvertedType::INT_32 => LogicalType::integer(32, true),
        ConvertedType::INT_64 => LogicalType::integer(64, true),
        ConvertedType::MAP
        | ConvertedType::MAP_KEY_VALUE
        | ConvertedType::LIST
        | ConvertedType::INTERVAL => return None,
    }))
}
