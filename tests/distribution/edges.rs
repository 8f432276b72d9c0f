//! Claims that are easily wrong: each is held against units that are evaluated.

use planout::distribution::{Obstacle, Run, compare};
use planout::{Dialect, Map, Script, Value};

use super::shift;

/// The share that gets another value: as it is claimed, and as units have it.
fn any(
    dialect: Dialect,
    before: &str,
    after: &str,
    inputs: &[(&str, Value)],
) -> (Result<f64, Obstacle>, f64) {
    let script = |code: &str| Script::compile("x", code, dialect).expect(code);
    let (before, after) = (script(before), script(after));
    let run = |script| [Run { script, salt: "exp" }];
    let mut inputs: Map =
        inputs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let cases = compare(&run(&before), &run(&after), "userid");
    let claimed = cases.and_then(|cases| shift(&cases, &inputs, dialect)).map(|shift| shift.any);
    let units = 4000;
    let changed = (0..units).filter(|unit| {
        inputs.insert("userid".to_owned(), Value::Int(*unit));
        let params = |script: &Script| {
            let evaluation = script.evaluate("exp", &inputs).ok()?;
            Some(format!("{:?}", evaluation.params.iter().collect::<Vec<_>>()))
        };
        let (before, after) = (params(&before), params(&after));
        before.is_some() && after.is_some() && before != after
    });
    (claimed, changed.count() as f64 / units as f64)
}

/// Asserts that a claim is true, or that nothing is claimed.
fn assert_true(
    dialect: Dialect,
    before: &str,
    after: &str,
    inputs: &[(&str, Value)],
) -> Result<f64, Obstacle> {
    let (claimed, counted) = any(dialect, before, after, inputs);
    if let Ok(share) = claimed {
        assert!((share - counted).abs() < 0.05, "{before}\n{after}\n{share}, not {counted}");
    }
    claimed
}

use Dialect::{Planout, Planout4j};

#[test]
fn two_conditions_that_are_not_known_need_not_hold_together() {
    let script = |place: u32| {
        format!(
            "x = uniformChoice(choices=[1, 2, 3], unit=[userid, 2], salt='s');\n\
             s = sample(choices=[1, 2, 3], unit=[userid], salt='s');\n\
             if (x == 1) {{ y = 1; }}\n\
             if (s[{place}] == 1) {{ z = 1; }}"
        )
    };
    for dialect in [Planout, Planout4j] {
        let _ = assert_true(dialect, &script(0), &script(1), &[]);
    }
}

#[test]
fn a_draw_is_not_independent_of_a_condition_on_it() {
    let script = |yes: &str, no: &str| {
        format!(
            "r = randomFloat(min=0, max=1, unit=userid, salt='s');\n\
             b = bernoulliTrial(p=0.5, unit=userid, salt='s');\n\
             if (r * r < 0.25) {{ x = {yes}; }} else {{ x = {no}; }}"
        )
    };
    let _ = assert_true(Planout, &script("b", "1 - b"), &script("0", "0"), &[]);
    // Odds that depend on an input, and a draw of the same text.
    let script = |yes: &str, no: &str| {
        format!(
            "t = bernoulliTrial(p=age / 100, unit=userid, salt='s');\n\
             b = bernoulliTrial(p=0.5, unit=userid, salt='s');\n\
             if (t) {{ x = {yes}; }} else {{ x = {no}; }}"
        )
    };
    let inputs = [("age", Value::Int(50))];
    let _ = assert_true(Planout, &script("b", "1 - b"), &script("0", "0"), &inputs);
    // Other draws are independent of it.
    let script = |p: &str| {
        format!(
            "t = bernoulliTrial(p=age / 100, unit=userid, salt='s');\n\
             if (t) {{ y = 1; }}\n\
             x = bernoulliTrial(p={p}, unit=userid);"
        )
    };
    let found = assert_true(Planout, &script("0.5"), &script("0.25"), &inputs);
    assert!(found.is_ok_and(|share| (share - 0.25).abs() < 1e-12));
}

#[test]
fn a_null_variable_hides_no_input() {
    let script =
        |value: &str| format!("c = network;\nif (c == 'DE') {{ x = {value}; }} else {{ x = 0; }}");
    for (network, c, expected) in [("DE", "FR", 1.0), ("FR", "DE", 0.0)] {
        let inputs = [("network", Value::from(network)), ("c", Value::from(c))];
        assert_eq!(assert_true(Planout4j, &script("1"), &script("2"), &inputs), Ok(expected));
    }
    let inputs = [("network", Value::Null), ("c", Value::from("DE"))];
    assert_eq!(assert_true(Planout4j, &script("1"), &script("2"), &inputs), Ok(1.0));
    assert_eq!(assert_true(Planout, &script("1"), &script("2"), &inputs), Ok(0.0));
}

#[test]
fn a_unit_for_which_a_draw_fails_has_no_value_that_changes() {
    let script = |value: &str| {
        format!("x = weightedChoice(choices=['a'], weights=[1, 1], unit=userid);\ny = {value};")
    };
    let found = assert_true(Planout, &script("1"), &script("2"), &[]);
    assert_eq!(found.map(|share| (share * 1e9).round() / 1e9), Ok(0.5));
    // Here it fails for all units.
    assert_eq!(assert_true(Planout4j, &script("1"), &script("2"), &[]), Ok(0.0));
}

