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

    /// Takes the segments at some places out, which are different ones. Returns them in the order of
    /// the places.
    pub(super) fn take(&mut self, places: &[u32]) -> Vec<u32> {
        match self {
            Pool::Appended(free) | Pool::Ascending(free) => {
                let taken = places.iter().map(|place| free[*place as usize]).collect();
                remove(free, places);
                taken
            }
            Pool::Cpython(free) => {
                let elements: Vec<u32> = free.elements().collect();
                let taken: Vec<u32> =
                    places.iter().map(|place| elements[*place as usize]).collect();
                taken.iter().for_each(|segment| free.remove(*segment));
                taken
            }
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

/// Removes the elements at some places, which are different ones; the others keep their order.
fn remove(elements: &mut Vec<u32>, places: &[u32]) {
    let mut places = places.to_vec();
    places.sort_unstable();
    let Some(first) = places.first() else {
        return;
    };
    let mut end = *first as usize;
    for (index, place) in places.iter().enumerate() {
        // What is between two places moves down as a whole.
        let next = places.get(index + 1).map_or(elements.len(), |next| *next as usize);
        elements.copy_within(*place as usize + 1..next, end);
        end += next - (*place as usize + 1);
    }
    elements.truncate(end);
}

#[cfg(test)]
mod tests {
    use super::remove;

    #[test]
    fn others_keep_their_order() {
        for (places, left) in [
            (vec![], vec![7, 3, 9, 1, 5]),
            (vec![0], vec![3, 9, 1, 5]),
            (vec![4], vec![7, 3, 9, 1]),
            (vec![3, 1], vec![7, 9, 5]),
            (vec![1, 2, 0], vec![1, 5]),
            (vec![4, 0, 3, 1, 2], vec![]),
        ] {
            let mut elements = vec![7, 3, 9, 1, 5];
            remove(&mut elements, &places);
            assert_eq!(elements, left, "{places:?}");
        }
    }
}
