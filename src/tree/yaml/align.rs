//! Where the bytes of a script stand in the file: the text of a scalar walked alongside what is
//! written.

use granit_parser::ScalarStyle;

use super::Scalar;
use super::place::is_white;
use crate::source::OffsetMap;

/// Maps the text of a scalar to the file it is from.
pub(super) fn offsets(file: &str, scalar: &Scalar<'_>) -> OffsetMap {
    let (start, end) = (scalar.span.start as usize, scalar.span.end as usize);
    match scalar.style {
        ScalarStyle::Literal | ScalarStyle::Folded => {
            // The text may start with empty lines, which the span leaves out.
            let start = file[..start].trim_end_matches(is_white).len();
            block(&file[start..], start, &scalar.text)
        }
        ScalarStyle::Plain => flow(&file[start..end], start, &scalar.text, None),
        ScalarStyle::SingleQuoted => {
            flow(unquoted(file, start, end), start + 1, &scalar.text, Some('\''))
        }
        ScalarStyle::DoubleQuoted => {
            flow(unquoted(file, start, end), start + 1, &scalar.text, Some('"'))
        }
    }
}

fn unquoted(file: &str, start: usize, end: usize) -> &str {
    file.get(start + 1..end - 1).unwrap_or_default()
}

/// A block: it loses indentation, and a folded one line breaks, but no character that is visible.
/// So those lead, and white space follows as it can.
fn block(raw: &str, start: usize, text: &str) -> OffsetMap {
    let mut map = OffsetMap::identity();
    let mut at = 0;
    for (index, character) in text.char_indices() {
        match character {
            '\n' => at += blanks_before_break(&raw[at..]),
            _ if is_white(character) => {}
            _ => at += white(&raw[at..]).len(),
        }
        map.push(index, start + at);
        if raw[at..].starts_with(is_white) == is_white(character) {
            at += raw[at..].chars().next().map_or(0, char::len_utf8);
        }
    }
    map.push(text.len(), start + at);
    map
}

/// The white space that a text starts with.
fn white(text: &str) -> &str {
    &text[..text.len() - text.trim_start_matches(is_white).len()]
}

/// How much stands before the line break, on a line that has nothing else.
fn blanks_before_break(raw: &str) -> usize {
    let white = white(raw);
    match white.find('\n') {
        Some(at) => at,
        None => white.find('\r').unwrap_or(0),
    }
}

/// A plain or quoted scalar: all that is written counts, except where lines are folded.
fn flow(raw: &str, start: usize, text: &str, quote: Option<char>) -> OffsetMap {
    let mut map = OffsetMap::identity();
    let (mut at, mut index) = (0, 0);
    while let Some(character) = raw[at..].chars().next() {
        map.push(index, start + at);
        let rest = &raw[at..];
        let (written, read) = match character {
            '\\' if quote == Some('"') => {
                let written = escape_len(rest);
                let read = match starts_with_break(&rest[1..]) {
                    true => line_breaks(&rest[..written]) - 1,
                    false => text[index..].chars().next().map_or(0, char::len_utf8),
                };
                if read > 1 {
                    // So that the span of the character is the whole escape.
                    map.push(index + read - 1, start + at + written - 1);
                }
                (written, read)
            }
            '\'' if quote == Some('\'') => (2, 1),
            _ if is_white(character) => {
                let white = white(rest);
                (white.len(), folded_len(white))
            }
            _ => (character.len_utf8(), character.len_utf8()),
        };
        at += written;
        index += read;
        debug_assert!(text.is_char_boundary(index), "a scalar and its text have diverged");
    }
    map.push(text.len(), start + at);
    map
}

/// How long the white space becomes: one line break is a space, and of more the first is lost.
fn folded_len(white: &str) -> usize {
    match line_breaks(white) {
        0 => white.len(),
        1 => 1,
        breaks => breaks - 1,
    }
}

/// The line breaks of any kind in a text.
fn line_breaks(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is_break = |at: usize| match bytes[at] {
        b'\n' => true,
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        _ => false,
    };
    (0..bytes.len()).filter(|&at| is_break(at)).count()
}

fn starts_with_break(text: &str) -> bool {
    text.starts_with(['\n', '\r'])
}

/// The length of the escape that a text starts with. An escaped line break takes the white space
/// after it along, and the first half of a surrogate pair the second.
fn escape_len(text: &str) -> usize {
    match text[1..].chars().next() {
        Some('x') => 4,
        Some('u') => match u32::from_str_radix(text.get(2..6).unwrap_or_default(), 16) {
            Ok(0xD800..0xDC00) => 12,
            _ => 6,
        },
        Some('U') => 10,
        Some('\n' | '\r') => 1 + white(&text[1..]).len(),
        Some(character) => 1 + character.len_utf8(),
        None => 1,
    }
}
