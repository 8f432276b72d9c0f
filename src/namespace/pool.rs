//! The free segments of a namespace, in the order from which experiments are drawn.

use super::cpython::CpythonSet;
use crate::dialect::SegmentPool;

/// The free segments.
#[derive(Debug)]
pub(super) enum Pool {
    /// Freed segments go to the end.
    Appended(Vec<u32>),
    /// Freed segments go to their places in ascending order.
    Ascending(Vec<u32>),
    /// The segments are in the order of a set of CPython.
    Cpython(CpythonSet),
}

impl Pool {
    /// All segments below a number.
    pub(super) fn new(order: SegmentPool, segments: u32) -> Pool {
        match order {
            SegmentPool::Appended => Pool::Appended((0..segments).collect()),
            SegmentPool::Ascending => Pool::Ascending((0..segments).collect()),
            SegmentPool::Cpython => Pool::Cpython(CpythonSet::below(segments)),
        }
    }

    /// The number of free segments.
    pub(super) fn len(&self) -> u32 {
        let len = match self {
            Pool::Appended(free) | Pool::Ascending(free) => free.len(),
            Pool::Cpython(free) => free.len(),
        };
        // There are at most as many as segments of the namespace, whose number fits into 32 bits.
        len as u32
    }

    /// The free segments in order.
    pub(super) fn segments(&self) -> Vec<u32> {
        match self {
            Pool::Appended(free) | Pool::Ascending(free) => free.clone(),
            Pool::Cpython(free) => free.elements().collect(),
        }
    }

    /// Removes segments, in the order in which they were drawn.
    pub(super) fn take(&mut self, drawn: &[u32]) {
        match self {
            Pool::Appended(free) | Pool::Ascending(free) => {
                let mut taken = vec![false; free.iter().max().map_or(0, |last| *last as usize + 1)];
                for &segment in drawn {
                    taken[segment as usize] = true;
                }
                free.retain(|&segment| !taken[segment as usize]);
            }
            Pool::Cpython(free) => drawn.iter().for_each(|&segment| free.remove(segment)),
        }
    }

    /// Adds freed segments, in the order in which they were drawn.
    pub(super) fn give_back(&mut self, drawn: Vec<u32>) {
        match self {
            Pool::Appended(free) => free.extend(drawn),
            Pool::Ascending(free) => {
                free.extend(drawn);
                free.sort_unstable();
            }
            Pool::Cpython(free) => drawn.into_iter().for_each(|segment| free.add(segment)),
        }
    }
}
