//! Params that follow from another param of the same script, such as the label of a color.

use indexmap::IndexMap;

use super::shares::{Exact, Sought};
use super::symbol::Symbol;
use crate::value::Value;

/// The most params whose pairs are looked at.
const MAX_PARAMS: usize = 40;

/// The most values of a param that others follow from.
const MAX_VALUES: usize = 1000;

/// A param that follows from another one: both are set by the same units, and each value of the other
/// always comes with one value of this one.
#[derive(Clone, Debug)]
pub struct Follows {
    /// The param that follows.
    pub param: String,
    /// The param that it follows from.
    pub from: String,
    /// The value of the param for each value of the other.
    pub values: IndexMap<Exact, Exact>,
}

/// Two params, and what one tells about the other as far as paths have been seen.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) names: [String; 2],
    /// The second by the first, and the first by the second; `None` if it does not follow.
    maps: [Option<IndexMap<Exact, Exact>>; 2],
}

/// The pairs of the params of a script.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    /// The params of the first path.
    seen: Option<Vec<String>>,
    pub(super) alive: Vec<Pair>,
}

impl Pairs {
    /// Begins a path with these params. Returns whether there is any pair left.
    pub(super) fn begin(&mut self, params: &[(&str, Symbol<'_>)]) -> bool {
        if self.seen.is_none() {
            let names: Vec<String> = params.iter().map(|(name, _)| (*name).to_owned()).collect();
            let few = if names.len() > MAX_PARAMS { &[] } else { names.as_slice() };
            let pair = |a: &String, b: &String| Pair {
                names: [a.clone(), b.clone()],
                maps: [Some(IndexMap::new()), Some(IndexMap::new())],
            };
            let before = few
                .iter()
                .enumerate()
                .flat_map(|(place, b)| few[..place].iter().map(move |a| pair(a, b)));
            self.alive = before.collect();
            self.seen = Some(names);
        }
        !self.alive.is_empty()
    }

    /// The params that follow from another one, which itself does not follow from a third.
    pub(super) fn follows(self) -> Vec<Follows> {
        let mut found: Vec<Follows> = Vec::new();
        let Some(seen) = self.seen else { return found };
        // The earliest param that tells the other is the one that is kept.
        let mut options: Vec<Follows> = Vec::new();
        for Pair { names: [a, b], maps: [forward, backward] } in self.alive {
            let mut option =
                |from: &String, param: &String, map: Option<IndexMap<Exact, Exact>>| {
                    if let Some(values) = map {
                        options.push(Follows { param: param.clone(), from: from.clone(), values });
                    }
                };
            option(&a, &b, forward);
            option(&b, &a, backward);
        }
        let place = |name: &String| seen.iter().position(|known| known == name);
        options.sort_by_key(|option| place(&option.from));
        for option in options {
            let is_told = |name: &String| found.iter().any(|known| known.param == *name);
            if !is_told(&option.from) && !is_told(&option.param) && option.values.len() > 1 {
                found.push(option);
            }
        }
        found
    }
}

impl Pair {
    /// Adds two values of one unit. Returns whether one still tells the other.
    pub(super) fn add(&mut self, a: &Value, b: &Value) -> bool {
        for (map, (from, to)) in self.maps.iter_mut().zip([(a, b), (b, a)]) {
            let Some(known) = map else { continue };
            let is_told = match known.get(&Sought(from)) {
                Some(before) => *before == Exact(to.clone()),
                None if known.len() < MAX_VALUES => {
                    known.insert(Exact(from.clone()), Exact(to.clone()));
                    true
                }
                None => false,
            };
            if !is_told {
                *map = None;
            }
        }
        self.maps.iter().any(Option::is_some)
    }
}
