//! The units by which a param is drawn: an analysis treats these as independent.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::eval::{Function, Script};
use crate::tree::Node;
use crate::wire::{Branch, Form};

/// The inputs in the units of the draws that a param depends on, or that decide who is in the
/// experiment: a set for each unit. Draws whose unit has no inputs are left out.
///
/// ```
/// use planout::power::drawn_by;
/// use planout::{Dialect, Script};
///
/// let code = "by = [userid, page]; x = uniformChoice(choices=[1, 2], unit=by);";
/// let script = Script::compile("x.planout", code, Dialect::Planout)?;
/// let units: Vec<Vec<String>> =
///     drawn_by(&script, "x").into_iter().map(|unit| unit.into_iter().collect()).collect();
/// assert_eq!(units, [["page", "userid"]]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn drawn_by(script: &Script, param: &str) -> BTreeSet<BTreeSet<String>> {
    let parts = Parts::of(script.json());
    let mut pending: Vec<&Node> = parts.values(param).collect();
    for (value, context) in &parts.returns {
        pending.extend(value);
        pending.extend(parts.conditions(*context));
    }
    let (mut seen, mut units) = (HashSet::from([param]), BTreeSet::new());
    while let Some(node) = pending.pop() {
        let form = Form::of(node);
        match form {
            Form::Get(name) if seen.insert(name) => pending.extend(parts.values(name)),
            Form::Call(call) => {
                let is_random = Function::named(call.name()).is_some_and(Function::is_random);
                let inputs = call.argument("unit").filter(|_| is_random);
                let inputs = inputs.map(|unit| parts.inputs(unit)).unwrap_or_default();
                if !inputs.is_empty() {
                    units.insert(inputs);
                }
            }
            _ => {}
        }
        pending.extend(form.parts());
    }
    units
}

/// The inputs in the units of draws that do not have the primary unit. Without a value, such a draw may
/// fail, although the arms of other params do not depend on it.
pub fn other_units(script: &Script, primary: &str) -> BTreeSet<String> {
    let parts = Parts::of(script.json());
    let (mut pending, mut names) = (vec![script.json()], BTreeSet::new());
    while let Some(node) = pending.pop() {
        let form = Form::of(node);
        if let Form::Call(call) = form
            && Function::named(call.name()).is_some_and(Function::is_random)
            && let Some(unit) = call.argument("unit")
        {
            names.extend(
                Some(parts.inputs(unit))
                    .filter(|unit| !unit.contains(primary))
                    .into_iter()
                    .flatten(),
            );
        }
        pending.extend(form.parts());
    }
    names
}

/// The assignments and the returns of a script, with the conditions on which they depend.
#[derive(Default)]
struct Parts<'a> {
    assignments: HashMap<&'a str, Vec<(&'a Node, usize)>>,
    returns: Vec<(Option<&'a Node>, usize)>,
    /// Conditions, each with the one around it; the first one is none.
    contexts: Vec<(usize, Option<&'a Node>)>,
}

impl<'a> Parts<'a> {
    fn of(root: &'a Node) -> Parts<'a> {
        let mut parts = Parts { contexts: vec![(0, None)], ..Parts::default() };
        let mut pending = vec![(root, 0)];
        while let Some((node, context)) = pending.pop() {
            let form = Form::of(node);
            match form {
                Form::Set(name, Some(value)) => {
                    let name = name.as_str().unwrap_or_default();
                    parts.assignments.entry(name).or_default().push((value, context));
                }
                Form::Special(special) if special.name() == "return" => {
                    parts.returns.push((special.argument("value"), context));
                }
                Form::Condition(branches) => {
                    // A branch is taken if its condition holds, and those before it do not.
                    let mut inside = context;
                    for branch in branches.iter().map(Branch::of) {
                        if branch.condition.is_some() {
                            parts.contexts.push((inside, branch.condition));
                            inside = parts.contexts.len() - 1;
                        }
                        pending.extend(branch.condition.map(|node| (node, context)));
                        pending.extend(branch.then.map(|node| (node, inside)));
                    }
                    continue;
                }
                _ => {}
            }
            pending.extend(form.parts().into_iter().map(|node| (node, context)));
        }
        parts
    }

    /// The values that a variable may have, and the conditions on which they depend.
    fn values(&self, name: &str) -> impl Iterator<Item = &'a Node> {
        let assignments = self.assignments.get(name).into_iter().flatten();
        assignments
            .flat_map(|(value, context)| [*value].into_iter().chain(self.conditions(*context)))
    }

    /// The conditions around a part.
    fn conditions(&self, mut context: usize) -> impl Iterator<Item = &'a Node> {
        std::iter::from_fn(move || {
            let (around, condition) = *self.contexts.get(context)?;
            context = around;
            condition
        })
    }

    /// The inputs from which a value is made.
    fn inputs(&self, node: &'a Node) -> BTreeSet<String> {
        let (mut pending, mut seen, mut inputs) = (vec![node], HashSet::new(), BTreeSet::new());
        while let Some(node) = pending.pop() {
            let form = Form::of(node);
            if let Form::Get(name) = form
                && seen.insert(name)
            {
                match self.assignments.get(name) {
                    Some(values) => pending.extend(values.iter().map(|(value, _)| *value)),
                    None => _ = inputs.insert(name.to_owned()),
                }
            }
            pending.extend(form.parts());
        }
        inputs
    }
}
