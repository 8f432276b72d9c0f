//! The evaluator against a second opinion: an oracle that walks the JSON form, slowly and plainly.
//!
//! The cases are the same in every run, so that a change is what makes a difference.
//! `PROPTEST_CASES` asks for that many other ones.

mod namespaces;
pub(crate) mod programs;
mod shapes;

use planout::tree::{Kind, Layout, Node, to_json};
use planout::{Dialect, Map, Script, Value};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseResult, TestRunner};
use serde_json::Value as Json;

use crate::support::{get, golden, map, oracle, same, text};

/// Params and whether the unit is in the experiment.
type Found = (Json, bool);

/// Holds a property against random cases in both dialects. Failures are not recorded in a file:
/// they show the program, which belongs into a test of its own.
pub(crate) fn check<S: Strategy>(
    cases: u32,
    strategy: S,
    test: impl Fn(Dialect, S::Value) -> TestCaseResult,
) {
    let asked = std::env::var("PROPTEST_CASES").ok();
    let config = match asked.and_then(|it| it.parse().ok()) {
        Some(cases) => Config { cases, ..Config::default() },
        None => Config { cases, rng_seed: RngSeed::Fixed(4), ..Config::default() },
    };
    let config = Config { failure_persistence: None, ..config };
    for dialect in [Dialect::Planout4j, Dialect::Planout] {
        let mut runner = TestRunner::new(config.clone());
        let run = runner.run(&strategy, |case| test(dialect, case));
        run.unwrap_or_else(|error| panic!("{dialect}: {error}"));
    }
}

/// A tree for the oracle. What `serde_json` has no integer for becomes its digits, which are the
/// same to a hash.
fn json(node: &Node) -> Json {
    match &node.kind {
        Kind::Null => Json::Null,
        Kind::Bool(bool) => Json::from(*bool),
        Kind::Int(int) => Json::from(*int),
        Kind::Wide(digits) => {
            digits.parse::<u64>().map_or_else(|_| Json::from(&**digits), Json::from)
        }
        Kind::Float(float) => Json::from(*float),
        Kind::String(text) => Json::from(&**text),
        Kind::List(list) => list.iter().map(json).collect(),
        Kind::Map(map) => {
            let entries = map.entries.iter();
            Json::Object(entries.map(|entry| (entry.key.to_string(), json(&entry.value))).collect())
        }
        Kind::Script(_) | Kind::Invalid => panic!("what only YAML has"),
    }
}

/// Whether an integer is in it that `serde_json` cannot hold.
fn is_too_wide(node: &Node) -> bool {
    match &node.kind {
        Kind::Wide(digits) => digits.parse::<u64>().is_err(),
        Kind::List(list) => list.iter().any(is_too_wide),
        Kind::Map(map) => map.entries.iter().any(|entry| is_too_wide(&entry.value)),
        _ => false,
    }
}

fn object(values: &Map) -> serde_json::Map<String, Json> {
    let node = Value::from(values.clone()).to_node().expect("finite");
    match json(&node) {
        Json::Object(object) => object,
        _ => unreachable!("a mapping is an object"),
    }
}

/// What the evaluator finds; params that JSON cannot write are a failure.
fn evaluate(script: &Script, salt: &str, inputs: &Map, held: &Map) -> Result<Found, String> {
    let found = script.evaluate_with(salt, inputs, held);
    let found = found.map_err(|error| error.to_string())?;
    let params = Value::from(found.params.to_map()).to_node();
    let params = params.map_err(|error| error.to_string())?;
    Ok((json(&params), found.in_experiment))
}

fn second_opinion(script: &Script, salt: &str, inputs: &Map, held: &Map) -> Result<Found, String> {
    let code = json(script.json());
    let (inputs, held) = (object(inputs), object(held));
    let found = oracle::evaluate(script.dialect(), &code, salt, &inputs, &held)?;
    Ok((Json::Object(found.params), found.in_experiment))
}

/// Whether two findings are the same to the last bit, order included, or both failures.
fn agree(one: &Result<Found, String>, other: &Result<Found, String>) -> bool {
    match (one, other) {
        // The text tells 1 from 1.0 and 0.0 from -0.0, which comparing does not.
        (Ok((one, one_in)), Ok((other, other_in))) => {
            format!("{one} {one_in}") == format!("{other} {other_in}")
        }
        (Err(_), Err(_)) => true,
        _ => false,
    }
}

/// Whether the oracle has no say in it.
fn is_beyond_the_oracle(opinion: &Result<Found, String>) -> bool {
    opinion.as_ref().is_err_and(|error| error.starts_with(oracle::LIMIT))
}

/// A unit to evaluate scripts for.
#[derive(Clone, Debug)]
struct Setting {
    salt: &'static str,
    inputs: Map,
    held: Map,
}

fn setting() -> impl Strategy<Value = Setting> {
    let salt = prop::sample::select(vec!["exp", "", "ns.é"]);
    let inputs = shapes::variables(programs::VARIABLES, 0.85);
    let held = prop_oneof![2 => Just(Map::new()), 1 => shapes::variables(programs::VARIABLES, 0.2)];
    (salt, inputs, held).prop_map(|(salt, inputs, held)| Setting { salt, inputs, held })
}

