//! The params of some units before and after. They show the effect of edited scripts, which segments
//! cannot show.

use std::borrow::Cow;
use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::outcome::{Cause, Failure, Subject};
use crate::eval::Effort;
use crate::namespace::{Assignment, DeclaredInput, InputValues, Namespace};
use crate::parallel;
use crate::value::{Map, Value};

/// The number of units that are evaluated at a time.
const CHUNK: usize = 256;

/// The units that are evaluated.
#[derive(Clone, Debug, PartialEq)]
pub enum Units {
    /// This number of units, numbered from 0. The number is the primary unit.
    Numbers(u32),
    /// The same units, but at most `total` for all changed namespaces together.
    Shared {
        /// The number of units for each namespace.
        each: u32,
        /// The number of units for all namespaces together.
        total: u32,
    },
    /// Given units.
    Given(Vec<Unit>),
}

impl Units {
    /// Whether somebody chose these or their number: what is shared is what is taken otherwise.
    pub(super) fn are_chosen(&self) -> bool {
        !matches!(self, Units::Shared { .. })
    }

    /// The largest number of units.
    pub(super) fn count(&self) -> usize {
        match self {
            Units::Numbers(count) | Units::Shared { each: count, .. } => *count as usize,
            Units::Given(units) => units.len(),
        }
    }

    /// The units for each of this number of changed or new namespaces.
    pub(super) fn for_each_of(&self, namespaces: usize) -> Cow<'_, Units> {
        match self {
            Units::Shared { each, total } => {
                let namespaces = u32::try_from(namespaces.max(1)).unwrap_or(u32::MAX);
                Cow::Owned(Units::Numbers(*each.min(&(total / namespaces).max(1))))
            }
            units => Cow::Borrowed(units),
        }
    }
}

/// A unit that is evaluated.
#[derive(Clone, Debug, PartialEq)]
pub enum Unit {
    /// The value of the primary unit, whatever its name.
    Primary(Value),
    /// All inputs. A null input counts as given, a missing one does not.
    Inputs(Map),
}

/// The params of the evaluated units, before and after.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sampled {
    /// The number of evaluated units.
    pub units: usize,
    /// Whether only the first units were evaluated, because scripts make too much data for all of
    /// them.
    pub is_cut: bool,
    /// Whether somebody named these units, or how many there should be.
    pub is_given: bool,
    /// The number of units that are in another experiment than before, or have left one or entered
    /// one.
    pub moved: usize,
    /// The number of units that get another value of any param.
    pub changed: usize,
    /// The number of units that failed before and do not fail after. Units that fail are not
    /// compared.
    pub failed_before: usize,
    /// The number of units that fail after and did not fail before.
    pub failed_after: usize,
    /// The number of units that fail before and after.
    pub failed_both: usize,
    /// The failure of the first unit that fails after, or else of the first that failed before.
    pub failure: Option<String>,
    /// The number of units that fail after and did not fail before, with any other inputs; and the
    /// first of them.
    pub fails: Option<(usize, UnitFailure)>,
    /// The number of units that fail after, possibly because nobody gave some inputs.
    pub unfed: usize,
    /// The inputs that are missing.
    pub missing: BTreeSet<String>,
    /// The number of units that fail after because of operators that only the project's own
    /// evaluators know.
    pub foreign: usize,
    /// The names of these operators.
    pub operators: BTreeSet<String>,
    /// The inputs of made-up units that were drawn from their declared values.
    pub drawn: BTreeSet<String>,
    /// The inputs that scripts read, and that were null for all units.
    pub null: BTreeSet<String>,
    /// The params with changed values, in the order in which they were found.
    pub params: Vec<ParamDifference>,
}

/// A unit that fails.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitFailure {
    /// The unit: the value of the primary unit, or all inputs as JSON.
    pub unit: String,
    /// The reason of the failure.
    pub message: String,
}

/// A param with changed values.
#[derive(Clone, Debug, PartialEq)]
pub struct ParamDifference {
    /// The name of the param.
    pub param: String,
    /// The number of units that get another value.
    pub units: usize,
    /// The number of those that are in the same experiment before and after.
    pub same_experiment: usize,
    /// The first of these units.
    pub example: Difference,
}

/// A unit's values of a param before and after; `None` if the param is not set.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The unit: the value of the primary unit, or all inputs as JSON.
    pub unit: String,
    /// The value before.
    pub before: Option<Value>,
    /// The value after.
    pub after: Option<Value>,
}

/// The settings for evaluating units in a plan.
#[derive(Clone, Copy, Debug)]
pub struct Trial<'a> {
    /// The units.
    pub units: &'a Units,
    /// The operators that only the project's own evaluators know. Their failures here have no
    /// meaning.
    pub operators: Option<&'a BTreeSet<String>>,
}

impl<'a> From<&'a Units> for Trial<'a> {
    fn from(units: &'a Units) -> Trial<'a> {
        Trial { units, operators: None }
    }
}

