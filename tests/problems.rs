//! What is wrong with a namespace is said at its place: all of it, in one run.

mod brackets;
mod documents;
mod quotes;
mod switch;

use planout::catalog::Loaded;
use planout::source::Span;
use planout::store::FileFormat;
use planout::tree::{Layout, to_json};
use planout::{Dialect, Map, Script, Value};

const VALID: &str = "\
namespace:
  unit: userid
  segments: 100
experiment_definitions:
  - definition: One
    assign: !planout |
      x = uniformChoice(choices=[1, 2], unit=userid);
  - definition: Two
    assign: !planout x = 0;
default_experiment: Two
experiment_sequence:
  - action: add
    name: a
    definition: One
    segments: 40
  - action: remove
    name: a
";

/// The problems of a namespace, as `line:column code`.
fn places(text: &str) -> Vec<String> {
    report(text)
        .lines()
        .map(|line| {
            let mut parts = line.splitn(5, ':');
            let (_, line, column) = (parts.next(), parts.next(), parts.next());
            let code = parts.next().and_then(|it| it.split(['[', ']']).nth(1));
            format!(
                "{}:{} {}",
                line.expect("a line"),
                column.expect("a column"),
                code.expect("a code")
            )
        })
        .collect()
}

fn report(text: &str) -> String {
    load(text.as_bytes()).report().to_string()
}

fn load(bytes: &[u8]) -> Loaded {
    Loaded::new("x.yaml", Some("x"), bytes.to_vec(), FileFormat::Yaml, Dialect::Planout4j)
}

/// The problems of the valid namespace with something replaced.
fn changed(from: &str, to: &str) -> Vec<String> {
    assert!(VALID.contains(from), "{from}");
    places(&VALID.replacen(from, to, 1))
}

#[test]
fn the_valid_one_is_valid() {
    assert_eq!(report(VALID), "");
    assert_eq!(report(&VALID.replace('\n', "\r\n")), "");
    assert_eq!(report(&format!("\u{feff}{VALID}")), "");
    assert_eq!(changed("experiment_sequence:", "experiment_sequence: []\nx:"), [""; 0]);
    assert_eq!(changed("experiment_sequence:", "experiment_sequence:\nx:"), [""; 0]);
    assert_eq!(
        changed("segments: 100", "segments: 100\n  salt: 42\n  owner: {a: [1, 2]}"),
        [""; 0]
    );
}

#[test]
fn missing_keys_are_reported_at_the_first_key_of_their_mapping_or_a_misspelt_one() {
    assert_eq!(changed("  unit: userid\n", ""), ["2:3 P0200"]);
    assert_eq!(changed("  segments: 100\n", ""), ["2:3 P0200"]);
    assert_eq!(changed("namespace:", "nemespace:"), ["1:1 P0200"]);
    assert_eq!(changed("default_experiment: Two\n", ""), ["1:1 P0200"]);
    assert_eq!(changed("experiment_sequence:", "sequence:"), ["1:1 P0200"]);
    assert_eq!(changed("experiment_definitions:", "definitions:"), ["1:1 P0200"]);
    assert_eq!(changed("    definition: One\n", ""), ["12:5 P0200"]);
    assert_eq!(changed("    name: a\n", ""), ["12:5 P0200"]);
    assert_eq!(changed("    segments: 40\n", ""), ["12:5 P0200"]);
    assert_eq!(changed("action: remove", "acton: remove"), ["16:5 P0200"]);
    assert_eq!(changed("segments: 100", "segement: 100"), ["3:3 P0200"]);
    let loaded = load(VALID.replacen("segments: 100", "segement: 100", 1).as_bytes());
    let problem = &loaded.diagnostics[0];
    assert_eq!(problem.message, "missing key `segments`");
    assert_eq!(problem.primary.text, "is this meant to be `segments`?");
}

