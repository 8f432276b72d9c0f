//! The parser: it turns tokens into the syntax tree, by recursive descent, with precedence climbing
//! for operators.
//!
//! This file holds the tokens, the problems and the expressions. Statements and the recovery from
//! mistakes are in files of their own.

use super::ast::{Arguments, BinaryOperator, Block, Call, Expr, ExprKind, Name, Rule, level};
use super::habits::Surprise;
use super::lexer::Lexer;
use super::recovery::Recovery;
use super::token::{Broken, Token, TokenKind, shorten};
use super::{MAX_NESTING, MAX_OPERATORS, MAX_PROBLEMS};
use crate::diagnostic::{Code, Diagnostic, Severity, check_size};
use crate::dialect::Dialect;
use crate::source::{OffsetMap, Span};

/// A key that objects of JavaScript, and therefore both compilers, treat in another way.
pub(super) const LOST_KEY: &str = "__proto__";

/// The result of parsing a program.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The program, as far as it could be read.
    pub program: Block,
    /// The problems: errors and warnings.
    pub diagnostics: Vec<Diagnostic>,
}

impl Parsed {
    /// The program, if it has no problems but warnings.
    pub fn valid(&self) -> Option<&Block> {
        let has_error = self.diagnostics.iter().any(|found| found.severity == Severity::Error);
        (!has_error).then_some(&self.program)
    }
}

/// Parses a program. All spans are places in the source: `map` converts the program's own offsets.
pub fn parse(text: &str, map: &OffsetMap, dialect: Dialect) -> Parsed {
    let mut statements = match Statements::new(text, map, dialect) {
        Ok(statements) => statements,
        Err(problem) => {
            return Parsed { program: Block::default(), diagnostics: vec![*problem] };
        }
    };
    let rules = statements.by_ref().collect();
    let program = Block { rules, span: map.span(Span::new(0, text.len())) };
    Parsed { program, diagnostics: statements.finish() }
}

/// The statements of a program, one after the other, so that a caller need not hold all of them.
/// After a mistake, some are left out.
pub(crate) struct Statements<'a> {
    parser: Parser<'a>,
}

impl<'a> Statements<'a> {
    pub(crate) fn new(
        text: &'a str,
        map: &'a OffsetMap,
        dialect: Dialect,
    ) -> Parse<Statements<'a>> {
        check_size(text.len())?;
        Ok(Statements { parser: Parser::new(text, map, dialect) })
    }

    /// Whether there has been an error so far.
    pub(crate) fn has_errors(&self) -> bool {
        self.parser.errors > 0
    }

    /// The problems of the program, after its last statement: errors and warnings.
    pub(crate) fn finish(mut self) -> Vec<Diagnostic> {
        self.parser.report_swallowed_code();
        self.parser.diagnostics
    }
}

impl Iterator for Statements<'_> {
    type Item = Rule;

    fn next(&mut self) -> Option<Rule> {
        self.parser.next_rule(None)
    }
}

pub(super) type Parse<T> = Result<T, Box<Diagnostic>>;

