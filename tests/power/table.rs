//! Published values and values of other programs: R's `power.prop.test` and `power.t.test`, Jennison
//! and Turnbull (2000), `ldbounds`, scipy.

use planout::power::anytime::Sequence;
use planout::power::dunnett;
use planout::power::mismatch;
use planout::power::noncentral::{t_test_power, t_test_units};
use planout::power::normal::upper;
use planout::power::proportions::{detectable, power, total_unpooled, units};
use planout::power::sequential::{Bounds, Spending};
use planout::power::{Cluster, Comparison, Metric, Monitoring, factor};

use super::near;

#[test]
fn two_proportions() {
    near(power(50.0, 0.5, 0.75, 0.05), 0.74017, 5e-6);
    near(units(0.5, 0.75, 0.05, 0.8), 57.673, 5e-4);
    near(units(0.5, 0.75, 0.05, 0.9), 76.707, 5e-4);
    near(detectable(50.0, 0.5, 0.05, 0.9).expect("a proportion"), 0.80263, 5e-6);
    near(units(0.10, 0.11, 0.05, 0.8), 14_750.79, 5e-3);
    near(units(0.05, 0.0525, 0.05, 0.8), 122_123.5, 0.05);
    near(units(0.05, 0.0525, 0.05, 0.9), 163_488.2, 0.05);
    near(total_unpooled(0.10, 0.11, 0.5, 0.05, 0.8), 29_496.09, 5e-3);
    near(total_unpooled(0.10, 0.11, 0.1, 0.05, 0.8), 84_689.41, 5e-3);
    // Nothing is found of what cannot be.
    assert_eq!(detectable(5.0, 0.9, 0.05, 0.9), None);
}

/// A comparison with a standard deviation of 10.
fn comparison(control: f64, arm: f64, factor: f64) -> Comparison {
    Comparison {
        metric: Metric::Mean { mean: 50.0, sd: 10.0 },
        control,
        arm,
        trigger: 1.0,
        factor,
        level: 0.05,
        monitoring: Monitoring::Once,
    }
}

#[test]
fn comparisons_of_proportions_use_the_formula_of_their_shares() {
    let rate =
        |control, arm| Comparison { metric: Metric::Rate(0.10), ..comparison(control, arm, 1.0) };
    let found = |control, arm| rate(control, arm).units(0.01, 0.8).expect("a number");
    // Equal arms are pooled, and unequal ones are not.
    near(found(0.5, 0.5), 2.0 * 14_750.79, 0.01);
    near(found(0.9, 0.1), 84_689.41, 5e-3);
    assert!(rate(0.3, 0.3).is_pooled() && !rate(0.3, 0.2).is_pooled());
    let any = Comparison { monitoring: Monitoring::AnyTime(Sequence::new(0.05)), ..rate(0.5, 0.5) };
    assert!(!any.is_pooled());
}

#[test]
fn t_tests() {
    near(t_test_units(1.0, 0.05, 0.9).expect("a number"), 22.02109, 5e-6);
    near(t_test_power(20.0, 1.0, 0.05), 0.868_953, 5e-7);
    // With many units, t is normal.
    let normal = 2.0 * (upper(0.025) + upper(0.2)).powi(2) / 0.01 / 0.01;
    near(t_test_units(0.01, 0.05, 0.8).expect("a number") / normal, 1.0, 1e-4);
    // Without an effect, the power is alpha.
    near(t_test_power(3.0, 0.0, 0.05), 0.05, 1e-9);
}

#[test]
fn means() {
    near((upper(0.025) + upper(0.2)).powi(2), 7.848_880, 5e-7);
    near((upper(0.025) + upper(0.1)).powi(2), 10.507_423, 5e-7);
    let effect = |it: Comparison| it.effect(1e5, 0.8).expect("an effect");
    near(effect(comparison(0.25, 0.25, 1.0)), 0.25058, 5e-6);
    near(effect(comparison(0.4, 0.1, 1.0)), 0.31323, 5e-6);
    near(effect(comparison(0.4, 0.1, factor(0.36, None))), 0.25058, 5e-6);
    let cluster = Cluster { icc: 0.02, size: 20.0, cv: 0.5 };
    near(cluster.design_effect(), 1.48, 1e-12);
    near(effect(comparison(0.25, 0.25, factor(0.0, Some(&cluster)))), 0.30485, 5e-6);
}

#[test]
fn several_looks() {
    let pocock = Bounds::pocock(5, 0.05).expect("bounds");
    for bound in pocock.values() {
        near(*bound, 2.413, 5e-4);
    }
    near(pocock.inflation(0.8).expect("a factor"), 1.228, 5e-4);
    near(pocock.inflation(0.9).expect("a factor"), 1.206, 5e-4);
    let fleming = Bounds::obrien_fleming(5, 0.05).expect("bounds");
    near(fleming.values()[4], 2.040, 5e-4);
    near(fleming.values()[0], 2.0401 * 5.0_f64.sqrt(), 5e-4);
    near(fleming.inflation(0.8).expect("a factor"), 1.028, 5e-4);
    // 1.02649, between the published 1.026 and 1.027.
    near(fleming.inflation(0.9).expect("a factor"), 1.0265, 5e-5);
    let spending = Bounds::spending(Spending::ObrienFleming, 5, 0.05).expect("bounds");
    for (bound, published) in spending.values().iter().zip([4.8769, 3.3569, 2.6803, 2.2898, 2.0310])
    {
        // The second one is published as 3.3569, by an older program; it is 3.35701.
        near(*bound, published, 2e-4);
    }
    near(spending.crossings(0.0).total(), 0.05, 1e-7);
}

#[test]
fn several_arms() {
    let three = dunnett::critical(&[0.2, 0.2, 0.2], 0.2, 0.05).expect("a value");
    near(three, 2.349, 5e-4);
    near(upper(0.05 / 3.0 / 2.0), 2.394, 5e-4);
    // One arm needs no correction.
    near(dunnett::critical(&[0.1], 0.4, 0.05).expect("a value"), upper(0.025), 1e-9);
}

#[test]
fn at_any_time() {
    near(Sequence::new(0.05).half_width(1e4, 1e4), 0.030_354, 5e-7);
    near(upper(0.025) / 100.0, 0.019_600, 5e-7);
    // The interval is the narrowest near the planned number, in standard errors.
    let sequence = Sequence::new(0.05);
    assert!(sequence.critical(0.1) > sequence.critical(1.0));
    assert!(sequence.critical(10.0) > sequence.critical(1.0));
}

#[test]
fn sample_ratios() {
    let half = [0.5, 0.5];
    let units = |power| mismatch::units(&[0.505, 0.495], &half, 0.001, power).expect("a number");
    assert_eq!((units(0.8).ceil(), units(0.9).ceil()), (170_747.0, 209_039.0));
    let thirds = [1.0 / 3.0; 3];
    let units = mismatch::units(&[0.34, 0.33, 0.33], &thirds, 0.001, 0.8).expect("a number");
    assert_eq!(units.ceil(), 98_312.0);
    near(mismatch::power(1e5, &[0.505, 0.495], &half, 0.001), 0.449, 5e-4);
    // What is found is what the units are for.
    let smallest = mismatch::smallest(170_747.0, &half, 0.001, 0.8).expect("a mismatch");
    near(smallest.difference, 0.005, 1e-7);
    let smallest = mismatch::smallest(98_312.0, &thirds, 0.001, 0.8).expect("a mismatch");
    near(smallest.difference, 0.34 - 1.0 / 3.0, 1e-7);
    assert_eq!(mismatch::units(&half, &half, 0.001, 0.8), None);
}
