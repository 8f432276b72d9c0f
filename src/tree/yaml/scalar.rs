//! The meaning of plain scalars: the types of YAML 1.1, as SnakeYAML 1.15, the version in planout4j,
//! recognizes them.

use super::excerpt;
use super::timestamp::is_timestamp;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::tree::Kind;

/// The most digits of a number that is converted to base ten and does not fit into 64 bits.
const MAX_DIGITS: usize = 1000;

/// The meaning of a scalar.
#[derive(Debug, PartialEq)]
pub(super) enum Value {
    /// A value.
    Kind(Kind),
    /// A meaning that no tree can hold.
    Refused(Refused),
}

/// A meaning that no tree can hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Refused {
    Timestamp,
    NotFinite,
    TooLong,
}

impl Refused {
    /// The diagnostic about it.
    pub(super) fn problem(self, text: &str, place: Span) -> Diagnostic {
        let text = excerpt(text);
        let (code, message) = match self {
            Refused::Timestamp => (Code::Timestamp, format!("`{text}` is a timestamp in yaml")),
            Refused::NotFinite => {
                (Code::NumberOverflow, format!("`{text}` is not a finite number"))
            }
            Refused::TooLong => (Code::NumberOverflow, format!("`{text}` has too many digits")),
        };
        Diagnostic::error(code, place, message)
            .help(format!("put it in quotes if it is text: `\"{text}\"`"))
    }
}

/// The meaning of a plain scalar.
pub(super) fn resolve(text: &str) -> Value {
    if is_null(text) {
        return Value::Kind(Kind::Null);
    }
    if let Some(truth) = boolean(text) {
        return Value::Kind(Kind::Bool(truth));
    }
    if !text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '-' | '+' | '.')) {
        return Value::Kind(Kind::String(text.into()));
    }
    // A number that could be of either kind is whole.
    if let Some(number) = int(text).or_else(|| float(text)) {
        return number;
    }
    if is_timestamp(text) {
        Value::Refused(Refused::Timestamp)
    } else {
        Value::Kind(Kind::String(text.into()))
    }
}

/// Whether a text is one of the words for null.
pub(super) fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// The truth value of a word, if the text is such a word. `y` and `n` are not, although YAML 1.1
/// lists them.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

/// The whole number of a text: in base 2, 8, 10, 16 or 60, with `_` at any place between.
pub(super) fn int(text: &str) -> Option<Value> {
    let (negative, digits) = sign(text);
    if let Some(digits) = digits.strip_prefix("0b") {
        return radix(negative, digits, 2);
    }
    if let Some(digits) = digits.strip_prefix("0x") {
        return radix(negative, digits, 16);
    }
    if digits == "0" {
        return Some(Value::Kind(Kind::Int(0)));
    }
    if digits.starts_with('0') {
        return radix(negative, digits, 8);
    }
    if digits.contains(':') { sexagesimal(negative, digits) } else { decimal(negative, digits) }
}

/// Whether the text has a minus sign, and the rest after a sign of any kind.
fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn radix(negative: bool, digits: &str, radix: u32) -> Option<Value> {
    let digits = digits.replace('_', "");
    let values: Option<Vec<u32>> = digits.chars().map(|digit| digit.to_digit(radix)).collect();
    whole(negative, values.filter(|values| !values.is_empty())?, radix)
}

/// `1:30` is 90: the first part has any number of digits, and each other part one or two, up to 59.
fn sexagesimal(negative: bool, digits: &str) -> Option<Value> {
    let (first, rest) = digits.split_once(':')?;
    if !is_decimal(first) {
        return None;
    }
    let minutes = |part| is_base_60(part).then(|| part.parse::<u32>().ok())?;
    let rest: Option<Vec<u32>> = rest.split(':').map(minutes).collect();
    match first.replace('_', "").parse::<u32>() {
        Ok(first) => whole(negative, std::iter::once(first).chain(rest?).collect(), 60),
        Err(_) => rest.map(|_| Value::Refused(Refused::TooLong)),
    }
}

fn is_base_60(part: &str) -> bool {
    match part.as_bytes() {
        [ones] => ones.is_ascii_digit(),
        [b'0'..=b'5', ones] => ones.is_ascii_digit(),
        _ => false,
    }
}

