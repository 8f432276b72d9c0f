//! A test of counts that may be looked at any time.

use statrs::function::gamma::ln_gamma;

use super::{Method, SIGNIFICANCE, Test};

/// The weight of the designed shares in the prior, in units.
pub const PRIOR: f64 = 100.0;

/// The natural logarithm of the Bayes factor of counts against the designed shares: the probability of
/// the counts if the shares are unknown, with a Dirichlet prior of [`PRIOR`] units around the designed
/// ones, divided by their probability under the design (Lindon and Malek 2022). The shares add up to 1.
///
/// Its inverse is a p-value that holds however often one looks.
///
/// ```
/// use planout::simulate::bayes_factor;
///
/// assert!((bayes_factor(&[(0.5, 50_800), (0.5, 49_200)]) - 9.3310).abs() < 5e-5);
/// ```
pub fn bayes_factor(cells: &[(f64, u64)]) -> f64 {
    let units: f64 = cells.iter().map(|(_, count)| *count as f64).sum();
    let all = ln_gamma(PRIOR) - ln_gamma(PRIOR + units);
    let each = |(share, count): &(f64, u64)| {
        let (prior, count) = (PRIOR * share, *count as f64);
        match (prior > 0.0, count > 0.0) {
            (_, false) => 0.0,
            (false, true) => f64::INFINITY,
            (true, true) => ln_gamma(prior + count) - ln_gamma(prior) - count * share.ln(),
        }
    };
    all + cells.iter().map(each).sum::<f64>()
}

/// The test, unit by unit. The designed shares may be others for each unit, as its inputs decide.
///
/// With the same shares for all units, the statistic is [`bayes_factor`]. Otherwise the prediction for
/// a unit is its own shares, each multiplied by how much more or less often its value came than was
/// expected. A prediction that does not know the unit's value makes the product of its ratios to the
/// design a martingale, so that the bound holds just the same.
#[derive(Clone, Debug, Default)]
pub struct Martingale {
    counts: Vec<f64>,
    expected: Vec<f64>,
    units: u64,
    now: f64,
    most: f64,
    /// The number of units after which the test failed first.
    failed_at: Option<u64>,
    values: usize,
}

impl Martingale {
    /// Adds a unit with a value. `shares` are the designed shares of the possible values, by their
    /// numbers. They add up to 1. `level` is the p-value below which the test fails.
    pub fn add(&mut self, shares: &[(usize, f64)], value: usize, level: f64) {
        self.units += 1;
        let most = shares.iter().map(|(value, _)| value + 1).max().unwrap_or(0);
        if self.counts.len() < most {
            self.counts.resize(most, 0.0);
            self.expected.resize(most, 0.0);
        }
        self.values = self.values.max(shares.iter().filter(|(_, share)| *share > 0.0).count());
        let ratio = |(value, share): &(usize, f64)| {
            let prior = PRIOR * share;
            (prior + self.counts[*value]) / (prior + self.expected[*value])
        };
        let possible = shares.iter().filter(|(_, share)| *share > 0.0);
        let predicted: f64 = possible.clone().map(|cell| cell.1 * ratio(cell)).sum();
        self.now += match possible.clone().find(|(known, _)| *known == value) {
            Some(cell) => (ratio(cell) / predicted).ln(),
            None => f64::INFINITY,
        };
        for (known, share) in possible {
            self.expected[*known] += share;
        }
        if let Some(count) = self.counts.get_mut(value) {
            *count += 1.0;
        }
        self.most = self.most.max(self.now);
        if self.p() < level {
            self.failed_at.get_or_insert(self.units);
        }
    }

    /// The number of units with a value.
    pub fn count(&self, value: usize) -> u64 {
        self.counts.get(value).map_or(0, |count| *count as u64)
    }

    /// The p-value so far: the inverse of the largest Bayes factor.
    pub fn p(&self) -> f64 {
        (-self.most).exp().min(1.0)
    }

    /// The number of units after which the p-value was below the level for the first time.
    pub fn failed_at(&self) -> Option<u64> {
        self.failed_at
    }

    /// The test so far; `None` if there is only one possible value.
    pub fn test(&self) -> Option<Test> {
        let is_one = self.values < 2 && self.most.is_finite();
        (self.units > 0 && !is_one).then(|| self.as_test())
    }

    fn as_test(&self) -> Test {
        let method = Method::Sequential(self.failed_at);
        if self.most.is_infinite() {
            return Test::impossible(method);
        }
        Test::new(self.most, self.values.saturating_sub(1), self.p(), method)
    }
}

/// The test of counts that were looked at several times: each look has the counts up to then.
pub(in crate::simulate) fn of_looks(looks: &[Vec<(f64, u64)>]) -> Option<Test> {
    let mut most = 0.0_f64;
    let (mut failed_at, mut values) = (None, 0);
    for cells in looks {
        most = most.max(bayes_factor(cells));
        values = values.max(cells.iter().filter(|(share, _)| *share > 0.0).count());
        if (-most).exp() < SIGNIFICANCE {
            failed_at.get_or_insert(cells.iter().map(|(_, count)| count).sum());
        }
    }
    let method = Method::Sequential(failed_at);
    if most.is_infinite() {
        return Some(Test::impossible(method));
    }
    (values > 1).then(|| Test::new(most, values - 1, (-most).exp().min(1.0), method))
}
