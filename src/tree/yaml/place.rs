//! Exact places. The places that the parser reports are exact enough for brackets and quotes, but not
//! for blocks and for values that are left out.

use granit_parser::ScalarStyle;

use super::Scalar;
use crate::source::{SourceText, Span};

/// White space as YAML defines it.
pub(super) fn is_white(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r')
}

/// The parser's span, cut to the text and to character boundaries.
pub(super) fn of(source: &SourceText, span: granit_parser::Span) -> Span {
    let range = span.byte_range().unwrap_or_default();
    let (start, end) = source.clamp(Span::new(range.start, range.end));
    Span::new(start, end)
}

/// The place of a block list in a mapping. If its items are not indented further than the keys of the
/// mapping, the parser has passed the first `-`, but not its line.
pub(super) fn of_list_in_map(text: &str, span: Span) -> Span {
    let before = &text[..span.start as usize];
    let line = &before[line_start(before)..];
    match line.trim_start_matches(is_white) {
        first if first.starts_with('-') => Span::new(before.len() - first.len(), before.len()),
        _ => span,
    }
}

/// The offset at which the last line of a text starts.
pub(super) fn line_start(text: &str) -> usize {
    text.rfind(['\n', '\r']).map_or(0, |at| at + 1)
}

/// Makes the span of a scalar exact, and sets its text to the written one.
pub(super) fn refine(source: &SourceText, scalar: &mut Scalar<'_>, is_key: bool) {
    match scalar.style {
        ScalarStyle::Literal | ScalarStyle::Folded => refine_block(source, scalar),
        ScalarStyle::Plain if source.slice(scalar.span).trim_matches(is_white).is_empty() => {
            // The parser reports `~` for a scalar that is left out.
            scalar.text = "".into();
            scalar.span = left_out(source.text(), scalar.span.start as usize, is_key);
        }
        _ => {}
    }
}

/// A comment between the lines of a plain scalar. It is an error, but the parser accepts one that is
/// indented with a tab.
pub(super) fn comment_inside(source: &SourceText, scalar: &Scalar<'_>) -> Option<Span> {
    if scalar.style != ScalarStyle::Plain {
        return None;
    }
    let mut at = scalar.span.start as usize;
    for line in source.slice(scalar.span).split_inclusive(['\n', '\r']) {
        let rest = line.trim_start_matches(is_white);
        if rest.starts_with('#') {
            let start = at + line.len() - rest.len();
            return Some(Span::new(start, start + 1));
        }
        at += line.len();
    }
    None
}

/// The place of a scalar that is left out: just after the `:` or `-` before it.
fn left_out(text: &str, at: usize, is_key: bool) -> Span {
    let end = match text[at..].starts_with(':') {
        true if is_key => at,
        true => at + 1,
        false => text[..at].trim_end_matches(is_white).len(),
    };
    Span::new(end, end)
}

/// A block reaches from its first visible character to its last. A block without any is just after
/// the line that announces it.
fn refine_block(source: &SourceText, scalar: &mut Scalar<'_>) {
    let text = source.text();
    if scalar.text.trim_matches(is_white).is_empty() {
        let at = skip_header(text, scalar.span.start as usize);
        let end = text[..at].trim_end_matches(is_white).len();
        scalar.span = Span::new(end, end);
        let follows = text[end..].trim_matches([' ', '\t']);
        if scalar.text == "\n" && matches!(follows, "\n" | "\r\n" | "\r") {
            // The parser reads spaces at the end of the text as a line.
            scalar.text = "".into();
        }
        return;
    }
    if ends_unterminated(text, scalar.span) && scalar.text.ends_with('\n') {
        // The parser adds a line break to a last line without one.
        scalar.text.to_mut().pop();
    }
    let raw = source.slice(scalar.span);
    let start = raw.len() - raw.trim_start_matches(is_white).len();
    let end = raw.trim_end_matches(is_white).len();
    let at = scalar.span.start as usize;
    scalar.span = Span::new(at + start, at + end);
}

/// The end of the line, if this line announces a block.
fn skip_header(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    if rest.starts_with(['|', '>']) {
        at + rest.find(['\n', '\r']).unwrap_or(rest.len())
    } else {
        at
    }
}

/// Whether the last line of a block is the last of the text, and has no line break.
fn ends_unterminated(text: &str, span: Span) -> bool {
    let start = span.start as usize;
    let indent = start - line_start(&text[..start]);
    span.end as usize == text.len() && text.len() - line_start(text) > indent
}
