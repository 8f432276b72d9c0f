//! Diagnostics in the style of rustc.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use planout::diagnostic::{Diagnostic, Severity};
use planout::source::{SourceText, Span};

use crate::cli::secrets::Secrets;
use crate::cli::text::{visible, visible_lines};

/// The most bytes of a line, or of the text between two places, that are shown.
const MAX_SHOWN: usize = 20_000;
const MAX_LINE: usize = 400;

/// The part of a source that is shown: whole lines.
struct Window<'a> {
    source: &'a SourceText,
    start: usize,
    end: usize,
}

impl<'a> Window<'a> {
    fn around(source: &'a SourceText, span: Span) -> Window<'a> {
        let (start, end) = first_line(source, span);
        let text = source.text();
        let start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let end = text[end..].find('\n').map_or(text.len(), |at| end + at);
        Window { source, start, end }
    }

    fn with(&self, other: &Window<'_>) -> Window<'a> {
        let (start, end) = (self.start.min(other.start), self.end.max(other.end));
        Window { source: self.source, start, end }
    }

    fn len(&self) -> usize {
        self.end - self.start
    }

    fn text(&self) -> &'a str {
        &self.source.text()[self.start..self.end]
    }

    /// The range of a span in the text.
    fn range(&self, span: Span) -> Range<usize> {
        let (start, end) = first_line(self.source, span);
        start - self.start..end - self.start
    }
}

/// The text of a window in the form that is shown: without secrets, and with invisible characters
/// written out.
struct Shown {
    text: String,
    /// The text without secrets. Its places are those of the source.
    masked: String,
}

impl Shown {
    fn new(window: &Window<'_>, secrets: &Secrets) -> Shown {
        let masked = secrets.hide_in_place(window.text()).into_owned();
        Shown { text: visible_lines(&masked).into_owned(), masked }
    }

    /// The range in the shown text for a range of the source.
    fn range(&self, Range { start, end }: Range<usize>) -> Range<usize> {
        let place = |at: usize| {
            let (before, after) = self.masked.split_at(at);
            // The two characters of a line break have one place.
            let before =
                before.strip_suffix('\r').filter(|_| after.starts_with('\n')).unwrap_or(before);
            visible_lines(before).len()
        };
        place(start)..place(end)
    }

    /// The column of a range in the shown text, from 1.
    fn column(&self, range: Range<usize>) -> usize {
        let before = &self.text[..self.range(range).start];
        let line = before.rfind('\n').map_or(before, |at| &before[at + 1..]);
        line.chars().count() + 1
    }
}

/// The part of a span in its first line, as offsets.
fn first_line(source: &SourceText, span: Span) -> (usize, usize) {
    let (start, end) = source.clamp(span);
    let line_end = source.text()[start..end].find(['\n', '\r']).map_or(end, |at| start + at);
    (start, line_end)
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    }
}

/// The diagnostic with its lines, coloured.
pub(in crate::cli) fn text(
    source: &SourceText,
    diagnostic: &Diagnostic,
    secrets: &Secrets,
) -> String {
    let Diagnostic { code, severity, message, primary, secondary, help, .. } = diagnostic;
    let (message, name) = (visible(message), visible(source.name()));
    let title = level(*severity).primary_title(message.as_ref()).id(code.as_str());
    let place = source.position(primary.span.start);

    let mut window = Window::around(source, primary.span);
    let mut column = place.column;
    let group = if source.text().is_empty() || window.len() > MAX_LINE {
        let origin = Origin::path(name.as_ref()).line(place.line).char_column(place.column);
        Group::with_title(title).element(origin)
    } else {
        let mut labels = vec![(AnnotationKind::Primary, primary)];
        for label in secondary {
            let other = Window::around(source, label.span);
            let wider = window.with(&other);
            if wider.len() <= MAX_SHOWN && other.len() <= MAX_LINE {
                window = wider;
                labels.push((AnnotationKind::Context, label));
            }
        }
        let shown = Shown::new(&window, secrets);
        let line = source.position(u32::try_from(window.start).unwrap_or(u32::MAX)).line;
        let annotations = labels.into_iter().map(|(kind, label)| {
            let text = Some(visible(&label.text).into_owned()).filter(|text| !text.is_empty());
            kind.span(shown.range(window.range(label.span))).label(text)
        });
        let snippet = Snippet::source(shown.text.clone())
            .path(name.as_ref())
            .line_start(line)
            .annotations(annotations);
        column = shown.column(window.range(primary.span));
        Group::with_title(title).element(snippet)
    };
    let help = help.as_deref().map(visible_lines);
    let group = match &help {
        Some(help) => group.element(Level::HELP.message(help.as_ref())),
        None => group,
    };
    let text = Renderer::styled().render(&[group]) + "\n";
    if column == place.column {
        return text;
    }
    // The place is the one in the file, even if the shown line is different. The title is a single
    // line.
    let (title, rest) = text.split_once('\n').unwrap_or_default();
    let [shown, place] =
        [column, place.column].map(|column| format!("{name}:{}:{column}", place.line));
    format!("{title}\n{}", rest.replacen(&shown, &place, 1))
}

/// An error that does not belong to a text, coloured.
pub(in crate::cli) fn failure(message: &str, help: Option<&str>) -> String {
    let line = |title| Renderer::styled().render(&[Group::with_title(title)]);
    let error = line(Level::ERROR.primary_title(visible(message)));
    match help {
        Some(help) => format!("{error}\n{}", line(Level::HELP.primary_title(visible(help)))),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use planout::diagnostic::Code;

    use super::*;

    #[test]
    fn what_is_marked_stays_marked() {
        let text = "one\r\n\u{1b}[2J\u{202e}a\rb\tbad\u{9b} end\n";
        let at = text.find("bad").expect("a word");
        let source = SourceText::new("a\n\u{7f}.planout", text);
        let span = Span::new(at, at + "bad\u{9b}".len());
        let found = Diagnostic::error(Code::Syntax, span, "no\n::error::\u{1b}[0m")
            .label("here\u{2066}")
            .help("do\rthis\n::error::");
        let coloured = super::text(&source, &found, &Secrets::none());
        let shown = anstream::adapter::strip_str(&coloured).to_string();
        let expected = "\
error[P0001]: no\\u000a::error::\\u001b[0m
 --> a\\u000a\\u007f.planout:2:10
  |
2 | \\u001b[2J\\u202ea\\u000db    bad\\u009b end
  |                            ^^^^^^^^^ here\\u2066
  |
  = help: do\\u000dthis\\u000a::error::
";
        assert_eq!(shown, expected);
    }
}
