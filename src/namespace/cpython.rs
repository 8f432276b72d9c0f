//! The order of Python's sets of whole numbers in CPython since 3.7. The reference draws from such a
//! set, so the assignment of units depends on this order.
//!
//! The set is a hash table in which each number is its own hash. The slot of an element depends on
//! the other elements and on earlier ones: a removed element leaves a mark.

/// A set of numbers. Each number has a slot.
#[derive(Debug)]
pub(super) struct CpythonSet {
    /// The slots. Their number is a power of two.
    slots: Vec<u32>,
    /// The number of slots with an element.
    used: usize,
    /// The number of slots with an element or with the mark of a removed one.
    fill: usize,
}

/// A slot that has been empty since the table was laid out. This value and the mark are larger than
/// all segments.
const EMPTY: u32 = u32::MAX;

/// The mark that a removed element leaves.
const REMOVED: u32 = u32::MAX - 1;

/// The smallest number of slots.
const FEWEST: usize = 8;

/// The number of slots after a position that are probed before the next position.
const NEIGHBORS: usize = 9;

/// Up to this number of elements, the table is made for four times their number, and then for twice.
const FEW: usize = 50_000;

impl CpythonSet {
    /// The numbers below `end`, added in ascending order.
    pub(super) fn below(end: u32) -> CpythonSet {
        let mut set = CpythonSet { slots: vec![EMPTY; FEWEST], used: 0, fill: 0 };
        for element in 0..end {
            set.add(element);
        }
        set
    }

    /// The number of elements.
    pub(super) fn len(&self) -> usize {
        self.used
    }

    /// The elements in the order in which Python lists them.
    pub(super) fn elements(&self) -> impl Iterator<Item = u32> {
        self.slots.iter().copied().filter(|&slot| slot < REMOVED)
    }

    /// Adds a new element. If elements were removed on the way to an empty slot, the new element gets
    /// the last of their slots.
    pub(super) fn add(&mut self, element: u32) {
        let mut removed = None;
        let mut place = 0;
        for index in Probes::new(element, self.slots.len()) {
            place = index;
            match self.slots[index] {
                EMPTY => break,
                REMOVED => removed = Some(index),
                _ => {}
            }
        }
        self.slots[removed.unwrap_or(place)] = element;
        self.used += 1;
        if removed.is_some() {
            return;
        }
        self.fill += 1;
        if self.fill * 5 >= (self.slots.len() - 1) * 3 {
            self.lay_out();
        }
    }

    /// Removes an existing element.
    pub(super) fn remove(&mut self, element: u32) {
        let mut probes = Probes::new(element, self.slots.len());
        let found = probes
            .find(|&index| matches!(self.slots[index], EMPTY) || self.slots[index] == element);
        if let Some(index) = found.filter(|&index| self.slots[index] == element) {
            self.slots[index] = REMOVED;
            self.used -= 1;
        }
    }

    /// Lays the table out again, without the marks of removed elements.
    fn lay_out(&mut self) {
        let room = if self.used > FEW { self.used * 2 } else { self.used * 4 };
        let mut size = FEWEST;
        while size <= room {
            size *= 2;
        }
        let old = std::mem::replace(&mut self.slots, vec![EMPTY; size]);
        for element in old.into_iter().filter(|&slot| slot < REMOVED) {
            let empty = Probes::new(element, size).find(|&index| self.slots[index] == EMPTY);
            if let Some(index) = empty {
                self.slots[index] = element;
            }
        }
        self.fill = self.used;
    }
}

/// The slots that are probed for an element, in order. The iterator never ends, so that an empty slot
/// is always found.
struct Probes {
    mask: usize,
    perturb: usize,
    place: usize,
    /// The number of slots that remain to be probed from the position, and the next of them.
    left: usize,
    next: usize,
}

impl Probes {
    fn new(element: u32, slots: usize) -> Probes {
        let (mask, hash) = (slots - 1, element as usize);
        let mut probes = Probes { mask, perturb: hash, place: hash & mask, left: 0, next: 0 };
        probes.enter();
        probes
    }

    /// Starts to probe the slots of a position. Near the end of the table, a position has only one
    /// slot.
    fn enter(&mut self) {
        self.next = self.place;
        self.left = if self.place + NEIGHBORS <= self.mask { 1 + NEIGHBORS } else { 1 };
    }
}

impl Iterator for Probes {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        if self.left == 0 {
            self.perturb >>= 5;
            self.place =
                self.place.wrapping_mul(5).wrapping_add(1).wrapping_add(self.perturb) & self.mask;
            self.enter();
        }
        let index = self.next;
        self.next += 1;
        self.left -= 1;
        Some(index)
    }
}

#[cfg(test)]
mod tests {
    use super::CpythonSet;

    /// CPython 3.11 lists the elements in this order.
    #[test]
    fn elements_are_listed_in_the_order_of_python() {
        let mut set = CpythonSet::below(6);
        let listed = |set: &CpythonSet| set.elements().collect::<Vec<_>>();
        assert_eq!(listed(&set), [0, 1, 2, 3, 4, 5]);
        for element in [2, 0, 4] {
            set.remove(element);
        }
        assert_eq!((set.len(), listed(&set)), (3, vec![1, 3, 5]));
    }

    #[test]
    fn what_is_added_again_is_there_once() {
        let mut set = CpythonSet::below(1000);
        for round in 0..50 {
            let taken: Vec<u32> = (0..1000).filter(|number| number % 7 == round % 7).collect();
            taken.iter().for_each(|&number| set.remove(number));
            assert_eq!(set.len() + taken.len(), 1000);
            taken.iter().rev().for_each(|&number| set.add(number));
            let mut all: Vec<u32> = set.elements().collect();
            all.sort_unstable();
            assert_eq!(all, (0..1000).collect::<Vec<_>>());
        }
    }
}
