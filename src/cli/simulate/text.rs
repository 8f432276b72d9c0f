//! A comparison as text: bars for people.

use planout::simulate::{
    DEFAULT, Method, ParamReport, Part, Quantile, RowKind, SIGNIFICANCE, Scope, Test, Untested,
    ValueRow,
};

use super::{Answer, different};
use crate::cli::text::{Text, units, visible};

/// The number of characters of a bar for all units.
const WIDTH: f64 = 40.0;

/// The most values of a param that are shown.
const MAX_ROWS: usize = 20;

/// The longest name that is not cut.
const MAX_NAME: usize = 40;

/// A line of a drawing.
struct Line {
    name: String,
    /// Shares of the units, from 0 to 1.
    expected: Option<f64>,
    observed: Option<f64>,
}

/// The whole comparison.
pub(super) fn text(answer: &Answer<'_>) -> Text {
    let report = answer.report;
    let name = answer.design.namespace.name();
    let units = answer.source.units.map(|count| units(count as u64));
    let mut text = Text::from(match (units, answer.source.seed) {
        (Some(units), Some(seed)) => format!("{name}: {units}, seed {seed}"),
        (Some(units), None) => format!("{name}: {units}"),
        (None, _) => format!("{name}: as observed"),
    });
    for note in &answer.source.notes {
        text.line(format!("  {note}"));
    }
    if let Some(found) = &answer.different {
        different::lines(found, &mut text);
    }
    for (experiment, selected) in &answer.selected {
        let (param, name) = (&selected.param, experiment.as_deref().unwrap_or(DEFAULT));
        text.line("");
        text.line(format!("{param} in {name} decides who is logged (b), among all units:"));
        selected.table.lines().into_iter().for_each(|line| text.line(format!("  {line}")));
    }
    if !report.experiments.is_empty() {
        let total: u64 = report.experiments.iter().map(|row| row.count).sum();
        let lines = report.experiments.iter().map(|row| Line {
            name: row.experiment.clone().unwrap_or_else(|| DEFAULT.to_owned()),
            expected: row.expected.as_ref().ok().copied(),
            observed: share(row.count, total),
        });
        let obstacle = report.experiments.iter().find_map(|row| row.expected.as_ref().err());
        let verdict = verdict(&report.experiments_test, obstacle.map(ToString::to_string));
        text.line("");
        text.line(format!("experiments: {verdict}"));
        draw(lines.collect(), &mut text);
    }
    let mut after_line = false;
    for param in &report.params {
        let line = always(answer, param);
        if !(after_line && line.is_some()) {
            text.line("");
        }
        after_line = line.is_some();
        match line {
            Some(line) => text.line(line),
            None => block(answer, param, &mut text),
        }
    }
    if !report.parts.is_empty() {
        text.line("");
        parts(answer, &mut text);
    }
    text
}

/// The parts of the units, with the least p-value of each.
fn parts(answer: &Answer<'_>, text: &mut Text) {
    let parts = &answer.report.parts;
    let name = |part: &Part| visible(&cut(part.value.to_string())).into_owned();
    let width = parts.iter().map(|part| name(part).chars().count()).max().unwrap_or(0).max(4);
    text.line(format!("  {:width$}  {:>10}  least p, corrected", "part", "units"));
    for part in parts {
        let report = &part.report;
        let experiments: u64 = report.experiments.iter().map(|row| row.count).sum();
        let params = report.params.iter().map(|param| param.units).max();
        let units = experiments.max(params.unwrap_or(0));
        let least = report.tests().min_by(|a, b| a.1.p.total_cmp(&b.1.p));
        let verdict = match least {
            None => "nothing to test".to_owned(),
            Some((param, test)) => {
                let no = if test.fails() { "  NOT AS DESIGNED" } else { "" };
                let (p, corrected) = (number(test.p), number(test.corrected));
                format!("{p}, {corrected}: {}{no}", subject(answer, param))
            }
        };
        text.line(format!("  {:width$}  {units:>10}  {verdict}", name(part)));
    }
}

/// A param that is the same for all units takes one line.
fn always(answer: &Answer<'_>, param: &ParamReport) -> Option<String> {
    match (param.rows.as_slice(), &param.test) {
        ([ValueRow { kind: RowKind::Value(value), .. }], Err(Untested::OneValue)) => {
            Some(format!("{}: always {}", title(answer, param), cut(value.to_string())))
        }
        _ => None,
    }
}

/// The subject of a test.
pub(super) fn subject(answer: &Answer<'_>, param: Option<&ParamReport>) -> String {
    param.map_or_else(|| "experiments".to_owned(), |param| title(answer, param))
}

