//! Documents as wholes: what they hold, where it stands, and what is wrong with them.

use super::read;
use crate::diagnostic::{Code, Severity};
use crate::source::{SourceText, Span};
use crate::tree::{Entry, Kind, Map, Node};

/// The tree of a text without problems.
#[track_caller]
pub(super) fn clean(text: &str) -> Node {
    let (tree, problems) = read(&SourceText::new("test", text));
    assert!(problems.is_empty(), "{text:?}: {problems:?}");
    tree.expect(text)
}

/// A tree on one line, with scripts marked by `!` and wide numbers by `n`.
pub(super) fn show(node: &Node) -> String {
    let list = |parts: Vec<String>| parts.join(", ");
    match &node.kind {
        Kind::Null => "null".to_owned(),
        Kind::Invalid => "invalid".to_owned(),
        Kind::Bool(truth) => truth.to_string(),
        Kind::Int(number) => number.to_string(),
        Kind::Wide(digits) => format!("{digits}n"),
        Kind::Float(number) => format!("{number:?}"),
        Kind::String(text) => format!("{text:?}"),
        Kind::Script(block) => format!("!{:?}", block.text),
        Kind::List(items) => format!("[{}]", list(items.iter().map(show).collect())),
        Kind::Map(Map { entries }) => {
            let entry = |entry: &Entry| format!("{}: {}", entry.key, show(&entry.value));
            format!("{{{}}}", list(entries.iter().map(entry).collect()))
        }
    }
}

/// Reads a text and shows its tree, if there is one, and below it each problem with its code, the
/// text at its place, its message and, in parentheses, what its labels point at.
pub(super) fn report(text: &str) -> String {
    let source = SourceText::new("test", text);
    let (tree, problems) = read(&source);
    let mut lines = vec![tree.as_ref().map_or("no tree".to_owned(), show)];
    for problem in &problems {
        assert_eq!(problem.severity, Severity::Error);
        let place = source.position(problem.primary.span.start);
        let at =
            format!("{}:{} `{}`", place.line, place.column, source.slice(problem.primary.span));
        let also = problem.secondary.iter().map(|label| {
            let place = source.position(label.span.start);
            format!(" ({} {}:{})", label.text, place.line, place.column)
        });
        let also: String = also.collect();
        lines.push(format!("{} {at} {}{also}", problem.code, problem.message));
    }
    lines.join("\n")
}

/// The only problem of a text.
#[track_caller]
pub(super) fn code(text: &str) -> Code {
    let (_, problems) = read(&SourceText::new("test", text));
    assert_eq!(problems.len(), 1, "{text:?}: {problems:?}");
    problems[0].code
}

/// Checks that all places lie inside the text and on character boundaries, and that scripts map
/// into it.
pub(super) fn check_places(source: &SourceText) {
    let (tree, problems) = read(source);
    for problem in &problems {
        check_span(source, problem.primary.span);
        problem.secondary.iter().for_each(|label| check_span(source, label.span));
    }
    if let Some(tree) = tree {
        check_node(source, &tree);
    } else {
        assert!(!problems.is_empty());
    }
}

fn check_span(source: &SourceText, span: Span) {
    let (start, end) = (span.start as usize, span.end as usize);
    assert!(source.text().get(start..end).is_some(), "{span:?} of {:?}", source.text());
}

fn check_node(source: &SourceText, node: &Node) {
    check_span(source, node.span);
    match &node.kind {
        Kind::List(items) => items.iter().for_each(|item| check_node(source, item)),
        Kind::Map(map) => map.entries.iter().for_each(|entry| {
            check_span(source, entry.key_span);
            check_node(source, &entry.value);
        }),
        Kind::Script(block) => {
            let mut from = 0;
            for (at, character) in block.text.char_indices() {
                let span = block.map.span(Span::new(at, at + character.len_utf8()));
                check_span(source, span);
                assert!(span.start >= from, "places go back in {:?}", source.text());
                from = span.start;
                let written = source.slice(span);
                let visible = !super::place::is_white(character);
                assert!(
                    !visible || written.starts_with('\\') || written == character.to_string(),
                    "{character:?} is at {written:?} in {:?}",
                    source.text()
                );
            }
            check_span(source, block.map.span(Span::new(block.text.len(), block.text.len())));
        }
        _ => {}
    }
}

