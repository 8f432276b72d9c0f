//! The differences between two versions of a script, param by param.

use indexmap::IndexMap;

use super::expression::{Side, expression, sides};
use crate::diagnostic::words;
use crate::dialect::Dialect;
use crate::eval::{Function, Script};
use crate::source::{SourceText, Span};
use crate::tree::Node;
use crate::wire::{self, Form, Operator, same};

/// A param whose assignment has changed, or was added or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParamChange {
    /// The name of the param; `return` if the script ends at another place or with another value.
    pub param: String,
    /// The kind of change.
    pub kind: ParamChangeKind,
    /// The parts that differ. If the param was added or removed, this is one part.
    pub parts: Vec<Part>,
    /// The line of its assignment in the new text; `None` if it was removed.
    pub line: Option<usize>,
}

/// The kind of change of a param.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamChangeKind {
    /// The param was not set before.
    Added,
    /// The param is no longer set.
    Removed,
    /// The param is set in another way.
    Changed,
}

impl ParamChangeKind {
    /// The word for the kind.
    pub fn as_str(self) -> &'static str {
        match self {
            ParamChangeKind::Added => "added",
            ParamChangeKind::Removed => "removed",
            ParamChangeKind::Changed => "changed",
        }
    }
}

words!(ParamChangeKind, "change of a param": Added, Removed, Changed);

/// A part of an assignment, before and after, as PlanOut language on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The part: an argument of the operator that draws the param, such as `choices` or `weights`; or
    /// else `value`, or the `condition` under which it is set.
    pub what: String,
    /// The old text; `None` if the part is new.
    pub before: Option<String>,
    /// The new text; `None` if the part is gone.
    pub after: Option<String>,
}

/// Whether the result of a script depends on the experiment salt.
pub(super) fn uses_salt(script: &Script) -> bool {
    let mut nodes = vec![script.json()];
    while let Some(node) = nodes.pop() {
        let form = Form::of(node);
        let uses = match form {
            Form::Get(name) => name == "experiment_salt",
            Form::Call(call) => is_random(call) && call.argument("full_salt").is_none(),
            _ => false,
        };
        if uses {
            return true;
        }
        nodes.extend(form.parts());
    }
    false
}

/// The names of the variables that a script sets anywhere.
pub(super) fn params(script: &Script) -> Vec<&str> {
    let settings = settings(script.json());
    settings.into_keys().filter(|name| *name != RETURN).collect()
}

/// The differences between two scripts. The new one stands in a text. Empty if only the order of
/// statements differs.
pub(super) fn compare(before: &Script, after: &Script, source: &SourceText) -> Vec<ParamChange> {
    let (old, new) = (settings(before.json()), settings(after.json()));
    let sides = Sides { before: before.dialect(), after: after.dialect() };
    let mut changes = Vec::new();
    for (name, settings) in &new {
        let line = settings.first().map(|setting| source.position(setting.place.start).line);
        let (kind, mut parts) = match old.get(name) {
            None => (ParamChangeKind::Added, vec![sides.values(&[], settings)]),
            Some(old) => (ParamChangeKind::Changed, sides.parts(old, settings)),
        };
        if sides.before != sides.after {
            // Two dialects write the same number differently, which is not an edit.
            parts.retain(|part| part.before != part.after);
        }
        if !parts.is_empty() {
            changes.push(ParamChange { param: (*name).to_owned(), kind, parts, line });
        }
    }
    for (name, settings) in &old {
        if !new.contains_key(name) {
            let parts = vec![sides.values(settings, &[])];
            let (param, kind) = ((*name).to_owned(), ParamChangeKind::Removed);
            changes.push(ParamChange { param, kind, parts, line: None });
        }
    }
    changes
}

/// `return` is a keyword, so no variable has this name.
const RETURN: &str = "return";

/// An assignment, or a `return`.
struct Setting<'a> {
    place: Span,
    value: Option<&'a Node>,
    /// The branches that contain it, the outermost first.
    branches: Vec<Branch<'a>>,
}

/// A branch of a condition: its own condition is true, and those before it are false.
#[derive(Clone, Copy)]
struct Branch<'a> {
    condition: &'a [Node],
    index: usize,
}

impl<'a> Branch<'a> {
    fn tests(self) -> impl Iterator<Item = &'a Node> {
        let tests = self.condition.iter().take(self.index + 1);
        tests.filter_map(|branch| wire::Branch::of(branch).condition)
    }

    fn same(self, other: Branch<'_>) -> bool {
        self.index == other.index
            && self.tests().zip(other.tests()).all(|(one, other)| same(one, other))
    }

    fn text(self, dialect: Dialect) -> String {
        let tests: Vec<_> = self.tests().map(|test| expression(test, dialect)).collect();
        match tests.split_last() {
            Some((own, [])) => own.clone(),
            Some((own, before)) if own == "true" => format!("not ({})", before.join("), not (")),
            Some((own, before)) => format!("not ({}), {own}", before.join("), not (")),
            None => String::new(),
        }
    }
}

