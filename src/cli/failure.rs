//! The failures of commands, and their exit statuses.

use std::error::Error;

use planout::diagnostic::{Diagnostic, Report, Severity};
use planout::eval::EvalError;
use planout::nearest::hint;
use planout::ship::ShipError;
use planout::store::StoreError;

use super::near_file;

pub(super) type Outcome<T = ()> = Result<T, Failure>;

/// The reason why a command failed: a status, an error with its causes, and help.
#[derive(Debug)]
pub(super) struct Failure {
    kind: Kind,
    /// The error. `None` if no command has failed.
    error: Option<anyhow::Error>,
    /// Better words for the error of an evaluation, if there are any.
    reason: Option<String>,
    /// Advice on how to solve it.
    help: Option<String>,
    /// Whether the user has already read it, as diagnostics.
    is_said: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The input is wrong, or the answer is negative.
    Wrong,
    /// The command line is wrong.
    Usage,
    /// A file, a store or the network failed.
    Broken,
    /// No program reads the output any more.
    ClosedPipe,
    /// Nothing failed. The status is part of the answer.
    Answer(u8),
}

impl Failure {
    fn silent(kind: Kind) -> Failure {
        Failure { kind, error: None, reason: None, help: None, is_said: true }
    }

    /// The type of a boxed error is lost, so errors that are searched for by type are not boxed.
    fn boxed(kind: Kind, error: impl Into<Box<dyn Error + Send + Sync>>) -> Failure {
        Failure::new(kind, anyhow::Error::from_boxed(error.into()))
    }

    fn new(kind: Kind, error: anyhow::Error) -> Failure {
        Failure { kind, error: Some(error), reason: None, help: None, is_said: false }
    }

    /// The input is wrong: a message, or an error of the library.
    pub(super) fn wrong(error: impl Into<Box<dyn Error + Send + Sync>>) -> Failure {
        Failure::boxed(Kind::Wrong, error)
    }

    pub(super) fn usage(error: impl Into<Box<dyn Error + Send + Sync>>) -> Failure {
        Failure::boxed(Kind::Usage, error)
    }

    pub(super) fn broken(error: impl Into<Box<dyn Error + Send + Sync>>) -> Failure {
        Failure::boxed(Kind::Broken, error)
    }

    /// The input has errors that are not printed yet. On one line, only the first of them is shown.
    pub(super) fn invalid(report: Report) -> Failure {
        let is_error = |found: &&Diagnostic| found.severity == Severity::Error;
        let mut errors = report.diagnostics.iter().filter(is_error);
        let (mut message, mut help) = (format!("`{}` is not valid", report.source.name()), None);
        if let Some(first) = errors.next() {
            let place = report.source.position(first.primary.span.start);
            let name = report.source.name();
            message = format!("{name}:{}:{}: {}", place.line, place.column, first.message);
            help.clone_from(&first.help);
            message += &match errors.count() {
                0 => String::new(),
                more => format!(" (and {more} more)"),
            };
        }
        Failure { help, ..Failure::new(Kind::Wrong, report.into()).context(message) }
    }

    /// The input is wrong, and its diagnostics have been printed.
    pub(super) fn reported() -> Failure {
        Failure::wrong("the input has errors: standard error lists them").said()
    }

