//! The summary of a batch at its end.

use planout::batch::{BadRow, OnError, ReasonKind, Summary};
use serde_json::{Value, json};

use crate::cli::Context;
use crate::cli::progress::grouped;
use crate::cli::text::Text;

fn rate(rows: u64, seconds: f64) -> String {
    let rate = if seconds > 0.0 { rows as f64 / seconds } else { 0.0 };
    format!("{} rows a second", grouped(rate as u64))
}

/// The summary as text for people.
pub(super) fn text(
    name: &str,
    summary: &Summary,
    seconds: f64,
    on_error: OnError,
    context: &Context,
) -> Text {
    let rate = rate(summary.rows, seconds);
    let s = |count: u64| if count == 1 { "" } else { "s" };
    let rows = summary.rows;
    let mut text =
        Text::from(format!("{} row{} in {seconds:.2} s, {rate}", grouped(rows), s(rows)));
    let bad = summary.bad_rows();
    if bad > 0 {
        let fate = if on_error == OnError::Null { "kept without an answer" } else { "left out" };
        text.line(format!("{} row{} {fate}", grouped(bad), s(bad)));
    }
    for (kind, found) in ReasonKind::ALL.iter().zip(&summary.bad) {
        if let Some((count, first)) = found {
            let (count, kind) = (grouped(*count), kind.describe());
            text.line(format!("  {count} {kind}; the first: {}", located(name, first, context)));
        }
    }
    text
}

/// A bad row with its place and all of its problems.
fn located(name: &str, row: &BadRow, context: &Context) -> String {
    format!("{name}:{}: {}", row.place(), context.with_causes(row))
}

/// The summary as JSON for programs.
pub(super) fn json(
    name: &str,
    summary: &Summary,
    seconds: f64,
    notes: &[String],
    context: &Context,
) -> Value {
    let rate = if seconds > 0.0 { (summary.rows as f64 / seconds).round() } else { 0.0 };
    let bad = ReasonKind::ALL.iter().zip(&summary.bad).filter_map(|(kind, found)| {
        let (count, first) = found.as_ref()?;
        let first = located(name, first, context);
        Some((kind.describe().replace(' ', "_"), json!({ "rows": count, "first": first })))
    });
    json!({
        "rows": summary.rows,
        "written": summary.written,
        "bad": serde_json::Map::from_iter(bad),
        "seconds": seconds,
        "rows_per_second": rate,
        "notes": notes,
    })
}
