//! Two versions of what units get, compared exactly: both are run in one world, in which a draw of
//! one text is one number.
//!
//! Inputs are not known. A condition on them divides the units into cases, each of which is followed
//! by itself; cases that come to the same are put together again.

use std::collections::{BTreeSet, HashSet};

use indexmap::{IndexMap, IndexSet};

use super::Obstacle;
use super::alike::{Likeness, alike, is_same};
use super::key::Key;
use super::paths::{Follow, Halt, MAX_FORKS, Paths};
use super::shares::Exact;
use super::symbol::{Outcomes, Symbol};
use super::term::Term;
use super::walk::{Leaf, Setting, Trace, walk};
use super::world::{Need, World};
use crate::eval::EvalError;
use crate::eval::semantics::Semantics;
use crate::value::Value;

/// The most cases of inputs.
const MAX_CASES: usize = 1000;

/// The most outcomes that are told apart.
const MAX_OUTCOMES: usize = 300_000;

/// The most steps of work for all cases together.
const MAX_WORK: usize = 5_000_000;

/// The most pairs of values that are kept of a param.
const MAX_MOVES: usize = 1000;

/// Shares that differ by less are the same.
const TOLERANCE: f64 = 1e-12;

/// The scripts that a unit runs through: the default's and then its experiment's, whose params are
/// laid over the others.
pub(super) type Version<'a> = Vec<Setting<'a>>;

/// The result of a version on a path.
struct Outcome<'a> {
    params: IndexMap<&'a str, Symbol<'a>>,
    in_experiment: bool,
    /// The params that its last script sets.
    own: BTreeSet<&'a str>,
    /// Whether its last script draws a number that one before it draws, too.
    shares_draws: bool,
}

/// The units of a case, in shares of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shift {
    /// The share that gets another value of any param.
    pub any: f64,
    /// The share of which one version says that they are in the experiment, and the other one that
    /// they are not.
    pub in_experiment: f64,
    /// The share that fails before.
    pub failed_before: f64,
    /// The share that fails after.
    pub failed_after: f64,
    /// The params of which any unit gets another value.
    pub params: IndexMap<String, ParamShift>,
}

/// A param of which units get another value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ParamShift {
    /// The share of the units.
    pub share: f64,
    /// The values before and after, with the share of the units that go from one to the other; at
    /// most a thousand pairs.
    pub moves: IndexMap<(Side, Side), f64>,
}

/// A value before or after.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The param is not set.
    Missing,
    /// A value.
    Value(Exact),
    /// A number of too many to name each.
    Number,
    /// A value that depends on inputs.
    Open,
}

/// Units whose inputs fulfil conditions that no other case fulfils.
#[derive(Debug)]
pub(super) struct Case<'a> {
    /// The conditions, and whether each holds.
    pub(super) world: World<'a>,
    /// What changes, or why that is not known.
    pub(super) shift: Result<Shift, Obstacle>,
    /// Whether what changes does not depend on what the last script draws.
    pub(super) is_alike: bool,
}

/// The cases in which anything changes, or fails, and the draws that were met.
pub(super) fn compare<'a, S: Semantics>(
    before: &Version<'a>,
    after: &Version<'a>,
    unit: &'a str,
) -> Result<(Vec<Case<'a>>, HashSet<Key>), Obstacle> {
    let semantics = std::marker::PhantomData::<S>;
    let pair = Pair { before, after, unit, outcomes: 0, semantics };
    let mut cases = Cases { pair, paths: Paths::default(), met: 0 };
    let tree = cases.tree(World::default(), &[])?;
    let mut found = Vec::new();
    flatten::<S>(tree, World::default(), &mut found)?;
    Ok((found, cases.paths.trace.keys))
}

/// Cases by the conditions that tell them apart.
#[derive(Debug, PartialEq)]
enum Tree<'a> {
    Leaf { shift: Result<Shift, Obstacle>, is_alike: bool },
    Either(Term<'a>, Box<[Tree<'a>; 2]>),
}

struct Cases<'s, 'a, S> {
    pair: Pair<'s, 'a, S>,
    paths: Paths,
    met: usize,
}

