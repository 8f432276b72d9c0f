//! The errors of a file of units and of its rows.

use std::{fmt, io};

use crate::eval::{MAX_ANSWER, MAX_MADE_FOR_ALL};
use crate::namespace::AssignError;
use crate::nearest::hint;
use crate::value::{Type, ValueError};

/// The reason why a batch ended early.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The input cannot be read.
    #[error("cannot read `{name}`")]
    Read {
        /// The name of the input.
        name: String,
        /// The cause.
        #[source]
        error: io::Error,
    },
    /// The output cannot be written.
    #[error("cannot write the rows")]
    Write(#[source] io::Error),
    /// The settings do not fit the input.
    #[error("{message}")]
    Unfit {
        /// The problem.
        message: String,
        /// Advice on how to solve it.
        help: Option<String>,
        /// The part of the batch to change, if it is one of these.
        part: Option<Part>,
        /// The cause, if there is one.
        #[source]
        cause: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// A row is bad, and bad rows end the batch.
    #[error("{name}:{}", row.place())]
    Row {
        /// The name of the input.
        name: String,
        /// The row and its problem.
        #[source]
        row: Box<BadRow>,
    },
}

/// A part of a batch that can be wrong. A program that has its own words for these parts can use them
/// in its advice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// The columns that are kept.
    Keep,
    /// The types of columns.
    Types,
    /// The delimiter. The only column contains this character, which separates fields in other
    /// formats.
    Delimiter(char),
    /// The copied columns and the params, which are side by side in the output.
    Output,
}

/// A row without an answer. Displayed, it is its reason; [`place`] tells its place.
///
/// [`place`]: BadRow::place
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct BadRow {
    /// The line where it begins, counted from 1. In a file without lines, the number of the row.
    pub line: u64,
    /// The character of the line where the problem is, counted from 1, if it is known.
    pub column: Option<u64>,
    /// The reason.
    pub reason: Reason,
}

/// The reason why a row has no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The row cannot be read.
    #[error("{0}")]
    Malformed(String),
    /// A field does not have the type of its column.
    #[error("`{text}` in column `{column}` is not {}", .expected.describe())]
    WrongType {
        /// The column.
        column: String,
        /// The field.
        text: String,
        /// The type of the column.
        expected: Type,
    },
    /// An input is not a value.
    #[error("input `{input}` cannot be used")]
    Value {
        /// The input.
        input: String,
        /// The cause.
        #[source]
        error: ValueError,
    },
    /// The unit cannot be assigned.
    #[error(transparent)]
    Assign(#[from] AssignError),
    /// The answers of all namespaces are larger than a row may be.
    #[error("its answers take more than {} MB", MAX_ANSWER >> 20)]
    TooLarge,
    /// A param has a value that cannot be written.
    #[error("param `{param}` has no value")]
    Unwritable {
        /// The param.
        param: String,
        /// The cause.
        #[source]
        error: ValueError,
    },
}

/// The kinds of reasons, which are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReasonKind {
    /// The row cannot be read.
    Malformed,
    /// A field has the wrong type.
    WrongType,
    /// The primary unit is missing.
    MissingUnit,
    /// A script failed, or computed a value that cannot be written.
    Script,
}

impl ReasonKind {
    /// All kinds.
    pub const ALL: [ReasonKind; 4] =
        [ReasonKind::Malformed, ReasonKind::WrongType, ReasonKind::MissingUnit, ReasonKind::Script];

    /// The kind in a few words.
    pub fn describe(self) -> &'static str {
        match self {
            ReasonKind::Malformed => "malformed",
            ReasonKind::WrongType => "wrong type",
            ReasonKind::MissingUnit => "missing unit",
            ReasonKind::Script => "failed script",
        }
    }
}

impl BadRow {
    /// The line, and the column if it is known, as `3:14`.
    pub fn place(&self) -> String {
        match self.column {
            Some(column) => format!("{}:{column}", self.line),
            None => self.line.to_string(),
        }
    }
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}

impl std::error::Error for BadRow {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.reason.source()
    }
}

impl Reason {
    /// The kind of the reason.
    pub fn kind(&self) -> ReasonKind {
        match self {
            Reason::Malformed(_) | Reason::Value { .. } => ReasonKind::Malformed,
            Reason::WrongType { .. } => ReasonKind::WrongType,
            Reason::Assign(AssignError::MissingUnit { .. }) => ReasonKind::MissingUnit,
            Reason::Assign(AssignError::Script { .. })
            | Reason::TooLarge
            | Reason::Unwritable { .. } => ReasonKind::Script,
        }
    }

    /// The reason why a row cannot be read. The input may end in the row.
    pub(super) fn malformed(message: impl Into<String>, is_cut: bool) -> Reason {
        let message = message.into();
        Reason::Malformed(if is_cut {
            format!("the input ends in the middle of this row: {message}")
        } else {
            message
        })
    }

    /// A row that is not text. The last row may be cut off in the middle of a character.
    pub(super) fn not_utf8(error: std::str::Utf8Error, is_last: bool) -> Reason {
        Reason::malformed("not UTF-8", is_last && error.error_len().is_none())
    }

    /// The row that has this reason.
    pub(super) fn at(self, line: u64) -> BadRow {
        BadRow { line, column: None, reason: self }
    }
}

impl Error {
    pub(super) fn unfit(message: impl Into<String>) -> Error {
        Error::Unfit { message: message.into(), help: None, part: None, cause: None }
    }

    /// Adds the part of the batch that is wrong.
    pub(super) fn part(mut self, wrong: Part) -> Error {
        if let Error::Unfit { part, .. } = &mut self {
            *part = Some(wrong);
        }
        self
    }

    /// Too many rows fail after a long time. The reason is that of the first one.
    pub(super) fn exhausted(first: Option<BadRow>) -> Error {
        let most = MAX_MADE_FOR_ALL >> 30;
        let message = format!(
            "scripts make more than {most} GB of lists, maps and strings for rows that fail"
        );
        let error = Error::unfit(message);
        match first {
            Some(first) => error.because(first),
            None => error,
        }
    }

    /// Adds the cause.
    pub(super) fn because(
        mut self,
        error: impl std::error::Error + Send + Sync + 'static,
    ) -> Error {
        if let Error::Unfit { cause, .. } = &mut self {
            *cause = Some(Box::new(error));
        }
        self
    }

    pub(super) fn help(mut self, text: impl Into<String>) -> Error {
        if let Error::Unfit { help, .. } = &mut self {
            *help = Some(text.into());
        }
        self
    }

    /// The error for a name that the input or the namespaces do not have.
    pub(super) fn unknown<'a>(
        message: String,
        name: &str,
        known: impl IntoIterator<Item = &'a str> + Clone,
    ) -> Error {
        let error = Error::unfit(message);
        match hint(name, known) {
            Some(hint) => error.help(hint),
            None => error.help("there are none"),
        }
    }
}
