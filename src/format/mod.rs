//! The canonical style of PlanOut language: programs, and the scripts inside namespaces.
//!
//! The style only changes white space, with these exceptions: `<-` becomes `=`, and the comma that
//! may lead a list and the `;` after `if`, `switch` and `return` are dropped. The printed tokens and
//! comments are the author's. Before a text is returned, it is checked that they are all there and
//! have the same meaning.

mod faithful;
mod layout;
mod namespace;
mod pieces;
mod printer;
mod scalar;
mod shape;

pub use self::namespace::namespace;

use self::faithful::is_faithful_to;
use self::layout::Layout;
use self::printer::Style;
use self::shape::Shape;
use crate::diagnostic::{Diagnostic, Severity, check_size};
use crate::dialect::Dialect;
use crate::source::OffsetMap;
use crate::syntax::Statements;

/// The reason why a text was not formatted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// The text has errors: all of its problems.
    #[error("the text has errors")]
    Invalid(Vec<Diagnostic>),
    /// The formatted text would have another meaning. This is never the author's mistake.
    #[error("formatting would have changed the meaning of the text: this is a bug in planout")]
    Unfaithful,
}

/// Formats a program.
///
/// ```
/// use planout::{Dialect, format};
///
/// let text = "if(a){x<-f(b=1,c = [2,3]);}else{return true} # why";
/// assert_eq!(
///     format::script(text, Dialect::Planout4j)?,
///     "if (a) {\n  x = f(b=1, c=[2, 3]);\n} else {\n  return true;\n}  # why\n"
/// );
/// # Ok::<(), format::FormatError>(())
/// ```
///
/// # Errors
/// The program has errors, or the result is too large.
pub fn script(text: &str, dialect: Dialect) -> Result<String, FormatError> {
    // There is always a text on several lines.
    format(text, Style::Lines(newline(text)), dialect)?.ok_or(FormatError::Unfaithful)
}

/// Formats a program on one line. A program with comments needs more lines.
fn script_on_one_line(text: &str, dialect: Dialect) -> Result<Option<String>, FormatError> {
    format(text, Style::OneLine, dialect)
}

/// Formats a program, and keeps only one statement at a time.
fn format(text: &str, style: Style, dialect: Dialect) -> Result<Option<String>, FormatError> {
    let map = OffsetMap::identity();
    let mut statements = Statements::new(text, &map, dialect)
        .map_err(|problem| FormatError::Invalid(vec![*problem]))?;
    let mut layout = Layout::new(text, style, dialect);
    let mut shape = Shape::default();
    while let Some(rule) = statements.next() {
        // If there are errors, the text has more statements than these.
        if !statements.has_errors() {
            layout.statement(&rule);
            shape.rule(&rule);
        }
    }
    let problems = statements.finish();
    if problems.iter().any(|problem| problem.severity == Severity::Error) {
        return Err(FormatError::Invalid(problems));
    }
    let Some(formatted) = layout.finish() else {
        return Ok(None);
    };
    check_size(formatted.len()).map_err(|problem| FormatError::Invalid(vec![*problem]))?;
    if is_faithful_to(text, &shape, &formatted, dialect) {
        Ok(Some(formatted))
    } else {
        Err(FormatError::Unfaithful)
    }
}

/// The line end of a text's last line, which all lines of the formatted text get: so its last line
/// ends as before, even if a string of several lines contains other line ends.
fn newline(text: &str) -> &'static str {
    match text.rfind('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}
