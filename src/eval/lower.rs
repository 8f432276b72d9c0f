//! Lowering: the JSON form of a script becomes the program that is evaluated.

use std::collections::HashMap;

use super::apply;
use super::error::Reason;
use super::function::{Function, SPECIAL_FORMS};
use super::prepare::prepare;
use super::program::{Call, DrawSalt, Expr, Op, Program, Slot};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::Dialect;
use crate::nearest::nearest;
use crate::source::Span;
use crate::tree::{Kind, MAX_DEPTH, Map, Node};
use crate::value::{Value, ValueError};

/// Lowers a script.
///
/// # Errors
/// Lists nest too deep. Any other fault fails when it is evaluated, as in other implementations.
pub(super) fn lower(script: &Node, dialect: Dialect) -> Result<Program, Box<Diagnostic>> {
    let mut lowerer = Lowerer {
        dialect,
        slots: HashMap::new(),
        names: Vec::new(),
        salts: Vec::new(),
        changes_salt: false,
        list_depth: 0,
        too_deep: None,
    };
    let root = lowerer.expr(script, None);
    let Lowerer { names, salts, changes_salt, too_deep, .. } = lowerer;
    match too_deep {
        None => {
            let constants = root.constants();
            Ok(Program { root, names, salts, changes_salt, constants })
        }
        Some(span) => {
            let message = format!("nesting deeper than {MAX_DEPTH} levels");
            Err(Diagnostic::error(Code::TooDeep, span, message).boxed())
        }
    }
}

struct Lowerer<'a> {
    dialect: Dialect,
    slots: HashMap<&'a str, Slot>,
    names: Vec<Box<str>>,
    salts: Vec<DrawSalt>,
    changes_salt: bool,
    list_depth: usize,
    too_deep: Option<Span>,
}

impl<'a> Lowerer<'a> {
    fn slot(&mut self, name: &'a str) -> Slot {
        *self.slots.entry(name).or_insert_with(|| {
            self.names.push(name.into());
            self.names.len() - 1
        })
    }

    /// Lowers a value. `variable` is the one that the value is assigned to directly.
    fn expr(&mut self, node: &'a Node, variable: Option<&'a str>) -> Expr {
        let op = match &node.kind {
            Kind::Map(map) => match map.get("op") {
                None => self.constant(node),
                Some(op) => match op.as_str() {
                    Some(name) => {
                        // Only lists that are directly inside one another are nested data.
                        let lists = std::mem::take(&mut self.list_depth);
                        let op = self.operator(name, map, variable);
                        self.list_depth = lists;
                        op
                    }
                    None => fail("op", "the name of an operator"),
                },
            },
            Kind::List(items) => self.list(items, node.span),
            _ => self.constant(node),
        };
        Expr { op, span: node.span }
    }

    fn constant(&mut self, node: &Node) -> Op {
        if depth(node) > MAX_DEPTH {
            self.too_deep.get_or_insert(node.span);
            return Op::Constant(Value::Null);
        }
        match Value::try_from(node) {
            Ok(value) => Op::Constant(value),
            Err(ValueError::TooWide(digits)) => Op::Fail(Box::new(Reason::WideInteger { digits })),
            Err(_) => fail("op", "a value"),
        }
    }

    fn exprs(&mut self, nodes: &'a [Node]) -> Box<[Expr]> {
        nodes.iter().map(|node| self.expr(node, None)).collect()
    }

    /// A list of values that are evaluated. A list of constants is a constant.
    fn list(&mut self, nodes: &'a [Node], span: Span) -> Op {
        if self.list_depth == MAX_DEPTH {
            self.too_deep.get_or_insert(span);
            return Op::Constant(Value::Null);
        }
        self.list_depth += 1;
        let items = self.exprs(nodes);
        self.list_depth -= 1;
        if !items.iter().all(|item| matches!(item.op, Op::Constant(_))) {
            return Op::List(items);
        }
        let values = items.into_iter().filter_map(|item| match item.op {
            Op::Constant(value) => Some(value),
            _ => None,
        });
        Op::Constant(Value::List(values.collect()))
    }