#[test]
fn equal_numbers_of_two_kinds_are_two_values() {
    let int = |int: i64| Value::Int(int);
    for dialect in [Planout, Planout4j] {
        for (before, after, inputs) in [
            ("x = a;", "x = b;", vec![("a", int(1)), ("b", Value::Float(1.0))]),
            ("x = a;", "x = b;", vec![("a", int(1)), ("b", int(1))]),
            ("x = age * 2;", "x = age * 2.5;", vec![("age", int(0))]),
            ("x = age * 2;", "x = age + age;", vec![("age", int(3))]),
            (
                "x = items;",
                "x = [1, 2];",
                vec![("items", Value::List(vec![int(1), Value::Float(2.0)]))],
            ),
            ("x = (age < 18);", "x = 1;", vec![("age", int(3))]),
            ("x = (age < 18);", "x = true;", vec![("age", int(3))]),
            ("x = (age < 18);", "x = true;", vec![("age", int(30))]),
        ] {
            let _ = assert_true(dialect, before, after, &inputs);
        }
        let same = assert_true(dialect, "x = (age < 18);", "x = true;", &[("age", int(3))]);
        assert_eq!(same, Ok(0.0));
        let other = assert_true(dialect, "x = (age < 18);", "x = 1;", &[("age", int(3))]);
        assert_eq!(other, Ok(1.0));
        let text = [("a", Value::from("DE"))];
        assert_eq!(assert_true(dialect, "x = a;", "x = 'DE';", &text), Ok(0.0));
    }
}

#[test]
fn a_condition_that_fails_for_null_fails_only_where_it_is_met() {
    let script = |y: &str, x: &str| {
        format!(
            "if (bernoulliTrial(p=0.5, unit=userid, salt='s')) {{ if (age < 18) {{ y = {y}; }} }}\n\
             x = {x};"
        )
    };
    for dialect in [Planout, Planout4j] {
        for age in [Value::Null, Value::Int(5), Value::Int(50)] {
            let expected = if age.is_null() { 0.5 } else { 1.0 };
            let found = assert_true(dialect, &script("1", "1"), &script("2", "2"), &[("age", age)]);
            assert_eq!(found.map(|share| (share * 1e9).round() / 1e9), Ok(expected));
        }
    }
}

#[test]
fn an_alternative_that_fails_hides_no_other_one() {
    let script = |value: &str| {
        format!(
            "if (a && (a <= 24)) {{ y = 1; }} else {{ z = 1; }}\n\
             if (network == 'wifi') {{ x = {value}; }}"
        )
    };
    let script = |value: &str| {
        format!(
            "{}if (a) {{ if (a <= 24) {{ c = {value}; }} else {{ c = {value}; }} }} else {{ c = {value}; }}",
            script(value)
        )
    };
    for a in [Value::Null, Value::Int(5), Value::Int(50)] {
        let inputs = [("a", a), ("network", Value::from("wifi"))];
        for dialect in [Planout, Planout4j] {
            assert_eq!(assert_true(dialect, &script("1"), &script("2"), &inputs), Ok(1.0));
        }
    }
}

#[test]
fn a_boolean_compares_as_a_number_in_one_dialect() {
    let script =
        |bound: &str| format!("r = randomFloat(min=0, max=2, unit=userid);\nx = (r < {bound});");
    let found = assert_true(Planout, &script("true"), &script("5"), &[]);
    assert!(found.is_ok_and(|share| (share - 0.5).abs() < 1e-12));
}

#[test]
fn values_beyond_all_constants_are_possible() {
    for (condition, value) in [
        ("n > 1e300", Value::Float(1e301)),
        ("n < -1e300", Value::Float(-1e301)),
        ("n > 9007199254740992", Value::Int(9_007_199_254_740_996)),
        ("n > 'zz'", Value::from("zzz")),
        ("n < 'b'", Value::from("a")),
    ] {
        let script = |x: &str| format!("if ({condition}) {{ x = {x}; }}");
        for dialect in [Planout, Planout4j] {
            let found = assert_true(dialect, &script("1"), &script("2"), &[("n", value.clone())]);
            assert_eq!(found, Ok(1.0), "{condition} in {dialect}");
        }
    }
    // Between two lists there are others.
    let script = |x: &str| format!("if (n < [5]) {{ if (n > [3]) {{ x = {x}; }} }}");
    let inputs = [("n", Value::List(vec![Value::Int(4)]))];
    assert_eq!(assert_true(Planout, &script("1"), &script("2"), &inputs), Ok(1.0));
}

#[test]
fn numbers_that_rounding_makes_equal_are_not_told_apart() {
    for (before, after) in [("1", "1.0000000000000002"), ("1", "1.5"), ("1", "2")] {
        let script = |max: &str| format!("x = randomFloat(min=0.5, max={max}, unit=userid);");
        let _ = assert_true(Planout, &script(before), &script(after), &[]);
    }
    let found = assert_true(
        Planout,
        "x = randomFloat(min=0, max=1, unit=userid, salt='s') * 2;",
        "x = 1;",
        &[],
    );
    assert_eq!(found, Ok(1.0));
}

#[test]
fn moves_that_are_kept_have_their_whole_share() {
    // 40 values twice: 1,560 pairs of different ones, of which 1,000 are kept, and each is met four times.
    let choices: Vec<String> = (0..80).map(|number| (number % 40).to_string()).collect();
    let script = |salt: &str| {
        let choices = choices.join(", ");
        let code = format!("x = uniformChoice(choices=[{choices}], unit=userid, salt='{salt}');");
        Script::compile("x", &code, Dialect::Planout).expect("a script")
    };
    let (before, after) = (script("one"), script("other"));
    let run = |script| [Run { script, salt: "exp" }];
    let cases = compare(&run(&before), &run(&after), "userid").expect("known");
    let shift = cases[0].shift.as_ref().expect("known");
    assert!((shift.any - 39.0 / 40.0).abs() < 1e-9);
    let moves = &shift.params["x"].moves;
    assert_eq!(moves.len(), 1000);
    for (sides, share) in moves {
        assert!((share - 1.0 / 1600.0).abs() < 1e-12, "{sides:?}: {share}");
    }
}
