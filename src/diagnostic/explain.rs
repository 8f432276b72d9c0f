//! The meaning of each code, at length: the sections of `docs/diagnostics.md`.

use super::Code;

/// The document, so that what is read there and what the program says cannot differ.
const DOCUMENT: &str = include_str!("../../docs/diagnostics.md");

/// The beginning of a section. No line of an example begins with it.
const HEADING: &str = "\n## ";

/// The name of a kind of problem, in a few words.
///
/// ```
/// use planout::diagnostic::{Code, title};
///
/// assert_eq!(title(Code::DuplicateKey), "a key given twice");
/// ```
pub fn title(code: Code) -> &'static str {
    section(code).0
}

/// The meaning of a code, the reason why it is a problem, an example and its repair: Markdown; a fenced
/// block is marked `wrong` or `right`.
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
