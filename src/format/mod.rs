//! The canonical style of PlanOut language: programs, and the scripts inside namespaces.
//!
//! The style changes white space and nothing else, but for `<-`, which becomes `=`, the comma that
//! may lead a list, which is dropped, and the `;` after `if`, `switch` and `return`. What is
//! printed are the tokens and comments that the author wrote. That they are all there, and mean
//! the same, is checked each time before a text is given back.

mod faithful;
mod layout;
mod namespace;
mod pieces;
mod printer;
mod scalar;

pub use self::namespace::namespace;

use self::faithful::is_faithful;
use self::layout::layout;
use crate::diagnostic::{Diagnostic, check_size};
use crate::dialect::Dialect;
use crate::source::OffsetMap;
use crate::syntax::ast::Block;
use crate::syntax::parse;

/// Why a text was not formatted.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// It has errors: all that is wrong with it.
    #[error("the text has errors")]
    Invalid(Vec<Diagnostic>),
    /// The formatted text would have said something else. This is never the author's mistake.
    #[error("formatting would have changed what the text says: this is a bug in planout")]
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
/// The program has errors, or becomes too large.
pub fn script(text: &str, dialect: Dialect) -> Result<String, FormatError> {
    let program = program(text, dialect)?;
    faithful(text, layout(text, &program, dialect).print(newline(text)), dialect)
}

/// Formats a program on one line; one with comments has more than one.
fn script_on_one_line(text: &str, dialect: Dialect) -> Result<Option<String>, FormatError> {
    let program = program(text, dialect)?;
    let flat = layout(text, &program, dialect).print_flat();
    flat.map(|flat| faithful(text, flat, dialect)).transpose()
}

fn program(text: &str, dialect: Dialect) -> Result<Block, FormatError> {
    let parsed = parse(text, &OffsetMap::identity(), dialect);
    match parsed.valid() {
        Some(_) => Ok(parsed.program),
        None => Err(FormatError::Invalid(parsed.diagnostics)),
    }
}

fn faithful(text: &str, formatted: String, dialect: Dialect) -> Result<String, FormatError> {
    check_size(formatted.len()).map_err(|problem| FormatError::Invalid(vec![*problem]))?;
    match is_faithful(text, &formatted, dialect) {
        true => Ok(formatted),
        false => Err(FormatError::Unfaithful),
    }
}

/// What ends the last line of a text, and so each line of the formatted one: its last line then
/// ends alike, also where a string of several lines has other ends.
fn newline(text: &str) -> &'static str {
    match text.rfind('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}
