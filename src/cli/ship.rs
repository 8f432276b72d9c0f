//! `planout ship`

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use clap::Args;
use planout::catalog::{self, Loaded};
use planout::ship::{Cargo, Options, Origin, ShipError, Shipment};
use planout::store::{self, Change};

use super::failure::{Failure, Outcome};
use super::{Context, DialectArg, Format, revision};

#[derive(Args, Debug)]
pub(super) struct Ship {
    /// Where the namespaces are [default: the configured source]
    #[arg(value_name = "SRC")]
    source: Option<String>,
    /// Where the compiled namespaces go [default: the configured target]
    #[arg(value_name = "DST")]
    target: Option<String>,
    /// The same as SRC
    #[arg(short, long, value_name = "SRC", conflicts_with = "source")]
    source_dir: Option<String>,
    /// The same as DST
    #[arg(short, long, value_name = "DST", conflicts_with = "target")]
    dest_dir: Option<String>,
    /// Say what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Remove from DST the namespaces that are not in SRC
    #[arg(long)]
    prune: bool,
    /// How long to wait for another ship to DST to end, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    lock_timeout: Duration,
    #[command(flatten)]
    dialect: DialectArg,
    /// How to print the answer and diagnostics
    #[arg(long, default_value = "text", hide_default_value = true)]
    format: Format,
}

impl Ship {
    pub(super) fn run(&self, context: &Context) -> Outcome {
        let source = self.source_dir.as_ref().or(self.source.as_ref());
        let source = source.or(context.config.source.as_ref()).ok_or_else(|| {
            Failure::usage("nothing to ship: name the source")
                .help("as `planout ship SRC DST`, or set `source` in `planout.toml`")
        })?;
        let target = self.dest_dir.as_ref().or(self.target.as_ref());
        let target = target.or(context.config.target.as_ref()).ok_or_else(|| {
            Failure::usage("nowhere to ship to: name the target")
                .help("as `planout ship SRC DST`, or set `target` in `planout.toml`")
        })?;
        if lies_in(target, source) {
            let message = format!("the target `{target}` lies in the source `{source}`");
            return Err(Failure::usage(message)
                .help("what is shipped would be read as a source: choose a folder beside it"));
        }
        let mut loaded = catalog::read(&*store::open(source)?, context.dialects(self.dialect))?;
        loaded.iter_mut().for_each(|loaded| loaded.apply(&context.config.levels));
        let reports: Vec<_> = loaded.iter().map(Loaded::report).collect();
        context.output.reports(&reports, self.format)?;
        if loaded.is_empty() {
            return Err(Failure::wrong(format!("no namespaces in `{source}`")));
        }
        let target = store::open(target)?;
        let cargo = Cargo::new(&loaded).map_err(failure)?;
        let shipment = match self.dry_run {
            true => cargo.compare(&target.contents()?, self.prune),
            false => {
                let options = Options { prune: self.prune, patience: self.lock_timeout };
                let source = revision::of(Path::new(source));
                let origin = Origin { time: SystemTime::now(), source };
                cargo.ship(&*target, options, &origin).map_err(failure)?
            }
        };
        self.answer(&shipment, context)
    }

    fn answer(&self, shipment: &Shipment, context: &Context) -> Outcome {
        if self.format == Format::Json {
            let changes = shipment.changes.iter();
            let changes = changes.map(|(name, change)| {
                serde_json::json!({ "namespace": name, "change": change.as_str() })
            });
            let answer = serde_json::json!({
                "dry_run": self.dry_run,
                "namespaces": changes.collect::<Vec<_>>(),
            });
            return context.output.answer(&format!("{answer:#}"));
        }
        let mut text = String::new();
        for (name, change) in &shipment.changes {
            text.push_str(&format!("{:<9}  {name}\n", change.as_str()));
        }
        context.output.answer(&text)?;
        let count = |wanted| shipment.changes.iter().filter(|(_, c)| *c == wanted).count();
        let kinds = [
            Change::Created,
            Change::Updated,
            Change::Unchanged,
            Change::Orphaned,
            Change::Removed,
        ];
        // That there are no orphans, and none were removed, goes without saying.
        let counts = kinds.map(|kind| (kind, count(kind))).into_iter().filter(|(kind, count)| {
            *count > 0 || !matches!(kind, Change::Orphaned | Change::Removed)
        });
        let counts: Vec<_> =
            counts.map(|(kind, count)| format!("{count} {}", kind.as_str())).collect();
        let done = if self.dry_run { "would ship" } else { "shipped" };
        let sources = shipment.changes.len() - count(Change::Orphaned) - count(Change::Removed);
        let namespaces = if sources == 1 { "namespace" } else { "namespaces" };
        context.output.note(&format!("{done} {sources} {namespaces}: {}", counts.join(", ")));
        if count(Change::Orphaned) > 0 {
            context.output.note("orphaned namespaces have no source: `--prune` removes them");
        }
        Ok(())
    }
}

/// A number of seconds.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "it is no number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|_| "it is no length of time".to_owned())
}

/// Whether a target is the folder of a source, or a folder below it.
fn lies_in(target: &str, source: &str) -> bool {
    match (resolve(Path::new(target)), resolve(Path::new(source))) {
        _ if target.contains("://") => false,
        (Some(target), Some(source)) => target.starts_with(source),
        _ => false,
    }
}

/// A path without links and without `..`, as far as it exists.
fn resolve(path: &Path) -> Option<PathBuf> {
    if let Ok(path) = path.canonicalize() {
        return Some(path);
    }
    let folder = match path.parent()? {
        folder if folder.as_os_str().is_empty() => Path::new("."),
        folder => folder,
    };
    Some(resolve(folder)?.join(path.file_name()?))
}

fn failure(error: ShipError) -> Failure {
    match error {
        ShipError::Store(error) => error.into(),
        error @ ShipError::Invalid { .. } => Failure::wrong(error.to_string()),
    }
}
