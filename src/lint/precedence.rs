//! Operators whose precedence differs from other languages.
//!
//! These are the only checks that use the syntax tree: the compiled form has no parentheses any more.

use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::Dialect;
use crate::source::SourceText;
use crate::syntax::ast::{Arguments, BinaryOperator, Block, Expr, ExprKind, Rule};

pub(super) fn check(
    program: &Block,
    source: &SourceText,
    dialect: Dialect,
    found: &mut Vec<Diagnostic>,
) {
    let mut exprs: Vec<&Expr> = Vec::new();
    program.rules.iter().for_each(|rule| operands_of_rule(rule, &mut exprs));
    while let Some(expr) = exprs.pop() {
        found.extend(match &expr.kind {
            ExprKind::Binary(operator, left, right) => {
                mixed_logic(expr, *operator, left, right, source)
            }
            ExprKind::Not(value) if dialect.not_binds_loosest() => {
                negated_comparison(expr, value, source)
            }
            _ => None,
        });
        operands(expr, &mut exprs);
    }
}

/// `a || b && c` is `(a || b) && c`: the three logical operators have the same precedence.
fn mixed_logic(
    expr: &Expr,
    operator: BinaryOperator,
    left: &Expr,
    right: &Expr,
    source: &SourceText,
) -> Option<Diagnostic> {
    use BinaryOperator::{And, Coalesce, Or};

    let ExprKind::Binary(inner, ..) = left.kind else {
        return None;
    };
    // `a && b || c` means the same everywhere.
    let is_trap =
        matches!((inner, operator), (Or, And) | (Or | And, Coalesce) | (Coalesce, Or | And));
    is_trap.then(|| {
        let mark = |operator| match operator {
            Or => "||",
            And => "&&",
            _ => "??",
        };
        let (inner, outer) = (mark(inner), mark(operator));
        let message = format!("`{inner}` and `{outer}` have the same precedence here, and are evaluated from left to right");
        Diagnostic::finding(Code::MixedLogic, expr.span, message)
            .also(left.span, "this is evaluated first")
            .help(format!(
                "write parentheses: `({}) {outer} {}`, or others if you mean another order",
                shown(left, source),
                shown(right, source),
            ))
    })
}

/// In planout4j `!a == b` is `!(a == b)`.
fn negated_comparison(expr: &Expr, value: &Expr, source: &SourceText) -> Option<Diagnostic> {
    if !matches!(value.kind, ExprKind::Binary(..)) {
        return None;
    }
    let mut first = value;
    while let ExprKind::Binary(_, left, _) = &first.kind {
        first = left;
    }
    let message = "`!` negates the whole expression that follows";
    Some(
        Diagnostic::finding(Code::NegatedComparison, expr.span, message)
            .also(value.span, "this is negated")
            .help(format!(
                "write `!({})`, or `(!{})` to negate only that",
                shown(value, source),
                shown(first, source),
            )),
    )
}

/// The text of an expression, if a message can hold it.
fn shown<'s>(expr: &Expr, source: &'s SourceText) -> &'s str {
    const LONGEST: usize = 40;
    match source.slice(expr.span) {
        text if text.len() <= LONGEST && !text.contains('\n') => text,
        _ => "...",
    }
}

fn operands<'a>(expr: &'a Expr, into: &mut Vec<&'a Expr>) {
    match &expr.kind {
        ExprKind::List(list) => into.extend(list),
        ExprKind::Call(call) => match &call.arguments {
            Arguments::Positional(list) => into.extend(list),
            Arguments::Named(list) => into.extend(list.iter().map(|(_, e)| e)),
        },
        ExprKind::Block(block) => {
            block.rules.iter().for_each(|rule| operands_of_rule(rule, into));
        }
        ExprKind::Parenthesis(inner) | ExprKind::Negative(inner) | ExprKind::Not(inner) => {
            into.push(inner);
        }
        ExprKind::Index(a, b) | ExprKind::Binary(_, a, b) => into.extend([&**a, &**b]),
        ExprKind::Variable(_)
        | ExprKind::Number(_)
        | ExprKind::String(_)
        | ExprKind::Bool(_)
        | ExprKind::Null
        | ExprKind::Literal(_) => {}
    }
}

fn operands_of_rule<'a>(rule: &'a Rule, into: &mut Vec<&'a Expr>) {
    match rule {
        Rule::Assign { value, .. } => into.push(value),
        Rule::If(rule) => {
            into.extend(rule.branches.iter().flat_map(|(a, b)| [a, b]));
            into.extend(&rule.otherwise);
        }
        Rule::Switch(rule) => {
            for (condition, control) in &rule.cases {
                into.push(condition);
                operands_of_rule(control, into);
            }
        }
        Rule::Return(rule) => into.push(&rule.value),
    }
}