#[test]
fn values_of_the_wrong_type_are_reported_at_the_value() {
    assert_eq!(changed("unit: userid", "unit: 7"), ["2:9 P0201"]);
    assert_eq!(changed("unit: userid", "unit: ''"), ["2:9 P0202"]);
    assert_eq!(changed("unit: userid", "unit:"), ["2:3 P0202"]);
    assert_eq!(changed("unit: userid", "unit: [a]"), ["2:9 P0201"]);
    assert_eq!(changed("unit: userid", "unit: userid\n  name: 5"), ["3:9 P0201"]);
    assert_eq!(changed("unit: userid", "unit: userid\n  salt: [1]"), ["3:9 P0201"]);
    assert_eq!(changed("unit: userid", "unit: userid\n  salt: 2024-01-01"), ["3:9 P0123"]);
    assert_eq!(changed("segments: 100", "segments: '100'"), ["3:13 P0201"]);
    assert_eq!(changed("segments: 100", "segments: 1.5"), ["3:13 P0203"]);
    assert_eq!(changed("segments: 100", "segments: 0"), ["3:13 P0203"]);
    assert_eq!(changed("segments: 100", "segments: -5"), ["3:13 P0203"]);
    assert_eq!(changed("segments: 100", "segments: 10000001"), ["3:13 P0204"]);
    assert_eq!(changed("segments: 100", "segments: 10000000000"), ["3:13 P0204"]);
    assert_eq!(changed("segments: 100", "segments: 99999999999999999999"), ["3:13 P0204"]);
    assert_eq!(changed("segments: 40", "segments: 0"), ["15:15 P0203"]);
    assert_eq!(changed("default_experiment: Two", "default_experiment: {}"), ["10:21 P0201"]);
    assert_eq!(changed("  - action: remove\n    name: a\n", "  - remove a\n"), ["16:5 P0201"]);
    assert_eq!(changed("!planout x = 0;", "x = 0;"), ["9:5 P0201"]);
    assert_eq!(changed("!planout x = 0;", "{a: b}"), ["9:13 P0220"]);
    assert_eq!(changed("!planout x = 0;", "7"), ["9:13 P0201"]);
    assert_eq!(changed("!planout x = 0;", "!planout [x]"), ["9:13 P0122"]);
    assert_eq!(changed("!planout x = 0;", "!planet x"), ["9:13 P0122"]);
    assert_eq!(changed("!planout x = 0;", ""), ["9:5 P0202"]);
    assert_eq!(changed("segments: 100", "segments: .inf"), ["3:13 P0004"]);
    assert_eq!(changed("segments: 100", "segments: *none"), ["3:13 P0126"]);
    assert_eq!(changed("unit: userid", "unit: 2024-01-01"), ["2:9 P0123"]);
    assert_eq!(places("- a\n"), ["1:1 P0201"]);
    assert_eq!(places("text"), ["1:1 P0201"]);
}

#[test]
fn references_and_the_sequence_are_checked() {
    assert_eq!(changed("default_experiment: Two", "default_experiment: Tow"), ["10:21 P0206"]);
    assert_eq!(
        changed("definition: One\n    segments", "definition: Onne\n    segments"),
        ["14:17 P0206"]
    );
    assert_eq!(changed("definition: Two", "definition: One"), ["8:17 P0205"]);
    assert_eq!(changed("segments: 40", "segments: 101"), ["15:15 P0208"]);
    assert_eq!(
        changed("    name: a\n    definition", "    name: b\n    definition"),
        ["17:11 P0209"]
    );
    assert_eq!(
        changed("action: remove", "action: add\n    definition: One\n    segments: 1"),
        ["19:11 P0207"]
    );
    assert_eq!(changed("action: remove", "action: delete"), ["16:13 P0210"]);
    let full = "    segments: 40\n  - {action: add, name: b, definition: One, segments: 61}\n";
    assert_eq!(changed("    segments: 40\n", full), ["16:55 P0208"]);
    let text = report(&VALID.replacen("    segments: 40\n", full, 1));
    assert!(text.contains("asks for 61 segments and 60 are free: `a` holds 40"), "{text}");
}

