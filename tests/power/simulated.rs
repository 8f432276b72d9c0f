//! Simulated experiments agree with the formulas.

use planout::power::{
    Arm, Arms, Cluster, Correction, Looks, Metric, Ratio, Settings, Simulated, Study, Trials,
};
use planout::progress::Progress;
use planout::{Value, power::sequential::Spending};

/// The number of experiments.
const EXPERIMENTS: u64 = 6_000;

fn arms(shares: &[f64]) -> Arms {
    let arm =
        |(place, share): (usize, &f64)| Arm { value: Value::from(place as i64), share: *share };
    let arms = shares.iter().enumerate().map(arm).collect();
    Arms { arms, control: 0, experiment: 1.0, unset: 0.0, unit: None }
}

fn settings(metric: Metric) -> Settings {
    let (looks, correction) = (Looks::Once, Correction::None);
    Settings { metric, alpha: 0.05, trigger: 1.0, r2: 0.0, cluster: None, looks, correction }
}

/// Simulates experiments with so many units, and compares what they find with the formula.
#[track_caller]
fn check(
    shares: &[f64],
    settings: &Settings,
    effect: f64,
    units: u64,
    experiments: u64,
) -> Simulated {
    let study = Study::new(&arms(shares), settings).expect("a study");
    let comparisons = &study.comparisons;
    let effects = vec![effect; comparisons.len()];
    let trials = Trials { comparisons, effects: &effects, units, experiments, seed: 7 };
    let found = trials.run(2, &Progress::new());
    for (comparison, found) in comparisons.iter().zip(&found.found) {
        let power = comparison.power(effect, units as f64);
        let off = (found.rate() - power) / found.error_of(power);
        assert!((0.2..0.98).contains(&power), "the power {power} shows nothing");
        assert!(off.abs() < 4.0, "{} for {power}: {off} standard errors", found.rate());
    }
    let above =
        (found.false_alarms.rate() - settings.alpha) / found.false_alarms.error_of(settings.alpha);
    assert!(above < 4.0, "{} false alarms", found.false_alarms.rate());
    found
}

#[test]
fn rates() {
    let rate = |rate| settings(Metric::Rate(rate));
    check(&[0.25, 0.25], &rate(0.1), 0.01, 60_000, EXPERIMENTS);
    check(&[0.4, 0.1], &rate(0.1), 0.012, 60_000, EXPERIMENTS);
    check(&[0.5, 0.5], &rate(0.5), -0.1, 700, EXPERIMENTS);
    let adjusted = Settings { r2: 0.3, trigger: 0.5, ..rate(0.2) };
    check(&[0.5, 0.5], &adjusted, 0.02, 20_000, EXPERIMENTS);
}

#[test]
fn means() {
    let mean = settings(Metric::Mean { mean: 50.0, sd: 10.0 });
    check(&[0.25, 0.25], &mean, 0.25, 100_000, EXPERIMENTS);
    check(&[0.3, 0.1], &mean, -1.0, 8_000, EXPERIMENTS);
    let cluster = Some(Cluster { icc: 0.02, size: 20.0, cv: 0.5 });
    check(&[0.25, 0.25], &Settings { cluster, ..mean }, 0.3, 100_000, EXPERIMENTS);
}

#[test]
fn ratios() {
    let rows = (0..300).map(|row| (f64::from(row * row % 5), f64::from(1 + row % 4))).collect();
    let ratio = Metric::Ratio(Ratio::new(rows).expect("a ratio"));
    check(&[0.5, 0.5], &settings(ratio.clone()), 0.08, 3_000, 3_000);
    let adjusted = Settings { r2: 0.5, ..settings(ratio) };
    check(&[0.5, 0.25], &adjusted, 0.08, 2_000, EXPERIMENTS);
}

#[test]
fn looks() {
    for spending in [Spending::ObrienFleming, Spending::Pocock] {
        let looks = Looks::Planned(5, spending);
        let mean = settings(Metric::Mean { mean: 5.0, sd: 2.0 });
        let found = check(&[0.5, 0.5], &Settings { looks, ..mean }, 0.1, 14_000, EXPERIMENTS);
        // All of alpha is spent.
        let (alarms, alpha) = (found.false_alarms, 0.05);
        assert!((alarms.rate() - alpha).abs() < 4.0 * alarms.error_of(alpha), "{alarms:?}");
        let rate = Settings { looks, ..settings(Metric::Rate(0.3)) };
        check(&[0.5, 0.5], &rate, 0.02, 17_000, EXPERIMENTS);
    }
}

#[test]
fn at_any_time() {
    let mean = settings(Metric::Mean { mean: 5.0, sd: 2.0 });
    let any = Settings { looks: Looks::AnyTime, ..mean };
    let found = check(&[0.5, 0.5], &any, 0.12, 16_000, 3_000);
    let study = Study::new(&arms(&[0.5, 0.5]), &any).expect("a study");
    let by_then = study.comparisons[0].power_by_then(0.12, 16_000.0).expect("a power");
    let earlier = found.found_by_then.expect("looks")[0];
    let off = (earlier.rate() - by_then) / earlier.error_of(by_then);
    assert!(off.abs() < 4.0, "{} for {by_then}", earlier.rate());
    assert!(earlier.count > found.found[0].count);
    let rate = Settings { looks: Looks::AnyTime, ..settings(Metric::Rate(0.3)) };
    check(&[0.5, 0.5], &rate, 0.03, 16_000, 3_000);
}

#[test]
fn several_arms() {
    let shares = [0.2, 0.2, 0.2, 0.2];
    let mean = settings(Metric::Mean { mean: 5.0, sd: 2.0 });
    for correction in [Correction::Holm, Correction::Dunnett] {
        check(&shares, &Settings { correction, ..mean.clone() }, 0.1, 36_000, EXPERIMENTS);
    }
    // Dunnett's method spends all of alpha, and no correction more.
    let dunnett = Settings { correction: Correction::Dunnett, ..mean.clone() };
    let alarms = check(&shares, &dunnett, 0.1, 36_000, EXPERIMENTS).false_alarms;
    assert!((alarms.rate() - 0.05).abs() < 4.0 * alarms.error_of(0.05), "{alarms:?}");
    let study = Study::new(&arms(&shares), &mean).expect("a study");
    let trials = Trials {
        comparisons: &study.comparisons,
        effects: &[0.1; 3],
        units: 36_000,
        experiments: EXPERIMENTS,
        seed: 7,
    };
    let alarms = trials.run(2, &Progress::new()).false_alarms;
    assert!(alarms.rate() > 0.08, "{alarms:?}");
}

#[test]
fn threads_change_nothing() {
    let study = Study::new(&arms(&[0.5, 0.5]), &settings(Metric::Rate(0.1))).expect("a study");
    let comparisons = &study.comparisons;
    let trials =
        |seed| Trials { comparisons, effects: &[0.02], units: 5_000, experiments: 999, seed };
    let one = trials(0).run(1, &Progress::new());
    for threads in [2, 3, 16] {
        assert_eq!(trials(0).run(threads, &Progress::new()), one);
    }
    assert_ne!(trials(1).run(2, &Progress::new()), one);
}
