//! The compiler: it turns the syntax tree into the JSON form.

use indexmap::IndexMap;

use crate::dialect::Dialect;
use crate::number;
use crate::source::Span;
use crate::syntax::ast::{
    Arguments, BinaryOperator, Block, Expr, ExprKind, If, Literal, LiteralKind, Name, Rule, Switch,
};
use crate::tree::{Kind, Map, Node};

/// The JSON form of a program. Each node has the place of the text that it was made from.
pub fn emit(program: &Block, dialect: Dialect) -> Node {
    Emitter { dialect }.block(program)
}

struct Emitter {
    dialect: Dialect,
}

/// A node `{"op": name, ...}`.
fn op<const N: usize>(name: &str, span: Span, entries: [(&str, Node); N]) -> Node {
    let mut map = Map::default();
    map.push("op", Node::string(name, span));
    for (key, value) in entries {
        map.push(key, value);
    }
    Node::new(Kind::Map(map), span)
}

fn list(nodes: Vec<Node>, span: Span) -> Node {
    Node::new(Kind::List(nodes), span)
}

impl Emitter {
    fn block(&self, block: &Block) -> Node {
        let rules = block.rules.iter().map(|rule| self.rule(rule)).collect();
        op("seq", block.span, [("seq", list(rules, block.span))])
    }

    fn rule(&self, rule: &Rule) -> Node {
        match rule {
            Rule::Assign { name, value, span } => {
                let variable = Node::string(name.text.clone(), name.span);
                op("set", *span, [("var", variable), ("value", self.expr(value))])
            }
            Rule::If(rule) => self.if_rule(rule),
            Rule::Switch(rule) => self.switch_rule(rule),
            Rule::Return(rule) => op("return", rule.span, [("value", self.expr(&rule.value))]),
        }
    }

    fn if_rule(&self, rule: &If) -> Node {
        let branch = |condition: Node, then: &Expr| {
            let mut map = Map::default();
            let span = condition.span.to(then.span);
            map.push("if", condition);
            map.push("then", self.expr(then));
            Node::new(Kind::Map(map), span)
        };
        let mut branches: Vec<Node> = rule
            .branches
            .iter()
            .map(|(condition, then)| branch(self.expr(condition), then))
            .collect();
        if let Some(otherwise) = &rule.otherwise {
            let always = Node::new(Kind::Bool(true), otherwise.span.before());
            branches.push(branch(always, otherwise));
        }
        op("cond", rule.span, [("cond", list(branches, rule.span))])
    }

    fn switch_rule(&self, rule: &Switch) -> Node {
        let case = |(condition, control): &(Expr, Rule)| {
            let span = condition.span.to(control.span());
            // Every known compiler misspells this key.
            let condition = ("condidion", self.expr(condition));
            op("case", span, [condition, ("result", self.rule(control))])
        };
        let cases = rule.cases.iter().map(case).collect();
        op("switch", rule.span, [("cases", list(cases, rule.span))])
    }

