//! What makes a unit's contribution vary more or less than its metric does: units that belong
//! together, and values from before the experiment.

/// Units of analysis that belong to one primary unit, such as the sessions of a user.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cluster {
    /// The correlation of two units of analysis of one primary unit, from 0 to 1.
    pub icc: f64,
    /// The mean number of units of analysis of a primary unit.
    pub size: f64,
    /// The coefficient of variation of this number: its standard deviation over its mean.
    pub cv: f64,
}

impl Cluster {
    /// The design effect: by how much the variance of a mean grows (Eldridge, Ashby and Kerry 2006).
    ///
    /// ```
    /// use planout::power::Cluster;
    ///
    /// let effect = Cluster { icc: 0.02, size: 20.0, cv: 0.5 }.design_effect();
    /// assert!((effect - 1.48).abs() < 1e-12);
    /// ```
    pub fn design_effect(&self) -> f64 {
        1.0 + ((1.0 + self.cv * self.cv) * self.size - 1.0) * self.icc
    }
}

/// The factor of the variance: what is left after adjusting for a value from before the experiment
/// that explains a part `r2` (CUPED: Deng, Xu, Kohavi and Walker 2013), times the design effect.
pub fn factor(r2: f64, cluster: Option<&Cluster>) -> f64 {
    (1.0 - r2) * cluster.map_or(1.0, Cluster::design_effect)
}
