//! Statements.

use super::ast::{Block, Expr, ExprKind, If, Return, Rule};
use super::parser::{Parse, Parser};
use super::recovery::Opening;
use super::token::TokenKind;
use crate::diagnostic::{Code, Diagnostic};

impl Parser<'_> {
    /// Parses statements up to the end of a block, or of the script.
    pub(super) fn rules(&mut self, block: Option<Opening>) -> Vec<Rule> {
        let around = self.statement_braces;
        let rules = std::iter::from_fn(|| self.next_rule(block)).collect();
        self.statement_braces = around;
        rules
    }

    /// The next statement that can be read, before the end of a block, or of the script.
    pub(super) fn next_rule(&mut self, block: Option<Opening>) -> Option<Rule> {
        while !self.rules_end(block) {
            self.statement_braces = self.braces;
            self.statement = self.token;
            if self.is("}") {
                self.stray_brace();
                continue;
            }
            if self.is(")") || self.is("]") {
                self.stray_closer();
                continue;
            }
            match self.rule() {
                Ok(rule) => return Some(rule),
                Err(problem) => {
                    self.recover(*problem);
                    if self.token == self.statement && !self.rules_end(block) {
                        self.advance();
                    }
                }
            }
        }
        None
    }

    /// Whether the statements of a block, or of the script, end at the next token.
    fn rules_end(&mut self, block: Option<Opening>) -> bool {
        self.limit_problems();
        match (self.kind(), block) {
            (TokenKind::End, _) | (TokenKind::Mark("}") | TokenKind::Else, Some(_)) => true,
            (_, Some(block)) if block.assumed => {
                self.token.first && self.token.indent <= block.indent
            }
            (_, Some(block)) => {
                self.note_statement(block);
                false
            }
            _ => false,
        }
    }

    fn rule(&mut self) -> Parse<Rule> {
        let start = self.start();
        match self.kind() {
            TokenKind::If | TokenKind::Switch | TokenKind::Return => {
                let rule = self.control()?;
                self.take(";");
                Ok(rule)
            }
            TokenKind::Identifier => {
                let name = self.name();
                if !self.take("=") && !self.take("<-") {
                    return Err(self.missing(&format!("`=` after `{}`", name.text)));
                }
                let value = self.value("an expression after `=`")?;
                self.end_assignment()?;
                Ok(Rule::Assign { name, value, span: self.span_from(start) })
            }
            _ => Err(self.unexpected("a statement")),
        }
    }

    /// A value. The next statement cannot be a part of it.
    pub(super) fn value(&mut self, expected: &str) -> Parse<Expr> {
        if self.starts_new_line() { Err(self.missing(expected)) } else { self.expr() }
    }

    fn end_assignment(&mut self) -> Parse<()> {
        let ended = self.expect(";", "after the assignment");
        match ended {
            Err(problem) if self.starts_new_line() => {
                self.report(*problem);
                Ok(())
            }
            _ => ended,
        }
    }

    pub(super) fn control(&mut self) -> Parse<Rule> {
        match self.kind() {
            TokenKind::If => self.if_rule().map(Rule::If),
            TokenKind::Switch => self.nested(Self::switch_rule).map(Rule::Switch),
            TokenKind::Return => {
                let start = self.start();
                self.advance();
                let value = self.value("an expression after `return`")?;
                Ok(Rule::Return(Return { value, span: self.span_from(start) }))
            }
            _ => Err(self.unexpected("`if`, `switch` or `return`")),
        }
    }

    fn if_rule(&mut self) -> Parse<If> {
        let start = self.start();
        let mut branches = Vec::new();
        let mut otherwise = None;
        loop {
            self.advance();
            self.expect("(", "after `if`")?;
            let condition = self.nested(Self::expr)?;
            self.expect(")", "after the condition")?;
            branches.push((condition, self.branch("after the condition")?));
            if self.kind() != TokenKind::Else {
                break;
            }
            self.advance();
            if self.kind() != TokenKind::If {
                otherwise = Some(self.branch("after `else`")?);
                break;
            }
        }
        Ok(If { branches, otherwise, span: self.span_from(start) })
    }

    // Blocks

    pub(super) fn block(&mut self) -> Parse<Block> {
        let start = self.start();
        let (place, indent) = (self.span(), self.token.indent);
        let block = Opening { place, indent, assumed: false };
        self.advance();
        self.nested(|parser| {
            let rules = parser.rules(Some(block));
            parser.close(block);
            Ok(Block { rules, span: parser.span_from(start) })
        })
    }

    fn close(&mut self, block: Opening) {
        match self.kind() {
            TokenKind::Mark("}") => {
                if !block.assumed {
                    self.note_closing(block);
                }
                self.advance();
                return;
            }
            _ if block.assumed => {}
            TokenKind::Else => self.report_else(block),
            _ => self.report_open_block(block),
        }
        self.braces = self.braces.saturating_sub(1);
    }

    /// The branch of an `if`: an expression, or statements in braces.
    fn branch(&mut self, after: &str) -> Parse<Expr> {
        let parenthesis = self.is("(") && self.opens_statement();
        if !parenthesis && !self.starts_statement() {
            return self.expr();
        }
        let in_next_line = self.token.first;
        let place = if in_next_line { self.after_previous() } else { self.span() };
        let problem = Diagnostic::error(Code::Syntax, place, format!("expected `{{` {after}"));
        self.report(problem.help("put statements in braces: `if (a) { x = 1; }`"));
        self.limit_problems();
        let block = Opening { place, indent: self.previous.indent, assumed: true };
        let start = self.start();
        if parenthesis {
            self.advance();
        }
        let rules = if in_next_line || parenthesis || self.lacks_brace() {
            self.nested(|parser| {
                parser.braces += 1;
                let rules = parser.rules(Some(block));
                parser.close(block);
                Ok(rules)
            })?
        } else {
            vec![self.nested(Self::rule)?]
        };
        let span = self.span_from(start);
        Ok(Expr::new(ExprKind::Block(Block { rules, span }), span))
    }

    /// Whether the next token, a mark, stands before an assignment.
    fn opens_statement(&self) -> bool {
        let after = self.lexer.clone().next().kind;
        self.following.kind == TokenKind::Identifier && after == TokenKind::Mark("=")
    }

    /// Skips a `}` that closes nothing, and the rest of its `if`.
    fn stray_brace(&mut self) {
        self.report_stray_brace();
        self.advance();
        while self.kind() == TokenKind::Else {
            self.advance();
            let rest = match self.kind() {
                TokenKind::If => self.if_rule().map(drop),
                _ => self.branch("after `else`").map(drop),
            };
            if let Err(problem) = rest {
                self.recover(*problem);
            }
        }
    }
}