    fn expr(&self, expr: &Expr) -> Node {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Variable(name) => {
                op("get", span, [("var", Node::string(name.clone(), span))])
            }
            ExprKind::Number(number) => Node::new(self.number(*number), span),
            ExprKind::String(text) => Node::string(text.clone(), span),
            ExprKind::Bool(bool) => Node::new(Kind::Bool(*bool), span),
            ExprKind::Null => Node::new(Kind::Null, span),
            ExprKind::List(items) => op("array", span, [("values", self.exprs(items, span))]),
            ExprKind::Block(block) => self.block(block),
            ExprKind::Parenthesis(inner) => self.expr(inner),
            ExprKind::Call(call) => self.call(&call.name, &call.arguments, span),
            ExprKind::Index(base, index) => {
                op("index", span, [("base", self.expr(base)), ("index", self.expr(index))])
            }
            ExprKind::Literal(json) => op("literal", span, [("value", self.literal(json))]),
            ExprKind::Negative(value) => op("negative", span, [("value", self.expr(value))]),
            ExprKind::Not(value) => op("not", span, [("value", self.expr(value))]),
            ExprKind::Binary(operator, left, right) => {
                self.binary(*operator, self.expr(left), self.expr(right), span)
            }
        }
    }

    /// A constant: a double or, if the dialect has integers, the number that JavaScript prints.
    fn number(&self, number: f64) -> Kind {
        if !self.dialect.has_integers() {
            return Kind::Float(number);
        }
        let text = number::javascript(number);
        if text.contains(['.', 'e']) {
            Kind::Float(number)
        } else {
            text.parse().map_or_else(|_| Kind::Wide((&*text).into()), Kind::Int)
        }
    }

    fn exprs(&self, exprs: &[Expr], span: Span) -> Node {
        list(exprs.iter().map(|expr| self.expr(expr)).collect(), span)
    }

    fn call(&self, name: &Name, arguments: &Arguments, span: Span) -> Node {
        let mut map = Map::default();
        match arguments {
            Arguments::Positional(values) => match values.as_slice() {
                [] => {}
                [value] => map.push("value", self.expr(value)),
                values => map.push("values", self.exprs(values, span)),
            },
            Arguments::Named(arguments) => {
                for (name, value) in arguments {
                    map.set_at(name.text.clone(), name.span, self.expr(value));
                }
            }
        }
        map.set("op", Node::string(name.text.clone(), name.span));
        Node::new(Kind::Map(map), span)
    }

    fn binary(&self, operator: BinaryOperator, left: Node, right: Node, span: Span) -> Node {
        let pair = |name, left, right| op(name, span, [("left", left), ("right", right)]);
        let values =
            |name, left, right| op(name, span, [("values", list(vec![left, right], span))]);
        match operator {
            BinaryOperator::Or => values("or", left, right),
            BinaryOperator::And => values("and", left, right),
            BinaryOperator::Coalesce => values("coalesce", left, right),
            BinaryOperator::Equals => pair("equals", left, right),
            BinaryOperator::NotEquals => op("not", span, [("value", pair("equals", left, right))]),
            BinaryOperator::Less => pair("<", left, right),
            BinaryOperator::Greater => pair(">", left, right),
            BinaryOperator::LessOrEqual => pair("<=", left, right),
            BinaryOperator::GreaterOrEqual => pair(">=", left, right),
            BinaryOperator::Add => values("sum", left, right),
            BinaryOperator::Subtract => {
                let place = right.span;
                values("sum", left, op("negative", place, [("value", right)]))
            }
            BinaryOperator::Multiply => values("product", left, right),
            BinaryOperator::Divide => pair("/", left, right),
            BinaryOperator::Modulo => pair("%", left, right),
        }
    }

    fn literal(&self, literal: &Literal) -> Node {
        let kind = match &literal.kind {
            LiteralKind::Null => Kind::Null,
            LiteralKind::Bool(bool) => Kind::Bool(*bool),
            LiteralKind::Number(number) => self.number(*number),
            LiteralKind::String(text) => Kind::String(text.clone()),
            LiteralKind::List(list) => {
                Kind::List(list.iter().map(|item| self.literal(item)).collect())
            }
            LiteralKind::Map(entries) => {
                // A key that is given twice has its first position and its last value.
                let last: IndexMap<&str, &Literal> =
                    entries.iter().map(|(key, value)| (&*key.text, value)).collect();
                let mut last: Vec<(&str, &Literal)> = last.into_iter().collect();
                last.sort_by_key(|(key, _)| {
                    array_index(key).map_or((true, 0), |index| (false, index))
                });
                let mut map = Map::default();
                for (key, value) in last {
                    map.push(key, self.literal(value));
                }
                Kind::Map(map)
            }
        };
        Node::new(kind, literal.span)
    }
}

/// The number of a key that JavaScript treats as an index of an array. An object has such keys first
/// and in ascending order, however they are written, and both compilers are JavaScript.
fn array_index(key: &str) -> Option<u32> {
    let index = key.parse().ok().filter(|&index| index < u32::MAX)?;
    // The key has no sign, and no zero at its start.
    (itoa::Buffer::new().format(index) == key).then_some(index)
}