/// The assignments of each variable in the order of the script, and the returned values.
fn settings(root: &Node) -> IndexMap<&str, Vec<Setting<'_>>> {
    let mut settings: IndexMap<&str, Vec<Setting<'_>>> = IndexMap::new();
    let mut nodes = vec![(root, Vec::new())];
    while let Some((node, branches)) = nodes.pop() {
        let mut set = |name, value| {
            let setting = Setting { place: node.span, value, branches: branches.clone() };
            settings.entry(name).or_default().push(setting);
        };
        let form = Form::of(node);
        match form {
            Form::Condition(condition) => {
                for (index, branch) in condition.iter().map(wire::Branch::of).enumerate().rev() {
                    let mut inside = branches.clone();
                    inside.push(Branch { condition, index });
                    nodes.extend(branch.then.map(|then| (then, inside)));
                    nodes.extend(branch.condition.map(|condition| (condition, branches.clone())));
                }
                continue;
            }
            Form::Set(name, value) => {
                if let Some(name) = name.as_str() {
                    set(name, value);
                }
            }
            Form::Special(operator) if operator.name() == RETURN => {
                set(RETURN, operator.argument("value"));
            }
            _ => {}
        }
        nodes.extend(form.parts().into_iter().rev().map(|node| (node, branches.clone())));
    }
    settings
}

/// The dialects of the two versions.
struct Sides {
    before: Dialect,
    after: Dialect,
}

impl Sides {
    /// The differences between the assignments of one variable.
    fn parts(&self, before: &[Setting<'_>], after: &[Setting<'_>]) -> Vec<Part> {
        if before.len() != after.len() {
            return vec![self.values(before, after)];
        }
        let mut parts = Vec::new();
        for (before, after) in before.iter().zip(after) {
            self.value(before.value, after.value, &mut parts);
            let (old, new) = (&before.branches, &after.branches);
            let alike = old.len() == new.len() && old.iter().zip(new).all(|(a, b)| a.same(*b));
            if !alike {
                parts.push(Part {
                    what: "condition".to_owned(),
                    before: Some(condition(old, self.before)),
                    after: Some(condition(new, self.after)),
                });
            }
        }
        parts
    }

    fn value(&self, before: Option<&Node>, after: Option<&Node>, parts: &mut Vec<Part>) {
        let (Some(before), Some(after)) = (before, after) else {
            return;
        };
        if same(before, after) {
            return;
        }
        let (Some(old), Some(new)) = (draw(before), draw(after)) else {
            parts.push(self.part("value", Some(before), Some(after)));
            return;
        };
        if old.name() != new.name() {
            parts.push(self.part("value", Some(before), Some(after)));
            return;
        }
        for entry in new.arguments() {
            let before = old.argument(&entry.key);
            if before.is_none_or(|before| !same(before, &entry.value)) {
                parts.push(self.part(&entry.key, before, Some(&entry.value)));
            }
        }
        for entry in old.arguments().filter(|entry| new.argument(&entry.key).is_none()) {
            parts.push(self.part(&entry.key, Some(&entry.value), None));
        }
    }

    fn part(&self, what: &str, before: Option<&Node>, after: Option<&Node>) -> Part {
        let [before, after] = self.sides(before, after);
        Part { what: what.to_owned(), before, after }
    }

    /// All values together, if it is unclear which old one became which new one.
    fn values(&self, before: &[Setting<'_>], after: &[Setting<'_>]) -> Part {
        let [before, after] = self.sides(
            before.iter().filter_map(|setting| setting.value),
            after.iter().filter_map(|setting| setting.value),
        );
        Part { what: "value".to_owned(), before, after }
    }

    fn sides<'n>(
        &self,
        before: impl IntoIterator<Item = &'n Node>,
        after: impl IntoIterator<Item = &'n Node>,
    ) -> [Option<String>; 2] {
        let side = |values, dialect| Side { values, dialect };
        sides(
            &side(before.into_iter().collect(), self.before),
            &side(after.into_iter().collect(), self.after),
        )
    }
}

/// The operator, if it is a random one.
fn draw(node: &Node) -> Option<Operator<'_>> {
    Operator::of(node).filter(|operator| is_random(*operator))
}

fn is_random(operator: Operator<'_>) -> bool {
    Function::named(operator.name()).is_some_and(Function::is_random)
}

fn condition(branches: &[Branch<'_>], dialect: Dialect) -> String {
    let texts: Vec<_> = branches.iter().map(|branch| branch.text(dialect)).collect();
    if texts.is_empty() { "always".to_owned() } else { texts.join(", ") }
}
