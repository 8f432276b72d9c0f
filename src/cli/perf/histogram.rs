//! Durations, counted in buckets: percentiles are exact to 1 %, for any number of durations.

/// The number of buckets for each power of two. Each shorter duration has its own bucket.
const STEPS: usize = 128;
/// The number of buckets for 64 bits of nanoseconds.
const BUCKETS: usize = (64 - 8) * STEPS + 2 * STEPS;

/// Durations in nanoseconds.
#[derive(Clone, Debug)]
pub(super) struct Histogram {
    buckets: Vec<u64>,
    count: u64,
    total: u64,
    min: u64,
    max: u64,
}

impl Histogram {
    pub(super) fn new() -> Histogram {
        Histogram { buckets: vec![0; BUCKETS], count: 0, total: 0, min: u64::MAX, max: 0 }
    }

    pub(super) fn add(&mut self, nanoseconds: u64) {
        self.buckets[bucket(nanoseconds)] += 1;
        self.count += 1;
        self.total = self.total.saturating_add(nanoseconds);
        self.min = self.min.min(nanoseconds);
        self.max = self.max.max(nanoseconds);
    }

    pub(super) fn merge(mut self, other: &Histogram) -> Histogram {
        for (mine, theirs) in self.buckets.iter_mut().zip(&other.buckets) {
            *mine += theirs;
        }
        self.count += other.count;
        self.total = self.total.saturating_add(other.total);
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }

    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// The shortest duration; 0 if there are none.
    pub(super) fn min(&self) -> u64 {
        self.min.min(self.max)
    }

    pub(super) fn max(&self) -> u64 {
        self.max
    }

    pub(super) fn mean(&self) -> f64 {
        self.total as f64 / self.count.max(1) as f64
    }

    /// The duration that this percentage of all does not exceed.
    pub(super) fn percentile(&self, percent: u64) -> u64 {
        let rank = (u128::from(self.count) * u128::from(percent)).div_ceil(100).max(1);
        let mut seen = 0;
        for (bucket, count) in self.buckets.iter().enumerate() {
            seen += u128::from(*count);
            if seen >= rank {
                return longest(bucket).clamp(self.min(), self.max);
            }
        }
        self.max
    }
}

/// The bucket of a duration. The widths double with each power of two.
fn bucket(nanoseconds: u64) -> usize {
    let bits = (u64::BITS - nanoseconds.leading_zeros()) as usize;
    let shift = bits.saturating_sub(8);
    // The shift leaves 8 bits at most.
    shift * STEPS + (nanoseconds >> shift) as usize
}

/// The longest duration of a bucket.
fn longest(bucket: usize) -> u64 {
    let shift = (bucket / STEPS).saturating_sub(1);
    let first = ((bucket - shift * STEPS) as u64) << shift;
    first + ((1 << shift) - 1)
}

#[cfg(test)]
mod tests {
    use super::{BUCKETS, Histogram, bucket, longest};

    #[test]
    fn every_duration_is_in_the_one_bucket_that_ends_just_above_it() {
        let near = |power: u32| [-1_i64, 0, 1].map(|d| (1_u64 << power).wrapping_add_signed(d));
        for nanoseconds in (0..63).flat_map(near).chain([u64::MAX - 1, u64::MAX]) {
            let index = bucket(nanoseconds);
            assert!(index < BUCKETS, "{nanoseconds}");
            assert!(longest(index) >= nanoseconds, "{nanoseconds}");
            assert!(longest(index) - nanoseconds <= nanoseconds / 128, "{nanoseconds}");
            assert!(index == 0 || longest(index - 1) < nanoseconds, "{nanoseconds}");
        }
    }

    #[test]
    fn percentiles_are_those_of_the_sorted_durations() {
        let mut low = Histogram::new();
        let mut high = Histogram::new();
        (1..=50).for_each(|nanoseconds| low.add(nanoseconds));
        (51..=100).for_each(|nanoseconds| high.add(nanoseconds));
        let all = low.merge(&high);
        assert_eq!((all.count(), all.total(), all.min(), all.max()), (100, 5050, 1, 100));
        assert_eq!([1, 50, 95, 99, 100].map(|p| all.percentile(p)), [1, 50, 95, 99, 100]);
        assert_eq!(all.mean(), 50.5);
    }

    #[test]
    fn percentiles_stay_between_the_shortest_and_the_longest() {
        let mut one = Histogram::new();
        one.add(1_000_003);
        assert_eq!([one.percentile(1), one.percentile(99)], [1_000_003; 2]);
        let none = Histogram::new();
        assert_eq!([none.min(), none.percentile(50), none.max()], [0; 3]);
    }
}