fn decimal(negative: bool, digits: &str) -> Option<Value> {
    if !is_decimal(digits) {
        return None;
    }
    let sign = if negative { "-" } else { "" };
    let text = format!("{sign}{}", digits.replace('_', ""));
    Some(Value::Kind(match text.parse() {
        Ok(number) => Kind::Int(number),
        Err(_) => Kind::Wide(text.into()),
    }))
}

fn is_decimal(digits: &str) -> bool {
    digits.starts_with(|first| matches!(first, '1'..='9')) && digits.bytes().all(is_digit)
}

/// Whether a decimal number may hold a byte, except as its first.
fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'_'
}

/// The number with these digits in the base, the most significant digit first.
fn whole(negative: bool, digits: Vec<u32>, base: u32) -> Option<Value> {
    let step = |number: i64, &digit: &u32| {
        let number = number.checked_mul(base.into())?;
        if negative { number.checked_sub(digit.into()) } else { number.checked_add(digit.into()) }
    };
    Some(match digits.iter().try_fold(0, step) {
        Some(number) => Value::Kind(Kind::Int(number)),
        None if digits.len() > MAX_DIGITS => Value::Refused(Refused::TooLong),
        None => Value::Kind(Kind::Wide(wide(negative, &digits, base).into())),
    })
}

/// The decimal digits of a number that is not zero.
fn wide(negative: bool, digits: &[u32], base: u32) -> String {
    const LIMB: u64 = 1_000_000_000;
    // The number in base 10^9, least significant limb first.
    let mut limbs: Vec<u64> = Vec::new();
    for &digit in digits {
        let mut carry = u64::from(digit);
        for limb in &mut limbs {
            carry += *limb * u64::from(base);
            *limb = carry % LIMB;
            carry /= LIMB;
        }
        while carry > 0 {
            limbs.push(carry % LIMB);
            carry /= LIMB;
        }
    }
    let mut text = String::from(if negative { "-" } else { "" });
    for (index, limb) in limbs.iter().rev().enumerate() {
        let width = if index == 0 { 0 } else { 9 };
        text.push_str(&format!("{limb:0width$}"));
    }
    text
}

/// The float of a text: a number with a point, an exponent, or neither.
pub(super) fn float(text: &str) -> Option<Value> {
    let (negative, digits) = sign(text);
    let number = match digits {
        ".inf" | ".Inf" | ".INF" => f64::INFINITY,
        ".nan" | ".NaN" | ".NAN" if digits == text => f64::NAN,
        _ if digits.contains(':') => sexagesimal_float(digits)?,
        _ if is_float(digits) => digits.replace('_', "").parse().ok()?,
        _ => return None,
    };
    Some(if number.is_finite() {
        Value::Kind(Kind::Float(if negative { -number } else { number }))
    } else {
        Value::Refused(Refused::NotFinite)
    })
}

/// `.5`, or digits with an optional point; then an optional exponent.
fn is_float(text: &str) -> bool {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], Some(sign(&text[at + 1..]).1)),
        None => (text, None),
    };
    let all_digits = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa = match mantissa.split_once('.') {
        Some(("", fraction)) => !fraction.is_empty() && all_digits(fraction),
        Some((whole, fraction)) => whole.bytes().chain(fraction.bytes()).all(is_digit),
        None => !mantissa.is_empty() && mantissa.bytes().all(is_digit),
    };
    mantissa && exponent.is_none_or(|digits| !digits.is_empty() && all_digits(digits))
}

