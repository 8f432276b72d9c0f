//! Two versions of what units get, case by case: inputs are not known, so a condition on them divides
//! the units into cases, each of which is followed by itself. Cases that come to the same are put
//! together again.

use std::collections::HashSet;

use super::Obstacle;
use super::compare::{MAX_WORK, Pair, Sum, Version};
use super::key::Key;
use super::paths::{Halt, MAX_FORKS, Paths};
use super::shift::Shift;
use super::term::Term;
use super::world::World;
use crate::eval::semantics::Semantics;

/// The most cases of inputs.
const MAX_CASES: usize = 1000;

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

/// What was found of two versions.
pub(super) struct Found<'a> {
    /// The cases in which anything changes, or fails.
    pub(super) cases: Vec<Case<'a>>,
    /// The draws that were met.
    pub(super) keys: HashSet<Key>,
    /// The conditions that told cases apart.
    pub(super) met: Vec<Term<'a>>,
}

/// Compares two versions.
pub(super) fn compare<'a, S: Semantics>(
    before: &Version<'a>,
    after: &Version<'a>,
    unit: &'a str,
) -> Result<Found<'a>, Obstacle> {
    let pair = Pair::<S>::new(before, after, unit);
    let mut cases = Cases { pair, paths: Paths::default(), followed: 0, met: Vec::new() };
    let tree = cases.tree(World::default(), &[])?;
    let mut found = Vec::new();
    flatten::<S>(tree, World::default(), &mut found)?;
    Ok(Found { cases: found, keys: cases.paths.trace.keys, met: cases.met })
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
    /// How many cases were followed.
    followed: usize,
    /// The conditions that told cases apart.
    met: Vec<Term<'a>>,
}

impl<'a, S: Semantics> Cases<'_, 'a, S> {
    /// The cases of a world. Where inputs among the `harmless` are null, nothing changes.
    fn tree(&mut self, world: World<'a>, harmless: &[&'a str]) -> Result<Tree<'a>, Obstacle> {
        self.followed += 1;
        if self.followed > 2 * MAX_CASES || self.paths.trace.steps > MAX_WORK {
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
                if !self.met.contains(&condition) {
                    self.met.push(condition.clone());
                }
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