/// Evaluates units with both versions of a namespace, or with the only one; `None` if there are no
/// units.
pub(super) fn compare(
    before: Option<&Namespace>,
    after: &Namespace,
    trial: Trial<'_>,
) -> Option<Sampled> {
    let units = trial.units;
    let count = units.count();
    let feed = Feed::new(before, after, units);
    let subject = |namespace| Subject { namespace, operators: trial.operators };
    let (before, after) = (before.map(subject), subject(after));
    let evaluate = |start: usize, most: Effort| {
        let mut tally = Tally::default();
        for index in start..count.min(start + CHUNK) {
            if tally.effort >= most {
                tally.sampled.is_cut = true;
                break;
            }
            tally.unit(before, after, &feed.unit(index));
            tally.sampled.units += 1;
        }
        tally
    };
    if count == 0 {
        return None;
    }
    let first = evaluate(0, Effort::MOST);
    let effort = first.effort;
    let last = CHUNK.saturating_mul(effort.times_more().saturating_add(1)).min(count);
    let starts =
        if first.sampled.is_cut { Vec::new() } else { (CHUNK..last).step_by(CHUNK).collect() };
    let chunks = parallel::map(starts, |start| evaluate(start, effort.times(1)));
    let total = chunks.into_iter().fold(first, Tally::merge);
    let is_cut = total.sampled.units < count;
    let params = total.params.into_values().collect();
    let names = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
    let (drawn, null) = (names(feed.drawn()), names(feed.null()));
    Some(Sampled { is_cut, params, drawn, null, ..total.sampled })
}

/// The units with their inputs.
struct Feed<'n> {
    units: &'n Units,
    /// The names of the primary units, before and after.
    primary: Vec<&'n str>,
    /// The inputs that scripts read, and never set.
    reads: Vec<&'n str>,
    /// Those of made-up units that are drawn from their declared values.
    declared: Vec<(&'n str, &'n InputValues)>,
}

impl<'n> Feed<'n> {
    fn new(before: Option<&'n Namespace>, after: &'n Namespace, units: &'n Units) -> Feed<'n> {
        let sides: Vec<&Namespace> = [after].into_iter().chain(before).collect();
        let primary: Vec<&str> = sides.iter().map(|side| side.unit()).collect();
        let mut reads: Vec<&str> = sides.iter().flat_map(|side| side.unset()).collect();
        reads.sort_unstable();
        reads.dedup();
        reads.retain(|name| !primary.contains(name));
        let declared = reads.iter().filter(|_| !matches!(units, Units::Given(_)));
        // The new declaration says what units will be.
        let declared = declared.filter_map(|name| {
            sides.iter().find_map(|side| match side.inputs().get(name) {
                Some(DeclaredInput::OneOf(values)) => Some((*name, values)),
                _ => None,
            })
        });
        let declared = declared.collect();
        Feed { units, primary, reads, declared }
    }

    fn unit(&self, index: usize) -> Unit {
        if let Units::Given(units) = self.units {
            return units[index].clone();
        }
        let unit = Value::Int(i64::try_from(index).unwrap_or(i64::MAX));
        if self.declared.is_empty() {
            return Unit::Primary(unit);
        }
        let primary = self.primary.iter().map(|name| ((*name).to_owned(), unit.clone()));
        let mut inputs: Map = primary.collect();
        for (place, (name, values)) in self.declared.iter().enumerate() {
            let value = values.drawn(0, place, index);
            // A null stands for an input that is not given.
            if !value.is_null() {
                inputs.insert((*name).to_owned(), value.clone());
            }
        }
        Unit::Inputs(inputs)
    }

    fn drawn(&self) -> Vec<&'n str> {
        self.declared.iter().map(|(name, _)| *name).collect()
    }

    /// The inputs that are null for all units.
    fn null(&self) -> Vec<&'n str> {
        let is_given = |name: &str| match self.units {
            Units::Given(units) => units.iter().any(|unit| match unit {
                Unit::Primary(_) => false,
                Unit::Inputs(inputs) => inputs.get(name).is_some_and(|value| !value.is_null()),
            }),
            _ => self.declared.iter().any(|(known, _)| *known == name),
        };
        self.reads.iter().copied().filter(|name| !is_given(name)).collect()
    }
}

#[derive(Default)]
struct Tally {
    sampled: Sampled,
    params: IndexMap<String, ParamDifference>,
    /// Whether the kept failure is one after the change.
    failed_after: bool,
    /// The number of bytes that were made for the units.
    effort: Effort,
}

impl Tally {
    fn unit(&mut self, before: Option<Subject<'_>>, after: Subject<'_>, unit: &Unit) {
        let inputs = match unit {
            Unit::Inputs(inputs) => inputs.clone(),
            Unit::Primary(value) => {
                let names = before.into_iter().chain([after]).map(|side| side.namespace.unit());
                Map::from_iter(names.map(|name| (name.to_owned(), value.clone())))
            }
        };
        let old = before.map(|before| before.assign(&inputs));
        let new = after.assign(&inputs);
        self.effort.add(old.as_ref().map_or(0, made).saturating_add(made(&new)));
        match (old, new) {
            (None, Ok(_)) => {}
            (Some(Ok(old)), Ok(new)) => self.compare(&old, &new, unit),
            (Some(Err(failure)), Ok(_)) => {
                self.sampled.failed_before += 1;
                self.keep(&failure, false);
            }
            (old, Err(failure)) => {
                match &old {
                    Some(Err(_)) => self.sampled.failed_both += 1,
                    _ => self.sampled.failed_after += 1,
                }
                self.keep(&failure, true);
                let failed_before = old.and_then(Result::err).map(|failure| failure.cause);
                self.count(failure, failed_before, unit);
            }
        }
    }

