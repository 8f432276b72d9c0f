//! What is not a namespace at all, names that YAML reads as something else, and references.

use planout::Dialect;
use planout::catalog::Loaded;
use planout::store::FileFormat;

use super::{VALID, changed, places};

fn json(text: &str) -> Loaded {
    Loaded::new("x.json", Some("x"), text.into(), FileFormat::Json, Dialect::Planout4j)
}

#[test]
fn what_is_not_a_namespace_is_said_once() {
    let script = json(r#"{"op": "seq", "seq": [{"op": "set", "var": "x", "value": 1}]}"#);
    assert!(script.is_script());
    assert_eq!(
        script.report().to_string(),
        "x.json:1:2: error[P0221]: this is a compiled script, not a namespace"
    );
    for text in [
        r#"{"name": "shop", "version": "1.0.0", "scripts": {"test": "jest"}, "dependencies": {}}"#,
        r#"{"compilerOptions": {"strict": true}}"#,
        r#"{"op": 5}"#,
        "{}",
    ] {
        let other = json(text);
        assert!(!other.is_script() && other.document.is_none());
        let report = other.report().to_string();
        assert!(report.contains("error[P0222]: this is not a namespace"), "{report}");
        assert_eq!(report.lines().count(), 1, "{report}");
    }
    assert_eq!(places("op: seq\nseq: []\n"), ["1:1 P0221"]);
    assert_eq!(places("services:\n  web: {image: a}\n"), ["1:1 P0222"]);
    // One key is enough to be a namespace that lacks the others, also if it is misspelt.
    assert_eq!(places("nemespace: {unit: u, segments: 5}\n").len(), 4);
    assert_eq!(json(r#"{"op": "seq", "namespace": {}}"#).diagnostics.len(), 5);
}

#[test]
fn references_are_checked_whatever_else_is_wrong() {
    let broken = |assign: &str| {
        let text = VALID.replace("!planout x = 0;", assign);
        places(&text.replace("default_experiment: Two", "default_experiment: Three"))
    };
    for (assign, problem) in [
        ("!planout x = ;", "9:26 P0001"),
        ("!plaonut x = 0;", "9:13 P0122"),
        ("!planout [x]", "9:13 P0122"),
        ("x = 0;", "9:5 P0201"),
        ("{a: b}", "9:13 P0220"),
        ("", "9:5 P0202"),
    ] {
        assert_eq!(broken(assign), [problem, "10:21 P0206"], "{assign}");
    }
    // A definition without a name may be one that is missed, but not two of them.
    let nameless = VALID.replace("definition: Two", "definition: On");
    assert_eq!(places(&nameless), ["8:17 P0201"]);
    let another =
        nameless.replace("definition: One\n    segments", "definition: Three\n    segments");
    assert_eq!(places(&another), ["8:17 P0201", "10:21 P0206", "14:17 P0206"]);
    // A misspelling means the definition that it is near.
    let text = VALID.replace("definition: One", "definition: Price").replace(": Two", ": On");
    let text = text.replace("definition: Price\n    segments", "definition: Pirce\n    segments");
    assert_eq!(places(&text), ["8:17 P0201", "10:21 P0201", "14:17 P0206"]);
}

#[test]
fn a_list_of_names_says_to_quote_what_is_none() {
    assert_eq!(changed("unit: userid", "unit: userid\n  inputs: [no, country]"), ["3:12 P0201"]);
    let text = VALID.replace("unit: userid", "unit: userid\n  inputs: [no]");
    let found = super::load(text.as_bytes()).diagnostics;
    assert_eq!(found[0].help.as_deref(), Some("put it in quotes"));
}
