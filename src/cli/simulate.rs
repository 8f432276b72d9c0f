//! `planout simulate`

#[cfg(feature = "batch")]
pub(super) mod batch;
mod different;
mod form;
mod json;
pub(super) mod notes;
mod observed;
mod since;
mod text;

use std::num::NonZero;
use std::thread;

use clap::Args;
use planout::distribution::Selected;
use planout::eval::MAX_MADE_FOR_ALL;
use planout::simulate::{
    Counted, DEFAULT, Design, Different, Joint, Observed, Report, ReportSettings, SIGNIFICANCE,
    Units, design, report_with,
};
use planout::{Map, Namespace};

use self::observed::{Given, ObservedArgs};
use self::since::Version;
use super::delimiter::DelimiterArg;
use super::failure::{Failure, Outcome};
use super::inputs::{EVERY_UNIT, InputArgs, check_every_unit};
use super::location::Purpose;
use super::lookup::{DRAFT, Lookup};
use super::progress::Bar;
use super::text::units;
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
    #[cfg_attr(feature = "batch", arg(conflicts_with = "inputs_from"))]
    #[arg(
        short = 'N', long, value_name = "N", default_value_t = 1_000_000,
        value_parser = clap::value_parser!(u64).range(1..=MAX_UNITS)
    )]
    units: u64,
    /// The seed of the random units: the same seed gives the same units
    #[cfg_attr(feature = "batch", arg(conflicts_with = "inputs_from"))]
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    inputs: InputArgs,
    /// Take the experiments that run the same definition together, in the tests of params
    #[arg(long, conflicts_with = "sequential")]
    by_definition: bool,
    /// Fail if nothing could be tested
    #[arg(long)]
    require_test: bool,
    #[command(flatten)]
    delimiter: DelimiterArg,
    /// The number of threads [default: one for each processor]
    #[arg(long, value_name = "N")]
    threads: Option<NonZero<usize>>,
    #[command(flatten)]
    lookup: Lookup,
    #[command(flatten)]
    observed: ObservedArgs,
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
    /// The differences between the units of a log and their evaluation.
    different: Option<Different>,
    /// The params whose draws decide which units are logged, with their experiments.
    selected: Vec<(Option<String>, Selected)>,
    /// The probable reason, if something is not as designed.
    advice: Option<String>,
}

impl<'a> Answer<'a> {
    fn new(
        design: &'a Design<'a>,
        report: &'a Report,
        source: Source,
        context: &Context,
    ) -> Answer<'a> {
        let failure = report.failure.as_ref().map(|error| context.with_causes(error));
        Answer {
            design,
            report,
            source,
            failure,
            different: None,
            selected: Vec::new(),
            advice: None,
        }
    }

    /// Whether all is as designed; `None` if nothing was tested and nothing is wrong.
    fn as_designed(&self) -> Option<bool> {
        let is_wrong = self.report.failure.is_some()
            || !self.selected.is_empty()
            || self.different.as_ref().is_some_and(different::is_wrong);
        if is_wrong { Some(false) } else { self.report.as_designed() }
    }
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
                units(cut as u64),
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
        check_every_unit(&inputs, &loaded, &namespace, context)?;
        origin.tell(context);
        let observed = self.observed.observed.as_deref();
        let version = Version { loaded: &loaded, origin: &origin };
        if observed.is_some() && origin.has_target {
            context.output.note("`--from @target` compares the counts with the shipped namespace");
        }
        #[cfg(feature = "batch")]
        {
            let file = self.batch.file();
            if self.batch.has_types() && file.is_none() && observed.is_none() {
                return Err(Failure::usage("`--types` is for a file: none is named")
                    .help("name one with `--inputs-from` or `--observed`"));
            }
            match (file, observed) {
                (Some(file), Some(path)) => {
                    if file == "-" && path == "-" {
                        let message = "standard input cannot be both files";
                        return Err(Failure::usage(message).help("name one of them"));
                    }
                    let sample =
                        self.batch.sample(&namespace, inputs.clone(), file, None, context)?;
                    let given = Given { constants: inputs, sample: Some(sample) };
                    return self.compare(&namespace, given, path, &version, context);
                }
                (Some(file), None) => return self.batch(&namespace, inputs, file, context),
                (None, _) => {}
            }
        }
        if self.delimiter.delimiter.is_some() && observed.is_none() {
            return Err(Failure::usage("`--delimiter` is for a file: none is named")
                .help("name one with `--inputs-from` or `--observed`"));
        }
        match observed {
            Some(path) => {
                let given = Given { constants: inputs, sample: None };
                self.compare(&namespace, given, path, &version, context)
            }
            None => self.simulate(&namespace, inputs, context),
        }
    }

    fn settings(&self) -> ReportSettings {
        ReportSettings { by_definition: self.by_definition }
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
        let notes = notes::of_joint(&joint, groups.len(), &[]);
        let source = Source { units: Some(count), seed: Some(self.seed), notes };
        let report = report_with(&design, &observed, self.settings());
        self.answer(Answer::new(&design, &report, source.cut(&observed), context), context)
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
        let report = report_with(&design, &observed, self.settings());
        self.answer(Answer::new(&design, &report, source, context), context)
    }

    fn threads(&self) -> usize {
        let threads = self.threads.or_else(|| thread::available_parallelism().ok());
        threads.map_or(1, NonZero::get)
    }

    fn answer(&self, answer: Answer<'_>, context: &Context) -> Outcome {
        context.output.answer(match self.lookup.format {
            Format::Text => text::text(&answer).into(),
            Format::Json => output::Answer::Data(json::json(&answer)),
        })?;
        verdict(&answer, self.require_test, context)
    }
}

