//! Syntax errors, described for the author of the text.

use granit_parser::{ErrorKind, ScanError};

use super::cause::{Explained, Scene};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceText, Span};
use crate::tree::MAX_DEPTH;

const COLUMNS: &str =
    "keys of one mapping start in the same column; their contents are indented further";
const DIRECTIVE: &str = "leave out the line that starts with `%`";
const ESCAPES: &str = "write `\\\\` for a backslash, or use single quotes, which have no escapes";
const SPACES: &str = "indent with spaces";

const COMMENT_INSIDE: (&str, &str) = (
    "a comment inside a value of several lines",
    "indent the next line like the key if it is one, or put the comment elsewhere",
);

/// The problem of a comment between the lines of a plain scalar.
pub(super) fn comment_inside(source: &SourceText, place: Span) -> Diagnostic {
    let scene = Scene { text: source.text(), at: place.start as usize, read: 0, open: None };
    let (place, message, help) = match scene.bare_script() {
        Some((at, (message, help))) => (character(source.text(), at), message, help),
        None => (place, COMMENT_INSIDE.0.to_owned(), COMMENT_INSIDE.1),
    };
    Diagnostic::error(Code::YamlSyntax, place, message).help(help)
}

/// The problem of a text that is nested too deep.
pub(super) fn too_deep(place: Span) -> Diagnostic {
    let message = format!("nesting deeper than {MAX_DEPTH} levels");
    Diagnostic::error(Code::TooDeep, place, message)
}

/// The problem where the parser gave up, with the text that was read before and the open list or
/// mapping.
pub(super) fn diagnose(
    source: &SourceText,
    error: &ScanError,
    read: u32,
    open: Option<Span>,
) -> Diagnostic {
    let inside = |at: usize| source.clamp(Span::new(at, at)).0;
    let at = inside(error.marker().byte_offset().unwrap_or_default());
    if *error.kind() == ErrorKind::RecursionLimitExceeded {
        return too_deep(character(source.text(), at));
    }
    let read = inside(read as usize);
    let scene = Scene { text: source.text(), at, read, open };
    let (at, (message, help)) = scene.cause(error.kind()).unwrap_or_else(|| {
        let at = cause(source.text(), at, read, error.kind());
        (at, explain(error.kind()))
    });
    let problem = Diagnostic::error(Code::YamlSyntax, character(source.text(), at), message);
    match help {
        "" => problem,
        _ => problem.help(help),
    }
}

/// The visible character at a place, or the place itself.
fn character(text: &str, at: usize) -> Span {
    let next = text[at..].chars().next();
    let visible = next.filter(|next| !matches!(next, '\n' | '\r'));
    Span::new(at, at + visible.map_or(0, char::len_utf8))
}

/// The place of the cause of an error. The parser may have passed this place, or not have reached it
/// yet.
fn cause(text: &str, at: usize, read: usize, kind: &ErrorKind) -> usize {
    match kind {
        ErrorKind::InvalidQuotedScalarIndent => {
            text[read..].find(['\'', '"']).map_or(at, |quote| (read + quote).min(at))
        }
        ErrorKind::TabInBlockIndentation if text[..at].ends_with('\t') => at - 1,
        ErrorKind::TabAtBlockScalarStart => text[at..].find('\t').map_or(at, |tab| at + tab),
        ErrorKind::UnknownQuotedScalarEscape => unknown_escape(&text[at..]).map_or(at, |n| at + n),
        _ => at,
    }
}

/// The first unknown escape of a double-quoted string.
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

