//! The metric of a study: its mean in the control, and its variance per unit.

use std::io::Read;
use std::sync::Arc;

use super::columns::{ColumnsError, Names, read};
use crate::simulate::ReadError;

/// A metric of units.
#[derive(Clone, Debug, PartialEq)]
pub enum Metric {
    /// Units that do something, or do not: the share of those in the control that do.
    Rate(f64),
    /// A number per unit, with its mean in the control and its standard deviation in all arms.
    Mean {
        /// The mean in the control.
        mean: f64,
        /// The standard deviation.
        sd: f64,
    },
    /// A sum over another sum, such as clicks over views.
    Ratio(Ratio),
}

impl Metric {
    /// The mean, rate or ratio of the control.
    pub fn base(&self) -> f64 {
        match self {
            Metric::Rate(rate) => *rate,
            Metric::Mean { mean, .. } => *mean,
            Metric::Ratio(ratio) => ratio.ratio,
        }
    }

    /// The variance per unit in an arm with this mean.
    pub fn variance(&self, mean: f64) -> f64 {
        match self {
            Metric::Rate(_) => mean * (1.0 - mean),
            Metric::Mean { sd, .. } => sd * sd,
            Metric::Ratio(ratio) => ratio.variance,
        }
    }
}

/// The ratio of two sums, estimated from units.
#[derive(Clone, Debug, PartialEq)]
pub struct Ratio {
    /// Numerator and denominator of each unit.
    pub rows: Arc<[(f64, f64)]>,
    /// The mean numerator.
    pub mean_num: f64,
    /// The mean denominator.
    pub mean_den: f64,
    /// The ratio of the means.
    pub ratio: f64,
    /// The variance of the numerators.
    pub variance_num: f64,
    /// The variance of the denominators.
    pub variance_den: f64,
    /// Their covariance.
    pub covariance: f64,
    /// The variance of the ratio per unit.
    pub variance: f64,
}

/// The reason why rows have no ratio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RatioError {
    /// A variance takes two units.
    #[error("a ratio needs at least two units")]
    FewUnits,
    /// The denominators add up to zero.
    #[error("the denominators add up to 0")]
    Zero,
    /// The numbers are too large to be squared.
    #[error("the numbers are too large")]
    Large,
    /// All units have the same ratio.
    #[error("all units have the same ratio: nothing varies")]
    Constant,
}

impl Ratio {
    /// The ratio of some units, with its variance by the delta method (Deng, Knoblich and Lu 2018):
    /// `(s_y^2 - 2 R s_xy + R^2 s_x^2) / mean_x^2`.
    ///
    /// ```
    /// use planout::power::Ratio;
    ///
    /// let ratio = Ratio::new(vec![(1.0, 2.0), (0.0, 1.0), (3.0, 3.0), (1.0, 4.0)]).expect("a ratio");
    /// assert_eq!((ratio.ratio, ratio.mean_den), (0.5, 2.5));
    /// let contribution = |(num, den): &(f64, f64)| (num - 0.5 * den) / 2.5;
    /// let squares = ratio.rows.iter().map(contribution).map(|it| it * it).sum::<f64>();
    /// assert!((ratio.variance - squares / 3.0).abs() < 1e-12);
    /// ```
    ///
    /// # Errors
    /// There are too few units, or nothing to divide by.
    pub fn new(rows: Vec<(f64, f64)>) -> Result<Ratio, RatioError> {
        if rows.len() < 2 {
            return Err(RatioError::FewUnits);
        }
        let count = rows.len() as f64;
        let mean = |of: fn(&(f64, f64)) -> f64| rows.iter().map(of).sum::<f64>() / count;
        let (mean_num, mean_den) = (mean(|row| row.0), mean(|row| row.1));
        if mean_den == 0.0 {
            return Err(RatioError::Zero);
        }
        let moment = |of: &dyn Fn(f64, f64) -> f64| {
            let terms = rows.iter().map(|(num, den)| of(num - mean_num, den - mean_den));
            terms.sum::<f64>() / (count - 1.0)
        };
        let ratio = mean_num / mean_den;
        let (variance_num, variance_den) =
            (moment(&|num, _| num * num), moment(&|_, den| den * den));
        let covariance = moment(&|num, den| num * den);
        let left = moment(&|num, den| (num - ratio * den).powi(2));
        let variance = left / (mean_den * mean_den);
        if !variance.is_finite() {
            return Err(RatioError::Large);
        }
        // What rounding leaves of zero.
        let whole = variance_num + ratio * ratio * variance_den;
        if left <= 1e-20 * whole {
            return Err(RatioError::Constant);
        }
        let rows = rows.into();
        Ok(Ratio {
            rows,
            mean_num,
            mean_den,
            ratio,
            variance_num,
            variance_den,
            covariance,
            variance,
        })
    }

    /// Reads CSV with the columns `num` and `den`, a row a unit. Other columns are ignored.
    ///
    /// # Errors
    /// The file cannot be read, or is not such a table.
    pub fn read(input: impl Read) -> Result<Ratio, ReadError<ColumnsError>> {
        let rows = read(input, ["num", "den"], Names::Own)?;
        let pairs = rows.iter().map(|(_, [num, den])| (*num, *den)).collect();
        let line = rows.last().map_or(1, |(line, _)| *line);
        Ratio::new(pairs)
            .map_err(|error| ReadError::Line { line, problem: ColumnsError::Ratio(error) })
    }
}
