//! All paths that draws lead through scripts: one script by itself, or two versions side by side.

use super::term::Term;
use super::walk::Trace;
use super::world::{Need, World};
use super::{MAX_PATHS, Obstacle};
use crate::eval::EvalError;

/// The most expressions that are evaluated on all paths together.
pub(super) const MAX_STEPS: usize = 20_000_000;

/// The most draws that one path may depend on.
pub(super) const MAX_FORKS: usize = 400;

/// The thing that is followed, and the sum over its paths.
pub(super) trait Follow<'a> {
    /// The most steps on all paths together.
    const MAX_STEPS: usize;
    /// The end of a path.
    type Leaf;
    /// The sum over paths, each with its probability.
    type Sum: Default;

    /// Goes along the path of a world, until more must be known than is known there.
    fn walk(&mut self, world: &World<'a>, trace: &mut Trace) -> Result<Self::Leaf, Need<'a>>;

    /// Adds the end of a path.
    fn leaf(
        &mut self,
        world: &World<'a>,
        weight: f64,
        leaf: Self::Leaf,
        sum: &mut Self::Sum,
    ) -> Result<(), Halt<'a>>;

    /// Adds a path on which a script fails.
    fn failed(&mut self, error: EvalError, sum: &mut Self::Sum);

    /// Whether a condition divides the units into cases, each of which is followed by itself.
    fn is_case(&self, condition: &Term<'a>) -> bool;

    /// Adds two continuations of one path of which one is taken, nobody knows how often.
    fn either(
        &mut self,
        one: Self::Sum,
        other: Self::Sum,
        why: &Obstacle,
        sum: &mut Self::Sum,
    ) -> Result<(), Obstacle>;
}

/// Why paths are not followed any further.
pub(super) enum Halt<'a> {
    Obstacle(Obstacle),
    /// A condition whose cases are to be followed one by one.
    Case(Term<'a>),
}

impl From<Obstacle> for Halt<'_> {
    fn from(obstacle: Obstacle) -> Self {
        Halt::Obstacle(obstacle)
    }
}

/// The work that is done, which has its limits.
#[derive(Default)]
pub(super) struct Paths {
    pub(super) trace: Trace,
    paths: usize,
}

impl Paths {
    /// Adds all paths that go on from a world.
    pub(super) fn follow<'a, F: Follow<'a>>(
        &mut self,
        followed: &mut F,
        (world, weight): (&World<'a>, f64),
        forks: usize,
        sum: &mut F::Sum,
    ) -> Result<(), Halt<'a>> {
        self.paths += 1;
        if self.paths > MAX_PATHS || self.trace.steps > F::MAX_STEPS || forks == 0 {
            return Err(Obstacle::ManyPaths.into());
        }
        self.trace.met.clear();
        self.trace.open.clear();
        self.trace.guesses = 0;
        match followed.walk(world, &mut self.trace) {
            Ok(leaf) => followed.leaf(world, weight, leaf, sum),
            Err(Need::Draw(ways)) => {
                for way in &ways {
                    let after = (&world.after(way), weight * way.probability);
                    self.follow(followed, after, forks - 1, sum)?;
                }
                Ok(())
            }
            Err(Need::Truth(condition)) if followed.is_case(&condition) => {
                Err(Halt::Case(condition))
            }
            Err(Need::Truth(condition)) => {
                let either = [true, false].map(|truth| world.assuming(&condition, truth));
                self.either(followed, either, weight, forks, &condition.obstacle(), sum)
            }
            Err(Need::Guess(why)) => {
                let either = [true, false].map(|guess| world.guessing(guess));
                self.either(followed, either, weight, forks, &why, sum)
            }
            Err(Need::Beyond(obstacle)) => Err(obstacle.into()),
            Err(Need::Failed(error)) => {
                followed.failed(error, sum);
                Ok(())
            }
        }
    }

    fn either<'a, F: Follow<'a>>(
        &mut self,
        followed: &mut F,
        worlds: [World<'a>; 2],
        weight: f64,
        forks: usize,
        why: &Obstacle,
        sum: &mut F::Sum,
    ) -> Result<(), Halt<'a>> {
        let (mut one, mut other) = (F::Sum::default(), F::Sum::default());
        self.follow(followed, (&worlds[0], weight), forks - 1, &mut one)?;
        self.follow(followed, (&worlds[1], weight), forks - 1, &mut other)?;
        Ok(followed.either(one, other, why, sum)?)
    }
}
