//! Syntax errors in the author's words.

use granit_parser::{ErrorKind, ScanError};

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Source, Span};
use crate::tree::MAX_DEPTH;

const COLUMNS: &str =
    "what belongs together starts in the same column; what belongs into it, further right";
const DIRECTIVE: &str = "leave out the line that starts with `%`";
const ESCAPES: &str = "write `\\\\` for a backslash, or use single quotes, which have no escapes";
const SPACES: &str = "indent with spaces";

/// The problem of a text that is nested too deep.
pub(super) fn too_deep(place: Span) -> Diagnostic {
    let message = format!("lists and mappings are nested deeper than {MAX_DEPTH} levels");
    Diagnostic::error(Code::TooDeep, place, message)
}

/// What is wrong where the parser gave up.
pub(super) fn diagnose(source: &Source, error: &ScanError) -> Diagnostic {
    let at = error.marker().byte_offset().unwrap_or_default();
    let at = source.clamp(Span::new(at, at)).0;
    let at = cause(source.text(), at, error.kind());
    let place = character(source.text(), at);
    if *error.kind() == ErrorKind::RecursionLimitExceeded {
        return too_deep(place);
    }
    let (message, help) = explain(error.kind());
    let problem = Diagnostic::error(Code::YamlSyntax, place, message);
    if help.is_empty() { problem } else { problem.help(help) }
}

/// The visible character at a place, or the place itself.
fn character(text: &str, at: usize) -> Span {
    let visible = text[at..].chars().next().filter(|&next| next != '\n' && next != '\r');
    Span::new(at, at + visible.map_or(0, char::len_utf8))
}

/// Where the cause of an error is, which the parser may have passed or not reached yet.
fn cause(text: &str, at: usize, kind: &ErrorKind) -> usize {
    match kind {
        ErrorKind::TabInBlockIndentation if text[..at].ends_with('\t') => at - 1,
        ErrorKind::TabAtBlockScalarStart => text[at..].find('\t').map_or(at, |tab| at + tab),
        ErrorKind::UnknownQuotedScalarEscape => unknown_escape(&text[at..]).map_or(at, |n| at + n),
        _ => at,
    }
}

/// The first escape of a double-quoted string that YAML does not know.
fn unknown_escape(quoted: &str) -> Option<usize> {
    const KNOWN: &str = "0abtnvfre \"/\\N_LPxuU\t\n\r";
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        if character == '\\' && !KNOWN.contains(characters.next()?.1) {
            return Some(at);
        }
    }
    None
}

