//! The overlap of experiments: the number of segments that experiments of two namespaces have in
//! common.
//!
//! Namespaces can have thousands of experiments, and so millions of pairs. Only the worst pairs
//! are kept, and pairs without a segment in common are not counted one by one.

use crate::namespace::{Document, Experiment, Namespace};

/// The mark of a segment that no compared experiment holds.
const FREE: u32 = u32::MAX;

/// The largest number of pairs that are counted in a table.
const MAX_TABLE: usize = 1 << 16;

/// The segments of a namespace, in the form in which they are compared.
pub(super) struct Member<'a> {
    pub(super) name: &'a str,
    /// The experiments, except one that holds all segments, which has every unit.
    experiments: Vec<Part>,
    /// The indices of the experiments, the largest first.
    by_size: Vec<usize>,
    /// The index of the experiment that holds a segment, by segment.
    owners: Vec<u32>,
}

/// An experiment that holds some of the segments.
struct Part {
    name: String,
    size: usize,
}

/// Two experiments of different namespaces, with the number of segments that they have in common.
#[derive(Debug, PartialEq)]
pub(super) struct Overlap<'a> {
    /// The experiment of the checked namespace.
    pub(super) ours: &'a str,
    pub(super) namespace: &'a str,
    pub(super) theirs: &'a str,
    pub(super) common: usize,
    /// The average number of common segments if the two were independent.
    pub(super) expected: f64,
}

impl<'a> Member<'a> {
    /// The segments of a namespace; `None` if it cannot be built.
    pub(super) fn of(document: &'a Document) -> Option<Member<'a>> {
        let namespace = document.build().ok()?;
        Some(Member::new(&document.name, &namespace))
    }

    fn new(name: &'a str, namespace: &Namespace) -> Member<'a> {
        let mut member = Member {
            name,
            experiments: Vec::new(),
            by_size: Vec::new(),
            owners: vec![FREE; namespace.segment_count() as usize],
        };
        let is_part = |it: &&Experiment| it.segments().len() < namespace.segment_count() as usize;
        for experiment in namespace.experiments().iter().filter(is_part) {
            let place = member.experiments.len() as u32;
            for segment in experiment.segments() {
                member.owners[*segment as usize] = place;
            }
            let size = experiment.segments().len();
            member.experiments.push(Part { name: experiment.name().to_owned(), size });
        }
        member.by_size = (0..member.experiments.len()).collect();
        member.by_size.sort_by_key(|place| std::cmp::Reverse(member.experiments[*place].size));
        member
    }

    /// The number of segments.
    pub(super) fn segments(&self) -> usize {
        self.owners.len()
    }

    /// The pairs with experiments of others whose overlap differs most from independence, the worst
    /// first. Equal pairs are in the order of the namespaces and experiments.
    pub(super) fn worst(&self, others: &[&'a Member<'a>], shown: usize) -> Vec<Overlap<'_>> {
        let mut worst = Worst { shown, pairs: Vec::new() };
        for (number, other) in others.iter().enumerate() {
            match self.experiments.len() * other.experiments.len() {
                0..=MAX_TABLE => self.count_all(number, other, &mut worst),
                _ => self.count_some(number, other, &mut worst),
            }
        }
        let overlap = |pair: Pair| {
            let other = others[pair.place.0];
            let (ours, theirs) = (pair.place.1, pair.place.2);
            Overlap {
                ours: &self.experiments[ours].name,
                namespace: other.name,
                theirs: &other.experiments[theirs].name,
                common: pair.common,
                expected: self.expected(ours, other, theirs),
            }
        };
        worst.pairs.into_iter().map(overlap).collect()
    }

    fn expected(&self, ours: usize, other: &Member<'_>, theirs: usize) -> f64 {
        let (ours, theirs) = (self.experiments[ours].size, other.experiments[theirs].size);
        ours as f64 * theirs as f64 / self.owners.len() as f64
    }

    /// The pairs of experiments that both hold a segment, for each segment.
    fn meetings<'s>(&'s self, other: &'s Member<'_>) -> impl Iterator<Item = usize> + 's {
        let width = other.experiments.len();
        let owners = self.owners.iter().zip(&other.owners);
        let held = owners.filter(|(ours, theirs)| **ours != FREE && **theirs != FREE);
        held.map(move |(ours, theirs)| *ours as usize * width + *theirs as usize)
    }

    /// Counts every pair.
    fn count_all(&self, number: usize, other: &Member<'_>, worst: &mut Worst) {
        let width = other.experiments.len();
        let mut common = vec![0_u32; self.experiments.len() * width];
        self.meetings(other).for_each(|pair| common[pair] += 1);
        for (pair, common) in common.into_iter().enumerate() {
            let (ours, theirs) = (pair / width, pair % width);
            let expected = self.expected(ours, other, theirs);
            worst.offer(Pair::new((number, ours, theirs), common as usize, expected));
        }
    }

    /// Counts the pairs that have a segment in common. Of the others, only the largest can be among
    /// the worst, and only these are counted.
    fn count_some(&self, number: usize, other: &Member<'_>, worst: &mut Worst) {
        let width = other.experiments.len();
        let mut meetings: Vec<usize> = self.meetings(other).collect();
        meetings.sort_unstable();
        for run in meetings.chunk_by(|a, b| a == b) {
            let (ours, theirs) = (run[0] / width, run[0] % width);
            let expected = self.expected(ours, other, theirs);
            worst.offer(Pair::new((number, ours, theirs), run.len(), expected));
        }
        for &ours in &self.by_size {
            for (rank, &theirs) in other.by_size.iter().enumerate() {
                let expected = self.expected(ours, other, theirs);
                if !worst.would_take(expected) {
                    if rank == 0 {
                        return;
                    }
                    break;
                }
                if meetings.binary_search(&(ours * width + theirs)).is_err() {
                    worst.offer(Pair::new((number, ours, theirs), 0, expected));
                }
            }
        }
    }
}

