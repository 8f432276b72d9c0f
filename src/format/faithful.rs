//! The check that a formatted program still means the same.

use super::pieces::pieces;
use super::shape::Shape;
use crate::dialect::Dialect;
use crate::parallel;
use crate::source::OffsetMap;
use crate::syntax::{Statements, TokenKind};

/// The size in bytes from which a text is worth a thread.
const LONG: usize = 1 << 20;

/// Whether two programs have the same tokens (apart from those that the style leaves out or
/// replaces), the same comments in the same order, and the same structure. Then they have the same
/// compiled form.
pub(super) fn is_faithful(before: &str, after: &str, dialect: Dialect) -> bool {
    shape(before, dialect).is_some_and(|shape| is_faithful_to(before, &shape, after, dialect))
}

/// The same check for a program whose structure is known.
pub(super) fn is_faithful_to(before: &str, old: &Shape, after: &str, dialect: Dialect) -> bool {
    if before == after {
        return true;
    }
    let has_same_shape = || shape(after, dialect).is_some_and(|new| *old == new);
    let has_same_tokens = || {
        let has_comments = before.contains('#') || after.contains('#');
        words(before).eq(words(after)) && (!has_comments || comments(before).eq(comments(after)))
    };
    if after.len() < LONG {
        return has_same_shape() && has_same_tokens();
    }
    parallel::both(has_same_tokens, has_same_shape) == (true, true)
}

/// The tokens that are compared. Semicolons are not: the structure shows their meaning.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut before = TokenKind::End;
    pieces(text).filter_map(move |piece| {
        let leads = matches!(before, TokenKind::Mark("[" | "{"));
        before = piece.kind;
        match piece.kind {
            TokenKind::Mark(";") => None,
            TokenKind::Mark(",") if leads => None,
            TokenKind::Mark("<-") => Some("="),
            _ => Some(piece.text),
        }
    })
}

fn comments(text: &str) -> impl Iterator<Item = &str> {
    pieces(text).flat_map(|piece| piece.comments).map(|comment| comment.text)
}

/// The structure of a program, if it has no errors.
fn shape(text: &str, dialect: Dialect) -> Option<Shape> {
    let map = OffsetMap::identity();
    let mut shape = Shape::default();
    let mut statements = Statements::new(text, &map, dialect).ok()?;
    statements.by_ref().for_each(|rule| shape.rule(&rule));
    let is_valid = !statements.has_errors();
    is_valid.then_some(shape)
}

#[cfg(test)]
mod tests {
    use super::is_faithful;
    use crate::dialect::Dialect;

    #[test]
    fn what_the_style_changes_is_faithful_and_nothing_else_is() {
        let faithful = |before, after| is_faithful(before, after, Dialect::Planout4j);
        assert!(faithful("x<-[,1]; # a", "x = [1];\n# a"));
        assert!(faithful("return 1", "return 1;"));
        assert!(faithful("if (a) {};x = @{,'a': 1};", "if (a) {} x = @{'a': 1};"));
        for (before, after) in [
            ("x = 1;", "x = 1.0;"),
            ("x = 'a';", "x = \"a\";"),
            ("x = (a);", "x = a;"),
            ("x = @{'a': 1, 'a': 2};", "x = @{'a': 2};"),
            ("x = - 1;", "x = -1;"),
            ("x = 1; # a\n# b", "x = 1; # b\n# a"),
            ("x = 1; # a", "x = 1;"),
            ("x = 1;", "x = 1"),
        ] {
            assert!(!faithful(before, after), "{before:?} became {after:?}");
        }
    }
}
