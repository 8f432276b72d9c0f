//! What must hold of the formulas, whatever the numbers.

use planout::power::anytime::Sequence;
use planout::power::sequential::{Bounds, Spending};
use planout::power::{Comparison, Metric, Monitoring, Ratio};

use super::near;

/// Comparisons of every form.
fn comparisons() -> Vec<Comparison> {
    let ratio =
        Ratio::new((0..50).map(|row| (f64::from(row % 7), f64::from(1 + row % 3))).collect());
    let metrics = [
        Metric::Rate(0.1),
        Metric::Rate(0.5),
        Metric::Mean { mean: 20.0, sd: 8.0 },
        Metric::Ratio(ratio.expect("a ratio")),
    ];
    let spending = |spending| Bounds::spending(spending, 4, 0.05).expect("bounds");
    let monitorings = [
        Monitoring::Once,
        Monitoring::Looks(spending(Spending::ObrienFleming)),
        Monitoring::Looks(spending(Spending::Pocock)),
        Monitoring::AnyTime(Sequence::new(0.05)),
    ];
    let mut comparisons = Vec::new();
    for metric in metrics {
        for monitoring in &monitorings {
            for (control, arm, trigger, factor) in
                [(0.25, 0.25, 1.0, 1.0), (0.4, 0.1, 0.3, 1.0), (0.5, 0.5, 1.0, 1.7)]
            {
                let (metric, monitoring) = (metric.clone(), monitoring.clone());
                let level = 0.05;
                comparisons.push(Comparison {
                    metric,
                    control,
                    arm,
                    trigger,
                    factor,
                    level,
                    monitoring,
                });
            }
        }
    }
    comparisons
}

#[test]
fn units_effect_and_power_are_inverse() {
    for comparison in comparisons() {
        let base = comparison.metric.base();
        for power in [0.7, 0.9] {
            let effect = 0.05 * base;
            let units = comparison.units(effect, power).expect("a number");
            let found = comparison.effect(units, power).expect("an effect");
            near(found / effect, 1.0, 1e-6);
            // Powers count the wrong direction, too.
            near(comparison.power(effect, units), power, 1e-5);
            near(comparison.power(-effect, units), power, 0.1);
        }
    }
}

#[test]
fn more_units_find_more() {
    for comparison in comparisons() {
        let effect = 0.04 * comparison.metric.base();
        let powers: Vec<f64> =
            (0..8).map(|double| comparison.power(effect, 1e3 * f64::from(1 << double))).collect();
        assert!(powers.is_sorted() && powers[0] > 0.0 && powers[7] <= 1.0, "{powers:?}");
        let larger = |times: f64| comparison.units(times * effect, 0.8).expect("a number");
        assert!(larger(1.0) > larger(1.5) && larger(1.5) > larger(2.0));
        let needed = |power| comparison.units(effect, power).expect("a number");
        assert!(needed(0.6) < needed(0.8) && needed(0.8) < needed(0.95));
    }
}

#[test]
fn what_makes_units_vary_more_needs_more() {
    for comparison in comparisons() {
        let effect = 0.05 * comparison.metric.base();
        let needed = |comparison: &Comparison| comparison.units(effect, 0.8).expect("a number");
        let base = needed(&comparison);
        let with = |change: fn(&mut Comparison)| {
            let mut changed = comparison.clone();
            change(&mut changed);
            needed(&changed) / base
        };
        near(with(|it| it.factor *= 2.0), 2.0, 1e-9);
        near(with(|it| it.trigger /= 2.0), 2.0, 1e-9);
        // Half of each arm is twice of all.
        let halved = with(|it| (it.control, it.arm) = (it.control / 2.0, it.arm / 2.0));
        near(halved, 2.0, 1e-9);
        // Looks cost something.
        let once = Comparison { monitoring: Monitoring::Once, ..comparison.clone() };
        assert!(base >= needed(&once) * 0.999, "{comparison:?}");
    }
}

#[test]
fn bounds_spend_alpha() {
    for spending in [Spending::ObrienFleming, Spending::Pocock] {
        for looks in [1, 2, 3, 7, 20, 50] {
            for alpha in [0.001, 0.05, 0.2] {
                let bounds = Bounds::spending(spending, looks, alpha).expect("bounds");
                near(bounds.crossings(0.0).total() / alpha, 1.0, 1e-4);
                let is_falling = bounds.values().is_sorted_by(|a, b| a >= b);
                assert!(is_falling || spending == Spending::Pocock, "{bounds:?}");
            }
        }
    }
    assert_eq!(Bounds::spending(Spending::Pocock, 0, 0.05), None);
    assert_eq!(Bounds::spending(Spending::Pocock, 51, 0.05), None);
    // One look is the test without looks.
    let one = Bounds::spending(Spending::Pocock, 1, 0.05).expect("bounds");
    near(one.values()[0], 1.959_964, 1e-6);
    near(one.inflation(0.8).expect("a factor"), 1.0, 1e-4);
}

#[test]
fn a_rate_that_cannot_rise_falls() {
    let comparison = Comparison {
        metric: Metric::Rate(0.95),
        control: 0.5,
        arm: 0.5,
        trigger: 1.0,
        factor: 1.0,
        level: 0.05,
        monitoring: Monitoring::Once,
    };
    let effect = comparison.effect(100.0, 0.8).expect("an effect");
    assert!(effect < -0.1, "{effect}");
    near(comparison.power(effect, 100.0), 0.8, 1e-5);
    assert_eq!(comparison.effect(4.0, 0.8), None);
}