/// The number of the other namespace, and the indices of the two experiments.
type Place = (usize, usize, usize);

struct Pair {
    place: Place,
    common: usize,
    /// The difference between the overlap and independence.
    excess: f64,
}

impl Pair {
    fn new(place: Place, common: usize, expected: f64) -> Pair {
        Pair { place, common, excess: (common as f64 - expected).abs() }
    }
}

/// The worst of all pairs that were offered, the worst first.
struct Worst {
    shown: usize,
    pairs: Vec<Pair>,
}

impl Worst {
    /// Whether a later pair with this excess would be among the worst.
    fn would_take(&self, excess: f64) -> bool {
        self.pairs.len() < self.shown || self.pairs.last().is_some_and(|last| excess > last.excess)
    }

    fn offer(&mut self, pair: Pair) {
        if !self.would_take(pair.excess) {
            return;
        }
        let is_before = |it: &Pair| {
            it.excess > pair.excess || it.excess == pair.excess && it.place < pair.place
        };
        let place = self.pairs.partition_point(is_before);
        self.pairs.insert(place, pair);
        self.pairs.truncate(self.shown);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A namespace with one segment for each letter of a text. Each different letter is an
    /// experiment, and a dot is a free segment.
    fn member(name: &'static str, owners: &str) -> Member<'static> {
        let mut letters: Vec<char> = owners.chars().filter(|char| *char != '.').collect();
        letters.sort_unstable();
        letters.dedup();
        let size = |letter: &char| owners.matches(*letter).count();
        let part = |letter: &char| Part { name: letter.to_string(), size: size(letter) };
        let experiments: Vec<Part> = letters.iter().map(part).collect();
        let mut by_size: Vec<usize> = (0..experiments.len()).collect();
        by_size.sort_by_key(|place| std::cmp::Reverse(experiments[*place].size));
        let place = |letter| letters.iter().position(|other| *other == letter);
        let owners =
            owners.chars().map(|char| place(char).map_or(FREE, |char| char as u32)).collect();
        Member { name, experiments, by_size, owners }
    }

    #[test]
    fn both_ways_of_counting_find_the_same_excess() {
        // A small generator, so that the cases are the same in every run.
        let mut state = 1_u64;
        let mut next = |below: u64| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) % below
        };
        for _ in 0..300 {
            let segments = 1 + next(60) as usize;
            let mut owners = || -> String {
                let kinds = 1 + next(12);
                (0..segments)
                    .map(|_| match next(kinds + 2) {
                        it if it < kinds => char::from(b'a' + it as u8),
                        _ => '.',
                    })
                    .collect()
            };
            let (one, two, three) =
                (member("one", &owners()), member("two", &owners()), member("three", &owners()));
            let mut all = Worst { shown: 3, pairs: Vec::new() };
            let mut some = Worst { shown: 3, pairs: Vec::new() };
            for (number, other) in [&two, &three].into_iter().enumerate() {
                if !one.experiments.is_empty() && !other.experiments.is_empty() {
                    one.count_all(number, other, &mut all);
                    one.count_some(number, other, &mut some);
                }
            }
            let excess =
                |worst: &Worst| worst.pairs.iter().map(|pair| pair.excess).collect::<Vec<_>>();
            assert_eq!(excess(&all), excess(&some), "{segments} segments");
        }
    }

    #[test]
    fn the_worst_pairs_come_first_and_in_order() {
        let (one, two) = (member("one", "aaabb....."), member("two", "ccc..ddd.."));
        let found = one.worst(&[&two], 2);
        let found: Vec<_> = found
            .iter()
            .map(|overlap| (overlap.ours, overlap.theirs, overlap.common, overlap.expected))
            .collect();
        assert_eq!(found, [("a", "c", 3, 0.9), ("a", "d", 0, 0.9)]);
    }
}
