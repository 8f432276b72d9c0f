//! The output: answers go to standard output, and everything else to standard error.

use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use anstream::{AutoStream, ColorChoice};

use planout::diagnostic::Report;
use planout::store::Owner;

use super::failure::{Failure, Outcome};
use super::render;
use super::secrets::Secrets;
use super::text::{Text, visible};
use super::{Color, Format, Global};

/// The form of failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failures {
    /// Text for people, on standard error.
    Text,
    /// JSON for programs, on standard output in place of the answer.
    Json,
    /// JSON for programs, on standard error, because standard output has rows.
    JsonBesideRows,
}

/// The content of standard output.
pub(super) enum Answer {
    /// Text for people.
    Text(Text),
    /// Data for programs, which is not changed.
    Data(String),
}

impl<T: Into<Text>> From<T> for Answer {
    fn from(text: T) -> Answer {
        Answer::Text(text.into())
    }
}

/// The form and the amount of output.
#[derive(Debug)]
pub(super) struct Output {
    color: ColorChoice,
    quiet: bool,
    verbose: bool,
    failures: Failures,
    /// Whether standard output already has an answer.
    is_answered: AtomicBool,
}

impl Output {
    /// The output of a program that has read only the form of failures from its options.
    pub(super) fn plain(failures: Failures) -> Output {
        let (color, is_answered) = (ColorChoice::Auto, AtomicBool::new(false));
        Output { color, quiet: false, verbose: false, failures, is_answered }
    }

    pub(super) fn new(global: &Global, failures: Failures) -> Output {
        let color = match global.color {
            // This looks at the terminal, and at NO_COLOR and CLICOLOR_FORCE.
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        let (quiet, verbose) = (global.quiet, global.verbose);
        Output { color, quiet, verbose, ..Output::plain(failures) }
    }

    /// Prints an answer, with a line break at its end.
    pub(super) fn answer(&self, answer: impl Into<Answer>) -> Outcome {
        let mut text = match answer.into() {
            Answer::Text(text) => text.printed(),
            Answer::Data(data) => data,
        };
        if !text.ends_with('\n') {
            text.push('\n');
        }
        self.bytes(&text)
    }

    /// Prints an answer that may be empty.
    pub(super) fn answer_unless_empty(&self, answer: impl Into<Answer>) -> Outcome {
        let answer = answer.into();
        let is_empty = match &answer {
            Answer::Text(text) => text.is_empty(),
            Answer::Data(data) => data.is_empty(),
        };
        if is_empty { Ok(()) } else { self.answer(answer) }
    }

    /// Prints a file without any change.
    pub(super) fn bytes(&self, text: &str) -> Outcome {
        self.is_answered.store(true, Ordering::Relaxed);
        let mut out = std::io::stdout().lock();
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }

    /// Prints a message for people, without secrets and with a limited length.
    fn say(&self, text: impl Into<Text>) {
        let secrets = Secrets::known();
        let text = text.into().map(|line| render::message_text(&line, &secrets));
        self.print(&text.printed());
    }

    /// Prints a text that may be shown. It has no unintended lines, and no colours but ours.
    fn print(&self, text: &str) {
        // If standard error is closed, nobody can read the message.
        let _ = write!(AutoStream::new(std::io::stderr(), self.color), "{text}");
    }

    /// Prints a note about the answer.
    pub(super) fn note(&self, text: impl Into<Text>) {
        if !self.quiet {
            self.say(text);
        }
    }

    /// Prints a warning if the owner of a replaced file has changed.
    pub(super) fn note_owner(&self, path: &Path, owner: Owner) {
        if let Some(text) = given_away(path, owner) {
            self.note(&text);
        }
    }

    /// Whether only the answer and errors are printed.
    pub(super) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Whether details about the answer are printed.
    pub(super) fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Prints a detail about the answer, for verbose output.
    pub(super) fn detail(&self, text: impl Into<Text>) {
        if self.verbose {
            self.say(text);
        }
    }

    /// Prints the problems of some texts, their number, and where to read more.
    pub(super) fn reports<'a>(
        &self,
        reports: impl IntoIterator<Item = &'a Report>,
        format: Format,
    ) -> Outcome {
        let mut counts = render::Counts::default();
        let mut first = None;
        let mut json = Vec::new();
        let secrets = Secrets::known();
        for report in reports {
            let report = render::presentable(report, &secrets);
            for diagnostic in &report.diagnostics {
                counts.add(diagnostic.severity);
                first.get_or_insert(diagnostic.code);
                match format {
                    Format::Json => json.push(render::json(&report.source, diagnostic)),
                    Format::Text => {
                        let text = render::text(&report.source, diagnostic, &secrets);
                        self.print(&(text + "\n"));
                    }
                }
            }
        }
        let Some(code) = first else {
            return Ok(());
        };
        match format {
            Format::Json => self.print_object(&json.into()),
            Format::Text => {
                self.say(counts.to_string());
                self.note(format!("for more: `planout explain {code}`"));
            }
        }
        Ok(())
    }

    /// Prints the notes about rows for programs.
    #[cfg(feature = "batch")]
    pub(super) fn summary(&self, summary: &serde_json::Value) {
        if !self.quiet {
            self.print_object(summary);
        }
    }

    /// Prints JSON for programs on standard error.
    fn print_object(&self, value: &serde_json::Value) {
        self.print(&(visible(&value.to_string()).into_owned() + "\n"));
    }

    /// Prints the reason of a failure.
    pub(super) fn failure(&self, failure: &Failure) {
        let Some(message) = failure.message() else {
            return;
        };
        let is_text = self.failures == Failures::Text;
        // If standard error is closed, nothing is left to do.
        if let Some(report) = failure.report().filter(|_| !failure.is_said()) {
            let _ = self.reports([report], if is_text { Format::Text } else { Format::Json });
        }
        if !is_text {
            self.object(&message, failure);
        } else if failure.report().is_none() && !failure.is_said() {
            let secrets = Secrets::known();
            let [message, advice] = [Some(&*message), failure.advice()]
                .map(|said| said.map(|said| render::message_text(said, &secrets)));
            let message = message.unwrap_or_default();
            self.print(&(render::failure(&message, advice.as_deref()) + "\n"));
        }
        for cause in failure.causes() {
            self.detail(format!("cause: {cause}"));
        }
    }

    /// Prints a failure for programs. Each stream has at most one.
    fn object(&self, message: &str, failure: &Failure) {
        let secrets = Secrets::known();
        let advice = failure.advice().map(|advice| render::message_text(advice, &secrets));
        let message = render::message_text(message, &secrets);
        let object = render::failure_json(&message, advice.as_deref(), failure.status());
        let is_answered = self.is_answered.load(Ordering::Relaxed);
        match self.failures {
            Failures::Json if !is_answered => {
                let _ = self.answer(Answer::Data(format!("{object:#}")));
            }
            // The diagnostics are the answer, so there is nothing to add.
            Failures::Json if failure.is_said() => {}
            _ => self.print_object(&object),
        }
    }
}

/// The warning about a file that was replaced, if its owner has changed.
pub(super) fn given_away(path: &Path, owner: Owner) -> Option<String> {
    (owner == Owner::Changed).then(|| {
        format!(
            "warning: `{}` now belongs to another user or group: only the superuser can keep the previous owner",
            path.display()
        )
    })
}
