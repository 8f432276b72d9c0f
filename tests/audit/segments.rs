//! Experiments of namespaces whose segments come from one number, compared with a count of all
//! remainders.

use planout::audit::{Audit, Reason, audit};
use planout::dialect::SegmentHashing;
use planout::distribution::{Cell, Exact};
use planout::{Dialect, Namespace, NamespaceBuilder, Script, Value};

fn half(name: &str, segments: u32, experiment: &str, held: u32) -> Namespace {
    let script = |code: &str| Script::compile("test", code, Dialect::Planout4j).expect(code);
    NamespaceBuilder::new(name, "userid", segments)
        .segment_hashing(SegmentHashing::Shared)
        .define("D", script("x = 0;"))
        .and_then(|it| it.default_experiment("D"))
        .and_then(|it| it.define("E", script("x = uniformChoice(choices=[1, 2], unit=userid);")))
        .and_then(|it| it.add(experiment, "E", held))
        .and_then(NamespaceBuilder::build)
        .expect("a namespace")
}

/// The share of units that are in both, by all remainders.
fn both(one: &Namespace, other: &Namespace) -> f64 {
    let (n, m) = (u64::from(one.segment_count()), u64::from(other.segment_count()));
    let holds = |it: &Namespace, number: u64| {
        it.owner((number % u64::from(it.segment_count())) as u32).is_some()
    };
    let count = (0..n * m).filter(|number| holds(one, *number) && holds(other, *number)).count();
    count as f64 / (n * m) as f64
}

fn in_both(found: &Audit) -> f64 {
    let is_in = Cell::Value(Exact(Value::from(true)));
    found.dependent[0].table.share(&is_in, &is_in)
}

#[test]
fn shares_follow_from_the_common_divisor() {
    for (n, m) in [(100, 1000), (100, 150), (100, 102), (12, 18), (10, 10), (100, 101), (7, 9)] {
        for run in 0..3 {
            let one = half("one", n, &format!("a{run}"), n / 2);
            let other = half("other", m, &format!("b{run}"), m / 3);
            let (expected, marginals) = (
                both(&one, &other),
                [&one, &other].map(|it| {
                    f64::from(it.experiments()[0].segments().len() as u32)
                        / f64::from(it.segment_count())
                }),
            );
            let found = audit(&[one, other], 10);
            // Each default's param with those of the other namespace and of its own experiment.
            assert_eq!(found.pairs, 6);
            let leak = (expected - marginals[0] * marginals[1]).abs()
                / marginals[0].min(1.0 - marginals[0]);
            if leak < 1e-12 {
                assert_eq!(found.independent, 6, "{n} and {m}");
                continue;
            }
            assert_eq!((found.independent, found.dependent.len()), (5, 1), "{n} and {m}");
            let it = &found.dependent[0];
            assert_eq!((it.reason, it.pairs), (Reason::Segments, 1));
            assert!((in_both(&found) - expected).abs() < 1e-12, "{n} and {m}");
            assert!((it.leak - leak).abs() < 1e-12, "{n} and {m}: {} {leak}", it.leak);
        }
    }
}

/// The root of the mean square of `P(in b | in a) - P(in b | not in a)` over pairs of halves.
fn rms(n: u32, m: u32) -> f64 {
    const RUNS: u32 = 60;
    let square = |run: u32| {
        let namespaces = [
            half("one", n, &format!("a{run}"), n / 2),
            half("other", m, &format!("b{run}"), m / 2),
        ];
        let found = audit(&namespaces, 10);
        // Of a half, the leak is a half of this difference.
        found.dependent.first().map_or(0.0, |it| (2.0 * it.leak).powi(2))
    };
    ((0..RUNS).map(square).sum::<f64>() / f64::from(RUNS)).sqrt()
}

#[test]
fn the_leak_of_halves_has_the_size_that_theory_says() {
    assert_eq!(rms(100, 101), 0.0);
    // The variance of the share of a half in a class of remainders, for both; there are gcd classes.
    let theory = |n: f64, m: f64, divisor: f64| {
        let variance = |n: f64| 0.25 / (n / divisor) * (n - n / divisor) / (n - 1.0);
        (variance(n) * variance(m) / (divisor - 1.0)).sqrt() / 0.25
    };
    for (n, m, divisor) in
        [(100, 100, 100.0), (100, 1000, 100.0), (100, 150, 50.0), (100, 102, 2.0)]
    {
        let (found, expected) = (rms(n, m), theory(f64::from(n), f64::from(m), divisor));
        assert!((found / expected - 1.0).abs() < 0.35, "{n} and {m}: {found}, theory {expected}");
    }
}

#[test]
fn hashing_of_their_own_and_whole_namespaces_are_independent() {
    // An experiment on all segments has every unit.
    let found = audit(&[half("one", 100, "a", 100), half("other", 100, "b", 50)], 10);
    assert_eq!(found.independent, found.pairs);
    let own = |name: &str, experiment: &str| {
        let script = |code: &str| Script::compile("test", code, Dialect::Planout4j).expect(code);
        NamespaceBuilder::new(name, "userid", 100)
            .segment_hashing(SegmentHashing::Namespace)
            .define("D", script("x = 1;"))
            .and_then(|it| it.default_experiment("D"))
            .and_then(|it| it.add(experiment, "D", 50))
            .and_then(NamespaceBuilder::build)
            .expect("a namespace")
    };
    let found = audit(&[own("one", "a"), own("other", "b")], 10);
    assert_eq!(found.independent, found.pairs);
}

#[test]
fn the_list_is_cut_and_the_counts_are_not() {
    let namespaces: Vec<Namespace> =
        (0..6).map(|number| half(&format!("n{number}"), 100, &format!("e{number}"), 50)).collect();
    let all = audit(&namespaces, 100);
    let cut = audit(&namespaces, 2);
    assert_eq!(cut.dependent, all.dependent[..2]);
    assert_eq!(cut.unlisted as usize, all.dependent.len() - 2);
    assert_eq!((cut.pairs, cut.independent), (all.pairs, all.independent));
    assert!(audit(&namespaces, 0).has_surprise());
}
