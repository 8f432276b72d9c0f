//! The known outcomes of draws on a path through a script.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::Obstacle;
use super::assumed::Assumed;
use super::key::Key;
use super::symbol::{Draw, Filter, Outcomes, Symbol};
use super::term::Term;
use crate::eval::error::EvalError;

/// The largest modulus up to which remainders are combined: far below the 60 bits of a draw.
const MAX_MODULUS: u64 = 1 << 50;

/// Outcomes with a smaller probability are ignored.
const NEGLIGIBLE: f64 = 1.0 / (1_u64 << 50) as f64;

/// The knowledge on a path.
#[derive(Clone, Debug, Default)]
pub(super) struct World<'a> {
    known: HashMap<Key, Known>,
    /// The draws that are parts of a `sample` that has been forced, with the key of that `sample`.
    parts: HashMap<Key, Key>,
    /// The conditions that no draw decides and that can be told from one another.
    pub(super) assumed: Rc<Assumed<'a>>,
    /// The guesses at the others, in the order in which they were met.
    pub(super) guesses: Vec<bool>,
    /// The draws that conditions depend on whose truth was taken for known, nobody knows for which
    /// share: which numbers are left is not known, either.
    blurred: Blurred,
}

/// The draws of which more is known than can be said.
#[derive(Clone, Debug, Default)]
enum Blurred {
    #[default]
    None,
    These(Rc<HashSet<Key>>),
    All,
}

/// The knowledge of a number that was drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    modulus: u64,
    remainder: u64,
    /// The bounds of the number, as shares of its range.
    low: f64,
    high: f64,
}

const NOTHING: Known = Known { modulus: 1, remainder: 0, low: 0.0, high: 1.0 };

/// The reason why a path cannot go on with its knowledge.
#[derive(Debug)]
pub(super) enum Need<'a> {
    /// Each way that a draw may turn out.
    Draw(Vec<Way>),
    /// Whether a condition holds that no draw decides.
    Truth(Term<'a>),
    /// The same of one that cannot be told from others.
    Guess(Obstacle),
    /// The path cannot be followed any further.
    Beyond(Obstacle),
    /// The path ends: the script fails.
    Failed(EvalError),
}

/// A way in which a draw may turn out, with its probability.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) probability: f64,
    key: Key,
    known: Known,
    parts: Arc<[Key]>,
}

/// An outcome of a draw: its probability, the way it is decided, and its index.
struct Possible {
    probability: f64,
    known: Known,
    index: usize,
}

