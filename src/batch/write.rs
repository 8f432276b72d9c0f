//! Values as text.

use std::borrow::Cow;

use crate::dialect::Dialect;
use crate::tree;
use crate::value::{Value, ValueError};

/// Appends a value as compact JSON. If it holds a value that JSON cannot write, only the beginning is
/// appended.
pub(super) fn json(value: &Value, dialect: Dialect, out: &mut String) -> Result<(), ValueError> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(bool) => out.push_str(if *bool { "true" } else { "false" }),
        Value::Int(int) => integer(*int, out),
        Value::String(text) => string(text, out),
        Value::Float(float) if float.is_finite() => out.push_str(&dialect.json_float(*float)),
        Value::Wide(int) => out.push_str(&int.to_string()),
        Value::Float(_) => value.check_finite()?,
        Value::List(list) => {
            out.push('[');
            for (index, item) in list.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                json(item, dialect, out)?;
            }
            out.push(']');
        }
        Value::Map(map) => {
            out.push('{');
            for (index, (key, value)) in map.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                string(key, out);
                out.push(':');
                json(value, dialect, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

/// Appends a value as a field: text as it is, null as an empty field, and all other values as JSON.
pub(super) fn field(
    value: &Value,
    dialect: Dialect,
    delimiter: u8,
    out: &mut String,
) -> Result<(), ValueError> {
    match value {
        Value::Null => {}
        Value::String(text) => quoted(text, delimiter, out),
        Value::List(_) | Value::Map(_) => {
            let mut text = String::new();
            json(value, dialect, &mut text)?;
            quoted(&text, delimiter, out);
        }
        value => json(value, dialect, out)?,
    }
    Ok(())
}

/// Appends an integer.
pub(super) fn integer(int: i64, out: &mut String) {
    out.push_str(itoa::Buffer::new().format(int));
}

/// Appends a string as JSON.
pub(super) fn string(text: &str, out: &mut String) {
    let is_plain = |byte: u8| (b' '..0x7f).contains(&byte) && byte != b'"' && byte != b'\\';
    if text.bytes().all(is_plain) {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        tree::quote(text, out);
    }
}

/// Appends a field, in quotes if it needs them.
pub(super) fn quoted(text: &str, delimiter: u8, out: &mut String) {
    let is_special = |byte: u8| byte == delimiter || matches!(byte, b'"' | b'\n' | b'\r');
    if !text.bytes().any(is_special) {
        out.push_str(text);
        return;
    }
    out.push('"');
    for part in text.split_inclusive('"') {
        out.push_str(part);
        if part.ends_with('"') {
            out.push('"');
        }
    }
    out.push('"');
}

/// The content of a JSON string that is known to be valid.
pub(super) fn decoded(raw: &str) -> Cow<'_, str> {
    match raw.get(1..raw.len().saturating_sub(1)) {
        Some(inner) if !inner.contains('\\') => Cow::Borrowed(inner),
        _ => Cow::Owned(serde_json::from_str(raw).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Layout, to_json};

    #[test]
    fn fields_are_quoted_where_they_must_be() {
        let field = |text: &str| {
            let mut out = String::new();
            quoted(text, b',', &mut out);
            out
        };
        assert_eq!(field("plain text\t;"), "plain text\t;");
        assert_eq!(field("a,b"), "\"a,b\"");
        assert_eq!(field("\"a\" \"\""), "\"\"\"a\"\" \"\"\"\"\"");
        assert_eq!(field("a\r"), "\"a\r\"");
    }

    #[test]
    fn json_is_what_trees_are_written_as() {
        let map = Value::from(crate::value::Map::from_iter([("k".to_owned(), Value::from(1))]));
        for value in [
            Value::Null,
            Value::from(true),
            Value::from(-7),
            Value::from(1e7),
            Value::from(0.1),
            Value::Wide(Box::new(1 << 100)),
            Value::from("plain"),
            Value::from("\u{7f}\u{2028}\"\\\n\0é"),
            Value::from(vec![Value::from(1.0), map]),
        ] {
            for dialect in [Dialect::Planout4j, Dialect::Planout] {
                let mut out = String::new();
                json(&value, dialect, &mut out).expect("finite");
                let node = value.to_node().expect("finite");
                assert_eq!(out, to_json(&node, Layout::Compact, dialect));
            }
        }
        assert!(json(&Value::from(f64::NAN), Dialect::Planout, &mut String::new()).is_err());
    }
}
