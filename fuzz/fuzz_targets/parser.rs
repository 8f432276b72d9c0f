//! The parser on any text: it ends, its places are in the text, and it is silent about exactly
//! what compiles.
#![no_main]

use libfuzzer_sys::fuzz_target;
use planout::diagnostic::{Diagnostic, Severity};
use planout::source::{OffsetMap, SourceText};
use planout::syntax::parse;
use planout::{Dialect, Script};

fuzz_target!(|text: &str| {
    let source = SourceText::new("fuzz", text);
    for dialect in [Dialect::Planout4j, Dialect::Planout] {
        let parsed = parse(text, &OffsetMap::identity(), dialect);
        for found in &parsed.diagnostics {
            check_places(&source, found);
        }
        let is_error = |found: &Diagnostic| found.severity == Severity::Error;
        let valid = parsed.valid().is_some();
        assert_eq!(valid, !parsed.diagnostics.iter().any(is_error));
        // Lowering refuses nothing that the parser accepts.
        assert_eq!(Script::compile("fuzz", text, dialect).is_ok(), valid);
    }
});

fn check_places(source: &SourceText, found: &Diagnostic) {
    let labels = std::iter::once(&found.primary).chain(&found.secondary);
    for span in labels.map(|label| label.span) {
        let (start, end) = (span.start as usize, span.end as usize);
        assert_eq!(source.clamp(span), (start, end), "{found:?}");
    }
}
