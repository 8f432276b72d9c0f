//! Units whose inputs are drawn as their namespace declares them.

use super::design::{Design, Group, MAX_GROUPS};
use super::observe::{Observed, Units, observe_rows};
use crate::namespace::{DeclaredInput, InputValues, Namespace};
use crate::progress::Progress;
use crate::value::{Map, Value};

/// The inputs of made-up units: those that are the same for all, and those that scripts read and that
/// have declared values. Each of the latter is drawn by the shares of its values, independently of the
/// others and of the unit.
#[derive(Clone, Debug)]
pub struct Joint<'n> {
    namespace: &'n Namespace,
    /// The inputs that are the same for all units.
    given: Map,
    drawn: Vec<Drawn<'n>>,
    left_out: Vec<&'n str>,
}

/// An input that is drawn.
#[derive(Clone, Debug)]
struct Drawn<'n> {
    name: &'n str,
    values: &'n InputValues,
}

impl<'n> Joint<'n> {
    /// The inputs of the units of a namespace. `given` are the same for all units, and are not drawn.
    /// An input with which there would be more than [`MAX_GROUPS`] combinations is left out.
    pub fn new(namespace: &'n Namespace, given: Map) -> Joint<'n> {
        let (mut drawn, mut left_out, mut combinations) = (Vec::new(), Vec::new(), 1_usize);
        let reads = namespace.reads();
        for (name, input) in namespace.inputs().iter() {
            let DeclaredInput::OneOf(values) = input else { continue };
            if given.contains_key(name) || name == namespace.unit() || !reads.contains(&name) {
                continue;
            }
            let possible = values.with_shares().filter(|(_, share)| *share > 0.0).count();
            match combinations.checked_mul(possible).filter(|all| *all <= MAX_GROUPS) {
                Some(all) => {
                    combinations = all;
                    drawn.push(Drawn { name, values });
                }
                None => left_out.push(name),
            }
        }
        Joint { namespace, given, drawn, left_out }
    }

    /// The inputs that are drawn.
    pub fn drawn(&self) -> impl ExactSizeIterator<Item = &'n str> {
        self.drawn.iter().map(|drawn| drawn.name)
    }

    /// The inputs that have declared values and are not drawn, because there would be too many
    /// combinations.
    pub fn left_out(&self) -> &[&'n str] {
        &self.left_out
    }

    /// The inputs that scripts read, and that are null for all units.
    pub fn missing(&self) -> Vec<&'n str> {
        let is_drawn = |name: &str| self.drawn().any(|drawn| drawn == name);
        let mut missing = unset(self.namespace);
        missing.retain(|name| !is_drawn(name));
        missing.retain(|name| self.given.get(*name).is_none_or(Value::is_null));
        missing
    }

    /// The combinations of values, weighted by their shares. A design is made for these.
    pub fn groups(&self) -> Vec<Group> {
        let mut groups = vec![Group { inputs: self.given.clone(), weight: 1.0 }];
        for Drawn { name, values } in &self.drawn {
            let with = |group: &Group| {
                let Group { inputs, weight } = group.clone();
                values
                    .with_shares()
                    .filter(|(_, share)| *share > 0.0)
                    .map(move |(value, share)| {
                        let mut inputs = inputs.clone();
                        inputs.insert((*name).to_owned(), value.clone());
                        Group { inputs, weight: weight * share }
                    })
                    .collect::<Vec<_>>()
            };
            groups = groups.iter().flat_map(with).collect();
        }
        groups
    }

    /// Evaluates made-up units, and counts those that are done. The design is that of the
    /// [groups](Joint::groups). The units are those of `units`, whose own inputs have no effect.
    pub fn observe_with(
        &self,
        design: &Design<'_>,
        units: &Units,
        threads: usize,
        progress: &Progress,
    ) -> Observed {
        let primary = self.namespace.unit();
        let given: Vec<(&str, &Value)> =
            self.given.iter().map(|(name, value)| (name.as_str(), value)).collect();
        let given = given.into_iter().filter(|(name, _)| *name != primary);
        let (names, values): (Vec<&str>, Vec<&Value>) = given.unzip();
        let columns: Vec<&str> = [primary].into_iter().chain(names).chain(self.drawn()).collect();
        observe_rows(design, &columns, units.count, threads, progress, |index, row| {
            if row.is_empty() {
                row.push(Value::Null);
                row.extend(values.iter().copied().cloned());
                row.resize(columns.len(), Value::Null);
            }
            row[0] = Value::Int(units.unit(index));
            for (place, drawn) in self.drawn.iter().enumerate() {
                let value = drawn.values.drawn(units.seed, place, index);
                row[1 + values.len() + place].clone_from(value);
            }
        })
    }
}

/// The inputs besides the primary unit that scripts read and never set.
pub fn unset(namespace: &Namespace) -> Vec<&str> {
    namespace.unset()
}
