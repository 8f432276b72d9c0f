//! The values of the options of `planout power`.

use planout::nearest::hint;
use planout::power::Metric;

use crate::cli::failure::{Failure, Outcome};

/// The forms of `--metric`.
const FORMS: &str = "write `rate=R`, `mean=M,sd=S` or `ratio=FILE`";

/// An effect as it is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Mde {
    Absolute(f64),
    /// A part of the mean, rate or ratio of the control.
    Relative(f64),
}

impl Mde {
    /// The effect on a metric.
    pub(super) fn effect(self, metric: &Metric) -> Outcome<f64> {
        let base = metric.base();
        let effect = match self {
            Mde::Absolute(effect) => effect,
            Mde::Relative(_) if base == 0.0 => {
                return Err(Failure::usage("`--mde` is a part of the control's mean, which is 0")
                    .help("write the effect itself, without `%`"));
            }
            Mde::Relative(part) => part * base,
        };
        if let Metric::Rate(rate) = metric
            && !(rate + effect > 0.0 && rate + effect < 1.0)
        {
            let message =
                format!("a rate of {rate} cannot change by {effect}: it stays between 0 and 1");
            return Err(Failure::usage(message)
                .help("`5%` means 5 % of the rate of the control, and `0.05` five points"));
        }
        Ok(effect)
    }
}

/// A metric as it is written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum MetricArg {
    Known(Metric),
    /// The path of a file of units.
    Ratio(String),
}

impl MetricArg {
    pub(super) fn read(text: &str) -> Outcome<MetricArg> {
        let (kind, value) = text.split_once('=').unwrap_or((text, ""));
        match kind {
            "ratio" if value.is_empty() => Err(wrong("`--metric`: a ratio needs a file")),
            "ratio" => Ok(MetricArg::Ratio(value.to_owned())),
            "rate" => {
                let rate = share(value).map_err(|reason| wrong(format!("`--metric`: {reason}")))?;
                Ok(MetricArg::Known(Metric::Rate(rate)))
            }
            "mean" | "sd" => mean(text).map(MetricArg::Known),
            _ => {
                let kinds = ["rate", "mean", "ratio"];
                let near = hint(kind, kinds).filter(|near| near.starts_with("did you mean"));
                let help = near.unwrap_or_else(|| FORMS.to_owned());
                Err(Failure::usage(format!("unknown metric `{kind}`")).help(help))
            }
        }
    }

    /// The metric, with its file read.
    pub(super) fn metric(self) -> Outcome<Metric> {
        match self {
            MetricArg::Known(metric) => Ok(metric),
            MetricArg::Ratio(path) => super::files::ratio(&path).map(Metric::Ratio),
        }
    }
}

fn wrong(message: impl Into<String>) -> Failure {
    Failure::usage(message.into()).help(FORMS)
}

fn mean(text: &str) -> Outcome<Metric> {
    let (mut mean, mut sd) = (None, None);
    for part in text.split(',') {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let place = match name.trim() {
            "mean" => &mut mean,
            "sd" => &mut sd,
            other => return Err(wrong(format!("`--metric`: a mean has no `{other}`"))),
        };
        let number =
            number(value.trim()).map_err(|reason| wrong(format!("`--metric`: {reason}")))?;
        if place.replace(number).is_some() {
            return Err(wrong(format!("`--metric`: `{name}` is given twice")));
        }
    }
    match (mean, sd) {
        (Some(_), Some(sd)) if sd <= 0.0 => {
            Err(wrong(format!("`--metric`: the standard deviation `{sd}` is not above 0")))
        }
        (Some(mean), Some(sd)) => Ok(Metric::Mean { mean, sd }),
        (None, _) => Err(wrong("`--metric`: `mean` is missing")),
        (_, None) => Err(wrong("`--metric`: `sd` is missing, the standard deviation of a unit")),
    }
}

/// A number.
fn number(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite());
    number.ok_or_else(|| format!("`{text}` is not a number"))
}

/// A number, or a number of percent, and whether it is one.
fn part(text: &str) -> Result<(f64, bool), String> {
    match text.strip_suffix('%') {
        Some(percent) => {
            let percent =
                number(percent.trim()).map_err(|_| format!("`{text}` is not a number"))?;
            Ok((percent / 100.0, true))
        }
        None => Ok((number(text)?, false)),
    }
}

/// An effect: a number other than 0.
pub(super) fn mde(text: &str) -> Result<Mde, String> {
    match part(text)? {
        (0.0, _) => Err("an effect of 0 is never found".to_owned()),
        (part, true) => Ok(Mde::Relative(part)),
        (effect, false) => Ok(Mde::Absolute(effect)),
    }
}

/// A number between bounds, which do not count where they are excluded.
fn between(text: &str, is_there: impl Fn(f64) -> bool, range: &str) -> Result<f64, String> {
    let (number, _) = part(text)?;
    if is_there(number) { Ok(number) } else { Err(format!("`{text}` is not {range}")) }
}

/// A share above 0 and below 1.
pub(super) fn share(text: &str) -> Result<f64, String> {
    let range = "above 0 and below 1: write it as `0.8` or `80%`";
    between(text, |share| share > 0.0 && share < 1.0, range)
}

/// A share above 0.
pub(super) fn trigger(text: &str) -> Result<f64, String> {
    between(text, |share| share > 0.0 && share <= 1.0, "above 0 and at most 1")
}

/// A share below 1.
pub(super) fn explained(text: &str) -> Result<f64, String> {
    between(text, |share| (0.0..1.0).contains(&share), "at least 0 and below 1")
}

/// A correlation of units that belong together.
pub(super) fn correlation(text: &str) -> Result<f64, String> {
    between(text, |share| (0.0..=1.0).contains(&share), "between 0 and 1")
}

/// A mean number of units.
pub(super) fn size(text: &str) -> Result<f64, String> {
    let size = number(text)?;
    if size >= 1.0 { Ok(size) } else { Err(format!("`{text}` is not at least 1")) }
}

/// A coefficient of variation.
pub(super) fn variation(text: &str) -> Result<f64, String> {
    between(text, |cv| cv >= 0.0, "at least 0")
}
