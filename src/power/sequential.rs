//! Tests with several planned looks: group sequential designs.
//!
//! The probabilities of crossing a bound are computed by the recursion of Armitage, McPherson and Rowe
//! (1969): the density of the score, among the paths that have not crossed before, from look to look.
//! Bounds are those of Pocock (1977), of O'Brien and Fleming (1979), or follow from the spending
//! functions of Lan and DeMets (1983).

use super::normal::{Simpson, above, density, root, upper};

/// The number of pairs of intervals over which a density is integrated. With it, probabilities are
/// exact to about eight digits.
const PAIRS: usize = 80;

/// The largest drift that is looked for, in standard errors at the last look.
const MAX_DRIFT: f64 = 60.0;

/// The most looks.
pub const MAX_LOOKS: usize = 50;

/// The way in which alpha is spent on the looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Spending {
    /// Little on early looks, so that the last one costs almost nothing.
    ObrienFleming,
    /// About the same on each look.
    Pocock,
}

impl Spending {
    /// The part of a one-sided `alpha` that is spent when a part of the units is there.
    pub fn spent(self, alpha: f64, part: f64) -> f64 {
        match self {
            Spending::ObrienFleming => 2.0 * above(upper(alpha / 2.0) / part.sqrt()),
            Spending::Pocock => alpha * (1.0 + (std::f64::consts::E - 1.0) * part).ln(),
        }
    }
}

/// A two-sided test with looks after equal parts of the units. The bounds are in standard errors, and
/// symmetric.
#[derive(Clone, Debug, PartialEq)]
pub struct Bounds {
    alpha: f64,
    values: Vec<f64>,
}

/// The probabilities of the first crossing at each look.
#[derive(Clone, Debug, PartialEq)]
pub struct Crossings {
    /// Above the upper bound.
    pub upper: Vec<f64>,
    /// Below the lower bound.
    pub lower: Vec<f64>,
}

impl Crossings {
    /// The probability of a crossing of either bound.
    pub fn total(&self) -> f64 {
        self.upper.iter().chain(&self.lower).sum()
    }

    /// The mean part of the units that are there when the test ends.
    pub fn mean_part(&self) -> f64 {
        let looks = self.upper.len();
        let ends =
            self.upper.iter().zip(&self.lower).zip(1..).map(|((upper, lower), look)| {
                (upper + lower) * (1.0 - f64::from(look) / looks as f64)
            });
        1.0 - ends.sum::<f64>()
    }
}

/// The paths that have not crossed: their density at points of the score, with the weights of an
/// integral.
struct Paths {
    drift: f64,
    part: f64,
    /// Point, and density times weight.
    points: Vec<(f64, f64)>,
}

impl Paths {
    /// All paths, before the first look.
    fn new(drift: f64) -> Paths {
        Paths { drift, part: 0.0, points: vec![(0.0, 1.0)] }
    }

    /// The probability that the score at the next look is above a value.
    fn above(&self, score: f64, part: f64) -> f64 {
        let (step, spread) = self.step(part);
        let beyond = |(from, mass): &(f64, f64)| mass * above((score - from - step) / spread);
        self.points.iter().map(beyond).sum()
    }

    fn below(&self, score: f64, part: f64) -> f64 {
        let (step, spread) = self.step(part);
        let beyond = |(from, mass): &(f64, f64)| mass * above((from + step - score) / spread);
        self.points.iter().map(beyond).sum()
    }

    /// The mean and the standard deviation of the change of the score.
    fn step(&self, part: f64) -> (f64, f64) {
        let more = part - self.part;
        (self.drift * more, more.sqrt())
    }

    /// The paths whose score at the next look is between two values.
    fn between(&self, score: f64, part: f64) -> Paths {
        let (step, spread) = self.step(part);
        let points = Simpson::new(-score, score, PAIRS).points().map(|(to, weight)| {
            let reached = |(from, mass): &(f64, f64)| mass * density((to - from - step) / spread);
            let density = self.points.iter().map(reached).sum::<f64>() / spread;
            (to, weight * density)
        });
        Paths { drift: self.drift, part, points: points.collect() }
    }
}

