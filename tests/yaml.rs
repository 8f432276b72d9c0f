//! YAML as others read it: a second reader finds the same in every golden namespace.

use planout::source::SourceText;
use planout::tree::{Kind, Node, yaml};
use yaml_serde::Value;

use crate::support::{golden, text};

/// Whether both readers found the same. Our scripts are its values tagged `!planout`.
fn same(node: &Node, value: &Value) -> bool {
    match (&node.kind, value) {
        (Kind::Null, Value::Null) => true,
        (Kind::Bool(ours), Value::Bool(theirs)) => ours == theirs,
        (Kind::Int(ours), Value::Number(theirs)) => theirs.as_i64() == Some(*ours),
        (Kind::Float(ours), Value::Number(theirs)) => {
            theirs.is_f64() && theirs.as_f64() == Some(*ours)
        }
        (Kind::String(ours), Value::String(theirs)) => **ours == **theirs,
        (Kind::List(ours), Value::Sequence(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(a, b)| same(a, b))
        }
        (Kind::Map(ours), Value::Mapping(theirs)) => {
            ours.entries.len() == theirs.len()
                && ours.entries.iter().all(|entry| {
                    theirs.get(&*entry.key).is_some_and(|value| same(&entry.value, value))
                })
        }
        (Kind::Script(ours), Value::Tagged(theirs)) => {
            theirs.tag == "planout" && theirs.value.as_str() == Some(&*ours.text)
        }
        _ => false,
    }
}

/// Checks that we read a text without problems and find what the other reader does.
fn check(text: &str) {
    let (tree, problems) = yaml::read(&SourceText::new("test", text));
    assert!(problems.is_empty(), "{text}\n{problems:?}");
    let ours = tree.expect("a tree");
    let mut theirs: Value = yaml_serde::from_str(text).expect(text);
    theirs.apply_merge().expect(text);
    assert!(same(&ours, &theirs), "{text}\n{ours:?}\n{theirs:?}");
}

#[test]
fn both_readers_find_the_same_in_golden_namespaces() {
    for row in golden("namespaces.jsonl") {
        let yaml = text(&row, "yaml");
        check(yaml);
        check(&yaml.replace('\n', "\r\n"));
        check(yaml.trim_end());
    }
}

#[test]
fn both_readers_find_the_same_in_what_people_write() {
    check("a: &a [1, -2, 2.5, 1e3, true, ~, 'x', \"y\\u00e9\\n\"]\nb: *a\n");
    check("base: &base {x: 1, y: 2}\nmore: {<<: *base, z: 3}\n");
    check("a: |\n  x\n    y\n\nb: >-\n  x\n  y\n\n  z\nc: |+\n  x\n\n\nd: >2\n    x\n");
    check("a: b c\n  d\n\n  e\nf: 'it''s\n  two'\ng: \"a \\\n  b\\\n\n  c\"\n");
    check("- - a\n  - b\n- c:\n  - d\n  e: {f: [g, h], i: }\n-\n- !planout |\n  x = 1;\n");
}
