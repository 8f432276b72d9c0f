//! The text of the line, cut to the width of the terminal.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The largest and the smallest width of a bar.
const BAR: usize = 20;
const SHORT_BAR: usize = 5;

/// The smallest width of a label, however narrow the terminal is.
const SHORT_LABEL: usize = 12;

/// The constant parts of a line.
pub(super) struct Line {
    label: String,
    /// The unit of the count, such as `rows`.
    unit: &'static str,
}

/// The progress of the work.
pub(super) struct State {
    pub(super) done: u64,
    /// The finished share of the work, if it is known.
    pub(super) share: Option<f64>,
    pub(super) seconds: f64,
}

impl Line {
    /// A line with a label that may be shown.
    pub(super) fn new(label: &str, unit: &'static str) -> Line {
        Line { label: label.to_owned(), unit }
    }

    /// The line in a number of columns. If not everything fits, the least important parts are left
    /// out first: the rate, the count, the bar, the label and finally the remaining time.
    pub(super) fn fit(&self, state: &State, columns: usize) -> String {
        let label = shortened(&self.label, (columns / 3).max(SHORT_LABEL)) + ": ";
        let unit = self.unit;
        let count = format!("{} {unit}", grouped(state.done));
        let rate = format!("{count}, {}", rate(state.done, unit, state.seconds));
        let Some(share) = state.share else {
            let forms = [format!("{label}{rate}"), format!("{label}{count}"), count];
            return first_that_fits(forms, columns);
        };
        let percent = format!("{} %", (share * 100.0) as u64);
        let left = time(if share > 0.0 { state.seconds / share - state.seconds } else { 0.0 });
        let short = format!("{label}{percent}, {left} left");
        let room = columns.saturating_sub(short.width() + "[] ".len()).min(BAR);
        let with_bar = match room {
            SHORT_BAR.. => format!("{label}{} {percent}, {left} left", bar(share, room)),
            _ => String::new(),
        };
        let bar = bar(share, BAR);
        let forms = [
            format!("{label}{bar} {percent}, {rate}, {left} left"),
            format!("{label}{bar} {percent}, {count}, {left} left"),
            with_bar,
            short,
            format!("{percent}, {left} left"),
            percent,
        ];
        first_that_fits(forms, columns)
    }
}

fn first_that_fits(forms: impl IntoIterator<Item = String>, columns: usize) -> String {
    let mut fitting = forms.into_iter().filter(|form| !form.is_empty() && form.width() <= columns);
    fitting.next().unwrap_or_default()
}

fn bar(share: f64, columns: usize) -> String {
    let filled = ((share * columns as f64) as usize).min(columns);
    format!("[{}{}]", "#".repeat(filled), "-".repeat(columns - filled))
}

/// The end of a text, which distinguishes files, in a number of columns.
fn shortened(text: &str, columns: usize) -> String {
    const DOTS: &str = "...";
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut room = columns.saturating_sub(DOTS.len());
    let fits = |char: &char| {
        let width = char.width().unwrap_or(0);
        let fits = width <= room;
        room = room.saturating_sub(width);
        fits
    };
    let end: Vec<char> = text.chars().rev().take_while(fits).collect();
    DOTS.chars().chain(end.into_iter().rev()).collect()
}

fn rate(done: u64, unit: &str, seconds: f64) -> String {
    let rate = if seconds > 0.0 { done as f64 / seconds } else { 0.0 };
    format!("{} {unit} a second", grouped(rate as u64))
}

/// A number that people read: `1,234,567`.
pub(in crate::cli) fn grouped(number: u64) -> String {
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

/// A time as a clock shows it: `1:30`, `2:05:00`.
fn time(seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        hours => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(done: u64, share: Option<f64>, seconds: f64) -> State {
        State { done, share, seconds }
    }

    #[test]
    fn numbers_are_grouped() {
        let texts = [0, 12, 999, 1000, 1_234_567].map(grouped);
        assert_eq!(texts, ["0", "12", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn as_much_is_said_as_fits() {
        let line = Line::new("a.csv", "rows");
        let known = state(3_000_000, Some(0.25), 30.0);
        let fit = |columns| line.fit(&known, columns);
        assert_eq!(fit(79), "a.csv: [#####---------------] 25 %, 3,000,000 rows, 1:30 left");
        assert_eq!(
            fit(199),
            "a.csv: [#####---------------] 25 %, 3,000,000 rows, 100,000 rows a second, 1:30 left"
        );
        assert_eq!(fit(50), "a.csv: [#####---------------] 25 %, 1:30 left");
        assert_eq!(fit(39), "a.csv: [###-----------] 25 %, 1:30 left");
        assert_eq!(fit(29), "a.csv: 25 %, 1:30 left");
        assert_eq!(fit(20), "25 %, 1:30 left");
        assert_eq!(fit(9), "25 %");
        assert_eq!(fit(2), "");
        assert_eq!(fit(0), "");
        let unknown = state(10, None, 1.0);
        let fit = |columns| Line::new("<stdin>", "rows").fit(&unknown, columns);
        assert_eq!(fit(79), "<stdin>: 10 rows, 10 rows a second");
        assert_eq!(fit(20), "<stdin>: 10 rows");
        assert_eq!(fit(10), "10 rows");
        assert!(line.fit(&state(0, Some(0.0), 0.0), 99).ends_with("0 rows a second, 0:00 left"));
        assert!(line.fit(&state(9, Some(0.001), 18.0), 99).ends_with("4:59:42 left"));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        let labels = [
            "",
            "x",
            "a/long/path/to/the/units/of/march/2026.csv.gz",
            "用户/三月/单位.csv",
            "e\u{301}",
        ];
        for label in labels {
            let line = Line::new(label, "namespaces");
            for columns in 0..250 {
                for share in [None, Some(0.0), Some(0.5), Some(1.0)] {
                    for done in [0, 7, 1_000_000, u64::MAX] {
                        let text = line.fit(&state(done, share, 1234.5), columns);
                        assert!(text.width() <= columns, "{columns}: {text}");
                        assert!(columns < 40 || !text.is_empty(), "{columns}: {label}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_label_keeps_its_end() {
        assert_eq!(shortened("abcdefghijklmnopqrs", 12), "...klmnopqrs");
        assert_eq!(shortened("单位单位单位单位", 12), "...单位单位");
    }
}
