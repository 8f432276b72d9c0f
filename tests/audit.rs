//! Audits: which params are independent, and the exact joint tables of those that are not, against
//! closed forms, against counts of remainders and against evaluations.

mod command;
mod segments;

use planout::audit::{Audit, Dependent, Place, Reason, audit};
use planout::distribution::{Cell, Exact, Table};
use planout::{Dialect, Map, Namespace, NamespaceBuilder, Script, Value};

/// A namespace with hashing of its own, and one experiment on half of it.
fn namespace(name: &str, experiment: &str, code: &str) -> Namespace {
    with_unit(name, "userid", experiment, code)
}

fn with_unit(name: &str, unit: &str, experiment: &str, code: &str) -> Namespace {
    let script = |code: &str| Script::compile("test", code, Dialect::Planout).expect(code);
    NamespaceBuilder::new(name, unit, 100)
        .dialect(Dialect::Planout)
        .define("D", script(""))
        .and_then(|it| it.default_experiment("D"))
        .and_then(|it| it.define("E", script(code)))
        .and_then(|it| it.add(experiment, "E", 50))
        .and_then(NamespaceBuilder::build)
        .expect("a namespace")
}

/// What is found in one script, after the counts have been checked.
fn alone(code: &str) -> Audit {
    counted(&[namespace("ns", "e", code)])
}

fn counted(namespaces: &[Namespace]) -> Audit {
    let found = audit(namespaces, 1000);
    assert_eq!(found.pairs, found.independent + found.dependent_pairs() + found.unknown_pairs);
    assert_eq!(found.unlisted, 0);
    let leaks: Vec<f64> = found.dependent.iter().map(|found| found.leak).collect();
    assert!(leaks.is_sorted_by(|one, next| one >= next), "{leaks:?}");
    found
}

fn params(found: &Dependent) -> [&str; 2] {
    [&found.a, &found.b].map(|place| place.param.as_deref().unwrap_or("(experiment)"))
}

fn value(value: impl Into<Value>) -> Cell {
    Cell::Value(Exact(value.into()))
}

/// The cells of a table as numbers, in the order of the values.
fn cells(table: &Table) -> Vec<(f64, f64, f64)> {
    let number = |cell: &Cell| match cell {
        Cell::Value(value) => value.0.as_float().expect("a number"),
        other => panic!("{other:?}"),
    };
    let mut cells: Vec<_> =
        table.cells().map(|(row, column, share)| (number(row), number(column), share)).collect();
    cells.sort_by(|one, other| one.partial_cmp(other).expect("numbers"));
    cells
}

fn choices(name: &str, count: i64) -> String {
    let choices: Vec<String> = (0..count).map(|choice| choice.to_string()).collect();
    let choices = choices.join(", ");
    format!("{name} = uniformChoice(choices=[{choices}], unit=userid, salt='s');\n")
}

#[test]
fn remainders_of_one_number_depend_on_one_another_by_their_common_divisor() {
    for one in 2..=6 {
        for other in 2..=6 {
            let found = alone(&(choices("a", one) + &choices("b", other)));
            let product = one * other;
            let mut counts = std::collections::BTreeMap::new();
            for number in 0..product {
                *counts.entry((number % one, number % other)).or_insert(0) += 1;
            }
            let is_independent = counts.len() as i64 == product;
            assert_eq!(found.independent == 1, is_independent, "{one} and {other}");
            let Some(dependent) = found.dependent.first() else {
                continue;
            };
            let share = |count: i32| f64::from(count) / product as f64;
            let expected =
                counts.iter().map(|((a, b), count)| (*a as f64, *b as f64, share(*count)));
            for (found, expected) in cells(&dependent.table).into_iter().zip(expected.clone()) {
                assert_eq!((found.0, found.1), (expected.0, expected.1));
                assert!((found.2 - expected.2).abs() < 1e-12, "{found:?} {expected:?}");
            }
            assert_eq!(dependent.table.cells().len(), expected.count());
            // Where the first is known, the other has only every gcd-th value left.
            let divisor = product as f64 / counts.len() as f64;
            let leak = (divisor / other as f64 - 1.0 / other as f64).max(1.0 / other as f64);
            assert!((dependent.leak - leak).abs() < 1e-12, "{one} {other}: {}", dependent.leak);
            assert_eq!(dependent.reason, Reason::SameText);
        }
    }
}

