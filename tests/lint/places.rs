//! What is found stands at its place, however the script is written.

use planout::Dialect;
use planout::diagnostic::Levels;
use planout::store::FileFormat;
use planout::tree::{Layout, to_json};

use super::{around, checked, in_yaml};

#[test]
fn in_every_style_of_yaml() {
    let block = "|\n      x = bernoulliTrial(p=0.5, unit=storyid);";
    let with = |scalar: &str| {
        let text = around("x = bernoulliTrial(p=0.5, unit=storyid);");
        assert!(text.contains(block));
        in_yaml(&text.replacen(block, scalar, 1))
    };
    assert_eq!(with(block), ["5:38 P0500"]);
    assert_eq!(with("x = bernoulliTrial(p=0.5, unit=storyid);"), ["4:53 P0500"]);
    assert_eq!(with("'x = bernoulliTrial(p=0.5, unit=[storyid, ''a'']);'"), ["4:54 P0500"]);
    assert_eq!(with(r#""é = 1;""#), ["4:23 P0002"]);
    assert_eq!(with(r#""a = \"é\"; x = bernoulliTrial(p=0.5, unit=storyid);""#), ["4:65 P0500"]);
    assert_eq!(
        with(">-\n      x =\n      bernoulliTrial(p=0.5,\n      unit=storyid);"),
        ["7:12 P0500"]
    );
    assert_eq!(with("|2\n        x = bernoulliTrial(p=0.5, unit=storyid);"), ["5:40 P0500"]);
    let crlf = around("y = 1;\nx = bernoulliTrial(p=0.5, unit=storyid);").replace('\n', "\r\n");
    assert_eq!(in_yaml(&crlf), ["6:38 P0500"]);
}

#[test]
fn in_what_was_compiled() {
    let script = "\
a = uniformChoice(choices=[1], unit=storyid);
b = 1 + randomInteger(min=0, max=1, unit=userid);
if (age == 1) { c = bernoulliTrial(p=1, unit=userid, salt='s'); }
d = weightedChoice(choices=[1, 2], weights=[0.5, 0.4], unit=userid, salt='s');
return true;
e = 1;";
    let expected = [
        ("P0503", r#"{"op":"array","values":[1.0]}"#),
        ("P0500", r#"{"op":"get","var":"storyid"}"#),
        ("P0407", r#""randomInteger""#),
        ("P0403", r#"{"op":"get","var":"age"}"#),
        ("P0502", "1.0"),
        ("P0506", r#"{"op":"array","values":[0.5,0.4]}"#),
        ("P0501", r#""s""#),
        ("P0404", r#"{"op":"set","var":"e","value":1.0}"#),
    ];
    let dialect = Dialect::Planout4j;
    let levels = Levels::default();
    let yaml = checked(&around(script), FileFormat::Yaml, dialect, &levels);
    let document = yaml.document.as_ref().expect("a valid namespace");
    let text = to_json(&document.compiled, Layout::Compact, dialect);
    let json = checked(&text, FileFormat::Json, dialect, &levels);
    let report = json.report();
    let found = report
        .diagnostics
        .iter()
        .map(|found| (found.code.as_str(), json.source.slice(found.primary.span)));
    assert_eq!(found.collect::<Vec<_>>(), expected);
    // The same is found in the source.
    let mut codes = yaml.diagnostics.iter().map(|found| found.code.as_str()).collect::<Vec<_>>();
    let mut expected: Vec<_> = expected.iter().map(|(code, _)| *code).collect();
    codes.sort_unstable();
    expected.sort_unstable();
    assert_eq!(codes, expected);
}

#[test]
fn a_script_behind_two_definitions_is_checked_once() {
    let text = "\
namespace: {unit: userid, segments: 100}
experiment_definitions:
  - definition: Default
    assign: &script !planout |
      x = uniformChoice(choices=[1], unit=userid);
      switch { x => return true; }
  - {definition: Other, assign: *script}
default_experiment: Default
experiment_sequence:
  - {action: add, name: a, definition: Other, segments: 5}
";
    assert_eq!(in_yaml(text), ["5:33 P0503", "6:7 P0007", "7:18 P0603"]);
}
