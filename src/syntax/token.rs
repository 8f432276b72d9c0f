//! Tokens.

use super::quotes;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// A token and its place in the program's text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
    /// Whether the token is the first of its line, and the indentation of that line in bytes.
    pub(super) first: bool,
    pub(super) indent: u32,
}

impl Token {
    /// The token before the first one.
    pub(super) const START: Token =
        Token { kind: TokenKind::End, span: Span { start: 0, end: 0 }, first: true, indent: 0 };
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum TokenKind {
    Identifier,
    Number(f64),
    String,
    True,
    False,
    Null,
    Switch,
    If,
    Else,
    Return,
    /// An operator or a mark of punctuation, by its text.
    Mark(&'static str),
    /// Text that the lexer could not read.
    Broken(Broken),
    End,
}

/// The reason why the lexer could not read something.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Broken {
    UnknownCharacter,
    /// A text between typographic quotes.
    TypographicString,
    EndlessString,
    EscapedLineEnd,
    NumberOverflow,
    SeparatorInComment,
}

/// The meaning of a character that the language does not have.
fn meant(text: &str) -> Option<&'static str> {
    Some(match text {
        "&" => "&&",
        "|" => "||",
        "–" | "—" | "−" => "-",
        "×" => "*",
        "÷" => "/",
        "≠" => "!=",
        "≤" => "<=",
        "≥" => ">=",
        _ => return None,
    })
}

impl Broken {
    /// The diagnostic about the error. `text` is the text of the token.
    pub(super) fn diagnose(self, text: &str, span: Span) -> Diagnostic {
        let quoted = shorten(text).escape_debug().to_string();
        match self {
            Broken::UnknownCharacter => {
                let message = format!("unexpected character `{quoted}`");
                let problem = Diagnostic::error(Code::UnknownCharacter, span, message);
                let problem = match meant(text) {
                    Some(meant) => problem.replace(span, meant),
                    None => problem,
                };
                problem.help(match text {
                    "&" => "write `&&` for and",
                    "|" => "write `||` for or",
                    "?" => "write `??` for the first value that is not null, `if` for a choice",
                    "." => "a number needs a digit after its point; index a map as `m[\"key\"]`",
                    "–" | "—" | "−" => "write `-`",
                    "×" => "write `*`",
                    "÷" => "write `/`",
                    "≠" => "write `!=`",
                    "≤" => "write `<=`",
                    "≥" => "write `>=`",
                    _ if text.starts_with(quotes::is_typographic) => {
                        "write straight quotes, `\"` or `'`"
                    }
                    _ => "names are ASCII letters, digits and `_`; other characters go in strings",
                })
            }
            Broken::TypographicString => {
                let message = if text.starts_with('`') {
                    "a string cannot stand in backticks"
                } else {
                    "a string cannot stand in typographic quotes"
                };
                let mut chars = text.chars();
                let quote = chars.next().map_or('"', quotes::straight);
                chars.next_back();
                let problem = Diagnostic::error(Code::UnknownCharacter, span, message)
                    .help("write straight quotes, `\"` or `'`");
                if chars.as_str().contains(quote) {
                    problem
                } else {
                    problem.replace(span, format!("{quote}{}{quote}", chars.as_str()))
                }
            }
            Broken::EndlessString => {
                Diagnostic::error(Code::MalformedString, span, "this string does not end")
                    .help(format!("add the closing `{}`", &text[..1]))
            }
            Broken::EscapedLineEnd => {
                let message = "a backslash before the end of a line in a string";
                Diagnostic::error(Code::MalformedString, span, message)
                    .help("a string may go on in the next line without a backslash")
            }
            Broken::NumberOverflow => {
                let message = format!("number `{quoted}` is too large for a double");
                Diagnostic::error(Code::NumberOverflow, span, message)
                    .help("the largest is about 1.8e308")
            }
            Broken::SeparatorInComment => {
                let code = text.chars().next().map_or(0, u32::from);
                let message = format!("a comment holds the invisible line separator U+{code:04X}");
                Diagnostic::error(Code::UnknownCharacter, span, message)
                    .label(
                        "readers may end the comment here or not, and nobody can see the character",
                    )
                    .help("delete the character, or break the line there")
            }
        }
    }
}

/// Cuts a text that is too long for a message.
pub(super) fn shorten(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// The operator or mark of punctuation at the beginning of a text. If there are several, the longest.
pub(super) fn mark(text: &str) -> Option<&'static str> {
    Some(match text.as_bytes() {
        [b'<', b'-', ..] => "<-",
        [b'|', b'|', ..] => "||",
        [b'&', b'&', ..] => "&&",
        [b'?', b'?', ..] => "??",
        [b'=', b'=', ..] => "==",
        [b'>', b'=', ..] => ">=",
        [b'<', b'=', ..] => "<=",
        [b'!', b'=', ..] => "!=",
        [b'=', b'>', ..] => "=>",
        [b';', ..] => ";",
        [b'=', ..] => "=",
        [b':', ..] => ":",
        [b'[', ..] => "[",
        [b']', ..] => "]",
        [b'(', ..] => "(",
        [b')', ..] => ")",
        [b',', ..] => ",",
        [b'{', ..] => "{",
        [b'}', ..] => "}",
        [b'+', ..] => "+",
        [b'%', ..] => "%",
        [b'*', ..] => "*",
        [b'-', ..] => "-",
        [b'/', ..] => "/",
        [b'>', ..] => ">",
        [b'<', ..] => "<",
        [b'!', ..] => "!",
        [b'@', ..] => "@",
        _ => return None,
    })
}

/// The keywords.
pub(super) fn keyword(word: &str) -> TokenKind {
    match word {
        "true" => TokenKind::True,
        "false" => TokenKind::False,
        "null" => TokenKind::Null,
        "switch" => TokenKind::Switch,
        "if" => TokenKind::If,
        "else" => TokenKind::Else,
        "return" => TokenKind::Return,
        _ => TokenKind::Identifier,
    }
}
