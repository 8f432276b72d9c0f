//! A program as tokens, each with the comments before it.

use crate::syntax::{Token, TokenKind, is_line_end, is_space, tokens};

/// A token as the author wrote it.
pub(super) struct Piece<'a> {
    pub(super) kind: TokenKind,
    pub(super) text: &'a str,
    /// Its start in the program's text.
    pub(super) start: u32,
    /// The comments between the token and the one before.
    pub(super) comments: Vec<Comment<'a>>,
    /// Whether a blank line is before the token, after its last comment.
    pub(super) blank: bool,
}

/// A comment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Comment<'a> {
    /// The comment from its `#` to its last visible character.
    pub(super) text: &'a str,
    /// Whether only white space is before it on its line.
    pub(super) alone: bool,
    /// Whether a blank line is before it.
    pub(super) blank: bool,
}

impl Piece<'_> {
    /// The piece after the last token.
    pub(super) const NOTHING: Piece<'static> = Piece {
        kind: TokenKind::End,
        text: "",
        start: u32::MAX,
        comments: Vec::new(),
        blank: false,
    };
}

/// The tokens of a program. The last one is [`TokenKind::End`].
pub(super) fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut end = 0;
    tokens(text).map(move |Token { kind, span, .. }: Token| {
        let (start, after) = (span.start as usize, span.end as usize);
        let (comments, blank) = comments(&text[end..start], end == 0);
        end = after;
        Piece { kind, text: &text[start..after], start: span.start, comments, blank }
    })
}

/// The comments between two tokens, and whether a blank line follows them.
fn comments(between: &str, first: bool) -> (Vec<Comment<'_>>, bool) {
    let mut comments = Vec::new();
    let mut blank = false;
    let mut alone = first;
    let mut rest = Some(between);
    while let Some(lines) = rest {
        let (line, following) = split_line(lines);
        let text = line.trim_matches(is_space);
        if !text.is_empty() {
            comments.push(Comment { text, alone, blank });
            blank = false;
        } else if alone && following.is_some() {
            blank = true;
        }
        alone = true;
        rest = following;
    }
    (comments, blank)
}

/// The first line of a text, and the text after its line end if there is one.
fn split_line(text: &str) -> (&str, Option<&str>) {
    let Some(at) = text.find(is_line_end) else {
        return (text, None);
    };
    let (line, rest) = text.split_at(at);
    let following = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(is_line_end));
    (line, following)
}

#[cfg(test)]
mod tests {
    use super::{Comment, pieces};

    #[test]
    fn comments_and_blank_lines_belong_to_the_next_token() {
        let pieces = Vec::from_iter(pieces("\u{feff}# a\r\n\r\nx # b \n\n# c\r \r=\n\t\n1;# d"));
        let read: Vec<_> =
            pieces.iter().map(|piece| (piece.text, piece.blank, &*piece.comments)).collect();
        let comment = |text, alone, blank| Comment { text, alone, blank };
        let expected: [(&str, bool, &[Comment<'_>]); 5] = [
            ("x", true, &[comment("# a", true, false)]),
            ("=", true, &[comment("# b", false, false), comment("# c", true, true)]),
            ("1", true, &[]),
            (";", false, &[]),
            ("", false, &[comment("# d", false, false)]),
        ];
        assert_eq!(read, expected);
    }
}
