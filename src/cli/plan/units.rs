//! Units from a file: a line each.

use std::io::Read;
use std::path::Path;

use planout::plan::{Unit, Units};
use planout::source::Source;
use planout::store::read_file;
use planout::tree::{MAX_DEPTH, json};
use planout::{Map, Value};

use crate::cli::failure::{Failure, Outcome};

/// The most bytes that are read.
const MAX_BYTES: usize = 256 << 20;

/// Reads units: the value of the primary unit on each line, as a string, or a JSON object of
/// inputs. Empty lines are left out.
pub(super) fn read(path: &Path) -> Outcome<Units> {
    let name = path.display();
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().lock().take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    } else {
        bytes = read_file(path, MAX_BYTES + 1)?;
    }
    if bytes.len() > MAX_BYTES {
        return Err(Failure::wrong(format!("`{name}` is larger than {} MB", MAX_BYTES >> 20)));
    }
    let text =
        String::from_utf8(bytes).map_err(|_| Failure::wrong(format!("`{name}` is not UTF-8")))?;
    let mut units = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        if line.starts_with('{') {
            let failure = |error: String| {
                Failure::wrong(format!("`{name}`, line {number}: {error}"))
                    .help("a line is a unit, or a JSON object such as `{\"userid\": 123}`")
            };
            units.push(Unit::Inputs(inputs(line).map_err(failure)?));
        } else if !line.is_empty() {
            units.push(Unit::Primary(Value::from(line)));
        }
    }
    match units.is_empty() {
        true => Err(Failure::wrong(format!("no units in `{name}`"))),
        false => Ok(Units::Given(units)),
    }
}

fn inputs(line: &str) -> Result<Map, String> {
    let node = json::read(&Source::new("unit", line), MAX_DEPTH).map_err(|error| error.message)?;
    match Value::try_from(&node).map_err(|error| error.to_string())? {
        Value::Map(inputs) => Ok(*inputs),
        other => Err(format!("expected an object, found {}", other.describe())),
    }
}
