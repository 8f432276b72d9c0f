//! The units by which params are drawn.

use planout::power::drawn_by;
use planout::{Dialect, Script};

#[track_caller]
fn check(code: &str, expected: &[&[&str]]) {
    let script = Script::compile("test", code, Dialect::Planout).expect(code);
    let found = drawn_by(&script, "x");
    let found: Vec<Vec<&str>> =
        found.iter().map(|unit| unit.iter().map(String::as_str).collect()).collect();
    assert_eq!(found, expected, "{code}");
}

#[test]
fn units_are_followed_through_variables_and_conditions() {
    check("x = uniformChoice(choices=[1, 2], unit=userid);", &[&["userid"]]);
    check("x = uniformChoice(choices=[1, 2], unit=[userid, page]);", &[&["page", "userid"]]);
    check("u = [page]; x = bernoulliTrial(p=0.5, unit=u);", &[&["page"]]);
    // Other params do not count.
    check(
        "y = bernoulliTrial(p=0.5, unit=page); x = bernoulliTrial(p=0.5, unit=userid);",
        &[&["userid"]],
    );
    // What a param is computed from does.
    check("y = bernoulliTrial(p=0.5, unit=page); x = y + 1;", &[&["page"]]);
    check(
        "y = bernoulliTrial(p=0.5, unit=page); if (y) { x = bernoulliTrial(p=0.5, unit=userid); }",
        &[&["page"], &["userid"]],
    );
    check(
        "y = bernoulliTrial(p=0.5, unit=page);
         if (userid == 1) { x = 0; } else if (y) { x = 1; } else { x = 2; }",
        &[&["page"]],
    );
    check("y = bernoulliTrial(p=0.5, unit=page); if (userid == 1) { x = 1; } else { z = y; }", &[]);
    // A return decides who is in the experiment.
    check(
        "if (bernoulliTrial(p=0.5, unit=page)) { return false; } x = bernoulliTrial(p=0.5, unit=userid);",
        &[&["page"], &["userid"]],
    );
    // Weights may be drawn.
    check(
        "p = randomFloat(min=0, max=1, unit=page); x = bernoulliTrial(p=p, unit=userid);",
        &[&["page"], &["userid"]],
    );
    // A unit that is a constant is nobody's.
    check("x = bernoulliTrial(p=0.5, unit='all');", &[]);
    check("x = 1;", &[]);
    check("y = 1;", &[]);
}
