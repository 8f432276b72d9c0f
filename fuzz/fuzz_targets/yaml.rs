//! YAML documents and the check of namespaces on any text: they end, their places are in the text,
//! and a document that has errors does not pass.
#![no_main]

use libfuzzer_sys::fuzz_target;
use planout::Dialect;
use planout::diagnostic::{Diagnostic, Severity};
use planout::namespace::{Document, Form, Outline};
use planout::source::SourceText;
use planout::tree::{Kind, Layout, Node, json, to_json, yaml};

fuzz_target!(|text: &str| {
    let source = SourceText::new("fuzz", text);
    let (tree, problems) = yaml::read(&source);
    problems.iter().for_each(|found| check_diagnostic(&source, found));
    let Some(tree) = tree else {
        assert!(!problems.is_empty());
        return;
    };
    check_tree(&source, &tree);
    let read_well = problems.is_empty();
    for dialect in [Dialect::Planout4j, Dialect::Planout] {
        let checked =
            Document::check(&Outline::new(tree.clone(), dialect), Form::Source, Some("fuzz"));
        checked.diagnostics.iter().for_each(|found| check_diagnostic(&source, found));
        let is_error = |found: &Diagnostic| found.severity == Severity::Error;
        let Some(document) = checked.document else {
            let said = problems.iter().chain(&checked.diagnostics).any(is_error);
            assert!(said, "refused without a reason");
            continue;
        };
        assert!(!checked.diagnostics.iter().any(is_error));
        // What could not be read is missing from the document.
        if read_well {
            check_compiled(&document);
        }
    }
});

fn check_diagnostic(source: &SourceText, found: &Diagnostic) {
    let labels = std::iter::once(&found.primary).chain(&found.secondary);
    for span in labels.map(|label| label.span) {
        let (start, end) = (span.start as usize, span.end as usize);
        assert_eq!(source.clamp(span), (start, end), "{found:?}");
    }
}

fn check_tree(source: &SourceText, node: &Node) {
    let (start, end) = (node.span.start as usize, node.span.end as usize);
    assert_eq!(source.clamp(node.span), (start, end), "{node:?}");
    match &node.kind {
        Kind::List(items) => items.iter().for_each(|item| check_tree(source, item)),
        Kind::Map(map) => map.entries.iter().for_each(|entry| check_tree(source, &entry.value)),
        _ => {}
    }
}

/// What is compiled is read back as the same.
fn check_compiled(document: &Document) {
    // More segments take more time than there is.
    if document.segments <= 1000 {
        document.build().expect("a checked document builds");
    }
    let text = to_json(&document.compiled, Layout::Compact, document.dialect);
    let again = json::read(&SourceText::new("fuzz", text.as_str()), 4000).expect("what was written");
    let again = Outline::new(again, Dialect::default());
    let again = Document::check(&again, Form::Compiled, Some("fuzz"));
    let again = again.document.expect("what was compiled is valid");
    assert_eq!(to_json(&again.compiled, Layout::Compact, again.dialect), text);
}
