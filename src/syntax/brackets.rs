//! Brackets without a partner. The parser stops at the first token that it cannot use, which may
//! stand before the surplus bracket. So the whole statement is looked at here.

use super::parser::Parser;
use super::token::{Token, TokenKind};
use crate::diagnostic::{Code, Diagnostic};

/// The opening bracket for a closing one.
fn opener(mark: &str) -> Option<&'static str> {
    match mark {
        ")" => Some("("),
        "]" => Some("["),
        "}" => Some("{"),
        _ => None,
    }
}

fn closer(mark: &str) -> &'static str {
    match mark {
        "(" => ")",
        "[" => "]",
        _ => "}",
    }
}

/// The open brackets at some place of a statement, the innermost last.
#[derive(Clone, Default)]
struct Open(Vec<(&'static str, Token)>);

impl Open {
    fn innermost(&self) -> Option<&'static str> {
        self.0.last().map(|(mark, _)| *mark)
    }

    /// Reads a token. Returns false for a bracket that does not close the innermost one.
    fn take(&mut self, token: Token) -> bool {
        let TokenKind::Mark(mark) = token.kind else {
            return true;
        };
        match opener(mark) {
            Some(opener) if self.innermost() == Some(opener) => {
                self.0.pop();
                true
            }
            Some(_) => false,
            None => {
                if matches!(mark, "(" | "[" | "{") {
                    self.0.push((mark, token));
                }
                true
            }
        }
    }

    /// Whether a statement ends at a token.
    fn ends_at(&self, token: Token) -> bool {
        match token.kind {
            TokenKind::Mark(";" | "}") => self.0.iter().all(|(mark, _)| *mark != "{"),
            // The token is the block of an `if`.
            TokenKind::Mark("{") => self.0.is_empty(),
            TokenKind::If | TokenKind::Switch | TokenKind::Return => {
                token.first && self.0.is_empty()
            }
            _ => false,
        }
    }

    /// Reads the rest of a statement, up to a bracket that does not close the innermost one.
    fn wrong(&mut self, rest: impl Iterator<Item = Token>) -> Option<Token> {
        for token in rest {
            if self.ends_at(token) {
                return None;
            }
            if !self.take(token) {
                return Some(token);
            }
        }
        None
    }

    /// Whether the rest of a statement closes all open brackets.
    fn is_closed_by(&self, rest: impl Iterator<Item = Token>) -> bool {
        let mut open = self.clone();
        open.wrong(rest).is_none() && open.0.is_empty()
    }
}

impl Parser<'_> {
    /// The bracket that causes a problem, if the parser has stopped because of a bracket that closes
    /// nothing or does not match.
    pub(super) fn unbalanced(&self, problem: &Diagnostic) -> Option<Diagnostic> {
        let TokenKind::Mark(mark) = self.kind() else {
            return None;
        };
        if problem.code != Code::Syntax {
            return None;
        }
        let mut open = self.open_brackets();
        match mark {
            "," => {
                let wrong = open.wrong(self.tokens_ahead())?;
                open.0.is_empty().then(|| self.stray(wrong))
            }
            "}" if self.token.first || !self.lacks_brace() => None,
            ")" | "]" | "}" => self.wrong_closer(mark, &open),
            _ => None,
        }
    }

    /// The open brackets before the next token.
    fn open_brackets(&self) -> Open {
        let mut lexer = self.lexer.from(self.statement);
        let mut open = Open::default();
        loop {
            let token = lexer.next();
            if token.span.start >= self.token.span.start || token.kind == TokenKind::End {
                return open;
            }
            // A bracket that does not match has been reported, or ends a block around the statement.
            open.take(token);
        }
    }

    fn wrong_closer(&self, mark: &'static str, open: &Open) -> Option<Diagnostic> {
        let rest = || self.tokens_ahead().skip(1);
        let Some((innermost, begin)) = open.0.last().copied() else {
            let is_stray = mark != "}" || self.following.kind == TokenKind::Mark(";");
            return is_stray.then(|| self.stray(self.token));
        };
        if opener(mark) == Some(innermost) {
            return None;
        }
        let mut around = open.clone();
        around.0.pop();
        if around.is_closed_by(rest()) {
            let right = closer(innermost);
            let message = format!("expected `{right}` to close the `{innermost}`, found `{mark}`");
            let problem = Diagnostic::error(Code::Syntax, self.span(), message);
            let begin = self.map.span(begin.span);
            return Some(
                problem
                    .also(begin, format!("this `{innermost}`"))
                    .help(format!("write `{right}` in its place")),
            );
        }
        open.is_closed_by(rest()).then(|| self.stray(self.token))
    }

    /// The problem of a bracket that closes nothing.
    fn stray(&self, token: Token) -> Diagnostic {
        let TokenKind::Mark(mark) = token.kind else {
            return *self.unexpected("a statement");
        };
        let message = format!("a `{mark}` without a `{}`", opener(mark).unwrap_or_default());
        let problem = Diagnostic::error(Code::Syntax, self.map.span(token.span), message);
        let is_again = token != self.token && self.previous.kind == token.kind;
        if is_again {
            let first = self.map.span(self.previous.span);
            let problem = problem.also(first, "this one closes it already");
            problem.help(format!("remove one `{mark}`"))
        } else {
            problem.help("remove it")
        }
    }
}
