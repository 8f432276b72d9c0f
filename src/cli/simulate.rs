//! `planout simulate`

#[cfg(feature = "batch")]
mod batch;
mod json;
mod notes;
mod observed;
mod text;

use std::num::NonZero;
use std::thread;

use clap::Args;
use planout::eval::MAX_MADE_FOR_ALL;
use planout::simulate::{
    Counted, Design, Group, Joint, Observed, Report, SIGNIFICANCE, Units, design, report,
};
use planout::{Map, Namespace};

use super::delimiter::DelimiterArg;
use super::failure::{Failure, Outcome};
use super::inputs::{EVERY_UNIT, InputArgs, Used};
use super::location::Purpose;
use super::lookup::{DRAFT, Lookup};
use super::progress::Bar;
use super::{Context, Format, output};

/// The most units of a simulation. Each continuous param takes 8 bytes for each unit.
const MAX_UNITS: u64 = 100_000_000;

/// The most failed tests that are named.
const MAX_NAMED: usize = 5;

#[derive(Args, Debug)]
#[command(mut_arg("from", |from| from.help(DRAFT)))]
#[command(mut_arg("inputs", |inputs| inputs.help(EVERY_UNIT)))]
pub(super) struct Simulate {
    /// The name of the namespace
    #[arg(short, long, alias = "name", value_name = "NAME")]
    ns: String,
    /// The number of random units to evaluate
    #[arg(
        short = 'N', long, value_name = "N", default_value_t = 1_000_000,
        value_parser = clap::value_parser!(u64).range(1..=MAX_UNITS)
    )]
    units: u64,
    /// The seed of the random units: the same seed gives the same units
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    inputs: InputArgs,
    /// Test observed counts in place of random units: CSV, or a log of exposures as JSON lines
    #[arg(long, value_name = "FILE", conflicts_with_all = ["units", "seed", "threads"])]
    observed: Option<String>,
    #[command(flatten)]
    delimiter: DelimiterArg,
    /// The number of threads [default: one for each processor]
    #[arg(long, value_name = "N")]
    threads: Option<NonZero<usize>>,
    #[command(flatten)]
    lookup: Lookup,
    #[cfg(feature = "batch")]
    #[command(flatten)]
    batch: batch::BatchArgs,
}

/// A finished comparison and its origin.
struct Answer<'a> {
    design: &'a Design<'a>,
    report: &'a Report,
    source: Source,
    /// The failure of the first unit that could not be evaluated.
    failure: Option<String>,
}

/// The origin of the units of a comparison.
struct Source {
    /// The number of evaluated units; `None` for units that were counted elsewhere.
    units: Option<usize>,
    /// The seed of the random units.
    seed: Option<u64>,
    /// Further notes about them.
    notes: Vec<String>,
}

impl Source {
    /// Notes the number of evaluated units, if it is not all of them.
    fn cut(mut self, observed: &Observed) -> Source {
        if let (Some(cut), Some(all)) = (observed.cut, self.units) {
            self.units = Some(cut);
            self.notes.push(format!(
                "only the first {} of {all} were evaluated: scripts make more than {} GB of lists, \
                 maps and strings for all",
                text::units(cut as u64),
                MAX_MADE_FOR_ALL >> 30
            ));
        }
        self
    }
}

impl Simulate {
    pub(super) fn run(&self, context: &Context) -> Outcome {
        let inputs = self.inputs.collect()?;
        let (loaded, namespace, origin) =
            self.lookup.namespace(&self.ns, Purpose::Draft, context)?;
        if inputs.contains_key(namespace.unit()) {
            let message = format!(
                "`{}` is the primary unit, which cannot be an input of every unit",
                namespace.unit()
            );
            return Err(Failure::usage(message));
        }
        let used = Used::by_namespaces([(&loaded, &namespace)]);
        used.unread(&inputs).iter().for_each(|warning| context.output.note(warning));
        origin.tell(context);
        if self.observed.is_some() && origin.has_target {
            context.output.note("`--from @target` compares the counts with the shipped namespace");
        }
        #[cfg(feature = "batch")]
        if let Some(file) = self.batch.file() {
            return self.batch(&namespace, inputs, file, context);
        }
        if self.delimiter.delimiter.is_some() && self.observed.is_none() {
            return Err(Failure::usage("`--delimiter` is for a file: none is named")
                .help("name one with `--inputs-from` or `--observed`"));
        }
        match &self.observed {
            Some(path) => self.compare(&namespace, inputs, path, context),
            None => self.simulate(&namespace, inputs, context),
        }
    }

