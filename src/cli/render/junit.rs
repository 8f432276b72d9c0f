//! Diagnostics as a JUnit report: each file is a test case, which fails if the file has errors.

use planout::diagnostic::{Diagnostic, Report, Severity, is_unseen, written_out};
use planout::source::SourceText;

/// The whole document. Its only time is 0, so that the same files always give the same report.
pub(super) fn junit(reports: &[Report]) -> String {
    let failures = reports.iter().filter(|report| report.has_errors()).count();
    let counts = format!("tests=\"{}\" failures=\"{failures}\" errors=\"0\"", reports.len());
    let cases: String = reports.iter().map(case).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites {counts} time=\"0\">\n\
         \x20 <testsuite name=\"planout\" {counts} time=\"0\">\n\
         {cases}\
         \x20 </testsuite>\n\
         </testsuites>\n"
    )
}

fn case(report: &Report) -> String {
    let source = &report.source;
    let open = format!(
        "    <testcase classname=\"planout\" name=\"{}\" time=\"0\"",
        escape(source.name())
    );
    if report.diagnostics.is_empty() {
        return open + "/>\n";
    }
    let (errors, warnings): (Vec<_>, Vec<_>) =
        report.diagnostics.iter().partition(|found| found.severity == Severity::Error);
    let failures: String = errors.iter().map(|error| failure(source, error)).collect();
    let output = output(source, &warnings);
    format!("{open}>\n{failures}{output}    </testcase>\n")
}

fn failure(source: &SourceText, error: &Diagnostic) -> String {
    let (message, text) = (escape(&error.message), escape(&text(source, error)));
    format!("      <failure message=\"{message}\" type=\"{}\">{text}</failure>\n", error.code)
}

/// JUnit has no warnings, so they are written as the output of the test.
fn output(source: &SourceText, warnings: &[&Diagnostic]) -> String {
    if warnings.is_empty() {
        return String::new();
    }
    let lines: Vec<_> = warnings.iter().map(|warning| escape(&text(source, warning))).collect();
    format!("      <system-out>{}</system-out>\n", lines.join("\n"))
}

/// The diagnostic with its place, in the form that editors and terminals recognize.
fn text(source: &SourceText, diagnostic: &Diagnostic) -> String {
    let Diagnostic { code, severity, message, primary, help, .. } = diagnostic;
    let place = source.position(primary.span.start);
    let (name, severity) = (source.name(), severity.as_str());
    let help = help.as_ref().map_or(String::new(), |help| format!("\nhelp: {help}"));
    format!("{name}:{}:{}: {severity}[{code}]: {message}{help}", place.line, place.column)
}

/// Escapes text for elements and attributes. Characters that XML 1.0 cannot hold, and invisible ones,
/// are written as escapes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // Unescaped, these would become spaces in an attribute.
            '\t' | '\n' | '\r' => escaped.push_str(&format!("&#{};", u32::from(char))),
            '\u{fffe}' | '\u{ffff}' => escaped.push_str(&written_out(char)),
            other if is_unseen(other) => escaped.push_str(&written_out(other)),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use roxmltree::{Document, Node};

    use super::super::sample;
    use super::*;

    fn named<'a, 'i>(node: Node<'a, 'i>, name: &'a str) -> Vec<Node<'a, 'i>> {
        node.descendants().filter(|node| node.has_tag_name(name)).collect()
    }

    #[test]
    fn a_case_a_file_and_a_failure_an_error() {
        let text = junit(&sample::reports());
        let document = Document::parse(&text).expect("well-formed xml");
        let suite = named(document.root(), "testsuite")[0];
        for (attribute, value) in [("name", "planout"), ("tests", "3"), ("failures", "2")] {
            assert_eq!(suite.attribute(attribute), Some(value));
        }
        let cases = named(suite, "testcase");
        let names: Vec<_> = cases.iter().map(|case| case.attribute("name")).collect();
        assert_eq!(names, [Some("a b/,ü%.yaml"), Some(""), Some("clean.yaml")]);

        let failures = named(cases[0], "failure");
        assert_eq!(failures.len(), 2);
        assert_eq!(failures[0].attribute("type"), Some("P0208"));
        let message = "100 % <asked>\r\nfor ]]> & \\u0007more";
        assert_eq!(failures[0].attribute("message"), Some(message));
        let line = format!("a b/,ü%.yaml:1:1: error[P0208]: {message}\nhelp: ask for less");
        assert_eq!(failures[0].text(), Some(line.as_str()));
        let output = named(cases[0], "system-out");
        let warning = "a b/,ü%.yaml:1:3: warning[P0007]: `é` is a \"switch\"";
        assert_eq!(output[0].text(), Some(warning));
        assert!(!cases[2].has_children());
    }

    #[test]
    fn every_character_gives_xml() {
        let every: String = (0..=0x1_ffff).filter_map(char::from_u32).collect();
        let text = format!("<a b=\"{0}\">{0}</a>", escape(&every));
        let document = Document::parse(&text).expect("well-formed xml");
        let kept = document.root_element().text().expect("text");
        assert_eq!(document.root_element().attribute("b"), Some(kept));
        let shown: String = every
            .chars()
            .map(|char| match char {
                '\t' | '\n' | '\r' => char.to_string(),
                '\u{fffe}' | '\u{ffff}' => written_out(char),
                char if is_unseen(char) => written_out(char),
                char => char.to_string(),
            })
            .collect();
        assert_eq!(kept, shown);
    }

    #[test]
    fn nothing_wrong_fails_nothing() {
        let text = junit(&sample::clean());
        let document = Document::parse(&text).expect("well-formed xml");
        assert_eq!(named(document.root(), "failure").len(), 0);
        assert_eq!(named(document.root(), "testcase").len(), 1);
    }
}