/// Numbers that are random enough, and the same in each run.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit
    }

    pub(super) fn pick<'t, T: ?Sized>(&mut self, from: &[&'t T]) -> &'t T {
        from[self.below(from.len())]
    }
}

const SAMPLE: &str = "\
# a namespace
namespace: {name: test, salt: '42', unit: userid, segments: 100}
defaults: &defaults
  definition: one   # a comment
  assign: !planout |
    group = uniformChoice(choices=[1, 10], unit=userid);

    text = \"é \u{1f600}\";
experiment_definitions:
  - <<: *defaults
    weights: [1, 2.5, ~, yes]
  - definition: \"two\\n\"
    assign: !planout >-
      x = 'it''s';
      y = 1;
  - assign: !planout 'x = ''a'';

      y = 2;'
  - assign: !planout \"x = \\\"a\\\";\\n\\
      y = \\u00e9;\"
  - assign: !planout x = 1;
      y = 2;
";

#[test]
fn a_document_is_read() {
    assert_eq!(
        show(&clean(SAMPLE)),
        "{namespace: {name: \"test\", salt: \"42\", unit: \"userid\", segments: 100}, \
         defaults: {definition: \"one\", assign: !\"group = uniformChoice(choices=[1, 10], \
         unit=userid);\\n\\ntext = \\\"é 😀\\\";\\n\"}, experiment_definitions: [{definition: \
         \"one\", assign: !\"group = uniformChoice(choices=[1, 10], unit=userid);\\n\\ntext = \
         \\\"é 😀\\\";\\n\", weights: [1, 2.5, null, true]}, {definition: \"two\\n\", assign: \
         !\"x = 'it''s'; y = 1;\"}, {assign: !\"x = 'a';\\ny = 2;\"}, {assign: !\"x = \
         \\\"a\\\";\\ny = é;\"}, {assign: !\"x = 1; y = 2;\"}]}"
    );
}

#[test]
fn places_are_exact() {
    #[track_caller]
    fn check(text: &str, path: &[usize], expected: &str) {
        let source = SourceText::new("test", text);
        let (tree, problems) = read(&source);
        assert!(problems.is_empty(), "{problems:?}");
        let mut node = &tree.expect(text);
        for &index in path {
            node = match &node.kind {
                Kind::List(items) => &items[index],
                Kind::Map(map) => &map.entries[index].value,
                other => panic!("{other:?} holds nothing"),
            };
        }
        assert_eq!(source.slice(node.span), expected, "{text:?}");
        check_places(&source);
    }
    check("a: b  # c\n", &[0], "b");
    check("\u{feff}a: b\n", &[], "a: b");
    check("a: 'b''c' \n", &[0], "'b''c'");
    check("a: \"b\\\"\"\n", &[0], "\"b\\\"\"");
    check("a: b\n   c\n\n   d\n\n\ne: f", &[0], "b\n   c\n\n   d");
    check("a: !!str &x b\n", &[0], "b");
    check("- a\n- b:\n    - c\n\n\n- d\n", &[1], "b:\n    - c");
    check("- a\n- b\n\n", &[], "- a\n- b");
    check("a:\n- b\n- c\nd: e", &[0], "- b\n- c");
    check("a:\n- - b\n  - c\nd: e", &[0], "- - b\n  - c");
    check("a:\n- - b\n  - c\nd: e", &[0, 0], "- b\n  - c");
    check("- a:\n  -  # b\n    c\n", &[0, 0], "-  # b\n    c");
    check("a:\n  - - b\n", &[0], "- - b");
    check("x: [a, {b: c} , ]\n", &[0], "[a, {b: c} , ]");
    check("x: [a, {b: c} , ]\n", &[0, 1], "{b: c}");
    check("x: [a: b, c]\n", &[0, 0], "a: b");
    check("x: [? a , c]\n", &[0, 0], "? a");
    check("a: |\n\n   b\n   c\n\n\n# d\ne: f\n", &[0], "b\n   c");
    check("a: >2-\n    b\n", &[0], "b");
    check("a: |+\r\n  b\r\n\r\n", &[0], "b");
    check("a: |\n  b\n  c", &[0], "b\n  c");
    check("a: &x [b]\nc: *x\n", &[1], "[b]");
    check("a: &x [b]\nc: [*x, *x ]\n", &[1], "[*x, *x ]");
}

