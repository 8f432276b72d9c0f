//! The exploration of all paths through a script.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::accumulate::{Found, Shares};
use super::key::Key;
use super::shares::{Distribution, Span};
use super::symbol::{Number, Symbol};
use super::walk::{Leaf, Setting, Trace, walk};
use super::world::{Need, World};
use super::{Counted, MAX_PATHS, Obstacle};
use crate::eval::MAX_ANSWER;
use crate::eval::semantics::Semantics;

/// The most expressions that are evaluated on all paths together.
const MAX_STEPS: usize = 20_000_000;

/// The most outcomes that are distinguished on all paths together.
const MAX_OUTCOMES: usize = 5_000_000;

/// The most draws that one path may depend on.
const MAX_FORKS: usize = 400;

/// The distribution of a script over all units.
#[derive(Debug)]
pub(crate) struct Enumerated {
    /// The params that any path sets, in the order in which they are met.
    pub(crate) params: IndexMap<String, Found>,
    /// The reason why nothing is known of the whole script.
    pub(crate) beyond: Option<Obstacle>,
    /// The share of the counted units.
    pub(crate) counted: Result<f64, Obstacle>,
    /// The draws that the script makes.
    pub(crate) keys: HashSet<Key>,
}

impl Enumerated {
    /// The distribution of a param over the counted units.
    pub(crate) fn param(&self, name: &str) -> Found {
        match (&self.beyond, self.params.get(name)) {
            (Some(obstacle), _) => Err(obstacle.clone()),
            (None, Some(found)) => found.clone(),
            (None, None) => Ok(Distribution::default()),
        }
    }
}

pub(super) fn enumerate<S: Semantics>(setting: &Setting<'_>, counted: Counted) -> Enumerated {
    let semantics = std::marker::PhantomData::<S>;
    let trace = Trace::default();
    let (paths, outcomes, kept) = (0, 0, 0);
    let mut explorer = Explorer { setting, counted, trace, paths, outcomes, kept, semantics };
    let mut shares = Shares::default();
    let explored = explorer.paths(&World::default(), 1.0, MAX_FORKS, &mut shares);
    let Shares { counted, params, failure } = shares.normalized(counted);
    let beyond = explored.err().or(failure.map(Obstacle::Fails));
    let counted = match (&beyond, explorer.counted) {
        (_, Counted::All) => Ok(1.0),
        (Some(obstacle), Counted::InExperiment) => Err(obstacle.clone()),
        (None, Counted::InExperiment) => counted,
    };
    Enumerated { params, beyond, counted, keys: explorer.trace.keys }
}

struct Explorer<'s, 'a, S> {
    setting: &'s Setting<'a>,
    counted: Counted,
    trace: Trace,
    paths: usize,
    outcomes: usize,
    /// The number of bytes that the values of all params take.
    kept: usize,
    semantics: std::marker::PhantomData<S>,
}

impl<S: Semantics> Explorer<'_, '_, S> {
    /// Adds all paths that continue from a world.
    fn paths(
        &mut self,
        world: &World,
        weight: f64,
        forks: usize,
        shares: &mut Shares,
    ) -> Result<(), Obstacle> {
        self.paths += 1;
        if self.paths > MAX_PATHS || self.trace.steps > MAX_STEPS || forks == 0 {
            return Err(Obstacle::ManyPaths);
        }
        match walk::<S>(self.setting, world, &mut self.trace) {
            Ok(leaf) => self.leaf(world, weight, leaf, shares),
            Err(Need::Draw(ways)) => {
                for way in &ways {
                    let weight = weight * way.probability;
                    self.paths(&world.after(way), weight, forks - 1, shares)?;
                }
            }
            Err(Need::Guess(why)) => {
                let (mut one, mut other) = (Shares::default(), Shares::default());
                self.paths(&world.guessing(true), weight, forks - 1, &mut one)?;
                self.paths(&world.guessing(false), weight, forks - 1, &mut other)?;
                shares.add_either(one, other, &why);
            }
            Err(Need::Beyond(obstacle)) => return Err(obstacle),
            Err(Need::Failed(error)) => {
                shares.failure.get_or_insert(error.to_string());
            }
        }
        Ok(())
    }

    fn leaf(&mut self, world: &World, weight: f64, leaf: Leaf<'_>, shares: &mut Shares) {
        if self.counted == Counted::InExperiment && !leaf.in_experiment {
            return;
        }
        shares.count(weight);
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
                    Spread::Failed(message) => {
                        shares.failure.get_or_insert(message);
                    }
                }
            }
        }
    }

    /// Adds the values of a param on a path, over all draws that it still depends on.
    fn spread<'a>(
        &mut self,
        world: &World,
        symbol: Symbol<'a>,
        weight: f64,
        forks: usize,
        sum: &mut Distribution,
    ) -> Result<(), Spread> {
        self.outcomes += 1;
        if self.outcomes > MAX_OUTCOMES || forks == 0 {
            return Err(Obstacle::ManyPaths.into());
        }
        match symbol {
            Symbol::Known(value) => Ok(sum.add_value(&value, weight)?),
            Symbol::Number(number) => {
                sum.add_span(span(world, &number, weight)?);
                Ok(())
            }
            Symbol::Unit | Symbol::Unknown(_) => Err(symbol.obstacle().into()),
            Symbol::Draw(draw) => {
                for (probability, outcome, way) in world.spread(&draw)? {
                    let weight = weight * probability;
                    match outcome.map_err(|error| Spread::Failed(error.to_string()))? {
                        Symbol::Known(value) => {
                            self.outcomes += 1;
                            sum.add_value(&value, weight)?;
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
                    Ok(Symbol::Known(value)) => Ok(sum.add_value(&value, weight)?),
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
                    Err(Need::Guess(obstacle) | Need::Beyond(obstacle)) => Err(obstacle.into()),
                }
            }
        }
    }
}

/// The reason why a param cannot be spread out.
enum Spread {
    Obstacle(Obstacle),
    Failed(String),
}

impl From<Obstacle> for Spread {
    fn from(obstacle: Obstacle) -> Spread {
        Spread::Obstacle(obstacle)
    }
}

/// The part of a number's range that is left on a path.
fn span(world: &World, number: &Number, share: f64) -> Result<Span, Obstacle> {
    let Number { min, max, whole, ref key } = *number;
    if whole && !world.has_any_remainder(key) {
        return Err(Obstacle::ManyValues);
    }
    // An interval tells almost nothing about a remainder.
    let (low, high) = if whole { (0.0, 1.0) } else { world.interval(key) };
    let (a, b) = (min + (max - min) * low, min + (max - min) * high);
    Ok(Span { min: a.min(b), max: a.max(b), whole, share })
}
