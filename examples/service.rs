//! A service: it assigns units, follows its namespaces while it runs, and logs exposures.
//!
//! ```sh
//! cargo run --example service -- sample-namespaces exposures.jsonl
//! {"namespace": "button_color", "inputs": {"userid": "ann"}}
//! ```
//!
//! A request is a line of JSON on standard input, and its answer is a line on standard output. A real
//! service would use HTTP instead; everything else would be the same.

use std::collections::HashMap;
use std::error::Error;
use std::fs::File;
use std::io::{self, BufRead, Write};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use planout::catalog::LiveCatalog;
use planout::diagnostic::with_causes;
use planout::exposure::{ExposureLog, JsonLines};
use planout::serde_json::{self, json};
use planout::store::Directory;
use planout::{Dialect, Map, Value};

/// The time between two looks at the source.
const PERIOD: Duration = Duration::from_millis(200);

/// The number of logged units that are remembered, so that each is logged once.
const MEMORY: usize = 1_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(log)) = (arguments.next(), arguments.next()) else {
        return Err("usage: service FOLDER EXPOSURES".into());
    };
    let live = LiveCatalog::load(Arc::new(Directory::new(folder)), Dialect::Planout4j)?;
    let live = Arc::new(live);
    // The thread ends with the service.
    let _watch = live.watch(PERIOD, |outcome| match outcome {
        Ok(()) => eprintln!("new namespaces answer from now on"),
        Err(refused) => eprintln!("the last good namespaces stay: {}", with_causes(&*refused)),
    })?;
    let exposures = ExposureLog::new(
        JsonLines::new(File::options().create(true).append(true).open(log)?),
        MEMORY,
    );

    let mut stdout = io::stdout();
    for request in io::stdin().lock().lines() {
        let answer = match answer(&request?, &live, &exposures) {
            Ok(answer) => answer,
            Err(error) => json!({ "error": with_causes(&*error) }).to_string(),
        };
        writeln!(stdout, "{answer}")?;
        stdout.flush()?;
    }
    Ok(())
}

/// Answers a request.
fn answer(
    request: &str,
    live: &LiveCatalog,
    exposures: &ExposureLog<JsonLines<File>>,
) -> Result<String, Box<dyn Error>> {
    let mut request: HashMap<String, Value> = serde_json::from_str(request)?;
    let inputs = match request.remove("inputs") {
        Some(Value::Map(inputs)) => *inputs,
        _ => Map::new(),
    };
    let name = request.get("namespace").and_then(Value::as_str).unwrap_or_default();
    // One set is used for the whole request, even if another one is shipped in the meantime.
    let catalog = live.current();
    let namespace = catalog.get(name).ok_or_else(|| format!("unknown namespace `{name}`"))?;
    let assignment = namespace.assign(&inputs)?;
    let answer = serde_json::to_string(&assignment)?;
    // A failure of the log must not prevent the answer.
    let time = SystemTime::UNIX_EPOCH.elapsed()?.as_secs();
    if let Err(error) = exposures.log(namespace, &assignment, &inputs, time) {
        eprintln!("an exposure could not be logged: {error}");
    }
    Ok(answer)
}
