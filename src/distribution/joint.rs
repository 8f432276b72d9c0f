//! The joint distribution of params of two scripts, or of one, for the same units.

use indexmap::IndexMap;

use super::Obstacle;
use super::paths::{Follow, Halt, MAX_FORKS, Paths};
use super::spread::spread;
use super::symbol::Symbol;
use super::table::Table;
use super::term::Term;
use super::text;
use super::versions::{Run, setting};
use super::walk::{Leaf, Setting, Trace, walk};
use super::world::{Need, World};
use crate::eval::EvalError;
use crate::eval::dialects::in_dialect;
use crate::eval::semantics::Semantics;

/// The most steps of work for all cases of inputs together.
const MAX_STEPS: usize = 2_000_000;

/// A name that no param has: whether the unit is logged.
pub(super) const LOGGED: &str = "\0logged";

/// The most cases of inputs.
const MAX_CASES: usize = 200;

/// The joint distribution of two params that are not independent.
#[derive(Clone, Debug, PartialEq)]
pub struct Joint {
    /// The shares of the units for which the condition holds.
    pub table: Table,
    /// The leak of the table.
    pub leak: f64,
    /// The condition on inputs under which the two depend on one another most; `None` if that holds
    /// for all units.
    pub condition: Option<String>,
}

/// The joint distributions of pairs of params, the first of one script and the second of the other,
/// which may be the same one. `None` if the two are independent for all inputs; where they are not,
/// those of the case with the largest leak.
pub(crate) fn joint(
    runs: [&Run<'_>; 2],
    unit: &str,
    pairs: &[[&str; 2]],
) -> Vec<Result<Option<Joint>, Obstacle>> {
    let dialect = runs[0].script.dialect();
    if runs[1].script.dialect() != dialect {
        return pairs.iter().map(|_| Err(Obstacle::Dialects)).collect();
    }
    let settings = settings(runs, unit);
    in_dialect!(dialect, S => {
        let (found, beyond) = follow::<S>(&settings, pairs);
        (0..pairs.len())
            .map(|place| worst::<S>(&found, place, beyond.as_ref(), dialect))
            .collect()
    })
}

/// The tables of all cases of inputs.
pub(super) struct Tables {
    /// For each case, the table of each pair.
    pub(super) tables: Vec<Vec<Result<Table, Obstacle>>>,
    /// The reason why some cases are missing.
    pub(super) beyond: Option<Obstacle>,
}

/// The joint distributions of pairs of params of one script, for all cases of inputs. [`LOGGED`] is
/// a param, too.
pub(super) fn tables(runs: [&Run<'_>; 2], unit: &str, pairs: &[[&str; 2]]) -> Tables {
    let settings = settings(runs, unit);
    in_dialect!(runs[0].script.dialect(), S => {
        let (found, beyond) = follow::<S>(&settings, pairs);
        let tables = found.into_iter().map(|(_, sum)| match sum.failure {
            Some(message) => pairs.iter().map(|_| Err(Obstacle::Fails(message.clone()))).collect(),
            None => sum.tables,
        });
        Tables { tables: tables.collect(), beyond }
    })
}

fn settings<'a>(runs: [&Run<'a>; 2], unit: &'a str) -> Vec<Setting<'a>> {
    let is_one = std::ptr::eq(runs[0].script, runs[1].script) && runs[0].salt == runs[1].salt;
    let mut settings: Vec<Setting<'a>> = runs.iter().map(|run| setting(run, unit)).collect();
    settings.truncate(if is_one { 1 } else { 2 });
    settings
}

type Found<'a> = (Vec<(World<'a>, Sum)>, Option<Obstacle>);

fn follow<'a, S: Semantics>(settings: &[Setting<'a>], pairs: &[[&str; 2]]) -> Found<'a> {
    let pair = Pair::<S> { settings, pairs, outcomes: 0, semantics: std::marker::PhantomData };
    let mut cases = Cases { pair, paths: Paths::default(), followed: 0, found: Vec::new() };
    let beyond = cases.follow(World::default()).err();
    (cases.found, beyond)
}

