//! What an observer of an evaluation sees, on the golden scripts.

use planout::eval::{ObservedDraw, Observer};
use planout::source::Span;
use planout::tree::Node;
use planout::wire::{Form, Operator};
use planout::{Dialect, Map, Script, Value};
use sha1::{Digest, Sha1};

use crate::support::{get, golden, map, text};

/// A draw that was seen.
struct Drawn {
    operator: &'static str,
    text: String,
    value: Value,
    place: Span,
}

/// All that happened, in order.
#[derive(Default)]
struct Log {
    sets: Vec<(String, Value)>,
    draws: Vec<Drawn>,
    decisions: Vec<bool>,
    returned: Option<bool>,
    places: Vec<Span>,
}

impl Observer for Log {
    fn draws(&mut self, draw: &ObservedDraw<'_>) {
        let ObservedDraw { operator, text, value, place } = *draw;
        self.draws.push(Drawn { operator, text: text.to_owned(), value: value.clone(), place });
        self.places.push(place);
    }

    fn decides(&mut self, holds: bool, place: Span) {
        self.decisions.push(holds);
        self.places.push(place);
    }

    fn sets(&mut self, variable: &str, value: &Value, place: Span) {
        self.sets.push((variable.to_owned(), value.clone()));
        self.places.push(place);
    }

    fn returns(&mut self, in_experiment: bool, place: Span) {
        self.returned = Some(in_experiment);
        self.places.push(place);
    }
}

/// The first 60 bits of the hash of a text (PlanOut, `ops/random.py`).
fn number(text: &str) -> u64 {
    let digest = Sha1::digest(text);
    u64::from_be_bytes(digest[..8].try_into().expect("8 bytes")) >> 4
}

fn script(row: &Node) -> Script {
    let dialect: Dialect = text(row, "dialect").parse().expect("a dialect");
    match get(row, "script") {
        Some(script) => Script::from_node(script.clone(), dialect).map_err(|e| e.message),
        None => Script::compile("row", text(row, "dsl"), dialect).map_err(|e| e.to_string()),
    }
    .expect("a golden script")
}

#[test]
fn who_watches_changes_nothing_and_can_follow_the_draws() {
    let (mut chosen, mut tossed) = (0, 0);
    for row in golden("eval.jsonl") {
        let script = script(&row);
        let (inputs, overrides) = (map(&row, "inputs"), map(&row, "overrides"));
        let salt = text(&row, "salt");
        let plain = script.evaluate_with(salt, &inputs, &overrides);
        let mut log = Log::default();
        let watched = script.observe(salt, &inputs, &overrides, &mut log);
        let (plain, watched) = match (plain, watched) {
            (Ok(plain), Ok(watched)) => (plain, watched),
            (Err(plain), Err(watched)) => {
                assert_eq!(plain.to_string(), watched.to_string());
                continue;
            }
            (plain, watched) => panic!("{plain:?} and {watched:?}"),
        };
        assert_eq!(plain.params.to_map(), watched.params.to_map());
        assert_eq!(plain.in_experiment, watched.in_experiment);
        assert_eq!(log.returned.unwrap_or(true), plain.in_experiment);
        // The last value that a variable was given is that of the param.
        for (name, value) in plain.params.iter() {
            let last = log.sets.iter().rev().find(|(set, _)| set == name);
            let is_other = overrides.contains_key(name) || name == "experiment_salt";
            assert!(is_other || last.is_some_and(|(_, last)| last == value), "{name}");
        }
        for Drawn { operator, text, value, place } in &log.draws {
            let call = call_at(script.json(), operator, *place).expect("the place of a call");
            match *operator {
                "uniformChoice" => {
                    let Some(choices) = constants(call.argument("choices")) else { continue };
                    let choice = number(text) % choices.len() as u64;
                    assert_eq!(value, &choices[choice as usize], "{text}");
                    chosen += 1;
                }
                "bernoulliTrial" => {
                    let Some(p) = call.argument("p").and_then(|p| Value::try_from(p).ok()) else {
                        continue;
                    };
                    let Some(p) = p.as_float() else { continue };
                    // The double that 60 bits come to in the unit interval.
                    let drawn = number(text) as f64 / 0xFFF_FFFF_FFFF_FFFF_u64 as f64;
                    assert_eq!(value.is_true(), drawn <= p, "{text}");
                    tossed += 1;
                }
                _ => {}
            }
        }
    }
    assert!(chosen > 100 && tossed > 100, "{chosen} choices, {tossed} trials");
}

/// The call that stands at a place.
fn call_at<'a>(root: &'a Node, operator: &str, place: Span) -> Option<Operator<'a>> {
    let mut nodes = vec![root];
    while let Some(node) = nodes.pop() {
        let call = Operator::of(node).filter(|it| it.name() == operator && node.span == place);
        if call.is_some() {
            return call;
        }
        nodes.extend(Form::of(node).parts());
    }
    None
}

/// The elements of a list of constants.
fn constants(node: Option<&Node>) -> Option<Vec<Value>> {
    let array = Operator::of(node?).filter(|it| it.name() == "array")?;
    let is_data = |node: &&Node| Operator::of(node).is_none();
    let values = array.list("values").iter().filter(is_data);
    let values: Vec<_> = values.filter_map(|node| Value::try_from(node).ok()).collect();
    (values.len() == array.list("values").len()).then_some(values)
}

#[test]
fn each_event_has_its_place() {
    let code = "if (u == 'me') {\n  x = uniformChoice(choices=['a', 'b', 'c'], unit=u);\n}\n\
                y = sample(choices=[1, 2, 3], unit=[u, x]);\nreturn x == 'a';\n";
    for dialect in [Dialect::Planout4j, Dialect::Planout] {
        let script = Script::compile("x", code, dialect).expect("a script");
        let inputs = Map::from_iter([("u".to_owned(), Value::from("me"))]);
        let mut log = Log::default();
        script.observe("s", &inputs, &Map::new(), &mut log).expect("params");
        let x = log.sets[0].1.clone();
        let choice = ["a", "b", "c"][(number("s.x.me") % 3) as usize];
        assert_eq!(x, Value::from(choice));
        let texts: Vec<_> = log.draws.iter().map(|draw| draw.text.as_str()).collect();
        assert_eq!(texts, ["s.x.me".to_owned(), format!("s.y.me.{choice}")]);
        assert_eq!((log.decisions, log.returned), (vec![true], Some(choice == "a")));
        let shown: Vec<_> = log
            .places
            .iter()
            .map(|place| &code[place.start as usize..place.end as usize])
            .collect();
        let draw = "uniformChoice(choices=['a', 'b', 'c'], unit=u)";
        let sample = "sample(choices=[1, 2, 3], unit=[u, x])";
        assert_eq!(shown[..2], ["u == 'me'", draw]);
        assert!(shown[2].starts_with("x = ") && shown[3] == sample, "{shown:?}");
        assert!(shown[5].starts_with("return x"), "{shown:?}");
    }
}
