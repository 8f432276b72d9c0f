//! Diagnostics as rustc prints them.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use planout::diagnostic::{Diagnostic, Severity};
use planout::source::{Source, Span};

/// Beyond this many bytes a line, or a stretch between two places, is not shown.
const MAX_SHOWN: usize = 100_000;
const MAX_LINE: usize = 400;

/// The stretch of a source that is shown: whole lines.
struct Window<'a> {
    source: &'a Source,
    start: usize,
    end: usize,
}

impl<'a> Window<'a> {
    fn around(source: &'a Source, span: Span) -> Window<'a> {
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

    fn range(&self, span: Span) -> std::ops::Range<usize> {
        let (start, end) = first_line(self.source, span);
        start - self.start..end - self.start
    }
}

/// The part of a span that lies in its first line, as offsets.
fn first_line(source: &Source, span: Span) -> (usize, usize) {
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

/// The diagnostic with the lines that it is about, coloured.
pub(in crate::cli) fn text(source: &Source, diagnostic: &Diagnostic) -> String {
    let Diagnostic { code, severity, message, primary, secondary, help } = diagnostic;
    let title = level(*severity).primary_title(message.as_str()).id(code.as_str());
    let place = source.position(primary.span.start);

    let mut window = Window::around(source, primary.span);
    let group = if source.text().is_empty() || window.len() > MAX_LINE {
        let origin = Origin::path(source.name()).line(place.line).char_column(place.column);
        Group::with_title(title).element(origin)
    } else {
        let mut labels = vec![(AnnotationKind::Primary, primary)];
        for label in secondary {
            let wider = window.with(&Window::around(source, label.span));
            if wider.len() <= MAX_SHOWN {
                window = wider;
                labels.push((AnnotationKind::Context, label));
            }
        }
        let line = source.position(u32::try_from(window.start).unwrap_or(u32::MAX)).line;
        let annotations = labels.into_iter().map(|(kind, label)| {
            let text = Some(label.text.as_str()).filter(|text| !text.is_empty());
            kind.span(window.range(label.span)).label(text)
        });
        let snippet = Snippet::source(&source.text()[window.start..window.end])
            .path(source.name())
            .line_start(line)
            .annotations(annotations);
        Group::with_title(title).element(snippet)
    };
    let group = match help {
        Some(help) => group.element(Level::HELP.message(help.as_str())),
        None => group,
    };
    Renderer::styled().render(&[group]) + "\n"
}

/// An error that is about no text.
pub(in crate::cli) fn failure(message: &str, help: Option<&str>) -> String {
    let line = |title| Renderer::styled().render(&[Group::with_title(title)]);
    let error = line(Level::ERROR.primary_title(message));
    match help {
        Some(help) => format!("{error}\n{}", line(Level::HELP.primary_title(help))),
        None => error,
    }
}
