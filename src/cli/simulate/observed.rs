//! `planout simulate --observed`: units that were counted or logged elsewhere.

use std::error::Error;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};
use planout::nearest::nearest;
use planout::simulate::{
    Among, Counted, Design, Group, Joint, LogSettings, Logged, Observed, Part, ReadError, Sample,
    Table, TableError, TableSettings, design_among, report_mixed, report_with,
};
use planout::{Map, Namespace, Value};

use super::form::{File, Form, unreadable};
use super::since::Version;
use super::{Answer, Simulate, Source, notes, since};
use crate::cli::Context;
use crate::cli::delimiter;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::progress::Bar;

#[derive(Args, Debug)]
#[command(next_help_heading = "Observed units")]
pub(super) struct ObservedArgs {
    /// Test units that were counted or logged elsewhere, in place of random units: a table of counts, a
    /// log of exposures, or a row for each unit; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["units", "seed", "threads"])]
    pub(super) observed: Option<String>,
    /// The units that were counted: all of an experiment, or those for which its script does not
    /// return a false value [default: exposed for a log of exposures, else all]
    #[arg(long, value_name = "UNITS", requires = "observed")]
    counted: Option<Units>,
    /// Use tests that may be looked at any time: unit by unit, or day by day in a table with a column
    /// `date`
    #[arg(long, requires = "observed")]
    pub(super) sequential: bool,
    /// Test the units of each value of this column or logged input by themselves, too
    #[arg(
        long, value_name = "COLUMN", requires = "observed",
        value_parser = NonEmptyStringValueParser::new()
    )]
    pub(super) by: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Units {
    All,
    Exposed,
}

/// The inputs of units that are not in the file of observed units.
pub(super) struct Given<'n> {
    /// Those that are the same for all.
    pub(super) constants: Map,
    /// Those of another file, with notes about it.
    pub(super) sample: Option<(Sample<'n>, Vec<String>)>,
}

impl ObservedArgs {
    fn counted(&self, default: Counted) -> Counted {
        match self.counted {
            None => default,
            Some(Units::All) => Counted::All,
            Some(Units::Exposed) => Counted::InExperiment,
        }
    }
}

impl Simulate {
    /// Compares the units of a file with the design.
    pub(super) fn compare(
        &self,
        namespace: &Namespace,
        given: Given<'_>,
        path: &str,
        version: &Version<'_>,
        context: &Context,
    ) -> Outcome {
        if let Some(by) = &self.observed.by {
            refuse_outcome(by, namespace)?;
        }
        let file = File::open(path, self.delimiter.delimiter, namespace)?;
        match file.form {
            Form::Counts => self.counts(namespace, given, path, file, context),
            form => {
                let default = match form {
                    Form::Exposures => Counted::InExperiment,
                    _ => Counted::All,
                };
                let (sample, notes) = given.sample.unzip();
                let settings = LogSettings {
                    counted: self.observed.counted(default),
                    constants: given.constants,
                    inputs: sample,
                    by: self.observed.by.clone(),
                    sequential: self.observed.sequential,
                };
                let mut logged = Logged::new(namespace, settings);
                self.read(&mut logged, path, file, context)?;
                self.logged(&logged, form, path, version, notes.unwrap_or_default(), context)
            }
        }
    }

    /// Reads a log, or a row a unit.
    fn read(&self, logged: &mut Logged<'_>, path: &str, file: File, context: &Context) -> Outcome {
        match file.form {
            #[cfg(feature = "batch")]
            Form::Rows(format) => super::batch::rows(self, logged, path, (format, file), context),
            _ => {
                let bar = Bar::new(path, "lines", context);
                let mut alarm = |line: planout::simulate::Line| {
                    if line.is_alarm {
                        context.output.note(format!(
                            "warning: not as designed from line {} of `{path}` on",
                            line.number
                        ));
                    }
                };
                logged
                    .read_exposures_with(file.reader, bar.progress(), &mut alarm)
                    .map_err(|error| wrong(path, error))
            }
        }
    }

