//! Reports with the content that renderers could get wrong.

use std::sync::Arc;

use planout::diagnostic::{Code, Diagnostic, Report};
use planout::source::{SourceText, Span};

/// A file with two errors and a warning, a text without a name or any lines, and a clean file.
pub(super) fn reports() -> Vec<Report> {
    let source = SourceText::new("a b/,ü%.yaml", "é é one\r\ntwo\n");
    let asked = "100 % <asked>\r\nfor ]]> & \u{7}more";
    let found = vec![
        Diagnostic::error(Code::NotEnoughSegments, Span::new(0, 12), asked)
            .help("ask for less")
            .also(Span::new(11, 14), "held \"here\"")
            .also(Span::new(6, 9), ""),
        Diagnostic::warning(Code::SwitchNeverRuns, Span::new(3, 6), "`é` is a \"switch\""),
        Diagnostic::error(Code::Syntax, Span::new(99, 99), "the end"),
    ];
    let large = Diagnostic::error(Code::TooLarge, Span::default(), "too large");
    let mut reports = vec![
        Report::new(Arc::new(source), found),
        Report::new(Arc::new(SourceText::new("", "")), vec![large]),
    ];
    reports.extend(clean());
    reports
}

/// A clean file.
pub(super) fn clean() -> Vec<Report> {
    vec![Report::new(Arc::new(SourceText::new("clean.yaml", "x: 1\n")), Vec::new())]
}
