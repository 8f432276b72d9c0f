//! The evaluator against what the reference evaluators computed.

use planout::tree::{Kind, Layout, Node, to_json};
use planout::{Dialect, Map, Script, Value};

use crate::support::{get, golden, map, same, text};

#[test]
fn golden_scripts_compute_the_golden_params() {
    let rows = golden("eval.jsonl");
    let wrong: Vec<String> = rows.iter().filter_map(disagreement).collect();
    assert!(rows.len() >= 2961);
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

fn disagreement(row: &Node) -> Option<String> {
    let dialect: Dialect = text(row, "dialect").parse().expect("a dialect");
    let script = match get(row, "script") {
        Some(script) => Script::from_node(script.clone(), dialect).map_err(|e| e.message),
        None => Script::compile("row", text(row, "dsl"), dialect).map_err(|e| e.to_string()),
    };
    let script = script.expect("golden scripts compile");
    let (inputs, overrides) = (map(row, "inputs"), map(row, "overrides"));
    let evaluated = script.evaluate_with(text(row, "salt"), &inputs, &overrides);
    let found = match &evaluated {
        Ok(evaluation) => Ok((
            Value::from(evaluation.params.to_map()).to_node().expect("finite params"),
            evaluation.in_experiment,
        )),
        Err(error) => Err(error.to_string()),
    };
    let agrees = match (&found, get(row, "params")) {
        (Ok((params, in_experiment)), Some(expected)) => {
            let expected_in = get(row, "in_experiment").map(|node| &node.kind);
            same(params, expected) && expected_in == Some(&Kind::Bool(*in_experiment))
        }
        (Err(_), None) => get(row, "error").is_some(),
        _ => false,
    };
    let found = found.map(|(params, _)| to_json(&params, Layout::Compact, dialect));
    let row = to_json(row, Layout::Compact, dialect);
    (!agrees).then(|| format!("{row}\n  {found:?}"))
}

/// The params of a script for a unit, without a salt.
fn params(program: &str, dialect: Dialect) -> Result<String, String> {
    let script = Script::compile("x", program, dialect).map_err(|error| error.to_string())?;
    let inputs = Map::from_iter([("u".to_owned(), Value::from("me"))]);
    let evaluation = script.evaluate("global_salt", &inputs).map_err(|error| error.to_string())?;
    let params = Value::from(evaluation.params.to_map()).to_node().expect("finite params");
    Ok(to_json(&params, Layout::Compact, dialect))
}

#[test]
fn a_literal_map_is_hashed_in_the_order_of_javascript() {
    for map in [r#"{"b":1,"1":2}"#, r#"{"1":2,"b":1}"#, r#"{"b":1,1:2}"#] {
        let program = format!("v = randomInteger(min=0, max=1000000, unit=@{map});");
        assert_eq!(params(&program, Dialect::Planout), Ok(r#"{"v":509308}"#.to_owned()), "{map}");
    }
    // By a variable, in a list, and as what a filter appends, too.
    for program in [
        "m = @MAP; v = randomInteger(min=0, max=1000000, unit=m);",
        "v = randomInteger(min=0, max=1000000, unit=[u, @[MAP]]);",
        "v = bernoulliFilter(choices=@[MAP, MAP, {\"c\": MAP}], p=0.5, unit=u);",
    ] {
        for dialect in [Dialect::Planout4j, Dialect::Planout] {
            let with = |map: &str| params(&program.replace("MAP", map), dialect).expect("a value");
            assert_eq!(with(r#"{"b":1,"1":2}"#), with(r#"{"1":2,"b":1}"#), "{program}");
        }
    }
    // JSON that somebody gives is not a literal of the language, and keeps its order.
    let order = |json: &str| {
        let text = format!(
            r#"{{"op":"set","var":"v","value":{{"op":"randomInteger","min":0,"max":1000000,"unit":{{"op":"literal","value":{json}}}}}}}"#
        );
        let script = Script::from_json("x", &text, Dialect::Planout).expect("a script");
        script.evaluate("global_salt", &Map::new()).expect("a value").params.int("v", -1)
    };
    assert_eq!(order(r#"{"1":2,"b":1}"#), 509308);
    assert_ne!(order(r#"{"b":1,"1":2}"#), 509308);
}

#[test]
fn the_least_and_the_greatest_of_a_null_alone() {
    for operator in ["min", "max"] {
        for values in ["[null]", "[x]", "@[null]", "[null ?? x]"] {
            let program = format!("v = {operator}(values={values});");
            let found = params(&program, Dialect::Planout4j);
            assert_eq!(found.as_deref(), Ok(r#"{"v":null}"#), "{program}");
            assert!(params(&program, Dialect::Planout).is_err(), "{program}");
        }
        for values in ["[null, null]", "[null, 1]", "[1, null]", "[[1]]", "[@{}]", "[]"] {
            for dialect in [Dialect::Planout4j, Dialect::Planout] {
                let program = format!("v = {operator}(values={values});");
                assert!(params(&program, dialect).is_err(), "{program} {dialect}");
            }
        }
    }
}
