//! What is found in the golden data, all of which is legal: that nothing fails, and how much.

use std::collections::BTreeMap;

use planout::Dialect;
use planout::diagnostic::{Code, Diagnostic, Level, Levels};
use planout::lint;
use planout::source::SourceText;
use planout::store::FileFormat;
use planout::tree::{Layout, Node, to_json};

use super::checked;
use crate::support::{get, golden, text};

/// All levels on.
fn everything() -> Levels {
    let mut levels = Levels::default();
    levels.set(Code::EndedExperiment, Level::Warn).expect("a warning");
    levels
}

/// Every place lies inside the text, on the boundaries of characters.
fn assert_inside(source: &SourceText, found: &[Diagnostic]) {
    for found in found {
        for label in std::iter::once(&found.primary).chain(&found.secondary) {
            let (start, end) = (label.span.start as usize, label.span.end as usize);
            let inside = start <= end && source.text().get(start..end).is_some();
            assert!(inside, "{}: {start}..{end}\n{}", found.code, source.text());
        }
    }
}

#[test]
fn every_golden_script_is_checked() {
    let levels = everything();
    let settings: lint::Settings = levels.clone().into();
    for row in golden("compile.jsonl").iter().chain(&golden("eval.jsonl")) {
        for dialect in [Dialect::Planout4j, Dialect::Planout] {
            if let Some(code) = get(row, "dsl").and_then(Node::as_str) {
                let source = SourceText::new("row", code);
                assert_inside(&source, &lint::check_script(&source, dialect, &settings));
            }
            if let Some(script) = get(row, "script").or(get(row, "json")) {
                let script = to_json(script, Layout::Compact, dialect);
                let json = format!(
                    r#"{{"namespace": {{"unit": "userid", "segments": 10}},
                    "experiment_definitions": [{{"definition": "A", "assign": {script}}}],
                    "default_experiment": "A", "experiment_sequence": []}}"#
                );
                let loaded = checked(&json, FileFormat::Json, dialect, &levels);
                assert_inside(&loaded.source, &loaded.diagnostics);
            }
        }
    }
}

/// The numbers are not a requirement: they show what a change of a check does.
#[test]
fn findings_in_the_golden_namespaces_are_counted() {
    let levels = everything();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &golden("namespaces.jsonl") {
        let dialect: Dialect = text(row, "dialect").parse().expect("a dialect");
        let loaded = checked(text(row, "yaml"), FileFormat::Yaml, dialect, &levels);
        assert_inside(&loaded.source, &loaded.diagnostics);
        for found in &loaded.diagnostics {
            *counts.entry(found.code.as_str()).or_default() += 1;
        }
    }
    let expected = [
        ("P0131", 59),
        ("P0403", 309),
        ("P0501", 2),
        ("P0503", 33),
        ("P0507", 551),
        ("P0600", 258),
        ("P0601", 338),
        // Arms of their own need no free segments.
        ("P0602", 5),
        ("P0604", 73),
        ("P0605", 6),
        ("P0702", 29),
    ];
    println!("{counts:?}");
    assert_eq!(counts, BTreeMap::from(expected));
}
