//! Random values, and random scripts in the JSON form with shapes that no compiler emits.

use planout::{Map, Value};
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value as Json, json};

use super::programs::{TEXTS, VARIABLES};

/// A value that JSON can write.
pub(crate) fn value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        1 => Just(Value::Null),
        2 => any::<bool>().prop_map(Value::from),
        4 => (-3..20_i64).prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        2 => select(vec![0.0, -0.0, 0.5, 1.0, 2.0, 1e7, 1e16, 1e-5, 2e23, -2.5, 1e300]).prop_map(Value::from),
        1 => any::<f64>().prop_filter("JSON", |it| it.is_finite()).prop_map(Value::from),
        4 => select(TEXTS).prop_map(Value::from),
    ];
    scalar.prop_recursive(2, 12, 4, |inner| {
        let key = select(vec!["a", "x", "é", "it's"]).prop_map(str::to_owned);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..3).prop_map(|it| Map::from_iter(it).into()),
        ]
    })
}

/// Values for some of the variables, of the kinds that programs expect more often than not.
pub(crate) fn variables(names: &'static [&'static str], likely: f64) -> impl Strategy<Value = Map> {
    let variable = |name: &&'static str| {
        let number = prop_oneof![
            (-5..100_i64).prop_map(Value::from),
            (-1e3..1e3_f64).prop_map(Value::from),
        ];
        let text = select(TEXTS).prop_map(Value::from);
        let usual = match *name {
            "n" | "x" => number.boxed(),
            "l" => prop::collection::vec(value(), 0..4).prop_map(Value::from).boxed(),
            "m" => value().prop_map(|it| Map::from_iter([("a".to_owned(), it)]).into()).boxed(),
            _ => text.boxed(),
        };
        let name = (*name).to_owned();
        weighted(likely, prop_oneof![8 => usual, 1 => value()])
            .prop_map(move |value| value.map(|value| (name.clone(), value)))
    };
    let variables: Vec<_> = names.iter().map(variable).collect();
    variables.prop_map(|given| given.into_iter().flatten().collect())
}

/// The operators with their arguments.
const OPERATORS: &[(&str, &[&str])] = &[
    ("seq", &["seq"]),
    ("set", &["var", "value"]),
    ("get", &["var"]),
    ("return", &["value"]),
    ("cond", &["cond"]),
    ("literal", &["value"]),
    ("array", &["values"]),
    ("and", &["values"]),
    ("or", &["values"]),
    ("coalesce", &["values"]),
    ("map", &["a", "x"]),
    ("index", &["base", "index"]),
    ("length", &["value"]),
    ("not", &["value"]),
    ("equals", &["left", "right"]),
    ("<", &["left", "right"]),
    (">=", &["left", "right"]),
    ("sum", &["values"]),
    ("product", &["values"]),
    ("negative", &["value"]),
    ("/", &["left", "right"]),
    ("%", &["left", "right"]),
    ("round", &["value"]),
    ("min", &["values"]),
    ("max", &["values"]),
    ("exp", &["value"]),
    ("sqrt", &["value"]),
    ("uniformChoice", &["choices", "unit", "salt"]),
    ("weightedChoice", &["choices", "weights", "unit", "salt"]),
    ("bernoulliTrial", &["p", "unit", "salt"]),
    ("bernoulliFilter", &["p", "choices", "unit", "salt"]),
    ("randomInteger", &["min", "max", "unit", "salt"]),
    ("randomFloat", &["min", "max", "unit", "full_salt"]),
    ("sample", &["choices", "draws", "unit", "salt"]),
    ("fastSample", &["choices", "draws", "unit", "full_salt"]),
    ("switch", &["cases"]),
    ("", &["value"]),
    ("SUM", &["values"]),
];

/// A script.
pub(crate) fn script() -> impl Strategy<Value = Json> {
    let code = operator(&operator(&operator(&leaf())));
    let set = (select(VARIABLES), code.clone());
    let set = set.prop_map(|(name, value)| json!({"op": "set", "var": name, "value": value}));
    let rule = prop_oneof![4 => set, 1 => code.clone()];
    let rules = prop::collection::vec(rule, 0..4).prop_map(|seq| json!({"op": "seq", "seq": seq}));
    prop_oneof![6 => rules, 1 => code]
}

type Code = BoxedStrategy<Json>;

fn leaf() -> Code {
    prop_oneof![
        6 => value().prop_map(|it| super::json(&it.to_node().expect("finite"))),
        3 => select(VARIABLES).prop_map(|name| json!({"op": "get", "var": name})),
        1 => select(vec![json!(u64::MAX), json!(1_u64 << 63), json!({"op": 1}), json!({"op": null})]),
    ]
    .boxed()
}

/// An operator over some code, with its own arguments for the most part.
fn operator(code: &Code) -> Code {
    let code = code.clone();
    let inner = code.clone();
    let call = select(OPERATORS).prop_flat_map(move |(op, names)| {
        let own: Vec<_> = names.iter().map(|name| given(name, 0.96, &inner)).collect();
        let extra = select(vec!["value", "values", "salt", "full_salt", "draws", "left", "foo"]);
        let extra = extra.prop_flat_map({
            let inner = inner.clone();
            move |name| given(name, 0.1, &inner)
        });
        (own, extra).prop_map(move |(own, extra)| {
            let given = own.into_iter().chain([extra]).flatten();
            let given = given.map(|(name, value)| (name.to_owned(), value));
            Json::Object([("op".to_owned(), Json::from(op))].into_iter().chain(given).collect())
        })
    });
    let list = prop::collection::vec(code.clone(), 0..4).prop_map(Json::from);
    prop_oneof![1 => code, 4 => call, 1 => list].boxed()
}

/// An argument: not always there, and not always of its kind.
fn given(
    name: &'static str,
    likely: f64,
    code: &Code,
) -> impl Strategy<Value = Option<(&'static str, Json)>> + use<> {
    let list = prop::collection::vec(code.clone(), 0..4).prop_map(Json::from).boxed();
    let numbers = prop::collection::vec(0..9_i32, 0..4).prop_map(Json::from).boxed();
    let branch = (weighted(0.97, code.clone()), weighted(0.97, code.clone()));
    let branch = branch.prop_map(|(test, then)| {
        let parts = [("if", test), ("then", then)].into_iter();
        let parts = parts.filter_map(|(key, code)| Some((key.to_owned(), code?)));
        Json::Object(parts.collect())
    });
    let branch = prop_oneof![20 => branch.boxed(), 1 => code.clone()];
    let usual = match name {
        "var" => select(VARIABLES).prop_map(Json::from).boxed(),
        "salt" | "full_salt" => select(TEXTS).prop_map(Json::from).boxed(),
        "p" => (0.0..=1.0_f64).prop_map(Json::from).boxed(),
        "min" | "max" | "draws" | "index" => (-2..6_i32).prop_map(Json::from).boxed(),
        "cond" => prop::collection::vec(branch, 0..3).prop_map(Json::from).boxed(),
        "weights" => numbers,
        "values" => prop_oneof![list, numbers].boxed(),
        "seq" | "choices" => list,
        _ => code.clone(),
    };
    let value = prop_oneof![12 => usual, 2 => code.clone(), 1 => Just(Json::Null)];
    weighted(likely, value.prop_map(move |value| (name, value)))
}