#[test]
fn what_is_left_out_stands_where_it_was_announced() {
    #[track_caller]
    fn check(text: &str, path: usize, expected: u32) {
        let (kind, at) = match clean(text).kind {
            Kind::Map(mut map) => {
                let Entry { value, .. } = map.entries.swap_remove(path);
                (value.kind, value.span)
            }
            Kind::List(mut items) => {
                let node = items.swap_remove(path);
                (node.kind, node.span)
            }
            other => panic!("{other:?}"),
        };
        assert!(matches!(kind, Kind::Null | Kind::String(_)), "{text:?}");
        assert_eq!(at, Span { start: expected, end: expected }, "{text:?}");
    }
    check("a:\nb: 1\n", 0, 2);
    check("a:   # c\n", 0, 2);
    check("- a\n- \n- b\n", 1, 5);
    check("{a, b: , c: }", 0, 2);
    check("{a, b: , c: }", 1, 6);
    check("? a\n? b\n", 0, 3);
    check("a: !!str\nb: 1\n", 0, 8);
    check("a: &x\n", 0, 5);
    check("a: |\n\nb: 1\n", 0, 4);
    check("a: >-  # c\n\n\n", 0, 10);
    check("a: |", 0, 4);
    check("a: |+\n  \n# c\nb: 1\n", 0, 5);
}

#[test]
fn blocks_are_chomped() {
    let cases = [
        ("|\n  a\n\n\n", "a\n"),
        ("|-\n  a\n\n\n", "a"),
        ("|+\n  a\n\n\n", "a\n\n\n"),
        ("|\n  a", "a"),
        ("|+\n  a", "a"),
        ("|\n  a\n  ", "a\n"),
        ("|\n  a\n   ", "a\n "),
        ("|+\n  ", ""),
        ("|+\n\n", "\n"),
        ("|\r\n  a\r\n  b\r\n", "a\nb\n"),
        (">\n  a\n  b\n\n  c\n", "a b\nc\n"),
        (">\n  a\n    b\n  c\n", "a\n  b\nc\n"),
        ("|2\n    a\n", "  a\n"),
        ("|\n  \ta\n", "\ta\n"),
    ];
    for (text, expected) in cases {
        let tree = clean(&format!("x: {text}"));
        assert_eq!(show(&tree), format!("{{x: {expected:?}}}"), "{text:?}");
    }
}

#[test]
fn tags_are_honoured() {
    let cases = [
        ("!!str 1", "\"1\""),
        ("!!str", "\"\""),
        ("!!str 2001-01-01", "\"2001-01-01\""),
        ("! 1", "\"1\""),
        ("!!int '0x1F'", "31"),
        ("!!float 5", "5.0"),
        ("!!bool \"yes\"", "true"),
        ("!!null ''", "null"),
        ("!!seq [1]", "[1]"),
        ("!!map {a: 1}", "{a: 1}"),
        ("! [1]", "[1]"),
        ("!<tag:yaml.org,2002:int> '1'", "1"),
        ("!planout a = 1;", "!\"a = 1;\""),
        ("!planout 'a'", "!\"a\""),
        ("!planout 12", "!\"12\""),
        ("!planout", "!\"\""),
        ("!<!planout> a", "!\"a\""),
        ("&x !planout a", "!\"a\""),
        ("!planout &x a", "!\"a\""),
    ];
    for (text, expected) in cases {
        assert_eq!(show(&clean(&format!("- {text}\n"))), format!("[{expected}]"), "{text:?}");
    }
}