#[test]
fn language_errors_stand_at_their_place_in_the_file() {
    assert_eq!(changed("[1, 2], unit", "[1, 2] unit"), ["7:40 P0001"]);
    assert_eq!(changed("!planout x = 0;", "!planout x = ;"), ["9:26 P0001"]);
    assert_eq!(changed("!planout x = 0;", "!planout 'x = ''a'' y;'"), ["9:33 P0001"]);
    assert_eq!(changed("!planout x = 0;", r#"!planout "x = \"é\" y;""#), ["9:33 P0001"]);
    assert_eq!(changed("!planout x = 0;", "!planout >-\n      x =\n      é;"), ["11:7 P0002"]);
    assert_eq!(
        changed("!planout x = 0;", "!planout |2\n        x = 1\n        y;"),
        ["10:14 P0001"]
    );
    // One mistake, one message: braces that it has opened do not end it.
    assert_eq!(changed("x = 0;", "'x = @{a: {b: 1}}; y = 1;'"), ["9:29 P0006"]);
    assert_eq!(changed("x = 0;", "if (x {y = 1;} y = 2; z = 3;"), ["9:28 P0001"]);
    // Two mistakes of one script, and one of another.
    let text = VALID.replace("x = uni", "y = ; z = 'é' ?; x = uni").replace("x = 0;", "x = (0;");
    assert_eq!(places(&text), ["7:11 P0001", "7:21 P0002", "9:28 P0001"]);
}

/// The problems of a script as `line:column message`, with the places of labels.
fn script_problems(code: &str) -> Vec<String> {
    let report = Script::compile("script", code, Dialect::Planout4j).expect_err(code);
    let place = |span: Span| {
        let position = report.source.position(span.start);
        format!("{}:{}", position.line, position.column)
    };
    let problems = report.diagnostics.iter().map(|found| {
        let labels = found.secondary.iter().map(|label| format!(" ({})", place(label.span)));
        let labels: String = labels.collect();
        format!("{} {}{labels}", place(found.primary.span), found.message)
    });
    problems.collect()
}

#[test]
fn what_is_left_out_is_missed_where_it_belongs() {
    let check =
        |code: &str, expected: &str| assert_eq!(script_problems(code), [expected], "{code}");
    check("x = 1\ny = 2;", "1:6 expected `;` after the assignment, found the end of the line");
    check("x = 1", "1:6 expected `;` after the assignment, found the end of the script");
    check("x =\ny = 2;", "1:4 expected an expression after `=`, found the end of the line");
    check(
        "x = f(a=1\ny = 2;",
        "1:10 expected `,` or `)` after the argument, found the end of the line",
    );
    check("x = [1; 2];\ny = 2;", "1:7 expected `,` or `]` in the list, found `;`");
    // A block that has no `{`.
    check("if (a)\n  x = 1;\n  y = 2;\nz = 3;", "1:7 expected `{` after the condition");
    check("if (a)\n  x = 1;\n} else {\n  y = 2;\n}", "1:7 expected `{` after the condition");
    check("if (a) {\n  x = 1;\n} else\n  y = 2;\n}", "3:7 expected `{` after `else`");
    check("if (a) x = 1; y = 2; } else { z = 3; }", "1:8 expected `{` after the condition");
    check("if (a) (\n  x = 1;\n}\ny = 2;", "1:8 expected `{` after the condition");
    // A block that has no `}`: its lines say where it should be.
    check("if (a) {\n  x = 1;\ny = 2;", "2:9 expected `}` to close the block (1:8)");
    check("if (a) {\n  x = 1;\nelse {\n  y = 2;\n}", "3:1 expected `}` before `else` (1:8)");
    let nested = "if (a) {\n  if (b) {\n    x = 1;\n  y = 2;\n}\nz = 3;";
    check(nested, "3:11 expected `}` to close the block (2:10)");
    check("x = {a = 1; y = f(b={", "1:22 expected `}` to close the block (1:21)");
    // A `}` that is too much: the one that is not indented like its block.
    check("if (a) {\n  x = 1;\n  }\n  y = 2;\n}", "3:3 a `}` without a `{`");
    check("if (a) {\n  x = 1;\n  }\n} else {\n  y = 2;\n}", "3:3 a `}` without a `{`");
    check("x = 1;\n}\ny = 2;", "2:1 a `}` without a `{`");
    // A quote: strings may have several lines, and hardly ever do.
    check("x = 'a;\ny = 'b';\nz = 'c';", "1:5 this string does not end in its line (2:5)");
    check("if (a == 'x) {\n  y = 1;\n}\nz = 3;", "1:10 this string does not end");
    check("x = f(a=['b, 'c'], d=1);\ny = 'e';", "1:15 expected `,` or `]` in the list, found `c`");
    assert!(Script::compile("two lines", "x = 'a\nb';", Dialect::Planout4j).is_ok());
    let chain = "if (a) x = 1; else ".repeat(100_000);
    assert!(script_problems(&chain).len() <= 110);
    // Many of them are not read again and again.
    let quotes = "\\\"".repeat(200_000);
    assert!(!script_problems(&format!("x = \"\n{quotes}")).is_empty());
}

#[test]
fn a_comment_in_a_folded_text_takes_code_along() {
    let folded = |lines: &str| VALID.replace("x = 0;", &format!(">\n      {lines}"));
    assert_eq!(places(&folded("x = 0;")), [""; 0]);
    assert_eq!(places(&folded("# one\n      # two\n\n      x = 0;")), [""; 0]);
    assert_eq!(places(&folded("x = 0;  # one\n      y = 1;")), ["10:15 P0008"]);
    assert!(load(folded("x = 0;  # one\n      y = 1;").as_bytes()).document.is_some());
    // What is wrong after it is wrong because of it.
    assert_eq!(places(&folded("x = [0,  # one\n      1];")), ["10:16 P0001"]);
    assert_eq!(
        places(&folded("y = ; x = 0;  # one\n      y = 1;")),
        ["10:11 P0001", "10:21 P0008"]
    );
}

#[test]
fn what_depends_on_a_mistake_is_not_held_against_it() {
    let sequence = |entries: &[&str]| {
        let (head, _) = VALID.split_once("  - action: add").expect("a sequence");
        places(&format!("{head}  - {}\n", entries.join("\n  - ")))
    };
    let add = "{action: add, name: b, definition: One, segments: 60}";
    // An experiment without a name may be the one that is removed.
    let nameless = "{action: add, definition: One, segments: 60}";
    assert_eq!(sequence(&[nameless, "{action: remove, name: a}"]), ["12:6 P0200"]);
    // What looks like an addition is one.
    assert_eq!(
        sequence(&["{name: a, definition: One, segments: 1}", "{action: remove, name: a}"]),
        ["12:6 P0200"]
    );
    // A misspelt name removes the one that is near.
    assert_eq!(sequence(&[add, "{action: remove, name: bb}", add]), ["13:28 P0209"]);
    // Nobody knows what this removes.
    assert_eq!(sequence(&[add, "{action: remove}", add]), ["13:6 P0200"]);
    assert_eq!(sequence(&[add, "remove", "{action: remove, name: c}", add]), ["13:5 P0201"]);
    // A definition whose name is wrong may be the one that is meant.
    assert_eq!(changed("definition: Two", "definition: 2"), ["8:17 P0201"]);
    assert_eq!(changed("definition: Two", "definition: One"), ["8:17 P0205"]);
    // An item of a list without its `-` repeats the keys of the one before.
    assert_eq!(changed("  - definition: Two", "    definition: Two"), ["8:5 P0130"]);
}

#[test]
fn yaml_errors_stand_where_they_come_from() {
    assert_eq!(changed("  unit: userid", "  unit userid"), ["2:3 P0120"]);
    assert_eq!(changed("  unit: userid", "  unit:userid"), ["2:3 P0120"]);
    assert_eq!(changed("unit: userid", "unit: [userid"), ["2:9 P0120"]);
    assert_eq!(changed("unit: userid", "unit: {a: userid"), ["2:9 P0120"]);
    assert_eq!(changed("  segments: 100", "\tsegments: 100"), ["3:1 P0120"]);
    assert_eq!(changed("  - definition: One", "    definition: One"), ["5:5 P0120"]);
    assert_eq!(changed("!planout |\n", "!planout\n      # a comment\n      y = 1;\n"), [""; 0]);
    let bare = "!planout\n      y = 1;\n      # a comment\n";
    assert_eq!(changed("!planout |\n", bare), ["6:13 P0120"]);
}

#[test]
fn habits_from_other_languages_are_recognized() {
    let help = |code: &str| {
        let report = Script::compile("habit", code, Dialect::Planout).expect_err(code);
        assert_eq!(report.diagnostics.len(), 1, "{code}: {report}");
        report.diagnostics[0].help.clone().unwrap_or_default()
    };
    for (code, expected) in [
        ("if (a = 1) { x = 1; }", "`==`"),
        ("if (a) x = 1;", "braces"),
        ("// comment\nx = 1;", "`#`"),
        ("x = 1; /* comment */", "`#`"),
        ("x = a and b;", "`&&`"),
        ("x = a or b;", "`||`"),
        ("x = a & b;", "`&&`"),
        ("x = a | b;", "`||`"),
        ("if (a) { x = 1; } elif (b) { x = 2; }", "`else if`"),
        ("return;", "`return true;`"),
        ("x += 1;", "x = x + 1"),
        ("let x = 1;", "no declaration"),
        ("If (a) { x = 1; }", "lower case"),
        ("f(1);", "assign the result"),
        ("x = 1;; y = 2;", "extra `;`"),
        ("x = not a;", "`!`"),
        ("x = {\"a\": 1};", "`@{\"key\": 1}`"),
        ("x = {a: 1};", "`@{\"key\": 1}`"),
        ("x: 1;", "`x = 1;`"),
        ("x = f(a: 1);", "`name=value`"),
        ("x == 1;", "`=`"),
        ("x = [1, 2,];", "leave out the `,`"),
        ("x = f(a=1,);", "leave out the `,`"),
        ("x = 1,\ny = 2;", "`;`"),
        ("if (a) { x = 1; } Else { x = 2; }", "lower case"),
        ("Return true;", "lower case"),
        ("for (i in x) { y = 1; }", "no loops"),
        ("x = [#fff'];\ny = 1;", "`#`"),
        ("x = “a”;", "straight quotes"),
        ("x = \"a;", "closing"),
        ("x = uniformChoice([1, 2], unit=u);", "name every argument"),
    ] {
        assert!(help(code).contains(expected), "{code}: {}", help(code));
    }
}

#[test]
fn names_that_cannot_be_files_are_refused() {
    for name in ["", "..", ".hidden", "a/b", "a\\b", "a\u{7}b"] {
        let bytes = VALID.as_bytes().to_vec();
        let loaded = Loaded::new("x.yaml", Some(name), bytes, FileFormat::Yaml, Dialect::Planout4j);
        assert!(loaded.report().to_string().contains("P0211"), "{name:?}");
    }
    let bytes = VALID.as_bytes().to_vec();
    let loaded = Loaded::new("x.yaml", None, bytes, FileFormat::Yaml, Dialect::Planout4j);
    assert!(loaded.report().to_string().contains("P0200"), "{}", loaded.report());
}

#[test]
fn garbage_is_refused_with_a_diagnostic() {
    let code = |bytes: &[u8]| {
        let loaded = load(bytes);
        assert!(loaded.document.is_none());
        loaded.diagnostics[0].code.as_str()
    };
    assert_eq!(code(b""), "P0102");
    assert_eq!(code(b"# nothing\n"), "P0102");
    assert_eq!(code(b"a: \xff"), "P0100");
    assert_eq!(code(b"a: [1, 2"), "P0120");
    assert_eq!(code("[".repeat(100_000).as_bytes()), "P0005");
    assert_eq!(code("{a: ".repeat(100_000).as_bytes()), "P0005");
    assert_eq!(code("- ".repeat(100_000).as_bytes()), "P0005");
    assert_eq!(code("a: 'x".as_bytes()), "P0120");
    assert_eq!(code(b"a: &a [*a]"), "P0121");
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..10 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    assert_eq!(code(bomb.as_bytes()), "P0121");
    assert_eq!(code(format!("a: {}", "x".repeat(50_000_000)).as_bytes()), "P0101");
    let deep = VALID.replace("x = 0;", &format!("x = {}", "[".repeat(100_000)));
    assert_eq!(code(deep.as_bytes()), "P0005");
    let json = format!("{{\"a\": {}", "[".repeat(100_000));
    let loaded =
        Loaded::new("x.json", None, json.into_bytes(), FileFormat::Json, Dialect::Planout4j);
    assert_eq!(loaded.diagnostics[0].code.as_str(), "P0005");
}

/// Tests run on small stacks: what the limits allow must fit into them.
/// A value that grows by each line would overflow the stack of whoever reads it.
#[test]
fn values_that_nest_without_end_are_refused() {
    for (first, line) in [("x = [u];", "x = [x];"), ("x = map(k=u);", "x = map(k=x);")] {
        for dialect in [Dialect::Planout4j, Dialect::Planout] {
            let inputs = Map::from_iter([("u".to_owned(), Value::from(1))]);
            let compile = |lines| {
                let code = format!("{first}{}", line.repeat(lines));
                Script::compile("deep", &code, dialect).expect("a valid script")
            };
            assert!(compile(199).evaluate("s", &inputs).is_ok());
            for lines in [200, 100_000] {
                let error = compile(lines).evaluate("s", &inputs).expect_err("too deep");
                let expected = "lists and maps that nest deeper than 200 levels";
                assert_eq!(error.to_string(), expected);
            }
        }
    }
}

#[test]
fn what_the_limits_allow_is_computed() {
    let programs = [
        format!("x = 1{};", " + 1".repeat(1200)),
        format!("x = a{};", "[0]".repeat(1200)),
        format!("x = {}1;", "-".repeat(200)),
        format!("x = {}1{};", "(".repeat(200), ")".repeat(200)),
        format!("x = {}1{};", "[".repeat(200), "]".repeat(200)),
        format!("x = @{}1{};", "[".repeat(200), "]".repeat(200)),
        format!("{}x = 1;{}", "if (true) {".repeat(199), "}".repeat(199)),
        format!("x = 1; {}", "if (x == 2) { y = 1; } else ".repeat(3000)) + "{ z = 1; }",
        format!("x = {}1{};", "f(a=".repeat(200), ")".repeat(200)),
    ];
    for dialect in [Dialect::Planout4j, Dialect::Planout] {
        for code in &programs {
            let script = Script::compile("deep", code, dialect).expect("a valid script");
            let text = to_json(script.json(), Layout::Pretty, dialect);
            let again = Script::from_json("deep", &text, dialect).expect("what was compiled");
            assert_eq!(to_json(&again.json().clone(), Layout::Pretty, dialect), text);
            let (inputs, start) = (Map::new(), &code[..20.min(code.len())]);
            let first = script.evaluate("s", &inputs).map(|it| it.params.to_map());
            let second = again.evaluate("s", &inputs).map(|it| it.params.to_map());
            assert_eq!(first.ok(), second.ok(), "{start}");
        }
    }
    let chain = format!("x = 1{};", " + 1".repeat(1201));
    assert!(Script::compile("deep", &chain, Dialect::Planout).is_err());
    // As deep as JSON may be, of operators and of data.
    let json = |levels| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
    assert!(Script::from_json("deep", &json(200), Dialect::Planout4j).is_ok());
    assert!(Script::from_json("deep", &json(201), Dialect::Planout4j).is_err());
    assert!(Script::from_json("deep", &json(4001), Dialect::Planout4j).is_err());
    let not = format!("{}1{}", r#"{"op":"not","value":"#.repeat(4000), "}".repeat(4000));
    let script = Script::from_json("deep", &not, Dialect::Planout4j).expect("a script");
    assert!(script.evaluate("s", &Map::new()).is_ok());
}

#[test]
fn a_flood_of_problems_is_cut_short() {
    let text = VALID.replace("x = 0;", &"= ;".repeat(10_000));
    assert!(places(&text).len() <= 110);
}