/// The problem, with advice if there is any.
fn explain(kind: &ErrorKind) -> Explained {
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
            "this quote is not closed before a line that is not indented",
            "close it, or indent the further lines of the string more than its key",
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
            ("this bracket has no opening bracket", "put a value that holds it in quotes")
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
        E::CommentInterceptedScalar => COMMENT_INSIDE,
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

fn unexpected(character: char) -> Explained {
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

#[cfg(test)]
mod tests {
    use crate::source::SourceText;
    use crate::tree::yaml::read;
    use crate::tree::yaml::tests::report;

    /// Checks the place of the problem, the beginning of its message, and a part of the help.
    #[track_caller]
    fn check(text: &str, expected: &str, help: &str) {
        let expected = format!("no tree\nP0120 {expected}");
        assert_eq!(report(text).get(..expected.len()), Some(&*expected), "{text:?}");
        let (_, problems) = read(&SourceText::new("test", text));
        let given = problems[0].help.as_deref().unwrap_or_default();
        assert!(given.contains(help) && given.is_empty() == help.is_empty(), "{text:?}: {given}");
    }

    #[test]
    fn common_mistakes_are_explained() {
        check("a:\n\tb: c\n", "2:1 `\t` a tab cannot indent", "spaces");
        check("a: |\n\tb\n", "2:1 `\t` a tab cannot indent", "spaces");
        check("a: b: c\n", "1:5 `:` a `:` is not allowed here", "in quotes");
        check("a: b\n  c: d\n", "2:4 `:` a `:` is not allowed here", "same column");
        check("a:b\nc: d\n", "1:1 `a` a key without a `:`", "a space after the `:`");
        check("a: 'b", "1:4 `'` this quote is not closed", "");
        check("a: 'b\n", "1:4 `'` this quote is not closed before", "indent");
        check("a: \"b\nc: d\n", "1:4 `\"` this quote is not closed before", "indent");
        check("a: @b\n", "1:4 `@` a value cannot start with `@`", "in quotes");
        check("a: `b`\n", "1:4 ``` a value cannot start with ```", "in quotes");
        check("a: %b\n", "1:4 `%` a value cannot start with `%`", "in quotes");
        check("a: 1\nb\nc: 2\n", "2:1 `b` a key without a `:`", "key: value");
        check("a: [b, c\n", "1:4 `[` this `[` is not closed", "");
        check("a: [b}\n", "1:4 `[` this `[` is closed by `}`", "");
        check("a: {b: c]\n", "1:4 `{` this `{` is closed by `]`", "");
        check("a: ]\n", "1:4 `]` this bracket has no opening bracket", "in quotes");
        check("a: - b\n", "1:4 `-` an item of a list is not allowed here", "line of its own");
        check("- a\nb: c\n", "2:1 `b` `-` was expected here", "same column");
        check("a:\n    b: 1\n  c: 2\n", "3:3 `c` a key was expected here", "same column");
        check("a: |\n    b\n  c\n", "3:3 `c` a key was expected here", "same column");
        check("  a: b\n c: d\n", "2:2 `c` this does not belong to anything above", "same column");
        check("a: 'it's'\n", "1:8 `s` text after the closing quote", "`''`");
        check("a: \"b\"c\"\n", "1:7 `c` text after the closing quote", "`\\\"`");
        check("a: \"b\\\\\\d\"\n", "1:8 `\\` an unknown escape in double quotes", "`\\\\`");
        check(
            "a: |x\n  b\n",
            "1:4 `|` only a digit from 1 to 9, `+` and `-` may follow",
            "next line",
        );
        check("a: &\n", "1:4 `&` an anchor or alias without a name", "in quotes");
        check("a: \u{1}\n", "1:4 `\u{1}` the character U+0001 is not allowed in yaml", "\\x07");
        check("a: !x!y z\n", "1:4 `!` a malformed tag", "in quotes");
        check("a: b # c\n  d\n", "1:6 `#` a comment inside a value of several lines", "key");
    }

    #[test]
    fn a_comment_in_a_plain_scalar_is_a_mistake_however_it_is_indented() {
        let message = "`#` a comment inside a value of several lines";
        check("- a\n\t# c\n  b\n", &format!("2:2 {message}"), "key");
        check("- a\n\n\t # c\n\n  b\n", &format!("3:3 {message}"), "key");
    }

    #[test]
    fn problems_before_a_syntax_error_are_kept() {
        assert_eq!(
            report("a: 1\na: 2\nb: @\n"),
            "no tree\nP0130 2:1 `a` key `a` is given twice (first given here 1:1)\n\
             P0120 3:4 `@` a value cannot start with `@`"
        );
    }
}
