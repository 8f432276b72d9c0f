//! Random units with the inputs that a namespace declares.

use planout::namespace::{DeclaredInput, InputValues};
use planout::progress::Progress;
use planout::simulate::{Counted, Joint, Units, design, report};
use planout::value::Type;
use planout::{Dialect, Map, Namespace, NamespaceBuilder, Script, Value};

use crate::support::{planout, sandbox};

const SCRIPT: &str = "
    if (country == 'US') {
      price = uniformChoice(choices=[9, 12], unit=userid);
    } else {
      price = 10;
    }
    both = country == 'US' && network == 'wifi';
    is_adult = age ?? 0;
";

fn shop() -> Namespace {
    let values = |values: [&str; 2], shares: Option<Vec<f64>>| {
        let values = values.map(Value::from).to_vec();
        DeclaredInput::OneOf(InputValues::new(values, shares).expect("values and shares"))
    };
    NamespaceBuilder::new("shop", "userid", 10)
        .input("country", values(["US", "DE"], Some(vec![0.25, 0.75])))
        .input("network", values(["wifi", "4g"], None))
        .input("age", DeclaredInput::OfType(Type::Integer))
        .input("unread", values(["a", "b"], None))
        .define("D", Script::compile("test", SCRIPT, Dialect::Planout).expect("a script"))
        .map(|it| it.dialect(Dialect::Planout))
        .and_then(|it| it.default_experiment("D"))
        .and_then(NamespaceBuilder::build)
        .expect("a namespace")
}

/// The expected shares of a param.
fn expected(namespace: &Namespace, given: &[(&str, &str)], param: &str) -> Vec<(String, f64)> {
    let given = given.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value)));
    let joint = Joint::new(namespace, Map::from_iter(given));
    let design = design(namespace, &joint.groups(), Counted::All);
    let distribution = design.params[param].as_ref().expect("it is known");
    let mut shares: Vec<_> =
        distribution.values().map(|(value, share)| (value.to_string(), share)).collect();
    shares.sort_by(|a, b| a.0.cmp(&b.0));
    shares
}

fn close(found: &[(String, f64)], expected: &[(&str, f64)]) {
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for ((value, share), (name, wanted)) in found.iter().zip(expected) {
        assert!(value == name && (share - wanted).abs() < 1e-12, "{found:?} is not {expected:?}");
    }
}

#[test]
fn expected_shares_are_those_of_the_declared_values() {
    let namespace = shop();
    let joint = Joint::new(&namespace, Map::new());
    assert_eq!(joint.drawn().collect::<Vec<_>>(), ["country", "network"]);
    assert_eq!((joint.groups().len(), joint.missing()), (4, vec!["age"]));
    close(&expected(&namespace, &[], "price"), &[("10", 0.75), ("12", 0.125), ("9", 0.125)]);
    // Inputs are independent of one another.
    close(&expected(&namespace, &[], "both"), &[("false", 0.875), ("true", 0.125)]);
    // What is given is not drawn.
    close(&expected(&namespace, &[("country", "US")], "price"), &[("12", 0.5), ("9", 0.5)]);
    close(&expected(&namespace, &[("country", "UK")], "price"), &[("10", 1.0)]);
}

#[test]
fn units_have_the_declared_values_by_their_shares() {
    let namespace = shop();
    let joint = Joint::new(&namespace, Map::new());
    let design = design(&namespace, &joint.groups(), Counted::All);
    for seed in 0..20 {
        let units = Units { count: 20_000, seed, inputs: Map::new() };
        let one = joint.observe_with(&design, &units, 1, &Progress::new());
        let report = report(&design, &one);
        assert!(report.failed_tests().next().is_none(), "seed {seed}");
        assert_eq!(report.tests().count(), 2);
        let many = joint.observe_with(&design, &units, 4, &Progress::new());
        assert_eq!(format!("{one:?}"), format!("{many:?}"));
    }
}

#[test]
fn a_share_of_zero_and_too_many_combinations_are_not_drawn() {
    let numbers = |count: i64| DeclaredInput::one_of(0..count).expect("numbers");
    let never = InputValues::new(vec![1.into(), 2.into()], Some(vec![1.0, 0.0])).expect("shares");
    let script = "x = a + b + c + d;";
    let namespace = NamespaceBuilder::new("many", "userid", 10)
        .dialect(Dialect::Planout)
        .input("a", numbers(100))
        .input("b", numbers(101))
        .input("c", numbers(100))
        .input("d", DeclaredInput::OneOf(never))
        .define("D", Script::compile("test", script, Dialect::Planout).expect("a script"))
        .and_then(|it| it.default_experiment("D"))
        .and_then(NamespaceBuilder::build)
        .expect("a namespace");
    let joint = Joint::new(&namespace, Map::new());
    assert_eq!(joint.drawn().collect::<Vec<_>>(), ["a", "c", "d"]);
    assert_eq!((joint.left_out(), joint.missing()), (&["b"][..], vec!["b"]));
    assert_eq!(joint.groups().len(), 10_000);
}

#[test]
fn the_first_lines_say_which_inputs_are_drawn_and_which_are_null() {
    let folder = sandbox();
    let script = SCRIPT.replace('\n', "\n      ");
    let namespace = format!(
        "\
namespace:
  unit: userid
  segments: 10
  inputs: {{country: [US, DE], network: {{values: [wifi, 4g], shares: [0.7, 0.3]}}, age: integer}}
experiment_definitions:
  - definition: Default
    assign: !planout |{script}
default_experiment: Default
experiment_sequence: []
"
    );
    std::fs::create_dir(folder.path().join("ns")).expect("a folder");
    std::fs::write(folder.path().join("ns/shop.yaml"), namespace).expect("a file");
    let run = |more: &str| {
        let fixed = ["simulate", "--from", "ns", "--ns", "shop"];
        let run =
            planout(folder.path(), &[&fixed[..], &more.split(' ').collect::<Vec<_>>()].concat());
        assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
        run.stdout
    };
    let first = |text: &str| text.lines().take(3).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(
        first(&run("--units 10000")),
        [
            "shop: 10000 units, seed 0",
            "  4 combinations of `country`, `network`, drawn as they are declared",
            "  scripts read `age`, which is null for all units",
        ]
    );
    assert_eq!(
        first(&run("--units 10000 age:=7 country=US")),
        [
            "shop: 10000 units, seed 0",
            "  2 combinations of `network`, drawn as they are declared",
            "",
        ]
    );
    let json: serde_json::Value =
        serde_json::from_str(&run("--units 10000 --format json")).expect("JSON");
    assert_eq!(json["notes"][1], "scripts read `age`, which is null for all units");
    // Units of a file have their own inputs, and no others.
    std::fs::write(folder.path().join("u.csv"), "userid,country\n1,US\n2,DE\n").expect("a file");
    assert_eq!(
        first(&run("--inputs-from u.csv")),
        [
            "shop: 2 units",
            "  2 combinations of `country`",
            "  scripts read `network`, `age`, which are null for all units",
        ]
    );
}
