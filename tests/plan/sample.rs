//! What units get before and after.

use planout::catalog::Loaded;
use planout::plan::{self, Status, Unit, Units};
use planout::store::FileFormat;
use planout::{Dialect, Map, Value};

use super::{BASE, changes_of, edited};

#[test]
fn units_that_see_another_value_are_counted() {
    let edit = edited(&[("choices=[10, 20]", "choices=[20, 10]")]);
    let sampled = changes_of(BASE, &edit, &Units::Numbers(10_000)).sampled.expect("a sample");
    assert_eq!((sampled.units, sampled.moved), (10_000, 0));
    // 40 of 100 segments run the script, and every draw is another one.
    let [size] = sampled.params.as_slice() else { panic!("{:?}", sampled.params) };
    assert_eq!((size.param.as_str(), size.units), ("size", sampled.changed));
    assert_eq!(size.same_experiment, size.units);
    assert!((3_800..4_200).contains(&size.units), "{}", size.units);
    assert_eq!(sampled.failed_before + sampled.failed_after + sampled.failed_both, 0);
}

#[test]
fn a_script_that_says_the_same_otherwise_changes_nobody() {
    let edit = edited(&[("size = 7;", "size = 14 / 2;\n      size = 7;")]);
    let sampled = changes_of(BASE, &edit, &Units::Numbers(1000)).sampled.expect("a sample");
    assert_eq!((sampled.changed, sampled.params.len()), (0, 0));
}

#[test]
fn units_that_fail_are_counted_and_not_compared() {
    let edit = edited(&[("size = 7;", "size = 7 / nothing;")]);
    let sampled = changes_of(BASE, &edit, &Units::Numbers(1000)).sampled.expect("a sample");
    // 15 of 100 segments.
    assert!((100..200).contains(&sampled.failed_after), "{sampled:?}");
    assert_eq!((sampled.failed_before, sampled.failed_both, sampled.changed), (0, 0, 0));
    assert!(sampled.failure.expect("a failure").contains("definition `Fixed`"));
    let sampled = changes_of(&edit, BASE, &Units::Numbers(1000)).sampled.expect("a sample");
    assert!((100..200).contains(&sampled.failed_before), "{sampled:?}");
}

#[test]
fn units_can_be_given_with_their_inputs() {
    let edit = edited(&[("country == 'JP'", "country == 'FR'")]);
    let unit = |user: i64, country: &str| {
        let inputs = [("userid", Value::from(user)), ("country", Value::from(country))];
        Unit::Inputs(Map::from_iter(inputs.map(|(key, value)| (key.to_owned(), value))))
    };
    let count = |country| {
        let units = Units::Given((0..1000).map(|user| unit(user, country)).collect());
        changes_of(BASE, &edit, &units).sampled.expect("a sample").changed
    };
    assert_eq!(count("DE"), 0);
    assert!((300..500).contains(&count("JP")));
    assert_eq!(count("JP"), count("FR"));
    let bare = Units::Given(vec![Unit::Primary(Value::from("7")), Unit::Inputs(Map::new())]);
    let sampled = changes_of(BASE, &edit, &bare).sampled.expect("a sample");
    assert_eq!((sampled.units, sampled.failed_both), (2, 1));
}

#[test]
fn no_units_are_no_sample() {
    let edit = edited(&[("size = 7;", "size = 8;")]);
    assert_eq!(changes_of(BASE, &edit, &Units::Numbers(0)).sampled, None);
}

#[test]
fn params_of_the_default_reach_experiments_that_do_not_set_them() {
    let edit = edited(&[("hint = 'none';", "hint = 'all';")]);
    let changes = changes_of(BASE, &edit, &Units::Numbers(1000));
    let default = changes.default.expect("a change of the default");
    let [hint] = default.params.as_slice() else { panic!("{default:?}") };
    assert_eq!(hint.change.param, "hint");
    assert_eq!(hint.change.line, Some(19));
    assert_eq!(hint.fallback_in, ["c"]);
    let part = &hint.change.parts[0];
    assert_eq!((part.before.as_deref(), part.after.as_deref()), (Some("'none'"), Some("'all'")));
    assert_eq!(changes.sampled.expect("a sample").changed, 1000);
}

#[test]
fn namespaces_that_change_together_share_their_units() {
    let sampled = |namespaces: usize| {
        let generation = |text: &str| -> Vec<Loaded> {
            let load = |number: usize| {
                let (name, bytes) = (format!("ns{number}"), text.as_bytes().to_vec());
                Loaded::new("ns.yaml", Some(&name), bytes, FileFormat::Yaml, Dialect::Planout)
            };
            let same = Loaded::new("z", Some("z"), BASE.into(), FileFormat::Yaml, Dialect::Planout);
            (0..namespaces).map(load).chain([same]).collect()
        };
        let edit = edited(&[("size = 7;", "size = 8;")]);
        let units = Units::Shared { each: 100, total: 300 };
        let plan = plan::compare(&generation(BASE), &generation(&edit), &units);
        let counts = plan.namespaces.iter().filter_map(|it| match &it.status {
            Status::Changed(changes) => Some(changes.sampled.as_ref()?.units),
            _ => None,
        });
        counts.collect::<Vec<_>>()
    };
    assert_eq!(sampled(2), [100; 2]);
    assert_eq!(sampled(5), [60; 5]);
    assert_eq!(sampled(400), [1; 400]);
}

#[test]
fn declared_inputs_are_drawn_for_the_units() {
    let edit = [("country == 'JP'", "country == 'FR'"), ("salt: old", "salt: old")];
    let sampled = changes_of(BASE, &edited(&edit), &Units::Numbers(1000)).sampled;
    let sampled = sampled.expect("a sample");
    assert_eq!((sampled.changed, sampled.drawn.len()), (0, 0));
    assert_eq!(sampled.null.iter().collect::<Vec<_>>(), ["country"]);
    // A quarter of the units of 40 of 100 segments are in Japan, and as many are in France.
    let inputs =
        "salt: old\n  inputs: {country: {values: [JP, FR, US], shares: [0.25, 0.25, 0.5]}}";
    let edit = [("country == 'JP'", "country == 'FR'"), ("salt: old", inputs)];
    let sampled = changes_of(BASE, &edited(&edit), &Units::Numbers(10_000)).sampled;
    let sampled = sampled.expect("a sample");
    assert!((1850..2150).contains(&sampled.changed), "{}", sampled.changed);
    assert_eq!((sampled.drawn.len(), sampled.null.len()), (1, 0));
    assert!(sampled.params[0].example.unit.contains("\"country\":"), "{:?}", sampled.params);
}
