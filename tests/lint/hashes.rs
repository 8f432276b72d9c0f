//! Draws of one script that come from one hash: what depends on what, and what does not.

use planout::Dialect::{self, Planout, Planout4j};
use planout::diagnostic::Diagnostic;
use planout::lint::{self, Settings};
use planout::source::SourceText;

use super::{around, in_script, in_yaml};

fn check(code: &str) -> Vec<String> {
    let found = in_script(code, Planout4j);
    assert_eq!(found, in_script(code, Planout), "{code}");
    found
}

fn diagnostics(code: &str, dialect: Dialect) -> Vec<Diagnostic> {
    lint::check_script(&SourceText::new("x.planout", code), dialect, &Settings::default())
}

#[test]
fn params_from_one_hash() {
    let draw = |name: &str, rest: &str| format!("{name} = bernoulliTrial(p=0.5, {rest});\n");
    let correlated = |statements: &[String]| check(&statements.concat());
    let a = draw("a", "unit=u, salt='s'");
    let b = draw("b", "unit=u, salt='s'");
    assert_eq!(correlated(&[a.clone(), b.clone()]), ["2:40 P0501"]);
    // One message for each param but the first.
    let three = [a.clone(), b.clone(), draw("c", "salt='s', unit=u")];
    assert_eq!(correlated(&three), ["2:40 P0501", "3:32 P0501"]);
    // The name of a variable is a salt too, and a list of one has the text of its element.
    assert_eq!(correlated(&[draw("s", "unit=u"), a.clone()]), ["2:40 P0501"]);
    assert_eq!(correlated(&[a.clone(), draw("b", "unit=[u], salt='s'")]), ["2:42 P0501"]);
    // A full salt counts in place of the other.
    let full = |name| draw(name, "unit=u, full_salt='s'");
    assert_eq!(correlated(&[full("a"), full("b")]), ["2:45 P0501"]);
    assert_eq!(correlated(&[a.clone(), full("b")]), [""; 0]);
    // Other salts, other units, the same variable, branches of which one is taken.
    assert_eq!(correlated(&[a.clone(), draw("b", "unit=u, salt='t'")]), [""; 0]);
    assert_eq!(correlated(&[a.clone(), draw("b", "unit=v, salt='s'")]), [""; 0]);
    assert_eq!(correlated(&[draw("a", "unit=u"), draw("b", "unit=u")]), [""; 0]);
    assert_eq!(correlated(&[a.clone(), a.clone()]), [""; 0]);
    let branches = format!("if (c) {{ {a} }} else {{ {b} }}");
    assert_eq!(correlated(&[branches]), [""; 0]);
    let inside = format!("{a}if (c) {{ {b} }}");
    assert_eq!(correlated(&[inside]), ["2:49 P0501"]);
    // The experiment salt or the unit is another in between.
    let salted = "experiment_salt = 'other';\n".to_owned();
    assert_eq!(correlated(&[a.clone(), salted, b.clone()]), [""; 0]);
    let set = |unit: &str| format!("u = {unit};\n");
    assert_eq!(correlated(&[set("v"), a.clone(), b.clone()]), ["3:40 P0501"]);
    assert_eq!(correlated(&[set("v"), a, set("w"), b]), [""; 0]);
}

#[test]
fn only_dependent_draws_are_reported() {
    let same = |one: &str, other: &str| {
        check(&format!("a = {one}, unit=u, salt='s');\nb = {other}, unit=u, salt='s');"))
    };
    let is_said = |one: &str, other: &str| {
        let found = [same(one, other), same(other, one)].map(|found| !found.is_empty());
        assert_eq!(found[0], found[1], "{one} {other}");
        found[0]
    };
    let (two, three, four) = (
        "uniformChoice(choices=[1, 2]",
        "uniformChoice(choices=[1, 2, 3]",
        "randomInteger(min=1, max=4",
    );
    let (half, weighted, filter) = (
        "bernoulliTrial(p=0.5",
        "weightedChoice(choices=[1, 2], weights=[1, 9]",
        "bernoulliFilter(choices=[1], p=0.5",
    );
    assert!(is_said(two, two) && is_said(two, four) && is_said(half, weighted));
    assert!(is_said("randomFloat(min=0, max=1", half));
    assert!(is_said(half, "randomFloat(min=-5, max=5"));
    // No common divisor, a remainder and an interval, and other texts.
    assert!(!is_said(two, three) && !is_said(three, four));
    assert!(!is_said(two, half) && !is_said(four, weighted));
    assert!(!is_said(filter, half));
    // A trial without chance says nothing.
    let certain = same("bernoulliTrial(p=1", half);
    assert!(certain.iter().all(|found| !found.contains("P0501")), "{certain:?}");
    // What is not known is said: the choices are an input.
    assert!(is_said("uniformChoice(choices=c", two));
}

