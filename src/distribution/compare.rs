//! Two versions of what units get, compared exactly: both are run in one world, in which a draw of
//! one text is one number.

use std::collections::{BTreeSet, HashSet};

use indexmap::{IndexMap, IndexSet};

use super::Obstacle;
use super::alike::{Likeness, alike, is_same};
use super::key::Key;
use super::paths::{Follow, Halt};
use super::shares::Exact;
use super::shift::{ParamShift, Shift, Side};
use super::support::draws;
use super::symbol::Symbol;
use super::term::Term;
use super::walk::{Leaf, Setting, Trace, walk};
use super::world::{Need, World};
use crate::eval::EvalError;
use crate::eval::semantics::Semantics;
use crate::value::Value;

/// The most outcomes that are told apart.
const MAX_OUTCOMES: usize = 300_000;

/// The most steps of work for all cases together.
pub(super) const MAX_WORK: usize = 5_000_000;

/// The most pairs of values that are kept of a param.
const MAX_MOVES: usize = 1000;

/// The scripts that a unit runs through: the default's and then its experiment's, whose params are
/// laid over the others.
pub(super) type Version<'a> = Vec<Setting<'a>>;

/// The result of a version on a path.
pub(super) struct Outcome<'a> {
    params: IndexMap<&'a str, Symbol<'a>>,
    in_experiment: bool,
    /// The params that its last script sets.
    own: BTreeSet<&'a str>,
    /// Whether its last script draws a number that one before it draws, too.
    shares_draws: bool,
}

/// Two versions, as they are followed.
pub(super) struct Pair<'s, 'a, S> {
    before: &'s Version<'a>,
    after: &'s Version<'a>,
    unit: &'a str,
    outcomes: usize,
    semantics: std::marker::PhantomData<S>,
}

impl<'s, 'a, S> Pair<'s, 'a, S> {
    pub(super) fn new(before: &'s Version<'a>, after: &'s Version<'a>, unit: &'a str) -> Self {
        Pair { before, after, unit, outcomes: 0, semantics: std::marker::PhantomData }
    }
}

/// The sum over paths.
#[derive(Default)]
pub(super) struct Sum<'a> {
    pub(super) shift: Shift,
    /// The params that the last scripts set, by path.
    own: BTreeSet<BTreeSet<&'a str>>,
    /// Whether the last script and one before it draw one number.
    shares_draws: bool,
}

impl Sum<'_> {
    /// Whether on each path the same of the params that change are left to the scripts before the
    /// last one.
    pub(super) fn is_alike(&self) -> bool {
        let left = |own: &BTreeSet<&str>| -> Vec<&str> {
            let changed = self.shift.params.keys().map(String::as_str);
            changed.filter(|name| !own.contains(name)).collect()
        };
        let mut all = self.own.iter().map(left);
        let first = all.next();
        !self.shares_draws && all.all(|left| Some(left) == first)
    }
}

/// The results of both versions.
type Both<'a> = [Result<Outcome<'a>, EvalError>; 2];

impl<'a, S: Semantics> Follow<'a> for Pair<'_, 'a, S> {
    const MAX_STEPS: usize = MAX_WORK;
    type Leaf = Both<'a>;
    type Sum = Sum<'a>;

