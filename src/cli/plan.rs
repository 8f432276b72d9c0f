//! `planout plan`

mod exact;
mod json;
mod text;
mod units;

use std::path::{Path, PathBuf};

use clap::Args;
use planout::catalog::{self, Dialects, Loaded};
use planout::diagnostic::Report;
use planout::lint::{self, Readers};
use planout::plan::{self, Class, SavedPlan, Setup, Trial};
use planout::ship::{ShipError, check_names};
use planout::store::{self, Store, write_file};

pub(super) use self::json::json;
pub(super) use self::text::text;
pub(super) use self::units::Sample;
use super::failure::{Failure, Outcome};
use super::folders::Folders;
use super::output::Answer;
use super::progress::Bar;
use super::route::Route;
use super::{Context, DialectArg, Format, location, overwrite, past, place};

#[derive(Args, Debug)]
pub(super) struct Plan {
    #[command(flatten)]
    route: Route,
    /// Compare with another location, or with SRC at a revision of git, such as `git:main`
    #[arg(long, value_name = "LOCATION|git:REV", conflicts_with_all = ["target", "dest_dir"])]
    against: Option<String>,
    /// Also plan to remove the namespaces of DST that are not in SRC
    #[arg(long)]
    prune: bool,
    #[command(flatten)]
    sample: Sample,
    /// Show in the exit status whether anything changes: 0 no, 10 safely, 11 with units reassigned
    #[arg(long)]
    detailed_exitcode: bool,
    /// Save the plan, so that `ship --plan` can apply exactly this plan later
    #[arg(long, value_name = "FILE", conflicts_with = "against")]
    out: Option<PathBuf>,
    #[command(flatten)]
    folders: Folders,
    #[command(flatten)]
    dialect: DialectArg,
    /// How to print the answer and diagnostics
    #[arg(long, default_value = "text", hide_default_value = true)]
    format: Format,
}

impl Plan {
    pub(super) fn run(&self, context: &Context) -> Outcome {
        let config = &context.config;
        let (named, target) = self.route.named()?;
        if self.against.is_some() && target.is_some() {
            return Err(Failure::usage("`--against` cannot be used with `DST`"));
        }
        let source = location::given(named, config.source.as_ref(), config)?;
        let source = &source.ok_or_else(|| {
            Failure::usage("nothing to plan: name the source")
                .help("as `planout plan SRC DST`, or set `source` in `planout.toml`")
        })?;
        location::tell("source", source, context);
        let dialects = context.dialects(self.dialect);
        let config = &context.config;
        let target = location::given(target, config.target.as_ref(), config)?;
        let target = target.filter(|_| self.against.is_none());
        target.as_deref().map_or(Ok(()), location::refuse_revision)?;
        let to = location::destination(target.as_deref());
        let store = self.folders.open(source, context)?;
        let bar = Bar::new("reading", "namespaces", context);
        let mut after = catalog::read_with(&*store, dialects, bar.progress())?;
        drop(bar);
        let bar = Bar::new("checking", "namespaces", context);
        let checks = &context.config.checks;
        lint::check_before_shipping(&mut after, checks, to, bar.progress());
        drop(bar);
        if after.is_empty() {
            return Err(Failure::wrong(format!("no namespaces in `{source}`")));
        }
        let (location, mut before) = self.before(source, context)?;
        if self.against.is_none() && !self.prune {
            let target = store::open(&location)?;
            check_names(&*target, names(&after), names(&before)).map_err(ShipError::Alike)?;
        }
        if Path::new(source).is_file() && !self.prune {
            // The other namespaces at the target have their sources elsewhere.
            before.retain(|old| after.iter().any(|new| new.name == old.name));
        }
        if let Some(output) = self.out.as_deref().and_then(Path::to_str) {
            let inputs = after.iter().chain(&before).map(|loaded| loaded.source.name());
            for input in inputs.chain(self.sample.file()) {
                overwrite::refuse(input, output)?;
            }
        }
        let inputs = plan::Inputs::of(before.iter().chain(&after));
        let units = self.sample.units(&inputs, context)?;
        let trial = Trial { units: &units, operators: Some(&checks.operators) };
        let bar = Bar::new("comparing", "namespaces", context);
        let mut planned = plan::compare_with(&before, &after, trial, bar.progress());
        drop(bar);
        if self.prune {
            planned.prune();
        }

        context.output.reports(&reports(&before, &after), self.format)?;
        let out = self.out.as_deref().filter(|_| planned.class() != Class::Invalid);
        if let Some(path) = out {
            let setup = setup((source, &location), self.prune, self.dialect, context);
            let saved = SavedPlan::new(&planned, setup, &before, &after);
            let owner = write_file(path, saved.to_json().as_bytes())?;
            context.output.note_owner(path, owner);
        }
        let answered = context.output.answer(match self.format {
            Format::Text => text(&planned).into(),
            Format::Json => Answer::Data(format!("{:#}", json(&planned))),
        });
        if planned.class() == Class::Invalid {
            return Err(Failure::wrong("the plan is incomplete: not all namespaces are valid"));
        }
        match (answered, out) {
            (Ok(()), _) => {}
            // The status is a part of the answer, too.
            (Err(failure), _) if failure.is_closed_pipe() => {}
            (Err(failure), None) => return Err(failure),
            (Err(failure), Some(path)) => {
                return Err(failure.after(&format!("the plan was saved to `{}`", path.display())));
            }
        }
        if let Some(path) = out {
            context.output.note(format!("saved the plan to {}", path.display()));
        }
        match planned.class() {
            Class::Safe if self.detailed_exitcode => Err(Failure::answer(10)),
            Class::Reassigning if self.detailed_exitcode => Err(Failure::answer(11)),
            _ => Ok(()),
        }
    }

