//! Whether a formatted program still says what the author wrote.

use super::pieces::{Piece, pieces};
use crate::dialect::Dialect;
use crate::source::OffsetMap;
use crate::syntax::{TokenKind, parse};
use crate::tree::{Layout, to_json};
use crate::wire::emit;

/// Whether two programs have the same tokens, but for those that the style leaves out or replaces,
/// the same comments in the same order, and the same compiled form.
pub(super) fn is_faithful(before: &str, after: &str, dialect: Dialect) -> bool {
    let (old, new) = (pieces(before), pieces(after));
    let compiled = compile(before, dialect);
    words(&old).eq(words(&new))
        && comments(&old).eq(comments(&new))
        && compiled.is_some()
        && compiled == compile(after, dialect)
}

/// The tokens that count. Semicolons do not: what they mean shows in the compiled form.
fn words<'a>(pieces: &'a [Piece<'a>]) -> impl Iterator<Item = &'a str> {
    let mut before = TokenKind::End;
    pieces.iter().filter_map(move |piece| {
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

fn comments<'a>(pieces: &'a [Piece<'a>]) -> impl Iterator<Item = &'a str> {
    pieces.iter().flat_map(|piece| &piece.comments).map(|comment| comment.text)
}

fn compile(text: &str, dialect: Dialect) -> Option<String> {
    let parsed = parse(text, &OffsetMap::identity(), dialect);
    parsed.valid().map(|program| to_json(&emit(program, dialect), Layout::Compact, dialect))
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