    fn simulate(&self, namespace: &Namespace, inputs: Map, context: &Context) -> Outcome {
        let joint = Joint::new(namespace, inputs);
        let groups = joint.groups();
        let design = design(namespace, &groups, Counted::All);
        let count = usize::try_from(self.units).unwrap_or(usize::MAX);
        let units = Units { count, seed: self.seed, inputs: Map::new() };
        let bar = Bar::new(&self.ns, "units", context);
        let observed = joint.observe_with(&design, &units, self.threads(), bar.progress());
        drop(bar);
        let notes = notes::of_joint(&joint, groups.len());
        let source = Source { units: Some(count), seed: Some(self.seed), notes };
        let source = source.cut(&observed);
        self.answer(&design, &observed, source, context)
    }

    #[cfg(feature = "batch")]
    fn batch(&self, namespace: &Namespace, inputs: Map, file: &str, context: &Context) -> Outcome {
        let delimiter = self.delimiter.delimiter;
        let (sample, mut notes) = self.batch.sample(namespace, inputs, file, delimiter, context)?;
        notes.extend(notes::missing(&sample.missing()));
        let design = design(namespace, &sample.groups(), Counted::All);
        let bar = Bar::new(&self.ns, "units", context);
        let observed = sample.observe_with(&design, self.threads(), bar.progress());
        drop(bar);
        let source = Source { units: Some(sample.units()), seed: None, notes }.cut(&observed);
        self.answer(&design, &observed, source, context)
    }

    fn threads(&self) -> usize {
        let threads = self.threads.or_else(|| thread::available_parallelism().ok());
        threads.map_or(1, NonZero::get)
    }

    fn compare(
        &self,
        namespace: &Namespace,
        inputs: Map,
        path: &str,
        context: &Context,
    ) -> Outcome {
        let mut file = observed::File::open(path)?;
        let is_log = file.is_log()?;
        let counted = if is_log { Counted::InExperiment } else { Counted::All };
        let design = designed(namespace, &inputs, counted);
        let (observed, notes) = if is_log {
            observed::log(&design, file, context)?
        } else {
            (observed::table(&design, file, self.delimiter.delimiter)?, Vec::new())
        };
        self.answer(&design, &observed, Source { units: None, seed: None, notes }, context)
    }

    fn answer(
        &self,
        design: &Design<'_>,
        observed: &Observed,
        source: Source,
        context: &Context,
    ) -> Outcome {
        let report = report(design, observed);
        let failure = report.failure.as_ref().map(|error| context.with_causes(error));
        let answer = Answer { design, report: &report, source, failure };
        context.output.answer(match self.lookup.format {
            Format::Text => text::text(&answer).into(),
            Format::Json => output::Answer::Data(json::json(&answer)),
        })?;
        verdict(&answer, context)
    }
}

fn designed<'n>(namespace: &'n Namespace, inputs: &Map, counted: Counted) -> Design<'n> {
    design(namespace, &[Group { inputs: inputs.clone(), weight: 1.0 }], counted)
}

/// Fails if something is not as designed.
fn verdict(answer: &Answer<'_>, context: &Context) -> Outcome {
    let report = answer.report;
    if let Some(error) = &report.failure {
        let message = format!("{} could not be evaluated", text::units(report.failed));
        let help = match answer.source.seed {
            _ if error.is_of_the_script() => None,
            Some(_) => Some("add the inputs that the scripts read as `KEY=VALUE`"),
            None => Some(
                "add the inputs that the scripts read as columns of the file, or as `KEY=VALUE`",
            ),
        };
        let failure = Failure::wrong(error.clone()).context(message);
        return Err(match help {
            Some(help) => failure.help(help),
            None => failure,
        });
    }
    let failed: Vec<String> =
        report.failed_tests().map(|(param, _)| text::subject(answer, param)).collect();
    if failed.is_empty() {
        context.output.note(&match report.tests().count() {
            0 => "nothing could be tested".to_owned(),
            1 => "1 test: as designed".to_owned(),
            tests => format!("{tests} tests: all as designed"),
        });
        return Ok(());
    }
    let more = match failed.len().saturating_sub(MAX_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let named: Vec<&str> = failed.iter().take(MAX_NAMED).map(String::as_str).collect();
    let message = format!("not as designed: {}{more}", named.join(", "));
    Err(Failure::wrong(message).help(format!(
        "chance alone causes this less than once in {:.0} times: before you trust any result, look for units that are lost, counted twice or assigned elsewhere",
        1.0 / SIGNIFICANCE
    )))
}