fn compare(script: &Script, setting: &Setting) -> TestCaseResult {
    if is_too_wide(script.json()) {
        return Ok(());
    }
    let Setting { salt, inputs, held } = setting;
    let found = evaluate(script, salt, inputs, held);
    let opinion = second_opinion(script, salt, inputs, held);
    let script = to_json(script.json(), Layout::Compact, script.dialect());
    prop_assert!(
        agree(&found, &opinion) || is_beyond_the_oracle(&opinion),
        "{script}\n  evaluator: {found:?}\n  oracle: {opinion:?}"
    );
    Ok(())
}

fn compile(code: &str, dialect: Dialect) -> Script {
    Script::compile("case", code, dialect).unwrap_or_else(|report| panic!("{code}\n{report}"))
}

#[test]
fn the_oracle_computes_the_golden_params() {
    for row in golden("eval.jsonl") {
        let dialect: Dialect = text(&row, "dialect").parse().expect("a dialect");
        let script = match get(&row, "script") {
            Some(script) => Script::from_node(script.clone(), dialect).expect("not too deep"),
            None => compile(text(&row, "dsl"), dialect),
        };
        let (inputs, held) = (map(&row, "inputs"), map(&row, "overrides"));
        let opinion = second_opinion(&script, text(&row, "salt"), &inputs, &held);
        let expected = get(&row, "params").map(|params| {
            let in_experiment = get(&row, "in_experiment").map(|node| &node.kind);
            (sorted(json(params)), in_experiment == Some(&Kind::Bool(true)))
        });
        let opinion = opinion.map(|(params, in_experiment)| (sorted(params), in_experiment));
        assert!(
            agree(&opinion, &expected.ok_or_else(String::new)),
            "{}\n  {opinion:?}",
            to_json(&row, Layout::Compact, dialect)
        );
    }
}

/// Golden rows do not keep the order of keys.
fn sorted(mut json: Json) -> Json {
    json.sort_all_objects();
    json
}

#[test]
fn random_programs_compute_what_the_oracle_computes() {
    check(2000, (programs::program(), setting()), |dialect, (code, setting)| {
        compare(&compile(&code, dialect), &setting)
    });
}

#[test]
fn random_json_computes_what_the_oracle_computes() {
    check(2000, (shapes::script(), setting()), |dialect, (code, setting)| {
        let script = Script::from_json("case", &code.to_string(), dialect);
        compare(&script.expect("not too deep"), &setting)
    });
}

#[test]
fn a_script_written_as_json_reads_back_the_same() {
    check(1000, (programs::program(), setting()), |dialect, (code, setting)| {
        let script = compile(&code, dialect);
        let found = evaluate(&script, setting.salt, &setting.inputs, &setting.held);
        for layout in [Layout::Compact, Layout::Pretty] {
            let text = to_json(script.json(), layout, dialect);
            let again = Script::from_json("case", &text, dialect).expect(&text);
            prop_assert!(same(script.json(), again.json()));
            prop_assert_eq!(to_json(again.json(), layout, dialect), text);
            let again = evaluate(&again, setting.salt, &setting.inputs, &setting.held);
            prop_assert_eq!(format!("{again:?}"), format!("{found:?}"));
        }
        Ok(())
    });
}

/// Constants are folded when a script is compiled; inputs cannot be.
#[test]
fn a_constant_gives_what_the_same_input_gives() {
    check(1000, (programs::program(), setting()), |dialect, (code, setting)| {
        let Setting { salt, inputs, held } = &setting;
        let script = compile(&code, dialect);
        let constant = |name: &str| {
            let assigned = held.contains_key(name) || code.contains(&format!("{name} ="));
            (!assigned).then(|| inputs.get(name).cloned().unwrap_or_default())
        };
        let constants = with_constants(script.json(), &constant);
        let folded = Script::from_node(constants, dialect).expect("not too deep");
        let found = evaluate(&script, salt, inputs, held);
        let folded = evaluate(&folded, salt, inputs, held);
        prop_assert!(agree(&found, &folded), "{found:?}\n  folded: {folded:?}");
        Ok(())
    });
}

/// The script with literals for the variables that are constant.
fn with_constants(node: &Node, constant: &impl Fn(&str) -> Option<Value>) -> Node {
    let mut copy = node.clone();
    match &mut copy.kind {
        Kind::List(list) => {
            for item in list {
                *item = with_constants(item, constant);
            }
        }
        Kind::Map(map) => {
            let field = |key| map.get(key).and_then(Node::as_str);
            let variable = field("var").filter(|name| *name != "experiment_salt");
            match (field("op"), variable.and_then(constant)) {
                (Some("get"), Some(value)) => {
                    map.set("op", Node::string("literal", node.span));
                    map.set("value", value.to_node().expect("finite inputs"));
                }
                (Some("literal"), _) => {}
                _ => {
                    for entry in &mut map.entries {
                        entry.value = with_constants(&entry.value, constant);
                    }
                }
            }
        }
        _ => {}
    }
    copy
}
