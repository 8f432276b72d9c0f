//! The explanations of codes: the sections of `docs/diagnostics.md`.

use super::Code;

/// The document itself, so that it cannot differ from the explanations of the program.
const DOCUMENT: &str = include_str!("../../docs/diagnostics.md");

/// The beginning of a section. No line of an example starts like this.
const HEADING: &str = "\n## ";

/// The title of a kind of problem, in a few words.
///
/// ```
/// use planout::diagnostic::{Code, title};
///
/// assert_eq!(title(Code::DuplicateKey), "a key given twice");
/// ```
pub fn title(code: Code) -> &'static str {
    section(code).0
}

/// The explanation of a code: its meaning, the reason why it is a problem, an example and its repair.
/// It is Markdown, with fenced blocks marked `wrong` or `right`.
///
/// ```
/// use planout::diagnostic::{Code, explain};
///
/// assert!(explain(Code::DuplicateKey).contains("```yaml wrong\n"));
/// ```
pub fn explain(code: Code) -> &'static str {
    section(code).1
}

/// The title and the text of a section.
fn section(code: Code) -> (&'static str, &'static str) {
    let sections = DOCUMENT.split(HEADING).skip(1);
    let mut titled = sections.filter_map(|section| {
        section.strip_prefix(code.as_str())?.strip_prefix(": ")?.split_once('\n')
    });
    let (title, text) = titled.next().unwrap_or_default();
    (title, text.trim())
}
