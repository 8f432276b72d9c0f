//! The compiler against what the reference compilers emitted.

mod ascii;

use planout::dialect::Dialect;
use planout::source::OffsetMap;
use planout::syntax::parse;
use planout::tree::{Layout, to_json};
use planout::wire::emit;

use crate::support::{get, golden, same, text};

#[test]
fn what_gives_many_warnings_is_compiled_whole() {
    let switches = "switch { a => return 1; }\n".repeat(300);
    let script = format!("{switches}x = 1;\n");
    let parsed = parse(&script, &OffsetMap::identity(), Dialect::Planout4j);
    assert_eq!(parsed.valid().map(|program| program.rules.len()), Some(301));
    assert!(parsed.diagnostics.len() < 300, "{}", parsed.diagnostics.len());
}

#[test]
fn golden_programs_compile_to_the_golden_json() {
    let mut wrong = Vec::new();
    let rows = golden("compile.jsonl");
    for row in &rows {
        let dialect: Dialect = text(row, "dialect").parse().expect("a dialect");
        let program = text(row, "dsl");
        let parsed = parse(program, &OffsetMap::identity(), dialect);
        let emitted = parsed.valid().map(|program| emit(program, dialect));
        let agrees = match (get(row, "json"), &emitted) {
            (Some(json), Some(emitted)) => same(emitted, json),
            (None, None) => true,
            _ => false,
        };
        if !agrees {
            let emitted = emitted.map(|node| to_json(&node, Layout::Compact, dialect));
            wrong.push(format!(
                "{dialect}: {program:?}\n  {:?}\n  {:?}",
                parsed.diagnostics.first(),
                emitted
            ));
        }
    }
    assert!(rows.len() >= 1871);
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

/// What JavaScript prints of these literals.
#[test]
fn literal_maps_have_the_order_of_javascript() {
    for (literal, expected) in [
        (r#"{"b": "", "1": ""}"#, r#"{"1":"","b":""}"#),
        (r#"{"10": "", "9": "", "b": "", "a": ""}"#, r#"{"9":"","10":"","b":"","a":""}"#),
        (
            r#"{"4294967295": "", "4294967294": "", "0": ""}"#,
            r#"{"0":"","4294967294":"","4294967295":""}"#,
        ),
        // These are not places in an array.
        (
            r#"{"01": "", "+1": "", "1.5": "", "-1": "", "": "", " 2": "", "1": ""}"#,
            r#"{"1":"","01":"","+1":"","1.5":"","-1":"","":""," 2":""}"#,
        ),
        // Keys that are numbers are such texts.
        (
            r#"{"b": "", 2: "", 1.0: "", 1e3: "", true: ""}"#,
            r#"{"1":"","2":"","1000":"","b":"","true":""}"#,
        ),
        // A key given twice has its last value.
        (r#"{"b": "", "1": "x", "a": "", "1": "y"}"#, r#"{"1":"y","b":"","a":""}"#),
        (r#"[{"b": {"z": "", "3": ""}, "0": ""}]"#, r#"[{"0":"","b":{"3":"","z":""}}]"#),
    ] {
        for dialect in [Dialect::Planout4j, Dialect::Planout] {
            let program = format!("x = @{literal};");
            let parsed = parse(&program, &OffsetMap::identity(), dialect);
            let emitted = emit(parsed.valid().expect(&program), dialect);
            let json = to_json(&emitted, Layout::Compact, dialect);
            let around = format!("\"value\":{{\"op\":\"literal\",\"value\":{expected}}}}}]}}");
            assert!(json.ends_with(&around), "{json}");
        }
    }
}

/// Both compilers fail where a comment is not ended by a line feed.
#[test]
fn comments_hold_no_line_separators() {
    for separator in ['\u{2028}', '\u{2029}'] {
        for (program, place) in [
            (format!("x = 1; # a{separator}y = 2;\nz = 3;"), 10),
            (format!("# don't {separator} do {separator}\nx = 1;"), 8),
            (format!("x = 1; # a{separator}"), 10),
        ] {
            for dialect in [Dialect::Planout4j, Dialect::Planout] {
                let parsed = parse(&program, &OffsetMap::identity(), dialect);
                let [problem] = parsed.diagnostics.as_slice() else {
                    panic!("{:?}", parsed.diagnostics);
                };
                assert_eq!(problem.code.as_str(), "P0002");
                assert_eq!(problem.primary.span.start, place, "{program:?}");
                let code = format!("U+{:04X}", u32::from(separator));
                assert!(problem.message.ends_with(&code), "{}", problem.message);
            }
        }
        // Elsewhere they are white space, or part of a string.
        let blank = format!("{separator}x = 1;{separator}y = \"{separator}\";# a\n{separator}");
        let parsed = parse(&blank, &OffsetMap::identity(), Dialect::Planout);
        assert!(parsed.valid().is_some(), "{:?}", parsed.diagnostics);
    }
}

/// Both compilers lose it, silently.
#[test]
fn the_key_that_javascript_loses_is_an_error() {
    for (program, code) in [
        ("x = @{'__proto__': 1};", "P0006"),
        ("x = @[{'a': {\"__proto__\": 'b'}}];", "P0006"),
        ("x = map(__proto__=1, a=2);", "P0001"),
    ] {
        for dialect in [Dialect::Planout4j, Dialect::Planout] {
            let codes = parse(program, &OffsetMap::identity(), dialect).diagnostics;
            let codes: Vec<_> = codes.iter().map(|found| found.code.as_str()).collect();
            assert_eq!(codes, [code], "{program}");
        }
    }
    let fine = "__proto__ = @['__proto__']; x = @{'proto': '__proto__'};";
    let parsed = parse(fine, &OffsetMap::identity(), Dialect::Planout);
    assert!(parsed.valid().is_some(), "{:?}", parsed.diagnostics);
}
