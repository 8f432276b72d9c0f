//! The values of a column.

use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType, FixedLenByteArray};
use parquet::errors::ParquetError;

use super::kind::{Clock, Kind};
use crate::time;
use crate::value::Value;

/// The nanoseconds of a day.
const NANOS_OF_DAY: u64 = 86_400_000_000_000;

/// The Julian day of 1970-01-01.
const JULIAN_1970: i64 = 2_440_588;

/// A value, or the reason why it cannot be read.
type Converted = Result<Value, String>;

/// Some values of a column.
#[derive(Default)]
pub(super) struct Values {
    pub(super) values: Vec<Value>,
    /// The rows whose values cannot be read, each with the reason. Their values are null.
    pub(super) bad: Vec<(usize, String)>,
}

/// Values of a column as they are in its pages. Only some of them are taken.
pub(super) type Raw = Box<dyn FnMut(usize) -> Values + Send>;

/// Decodes the next values of a column. Adds the number of bytes of each row to `sizes`, because
/// values share their bytes with the page until they are decoded.
pub(super) fn raw(
    reader: &mut ColumnReader,
    kind: Kind,
    can_be_null: bool,
    sizes: &mut [usize],
) -> Result<Raw, ParquetError> {
    match reader {
        ColumnReader::BoolColumnReader(reader) => {
            read(reader, sizes, can_be_null, small, move |value| match kind {
                Kind::Boolean => Ok(Value::Bool(value)),
                kind => unexpected(kind),
            })
        }
        ColumnReader::Int32ColumnReader(reader) => {
            read(reader, sizes, can_be_null, small, move |value| match kind {
                Kind::Unsigned => Ok(Value::Int((value as u32).into())),
                Kind::Date => Ok(date(value)),
                kind => int(kind, value.into()),
            })
        }
        ColumnReader::Int64ColumnReader(reader) => {
            read(reader, sizes, can_be_null, small, move |value| match kind {
                Kind::Unsigned => Ok(whole((value as u64).into())),
                kind => int(kind, value),
            })
        }
        ColumnReader::Int96ColumnReader(reader) => {
            read(reader, sizes, can_be_null, small, move |value| match (kind, value.data()) {
                (Kind::OldTimestamp, &[low, high, day]) => Ok(old_timestamp(low, high, day)),
                (kind, _) => unexpected(kind),
            })
        }
        ColumnReader::FloatColumnReader(reader) => {
            read(reader, sizes, can_be_null, small, move |value| match kind {
                Kind::Float => Ok(Value::Float(widened(value))),
                kind => unexpected(kind),
            })
        }
        ColumnReader::DoubleColumnReader(reader) => {
            read(reader, sizes, can_be_null, small, move |value| match kind {
                Kind::Float => Ok(Value::Float(value)),
                kind => unexpected(kind),
            })
        }
        ColumnReader::ByteArrayColumnReader(reader) => {
            let size = |it: &ByteArray| it.data().len();
            read(reader, sizes, can_be_null, size, move |value| bytes(kind, value.data()))
        }
        ColumnReader::FixedLenByteArrayColumnReader(reader) => {
            let size = |it: &FixedLenByteArray| it.data().len();
            read(reader, sizes, can_be_null, size, move |value| bytes(kind, value.data()))
        }
    }
}

/// The size of a value that is not larger than a [`Value`].
fn small<T>(_: &T) -> usize {
    0
}

fn read<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    sizes: &mut [usize],
    can_be_null: bool,
    size: impl Fn(&T::T) -> usize,
    convert: impl Fn(T::T) -> Converted + Send + 'static,
) -> Result<Raw, ParquetError> {
    let too_few = || ParquetError::EOF("it has too few values".to_owned());
    let rows = sizes.len();
    let (mut levels, mut found) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
    let mut read = 0;
    while read < rows {
        let levels = can_be_null.then_some(&mut levels);
        let (records, ..) = reader.read_records(rows - read, levels, None, &mut found)?;
        if records == 0 {
            return Err(too_few());
        }
        read += records;
    }
    let is_null = move |row: usize, levels: &[i16]| {
        can_be_null && levels.get(row).is_none_or(|level| *level == 0)
    };
    let mut next = found.iter();
    for (row, sum) in sizes.iter_mut().enumerate() {
        if !is_null(row, &levels) {
            *sum = sum.saturating_add(size(next.next().ok_or_else(too_few)?));
        }
    }
    let (mut found, mut taken) = (found.into_iter(), 0);
    Ok(Box::new(move |rows| {
        let mut values = Values { values: Vec::with_capacity(rows), bad: Vec::new() };
        for row in 0..rows {
            let value =
                if is_null(taken + row, &levels) { None } else { found.next().map(&convert) };
            values.values.push(value.unwrap_or(Ok(Value::Null)).unwrap_or_else(|problem| {
                values.bad.push((row, problem));
                Value::Null
            }));
        }
        taken += rows;
        values
    }))
}

