//! What is wrong with a namespace is said at its place: all of it, in one run.

use planout::catalog::Loaded;
use planout::store::Format;
use planout::tree::{Layout, to_json};
use planout::{Dialect, Map, Script};

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
    Loaded::new("x.yaml", Some("x"), bytes.to_vec(), Format::Yaml, Dialect::Planout4j)
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
fn missing_keys_are_reported_at_the_first_key_of_their_mapping() {
    assert_eq!(changed("  unit: userid\n", ""), ["2:3 P0200"]);
    assert_eq!(changed("  segments: 100\n", ""), ["2:3 P0200"]);
    assert_eq!(changed("namespace:", "nemespace:"), ["1:1 P0200"]);
    assert_eq!(changed("default_experiment: Two\n", ""), ["1:1 P0200"]);
    assert_eq!(changed("experiment_sequence:", "sequence:"), ["1:1 P0200"]);
    assert_eq!(changed("experiment_definitions:", "definitions:"), ["1:1 P0200"]);
    assert_eq!(changed("    definition: One\n", ""), ["12:5 P0200"]);
    assert_eq!(changed("    name: a\n", ""), ["12:5 P0200", "16:11 P0209"]);
    assert_eq!(changed("    segments: 40\n", ""), ["12:5 P0200"]);
    assert_eq!(changed("action: remove", "acton: remove"), ["16:5 P0200"]);
    let report = report(&VALID.replacen("segments: 100", "segement: 100", 1));
    assert!(report.contains("missing key `segments`"), "{report}");
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
    assert_eq!(changed("!planout x = 0;", "x = 0;"), ["9:13 P0201"]);
    assert_eq!(changed("!planout x = 0;", "{a: b}"), ["9:13 P0220"]);
    assert_eq!(changed("!planout x = 0;", "7"), ["9:13 P0201"]);
    assert_eq!(changed("!planout x = 0;", "!planout [x]"), ["9:13 P0122"]);
    assert_eq!(changed("!planout x = 0;", "!planet x"), ["9:13 P0122"]);
    assert_eq!(changed("!planout x = 0;", ""), ["9:5 P0202"]);
    assert_eq!(changed("segments: 100", "segments: .inf"), ["3:13 P0004"]);
    assert_eq!(changed("segments: 100", "segments: *none"), ["3:13 P0120"]);
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
    assert_eq!(changed("definition: Two", "definition: One"), ["8:17 P0205", "10:21 P0206"]);
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
        ["11:9 P0001"]
    );
    // One mistake, one message: braces that it has opened do not end it.
    assert_eq!(changed("x = 0;", "'x = @{a: {b: 1}}; y = 1;'"), ["9:29 P0006"]);
    assert_eq!(changed("x = 0;", "if (x {y = 1;} y = 2; z = 3;"), ["9:28 P0001"]);
    // Two mistakes of one script, and one of another.
    let text = VALID.replace("x = uni", "y = ; z = 'é' ?; x = uni").replace("x = 0;", "x = (0;");
    assert_eq!(places(&text), ["7:11 P0001", "7:21 P0002", "9:28 P0001"]);
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
        let loaded = Loaded::new("x.yaml", Some(name), bytes, Format::Yaml, Dialect::Planout4j);
        assert!(loaded.report().to_string().contains("P0211"), "{name:?}");
    }
    let bytes = VALID.as_bytes().to_vec();
    let loaded = Loaded::new("x.yaml", None, bytes, Format::Yaml, Dialect::Planout4j);
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
    let loaded = Loaded::new("x.json", None, json.into_bytes(), Format::Json, Dialect::Planout4j);
    assert_eq!(loaded.diagnostics[0].code.as_str(), "P0005");
}

/// Tests run on small stacks: what the limits allow must fit into them.
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
