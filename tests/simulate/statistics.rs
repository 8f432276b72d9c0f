//! The tests of counts against published values.

use planout::simulate::{Untested, chi_squared, holm};

fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found}, not {expected}");
}

#[test]
fn chi_squared_is_as_published() {
    // Mendel's peas, 9 : 3 : 3 : 1.
    let peas = [(9.0, 315), (3.0, 101), (3.0, 108), (1.0, 32)];
    let test = chi_squared(&peas.map(|(share, count)| (share / 16.0, count))).expect("a test");
    assert_eq!(test.degrees, 3);
    near(test.statistic, 0.470, 0.0005);
    near(test.p, 0.9254, 0.0001);
    // One degree of freedom: 4 is two standard deviations.
    let coin = chi_squared(&[(0.5, 60), (0.5, 40)]).expect("a test");
    near(coin.statistic, 4.0, 1e-9);
    near(coin.p, 0.045_500_263_896, 1e-10);
    // Two degrees of freedom: exp(-x / 2).
    let third = 1.0 / 3.0;
    let three = chi_squared(&[(third, 90), (third, 60), (third, 50)]).expect("a test");
    near(three.p, (-three.statistic / 2.0).exp(), 1e-12);
    // Far out in the tail.
    let lost = chi_squared(&[(0.5, 51_000), (0.5, 49_000)]).expect("a test");
    near(lost.statistic, 40.0, 1e-9);
    near(lost.p / 2.539_628_589_47e-10, 1.0, 1e-6);
}

#[test]
fn small_cells_are_pooled() {
    // 1,000 units: the last three cells expect 2, 2 and 1.
    let cells = [(0.5, 500), (0.495, 495), (0.002, 1), (0.002, 3), (0.001, 1)];
    let test = chi_squared(&cells).expect("a test");
    assert_eq!(test.degrees, 2);
    near(test.statistic, 0.0, 1e-9);
    near(test.p, 1.0, 1e-9);
    assert_eq!(chi_squared(&[(0.5, 3), (0.5, 2)]), Err(Untested::FewUnits));
    assert_eq!(chi_squared(&[(1.0, 1000)]), Err(Untested::OneValue));
    assert_eq!(chi_squared(&[(0.0, 0), (1.0, 1000)]), Err(Untested::OneValue));
    assert_eq!(chi_squared(&[]), Err(Untested::OneValue));
}

#[test]
fn what_cannot_be_observed_fails() {
    let test = chi_squared(&[(0.0, 1), (0.5, 1000), (0.5, 1000)]).expect("a test");
    assert_eq!(test.p, 0.0);
    assert!(test.fails());
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
