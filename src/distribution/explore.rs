//! The distribution of one script, over all of its paths.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::accumulate::Shares;
use super::follows::{Follows, Pair, Pairs};
use super::key::Key;
use super::paths::{Follow, Halt, MAX_FORKS, MAX_STEPS, Paths};
use super::shares::{Distribution, Span};
use super::symbol::{Number, Symbol};
use super::term::Term;
use super::walk::{Leaf, Setting, Trace, walk};
use super::world::{Need, World};
use super::{Counted, Obstacle};
use crate::eval::semantics::Semantics;
use crate::eval::{EvalError, MAX_ANSWER};
use crate::value::Value;

/// The most outcomes that are distinguished on all paths together.
const MAX_OUTCOMES: usize = 5_000_000;

/// The most outcomes of pairs of params that are looked at.
const MAX_PAIRED: usize = 500_000;

/// The distribution of a script over all units.
#[derive(Debug)]
#[non_exhaustive]
pub struct Enumerated {
    /// The params that any path sets, in the order in which they are met, over the counted units.
    pub params: IndexMap<String, Result<Distribution, Obstacle>>,
    /// The reason why nothing is known of the whole script.
    pub beyond: Option<Obstacle>,
    /// The share of the counted units among all, from 0 to 1.
    pub counted: Result<f64, Obstacle>,
    /// The params that follow from another one, over the counted units.
    pub follows: Vec<Follows>,
    /// The draws that the script makes.
    pub(crate) keys: HashSet<Key>,
}

impl Enumerated {
    /// The distribution of a param over the counted units. It is empty if no path sets the param.
    ///
    /// # Errors
    /// The reason why it is not known.
    pub fn param(&self, name: &str) -> Result<Distribution, Obstacle> {
        match (&self.beyond, self.params.get(name)) {
            (Some(obstacle), _) => Err(obstacle.clone()),
            (None, Some(found)) => found.clone(),
            (None, None) => Ok(Distribution::default()),
        }
    }

    /// Whether two scripts draw one number, so that they are not independent.
    pub fn shares_draws(&self, other: &Enumerated) -> bool {
        !self.keys.is_disjoint(&other.keys)
    }
}

pub(super) fn enumerate<S: Semantics>(setting: &Setting<'_>, counted: Counted) -> Enumerated {
    let semantics = std::marker::PhantomData::<S>;
    let (pairs, paired) = (Pairs::default(), 0);
    let mut script = Explorer { setting, counted, outcomes: 0, kept: 0, pairs, paired, semantics };
    let (mut paths, mut shares) = (Paths::default(), Shares::default());
    let start = (&World::default(), 1.0);
    let beyond = match paths.follow(&mut script, start, MAX_FORKS, &mut shares) {
        Ok(()) => None,
        Err(Halt::Obstacle(obstacle)) => Some(obstacle),
        Err(Halt::Case(condition)) => Some(condition.obstacle()),
    };
    let Shares { counted: share, params, failure } = shares.normalized(counted);
    let beyond = beyond.or(failure.map(Obstacle::Fails));
    let counted = match (&beyond, counted) {
        (_, Counted::All) => Ok(1.0),
        (Some(obstacle), Counted::InExperiment) => Err(obstacle.clone()),
        (None, Counted::InExperiment) => share,
    };
    let follows = if beyond.is_some() { Vec::new() } else { script.pairs.follows() };
    Enumerated { params, beyond, counted, follows, keys: paths.trace.keys }
}

/// One script, as it is followed.
struct Explorer<'s, 'a, S> {
    setting: &'s Setting<'a>,
    counted: Counted,
    outcomes: usize,
    /// The number of bytes that the values of all params take.
    kept: usize,
    pairs: Pairs,
    /// The number of outcomes of pairs.
    paired: usize,
    semantics: std::marker::PhantomData<S>,
}