fn title(answer: &Answer<'_>, param: &ParamReport) -> String {
    let cohort = match param.scope {
        Scope::All => None,
        Scope::Cohort(index) => answer.design.cohorts.get(index),
        Scope::Definition(index) => {
            let definition = answer.design.cohorts.get(index).map_or("", |it| &it.definition);
            return format!("{} in all runs of {definition}", param.param);
        }
    };
    match cohort {
        None => param.param.clone(),
        Some(cohort) => {
            format!("{} in {}", param.param, cohort.experiment.as_deref().unwrap_or(DEFAULT))
        }
    }
}

fn block(answer: &Answer<'_>, param: &ParamReport, text: &mut Text) {
    let verdict = verdict(&param.test, param.obstacle.as_ref().map(ToString::to_string));
    text.line(format!("{}: {verdict}", title(answer, param)));
    let shown = param.rows.iter().take(MAX_ROWS).map(|row| Line {
        name: match &row.kind {
            RowKind::Value(value) => cut(value.to_string()),
            RowKind::Numbers => "(numbers)".to_owned(),
            RowKind::Others if row.expected.is_none() => "(too many values)".to_owned(),
            RowKind::Others => "(other values)".to_owned(),
            RowKind::Unset => "(not set)".to_owned(),
        },
        expected: row.expected,
        observed: share(row.count, param.units),
    });
    draw(shown.collect(), text);
    if param.rows.len() > MAX_ROWS {
        text.line(format!("  ... and {} more values", param.rows.len() - MAX_ROWS));
    }
    quantiles(&param.quantiles, text);
}

fn verdict(test: &Result<Test, Untested>, obstacle: Option<String>) -> String {
    match (test, obstacle) {
        (Ok(test), _) if test.fails() => {
            format!("NOT AS DESIGNED: corrected p {}, below {SIGNIFICANCE}", number(test.corrected))
        }
        (Ok(test), _) => {
            let error = match test.method {
                Method::MonteCarlo { error, draws } => {
                    format!(" \u{b1} {} of {draws} random outcomes", number(error))
                }
                _ => String::new(),
            };
            format!("p {}{error}, corrected {}", number(test.p), number(test.corrected))
        }
        (Err(_), Some(obstacle)) => format!("not known: {obstacle}"),
        (Err(untested), None) => format!("not tested: {untested}"),
    }
}

fn draw(lines: Vec<Line>, text: &mut Text) {
    let width = lines.iter().map(|line| visible(&line.name).chars().count()).max().unwrap_or(0);
    text.line(format!("  {:width$}  expected  observed", ""));
    for Line { name, expected, observed } in lines {
        let name = visible(&name);
        let bar = bar(expected, observed);
        let (expected, observed) = (percent(expected), percent(observed));
        let line = format!("  {name:width$}  {expected:>8}  {observed:>8}  {bar}");
        text.line(line.trim_end());
    }
}

/// The observed share as a bar, with the missing part as `-` and the excess as `+`.
fn bar(expected: Option<f64>, observed: Option<f64>) -> String {
    let signs = |share: f64| (share * WIDTH).round() as usize;
    let observed = signs(observed.unwrap_or(0.0));
    let expected = expected.map_or(observed, signs);
    let both = observed.min(expected);
    "#".repeat(both) + &"+".repeat(observed - both) + &"-".repeat(expected - both)
}

fn quantiles(quantiles: &[Quantile], text: &mut Text) {
    let cell = |value: Option<f64>| value.map_or("?".to_owned(), number);
    let row = |name: &str, cells: Vec<String>| {
        let cells: Vec<String> = cells.iter().map(|cell| format!("{cell:>10}")).collect();
        format!("  {name:<9}{}", cells.concat())
    };
    if quantiles.is_empty() {
        return;
    }
    let share = |it: &Quantile| format!("{} %", number(100.0 * it.share));
    text.line(row("quantile", quantiles.iter().map(share).collect()));
    text.line(row("expected", quantiles.iter().map(|quantile| cell(quantile.expected)).collect()));
    text.line(row("observed", quantiles.iter().map(|quantile| cell(quantile.observed)).collect()));
}

/// Four significant digits.
fn number(number: f64) -> String {
    if number == 0.0 || !number.is_finite() {
        return number.to_string();
    }
    match number.abs().log10().floor() as i32 {
        magnitude @ -4..=8 => {
            let digits = usize::try_from(3 - magnitude).unwrap_or(0);
            let text = format!("{number:.digits$}");
            if text.contains('.') {
                text.trim_end_matches('0').trim_end_matches('.').to_owned()
            } else {
                text
            }
        }
        _ => format!("{number:.1e}"),
    }
}

fn share(count: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| count as f64 / of as f64)
}

fn percent(share: Option<f64>) -> String {
    share.map_or("?".to_owned(), |share| format!("{:.2} %", 100.0 * share))
}

fn cut(name: String) -> String {
    match name.char_indices().nth(MAX_NAME) {
        Some((end, _)) => format!("{}...", &name[..end]),
        None => name,
    }
}