impl<'a, S: Semantics> Cases<'_, 'a, S> {
    /// The cases of a world. Where inputs among the `harmless` are null, nothing changes.
    fn tree(&mut self, world: World<'a>, harmless: &[&'a str]) -> Result<Tree<'a>, Obstacle> {
        self.met += 1;
        if self.met > 2 * MAX_CASES || self.paths.trace.steps > MAX_WORK {
            return Err(Obstacle::ManyCases);
        }
        let mut sum = Sum::default();
        match self.paths.follow(&mut self.pair, (&world, 1.0), MAX_FORKS, &mut sum) {
            Ok(()) => {
                let is_alike = sum.is_alike();
                Ok(Tree::Leaf { shift: Ok(sum.shift), is_alike })
            }
            // The limits are those of all cases together.
            Err(Halt::Obstacle(obstacle @ (Obstacle::ManyPaths | Obstacle::ManyCases))) => {
                Err(obstacle)
            }
            Err(Halt::Obstacle(obstacle)) => {
                Ok(Tree::Leaf { shift: Err(obstacle), is_alike: false })
            }
            Err(Halt::Case(condition)) => {
                self.paths.trace.steps += world.assumed.work(&condition);
                // Units for which a condition fails are in neither of its cases, but it may be met
                // on some paths only.
                let fatal = world.assumed.fatal_null::<S>(&condition, harmless);
                let mut harmless = harmless.to_vec();
                if let Some((name, is_null)) = fatal {
                    let null = self.tree(world.assuming(&is_null, true), &harmless)?;
                    if null.has_changes() {
                        let other = self.tree(world.assuming(&is_null, false), &harmless)?;
                        return Ok(Tree::Either(is_null, Box::new([null, other])));
                    }
                    harmless.push(name);
                    return self.tree(world, &harmless);
                }
                let mut possible = Vec::new();
                for truth in [true, false] {
                    let world = world.assuming(&condition, truth);
                    if world.assumed.is_possible::<S>() {
                        possible.push(self.tree(world, &harmless)?);
                    }
                }
                let Some(no) = possible.pop() else {
                    // No input leads here.
                    return Ok(Tree::Leaf { shift: Ok(Shift::default()), is_alike: true });
                };
                Ok(match possible.pop() {
                    Some(yes) if yes.is_close(&no) => yes,
                    Some(yes) => Tree::Either(condition, Box::new([yes, no])),
                    None => no,
                })
            }
        }
    }
}

impl Tree<'_> {
    /// Whether anything changes, or may, in any of the cases.
    fn has_changes(&self) -> bool {
        match self {
            Tree::Leaf { shift: Ok(shift), .. } => shift.any > 0.0 || shift.in_experiment > 0.0,
            Tree::Leaf { shift: Err(_), .. } => true,
            Tree::Either(_, branches) => branches.iter().any(Tree::has_changes),
        }
    }

    /// Whether two trees say the same but for what computing makes of it.
    fn is_close(&self, other: &Tree<'_>) -> bool {
        match (self, other) {
            (
                Tree::Leaf { shift: one, is_alike },
                Tree::Leaf { shift: other, is_alike: is_other_alike },
            ) => match (one, other) {
                _ if is_alike != is_other_alike => false,
                (Ok(one), Ok(other)) => one.is_close(other),
                (Err(one), Err(other)) => one == other,
                _ => false,
            },
            (Tree::Either(one, its), Tree::Either(other, theirs)) => {
                one == other
                    && its.iter().zip(theirs.iter()).all(|(one, other)| one.is_close(other))
            }
            _ => false,
        }
    }
}

impl Shift {
    /// Whether two shifts are the same but for what computing makes of them.
    pub(super) fn is_close(&self, other: &Shift) -> bool {
        let close = |one: f64, other: f64| (one - other).abs() <= TOLERANCE;
        close(self.any, other.any)
            && close(self.in_experiment, other.in_experiment)
            && close(self.failed_before, other.failed_before)
            && close(self.failed_after, other.failed_after)
            && self.params.len() == other.params.len()
            && self.params.iter().all(|(name, one)| {
                other.params.get(name).is_some_and(|other| {
                    close(one.share, other.share)
                        && one.moves.len() == other.moves.len()
                        && one.moves.iter().all(|(sides, share)| {
                            other.moves.get(sides).is_some_and(|other| close(*share, *other))
                        })
                })
            })
    }

