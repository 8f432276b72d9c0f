//! Units of draws that are coarser or finer than the primary unit.

use std::collections::HashSet;

use super::flow::Known;
use super::script::{Call, Script};
use crate::diagnostic::{Code, Diagnostic};
use crate::eval::Function;
use crate::tree::Node;
use crate::wire::{Form, Operator};

/// A unit of so many values has few units for each.
const MANY: f64 = 1e6;

/// Checks the units of all draws.
pub(super) fn check(script: &Script<'_>, known: &Known<'_>, found: &mut Vec<Diagnostic>) {
    for call in script.calls.iter().filter(|call| call.random().is_some()) {
        let Some(unit) = call.argument("unit") else {
            continue;
        };
        let units = Units { script, primary: known.unit };
        if let Some(finding) = units.coarse(call, unit) {
            found.push(finding);
        } else {
            found.extend(units.several_arms(call));
        }
    }
}

struct Units<'s, 'a> {
    script: &'s Script<'a>,
    /// The primary unit, if it is known.
    primary: Option<&'s str>,
}

/// A part of a unit.
enum Part<'a> {
    /// An input as it was given.
    Input(&'a str),
    /// The same for all units.
    Same,
    /// A computed value with few values for many units, and the way it is computed.
    Few(&'static str),
    /// Another computed value.
    Computed,
}

impl<'a> Units<'_, 'a> {
    /// The parts that a unit consists of.
    fn parts(&self, node: &'a Node) -> Vec<Part<'a>> {
        let (mut parts, mut nodes, mut seen) = (Vec::new(), vec![node], HashSet::new());
        while let Some(node) = nodes.pop() {
            if let Some(items) = self.script.elements(node) {
                nodes.extend(items);
                continue;
            }
            match Form::of(node) {
                Form::Get(name) if self.script.assignments_of(name).next().is_none() => {
                    parts.push(Part::Input(name));
                }
                Form::Get(name) if seen.insert(name) => {
                    nodes.extend(self.script.values_of(name).flatten());
                }
                Form::Get(_) => {}
                _ => parts.push(self.computed(node)),
            }
        }
        parts
    }

    fn computed(&self, node: &'a Node) -> Part<'a> {
        if self.script.is_same_for_all(node) {
            return Part::Same;
        }
        let Form::Call(call) = Form::of(node) else {
            return Part::Computed;
        };
        match Function::named(call.name()) {
            Some(Function::Modulo) if self.is_many(call, [None, Some("right")]) => Part::Computed,
            Some(Function::Modulo) => Part::Few("a remainder"),
            Some(Function::Round) => Part::Few("a rounded number"),
            Some(Function::Length) => Part::Few("a length"),
            Some(
                Function::Equals
                | Function::Less
                | Function::Greater
                | Function::LessOrEqual
                | Function::GreaterOrEqual
                | Function::Not,
            ) => Part::Few("a comparison"),
            // So many values are as good as the unit itself.
            Some(Function::RandomFloat) => Part::Computed,
            Some(Function::RandomInteger) if self.is_many(call, [Some("min"), Some("max")]) => {
                Part::Computed
            }
            Some(function) if function.is_random() => Part::Few("a draw"),
            _ => Part::Computed,
        }
    }

    /// Whether the numbers between two arguments are so many that few units share one; 0 stands for
    /// an argument that is not named.
    fn is_many(&self, call: Operator<'a>, arguments: [Option<&str>; 2]) -> bool {
        let number = |name: Option<&str>| match name {
            None => Some(0.0),
            Some(name) => {
                self.script.constant(self.script.settled(call.argument(name)?))?.as_float()
            }
        };
        let [low, high] = arguments.map(number);
        low.zip(high).is_some_and(|(low, high)| (high - low).abs() >= MANY)
    }

    /// A unit that several primary units share: it is computed, and holds no primary unit itself.
    fn coarse(&self, call: &Call<'a>, unit: &'a Node) -> Option<Diagnostic> {
        let parts = self.parts(unit);
        let is_whole = |part: &Part<'_>| match (part, self.primary) {
            (Part::Input(name), Some(primary)) => *name == primary,
            // Any input may be the unit of a script that stands alone.
            (Part::Input(_), None) | (Part::Computed, _) => true,
            _ => false,
        };
        if parts.iter().any(is_whole) {
            return None;
        }
        let how = parts.iter().find_map(|part| match part {
            Part::Few(how) => Some(*how),
            _ => None,
        })?;
        // What has nothing of the primary unit is reported as that.
        let is_of = |primary| call.hashed().any(|node| self.script.is_made_from(node, primary));
        if self.primary.is_some_and(|primary| !is_of(primary)) {
            return None;
        }
        let primary = self.primary.unwrap_or("userid");
        let message = format!("the unit of `{}` is {how}, which many units share", call.operator);
        Some(
            Diagnostic::finding(Code::CoarseUnit, unit.span, message)
                .label("all units with the same value are in one group")
                .help(format!(
                    "there are as few independent draws as values, and an analysis by single units is wrong: write `unit={primary}`"
                )),
        )
    }

    /// A unit that holds the primary unit and another input: one primary unit has several draws.
    fn several_arms(&self, call: &Call<'a>) -> Option<Diagnostic> {
        let primary = self.primary?;
        let parts = call.hashed().flat_map(|node| self.parts(node));
        let inputs: Vec<&str> = parts
            .filter_map(|part| match part {
                Part::Input(name) => Some(name),
                _ => None,
            })
            .collect();
        let other = inputs.iter().find(|name| **name != primary)?;
        if !inputs.contains(&primary) {
            return None;
        }
        let message = format!(
            "one `{primary}` can get several values of `{}`: one for each `{other}`",
            call.param.unwrap_or(call.operator)
        );
        let place = call.argument("unit").map_or(call.place(), |unit| unit.span);
        Some(Diagnostic::finding(Code::SeveralArms, place, message).help(format!(
            "that is right where `{other}` is what is treated and analysed; else write `unit={primary}`"
        )))
    }
}
