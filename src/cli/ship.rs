//! `planout ship`

mod guard;

use std::mem;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use clap::Args;
use planout::catalog::{self, Dialects, Loaded};
use planout::guard::{Guard, Verdict};
use planout::lint;
use planout::plan::{Inputs, SavedError, SavedPlan};
use planout::ship::{Bundle, Change, Options, Origin, ShipError, Shipment, check_names};
use planout::source::MAX_SOURCE_BYTES;
use planout::store::{self, Owner, read_file};

use super::backend::Backend;
use super::failure::{Failure, Outcome};
use super::folders::Folders;
use super::output::Answer;
use super::place::lies_in;
use super::plan::{Sample, json as plan_json, setup, shipped, text as plan_text};
use super::progress::Bar;
use super::route::Route;
use super::text::Text;
use super::{Context, DialectArg, Format, location, revision};

#[derive(Args, Debug)]
pub(super) struct Ship {
    #[command(flatten)]
    route: Route,
    /// Write nothing, and print the changes
    #[arg(long)]
    dry_run: bool,
    /// Also remove the namespaces of DST that are not in SRC
    #[arg(long)]
    prune: bool,
    /// How long to wait for another ship to DST to end, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    lock_timeout: Duration,
    /// Accept for these namespaces that units of running experiments move or get different values,
    /// or that scripts fail
    #[arg(long, value_name = "NS,...", value_delimiter = ',')]
    allow_reassignment: Vec<String>,
    /// Apply a plan that `planout plan --out` saved; refused if the plan was made for other locations
    /// or settings, or if SRC or DST has changed since
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    #[command(flatten)]
    sample: Sample,
    #[command(flatten)]
    folders: Folders,
    #[command(flatten)]
    dialect: DialectArg,
    /// How to print the answer and diagnostics
    #[arg(long, default_value = "text", hide_default_value = true)]
    format: Format,
    // These come last, because their heading applies to all following options.
    #[command(flatten)]
    backend: Backend,
}

impl Ship {
    pub(super) fn run(&self, context: &Context) -> Outcome {
        let (source, target) = self.route.named()?;
        let config = &context.config;
        let source = location::given(source, config.source.as_ref(), config)?;
        let source = &source.ok_or_else(|| {
            Failure::usage("nothing to ship: name the source")
                .help("as `planout ship SRC DST`, or set `source` in `planout.toml`")
        })?;
        let configured = context.config.target.as_deref();
        let target = target.map(|target| location::named(target, config)).transpose()?;
        let target = self.backend.target(target.as_deref(), configured)?;
        let target = target.ok_or_else(|| {
            Failure::usage("nowhere to ship to: name the target")
                .help("as `planout ship SRC DST`, or set `target` in `planout.toml`")
        })?;
        location::refuse_revision(&target)?;
        location::tell("source", source, context);
        location::tell("target", &target, context);
        if lies_in(&target, source) {
            let message = format!("the target `{target}` lies in the source `{source}`");
            return Err(Failure::usage(message)
                .help("shipped files would be read as sources: choose a folder beside it"));
        }
        let store = self.folders.open(source, context)?;
        let mut loaded = catalog::read(&*store, context.dialects(self.dialect))?;
        let bar = Bar::new("checking", "namespaces", context);
        let (checks, to) = (&context.config.checks, location::destination(Some(&target)));
        lint::check_before_shipping(&mut loaded, checks, to, bar.progress());
        drop(bar);
        let reports: Vec<_> = loaded.iter().map(Loaded::report).collect();
        context.output.reports(&reports, self.format)?;
        if loaded.is_empty() {
            return Err(Failure::wrong(format!(
                "no namespaces in `{}`",
                store::without_secrets(source)
            )));
        }
        let setup = setup((source, &target), self.prune, self.dialect, context);
        let target = store::open(&target)?;
        let bundle = Bundle::new(&loaded)?;
        // A namespace that was shipped in another dialect names that dialect.
        let dialects = Dialects::from(context.dialect(self.dialect));
        let before =
            if self.sample.file().is_some() { shipped(&*target, dialects)? } else { Vec::new() };
        let inputs = Inputs::of(before.iter().chain(&loaded));
        let guard = Guard {
            sources: &loaded,
            is_single: Path::new(source).is_file(),
            dialects,
            level: context.config.guard,
            allowed: &self.allow_reassignment,
            prune: self.prune,
            units: self.sample.units(&inputs, context)?,
            operators: &context.config.checks.operators,
            saved: self.saved_plan()?,
            setup,
        };
        if !self.allow_reassignment.is_empty() {
            guard::check_names(&guard, &target.contents()?)?;
        }
        let mut verdict = None;
        let shipment = if self.dry_run {
            let contents = target.contents()?;
            if !self.prune {
                let there = contents.keys().map(String::as_str);
                check_names(&*target, bundle.names(), there).map_err(ShipError::Alike)?;
            }
            let shipment = bundle.compare(&contents, self.prune);
            verdict = Some(guard.judge(&contents, &shipment));
            Ok(shipment)
        } else {
            let source = revision::of(Path::new(source));
            let origin = Origin { time: SystemTime::now(), source };
            let options = Options::new(origin).prune(self.prune).patience(self.lock_timeout);
            bundle.ship(&*target, &options, &mut |contents, shipment| {
                verdict.insert(guard.judge(contents, shipment)).refusal.is_none()
            })
        };
        let outcome = self.report(shipment, verdict.as_mut(), context);
        // The program is about to end, which frees the memory at once.
        mem::forget((loaded, verdict.map(|verdict| verdict.before)));
        outcome
    }

