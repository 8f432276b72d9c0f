//! The tests of counts against published values.

use planout::simulate::{
    Martingale, Method, Untested, bayes_factor, by_families, goodness_of_fit, holm, two_sided,
};

fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found}, not {expected}");
}

#[test]
fn chi_squared_is_as_published() {
    // Two degrees of freedom: exp(-x / 2).
    let third = 1.0 / 3.0;
    let three = goodness_of_fit(&[(third, 9000), (third, 8800), (third, 8900)]).expect("a test");
    assert_eq!((three.method, three.degrees), (Method::ChiSquared, 2));
    near(three.p, (-three.statistic / 2.0).exp(), 1e-12);
    // Mendel's peas, 9 : 3 : 3 : 1, are so few that the outcomes themselves are counted.
    let peas = [(9.0, 315), (3.0, 101), (3.0, 108), (1.0, 32)];
    let test = goodness_of_fit(&peas.map(|(share, count)| (share / 16.0, count))).expect("a test");
    assert_eq!(test.degrees, 3);
    near(test.statistic, 0.470, 0.0005);
    assert!(matches!(test.method, Method::MonteCarlo { .. }), "{test:?}");
    near(test.p, 0.9254, 0.05);
}

#[test]
fn two_values_are_tested_exactly() {
    // Of scipy.stats.binomtest.
    for (count, units, share, p) in [
        (60, 20_000, 0.0002, 2.898_325_671_673_17e-48),
        (60, 100, 0.5, 0.056_887_933_640_980_784),
        (51_000, 100_000, 0.5, 2.588_716_038_346_894_3e-10),
        (0, 1000, 0.01, 8.520_045_585_902_545e-5),
        (0, 54_990, 0.0002, 2.922_899_544_003_147_2e-5),
        (480, 500, 0.9, 9.933_436_000_811_263e-7),
        (3, 10, 0.3, 1.0),
        (10, 10, 0.5, 0.001_953_125),
        (0, 5, 0.9, 1.0e-5),
    ] {
        let found = two_sided(count, units, share).expect("few units");
        assert!((found / p - 1.0).abs() < 1e-9, "{count} of {units}, {share}: {found}, not {p}");
    }
    assert_eq!(two_sided(0, 1 << 53, 0.5), None);
    let large = goodness_of_fit(&[(0.5, 500_100_000), (0.5, 499_900_000)]).expect("a test");
    assert_eq!(large.method, Method::ChiSquared);
    near(large.p, 2.539_628_589_47e-10, 1e-15);
}

#[test]
fn small_counts_are_tested_by_their_outcomes() {
    // 1,000 units: the last three values expect 2, 2 and 1. Nothing is taken together.
    let cells = [(0.5, 500), (0.495, 495), (0.002, 1), (0.002, 3), (0.001, 1)];
    let test = goodness_of_fit(&cells).expect("a test");
    assert_eq!(test.degrees, 4);
    assert!(test.p > 0.5, "{test:?}");
    // 60 where 2 were expected is not lost among 500.
    let hidden = [(0.5, 470), (0.495, 467), (0.002, 60), (0.002, 2), (0.001, 1)];
    let test = goodness_of_fit(&hidden).expect("a test");
    assert!(test.p < 2e-6, "{test:?}");
    // All 66 outcomes of 10 units with 3 values: 3 / 3^10 are as far as all 10 in one.
    let third = 1.0 / 3.0;
    let test = goodness_of_fit(&[(third, 10), (third, 0), (third, 0)]).expect("a test");
    assert_eq!(test.method, Method::Multinomial(66));
    near(test.p, 3.0 / 3.0_f64.powi(10), 1e-15);
    // The same counts give the same answer, although it is drawn.
    let drawn = || goodness_of_fit(&[(0.01, 40), (0.01, 20), (0.98, 2900)]).expect("a test");
    assert_eq!(drawn(), drawn());
    let Method::MonteCarlo { draws, error } = drawn().method else { panic!("{:?}", drawn()) };
    assert!(draws > 1000 && error > 0.0 && error < 0.1 * drawn().p);
    near(goodness_of_fit(&[(0.5, 3), (0.5, 2)]).expect("a test").p, 1.0, 1e-12);
    assert_eq!(goodness_of_fit(&[(0.5, 0), (0.5, 0)]), Err(Untested::NoUnits));
    assert_eq!(goodness_of_fit(&[(1.0, 1000)]), Err(Untested::OneValue));
    assert_eq!(goodness_of_fit(&[(0.0, 0), (1.0, 1000)]), Err(Untested::OneValue));
    assert_eq!(goodness_of_fit(&[]), Err(Untested::OneValue));
}

#[test]
fn what_cannot_be_observed_fails() {
    let test = goodness_of_fit(&[(0.0, 1), (0.5, 1000), (0.5, 1000)]).expect("a test");
    assert_eq!((test.p, test.method), (0.0, Method::Impossible));
    assert!(test.fails());
}

#[test]
fn the_test_at_any_time_is_as_published() {
    for (counts, expected) in
        [([50_500, 49_500], 1.5383), ([50_800, 49_200], 9.3310), ([51_000, 49_000], 16.5247)]
    {
        near(bayes_factor(&counts.map(|count| (0.5, count))), expected, 5e-5);
        // Unit by unit it is the same, whatever their order.
        let mut martingale = Martingale::default();
        let [first, second] = counts;
        for place in 0..first.max(second) {
            for (value, count) in [(0, first), (1, second)] {
                if place < count {
                    martingale.add(&[(0, 0.5), (1, 0.5)], value, 0.001);
                }
            }
        }
        let test = martingale.test().expect("a test");
        assert!(test.statistic >= expected - 5e-5, "{test:?}");
    }
    // Unequal shares, and three values.
    let cells = [(0.2, 230), (0.3, 280), (0.5, 490)];
    let mut martingale = Martingale::default();
    let shares = [(0, 0.2), (1, 0.3), (2, 0.5)];
    for (value, (_, count)) in cells.iter().enumerate() {
        (0..*count).for_each(|_| martingale.add(&shares, value, 0.0));
    }
    let last = bayes_factor(&cells);
    assert!(martingale.test().expect("a test").statistic >= last);
    // A value without a share is a leak at once.
    let mut leak = Martingale::default();
    leak.add(&shares, 0, 0.001);
    leak.add(&[(0, 0.5), (1, 0.5), (2, 0.0)], 2, 0.001);
    assert_eq!((leak.p(), leak.failed_at()), (0.0, Some(2)));
}

#[test]
fn families_share_the_allowed_error() {
    let families = [vec![0.0004], vec![0.01, 0.2], Vec::new()];
    let corrected = by_families(&families);
    assert_eq!(corrected, [vec![0.0008], vec![0.04, 0.4], vec![]]);
    assert_eq!(by_families(&[vec![0.0004], Vec::new()]), [vec![0.0004], vec![]]);
}

#[test]
fn holm_is_as_published() {
    // Holm 1979 by hand: 4 * 0.005, 3 * 0.01, 2 * 0.03, and no less for the largest.
    let corrected = holm(&[0.01, 0.04, 0.03, 0.005]);
    for (found, expected) in corrected.iter().zip([0.03, 0.06, 0.06, 0.02]) {
        near(*found, expected, 1e-12);
    }
    assert_eq!(holm(&[0.7, 0.6]), [1.0, 1.0]);
    assert_eq!(holm(&[]), [0.0; 0]);
}
