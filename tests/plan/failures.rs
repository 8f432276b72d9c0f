//! Units that fail: which failures count, and which only lack inputs.

use std::collections::BTreeSet;

use planout::catalog::Loaded;
use planout::plan::{self, Class, Sampled, Trial, Unit, Units};
use planout::store::FileFormat;
use planout::{Dialect, Map, Value};

use super::{BASE, edited};

/// A namespace whose default runs a script, and whose experiment does on half of the segments.
fn namespace(script: &str, dialect: Dialect) -> Loaded {
    let text = format!(
        "namespace: {{unit: userid, segments: 10}}
experiment_definitions:
  - {{definition: D, assign: !planout \"y = 1;\"}}
  - definition: E
    assign: !planout |
      {script}
default_experiment: D
experiment_sequence:
  - {{action: add, definition: E, name: e, segments: 10}}
"
    );
    Loaded::new("n.yaml", Some("n"), text.into_bytes(), FileFormat::Yaml, dialect)
}

fn sampled(before: &[Loaded], after: &[Loaded], trial: Trial<'_>) -> (Class, Sampled) {
    let plan = plan::compare(before, after, trial);
    let namespace = &plan.namespaces[0];
    (plan.class(), namespace.sampled().expect("a sample").clone())
}

/// What becomes of 100 units of a new namespace: how many fail, how many lack inputs, and which.
fn created(script: &str, dialect: Dialect) -> (usize, usize, String) {
    let after = [namespace(script, dialect)];
    assert!(after[0].document.is_some(), "{script}: {:?}", after[0].diagnostics);
    let (class, sampled) = sampled(&[], &after, (&Units::Numbers(100)).into());
    let fails = sampled.fails.as_ref().map_or(0, |(units, _)| *units);
    assert_eq!(class, if fails > 0 { Class::Reassigning } else { Class::Safe }, "{script}");
    let missing: Vec<_> = sampled.missing.into_iter().collect();
    (fails, sampled.unfed, missing.join(" "))
}

#[test]
fn what_fails_whatever_units_have_counts() {
    use Dialect::{Planout, Planout4j};
    for (script, dialect) in [
        ("x = 1 / 0;", Planout),
        // Infinite, which nobody can write down.
        ("x = 1 / 0;", Planout4j),
        ("x = uniformChioce(choices=[1, 2], unit=[userid, country]);", Planout4j),
        ("x = 1 + uniformChoice(choices=[1, 2], unit=[userid, country]);", Planout4j),
        ("x = length(5);", Planout4j),
        ("x = randomInteger(min=4, max=3, unit=[userid, country]);", Planout4j),
        // An input that is read, and has nothing to do with it.
        ("c = coupon ?? 'none'; x = length(5);", Planout4j),
        ("if (coupon == 'A') { c = 1; } else { c = 2; } x = length(5);", Planout4j),
        ("if (coupon) { c = 1; } x = length(5);", Planout4j),
        ("c = country; x = 7 % (1 - 1);", Planout4j),
        // The way that it decides is that of others, too.
        ("if (country == 'US') { x = 1; } else { x = length(5); }", Planout4j),
        ("if (is_bot) { return false; } x = length(5);", Planout4j),
        ("x = uniformChoice(choices=[1, 2], unit=[userid, country]) % 0;", Planout4j),
        ("z = @null; x = z + 1;", Planout),
        ("userid = 'a' + 1;", Planout4j),
    ] {
        assert_eq!(created(script, dialect), (100, 0, String::new()), "{script}");
    }
}

#[test]
fn what_may_only_lack_an_input_does_not_count() {
    use Dialect::{Planout, Planout4j};
    for (script, dialect, missing) in [
        ("x = age + 1;", Planout4j, "age"),
        ("x = age > 18;", Planout, "age"),
        ("x = uniformChoice(choices=[1, 2], unit=sourceid);", Planout4j, "sourceid"),
        ("a = age; b = [a, 1]; x = b[0] + 1;", Planout, "age"),
        ("m = @{\"US\": 1}; x = m[country] + 1;", Planout, "country"),
        ("if (country == null) { x = length(5); }", Planout4j, "country"),
        ("if (!(country == null)) { x = 1; } else { x = length(5); }", Planout4j, "country"),
        ("x = cart[\"total\"] * 2;", Planout4j, "cart"),
        ("x = country ?? length(5);", Planout4j, "country"),
        ("if (userid == -1) { age = 2; } x = age + 1;", Planout4j, "age"),
        ("if (vip) { d = 2; } x = 10 / d;", Planout, "d vip"),
        ("x = 10 / (age ?? 0);", Planout, "age"),
        ("x = 10 / (age ?? 0);", Planout4j, "age"),
        ("return length(country);", Planout4j, "country"),
    ] {
        assert_eq!(created(script, dialect), (0, 100, missing.to_owned()), "{script}");
    }
}

#[test]
fn inputs_that_are_given_explain_nothing() {
    let unit = |user: i64, age: Value| {
        Unit::Inputs(Map::from_iter([
            ("userid".to_owned(), Value::from(user)),
            ("age".to_owned(), age),
        ]))
    };
    let after = [namespace("x = age + 1;", Dialect::Planout4j)];
    let units = Units::Given(vec![unit(1, Value::from(30)), unit(2, Value::Null)]);
    let (class, found) = sampled(&[], &after, (&units).into());
    // The one whose age is null has said so.
    let (fails, first) = found.fails.expect("a failure");
    assert_eq!((class, fails, first.unit.as_str()), (Class::Reassigning, 1, "{\"userid\":2}"));
    assert!(first.message.contains("definition `E` failed"), "{}", first.message);
    let units = Units::Given(vec![unit(1, Value::from(30))]);
    assert_eq!(sampled(&[], &after, (&units).into()).0, Class::Safe);
}

#[test]
fn a_failure_counts_if_it_is_new() {
    let load = |text: &str| {
        [Loaded::new("n.yaml", Some("n"), text.into(), FileFormat::Yaml, Dialect::Planout)]
    };
    let compare = |before: &str, after: &str| {
        let units = Units::Numbers(1000);
        let (class, found) = sampled(&load(before), &load(after), (&units).into());
        (class, found.fails.map_or(0, |(units, _)| units), found.unfed)
    };
    let default = |script: &str| edited(&[("size = 5;", script)]);
    let label = ("hint = 'none';", "hint = 'some';");
    let failing = default("size = length(5);");
    // All see the default; only that is new.
    assert_eq!(compare(BASE, &failing), (Class::Reassigning, 1000, 0));
    assert_eq!(compare(&failing, BASE), (Class::Safe, 0, 0));
    let still = failing.replacen(label.0, label.1, 1);
    assert_eq!(compare(&failing, &still), (Class::Safe, 0, 0));
    // A want of inputs is not a failure that was there before.
    let unfed = default("size = age + 1;");
    assert_eq!(compare(BASE, &unfed), (Class::Safe, 0, 1000));
    assert_eq!(compare(&unfed, &failing), (Class::Reassigning, 1000, 0));
    // An experiment that is appended fails for its units.
    let started = edited(&[(
        "size = 7;",
        "size = 7;\n  - definition: Bad\n    assign: !planout |\n      size = 'a' % 2;",
    )]);
    let started = started + "  - {action: add, definition: Bad, name: bad, segments: 10}\n";
    let (class, fails, _) = compare(BASE, &started);
    assert!(class == Class::Reassigning && (50..150).contains(&fails), "{fails}");
}

#[test]
fn operators_of_ones_own_are_not_evaluated() {
    let after = [namespace("x = rollout(unit=userid);", Dialect::Planout4j)];
    let (units, operators) = (Units::Numbers(100), BTreeSet::from(["rollout".to_owned()]));
    let trial = Trial { units: &units, operators: Some(&operators) };
    let (class, found) = sampled(&[], &after, trial);
    assert_eq!((class, found.foreign, found.operators), (Class::Safe, 100, operators));
    assert_eq!(sampled(&[], &after, (&units).into()).0, Class::Reassigning);
}

#[test]
fn deep_scripts_are_followed() {
    let sum = vec!["age"; 1000].join(" + ");
    let script = format!("if (country) {{ x = {sum}; }} x = {sum};");
    assert_eq!(created(&script, Dialect::Planout4j), (0, 100, "age".to_owned()));
}