#[test]
fn intervals_of_one_number_overlap_exactly() {
    let weighted = |name: &str, weights: &str| {
        format!(
            "{name} = weightedChoice(choices=[0, 1], weights={weights}, unit=userid, salt='s');"
        )
    };
    let found = alone(&(weighted("a", "[1, 3]") + &weighted("b", "[1, 1]")));
    let cells = cells(&found.dependent[0].table);
    assert_eq!(cells, [(0.0, 0.0, 0.25), (1.0, 0.0, 0.25), (1.0, 1.0, 0.5)]);
    assert_eq!(found.dependent[0].leak, 0.5);
    // A remainder says nothing of an interval.
    let found = alone(&(weighted("a", "[1, 3]") + &choices("b", 2)));
    assert_eq!((found.independent, found.dependent.len()), (1, 0));
}

#[test]
fn numbers_are_compared_by_the_parts_of_their_range() {
    let number = |name: &str| format!("{name} = randomFloat(min=0, max=8, unit=userid, salt='s');");
    let found = alone(&(number("x") + "t = bernoulliTrial(p=0.125, unit=userid, salt='s');"));
    let table = &found.dependent[0].table;
    let part = |from: f64| Cell::Range(Exact(from.into()), Exact((from + 2.0).into()));
    assert_eq!(table.share(&part(0.0), &value(1)), 0.125);
    assert_eq!(table.share(&part(0.0), &value(0)), 0.125);
    assert_eq!(table.share(&part(4.0), &value(0)), 0.25);
    assert_eq!(found.dependent[0].leak, 0.375);
    let found = alone(&(number("x") + &number("y")));
    assert_eq!(found.dependent[0].leak, 0.75);
    // In each quarter, the shares are those of all: the table proves nothing.
    let eighths =
        "t = weightedChoice(choices=[0, 1, 0, 1, 0, 1, 0, 1], weights=[1, 1, 1, 1, 1, 1, 1, 1],
        unit=userid, salt='s');";
    let found = alone(&(number("x") + eighths));
    assert_eq!((found.independent, found.unknown_pairs), (0, 1));
    assert_eq!(
        found.unknown[0].reason.to_string(),
        "it is computed from a number with too many values"
    );
}

#[test]
fn params_of_one_draw_are_told_from_those_of_one_text() {
    let derived = "group = uniformChoice(choices=['a', 'b'], unit=userid);
        if (group == 'a') { price = 9; } else { price = 12; }
        free = price == 9; other = uniformChoice(choices=[1, 2], unit=userid);";
    let found = alone(derived);
    assert_eq!((found.pairs, found.independent), (6, 3));
    assert!(found.dependent.iter().all(|it| it.reason == Reason::OneDraw && it.leak == 0.5));
    assert!(!found.has_surprise());
    assert!(alone(&(choices("a", 2) + &choices("b", 2))).has_surprise());
}

#[test]
fn a_condition_and_a_draw_by_one_number() {
    // The treatment is always on where the first trial passes.
    let code = |salt: &str| {
        format!(
            "if (bernoulliTrial(p=0.25, unit=userid, salt='s')) {{
                a = bernoulliTrial(p=0.5, unit=userid, salt='{salt}');
                b = uniformChoice(choices=[1, 2], unit=userid);
             }}"
        )
    };
    let found = alone(&code("s"));
    let table = &found.dependent[0].table;
    assert_eq!(table.share(&value(1), &value(2)), 0.125);
    assert_eq!(table.share(&Cell::Unset, &Cell::Unset), 0.75);
    assert_eq!(table.rows().len(), 2);
    let found = alone(&code("t"));
    assert_eq!(found.dependent[0].table.rows().len(), 3);
}

