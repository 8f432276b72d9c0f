//! Typographic quotes: fine within a string, and a message where they stand for straight ones.

use planout::{Dialect, Script};

use super::{VALID, places, script_problems};

fn is_valid(code: &str) -> bool {
    Script::compile("quotes", code, Dialect::Planout4j).is_ok()
}

#[test]
fn in_a_string_every_character_may_stand() {
    for code in [
        "x = \"it’s\";",
        "x = '“x”';",
        "x = \"a “b” c\";",
        "x = \"“\"; y = '”';",
        "x = \"‘a’, ‘b’\"; y = \"c\";",
        "x = 'a `b` c';",
        "x = @[\"«a»\"];",
        "x = 1; # it’s “x”",
    ] {
        assert!(is_valid(code), "{code}");
    }
}

#[test]
fn a_string_between_typographic_quotes_is_one_mistake() {
    let typographic = "a string cannot stand in typographic quotes";
    for (code, place) in [
        ("x = “x”;", "1:5"),
        ("x = ‘x’;", "1:5"),
        ("x = „x“;", "1:5"),
        ("x = «x»;", "1:5"),
        ("x = ”x”;", "1:5"),
        ("x = “red\"; y = 1;", "1:5"),
        ("x = “”;", "1:5"),
        ("if (a == “x”) { y = 1; }", "1:10"),
        ("x = m[“a”];", "1:7"),
        ("x = @{“a”: 1};", "1:7"),
        ("x = f(choices=[“a”, “b”], unit=u);", "1:16"),
        // What stands in it is not read: no quote in it begins a string, no `;` ends the statement.
        ("x = “it's”; y = 1;", "1:5"),
        ("x = “it’s”; y = 1;", "1:5"),
        ("x = “a; b”; y = 1;", "1:5"),
        ("x = “a # b”; y = 1;", "1:5"),
        ("x = “a \"b\" c”; y = 1;", "1:5"),
    ] {
        assert_eq!(script_problems(code), [format!("{place} {typographic}")], "{code}");
    }
    assert_eq!(script_problems("x = `a`;"), ["1:5 a string cannot stand in backticks"]);
    // Each statement has its own.
    let two = script_problems("x = “a”; y = ‘b’;");
    assert_eq!(two, [format!("1:5 {typographic}"), format!("1:14 {typographic}")]);
    let two = script_problems("x = “a;\ny = “b”;");
    assert_eq!(two, ["1:5 unexpected character `“`".to_owned(), format!("2:5 {typographic}")]);
}

#[test]
fn a_typographic_quote_ends_no_string() {
    let check =
        |code: &str, expected: &str| assert_eq!(script_problems(code), [expected], "{code}");
    check("x = \"red”;", "1:9 `”` does not end a string that begins with `\"` (1:5)");
    check(
        "x = \"red”;\ny = \"blue\";",
        "1:9 `”` does not end a string that begins with `\"` (1:5)",
    );
    check("x = 'red’;\ny = 'blue';", "1:9 `’` does not end a string that begins with `'` (1:5)");
    check("x = \"red”; y = \"blue\";", "1:9 `”` does not end a string that begins with `\"` (1:5)");
    check(
        "x = [\"a”, \"b\"];\ny = 1;",
        "1:8 `”` does not end a string that begins with `\"` (1:6)",
    );
    // This one is a part of the text.
    check("x = \"it’s a deal;\ny = 1;", "1:5 this string does not end");
}

#[test]
fn other_characters_of_word_processors_are_known() {
    for (code, expected) in [
        ("x = a – b;", "write `-`"),
        ("x = a − b;", "write `-`"),
        ("x = a × b;", "write `*`"),
        ("x = a ≠ b;", "write `!=`"),
        ("x = a ≤ b;", "write `<=`"),
        ("x = it’s;", "write straight quotes"),
    ] {
        let report = Script::compile("habit", code, Dialect::Planout).expect_err(code);
        assert_eq!(report.diagnostics.len(), 1, "{code}: {report}");
        let help = report.diagnostics[0].help.as_deref().unwrap_or_default();
        assert!(help.contains(expected), "{code}: {help}");
    }
}

#[test]
fn quotes_within_the_quotes_of_yaml_have_their_place_there() {
    let with =
        |script: &str| places(&VALID.replace("!planout x = 0;", &format!("!planout {script}")));
    assert_eq!(with("\"x = “a”;\""), ["9:27 P0002"]);
    assert_eq!(with("'x = “it''s”; y = ;'"), ["9:27 P0002", "9:40 P0001"]);
    assert_eq!(with("\"x = '“a”';\""), [""; 0]);
    // A line that YAML folds into one is a line all the same.
    assert_eq!(with(">\n      x = “a;\n      y = b”;"), ["10:11 P0002", "11:12 P0002"]);
}
