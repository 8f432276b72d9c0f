//! What the programs that we agree with do in more than one way.

use planout::Dialect::{self, Planout, Planout4j};
use planout::diagnostic::Levels;
use planout::store::FileFormat;
use planout::tree::{Layout, to_json};

use super::{checked, in_script, in_yaml, places};

/// A namespace with keys and entries of a sequence, which begin in its line 6.
fn namespace(keys: &str, entries: &[&str]) -> String {
    let entries: String = entries.iter().map(|entry| format!("  - {{{entry}}}\n")).collect();
    format!(
        "\
namespace: {{unit: userid, segments: 100{keys}}}
experiment_definitions:
  - {{definition: D, assign: !planout \"x = 1;\"}}
default_experiment: D
experiment_sequence:
{entries}"
    )
}

const ADD_A: &str = "action: add, definition: D, name: a, segments: 10";
const ADD_B: &str = "action: add, definition: D, name: b, segments: 10";
const REMOVE_A: &str = "action: remove, name: a";
const REMOVE_B: &str = "action: remove, name: b";

#[test]
fn draws_from_freed_segments() {
    let reused = [ADD_A, REMOVE_A, ADD_B];
    let found = |keys: &str, entries: &[&str], dialect: Dialect| {
        let text = namespace(keys, entries);
        let loaded = checked(&text, FileFormat::Yaml, dialect, &Levels::default());
        places(&loaded.source, &loaded.diagnostics)
    };
    for (keys, entries, expected) in [
        ("", &reused[..], &["8:40 P0702"][..]),
        ("", &[ADD_A, ADD_B, REMOVE_B, REMOVE_A, ADD_B, ADD_A], &["10:40 P0702"]),
        ("", &[ADD_A, REMOVE_A, ADD_A], &["8:40 P0702"]),
        // Nothing is drawn from what was freed, or it is said how.
        ("", &[ADD_A, ADD_B, REMOVE_A], &[]),
        (", segment_pool: ascending", &reused, &[]),
        (", segment_pool: cpython", &reused, &[]),
        (", segment_hashing: shared", &reused, &[]),
        // One mistake, one message.
        (", segment_pol: cpython", &reused, &["1:42 P0140"]),
        (", segment_sampling: fast", &reused, &["8:40 P0702"]),
    ] {
        let found = found(keys, entries, Planout);
        let found: Vec<_> = found.iter().filter(|it| !it.ends_with("P0603")).collect();
        assert_eq!(found, expected, "{keys} {entries:?}");
    }
    assert_eq!(found("", &reused, Planout4j), [""; 0]);
    assert_eq!(found(", segment_hashing: namespace", &reused, Planout4j), ["8:40 P0702"]);
}

#[test]
fn the_help_says_for_whom_which_pool_is_right() {
    for (dialect, keys) in [(Planout, ""), (Planout4j, ", segment_hashing: namespace")] {
        let text = namespace(keys, &[ADD_A, REMOVE_A, ADD_B]);
        let loaded = checked(&text, FileFormat::Yaml, dialect, &Levels::default());
        let help = loaded.diagnostics[0].help.as_deref().expect("help");
        for part in [
            "3.7 or later, write `segment_pool: cpython`",
            "2.7 to 3.6",
            "`segment_pool: ascending`",
        ] {
            assert!(help.contains(part), "{help}");
        }
    }
}

#[test]
fn maps_that_planout4j_hashes() {
    for (script, expected) in [
        ("x = uniformChoice(choices=[1, 2], unit=@{\"a\": u, \"b\": 2});", &["1:47 P0006"][..]),
        ("x = uniformChoice(choices=[1, 2], unit=@{\"a\": 1, \"b\": 2});", &[]),
        ("x = uniformChoice(choices=[1, 2], unit=map(a=u, b=2));", &["1:40 P0703"]),
        ("x = uniformChoice(choices=[1, 2], unit=[u, @{\"a\": 1, \"b\": 2}]);", &["1:45 P0703"]),
        ("x = uniformChoice(choices=[1, 2], unit=[u, map(k=map(a=u, b=2))]);", &["1:50 P0703"]),
        (
            "x = uniformChoice(choices=[1, 2], unit=[u, @{\"a\": [{\"b\": 1, \"c\": 2}]}]);",
            &["1:52 P0703"],
        ),
        ("x = uniformChoice(choices=[1, 2], unit=[u, @{\"a\": null}]);", &["1:45 P0703"]),
        (
            "m = @{\"a\": 1, \"b\": 2};\nx = uniformChoice(choices=[1, 2], unit=[u, m]);",
            &["2:40 P0703"],
        ),
        (
            "m = @[{\"a\": 1, \"b\": 2}];\nx = uniformChoice(choices=[1, 2], unit=[u, m[0]]);",
            &["2:40 P0703"],
        ),
        ("n = m ?? map(a=u, b=u);\nx = uniformChoice(choices=[1, 2], unit=n);", &["2:40 P0703"]),
        (
            "m = uniformChoice(choices=@[{\"a\": 1, \"b\": 2}, {}], unit=u);\n\
             x = uniformChoice(choices=[1, 2], unit=m);",
            &["2:40 P0703"],
        ),
        (
            "x = bernoulliFilter(choices=@[{\"a\": 1, \"b\": 2}, 7], p=0.5, unit=u);",
            &["1:31 P0703"],
        ),
        // One key has one order, and what is not hashed may have any.
        ("x = uniformChoice(choices=[1, 2], unit=@{\"a\": 1});", &[]),
        ("x = uniformChoice(choices=[1, 2], unit=map(a=u));", &[]),
        ("x = uniformChoice(choices=@[{\"a\": 1, \"b\": 2}, {}], unit=u);", &[]),
        ("x = @{\"a\": 1, \"b\": 2};\ny = map(a=1, b=2);", &[]),
        ("m = @{\"a\": 1, \"b\": 2};\nx = uniformChoice(choices=[1, 2], unit=[u, m[\"a\"]]);", &[]),
        ("x = uniformChoice(choices=[1, 2], unit=[u, length(@{\"a\": 1, \"b\": 2})]);", &[]),
        ("x = bernoulliTrial(p=0.5, unit=u, salt='a');", &[]),
    ] {
        let found = |dialect| -> Vec<String> {
            let found = in_script(script, dialect).into_iter();
            found.filter(|it| it.ends_with("P0703") || it.ends_with("P0006")).collect()
        };
        assert_eq!(found(Planout4j), expected, "{script}");
        let of_both = expected.iter().filter(|it| it.ends_with("P0006"));
        assert_eq!(found(Planout), of_both.copied().collect::<Vec<_>>(), "{script}");
    }
}

#[test]
fn maps_are_found_in_compiled_namespaces_too() {
    let text = "\
namespace: {unit: userid, segments: 10}
experiment_definitions:
  - definition: D
    assign: !planout |
      x = uniformChoice(choices=[1, 2], unit=[userid, @{'a': 1, 'b': 2}]);
default_experiment: D
experiment_sequence: []
";
    assert_eq!(in_yaml(text), ["5:56 P0703"]);
    let loaded = checked(text, FileFormat::Yaml, Planout4j, &Levels::default());
    let json = to_json(&loaded.document.expect("valid").compiled, Layout::Pretty, Planout4j);
    let loaded = checked(&json, FileFormat::Json, Planout4j, &Levels::default());
    let codes: Vec<_> = loaded.diagnostics.iter().map(|it| it.code.as_str()).collect();
    assert_eq!(codes, ["P0703"]);
}

#[test]
fn line_breaks_of_yaml_1_1() {
    let text = |inserted: &str| {
        format!(
            "\
namespace: {{unit: userid, segments: 10}}{inserted}
experiment_definitions: [{{definition: D, assign: !planout \"x = 1;\"}}]
default_experiment: D
experiment_sequence: []
"
        )
    };
    for char in ['\u{85}', '\u{2028}', '\u{2029}'] {
        assert_eq!(in_yaml(&text(&format!("  # a{char}b"))), ["1:45 P0141"], "{char:?}");
        let inside = text("").replace("x = 1;", &format!("x = 'a{char}';"));
        assert_eq!(in_yaml(&inside), ["2:66 P0141"], "{char:?}");
    }
    // An error at the same place says enough.
    let block = "\
namespace: {unit: userid, segments: 10}
experiment_definitions:
  - definition: D
    assign: !planout |
      # a\u{2028}b
      x = 1;
default_experiment: D
experiment_sequence: []
";
    assert_eq!(in_yaml(block), ["5:10 P0002"]);
    assert_eq!(in_yaml(&text("").replace("x = 1;", "x = '\\u2028';")), [""; 0]);
}