#[test]
fn tags_that_do_not_fit_are_problems() {
    assert_eq!(
        report("- !!int a\n- !!set {a}\n- !planout [a]\n- !!str {a: b}\n- !planuot b\n- !!map c\n"),
        "[invalid, invalid, invalid, invalid, invalid, invalid]\n\
         P0122 1:3 `!!int` the tag `!!int` does not fit `a`\n\
         P0122 2:3 `!!set` the tag `!!set` is not known here\n\
         P0122 3:3 `!planout` `!planout` cannot tag a list\n\
         P0122 4:3 `!!str` the tag `!!str` does not fit a mapping\n\
         P0122 5:3 `!planuot` the tag `!planuot` is not known here\n\
         P0122 6:3 `!!map` the tag `!!map` does not fit a scalar"
    );
    let (_, problems) = read(&SourceText::new("test", "!planuot b"));
    assert_eq!(problems[0].help.as_deref(), Some("did you mean `!planout`?"));
}

#[test]
fn scalars_that_no_tree_can_hold_are_problems() {
    assert_eq!(
        report("a: 2001-12-14\nb: [.inf, 1e999]\n2001-12-14: .nan\n"),
        "{a: invalid, b: [invalid, invalid], 2001-12-14: invalid}\n\
         P0123 1:4 `2001-12-14` `2001-12-14` is a timestamp in yaml\n\
         P0004 2:5 `.inf` `.inf` is not a finite number\n\
         P0004 2:11 `1e999` `1e999` is not a finite number\n\
         P0004 3:13 `.nan` `.nan` is not a finite number"
    );
}

#[test]
fn there_is_one_document() {
    for text in ["", "\n\n", "# only this\n", "---\n", "\u{feff}", "...\n", "--- # x\n...\n"] {
        assert_eq!(code(text), Code::EmptyDocument, "{text:?}");
    }
    assert_eq!(show(&clean("%YAML 1.1\n---\na\n...\n")), "\"a\"");
    assert_eq!(show(&clean("~")), "null");
    assert_eq!(
        report("a: b\n---\nc: d\n"),
        "no tree\nP0120 2:1 `---` a second document starts here"
    );
}

#[test]
fn nesting_is_limited() {
    let nested =
        |open: &str, close: &str, depth| format!("{}x{}", open.repeat(depth), close.repeat(depth));
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", "")] {
        clean(&nested(open, close, 200));
        assert_eq!(code(&nested(open, close, 201)), Code::TooDeep, "{open:?}");
    }
    for open in ["[", "{", "- ", "? ", "- ? ", "[? ", "[a: ", ": ", "[[a]: "] {
        let (tree, problems) = read(&SourceText::new("test", open.repeat(100_000)));
        assert!(tree.is_none());
        assert_eq!(problems.last().map(|problem| problem.code), Some(Code::TooDeep), "{open:?}");
    }
    // Within the limits of each kind, and too deep together.
    assert_eq!(code(&format!("{}{}", "- ".repeat(150), nested("[", "]", 51))), Code::TooDeep);
    assert_eq!(report(&"[".repeat(201)), "no tree\nP0005 1:201 `[` nesting deeper than 200 levels");
}

#[test]
fn any_change_to_a_document_keeps_places_inside_it() {
    const INSERTED: &[&str] = &[
        "\n",
        "  ",
        "\t",
        "- ",
        ": ",
        "'",
        "\"",
        "|",
        ">",
        "[",
        "]",
        "{",
        "}",
        ",",
        "#",
        "&a ",
        "*a",
        "!planout ",
        "<<: ",
        "? ",
        "\r\n",
        "é",
        "%",
        "@",
        "\\",
        "---\n",
        "\0",
        "\u{2028}",
        "|2\n",
    ];
    let mut random = Random(0x5eed);
    for round in 0..4000 {
        let mut text = match round % 2 {
            0 => SAMPLE.to_owned(),
            _ => SAMPLE.replace('\n', "\r\n"),
        };
        for _ in 0..=random.below(3) {
            let at = text.floor_char_boundary(random.below(text.len() + 1));
            match random.below(4) {
                0 => text.truncate(at),
                1 => {
                    let end = text.ceil_char_boundary((at + 1 + random.below(4)).min(text.len()));
                    text.replace_range(at..end, "");
                }
                _ => text.insert_str(at, random.pick(INSERTED)),
            }
        }
        check_places(&SourceText::new("test", text));
    }
}
