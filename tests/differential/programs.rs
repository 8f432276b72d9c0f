//! Random programs as source text. Most are well typed, so that they compute something; some are
//! not, so that failing is compared too.

use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

/// What programs read and assign. `unset` and `userid` are never assigned.
pub(crate) const VARIABLES: &[&str] =
    &["userid", "n", "s", "l", "m", "x", "unset", "experiment_salt", "salt_sep"];

#[rustfmt::skip]
const NUMBERS: &[&str] = &[
    "0", "1", "2", "3", "7", "0.5", ".25", "1.5", "2.5", "0.1", "08", "1e3", "1e7", "1e-4",
    "1e-7", "1e16", "1e18", "1e21", "2e23", "9007199254740993", "2147483647", "2147483648",
    "4294967296", "9223372036854775807", "10000000000000000000", "1.7976931348623157e308",
    "5e-324", "1e300",
];

#[rustfmt::skip]
pub(crate) const TEXTS: &[&str] = &[
    "", "a", "b", "A", "7", "1.0", "true", "a.b", "it's", "\"q\"", "back\\slash", "line\nbreak",
    "tab\t", "é", "e\u{301}", "\u{301}x", "ß日本", "😀", "\u{fffd}", "a\u{a0}b", "soft\u{ad}", "\u{200b}",
    "\u{2028}", "\u{e000}", "\u{7f}",
];

type Text = BoxedStrategy<String>;

/// Expressions by what they mostly come to, all nested to one depth.
#[derive(Clone)]
struct Exprs {
    number: Text,
    text: Text,
    truth: Text,
    list: Text,
    map: Text,
    any: Text,
}

impl Exprs {
    fn new(number: Text, text: Text, truth: Text, list: Text, map: Text) -> Exprs {
        let any = prop_oneof![
            3 => number.clone(),
            2 => text.clone(),
            2 => truth.clone(),
            2 => list.clone(),
            1 => map.clone(),
            1 => Just("null".to_owned()),
            1 => select(VARIABLES).prop_map(str::to_owned),
        ];
        let any = any.boxed();
        let mostly = |kind: Text| prop_oneof![40 => kind, 1 => any.clone()].boxed();
        Exprs {
            number: mostly(number),
            text: mostly(text),
            truth: mostly(truth),
            list: mostly(list),
            map: mostly(map),
            any,
        }
    }

