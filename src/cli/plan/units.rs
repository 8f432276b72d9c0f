//! The units that are evaluated before and after a change.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;
use planout::plan::{Unit, Units};
use planout::source::Source;
use planout::store::read_file;
use planout::tree::{MAX_DEPTH, json};
use planout::{Map, Value};

use crate::cli::failure::{Failure, Outcome};

/// Enough for what many units would see. A plan of a thousand changes is not to take minutes.
const DEFAULT: Units = Units::Shared { each: 10_000, total: 200_000 };

#[derive(Args, Debug)]
pub(in crate::cli) struct Sample {
    /// How many units to evaluate before and after: the numbers from 0 on; 0 for none [default:
    /// 10000, or fewer where more than 20 namespaces change]
    #[arg(long, value_name = "N", conflicts_with = "units")]
    sample: Option<u32>,
    /// Evaluate these units: a value of the primary unit, or a JSON object of inputs, on each line
    #[arg(long, value_name = "FILE")]
    units: Option<PathBuf>,
}

impl Sample {
    pub(in crate::cli) fn units(&self) -> Outcome<Units> {
        match &self.units {
            Some(path) => read(path),
            None => Ok(self.sample.map_or(DEFAULT, Units::Numbers)),
        }
    }

    /// The file that is read, if one is.
    pub(in crate::cli) fn file(&self) -> Option<&str> {
        self.units.as_deref().and_then(Path::to_str)
    }
}

/// The most bytes that are read.
const MAX_BYTES: usize = 256 << 20;

/// Reads units: the value of the primary unit on each line, as a string, or a JSON object of
/// inputs. Empty lines are left out.
fn read(path: &Path) -> Outcome<Units> {
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