/// Fails if something is not as designed.
fn verdict(answer: &Answer<'_>, require_test: bool, context: &Context) -> Outcome {
    let report = answer.report;
    if let Some(error) = &report.failure {
        let message = format!("{} could not be evaluated", units(report.failed));
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
    let mut failed: Vec<String> =
        report.failed_tests().map(|(param, _)| text::subject(answer, param)).collect();
    for part in &report.parts {
        let by = |param| format!("{} where it is {}", text::subject(answer, param), part.value);
        failed.extend(part.report.failed_tests().map(|(param, _)| by(param)));
    }
    let mut wrong = answer.different.as_ref().map(different::summary).unwrap_or_default();
    let named = |experiment: &Option<String>| experiment.clone().unwrap_or(DEFAULT.to_owned());
    wrong.extend(answer.selected.iter().map(|(experiment, selected)| {
        let (param, name) = (&selected.param, named(experiment));
        format!("the draw of `{param}` decides which units of `{name}` are logged")
    }));
    if failed.is_empty() && wrong.is_empty() {
        let parts = report.parts.iter().map(|part| part.report.tests().count());
        let tests = report.tests().count() + parts.sum::<usize>();
        let compared = answer.different.is_some();
        context.output.note(&match tests {
            0 if require_test => {
                return Err(Failure::wrong("nothing could be tested")
                    .help("without `--require-test`, this is not an error"));
            }
            0 if compared => "nothing could be tested, and all units are as logged".to_owned(),
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
    let named_tests: Vec<&str> = failed.iter().take(MAX_NAMED).map(String::as_str).collect();
    let mut messages = wrong;
    if !named_tests.is_empty() {
        messages.push(format!("not as designed: {}{more}", named_tests.join(", ")));
    }
    let help = match &answer.advice {
        _ if named_tests.is_empty() && !answer.selected.is_empty() => {
            "the logged units are selected after the treatment, so they cannot be compared: let the \
             script return before it draws, and log all units until then (`planout explain P0513`)"
                .to_owned()
        }
        Some(advice) => advice.clone(),
        None if named_tests.is_empty() => {
            "the log was made by another version of the namespace, or by another program: \
             compare it with the version that was live, as in `--from git:REVISION`"
                .to_owned()
        }
        None => format!(
            "chance alone causes this less than once in {:.0} times: before you trust any result, look for units that are lost, counted twice or assigned elsewhere",
            1.0 / SIGNIFICANCE
        ),
    };
    Err(Failure::wrong(messages.join("; ")).help(help))
}