/// `1:30.5` is 90.5.
fn sexagesimal_float(text: &str) -> Option<f64> {
    let (whole, fraction) = text.split_once('.')?;
    let (first, rest) = whole.split_once(':')?;
    let starts_with_digit = first.starts_with(|first: char| first.is_ascii_digit());
    let fits = starts_with_digit
        && first.bytes().all(is_digit)
        && rest.split(':').all(is_base_60)
        && fraction.bytes().all(is_digit);
    if !fits {
        return None;
    }
    let mut number = 0.0;
    let mut place = 1.0;
    // The terms are added in this order, because sums of doubles depend on it.
    for part in text.replace('_', "").rsplit(':') {
        number += part.parse::<f64>().ok()? * place;
        place *= 60.0;
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, kind: Kind) {
        assert_eq!(resolve(text), Value::Kind(kind), "{text}");
    }

    #[test]
    fn words() {
        for text in ["yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"] {
            check(text, Kind::Bool(true));
        }
        for text in ["no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"] {
            check(text, Kind::Bool(false));
        }
        for text in ["", "~", "null", "Null", "NULL"] {
            check(text, Kind::Null);
        }
        for text in ["y", "n", "Y", "N", "yEs", "nULL", "=", "<<", "abc", "None", "tRue"] {
            check(text, Kind::String(text.into()));
        }
    }

    #[test]
    fn whole_numbers() {
        let cases = [
            ("0", 0),
            ("-0", 0),
            ("+7", 7),
            ("42", 42),
            ("1_000", 1000),
            ("1__", 1),
            ("010", 8),
            ("00", 0),
            ("0_", 0),
            ("-0_17", -15),
            ("0x1F", 31),
            ("-0xff", -255),
            ("0b1", 1),
            ("0b10_10", 10),
            ("1:30", 90),
            ("-1:30", -90),
            ("190:20:30", 685_230),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
            ("-0x8000000000000000", i64::MIN),
        ];
        for (text, number) in cases {
            check(text, Kind::Int(number));
        }
    }

    #[test]
    fn numbers_beyond_64_bits_keep_their_digits() {
        let cases = [
            ("9223372036854775808", "9223372036854775808"),
            ("-9_223_372_036_854_775_809", "-9223372036854775809"),
            ("+123456789012345678901", "123456789012345678901"),
            ("0x8000000000000000", "9223372036854775808"),
            ("-0xffffffffffffffffffff", "-1208925819614629174706175"),
            ("0x3B9ACA000000000000000000000000", "309485009821345068724781056000000000"),
            ("4000000000:0:0:0:0:0", "3110400000000000000"),
            ("4000000000:0:0:0:0:0:0", "186624000000000000000"),
        ];
        for (text, digits) in cases {
            match resolve(text) {
                Value::Kind(Kind::Wide(wide)) => assert_eq!(&*wide, digits, "{text}"),
                Value::Kind(Kind::Int(number)) => assert_eq!(number.to_string(), digits, "{text}"),
                other => panic!("{text} is {other:?}"),
            }
        }
        let long = format!("0x{}", "f".repeat(MAX_DIGITS + 1));
        assert_eq!(resolve(&long), Value::Refused(Refused::TooLong));
    }

    #[test]
    fn numbers_with_points() {
        let cases = [
            ("1.5", 1.5),
            ("1.50", 1.5),
            ("1.", 1.0),
            (".5", 0.5),
            ("-.5", -0.5),
            ("+.5e1", 5.0),
            ("1e7", 1e7),
            ("1E+7", 1e7),
            ("1.e2", 100.0),
            ("-2.5e-3", -0.0025),
            ("1_000.5", 1000.5),
            ("1.2_5", 1.25),
            ("1:30.5", 90.5),
            ("-0:30.5", -30.5),
            ("01:30.", 90.0),
            // The text is not octal, and SnakeYAML does not read it as a string.
            ("08", 8.0),
            ("-09", -9.0),
            ("1e-400", 0.0),
        ];
        for (text, number) in cases {
            check(text, Kind::Float(number));
        }
        match resolve("-0.0") {
            Value::Kind(Kind::Float(zero)) => assert!(zero == 0.0 && zero.is_sign_negative()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn numbers_that_are_not_finite() {
        for text in [".inf", "-.Inf", "+.INF", ".nan", ".NaN", ".NAN", "1e400", "-1e400"] {
            assert_eq!(resolve(text), Value::Refused(Refused::NotFinite), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_number() {
        let texts = [
            "-", "+", ".", "-.", "._", "1e", "1e+", "e7", "0b", "0b2", "0b_", "0x", "0xg", "0o17",
            "1:60", "0:30", "01:30", "1:", ":30", "1:30:", "1:2:3x", "-.nan", ".5_0", "1.5.5",
            "1-2", "--1", "+-1", "1_0e1_0", "0x1.8", "-_", "_1", "1,000", "1:60.5", "1:5._x", "٣",
            "1٣",
        ];
        for text in texts {
            check(text, Kind::String(text.into()));
        }
    }
}