/// The message about a value that the schema does not allow.
fn unexpected(kind: Kind) -> Converted {
    Err(match kind {
        Kind::Null => "a value, but the type of the column has null only".to_owned(),
        _ => "a value of another type than the schema says".to_owned(),
    })
}

fn int(kind: Kind, it: i64) -> Converted {
    match kind {
        Kind::Integer => Ok(Value::Int(it)),
        Kind::Decimal { digits, scale } => decimal(it.into(), digits, scale),
        Kind::Time(clock) => time_of_day(it, clock),
        Kind::Timestamp(clock) => Ok(timestamp(it, clock)),
        kind => unexpected(kind),
    }
}

fn bytes(kind: Kind, it: &[u8]) -> Converted {
    match (kind, it) {
        (Kind::Text, text) => match std::str::from_utf8(text) {
            Ok(text) => Ok(Value::from(text)),
            Err(_) => Err("not UTF-8".to_owned()),
        },
        (Kind::Decimal { digits, scale }, it) => match signed(it) {
            Some(unscaled) => decimal(unscaled, digits, scale),
            None => Err("a decimal that does not fit into 128 bits".to_owned()),
        },
        (Kind::Half, &[low, high]) => {
            Ok(Value::Float(widened(half(u16::from_le_bytes([low, high])))))
        }
        (Kind::Uuid, it) if it.len() == 16 => Ok(Value::from(uuid(it))),
        (kind, _) => unexpected(kind),
    }
}

/// A whole number.
fn whole(it: i128) -> Value {
    i64::try_from(it).map_or_else(|_| Value::Wide(Box::new(it)), Value::Int)
}

/// The signed number in these bytes, the highest byte first.
fn signed(bytes: &[u8]) -> Option<i128> {
    let is_negative = bytes.first()? & 0x80 != 0;
    let (extra, last) = bytes.split_at(bytes.len().saturating_sub(16));
    let sign = if is_negative { -1 } else { 0 };
    let number = last.iter().fold(sign, |number, byte| number << 8 | i128::from(*byte));
    // Bytes above the lowest 128 bits may only repeat the sign.
    let fits = extra.iter().all(|byte| *byte == sign as u8) && (number < 0) == is_negative;
    fits.then_some(number)
}

/// A whole number if there are no digits after the point, else the text with all of them: the
/// database holds exactly this number, and a double would not. Where all digits stand after the
/// point, DuckDB writes no zero before it.
fn decimal(unscaled: i128, digits: usize, scale: usize) -> Converted {
    if scale == 0 {
        return match whole(unscaled) {
            Value::Wide(_) if digits <= 18 => {
                Err(format!("`{unscaled}` has more than {digits} digits"))
            }
            value => Ok(value),
        };
    }
    let sign = if unscaled < 0 { "-" } else { "" };
    let width = if digits == scale { scale } else { scale + 1 };
    let text = format!("{:0width$}", unscaled.unsigned_abs());
    let (before, after) = text.split_at(text.len() - scale);
    Ok(Value::from(format!("{sign}{before}.{after}")))
}

/// The text that DuckDB writes for infinite times.
fn infinity(it: i64, greatest: i64) -> Option<Value> {
    match it {
        it if it == greatest => Some(Value::from("infinity")),
        it if it == -greatest => Some(Value::from("-infinity")),
        _ => None,
    }
}

fn date(days: i32) -> Value {
    infinity(days.into(), i32::MAX.into()).unwrap_or_else(|| time::date_text(days.into()).into())
}

fn zone(is_utc: bool) -> &'static str {
    if is_utc { "+00" } else { "" }
}

fn time_of_day(it: i64, clock: Clock) -> Converted {
    // The last time of a day is `24:00:00`.
    if !(0..=86_400 * clock.per_second).contains(&it) {
        return Err(format!("`{it}` is not a time of the day"));
    }
    Ok(Value::from(time::clock_text(it, clock.per_second) + zone(clock.is_utc)))
}

fn timestamp(it: i64, clock: Clock) -> Value {
    let text = || time::timestamp_text(it, clock.per_second, ' ') + zone(clock.is_utc);
    infinity(it, i64::MAX).unwrap_or_else(|| text().into())
}

fn old_timestamp(low: u32, high: u32, day: u32) -> Value {
    let nanos = u64::from(high) << 32 | u64::from(low);
    // Hours after the first day count as more days.
    let (days, nanos) = (nanos / NANOS_OF_DAY, (nanos % NANOS_OF_DAY) as i64);
    let days = i64::from(day) - JULIAN_1970 + days as i64;
    let clock = time::clock_text(nanos, 1_000_000_000);
    Value::from(format!("{} {clock}", time::date_text(days)))
}

