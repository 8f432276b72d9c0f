//! Numbers at the ends of what there is, in every argument of every operator: an answer or an error,
//! and never a panic. Tests are built with checks for overflows.

use std::sync::Arc;

use planout::lint::{self, Settings};
use planout::simulate::{Counted, Group, design};
use planout::source::SourceText;
use planout::{Dialect, Map, NamespaceBuilder, Script, Value};

const DIALECTS: [Dialect; 2] = [Dialect::Planout4j, Dialect::Planout];

/// Values as JSON: the ends of whole numbers of 64 and of 32 bits and what lies just beyond them, the
/// ends of doubles, and what is not a number.
const VALUES: [&str; 27] = [
    "-9223372036854775808",
    "-9223372036854775807",
    "-9223372036854775809",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "-2147483648",
    "2147483647",
    "2147483648",
    "4294967296",
    "9007199254740993",
    "-1",
    "0",
    "1",
    "2",
    "-0.0",
    "0.5",
    "-9223372036854775808.0",
    "9.223372036854775807e18",
    "1e308",
    "-1e308",
    "5e-324",
    "null",
    "true",
    "\"x\"",
    "[]",
    "{}",
];

/// What gives infinities and what is not a number, which JSON cannot hold.
const COMPUTED: [&str; 2] = [
    r#"{"op":"product","values":[1e308,10.0]}"#,
    r#"{"op":"sum","values":[{"op":"product","values":[1e308,10.0]},{"op":"product","values":[-1e308,10.0]}]}"#,
];

/// Operators, each with the arguments that take the values in turn, and what stands in the others.
const OPERATORS: [(&str, &[(&str, &str)]); 24] = [
    ("randomInteger", &[("min", "0"), ("max", "9")]),
    ("randomFloat", &[("min", "0"), ("max", "1")]),
    ("sample", &[("draws", "2"), ("choices", "[1,2,3]")]),
    ("fastSample", &[("draws", "2"), ("choices", "[1,2,3]")]),
    ("uniformChoice", &[("choices", "[1,2]")]),
    ("weightedChoice", &[("weights", "[1,2]"), ("choices", "[1,2]")]),
    ("bernoulliTrial", &[("p", "0.5")]),
    ("bernoulliFilter", &[("p", "0.5"), ("choices", "[1,2]")]),
    ("sum", &[("values", "[1,2]")]),
    ("product", &[("values", "[1,2]")]),
    ("min", &[("values", "[1,2]")]),
    ("max", &[("values", "[1,2]")]),
    ("negative", &[("value", "1")]),
    ("not", &[("value", "1")]),
    ("round", &[("value", "1")]),
    ("exp", &[("value", "1")]),
    ("sqrt", &[("value", "1")]),
    ("length", &[("value", "[1]")]),
    ("/", &[("left", "1"), ("right", "1")]),
    ("%", &[("left", "1"), ("right", "1")]),
    ("equals", &[("left", "1"), ("right", "1")]),
    ("<", &[("left", "1"), ("right", "1")]),
    (">=", &[("left", "1"), ("right", "1")]),
    ("index", &[("base", "[1,2]"), ("index", "1")]),
];

