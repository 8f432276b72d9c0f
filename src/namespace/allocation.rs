//! The allocation of segments to experiments: a sequence is replayed, with hashing alone.

use std::collections::HashMap;
use std::ops::Range;

use indexmap::IndexMap;

use super::pool::Pool;
use super::shuffle::{Draws, Shuffle};
use crate::dialect::{SegmentHashing, SegmentPool, SegmentSampling};
use crate::draw::{Hasher, Salt};

/// An entry of a sequence.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// An experiment starts: its name and its number of segments.
    Add(String, u32),
    /// An experiment ends: its name.
    Remove(String),
}

/// The way in which a namespace gives out its segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rules {
    pub(super) hashing: SegmentHashing,
    pub(super) pool: SegmentPool,
    pub(super) sampling: SegmentSampling,
}

/// The free segments and the segments of experiments, after some entries of a sequence.
///
/// The caller has checked that added experiments fit and that removed ones exist.
#[derive(Debug)]
pub(super) struct Allocation {
    sampling: SegmentSampling,
    /// The beginning of every draw. The name of the experiment follows.
    salted: Hasher,
    pool: Pool,
    /// The segments of the active experiments, in the order in which they were drawn.
    held: IndexMap<String, Vec<u32>>,
}

impl Allocation {
    /// `name` is the name that is part of the namespace's hashes.
    pub(super) fn new(name: &str, segments: u32, rules: Rules) -> Allocation {
        let salted = Salt::of_shuffles(name, rules.hashing).begin();
        let (pool, held) = (Pool::new(rules.pool, segments), IndexMap::new());
        Allocation { sampling: rules.sampling, salted, pool, held }
    }

    /// Applies the entries of a sequence. `ended` is shown the segments of each experiment that is
    /// removed, with the index of the entry.
    pub(super) fn replay(&mut self, steps: &[Step], mut ended: impl FnMut(usize, &[u32])) {
        let mut draws = Draws::new(self.salted.clone(), self.shuffles(steps).into_iter());
        for (index, step) in steps.iter().enumerate() {
            match step {
                Step::Add(name, segments) => {
                    let places = places(self.sampling, self.pool.len(), *segments);
                    self.add(name, *segments, draws.next(places));
                }
                Step::Remove(name) => {
                    if let Some(held) = self.held.get(name) {
                        ended(index, held);
                    }
                    self.remove(name);
                }
            }
        }
    }

    /// The shuffles that the entries of a sequence need. Each shuffles the segments that are free at
    /// its entry.
    fn shuffles<'s>(&self, steps: &'s [Step]) -> Vec<Shuffle<'s>> {
        let mut free = self.pool.len();
        let mut held: HashMap<&str, u32> = HashMap::new();
        let mut shuffles = Vec::new();
        for step in steps {
            match step {
                Step::Add(name, segments) => {
                    shuffles.push(Shuffle { name, places: places(self.sampling, free, *segments) });
                    held.insert(name, *segments);
                    free = free.saturating_sub(*segments);
                }
                Step::Remove(name) => free += held.remove(name.as_str()).unwrap_or_default(),
            }
        }
        shuffles
    }

    /// Gives an experiment its segments: the first ones after a shuffle of the free segments or, if
    /// the shuffle stops early, the last ones.
    fn add(&mut self, name: &str, segments: u32, draws: impl Iterator<Item = Vec<u32>>) {
        let mut order: Vec<u32> = (0..self.pool.len()).collect();
        let mut place = order.len();
        for part in draws {
            for other in part {
                place -= 1;
                order.swap(place, other as usize);
            }
        }
        let count = (segments as usize).min(order.len());
        let drawn = match self.sampling {
            SegmentSampling::Full => &order[..count],
            SegmentSampling::Fast => &order[order.len() - count..],
        };
        let drawn = self.pool.take(drawn);
        self.held.insert(name.to_owned(), drawn);
    }

    /// Returns the segments of an experiment to the pool.
    fn remove(&mut self, name: &str) {
        self.pool.give_back(self.held.shift_remove(name).unwrap_or_default());
    }

    /// The active experiments with their segments, in the order in which they were added.
    pub(super) fn held(&self) -> impl Iterator<Item = (&str, &[u32])> {
        self.held.iter().map(|(name, segments)| (name.as_str(), segments.as_slice()))
    }
}

/// The positions that a shuffle of the free segments swaps: all but the first, or as many as are
/// drawn.
fn places(sampling: SegmentSampling, free: u32, drawn: u32) -> Range<u32> {
    match sampling {
        SegmentSampling::Full => 1..free,
        SegmentSampling::Fast => free.saturating_sub(drawn).max(1)..free,
    }
}
