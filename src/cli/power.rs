//! `planout power`

mod answer;
mod figures;
mod files;
mod json;
mod parse;
mod text;

use std::num::NonZero;
use std::thread;

use clap::{Args, ValueEnum};
use planout::catalog::Loaded;
use planout::namespace::Action;
use planout::nearest::hint;
use planout::power::sequential::{MAX_LOOKS, Spending};
use planout::power::{
    Arms, ArmsError, Cluster, Correction, Looks, Question, Settings, Study, Traffic, other_units,
};
use planout::simulate::{Counted, Group, Joint, design};
use planout::{Map, Namespace, Value};

use self::answer::{Answer, Design, Sought};
use self::parse::{Mde, MetricArg};
use super::failure::{Failure, Outcome};
use super::inputs::{EVERY_UNIT, InputArgs, check_every_unit};
use super::location::Purpose;
use super::lookup::{DRAFT, Lookup};
use super::simulate::notes;
use super::{Context, Format, output};

/// The most units that come by.
const MAX_UNITS: u64 = 1 << 53;

/// The most simulated experiments.
const MAX_EXPERIMENTS: u64 = 10_000_000;

/// The power without `--power`.
const POWER: f64 = 0.8;

#[derive(Args, Debug)]
#[command(mut_arg("from", |from| from.help(DRAFT)))]
#[command(mut_arg("inputs", |inputs| inputs.help(EVERY_UNIT)))]
#[cfg_attr(feature = "batch", command(mut_arg("inputs_from", |file| file.help(
    "Compute the shares for the units of a file with their inputs; `-` is standard input"
))))]
// A changed option goes behind the others, so these follow.
#[cfg_attr(feature = "batch", command(mut_arg("input_format", |format| format)))]
#[cfg_attr(feature = "batch", command(mut_arg("types", |types| types)))]
#[cfg_attr(feature = "batch", command(mut_arg("on_error", |action| action)))]
pub(super) struct Power {
    /// The name of the namespace
    #[arg(short, long, alias = "name", value_name = "NAME")]
    ns: String,
    /// The active experiment
    #[arg(long, value_name = "NAME")]
    exp: String,
    /// The param whose values are the arms
    #[arg(long, value_name = "NAME")]
    param: String,
    /// The value of the param in the control [default: the value of the default experiment]
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    control: Option<String>,
    /// The metric in the control: `rate=R`, `mean=M,sd=S` or `ratio=FILE`, CSV with the columns `num`
    /// and `den`
    #[arg(long, value_name = "METRIC")]
    metric: String,
    /// The smallest effect that is to be found: `0.5`, or `5%` of the control's rate, mean or ratio
    #[arg(long, value_name = "EFFECT", value_parser = parse::mde, allow_hyphen_values = true)]
    mde: Option<Mde>,
    /// The probability of finding it [default: 0.8, unless it is computed]
    #[arg(long, value_name = "P", value_parser = parse::share)]
    power: Option<f64>,
    /// The number of units that come by, in any experiment or in none
    #[arg(
        short = 'N', long, value_name = "N", conflicts_with = "days",
        value_parser = clap::value_parser!(u64).range(1..=MAX_UNITS)
    )]
    units: Option<u64>,
    /// The number of days, in place of `--units`
    #[arg(
        long, value_name = "D", requires = "traffic",
        value_parser = clap::value_parser!(u64).range(1..=MAX_UNITS)
    )]
    days: Option<u64>,
    /// The distinct units up to each day: CSV with the columns `day` and `units`
    #[arg(long, value_name = "FILE")]
    traffic: Option<String>,
    /// The probability of a false alarm, of all arms together and in both directions
    #[arg(long, value_name = "A", default_value = "0.05", value_parser = parse::share)]
    alpha: f64,
    /// The correction for several arms [default: holm]
    #[arg(long, value_name = "METHOD")]
    correct: Option<Correct>,
    /// The number of looks at the data, after equal parts of the units
    #[arg(long, value_name = "K", value_parser = looks, conflicts_with = "anytime")]
    looks: Option<usize>,
    /// The spending of alpha on the looks: as O'Brien and Fleming's bounds, or as Pocock's
    #[arg(long, value_name = "FUNCTION", requires = "looks", default_value = "obf")]
    spend: Spend,
    /// Allow looks at any time, by a confidence sequence
    #[arg(long)]
    anytime: bool,
    /// The share of the units that are triggered; the metric is about these
    #[arg(long, value_name = "R", default_value = "1", value_parser = parse::trigger)]
    trigger: f64,
    /// The part of the variance that values from before the experiment explain (CUPED)
    #[arg(long, value_name = "R2", default_value = "0", value_parser = parse::explained)]
    r2: f64,
    /// The correlation of two units of analysis of one primary unit
    #[arg(long, value_name = "RHO", requires = "size", value_parser = parse::correlation)]
    icc: Option<f64>,
    /// The mean number of units of analysis of a primary unit
    #[arg(long, value_name = "M", requires = "icc", value_parser = parse::size)]
    size: Option<f64>,
    /// The standard deviation of this number over its mean [default: 0]
    #[arg(long, value_name = "C", requires = "icc", value_parser = parse::variation)]
    cv: Option<f64>,
    /// Check the answer by this number of simulated experiments
    #[arg(
        long, value_name = "R",
        value_parser = clap::value_parser!(u64).range(1..=MAX_EXPERIMENTS)
    )]
    simulate: Option<u64>,
    /// The seed of the simulated experiments
    #[arg(long, value_name = "SEED", default_value_t = 0, requires = "simulate")]
    seed: u64,
    /// The number of threads [default: one for each processor]
    #[arg(long, value_name = "N", requires = "simulate")]
    threads: Option<NonZero<usize>>,
    #[command(flatten)]
    inputs: InputArgs,
    #[command(flatten)]
    delimiter: super::delimiter::DelimiterArg,
    #[command(flatten)]
    lookup: Lookup,
    #[cfg(feature = "batch")]
    #[command(flatten)]
    batch: super::simulate::batch::BatchArgs,
}

