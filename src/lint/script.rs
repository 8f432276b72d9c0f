//! The view of a compiled script that checks use: its calls, assignments and reads in the order of
//! evaluation, each with the branches of conditions that it stands in.
//!
//! Checks use the JSON form, whose nodes have the places of the text that they were compiled from. So
//! they have the same findings in a compiled namespace as in its source.

use std::collections::HashMap;

use crate::dialect::Dialect;
use crate::eval::{Function, Reason, always_fails, constant};
use crate::source::Span;
use crate::tree::{Entry, Kind, Node};
use crate::value::Value;
use crate::wire::{self, Form, Operator};

/// The steps of a script as a flat list.
pub(super) struct Script<'a> {
    pub(super) dialect: Dialect,
    pub(super) root: &'a Node,
    pub(super) calls: Vec<Call<'a>>,
    pub(super) assignments: Vec<Assignment<'a>>,
    pub(super) reads: Vec<Read<'a>>,
    /// The assignments of each variable, as indices.
    assignments_of: HashMap<&'a str, Vec<usize>>,
    branches: Vec<Branch>,
}

/// The position of a step in the order of evaluation, and its branch.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    order: usize,
    branch: usize,
}

/// A call of an operator, whether or not the operator exists.
pub(super) struct Call<'a> {
    pub(super) operator: &'a str,
    pub(super) function: Option<Function>,
    call: Operator<'a>,
    /// The whole call.
    pub(super) node: &'a Node,
    /// The variable that it is assigned to directly. The name of this variable is its salt.
    pub(super) variable: Option<&'a str>,
    /// The variable of the assignment that it is part of.
    pub(super) param: Option<&'a str>,
    /// The number of times that the experiment salt has been changed before.
    pub(super) experiment_salt: usize,
    pub(super) moment: Moment,
}

pub(super) struct Assignment<'a> {
    pub(super) name: &'a str,
    /// The place of the name.
    pub(super) place: Span,
    pub(super) value: Option<&'a Node>,
    pub(super) moment: Moment,
}

pub(super) struct Read<'a> {
    pub(super) name: &'a str,
    pub(super) place: Span,
    pub(super) moment: Moment,
}

/// One of the alternatives of a condition, inside the branch that the condition stands in.
struct Branch {
    around: usize,
    condition: usize,
    alternative: usize,
}

/// The branch that is always taken.
const TRUNK: usize = 0;

/// The context of a node.
#[derive(Clone, Copy)]
struct Context<'a> {
    branch: usize,
    variable: Option<&'a str>,
    param: Option<&'a str>,
}

enum Task<'a> {
    Visit(&'a Node, Context<'a>),
    /// The value has been evaluated, and is assigned now.
    Assign {
        name: &'a Node,
        value: Option<&'a Node>,
        branch: usize,
    },
}

