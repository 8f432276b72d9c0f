//! A text whose unit is not known yet.

use super::Sink;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Piece {
    Text(String),
    /// The text of the primary unit.
    Unit,
}

/// The text of a draw, with the primary unit left open. Draws of equal texts are the same number,
/// whoever the unit is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Text {
    /// No two texts follow one another, so that equal texts have equal pieces.
    pieces: Vec<Piece>,
}

impl Text {
    /// The primary unit is next.
    pub(crate) fn push_unit(&mut self) {
        self.pieces.push(Piece::Unit);
    }
}

impl Sink for Text {
    fn push(&mut self, text: &str) {
        match self.pieces.last_mut() {
            Some(Piece::Text(last)) => last.push_str(text),
            _ if text.is_empty() => {}
            _ => self.pieces.push(Piece::Text(text.to_owned())),
        }
    }
}
