//! A reader of the JSON form of a script: it tells the kind of each node.

use crate::tree::{Entry, Kind, Map, Node};

/// An operator with its arguments: a mapping with a key `op`.
#[derive(Clone, Copy, Debug)]
pub struct Operator<'a> {
    name: &'a Node,
    map: &'a Map,
}

impl<'a> Operator<'a> {
    /// Reads a node as an operator. `None` if the node is not one.
    pub fn of(node: &'a Node) -> Option<Operator<'a>> {
        let map = node.as_map()?;
        let name = map.get("op").filter(|name| name.as_str().is_some())?;
        Some(Operator { name, map })
    }

    /// The name of the operator.
    pub fn name(self) -> &'a str {
        self.name.as_str().unwrap_or_default()
    }

    /// The node that holds the name.
    pub fn name_node(self) -> &'a Node {
        self.name
    }

    /// An argument by name.
    pub fn argument(self, name: &str) -> Option<&'a Node> {
        self.map.get(name)
    }

    /// An argument that is text, such as the `var` of a `get`.
    pub fn text(self, name: &str) -> Option<&'a str> {
        self.argument(name)?.as_str()
    }

    /// The elements of an argument that is a list, such as the `values` of an `and`.
    pub fn list(self, name: &str) -> &'a [Node] {
        self.argument(name).and_then(Node::as_list).unwrap_or_default()
    }

    /// All arguments in order.
    pub fn arguments(self) -> impl DoubleEndedIterator<Item = &'a Entry> {
        self.map.entries.iter().filter(|entry| &*entry.key != "op")
    }
}

/// A branch of a `cond`.
#[derive(Clone, Copy, Debug)]
pub struct Branch<'a> {
    /// The condition.
    pub condition: Option<&'a Node>,
    /// The branch that is taken if it holds.
    pub then: Option<&'a Node>,
}

impl<'a> Branch<'a> {
    /// Reads a node as a branch, as far as that is possible.
    pub fn of(node: &'a Node) -> Branch<'a> {
        let part = |key| node.as_map().and_then(|map| map.get(key));
        Branch { condition: part("if"), then: part("then") }
    }
}

/// The form of a node of a compiled script.
#[derive(Clone, Copy, Debug)]
pub enum Form<'a> {
    /// Data. A node that no compiler emits counts as data, too.
    Constant,
    /// A list whose items are evaluated.
    List(&'a [Node]),
    /// A read of this variable.
    Get(&'a str),
    /// The node of a variable's name, and the value that it is given.
    Set(&'a Node, Option<&'a Node>),
    /// The branches of a `cond`, each a [`Branch`].
    Condition(&'a [Node]),
    /// An operator of the language that evaluates its parts itself, such as `seq`, `return` or `and`.
    Special(Operator<'a>),
    /// A function with its arguments, whether or not the function exists.
    Call(Operator<'a>),
}

impl<'a> Form<'a> {
    /// The form of a node.
    pub fn of(node: &'a Node) -> Form<'a> {
        if let Kind::List(items) = &node.kind {
            return Form::List(items);
        }
        let Some(operator) = Operator::of(node) else {
            return Form::Constant;
        };
        match operator.name() {
            "literal" => Form::Constant,
            "get" => operator.text("var").map_or(Form::Constant, Form::Get),
            "set" => match operator.argument("var") {
                Some(name) => Form::Set(name, operator.argument("value")),
                None => Form::Constant,
            },
            "cond" => Form::Condition(operator.list("cond")),
            "seq" | "return" | "array" | "and" | "or" | "coalesce" | "map" | "switch" | "case" => {
                Form::Special(operator)
            }
            _ => Form::Call(operator),
        }
    }

    /// The nodes directly below this one, in order.
    pub fn parts(self) -> Vec<&'a Node> {
        match self {
            Form::Constant | Form::Get(_) => Vec::new(),
            Form::List(items) => items.iter().collect(),
            Form::Set(_, value) => value.into_iter().collect(),
            Form::Condition(branches) => {
                let branches = branches.iter().map(Branch::of);
                branches
                    .flat_map(|branch| branch.condition.into_iter().chain(branch.then))
                    .collect()
            }
            Form::Special(operator) | Form::Call(operator) => match operator.name() {
                "seq" => operator.list("seq").iter().collect(),
                "switch" => operator.list("cases").iter().collect(),
                _ => operator.arguments().map(|entry| &entry.value).collect(),
            },
        }
    }
}