/// The case with the largest leak of a pair.
fn worst<S: Semantics>(
    cases: &[(World<'_>, Sum)],
    place: usize,
    beyond: Option<&Obstacle>,
    dialect: crate::Dialect,
) -> Result<Option<Joint>, Obstacle> {
    let mut worst: Option<(f64, &World<'_>, &Table)> = None;
    let mut obstacle = beyond.cloned();
    for (world, sum) in cases {
        let table = match (&sum.failure, sum.tables.get(place)) {
            (Some(message), _) => Err(Obstacle::Fails(message.clone())),
            (None, Some(Err(obstacle))) => Err(obstacle.clone()),
            (None, Some(Ok(table))) => Ok(table),
            (None, None) => continue,
        };
        match table {
            Ok(table) => match table.leak() {
                leak if leak > worst.as_ref().map_or(0.0, |(worst, ..)| *worst) => {
                    worst = Some((leak, world, table));
                }
                0.0 if table.is_coarse() => obstacle = obstacle.or(Some(Obstacle::Computed)),
                _ => {}
            },
            Err(why) => obstacle = obstacle.or(Some(why)),
        }
    }
    match (worst, obstacle) {
        (Some((leak, world, table)), _) => {
            let is_same = |sum: &Sum| match sum.tables.get(place) {
                Some(Ok(other)) => other.is_close(table),
                _ => false,
            };
            let is_all = cases.iter().all(|(_, sum)| is_same(sum));
            let needed = world.assumed.needed::<S>();
            let condition = (!is_all).then(|| text::any(vec![text::all(&needed, dialect)]));
            Ok(Some(Joint { table: table.clone(), leak, condition }))
        }
        (None, Some(obstacle)) => Err(obstacle),
        (None, None) => Ok(None),
    }
}

struct Cases<'s, 'a, S> {
    pair: Pair<'s, 'a, S>,
    paths: Paths,
    followed: usize,
    found: Vec<(World<'a>, Sum)>,
}

impl<'a, S: Semantics> Cases<'_, 'a, S> {
    fn follow(&mut self, world: World<'a>) -> Result<(), Obstacle> {
        self.followed += 1;
        if self.followed > 2 * MAX_CASES {
            return Err(Obstacle::ManyCases);
        }
        let mut sum = Sum::default();
        match self.paths.follow(&mut self.pair, (&world, 1.0), MAX_FORKS, &mut sum) {
            Ok(()) => {
                self.found.push((world, sum));
                Ok(())
            }
            Err(Halt::Obstacle(obstacle)) => Err(obstacle),
            Err(Halt::Case(condition)) => {
                self.paths.trace.steps += world.assumed.work(&condition);
                for truth in [true, false] {
                    let world = world.assuming(&condition, truth);
                    if world.assumed.is_possible::<S>() {
                        self.follow(world)?;
                    }
                }
                Ok(())
            }
        }
    }
}

/// The scripts, as they are followed.
struct Pair<'s, 'a, S> {
    /// One script or two.
    settings: &'s [Setting<'a>],
    pairs: &'s [[&'s str; 2]],
    outcomes: usize,
    semantics: std::marker::PhantomData<S>,
}

/// The tables of all pairs.
#[derive(Default)]
struct Sum {
    tables: Vec<Result<Table, Obstacle>>,
    failure: Option<String>,
}

impl<'a, S: Semantics> Follow<'a> for Pair<'_, 'a, S> {
    const MAX_STEPS: usize = MAX_STEPS;
    type Leaf = Vec<IndexMap<&'a str, Symbol<'a>>>;
    type Sum = Sum;

    fn walk(&mut self, world: &World<'a>, trace: &mut Trace) -> Result<Self::Leaf, Need<'a>> {
        let walked = self.settings.iter().map(|setting| walk::<S>(setting, world, trace));
        let params = walked.map(|leaf| {
            let Leaf { params, in_experiment, .. } = leaf?;
            let logged = (LOGGED, Symbol::value(in_experiment));
            Ok(params.into_iter().chain([logged]).collect())
        });
        params.collect()
    }

    fn leaf(
        &mut self,
        world: &World<'a>,
        weight: f64,
        params: Self::Leaf,
        sum: &mut Sum,
    ) -> Result<(), Halt<'a>> {
        let (Some(ones), Some(others)) = (params.first(), params.last()) else {
            return Ok(());
        };
        sum.fill(self.pairs.len());
        for ([one, other], table) in self.pairs.iter().zip(&mut sum.tables) {
            let Ok(sum) = table else { continue };
            let values = [ones.get(one), others.get(other)];
            match spread(world, weight, values, &mut self.outcomes, sum) {
                Ok(()) => {}
                Err(Halt::Obstacle(obstacle)) => *table = Err(obstacle),
                Err(case) => return Err(case),
            }
        }
        Ok(())
    }

    fn failed(&mut self, error: EvalError, sum: &mut Sum) {
        sum.failure.get_or_insert(error.to_string());
    }

    fn is_case(&self, condition: &Term<'a>) -> bool {
        !condition.has_draw() && !condition.has_unit()
    }

    fn either(
        &mut self,
        mut one: Sum,
        mut other: Sum,
        why: &Obstacle,
        sum: &mut Sum,
    ) -> Result<(), Obstacle> {
        let count = self.pairs.len();
        sum.failure = sum.failure.take().or(one.failure.take()).or(other.failure.take());
        for sum in [&mut *sum, &mut one, &mut other] {
            sum.fill(count);
        }
        for (table, (one, other)) in
            sum.tables.iter_mut().zip(one.tables.into_iter().zip(other.tables))
        {
            let Ok(sum) = table else { continue };
            let added = match (one, other) {
                (Ok(one), Ok(other)) if one.is_close(&other) => sum.extend(one),
                (Err(obstacle), _) | (_, Err(obstacle)) => Err(obstacle),
                _ => Err(why.clone()),
            };
            if let Err(obstacle) = added {
                *table = Err(obstacle);
            }
        }
        Ok(())
    }
}

impl Sum {
    fn fill(&mut self, count: usize) {
        self.tables.resize_with(count, || Ok(Table::default()));
    }
}