impl<'a, S: Semantics> Follow<'a> for Explorer<'_, 'a, S> {
    const MAX_STEPS: usize = MAX_STEPS;
    type Leaf = Leaf<'a>;
    type Sum = Shares;

    fn walk(&mut self, world: &World<'a>, trace: &mut Trace) -> Result<Leaf<'a>, Need<'a>> {
        walk::<S>(self.setting, world, trace)
    }

    fn leaf(
        &mut self,
        world: &World<'a>,
        weight: f64,
        leaf: Leaf<'a>,
        shares: &mut Shares,
    ) -> Result<(), Halt<'a>> {
        if self.counted == Counted::InExperiment && !leaf.in_experiment {
            return Ok(());
        }
        shares.count(weight);
        self.pair(world, &leaf);
        for (name, symbol) in leaf.params {
            let found = shares.param(name);
            let Ok(sum) = found else { continue };
            let before = sum.bytes();
            let spread = self.spread(world, symbol, weight, MAX_FORKS, sum);
            self.kept = self.kept.saturating_add(sum.bytes().saturating_sub(before));
            let fits = if self.kept > MAX_ANSWER {
                Err(Spread::Obstacle(Obstacle::TooLarge))
            } else {
                Ok(())
            };
            if let Err(stop) = spread.and(fits) {
                match stop {
                    Spread::Obstacle(obstacle) => *found = Err(obstacle),
                    Spread::Enough => {}
                    Spread::Failed(message) => {
                        shares.failure.get_or_insert(message);
                    }
                }
            }
        }
        Ok(())
    }

    fn failed(&mut self, error: EvalError, shares: &mut Shares) {
        shares.failure.get_or_insert(error.to_string());
    }

    fn is_case(&self, _: &Term<'a>) -> bool {
        false
    }

    fn either(
        &mut self,
        one: Shares,
        other: Shares,
        why: &Obstacle,
        shares: &mut Shares,
    ) -> Result<(), Obstacle> {
        shares.add_either(one, other, why);
        Ok(())
    }
}

