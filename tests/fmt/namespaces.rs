//! Scripts inside YAML: what of a file changes, and what does not.

use std::cell::Cell;

use planout::catalog::Loaded;
use planout::source::{SourceText, Span};
use planout::store::FileFormat;
use planout::tree::{Kind, Layout, Node, to_json, yaml};
use planout::{Dialect, format};

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::properties::{FILLINGS, fill};
use crate::differential::check as check_random;
use crate::differential::programs::program;
use crate::support::{golden, text};

/// Formats a namespace, and once more, which changes nothing.
#[track_caller]
fn formatted_in(text: &str, dialect: Dialect) -> String {
    let format = |text: &str| format::namespace(&SourceText::new("test", text), dialect);
    let once = format(text).unwrap_or_else(|error| panic!("{text}\n{error:?}"));
    let twice = format(&once).expect("what is formatted is valid");
    assert_eq!(once, twice, "formatting again changes it");
    once
}

/// Checks what a script in a file of two definitions becomes; `before` and `after` stand behind
/// `assign: `.
#[track_caller]
fn check(table: &[(&str, &str)]) {
    let file = |assign: &str| {
        format!(
            "# before\nexperiment_definitions:\n  - definition:  One\n    assign: {assign}\n  \
             - definition: Two\n    assign: !planout  'x = 1;'  # after\nother: [ 1,2 ]\n"
        )
    };
    for (before, after) in table {
        let formatted = formatted_in(&file(before), Dialect::default());
        assert_eq!(formatted, file(after), "{before:?}");
    }
}

/// Asserts that scripts stay as they are.
#[track_caller]
fn check_kept(scripts: &[&str]) {
    for script in scripts {
        check(&[(script, script)]);
    }
}

#[test]
fn literal_blocks_are_formatted_at_their_own_indentation() {
    check(&[
        (
            "!planout |\n      if(a){\n      x=1;\n          }",
            "!planout |\n      if (a) {\n        x = 1;\n      }",
        ),
        ("!planout |\n     x=1;\n     \n\n     y=2;", "!planout |\n     x = 1;\n\n     y = 2;"),
        ("!planout |-  # c\n       x=1;  \n\n", "!planout |-  # c\n       x = 1;\n\n"),
        ("!planout |+\n      x=1;\n\n\n", "!planout |+\n      x = 1;\n\n\n"),
        (
            "!planout |4\n           x=1;\n        y=2;",
            "!planout |4\n        x = 1;\n        y = 2;",
        ),
        ("!planout |2-\n      \tx=1;", "!planout |2-\n      x = 1;"),
        ("!planout |\n\n      x=1;", "!planout |\n\n      x = 1;"),
        (
            "!planout |\n      # é\n      x='日本'; # c",
            "!planout |\n      # é\n      x = '日本';  # c",
        ),
        (
            "!planout |\n      x='a\n        b\n\n      c';y=1;",
            "!planout |\n      x = 'a\n        b\n\n      c';\n      y = 1;",
        ),
    ]);
    check_kept(&["!planout |\n", "!planout |\n      x = 1;\n   \n", "!planout |\n      # only\n"]);
}

#[test]
fn folded_blocks_are_formatted_where_folding_does_not_matter() {
    check(&[
        (
            "!planout >\n      x=1;\n      if(a){\n      y=2;}",
            "!planout >\n      x = 1;\n      if (a) {\n        y = 2;\n      }",
        ),
        ("!planout >-\n      x=1;\n\n      y=2;", "!planout >-\n      x = 1;\n      y = 2;"),
        (
            "!planout >\n      if(a){\n        # c\n\n      x=1;}",
            "!planout >\n      if (a) {\n        # c\n\n        x = 1;\n      }",
        ),
    ]);
    check_kept(&[
        // The comment would swallow what follows it.
        "!planout >\n      # c\n\n      x=1;",
        // A blank line would take another to survive.
        "!planout >\n      x=1;\n\n\n      y=2;",
    ]);
}

