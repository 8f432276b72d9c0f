//! The joint distribution of experiments of two namespaces that take their segments from one number.
//!
//! The segment of a unit is the remainder of this number by the number of segments. Two remainders by
//! `n` and `m` depend on one another by their remainders by the greatest common divisor alone, which
//! are equal. So the segments of both namespaces are counted by this remainder, and the share of
//! units that are in two experiments follows exactly.

use crate::distribution::{Cell, Exact, Obstacle, Table};
use crate::namespace::Namespace;
use crate::value::Value;

/// The most pairs of experiments that are counted at a time.
const MAX_COUNTED: usize = 1 << 22;

/// Two experiments of different namespaces, and how they overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Overlap {
    /// The number of segments of each, and of its namespace.
    sizes: [(u64, u64); 2],
    /// The number of pairs of segments with the same remainder.
    pairs: u64,
    /// The greatest common divisor of the numbers of segments.
    divisor: u64,
}

impl Overlap {
    /// The share of units that are in both.
    pub(crate) fn both(&self) -> f64 {
        let [(_, n), (_, m)] = self.sizes;
        self.pairs as f64 * self.divisor as f64 / (n as f64 * m as f64)
    }

    /// The share of units that are in each.
    pub(crate) fn shares(&self) -> [f64; 2] {
        self.sizes.map(|(held, of)| held as f64 / of as f64)
    }

    /// Whether the two are exactly independent.
    pub(crate) fn is_independent(&self) -> bool {
        let [(ours, _), (theirs, _)] = self.sizes.map(|(held, of)| (u128::from(held), of));
        u128::from(self.pairs) * u128::from(self.divisor) == ours * theirs
    }

    /// The leak of the table.
    pub(crate) fn leak(&self) -> f64 {
        if self.is_independent() {
            return 0.0;
        }
        let [one, other] = self.shares();
        // Among the units in the first one, or among the others.
        (self.both() - one * other).abs() / one.min(1.0 - one)
    }

    /// The shares of units that are in both, in one of them and in none.
    pub(crate) fn table(&self) -> Result<Table, Obstacle> {
        let ([one, other], both) = (self.shares(), self.both());
        let mut table = Table::default();
        let cell = |is_in: bool| Cell::Value(Exact(Value::from(is_in)));
        for (row, column, share) in [
            (true, true, both),
            (true, false, one - both),
            (false, true, other - both),
            (false, false, 1.0 - one - other + both),
        ] {
            table.add(cell(row), cell(column), share)?;
        }
        Ok(table)
    }
}

/// The segments of a namespace, by their remainder.
struct ByRemainder {
    /// The experiments with a segment of a remainder, with the number of these segments.
    held: Vec<(usize, u64)>,
    /// Where those of each remainder begin.
    starts: Vec<usize>,
}

impl ByRemainder {
    fn new(namespace: &Namespace, divisor: u32) -> ByRemainder {
        let mut all: Vec<(u32, usize)> = (0..namespace.segment_count())
            .filter_map(|segment| Some((segment % divisor, namespace.owner(segment)?)))
            .collect();
        all.sort_unstable();
        let (mut held, mut starts) = (Vec::new(), vec![0]);
        for run in all.chunk_by(|a, b| a == b) {
            let (remainder, owner) = run[0];
            starts.resize(remainder as usize + 1, held.len());
            held.push((owner, run.len() as u64));
        }
        starts.resize(divisor as usize + 1, held.len());
        ByRemainder { held, starts }
    }

    fn of(&self, remainder: u32) -> &[(usize, u64)] {
        let at = remainder as usize;
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(start), Some(end)) => &self.held[*start..*end],
            _ => &[],
        }
    }
}

/// The work that it takes to compare two namespaces, in steps.
pub(crate) fn work(one: &Namespace, other: &Namespace) -> u64 {
    let size = |it: &Namespace| it.experiments().len() as u64;
    u64::from(one.segment_count())
        + u64::from(other.segment_count())
        + size(one).saturating_mul(size(other))
}

/// The greatest common divisor of the numbers of segments: 1 if segments are independent.
pub(crate) fn divisor(one: &Namespace, other: &Namespace) -> u32 {
    let (mut a, mut b) = (one.segment_count(), other.segment_count());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// Shows each pair of experiments of two namespaces, by their indices. Both must take their segments
/// from one number.
pub(crate) fn overlaps(
    one: &Namespace,
    other: &Namespace,
    mut see: impl FnMut(usize, usize, Overlap),
) {
    let (ours, theirs) = (one.experiments(), other.experiments());
    if ours.is_empty() || theirs.is_empty() {
        return;
    }
    let divisor = divisor(one, other);
    let by_remainder = ByRemainder::new(one, divisor);
    let held: Vec<(u32, usize)> = (0..other.segment_count())
        .filter_map(|segment| Some((segment % divisor, other.owner(segment)?)))
        .collect();
    let width = theirs.len();
    let rows = (MAX_COUNTED / width).clamp(1, ours.len());
    let mut counts = vec![0_u64; rows * width];
    for first in (0..ours.len()).step_by(rows) {
        counts.fill(0);
        for (remainder, owner) in &held {
            for (ours, count) in by_remainder.of(*remainder) {
                if let Some(row) = ours.checked_sub(first).filter(|row| *row < rows) {
                    counts[row * width + owner] += count;
                }
            }
        }
        for (row, counts) in counts.chunks(width).take(ours.len() - first).enumerate() {
            for (theirs_at, pairs) in counts.iter().enumerate() {
                let size = |held: usize, of: u32| (held as u64, u64::from(of));
                let sizes = [
                    size(ours[first + row].segments().len(), one.segment_count()),
                    size(theirs[theirs_at].segments().len(), other.segment_count()),
                ];
                let overlap = Overlap { sizes, pairs: *pairs, divisor: u64::from(divisor) };
                see(first + row, theirs_at, overlap);
            }
        }
    }
}

/// The overlap of two experiments of different namespaces, by their indices.
pub(crate) fn overlap(one: (&Namespace, usize), other: (&Namespace, usize)) -> Overlap {
    let divisor = divisor(one.0, other.0);
    let [(mut ours, our_size), (theirs, their_size)] = [one, other].map(|(namespace, index)| {
        let segments = namespace.experiments()[index].segments();
        let mut remainders: Vec<u32> = segments.iter().map(|it| it % divisor).collect();
        remainders.sort_unstable();
        (remainders, (segments.len() as u64, u64::from(namespace.segment_count())))
    });
    let counts = |of: &[u32]| -> Vec<(u32, u64)> {
        of.chunk_by(|a, b| a == b).map(|run| (run[0], run.len() as u64)).collect()
    };
    ours.sort_unstable();
    let (ours, theirs) = (counts(&ours), counts(&theirs));
    let common = ours.iter().filter_map(|(remainder, count)| {
        let at = theirs.binary_search_by_key(remainder, |(remainder, _)| *remainder).ok()?;
        Some(count * theirs[at].1)
    });
    let pairs = common.sum();
    Overlap { sizes: [our_size, their_size], pairs, divisor: u64::from(divisor) }
}