    /// The answer has a status of its own.
    pub(super) fn answer(status: u8) -> Failure {
        Failure::silent(Kind::Answer(status))
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Failure {
        self.help = Some(help.into());
        self
    }

    /// Puts the action that failed before the message.
    pub(super) fn context(self, what: impl Into<String>) -> Failure {
        let error = self.error.map(|error| error.context(what.into()));
        Failure { error, ..self }
    }

    /// Names the work that was done before the answer could not be printed. It is not a failure if
    /// the reader closes the output early.
    pub(super) fn after(self, what: &str) -> Failure {
        match self.kind {
            Kind::ClosedPipe => self,
            _ => self.context(format!("{what}, and the answer could not be printed")),
        }
    }

    /// Whether no program reads the output any more.
    pub(super) fn is_closed_pipe(&self) -> bool {
        self.kind == Kind::ClosedPipe
    }

    /// The same failure with another message.
    pub(super) fn reworded(self, message: String) -> Failure {
        Failure { error: Some(anyhow::Error::msg(message)), ..self }
    }

    /// Replaces the words for the error of an evaluation by better ones.
    pub(super) fn explained(mut self, words: impl Fn(&EvalError) -> String) -> Failure {
        let mut causes = self.error.iter().flat_map(anyhow::Error::chain);
        self.reason = causes.find_map(|error| error.downcast_ref()).map(words);
        self
    }

    /// The words for one error of the chain.
    fn words(&self, error: &(dyn Error + 'static)) -> String {
        match &self.reason {
            Some(reason) if error.is::<EvalError>() => reason.clone(),
            _ => error.to_string(),
        }
    }

    /// A failure because of the command line.
    pub(super) fn into_usage(self) -> Failure {
        Failure { kind: Kind::Usage, ..self }
    }

    /// A failure that the diagnostics have already reported.
    pub(super) fn said(self) -> Failure {
        Failure { is_said: true, ..self }
    }

    /// A failure because of an unknown name. The help has the nearest known name, or the known names.
    pub(super) fn unknown<'a>(
        what: &str,
        name: &str,
        known: impl IntoIterator<Item = &'a str> + Clone,
    ) -> Failure {
        let help = hint(name, known).unwrap_or_else(|| "known: none".to_owned());
        Failure::wrong(format!("unknown {what} `{name}`")).help(help)
    }

    /// The exit status of the program.
    pub(super) fn status(&self) -> u8 {
        match self.kind {
            Kind::ClosedPipe => 0,
            Kind::Wrong => 1,
            Kind::Usage => 2,
            Kind::Broken => 3,
            Kind::Answer(status) => status,
        }
    }

    pub(super) fn is_said(&self) -> bool {
        self.is_said
    }

    /// The message on one line: the error and its causes. `None` if no command has failed.
    pub(super) fn message(&self) -> Option<String> {
        let mut message = Vec::new();
        // The diagnostics do not fit on a line, which already has the first of them.
        for error in self.error.as_ref()?.chain().filter(|error| !error.is::<Report>()) {
            message.push(self.words(error));
            // The causes below are in the words of the system or the server, for users who want to
            // know more.
            if matches!(error.downcast_ref(), Some(StoreError::Server { .. })) {
                break;
            }
        }
        Some(message.join(": "))
    }

    /// Advice on how to solve it.
    pub(super) fn advice(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// The causes of the error, the nearest first. Each is on one line and occurs once.
    pub(super) fn causes(&self) -> Vec<String> {
        let errors = self.error.iter().flat_map(|error| error.chain().skip(1));
        let texts = errors.filter(|error| !error.is::<Report>()).map(|error| self.words(error));
        let line = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut causes: Vec<String> = texts.map(line).collect();
        causes.dedup();
        causes
    }

    /// The problems of a text, if the error is due to them.
    pub(super) fn report(&self) -> Option<&Report> {
        self.error.as_ref()?.chain().find_map(|error| error.downcast_ref())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        let kind = match error {
            StoreError::UnknownScheme { .. }
            | StoreError::MissingFeature { .. }
            | StoreError::InvalidUrl { .. } => Kind::Usage,
            StoreError::IsDirectory(_)
            | StoreError::Link { .. }
            | StoreError::NotADirectory(_)
            | StoreError::NotUtf8(_)
            | StoreError::NotANamespace(_) => Kind::Wrong,
            _ => Kind::Broken,
        };
        let help = error.help().or_else(|| near_file::hint(&error));
        Failure { help, ..Failure::new(kind, error.into()) }
    }
}

impl From<ShipError> for Failure {
    fn from(error: ShipError) -> Failure {
        match error {
            ShipError::Store(error) => error.into(),
            error @ ShipError::Alike(_) => Failure::wrong(error)
                .help("rename the namespace; if it was renamed, `--prune` removes the old one"),
            error => Failure::wrong(error),
        }
    }
}

impl From<std::io::Error> for Failure {
    /// The failure of a write to standard output or of a read of standard input.
    fn from(error: std::io::Error) -> Failure {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Failure::silent(Kind::ClosedPipe),
            _ => Failure::broken(error).context("standard input or output"),
        }
    }
}
