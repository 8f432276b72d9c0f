//! Text for people: lines whose characters are all visible.
//!
//! Names, values, files and servers can hold characters that a terminal or a log treats as commands,
//! or that change the display of others. All text for people is printed as a `Text`, which writes
//! such characters as escapes. Lines end only where the program ends them: a name cannot begin
//! another line.

use std::borrow::Cow;

pub(super) use planout::diagnostic::{visible, visible_lines};

/// The most characters of a message that are shown, at its beginning and at its end.
const MAX_BEGINNING: usize = 1_500;
const MAX_END: usize = 500;

/// Some lines. Each was made by the program.
#[derive(Clone, Debug, Default)]
pub(super) struct Text(Vec<String>);

impl Text {
    /// A text whose line breaks are the program's own.
    pub(super) fn of_lines(text: &str) -> Text {
        Text(text.lines().map(str::to_owned).collect())
    }

    /// Adds a line. Line breaks inside of it are escaped.
    pub(super) fn line(&mut self, line: impl Into<String>) {
        self.0.push(line.into());
    }

    /// Adds the lines of another text.
    pub(super) fn append(&mut self, text: Text) {
        self.0.extend(text.0);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same text with more lines.
    pub(super) fn map(self, change: impl FnMut(String) -> String) -> Text {
        Text(self.0.into_iter().map(change).collect())
    }

    /// The printed text: every line, without invisible characters.
    pub(super) fn printed(&self) -> String {
        self.0.iter().fold(String::new(), |text, line| text + &shown(line) + "\n")
    }
}

/// A line without invisible characters that is not a command to GitHub. GitHub obeys lines that begin
/// with `::`, even after spaces.
fn shown(line: &str) -> String {
    let line = visible(line).into_owned();
    let spaces = line.len() - line.trim_start().len();
    match line[spaces..].strip_prefix(':') {
        Some(rest) if rest.starts_with(':') => format!("{}\\u003a{rest}", &line[..spaces]),
        _ => line,
    }
}

impl From<String> for Text {
    /// A line.
    fn from(line: String) -> Text {
        Text(vec![line])
    }
}

impl From<&str> for Text {
    /// A line.
    fn from(line: &str) -> Text {
        Text::from(line.to_owned())
    }
}

impl From<&String> for Text {
    /// A line.
    fn from(line: &String) -> Text {
        Text::from(line.as_str())
    }
}

/// A message cut to a readable length: the names, values and lines in it can have any length.
pub(super) fn shortened(message: &str) -> Cow<'_, str> {
    cut(message, MAX_BEGINNING, MAX_END)
}

/// The beginning and the end of a text, with at most this number of characters each.
pub(super) fn cut(text: &str, beginning: usize, end: usize) -> Cow<'_, str> {
    // A text of few bytes has few characters.
    if text.len() <= beginning + end {
        return Cow::Borrowed(text);
    }
    let from = text.char_indices().nth(beginning).map(|(at, _)| at);
    let to = text.char_indices().rev().nth(end.saturating_sub(1)).map(|(at, _)| at);
    match (from, to) {
        (Some(from), Some(to)) if from < to => {
            let left_out = match text[from..to].chars().count() {
                1 => "1 character is left out".to_owned(),
                count => format!("{count} characters are left out"),
            };
            let (beginning, end) = (&text[..from], &text[to..]);
            Cow::Owned(format!("{beginning} ... ({left_out}) ... {end}"))
        }
        _ => Cow::Borrowed(text),
    }
}

/// A number of units.
pub(super) fn units(count: u64) -> String {
    if count == 1 { "1 unit".to_owned() } else { format!("{count} units") }
}

#[cfg(test)]
mod tests {
    use planout::diagnostic::is_unseen;

    use super::*;

    #[test]
    fn a_text_has_the_lines_that_it_was_given() {
        let mut text = Text::from("a\nb");
        text.line("c");
        text.append(Text::of_lines("d\ne\n"));
        assert_eq!(text.printed(), "a\\u000ab\nc\nd\ne\n");
        assert_eq!(
            text.map(|line| line.replace('d', "\r")).printed(),
            "a\\u000ab\nc\n\\u000d\ne\n"
        );
        assert_eq!(Text::default().printed(), "");
        assert_eq!(Text::from(" ::error::a ::b").printed(), " \\u003a:error::a ::b\n");
    }

    #[test]
    fn a_message_has_an_end() {
        assert_eq!(cut("äbcdefg", 3, 4), "äbcdefg");
        assert_eq!(cut("äbcdefgh", 3, 4), "äbc ... (1 character is left out) ... efgh");
        assert_eq!(cut("äöüß", 1, 1), "ä ... (2 characters are left out) ... ß");
        let long = "単".repeat(1 << 20);
        assert!(shortened(&long).chars().count() < 2_100);
        assert_eq!(shortened("short"), "short");
    }

    #[test]
    fn json_stays_the_same_json() {
        let value = serde_json::json!({ "a\u{7f}": "\u{9b}\n\u{202e}\u{2028}\\" });
        let shown = Text::of_lines(&format!("{value:#}")).printed();
        assert!(!shown.contains(|char| char != '\n' && is_unseen(char)), "{shown}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).expect("json"), value);
    }
}
