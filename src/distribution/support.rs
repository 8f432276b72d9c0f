//! The draws that each param of a script depends on, whatever its inputs are.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::Obstacle;
use super::alike::is_same;
use super::key::Key;
use super::paths::{Follow, Halt, MAX_FORKS, Paths};
use super::spread::spread;
use super::symbol::{Outcomes, Symbol};
use super::table::Table;
use super::term::Term;
use super::versions::{Run, setting};
use super::walk::{Leaf, Setting, Trace, walk};
use super::world::{Need, World};
use crate::eval::EvalError;
use crate::eval::dialects::in_dialect;
use crate::eval::semantics::Semantics;
use crate::source::Span;

/// The most steps on all paths together.
const MAX_STEPS: usize = 300_000;

/// The most pairs of operators with one number that are looked at.
const MAX_TWINS: usize = 100;

/// The draws of a script.
#[derive(Debug)]
pub(crate) struct Support {
    /// The draws that decide each param, in the order in which paths set them; or why they are not
    /// known.
    pub(crate) params: IndexMap<String, Result<HashSet<Key>, Obstacle>>,
    /// All draws, each with the place of an operator that makes it.
    pub(crate) keys: HashMap<Key, Span>,
    /// The operators that draw one number, on any path.
    pub(crate) twins: Vec<Twins>,
    /// The operators of which it is not known what they draw, by their places.
    pub(crate) unclear: HashSet<Span>,
    /// Why the script cannot be followed on all of its paths.
    pub(crate) beyond: Option<Obstacle>,
}

/// Two operators that draw one number.
#[derive(Debug)]
pub(crate) struct Twins {
    /// The places of both, in the order of evaluation.
    pub(crate) places: [Span; 2],
    /// The draws that both make.
    pub(crate) keys: Vec<Key>,
    /// The joint table of what they draw, or why it is not known.
    pub(crate) table: Result<Table, Obstacle>,
}

/// The draws of a script, for any inputs.
pub(crate) fn support(run: &Run<'_>, unit: &str) -> Support {
    let setting = setting(run, unit);
    let mut found = in_dialect!(run.script.dialect(), S => follow::<S>(&setting));
    for param in run.script.sets() {
        if let Some(obstacle) = &found.beyond {
            found.params.insert(param.to_owned(), Err(obstacle.clone()));
        }
    }
    found
}

fn follow<S: Semantics>(setting: &Setting<'_>) -> Support {
    let mut supporter = Supporter::<S> {
        setting,
        params: IndexMap::new(),
        leaves: 0,
        forked: HashSet::new(),
        guessed: None,
        twins: IndexMap::new(),
        unclear: HashSet::new(),
        keys: HashMap::new(),
        semantics: std::marker::PhantomData,
    };
    let (mut paths, mut beyond) = (Paths::default(), None);
    let start = (&World::default(), 1.0);
    match paths.follow(&mut supporter, start, MAX_FORKS, &mut beyond) {
        Ok(()) => {}
        Err(Halt::Obstacle(obstacle)) => beyond = Some(obstacle),
        Err(Halt::Case(condition)) => beyond = Some(condition.obstacle()),
    }
    let Supporter { params, leaves, forked, guessed, twins, unclear, keys, .. } = supporter;
    let params = params.into_iter().map(|(name, param)| {
        let is_decided = param.differs || param.leaves < leaves;
        let obstacle = param.obstacle.or(guessed.clone().filter(|_| is_decided));
        let mut keys = param.keys;
        if is_decided {
            keys.extend(forked.iter().cloned());
        }
        (name.to_owned(), obstacle.map_or(Ok(keys), Err))
    });
    Support {
        keys,
        params: params.collect(),
        twins: twins.into_values().collect(),
        unclear,
        beyond,
    }
}

struct Supporter<'s, 'a, S> {
    setting: &'s Setting<'a>,
    params: IndexMap<&'a str, Param<'a>>,
    /// The number of paths that have been followed.
    leaves: usize,
    /// The draws that decided on any path how it goes on.
    forked: HashSet<Key>,
    /// Why it is not known how paths go on that the unit itself decides.
    guessed: Option<Obstacle>,
    twins: IndexMap<[Span; 2], Twins>,
    unclear: HashSet<Span>,
    keys: HashMap<Key, Span>,
    semantics: std::marker::PhantomData<S>,
}

struct Param<'a> {
    first: Symbol<'a>,
    keys: HashSet<Key>,
    obstacle: Option<Obstacle>,
    /// The number of paths that set it.
    leaves: usize,
    /// Whether it is not the same on all of these.
    differs: bool,
}

impl<'a, S: Semantics> Follow<'a> for Supporter<'_, 'a, S> {
    const MAX_STEPS: usize = MAX_STEPS;
    type Leaf = Leaf<'a>;
    type Sum = Option<Obstacle>;

    fn walk(&mut self, world: &World<'a>, trace: &mut Trace) -> Result<Leaf<'a>, Need<'a>> {
        walk::<S>(self.setting, world, trace)
    }

