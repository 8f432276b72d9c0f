//! Problems of a text, with their places and advice. They are data, and are printed elsewhere.

mod allow;
mod code;
mod delimiter;
mod explain;
mod levels;
mod unseen;
mod word;

use std::fmt;
use std::sync::Arc;

pub use self::code::{Code, Level, UnknownCode};
pub use self::delimiter::other_delimiter;
pub use self::explain::{explain, title};
pub use self::levels::{Levels, NotALint};
pub use self::unseen::{is_unseen, visible, visible_lines, written_out};
pub use self::word::UnknownWord;
pub(crate) use self::word::words;
use crate::nearest::nearest;
use crate::source::{MAX_SOURCE_BYTES, SourceText, Span};

/// The severity of a problem.
///
/// ```
/// use planout::diagnostic::Severity;
///
/// assert_eq!("warning".parse(), Ok(Severity::Warning));
/// assert!("warn".parse::<Severity>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The text is legal, and probably not what its author meant.
    Warning,
    /// The text is wrong and cannot be used.
    Error,
}

impl Severity {
    /// `warning` or `error`.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

words!(Severity, "severity": Warning, Error);

/// Refuses a text that is too large for the offsets of spans.
pub(crate) fn check_size(bytes: usize) -> Result<(), Box<Diagnostic>> {
    if bytes <= MAX_SOURCE_BYTES {
        return Ok(());
    }
    let message = format!("the text is larger than {} MB", MAX_SOURCE_BYTES >> 20);
    let problem = Diagnostic::error(Code::TooLarge, Span::default(), message);
    Err(problem.help("is it the intended file?").boxed())
}

/// A place that a diagnostic points at, with a text for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// The text for that place. It may be empty.
    pub text: String,
}

/// A replacement for a part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// The part that is replaced. If it is empty, the new text is inserted there.
    pub span: Span,
    /// The new text.
    pub text: String,
}

/// One problem: its kind, its place, and advice.
///
/// Messages are lower case, quote the author's words in backticks and name no Rust types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The kind of problem.
    pub code: Code,
    /// The severity of the problem.
    pub severity: Severity,
    /// The problem, on one line.
    pub message: String,
    /// Its place.
    pub primary: Label,
    /// Other places that explain it.
    pub secondary: Vec<Label>,
    /// Advice on how to solve it.
    pub help: Option<String>,
    /// The help as edits, if it has that form: a program can make all of them together. Empty if a
    /// person has to decide.
    pub replacements: Vec<Replacement>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        let primary = Label { span, text: String::new() };
        Diagnostic {
            code,
            severity: Severity::Error,
            message: message.into(),
            primary,
            secondary: Vec::new(),
            help: None,
            replacements: Vec::new(),
        }
    }

    /// A problem at a place, with the default severity of its code.
    pub fn finding(code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        match code.default_level() {
            None | Some(Level::Error) => Diagnostic::error(code, span, message),
            Some(Level::Off | Level::Warn) => Diagnostic::warning(code, span, message),
        }
    }

    /// A warning at a place.
    pub fn warning(code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(code, span, message) }
    }

    /// Adds a text to the place itself.
    pub fn label(mut self, text: impl Into<String>) -> Diagnostic {
        self.primary.text = text.into();
        self
    }

    /// The diagnostic as an error of a fallible function, where its size matters.
    pub(crate) fn boxed(self) -> Box<Diagnostic> {
        Box::new(self)
    }

    /// Points at another place, too.
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// Adds advice, on one line.
    pub fn help(self, text: impl Into<String>) -> Diagnostic {
        self.help_lines([text.into()])
    }

    /// Adds advice, on several lines. A name that breaks a line does not break these.
    pub fn help_lines(mut self, lines: impl IntoIterator<Item = String>) -> Diagnostic {
        let lines = lines.into_iter().map(|line| line.replace('\n', "\\u000a"));
        self.help = Some(lines.collect::<Vec<_>>().join("\n"));
        self
    }

    /// Adds a replacement for a part of the text.
    pub fn replace(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.replacements.push(Replacement { span, text: text.into() });
        self
    }

    /// Adds the help `did you mean` if one of the candidates is near the word. The place of the
    /// diagnostic is the word.
    pub fn suggest<'a>(
        self,
        word: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Diagnostic {
        match nearest(word, candidates) {
            Some(near) => self.meant(near),
            None => self,
        }
    }

    /// Adds the help `did you mean` for the word that the diagnostic points at.
    pub fn meant(self, near: &str) -> Diagnostic {
        let span = self.primary.span;
        self.help(format!("did you mean `{near}`?")).replace(span, near)
    }
}

/// An error and its causes on one line, with colons before the causes. No error of this library
/// repeats its cause in its own text.
///
/// ```
/// use planout::diagnostic::with_causes;
///
/// let error = planout::Catalog::load("nowhere", planout::Dialect::Planout4j).unwrap_err();
/// assert_eq!(error.to_string(), "cannot read `nowhere`");
/// assert!(with_causes(&error).starts_with("cannot read `nowhere`: No such file or directory"));
/// ```
pub fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}

/// The problems of one source text.
#[derive(Clone, Debug)]
pub struct Report {
    /// The text.
    pub source: Arc<SourceText>,
    /// Its problems, in the order of their places.
    pub diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// Collects the problems of a text, sorted by place.
    pub fn new(source: Arc<SourceText>, mut diagnostics: Vec<Diagnostic>) -> Report {
        diagnostics.sort_by_key(|diagnostic| diagnostic.primary.span);
        Report { source, diagnostics }
    }

    /// Whether any of the problems is an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

impl std::error::Error for Report {}

/// A line for each problem, as `file:line:column: error[P0001]: message`.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.diagnostics.iter().enumerate() {
            let Diagnostic { code, severity, message, primary, .. } = diagnostic;
            let position = self.source.position(primary.span.start);
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{}:{}:{}: ", self.source.name(), position.line, position.column)?;
            write!(f, "{}[{code}]: {message}", severity.as_str())?;
        }
        Ok(())
    }
}