    fn saved_plan(&self) -> Outcome<Option<SavedPlan>> {
        let Some(path) = &self.plan else {
            return Ok(None);
        };
        let name = path.display();
        let text = String::from_utf8(read_file(path, MAX_SOURCE_BYTES)?)
            .map_err(|_| Failure::wrong(format!("`{name}` is not UTF-8")))?;
        let saved = SavedPlan::from_json(&text);
        saved.map(Some).map_err(|error| {
            let help = match error {
                SavedError::Format(_) => "make a new plan",
                _ => "`planout plan --out FILE` saves one",
            };
            Failure::wrong(error).context(format!("`{name}`")).help(help)
        })
    }

    /// Prints the plan and its outcome.
    fn report(
        &self,
        shipment: Result<Shipment, ShipError>,
        verdict: Option<&mut Verdict>,
        context: &Context,
    ) -> Outcome {
        let shipment = match shipment {
            Ok(shipment) => Some(shipment),
            Err(ShipError::Refused) => None,
            Err(error) => return Err(error.into()),
        };
        for path in shipment.iter().flat_map(|shipment| &shipment.given_away) {
            context.output.note_owner(path, Owner::Changed);
        }
        let mut answer = Answer::Text(Text::default());
        if self.format == Format::Json {
            let json = json(self.dry_run, shipment.as_ref(), verdict.as_deref());
            answer = Answer::Data(format!("{json:#}"));
        } else if let Some(verdict) = verdict.as_deref().filter(|verdict| verdict.is_telling()) {
            answer = plan_text(&verdict.plan).into();
        }
        // The outcome of the ship is reported even if this cannot be printed.
        let answered = context.output.answer_unless_empty(answer);
        if let Some(note) =
            verdict.as_deref().filter(|verdict| !verdict.is_telling()).and_then(guard::note)
            && self.format == Format::Text
        {
            context.output.note(&note);
        }
        let (refusal, warning) = verdict
            .map(|verdict| (verdict.refusal.take(), verdict.warning.take()))
            .unwrap_or_default();
        if let Some(refusal) = refusal {
            return Err(guard::refused(refusal));
        }
        if let Some(warning) = warning {
            context.output.note(format!("warning: {warning}"));
        }
        let answered = match shipment {
            Some(shipment) if self.format == Format::Text => {
                answered.and_then(|()| self.answer(&shipment, context))
            }
            _ => answered,
        };
        answered.map_err(
            |failure| {
                if self.dry_run { failure } else { failure.after("the ship was done") }
            },
        )
    }

    fn answer(&self, shipment: &Shipment, context: &Context) -> Outcome {
        let mut text = Text::default();
        for (name, change) in &shipment.changes {
            text.line(format!("{:<9}  {name}", change.as_str()));
        }
        context.output.answer(text)?;
        let count = |wanted| shipment.changes.iter().filter(|(_, c)| *c == wanted).count();
        let kinds = [
            Change::Created,
            Change::Updated,
            Change::Unchanged,
            Change::Orphaned,
            Change::Removed,
        ];
        // If there are no orphans, and none were removed, they are not mentioned.
        let counts = kinds.map(|kind| (kind, count(kind))).into_iter().filter(|(kind, count)| {
            *count > 0 || !matches!(kind, Change::Orphaned | Change::Removed)
        });
        let counts: Vec<_> =
            counts.map(|(kind, count)| format!("{count} {}", kind.as_str())).collect();
        let done = if self.dry_run { "would ship" } else { "shipped" };
        let sources = shipment.changes.len() - count(Change::Orphaned) - count(Change::Removed);
        let namespaces = if sources == 1 { "namespace" } else { "namespaces" };
        context.output.note(format!("{done} {sources} {namespaces}: {}", counts.join(", ")));
        if count(Change::Orphaned) > 0 {
            context.output.note("orphaned namespaces have no source: `--prune` removes them");
        }
        Ok(())
    }
}

/// The answer of a ship as JSON; `shipped` is false for a dry run or a refusal.
fn json(
    dry_run: bool,
    shipment: Option<&Shipment>,
    verdict: Option<&Verdict>,
) -> serde_json::Value {
    let changes = shipment.iter().flat_map(|shipment| &shipment.changes);
    let changes = changes
        .map(|(name, change)| serde_json::json!({ "namespace": name, "change": change.as_str() }));
    serde_json::json!({
        "dry_run": dry_run,
        "shipped": shipment.is_some() && !dry_run,
        "namespaces": changes.collect::<Vec<_>>(),
        "plan": verdict.map(|verdict| plan_json(&verdict.plan)),
    })
}

/// A number of seconds.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 =
        text.parse().map_err(|_| "the value is not a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|_| "the value is not a length of time".to_owned())
}