/// The units, without their ids.
struct Units {
    /// Their inputs.
    groups: Vec<Group>,
    /// The inputs that have a value only so that scripts can be followed.
    stand_ins: Vec<String>,
    /// Notes about them.
    notes: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Correct {
    Holm,
    Dunnett,
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Spend {
    Obf,
    Pocock,
}

fn looks(text: &str) -> Result<usize, String> {
    let looks = text.parse().map_err(|_| format!("`{text}` is not a whole number"))?;
    if (2..=MAX_LOOKS).contains(&looks) {
        Ok(looks)
    } else {
        Err(format!("`{text}` is not between 2 and {MAX_LOOKS}"))
    }
}

impl Power {
    pub(super) fn run(&self, context: &Context) -> Outcome {
        self.check()?;
        let metric = MetricArg::read(&self.metric)?;
        let inputs = self.inputs.collect()?;
        let (loaded, namespace, origin) =
            self.lookup.namespace(&self.ns, Purpose::Draft, context)?;
        check_every_unit(&inputs, &loaded, &namespace, context)?;
        origin.tell(context);
        self.active(&loaded, &namespace)?;
        let Units { groups, stand_ins, mut notes } = self.groups(&namespace, inputs, context)?;
        let arms = self.arms(&namespace, &groups, &stand_ins).inspect_err(|_| {
            notes.iter().for_each(|note| context.output.note(note));
        })?;
        let metric = metric.metric()?;
        let settings = self.settings(&arms, metric);
        let study = Study::new(&arms, &settings).map_err(|error| {
            let failure = Failure::usage(error);
            match settings.correction {
                Correction::Dunnett => {
                    failure.help("use `--correct holm`, which is valid with both")
                }
                _ => failure,
            }
        })?;
        let traffic = self.traffic.as_deref().map(files::traffic).transpose()?;
        let sought = self.sought(&settings, traffic.as_ref())?;
        notes.extend(self.notes(&namespace, &arms));
        let design =
            Design { namespace: &namespace, arms: &arms, settings: &settings, study: &study };
        let mut answer = Answer::new(self, design, sought, traffic.as_ref(), notes)?;
        if let Some(experiments) = self.simulate {
            answer.simulate(experiments, self.seed, self.threads(), context)?;
        }
        context.output.answer(match self.lookup.format {
            Format::Text => text::text(&answer).into(),
            Format::Json => output::Answer::Data(json::json(&answer)),
        })?;
        answer.verdict()
    }

    /// Refuses arguments that do not go together.
    fn check(&self) -> Outcome {
        let has_units = self.units.is_some() || self.days.is_some();
        match (self.mde, has_units, self.power) {
            (Some(_), true, Some(_)) => Err(Failure::usage(
                "`--mde`, `--power` and the number of units are all given: nothing is left to compute",
            )
            .help("leave out the one that is to be computed")),
            (None, false, _) => Err(Failure::usage("missing: `--mde` or `--units`")
                .help("name the effect to compute the units, or the units to compute the effect")),
            _ => Ok(()),
        }?;
        let computed = self.mde.is_some() && has_units;
        let power = Some(self.power.unwrap_or(POWER)).filter(|_| !computed);
        if let Some(power) = power.filter(|power| *power <= self.alpha) {
            let message = format!(
                "a power of {power} is not above {}, the probability of a false alarm",
                self.alpha
            );
            return Err(Failure::usage(message));
        }
        #[cfg(feature = "batch")]
        let has_file = self.batch.file().is_some();
        #[cfg(not(feature = "batch"))]
        let has_file = false;
        if self.delimiter.delimiter.is_some() && !has_file {
            return Err(Failure::usage("`--delimiter` is for a file: none is named")
                .help("name one with `--inputs-from`"));
        }
        Ok(())
    }

    /// Refuses an experiment that is not active.
    fn active(&self, loaded: &Loaded, namespace: &Namespace) -> Outcome {
        if namespace.experiment(&self.exp).is_some() {
            return Ok(());
        }
        let active = namespace.experiments().iter().map(|experiment| experiment.name());
        let sequence = loaded.document.iter().flat_map(|document| &document.sequence);
        let mut started = sequence.filter_map(|action| match action {
            Action::Add { name, .. } => Some(name),
            Action::Remove { .. } => None,
        });
        if started.any(|name| *name == self.exp) {
            let failure = Failure::wrong(format!("experiment `{}` has ended", self.exp));
            return Err(match hint("", active) {
                Some(known) => failure.help(known.replacen("known", "active", 1)),
                None => failure.help("no experiment is active"),
            });
        }
        Err(Failure::unknown("active experiment", &self.exp, active))
    }

    /// The inputs of the units, with notes about them.
    fn groups(&self, namespace: &Namespace, inputs: Map, context: &Context) -> Outcome<Units> {
        #[cfg(feature = "batch")]
        if let Some(file) = self.batch.file() {
            let delimiter = self.delimiter.delimiter;
            let (sample, mut notes) =
                self.batch.sample(namespace, inputs, file, delimiter, context)?;
            let mut groups = sample.groups();
            let stand_ins = self.stand_in(namespace, &mut groups);
            let mut missing = sample.missing();
            missing.retain(|name| !stand_ins.iter().any(|stand_in| stand_in == name));
            notes.extend(notes::missing(&missing));
            return Ok(Units { groups, stand_ins, notes });
        }
        #[cfg(not(feature = "batch"))]
        let _ = context;
        let joint = Joint::new(namespace, inputs);
        let mut groups = joint.groups();
        let stand_ins = self.stand_in(namespace, &mut groups);
        let told: Vec<&str> = stand_ins.iter().map(String::as_str).collect();
        let notes = notes::of_joint(&joint, groups.len(), &told);
        Ok(Units { groups, stand_ins, notes })
    }

    /// Gives a value to the inputs without which draws by other units would fail, and names them.
    fn stand_in(&self, namespace: &Namespace, groups: &mut [Group]) -> Vec<String> {
        let own = namespace.experiment(&self.exp);
        let experiments = own.into_iter().chain([namespace.default_experiment()]);
        let mut stand_ins = Vec::new();
        for experiment in experiments {
            for name in other_units(experiment.script(), namespace.unit()) {
                let lacks = |group: &&mut Group| group.inputs.get(&name).is_none_or(Value::is_null);
                let mut lacking = groups.iter_mut().filter(lacks).peekable();
                if lacking.peek().is_some() {
                    lacking.for_each(|group| _ = group.inputs.insert(name.clone(), Value::Int(1)));
                    stand_ins.push(name);
                }
            }
        }
        stand_ins
    }

    fn arms(&self, namespace: &Namespace, groups: &[Group], stand_ins: &[String]) -> Outcome<Arms> {
        let design = design(namespace, groups, Counted::InExperiment);
        let question = Question {
            experiment: &self.exp,
            param: &self.param,
            control: self.control.as_deref(),
            is_clustered: self.icc.is_some(),
            stand_ins,
        };
        let found = Arms::new(&design, groups, &question);
        found.map_err(|error| {
            let cohort = design.cohort(Some(&self.exp)).and_then(|index| design.cohorts.get(index));
            let params = cohort.map(|cohort| &cohort.params).into_iter().flat_map(|it| it.keys());
            let help = match &error {
                ArmsError::Param(name) => hint(name, params.map(String::as_str)),
                ArmsError::Control { control, known, .. } => near_value(control, known),
                ArmsError::NoControl { known, .. } => {
                    Some(format!("name it with `--control`: one of {}", values(known)))
                }
                ArmsError::Obstacle { .. } => Some(
                    "the shares of arms must be exact: `planout simulate` shows what is known of each \
                     param"
                        .to_owned(),
                ),
                ArmsError::Continuous(_) | ArmsError::ManyArms { .. } => Some(
                    "name a param with few values, such as one of `uniformChoice`".to_owned(),
                ),
                ArmsError::OneArm { .. } | ArmsError::NoArm { .. } => {
                    Some("name a param that the experiment draws, and the inputs that its script \
                          needs, as `KEY=VALUE`".to_owned())
                }
                ArmsError::Unit { unit, primary, .. } => {
                    let finer = unit.iter().find(|name| *name != primary);
                    let given = match (finer, unit.contains(primary)) {
                        (Some(finer), true) => format!(
                            "; if each `{primary}` has one `{finer}`, give it as `{finer}=VALUE`, or in \
                             a file with `--inputs-from`"
                        ),
                        _ => String::new(),
                    };
                    Some(format!(
                        "say how alike they are: `--icc RHO --size M`, the correlation of two of them \
                         and their mean number{given}"
                    ))
                }
                _ => None,
            };
            let failure = Failure::wrong(error);
            match help {
                Some(help) => failure.help(help),
                None => failure,
            }
        })
    }

    fn settings(&self, arms: &Arms, metric: planout::power::Metric) -> Settings {
        let several = arms.arms.len() > 2;
        let correction = match self.correct {
            None if !several => Correction::None,
            None | Some(Correct::Holm) => Correction::Holm,
            Some(Correct::Dunnett) => Correction::Dunnett,
            Some(Correct::None) => Correction::None,
        };
        let spending = match self.spend {
            Spend::Obf => Spending::ObrienFleming,
            Spend::Pocock => Spending::Pocock,
        };
        let looks = match self.looks {
            Some(looks) => Looks::Planned(looks, spending),
            None if self.anytime => Looks::AnyTime,
            None => Looks::Once,
        };
        let cv = self.cv.unwrap_or(0.0);
        let cluster = self.icc.zip(self.size).map(|(icc, size)| Cluster { icc, size, cv });
        let (alpha, trigger, r2) = (self.alpha, self.trigger, self.r2);
        Settings { metric, alpha, trigger, r2, cluster, looks, correction }
    }

    /// The figure that is computed, from those that are given.
    fn sought(&self, settings: &Settings, traffic: Option<&Traffic>) -> Outcome<Sought> {
        let effect = self.mde.map(|mde| mde.effect(&settings.metric)).transpose()?;
        let power = self.power.unwrap_or(POWER);
        let units = match (self.units, self.days, traffic) {
            (Some(units), ..) => Some(units),
            (None, Some(day), Some(traffic)) => Some(files::units_of_day(traffic, day)?),
            _ => None,
        };
        match (effect, units) {
            (Some(effect), Some(units)) => Ok(Sought::Power { effect, units }),
            (Some(effect), None) => Ok(Sought::Units { effect, power }),
            (None, Some(units)) => Ok(Sought::Effect { units, power }),
            (None, None) => Err(Failure::usage("missing: `--mde` or `--units`")),
        }
    }

    /// Notes about the units.
    fn notes(&self, namespace: &Namespace, arms: &Arms) -> Vec<String> {
        let mut notes = Vec::new();
        if arms.unset > 0.0 {
            notes.push(format!(
                "{} of the units of `{}` do not have `{}`, and are in no arm",
                text::percent(arms.unset / arms.experiment),
                self.exp,
                self.param
            ));
        }
        if self.trigger < 1.0 {
            notes.push(format!(
                "the metric and the effect are about the {} % of the units that are triggered",
                text::number(100.0 * self.trigger)
            ));
        }
        if self.icc.is_some() {
            let unit = arms.unit.as_ref().map_or_else(String::new, |unit| {
                let names: Vec<String> = unit.iter().map(|name| format!("`{name}`")).collect();
                format!(", which are drawn by {}", names.join(" and "))
            });
            notes.push(format!(
                "units are units of analysis{unit}: several of one `{}`",
                namespace.unit()
            ));
        }
        notes
    }

    fn threads(&self) -> usize {
        let threads = self.threads.or_else(|| thread::available_parallelism().ok());
        threads.map_or(1, NonZero::get)
    }
}

/// The arm that a value is near, or all of them.
fn near_value(written: &str, known: &[Value]) -> Option<String> {
    let known: Vec<String> = known
        .iter()
        .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        .collect();
    hint(written, known.iter().map(String::as_str))
}

fn values(known: &[Value]) -> String {
    const SHOWN: usize = 5;
    let shown = known.iter().take(SHOWN).map(|value| format!("`{value}`"));
    let shown = shown.collect::<Vec<_>>().join(", ");
    match known.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
