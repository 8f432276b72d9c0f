//! A text whose unit is not known yet.

use super::Sink;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Piece {
    DrawText(String),
    /// The text of the primary unit.
    Unit,
    /// The text of an input that is not known.
    Open(String),
}

/// The text of a draw, with the primary unit left open. Draws of equal texts are the same number,
/// whoever the unit is.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct DrawText {
    /// No two texts follow one another, so that equal texts have equal pieces.
    pieces: Vec<Piece>,
}

impl DrawText {
    /// The primary unit is next.
    pub(crate) fn push_unit(&mut self) {
        self.pieces.push(Piece::Unit);
    }

    /// An input is next, whose value is not known.
    pub(crate) fn push_open(&mut self, input: &str) {
        self.pieces.push(Piece::Open(input.to_owned()));
    }

    /// Whether the primary unit is in it.
    pub(crate) fn has_unit(&self) -> bool {
        self.pieces.contains(&Piece::Unit)
    }

    /// Whether an input is in it whose value is not known.
    pub(crate) fn is_open(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Open(_)))
    }

    /// The text with another salt in the place of the one that it begins with.
    pub(crate) fn with_salt(&self, from: &str, to: &str) -> DrawText {
        let mut text = self.clone();
        if let Some(Piece::DrawText(start)) = text.pieces.first_mut()
            && let Some(rest) = start.strip_prefix(from)
            && rest.starts_with(super::SEPARATOR)
        {
            *start = format!("{to}{rest}");
        }
        text
    }

    /// The text before the unit, if no input is in it.
    pub(crate) fn start(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [Piece::Unit, ..] => Some(""),
            [Piece::DrawText(start), Piece::Unit, ..] => Some(start),
            _ => None,
        }
    }

    /// Whether two texts that are not the same one are equal for some values of their inputs, for
    /// more than single units, as far as can be told.
    pub(crate) fn may_be(&self, other: &DrawText) -> bool {
        if !self.is_open() && !other.is_open() {
            return false;
        }
        // No input has the text of all units in it: what stands around these must be equal.
        let [ours, theirs] = [self, other].map(|it| it.pieces.split(|it| *it == Piece::Unit));
        let (ours, theirs): (Vec<_>, Vec<_>) = (ours.collect(), theirs.collect());
        ours.len() == theirs.len()
            && ours.iter().zip(&theirs).all(|(ours, theirs)| may_be_equal(ours, theirs))
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

/// A part of a text: a character or an input.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Token<'p> {
    Char(char),
    Open(&'p str),
}

fn tokens(pieces: &[Piece]) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    for piece in pieces {
        match piece {
            Piece::DrawText(text) => tokens.extend(text.chars().map(Token::Char)),
            Piece::Open(input) => tokens.push(Token::Open(input)),
            Piece::Unit => {}
        }
    }
    tokens
}

/// Whether two texts without units can be equal.
fn may_be_equal(one: &[Piece], other: &[Piece]) -> bool {
    let (one, other) = (tokens(one), tokens(other));
    let start = one.iter().zip(&other).take_while(|(one, other)| one == other).count();
    let (one, other) = (&one[start..], &other[start..]);
    let end = one.iter().rev().zip(other.iter().rev());
    let end = end.take_while(|(one, other)| one == other).count();
    let (one, other) = (&one[..one.len() - end], &other[..other.len() - end]);
    let is_open = |tokens: &[Token<'_>]| tokens.iter().any(|it| matches!(it, Token::Open(_)));
    match (is_open(one), is_open(other)) {
        (true, true) => true,
        (true, false) => fits(one, other),
        (false, true) => fits(other, one),
        (false, false) => one == other,
    }
}

/// Whether a text fits a pattern, in which an input may have any text.
fn fits(pattern: &[Token<'_>], text: &[Token<'_>]) -> bool {
    let mut fixed = pattern.split(|it| matches!(it, Token::Open(_)));
    let (Some(first), Some(last)) = (fixed.next(), fixed.next_back()) else {
        return pattern == text;
    };
    let Some(mut rest) = text.strip_prefix(first).and_then(|rest| rest.strip_suffix(last)) else {
        return false;
    };
    for middle in fixed {
        let found = (0..=rest.len()).find(|start| rest[*start..].starts_with(middle));
        let Some(start) = found else {
            return false;
        };
        rest = &rest[start + middle.len()..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text in which `U` is the unit and a lower-case letter between angles is an input.
    fn text(pattern: &str) -> DrawText {
        let mut text = DrawText::default();
        for part in pattern.split_inclusive(['U', '<', '>']) {
            let (part, last) =
                part.split_at(part.len() - part.chars().last().map_or(0, |it| it.len_utf8()));
            match last {
                "U" => {
                    text.push(part);
                    text.push_unit();
                }
                "<" => text.push(part),
                ">" => text.push_open(part),
                last => {
                    text.push(part);
                    text.push(last);
                }
            }
        }
        text
    }

    #[test]
    fn texts_with_inputs_are_told_apart_where_they_can_be() {
        for (one, other, may_be) in [
            ("s.x.U", "s.x.U", false),
            ("s.x.U", "s.x.U.<c>", false),
            ("s.x.U.<c>", "s.x.<c>.U", false),
            ("s.x.U.<c>", "s.y.U.<c>", false),
            ("s.x.U.<c>", "s.x.U.DE", true),
            ("s.x.U.<c>.1", "s.x.U.DE", false),
            ("s.x.U.<c>.1", "s.x.U.DE.1", true),
            ("s.x.U.<c>", "s.x.U.<d>", true),
            ("s.x.U.<c>.<d>", "s.x.U.a.b", true),
            ("s.x.U.<c>.<d>", "s.x.U.ab", false),
            ("s.<c>.U", "s.x.U", true),
        ] {
            assert_eq!(text(one).may_be(&text(other)), may_be, "{one} and {other}");
            assert_eq!(text(other).may_be(&text(one)), may_be, "{other} and {one}");
        }
    }
}