#[test]
fn what_inputs_decide_is_given() {
    let code = "if (country == 'DE') { a = 1; b = 1; } else { a = 2; b = 2; }";
    assert_eq!(alone(code).independent, 1);
    let code = "a = uniformChoice(choices=[1, 2], unit=userid, salt='s');
        if (country == 'DE') { b = uniformChoice(choices=[1, 2], unit=userid, salt='s'); }
        else { b = uniformChoice(choices=[1, 2], unit=userid); }
        c = country; d = uniformChoice(choices=[1, 2, 3], unit=userid, salt='s');";
    let found = alone(code);
    assert_eq!((found.pairs, found.independent), (6, 5));
    assert_eq!(params(&found.dependent[0]), ["a", "b"]);
    assert_eq!(found.dependent[0].condition.as_deref(), Some("country == 'DE'"));
    // In all cases: no condition.
    let code = "a = uniformChoice(choices=[1, 2], unit=userid, salt='s');
        if (country == 'DE') { c = 1; }
        b = uniformChoice(choices=[1, 2], unit=userid, salt='s');";
    assert_eq!(alone(code).dependent[0].condition, None);
}

#[test]
fn draws_of_two_namespaces_are_one_number_if_their_texts_are_the_same() {
    let draw = "x = uniformChoice(choices=[1, 2], unit=userid);";
    let of = |ns: &str, experiment: &str, code: &str| namespace(ns, experiment, code);
    let dependent = |one: Namespace, other: Namespace| {
        let found = counted(&[one, other]);
        assert_eq!(found.pairs, 1);
        found.dependent.first().map(|it| (it.reason, it.leak))
    };
    let same = Some((Reason::SameText, 0.5));
    assert_eq!(dependent(of("a", "e", draw), of("b", "e", draw)), None);
    // `a.b.c.x` in both.
    assert_eq!(dependent(of("a", "b.c", draw), of("a.b", "c", draw)), same);
    let by_list = "y = uniformChoice(choices=[1, 2], unit=[userid], salt='x');";
    assert_eq!(dependent(of("a", "b.c", draw), of("a.b", "c", by_list)), same);
    let full = |name: &str| {
        format!("{name} = uniformChoice(choices=[1, 2], unit=userid, full_salt='shared');")
    };
    assert_eq!(dependent(of("a", "e", &full("x")), of("b", "f", &full("y"))), same);
    let salted = |salt: &str| format!("experiment_salt = '{salt}'; {draw}");
    assert_eq!(dependent(of("a", "e", &salted("s")), of("b", "f", &salted("s"))), same);
    assert_eq!(dependent(of("a", "e", &salted("s")), of("b", "f", &salted("t"))), None);
    // Other units are other numbers.
    let by_session = full("y").replace("userid", "sessionid");
    let other = with_unit("b", "sessionid", "f", &by_session);
    assert_eq!(dependent(of("a", "e", &full("x")), other), None);
}

#[test]
fn the_default_runs_for_all_units_and_experiments_exclude_one_another() {
    let script = |code: &str| Script::compile("test", code, Dialect::Planout).expect(code);
    let draw = "x = uniformChoice(choices=[1, 2], unit=userid, full_salt='s');";
    let built = NamespaceBuilder::new("ns", "userid", 100)
        .dialect(Dialect::Planout)
        .define("D", script(draw))
        .and_then(|it| it.default_experiment("D"))
        .and_then(|it| it.add("one", "D", 50))
        .and_then(|it| it.add("two", "D", 50))
        .and_then(NamespaceBuilder::build)
        .expect("a namespace");
    let found = counted(&[built]);
    // The default with each of both, and not both with one another.
    assert_eq!((found.pairs, found.independent), (2, 0));
    let place = |it: &Place| it.experiment.clone();
    let pairs: Vec<_> = found.dependent.iter().map(|it| (place(&it.a), place(&it.b))).collect();
    assert_eq!(pairs, [(None, Some("one".into())), (None, Some("two".into()))]);
}

