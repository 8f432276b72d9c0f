//! `switch`, which compiles and never runs. Each case is read separately, so that a wrong case has
//! one message, and the others are read nevertheless.

use super::ast::{Expr, Rule, Switch};
use super::parser::{Parse, Parser};
use super::recovery::Opening;
use super::token::{Token, TokenKind};
use crate::diagnostic::{Code, Diagnostic};

/// The text to write in place of a malformed case.
const HELP: &str = "write `if (...) { ... }` for each case: no evaluator runs `switch`";

/// The number of tokens in which the `=>` of a case is searched.
const LONGEST_CONDITION: usize = 200;

impl Parser<'_> {
    pub(super) fn switch_rule(&mut self) -> Parse<Switch> {
        let start = self.start();
        let keyword = self.span();
        self.advance();
        let block = Opening { place: self.span(), indent: self.token.indent, assumed: false };
        self.expect("{", "after `switch`").map_err(advise)?;
        let (mut cases, mut wrong) = (Vec::new(), false);
        while !self.cases_end(block) {
            let (first, braces) = (self.token, self.braces);
            self.statement = first;
            match self.case() {
                Ok(case) => cases.push(case),
                Err(problem) => {
                    wrong = true;
                    self.note(*problem);
                    self.skip_case(first, block);
                    self.braces = braces;
                }
            }
        }
        if !self.take("}") {
            self.report_open_switch(block);
        } else if !wrong {
            let message = "`switch` compiles, but no evaluator runs it";
            self.report(
                Diagnostic::warning(Code::SwitchNeverRuns, keyword, message)
                    .help("write `if (...) {...} else if (...) {...}`"),
            );
        }
        Ok(Switch { cases, span: self.span_from(start) })
    }

    fn report_open_switch(&mut self, block: Opening) {
        self.braces = self.braces.saturating_sub(1);
        if self.kind() == TokenKind::End {
            return self.report_open_block(block);
        }
        let place = self.after_previous();
        let problem = Diagnostic::error(Code::Syntax, place, "expected `}` to close the block");
        self.report(problem.also(block.place, "the block begins here"));
    }

    /// Whether the cases end at the next token. They also end where a line begins a statement that is
    /// not indented.
    fn cases_end(&mut self, block: Opening) -> bool {
        self.limit_problems();
        match self.kind() {
            TokenKind::End | TokenKind::Mark("}") => true,
            _ => self.starts_new_line() && self.token.indent <= block.indent,
        }
    }

    fn case(&mut self) -> Parse<(Expr, Rule)> {
        if self.is_label() {
            return Err(advise(self.unexpected("a condition and `=>`")));
        }
        let condition = self.expr().map_err(|problem| match problem.help {
            Some(_) => problem,
            None => advise(problem),
        })?;
        self.expect("=>", "after the condition").map_err(advise)?;
        if !matches!(self.kind(), TokenKind::If | TokenKind::Switch | TokenKind::Return) {
            return Err(advise(self.unexpected("`if`, `switch` or `return`")));
        }
        let control = self.control()?;
        self.expect(";", "after the case")?;
        Ok((condition, control))
    }

    /// Whether a `case x:` or a `default:` of other languages begins at the next token.
    fn is_label(&self) -> bool {
        match self.text() {
            "case" => !matches!(self.following.kind, TokenKind::Mark(_)),
            "default" => self.following.kind == TokenKind::Mark(":"),
            _ => false,
        }
    }

    /// Whether a case seems to begin at the next token, in this language or in the form of others.
    fn begins_case(&self) -> bool {
        let mut previous = None;
        for token in self.tokens_ahead().take(LONGEST_CONDITION) {
            match token.kind {
                TokenKind::Mark("=>" | ":") => return true,
                TokenKind::Mark(">") if previous == Some(TokenKind::Mark("-")) => return true,
                TokenKind::Mark(";" | "{" | "}") => return false,
                kind => previous = Some(kind),
            }
        }
        false
    }

    /// Skips the rest of the case that began with a token, to the beginning of another case or the
    /// end of the `switch`.
    fn skip_case(&mut self, first: Token, block: Opening) {
        let (mut braces, mut brackets) = (0_usize, 0_usize);
        loop {
            if braces == 0 && self.token != first {
                let begins = self.token.first && self.begins_case();
                if begins || self.cases_end(block) {
                    return;
                }
            }
            let TokenKind::Mark(mark) = self.kind() else {
                if self.is_open_string(self.token) {
                    self.enter(self.token)
                } else {
                    self.advance()
                }
                continue;
            };
            self.advance();
            match mark {
                "{" => braces += 1,
                "}" => braces = braces.saturating_sub(1),
                "(" | "[" => brackets += 1,
                ")" | "]" => brackets = brackets.saturating_sub(1),
                _ => {}
            }
            let ends = match mark {
                ";" | "}" => braces == 0,
                "," => braces == 0 && brackets == 0,
                _ => false,
            };
            if ends {
                brackets = 0;
                self.take(";");
                if self.begins_case() {
                    return;
                }
            }
        }
    }
}

fn advise(problem: Box<Diagnostic>) -> Box<Diagnostic> {
    // A mistake inside a token has its own help.
    match problem.code {
        Code::Syntax => problem.help(HELP).boxed(),
        _ => problem,
    }
}
