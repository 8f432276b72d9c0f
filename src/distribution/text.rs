//! Conditions in PlanOut language, for people to read and to be evaluated.

use super::term::{Term, TermKind};
use crate::dialect::Dialect;
use crate::eval::function::Function;
use crate::number;
use crate::tree::{Layout, to_json};
use crate::value::Value;

/// How tightly a text holds together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Binding {
    /// Nothing beside it can take it apart.
    Whole,
    /// It needs parentheses beside operators, but none beside `&&` and `||`.
    Compared,
    /// It needs parentheses beside both.
    Loose,
}

/// A condition as text.
pub(super) struct Condition {
    text: String,
    /// Whether it can stand beside `||` as it is.
    is_simple: bool,
}

/// Writes conditions, each with whether it holds, as one that holds if all do.
pub(super) fn all(conditions: &[(Term<'_>, bool)], dialect: Dialect) -> Condition {
    let writer = Writer { dialect };
    if let [(condition, truth)] = conditions {
        // A `!` negates all that follows it in planout4j.
        let text = writer.condition(condition, *truth).0;
        return Condition { is_simple: !text.starts_with('!'), text };
    }
    let parts = conditions.iter().map(|(condition, truth)| {
        let (text, binding) = writer.condition(condition, *truth);
        if binding == Binding::Loose { format!("({text})") } else { text }
    });
    Condition { text: parts.collect::<Vec<_>>().join(" && "), is_simple: false }
}

/// Writes conditions as one that holds if any of them does.
pub(super) fn any(conditions: Vec<Condition>) -> String {
    let is_one = conditions.len() == 1;
    let parts =
        conditions.into_iter().map(
            |Condition { text, is_simple }| {
                if is_one || is_simple { text } else { format!("({text})") }
            },
        );
    parts.collect::<Vec<_>>().join(" || ")
}

struct Writer {
    dialect: Dialect,
}

impl Writer {
    fn condition(&self, condition: &Term<'_>, truth: bool) -> (String, Binding) {
        if truth {
            return self.term(condition);
        }
        if let TermKind::Call(Function::Equals, arguments) = condition.kind() {
            return (self.infix("!=", arguments.iter().map(|(_, term)| term)), Binding::Compared);
        }
        (format!("!{}", self.operand(condition)), Binding::Loose)
    }

    fn operand(&self, term: &Term<'_>) -> String {
        match self.term(term) {
            (text, Binding::Whole) => text,
            (text, _) => format!("({text})"),
        }
    }

    fn infix<'t, 'a: 't>(
        &self,
        sign: &str,
        terms: impl IntoIterator<Item = &'t Term<'a>>,
    ) -> String {
        let operands: Vec<String> = terms.into_iter().map(|term| self.operand(term)).collect();
        operands.join(&format!(" {sign} "))
    }

    fn list<'t, 'a: 't>(&self, terms: impl IntoIterator<Item = &'t Term<'a>>) -> String {
        let items: Vec<String> = terms.into_iter().map(|term| self.term(term).0).collect();
        items.join(", ")
    }

    fn term(&self, term: &Term<'_>) -> (String, Binding) {
        match term.kind() {
            TermKind::Known(value) => self.value(value),
            TermKind::Input(name) | TermKind::Unit(name) => ((*name).to_owned(), Binding::Whole),
            // No condition that is shown has these.
            TermKind::Number(_) | TermKind::Draw(_) => ("a draw".to_owned(), Binding::Whole),
            TermKind::List(items) => (format!("[{}]", self.list(items)), Binding::Whole),
            // The language has no map of computed entries but a block, which means the same.
            TermKind::Map(entries) => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(key, value)| format!("{key} = {};", self.term(value).0))
                    .collect();
                (format!("{{ {} }}", entries.join(" ")), Binding::Whole)
            }
            TermKind::Call(function, arguments) => self.call(*function, arguments),
        }
    }

    fn call(&self, function: Function, arguments: &[(usize, Term<'_>)]) -> (String, Binding) {
        let terms = || arguments.iter().map(|(_, term)| term);
        let sign = match function {
            Function::Equals => "==",
            Function::Less => "<",
            Function::Greater => ">",
            Function::LessOrEqual => "<=",
            Function::GreaterOrEqual => ">=",
            Function::Divide => "/",
            Function::Modulo => "%",
            _ => "",
        };
        if !sign.is_empty() && arguments.len() == 2 {
            return (self.infix(sign, terms()), Binding::Compared);
        }
        match (function, arguments) {
            (Function::Index, [(_, base), (_, index)]) => {
                (format!("{}[{}]", self.operand(base), self.term(index).0), Binding::Whole)
            }
            (Function::Negative, [(_, value)]) => {
                (format!("-{}", self.operand(value)), Binding::Loose)
            }
            (Function::Not, [(_, value)]) => (format!("!{}", self.operand(value)), Binding::Loose),
            (_, [(_, values)]) => match (function, values.kind()) {
                (Function::Sum, TermKind::List(items)) if items.len() > 1 => {
                    (self.infix("+", items), Binding::Loose)
                }
                (Function::Product, TermKind::List(items)) if items.len() > 1 => {
                    (self.infix("*", items), Binding::Loose)
                }
                (Function::Min | Function::Max, TermKind::List(items)) if items.len() > 1 => {
                    (format!("{}({})", function.name(), self.list(items)), Binding::Whole)
                }
                _ => (self.named(function, arguments), Binding::Whole),
            },
            _ => (self.named(function, arguments), Binding::Whole),
        }
    }

    fn named(&self, function: Function, arguments: &[(usize, Term<'_>)]) -> String {
        let arguments: Vec<String> = arguments
            .iter()
            .map(|(parameter, term)| {
                format!("{}={}", function.parameters()[*parameter], self.term(term).0)
            })
            .collect();
        format!("{}({})", function.name(), arguments.join(", "))
    }

    fn value(&self, value: &Value) -> (String, Binding) {
        let text = match value {
            // The language has no escapes: quotes are chosen by what is inside.
            Value::String(text) if !text.contains('\'') => format!("'{text}'"),
            Value::String(text) if !text.contains('"') => format!("\"{text}\""),
            Value::Float(float) if !self.dialect.has_integers() => {
                number::javascript(*float).as_str().to_owned()
            }
            Value::Map(_) => format!("@{}", self.json(value)),
            Value::List(items) => {
                let items: Vec<String> = items.iter().map(|item| self.value(item).0).collect();
                format!("[{}]", items.join(", "))
            }
            value => self.json(value),
        };
        let binding = if text.starts_with('-') { Binding::Loose } else { Binding::Whole };
        (text, binding)
    }

    fn json(&self, value: &Value) -> String {
        value.to_node().map_or_else(
            |_| value.to_string(),
            |node| to_json(&node, Layout::Compact, self.dialect),
        )
    }
}
