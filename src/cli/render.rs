//! Diagnostics as text for people, and in the formats that other programs read.

mod github;
mod json;
mod junit;
#[cfg(test)]
mod sample;
mod sarif;
mod text;

use std::fmt;
use std::sync::Arc;

use clap::ValueEnum;
use planout::diagnostic::{Diagnostic, Report, Severity};
use planout::source::SourceText;

pub(super) use self::json::{failure_json, json};
pub(super) use self::text::{failure, text};
use super::secrets::Secrets;
use super::text::{cut, shortened};

/// The form in which a whole check is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    #[default]
    Text,
    Json,
    Sarif,
    Github,
    Junit,
}

/// A report in a form that may be shown: without secrets, and with messages of limited length.
pub(super) fn presentable(report: &Report, secrets: &Secrets) -> Report {
    let name = secrets.hide(report.source.name());
    let source = if name == report.source.name() {
        Arc::clone(&report.source)
    } else {
        Arc::new(SourceText::new(name, report.source.text()))
    };
    let mut diagnostics = report.diagnostics.clone();
    for Diagnostic { message, primary, secondary, help, .. } in &mut diagnostics {
        let labels = std::iter::once(primary).chain(secondary).map(|label| &mut label.text);
        for said in labels.chain([message]).chain(help) {
            *said = message_text(said, secrets);
        }
    }
    Report { source, diagnostics }
}

/// A message in a form that may be shown.
pub(super) fn message_text(message: &str, secrets: &Secrets) -> String {
    // Secrets are searched only in the parts of a long text that are shown.
    let message = cut(message, 8 << 10, 8 << 10);
    shortened(&secrets.hide(&message)).into_owned()
}

/// All reports in one text, which ends with a line break unless it is empty. Files without problems
/// are included: some formats name them.
pub(super) fn all(reports: &[Report], format: ReportFormat, secrets: &Secrets) -> String {
    let reports: Vec<_> = reports.iter().map(|report| presentable(report, secrets)).collect();
    let reports = reports.as_slice();
    match format {
        ReportFormat::Text => texts(reports, secrets),
        ReportFormat::Json => json::array(reports),
        ReportFormat::Sarif => sarif::sarif(reports),
        ReportFormat::Github => github::github(reports),
        ReportFormat::Junit => junit::junit(reports),
    }
}

fn texts(reports: &[Report], secrets: &Secrets) -> String {
    let texts = reports.iter().flat_map(|report| {
        report.diagnostics.iter().map(|found| text(&report.source, found, secrets) + "\n")
    });
    texts.collect()
}

/// The number of printed problems.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    errors: usize,
    warnings: usize,
}

impl Counts {
    pub(super) fn add(&mut self, severity: Severity) {
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |number: usize, what: &str| match number {
            0 => None,
            1 => Some(format!("1 {what}")),
            number => Some(format!("{number} {what}s")),
        };
        let counts = [count(self.errors, "error"), count(self.warnings, "warning")];
        f.write_str(&counts.into_iter().flatten().collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_the_same_twice_and_ends_its_line() {
        for format in ReportFormat::value_variants() {
            let text = all(&sample::reports(), *format, &Secrets::none());
            assert_eq!(text, all(&sample::reports(), *format, &Secrets::none()));
            assert!(text.ends_with('\n'), "{format:?}: {text}");
        }
    }

    #[test]
    fn text_shows_every_problem() {
        let text = all(&sample::reports(), ReportFormat::Text, &Secrets::none());
        for code in ["P0208", "P0007", "P0001", "P0101"] {
            assert!(text.contains(code), "{code} is missing: {text}");
        }
        assert_eq!(all(&sample::clean(), ReportFormat::Text, &Secrets::none()), "");
    }
}
