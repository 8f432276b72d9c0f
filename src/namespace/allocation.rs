//! Which segment belongs to which experiment: the replay of a sequence, by hashing alone.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::shuffle::{Draws, Shuffle};
use crate::dialect::{Dialect, SegmentHashing};

/// An entry of a sequence.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// The name and the number of segments of an experiment that starts.
    Add(String, u32),
    /// The name of one that ends.
    Remove(String),
}

/// The segments that are free and those that experiments hold, after some entries of a sequence.
///
/// The caller has made sure that what is added fits and that what is removed is there.
#[derive(Debug)]
pub(super) struct Allocation {
    dialect: Dialect,
    /// What the hash of every draw begins with, its last dot included.
    prefix: String,
    pool: Vec<u32>,
    /// The segments of the active experiments, in the order in which they were drawn.
    held: IndexMap<String, Vec<u32>>,
}

impl Allocation {
    pub(super) fn new(
        namespace: &str,
        segments: u32,
        dialect: Dialect,
        hashing: SegmentHashing,
    ) -> Allocation {
        let prefix = match hashing {
            SegmentHashing::Shared => "null.x.".to_owned(),
            SegmentHashing::Namespace => format!("{namespace}.sampled_segments."),
        };
        let (pool, held) = ((0..segments).collect(), IndexMap::new());
        Allocation { dialect, prefix, pool, held }
    }

    /// Applies the entries of a sequence.
    pub(super) fn replay(&mut self, steps: &[Step]) {
        let prefix = self.prefix.clone();
        let mut draws = Draws::new(&prefix, self.shuffles(steps).into_iter());
        for step in steps {
            match step {
                Step::Add(name, segments) => {
                    let parts = draws.next(self.pool.len() as u32);
                    self.add(name, *segments, parts);
                }
                Step::Remove(name) => self.remove(name),
            }
        }
    }

    /// The shuffles that the entries of a sequence need, each of what is free then.
    fn shuffles<'s>(&self, steps: &'s [Step]) -> Vec<Shuffle<'s>> {
        let mut free = self.pool.len() as u32;
        let mut held: HashMap<&str, u32> = HashMap::new();
        let mut shuffles = Vec::new();
        for step in steps {
            match step {
                Step::Add(name, segments) => {
                    shuffles.push(Shuffle { name, size: free });
                    held.insert(name, *segments);
                    free = free.saturating_sub(*segments);
                }
                Step::Remove(name) => free += held.remove(name.as_str()).unwrap_or_default(),
            }
        }
        shuffles
    }

    /// Gives an experiment its segments: the first ones of a shuffled copy of the pool.
    fn add(&mut self, name: &str, segments: u32, draws: impl Iterator<Item = Vec<u32>>) {
        let mut drawn = self.pool.clone();
        let places = (1..drawn.len()).rev();
        for (place, other) in places.zip(draws.flatten()) {
            drawn.swap(place, other as usize);
        }
        drawn.truncate(segments as usize);
        // Otherwise every experiment would keep the memory of the whole pool.
        drawn.shrink_to_fit();
        let mut taken = vec![false; self.pool.iter().max().map_or(0, |last| *last as usize + 1)];
        for &segment in &drawn {
            taken[segment as usize] = true;
        }
        self.pool.retain(|&segment| !taken[segment as usize]);
        self.held.insert(name.to_owned(), drawn);
    }

    /// Returns the segments of an experiment to the pool.
    fn remove(&mut self, name: &str) {
        self.pool.extend(self.held.shift_remove(name).unwrap_or_default());
        if self.dialect.pool_is_sorted() {
            self.pool.sort_unstable();
        }
    }

    /// The active experiments with their segments, in the order of their adding.
    pub(super) fn held(&self) -> impl Iterator<Item = (&str, &[u32])> {
        self.held.iter().map(|(name, segments)| (name.as_str(), segments.as_slice()))
    }
}
