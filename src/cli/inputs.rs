//! Inputs and overrides as arguments: `KEY=VALUE`, `KEY:=JSON` and whole objects.

use planout::source::Source;
use planout::tree::{MAX_DEPTH, json};
use planout::{Map, Value};

use super::failure::{Failure, Outcome};

/// The arguments of a command as one map: the objects first, then the single values over them.
pub(super) fn collect<'a>(
    option: &str,
    object: Option<&str>,
    pairs: impl IntoIterator<Item = &'a String>,
) -> Outcome<Map> {
    let mut map = match object {
        None => Map::new(),
        Some(text) => match parse(option, text)? {
            Value::Map(map) => *map,
            other => {
                let message = format!("`{option}` must be a JSON object, not {}", other.describe());
                return Err(Failure::usage(message).help("such as `{\"userid\": 123}`"));
            }
        },
    };
    for pair in pairs {
        let (key, value) = split(pair)?;
        map.insert(key.to_owned(), value);
    }
    Ok(map)
}

/// A string as it is written, or a typed value after `:=`.
fn split(pair: &str) -> Outcome<(&str, Value)> {
    let Some((key, text)) = pair.split_once('=') else {
        return Err(Failure::usage(format!("`{pair}` is not of the form KEY=VALUE"))
            .help("write `KEY=TEXT` for a string, `KEY:=JSON` for a typed value"));
    };
    let (key, value) = match key.strip_suffix(':') {
        Some(key) => (key, parse(key, text)?),
        None => (key, Value::from(text)),
    };
    match key.is_empty() {
        true => Err(Failure::usage(format!("`{pair}` has no key before `=`"))),
        false => Ok((key, value)),
    }
}

fn parse(what: &str, text: &str) -> Outcome<Value> {
    let node = json::read(&Source::new(what, text), MAX_DEPTH).map_err(|error| {
        let failure = Failure::usage(format!("`{what}`: {}", error.message));
        match error.help {
            Some(help) => failure.help(help),
            None => failure,
        }
    })?;
    Value::try_from(&node).map_err(|error| Failure::usage(format!("`{what}`: {error}")))
}