/// What is wrong, and what to do about it where that can be said.
fn explain(kind: &ErrorKind) -> (String, &'static str) {
    use ErrorKind as E;
    let (message, help) = match kind {
        E::UnexpectedCharacter { character } => return unexpected(*character),
        E::UnclosedFlowCollection { open } => {
            return (format!("this `{open}` is not closed"), "");
        }
        E::MismatchedFlowCollectionEnd { open, close } => {
            return (format!("this `{open}` is closed by `{close}`"), "");
        }
        E::TabNotAllowed
        | E::TabInBlockIndentation
        | E::TabInIndentation
        | E::TabInPlainScalar
        | E::TabAtBlockScalarStart => ("a tab cannot indent", SPACES),
        E::MappingValueNotAllowed | E::InvalidColonPlacement => (
            "a `:` is not allowed here",
            "put a value that holds `: ` in quotes; the keys of one mapping start in the same \
             column, each with a space after its `:`",
        ),
        E::SimpleKeyExpected | E::InvalidSimpleKey => (
            "a key without a `:`",
            "write `key: value`; the further lines of a value are indented more than its key",
        ),
        E::UnclosedQuotedScalar | E::DocumentIndicatorInQuotedScalar => {
            ("this quote is not closed", "")
        }
        E::InvalidQuotedScalarIndent => (
            "this line of a quoted string is not indented",
            "close the quote before it, or indent it more than the key of the string",
        ),
        E::InvalidTrailingSingleQuotedScalar => {
            ("text after the closing quote", "write `''` for a quote inside single quotes")
        }
        E::InvalidTrailingDoubleQuotedScalar => {
            ("text after the closing quote", "write `\\\"` for a quote inside double quotes")
        }
        E::UnknownQuotedScalarEscape => ("an unknown escape in double quotes", ESCAPES),
        E::InvalidQuotedScalarHexEscape
        | E::InvalidLowSurrogateHexEscape
        | E::InvalidLowSurrogate
        | E::MissingLowSurrogate
        | E::UnpairedLowSurrogate
        | E::InvalidUnicodeEscape => {
            ("an escape that is not a character in these double quotes", ESCAPES)
        }
        E::MisplacedFlowCollectionEnd => {
            ("this bracket closes nothing", "put a value that holds it in quotes")
        }
        E::ExpectedFlowMappingSeparator => ("`,` or `}` was expected here", ""),
        E::ExpectedFlowSequenceSeparator => ("`,` or `]` was expected here", ""),
        E::ExpectedBlockSequenceEntry => ("`-` was expected here", COLUMNS),
        E::ExpectedBlockMappingKey => ("a key was expected here", COLUMNS),
        E::InvalidIndentation
        | E::InvalidFlowScalarIndent
        | E::ExpectedDocumentStart
        | E::MappingKeyNotAllowed => ("this does not belong to anything above", COLUMNS),
        E::BlockSequenceEntryNotAllowed | E::BlockEntryInFlowCollection => {
            ("an item of a list is not allowed here", "start each item on a line of its own")
        }
        E::PlainScalarStartsWithDashFlowIndicator => {
            ("a value cannot start with `-` and a bracket", "put the value in quotes")
        }
        E::InvalidBlockScalarIndent => (
            "this line of a block is indented less than one before it",
            "indent the lines of a block alike, empty ones no further",
        ),
        E::ZeroBlockScalarIndent | E::InvalidBlockScalarHeader => (
            "only a digit from 1 to 9, `+` and `-` may follow `|` or `>` on their line",
            "start the text of a block on the next line",
        ),
        E::CommentInterceptedScalar => (
            "a comment inside a value of several lines",
            "indent the next line like the key if it is one, or put the comment elsewhere",
        ),
        E::CommentNotSeparated => ("a comment needs a space before its `#`", ""),
        E::MissingAnchorOrAliasName => (
            "an anchor or alias without a name",
            "put a value that starts with `&` or `*` in quotes",
        ),
        E::BomInsideDocument => ("a byte order mark inside the text", "remove it"),
        E::UndeclaredTagHandle
        | E::ExpectedTagBang
        | E::InvalidTagTerminator
        | E::MissingTagUri
        | E::UnclosedVerbatimTag
        | E::InvalidTagEscape
        | E::InvalidTagUtf8LeadingByte
        | E::InvalidTagUtf8TrailingByte
        | E::InvalidTagUtf8 => ("a malformed tag", "put a value that starts with `!` in quotes"),
        E::DuplicateVersionDirective
        | E::UnsupportedYamlMajorVersion
        | E::DuplicateTagDirective
        | E::MissingDocumentEndBeforeDirective
        | E::ExpectedTagDirectiveBang
        | E::InvalidGlobalTagCharacter
        | E::InvalidDirectiveTerminator
        | E::MissingYamlVersionSeparator
        | E::MissingDirectiveName
        | E::InvalidDirectiveName
        | E::DirectiveByteLimitExceeded { .. }
        | E::TooManyReservedDirectiveParams { .. }
        | E::YamlVersionTooLong
        | E::MissingYamlVersion
        | E::InvalidTagDirectiveTerminator => ("a malformed directive", DIRECTIVE),
        E::InvalidDocumentEnd => ("text after the end of the document", ""),
        E::ExpectedWhitespace
        | E::InvalidBlockEntryWhitespace
        | E::InvalidMappingValueWhitespace
        | E::FlowMappingValueAdjacentCollection => ("a space was expected here", ""),
        _ => ("a value was expected here", ""),
    };
    (message.to_owned(), help)
}

fn unexpected(character: char) -> (String, &'static str) {
    match character {
        '@' | '`' | '%' => {
            (format!("a value cannot start with `{character}`"), "put the value in quotes")
        }
        _ if character.is_control() => {
            let message =
                format!("the character U+{:04X} is not allowed in yaml", u32::from(character));
            (message, "remove it; in double quotes, an escape such as `\\x07` stands for it")
        }
        _ => (format!("`{character}` is not allowed here"), ""),
    }
}
