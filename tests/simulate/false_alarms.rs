//! How often a comparison raises a false alarm: not more often than it says.

use planout::simulate::{Units, observe, report};
use planout::{Dialect, Map};

use super::{alone, designed};

/// The share of seeds with a false alarm, for 50 params of a trial with this probability each.
fn alarms(p: f64, units: usize, seeds: u64) -> f64 {
    let code: String =
        (0..50).map(|place| format!("x{place} = bernoulliTrial(p={p}, unit=userid);")).collect();
    let namespace = alone(&code, Dialect::Planout);
    let design = designed(&namespace, &Map::new());
    let failed = (0..seeds).filter(|seed| {
        let units = Units { count: units, seed: *seed, inputs: Map::new() };
        report(&design, &observe(&design, &units, 1)).failed_tests().next().is_some()
    });
    failed.count() as f64 / seeds as f64
}

/// With chi-squared tests, 50 params at 0.01 and 500 units failed 7 times in 1,000. In 300 seeds, 3
/// false alarms have a probability of less than 0.4 % if the rate is 0.001.
#[test]
fn false_alarms_are_as_rare_as_they_are_said_to_be() {
    for (p, units) in [(0.01, 500), (0.0001, 2000), (0.1, 100)] {
        let rate = alarms(p, units, 300);
        assert!(rate <= 2.0 / 300.0, "p={p}, {units} units: {rate}");
    }
}

/// The whole measurement takes minutes: 5,000 seeds for each size and probability, and 1,000 for the
/// largest size.
#[test]
#[ignore = "it takes minutes: `cargo test --release --test tests measured_rate -- --ignored --nocapture`"]
fn measured_rate_of_false_alarms() {
    for p in [0.0001, 0.001, 0.01, 0.1, 0.5] {
        for units in [100, 500, 2000, 20_000] {
            // At most 1 of 1,000 is expected; so many more have a probability of 0.1 %.
            let (seeds, most) = if units > 2000 { (1000, 6.0) } else { (5000, 14.0) };
            let rate = alarms(p, units, seeds);
            println!("p={p} units={units}: {rate}");
            assert!(rate <= most / seeds as f64, "p={p}, {units} units: {rate}");
        }
    }
}
