//! The order of Python's sets of whole numbers, as CPython has it since 3.7. The reference draws
//! from such a set, so who is in an experiment depends on it.
//!
//! It is a hash table in which a number is its own hash. Where an element stands depends on what
//! else is in the table and on what has been there before: one that is removed leaves a mark.

/// A set of numbers, each of which has a slot.
#[derive(Debug)]
pub(super) struct CpythonSet {
    /// A power of two of them.
    slots: Vec<u32>,
    /// How many hold an element.
    used: usize,
    /// How many hold an element or the mark of one that was removed.
    fill: usize,
}

/// A slot that nothing has been in since the table was laid out. Both are above all segments.
const EMPTY: u32 = u32::MAX;

/// The mark that an element leaves when it is removed.
const REMOVED: u32 = u32::MAX - 1;

/// The fewest slots.
const FEWEST: usize = 8;

/// How many slots behind a place are looked at before another place is.
const NEIGHBORS: usize = 9;

/// Up to so many elements the table is made for four times as many as there are, then for twice.
const FEW: usize = 50_000;

impl CpythonSet {
    /// The numbers below another, added in their order.
    pub(super) fn below(end: u32) -> CpythonSet {
        let mut set = CpythonSet { slots: vec![EMPTY; FEWEST], used: 0, fill: 0 };
        for element in 0..end {
            set.add(element);
        }
        set
    }

    /// How many elements there are.
    pub(super) fn len(&self) -> usize {
        self.used
    }

    /// The elements in the order in which Python lists them.
    pub(super) fn elements(&self) -> impl Iterator<Item = u32> {
        self.slots.iter().copied().filter(|&slot| slot < REMOVED)
    }

    /// Adds an element that is not there: where one was removed on the way to an empty slot, the
    /// last such slot takes it.
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

    /// Removes an element that is there.
    pub(super) fn remove(&mut self, element: u32) {
        let mut probes = Probes::new(element, self.slots.len());
        let found = probes
            .find(|&index| matches!(self.slots[index], EMPTY) || self.slots[index] == element);
        if let Some(index) = found.filter(|&index| self.slots[index] == element) {
            self.slots[index] = REMOVED;
            self.used -= 1;
        }
    }

    /// Lays the table out anew, without the marks of what was removed.
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

/// The slots in which an element is looked for, in order: without an end, so that an empty one is
/// always found.
struct Probes {
    mask: usize,
    perturb: usize,
    place: usize,
    /// How many slots from the place on are still to be looked at, and the next of them.
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

    /// Begins to look at the slots of a place: a place near the end of the table has only one.
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

    /// The order that CPython 3.11 lists.
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
