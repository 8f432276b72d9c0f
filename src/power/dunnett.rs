//! Several arms against one control: the critical value of Dunnett (1955).

use super::normal::{above, below, density, integral, root};

/// The number of standard deviations over which the control's part is integrated.
const REACH: f64 = 9.0;

/// The probability that all two-sided statistics are below `critical` in size, if no arm has an
/// effect. The statistics share the control: those of arms i and j have the correlation
/// `l_i l_j`, where `l_i` is the root of `s_i / (s_i + s_c)`, for shares `s` of units with one variance.
pub fn all_below(critical: f64, arms: &[f64], control: f64) -> f64 {
    let loadings: Vec<f64> = arms.iter().map(|share| loading(*share, control)).collect();
    integral(-REACH, REACH, 400, |z| {
        let each = loadings.iter().map(|loading| {
            let rest = (1.0 - loading * loading).sqrt();
            below((critical + loading * z) / rest) - below((loading * z - critical) / rest)
        });
        density(z) * each.product::<f64>()
    })
}

/// The part of a statistic that is due to the control.
pub fn loading(arm: f64, control: f64) -> f64 {
    (arm / (arm + control)).sqrt()
}

/// The critical value for which some statistic exceeds it with the probability `alpha`, if no arm has
/// an effect. Shares are those of the arms and of the control.
///
/// ```
/// use planout::power::{dunnett, normal};
///
/// let three = dunnett::critical(&[0.25, 0.25, 0.25], 0.25, 0.05).expect("a value");
/// assert!((three - 2.349).abs() < 5e-4);
/// // A bound that does not know that the arms share their control is higher.
/// assert!((normal::upper(0.05 / 3.0 / 2.0) - 2.394).abs() < 5e-4);
/// ```
pub fn critical(arms: &[f64], control: f64, alpha: f64) -> Option<f64> {
    if arms.is_empty() {
        return None;
    }
    root(0.0, 40.0, |critical| 1.0 - all_below(critical, arms, control) - alpha)
}

/// The level of one test with this critical value.
pub fn level(critical: f64) -> f64 {
    2.0 * above(critical)
}