    /// Whether nothing changes or fails.
    fn is_nothing(&self) -> bool {
        self.any <= 0.0
            && self.in_experiment <= 0.0
            && self.failed_before <= 0.0
            && self.failed_after <= 0.0
    }
}

/// The cases of a tree in which anything happens.
fn flatten<'a, S: Semantics>(
    tree: Tree<'a>,
    world: World<'a>,
    found: &mut Vec<Case<'a>>,
) -> Result<(), Obstacle> {
    match tree {
        Tree::Leaf { shift: Ok(shift), .. } if shift.is_nothing() => Ok(()),
        Tree::Leaf { shift, is_alike } => {
            // A unit of its own draws one number: no share of it does.
            let mut conditions = world.assumed.conditions().iter();
            let is_own = conditions.any(|(condition, _)| condition.has_unit());
            let shift = if is_own { Err(Obstacle::UnitValue) } else { shift };
            if found.len() == MAX_CASES {
                return Err(Obstacle::ManyCases);
            }
            found.push(Case { world, shift, is_alike });
            Ok(())
        }
        Tree::Either(condition, branches) => {
            let [yes, no] = *branches;
            flatten::<S>(yes, world.assuming(&condition, true), found)?;
            flatten::<S>(no, world.assuming(&condition, false), found)
        }
    }
}

/// Two versions, as they are followed.
struct Pair<'s, 'a, S> {
    before: &'s Version<'a>,
    after: &'s Version<'a>,
    unit: &'a str,
    outcomes: usize,
    semantics: std::marker::PhantomData<S>,
}

/// The sum over paths.
#[derive(Default)]
struct Sum<'a> {
    shift: Shift,
    /// The params that the last scripts set, by path.
    own: BTreeSet<BTreeSet<&'a str>>,
    /// Whether the last script and one before it draw one number.
    shares_draws: bool,
}

impl Sum<'_> {
    /// Whether on each path the same of the params that change are left to the scripts before the
    /// last one.
    fn is_alike(&self) -> bool {
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
                    Ok(Leaf { params, in_experiment }) => {
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
            sides.into_iter().flatten().for_each(|symbol| draws(symbol, &mut keys));
            different.push(Compared { name, sides: sides.map(|side| side.cloned()), keys });
        }
        // What shares no draw is independent of one another.
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

impl Shift {
    fn add(&mut self, more: Shift) {
        self.any += more.any;
        self.in_experiment += more.in_experiment;
        self.failed_before += more.failed_before;
        self.failed_after += more.failed_after;
        for (name, more) in more.params {
            let param = self.params.entry(name).or_default();
            param.share += more.share;
            for (sides, share) in more.moves {
                *param.moves.entry(sides).or_default() += share;
            }
        }
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

/// The draws that a value depends on.
fn draws(symbol: &Symbol<'_>, keys: &mut HashSet<Key>) {
    match symbol {
        Symbol::Draw(draw) => {
            keys.insert(draw.key.clone());
            keys.extend(draw.parts.iter().cloned());
            match &draw.outcomes {
                Outcomes::Remainders(outcomes) => {
                    outcomes.iter().for_each(|outcome| draws(outcome, keys));
                }
                Outcomes::Intervals(outcomes) => outcomes.iter().for_each(|(_, outcome)| {
                    if let Ok(outcome) = outcome {
                        draws(outcome, keys);
                    }
                }),
            }
        }
        Symbol::Filter(filter) => {
            for (key, choice) in &filter.trials {
                keys.insert(key.clone());
                draws(choice, keys);
            }
        }
        Symbol::Number(number) => {
            keys.insert(number.key.clone());
        }
        Symbol::List(items) => items.iter().for_each(|item| draws(item, keys)),
        Symbol::Map(entries) => entries.iter().for_each(|(_, value)| draws(value, keys)),
        // Both end the comparison where they are not the same at first sight.
        Symbol::Open(_) | Symbol::Unknown(_) | Symbol::Known(_) | Symbol::Unit => {}
    }
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
            if let [before, after] = sides.as_slice()
                && found.moves.len() < MAX_MOVES
            {
                *found.moves.entry((before.clone(), after.clone())).or_default() += share;
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
