//! The lexer: it turns text into tokens.

use super::quotes;
use super::token::{Broken, Token, TokenKind, keyword, mark};
use crate::source::Span;

/// The number of characters in which the end of a string between typographic quotes is searched.
const LONGEST_STRING: usize = 1000;

#[derive(Clone)]
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// The spaces of the text that are line breaks in the source.
    folds: &'a [u32],
    /// The start of the line, its indentation, and whether it has no token yet.
    line_start: usize,
    indent: u32,
    fresh: bool,
    /// The first comment that goes on over lines that do not look like comments.
    swallowing: Option<Span>,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Lexer<'a> {
        Lexer { text, at: 0, folds: &[], line_start: 0, indent: 0, fresh: true, swallowing: None }
    }

    /// Marks the spaces that are line breaks in the source.
    pub(super) fn with_folds(self, folds: &'a [u32]) -> Lexer<'a> {
        Lexer { folds, ..self }
    }

    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// The next token. After the last token, [`TokenKind::End`] again and again.
    pub(super) fn next(&mut self) -> Token {
        if let Some(separator) = self.skip_blank() {
            let kind = TokenKind::Broken(Broken::SeparatorInComment);
            return Token { kind, span: separator, first: false, indent: self.indent };
        }
        let start = self.at;
        let kind = match self.rest().chars().next() {
            None => TokenKind::End,
            Some('"') => self.escaped_string(),
            Some('\'') => self.plain_string(),
            Some('a'..='z' | 'A'..='Z' | '_') => {
                let bytes = self.rest().bytes();
                self.at +=
                    bytes.take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
                keyword(&self.text[start..self.at])
            }
            Some(char) => match self.number_length() {
                0 => self.mark(char),
                length => self.number(length),
            },
        };
        let first = std::mem::take(&mut self.fresh);
        if first {
            self.indent = Span::new(self.line_start, start).length();
        }
        Token { kind, span: Span::new(start, self.at), first, indent: self.indent }
    }

    /// A lexer of the same text that begins at a token.
    pub(super) fn from(&self, token: Token) -> Lexer<'a> {
        Lexer { at: token.span.start as usize, ..self.clone() }
    }

    /// Goes back into a string, to the place after its opening quote.
    pub(super) fn enter(&mut self, string: Token) {
        self.at = string.span.start as usize + 1;
        self.indent = string.indent;
        self.fresh = false;
    }

    /// The line breaks of a part of the text, as in the source.
    pub(super) fn breaks_line(&self, span: Span) -> bool {
        let text = &self.text[span.start as usize..span.end as usize];
        text.contains(is_line_end) || !self.folds_in(span).is_empty()
    }

    /// The text from a place to the end of its line, as in the source.
    pub(super) fn rest_of_line(&self, start: usize) -> &'a str {
        let rest = &self.text[start..];
        let end = start + rest.find(is_line_end).unwrap_or(rest.len());
        let fold = self.folds_in(Span::new(start, end)).first();
        &self.text[start..fold.map_or(end, |fold| *fold as usize)]
    }

    /// The first comment that goes on over lines that do not look like comments.
    pub(super) fn swallowing(&self) -> Option<Span> {
        self.swallowing
    }

    fn folds_in(&self, span: Span) -> &'a [u32] {
        let index = |at: u32| self.folds.partition_point(|&fold| fold < at);
        &self.folds[index(span.start)..index(span.end)]
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_while(&mut self, test: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.find(|char| !test(char)).unwrap_or(rest.len());
    }

    /// Skips white space and comments. A comment that holds a line separator is skipped up to there:
    /// both compilers refuse it.
    fn skip_blank(&mut self) -> Option<Span> {
        loop {
            let start = self.at;
            self.skip_while(is_space);
            self.note_line(Span::new(start, self.at));
            if !self.rest().starts_with('#') {
                return None;
            }
            let start = self.at;
            self.skip_while(|char| !is_line_end(char));
            self.note_comment(Span::new(start, self.at));
            let separator = self.rest().chars().next().filter(|char| !char.is_ascii());
            if let Some(separator) = separator {
                let start = self.at;
                self.skip_while(|char| !matches!(char, '\n' | '\r'));
                return Some(Span::new(start, start + separator.len_utf8()));
            }
        }
    }

    /// Remembers the start of the line in which a part of white space ends.
    fn note_line(&mut self, white: Span) {
        if white.length() == 0 {
            return;
        }
        let text = &self.text[white.start as usize..white.end as usize];
        let end = text.char_indices().rfind(|(_, char)| is_line_end(*char));
        let end = end.map(|(at, char)| white.start as usize + at + char.len_utf8());
        let fold = self.folds_in(white).last().map(|fold| *fold as usize + 1);
        if let Some(start) = end.max(fold) {
            self.line_start = start;
            self.fresh = true;
        }
    }

    fn note_comment(&mut self, comment: Span) {
        let mut folds = self.folds_in(comment).iter().peekable();
        let first = folds.peek().map(|fold| **fold);
        while let Some(fold) = folds.next() {
            let end = folds.peek().map_or(comment.end, |next| **next);
            let line = self.text[*fold as usize..end as usize].trim_start_matches(is_space);
            if !line.is_empty() && !line.starts_with('#') {
                let end = first.unwrap_or(comment.end);
                self.swallowing.get_or_insert(Span { end, ..comment });
            }
        }
    }

    /// The length of the number at the current place: `[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?`.
    fn number_length(&self) -> usize {
        let bytes = self.rest().as_bytes();
        let digits =
            |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let mut length = digits(0);
        if bytes.get(length) == Some(&b'.') && digits(length + 1) > 0 {
            length += 1 + digits(length + 1);
        }
        if length > 0 && matches!(bytes.get(length), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
            let exponent = bytes.get(length + 1 + sign).map_or(0, |_| digits(length + 1 + sign));
            if exponent > 0 {
                length += 1 + sign + exponent;
            }
        }
        length
    }

    fn number(&mut self, length: usize) -> TokenKind {
        let start = self.at;
        self.at += length;
        let text = &self.text[start..self.at];
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => TokenKind::Number(number),
            _ => TokenKind::Broken(Broken::NumberOverflow),
        }
    }

    /// `"..."`: a backslash escapes the next character.
    fn escaped_string(&mut self) -> TokenKind {
        self.at += 1;
        let mut kind = TokenKind::String;
        loop {
            let bytes = self.rest().bytes();
            self.at += bytes.take_while(|byte| !matches!(byte, b'"' | b'\\')).count();
            let mut rest = self.rest().chars();
            match (rest.next(), rest.next()) {
                (Some('"'), _) => {
                    self.at += 1;
                    return kind;
                }
                (Some(_), Some(next)) => {
                    if is_line_end(next) {
                        kind = TokenKind::Broken(Broken::EscapedLineEnd);
                    }
                    self.at += 1 + next.len_utf8();
                }
                _ => return self.endless_string(),
            }
        }
    }

    /// `'...'`: ends at the next quote, even after a backslash.
    fn plain_string(&mut self) -> TokenKind {
        self.at += 1;
        self.skip_while(|char| char != '\'');
        if self.rest().is_empty() {
            return self.endless_string();
        }
        self.at += 1;
        TokenKind::String
    }

    fn endless_string(&mut self) -> TokenKind {
        self.at = self.text.len();
        TokenKind::Broken(Broken::EndlessString)
    }

    fn mark(&mut self, char: char) -> TokenKind {
        let rest = self.rest();
        match mark(rest) {
            Some(mark) => {
                self.at += mark.len();
                TokenKind::Mark(mark)
            }
            None => {
                // After a letter, the character is an apostrophe, or ends something.
                let begins = !self.text[..self.at].ends_with(char::is_alphanumeric);
                let line = rest.char_indices().take(LONGEST_STRING);
                let line = line.take_while(|(_, char)| !is_line_end(*char));
                let quoted = begins.then(|| quotes::quoted_length(line)).flatten();
                let quoted = quoted.filter(|length| {
                    self.folds_in(Span::new(self.at, self.at + length)).is_empty()
                });
                self.at += quoted.unwrap_or(char.len_utf8());
                TokenKind::Broken(match quoted {
                    Some(_) => Broken::TypographicString,
                    None => Broken::UnknownCharacter,
                })
            }
        }
    }
}

/// The tokens of a text. The last one is [`TokenKind::End`].
pub(crate) fn tokens(text: &str) -> impl Iterator<Item = Token> {
    let mut lexer = Lexer::new(text);
    let mut ended = false;
    std::iter::from_fn(move || {
        let token = (!ended).then(|| lexer.next())?;
        ended = token.kind == TokenKind::End;
        Some(token)
    })
}

/// White space is what JavaScript's `\s` matches, since the reference compilers run there.
pub(crate) fn is_space(char: char) -> bool {
    if char.is_ascii() {
        return matches!(char, '\t'..='\r' | ' ');
    }
    matches!(
        char,
        '\u{a0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200a}'
                | '\u{2028}'
                | '\u{2029}'
                | '\u{202f}'
                | '\u{205f}'
                | '\u{3000}'
                | '\u{feff}'
    )
}

/// Whether a character ends a line, and with it a comment.
pub(crate) fn is_line_end(char: char) -> bool {
    matches!(char, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}