/// Evaluates an expression in every way in which a script is looked at.
fn look_at(expression: &str, dialect: Dialect) -> Option<Value> {
    let text = format!(r#"{{"op":"seq","seq":[{{"op":"set","var":"x","value":{expression}}}]}}"#);
    let source = SourceText::new("x.json", text.as_str());
    lint::check_script(&source, dialect, &Settings::default());
    let script = Script::from_json("x", &text, dialect).expect("a script");
    let inputs = Map::from_iter([("userid".to_owned(), Value::from("u1"))]);
    let found = script.evaluate("salt", &inputs).ok();
    let found = found.and_then(|found| found.params.to_map().get("x").cloned());
    let builder = NamespaceBuilder::new("n", "userid", 10).dialect(dialect);
    let namespace = builder
        .define("d", Arc::new(script))
        .and_then(|builder| builder.default_experiment("d"))
        .and_then(|builder| builder.add("e", "d", 5))
        .and_then(NamespaceBuilder::build)
        .expect("a namespace");
    let group = Group { inputs: Map::new(), weight: 1.0 };
    design(&namespace, &[group], Counted::All);
    found
}

/// Expressions of an operator with two of its arguments.
fn expression(operator: &str, arguments: &[(&str, &str)]) -> String {
    let random = r#""unit":{"op":"get","var":"userid"},"salt":"s","#;
    let arguments: Vec<_> =
        arguments.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{\"op\":\"{operator}\",{random}{}}}", arguments.join(","))
}

#[test]
fn no_number_makes_an_operator_panic() {
    let values: Vec<&str> = VALUES.into_iter().chain(COMPUTED).collect();
    // A list of values is what some arguments take.
    let lists: Vec<String> = values
        .iter()
        .flat_map(|first| values.iter().map(move |second| format!("[{first},{second}]")))
        .map(|list| format!("{{\"op\":\"array\",\"values\":{list}}}"))
        .collect();
    for dialect in DIALECTS {
        for (operator, arguments) in OPERATORS {
            let (name, usual) = arguments[0];
            let (other, _) = *arguments.get(1).unwrap_or(&("unused", "0"));
            for first in &values {
                for second in values.iter().copied().chain(arguments.get(1).map(|it| it.1)) {
                    look_at(&expression(operator, &[(name, first), (other, second)]), dialect);
                }
            }
            let takes_lists = usual.starts_with('[');
            for list in lists.iter().filter(|_| takes_lists) {
                let second = arguments.get(1).map_or("0", |it| it.1);
                look_at(&expression(operator, &[(name, list), (other, second)]), dialect);
            }
        }
    }
}

/// Python's slices and the condition at which the reference stops decide.
#[test]
fn draws_are_those_of_the_reference() {
    let sampled = |operator: &str, draws: &str| {
        let arguments = [("draws", draws), ("choices", "[1,2,3]")];
        let found = look_at(&expression(operator, &arguments), Dialect::Planout);
        found.and_then(|found| found.as_list().map(<[Value]>::len))
    };
    for operator in ["sample", "fastSample"] {
        for (draws, count) in [
            ("3", Some(3)),
            ("2", Some(2)),
            ("0", Some(0)),
            ("-1", Some(2)),
            ("-3", Some(0)),
            ("-4", Some(0)),
            ("-9223372036854775808", Some(0)),
            ("-9223372036854775809", Some(0)),
            ("4", None),
            ("9223372036854775807", None),
            ("9223372036854775808", None),
            ("1e308", None),
            ("0.5", None),
        ] {
            assert_eq!(sampled(operator, draws), count, "{operator} {draws}");
        }
    }
}

#[test]
fn ranges_may_be_as_wide_as_whole_numbers_are() {
    let (least, most) = ("-9223372036854775808", "9223372036854775807");
    let draw = |min, max, dialect| {
        look_at(&expression("randomInteger", &[("min", min), ("max", max)]), dialect)
    };
    let int = |value: Option<Value>| value.and_then(|value| value.as_int());
    // A draw has 60 bits, so that it stays near the smallest.
    let drawn = int(draw(least, most, Dialect::Planout)).expect("a number");
    assert!(drawn < i64::MIN + (1 << 60), "{drawn}");
    assert_eq!(int(draw(most, most, Dialect::Planout)), Some(i64::MAX));
    assert_eq!(int(draw(least, least, Dialect::Planout)), Some(i64::MIN));
    // planout4j has 32 bits.
    assert!(draw(least, most, Dialect::Planout4j).is_none());
    assert!(int(draw("-2147483648", "2147483647", Dialect::Planout4j)).is_some());
    assert!(draw("0", "2147483648", Dialect::Planout4j).is_none());
}
