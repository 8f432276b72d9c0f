//! What is said of a batch, while it goes on and after its end.

use std::io::{IsTerminal, Write, stderr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use planout::batch::{OnError, ReasonKind, Summary};
use serde_json::json;

/// How often the line changes.
const PAUSE: Duration = Duration::from_millis(100);

/// A line on the terminal that says how far a batch is.
pub(super) struct Progress {
    name: String,
    /// The size of the input in bytes, if it is known.
    size: Option<u64>,
    /// How many bytes of it have been read.
    read: Arc<AtomicU64>,
    start: Instant,
    is_shown: bool,
    next: Duration,
    is_there: bool,
}

impl Progress {
    pub(super) fn new(
        name: &str,
        size: Option<u64>,
        read: Arc<AtomicU64>,
        wanted: bool,
    ) -> Progress {
        let is_shown = wanted && stderr().is_terminal();
        let (name, start) = (name.to_owned(), Instant::now());
        // What takes no time needs no line.
        Progress { name, size, read, start, is_shown, next: 3 * PAUSE, is_there: false }
    }

    /// How long it has taken so far.
    pub(super) fn seconds(&self) -> f64 {
        self.start.elapsed().as_secs_f64()
    }

    pub(super) fn show(&mut self, so_far: &Summary) {
        let elapsed = self.start.elapsed();
        if !self.is_shown || elapsed < self.next {
            return;
        }
        self.next = elapsed + PAUSE;
        self.is_there = true;
        let share = self
            .size
            .filter(|size| *size > 0)
            .map(|size| (self.read.load(Ordering::Relaxed) as f64 / size as f64).min(1.0));
        let line = line(&self.name, so_far.rows, elapsed.as_secs_f64(), share);
        // Whether it can be seen changes nothing.
        let _ = write!(stderr(), "\r\x1b[2K{line}");
    }

    /// Takes the line away.
    pub(super) fn clear(&mut self) {
        if std::mem::take(&mut self.is_there) {
            let _ = write!(stderr(), "\r\x1b[2K");
        }
    }
}

/// How far it is: a bar and the time that is left where the size is known.
fn line(name: &str, rows: u64, seconds: f64, share: Option<f64>) -> String {
    const WIDTH: usize = 20;
    let rate = rate(rows, seconds);
    let rows = grouped(rows);
    let Some(share) = share else {
        return format!("{name}: {rows} rows, {rate}");
    };
    let filled = (share * WIDTH as f64) as usize;
    let bar = "#".repeat(filled) + &"-".repeat(WIDTH - filled);
    let left = if share > 0.0 { seconds / share - seconds } else { 0.0 };
    let left = left.round() as u64;
    let percent = (share * 100.0) as u64;
    let (minutes, seconds) = (left / 60, left % 60);
    format!("{name}: [{bar}] {percent} %, {rows} rows, {rate}, {minutes}:{seconds:02} left")
}

fn rate(rows: u64, seconds: f64) -> String {
    let rate = if seconds > 0.0 { rows as f64 / seconds } else { 0.0 };
    format!("{} rows a second", grouped(rate as u64))
}

/// A number that people read: `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// What is said at the end.
pub(super) fn text(name: &str, summary: &Summary, seconds: f64, on_error: OnError) -> String {
    let rate = rate(summary.rows, seconds);
    let s = |count: u64| if count == 1 { "" } else { "s" };
    let rows = summary.rows;
    let mut text = format!("{} row{} in {seconds:.2} s, {rate}", grouped(rows), s(rows));
    let bad = summary.bad_rows();
    if bad > 0 {
        let fate = if on_error == OnError::Null { "kept without an answer" } else { "left out" };
        text += &format!("\n{} row{} {fate}", grouped(bad), s(bad));
    }
    for (kind, found) in ReasonKind::ALL.iter().zip(&summary.bad) {
        if let Some((count, first)) = found {
            let (count, kind) = (grouped(*count), kind.describe());
            text += &format!("\n  {count} {kind}; the first: {name}:{first}");
        }
    }
    text
}

/// The same for programs.
pub(super) fn json(name: &str, summary: &Summary, seconds: f64) -> String {
    let rate = if seconds > 0.0 { (summary.rows as f64 / seconds).round() } else { 0.0 };
    let bad = ReasonKind::ALL.iter().zip(&summary.bad).filter_map(|(kind, found)| {
        let (count, first) = found.as_ref()?;
        let first = format!("{name}:{first}");
        Some((kind.describe().replace(' ', "_"), json!({ "rows": count, "first": first })))
    });
    json!({
        "rows": summary.rows,
        "written": summary.written,
        "bad": serde_json::Map::from_iter(bad),
        "seconds": seconds,
        "rows_per_second": rate,
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        let texts = [0, 12, 999, 1000, 1_234_567].map(grouped);
        assert_eq!(texts, ["0", "12", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn the_line_says_how_long_it_will_take() {
        let known = line("a.csv", 3_000_000, 30.0, Some(0.25));
        let bar = "[#####---------------] 25 %";
        assert_eq!(
            known,
            format!("a.csv: {bar}, 3,000,000 rows, 100,000 rows a second, 1:30 left")
        );
        assert_eq!(line("<stdin>", 10, 1.0, None), "<stdin>: 10 rows, 10 rows a second");
        assert!(line("a.csv", 0, 0.0, Some(0.0)).ends_with("0 rows a second, 0:00 left"));
    }
}
