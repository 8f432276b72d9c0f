//! Each case of a `switch` that is wrong has one message, which says what to write.

use planout::{Dialect, Script};

use super::{VALID, places, script_problems};

/// The lines of the problems, each of which must say what to write.
fn lines(code: &str) -> Vec<usize> {
    let report = Script::compile("switch", code, Dialect::Planout).expect_err(code);
    let line = |found: &planout::diagnostic::Diagnostic| {
        let help = found.help.as_deref().unwrap_or_default();
        assert!(help.contains("write `if (...) { ... }`"), "{code}\n{report}");
        report.source.position(found.primary.span.start).line
    };
    report.diagnostics.iter().map(line).collect()
}

#[test]
fn each_wrong_case_has_one_message() {
    let two = "switch {
  country == \"US\" => size = uniformChoice(choices=[0, 1], unit=userid);
  country == \"JP\" => size = uniformChoice(choices=[2, 3], unit=userid);
}
x = 1;";
    assert_eq!(lines(two), [2, 3]);
    // A right one between them is not a problem.
    assert_eq!(lines("switch {\n  a => x = 1;\n  b => return true;\n  c => x = 2;\n}"), [2, 4]);
    assert_eq!(lines("switch { a => x = 1; b => x = 2; }"), [1, 1]);
    assert_eq!(lines("switch { a => x = 1, b => x = f(a=1, b=2) }"), [1, 1]);
    assert_eq!(
        lines("switch {\n  a => { x = 1; };\n  b => { x = 2; }\n  c => { x = 3; }\n}"),
        [2, 3, 4]
    );
    assert_eq!(lines("switch {\n  a -> x = 1;\n  b: x = 2;\n}"), [2, 3]);
    assert_eq!(lines("switch {\n  a => 1;\n  b => 'x';\n}"), [2, 3]);
    assert_eq!(
        lines("if (a) {\n  switch {\n    b => x = 1;\n    c => x = 2;\n  }\n}\ny = 1;"),
        [3, 4]
    );
    assert_eq!(
        lines("switch {\n  a => if (b) { switch { c => x = 1; } };\n  d => x = 2;\n}"),
        [2, 3]
    );
}

#[test]
fn cases_of_other_languages_are_known() {
    let labels = "switch {
  case 1:
    x = 1;
    break;
  case 2: { x = 2; y = 1; }
  default:
    x = 3;
}
z = 1;";
    assert_eq!(lines(labels), [2, 5, 6]);
    assert_eq!(
        lines("switch { case \"US\": x = 1; break; case 'JP': x = 2; default: x = 3; }").len(),
        3
    );
    // Here it is the whole statement.
    let head = labels.replacen("switch", "switch (country)", 1);
    assert_eq!(lines(&head), [1]);
    assert_eq!(lines("switch country {\n  case 1: x = 1;\n}"), [1]);
    assert_eq!(lines("case 1: x = 1;"), [1]);
    // These are names like all others.
    let names = "switch { case == 1 => return true; default => return false; }";
    assert!(Script::compile("names", names, Dialect::Planout).is_ok());
}

#[test]
fn a_mistake_in_a_case_is_its_own() {
    let check =
        |code: &str, expected: &[&str]| assert_eq!(script_problems(code), expected, "{code}");
    check(
        "switch {\n  f(a=1 b=2) => return true;\n  c => return ;\n}",
        &[
            "2:9 expected `,` or `)` after the argument, found `b`",
            "3:15 expected an expression, found `;`",
        ],
    );
    check(
        "switch {\n  a => return true\n  b => return false;\n}",
        &["2:19 expected `;` after the case, found the end of the line"],
    );
    check(
        "switch {\n  a == 'US => return true;\n  b == 'x' => return false;\n}",
        &["2:8 this string does not end in its line (3:8)"],
    );
    // The end of the `switch` is left out.
    check("switch {\n  a => return true;", &["2:20 expected `}` to close the block (1:8)"]);
    check(
        "switch {\n  a => return true;\nx = 1;\ny = 2;",
        &["2:20 expected `}` to close the block (1:8)"],
    );
    check("x = switch { a => 1; };", &["1:5 expected an expression, found `switch`"]);
    // Very many are not read to the end.
    let many = format!("switch {{{}}}", "a => x = 1;\n".repeat(100_000));
    assert!(script_problems(&many).len() <= 110);
    let deep = format!("{}x = 1;", "switch { a => ".repeat(100_000));
    assert!(script_problems(&deep).len() <= 110);
}

#[test]
fn cases_in_namespaces_have_their_place_there() {
    let text = VALID.replace(
        "!planout x = 0;",
        "!planout |\n      switch {\n        a => x = 1;\n        b => x = 2;\n      }",
    );
    assert_eq!(places(&text), ["11:14 P0001", "12:14 P0001"]);
}
