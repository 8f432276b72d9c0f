//! Scripts in namespaces: the primary unit, declared inputs, and what stands in YAML.

use planout::Dialect;
use planout::catalog::Loaded;
use planout::diagnostic::Levels;
use planout::lint;
use planout::store::FileFormat;

use super::{all_as_expected, around, checked, in_yaml};

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
        ("userid % 10", &["5:46 P0514"]),
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
                &["6:38 P0514"],
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
    assert_eq!(with("{age: 1}", "x = 1;"), ["1:56 P0201"]);
    assert_eq!(
        with("{age: integer, size: [1, 2]}", "x = age; y = size; z = country;"),
        ["5:30 P0403"]
    );
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
    // Scripts are not scalars of YAML.
    assert_eq!(in_namespace("yes = 1;"), [""; 0]);
}

#[test]
fn a_scalar_that_must_be_text_has_one_message() {
    let name = |name: &str| {
        around("x = 1;").replace("definition: Default", &format!("definition: {name}"))
    };
    for text in ["On", "yes", "No", "off", "010", "1_000", "0b11", "1:30", "True", "1e3", "5"] {
        assert_eq!(in_yaml(&name(text)), ["3:17 P0201"], "{text}");
    }
    let loaded = checked(&name("On"), FileFormat::Yaml, Dialect::Planout4j, &Levels::default());
    let help = loaded.diagnostics[0].help.as_deref();
    assert_eq!(help, Some("put it in quotes: `On` is `true` in YAML 1.1, as it is read here"));
    let header = |key: &str| in_yaml(&around("x = 1;").replacen("{unit: userid", key, 1));
    assert_eq!(header("{unit: yes"), ["1:19 P0201"]);
    assert_eq!(header("{name: off, unit: userid"), ["1:19 P0201"]);
    assert_eq!(header("{dialect: on, unit: userid"), ["1:22 P0201"]);
    let inputs = around("x = 1;").replace("[country, storyid]", "[no, country]");
    assert_eq!(in_yaml(&inputs), ["1:51 P0201"]);
    let default = around("x = 1;").replace("default_experiment: Default", "default_experiment: On");
    assert_eq!(in_yaml(&default), ["6:21 P0201"]);
    // Where text is not needed, the warning stays.
    assert_eq!(header("{salt: on, unit: userid"), ["1:19 P0141"]);
}

#[test]
fn a_name_that_the_name_of_the_file_wins_over() {
    let find = |file: &str, name: Option<&str>, inner: &str| {
        let text = around("x = 1;").replacen("{unit", &format!("{{name: {inner}, unit"), 1);
        let loaded = Loaded::new(file, name, text.into(), FileFormat::Yaml, Dialect::Planout4j);
        let mut all = [loaded];
        lint::check(&mut all, &lint::Settings::default());
        super::places(&all[0].source, &all[0].diagnostics)
    };
    let ignored = ["1:19 P0131"];
    assert_eq!(find("a/shop_test.yaml", Some("shop_test"), "shop.checkout"), ignored);
    assert_eq!(find("Shop.yml", Some("Shop"), "shop"), ignored);
    assert_eq!(find("shop.p4j", Some("shop"), "'shop 2'"), ignored);
    assert_eq!(find("shop.yaml", Some("shop"), "shop"), [""; 0]);
    assert_eq!(find("shop.yaml", Some("shop"), "' shop '"), [""; 0]);
    assert_eq!(find("shop.checkout.yaml", Some("shop.checkout"), "shop.checkout"), [""; 0]);
    // A name that is wrong in itself has been said.
    assert_eq!(find("shop.yaml", Some("shop"), "5"), ["1:19 P0201"]);
    // The name is that of the document, or has been given.
    assert_eq!(find("<stdin>", None, "shop"), [""; 0]);
    assert_eq!(find("<stdin>", Some("stdin"), "shop"), [""; 0]);
    assert_eq!(find("a.yaml", Some("b"), "c"), [""; 0]);
}

#[test]
fn typographic_quotes_are_a_part_of_a_value() {
    let salt = |salt: &str| {
        let with = format!("segments: 100, salt: {salt}");
        in_yaml(&around("x = 1;").replacen("segments: 100", &with, 1))
    };
    for text in ["“a”", "‘a b’", "„a“", "«a»", "'“a”'", "\"‘a’\""] {
        assert_eq!(salt(text), ["1:48 P0132"], "{text}");
    }
    for text in ["it’s", "“a” b", "“", "“a” and “b”", "'“a” and “b”'", "'“'"]
    {
        assert_eq!(salt(text), [""; 0], "{text}");
    }
}
