//! Comparisons and lookups that the declarations of inputs exclude.

use super::possible::{Kind, Outside, Possible};
use crate::diagnostic::{Code, Diagnostic, visible};
use crate::lint::script::{Call, Script};
use crate::namespace::{DeclaredInput, DeclaredInputs};
use crate::nearest::nearest;
use crate::tree::{self, Entry, Node};
use crate::value::Value;
use crate::wire::{Form, Operator};

/// Looks for comparisons and lookups that never succeed because of what the inputs are declared to
/// be. `outside` says what is known without the declarations.
pub(super) fn check<'v>(
    script: &Script<'_>,
    inputs: &'v DeclaredInputs,
    outside: Outside<'_, 'v>,
    found: &mut Vec<Diagnostic>,
) {
    if inputs.iter().all(|(_, input)| *input == DeclaredInput::Anything) {
        return;
    }
    let declared = |name: &str| match unchanged(script, inputs, name) {
        Some(input) => Some(Possible::declared(input)),
        None => outside(name),
    };
    let check = Check { script, inputs, outside, declared: &declared };
    for call in &script.calls {
        match call.operator {
            "equals" => found.extend(check.equality(call)),
            "<" | ">" | "<=" | ">=" => found.extend(check.order(call)),
            "index" => check.lookup(call, found),
            _ => {}
        }
    }
}

/// The declaration of an input that the script never sets itself.
fn unchanged<'v>(
    script: &Script<'_>,
    inputs: &'v DeclaredInputs,
    name: &str,
) -> Option<&'v DeclaredInput> {
    inputs.get(name).filter(|_| script.assignments_of(name).next().is_none())
}

struct Check<'c, 'a, 'v> {
    script: &'c Script<'a>,
    inputs: &'v DeclaredInputs,
    /// What is known of variables without the declarations.
    outside: Outside<'c, 'v>,
    /// What is known with them.
    declared: Outside<'c, 'v>,
}

