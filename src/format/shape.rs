//! The structure of a program without its words. Together with the tokens of the program, it has the
//! same information as the syntax tree, and so determines the compiled form. It is as small as the
//! text.

use crate::syntax::ast::{Arguments, Expr, ExprKind, Literal, LiteralKind, Rule};

/// The mark at the end of a list of parts of any length.
const END: u8 = b'.';

/// A letter for each part of the statements. The letters of the parts inside follow.
#[derive(Default, PartialEq)]
pub(super) struct Shape(Vec<u8>);

impl Shape {
    pub(super) fn rule(&mut self, rule: &Rule) {
        match rule {
            Rule::Assign { value, .. } => {
                self.0.push(b'=');
                self.expr(value);
            }
            Rule::If(rule) => {
                self.0.push(b'i');
                for (condition, then) in &rule.branches {
                    self.expr(condition);
                    self.expr(then);
                }
                if let Some(otherwise) = &rule.otherwise {
                    self.0.push(b'e');
                    self.expr(otherwise);
                }
                self.0.push(END);
            }
            Rule::Switch(rule) => {
                self.0.push(b's');
                for (condition, control) in &rule.cases {
                    self.expr(condition);
                    self.rule(control);
                }
                self.0.push(END);
            }
            Rule::Return(rule) => {
                self.0.push(b'r');
                self.expr(&rule.value);
            }
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Variable(_) => self.0.push(b'v'),
            ExprKind::Number(_) => self.0.push(b'n'),
            ExprKind::String(_) => self.0.push(b't'),
            ExprKind::Bool(_) => self.0.push(b'b'),
            ExprKind::Null => self.0.push(b'0'),
            ExprKind::List(items) => self.all(b'[', items, Shape::expr),
            ExprKind::Block(block) => self.all(b'{', &block.rules, Shape::rule),
            ExprKind::Parenthesis(inner) => {
                self.0.push(b'(');
                self.expr(inner);
            }
            ExprKind::Call(call) => match &call.arguments {
                Arguments::Positional(values) => self.all(b'c', values, Shape::expr),
                Arguments::Named(values) => {
                    self.all(b'k', values, |shape, (_, value)| shape.expr(value));
                }
            },
            ExprKind::Index(base, index) => {
                self.0.push(b'x');
                self.expr(base);
                self.expr(index);
            }
            ExprKind::Literal(literal) => {
                self.0.push(b'@');
                self.literal(literal);
            }
            ExprKind::Negative(value) => {
                self.0.push(b'-');
                self.expr(value);
            }
            ExprKind::Not(value) => {
                self.0.push(b'!');
                self.expr(value);
            }
            ExprKind::Binary(_, left, right) => {
                self.0.push(b'+');
                self.expr(left);
                self.expr(right);
            }
        }
    }

    fn literal(&mut self, literal: &Literal) {
        match &literal.kind {
            LiteralKind::Null => self.0.push(b'0'),
            LiteralKind::Bool(_) => self.0.push(b'b'),
            LiteralKind::Number(_) => self.0.push(b'n'),
            LiteralKind::String(_) => self.0.push(b't'),
            LiteralKind::List(items) => self.all(b'[', items, Shape::literal),
            LiteralKind::Map(entries) => {
                self.all(b'{', entries, |shape, (_, value)| shape.literal(value));
            }
        }
    }

    fn all<T>(&mut self, letter: u8, items: &[T], mut item: impl FnMut(&mut Shape, &T)) {
        self.0.push(letter);
        for one in items {
            item(self, one);
        }
        self.0.push(END);
    }
}
