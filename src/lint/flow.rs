//! Variables that are read before they are set, statements that are never reached, and constant conditions.

mod declared;
mod possible;

use indexmap::IndexMap;

use self::possible::{Outside, Possible};
use super::script::{Read, Script};
use crate::diagnostic::{Code, Diagnostic};
use crate::namespace::DeclaredInputs;
use crate::nearest::nearest;
use crate::source::Span;
use crate::tree::{Kind, Node};
use crate::value::Value;
use crate::wire::{Branch, Form, Operator};

/// The most variables that are reported for one script: looking for near names takes time.
const MAX_UNSET: usize = 100;

/// The variables that a script may read without setting them.
pub(super) struct Known<'a> {
    /// The primary unit; `None` if it is not known, as for a script that stands alone.
    pub(super) unit: Option<&'a str>,
    /// The declared inputs.
    pub(super) inputs: &'a DeclaredInputs,
}

impl Known<'_> {
    pub(super) fn has(&self, name: &str) -> bool {
        const ALWAYS_THERE: [&str; 3] = ["experiment_salt", "salt_sep", crate::namespace::BASELINE];
        self.unit == Some(name) || self.inputs.get(name).is_some() || ALWAYS_THERE.contains(&name)
    }
}

pub(super) fn check(script: &Script<'_>, known: &Known<'_>, found: &mut Vec<Diagnostic>) {
    let unset = unset_variables(script, known);
    for (name, read) in unset.iter().take(MAX_UNSET) {
        found.extend(unset_variable(script, known, name, read.place));
    }
    let mut nodes = vec![script.root];
    while let Some(node) = nodes.pop() {
        if let Some(rules) =
            op(node, "seq").and_then(|sequence| sequence.argument("seq")?.as_list())
        {
            unreachable(rules, found);
        }
        let form = Form::of(node);
        if let Form::Condition(branches) = &form {
            constant_conditions(script, branches, found);
        }
        nodes.extend(form.parts());
    }
    let given =
        |name: &str| (known.has(name) || unset.contains_key(name)).then_some(Possible::Anything);
    never_equal(script, &given, found);
    declared::check(script, known.inputs, &given, found);
}

fn op<'a>(node: &'a Node, name: &str) -> Option<Operator<'a>> {
    Operator::of(node).filter(|operator| operator.name() == name)
}

/// Whether a variable can have a value when it is read.
fn is_set(script: &Script<'_>, read: &Read<'_>) -> bool {
    script
        .assignments_of(read.name)
        .any(|assignment| script.can_precede(assignment.moment, read.moment))
}

/// The variables that nothing sets before they are read. Each is reported at its first reading.
fn unset_variables<'s, 'a>(
    script: &'s Script<'a>,
    known: &Known<'_>,
) -> IndexMap<&'a str, &'s Read<'a>> {
    let mut firsts = IndexMap::new();
    for read in &script.reads {
        if !known.has(read.name) && !firsts.contains_key(read.name) && !is_set(script, read) {
            firsts.insert(read.name, read);
        }
    }
    firsts
}

fn unset_variable(
    script: &Script<'_>,
    known: &Known<'_>,
    name: &str,
    place: Span,
) -> Option<Diagnostic> {
    let finding = |message| Diagnostic::finding(Code::UnsetVariable, place, message);
    let keyword = match name {
        "True" | "TRUE" | "yes" | "on" => Some("true"),
        "False" | "FALSE" | "no" | "off" => Some("false"),
        "None" | "nil" | "NULL" | "Null" | "undefined" | "NaN" => Some("null"),
        _ => None,
    };
    if let Some(keyword) = keyword {
        let message = format!("`{name}` is a variable here, and nothing sets it");
        return Some(finding(message).help(format!("write `{keyword}`")));
    }
    if let Some(later) = script.assignments_of(name).next() {
        let is_inside = |value: &Node| value.span.to(place) == value.span;
        // An input may be given another value, as in `x = x ?? 1`.
        if known.unit.is_none() && later.value.is_some_and(is_inside) {
            return None;
        }
        let message = format!("`{name}` is read before it is set");
        let finding = finding(message).also(later.place, "set here");
        return Some(match known.unit {
            Some(_) => finding.help(format!(
                "it is null here, unless callers pass it: then declare it, `inputs: [{name}]` \
                 under `namespace`"
            )),
            None => finding.help("it is null here, unless callers pass it"),
        });
    }
    let near = misspelt(script, known, name);
    if known.unit.is_none() {
        // A script that stands alone does not name its inputs.
        let message = format!("nothing sets `{name}`");
        return near.map(|near| finding(message).help(format!("did you mean `{near}`?")));
    }
    let message = format!("nothing sets `{name}`, and it is not a declared input");
    let declare = format!("if callers pass it, declare it: `inputs: [{name}]` under `namespace`");
    Some(finding(message).help(match near {
        Some(near) => format!("did you mean `{near}`? {declare}"),
        None => declare,
    }))
}