#[test]
fn scalars_of_one_line_stay_on_it() {
    check(&[
        ("!planout x=1;y=2;", "!planout x = 1; y = 2;"),
        ("!planout if(a){x=1;}else{}", "!planout if (a) { x = 1; } else {}"),
        ("!planout 'x=''a'';'", "!planout 'x = ''a'';'"),
        (r#"!planout "x=\"a\\b\";y=1;""#, r#"!planout "x = \"a\\b\"; y = 1;""#),
        (r#"!planout "x=1;\ny='a\n\tb';""#, r#"!planout "x = 1; y = 'a\n\tb';""#),
        (r#"!planout "x='\u00e9\u00a0\x07';""#, r#"!planout "x = 'é\u00a0\u0007';""#),
        ("\n      !planout x=1;  # c", "\n      !planout x = 1;  # c"),
        ("!planout '  x=1;  '", "!planout 'x = 1;'"),
    ]);
    check_kept(&[
        "!planout x=1;\n      y=2;",
        "!planout 'x=1;\n      y=2;'",
        "!planout \"x=1;\\\n      y=2;\"",
        // A comment needs the end of a line.
        r#"!planout "x=1;# c\ny=2;""#,
        // In YAML, `: ` and ` #` have a meaning.
        "!planout x=@{'a':1};",
        // Written with escapes, and already in the style.
        r#"!planout "x = '\u00e9';""#,
        "!planout ''",
        "!planout |\n      \u{a0}",
    ]);
}

#[test]
fn files_keep_their_bytes() {
    let file = "\u{feff}experiment_definitions:\n- definition: é\n  assign: !planout |\n    x=1;\n\n    y=2;";
    let expected = file.replace("x=1", "x = 1").replace("y=2", "y = 2");
    assert_eq!(formatted_in(file, Dialect::default()), expected);
    let crlf = |text: &str| text.replace('\n', "\r\n");
    assert_eq!(formatted_in(&crlf(file), Dialect::default()), crlf(&expected));
    let json = r#"{"experiment_definitions": [{"definition": "A", "assign": !planout "x=1;"}]}"#;
    assert_eq!(formatted_in(json, Dialect::default()), json.replace("x=1", "x = 1"));
    // What is not a script of a definition is none of ours.
    for other in ["", "a: [1", "x: !planout |\n  x=1;\n", "assign: !planout y", "--- \n--- \n"] {
        assert_eq!(formatted_in(other, Dialect::default()), other);
    }
}

#[test]
fn what_aliases_repeat_is_formatted_once() {
    let file = "x: &x !planout |\n  x=1;\nexperiment_definitions:\n- &d {definition: A, assign: *x}\n\
                - definition: B\n  assign: &y !planout \"y=1;\"\n- definition: C\n  assign: *y\n\
                - <<: *d\n  definition: D\n";
    let expected = file.replace("x=1", "x = 1").replace("y=1", "y = 1");
    assert_eq!(formatted_in(file, Dialect::default()), expected);
}

#[test]
fn a_namespace_may_say_its_dialect() {
    let file = |dialect: &str, script: &str| {
        format!(
            "namespace: {{dialect: {dialect}}}\nexperiment_definitions:\n- definition: A\n  \
             assign: !planout |\n    {script}\n"
        )
    };
    for default in [Dialect::Planout4j, Dialect::Planout] {
        for (dialect, after) in [("planout4j", "x = - 1;"), ("' planout '", "x = -1;")] {
            assert_eq!(formatted_in(&file(dialect, "x=- 1;"), default), file(dialect, after));
        }
        for (wrong, message) in [("planet", "unknown dialect"), ("7", "must be text")] {
            let source = SourceText::new("test", file(wrong, "x=1;"));
            let error = format::namespace(&source, default).expect_err("no dialect");
            let format::FormatError::Invalid(problems) = error else { panic!("{error:?}") };
            assert!(problems[0].message.contains(message), "{problems:?}");
        }
    }
}

#[test]
fn what_is_wrong_is_reported_in_its_place() {
    let file = "experiment_definitions:\n- definition: A\n  assign: !planout |\n    x=;\n\
                - definition: B\n  assign: !planout |\n    y=1\n";
    let source = SourceText::new("test", file);
    let error = format::namespace(&source, Dialect::default()).expect_err("errors");
    let format::FormatError::Invalid(problems) = error else { panic!("{error:?}") };
    let places: Vec<_> = problems.iter().map(|it| source.position(it.primary.span.start)).collect();
    let places: Vec<_> = places.iter().map(|place| (place.line, place.column)).collect();
    assert_eq!(places, [(4, 7), (7, 8)]);
    let source = SourceText::new("test", "a: 1\na: 2\nb: !planout x");
    let error = format::namespace(&source, Dialect::default());
    assert!(matches!(error, Err(format::FormatError::Invalid(_))), "{error:?}");
}

/// A document as it is shipped.
fn compiled(text: &str, dialect: Dialect) -> Option<String> {
    let loaded = Loaded::new("test", Some("x"), text.into(), FileFormat::Yaml, dialect);
    let document = loaded.document?;
    Some(to_json(&document.compiled, Layout::Compact, document.dialect))
}

/// The places of the scripts of a document.
fn scripts(node: &Node, places: &mut Vec<Span>) {
    match &node.kind {
        Kind::Script(_) => places.push(node.span),
        Kind::List(items) => items.iter().for_each(|item| scripts(item, places)),
        Kind::Map(map) => map.entries.iter().for_each(|entry| scripts(&entry.value, places)),
        _ => {}
    }
}

/// A text without its scripts, nor the white space beside them.
fn around(text: &str) -> Vec<String> {
    let mut places = Vec::new();
    let (tree, _) = yaml::read(&SourceText::new("test", text));
    scripts(&tree.expect("a tree"), &mut places);
    places.sort();
    places.dedup();
    let ends = places.iter().map(|place| place.end as usize);
    let starts = places.iter().map(|place| place.start as usize);
    std::iter::once(0)
        .chain(ends)
        .zip(starts.chain([text.len()]))
        .map(|(from, to)| text[from..to].trim_matches([' ', '\t']).to_owned())
        .collect()
}

#[test]
fn golden_namespaces_keep_their_meaning_and_their_bytes() {
    let rows = golden("namespaces.jsonl");
    assert!(rows.len() > 200);
    for row in &rows {
        let dialect: Dialect = text(row, "dialect").parse().expect("a dialect");
        for file in [text(row, "yaml").to_owned(), text(row, "yaml").replace('\n', "\r\n")] {
            let formatted = formatted_in(&file, dialect);
            assert_eq!(compiled(&file, dialect), compiled(&formatted, dialect), "{file}");
            assert!(compiled(&file, dialect).is_some(), "{file}");
            assert_eq!(around(&file), around(&formatted), "{file}");
        }
    }
}

/// A namespace whose scripts are one program, written in a style.
fn file_of(program: &str, style: usize, indent: usize) -> String {
    let lines = |header: &str| {
        let indent = " ".repeat(4 + indent);
        format!("{header}\n{indent}{}", program.replace('\n', &format!("\n{indent}")))
    };
    let escape = |char: char| match char {
        '"' | '\\' => format!("\\{char}"),
        ' '..='~' => char.to_string(),
        _ => format!("\\U{:08x}", u32::from(char)),
    };
    let escaped: String = program.chars().map(escape).collect();
    let script = match style {
        0 => lines("|"),
        1 => lines("|-  # c"),
        2 => lines(&format!("|+{}", 1 + indent)),
        3 => lines(">"),
        4 => format!("'{}'", program.replace('\'', "''")),
        5 => format!("\"{escaped}\""),
        _ => program.to_owned(),
    };
    format!(
        "namespace: {{unit: u, segments: 10}}\nexperiment_definitions:\n- definition: A\n  \
         assign: !planout {script}\n- {{definition: B, assign: {{op: seq, seq: []}}}}\n\
         default_experiment: A\nexperiment_sequence:\n"
    )
}

#[test]
fn random_scripts_keep_their_meaning_and_the_bytes_around_them() {
    let fillings = prop::collection::vec((any::<Index>(), select(&FILLINGS[..])), 0..10);
    let cases = (program(), fillings, 0..7_usize, 0..5_usize, any::<bool>());
    let valid = [const { Cell::new(0) }; 7];
    check_random(3000, cases, |dialect, (program, fillings, style, indent, crlf)| {
        let (program, _) = fill(&program, &fillings);
        let mut file = file_of(&program, style, indent);
        if crlf {
            file = file.replace("\r\n", "\n").replace('\n', "\r\n");
        }
        if let Some(before) = compiled(&file, dialect) {
            valid[style].set(valid[style].get() + 1);
            let formatted = formatted_in(&file, dialect);
            prop_assert_eq!(Some(before), compiled(&formatted, dialect), "{}", file);
            prop_assert_eq!(around(&file), around(&formatted), "{}", file);
        }
        Ok(())
    });
    assert!(valid.iter().all(|count| count.get() > 10), "{valid:?}");
}

#[test]
fn the_samples_are_formatted() {
    let folder = format!("{}/sample-namespaces", env!("CARGO_MANIFEST_DIR"));
    for entry in std::fs::read_dir(folder).expect("the samples") {
        let path = entry.expect("a sample").path();
        let text = std::fs::read_to_string(&path).expect("a sample");
        assert_eq!(formatted_in(&text, Dialect::default()), text, "{}", path.display());
    }
}