    fn leaves() -> Exprs {
        let words = |words: &'static [&'static str]| select(words).prop_map(str::to_owned);
        let number = prop_oneof![
            4 => words(NUMBERS),
            2 => (0..100_u32).prop_map(|int| int.to_string()),
            1 => (0.0..1e6_f64).prop_map(|float| format!("{float:?}")),
            2 => words(&["n", "x"]),
        ];
        let text = prop_oneof![
            3 => select(TEXTS).prop_map(quoted),
            1 => words(&["s", "userid", "experiment_salt", "salt_sep"]),
        ];
        let truth = words(&["true", "false", "n", "unset", "userid"]);
        let list = words(&[
            "[]",
            "@[]",
            "['a', 'b', 'c']",
            "[1, 2.5, 3]",
            "@[1, -2.5, null, 'x']",
            "l",
            "@[[1, 'é'], {'k': 1.0}]",
        ]);
        let map = words(&["@{}", "@{'a': 1, 'b': [true, null]}", "m", "@{'x': {'y': 'z'}}"]);
        Exprs::new(number.boxed(), text.boxed(), truth.boxed(), list.boxed(), map.boxed())
    }

    /// Expressions that hold these.
    fn nest(&self) -> Exprs {
        let Exprs { number, text, truth, list, map, any } = self.clone();
        let random = self.random(0.97);
        let coalesce = |kind: &Text| binary(&any, &["??"], kind);
        let found = || (map.clone(), select(&["'a'", "'x'", "s", "unset"][..]));
        let found = || found().prop_map(|(map, key)| format!("{map}[{key}]")).boxed();

        let numbers = prop_oneof![
            6 => binary(&number, &["+", "-", "*", "/", "%"], &number),
            2 => prefixed("-", &number),
            2 => values("sum", &number),
            2 => values("product", &number),
            2 => values("min", &number),
            2 => values("max", &number),
            2 => call("round", [("value", 0.995, number.clone())]),
            1 => call("exp", [("value", 0.995, number.clone())]),
            1 => call("sqrt", [("value", 0.995, number.clone())]),
            1 => call("length", [("value", 0.995, prop_oneof![text.clone(), list.clone()].boxed())]),
            2 => random.number,
            1 => coalesce(&number),
            1 => found(),
        ];
        let texts = prop_oneof![
            2 => random.choice.clone(),
            1 => coalesce(&text),
            1 => values("max", &text),
            1 => found(),
            2 => text.clone(),
        ];
        let truths = prop_oneof![
            3 => binary(&number, &["<", ">", "<=", ">=", "==", "!="], &number),
            1 => binary(&text, &["<", ">", "<=", ">=", "==", "!="], &text),
            1 => binary(&list, &["<", ">", "=="], &list),
            2 => binary(&any, &["==", "!="], &any),
            3 => binary(&truth, &["&&", "||"], &truth),
            2 => prefixed("!", &any),
            1 => random.truth,
        ];
        let lists = prop_oneof![
            3 => prop::collection::vec(any.clone(), 0..5).prop_map(bracketed),
            2 => prop::collection::vec(number.clone(), 1..5).prop_map(bracketed),
            2 => random.list,
            1 => coalesce(&list),
        ];
        let maps = call("map", [("a", 0.9, any.clone()), ("x", 0.5, any.clone())]);
        let place =
            prop_oneof![6 => (0..4_u32).prop_map(|int| int.to_string()), 1 => number.clone()];
        let index = (list.clone(), place);
        let index = index.prop_map(|(list, index)| format!("{list}[{index}]"));
        let odd = prop_oneof![
            8 => index,
            6 => random.choice,
            2 => (select(vec!["and", "or", "coalesce"]), any.clone(), any.clone())
                .prop_map(|(name, a, b)| format!("{name}({a}, {b})")),
            2 => (select(vec!["sum", "product", "min"]), number.clone(), number.clone())
                .prop_map(|(name, a, b)| format!("{name}({a}, {b})")),
            1 => (select(vec!["length", "round", "not", "min", "unknown"]), any.clone())
                .prop_map(|(name, value)| format!("{name}({value})")),
            2 => (select(VARIABLES), any.clone())
                .prop_map(|(name, value)| format!("{{ {name} = {value}; }}")),
        ];
        let mut nested = Exprs::new(
            prop_oneof![number, numbers].boxed(),
            texts.boxed(),
            prop_oneof![truth, truths].boxed(),
            prop_oneof![list, lists].boxed(),
            prop_oneof![map, maps].boxed(),
        );
        nested.any = prop_oneof![3 => nested.any, 1 => odd].boxed();
        nested
    }

    /// Random operators over these, so likely with a salt of their own.
    fn random(&self, salted: f64) -> Random {
        let Exprs { number, text, list, any, .. } = self;
        let p = prop_oneof![4 => select(&["0.5", "0", "1", "0.9"][..]).prop_map(str::to_owned), 1 => number.clone()];
        let p = || ("p", 0.995, p.clone().boxed());
        let few = (0..4_usize).prop_map(|draws| draws.to_string());
        let draws = prop_oneof![4 => few, 1 => number.clone(), 1 => Just("-1".to_owned())].boxed();
        let bound =
            prop_oneof![4 => (0..100_u32).prop_map(|int| int.to_string()), 1 => number.clone()];
        let bounds = || ["min", "max"].map(|name| (name, 0.995, bound.clone().boxed()));
        let floats = || ["min", "max"].map(|name| (name, 0.995, number.clone()));
        let weights = prop::collection::vec(number.clone(), 3).prop_map(bracketed);
        let weights = ("weights", 0.995, prop_oneof![4 => weights, 1 => list.clone()].boxed());
        let abc = prop::collection::vec(any.clone(), 3).prop_map(bracketed).boxed();
        let draw = |name: &'static str, own: Vec<Argument>| {
            let unit = prop_oneof![
                4 => Just("userid".to_owned()),
                2 => any.clone(),
                1 => prop::collection::vec(any.clone(), 0..4).prop_map(bracketed),
            ];
            let mut all = own;
            all.push(("unit", 0.995, unit.boxed()));
            all.push(("salt", salted, text.clone()));
            all.push(("full_salt", 0.1, text.clone()));
            call(name, all)
        };
        let choices = || ("choices", 0.995, list.clone());
        let drawn = || ("draws", 0.6, draws.clone());
        Random {
            number: prop_oneof![
                draw("randomInteger", bounds().into()),
                draw("randomFloat", floats().into()),
            ]
            .boxed(),
            truth: draw("bernoulliTrial", vec![p()]),
            list: prop_oneof![
                draw("sample", vec![choices(), drawn()]),
                draw("fastSample", vec![choices(), drawn()]),
                draw("bernoulliFilter", vec![p(), choices()]),
            ]
            .boxed(),
            choice: prop_oneof![
                draw("uniformChoice", vec![choices()]),
                draw("weightedChoice", vec![("choices", 0.995, abc), weights]),
            ]
            .boxed(),
        }
    }
}