impl<'a> Script<'a> {
    pub(super) fn new(root: &'a Node, dialect: Dialect) -> Script<'a> {
        let trunk = Branch { around: TRUNK, condition: 0, alternative: 0 };
        let mut script = Script {
            dialect,
            root,
            calls: Vec::new(),
            assignments: Vec::new(),
            reads: Vec::new(),
            assignments_of: HashMap::new(),
            branches: vec![trunk],
        };
        script.lay_out();
        script
    }

    /// Walks the tree with a stack of its own, because compiled scripts can nest deep.
    fn lay_out(&mut self) {
        let context = Context { branch: TRUNK, variable: None, param: None };
        let mut tasks = vec![Task::Visit(self.root, context)];
        let (mut order, mut conditions, mut experiment_salt) = (0, 0, 0);
        while let Some(task) = tasks.pop() {
            order += 1;
            let (node, context) = match task {
                Task::Visit(node, context) => (node, context),
                Task::Assign { name, value, branch } => {
                    let moment = Moment { order, branch };
                    let place = name.span;
                    let name = name.as_str().unwrap_or_default();
                    experiment_salt += usize::from(name == "experiment_salt");
                    self.assignments_of.entry(name).or_default().push(self.assignments.len());
                    self.assignments.push(Assignment { name, place, value, moment });
                    continue;
                }
            };
            let inside = Context { variable: None, ..context };
            let moment = Moment { order, branch: context.branch };
            let mut later = Vec::new();
            match Form::of(node) {
                Form::Constant => {}
                Form::Get(name) => {
                    self.reads.push(Read { name, place: node.span, moment });
                }
                Form::Set(name, value) => {
                    let variable = name.as_str();
                    let context = Context { variable, param: variable, ..context };
                    later.extend(value.map(|value| Task::Visit(value, context)));
                    later.push(Task::Assign { name, value, branch: context.branch });
                }
                Form::Condition(branches) => {
                    conditions += 1;
                    for (alternative, branch) in branches.iter().map(wire::Branch::of).enumerate() {
                        later.extend(branch.condition.map(|node| Task::Visit(node, inside)));
                        let around = context.branch;
                        self.branches.push(Branch { around, condition: conditions, alternative });
                        let inside = Context { branch: self.branches.len() - 1, ..inside };
                        later.extend(branch.then.map(|node| Task::Visit(node, inside)));
                    }
                }
                form => {
                    let parts = form.parts().into_iter();
                    later.extend(parts.map(|node| Task::Visit(node, inside)));
                    let Form::Call(call) = form else {
                        tasks.extend(later.into_iter().rev());
                        continue;
                    };
                    self.calls.push(Call {
                        operator: call.name(),
                        function: Function::named(call.name()),
                        call,
                        node,
                        variable: context.variable,
                        param: context.param,
                        experiment_salt,
                        moment,
                    });
                }
            }
            tasks.extend(later.into_iter().rev());
        }
    }

    /// Whether only one of two steps can happen, because they stand in two branches of a condition.
    pub(super) fn exclude_each_other(&self, a: Moment, b: Moment) -> bool {
        let around = |moment: Moment| {
            let mut at = moment.branch;
            std::iter::from_fn(move || {
                let branch = self.branches.get(at).filter(|_| at != TRUNK)?;
                at = branch.around;
                Some(branch)
            })
        };
        around(a).any(|a| {
            around(b).any(|b| a.condition == b.condition && a.alternative != b.alternative)
        })
    }

    /// Whether one step can have happened when another does.
    pub(super) fn can_precede(&self, first: Moment, then: Moment) -> bool {
        first.order < then.order && !self.exclude_each_other(first, then)
    }

    /// The assignments of a variable.
    pub(super) fn assignments_of(&self, name: &str) -> impl Iterator<Item = &Assignment<'a>> {
        let indices = self.assignments_of.get(name).map(Vec::as_slice).unwrap_or_default();
        indices.iter().map(|index| &self.assignments[*index])
    }

