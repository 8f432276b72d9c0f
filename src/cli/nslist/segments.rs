//! The segments of each experiment, as a drawing and as JSON.

use planout::Namespace;
use planout::namespace::Experiment;
use serde_json::{Value, json};

use crate::cli::text::{Text, visible};

/// The number of characters of the bar.
const WIDTH: usize = 60;

/// The most characters of the list of an experiment's segments.
const LIST_WIDTH: usize = 60;

/// The signs of the experiments in the bar. After the last, they start again.
const SIGNS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const FREE: char = '·';

/// A bar of the shares, and below it a line for each experiment.
pub(super) fn draw(namespace: &Namespace) -> Text {
    let total = namespace.segment_count() as usize;
    let free = namespace.free_segments();
    let holders: Vec<(char, &str, &[u32])> = SIGNS
        .chars()
        .cycle()
        .zip(namespace.experiments())
        .map(|(sign, experiment)| (sign, experiment.name(), experiment.segments()))
        .chain((!free.is_empty()).then_some((FREE, "(free)", free.as_slice())))
        .collect();
    let name_width =
        holders.iter().map(|(_, name, _)| visible(name).chars().count()).max().unwrap_or(0);

    let mut drawing = Text::from(format!("{}: {total} segments", namespace.name()));
    let mut bar = String::new();
    let (mut before, mut drawn) = (0, 0);
    for (sign, _, segments) in &holders {
        before += segments.len();
        // Rounding the running sum keeps the width of the bar for all shares.
        let end = (before * WIDTH + total / 2) / total;
        bar.extend(std::iter::repeat_n(*sign, end - drawn));
        drawn = end;
    }
    drawing.line(format!("[{bar}]"));
    for (sign, name, segments) in &holders {
        let count = segments.len();
        let share = 100.0 * count as f64 / total as f64;
        let (name, list) = (visible(name), ranges(segments));
        drawing.line(format!("{sign} {name:<name_width$} {count:>8} {share:>6.2} %  {list}"));
    }
    drawing
}

/// Ascending segments, with runs joined: `3`, `7-9`, ...
pub(in crate::cli) fn runs(segments: &[u32]) -> impl Iterator<Item = String> {
    segments.chunk_by(|a, b| a + 1 == *b).map(|run| match run {
        [first, .., last] => format!("{first}-{last}"),
        run => run.iter().map(u32::to_string).collect(),
    })
}

/// Runs of segments on one line, cut if it is long.
fn ranges(segments: &[u32]) -> String {
    let mut text = String::new();
    for next in runs(segments) {
        let lead = if text.is_empty() { "" } else { ", " };
        if text.len() + lead.len() + next.len() > LIST_WIDTH {
            return text + ", ...";
        }
        text.push_str(lead);
        text.push_str(&next);
    }
    text
}

/// All segments of all experiments in ascending order, and the free ones.
pub(super) fn json(namespace: &Namespace) -> Value {
    let entry = |it: &Experiment| (it.name().to_owned(), json!(it.segments()));
    let experiments: serde_json::Map<_, _> = namespace.experiments().iter().map(entry).collect();
    json!({
        "segments": namespace.segment_count(),
        "experiments": experiments,
        "free": namespace.free_segments(),
    })
}