pub(super) struct Parser<'a> {
    pub(super) lexer: Lexer<'a>,
    pub(super) map: &'a OffsetMap,
    pub(super) dialect: Dialect,
    /// The last token that was read, the next token, and the one after it.
    pub(super) previous: Token,
    pub(super) token: Token,
    pub(super) following: Token,
    nesting: usize,
    /// The number of open braces, now and at the beginning of the statement.
    pub(super) braces: usize,
    pub(super) statement_braces: usize,
    /// The first token of the statement.
    pub(super) statement: Token,
    pub(super) recovery: Recovery,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The number of errors among them.
    pub(super) errors: usize,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, map: &'a OffsetMap, dialect: Dialect) -> Parser<'a> {
        let mut lexer = Lexer::new(text).with_folds(map.folds());
        let previous = Token::START;
        let (token, following) = (lexer.next(), lexer.next());
        Parser {
            lexer,
            map,
            dialect,
            previous,
            token,
            following,
            nesting: 0,
            braces: 0,
            statement_braces: 0,
            statement: token,
            recovery: Recovery::default(),
            diagnostics: Vec::new(),
            errors: 0,
        }
    }

    // Tokens

    pub(super) fn kind(&self) -> TokenKind {
        self.token.kind
    }

    pub(super) fn text(&self) -> &'a str {
        &self.lexer.text()[self.token.span.start as usize..self.token.span.end as usize]
    }

    /// The place of the next token.
    pub(super) fn span(&self) -> Span {
        self.map.span(self.token.span)
    }

    /// The start of the next token, in the program's own text.
    pub(super) fn start(&self) -> u32 {
        self.token.span.start
    }

    /// The place from a start to the end of the last token that was read.
    pub(super) fn span_from(&self, start: u32) -> Span {
        self.map.span(Span { start, end: self.previous.span.end.max(start) })
    }

    /// The place just after the last token that was read.
    pub(super) fn after_previous(&self) -> Span {
        let Span { start, end } = self.previous.span;
        let end = self.map.span(Span { start: end.saturating_sub(1).max(start), end }).end;
        Span { start: end, end }
    }

    pub(super) fn advance(&mut self) {
        match self.token.kind {
            TokenKind::Mark("{") => self.braces += 1,
            TokenKind::Mark("}") => self.braces = self.braces.saturating_sub(1),
            _ => {}
        }
        self.previous = self.token;
        self.token = self.following;
        self.following = self.lexer.next();
    }

    pub(super) fn is(&self, mark: &'static str) -> bool {
        self.token.kind == TokenKind::Mark(mark)
    }

    /// Reads a mark if it is the next token.
    pub(super) fn take(&mut self, mark: &'static str) -> bool {
        let found = self.is(mark);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn expect(&mut self, mark: &'static str, after: &str) -> Parse<()> {
        if self.take(mark) {
            Ok(())
        } else {
            let problem = self.missing(&format!("`{mark}` {after}"));
            // The token that was found instead may be the mistake.
            if !problem.replacements.is_empty() {
                return Err(problem);
            }
            let end = self.after_previous().end;
            Err(problem.replace(Span { start: end, end }, mark).boxed())
        }
    }

    /// Reads a number together with the sign that touches it, if the dialect reads numbers so.
    pub(super) fn signed_number(&mut self) -> Option<f64> {
        let negative = self.is("-");
        let touches = self.token.span.end == self.following.span.start;
        if !(negative || self.is("+")) || !touches || !self.dialect.sign_joins_number() {
            return None;
        }
        let TokenKind::Number(number) = self.following.kind else {
            return None;
        };
        self.advance();
        self.advance();
        Some(if negative { -number } else { number })
    }

    // Problems

    pub(super) fn report(&mut self, problem: Diagnostic) {
        match problem.severity {
            Severity::Error => self.errors += 1,
            // A script may cause the same warning any number of times.
            Severity::Warning if self.diagnostics.len() > MAX_PROBLEMS => return,
            _ => {}
        }
        self.diagnostics.push(problem);
    }

    /// The problem of a missing token. At the end of a line, the token is missing there, and not
    /// where the next line begins.
    pub(super) fn missing(&self, expected: &str) -> Box<Diagnostic> {
        let found = match self.kind() {
            TokenKind::Broken(_) => return self.unexpected(expected),
            TokenKind::End => "script",
            _ if self.token.first && !self.surprise().is_word_operator() => "line",
            _ => return self.unexpected(expected),
        };
        let message = format!("expected {expected}, found the end of the {found}");
        let error = Diagnostic::error(Code::Syntax, self.after_previous(), message);
        let between = &self.lexer.text()[self.previous.span.end as usize..];
        if between.starts_with('#') {
            error.help("a `#` begins a comment, except in quotes").boxed()
        } else {
            error.boxed()
        }
    }

    pub(super) fn unexpected(&self, expected: &str) -> Box<Diagnostic> {
        let found = match self.kind() {
            TokenKind::Broken(broken) => return self.broken(broken),
            TokenKind::End => "the end of the script".to_owned(),
            _ => format!("`{}`", shorten(self.text())),
        };
        let message = format!("expected {expected}, found {found}");
        let mut error = Diagnostic::error(Code::Syntax, self.span(), message);
        if let Some(meant) = self.surprise().meant() {
            error = error.replace(self.span(), meant);
        }
        match self.surprise().help() {
            Some(help) => error.help(help).boxed(),
            None => error.boxed(),
        }
    }

    fn surprise(&self) -> Surprise<'a> {
        Surprise {
            text: self.lexer.text(),
            token: self.token,
            previous: self.previous,
            following: self.following,
            statement: self.statement,
        }
    }

    fn broken(&self, broken: Broken) -> Box<Diagnostic> {
        let mut span = self.token.span;
        if broken == Broken::EndlessString {
            if let Some(end) = self.typographic_end(self.token) {
                return self.wrong_end(self.token, end).boxed();
            }
            span.end = span.start + 1;
        }
        broken.diagnose(self.text(), self.map.span(span)).boxed()
    }

    /// Runs a part of the parser at the next level of nesting.
    pub(super) fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        if self.nesting == MAX_NESTING {
            let message = format!("nesting deeper than {MAX_NESTING} levels");
            return Err(Diagnostic::error(Code::TooDeep, self.span(), message)
                .help("set variables to the inner parts")
                .boxed());
        }
        self.nesting += 1;
        let parsed = parse(self);
        self.nesting -= 1;
        parsed
    }

    // Expressions

    pub(super) fn name(&mut self) -> Name {
        let name = Name { text: self.text().into(), span: self.span() };
        self.advance();
        name
    }

    pub(super) fn expr(&mut self) -> Parse<Expr> {
        self.binary(level::LOOSEST)
    }

    /// Parses operands with operators of at least the precedence `min` between them.
    fn binary(&mut self, min: u8) -> Parse<Expr> {
        let start = self.start();
        let mut left = self.operand()?;
        while let TokenKind::Mark(mark) = self.kind()
            && let Some(operator) = BinaryOperator::from_mark(mark)
            && operator.level() >= min
        {
            let place = self.span();
            self.advance();
            let right = self.binary(operator.level() + 1)?;
            let kind = ExprKind::Binary(operator, Box::new(left), Box::new(right));
            left = self.grown(kind, start, place)?;
        }
        Ok(left)
    }

    /// An expression that contains the one before it, and so can become deep without brackets.
    fn grown(&self, kind: ExprKind, start: u32, place: Span) -> Parse<Expr> {
        let expr = Expr::new(kind, self.span_from(start));
        if expr.height > MAX_OPERATORS {
            let message = format!("more than {MAX_OPERATORS} operators in one expression");
            return Err(Diagnostic::error(Code::TooDeep, place, message)
                .help("set variables to parts of it")
                .boxed());
        }
        Ok(expr)
    }

    fn operand(&mut self) -> Parse<Expr> {
        let start = self.start();
        let kind = if let Some(number) = self.signed_number() {
            ExprKind::Number(number)
        } else if self.take("-") {
            let value = self.nested(|parser| parser.binary(level::PRODUCT))?;
            return Ok(Expr::new(ExprKind::Negative(Box::new(value)), self.span_from(start)));
        } else if self.take("!") {
            let loosest = self.dialect.not_binds_loosest();
            let min = if loosest { level::LOOSEST } else { level::TIGHTEST };
            let value = self.nested(|parser| parser.binary(min))?;
            return Ok(Expr::new(ExprKind::Not(Box::new(value)), self.span_from(start)));
        } else {
            self.primary()?
        };
        let mut expr = Expr::new(kind, self.span_from(start));
        while self.is("[") {
            let place = self.span();
            self.advance();
            let index = self.nested(Self::expr)?;
            self.expect("]", "after the index")?;
            expr = self.grown(ExprKind::Index(Box::new(expr), Box::new(index)), start, place)?;
        }
        Ok(expr)
    }

    fn primary(&mut self) -> Parse<ExprKind> {
        let kind = match self.kind() {
            TokenKind::Identifier => {
                let name = self.name();
                if !self.is("(") {
                    return Ok(ExprKind::Variable(name.text));
                }
                self.advance();
                let arguments = self.nested(Self::arguments)?;
                return Ok(ExprKind::Call(Box::new(Call { name, arguments })));
            }
            TokenKind::Mark("[") => {
                self.advance();
                return self.nested(Self::list);
            }
            TokenKind::Mark("{") => return self.block().map(ExprKind::Block),
            TokenKind::Mark("(") => {
                self.advance();
                let inner = self.nested(Self::expr)?;
                if self.is(",") {
                    let problem = self.unexpected("`)` to close the parenthesis");
                    return Err(problem.help("write a list as `[1, 2]`").boxed());
                }
                self.expect(")", "to close the parenthesis")?;
                return Ok(ExprKind::Parenthesis(Box::new(inner)));
            }
            TokenKind::Mark("@") => {
                self.advance();
                return self.literal().map(Box::new).map(ExprKind::Literal);
            }
            TokenKind::Number(number) => ExprKind::Number(number),
            TokenKind::String => ExprKind::String(self.string_value()),
            TokenKind::True => ExprKind::Bool(true),
            TokenKind::False => ExprKind::Bool(false),
            TokenKind::Null => ExprKind::Null,
            _ => return Err(self.missing("an expression")),
        };
        self.advance();
        Ok(kind)
    }

    /// The value of the string that is the next token: the text between its quotes.
    pub(super) fn string_value(&self) -> Box<str> {
        let text = self.text();
        text[1..text.len() - 1].into()
    }

    fn list(&mut self) -> Parse<ExprKind> {
        let mut list = Vec::new();
        if self.take("]") {
            return Ok(ExprKind::List(list));
        }
        // A leading comma is accepted, as the reference compilers do.
        self.take(",");
        loop {
            list.push(self.value("a value in the list")?);
            if self.take("]") {
                return Ok(ExprKind::List(list));
            }
            self.expect(",", "or `]` in the list")?;
        }
    }

    fn arguments(&mut self) -> Parse<Arguments> {
        if self.take(")") {
            return Ok(Arguments::Positional(Vec::new()));
        }
        let mut positional = Vec::new();
        let mut named = Vec::new();
        loop {
            let start = self.span();
            let is_named =
                self.kind() == TokenKind::Identifier && self.following.kind == TokenKind::Mark("=");
            if is_named {
                let name = self.name();
                if &*name.text == LOST_KEY {
                    let message = format!("an argument cannot be called `{LOST_KEY}`");
                    let error = Diagnostic::error(Code::Syntax, name.span, message);
                    self.report(error.help("both compilers would lose it: call it something else"));
                }
                self.advance();
                named.push((name, self.expr()?));
            } else {
                positional.push(self.expr()?);
            }
            if !named.is_empty() && !positional.is_empty() {
                let message = "arguments with and without a name are mixed";
                return Err(Diagnostic::error(Code::Syntax, start, message)
                    .help("name every argument: `choices=[...], unit=userid`")
                    .boxed());
            }
            if self.take(")") {
                break;
            }
            self.expect(",", "or `)` after the argument")?;
        }
        Ok(if named.is_empty() {
            Arguments::Positional(positional)
        } else {
            Arguments::Named(named)
        })
    }
}
