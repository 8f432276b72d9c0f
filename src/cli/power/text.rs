//! The answer as text.

use planout::power::{Arm, Correction, Frequency, LOOKS_AT_ANY_TIME, Looks, Metric};

use super::answer::{Answer, Days, Sought};
use super::figures::{self, Figure};
use crate::cli::text::{Text, visible};

/// The most characters of a line.
const WIDTH: usize = 80;

/// The longest value that is not cut.
const MAX_VALUE: usize = 24;

/// A space at which no line ends.
const FIXED: char = '\u{a0}';

/// The width of names and numbers of figures.
const NAME: usize = 7;
const NUMBER: usize = 12;

/// The whole answer.
pub(super) fn text(answer: &Answer<'_>) -> Text {
    let mut text = Text::default();
    wrapped(&sentence(answer), 0, 0, &mut text);
    let about = [settings(answer)].into_iter().chain(answer.notes.iter().cloned());
    about.for_each(|note| wrapped(&note, 2, 4, &mut text));
    text.line("");
    arms(answer, &mut text);
    text.line("");
    let legend = "every comparison, where N units come by, s is the share of an arm, r the share of \
                  triggered units, I the inflation by looks, and z and Phi are the quantile and the \
                  distribution function of normal numbers";
    wrapped(legend, 0, 2, &mut text);
    figures::shared(answer).iter().for_each(|figure| line(figure, &mut text));
    if let Some((bounds, formula)) = figures::bounds(answer) {
        let bounds: Vec<String> = bounds.iter().map(|bound| format!("{bound:.4}")).collect();
        wrapped(&format!("bounds: {}", bounds.join(" ")), 2, 4, &mut text);
        wrapped(&format!("{formula}, K = {}", bounds.len()), 4, 4, &mut text);
    }
    let control = shown(answer.design.arms.control());
    for row in &answer.rows {
        text.line("");
        let value = cut(row.value.to_string());
        wrapped(&format!("{value} against {control}"), 0, 2, &mut text);
        figures::of_row(answer, row).iter().for_each(|figure| line(figure, &mut text));
    }
    if let Some(figures) = figures::mismatch(answer) {
        text.line("");
        wrapped(&mismatch(answer), 0, 0, &mut text);
        figures.iter().for_each(|figure| line(figure, &mut text));
    }
    simulated(answer, &mut text);
    text
}

/// The answer in a sentence.
fn sentence(answer: &Answer<'_>) -> String {
    let Answer { experiment, param, units, .. } = answer;
    let power = number(answer.power);
    let change = change(answer);
    let (what, for_each) = match answer.rows.len() {
        1 => (format!("`{param}` changes {change}"), ""),
        _ => (format!("an arm of `{param}` changes {change}"), " for each arm"),
    };
    let days = match answer.days {
        Some(Days { day: Some(day), .. }) => match answer.sought {
            Sought::Units { .. } => format!(": they have come by on day {day}"),
            _ => format!(" (day {day})"),
        },
        _ => String::new(),
    };
    match answer.sought {
        Sought::Units { .. } => format!(
            "`{experiment}` needs {units} units to find that {what}, with a power of \
             {power}{for_each}{days}."
        ),
        Sought::Effect { .. } => format!(
            "With {units} units{days}, `{experiment}` finds that {what}, with a power of \
             {power}{for_each}."
        ),
        Sought::Power { .. } => format!(
            "With {units} units{days}, `{experiment}` has a power of {power}{for_each} to find that \
             {what}."
        ),
    }
}

/// The effect on the metric, absolute and relative.
fn change(answer: &Answer<'_>) -> String {
    let metric = &answer.design.settings.metric;
    let name = match metric {
        Metric::Rate(_) => "rate",
        Metric::Mean { .. } => "mean",
        Metric::Ratio(_) => "ratio",
    };
    let effect = number(answer.effect);
    match relative(metric.base(), answer.effect) {
        Some(part) => {
            format!("the {name} by {effect} ({}{FIXED}%)", number(100.0 * part))
        }
        None => format!("the {name} by {effect}"),
    }
}