    fn walk(&mut self, world: &World<'a>, trace: &mut Trace) -> Result<Both<'a>, Need<'a>> {
        let mut run = |version: &Version<'a>| {
            let start = trace.met.len();
            let (params, own) = (IndexMap::new(), BTreeSet::new());
            let mut outcome = Outcome { params, in_experiment: true, own, shares_draws: false };
            for setting in version {
                let earlier = trace.met.len();
                let walked = walk::<S>(setting, world, trace);
                let (others, its) = trace.met.split_at(earlier);
                outcome.shares_draws = its.iter().any(|key| others[start..].contains(key));
                match walked {
                    Ok(Leaf { params, in_experiment, .. }) => {
                        outcome.own = params.iter().map(|(name, _)| *name).collect();
                        outcome.params.extend(params);
                        outcome.in_experiment = in_experiment;
                    }
                    Err(Need::Failed(error)) => return Ok(Err(error)),
                    Err(need) => return Err(need),
                }
            }
            Ok(Ok(outcome))
        };
        Ok([run(self.before)?, run(self.after)?])
    }

    fn leaf(
        &mut self,
        world: &World<'a>,
        weight: f64,
        both: Both<'a>,
        sum: &mut Sum<'a>,
    ) -> Result<(), Halt<'a>> {
        let shift = &mut sum.shift;
        let [before, after] = both;
        let (before, after) = match (before, after) {
            (Ok(before), Ok(after)) => (before, after),
            (before, after) => {
                shift.failed_before += if before.is_err() { weight } else { 0.0 };
                shift.failed_after += if after.is_err() { weight } else { 0.0 };
                return Ok(());
            }
        };
        sum.shares_draws |= before.shares_draws | after.shares_draws;
        sum.own.extend([before.own, after.own]);
        if before.in_experiment != after.in_experiment {
            shift.in_experiment += weight;
        }
        let names: IndexSet<&str> =
            after.params.keys().chain(before.params.keys()).copied().collect();
        let mut different = Vec::new();
        for name in names {
            let sides = [before.params.get(name), after.params.get(name)];
            if let [Some(one), Some(other)] = sides
                && is_same(one, other)
            {
                continue;
            }
            let mut keys = HashSet::new();
            // What is not known ends the comparison where it is not the same at first sight.
            sides.into_iter().flatten().for_each(|symbol| drop(draws(symbol, &mut keys)));
            different.push(Compared { name, sides: sides.map(|side| side.cloned()), keys });
        }
        // Params that share no draw are independent of one another.
        let mut unchanged = 1.0;
        for group in groups(different) {
            unchanged *= self.group(world, weight, &group, shift)?;
        }
        shift.any += weight * (1.0 - unchanged);
        Ok(())
    }

    fn failed(&mut self, _: EvalError, _: &mut Sum<'a>) {
        // A version that fails is the end of a path like others.
    }

    fn is_case(&self, condition: &Term<'a>) -> bool {
        !condition.has_draw()
    }

    fn either(
        &mut self,
        one: Sum<'a>,
        other: Sum<'a>,
        why: &Obstacle,
        sum: &mut Sum<'a>,
    ) -> Result<(), Obstacle> {
        if !one.shift.is_close(&other.shift) {
            return Err(why.clone());
        }
        sum.shift.add(one.shift);
        sum.own.extend(one.own.into_iter().chain(other.own));
        sum.shares_draws |= one.shares_draws | other.shares_draws;
        Ok(())
    }
}

/// A param whose values are not the same at first sight.
struct Compared<'a> {
    name: &'a str,
    /// Before and after.
    sides: [Option<Symbol<'a>>; 2],
    keys: HashSet<Key>,
}