    /// Answers for a table of counts.
    fn counts(
        &self,
        namespace: &Namespace,
        given: Given<'_>,
        path: &str,
        file: File,
        context: &Context,
    ) -> Outcome {
        let args = &self.observed;
        let settings = TableSettings { by: args.by.clone(), sequential: args.sequential };
        let table = Table::read_with(namespace, settings, file.reader, file.delimiter);
        let table = table.map_err(|error| unfit(path, error))?;
        let values = table.parts().map_err(|error| {
            Failure::wrong(error).context(format!("`{path}`")).help("choose a coarser column")
        })?;
        let mut all_notes = Vec::new();
        // An input that is given as null is known.
        let nulls: Vec<String> = given.constants.keys().cloned().collect();
        let mut unknown: Vec<&str>;
        let groups: Vec<Group> = match &given.sample {
            Some((sample, notes)) => {
                all_notes.extend(notes.iter().cloned());
                unknown = sample.missing();
                sample.groups()
            }
            None => {
                let joint = Joint::new(namespace, given.constants);
                let groups = joint.groups();
                unknown = joint.missing();
                all_notes.extend(notes::of_drawn(&joint, groups.len()));
                groups
            }
        };
        unknown.retain(|name| args.by.as_deref() != Some(*name));
        unknown.retain(|name| !nulls.iter().any(|null| null == name));
        all_notes.extend(notes::unknown(&unknown));
        let by = args.by.as_deref().filter(|by| namespace.reads().contains(by));
        // The column by which units are taken apart may be an input: the counts tell its shares.
        let with = |value: &str, weight: f64| {
            let known = groups.iter().filter(|group| {
                let input = by.and_then(|by| group.inputs.get(by));
                input.is_some_and(|input| match input.as_str() {
                    Some(text) => text == value,
                    None => input.to_string() == value,
                })
            });
            let known: Vec<Group> = known.cloned().collect();
            let mut groups = if known.is_empty() { groups.clone() } else { known };
            let total: f64 = groups.iter().map(|group| group.weight).sum();
            for group in &mut groups {
                group.weight *= weight / total;
                if let Some(by) = by.filter(|by| !group.inputs.contains_key(*by)) {
                    group.inputs.insert(by.to_owned(), Value::from(value));
                }
            }
            groups
        };
        let whole: Vec<Group> = match by {
            None => groups.clone(),
            Some(_) => {
                let all = values.iter();
                all.flat_map(|value| with(value, table.units(value) as f64)).collect()
            }
        };
        let counted = args.counted(Counted::All);
        let cohorts = by.map(|_| table.cohorts());
        let among = Among { counted, cohorts: cohorts.as_deref(), unknown: &unknown };
        let observe = |part: Option<&str>, groups: &[Group]| -> Outcome<(Design<'_>, Observed)> {
            let design = design_among(namespace, groups, &among);
            let observed = table.observed(part, &design).map_err(|error| unfit(path, error))?;
            Ok((design, observed))
        };
        let mut parts = Vec::new();
        for value in &values {
            let groups = if by.is_some() { with(value, 1.0) } else { groups.clone() };
            parts.push((Value::from(*value), observe(Some(value), &groups)?));
        }
        let (design, observed) = observe(None, &whole)?;
        // Params that were counted by an input have the shares of their own units.
        let each: Vec<(&Design<'_>, &Observed)> =
            parts.iter().filter(|_| by.is_some()).map(|(_, (d, o))| (d, o)).collect();
        let mut report = report_mixed(&design, &observed, &each, self.settings());
        let parts = parts.iter().map(|(value, (design, observed))| Part {
            value: value.clone(),
            report: report_with(design, observed, self.settings()),
        });
        report.add_parts(parts.collect());
        let source = Source { units: None, seed: None, notes: all_notes };
        self.answer(Answer::new(&design, &report, source, context), context)
    }

    /// Answers for units that were logged.
    fn logged(
        &self,
        logged: &Logged<'_>,
        form: Form,
        path: &str,
        version: &Version<'_>,
        mut all_notes: Vec<String>,
        context: &Context,
    ) -> Outcome {
        let namespace = logged.namespace();
        if logged.units() == 0 {
            let message = format!(
                "`{path}` has no exposures of namespace `{}`: {} of other experiments, {} other events",
                namespace.name(),
                logged.other_experiments,
                logged.other_events
            );
            return Err(Failure::wrong(message));
        }
        if let (false, Some(by)) = (logged.has_parts(), logged.by()) {
            let message = format!("no unit of `{path}` has a value of `{by}`");
            let reads = namespace.reads();
            let near = nearest(by, reads.into_iter().filter(|name| *name != by));
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "name a column of the file, or an input in the log".to_owned(),
            };
            return Err(Failure::wrong(message).help(help));
        }
        all_notes.extend(notes::of_log(logged, form == Form::Exposures));
        let design = logged.design(None);
        let observed = logged.observed(None, &design);
        let mut report = report_with(&design, &observed, self.settings());
        let parts = logged.parts().map(|value| {
            let design = logged.design(Some(value));
            let observed = logged.observed(Some(value), &design);
            Part { value: value.clone(), report: report_with(&design, &observed, self.settings()) }
        });
        report.add_parts(parts.collect());
        let source = Source { units: None, seed: None, notes: all_notes };
        let mut answer = Answer::new(&design, &report, source, context);
        answer.different = Some(logged.differences());
        answer.selected = logged.selected();
        if answer.as_designed() == Some(false) {
            answer.advice = since::advice(logged, version);
        }
        self.answer(answer, context)
    }
}

/// Refuses to take units apart by what their assignment decides: each part would have a single arm.
fn refuse_outcome(by: &str, namespace: &Namespace) -> Outcome {
    let outcomes = ["experiment", "segment", "in_experiment", "params", namespace.unit()];
    if outcomes.contains(&by) || namespace.sets().contains(&by) {
        let message = format!("`--by {by}`: units differ in this by design");
        return Err(
            Failure::usage(message).help("name a column that is known before the assignment")
        );
    }
    Ok(())
}

/// An error of a file with its place.
fn wrong<P: Error + Send + Sync + 'static>(path: &str, error: ReadError<P>) -> Failure {
    match error {
        ReadError::Io(error) => unreadable(path, error),
        ReadError::Line { line, problem } => {
            Failure::wrong(problem).context(format!("`{path}`, line {line}"))
        }
    }
}

/// An error of a table of counts, with advice.
fn unfit(path: &str, error: ReadError<TableError>) -> Failure {
    let help = match &error {
        ReadError::Line { problem: TableError::Delimiter { found, .. }, .. } => {
            Some(delimiter::help(*found))
        }
        _ => None,
    };
    let failure = wrong(path, error);
    match help {
        Some(help) => failure.help(help),
        None => failure,
    }
}