impl Bounds {
    /// Bounds that spend `alpha` on this number of looks; `None` for no looks or too many.
    ///
    /// ```
    /// use planout::power::sequential::{Bounds, Spending};
    ///
    /// let bounds = Bounds::spending(Spending::ObrienFleming, 5, 0.05).expect("bounds");
    /// let exact = [4.8769, 3.3570, 2.6803, 2.2898, 2.0310];
    /// for (bound, exact) in bounds.values().iter().zip(exact) {
    ///     assert!((bound - exact).abs() < 5e-5, "{bound}");
    /// }
    /// ```
    pub fn spending(spending: Spending, looks: usize, alpha: f64) -> Option<Bounds> {
        if !(1..=MAX_LOOKS).contains(&looks) {
            return None;
        }
        let mut paths = Paths::new(0.0);
        let (mut values, mut before) = (Vec::with_capacity(looks), 0.0);
        for look in 1..=looks {
            let part = look as f64 / looks as f64;
            let spent = spending.spent(alpha / 2.0, part);
            // Probabilities differ by many orders of magnitude: their logarithms are compared.
            let wanted = (spent - before).max(1e-300).ln();
            let most = 38.0 * part.sqrt();
            let score =
                root(0.0, most, |score| paths.above(score, part).max(1e-310).ln() - wanted)?;
            values.push(score / part.sqrt());
            before = spent;
            paths = paths.between(score, part);
        }
        Some(Bounds { alpha, values })
    }

    /// Pocock's bounds: the same at each look.
    ///
    /// ```
    /// let bounds = planout::power::sequential::Bounds::pocock(5, 0.05).expect("bounds");
    /// assert!((bounds.values()[0] - 2.413).abs() < 5e-4);
    /// assert!((bounds.inflation(0.8).expect("a factor") - 1.228).abs() < 5e-4);
    /// ```
    pub fn pocock(looks: usize, alpha: f64) -> Option<Bounds> {
        Bounds::shaped(looks, alpha, |_| 1.0)
    }

    /// The bounds of O'Brien and Fleming: the same for the score at each look. In standard errors,
    /// they fall with the root of the part of the units.
    ///
    /// ```
    /// let bounds = planout::power::sequential::Bounds::obrien_fleming(5, 0.05).expect("bounds");
    /// assert!((bounds.values()[4] - 2.040).abs() < 5e-4);
    /// ```
    pub fn obrien_fleming(looks: usize, alpha: f64) -> Option<Bounds> {
        Bounds::shaped(looks, alpha, |part| 1.0 / part.sqrt())
    }

    fn shaped(looks: usize, alpha: f64, shape: impl Fn(f64) -> f64) -> Option<Bounds> {
        if !(1..=MAX_LOOKS).contains(&looks) {
            return None;
        }
        let parts = (1..=looks).map(|look| look as f64 / looks as f64);
        let shapes: Vec<f64> = parts.map(shape).collect();
        let scaled = |constant: f64| Bounds {
            alpha,
            values: shapes.iter().map(|shape| constant * shape).collect(),
        };
        root(0.1, 38.0, |constant| scaled(constant).crossings(0.0).total() - alpha).map(scaled)
    }

    /// Any bounds, which need not have a given level.
    pub(super) fn given(alpha: f64, values: Vec<f64>) -> Bounds {
        Bounds { alpha, values }
    }

    /// The bounds in standard errors.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The two-sided level.
    pub fn alpha(&self) -> f64 {
        self.alpha
    }

    /// The probabilities of crossing the bounds, for an effect of `drift` standard errors at the last
    /// look.
    pub fn crossings(&self, drift: f64) -> Crossings {
        let mut paths = Paths::new(drift);
        let looks = self.values.len();
        let mut crossings =
            Crossings { upper: Vec::with_capacity(looks), lower: Vec::with_capacity(looks) };
        for (bound, look) in self.values.iter().zip(1..) {
            let part = f64::from(look) / looks as f64;
            let score = bound * part.sqrt();
            crossings.upper.push(paths.above(score, part));
            crossings.lower.push(paths.below(-score, part));
            if (look as usize) < looks {
                paths = paths.between(score, part);
            }
        }
        crossings
    }

    /// The drift with which some bound is crossed with this probability; `None` if it is not above the
    /// level.
    pub fn drift(&self, power: f64) -> Option<f64> {
        root(0.0, MAX_DRIFT, |drift| self.crossings(drift).total() - power)
    }

    /// How many times the units of a test with one look are needed, at the last look, for the same
    /// power.
    pub fn inflation(&self, power: f64) -> Option<f64> {
        let alone = upper(self.alpha / 2.0) + upper(1.0 - power);
        self.drift(power).map(|drift| (drift / alone).powi(2))
    }
}