impl<'a, S: Semantics> Explorer<'_, 'a, S> {
    /// Looks on a path at the params that follow from others.
    fn pair(&mut self, world: &World<'a>, leaf: &Leaf<'a>) {
        if !self.pairs.begin(&leaf.params) {
            return;
        }
        let mut alive = std::mem::take(&mut self.pairs.alive);
        alive.retain_mut(|pair| {
            let symbol = |name: &String| {
                let found = leaf.params.iter().find(|(known, _)| known == name);
                found.map(|(_, symbol)| symbol.clone())
            };
            // The pairs have a limit of their own: they must not use up that of the params.
            let outcomes = std::mem::replace(&mut self.outcomes, MAX_OUTCOMES - MAX_PAIRED);
            self.outcomes += self.paired;
            let told = match pair.names.each_ref().map(symbol) {
                // Two draws are independent, unless a path knows both.
                [Some(Symbol::Draw(a)), Some(Symbol::Draw(b))] if a.key != b.key => {
                    Err(Spread::Enough)
                }
                [Some(Symbol::Number(_) | Symbol::Unit | Symbol::Unknown(_)), _]
                | [_, Some(Symbol::Number(_) | Symbol::Unit | Symbol::Unknown(_))] => {
                    Err(Spread::Enough)
                }
                [Some(a), Some(b)] => {
                    self.spread(world, Symbol::list(vec![a, b]), 1.0, MAX_FORKS, pair)
                }
                [None, None] => Ok(()),
                // One is set without the other.
                [None, Some(_)] | [Some(_), None] => Err(Spread::Enough),
            };
            let used = std::mem::replace(&mut self.outcomes, outcomes);
            self.paired = used - (MAX_OUTCOMES - MAX_PAIRED);
            told.is_ok()
        });
        self.pairs.alive = alive;
    }

    /// Adds what a param is on a path, by all draws that it still depends on.
    fn spread(
        &mut self,
        world: &World<'a>,
        symbol: Symbol<'a>,
        weight: f64,
        forks: usize,
        sum: &mut impl Sum,
    ) -> Result<(), Spread> {
        self.outcomes += 1;
        if self.outcomes > MAX_OUTCOMES || forks == 0 {
            return Err(Obstacle::ManyPaths.into());
        }
        match symbol {
            Symbol::Known(value) => sum.value(&value, weight),
            Symbol::Number(number) => sum.span(span(world, &number, weight)?),
            Symbol::Unit | Symbol::Open(_) | Symbol::Unknown(_) => Err(symbol.obstacle().into()),
            Symbol::Draw(draw) => {
                for (probability, outcome, way) in world.spread(&draw)? {
                    let weight = weight * probability;
                    match outcome.map_err(|error| Spread::Failed(error.to_string()))? {
                        Symbol::Known(value) => {
                            self.outcomes += 1;
                            sum.value(&value, weight)?;
                        }
                        symbol => {
                            self.spread(&world.after(&way), symbol, weight, forks - 1, sum)?
                        }
                    }
                }
                Ok(())
            }
            Symbol::Filter(_) | Symbol::List(_) | Symbol::Map(_) => {
                match world.force_all(symbol.clone()) {
                    Ok(Symbol::Known(value)) => sum.value(&value, weight),
                    Ok(unknown) => Err(unknown.obstacle().into()),
                    Err(Need::Draw(ways)) => {
                        for way in &ways {
                            let weight = weight * way.probability;
                            let (world, symbol) = (world.after(way), symbol.clone());
                            self.spread(&world, symbol, weight, forks - 1, sum)?;
                        }
                        Ok(())
                    }
                    Err(Need::Failed(error)) => Err(Spread::Failed(error.to_string())),
                    Err(Need::Truth(condition)) => Err(condition.obstacle().into()),
                    Err(Need::Guess(obstacle) | Need::Beyond(obstacle)) => Err(obstacle.into()),
                }
            }
        }
    }
}

/// The reason why a param is not spread out any further.
enum Spread {
    Obstacle(Obstacle),
    Failed(String),
    /// Nothing more is to be learned.
    Enough,
}

/// The receiver of a param's values.
trait Sum {
    fn value(&mut self, value: &Value, share: f64) -> Result<(), Spread>;
    fn span(&mut self, span: Span) -> Result<(), Spread>;
}

impl Sum for Distribution {
    fn value(&mut self, value: &Value, share: f64) -> Result<(), Spread> {
        Ok(self.add_value(value, share)?)
    }

    fn span(&mut self, span: Span) -> Result<(), Spread> {
        self.add_span(span);
        Ok(())
    }
}

impl Sum for Pair {
    fn value(&mut self, value: &Value, _: f64) -> Result<(), Spread> {
        match value.as_list() {
            Some([a, b]) if self.add(a, b) => Ok(()),
            _ => Err(Spread::Enough),
        }
    }

    fn span(&mut self, _: Span) -> Result<(), Spread> {
        Err(Spread::Enough)
    }
}

impl From<Obstacle> for Spread {
    fn from(obstacle: Obstacle) -> Spread {
        Spread::Obstacle(obstacle)
    }
}

/// The part of a number's range that a path has left.
fn span(world: &World<'_>, number: &Number, share: f64) -> Result<Span, Obstacle> {
    let Number { min, max, whole, ref key } = *number;
    if whole && !world.has_any_remainder(key) {
        return Err(Obstacle::ManyValues);
    }
    if world.is_blurred(key) {
        return Err(Obstacle::Computed);
    }
    // An interval tells almost nothing about a remainder.
    let (low, high) = if whole { (0.0, 1.0) } else { world.interval(key) };
    let (a, b) = (min + (max - min) * low, min + (max - min) * high);
    Ok(Span { min: a.min(b), max: a.max(b), whole, share })
}
