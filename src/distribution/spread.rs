//! Two values of one world, spread out over all draws that they still depend on.

use std::rc::Rc;

use super::Obstacle;
use super::paths::Halt;
use super::shares::Exact;
use super::symbol::{Draw, Number, Outcomes, Symbol};
use super::table::{Cell, Table};
use super::world::{Need, World};
use crate::value::Value;

/// The number of parts that the range of a number is divided into.
const PARTS: i64 = 4;

/// The most outcomes that are told apart for one table.
pub(super) const MAX_OUTCOMES: usize = 100_000;

/// Adds all pairs of outcomes that two values have in a world to a table. `outcomes` counts the work.
pub(super) fn spread<'a>(
    world: &World<'a>,
    weight: f64,
    values: [Option<&Symbol<'a>>; 2],
    outcomes: &mut usize,
    table: &mut Table,
) -> Result<(), Halt<'a>> {
    Spread { values, outcomes, table }.first(world, weight)
}

struct Spread<'s, 'a> {
    /// `None` stands for a param that is not set.
    values: [Option<&'s Symbol<'a>>; 2],
    outcomes: &'s mut usize,
    table: &'s mut Table,
}

impl<'a> Spread<'_, 'a> {
    fn first(&mut self, world: &World<'a>, weight: f64) -> Result<(), Halt<'a>> {
        match self.cell(world, self.values[0])? {
            Ok(row) => self.second(world, weight, &row),
            Err(worlds) => {
                worlds.iter().try_for_each(|(world, share)| self.first(world, weight * share))
            }
        }
    }

    fn second(&mut self, world: &World<'a>, weight: f64, row: &Cell) -> Result<(), Halt<'a>> {
        match self.cell(world, self.values[1])? {
            Ok(column) => Ok(self.table.add(row.clone(), column, weight)?),
            Err(worlds) => {
                worlds.iter().try_for_each(|(world, share)| self.second(world, weight * share, row))
            }
        }
    }

    /// The outcome of a value in a world, or the worlds in which more is known of it, each with its
    /// share.
    fn cell(
        &mut self,
        world: &World<'a>,
        value: Option<&Symbol<'a>>,
    ) -> Result<Known<'a>, Halt<'a>> {
        *self.outcomes += 1;
        if *self.outcomes > MAX_OUTCOMES {
            return Err(Obstacle::ManyPaths.into());
        }
        let Some(value) = value else {
            return Ok(Ok(Cell::Unset));
        };
        match outcome(world, value) {
            Ok(cell) => Ok(Ok(cell)),
            Err(Need::Draw(ways)) => {
                Ok(Err(ways.iter().map(|way| (world.after(way), way.probability)).collect()))
            }
            Err(Need::Truth(condition)) if !condition.has_draw() => Err(Halt::Case(condition)),
            Err(Need::Truth(condition)) => Err(condition.obstacle().into()),
            Err(Need::Guess(obstacle) | Need::Beyond(obstacle)) => Err(obstacle.into()),
            Err(Need::Failed(error)) => Err(Obstacle::Fails(error.to_string()).into()),
        }
    }
}

type Known<'a> = Result<Cell, Vec<(World<'a>, f64)>>;

fn outcome<'a>(world: &World<'a>, value: &Symbol<'a>) -> Result<Cell, Need<'a>> {
    match world.force_all(value.clone())? {
        Symbol::Known(value) => Ok(Cell::Value(Exact(value.into_owned()))),
        Symbol::Number(number) if !number.whole => part(world, &number),
        Symbol::Number(_) => Err(Need::Beyond(Obstacle::ManyValues)),
        Symbol::Open(term) if !term.has_draw() && !term.has_unit() => Ok(Cell::Inputs),
        unknown => Err(Need::Beyond(unknown.obstacle())),
    }
}

/// The part of its range that a number is in.
fn part<'a>(world: &World<'a>, number: &Number) -> Result<Cell, Need<'a>> {
    let end = |part: i64| part as f64 / PARTS as f64;
    let ends = (0..PARTS).map(|part| (end(part + 1), Ok(Symbol::value(part)))).collect();
    let (key, outcomes) = (number.key.clone(), Outcomes::Intervals(ends));
    let draw = Symbol::Draw(Rc::new(Draw { key, outcomes, parts: Vec::new() }));
    let Symbol::Known(part) = world.force(draw)? else {
        return Err(Need::Beyond(Obstacle::Computed));
    };
    let part = part.as_int().unwrap_or_default();
    let at = |part| Exact(Value::Float(number.min + (number.max - number.min) * end(part)));
    Ok(Cell::Range(at(part), at(part + 1)))
}
