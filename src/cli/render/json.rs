//! Diagnostics as JSON objects.

use serde_json::{Value, json};

use planout::diagnostic::{Diagnostic, Replacement, Report};
use planout::source::SourceText;

/// The diagnostic as an object. All commands use this form.
pub(in crate::cli) fn json(source: &SourceText, diagnostic: &Diagnostic) -> Value {
    let start = source.position(diagnostic.primary.span.start);
    let end = source.position(diagnostic.primary.span.end);
    let mut object = json!({
        "code": diagnostic.code.as_str(),
        "severity": diagnostic.severity.as_str(),
        "message": diagnostic.message,
        "file": source.name(),
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
        "help": diagnostic.help,
    });
    if !diagnostic.replacements.is_empty() {
        let replacements = diagnostic.replacements.iter().map(|edit| replacement(source, edit));
        object["replacements"] = replacements.collect();
    }
    object
}

/// The replacement of a part of the text.
fn replacement(source: &SourceText, Replacement { span, text }: &Replacement) -> Value {
    let (start, end) = (source.position(span.start), source.position(span.end));
    json!({
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
        "text": text,
    })
}

/// The reason why a command failed. All commands use this form.
pub(in crate::cli) fn failure_json(message: &str, help: Option<&str>, status: u8) -> Value {
    json!({ "error": { "message": message, "help": help, "status": status } })
}

/// The diagnostics of all reports as one array, with one object on each line.
pub(super) fn array(reports: &[Report]) -> String {
    let objects = reports.iter().flat_map(|report| {
        report.diagnostics.iter().map(|found| json(&report.source, found).to_string())
    });
    match objects.collect::<Vec<_>>().join(",\n") {
        nothing if nothing.is_empty() => "[]\n".to_owned(),
        objects => format!("[\n{objects}\n]\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn an_object_a_line() {
        let text = array(&sample::reports());
        let objects: Value = serde_json::from_str(&text).expect("json");
        assert_eq!(objects.as_array().map(Vec::len), Some(4));
        assert_eq!(text.lines().count(), 6);
        assert_eq!(objects[0]["code"], "P0208");
        assert_eq!((&objects[0]["line"], &objects[0]["end_line"]), (&1.into(), &2.into()));
    }

    #[test]
    fn nothing_is_an_empty_array() {
        assert_eq!(array(&sample::clean()), "[]\n");
    }
}
