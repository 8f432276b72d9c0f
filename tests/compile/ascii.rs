//! JSON that goes into files is ASCII: a reader that takes its bytes for another encoding than UTF-8
//! reads the same.

use std::fs;

use planout::Dialect;
use planout::source::SourceText;
use planout::tree::{Layout, Node, ascii, json, to_json};
use planout::value::Value;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::planout;

fn any_value() -> impl Strategy<Value = serde_json::Value> {
    let text = || prop::string::string_regex("(?s).{0,12}").expect("a pattern");
    let leaf =
        prop_oneof![text().prop_map(serde_json::Value::from), any::<bool>().prop_map(Into::into)];
    leaf.prop_recursive(4, 40, 5, move |inner| {
        let map = prop::collection::btree_map(text(), inner.clone(), 0..5);
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(serde_json::Value::from),
            map.prop_map(|map| map.into_iter().collect()),
        ]
    })
}

fn read(text: &str) -> Node {
    json::read(&SourceText::new("test", text), 100).expect(text)
}

#[test]
fn ascii_reads_back_the_same() {
    let config = Config { cases: 2000, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new(config).run(&any_value(), |value| {
        let node = read(&value.to_string());
        for layout in [Layout::Compact, Layout::Pretty] {
            let text = to_json(&node, layout, Dialect::Planout);
            let written = ascii(text.clone());
            prop_assert!(written.is_ascii());
            let again = read(&written);
            prop_assert!(again.is_same(&node), "{written}");
            prop_assert_eq!(to_json(&again, layout, Dialect::Planout), text);
            // Another reader of JSON agrees.
            let theirs: serde_json::Value = serde_json::from_str(&written).expect("JSON");
            prop_assert_eq!(&theirs, &value);
        }
        Ok(())
    });
    result.expect("every value");
}

#[test]
fn characters_beyond_16_bits_are_two_escapes() {
    let text = Value::from("é\u{2028}\u{7f}\u{1f600}").to_node().expect("a string");
    let json = to_json(&text, Layout::Compact, Dialect::Planout);
    assert_eq!(ascii(json), r#""\u00e9\u2028\u007f\ud83d\ude00""#);
    assert_eq!(ascii("[\"a\"]".to_owned()), "[\"a\"]");
}

const SOURCE: &str = "\
namespace: {unit: userid, segments: 10, owner: 'Zoë 😀', salt: é}
experiment_definitions: [{definition: Größe, assign: !planout \"x = '日本'; y = @{'ü': 1};\"}]
default_experiment: Größe
experiment_sequence: []
";

#[test]
fn files_are_ascii_and_standard_output_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    fs::create_dir(folder.join("in")).expect("a folder");
    fs::write(folder.join("in/é.yaml"), SOURCE).expect("a file");
    let run = |arguments: &[&str]| {
        let run = planout(folder, arguments);
        assert_eq!(run.status, 0, "{arguments:?}\n{}", run.stderr);
        run.stdout
    };
    for script in [&["in/é.yaml"][..], &["x = 'é😀';"], &["in/é.yaml", "--no-pretty"]] {
        let printed = run(&[&["compile"][..], script].concat());
        assert!(!printed.is_ascii());
        assert_eq!(run(&[&["compile"][..], script, &["-"]].concat()), printed);
        let (input, options) = script.split_first().expect("an input");
        run(&[&["compile", input, "out.json"][..], options].concat());
        let written = fs::read_to_string(folder.join("out.json")).expect("the output");
        assert!(written.is_ascii(), "{written}");
        assert!(read(&written).is_same(&read(&printed)), "{written}");
        assert_eq!(written, ascii(printed));
    }
    run(&["ship", "in", "target"]);
    let shipped = fs::read_to_string(folder.join("target/é.json")).expect("it is shipped");
    assert!(shipped.is_ascii(), "{shipped}");
    // What is printed of it stays as it is.
    let listed = run(&["nslist", "-m", "full", "target"]);
    assert!(listed.contains("Zoë 😀") && listed.contains("日本"), "{listed}");
    let eval = |location: &str| run(&["eval", "--ns", "é", "--from", location, "userid=1"]);
    assert_eq!(eval("target"), eval("in"));
    assert!(eval("target").contains("日本"));
}
