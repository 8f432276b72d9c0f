//! Conditions that no draw decides, taken for true or false.

use std::borrow::Cow;

use indexmap::IndexSet;

use super::candidates::candidates;
use super::term::{Term, TermKind};
use crate::eval::function::Function;
use crate::eval::semantics::Semantics;
use crate::value::{Map, Value};

/// Conditions with the truth that a case or a path takes them to have, in the order in which they
/// were met.
#[derive(Clone, Debug, Default)]
pub(super) struct Assumed<'a> {
    conditions: Vec<(Term<'a>, bool)>,
}

/// A condition on one input and constants.
struct OnOne<'t, 'a> {
    term: &'t Term<'a>,
    /// Whether the input itself is compared with a constant, or is the condition.
    is_direct: bool,
}

impl<'a> Assumed<'a> {
    /// The conditions, in the order in which they were met.
    pub(super) fn conditions(&self) -> &[(Term<'a>, bool)] {
        &self.conditions
    }

    /// About how many steps it takes to know a condition's truth: each value that an input can have
    /// is tried with each condition on the input.
    pub(super) fn work(&self, condition: &Term<'a>) -> usize {
        let Some(name) = on_one(condition) else { return 1 };
        let on_it = self.conditions.iter().filter(|(term, _)| on_one(term) == Some(name)).count();
        10 * (on_it + 1) * (on_it + 1)
    }

    pub(super) fn new(conditions: Vec<(Term<'a>, bool)>) -> Assumed<'a> {
        Assumed { conditions }
    }

    /// The same without the condition at a place.
    pub(super) fn without(&self, place: usize) -> Assumed<'a> {
        let mut conditions = self.conditions.clone();
        conditions.remove(place);
        Assumed { conditions }
    }

    /// Whether others follow from it.
    pub(super) fn implies<S: Semantics>(&self, other: &Assumed<'a>) -> bool {
        other.conditions.iter().all(|(term, truth)| self.truth::<S>(term) == Some(*truth))
    }

    /// The same and one more.
    pub(super) fn with(&self, condition: Term<'a>, truth: bool) -> Assumed<'a> {
        let mut conditions = self.conditions.clone();
        conditions.push((condition, truth));
        Assumed { conditions }
    }

    /// The value that an input must have, if that is known to the last bit.
    pub(super) fn pinned(&self, input: &str) -> Option<&Value> {
        self.conditions.iter().filter(|(_, truth)| *truth).find_map(|(term, _)| {
            let TermKind::Call(Function::Equals, arguments) = term.kind() else {
                return None;
            };
            let [(_, left), (_, right)] = arguments.as_slice() else {
                return None;
            };
            match (left.kind(), right.kind()) {
                (TermKind::Input(name), TermKind::Known(value))
                | (TermKind::Known(value), TermKind::Input(name))
                    // A number equals one of another kind, and a boolean may equal a number.
                    if *name == input && matches!(**value, Value::String(_) | Value::Null) =>
                {
                    Some(&**value)
                }
                _ => None,
            }
        })
    }

    /// Whether a condition holds, if that follows from those that are assumed.
    pub(super) fn truth<S: Semantics>(&self, condition: &Term<'a>) -> Option<bool> {
        let known = self.conditions.iter().find(|(term, _)| term == condition);
        if let Some((_, truth)) = known {
            return Some(*truth);
        }
        let (name, values) = self.possible::<S>(condition)?;
        let mut truths = values.iter().filter_map(|value| holds::<S>(condition, name, value));
        let first = truths.next()?;
        truths.all(|truth| truth == first).then_some(first)
    }

    /// Whether some inputs fulfil all that is assumed, as far as can be told. The last condition is
    /// the one that was added.
    pub(super) fn is_possible<S: Semantics>(&self) -> bool {
        let Some((last, truth)) = self.conditions.last() else {
            return true;
        };
        match self.possible::<S>(last) {
            Some((name, values)) => {
                values.iter().any(|value| holds::<S>(last, name, value) == Some(*truth))
            }
            None => true,
        }
    }

    /// The values of the one input that a condition is on, if a value of each kind that conditions
    /// can tell apart is among them.
    fn possible<S: Semantics>(&self, condition: &Term<'a>) -> Option<(&'a str, Vec<Value>)> {
        let name = on_one(condition)?;
        let mut on_it: Vec<OnOne<'_, 'a>> = vec![OnOne::new(condition)];
        let mut expected = Vec::new();
        for (term, truth) in &self.conditions {
            if on_one(term) == Some(name) {
                on_it.push(OnOne::new(term));
                expected.push((term, *truth));
            }
        }
        let pinned = self.pinned(name).cloned();
        if pinned.is_none() && on_it.iter().any(|one| !one.is_direct) {
            return None;
        }
        let mut values = match pinned {
            Some(value) => vec![value],
            None => candidates(on_it.iter().map(|one| one.term)),
        };
        values.retain(|value| {
            expected.iter().all(|(term, truth)| holds::<S>(term, name, value) == Some(*truth))
        });
        Some((name, values))
    }

    /// An input with which a condition fails where it is null, and the condition that it is null,
    /// if that is not decided yet. Some inputs are left out.
    pub(super) fn fatal_null<S: Semantics>(
        &self,
        condition: &Term<'a>,
        but: &[&str],
    ) -> Option<(&'a str, Term<'a>)> {
        if condition.has_unit() || condition.has_draw() {
            return None;
        }
        let names = condition.names();
        names.iter().filter(|name| !but.contains(*name)).find_map(|name| {
            let value = |other: &&'a str| if other == name { Value::Null } else { Value::Int(1) };
            let inputs: Map = names.iter().map(|it| ((*it).to_owned(), value(it))).collect();
            if condition.value::<S>(&inputs).is_some() {
                return None;
            }
            let input = Term::new(TermKind::Input(name))?;
            let null = Term::new(TermKind::Known(Cow::Owned(Value::Null)))?;
            let is_null = input.equals(null)?;
            self.truth::<S>(&is_null).is_none().then_some((*name, is_null))
        })
    }

    /// The conditions that do not follow from the others.
    pub(super) fn needed<S: Semantics>(&self) -> Vec<(Term<'a>, bool)> {
        let mut needed = self.conditions.clone();
        let mut place = 0;
        while place < needed.len() {
            let (term, truth) = needed.remove(place);
            let others = Assumed { conditions: needed.clone() };
            if others.truth::<S>(&term) == Some(truth) && others.never_fails::<S>(&term) {
                continue;
            }
            needed.insert(place, (term, truth));
            place += 1;
        }
        needed
    }

    /// Whether a condition never fails where all that is assumed holds, as far as can be told.
    pub(super) fn can_evaluate<S: Semantics>(&self, condition: &Term<'a>) -> bool {
        self.conditions.iter().any(|(term, _)| term == condition)
            || self.never_fails::<S>(condition)
    }

    /// Whether a condition can be evaluated for all values that its input can have.
    fn never_fails<S: Semantics>(&self, condition: &Term<'a>) -> bool {
        self.possible::<S>(condition).is_some_and(|(name, values)| {
            values.iter().all(|value| holds::<S>(condition, name, value).is_some())
        })
    }

    /// Inputs that fulfil all that is assumed, at most so many, the plainest first. They have values
    /// for what the conditions of other cases ask, too: these should not fail.
    pub(super) fn examples<S: Semantics>(&self, most: usize, others: &[Term<'a>]) -> Vec<Map> {
        let terms = || self.conditions.iter().map(|(term, _)| term).chain(others);
        // The unit is somebody else's to find, and a draw has no value yet.
        let terms = || terms().filter(|term| !term.has_unit() && !term.has_draw());
        let names: IndexSet<&'a str> = terms().flat_map(Term::names).collect();
        let values: Vec<Vec<Value>> = names
            .iter()
            .map(|name| candidates(terms().filter(|term| term.names().contains(name))))
            .collect();
        let mut examples = Vec::new();
        let mut places = vec![0; names.len()];
        for _ in 0..MAX_TRIED / names.len().max(1) {
            let inputs: Map = names
                .iter()
                .zip(&values)
                .zip(&places)
                .map(|((name, values), place)| ((*name).to_owned(), values[*place].clone()))
                .collect();
            let fits = |(term, truth): &(Term<'a>, bool)| {
                term.value::<S>(&inputs).map(|value| value.is_true()) == Some(*truth)
            };
            let on_inputs = self.conditions.iter();
            let mut on_inputs = on_inputs.filter(|(term, _)| !term.has_unit() && !term.has_draw());
            if on_inputs.all(fits) && terms().all(|term| term.value::<S>(&inputs).is_some()) {
                examples.push(inputs);
            }
            if examples.len() == most || !advance(&mut places, &values) {
                break;
            }
        }
        examples
    }
}

/// The most values of inputs that are tried in examples.
const MAX_TRIED: usize = 20_000;

/// Counts on; false after the last combination.
fn advance(places: &mut [usize], values: &[Vec<Value>]) -> bool {
    for (place, values) in places.iter_mut().zip(values) {
        *place += 1;
        if *place < values.len() {
            return true;
        }
        *place = 0;
    }
    false
}

impl<'t, 'a> OnOne<'t, 'a> {
    fn new(term: &'t Term<'a>) -> OnOne<'t, 'a> {
        let is_input = |term: &Term<'_>| matches!(term.kind(), TermKind::Input(_));
        let is_direct = match term.kind() {
            TermKind::Input(_) => true,
            TermKind::Call(function, arguments) => match arguments.as_slice() {
                [(_, left), (_, right)] => {
                    // Lists and maps have no end of others between them.
                    let is_known = |term: &Term<'_>| match term.kind() {
                        TermKind::Known(value) => {
                            *function == Function::Equals
                                || !matches!(**value, Value::List(_) | Value::Map(_))
                        }
                        _ => false,
                    };
                    compares(*function)
                        && (is_input(left) && is_known(right) || is_known(left) && is_input(right))
                }
                _ => false,
            },
            _ => false,
        };
        OnOne { term, is_direct }
    }
}

fn compares(function: Function) -> bool {
    use Function::{Equals, Greater, GreaterOrEqual, Less, LessOrEqual};
    matches!(function, Equals | Less | Greater | LessOrEqual | GreaterOrEqual)
}

/// The input that a condition is on, if it is on one alone.
fn on_one<'a>(condition: &Term<'a>) -> Option<&'a str> {
    if condition.has_unit() || condition.has_draw() {
        return None;
    }
    match condition.names().as_slice() {
        [name] => Some(name),
        _ => None,
    }
}

fn holds<S: Semantics>(condition: &Term<'_>, name: &str, value: &Value) -> Option<bool> {
    let inputs = Map::from_iter([(name.to_owned(), value.clone())]);
    condition.value::<S>(&inputs).map(|value| value.is_true())
}
