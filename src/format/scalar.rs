//! A formatted script as the content of a YAML scalar.

use std::fmt::Write;
use std::ops::Range;

use super::newline;
use crate::source::Span;
use crate::tree::{Block, Style};

/// The part of a file that a formatted script replaces, and its new text.
pub(super) struct Edit {
    /// The place and the style of the script.
    pub(super) place: Span,
    pub(super) style: Style,
    pub(super) range: Range<usize>,
    pub(super) text: String,
}

/// The change that makes a scalar hold the formatted text, if it does not yet. The scalar may still
/// be read as another value: that has to be checked.
pub(super) fn edit(file: &str, place: Span, block: &Block, formatted: &str) -> Option<Edit> {
    if formatted.is_empty() {
        return None;
    }
    let (range, text) = match block.style {
        Style::Literal | Style::Folded => lines(file, place, &block.text, formatted)?,
        Style::Plain | Style::SingleQuoted | Style::DoubleQuoted => {
            let range = place.start as usize..place.end as usize;
            let is_one_line = !file.get(range.clone())?.contains(['\n', '\r']);
            if !is_one_line || *block.text == *formatted {
                return None;
            }
            let text = match block.style {
                Style::SingleQuoted => format!("'{}'", formatted.replace('\'', "''")),
                Style::DoubleQuoted => double_quoted(formatted),
                _ => formatted.to_owned(),
            };
            (range, text)
        }
    };
    let changes = file.get(range.clone())? != text;
    changes.then_some(Edit { place, style: block.style, range, text })
}

/// The lines from the first visible character of a block to its last. The blank lines around them
/// stay, because YAML counts those at the end.
fn lines(file: &str, place: Span, text: &str, formatted: &str) -> Option<(Range<usize>, String)> {
    let first = place.start as usize;
    let start = line_start(file, first);
    let end = place.end as usize;
    let blanks = file.get(end..)?.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let visible = text.find(|char: char| !matches!(char, ' ' | '\t' | '\n' | '\r'))?;
    // The rest of the indentation before the first character belongs to the block.
    let own = visible - line_start(text, visible);
    let indent = file.get(start..first.checked_sub(own)?)?;
    let mut lines = String::new();
    for (index, line) in formatted.trim_end_matches('\n').split('\n').enumerate() {
        if index > 0 {
            lines.push_str(newline(file));
        }
        if !line.is_empty() {
            lines.push_str(indent);
            lines.push_str(line);
        }
    }
    Some((start..end + blanks, lines))
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1)
}

fn double_quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for char in text.chars() {
        let is_unprintable = char.is_control()
            || matches!(
                char,
                '\u{a0}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}'..='\u{ffff}'
            );
        match char {
            '"' | '\\' => quoted.extend(['\\', char]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            _ if is_unprintable => {
                // Writing to a string never fails.
                let _ = write!(quoted, "\\u{:04x}", u32::from(char));
            }
            _ => quoted.push(char),
        }
    }
    quoted.push('"');
    quoted
}
