//! Tests that are valid whenever one looks: asymptotic confidence sequences of Waudby-Smith, Arbour,
//! Sinha, Kennedy and Ramdas (2021).

/// A confidence sequence that is narrowest near a planned number of units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sequence {
    alpha: f64,
    /// The planned number of units, times the squared tuning parameter.
    tuning: f64,
}

impl Sequence {
    /// A sequence with the coverage `1 - alpha`.
    pub fn new(alpha: f64) -> Sequence {
        let doubled = -2.0 * alpha.ln();
        Sequence { alpha, tuning: doubled + doubled.ln() + 1.0 }
    }

    /// The squared tuning parameter for a planned number of units.
    pub fn tuning(&self, planned: f64) -> f64 {
        self.tuning / planned
    }

    /// The half-width of the interval after `units`, for a standard deviation of 1 of a unit's
    /// contribution.
    ///
    /// ```
    /// use planout::power::anytime::Sequence;
    ///
    /// let width = Sequence::new(0.05).half_width(1e4, 1e4);
    /// assert!((width - 0.030_354).abs() < 5e-7);
    /// ```
    pub fn half_width(&self, units: f64, planned: f64) -> f64 {
        self.critical(units / planned) / units.sqrt()
    }

    /// The half-width in standard errors, after a part of the planned number of units.
    pub fn critical(&self, part: f64) -> f64 {
        let spread = self.tuning * part;
        (2.0 * (spread + 1.0) / spread * ((spread + 1.0).sqrt() / self.alpha).ln()).sqrt()
    }
}
