//! Source text and places in it.

/// The size in bytes of the largest text that is read. No honest namespace comes near it, and it
/// keeps offsets well within the 32 bits of a [`Span`].
pub const MAX_SOURCE_BYTES: usize = 32 << 20;

/// A half-open range of byte offsets into one source text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The offset of the first byte.
    pub start: u32,
    /// The offset just after the last byte.
    pub end: u32,
}

impl Span {
    /// The range from `start` up to `end`, which is not included.
    pub fn new(start: usize, end: usize) -> Span {
        Span { start: clamp(start), end: clamp(end) }
    }

    /// The smallest span that covers both spans.
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The number of bytes that the span covers.
    pub fn length(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// The empty span just before this one.
    pub fn before(self) -> Span {
        Span { start: self.start, end: self.start }
    }
}

fn clamp(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// A line and a column, both counted from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

/// A text with the name that messages call it by.
#[derive(Clone, Debug)]
pub struct SourceText {
    name: String,
    text: String,
    line_starts: Vec<u32>,
}

impl SourceText {
    /// A text under a name that diagnostics print, usually a path.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> SourceText {
        let text = text.into();
        let newlines = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n');
        let line_starts = std::iter::once(0).chain(newlines.map(|(at, _)| clamp(at + 1))).collect();
        SourceText { name: name.into(), text, line_starts }
    }

    /// The name that diagnostics print.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text under a span, cut to what exists.
    pub fn slice(&self, span: Span) -> &str {
        let (start, end) = self.clamp(span);
        &self.text[start..end]
    }

    /// The span as byte offsets that lie inside the text and on character boundaries.
    pub fn clamp(&self, span: Span) -> (usize, usize) {
        let start = self.text.floor_char_boundary(span.start as usize);
        let end = self.text.ceil_char_boundary((span.end as usize).max(start));
        (start, end)
    }

    /// The line and column of a byte offset. An offset past the end gives the end.
    pub fn position(&self, offset: u32) -> Position {
        let offset = self.text.floor_char_boundary(offset as usize);
        let line = self.line_starts.partition_point(|&start| start as usize <= offset);
        let start = self.line_starts[line - 1] as usize;
        Position { line, column: self.text[start..offset].chars().count() + 1 }
    }
}

/// The places of the bytes of an extracted text in the source that it was extracted from: a `!planout`
/// block loses its indentation, line folds and escapes on the way.
///
/// The map is piecewise linear: each piece maps the extracted offsets that begin at `from` to the
/// source offsets that begin at `to`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OffsetMap {
    pieces: Vec<Piece>,
    folds: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    from: u32,
    to: u32,
}

impl OffsetMap {
    /// The map of a text that is its own source.
    pub fn identity() -> OffsetMap {
        OffsetMap::default()
    }

    /// Maps the extracted text that begins at `from` to the source text that begins at `to`. Pieces
    /// are given in ascending order of `from`. A piece that continues the last one is not kept.
    pub fn push(&mut self, from: usize, to: usize) {
        let piece = Piece { from: clamp(from), to: clamp(to) };
        match self.pieces.last_mut() {
            Some(last) if piece.to.wrapping_sub(last.to) == piece.from - last.from => {}
            Some(last) if last.from == piece.from => *last = piece,
            _ => self.pieces.push(piece),
        }
    }

    /// Marks a space of the extracted text as a line break of the source. Folds are given in
    /// ascending order.
    pub fn push_fold(&mut self, at: usize) {
        self.folds.push(clamp(at));
    }

    /// The spaces of the extracted text that are line breaks in the source, in order.
    pub fn folds(&self) -> &[u32] {
        &self.folds
    }

    fn offset(&self, offset: u32) -> u32 {
        let index = self.pieces.partition_point(|piece| piece.from <= offset);
        match index.checked_sub(1).map(|index| self.pieces[index]) {
            Some(piece) => piece.to.saturating_add(offset - piece.from),
            None => offset,
        }
    }

    /// The span in the source of a span in the extracted text.
    pub fn span(&self, span: Span) -> Span {
        let start = self.offset(span.start);
        // The end belongs to the piece of the last byte: the next piece may start a line later.
        let end = if span.end > span.start { self.offset(span.end - 1) + 1 } else { start };
        Span { start, end: end.max(start) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_lines() {
        let source = SourceText::new("x", "a\néü x\r\nlast");
        let at = |offset| {
            let Position { line, column } = source.position(offset);
            (line, column)
        };
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(2), (2, 1));
        assert_eq!(at(6), (2, 3));
        assert_eq!(at(10), (3, 1));
        assert_eq!(at(999), (3, 5));
        assert_eq!(source.slice(Span::new(3, 999)), "éü x\r\nlast");
    }

    #[test]
    fn a_map_moves_spans_piece_by_piece() {
        let mut map = OffsetMap::identity();
        map.push(0, 10);
        map.push(3, 13);
        map.push(4, 20);
        assert_eq!(map.span(Span::new(1, 4)), Span::new(11, 14));
        assert_eq!(map.span(Span::new(4, 6)), Span::new(20, 22));
        assert_eq!(map.span(Span::new(2, 6)), Span::new(12, 22));
        assert_eq!(OffsetMap::identity().span(Span::new(2, 6)), Span::new(2, 6));
    }
}