    fn leaf(
        &mut self,
        world: &World<'a>,
        _: f64,
        leaf: Leaf<'a>,
        _: &mut Option<Obstacle>,
    ) -> Result<(), Halt<'a>> {
        self.leaves += 1;
        self.forked.extend(world.drawn().cloned());
        for (condition, _) in world.assumed.conditions().iter().filter(|(it, _)| it.has_draw()) {
            match condition.keys() {
                Some(keys) => self.forked.extend(keys),
                None => self.guessed = Some(condition.obstacle()),
            }
        }
        self.twins(&leaf.drawn);
        for (name, symbol) in leaf.params {
            let param = self.params.entry(name).or_insert_with(|| Param {
                first: symbol.clone(),
                keys: HashSet::new(),
                obstacle: None,
                leaves: 0,
                differs: false,
            });
            param.leaves += 1;
            param.differs |= !is_same(&param.first, &symbol);
            let obstacle = draws(&symbol, &mut param.keys);
            param.obstacle = param.obstacle.take().or(obstacle);
        }
        Ok(())
    }

    fn failed(&mut self, error: EvalError, beyond: &mut Option<Obstacle>) {
        beyond.get_or_insert(Obstacle::Fails(error.to_string()));
    }

    fn is_case(&self, _: &Term<'a>) -> bool {
        false
    }

    fn either(
        &mut self,
        one: Option<Obstacle>,
        other: Option<Obstacle>,
        why: &Obstacle,
        beyond: &mut Option<Obstacle>,
    ) -> Result<(), Obstacle> {
        // Whatever the inputs are, they are given.
        if *why != Obstacle::Inputs {
            self.guessed.get_or_insert(why.clone());
        }
        *beyond = beyond.take().or(one).or(other);
        Ok(())
    }
}

impl<'a, S: Semantics> Supporter<'_, 'a, S> {
    /// Looks for operators of a path that draw one number.
    fn twins(&mut self, drawn: &[(Span, Symbol<'a>)]) {
        let mut firsts: HashMap<Key, Vec<usize>> = HashMap::new();
        for (place, (span, symbol)) in drawn.iter().enumerate() {
            if matches!(symbol, Symbol::Unknown(_)) {
                self.unclear.insert(*span);
            }
            let mut keys = HashSet::new();
            draws(symbol, &mut keys);
            let mut shared: IndexMap<usize, Vec<Key>> = IndexMap::new();
            let mut keys: Vec<Key> = keys.into_iter().collect();
            keys.sort_unstable();
            for key in keys {
                self.keys.entry(key.clone()).or_insert(*span);
                let users = firsts.entry(key.clone()).or_default();
                for first in users.iter() {
                    shared.entry(*first).or_default().push(key.clone());
                }
                users.push(place);
            }
            shared.sort_unstable_keys();
            for (first, keys) in shared {
                let (its, one) = &drawn[first];
                if its != span && self.twins.len() < MAX_TWINS {
                    let places = [*its, *span];
                    let table = || together(one, symbol);
                    self.twins.entry(places).or_insert_with(|| Twins {
                        places,
                        keys,
                        table: table(),
                    });
                }
            }
        }
    }
}

/// The joint table of two draws, whatever else is known of them.
fn together<'a>(one: &Symbol<'a>, other: &Symbol<'a>) -> Result<Table, Obstacle> {
    let (mut table, mut outcomes) = (Table::default(), 0);
    let values = [Some(one), Some(other)];
    match spread(&World::default(), 1.0, values, &mut outcomes, &mut table) {
        Ok(()) if table.leak() == 0.0 && table.is_coarse() => Err(Obstacle::Computed),
        Ok(()) => Ok(table),
        Err(Halt::Obstacle(obstacle)) => Err(obstacle),
        Err(Halt::Case(condition)) => Err(condition.obstacle()),
    }
}

/// Adds the draws that a value depends on. Returns why they are not all known, if they are not.
pub(super) fn draws(symbol: &Symbol<'_>, keys: &mut HashSet<Key>) -> Option<Obstacle> {
    // All parts are looked at, even if one of them is not known.
    let first = |obstacle: Option<Obstacle>, next: Option<Obstacle>| obstacle.or(next);
    match symbol {
        Symbol::Known(_) => None,
        Symbol::Draw(draw) => {
            keys.insert(draw.key.clone());
            keys.extend(draw.parts.iter().cloned());
            match &draw.outcomes {
                Outcomes::Remainders(outcomes) => {
                    outcomes.iter().map(|outcome| draws(outcome, keys)).fold(None, first)
                }
                Outcomes::Intervals(outcomes) => outcomes
                    .iter()
                    .filter_map(|(_, outcome)| outcome.as_ref().ok())
                    .map(|outcome| draws(outcome, keys))
                    .fold(None, first),
            }
        }
        Symbol::Filter(filter) => {
            keys.extend(filter.trials.iter().map(|(key, _)| key.clone()));
            filter.trials.iter().map(|(_, choice)| draws(choice, keys)).fold(None, first)
        }
        Symbol::Number(number) => {
            keys.insert(number.key.clone());
            None
        }
        Symbol::List(items) => items.iter().map(|item| draws(item, keys)).fold(None, first),
        Symbol::Map(entries) => {
            entries.iter().map(|(_, value)| draws(value, keys)).fold(None, first)
        }
        Symbol::Open(term) => {
            let found = term.keys();
            let is_known = found.is_some() && !term.has_unit();
            keys.extend(found.into_iter().flatten());
            match term.obstacle() {
                _ if is_known => None,
                Obstacle::Inputs => Some(Obstacle::UnitValue),
                obstacle => Some(obstacle),
            }
        }
        Symbol::Unit => Some(Obstacle::UnitValue),
        Symbol::Unknown(obstacle) => Some(obstacle.clone()),
    }
}
