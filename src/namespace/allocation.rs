//! Which segment belongs to which experiment: the replay of a sequence, by hashing alone.

use indexmap::IndexMap;

use crate::dialect::{Dialect, SegmentHashing};
use crate::eval::Hasher;

/// How many draws are prepared before the first of them is hashed.
const AT_ONCE: usize = 64;

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

    /// Gives an experiment its segments: the first ones of a shuffled copy of the pool.
    pub(super) fn add(&mut self, name: &str, segments: u32) {
        let mut drawn = self.shuffled(name);
        drawn.truncate(segments as usize);
        let mut taken = vec![false; self.pool.iter().max().map_or(0, |last| *last as usize + 1)];
        for &segment in &drawn {
            taken[segment as usize] = true;
        }
        self.pool.retain(|&segment| !taken[segment as usize]);
        self.held.insert(name.to_owned(), drawn);
    }

    /// Fisher-Yates, from the end, as `sample` of the language does it.
    fn shuffled(&self, name: &str) -> Vec<u32> {
        let mut salted = Hasher::new();
        salted.push(&self.prefix);
        salted.push(name);
        salted.push(".");
        let mut digits = itoa::Buffer::new();
        let mut pool = self.pool.clone();
        let mut padded = Vec::with_capacity(AT_ONCE);
        let mut end = pool.len();
        while end > 1 {
            let start = end.saturating_sub(AT_ONCE).max(1);
            padded.extend((start..end).rev().map(|place| {
                let mut hasher = salted.clone();
                hasher.push(digits.format(place));
                hasher.pad()
            }));
            for (place, padded) in (start..end).rev().zip(padded.drain(..)) {
                let other = padded.finish().below(place as u64 + 1);
                pool.swap(place, other as usize);
            }
            end = start;
        }
        pool
    }

    /// Returns the segments of an experiment to the pool.
    pub(super) fn remove(&mut self, name: &str) {
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