impl<'a, 'v> Check<'_, 'a, 'v> {
    fn of(&self, node: &'a Node) -> Possible<'v> {
        Possible::of(self.script, self.declared, node)
    }

    fn without_declarations(&self, node: &'a Node) -> Possible<'v> {
        Possible::of(self.script, self.outside, node)
    }

    /// Two sides that can never be equal.
    fn equality(&self, call: &Call<'a>) -> Option<Diagnostic> {
        let (left, right) = (call.argument("left")?, call.argument("right")?);
        let dialect = self.script.dialect;
        let (a, b) = (self.of(left), self.of(right));
        if a.has_null() && !self.is_never_null(right) || b.has_null() && !self.is_never_null(left) {
            return None;
        }
        let (one, other) = (a.clone().without_null(), b.clone().without_null());
        // What is never equal in any case has been reported as such, or is meant.
        if one.can_equal(&other, dialect)
            || !self
                .without_declarations(left)
                .can_equal(&self.without_declarations(right), dialect)
        {
            return None;
        }
        let problem = match (&one, &other) {
            (Possible::OneOf(_), Possible::OneOf(_)) if one.is_of_a_kind_with(&other, dialect) => {
                let message = "the two sides are never equal, as the inputs are declared";
                Diagnostic::finding(Code::UndeclaredValue, call.node.span, message)
                    .help(self.undeclared(left, right))
            }
            _ => {
                let message = "the types of the two sides never fit, as the inputs are declared";
                Diagnostic::finding(Code::UnfitType, call.node.span, message)
                    .help(self.unfit(left, right))
            }
        };
        Some(problem.also(left.span, a.describe()).also(right.span, b.describe()))
    }

    /// Two sides of types that have no order.
    fn order(&self, call: &Call<'a>) -> Option<Diagnostic> {
        let (left, right) = (call.argument("left")?, call.argument("right")?);
        let dialect = self.script.dialect;
        let (a, b) = (self.of(left).without_null(), self.of(right).without_null());
        let (plain, other) = (self.without_declarations(left), self.without_declarations(right));
        if a.is_of_a_kind_with(&b, dialect) || !plain.is_of_a_kind_with(&other, dialect) {
            return None;
        }
        let message = "the types of the two sides have no order, as the inputs are declared";
        let problem = Diagnostic::finding(Code::UnfitType, call.node.span, message);
        let problem = problem.help(self.unfit(left, right));
        Some(problem.also(left.span, a.describe()).also(right.span, b.describe()))
    }

    /// Keys of a map that are never looked up, and lookups by a type that never fits.
    fn lookup(&self, call: &Call<'a>, found: &mut Vec<Diagnostic>) {
        let (Some(base), Some(index)) = (call.argument("base"), call.argument("index")) else {
            return;
        };
        let keys = self.of(index).without_null();
        let plain = self.without_declarations(index);
        if keys == plain.clone().without_null() {
            return;
        }
        let settled = self.script.settled(base);
        let Some(entries) = entries(settled) else {
            let is_list = self.of(base).kind() == Some(Kind::List);
            let is_number = keys.kind().is_none_or(|kind| kind == Kind::Number);
            if is_list && !is_number && plain.kind().is_none() {
                let message =
                    "a list has numbers as indexes, and this is not one, as it is declared";
                found.push(
                    Diagnostic::finding(Code::UnfitType, index.span, message)
                        .label(keys.describe()),
                );
            }
            return;
        };
        if keys.kind().is_some_and(|kind| kind != Kind::String) && plain.kind().is_none() {
            let message = "a map has text as keys, and this is not text, as it is declared";
            found.push(
                Diagnostic::finding(Code::UnfitType, index.span, message)
                    .label(keys.describe())
                    .help(
                        "the result is null for every unit: write the values as text in `inputs`",
                    ),
            );
            return;
        }
        // A map in a variable may have other uses.
        let Possible::OneOf(values) = &keys else { return };
        if !std::ptr::eq(settled, base) && !self.is_read_once(base) {
            return;
        }
        for entry in entries {
            if !values.iter().any(|value| value.as_str() == Some(&entry.key)) {
                let message = format!(
                    "key `{}` is never looked up, as the input is declared",
                    visible(&entry.key)
                );
                found.push(
                    Diagnostic::finding(Code::UndeclaredValue, entry.key_span, message)
                        .also(index.span, keys.describe())
                        .help(advice(&Value::from(&*entry.key), values)),
                );
            }
        }
    }

    fn is_read_once(&self, node: &Node) -> bool {
        let Form::Get(name) = Form::of(node) else { return false };
        self.script.reads.iter().filter(|read| read.name == name).count() == 1
    }

    /// Whether a node has a value for every unit.
    fn is_never_null(&self, node: &'a Node) -> bool {
        let node = self.script.settled(node);
        if let Some(value) = self.script.constant(node) {
            return !value.is_null();
        }
        match Form::of(node) {
            Form::Get(name) => matches!(
                unchanged(self.script, self.inputs, name),
                Some(DeclaredInput::OneOf(values)) if !values.values().contains(&Value::Null)
            ),
            Form::Special(operator) if operator.name() == "coalesce" => {
                let last = operator.list("values").last();
                last.and_then(|last| self.script.constant(last)).is_some_and(|it| !it.is_null())
            }
            _ => false,
        }
    }

    /// Advice on a value that is not declared.
    fn undeclared(&self, left: &'a Node, right: &'a Node) -> String {
        let value = |node| self.script.constant(node);
        match (value(left), self.of(left), value(right), self.of(right)) {
            (None, Possible::OneOf(declared), Some(value), _)
            | (Some(value), _, None, Possible::OneOf(declared)) => advice(&value, &declared),
            _ => "correct one of them, or the declaration".to_owned(),
        }
    }

    /// Advice on a value of the wrong type.
    fn unfit(&self, left: &'a Node, right: &'a Node) -> String {
        let constants = [left, right].into_iter().filter_map(|node| self.script.constant(node));
        for constant in constants {
            if let Some(text) = constant.as_str()
                && (text.parse::<f64>().is_ok_and(f64::is_finite)
                    || matches!(text, "true" | "false"))
            {
                return format!("write `{text}` without quotes, or correct the declaration");
            }
        }
        "write the value in the type that is declared, or correct the declaration".to_owned()
    }
}

/// Advice on a value that is not among the declared ones.
fn advice(value: &Value, declared: &[Value]) -> String {
    if value.is_null() {
        return "add `null` to the values under `inputs` if the input may be missing".to_owned();
    }
    let text = value.as_str().unwrap_or_default();
    // Two short codes, such as those of countries, are near and mean different things.
    let is_likely = |near: &&str| near.len() > 3 || near.eq_ignore_ascii_case(text);
    let near = nearest(text, declared.iter().filter_map(Value::as_str)).filter(is_likely);
    let declare = format!("add `{}` to the values under `inputs`", visible(&value.as_text()));
    match near {
        Some(near) => format!("did you mean `{near}`? if callers give this, {declare}"),
        None => format!("correct it, or {declare}"),
    }
}

/// The entries of a map that is written in the script.
fn entries(node: &Node) -> Option<Vec<&Entry>> {
    let operator = Operator::of(node)?;
    match operator.name() {
        "map" => Some(operator.arguments().collect()),
        "literal" => match &operator.argument("value")?.kind {
            tree::Kind::Map(map) => Some(map.entries.iter().collect()),
            _ => None,
        },
        _ => None,
    }
}
