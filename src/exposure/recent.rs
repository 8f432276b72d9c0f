//! Recently seen keys, within a bounded memory.

use std::collections::HashSet;

/// Keys that were seen recently. At least the last `capacity / 2` different keys are remembered.
///
/// The keys are kept in two halves. When the younger half is full, the older half is forgotten, and
/// the younger half takes its place. A key that is seen again moves to the younger half.
#[derive(Debug)]
pub(super) struct Recent {
    young: HashSet<u64>,
    old: HashSet<u64>,
    half: usize,
}

impl Recent {
    /// A memory of at most `capacity` keys.
    pub(super) fn new(capacity: usize) -> Recent {
        Recent { young: HashSet::new(), old: HashSet::new(), half: capacity.div_ceil(2).max(1) }
    }

    /// Remembers a key. Returns whether the key is new.
    pub(super) fn insert(&mut self, key: u64) -> bool {
        if self.young.contains(&key) {
            return false;
        }
        if self.young.len() >= self.half {
            std::mem::swap(&mut self.young, &mut self.old);
            self.young.clear();
        }
        self.young.insert(key);
        !self.old.remove(&key)
    }

    /// Forgets a key.
    pub(super) fn remove(&mut self, key: u64) {
        self.young.remove(&key);
        self.old.remove(&key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_recent_is_known_and_the_memory_is_bounded() {
        let mut recent = Recent::new(100);
        for key in 0..10_000 {
            assert!(recent.insert(key));
            assert!(!recent.insert(key));
            assert!(!recent.insert(key.saturating_sub(20)), "{key}");
            assert!(recent.young.len() + recent.old.len() <= 100);
        }
        assert!(recent.insert(0));
        recent.remove(0);
        assert!(recent.insert(0));
        // A key that comes again and again is never forgotten.
        for key in 1..1000 {
            recent.insert(key);
            assert!(!recent.insert(0), "{key}");
        }
        let mut none = Recent::new(0);
        assert!(none.insert(1) && !none.insert(1));
    }
}