/// The part of the control's mean that an effect is.
pub(super) fn relative(base: f64, effect: f64) -> Option<f64> {
    Some(effect / base).filter(|part| part.is_finite())
}

/// The settings that the answer rests on.
fn settings(answer: &Answer<'_>) -> String {
    let settings = answer.design.settings;
    let metric = match &settings.metric {
        Metric::Rate(rate) => format!("a rate of {}", number(*rate)),
        Metric::Mean { mean, sd } => {
            format!("a mean of {}, standard deviation {}", number(*mean), number(*sd))
        }
        Metric::Ratio(ratio) => {
            format!("a ratio of {}, from {} units", number(ratio.ratio), ratio.rows.len())
        }
    };
    let several = answer.rows.len();
    let correction = match settings.correction {
        _ if several == 1 => String::new(),
        Correction::None => format!(", not corrected for {several} comparisons"),
        Correction::Holm => format!(
            ", corrected for {several} comparisons by Holm's method (planned as alpha / {several} each)"
        ),
        Correction::Dunnett => {
            format!(", corrected for {several} comparisons by Dunnett's method")
        }
    };
    let looks = match settings.looks {
        Looks::Once => String::new(),
        Looks::Planned(looks, _) => format!(", {looks} looks"),
        Looks::AnyTime => ", valid at any time".to_owned(),
    };
    let form = match answer.rows.first() {
        Some(row) if row.comparison.is_pooled() => ", pooled variance",
        Some(_) if matches!(settings.metric, Metric::Rate(_)) => ", variance not pooled",
        _ => "",
    };
    let (alpha, name) = (number(settings.alpha), answer.design.namespace.name());
    format!("{name}: {metric}{form}; two-sided alpha {alpha}{correction}{looks}")
}

/// The table of the arms.
fn arms(answer: &Answer<'_>, text: &mut Text) {
    let arms = &answer.design.arms.arms;
    let title = visible(answer.param).into_owned();
    let title = cut(title);
    let names: Vec<String> = arms.iter().map(shown).collect();
    let lengths = names.iter().chain([&title]).map(|name| name.chars().count());
    let width = lengths.max().unwrap_or(0);
    let own = match answer.sought {
        Sought::Units { .. } => "needs",
        Sought::Effect { .. } => "finds",
        Sought::Power { .. } => "power",
    };
    text.line(format!("{title:width$}  {:>9}  {:>12}  {own:>12}", "share", "units"));
    let mut rows = answer.rows.iter();
    for (index, (arm, name)) in arms.iter().zip(&names).enumerate() {
        let units = number((answer.units as f64 * arm.share).round());
        let of_row = if index == answer.design.arms.control {
            "control".to_owned()
        } else {
            rows.next().map_or_else(String::new, |row| match answer.sought {
                Sought::Units { .. } => number(row.units.ceil()),
                Sought::Effect { .. } => number(row.effect),
                Sought::Power { .. } => number(row.power),
            })
        };
        let share = percent(arm.share);
        text.line(format!("{name:width$}  {share:>9}  {units:>12}  {of_row:>12}"));
    }
}

/// A figure: its name and number, and its formula with the numbers in it.
fn line(figure: &Figure, text: &mut Text) {
    let input = |(name, value): &(String, f64)| format!("{name}{FIXED}={FIXED}{}", number(*value));
    let inputs: Vec<String> = figure.inputs.iter().map(input).collect();
    let head = format!("{:NAME$} {:NUMBER$} ", figure.name, number(figure.value));
    let indent = head.chars().count() + 2;
    let head = head.replace(' ', &FIXED.to_string());
    wrapped(&format!("{head}{}", figure.formula), 2, indent, text);
    wrapped(&format!("with {}", inputs.join(", ")), indent, indent, text);
}

