//! Draws of several experiments that are one number, draws by the number of the segment, and params
//! that two namespaces set.

use planout::Dialect;
use planout::catalog::Loaded;
use planout::diagnostic::{Code, Diagnostic};
use planout::lint::{self, Settings};
use planout::store::FileFormat;

use super::places;

/// A namespace with one experiment, whose script starts at 6:7.
fn namespace(header: &str, default: &str, experiment: &str, script: &str) -> String {
    format!(
        "\
namespace: {{unit: userid, segments: 100{header}}}
experiment_definitions:
  - {{definition: Default, assign: !planout \"{default}\"}}
  - definition: One
    assign: !planout |
      {script}
default_experiment: Default
experiment_sequence:
  - {{action: add, definition: One, name: {experiment}, segments: 60}}
"
    )
}

const OWN: &str = ", segment_hashing: namespace";

fn checked(namespaces: &[(&str, &str)]) -> Vec<Loaded> {
    let load = |(name, text): &(&str, &str)| {
        let bytes = text.as_bytes().to_vec();
        Loaded::new(name, Some(name), bytes, FileFormat::Yaml, Dialect::Planout4j)
    };
    let mut all: Vec<Loaded> = namespaces.iter().map(load).collect();
    lint::check(&mut all, &Settings::default());
    all
}

/// The findings of a code, as `namespace line:column: message`.
fn found(namespaces: &[(&str, &str)], code: Code) -> Vec<(String, Diagnostic)> {
    let all = checked(namespaces);
    let found = all.iter().flat_map(|loaded| {
        let found = loaded.diagnostics.iter().filter(|found| found.code == code);
        found.map(|found| {
            let place = places(&loaded.source, std::slice::from_ref(found)).concat();
            (format!("{} {place}: {}", loaded.name, found.message), found.clone())
        })
    });
    found.collect()
}

fn messages(namespaces: &[(&str, &str)], code: Code) -> Vec<String> {
    found(namespaces, code).into_iter().map(|(message, _)| message).collect()
}

fn draw(name: &str, rest: &str) -> String {
    format!("{name} = uniformChoice(choices=[1, 2], unit=userid{rest});")
}

#[test]
fn one_number_in_two_namespaces() {
    let pair = |(one, e, s): (&str, &str, &str), (other, f, t): (&str, &str, &str)| {
        let (a, b) = (namespace(OWN, "z = 0;", e, s), namespace(OWN, "w = 0;", f, t));
        messages(&[(one, &a), (other, &b)], Code::SharedNumber)
    };
    let (x, y) = (draw("x", ""), draw("y", ""));
    assert_eq!(pair(("a", "e", &x), ("b", "e", &x)), [""; 0]);
    let said = |ours: &str| format!("{ours} draws the same number here as `b.c` of `a`");
    // By dots, by a list, and by a salt.
    let expected = [said("a.b 6:11 P0705: `c` of `a.b`")];
    assert_eq!(pair(("a", "b.c", &x), ("a.b", "c", &x)), expected);
    let by_list = "y = uniformChoice(choices=[1, 2], unit=[userid], salt='x');";
    assert_eq!(pair(("a", "b.c", &x), ("a.b", "c", by_list)), expected);
    assert_eq!(pair(("a", "b.c", &x), ("a.b", "c", &y)), [""; 0]);
    // By a salt that is the same everywhere.
    let full = ", full_salt='s'";
    let found = pair(("a", "e", &draw("x", full)), ("b", "f", &draw("y", full)));
    assert_eq!(found, ["b 6:11 P0705: `f` of `b` draws the same number here as `e` of `a`"]);
    let salted = |name: &str| format!("experiment_salt = 's'; {}", draw(name, ""));
    assert_eq!(pair(("a", "e", &salted("x")), ("b", "f", &salted("x"))).len(), 1);
    assert_eq!(pair(("a", "e", &salted("x")), ("b", "f", &salted("y"))), [""; 0]);
    // Independent in fact: a remainder and an interval, and no common divisor.
    let trial = format!("y = bernoulliTrial(p=0.5, unit=userid{full});");
    assert_eq!(pair(("a", "e", &draw("x", full)), ("b", "f", &trial)), [""; 0]);
    let three = draw("y", full).replace("[1, 2]", "[1, 2, 3]");
    assert_eq!(pair(("a", "e", &draw("x", full)), ("b", "f", &three)), [""; 0]);
    // In a condition.
    let condition = format!("if (uniformChoice(choices=[0, 1], unit=userid{full})) {{ y = 1; }}");
    let found = pair(("a", "e", &draw("x", full)), ("b", "f", &condition));
    assert_eq!(found, ["b 6:11 P0705: `f` of `b` draws the same number here as `e` of `a`"]);
}

#[test]
fn the_message_has_the_table() {
    let script = |name: &str| draw(name, ", full_salt='s'");
    let (a, b) =
        (namespace(OWN, "z = 0;", "e", &script("x")), namespace(OWN, "w = 0;", "f", &script("y")));
    let found = found(&[("a", &a), ("b", &b)], Code::SharedNumber);
    let expected = "\
of units in both, with `x` of `e` of `a` as a and `y` of `f` of `b` as b:
  a \\ b      1.0      2.0
  1.0    50.00 %   0.00 %
  2.0     0.00 %  50.00 %
salts and names that are put together give one text: give the draw or the experiment another salt";
    assert_eq!(found[0].1.help.as_deref(), Some(expected));
}

#[test]
fn one_number_in_an_experiment_and_the_default() {
    let (default, script) = (draw("x", ""), draw("x", "").replace("[1, 2]", "[3, 4]"));
    let one = |experiment: &str| {
        let text = namespace(OWN, &default, experiment, &script);
        messages(&[("a", &text)], Code::SharedNumber)
    };
    let expected =
        "a 6:11 P0705: `Default` of `a` draws the same number here as the default of `a`";
    assert_eq!(one("Default"), [expected]);
    assert_eq!(one("e"), [""; 0]);
    // Two experiments of one namespace exclude one another.
    let text = namespace(OWN, "z = 0;", "e", &draw("x", ", full_salt='s'"));
    let text = format!("{text}  - {{action: add, definition: One, name: f, segments: 20}}\n");
    assert_eq!(messages(&[("a", &text)], Code::SharedNumber), [""; 0]);
}

#[test]
fn draws_by_the_number_of_the_segment() {
    let with = |header: &str, rest: &str| {
        let text = namespace(header, "x = 0;", "e", &draw("x", rest));
        messages(&[("a", &text)], Code::SegmentNumber)
    };
    let expected =
        ["a 6:11 P0706: this draws the number that decides the segments of this namespace"];
    assert_eq!(with("", ", full_salt='null.x'"), expected);
    assert_eq!(with(OWN, ", full_salt='a.segment'"), expected);
    assert_eq!(with(OWN, ", full_salt='null.x'"), [""; 0]);
    assert_eq!(with("", ", full_salt='a.segment'"), [""; 0]);
    assert_eq!(with("", ""), [""; 0]);
    // An interval says nothing of a remainder.
    let trial = "x = bernoulliTrial(p=0.5, unit=userid, full_salt='null.x');";
    let text = namespace("", "x = 0;", "e", trial);
    assert_eq!(messages(&[("a", &text)], Code::SegmentNumber), [""; 0]);
    // That of another namespace.
    let other = namespace(OWN, "y = 0;", "e", &draw("y", ", full_salt='a.segment'"));
    let text = namespace(OWN, "x = 0;", "e", &draw("x", ""));
    let expected = ["b 6:11 P0706: this draws the number that decides the segments of `a`"];
    assert_eq!(messages(&[("a", &text), ("b", &other)], Code::SegmentNumber), expected);
}

#[test]
fn params_that_two_namespaces_set() {
    let text = |name: &str| namespace(OWN, &format!("{name} = 0;"), "e", &draw(name, ""));
    let (one, other) = (text("x"), text("y"));
    assert_eq!(messages(&[("a", &one), ("b", &other)], Code::SharedParam), [""; 0]);
    assert_eq!(messages(&[("a", &text("_x")), ("b", &text("_x"))], Code::SharedParam), [""; 0]);
    let expected = "b 3:45 P0707: `x` is set here, and namespace `a` sets it, too";
    assert_eq!(messages(&[("a", &one), ("b", &one)], Code::SharedParam), [expected]);
    let third = "c 3:45 P0707: `x` is set here, and `a` and 1 more namespaces set it, too";
    let all = [("a", &*one), ("b", &*one), ("c", &*one)];
    assert_eq!(messages(&all, Code::SharedParam), [expected, third]);
    // By another unit, it is an error of thought.
    let by_session = one.replace("userid", "sessionid");
    let found = found(&[("a", &one), ("b", &by_session)], Code::SharedParam);
    let expected =
        "b 3:45 P0707: `x` is set here by `sessionid`, and namespace `a` sets it by `userid`";
    assert_eq!(found[0].0, expected);
    let help = "one person then gets two values, one for each unit, and no experiment knows which one was seen: decide for `sessionid` or `userid`, or give one of the params another name";
    assert_eq!(found[0].1.help.as_deref(), Some(help));
    // An experiment that has ended sets nothing any more.
    let ended = format!(
        "{}  - {{action: remove, name: e}}\n",
        namespace(OWN, "z = 0;", "e", &draw("x", ""))
    );
    assert_eq!(messages(&[("a", &one), ("b", &ended)], Code::SharedParam), [""; 0]);
}
