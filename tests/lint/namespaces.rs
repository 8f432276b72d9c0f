//! Scripts in namespaces: the primary unit, declared inputs, and what stands in YAML.

use super::{all_as_expected, around, in_yaml};

fn in_namespace(script: &str) -> Vec<String> {
    in_yaml(&around(script))
}

#[test]
fn draws_without_the_primary_unit() {
    let draw = |unit: &str| format!("x = uniformChoice(choices=[1, 2], unit={unit});");
    for (unit, expected) in [
        ("storyid", &["5:46 P0500"][..]),
        ("[storyid, country]", &["5:46 P0500"]),
        ("5", &["5:46 P0500"]),
        ("userid", &[]),
        ("[userid, storyid]", &[]),
        ("[storyid, [userid]]", &[]),
        ("userid % 10", &[]),
        ("storyid, salt=userid", &[]),
    ] {
        assert_eq!(in_namespace(&draw(unit)), expected, "{unit}");
    }
    all_as_expected(
        [
            ("u = userid;\nv = [u, storyid];\nx = uniformChoice(choices=[1, 2], unit=v);", &[][..]),
            ("v = storyid;\nx = uniformChoice(choices=[1, 2], unit=v);", &["6:46 P0500"]),
            (
                "n = randomInteger(min=0, max=9, unit=userid);\nx = bernoulliTrial(p=0.5, unit=n);",
                &[],
            ),
            // One mistake, one message: the name is what is wrong.
            ("x = uniformChoice(choices=[1, 2], unit=user_id);", &["5:46 P0403"]),
        ],
        in_namespace,
    );
}

#[test]
fn variables_that_nothing_sets() {
    all_as_expected(
        [
            ("x = age;", &["5:11 P0403"][..]),
            // Each is said once, where it is first.
            ("if (age > 5) { x = age; }\ny = age;", &["5:11 P0403"]),
            ("x = contry;", &["5:11 P0403"]),
            ("x = y;\ny = 1;", &["5:11 P0403"]),
            ("x = age ?? 18;", &["5:11 P0403"]),
            ("x = userid; y = country; z = [storyid];", &[]),
            ("age = age ?? 18;", &["5:13 P0403"]),
            ("y = 1; x = y;", &[]),
            ("if (country) { y = 1; } x = y;", &[]),
            ("x = experiment_salt;", &[]),
        ],
        in_namespace,
    );
}

#[test]
fn declared_inputs() {
    let with =
        |inputs: &str, script: &str| in_yaml(&around(script).replace("[country, storyid]", inputs));
    assert_eq!(with("[age]", "x = age;"), [""; 0]);
    assert_eq!(with("[' age ']", "x = age;"), [""; 0]);
    assert_eq!(with("[]", "x = age;"), ["5:11 P0403"]);
    assert_eq!(with("[ages]", "x = age;"), ["5:11 P0403"]);
    assert_eq!(with("age", "x = 1;"), ["1:50 P0201"]);
    assert_eq!(with("[age, 5]", "x = 1;"), ["1:56 P0201"]);
    assert_eq!(with("{age: 1}", "x = 1;"), ["1:50 P0201"]);
    // A declared input is not the primary unit, however alike they are.
    assert_eq!(
        with("[user_id]", "x = uniformChoice(choices=[1, 2], unit=user_id);"),
        ["5:46 P0500"]
    );
}

#[test]
fn keys_that_look_misspelt() {
    let with = |key: &str| in_yaml(&around("x = 1;").replacen("inputs:", key, 1));
    assert_eq!(with("inptus:"), ["1:42 P0140"]);
    assert_eq!(with("slat: a, inputs:"), ["1:42 P0140"]);
    assert_eq!(with("segment_hasing: namespace, inputs:"), ["1:42 P0140"]);
    assert_eq!(with("Salt: a, inputs:"), ["1:42 P0140"]);
    assert_eq!(with("units: 5, inputs:"), ["1:42 P0140"]);
    for key in ["owner: a", "description: a", "team: a", "ticket: a", "notes: a", "tags: a"] {
        assert_eq!(with(&format!("{key}, inputs:")), [""; 0], "{key}");
    }
    let definition = |key: &str| {
        let from = "  - definition: Default\n";
        in_yaml(&around("x = 1;").replacen(from, &format!("{from}    {key}\n"), 1))
    };
    assert_eq!(definition("asign: a"), ["4:5 P0140"]);
    assert_eq!(definition("assignee: a"), [""; 0]);
    assert_eq!(definition("description: a"), [""; 0]);
    let top = |key: &str| in_yaml(&format!("{}{key}\n", around("x = 1;")));
    assert_eq!(top("default_experimnt: Default"), ["8:1 P0140"]);
    assert_eq!(top("owners: [a]"), [""; 0]);
    // What is missing for it is an error already, and says so.
    let missing = around("x = 1;").replacen("unit:", "unti:", 1);
    assert_eq!(in_yaml(&missing), ["1:13 P0200"]);
}

#[test]
fn scalars_that_readers_disagree_on() {
    let salt = |salt: &str| {
        in_yaml(&around("x = 1;").replacen(
            "segments: 100",
            &format!("segments: 100, salt: {salt}"),
            1,
        ))
    };
    for text in ["yes", "No", "on", "OFF", "010", "1_000", "0b11", "1:30"] {
        assert_eq!(salt(text), ["1:48 P0141"], "{text}");
    }
    for text in ["true", "10", "1.5", "'yes'", "\"010\"", "!!str yes", "y", "abc", "0x1F", "2024-a"]
    {
        assert_eq!(salt(text), [""; 0], "{text}");
    }
    let segments = around("x = 1;").replacen("segments: 100", "segments: 0100", 1);
    assert_eq!(in_yaml(&segments), ["1:37 P0141"]);
    // Scripts are no scalars of YAML.
    assert_eq!(in_namespace("yes = 1;"), [""; 0]);
}
