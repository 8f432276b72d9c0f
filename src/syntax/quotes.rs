//! Typographic quotes, which word processors write and authors copy together with the text between
//! them.

/// The typographic quotes that are meant as `"`, and the characters that may end a text that begins
/// with one of them.
const DOUBLE: &str = "“”„‟«»＂";

/// The typographic quotes that are meant as `'`.
const SINGLE: &str = "‘’‚‛‹›＇`´";

/// Whether a character looks like a quote and is not a straight one.
pub(super) fn is_typographic(char: char) -> bool {
    DOUBLE.contains(char) || SINGLE.contains(char)
}

/// The text between typographic quotes, if they enclose the whole text.
pub(crate) fn between_typographic(text: &str) -> Option<&str> {
    let mut chars = text.chars();
    let (opening, closing) = (chars.next()?, chars.next_back()?);
    let inside = chars.as_str();
    let is_like_these = |char| is_typographic(char) && straight(char) == straight(opening);
    // Code is written between backticks, and a word can begin with an apostrophe.
    let is_other = matches!(opening, '`' | '´' | '’');
    let is_quoted = !is_other && is_like_these(opening) && is_like_these(closing);
    (is_quoted && !inside.is_empty() && !inside.contains(is_like_these)).then_some(inside)
}

/// The straight quote that a typographic one stands for.
pub(super) fn straight(char: char) -> char {
    if SINGLE.contains(char) { '\'' } else { '"' }
}

/// The length of the string at the beginning of a line, if it is a string between typographic quotes;
/// its closing quote may be straight. The line is given as its characters with their offsets.
pub(super) fn quoted_length(mut line: impl Iterator<Item = (usize, char)>) -> Option<usize> {
    let (_, opening) = line.next().filter(|(_, char)| is_typographic(*char))?;
    let meant = straight(opening);
    let (mut closing, mut ended) = (None, false);
    for (at, char) in line {
        if is_typographic(char) && straight(char) == meant {
            return Some(at + char.len_utf8());
        }
        // A straight quote after the end of the statement begins another string.
        if char == meant && !ended {
            closing.get_or_insert(at + 1);
        }
        ended |= char == ';';
    }
    closing
}

/// The offset of the typographic quote that looks like the end of a string. The text is a straight
/// quote and the rest of its line.
pub(super) fn end_of_string(line: &str) -> Option<(usize, char)> {
    let quote = line.chars().next()?;
    let mut quotes = line.char_indices().filter(|(_, char)| is_typographic(*char));
    quotes.find(|(at, char)| {
        let after = line[at + char.len_utf8()..].trim_start();
        straight(*char) == quote
            && (after.is_empty() || after.starts_with([';', ',', ')', ']', '}']))
    })
}
