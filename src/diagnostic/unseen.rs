//! Invisible characters, and characters that change the display of others.

use std::borrow::Cow;

/// Whether a character is a command to the program that displays a text, rather than a part of the
/// text: a control character (of C0 and C1, and delete), a line break of Unicode, a mark or an override
/// of the writing direction, or a character without a width. A text with such a character can look like
/// another text. Joiners of letters and emojis, and selectors of how they look, are parts of a text.
///
/// ```
/// use planout::diagnostic::is_unseen;
///
/// assert!(['\n', '\u{1b}', '\u{9b}', '\u{202e}', '\u{200b}'].into_iter().all(is_unseen));
/// assert!(!['a', ' ', 'ü', '单', '\u{200d}', '\u{fe0f}'].into_iter().any(is_unseen));
/// ```
pub fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            // Soft hyphens, and marks of direction and of vowels.
            '\u{ad}' | '\u{61c}' | '\u{180e}'
            | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            // Fillers for letters, byte order marks, annotations between lines, and music.
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}'
            // Letters of a text that only programs read.
            | '\u{e0000}'..='\u{e007f}'
        )
}

/// The escape of a character in JSON.
pub fn written_out(character: char) -> String {
    let mut units = [0; 2];
    let units = character.encode_utf16(&mut units).iter();
    units.map(|unit| format!("\\u{unit:04x}")).collect()
}

/// A part of a line with its invisible characters written as escapes of JSON: an answer in JSON stays
/// the same JSON. Commands to services that run builds are broken up in the same way.
pub fn visible(text: &str) -> Cow<'_, str> {
    visible_but(text, |_, _| false)
}

/// The same for a text that has line breaks of its own.
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    visible_but(text, |char, rest| char == '\n' || char == '\r' && rest.starts_with('\n'))
}

/// `is_kept` gets a character and the text after it.
fn visible_but(text: &str, is_kept: impl Fn(char, &str) -> bool) -> Cow<'_, str> {
    // Tabs are harmless.
    let is_odd = |char: char| char != '\t' && is_unseen(char);
    if !text.contains(is_odd) && !text.contains("##") {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for (at, char) in text.char_indices() {
        let rest = &text[at + char.len_utf8()..];
        if is_odd(char) && !is_kept(char, rest) || char == '#' && is_command(rest) {
            shown.push_str(&written_out(char))
        } else {
            shown.push(char)
        }
    }
    Cow::Owned(shown)
}

/// Whether the text after a `#` makes a command to a service that runs builds, such as `##[error]` or
/// `##vso[`. GitHub and others obey such a command anywhere in a line of a log.
fn is_command(rest: &str) -> bool {
    let word = rest.strip_prefix('#').unwrap_or_default();
    !rest.is_empty()
        && word.trim_start_matches(|char: char| char.is_ascii_alphabetic()).starts_with('[')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_written_out() {
        assert_eq!(visible("a\tü 单 e\u{301}"), "a\tü 单 e\u{301}");
        assert_eq!(visible("a\r\n::error::\u{1b}[2J"), "a\\u000d\\u000a::error::\\u001b[2J");
        assert_eq!(visible("\0\u{7f}\u{9b}\u{202e}"), "\\u0000\\u007f\\u009b\\u202e");
        assert_eq!(visible("a\u{200b}\u{feff}b\u{e0041}"), "a\\u200b\\ufeffb\\udb40\\udc41");
        assert_eq!(
            visible("###[error] ##vso[x ## [a] #["),
            "#\\u0023#[error] \\u0023#vso[x ## [a] #["
        );
        assert_eq!(visible_lines("a\r\nb\rc\n\u{85}"), "a\r\nb\\u000dc\n\\u0085");
    }
}
