//! A bracket without a partner is named itself, and not the place where the parser stops.

use super::{VALID, places, script_problems};

fn check(code: &str, expected: &str) {
    assert_eq!(script_problems(code), [expected], "{code}");
}

#[test]
fn a_bracket_too_many_is_the_one_without_a_partner() {
    // The call ends early, and its last argument is left over.
    check("x = randomInteger(min=0, max=10), unit=userid);", "1:46 a `)` without a `(` (1:32)");
    check("x = f(a=[1, 2]), unit=u);\ny = 1;", "1:24 a `)` without a `(` (1:15)");
    check("x = f(\n  a=1),\n  unit=u);\ny = 1;", "3:9 a `)` without a `(` (2:6)");
    check("x = [1, 2], 3];", "1:14 a `]` without a `[` (1:10)");
    check("if (f(a=1), b=2)) { x = 1; }", "1:17 a `)` without a `(` (1:10)");
    // One stands where nothing is open, or nothing of its kind.
    check("x = (1 + 2)); y = 1;", "1:12 a `)` without a `(`");
    check("x = [1, 2]]; y = 1;", "1:11 a `]` without a `[`");
    check("x = @[1, 2]]; y = 1;", "1:12 a `]` without a `[`");
    check("x = a[0]]; y = 1;", "1:9 a `]` without a `[`");
    check("x = 1 ]; y = 1;", "1:7 a `]` without a `[`");
    check("x = f(a=[1, 2]], unit=u);", "1:15 a `]` without a `[`");
    check("x = f(a=[1, 2)], unit=u);", "1:14 a `)` without a `(`");
    check("if (a)) { x = 1; }\ny = 1;", "1:7 a `)` without a `(`");
    check("if (a) { x = 1); } y = 2;", "1:15 a `)` without a `(`");
    check("if (a) { x = 1; })\ny = 2;", "1:18 a `)` without a `(`");
    check("x = 1;)\ny = 2;", "1:7 a `)` without a `(`");
    check("x = 1;);\ny = 2;", "1:7 a `)` without a `(`");
    check("]\nx = 1;", "1:1 a `]` without a `[`");
    check("return true);", "1:12 a `)` without a `(`");
    // A brace.
    check("x = 1 };\ny = 2;", "1:7 a `}` without a `{`");
    check("x = {a = 1;}}; y = 2;", "1:13 a `}` without a `{`");
    check("x = @{\"a\": 1}}; y = 2;", "1:14 a `}` without a `{`");
    check("if (b) { x = @{\"a\": 1}}; y = 2; }", "1:23 a `}` without a `{`");
    check("x = f(a=1}, b=2);", "1:10 a `}` without a `{`");
}

#[test]
fn a_bracket_of_another_kind_is_said_with_the_one_that_it_should_close() {
    check("x = [1, 2);", "1:10 expected `]` to close the `[`, found `)` (1:5)");
    check("x = f(a=1];", "1:10 expected `)` to close the `(`, found `]` (1:6)");
    check("x = f(a=[1, 2), unit=u);", "1:14 expected `]` to close the `[`, found `)` (1:9)");
    check("x = f(g(1, 2], b=3);", "1:13 expected `)` to close the `(`, found `]` (1:8)");
    check("x = [1, 2};\ny = 1;", "1:10 expected `]` to close the `[`, found `}` (1:5)");
    // Parentheses make no list.
    check("x = (1, 2);", "1:7 expected `)` to close the parenthesis, found `,`");
    // What lacks one is as before.
    check("x = f(a=[1, 2], unit=u;", "1:23 expected `,` or `)` after the argument, found `;`");
    check("if ((a) { x = 1; }", "1:9 expected `)` after the condition, found `{`");
    check("if (a) { x = [1, 2 }", "1:20 expected `,` or `]` in the list, found `}`");
}

#[test]
fn brackets_of_a_script_in_yaml_have_their_place_there() {
    let text = VALID.replace("[1, 2], unit", "[1, 2]), unit");
    assert_eq!(places(&text), ["7:53 P0001"]);
    let text = VALID.replace("x = 0;", "\"x = [0]]; y = ;\"");
    assert_eq!(places(&text), ["9:30 P0001", "9:37 P0001"]);
}
