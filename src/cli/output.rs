//! Standard output for answers, standard error for all else.

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

/// How failures are said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failures {
    /// To people, on standard error.
    Text,
    /// To programs, on standard output in place of the answer.
    Json,
    /// To programs, on standard error: standard output has rows.
    JsonBesideRows,
}

/// The output on standard output.
pub(super) enum Answer {
    /// To people.
    Text(Text),
    /// To programs, to the byte.
    Data(String),
}

impl<T: Into<Text>> From<T> for Answer {
    fn from(text: T) -> Answer {
        Answer::Text(text.into())
    }
}

/// How and how much to print.
#[derive(Debug)]
pub(super) struct Output {
    color: ColorChoice,
    quiet: bool,
    verbose: bool,
    failures: Failures,
    /// Whether standard output has an answer.
    is_answered: AtomicBool,
}

impl Output {
    /// The output of a program that knows no more of its options than the form of failures.
    pub(super) fn plain(failures: Failures) -> Output {
        let (color, is_answered) = (ColorChoice::Auto, AtomicBool::new(false));
        Output { color, quiet: false, verbose: false, failures, is_answered }
    }

    pub(super) fn new(global: &Global, failures: Failures) -> Output {
        let color = match global.color {
            // Looks at the terminal, NO_COLOR and CLICOLOR_FORCE.
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        let (quiet, verbose) = (global.quiet, global.verbose);
        Output { color, quiet, verbose, ..Output::plain(failures) }
    }

    /// Prints an answer, and ends its last line.
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

    /// Prints an answer that may be nothing.
    pub(super) fn answer_unless_empty(&self, answer: impl Into<Answer>) -> Outcome {
        let answer = answer.into();
        let is_empty = match &answer {
            Answer::Text(text) => text.is_empty(),
            Answer::Data(data) => data.is_empty(),
        };
        if is_empty { Ok(()) } else { self.answer(answer) }
    }

    /// Prints a file as it is, to the byte.
    pub(super) fn bytes(&self, text: &str) -> Outcome {
        self.is_answered.store(true, Ordering::Relaxed);
        let mut out = std::io::stdout().lock();
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }

    /// Says something to people: without the secrets in it, and not for ever.
    fn say(&self, text: impl Into<Text>) {
        let secrets = Secrets::known();
        let text = text.into().map(|line| render::message_text(&line, &secrets));
        self.print(&text.printed());
    }

    /// Prints what can be shown to everybody: it has no line that is not meant, and no colour that
    /// is not ours.
    fn print(&self, text: &str) {
        // If standard error is gone, there is nobody left to tell.
        let _ = write!(AutoStream::new(std::io::stderr(), self.color), "{text}");
    }

    /// Prints something worth knowing beside the answer.
    pub(super) fn note(&self, text: impl Into<Text>) {
        if !self.quiet {
            self.say(text);
        }
    }

    /// Says that a file that was replaced belongs to somebody else now, if it does.
    pub(super) fn note_owner(&self, path: &Path, owner: Owner) {
        if let Some(text) = given_away(path, owner) {
            self.note(&text);
        }
    }

    /// Whether nobody wants to know more than the answer.
    pub(super) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Whether anybody wants to know how the program comes to its answer.
    pub(super) fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Prints how the program came to its answer, for those who ask.
    pub(super) fn detail(&self, text: impl Into<Text>) {
        if self.verbose {
            self.say(text);
        }
    }

    /// Prints the problems of some texts, how many there are, and where to read on.
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

    /// Prints to programs what is worth knowing beside rows.
    #[cfg(feature = "batch")]
    pub(super) fn summary(&self, summary: &serde_json::Value) {
        if !self.quiet {
            self.print_object(summary);
        }
    }

    /// Prints something to programs, on standard error.
    fn print_object(&self, value: &serde_json::Value) {
        self.print(&(visible(&value.to_string()).into_owned() + "\n"));
    }

    /// Prints why the program fails.
    pub(super) fn failure(&self, failure: &Failure) {
        let Some(message) = failure.message() else {
            return;
        };
        let is_text = self.failures == Failures::Text;
        // Nothing is left to be done where nobody reads what is said here.
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

    /// Prints a failure for programs: each stream has one at most.
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
            // The answer is what diagnostics have said: there is nothing to add.
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
