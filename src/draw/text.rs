//! A text whose unit is not known yet.

use super::Sink;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Piece {
    DrawText(String),
    /// The text of the primary unit.
    Unit,
}

/// The text of a draw, with the primary unit left open. Draws of equal texts are the same number,
/// whoever the unit is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct DrawText {
    /// No two texts follow one another, so that equal texts have equal pieces.
    pieces: Vec<Piece>,
}

impl DrawText {
    /// The primary unit is next.
    pub(crate) fn push_unit(&mut self) {
        self.pieces.push(Piece::Unit);
    }
}

impl Sink for DrawText {
    fn push(&mut self, text: &str) {
        match self.pieces.last_mut() {
            Some(Piece::DrawText(last)) => last.push_str(text),
            _ if text.is_empty() => {}
            _ => self.pieces.push(Piece::DrawText(text.to_owned())),
        }
    }
}
