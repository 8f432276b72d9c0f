//! Values in the notation of other programs, converted to the values of scripts.

use crate::dialect::Dialect;
use crate::distribution::Distribution;
use crate::eval::equals;
use crate::source::SourceText;
use crate::tree::{MAX_DEPTH, json};
use crate::value::Value;

/// The value of a param that another value means. Other languages write `2.0` as `2`, or 1 as `true`.
pub(super) fn recognize(distribution: Option<&Distribution>, value: Value) -> Value {
    let Some(distribution) = distribution else {
        return value;
    };
    if distribution.position(&value).is_some() {
        return value;
    }
    let meant = distribution.values().find(|(it, _)| equals(it, &value, Dialect::Planout));
    meant.map_or(value, |(meant, _)| meant.clone())
}

/// The value of a param that a text means: the string itself, or JSON.
pub(crate) fn recognize_text(distribution: Option<&Distribution>, text: &str) -> Value {
    let string = Value::from(text);
    if distribution.is_some_and(|distribution| distribution.position(&string).is_some()) {
        return string;
    }
    recognize(distribution, read_text(text))
}

/// The value that a text means by itself: that of the JSON, or else the text.
pub(super) fn read_text(text: &str) -> Value {
    let parsed = json::read(&SourceText::new("value", text), MAX_DEPTH);
    let parsed = parsed.ok().and_then(|node| Value::try_from(&node).ok());
    parsed.unwrap_or_else(|| Value::from(text))
}

/// Whether another program means this value. A text may be the value itself, or JSON.
pub(super) fn means(known: &Value, said: &Value, is_text: bool) -> bool {
    match said.as_str() {
        Some("") if is_text => known.is_null() || known.as_str() == Some(""),
        Some(text) if is_text => {
            let is_bool = |is: bool| text.eq_ignore_ascii_case(if is { "true" } else { "false" });
            known.as_str() == Some(text)
                || known.as_bool().is_some_and(is_bool)
                || equals(known, &read_text(text), Dialect::Planout)
        }
        _ => equals(known, said, Dialect::Planout),
    }
}