#[test]
fn what_is_not_known_is_never_called_independent() {
    let draw = "x = uniformChoice(choices=[1, 2], unit=userid); ";
    for (code, reason) in [
        ("y = userid;", "it depends on the value of the primary unit itself"),
        (
            "if (userid == 'me') { y = 1; } else { y = 2; }",
            "it depends on the value of the primary unit itself",
        ),
        (
            "y = uniformChoice(choices=[1, 2], unit=userid % 10);",
            "it is drawn for a unit that is computed",
        ),
        (
            "y = uniformChoice(choices=[1, 2], unit=country);",
            "it is drawn for a unit that is computed",
        ),
        (
            "y = sample(choices=[1, 2, 3], unit=userid, salt='s'); x = uniformChoice(choices=[1, 2], unit=[userid, 1], salt='s');",
            "a `sample` shares draws with another operator",
        ),
        (
            "y = uniformChoice(choices=[1, 2], unit=userid, full_salt='ns.segment');",
            "it is drawn by the number that decides the segment",
        ),
        (
            "y = uniformChoice(choices=[1, 2], unit=[userid, country], salt='x'); x = uniformChoice(choices=[1, 2], unit=[userid, 'DE'], salt='x');",
            "two of its draws are the same for some inputs",
        ),
    ] {
        let found = alone(&(draw.to_owned() + code));
        assert_eq!((found.pairs, found.independent, found.dependent.len()), (1, 0, 0), "{code}");
        assert_eq!(found.unknown[0].reason.to_string(), reason, "{code}");
    }
    // An override for one unit that changes nothing.
    let code = "if (userid == 'me') { y = 1; } else { y = 1; }";
    assert_eq!(alone(&(draw.to_owned() + code)).independent, 1);
    // The same text for some inputs, in two namespaces.
    let by = |unit: &str| format!("x = uniformChoice(choices=[1, 2], unit={unit}, full_salt='s');");
    let pair = |one: &str, other: &str| {
        counted(&[namespace("a", "e", &by(one)), namespace("b", "e", &by(other))])
    };
    assert_eq!(pair("[userid, country]", "[userid, 'DE']").unknown_pairs, 1);
    assert_eq!(pair("[userid, country]", "['DE', userid]").independent, 1);
    assert_eq!(pair("[userid, country]", "[userid, country]").dependent.len(), 1);
}

#[test]
fn tables_are_what_evaluations_give() {
    const UNITS: usize = 20_000;
    let code =
        "a = weightedChoice(choices=['x', 'y', 'z'], weights=[2, 3, 5], unit=userid, salt='s');
        if (a == 'y') { b = bernoulliTrial(p=0.6, unit=userid, salt='s'); }
        c = uniformChoice(choices=[0, 1, 2, 3], unit=userid, salt='t');
        d = randomInteger(min=1, max=6, unit=userid, salt='t') + c;
        e = bernoulliFilter(choices=[1, 2], p=0.3, unit=userid);";
    let script = Script::compile("test", code, Dialect::Planout).expect(code);
    let answers: Vec<Map> = (0..UNITS)
        .map(|unit| {
            let inputs = Map::from_iter([("userid".to_owned(), Value::from(unit.to_string()))]);
            script.evaluate("ns.e", &inputs).expect("params").params.into_map()
        })
        .collect();
    let found = alone(code);
    assert_eq!((found.pairs, found.dependent.len(), found.unknown_pairs), (10, 2, 0));
    for dependent in &found.dependent {
        let [a, b] = params(dependent);
        let cell = |answer: &Map, param: &str| {
            answer.get(param).map_or(Cell::Unset, |found| value(found.clone()))
        };
        for (row, column, share) in dependent.table.cells() {
            let is_it = |answer: &&Map| cell(answer, a) == *row && cell(answer, b) == *column;
            let count = answers.iter().filter(is_it).count() as f64;
            let expected = share * UNITS as f64;
            let sd = (expected * (1.0 - share)).sqrt();
            assert!((count - expected).abs() <= 5.0 * sd, "{a} {b} {row:?} {column:?}: {count}");
        }
        let total: f64 = dependent.table.cells().map(|(_, _, share)| share).sum();
        assert!((total - 1.0).abs() < 1e-12);
    }
}

#[test]
fn what_takes_too_long_is_not_known() {
    // A text that all of 1,100 params share: 604,450 pairs.
    let code: String = (0..1_100)
        .map(|param| format!("p{param} = uniformChoice(choices=[1, 2], unit=userid, salt='s');\n"))
        .collect();
    let found = counted(&[namespace("a", "e", &code)]);
    assert_eq!((found.pairs, found.unknown_pairs), (604_450, 604_450));
    let reason = "there are too many pairs to compare all of them";
    assert_eq!(found.unknown[0].reason.to_string(), reason);
}