struct Random {
    number: Text,
    truth: Text,
    list: Text,
    choice: Text,
}

/// A name, how likely it is given, and its value.
type Argument = (&'static str, f64, Text);

fn call(name: &'static str, arguments: impl IntoIterator<Item = Argument>) -> Text {
    let argument = |(name, likely, value): Argument| {
        weighted(likely, value.prop_map(move |value| format!("{name}={value}")))
    };
    let arguments: Vec<_> = arguments.into_iter().map(argument).collect();
    arguments
        .prop_map(move |given| {
            format!("{name}({})", Vec::from_iter(given.into_iter().flatten()).join(", "))
        })
        .boxed()
}

/// A call with a list of values.
fn values(name: &'static str, value: &Text) -> Text {
    let value = value.clone();
    let list = prop_oneof![1 => 0..1_usize, 30 => 1..4_usize];
    let list = list
        .prop_flat_map(move |len| prop::collection::vec(value.clone(), len))
        .prop_map(bracketed);
    call(name, [("values", 0.995, list.boxed())])
}

fn binary(left: &Text, operators: &'static [&'static str], right: &Text) -> Text {
    (left.clone(), select(operators), right.clone(), prop::bool::weighted(0.8))
        .prop_map(|(left, operator, right, apart)| {
            if apart {
                format!("({left} {operator} {right})")
            } else {
                format!("{left} {operator} {right}")
            }
        })
        .boxed()
}

fn prefixed(operator: &'static str, operand: &Text) -> Text {
    let operand = operand.clone();
    operand.prop_map(move |operand| format!("({operator}{operand})")).boxed()
}

fn bracketed(items: Vec<String>) -> String {
    format!("[{}]", items.join(", "))
}

/// A literal of the language; one that cannot be written is left out.
fn quoted(text: &str) -> String {
    match (text.contains('\''), text.contains('"')) {
        (false, _) => format!("'{text}'"),
        (true, false) => format!("\"{text}\""),
        (true, true) => "''".to_owned(),
    }
}

fn rules(exprs: &Exprs, blocks: usize) -> Text {
    let assigned = select(vec!["x", "y", "z", "n", "l"]);
    let random = exprs.random(0.3);
    let direct = prop_oneof![random.number, random.truth, random.list, random.choice];
    let value = prop_oneof![3 => exprs.any.clone(), 1 => direct];
    let assign = (assigned, value).prop_map(|(name, value)| format!("{name} = {value};"));
    let salt = prop_oneof![
        12 => select(TEXTS).prop_map(|salt| format!("experiment_salt = {};", quoted(salt))),
        6 => exprs.text.clone().prop_map(|value| format!("salt_sep = {value};")),
        1 => exprs.any.clone().prop_map(|value| format!("salt_sep = {value};")),
        1 => exprs.any.clone().prop_map(|salt| format!("experiment_salt = {salt};")),
    ];
    let end = exprs.any.clone().prop_map(|value| format!("return {value};"));
    let rule = match blocks {
        0 => prop_oneof![20 => assign, 2 => salt, 1 => end].boxed(),
        _ => {
            let block = || rules(exprs, blocks - 1).prop_map(|rules| format!("{{\n{rules}\n}}"));
            let condition = (exprs.truth.clone(), block(), weighted(0.5, block()));
            let condition = condition.prop_map(|(test, then, otherwise)| match otherwise {
                Some(otherwise) => format!("if ({test}) {then} else {otherwise}"),
                None => format!("if ({test}) {then}"),
            });
            prop_oneof![20 => assign, 2 => salt, 1 => end, 5 => condition].boxed()
        }
    };
    prop::collection::vec(rule, 0..5).prop_map(|rules| rules.join("\n")).boxed()
}

/// A program.
pub(crate) fn program() -> impl Strategy<Value = String> {
    let exprs = Exprs::leaves().nest().nest();
    rules(&exprs, 2)
}
