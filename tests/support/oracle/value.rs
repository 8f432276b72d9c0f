//! Values: their kinds, their texts, when they are equal and how they are ordered.

use std::cmp::Ordering;

use planout::Dialect::{self, Planout, Planout4j};
use planout::number::{java, python};
use serde_json::{Map, Value as Json};

use super::LIMIT;
use Value::{Bool, Dict, Float, Int, List, Null, Str};

/// A value. Unlike JSON's, a float can be infinite or NaN, and an integer beyond 64 bits: not as a
/// result, but as a constant, whose text may be hashed.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    Str(String),
    List(Vec<Value>),
    Dict(Entries),
}
pub(super) type Entries = Vec<(String, Value)>;

pub(super) fn from_json(json: &Json) -> Result<Value, String> {
    Ok(match json {
        Json::Null => Null,
        Json::Bool(b) => Bool(*b),
        Json::Number(n) => match (n.as_i128(), n.as_f64()) {
            (Some(i), _) => Int(i),
            (None, Some(f)) => Float(f),
            (None, None) => return Err(format!("{LIMIT}: the number {n}")),
        },
        Json::String(s) => Str(s.clone()),
        Json::Array(a) => List(a.iter().map(from_json).collect::<Result<_, _>>()?),
        Json::Object(o) => Dict(entries(o)?),
    })
}

pub(super) fn entries(object: &Map<String, Json>) -> Result<Entries, String> {
    let entry = |(k, v): (&String, _)| Ok((k.clone(), from_json(v)?));
    object.iter().map(entry).collect()
}

fn to_json(value: &Value) -> Result<Json, String> {
    Ok(match value {
        Null => Json::Null,
        Bool(b) => Json::Bool(*b),
        Int(i) => Json::from(i64::try_from(*i).map_err(|_| format!("{LIMIT}: {i} as a param"))?),
        Float(f) if f.is_finite() => Json::from(*f),
        Float(f) => return Err(format!("a param is {f}")),
        Str(s) => Json::String(s.clone()),
        List(l) => Json::Array(l.iter().map(to_json).collect::<Result<_, _>>()?),
        Dict(d) => Json::Object(d.iter().map(param).collect::<Result<_, _>>()?),
    })
}

pub(super) fn param((name, value): &(String, Value)) -> Result<(String, Json), String> {
    Ok((name.clone(), to_json(value)?))
}

pub(super) fn find<'a>(entries: &'a Entries, name: &str) -> Option<&'a Value> {
    entries.iter().find(|(k, _)| k == name).map(|(_, v)| v)
}

pub(super) fn truth(value: &Value) -> bool {
    match value {
        Null => false,
        Bool(b) => *b,
        Int(i) => *i != 0,
        Float(f) => *f != 0.0,
        Str(s) => !s.is_empty(),
        List(l) => !l.is_empty(),
        Dict(d) => !d.is_empty(),
    }
}

/// What a unit is in the hash.
pub(super) fn unit_text(dialect: Dialect, unit: &[Value]) -> String {
    unit.iter().map(|v| text(dialect, v)).collect::<Vec<_>>().join(".")
}

/// What an element of a unit is.
pub(super) fn text(dialect: Dialect, value: &Value) -> String {
    match value {
        Str(s) => s.clone(),
        Null if dialect == Planout4j => String::new(),
        _ => inner_text(dialect, value),
    }
}

/// What a value is inside a list or a map: Java's `toString`, Python's `repr`.
fn inner_text(dialect: Dialect, value: &Value) -> String {
    let either = |j: &str, p: &str| if dialect == Planout4j { j } else { p }.to_owned();
    match value {
        Null => either("null", "None"),
        Bool(true) => either("true", "True"),
        Bool(false) => either("false", "False"),
        Int(i) => i.to_string(),
        Float(f) if f.is_nan() => either("NaN", "nan"),
        Float(f64::INFINITY) => either("Infinity", "inf"),
        Float(f64::NEG_INFINITY) => either("-Infinity", "-inf"),
        Float(f) if dialect == Planout4j => java(*f).to_string(),
        Float(f) => python(*f).to_string(),
        Str(s) => either(s, &python_quoted(s)),
        List(l) => {
            let items: Vec<_> = l.iter().map(|v| inner_text(dialect, v)).collect();
            format!("[{}]", items.join(", "))
        }
        Dict(d) => {
            let key = |k: &String| either(&format!("{k}="), &format!("{}: ", python_quoted(k)));
            let items = d.iter().map(|(k, v)| key(k) + &inner_text(dialect, v));
            format!("{{{}}}", items.collect::<Vec<_>>().join(", "))
        }
    }
}