/// Puts params together that share draws.
fn groups(params: Vec<Compared<'_>>) -> Vec<Vec<Compared<'_>>> {
    let mut groups: Vec<(HashSet<Key>, Vec<Compared<'_>>)> = Vec::new();
    for param in params {
        let (mut keys, mut members) = (param.keys.clone(), Vec::new());
        let mut apart = Vec::new();
        for (its, params) in groups {
            if its.is_disjoint(&param.keys) {
                apart.push((its, params));
            } else {
                keys.extend(its);
                members.extend(params);
            }
        }
        members.push(param);
        apart.push((keys, members));
        groups = apart;
    }
    groups.into_iter().map(|(_, params)| params).collect()
}

impl<'a, S: Semantics> Pair<'_, 'a, S> {
    /// Adds the shifts of params that share draws. Returns the probability that none of them changes.
    fn group(
        &mut self,
        world: &World<'a>,
        weight: f64,
        group: &[Compared<'a>],
        shift: &mut Shift,
    ) -> Result<f64, Halt<'a>> {
        let mut unchanged = 1.0;
        for param in group {
            let mut found = ParamShift::default();
            let equal =
                self.equal(world, 1.0, std::slice::from_ref(param), &mut Some(&mut found))?;
            unchanged = equal;
            if found.share > 0.0 {
                let sum = shift.params.entry(param.name.to_owned()).or_default();
                sum.share += weight * found.share;
                for (sides, share) in found.moves {
                    if sum.moves.len() < MAX_MOVES || sum.moves.contains_key(&sides) {
                        *sum.moves.entry(sides).or_default() += weight * share;
                    }
                }
            }
        }
        if group.len() > 1 {
            unchanged = self.equal(world, 1.0, group, &mut None)?;
        }
        Ok(unchanged)
    }

    /// The probability that all of these params stay the same, times a weight. Of one alone, the
    /// moves are kept.
    fn equal(
        &mut self,
        world: &World<'a>,
        weight: f64,
        params: &[Compared<'a>],
        moves: &mut Option<&mut ParamShift>,
    ) -> Result<f64, Halt<'a>> {
        self.outcomes += 1;
        if self.outcomes > MAX_OUTCOMES {
            return Err(Obstacle::ManyPaths.into());
        }
        let Some((first, rest)) = params.split_first() else {
            return Ok(weight);
        };
        let likeness = match self.likeness(world, &first.sides) {
            Ok(likeness) => likeness,
            Err(Need::Draw(ways)) => {
                let mut sum = 0.0;
                for way in &ways {
                    let weight = weight * way.probability;
                    sum += self.equal(&world.after(way), weight, params, moves)?;
                }
                return Ok(sum);
            }
            Err(Need::Truth(condition)) if self.is_case(&condition) => {
                return Err(Halt::Case(condition));
            }
            Err(Need::Truth(condition)) => return Err(condition.obstacle().into()),
            Err(Need::Guess(obstacle) | Need::Beyond(obstacle)) => return Err(obstacle.into()),
            Err(Need::Failed(error)) => return Err(Obstacle::Fails(error.to_string()).into()),
        };
        let same = match likeness {
            Likeness::Same => 1.0,
            Likeness::Different => 0.0,
            // What is the same then is not known of any other param of that draw.
            Likeness::Perhaps(_) if !rest.is_empty() => return Err(Obstacle::ManyValues.into()),
            Likeness::Perhaps(same) => same,
        };
        if let Some(found) = moves
            && same < 1.0
        {
            let share = weight * (1.0 - same);
            found.share += share;
            let mut sides = Vec::with_capacity(2);
            for symbol in &first.sides {
                let symbol = symbol.clone().map(|symbol| world.force_all(symbol));
                sides.push(symbol.map_or(Side::Missing, |symbol| {
                    symbol.map_or(Side::Number, |symbol| side(&symbol))
                }));
            }
            if let [before, after] = sides.as_slice() {
                let sides = (before.clone(), after.clone());
                if found.moves.len() < MAX_MOVES || found.moves.contains_key(&sides) {
                    *found.moves.entry(sides).or_default() += share;
                }
            }
        }
        if same == 0.0 {
            return Ok(0.0);
        }
        self.equal(world, weight * same, rest, moves)
    }

    fn likeness(
        &self,
        world: &World<'a>,
        sides: &[Option<Symbol<'a>>; 2],
    ) -> Result<Likeness, Need<'a>> {
        let [Some(one), Some(other)] = sides else {
            // What is there must be so without a failure.
            for symbol in sides.iter().flatten() {
                world.force_all(symbol.clone())?;
            }
            return Ok(Likeness::Different);
        };
        let one = world.force_all(one.clone())?;
        let other = world.force_all(other.clone())?;
        alike::<S>(self.unit, world, &one, &other)
    }
}

/// A value that has been forced, as it is shown.
fn side(symbol: &Symbol<'_>) -> Side {
    match symbol {
        Symbol::Known(value) => Side::Value(Exact(Value::clone(value))),
        Symbol::Number(_) => Side::Number,
        _ => Side::Open,
    }
}