#[test]
fn the_message_has_the_table() {
    let code = "a = uniformChoice(choices=['x', 'y'], unit=u, salt='s');\n\
                b = uniformChoice(choices=[1, 2, 3, 4], unit=u, salt='s');";
    let found = diagnostics(code, Planout);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].message, "`b` is drawn by the same hash as `a`");
    let expected = "\
the shares of all numbers, with `a` as a and `b` as b:
  a \\ b        1        3        2        4
  \"x\"    25.00 %  25.00 %   0.00 %   0.00 %
  \"y\"     0.00 %   0.00 %  25.00 %  25.00 %
leave out `salt`, and the name of the variable is the salt";
    assert_eq!(found[0].help.as_deref(), Some(expected));
    let code = code.replace("[1, 2, 3, 4]", "c");
    let help = diagnostics(&code, Planout)[0].help.clone().expect("help");
    let expected = "how far they depend on one another is not known: ";
    assert!(help.starts_with(expected), "{help}");
}

#[test]
fn a_condition_and_a_draw_from_one_hash() {
    let trial = |p: &str, salt: &str| format!("bernoulliTrial(p={p}, unit=userid, salt='{salt}')");
    let code = format!("if ({}) {{\n  x = {};\n}}", trial("0.25", "s"), trial("0.5", "s"));
    assert_eq!(check(&code), ["2:47 P0512"]);
    let found = diagnostics(&code, Planout);
    let message = "a condition and `x` are drawn by the same hash";
    assert_eq!(found[0].message, message);
    let expected = "\
the shares of all numbers, with the condition's `bernoulliTrial` as a and `x` as b:
  a \\ b        1        0
  1      25.00 %   0.00 %
  0      25.00 %  50.00 %
leave out `salt`, and the name of the variable is the salt";
    assert_eq!(found[0].help.as_deref(), Some(expected));
    // Through a variable, it is a param.
    let named = format!("on = {};\nif (on) {{ x = {}; }}", trial("0.25", "s"), trial("0.5", "s"));
    assert_eq!(check(&named), ["2:55 P0501"]);
    // The draw first, and a condition by its number after it.
    let after = format!("x = {};\nif ({}) {{ y = 1; }}", trial("0.5", "s"), trial("0.1", "s"));
    assert_eq!(check(&after), ["2:45 P0512"]);
    // A condition in a condition, which is always or never true.
    let inner = format!("if ({}) {{ if ({}) {{ x = 1; }} }}", trial("0.5", "s"), trial("0.2", "s"));
    assert_eq!(check(&inner), ["1:97 P0512"]);
    for sound in [
        // Another salt, an independent remainder, the same coin twice, and branches that exclude
        // each other.
        format!("if ({}) {{ x = {}; }}", trial("0.25", "s"), trial("0.5", "t")),
        format!(
            "if ({}) {{ x = uniformChoice(choices=[1, 2], unit=userid, salt='s'); }}",
            trial("0.25", "s")
        ),
        format!("if ({0}) {{ x = 1; }} if ({0}) {{ y = 1; }}", trial("0.25", "s")),
        format!(
            "if (c) {{ if ({}) {{ x = 1; }} }} else {{ x = {}; }}",
            trial("0.25", "s"),
            trial("0.5", "s")
        ),
    ] {
        assert_eq!(check(&sound), [""; 0], "{sound}");
    }
}

#[test]
fn in_a_namespace_the_primary_unit_is_drawn_by() {
    let same = "a = bernoulliTrial(p=0.5, unit=[userid, 'b'], salt='s');\n\
                b = bernoulliTrial(p=0.5, unit=userid, salt='s');\n\
                c = bernoulliTrial(p=0.5, unit=[userid], full_salt='s');";
    assert_eq!(in_yaml(&around(same)), [""; 0]);
    // The same text by a list and by a salt with a dot.
    let dotted = "a = bernoulliTrial(p=0.5, unit=['x', userid], salt='s');\n\
                  b = bernoulliTrial(p=0.5, unit=userid, salt='s.x');";
    assert_eq!(in_yaml(&around(dotted)), ["6:51 P0501"]);
}