    fn keep(&mut self, failure: &Failure, after: bool) {
        if self.sampled.failure.is_none() || after && !self.failed_after {
            self.sampled.failure = Some(failure.message.clone());
            self.failed_after = after;
        }
    }

    /// Counts a failure after the change, by its cause.
    fn count(&mut self, failure: Failure, before: Option<Cause>, unit: &Unit) {
        let Failure { message, cause, .. } = failure;
        let sampled = &mut self.sampled;
        match cause {
            // The failure before may only be due to missing inputs.
            Cause::Script if before != Some(Cause::Script) => {
                let first = || UnitFailure { unit: label(unit), message };
                sampled.fails.get_or_insert_with(|| (0, first())).0 += 1;
            }
            Cause::Script => {}
            Cause::Inputs(missing) => {
                sampled.unfed += 1;
                sampled.missing.extend(missing);
            }
            Cause::Operator(name) => {
                sampled.foreign += 1;
                sampled.operators.insert(name);
            }
        }
    }

    fn compare(&mut self, before: &Assignment<'_>, after: &Assignment<'_>, unit: &Unit) {
        let moved = before.experiment != after.experiment;
        let stays = !moved && after.experiment.is_some();
        let (old, new) = (&before.params, &after.params);
        let gone = old.iter().map(|(name, _)| name).filter(|name| new.get(name).is_none());
        let names = new.iter().map(|(name, _)| name).chain(gone);
        let mut changed = false;
        for name in names {
            let (earlier, later) = (old.get(name), new.get(name));
            if let (Some(earlier), Some(later)) = (earlier, later)
                && same(earlier, later)
            {
                continue;
            }
            changed = true;
            let param = self.params.entry(name.to_owned()).or_insert_with(|| ParamDifference {
                param: name.to_owned(),
                units: 0,
                same_experiment: 0,
                example: Difference {
                    unit: label(unit),
                    before: earlier.cloned(),
                    after: later.cloned(),
                },
            });
            param.units += 1;
            param.same_experiment += usize::from(stays);
        }
        self.sampled.moved += usize::from(moved);
        self.sampled.changed += usize::from(changed);
    }

    /// Adds the results of later units, unless some units before them were left out.
    fn merge(mut self, later: Tally) -> Tally {
        if self.sampled.is_cut {
            return self;
        }
        let (sum, more) = (&mut self.sampled, later.sampled);
        sum.units += more.units;
        sum.is_cut = more.is_cut;
        sum.moved += more.moved;
        sum.changed += more.changed;
        sum.failed_before += more.failed_before;
        sum.failed_after += more.failed_after;
        sum.failed_both += more.failed_both;
        match (&mut sum.fails, more.fails) {
            (Some((units, _)), Some((more, _))) => *units += more,
            (none, more) => *none = none.take().or(more),
        }
        sum.unfed += more.unfed;
        sum.missing.extend(more.missing);
        sum.foreign += more.foreign;
        sum.operators.extend(more.operators);
        if sum.failure.is_none() || later.failed_after && !self.failed_after {
            sum.failure = more.failure.or(sum.failure.take());
            self.failed_after = later.failed_after;
        }
        for (name, more) in later.params {
            match self.params.get_mut(&name) {
                Some(param) => {
                    param.units += more.units;
                    param.same_experiment += more.same_experiment;
                }
                None => {
                    self.params.insert(name, more);
                }
            }
        }
        self
    }
}

/// The number of bytes that were made for a unit, and that have to be compared.
fn made(assigned: &Result<Assignment<'_>, Failure>) -> usize {
    match assigned {
        Ok(assignment) => assignment.params.made().saturating_add(assignment.params.bytes()),
        Err(failure) => failure.made,
    }
}

/// Whether two values are equal. Here, not-a-number equals itself.
fn same(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::Float(before), Value::Float(after)) => {
            before == after || (before.is_nan() && after.is_nan())
        }
        (Value::List(before), Value::List(after)) => {
            before.len() == after.len() && before.iter().zip(after).all(|(b, a)| same(b, a))
        }
        (Value::Map(before), Value::Map(after)) => {
            let is_in = |(key, value)| after.get(key).is_some_and(|after| same(value, after));
            before.len() == after.len() && before.iter().all(is_in)
        }
        (before, after) => before == after,
    }
}

fn label(unit: &Unit) -> String {
    match unit {
        Unit::Primary(Value::String(text)) => text.clone(),
        Unit::Primary(value) => value.to_string(),
        Unit::Inputs(inputs) => {
            let given = inputs.iter().filter(|(_, value)| !value.is_null());
            let given = given.map(|(name, value)| (name.clone(), value.clone()));
            Value::from(Map::from_iter(given)).to_string()
        }
    }
}