fn mismatch(answer: &Answer<'_>) -> String {
    let difference = answer.mismatch.map_or(f64::NAN, |smallest| smallest.difference);
    format!(
        "These units show a sample ratio mismatch of {} points in the smallest arm, at alpha {} with a \
         power of {}.",
        significant(100.0 * difference, 3),
        number(answer.mismatch_alpha()),
        number(answer.mismatch_power)
    )
}

/// What simulated experiments have found.
fn simulated(answer: &Answer<'_>, text: &mut Text) {
    let Some(simulation) = &answer.simulated else {
        return;
    };
    let found = &simulation.found;
    let of = found.false_alarms.of;
    text.line("");
    text.line(format!("{of} simulated experiments, seed {}", simulation.seed));
    let names: Vec<String> = answer.rows.iter().map(|row| cut(row.value.to_string())).collect();
    let end = "at the end";
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let width = width.max("false alarms".len());
    let mut row = |name: &str, frequency: &Frequency, rest: String| {
        let (rate, error) = (number(frequency.rate()), significant(frequency.error(), 2));
        wrapped(&format!("{name:width$}  {rate:8} +- {error}{rest}"), 2, 4, text);
    };
    for ((name, frequency), power) in names.iter().zip(&found.found).zip(&simulation.powers) {
        let more = found.found_by_then.as_ref().map_or("", |_| end);
        let space = if more.is_empty() { "" } else { " " };
        row(name, frequency, format!("{space}{more}, formula {}", significant(*power, 4)));
    }
    if let (Some(found), Some(powers)) = (&found.found_by_then, &simulation.by_then) {
        for ((name, frequency), power) in names.iter().zip(found).zip(powers) {
            let rest =
                format!(" at one of {LOOKS_AT_ANY_TIME} looks, formula {}", significant(*power, 4));
            row(name, frequency, rest);
        }
    }
    let most = number(answer.false_alarms());
    row("false alarms", &found.false_alarms, format!(", at most {most} by design"));
}

/// Seven significant digits.
pub(super) fn number(number: f64) -> String {
    significant(number, 7)
}

/// A number with so many significant digits.
fn significant(number: f64, digits: i32) -> String {
    if number == 0.0 || !number.is_finite() {
        return number.abs().to_string();
    }
    match number.abs().log10().floor() as i32 {
        magnitude @ -5..=15 => {
            let digits = usize::try_from(digits - 1 - magnitude).unwrap_or(0);
            let text = format!("{number:.digits$}");
            if text.contains('.') {
                text.trim_end_matches('0').trim_end_matches('.').to_owned()
            } else {
                text
            }
        }
        _ => format!("{number:.6e}"),
    }
}

/// A share of the units.
pub(super) fn percent(share: f64) -> String {
    if share < 0.001 {
        format!("{:.4} %", 100.0 * share)
    } else {
        format!("{:.2} %", 100.0 * share)
    }
}

/// The value of an arm.
fn shown(arm: &Arm) -> String {
    cut(arm.value.to_string())
}

fn cut(value: String) -> String {
    let value = visible(&value).into_owned();
    match value.char_indices().nth(MAX_VALUE) {
        Some((end, _)) => format!("{}...", &value[..end]),
        None => value,
    }
}

/// Adds a paragraph whose lines fit: the first one is indented by `first`, the others by `rest`.
fn wrapped(paragraph: &str, first: usize, rest: usize, text: &mut Text) {
    let (mut line, mut length, mut is_empty) = (" ".repeat(first), first, true);
    let end = |line: &str| line.replace(FIXED, " ").trim_end().to_owned();
    for word in paragraph.split(' ') {
        let more = visible(word).chars().count();
        if !is_empty && length + 1 + more > WIDTH {
            text.line(end(&line));
            (line, length, is_empty) = (" ".repeat(rest), rest, true);
        }
        if !is_empty {
            line.push(' ');
            length += 1;
        }
        line.push_str(word);
        length += more;
        is_empty = false;
    }
    text.line(end(&line));
}
