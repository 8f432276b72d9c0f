//! Cases that come to the same, put together as alternatives and said with few conditions.

use super::Obstacle;
use super::assumed::Assumed;
use super::cases::Case;
use super::shift::Shift;
use super::term::Term;
use super::text;
use super::versions::ComparedCase;
use crate::dialect::Dialect;
use crate::eval::semantics::Semantics;

/// The most examples of inputs for a case.
const MAX_EXAMPLES: usize = 8;

/// Of how many alternatives it is looked for fewer conditions, at most.
const MAX_SIMPLIFIED: usize = 32;

/// Cases that come to the same.
struct Alternatives<'a> {
    assumed: Vec<Assumed<'a>>,
    shift: Result<Shift, Obstacle>,
    is_alike: bool,
}

/// Puts cases together. `met` are the conditions of all cases.
pub(super) fn together<'a, S: Semantics>(
    cases: Vec<Case<'a>>,
    met: &[Term<'a>],
    dialect: Dialect,
) -> Vec<ComparedCase> {
    let mut found: Vec<Alternatives<'a>> = Vec::new();
    for Case { world, shift, is_alike } in cases {
        let assumed = Assumed::clone(&world.assumed);
        // An alternative that fails hides the ones after it.
        let can_evaluate = |other: &Assumed<'a>| {
            other.conditions().iter().all(|(term, _)| assumed.can_evaluate::<S>(term))
        };
        let is_same = |it: &&mut Alternatives<'a>| {
            it.is_alike == is_alike
                && is_close(&it.shift, &shift)
                && it.assumed.iter().all(can_evaluate)
        };
        match found.iter_mut().find(is_same) {
            Some(same) => same.assumed.push(assumed),
            None => found.push(Alternatives { assumed: vec![assumed], shift, is_alike }),
        }
    }
    let compared = |Alternatives { assumed, shift, is_alike }: Alternatives<'a>| {
        // Of each alternative in turn, so that each is among the first ones.
        let examples = assumed.iter().map(|it| it.examples::<S>(MAX_EXAMPLES, met).into_iter());
        let mut examples: Vec<_> = examples.collect();
        let turns = (0..MAX_EXAMPLES)
            .flat_map(|_| examples.iter_mut().filter_map(Iterator::next).collect::<Vec<_>>());
        let examples = turns.take(MAX_EXAMPLES).collect();
        let needed = assumed.iter().map(|it| Assumed::new(it.needed::<S>())).collect();
        let simple = simplified::<S>(needed);
        let is_all = simple.iter().any(|it| it.conditions().is_empty());
        let conditions = simple.iter().map(|it| text::all(it.conditions(), dialect)).collect();
        let condition = (!is_all).then(|| text::any(conditions));
        ComparedCase { condition, shift, is_alike, examples }
    };
    found.into_iter().map(compared).collect()
}

fn is_close(one: &Result<Shift, Obstacle>, other: &Result<Shift, Obstacle>) -> bool {
    match (one, other) {
        (Ok(one), Ok(other)) => one.is_close(other),
        (Err(one), Err(other)) => one == other,
        _ => false,
    }
}

/// Leaves out conditions whose other truth leads to another alternative, and alternatives that are
/// part of another.
fn simplified<'a, S: Semantics>(mut all: Vec<Assumed<'a>>) -> Vec<Assumed<'a>> {
    if all.len() > MAX_SIMPLIFIED {
        return all;
    }
    for place in 0..all.len() {
        let mut condition = 0;
        while let Some((term, truth)) = all[place].conditions().get(condition).cloned() {
            let without = all[place].without(condition);
            let flipped = without.with(term.clone(), !truth);
            let mut others = all.iter().enumerate().filter(|(other, _)| *other != place);
            // Units for which it fails are in no alternative.
            let is_covered = term.never_fails()
                && (!flipped.is_possible::<S>()
                    || others.any(|(_, other)| flipped.implies::<S>(other)));
            if is_covered {
                all[place] = without;
            } else {
                condition += 1;
            }
        }
    }
    let mut place = 0;
    while place < all.len() {
        let mut others = all.iter().enumerate().filter(|(other, _)| *other != place);
        if others.any(|(_, other)| all[place].implies::<S>(other)) {
            all.remove(place);
        } else {
            place += 1;
        }
    }
    all
}
