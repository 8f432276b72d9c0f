//! Habits from other languages, and the text to write instead.

use super::token::{Token, TokenKind};

const MAP: &str = "write a map as `@{\"key\": 1}`, or as `map(key=x)` to use variables";

/// The unexpected token and the tokens around it.
pub(super) struct Surprise<'a> {
    pub(super) text: &'a str,
    pub(super) token: Token,
    /// The token before it, and the one after it.
    pub(super) previous: Token,
    pub(super) following: Token,
    /// The first token of the statement.
    pub(super) statement: Token,
}

impl Surprise<'_> {
    fn slice(&self, token: Token) -> &str {
        &self.text[token.span.start as usize..token.span.end as usize]
    }

    fn touches_following(&self) -> bool {
        self.token.span.end == self.following.span.start
    }

    /// Whether the token is a word that is an operator in other languages.
    pub(super) fn is_word_operator(&self) -> bool {
        let word = self.slice(self.token);
        self.token.kind == TokenKind::Identifier && matches!(word, "and" | "AND" | "or" | "OR")
    }

    /// The plain meaning of the token.
    pub(super) fn meant(&self) -> Option<&'static str> {
        match (self.token.kind, self.slice(self.token)) {
            (TokenKind::Identifier, "and" | "AND") => Some("&&"),
            (TokenKind::Identifier, "or" | "OR") => Some("||"),
            (TokenKind::Mark(";"), _) if self.begins() => Some(""),
            _ => None,
        }
    }

    /// The text to write instead, if the token looks like such a habit.
    pub(super) fn help(&self) -> Option<&'static str> {
        let (found, next) = (self.slice(self.token), self.slice(self.following));
        let pair = (found, if self.touches_following() { next } else { "" });
        match pair {
            ("/", "/" | "*") => return Some("a comment begins with `#`"),
            ("+" | "-" | "*" | "/" | "%", "=") => {
                return Some("write the variable again: `x = x + 1;`");
            }
            ("+", "+") | ("-", "-") => return Some("write `x = x + 1;`"),
            _ => {}
        }
        let before = self.slice(self.previous);
        match (self.token.kind, found) {
            (TokenKind::Mark("="), _) if self.begins() => {
                Some("put the statements of an `if` in braces: `if (a) { x = 1; }`")
            }
            (TokenKind::Mark("="), _) => Some("write `==` to compare"),
            (TokenKind::Mark("=="), _) => Some("write `=` to set a variable"),
            (TokenKind::Mark("("), _) => {
                self.statement_help().or(Some("assign the result to a variable: `x = f(...);`"))
            }
            (TokenKind::Mark(":"), _) => self.colon_help(),
            (TokenKind::Mark(";"), _) if self.begins() => Some("leave out the extra `;`"),
            (TokenKind::Mark(";"), _) if before == "return" => {
                Some("say whether the unit is in the experiment: `return true;`, `return false;`")
            }
            (TokenKind::Mark("]" | ")"), _) if before == "," => {
                Some("leave out the `,` after the last one")
            }
            (TokenKind::Mark(","), _) if !matches!(before, "," | "(" | "[") => {
                Some("a statement ends with `;`")
            }
            (TokenKind::Identifier, "and" | "AND") => Some("write `&&` for and"),
            (TokenKind::Identifier, "or" | "OR") => Some("write `||` for or"),
            (TokenKind::String, _) if self.begins() && next == ":" => Some(MAP),
            (TokenKind::Mark("{"), _)
                if self.begins() && self.following.kind == TokenKind::String =>
            {
                Some("this looks like compiled JSON, which is not PlanOut language")
            }
            (TokenKind::If, _) if !self.begins() => Some("an `if` cannot be a value"),
            (TokenKind::Switch, _) if !self.begins() => Some("a `switch` cannot be a value"),
            (TokenKind::Else, _) => {
                Some("put the statements between `if (...)` and `else` in braces")
            }
            _ if matches!(before, "not" | "NOT") => Some("write `!` for not"),
            _ if self.previous == self.statement => self.statement_help(),
            _ => None,
        }
    }

    /// Whether the token is the first of its statement.
    fn begins(&self) -> bool {
        self.token == self.statement
    }

    /// A `:` after a name or a string: in a call, in a map, or to set a variable.
    fn colon_help(&self) -> Option<&'static str> {
        let around = self.text[..self.previous.span.start as usize].trim_end();
        match self.previous.kind {
            TokenKind::Identifier if around.ends_with(['(', ',']) => {
                Some("write an argument as `name=value`")
            }
            TokenKind::Identifier if self.previous == self.statement => {
                Some("write `x = 1;` to set a variable, and `@{\"key\": 1}` for a map")
            }
            TokenKind::Identifier | TokenKind::String => Some(MAP),
            _ => None,
        }
    }

    /// A statement that begins with a word of another language.
    fn statement_help(&self) -> Option<&'static str> {
        match self.slice(self.statement) {
            "elif" | "elsif" | "elseif" => Some("write `else if`"),
            "let" | "var" | "const" | "set" => Some("a variable needs no declaration: `x = 1;`"),
            "If" | "IF" | "Else" | "ELSE" | "Return" | "RETURN" | "Switch" => {
                Some("keywords are written in lower case")
            }
            "case" | "break" => Some("write `if (...) { ... }` for each case"),
            "for" | "while" => Some("the language has no loops: write the statements out"),
            "function" | "def" => Some("the language has no functions of your own"),
            _ => None,
        }
    }
}