    fn operator(&mut self, name: &'a str, map: &'a Map, variable: Option<&'a str>) -> Op {
        if let Some(function) = Function::named(name) {
            return self.call(function, map, variable);
        }
        let variable_name = || map.get("var").and_then(Node::as_str);
        let values = || map.get("values").and_then(Node::as_list);
        let value = || map.get("value");
        match name {
            "literal" => match value() {
                Some(node) => self.constant(node),
                // planout4j's JSON never has null entries.
                None if self.dialect.drops_null_entries() => Op::Constant(Value::Null),
                None => fail(name, "`value`"),
            },
            "get" => match variable_name() {
                Some("experiment_salt") => Op::GetSalt,
                Some(variable) => Op::Get(self.slot(variable)),
                None => fail(name, "the name of a variable as `var`"),
            },
            "set" => match (variable_name(), value()) {
                (Some(_), None) if !self.dialect.drops_null_entries() => fail(name, "`value`"),
                (Some(variable), value) => self.set(variable, value),
                (None, _) => fail(name, "the name of a variable as `var`"),
            },
            "seq" => match map.get("seq").and_then(Node::as_list) {
                Some(rules) => Op::Sequence(self.exprs(rules)),
                None => fail(name, "a list as `seq`"),
            },
            "return" => match value() {
                Some(value) => Op::Return(Box::new(self.expr(value, None))),
                None if self.dialect.drops_null_entries() => Op::Return(Box::new(null())),
                None => fail(name, "`value`"),
            },
            "cond" => match map.get("cond").and_then(Node::as_list) {
                Some(branches) => self.condition(branches),
                None => fail(name, "a list as `cond`"),
            },
            "map" => {
                let entries = map.entries.iter().filter(|e| &*e.key != "op");
                Op::Map(entries.map(|e| (e.key.clone(), self.expr(&e.value, None))).collect())
            }
            "array" => match map.get("values") {
                Some(Node { kind: Kind::List(values), span }) => self.list(values, *span),
                _ => fail(name, "a literal list as `values`"),
            },
            "and" | "or" | "coalesce" => match values() {
                None => fail(name, "a literal list as `values`"),
                Some(nodes) => {
                    let exprs = self.exprs(nodes);
                    match name {
                        "and" => Op::And(exprs),
                        "or" => Op::Or(exprs),
                        _ => Op::Coalesce(exprs),
                    }
                }
            },
            "switch" => Op::Fail(Box::new(Reason::Switch)),
            _ => {
                let known = Function::NAMES.iter().chain(&SPECIAL_FORMS).copied();
                let known = known.filter(|known| known.starts_with(|c: char| c.is_alphabetic()));
                let nearest = nearest(name, known);
                Op::Fail(Box::new(Reason::UnknownOperator { name: name.into(), nearest }))
            }
        }
    }

    /// An assignment. Without a value, it assigns null.
    fn set(&mut self, variable: &'a str, value: Option<&'a Node>) -> Op {
        let slot = self.slot(variable);
        let is_salt = variable == "experiment_salt";
        if let Some(salt) = value.and_then(Node::as_str)
            && is_salt
        {
            self.changes_salt = true;
            return Op::SetSalt(slot, salt.into());
        }
        let expr = match value {
            // This fails where it is assigned, and not at all if it is overridden.
            _ if is_salt => {
                let op = Op::Fail(Box::new(Reason::ExperimentSalt));
                Expr { op, span: value.map_or(Span::default(), |node| node.span) }
            }
            Some(value) => self.expr(value, Some(variable)),
            None => null(),
        };
        if variable == "salt_sep" && self.dialect.has_salt_separator() {
            self.changes_salt = true;
            return Op::SetSeparator(slot, Box::new(expr));
        }
        Op::Set(slot, Box::new(expr))
    }

    fn condition(&mut self, branches: &'a [Node]) -> Op {
        let mut lowered = Vec::with_capacity(branches.len());
        for branch in branches {
            let mut part = |key| match branch.as_map()?.get(key) {
                Some(node) => Some(self.expr(node, None)),
                None => self.dialect.drops_null_entries().then(null),
            };
            lowered.push(match (part("if"), part("then")) {
                (Some(condition), Some(then)) => (condition, then),
                _ => {
                    let op = fail("cond", "`if` and `then` in each of its branches");
                    (Expr { op, span: branch.span }, null())
                }
            });
        }
        Op::Condition(lowered.into())
    }

    fn call(&mut self, function: Function, map: &'a Map, variable: Option<&'a str>) -> Op {
        let mut arguments = Vec::with_capacity(map.entries.len());
        for entry in &map.entries {
            let dropped = entry.value.kind == Kind::Null && self.dialect.drops_null_entries();
            if &*entry.key != "op" && !(dropped && &*entry.key == "salt") {
                let parameter = function.parameter(&entry.key);
                arguments.push((parameter, self.expr(&entry.value, None)));
            }
        }
        if function.is_random() {
            let salt = function.parameter("salt");
            let has_salt = arguments.iter().any(|(parameter, _)| *parameter == salt);
            if let Some(variable) = variable
                && !has_salt
            {
                let op = Op::Constant(Value::from(variable));
                arguments.push((salt, Expr { op, span: Span::default() }));
            }
        }
        let mut call = Call { function, arguments: arguments.into(), prepared: None };
        if function.is_random() {
            call.prepared = prepare(&call, self.dialect, &mut self.salts);
        } else if let Some(value) = apply::fold(&call, self.dialect) {
            return Op::Constant(value);
        }
        Op::Call(Box::new(call))
    }
}

fn null() -> Expr {
    Expr { op: Op::Constant(Value::Null), span: Span::default() }
}

fn fail(operator: &str, needs: &'static str) -> Op {
    Op::Fail(Box::new(Reason::Malformed { operator: operator.into(), needs }))
}

/// The number of levels of lists and maps.
fn depth(node: &Node) -> usize {
    match &node.kind {
        Kind::List(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Kind::Map(map) => 1 + map.entries.iter().map(|e| depth(&e.value)).max().unwrap_or(0),
        _ => 0,
    }
}
