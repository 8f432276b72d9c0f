//! The layout: it turns the syntax tree into commands for the printer. The tree says which tokens
//! belong together. The printed tokens and comments are the program's own, each used once and in
//! order.

use std::{mem, slice};

use super::pieces::{Comment, Piece, pieces};
use super::printer::{Printer, Style};
use crate::dialect::Dialect;
use crate::source::Span;
use crate::syntax::TokenKind;
use crate::syntax::ast::{
    Arguments, Block, Expr, ExprKind, If, Literal, LiteralKind, Return, Rule, Switch,
};

/// Lays out a program, statement by statement. Printed statements are not kept.
pub(super) struct Layout<'a> {
    /// The next token to print, and the one after it.
    piece: Piece<'a>,
    following: Piece<'a>,
    pieces: Box<dyn Iterator<Item = Piece<'a>> + 'a>,
    /// Whether no statement has been printed yet.
    first: bool,
    out: Printer<'a>,
    dialect: Dialect,
}

/// The gap between two tokens without a comment.
#[derive(Clone, Copy)]
enum Gap {
    Nothing,
    /// A line end if the group breaks, and nothing otherwise.
    Soft,
    /// A line end if the group breaks, and a space otherwise.
    Line,
}

impl<'a> Layout<'a> {
    pub(super) fn new(text: &'a str, style: Style, dialect: Dialect) -> Layout<'a> {
        let mut pieces = pieces(text);
        let mut next = || pieces.next().unwrap_or(Piece::NOTHING);
        let (piece, following) = (next(), next());
        let out = Printer::new(style);
        Layout { piece, following, pieces: Box::new(pieces), first: true, out, dialect }
    }

    /// Prints the next statement of the program. The statement was parsed from this text, with places
    /// in the text itself.
    pub(super) fn statement(&mut self, rule: &Rule) {
        let mut first = self.first;
        self.rules(slice::from_ref(rule), &mut first);
        self.first = first;
    }

    /// The whole text, after its last statement. `None` for a program with comments that should be on
    /// one line.
    pub(super) fn finish(mut self) -> Option<String> {
        let mut first = self.first;
        self.comments_between_rules(&mut first);
        self.out.finish()
    }

    // Tokens

    fn is(&self, mark: &'static str) -> bool {
        self.piece.kind == TokenKind::Mark(mark)
    }

    /// Prints a token, after the comments before it.
    fn token(&mut self) {
        self.gap(Gap::Nothing);
        self.token_as(self.piece.text);
    }

    /// Prints a token that must follow the one before it directly. Comments between the two are moved
    /// after it.
    fn glued(&mut self) {
        self.glued_as(self.piece.text);
    }

    fn glued_as(&mut self, text: &'a str) {
        self.put_comments_off();
        self.token_as(text);
    }

    fn token_as(&mut self, text: &'a str) {
        self.out.text(text);
        self.advance();
    }

    /// Leaves out a mark that has no meaning, if it is the next token.
    fn leave_out(&mut self, mark: &'static str) {
        if self.is(mark) {
            self.put_comments_off();
            self.advance();
        }
    }

    /// The last token is the end, and is never passed.
    fn advance(&mut self) {
        if self.piece.kind != TokenKind::End {
            let next = self.pieces.next().unwrap_or(Piece::NOTHING);
            self.piece = mem::replace(&mut self.following, next);
        }
    }

    /// Prints all tokens of a place unchanged, such as a sign and its number.
    fn leaf(&mut self, place: Span) {
        self.token();
        while self.piece.start < place.end {
            self.token();
        }
    }

    // Comments and other gaps between tokens

    /// Moves the comments before the next token after it.
    fn put_comments_off(&mut self) {
        if self.piece.kind != TokenKind::End {
            self.draw_comments_in();
            mem::swap(&mut self.piece.comments, &mut self.following.comments);
        }
    }

    /// Moves the comments after the next token before it.
    fn draw_comments_in(&mut self) {
        self.piece.comments.append(&mut self.following.comments);
    }

    fn gap(&mut self, gap: Gap) {
        if self.comments() {
            self.out.hard_line(false);
            return;
        }
        match gap {
            Gap::Nothing => {}
            Gap::Soft => self.out.line(""),
            Gap::Line => self.out.line(" "),
        }
    }

    /// Prints a part that belongs to the token before it, after the text between the two. If there
    /// are comments between the two, the part is printed below them, with more indentation.
    fn hanging(&mut self, between: &'static str, contents: impl FnOnce(&mut Self)) {
        if self.piece.comments.is_empty() {
            self.out.text(between);
            contents(self);
        } else {
            self.out.indent();
            self.gap(Gap::Nothing);
            contents(self);
            self.out.dedent();
        }
    }

    /// Prints the comments before the next token, if there are any. The line must end after them.
    fn comments(&mut self) -> bool {
        let comments = mem::take(&mut self.piece.comments);
        for (index, comment) in comments.iter().enumerate() {
            if comment.alone || index > 0 {
                self.out.hard_line(false);
            }
            self.out.comment(comment.text);
        }
        !comments.is_empty()
    }

    /// Prints the comments before a statement, or before the end of a block. `first` says whether the
    /// block has nothing before them.
    fn comments_between_rules(&mut self, first: &mut bool) {
        let comments = mem::take(&mut self.piece.comments);
        for (index, Comment { text, alone, blank }) in comments.into_iter().enumerate() {
            if alone || index > 0 {
                self.out.hard_line(blank && !*first);
                *first = false;
            }
            self.out.comment(text);
        }
    }

    // Statements

    fn rules(&mut self, rules: &[Rule], first: &mut bool) {
        for rule in rules {
            self.begin_rule(first);
            let is_closed = self.rule(rule);
            self.leave_out(";");
            if !is_closed {
                self.out.text(";");
            }
        }
    }

    /// Starts the line of a statement.
    fn begin_rule(&mut self, first: &mut bool) {
        self.comments_between_rules(first);
        self.out.hard_line(self.piece.blank && !*first);
        *first = false;
    }

    /// Prints a statement up to its semicolon. Returns whether a brace closes it, so that it needs no
    /// semicolon.
    fn rule(&mut self, rule: &Rule) -> bool {
        match rule {
            Rule::Assign { value, .. } => {
                self.token();
                self.out.text(" ");
                self.glued_as("=");
                self.value(value);
                false
            }
            Rule::If(rule) => self.if_rule(rule),
            Rule::Switch(rule) => {
                self.switch_rule(rule);
                true
            }
            Rule::Return(Return { value, .. }) => {
                self.token();
                self.value(value);
                false
            }
        }
    }

    fn if_rule(&mut self, rule: &If) -> bool {
        for (index, (condition, then)) in rule.branches.iter().enumerate() {
            if index > 0 {
                // A comment between `else` and `if` comes before both.
                self.draw_comments_in();
                self.before_else();
                self.token();
                self.out.text(" ");
            }
            self.token();
            self.out.text(" ");
            self.glued();
            self.brackets(false, |layout| layout.chained(condition, false));
            self.value(then);
        }
        if let Some(otherwise) = &rule.otherwise {
            self.before_else();
            self.token();
            self.value(otherwise);
        }
        let last = rule.branches.last().map(|(_, then)| then);
        let last = rule.otherwise.as_ref().or(last);
        last.is_some_and(|last| matches!(last.kind, ExprKind::Block(_)))
    }

    fn before_else(&mut self) {
        if self.comments() { self.out.hard_line(false) } else { self.out.text(" ") }
    }

    /// Prints the end of a statement or of a part of one.
    fn value(&mut self, value: &Expr) {
        match &value.kind {
            ExprKind::Block(block) => {
                self.out.text(" ");
                self.block(block);
            }
            _ => self.hanging(" ", |layout| layout.expr(value)),
        }
    }

    fn switch_rule(&mut self, rule: &Switch) {
        self.token();
        self.out.text(" ");
        self.braces(rule.cases.is_empty(), |layout, first| {
            for (condition, control) in &rule.cases {
                layout.begin_rule(first);
                layout.expr(condition);
                layout.out.text(" ");
                layout.glued();
                layout.hanging(" ", |layout| {
                    layout.rule(control);
                });
                layout.glued();
            }
        });
    }

    fn block(&mut self, block: &Block) {
        self.braces(block.rules.is_empty(), |layout, first| layout.rules(&block.rules, first));
    }

    /// Prints braces with their content on lines of its own.
    fn braces(&mut self, empty: bool, contents: impl FnOnce(&mut Self, &mut bool)) {
        self.glued();
        if empty && self.piece.comments.is_empty() {
            self.token();
            return;
        }
        self.out.indent();
        let mut first = true;
        contents(self, &mut first);
        self.comments_between_rules(&mut first);
        self.out.dedent();
        self.out.hard_line(false);
        self.token();
    }

    // Expressions

    fn expr(&mut self, expr: &Expr) {
        self.chained(expr, true);
    }

    /// Prints an expression. If the expression is a chain of operators that breaks, its further lines
    /// are indented more, if it hangs on other text.
    fn chained(&mut self, expr: &Expr, hangs: bool) {
        match &expr.kind {
            ExprKind::Binary(..) => self.chain(expr, hangs),
            ExprKind::Index(..) => self.indices(expr),
            ExprKind::List(items) => {
                self.token();
                self.leave_out(",");
                self.items(items, |layout, item| layout.expr(item));
            }
            ExprKind::Block(block) => {
                self.gap(Gap::Nothing);
                self.block(block);
            }
            ExprKind::Parenthesis(inner) => {
                self.token();
                self.brackets(false, |layout| layout.chained(inner, false));
            }
            ExprKind::Call(call) => {
                self.token();
                self.glued();
                self.arguments(&call.arguments);
            }
            ExprKind::Literal(literal) => {
                self.token();
                self.hanging("", |layout| layout.literal(literal));
            }
            ExprKind::Negative(value) => {
                self.token();
                // A minus directly before a number would become its sign.
                let is_number = matches!(self.piece.kind, TokenKind::Number(_));
                let joins = is_number && self.dialect.sign_joins_number();
                self.hanging(if joins { " " } else { "" }, |layout| layout.expr(value));
            }
            ExprKind::Not(value) => {
                self.token();
                self.hanging("", |layout| layout.expr(value));
            }
            ExprKind::Variable(_)
            | ExprKind::Number(_)
            | ExprKind::String(_)
            | ExprKind::Bool(_)
            | ExprKind::Null => self.leaf(expr.span),
        }
    }

    /// A chain of operators of one level: all on one line, or each on its own line.
    fn chain(&mut self, expr: &Expr, hangs: bool) {
        let mut first = expr;
        let mut others = Vec::new();
        let mut level = None;
        while let ExprKind::Binary(operator, left, right) = &first.kind
            && *level.get_or_insert(operator.level()) == operator.level()
        {
            others.push(right);
            first = left;
        }
        self.out.begin();
        if hangs {
            self.out.indent();
        }
        self.expr(first);
        for operand in others.into_iter().rev() {
            // A comment after the operator would separate it from its operand.
            self.draw_comments_in();
            self.gap(Gap::Line);
            self.token();
            self.out.text(" ");
            self.expr(operand);
        }
        if hangs {
            self.out.dedent();
        }
        self.out.end();
    }

    fn indices(&mut self, expr: &Expr) {
        let mut base = expr;
        let mut indices = Vec::new();
        while let ExprKind::Index(inner, index) = &base.kind {
            indices.push(index);
            base = inner;
        }
        self.expr(base);
        for index in indices.into_iter().rev() {
            self.glued();
            self.brackets(false, |layout| layout.chained(index, false));
        }
    }

    fn arguments(&mut self, arguments: &Arguments) {
        match arguments {
            Arguments::Positional(values) => {
                self.items(values, |layout, value| layout.expr(value));
            }
            Arguments::Named(values) => self.items(values, |layout, (_, value)| {
                layout.token();
                layout.glued();
                layout.hanging("", |layout| layout.expr(value));
            }),
        }
    }

    fn literal(&mut self, literal: &Literal) {
        match &literal.kind {
            LiteralKind::List(items) => {
                self.token();
                self.leave_out(",");
                self.items(items, |layout, item| layout.literal(item));
            }
            LiteralKind::Map(entries) => {
                self.token();
                self.leave_out(",");
                self.items(entries, |layout, (key, value)| {
                    layout.leaf(key.span);
                    layout.glued();
                    layout.hanging(" ", |layout| layout.literal(value));
                });
            }
            LiteralKind::Null
            | LiteralKind::Bool(_)
            | LiteralKind::Number(_)
            | LiteralKind::String(_) => self.leaf(literal.span),
        }
    }

    /// Prints the items after an opening bracket, and the closing bracket.
    fn items<T>(&mut self, items: &[T], mut item: impl FnMut(&mut Self, &T)) {
        self.brackets(items.is_empty(), |layout| {
            for (index, one) in items.iter().enumerate() {
                if index > 0 {
                    layout.glued();
                    layout.gap(Gap::Line);
                }
                item(layout, one);
            }
        });
    }

    /// Prints the content after an opening bracket, and the closing bracket.
    fn brackets(&mut self, empty: bool, contents: impl FnOnce(&mut Self)) {
        self.out.begin();
        self.out.indent();
        if !empty {
            self.gap(Gap::Soft);
            contents(self);
        }
        let must_break = self.comments();
        self.out.dedent();
        match must_break {
            true => self.out.hard_line(false),
            false if empty => {}
            false => self.out.line(""),
        }
        self.token();
        self.out.end();
    }
}
