//! From text to tokens.

use super::token::{Broken, MARKS, Token, TokenKind, keyword};
use crate::source::Span;

pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Lexer<'a> {
        Lexer { text, at: 0 }
    }

    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// The next token; after the last one [`TokenKind::End`], for ever.
    pub(super) fn next(&mut self) -> Token {
        self.skip_blank();
        let start = self.at;
        let kind = match self.rest().chars().next() {
            None => TokenKind::End,
            Some('"') => self.escaped_string(),
            Some('\'') => self.plain_string(),
            Some('a'..='z' | 'A'..='Z' | '_') => {
                self.skip_while(|char| char.is_ascii_alphanumeric() || char == '_');
                keyword(&self.text[start..self.at])
            }
            Some(char) => match self.number_length() {
                0 => self.mark(char),
                length => self.number(length),
            },
        };
        Token { kind, span: Span::new(start, self.at) }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_while(&mut self, test: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.find(|char| !test(char)).unwrap_or(rest.len());
    }

    /// Skips white space and comments.
    fn skip_blank(&mut self) {
        loop {
            self.skip_while(is_space);
            if !self.rest().starts_with('#') {
                return;
            }
            self.skip_while(|char| !is_line_end(char));
        }
    }

    /// The length of the number that stands here: `[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?`.
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

    /// `"..."`: a backslash takes the next character along.
    fn escaped_string(&mut self) -> TokenKind {
        self.at += 1;
        let mut kind = TokenKind::String;
        loop {
            self.skip_while(|char| char != '"' && char != '\\');
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

    /// `'...'`: ends at the next quote, whatever stands before it.
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
        match MARKS.iter().find(|mark| rest.starts_with(**mark)) {
            Some(mark) => {
                self.at += mark.len();
                TokenKind::Mark(mark)
            }
            None => {
                self.at += char.len_utf8();
                TokenKind::Broken(Broken::UnknownCharacter)
            }
        }
    }
}

/// White space is what JavaScript's `\s` matches, since the reference compilers run there.
pub(super) fn is_space(char: char) -> bool {
    matches!(
        char,
        '\t'..='\r'
            | ' '
            | '\u{a0}'
            | '\u{1680}'
            | '\u{2000}'..='\u{200a}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{202f}'
            | '\u{205f}'
            | '\u{3000}'
            | '\u{feff}'
    )
}

fn is_line_end(char: char) -> bool {
    matches!(char, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}
