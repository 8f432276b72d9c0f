//! `planout perf`

mod histogram;
mod measure;

use clap::Args;
use planout::Value;
use planout::eval::MAX_MADE_FOR_ALL;
use planout::namespace::Experiment;
use serde_json::json;

use self::measure::{Failed, Measured, Work};
use super::failure::{Failure, Outcome};
use super::inputs::{EVERY_UNIT, InputArgs, Used};
use super::location::Purpose;
use super::lookup::{DRAFT, Lookup};
use super::output::Answer;
use super::text::Text;
use super::which::Which;
use super::{Context, Format};

#[derive(Args, Debug)]
#[command(mut_arg("from", |from| from.help(DRAFT)))]
#[command(mut_arg("inputs", |inputs| inputs.help(EVERY_UNIT)))]
pub(super) struct Perf {
    /// The name of the namespace
    #[arg(short, long, alias = "name", value_name = "NAME")]
    ns: String,
    #[command(flatten)]
    which: Which,
    /// The number of units to evaluate
    #[arg(long, value_name = "N", default_value = "1000000")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    iterations: u64,
    /// The number of threads that share the units
    #[arg(long, value_name = "N", default_value = "1")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=1024))]
    threads: u64,
    #[command(flatten)]
    inputs: InputArgs,
    #[command(flatten)]
    lookup: Lookup,
}

impl Perf {
    pub(super) fn run(&self, context: &Context) -> Outcome {
        let inputs = self.inputs.collect()?;
        let (loaded, namespace, origin) =
            self.lookup.namespace(&self.ns, Purpose::Draft, context)?;
        origin.tell(context);
        let experiment = self.which.experiment(&namespace)?;
        let used = Used::by_namespaces([(&loaded, &namespace)]).and(experiment.as_ref());
        used.unread(&inputs).iter().for_each(|warning| context.output.note(warning));

        let work = Work { namespace: &namespace, experiment: experiment.as_ref(), inputs: &inputs };
        let measured = measure::measure(work, self.iterations, self.threads).map_err(failure)?;
        if measured.times.count() < self.iterations {
            context.output.note(format!(
                "only {} of {} units were evaluated: scripts make more than {} GB of lists, maps and \
                 strings for all",
                measured.times.count(),
                self.iterations,
                MAX_MADE_FOR_ALL >> 30
            ));
        }
        context.output.answer(match self.lookup.format {
            Format::Text => self.text(&measured).into(),
            Format::Json => Answer::Data(self.json(experiment.as_ref(), &measured)),
        })
    }

    fn text(&self, measured: &Measured) -> Text {
        let times = &measured.times;
        let mut rows = vec![
            ("iterations", times.count().to_string()),
            ("threads", self.threads.to_string()),
            ("total", duration(times.total())),
            ("min", duration(times.min())),
            ("mean", duration(times.mean() as u64)),
        ];
        let percentiles = [("p50", 50), ("p95", 95), ("p99", 99)];
        rows.extend(percentiles.map(|(name, percent)| (name, duration(times.percentile(percent)))));
        rows.push(("max", duration(times.max())));
        rows.push(("per second", format!("{:.0}", per_second(measured))));
        let mut text = Text::default();
        for (name, value) in rows {
            text.line(format!("{name:<10}  {value:>12}"));
        }
        text
    }

    fn json(&self, experiment: Option<&Experiment>, measured: &Measured) -> String {
        let times = &measured.times;
        let name = experiment.map(Experiment::name).filter(|name| !name.is_empty());
        let answer = json!({
            "namespace": self.ns,
            "experiment": name,
            "definition": experiment.map(Experiment::definition),
            "iterations": times.count(),
            "threads": self.threads,
            "total_ns": times.total(),
            "min_ns": times.min(),
            "mean_ns": times.mean(),
            "p50_ns": times.percentile(50),
            "p95_ns": times.percentile(95),
            "p99_ns": times.percentile(99),
            "max_ns": times.max(),
            "per_second": per_second(measured),
        });
        format!("{answer:#}")
    }
}

/// The evaluations of all threads per second, by the time of the slowest thread.
fn per_second(measured: &Measured) -> f64 {
    // The time can be zero if the clock is too coarse.
    (measured.times.count() as f64 * 1e9 / measured.longest_thread.max(1) as f64).round()
}

/// Nanoseconds, in a unit that keeps the number short.
fn duration(nanoseconds: u64) -> String {
    let number = nanoseconds as f64;
    match nanoseconds {
        0..10_000 => format!("{nanoseconds} ns"),
        10_000..10_000_000 => format!("{:.1} us", number / 1e3),
        10_000_000..10_000_000_000 => format!("{:.1} ms", number / 1e6),
        _ => format!("{:.1} s", number / 1e9),
    }
}

fn failure(failed: Failed) -> Failure {
    match failed {
        Failed::Unit { error, .. } if error.is_of_the_script() => Failure::wrong(error),
        Failed::Unit { inputs, error } => Failure::wrong(error).help(format!(
            "the inputs were {}; `KEY=VALUE` gives the other inputs that the scripts read",
            Value::from(inputs)
        )),
        Failed::Thread(error) => Failure::broken(error).context("cannot start a thread"),
    }
}
