//! The causes of a failed script: the script itself, or an input that nobody gave.
//!
//! The script is followed in the order of its evaluation, without values. For each variable and each
//! place, the missing inputs that may have affected it are known.

use std::collections::{BTreeSet, HashMap};

use crate::eval::{EvalError, Reason, Script};
use crate::source::Span;
use crate::tree::{Entry, Kind, Node};
use crate::wire::{Branch, Operator};

/// The names of inputs that nobody gave.
pub(super) type Missing<'a> = BTreeSet<&'a str>;

/// The possible causes of a failure.
#[derive(Debug, Default)]
pub(super) struct Origin<'a> {
    /// The missing inputs that affected the arguments of the operator that failed.
    pub(super) values: Missing<'a>,
    /// The missing inputs that decided that the operator was reached.
    pub(super) path: Missing<'a>,
}

/// The possible causes of a failed evaluation.
pub(super) fn of_failure<'a>(
    script: &'a Script,
    error: &'a EvalError,
    is_given: &'a dyn Fn(&str) -> bool,
) -> Origin<'a> {
    let follower = Follower::new(is_given, Some(error)).follow(script.json());
    // A place that is not found may be anywhere.
    let anywhere = || Origin { values: follower.all, path: Missing::new() };
    follower.found.unwrap_or_else(anywhere)
}

/// The possible causes of a variable's value at the end of the script.
pub(super) fn of_variable<'a>(
    script: &'a Script,
    name: &str,
    is_given: &'a dyn Fn(&str) -> bool,
) -> Origin<'a> {
    let mut follower = Follower::new(is_given, None).follow(script.json());
    let values = follower.variables.remove(name).unwrap_or_default();
    Origin { values, path: follower.exits }
}

struct Follower<'a> {
    is_given: &'a dyn Fn(&str) -> bool,
    error: Option<&'a EvalError>,
    found: Option<Origin<'a>>,
    /// All missing inputs that are read.
    all: Missing<'a>,
    /// The possible causes of the values of variables.
    variables: Variables<'a>,
    /// The missing inputs that decide whether the next step is reached.
    path: Missing<'a>,
    /// The missing inputs that decide whether the script has ended earlier.
    exits: Missing<'a>,
    /// The values in progress, the innermost last.
    values: Vec<Missing<'a>>,
    /// The calls whose arguments are evaluated, the innermost last.
    calls: Vec<Vec<(&'a str, Missing<'a>)>>,
    /// The conditions whose branches are followed, the innermost last.
    conditions: Vec<Condition<'a>>,
}

type Variables<'a> = HashMap<&'a str, Missing<'a>>;

/// A condition whose branches are followed.
#[derive(Default)]
struct Condition<'a> {
    /// The variables if no branch is taken.
    start: Variables<'a>,
    /// The variables at the end of each branch.
    ends: Vec<Variables<'a>>,
}

