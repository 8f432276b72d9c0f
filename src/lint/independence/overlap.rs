//! The overlap of experiments of two namespaces whose segments come from one number.
//!
//! The segments of a unit in both are the remainders of this number, so they repeat with the least
//! common multiple of the numbers of segments: all numbers of one period are counted.
//!
//! Namespaces can have thousands of experiments, and so millions of pairs. Only the worst pairs
//! are kept, and pairs without a segment in common are not counted one by one.

use crate::namespace::{Document, Experiment, Namespace};

/// Differences below this come from computing with floating-point numbers.
const INDEPENDENT: f64 = 1e-12;

/// The mark of a segment that no compared experiment holds.
const FREE: u32 = u32::MAX;

/// The largest number of pairs that are counted in a table.
const MAX_TABLE: usize = 1 << 16;

/// The longest period that is counted. Where it is longer, the numbers of segments are large and have a
/// small divisor, and experiments overlap as by chance but for a tiny part.
pub(super) const MAX_PERIOD: usize = 10_000_000;

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

/// Two experiments of different namespaces that are not independent.
#[derive(Debug, PartialEq)]
pub(super) struct Overlap<'a> {
    /// The experiment of the checked namespace.
    pub(super) ours: &'a str,
    pub(super) namespace: &'a str,
    pub(super) theirs: &'a str,
    /// The share of the units of the first that are in the second.
    pub(super) within: f64,
    /// The share of all units that are in the second.
    pub(super) of_all: f64,
}

/// The greatest common divisor.
pub(super) fn gcd(mut a: u32, mut b: u32) -> u32 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
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
    pub(super) fn segments(&self) -> u32 {
        u32::try_from(self.owners.len()).unwrap_or(u32::MAX)
    }

    /// How many numbers it takes until the segments of both repeat.
    pub(super) fn period(&self, other: &Member<'_>) -> usize {
        let divisor = gcd(self.segments(), other.segments()).max(1);
        (self.owners.len() / divisor as usize).saturating_mul(other.owners.len())
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
            let (our_share, their_share) = (self.share(ours), other.share(theirs));
            let both = pair.common as f64 / self.period(other) as f64;
            Overlap {
                ours: &self.experiments[ours].name,
                namespace: other.name,
                theirs: &other.experiments[theirs].name,
                within: both / our_share,
                of_all: their_share,
            }
        };
        worst.pairs.into_iter().map(overlap).collect()
    }

    /// The share of the segments that an experiment holds.
    fn share(&self, experiment: usize) -> f64 {
        self.experiments[experiment].size as f64 / self.owners.len() as f64
    }

    /// The number of common numbers of a period if two experiments were independent.
    fn expected(&self, ours: usize, other: &Member<'_>, theirs: usize) -> f64 {
        let (ours, theirs) = (self.experiments[ours].size, other.experiments[theirs].size);
        let divisor = gcd(self.segments(), other.segments()).max(1);
        ours as f64 * theirs as f64 / f64::from(divisor)
    }

    /// Shows the pair of experiments that both have a number, for each number of a period.
    fn each_meeting(&self, other: &Member<'_>, mut see: impl FnMut(usize)) {
        let width = other.experiments.len();
        let mut meet = |ours: u32, theirs: u32| {
            if ours != FREE && theirs != FREE {
                see(ours as usize * width + theirs as usize);
            }
        };
        if self.owners.len() == other.owners.len() {
            let owners = self.owners.iter().zip(&other.owners);
            return owners.for_each(|(ours, theirs)| meet(*ours, *theirs));
        }
        let (ours, theirs) = (self.owners.iter().cycle(), other.owners.iter().cycle());
        for (ours, theirs) in ours.zip(theirs).take(self.period(other)) {
            meet(*ours, *theirs);
        }
    }

    /// Counts every pair.
    fn count_all(&self, number: usize, other: &Member<'_>, worst: &mut Worst) {
        let (width, period) = (other.experiments.len(), self.period(other) as f64);
        let mut common = vec![0_u32; self.experiments.len() * width];
        self.each_meeting(other, |pair| common[pair] += 1);
        for (pair, common) in common.into_iter().enumerate() {
            let (ours, theirs) = (pair / width, pair % width);
            let expected = self.expected(ours, other, theirs);
            worst.offer(Pair::new((number, ours, theirs), common as usize, expected, period));
        }
    }

    /// Counts the pairs that have a segment in common. Of the others, only the largest can be among
    /// the worst, and only these are counted.
    fn count_some(&self, number: usize, other: &Member<'_>, worst: &mut Worst) {
        let (width, period) = (other.experiments.len(), self.period(other) as f64);
        let mut meetings = Vec::new();
        self.each_meeting(other, |pair| meetings.push(pair));
        meetings.sort_unstable();
        for run in meetings.chunk_by(|a, b| a == b) {
            let (ours, theirs) = (run[0] / width, run[0] % width);
            let expected = self.expected(ours, other, theirs);
            worst.offer(Pair::new((number, ours, theirs), run.len(), expected, period));
        }
        for &ours in &self.by_size {
            for (rank, &theirs) in other.by_size.iter().enumerate() {
                let expected = self.expected(ours, other, theirs);
                if !worst.would_take(expected / period) {
                    if rank == 0 {
                        return;
                    }
                    break;
                }
                if meetings.binary_search(&(ours * width + theirs)).is_err() {
                    worst.offer(Pair::new((number, ours, theirs), 0, expected, period));
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
    /// The difference between the overlap and independence, as a share of all units.
    excess: f64,
}

impl Pair {
    fn new(place: Place, common: usize, expected: f64, period: f64) -> Pair {
        Pair { place, common, excess: (common as f64 - expected).abs() / period }
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
        // Experiments that are independent in fact are none.
        excess > INDEPENDENT
            && (self.pairs.len() < self.shown
                || self.pairs.last().is_some_and(|last| excess > last.excess))
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
            .map(|overlap| (overlap.ours, overlap.theirs, overlap.within, overlap.of_all))
            .collect();
        assert_eq!(found, [("a", "c", 1.0, 0.3), ("a", "d", 0.0, 0.3)]);
    }

    #[test]
    fn other_numbers_of_segments_are_counted_over_a_period() {
        let (one, two) = (member("one", "aabb.."), member("two", "c.c."));
        // Of the numbers below 12: `a` has 0, 1, 6 and 7, and `c` the even ones.
        let worst = one.worst(&[&two], 3);
        assert_eq!(worst, []);
        let two = member("two", "cc..");
        // `c` has 0, 1, 4, 5, 8 and 9: of those of `a`, only 0 and 1; of those of `b`, only 8 and 9.
        assert_eq!(one.worst(&[&two], 3), []);
        let (one, two) = (member("one", "a.a.a."), member("two", "c.c."));
        let found = one.worst(&[&two], 3);
        assert_eq!((found.len(), found[0].within, found[0].of_all), (1, 1.0, 0.5));
        // No common divisor.
        assert_eq!(member("one", "aab..").worst(&[&member("two", "cc..")], 3), []);
    }
}
