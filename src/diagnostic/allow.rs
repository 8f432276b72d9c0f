//! Comments that silence a check: `# planout: allow(P0500)` on the line above.

use super::{Code, Diagnostic, Level, Levels};
use crate::source::{SourceText, Span};

/// The codes that the comments of a file allow, by line.
#[derive(Debug, Default)]
pub(super) struct Allows(Vec<Allow>);

#[derive(Debug)]
struct Allow {
    /// The first line below the comment that is not such a comment.
    line: usize,
    /// The code as it is written.
    text: String,
    place: Span,
    code: Option<Code>,
}

impl Allows {
    /// Reads the comments of a text. A comment applies to the line below it. Several comments below
    /// one another all apply to the line below the last of them.
    pub(super) fn read(source: &SourceText) -> Allows {
        let mut allows: Vec<Allow> = Vec::new();
        let mut waiting = 0;
        let mut start = 0;
        for (index, line) in source.text().split_inclusive('\n').enumerate() {
            if let Some(comment) = comment(line) {
                let at = start + line.len() - line.trim_start().len() + 1;
                allows.extend(codes(comment).map(|(offset, text)| Allow {
                    line: 0,
                    text: text.to_owned(),
                    place: Span::new(at + offset, at + offset + text.len()),
                    code: text.parse().ok(),
                }));
            } else {
                allows[waiting..].iter_mut().for_each(|allow| allow.line = index + 1);
                waiting = allows.len();
            }
            start += line.len();
        }
        Allows(allows)
    }

    /// Whether a problem is allowed.
    pub(super) fn cover(&self, source: &SourceText, found: &Diagnostic) -> bool {
        if self.0.is_empty() || found.code.default_level().is_none() {
            return false;
        }
        let line = source.position(found.primary.span.start).line;
        self.0.iter().any(|allow| allow.line == line && allow.code == Some(found.code))
    }

    /// The comments that allow nothing, provided that all checks have been made that are not off: if
    /// a text has errors, some checks cannot be made.
    pub(super) fn useless(
        &self,
        source: &SourceText,
        found: &[Diagnostic],
        levels: &Levels,
    ) -> Vec<Diagnostic> {
        let is_valid = found.iter().all(|finding| finding.code.default_level().is_some());
        let useless = self.0.iter().filter_map(|allow| {
            let (message, help) = match allow.code {
                None => {
                    let message = format!("unknown code `{}`", allow.text);
                    let problem = Diagnostic::finding(Code::UselessAllow, allow.place, message);
                    return Some(match Code::nearest(&allow.text) {
                        Some(near) => problem.meant(near.as_str()),
                        None => problem,
                    });
                }
                Some(code) if code.default_level().is_none() => (
                    format!("`{code}` is an error, and a comment can only allow warnings"),
                    "correct it",
                ),
                Some(code) => {
                    let is_meant = |it: &Diagnostic| {
                        it.code == code && source.position(it.primary.span.start).line == allow.line
                    };
                    let is_known = is_valid && !code.depends_on_others();
                    let is_off = levels.level(code) == Some(Level::Off);
                    if !is_known || is_off || found.iter().any(is_meant) {
                        return None;
                    }
                    (format!("the next line has no `{code}` to allow"), "delete it")
                }
            };
            Some(Diagnostic::finding(Code::UselessAllow, allow.place, message).help(help))
        });
        useless.collect()
    }
}

/// The text after the `#` of a comment line.
fn comment(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix('#')
}

/// The codes of a comment, with their offsets in it.
fn codes(comment: &str) -> impl Iterator<Item = (usize, &str)> {
    let list = comment.trim_start().strip_prefix("planout:").and_then(|rest| {
        let rest = rest.trim_start().strip_prefix("allow")?;
        let list = rest.trim_start().strip_prefix('(')?;
        list.split_once(')').map(|(list, _)| list)
    });
    let list = list.unwrap_or_default();
    let words = list.split(',').map(str::trim).filter(|word| !word.is_empty());
    // All of them are parts of the comment, so their distance from its start is their offset.
    words.map(move |word| (word.as_ptr() as usize - comment.as_ptr() as usize, word))
}
