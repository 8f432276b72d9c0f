//! Diagnostics as workflow commands of GitHub Actions. GitHub shows them beside the changed lines.

use planout::diagnostic::{Diagnostic, Report};
use planout::source::SourceText;

use crate::cli::text::visible;

/// A line for each diagnostic.
pub(super) fn github(reports: &[Report]) -> String {
    let lines = reports.iter().flat_map(|report| {
        report.diagnostics.iter().map(|diagnostic| command(&report.source, diagnostic) + "\n")
    });
    lines.collect()
}

fn command(source: &SourceText, diagnostic: &Diagnostic) -> String {
    let Diagnostic { code, severity, message, primary, help, .. } = diagnostic;
    let start = source.position(primary.span.start);
    let end = source.position(primary.span.end);
    let mut properties =
        format!("file={},line={},endLine={}", property(source.name()), start.line, end.line);
    // GitHub does not use columns for places over several lines.
    if start.line == end.line {
        properties += &format!(",col={},endColumn={}", start.column, end.column);
    }
    let text = match help {
        Some(help) => data(&format!("{message}\nhelp: {help}")),
        None => data(message),
    };
    format!("::{} {properties},title={code}::{text}", severity.as_str())
}

/// Escapes the text after the second `::`. A line break would end the command and begin another one.
fn data(text: &str) -> String {
    let text = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    visible(&text).into_owned()
}

/// Escapes the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn a_command_a_line() {
        let expected = "\
::error file=a b/%2Cü%25.yaml,line=1,endLine=2,title=P0208::100 %25 <asked>%0D%0Afor ]]> & \\u0007more%0Ahelp: ask for less
::warning file=a b/%2Cü%25.yaml,line=1,endLine=1,col=3,endColumn=5,title=P0007::`é` is a \"switch\"
::error file=a b/%2Cü%25.yaml,line=3,endLine=3,col=1,endColumn=1,title=P0001::the end
::error file=,line=1,endLine=1,col=1,endColumn=1,title=P0101::too large
";
        assert_eq!(github(&sample::reports()), expected);
    }

    #[test]
    fn nothing_is_nothing() {
        assert_eq!(github(&sample::clean()), "");
    }
}