/// The next steps. They are kept in a list, because scripts can nest deeper than a stack allows.
enum Task<'a> {
    Visit(&'a Node),
    /// A value begins. The task after the next one ends it.
    Begin,
    /// A value ends that is an argument.
    Argument(&'a str),
    /// All arguments of a call are evaluated.
    Call(Span),
    /// A value ends that a variable is set to.
    Set(&'a str, Span),
    /// A value ends that decides whether the next one is evaluated.
    Decide,
    /// A branch begins.
    Enter,
    /// A branch ends.
    Exit,
    /// The branches join again. The flag says whether one of them is always taken.
    Join(bool),
    /// A part ends that is not always evaluated: the inputs that decided before it decide again.
    Leave(Missing<'a>),
    /// The script ends.
    Return,
}

impl<'a> Follower<'a> {
    fn new(is_given: &'a dyn Fn(&str) -> bool, error: Option<&'a EvalError>) -> Follower<'a> {
        Follower {
            is_given,
            error,
            found: None,
            all: Missing::new(),
            variables: Variables::new(),
            path: Missing::new(),
            exits: Missing::new(),
            values: Vec::new(),
            calls: Vec::new(),
            conditions: Vec::new(),
        }
    }

    /// Follows a script from its beginning to its end.
    fn follow(mut self, root: &'a Node) -> Follower<'a> {
        let mut tasks = vec![Task::Visit(root)];
        while let Some(task) = tasks.pop() {
            match task {
                Task::Visit(node) => {
                    let later = self.visit(node);
                    tasks.extend(later.into_iter().rev());
                }
                Task::Begin => self.values.push(Missing::new()),
                Task::Argument(name) => {
                    let value = self.end_value();
                    self.add(&value);
                    if let Some(call) = self.calls.last_mut() {
                        call.push((name, value));
                    }
                }
                Task::Call(place) => {
                    let arguments = self.calls.pop().unwrap_or_default();
                    self.blame(place, &arguments);
                }
                Task::Set(name, place) => {
                    let mut value = self.end_value();
                    value.extend(&self.path);
                    self.blame(place, &[]);
                    self.variables.insert(name, value);
                }
                Task::Decide => {
                    let value = self.end_value();
                    self.path.extend(&value);
                    self.add(&value);
                }
                Task::Enter => {
                    let start = self.variables.clone();
                    if let Some(condition) = self.conditions.last_mut() {
                        condition.start = start;
                    }
                }
                Task::Exit => {
                    if let Some(Condition { start, ends }) = self.conditions.last_mut() {
                        ends.push(std::mem::replace(&mut self.variables, std::mem::take(start)));
                    }
                }
                Task::Join(is_complete) => self.join(is_complete),
                Task::Leave(before) => {
                    self.path = before;
                    self.path.extend(&self.exits);
                }
                Task::Return => self.exits.extend(&self.path),
            }
        }
        self
    }

    /// Adds the steps for a node.
    fn visit(&mut self, node: &'a Node) -> Vec<Task<'a>> {
        match (Operator::of(node), &node.kind) {
            (Some(operator), _) => self.operator(operator, node.span),
            (None, Kind::List(items)) => {
                self.blame(node.span, &[]);
                items.iter().map(Task::Visit).collect()
            }
            _ => {
                self.blame(node.span, &[]);
                Vec::new()
            }
        }
    }

    fn operator(&mut self, operator: Operator<'a>, place: Span) -> Vec<Task<'a>> {
        let value = operator.argument("value").map(Task::Visit);
        match (operator.name(), operator.text("var")) {
            ("literal", _) => Vec::new(),
            ("get", Some(name)) => {
                self.blame(place, &[]);
                let missing = self.variable(name);
                self.add(&missing);
                Vec::new()
            }
            ("set", Some(name)) => {
                let set = Task::Set(name, place);
                [Task::Begin].into_iter().chain(value).chain([set]).collect()
            }
            ("seq", _) => operator.list("seq").iter().map(Task::Visit).collect(),
            ("return", _) => value.into_iter().chain([Task::Return]).collect(),
            ("and" | "or" | "coalesce", _) => {
                let operand = |node| [Task::Begin, Task::Visit(node), Task::Decide];
                let operands = operator.list("values").iter().flat_map(operand);
                operands.chain([Task::Leave(self.path.clone())]).collect()
            }
            ("cond", _) => self.condition(operator.list("cond")),
            _ => {
                self.calls.push(Vec::new());
                let argument = |entry: &'a Entry| {
                    [Task::Begin, Task::Visit(&entry.value), Task::Argument(&entry.key)]
                };
                operator.arguments().flat_map(argument).chain([Task::Call(place)]).collect()
            }
        }
    }

    fn condition(&mut self, branches: &'a [Node]) -> Vec<Task<'a>> {
        self.conditions.push(Condition::default());
        let mut tasks = Vec::new();
        let mut is_complete = false;
        for branch in branches.iter().map(Branch::of) {
            if let Some(test) = branch.condition {
                is_complete = test.kind == Kind::Bool(true);
                tasks.extend([Task::Begin, Task::Visit(test), Task::Decide]);
            }
            tasks.push(Task::Enter);
            tasks.extend(branch.then.map(Task::Visit));
            tasks.push(Task::Exit);
        }
        tasks.extend([Task::Join(is_complete), Task::Leave(self.path.clone())]);
        tasks
    }

    /// Joins branches: a variable has the causes that it had in any of them.
    fn join(&mut self, is_complete: bool) {
        let mut ends = self.conditions.pop().unwrap_or_default().ends;
        let start = std::mem::take(&mut self.variables);
        if !is_complete {
            ends.push(start);
        }
        let names: BTreeSet<&str> = ends.iter().flat_map(|end| end.keys().copied()).collect();
        for name in names {
            let unset = self.variable(name);
            let values = ends.iter().map(|end| end.get(name).unwrap_or(&unset));
            let value = values.flatten().copied().collect();
            self.variables.insert(name, value);
        }
    }

    /// The possible causes of a variable that is read.
    fn variable(&self, name: &'a str) -> Missing<'a> {
        match self.variables.get(name) {
            Some(missing) => missing.clone(),
            None if name == "experiment_salt" || (self.is_given)(name) => Missing::new(),
            None => Missing::from([name]),
        }
    }

    /// Adds causes to the value in progress.
    fn add(&mut self, missing: &Missing<'a>) {
        self.all.extend(missing);
        if let Some(value) = self.values.last_mut() {
            value.extend(missing);
        }
    }

    /// The missing inputs that affected the value that ends.
    fn end_value(&mut self) -> Missing<'a> {
        self.values.pop().unwrap_or_default()
    }

    /// Keeps the inputs of the operator that failed, if it is this one.
    fn blame(&mut self, place: Span, arguments: &[(&str, Missing<'a>)]) {
        let Some(error) = self.error.filter(|error| error.span == place) else {
            return;
        };
        let counts = |name: &str| match concerned(&error.reason) {
            Concerned::None => false,
            Concerned::These(names) => names.contains(&name),
            Concerned::AllButUnit => !matches!(name, "unit" | "salt" | "full_salt"),
        };
        let values = arguments.iter().filter(|(name, _)| counts(name));
        let found = self.found.get_or_insert_default();
        found.values.extend(values.flat_map(|(_, missing)| missing));
        found.path.extend(&self.path);
    }
}

/// The arguments of an operator that decide whether it fails.
enum Concerned {
    None,
    These(Vec<&'static str>),
    /// All arguments except the unit of a draw, whose value never makes the draw fail.
    AllButUnit,
}

fn concerned(reason: &Reason) -> Concerned {
    match reason {
        Reason::MissingArgument { argument, .. }
        | Reason::NullArgument { argument, .. }
        | Reason::WrongKind { argument, .. } => Concerned::These(vec![argument]),
        Reason::DivisionByZero { .. } => Concerned::These(vec!["right"]),
        Reason::Probability { .. } => Concerned::These(vec!["p"]),
        Reason::EmptyRange { .. } => Concerned::These(vec!["min", "max"]),
        Reason::Draws { .. } => Concerned::These(vec!["draws", "choices"]),
        Reason::Weights { .. } | Reason::NoWeight => Concerned::These(vec!["weights", "choices"]),
        Reason::MissingSalt { .. }
        | Reason::UnknownOperator { .. }
        | Reason::Switch
        | Reason::ExperimentSalt
        | Reason::WideInteger { .. }
        | Reason::Malformed { .. } => Concerned::None,
        _ => Concerned::AllButUnit,
    }
}