/// The double whose text is that of the float: `0.1` is 0.1 in both types, though the two numbers
/// differ.
fn widened(float: f32) -> f64 {
    let exact = f64::from(float);
    if !exact.is_finite() || (exact.fract() == 0.0 && exact.abs() < f64::from(1 << 24)) {
        return exact;
    }
    float.to_string().parse().unwrap_or(exact)
}

/// The value of a 16-bit float: a sign, 5 bits of exponent, and 10 of fraction.
fn half(bits: u16) -> f32 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f32::from(bits & 0x3ff));
    let size = match exponent {
        0 => fraction * 2_f32.powi(-24),
        0x1f if fraction == 0.0 => f32::INFINITY,
        0x1f => f32::NAN,
        _ => (1024.0 + fraction) * 2_f32.powi(exponent - 25),
    };
    if bits & 0x8000 == 0 { size } else { -size }
}

fn uuid(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(36);
    for (place, byte) in bytes.iter().enumerate() {
        if matches!(place, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_keep_their_digits() {
        let text = |bytes: &[u8], digits, scale| {
            bytes_of(Kind::Decimal { digits, scale }, bytes).map(|value| value.to_string())
        };
        fn bytes_of(kind: Kind, bytes: &[u8]) -> Converted {
            super::bytes(kind, bytes)
        }
        assert_eq!(text(&[0x96], 3, 0), Ok("-106".to_owned()));
        assert_eq!(text(&[0, 0x96], 4, 2), Ok("\"1.50\"".to_owned()));
        assert_eq!(text(&[0xff, 0xfb], 4, 2), Ok("\"-0.05\"".to_owned()));
        assert_eq!(text(&[5], 2, 2), Ok("\".05\"".to_owned()));
        assert_eq!(text(&[0], 9, 3), Ok("\"0.000\"".to_owned()));
        let wide = [&[0xff; 14][..], &(-7_i128).to_be_bytes()].concat();
        assert_eq!(text(&wide, 70, 0), Ok("-7".to_owned()));
        let most = i128::MAX.to_string();
        assert_eq!(text(&i128::MAX.to_be_bytes(), 38, 0), Ok(most));
        let over = [&[1][..], &[0; 16]].concat();
        assert!(text(&over, 70, 0).is_err());
        // The highest bit of the last 128 is a sign only if the bits before it agree.
        assert!(text(&[&[0][..], &[0xff; 16]].concat(), 70, 0).is_err());
        assert!(text(&[], 9, 0).is_err());
        assert!(text(&[1; 9], 18, 0).is_err());
    }

    #[test]
    fn floats_have_the_text_that_they_had() {
        for float in [0.1_f32, 1.5, 16_777_217.0, 3.4e38, 1e-45, -0.3] {
            assert_eq!(widened(float).to_string(), float.to_string());
        }
        assert!(widened(f32::NAN).is_nan());
        for (bits, value) in
            [(0x3c00, 1.0), (0xc000, -2.0), (0x7bff, 65_504.0), (1, 2_f32.powi(-24)), (0x3e00, 1.5)]
        {
            assert_eq!(half(bits), value);
        }
        assert!(half(0x7c01).is_nan() && half(0xfc00) == f32::NEG_INFINITY);
    }

    #[test]
    fn times_are_those_of_duckdb() {
        let text = |value: Value| value.as_str().expect("text").to_owned();
        assert_eq!(text(date(20_784)), "2026-11-27");
        assert_eq!(text(date(i32::MAX)), "infinity");
        let clock = Clock { per_second: 1_000, is_utc: true };
        assert_eq!(text(timestamp(500, clock)), "1970-01-01 00:00:00.5+00");
        assert_eq!(text(timestamp(-i64::MAX, clock)), "-infinity");
        assert_eq!(text(time_of_day(86_400_000, clock).expect("a time")), "24:00:00+00");
        assert!(time_of_day(-1, clock).is_err() && time_of_day(86_400_001, clock).is_err());
        let nanos = 45_296_789_000_000_u64;
        let stamp = old_timestamp(nanos as u32, (nanos >> 32) as u32, 2_440_588 + 20_784);
        assert_eq!(text(stamp), "2026-11-27 12:34:56.789");
        // Every value that a file can hold has a text.
        text(old_timestamp(u32::MAX, u32::MAX, u32::MAX));
        for it in [i64::MIN, i64::MIN + 1, -1, i64::MAX - 1] {
            text(timestamp(it, clock));
        }
        text(date(i32::MIN));
    }
}
