//! Invisible characters, and characters that change the display of others.

use std::borrow::Cow;

/// Whether a character is a command to the program that displays a text, rather than a part of the
/// text: a control character (of C0 and C1, and delete), a line break of Unicode, or a mark or an
/// override of the writing direction. A text with such a character can look like another text.
///
/// ```
/// use planout::diagnostic::is_unseen;
///
/// assert!(['\n', '\u{1b}', '\u{9b}', '\u{202e}'].into_iter().all(is_unseen));
/// assert!(!['a', ' ', 'ü', '单', '\u{200d}'].into_iter().any(is_unseen));
/// ```
pub fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

/// A part of a line with its invisible characters written as escapes of JSON: an answer in JSON stays
/// the same JSON.
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
    if !text.contains(is_odd) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for (at, char) in text.char_indices() {
        if is_odd(char) && !is_kept(char, &text[at + char.len_utf8()..]) {
            shown.push_str(&format!("\\u{:04x}", u32::from(char)))
        } else {
            shown.push(char)
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_written_out() {
        assert_eq!(visible("a\tü 单 e\u{301}"), "a\tü 单 e\u{301}");
        assert_eq!(visible("a\r\n::error::\u{1b}[2J"), "a\\u000d\\u000a::error::\\u001b[2J");
        assert_eq!(visible("\0\u{7f}\u{9b}\u{202e}"), "\\u0000\\u007f\\u009b\\u202e");
        assert_eq!(visible_lines("a\r\nb\rc\n\u{85}"), "a\r\nb\\u000dc\n\\u0085");
    }
}