/// The name that a variable is probably a misspelling of: `item_1` and `item_2` are two names, and so
/// are `price` and `prices`.
fn misspelt<'a>(script: &Script<'a>, known: &Known<'a>, name: &str) -> Option<&'a str> {
    const SHORTEST: usize = 4;
    let is_likely = |near: &&str| {
        near.len() >= SHORTEST && near.chars().next_back() == name.chars().next_back()
    };
    let set = script.assignments.iter().map(|assignment| assignment.name);
    let names = set.chain(known.unit).chain(known.inputs.names());
    let near = nearest(name, names.filter(is_likely))?;
    // The variables may be set from each other, as in `userid = user_id`.
    let is_made_from_it =
        script.values_of(near).flatten().any(|value| script.is_made_from(value, name));
    (!is_made_from_it).then_some(near)
}

/// Statements after a statement that always returns.
fn unreachable(rules: &[Node], found: &mut Vec<Diagnostic>) {
    let Some(last) = rules.iter().position(always_returns) else {
        return;
    };
    if let (Some(first), Some(end)) = (rules.get(last + 1), rules.last()) {
        let message = "this is never reached";
        found.push(
            Diagnostic::finding(Code::Unreachable, first.span.to(end.span), message)
                .also(rules[last].span, "the script always ends here")
                .help("delete it, or put the `return` into the branch that it belongs to"),
        );
    }
}

fn always_returns(rule: &Node) -> bool {
    match Form::of(rule) {
        Form::Special(operator) => match operator.name() {
            "seq" => operator.list("seq").iter().any(always_returns),
            name => name == "return",
        },
        Form::Condition(branches) => {
            let branches: Vec<_> = branches.iter().map(Branch::of).collect();
            branches.last().and_then(|last| last.condition).is_some_and(is_true)
                && branches.iter().all(|branch| branch.then.is_some_and(always_returns))
        }
        _ => false,
    }
}

fn is_true(node: &Node) -> bool {
    node.kind == Kind::Bool(true)
}

fn constant_conditions(script: &Script<'_>, branches: &[Node], found: &mut Vec<Diagnostic>) {
    let conditions = branches.iter().filter_map(|branch| Branch::of(branch).condition);
    for (index, condition) in conditions.enumerate() {
        // An `else` is compiled to a last branch that is always taken.
        if index > 0 && index + 1 == branches.len() && is_true(condition) {
            continue;
        }
        // Such a condition is reported as a comparison that is never equal.
        let is_equals = op(condition, "equals").is_some();
        if let Some(truth) = truth(script, condition).filter(|truth| *truth || !is_equals) {
            let message = format!("this condition is always {truth}");
            let help = if truth {
                "leave out the `if`, and the code after its branch"
            } else {
                "the branch is never taken: leave it out"
            };
            let place = condition.span;
            found.push(Diagnostic::finding(Code::ConstantCondition, place, message).help(help));
        }
    }
}

/// The truth of a condition, if it does not depend on anything.
fn truth(script: &Script<'_>, condition: &Node) -> Option<bool> {
    if let Some(value) = script.constant(condition) {
        return Some(value.is_true());
    }
    let operator = Operator::of(condition)?;
    // Either one operand decides, or all of them agree.
    let joined = |decisive| {
        let truths: Vec<_> = operator
            .argument("values")?
            .as_list()?
            .iter()
            .map(|value| truth(script, value))
            .collect();
        if truths.contains(&Some(decisive)) {
            Some(decisive)
        } else {
            truths.iter().all(Option::is_some).then_some(!decisive)
        }
    };
    match operator.name() {
        "and" => joined(false),
        "or" => joined(true),
        "not" => truth(script, operator.argument("value")?).map(|truth| !truth),
        _ => None,
    }
}

/// Comparisons of values that are never equal, whatever is given from outside.
fn never_equal(script: &Script<'_>, outside: Outside<'_, '_>, found: &mut Vec<Diagnostic>) {
    for call in script.calls.iter().filter(|call| call.operator == "equals") {
        let (Some(left), Some(right)) = (call.argument("left"), call.argument("right")) else {
            continue;
        };
        // A comparison of constants is a constant condition.
        if script.constant(call.node).is_some_and(|value| value == Value::Bool(true)) {
            continue;
        }
        let possible = |node| Possible::of(script, outside, node);
        let (a, b) = (possible(left), possible(right));
        if !a.can_equal(&b, script.dialect) {
            let message = "the two sides of this comparison are never equal";
            found.push(
                Diagnostic::finding(Code::NeverEqual, call.node.span, message)
                    .also(left.span, a.describe())
                    .also(right.span, b.describe()),
            );
        }
    }
}
