//! The types of the columns of a file, as its schema declares them.

use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use parquet::schema::types::{ColumnDescriptor, SchemaDescriptor, Type as Schema};

use crate::value::Type;

/// The most digits of a decimal. No database writes decimals with more to Parquet.
const MAX_DIGITS: i32 = 76;

/// The way to read the values of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Boolean,
    Integer,
    /// An unsigned integer.
    Unsigned,
    Float,
    /// A 16-bit float.
    Half,
    /// A decimal, stored as a whole number without its point.
    Decimal {
        digits: usize,
        /// The number of digits after the point.
        scale: usize,
    },
    /// A date, stored as days since 1970.
    Date,
    Time(Clock),
    Timestamp(Clock),
    /// A time, stored as the nanosecond of a day and a Julian day, in 96 bits.
    OldTimestamp,
    Uuid,
    Text,
    /// A column that holds null only.
    Null,
}

/// The unit of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    /// The number of units in a second.
    pub(super) per_second: i64,
    /// Whether the time is known to be in UTC.
    pub(super) is_utc: bool,
}

/// A column at the top level of a file.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: String,
    /// The index among the columns with values, and the way to read them; or the reason why they
    /// cannot be read.
    pub(super) kind: Result<(usize, Kind), String>,
}

/// The columns at the top level of a file, in its order.
pub(super) fn fields(schema: &SchemaDescriptor) -> Vec<Field> {
    let roots = schema.root_schema().get_fields().iter();
    // The columns with values come in the order of those at the top.
    let mut leaves = (0..schema.num_columns()).peekable();
    let field = |(root, field): (usize, &std::sync::Arc<Schema>)| {
        let mut leaf = None;
        while let Some(next) = leaves.next_if(|leaf| schema.get_column_root_idx(*leaf) == root) {
            leaf = leaf.or(Some(next));
        }
        let kind = match (nested(field), leaf) {
            (Some(what), _) => Err(what.to_owned()),
            (None, None) => Err("it holds nothing".to_owned()),
            (None, Some(leaf)) => Kind::of(&schema.column(leaf)).map(|kind| (leaf, kind)),
        };
        Field { name: field.name().to_owned(), kind }
    };
    roots.enumerate().map(field).collect()
}

/// The reason why a column cannot be read, if it holds more than one value in a row.
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
    /// The way to read the values of a column, or the reason why they cannot be read.
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

    /// The type that the other formats have for it: values are written in this type where the type is
    /// kept.
    pub(super) fn column_type(self) -> Type {
        match self {
            Kind::Boolean => Type::Boolean,
            Kind::Integer => Type::Integer,
            Kind::Decimal { digits: ..=18, scale: 0 } => Type::Integer,
            Kind::Float | Kind::Half => Type::Float,
            // Their values may be larger than a signed number can be, or may have a point.
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

/// The type of a column's values: the logical type, or the older kind of type that older files and
/// DuckDB write. `None` for a type that exists only in the older kind.
fn logical(column: &ColumnDescriptor) -> Option<Option<LogicalType>> {
    if let Some(logical) = column.logical_type_ref() {
        return Some(Some(logical.clone()));
    }
    // Writers that know of time zones also write a logical type.
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