impl<'a> World<'a> {
    /// The world in which a draw turned out that way.
    pub(super) fn after(&self, way: &Way) -> World<'a> {
        let mut world = self.clone();
        world.known.insert(way.key.clone(), way.known);
        for part in way.parts.iter() {
            world.parts.insert(part.clone(), way.key.clone());
        }
        world
    }

    /// The world in which a condition is taken for true, or for false.
    pub(super) fn assuming(&self, condition: &Term<'a>, truth: bool) -> World<'a> {
        let assumed = Rc::new(self.assumed.with(condition.clone(), truth));
        let mut world = World { assumed, ..self.clone() };
        if condition.has_draw() {
            world.blur(condition.keys());
        }
        world
    }

    /// From here on, the numbers of these draws are not equally likely any more.
    fn blur(&mut self, keys: Option<Vec<Key>>) {
        self.blurred = match (std::mem::take(&mut self.blurred), keys) {
            (Blurred::All, _) | (_, None) => Blurred::All,
            (Blurred::None, Some(keys)) => Blurred::These(Rc::new(keys.into_iter().collect())),
            (Blurred::These(known), Some(keys)) => {
                Blurred::These(Rc::new(known.iter().cloned().chain(keys).collect()))
            }
        };
    }

    /// Whether more is known of a number than its remainder and its interval.
    pub(super) fn is_blurred(&self, key: &Key) -> bool {
        match &self.blurred {
            Blurred::None => false,
            Blurred::These(keys) => keys.contains(key),
            Blurred::All => true,
        }
    }

    /// The same of a condition that cannot be told from others.
    pub(super) fn guessing(&self, guess: bool) -> World<'a> {
        let mut world = self.clone();
        world.guesses.push(guess);
        world.blur(None);
        world
    }

    /// The draws of which anything is known.
    pub(super) fn drawn(&self) -> impl Iterator<Item = &Key> {
        self.known.keys().chain(self.parts.keys())
    }

    fn of(&self, key: &Key) -> Known {
        self.known.get(key).copied().unwrap_or(NOTHING)
    }

    /// The bounds of a number, as shares of its range.
    pub(super) fn interval(&self, key: &Key) -> (f64, f64) {
        let known = self.of(key);
        (known.low, known.high)
    }

    /// Whether only the interval of a number is known.
    pub(super) fn has_any_remainder(&self, key: &Key) -> bool {
        self.of(key).modulus == 1 && !self.is_blurred(key)
    }

    /// Whether a number was drawn as a part of another draw, or parts of this draw were drawn alone.
    fn is_shared(&self, draw: &Draw<'_>) -> bool {
        self.parts.contains_key(&draw.key)
            || draw.parts.iter().any(|part| {
                self.known.contains_key(part)
                    || self.parts.get(part).is_some_and(|whole| *whole != draw.key)
            })
    }

    /// The outcomes that are still possible.
    fn possible(&self, draw: &Draw<'_>) -> Result<Vec<Possible>, Obstacle> {
        if self.is_shared(draw) {
            return Err(Obstacle::SharedSample);
        }
        let known = self.of(&draw.key);
        let possible = match &draw.outcomes {
            Outcomes::Remainders(outcomes) => remainders(known, outcomes.len() as u64)?,
            Outcomes::Intervals(outcomes) => intervals(known, outcomes.iter().map(|(end, _)| *end)),
        };
        let is_blurred = draw.parts.iter().chain([&draw.key]).any(|key| self.is_blurred(key));
        if possible.len() > 1 && is_blurred { Err(Obstacle::Computed) } else { Ok(possible) }
    }

    /// The value of a symbol on this path, if that is known; a list's items are not looked at.
    pub(super) fn force(&self, symbol: Symbol<'a>) -> Result<Symbol<'a>, Need<'a>> {
        let mut symbol = symbol;
        loop {
            symbol = match symbol {
                Symbol::Draw(draw) => match self.possible(&draw) {
                    Ok(possible) => match possible.as_slice() {
                        [one] => draw.outcome(one.index)?,
                        _ => return Err(Need::Draw(ways(&draw, &possible))),
                    },
                    Err(obstacle) => Symbol::Unknown(obstacle),
                },
                Symbol::Filter(filter) => return self.filter(&filter),
                symbol => return Ok(symbol),
            }
        }
    }

    /// The same, and the items of lists and entries of mappings, too.
    pub(super) fn force_all(&self, symbol: Symbol<'a>) -> Result<Symbol<'a>, Need<'a>> {
        match self.force(symbol)? {
            Symbol::List(items) => {
                let items = items.iter().map(|item| self.force_all(item.clone()));
                Ok(Symbol::list(items.collect::<Result<_, _>>()?))
            }
            Symbol::Map(entries) => {
                let entries = entries.iter();
                let entries = entries.map(|(key, it)| Ok((*key, self.force_all(it.clone())?)));
                Ok(Symbol::map(entries.collect::<Result<_, Need<'a>>>()?))
            }
            symbol => Ok(symbol),
        }
    }

    fn filter(&self, filter: &Filter<'a>) -> Result<Symbol<'a>, Need<'a>> {
        let mut chosen = Vec::new();
        for (key, choice) in &filter.trials {
            let outcome = |passes: bool| Ok(Symbol::value(passes));
            let ends = vec![(filter.probability, outcome(true)), (1.0, outcome(false))];
            let outcomes = Outcomes::Intervals(ends);
            let trial = Draw { key: key.clone(), outcomes, parts: Vec::new() };
            match self.force(Symbol::Draw(trial.into()))? {
                Symbol::Known(passes) if passes.is_true() => chosen.push(choice.clone()),
                Symbol::Known(_) => {}
                unknown => return Ok(unknown),
            }
        }
        Ok(Symbol::list(chosen))
    }

    /// Each outcome of a draw with its probability and, if that matters, its world.
    pub(super) fn spread<'s>(
        &'s self,
        draw: &'s Draw<'a>,
    ) -> Result<impl Iterator<Item = (f64, Result<Symbol<'a>, EvalError>, Way)> + 's, Obstacle>
    {
        let possible = self.possible(draw)?;
        let parts: Arc<[Key]> = draw.parts.clone().into();
        Ok(possible.into_iter().map(move |one| {
            let outcome = draw.outcome_of(one.index);
            (one.probability, outcome, way(draw, &one, &parts))
        }))
    }
}

impl<'a> Draw<'a> {
    /// Whether it fails for some numbers.
    pub(super) fn may_fail(&self) -> bool {
        match &self.outcomes {
            Outcomes::Remainders(_) => false,
            Outcomes::Intervals(outcomes) => outcomes.iter().any(|(_, outcome)| outcome.is_err()),
        }
    }

    fn outcome_of(&self, index: usize) -> Result<Symbol<'a>, EvalError> {
        match &self.outcomes {
            Outcomes::Remainders(outcomes) => Ok(outcomes[index].clone()),
            Outcomes::Intervals(outcomes) => outcomes[index].1.clone(),
        }
    }

    fn outcome(&self, index: usize) -> Result<Symbol<'a>, Need<'a>> {
        self.outcome_of(index).map_err(Need::Failed)
    }
}

fn ways(draw: &Draw<'_>, possible: &[Possible]) -> Vec<Way> {
    let parts: Arc<[Key]> = draw.parts.clone().into();
    possible.iter().map(|outcome| way(draw, outcome, &parts)).collect()
}

fn way(draw: &Draw<'_>, possible: &Possible, parts: &Arc<[Key]>) -> Way {
    let Possible { probability, known, .. } = *possible;
    Way { probability, key: draw.key.clone(), known, parts: Arc::clone(parts) }
}

/// The remainders by `n` that agree with the knowledge. All are equally likely.
fn remainders(known: Known, n: u64) -> Result<Vec<Possible>, Obstacle> {
    let common = gcd(known.modulus, n);
    let ways = n / common;
    let modulus = known.modulus.checked_mul(ways).filter(|modulus| *modulus <= MAX_MODULUS);
    let modulus = modulus.ok_or(Obstacle::ManyValues)?;
    let possible = (0..ways).map(|turn| {
        let remainder = known.remainder + known.modulus * turn;
        let index = (remainder % n) as usize;
        let known = Known { modulus, remainder, ..known };
        Possible { probability: 1.0 / ways as f64, known, index }
    });
    Ok(possible.collect())
}

/// The intervals that overlap with the known one.
fn intervals(known: Known, ends: impl Iterator<Item = f64>) -> Vec<Possible> {
    let mut start = 0.0_f64;
    let mut possible = Vec::new();
    for (index, end) in ends.enumerate() {
        let (low, high) = (known.low.max(start), known.high.min(end));
        start = start.max(end);
        let probability = (high - low) / (known.high - known.low);
        if probability > NEGLIGIBLE {
            possible.push(Possible { probability, known: Known { low, high, ..known }, index });
        }
    }
    possible
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