    /// The values that a variable is assigned anywhere; `None` for a variable that is never assigned.
    pub(super) fn values_of(&self, name: &str) -> impl Iterator<Item = Option<&'a Node>> {
        self.assignments_of(name).map(|assignment| assignment.value)
    }

    /// Whether a value is computed from a variable, directly or through other variables.
    pub(super) fn is_made_from(&self, node: &'a Node, name: &str) -> bool {
        let mut nodes = vec![node];
        let mut seen = Vec::new();
        while let Some(node) = nodes.pop() {
            match Form::of(node) {
                Form::Get(read) if read == name => return true,
                Form::Get(read) if !seen.contains(&read) => {
                    seen.push(read);
                    nodes.extend(self.values_of(read).flatten());
                }
                form => nodes.extend(form.parts()),
            }
        }
        false
    }

    /// Whether a value is the same for every unit: it is computed from constants and from variables
    /// that are always set before they are read.
    pub(super) fn is_same_for_all(&self, node: &'a Node) -> bool {
        let mut nodes = vec![node];
        let mut seen = Vec::new();
        while let Some(node) = nodes.pop() {
            match Form::of(node) {
                Form::Get(name) if seen.contains(&name) => {}
                Form::Get(name) if !self.is_always_set(name) => return false,
                Form::Get(name) => {
                    seen.push(name);
                    nodes.extend(self.values_of(name).flatten());
                }
                // The inputs of an unknown operator are unknown.
                Form::Call(call) if Function::named(call.name()).is_none() => return false,
                form => nodes.extend(form.parts()),
            }
        }
        true
    }

    /// Whether a draw is the same for every unit.
    pub(super) fn draws_same_for_all(&self, call: &Call<'a>) -> bool {
        call.hashed().all(|node| self.is_same_for_all(node))
    }

    /// Whether a variable is always set before it is read.
    fn is_always_set(&self, name: &str) -> bool {
        let mut reads = self.reads.iter().filter(|read| read.name == name);
        self.assignments_of(name).all(|set| set.moment.branch == TRUNK)
            && reads.all(|read| {
                self.assignments_of(name).any(|set| set.moment.order < read.moment.order)
            })
    }

    /// The value of a node. For a variable that is set exactly once and always, it is the assigned
    /// value.
    pub(super) fn settled(&self, node: &'a Node) -> &'a Node {
        let mut settled = node;
        let mut seen = Vec::new();
        while let Form::Get(name) = Form::of(settled)
            && !seen.contains(&name)
            && self.is_always_set(name)
        {
            let mut values = self.values_of(name);
            let (Some(Some(value)), None) = (values.next(), values.next()) else {
                break;
            };
            seen.push(name);
            settled = value;
        }
        settled
    }

    /// Whether the variables that a node reads keep their values between two positions.
    pub(super) fn is_kept(&self, node: &'a Node, from: Moment, to: Moment) -> bool {
        let is_set_between = |name| {
            let mut orders = self.assignments_of(name).map(|assignment| assignment.moment.order);
            orders.any(|order| from.order < order && order < to.order)
        };
        let mut nodes = vec![node];
        while let Some(node) = nodes.pop() {
            match Form::of(node) {
                Form::Get(name) if is_set_between(name) => return false,
                form => nodes.extend(form.parts()),
            }
        }
        true
    }

    /// The value of a node, if it is the same for every unit.
    pub(super) fn constant(&self, node: &Node) -> Option<Value> {
        if reads_variable(node) { None } else { constant(node, self.dialect) }
    }

    /// The reason why a call fails for every unit, if it does.
    pub(super) fn always_fails(&self, call: &Call<'_>) -> Option<Reason> {
        let is_hashed = |entry: &&Entry| matches!(&*entry.key, "unit" | "salt" | "full_salt");
        if call
            .arguments()
            .filter(|entry| !is_hashed(entry))
            .any(|entry| reads_variable(&entry.value))
        {
            return None;
        }
        always_fails(call.node, self.dialect)
    }

    /// The elements of a node that is clearly a list.
    pub(super) fn elements(&self, node: &'a Node) -> Option<&'a [Node]> {
        if let Kind::List(items) = &node.kind {
            return Some(items);
        }
        let operator = Operator::of(node)?;
        match operator.name() {
            "array" => operator.argument("values")?.as_list(),
            "literal" => operator.argument("value")?.as_list(),
            _ => None,
        }
    }
}

impl<'a> Call<'a> {
    pub(super) fn argument(&self, name: &str) -> Option<&'a Node> {
        self.call.argument(name)
    }

    /// All arguments in order.
    pub(super) fn arguments(&self) -> impl Iterator<Item = &'a Entry> {
        self.call.arguments()
    }

    /// The parts that a draw hashes, as far as they are written in the script.
    pub(super) fn hashed(&self) -> impl Iterator<Item = &'a Node> {
        ["unit", "salt", "full_salt"].into_iter().filter_map(|name| self.argument(name))
    }

    /// The function, if it is a random operator.
    pub(super) fn random(&self) -> Option<Function> {
        self.function.filter(|function| function.is_random())
    }

    /// The place of the operator's name.
    pub(super) fn place(&self) -> Span {
        self.call.name_node().span
    }
}

/// Whether a node contains a variable. If it does, it is not constant, which is found faster this way
/// than by computing its value.
fn reads_variable(node: &Node) -> bool {
    let mut nodes = vec![node];
    while let Some(node) = nodes.pop() {
        match Form::of(node) {
            Form::Get(_) => return true,
            form => nodes.extend(form.parts()),
        }
    }
    false
}
