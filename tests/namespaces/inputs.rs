//! Declared inputs: what a namespace says of them, and where it is read.

use planout::catalog::Loaded;
use planout::namespace::{
    BuildError, DeclaredInput, DeclaredInputs, InputError, InputValues, NamespaceBuilder,
};
use planout::store::FileFormat;
use planout::tree::{Layout, to_json};
use planout::value::Type;
use planout::{Dialect, Map, Script, Value};

use crate::support::{Run, planout, sandbox};

/// A namespace whose inputs are declared in these lines.
fn yaml(inputs: &str) -> String {
    format!(
        "\
namespace:
  unit: userid
  segments: 100
  inputs: {inputs}
experiment_definitions:
  - {{definition: Default, assign: !planout \"price = 9;\"}}
default_experiment: Default
experiment_sequence: []
"
    )
}

fn loaded(inputs: &str) -> Loaded {
    let text = yaml(inputs).into_bytes();
    Loaded::new("shop.yaml", Some("shop"), text, FileFormat::Yaml, Dialect::Planout4j)
}

fn declared(inputs: &str) -> DeclaredInputs {
    let loaded = loaded(inputs);
    loaded.document.as_ref().unwrap_or_else(|| panic!("{}", loaded.report())).inputs.clone()
}

#[test]
fn a_list_of_names_says_nothing_of_values() {
    let inputs = declared("[country, ' age ', userid]");
    assert_eq!(inputs.names().collect::<Vec<_>>(), ["country", "age", "userid"]);
    assert!(inputs.iter().all(|(_, input)| *input == DeclaredInput::Anything));
}

#[test]
fn a_mapping_says_which_values_an_input_may_have() {
    let inputs = declared(
        "{country: [US, DE, null], age: integer, size: float, is_new: boolean, name: string, \
         network: {values: [wifi, 4g], shares: [0.7, 0.3]}, plan: {values: [1, 2]}, note: }",
    );
    let of = |name: &str| inputs.get(name).expect("it is declared");
    let admits = |name: &str, json: &str| {
        let value = serde_json::from_str::<Value>(json).expect("JSON");
        of(name).admits(&value)
    };
    for (name, yes, no) in [
        ("country", &["\"US\"", "null"][..], &["\"us\"", "1", "[\"US\"]"][..]),
        ("age", &["7", "-7", "18446744073709551615", "null"], &["7.5", "7.0", "\"7\"", "true"]),
        ("size", &["7", "7.5", "null"], &["\"7\"", "false"]),
        ("is_new", &["true", "null"], &["1", "\"true\""]),
        ("name", &["\"\"", "null"], &["0", "[]", "{}"]),
        ("plan", &["1", "2.0"], &["3", "\"1\"", "null", "true"]),
        ("note", &["{}", "1", "null"], &[]),
    ] {
        assert!(yes.iter().all(|json| admits(name, json)), "{name}: one of {yes:?} is refused");
        assert!(!no.iter().any(|json| admits(name, json)), "{name}: one of {no:?} is admitted");
    }
    let shares = |name: &str| match of(name) {
        DeclaredInput::OneOf(values) => values.with_shares().map(|(_, share)| share).collect(),
        _ => Vec::new(),
    };
    assert_eq!(shares("network"), [0.7, 0.3]);
    assert_eq!(shares("plan"), [0.5, 0.5]);
}

#[test]
fn wrong_declarations_are_reported_at_their_places() {
    for (inputs, expected) in [
        ("{a: int}", "4:15: error[P0213]: input `a`: unknown type `int`: did you mean `integer`?"),
        (
            "{a: number}",
            "4:15: error[P0213]: input `a`: unknown type `number`: did you mean `float`?",
        ),
        (
            "{a: sting}",
            "4:15: error[P0213]: input `a`: unknown type `sting`: did you mean `string`?",
        ),
        (
            "{a: US}",
            "4:15: error[P0213]: input `a`: unknown type `US`: known: `string`, `integer`, `float`, \
             `boolean`",
        ),
        (
            "{a: 5}",
            "4:15: error[P0201]: input `a`: it is a type, a list of values or a mapping, not a number",
        ),
        ("{a: []}", "4:15: error[P0202]: input `a`: the list of values is empty"),
        ("{a: {values: []}}", "4:24: error[P0202]: input `a`: the list of values is empty"),
        ("{a: [x, y, x]}", "4:22: error[P0216]: input `a`: value `\"x\"` is given twice"),
        ("{a: [1, 1.0]}", "4:19: error[P0216]: input `a`: value `1.0` is given twice"),
        (
            "{a: [x, [y]]}",
            "4:19: error[P0201]: input `a`: a value is text, a number, `true`, `false` or `null`, not a list",
        ),
        (
            "{a: [{x: y}]}",
            "4:16: error[P0201]: input `a`: a value is text, a number, `true`, `false` or `null`, not a map",
        ),
        (
            "{a: {value: [x]}}",
            "4:16: error[P0213]: input `a`: unknown key `value`: did you mean `values`?",
        ),
        (
            "{a: {type: integer}}",
            "4:16: error[P0213]: input `a`: unknown key `type`: known: `values`, `shares`",
        ),
        ("{a: {shares: [1]}}", "4:15: error[P0200]: input `a`: missing key `values`"),
        (
            "{a: {values: x}}",
            "4:24: error[P0201]: input `a`: `values` must be a list, not a string",
        ),
        (
            "{a: {values: [x], shares: 1}}",
            "4:37: error[P0201]: input `a`: `shares` must be a list, not a number",
        ),
        (
            "{a: {values: [x], shares: ['1']}}",
            "4:38: error[P0201]: input `a`: a share must be a number, not a string",
        ),
        (
            "{a: {values: [x, y], shares: [1]}}",
            "4:40: error[P0216]: input `a`: the numbers of shares and of values differ: 1 and 2",
        ),
        (
            "{a: {values: [x, y], shares: [1.2, -0.2]}}",
            "4:46: error[P0216]: input `a`: a share is a number from 0 to 1, not -0.2",
        ),
        (
            "{a: {values: [x, y], shares: [0.7, 0.2]}}",
            "4:40: error[P0216]: input `a`: the shares add up to 0.9, and not to 1",
        ),
        (
            "{a: {values: [x, y], shares: [70, 30]}}",
            "4:40: error[P0216]: input `a`: the shares add up to 100, and not to 1",
        ),
        (
            "{a: {values: [x, y], shares: [0.5, 0.500000002]}}",
            "4:40: error[P0216]: input `a`: the shares add up to 1.000000002, and not to 1",
        ),
        (
            "{userid: string}",
            "4:12: error[P0216]: input `userid`: the primary unit may be anything",
        ),
        ("{'': string}", "4:12: error[P0202]: an input has no name"),
        ("5", "4:11: error[P0201]: `inputs` must be a list of names or a mapping, not a number"),
        (
            "[a, {b: integer}]",
            "4:15: error[P0201]: `inputs` must be a list of names, not a mapping",
        ),
        ("", "4:3: error[P0202]: `inputs` is empty"),
    ] {
        let loaded = loaded(inputs);
        assert!(loaded.document.is_none(), "{inputs}");
        assert_eq!(loaded.report().to_string(), format!("shop.yaml:{expected}"), "{inputs}");
    }
    let many: Vec<String> = (0..1001).map(|value| value.to_string()).collect();
    let report = loaded(&format!("{{a: [{}]}}", many.join(", "))).report().to_string();
    assert!(report.ends_with("input `a`: 1001 values are too many: the most is 1000"), "{report}");
}

#[test]
fn shares_add_up_in_spite_of_rounding() {
    let tenths = ["0.1"; 10].join(", ");
    let inputs = declared(&format!("{{a: {{values: [0,1,2,3,4,5,6,7,8,9], shares: [{tenths}]}}}}"));
    assert_ne!(inputs.get("a"), Some(&DeclaredInput::Anything));
    declared("{a: {values: [x, y], shares: [1, 0]}}");
}

#[test]
fn compiled_namespaces_keep_declarations() {
    let source =
        loaded("{country: [US, null], age: integer, net: {values: [a, b], shares: [1, 0]}, n: }");
    let document = source.document.as_ref().expect("it is valid");
    let json = to_json(&document.compiled, Layout::Pretty, Dialect::Planout4j).into_bytes();
    let compiled =
        Loaded::new("shop.json", Some("shop"), json, FileFormat::Json, Dialect::Planout4j);
    let again = compiled.document.as_ref().expect("it is valid");
    assert_eq!(again.inputs, document.inputs);
    assert!(document.says_the_same(again));
    assert_eq!(again.build().expect("it builds").inputs(), &document.inputs);
}

#[test]
fn declarations_change_nothing_for_units() {
    let folder = sandbox();
    let write = |inputs: &str| {
        std::fs::create_dir_all(folder.path().join("src")).expect("a folder");
        std::fs::write(folder.path().join("src/shop.yaml"), yaml(inputs)).expect("a file");
    };
    write("[country]");
    let ok = |arguments: &[&str]| {
        let Run { status, stdout, stderr } = planout(folder.path(), arguments);
        assert_eq!(status, 0, "{arguments:?}: {stdout}{stderr}");
        stdout
    };
    ok(&["ship", "src", "dst"]);
    write("{country: [US, DE],  age: integer} # who");
    let plan = ok(&["plan", "src", "dst"]);
    assert!(plan.contains("no change that a unit could see"), "{plan}");
    let text = || std::fs::read_to_string(folder.path().join("src/shop.yaml")).expect("a file");
    ok(&["fmt", "src"]);
    assert_eq!(text(), yaml("{country: [US, DE],  age: integer} # who"));
    let entry = ["--definition", "Default", "--name", "price.a", "--segments", "10"];
    ok(&[&["ramp", "shop", "--from", "src"][..], &entry].concat());
    assert!(text().starts_with(&yaml("{country: [US, DE],  age: integer} # who")[..90]));
    ok(&["check", "src"]);
}

#[test]
fn a_builder_declares_inputs() {
    let script = || Script::compile("x", "price = 9;", Dialect::Planout4j).expect("it compiles");
    let build = |name: &str, input: DeclaredInput| {
        NamespaceBuilder::new("shop", "userid", 10)
            .input(name, input)
            .define("Default", script())?
            .default_experiment("Default")?
            .build()
    };
    let countries = DeclaredInput::one_of(["US", "DE"]).expect("two countries");
    let namespace = build("country", countries.clone()).expect("it builds");
    assert_eq!(namespace.inputs().get("country"), Some(&countries));
    // Whatever is given, the answer is the same.
    let inputs = Map::from_iter(["userid", "country"].map(|it| (it.to_owned(), Value::from(it))));
    assert!(namespace.assign(&inputs).is_ok());
    let refused = build("userid", DeclaredInput::OfType(Type::String));
    assert_eq!(refused.err(), Some(BuildError::DeclaredUnit("userid".to_owned())));
    assert!(build("userid", DeclaredInput::Anything).is_ok());

    let values = |shares| InputValues::new(vec!["a".into(), "b".into()], shares).err();
    assert_eq!(values(None), None);
    assert_eq!(values(Some(vec![0.25, 0.75])), None);
    let share = |share: &str, index| Some(InputError::Share { index, share: share.to_owned() });
    assert_eq!(values(Some(vec![1.5, -0.5])), share("-0.5", 1));
    assert_eq!(values(Some(vec![f64::NAN, 1.0])), share("NaN", 0));
    assert_eq!(values(Some(vec![f64::INFINITY, 1.0])), share("inf", 0));
    assert_eq!(values(Some(vec![f64::MAX, f64::MAX])), Some(InputError::ShareSum("inf".into())));
    assert_eq!(DeclaredInput::one_of(Vec::<Value>::new()).err(), Some(InputError::NoValues));
}