    /// The earlier namespaces and their location.
    fn before(&self, source: &str, context: &Context) -> Outcome<(String, Vec<Loaded>)> {
        // A namespace that was shipped in another dialect names that dialect.
        let dialects = Dialects::from(context.dialect(self.dialect));
        let config = &context.config;
        let Some(against) = &self.against else {
            let (_, target) = self.route.named()?;
            let target = location::given(target, config.target.as_ref(), config)?;
            let target = target.ok_or_else(|| {
                Failure::usage("nothing to compare with: name the target")
                    .help("as `planout plan SRC DST`, or with `--against git:main`")
            })?;
            location::tell("target", &target, context);
            // A ship never changes the folders below its target.
            let shipped = shipped(&*store::open(&target)?, dialects)?;
            return Ok((target, shipped));
        };
        let against = &location::named(against, config)?;
        location::tell("against", against, context);
        let before = match against.strip_prefix("git:") {
            Some(revision) => {
                // Without a path of its own, it is compared with the source as it was.
                let (revision, path) = revision.split_once(':').unwrap_or((revision, source));
                let opened = past::open_at(revision, path, self.dialect, self.folders, context)?;
                let before = Dialects { source: opened.dialects.source, ..dialects };
                catalog::read(&opened.past, before)?
            }
            None => catalog::read(&*self.folders.open(against, context)?, dialects)?,
        };
        Ok((against.clone(), before))
    }
}

/// The setup of a plan for two locations.
pub(super) fn setup(
    (source, target): (&str, &str),
    prune: bool,
    dialect: DialectArg,
    context: &Context,
) -> Setup {
    let checks = &context.config.checks;
    let levels = checks.levels.changed();
    Setup {
        source: place::canonical(source),
        target: place::canonical(target),
        prune,
        dialect: context.dialect(dialect).to_string(),
        guard: context.config.guard.to_string(),
        checks: levels.map(|(code, level)| (code.to_string(), level.to_string())).collect(),
        operators: checks.operators.clone(),
        readers: checks.readers.map(|Readers::Planout4j| "planout4j".to_owned()),
    }
}

/// The namespaces at a target. Empty if the target does not exist yet.
pub(super) fn shipped(target: &dyn Store, dialects: Dialects) -> Outcome<Vec<Loaded>> {
    match catalog::read(target, dialects) {
        Err(error) if error.is_absent() => Ok(Vec::new()),
        read => Ok(read?),
    }
}

fn names(namespaces: &[Loaded]) -> impl Iterator<Item = &str> {
    namespaces.iter().map(|loaded| loaded.name.as_str())
}

/// The problems of the new namespaces, and the errors of the existing ones.
fn reports(before: &[Loaded], after: &[Loaded]) -> Vec<Report> {
    let invalid = before.iter().map(Loaded::report).filter(Report::has_errors);
    after.iter().map(Loaded::report).chain(invalid).collect()
}