/// Python's `repr` of a string. It escapes what its tables of Unicode hold for unprintable; beyond
/// Latin-1 these are here the spaces, the commonest format characters and the private areas.
fn python_quoted(s: &str) -> String {
    let double = s.contains('\'') && !s.contains('"');
    let quote = if double { '"' } else { '\'' };
    let mut out = String::from(quote);
    for c in s.chars() {
        out += &match (c, c as u32) {
            ('\\', _) => "\\\\".to_owned(),
            ('\n', _) => "\\n".to_owned(),
            ('\r', _) => "\\r".to_owned(),
            ('\t', _) => "\\t".to_owned(),
            _ if c == quote => format!("\\{c}"),
            (_, n @ (..0x20 | 0x7f..=0xa0 | 0xad)) => format!("\\x{n:02x}"),
            (_, n @ (0x1680 | 0x2000..=0x200f | 0x2028..=0x202f | 0x205f..=0x206f | 0x3000)) => {
                format!("\\u{n:04x}")
            }
            (_, n @ (0xe000..=0xf8ff | 0xfeff | 0xfff0..=0xfffb | 0xfffe..=0xffff)) => {
                format!("\\u{n:04x}")
            }
            (_, n @ 0xe0000..) => format!("\\U{n:08x}"),
            _ => c.to_string(),
        };
    }
    out + &quote.to_string()
}

pub(super) fn double(number: &Value) -> f64 {
    match number {
        Int(i) => *i as f64,
        Float(f) => *f,
        _ => f64::NAN,
    }
}

/// Java's `Objects.equals`: of the same kind all the way down. Python's `==`: numbers and booleans
/// by value all the way down.
pub(super) fn deep_equal(dialect: Dialect, a: &Value, b: &Value) -> bool {
    let equal = |a: &Value, b: &Value| deep_equal(dialect, a, b);
    match (a, b) {
        (Null, Null) => true,
        (Str(a), Str(b)) => a == b,
        (List(a), List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Dict(a), Dict(b)) => {
            let same = |(k, v): &(String, Value)| find(b, k).is_some_and(|w| equal(v, w));
            a.len() == b.len() && a.iter().all(same)
        }
        (Bool(a), Bool(b)) => a == b,
        (Float(a), Float(b)) if dialect == Planout4j => java_order(*a, *b).is_eq(),
        (Int(a), Int(b)) => a == b,
        _ => dialect == Planout && python_order(a, b).is_some_and(Ordering::is_eq),
    }
}

/// Java's `Double.compare`: NaN is above all, -0.0 below 0.0.
pub(super) fn java_order(a: f64, b: f64) -> Ordering {
    let canonical = |x: f64| if x.is_nan() { f64::NAN.abs() } else { x };
    canonical(a).total_cmp(&canonical(b))
}

/// By exact value, as Python does. None for a NaN, and for what is not a number.
pub(super) fn python_order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Bool(a), _) => python_order(&Int(i128::from(*a)), b),
        (_, Bool(b)) => python_order(a, &Int(i128::from(*b))),
        (Int(a), Int(b)) => Some(a.cmp(b)),
        (Float(a), Float(b)) => a.partial_cmp(b),
        (Float(_), Int(_)) => python_order(b, a).map(Ordering::reverse),
        (Int(_), Float(b)) if b.is_nan() => None,
        // Beyond `MAX_INT` the cast may saturate.
        (Int(a), Float(b)) => match a.cmp(&(b.trunc() as i128)) {
            Ordering::Equal => 0.0.partial_cmp(&b.fract()),
            order => Some(order),
        },
        _ => None,
    }
}
