//! The cause of a syntax error. It is often on a line above the one where the parser gave up.

use granit_parser::ErrorKind;

use super::place::line_start;
use crate::source::Span;

/// A problem, with advice on how to solve it.
pub(super) type Explained = (String, &'static str);

/// The place at which the parser gave up.
pub(super) struct Scene<'s> {
    pub(super) text: &'s str,
    pub(super) at: usize,
    /// The end of the last part that was read before.
    pub(super) read: usize,
    /// The innermost open list or mapping, as far as it has been read.
    pub(super) open: Option<Span>,
}

impl Scene<'_> {
    /// The cause of an error, if the error is of a kind that shows only later.
    pub(super) fn cause(&self, kind: &ErrorKind) -> Option<(usize, Explained)> {
        use ErrorKind as E;
        let bare = self.bare_script();
        match kind {
            E::InvalidQuotedScalarIndent | E::UnclosedQuotedScalar => None,
            _ if bare.is_some() => bare,
            E::TabNotAllowed
            | E::TabInBlockIndentation
            | E::TabInIndentation
            | E::TabInPlainScalar => self.indenting_tab(),
            E::MappingValueNotAllowed => self.open_bracket().or_else(|| self.key_without_colon()),
            E::ExpectedBlockMappingKey => self.item_without_dash(),
            E::BlockEntryInFlowCollection
            | E::BlockSequenceEntryNotAllowed
            | E::ExpectedFlowMappingSeparator
            | E::ExpectedFlowSequenceSeparator
            | E::InvalidColonPlacement
            | E::InvalidFlowScalarIndent
            | E::InvalidIndentation
            | E::SimpleKeyExpected => self.open_bracket(),
            _ => None,
        }
    }

    /// A script of several lines that lacks the `|` before them.
    pub(super) fn bare_script(&self) -> Option<(usize, Explained)> {
        const TAG: &str = "!planout";
        let mut deepest = usize::MAX;
        let mut end = self.text[..line_start(&self.text[..self.at])].trim_end().len();
        while end > 0 {
            let start = line_start(&self.text[..end]);
            let line = &self.text[start..end];
            let indent = indentation(line);
            if line.ends_with(TAG) && indent < deepest {
                let message = "a script of several lines needs a `|` after its tag".to_owned();
                return Some((end - TAG.len(), (message, "write `!planout |`")));
            }
            if indent == 0 {
                return None;
            }
            deepest = deepest.min(indent);
            end = self.text[..start].trim_end().len();
        }
        None
    }

    /// An open bracket of a line above, if the next line is not indented further than that line.
    fn open_bracket(&self) -> Option<(usize, Explained)> {
        let (start, bracket) = self.bracket()?;
        let (above, here) = (line_start(&self.text[..start]), line_start(&self.text[..self.at]));
        let shallow = content_column(&self.text[here..]) <= content_column(&self.text[above..]);
        let message = format!("this `{bracket}` is not closed");
        (above < here && shallow).then_some((start, (message, "")))
    }

    /// The open bracket, or the bracket that is read next.
    fn bracket(&self) -> Option<(usize, char)> {
        let start = self.open.map_or(self.read, |open| open.start as usize);
        let opening = |char: &char| matches!(char, '[' | '{');
        let open = self.text[start..].chars().next().filter(opening);
        open.map(|bracket| (start, bracket)).or_else(|| {
            let coming = self.text.get(self.read..self.at)?;
            let (at, bracket) = coming.char_indices().find(|(_, char)| opening(char))?;
            Some((self.read + at, bracket))
        })
    }

    /// A tab in the indentation of one of the next lines.
    fn indenting_tab(&self) -> Option<(usize, Explained)> {
        let mut start = line_start(&self.text[..self.at]);
        for line in self.text[start..].split_inclusive(['\n', '\r']) {
            let white = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
            if let Some(tab) = white.find('\t') {
                return Some((
                    start + tab,
                    ("a tab cannot indent".to_owned(), "indent with spaces"),
                ));
            }
            start += line.len();
        }
        None
    }

    /// The line above, if it has no `: ` and starts in the column of the next key.
    fn key_without_colon(&self) -> Option<(usize, Explained)> {
        let here = line_start(&self.text[..self.at]);
        let above = self.text[..here].trim_end();
        let start = line_start(above);
        let line = above[start..].split(" #").next().unwrap_or_default();
        let column = content_column(line);
        let is_key = !line.contains(": ") && !line.trim_end().ends_with(':');
        let beside = column == content_column(&self.text[here..]);
        (is_key && beside && column < line.len()).then(|| {
            let help = "write `key: value`, with a space after the `:`";
            (start + column, ("a key without a `:`".to_owned(), help))
        })
    }

    /// The first key of the mapping above, if that mapping should be an item of the list that
    /// follows.
    fn item_without_dash(&self) -> Option<(usize, Explained)> {
        let here = line_start(&self.text[..self.at]);
        let column = self.at - here;
        if !self.text[self.at..].starts_with("- ") {
            return None;
        }
        let (mut first, mut end) = (self.at, self.text[..here].trim_end().len());
        while end > 0 {
            let start = line_start(&self.text[..end]);
            let line = &self.text[start..end];
            let indent = indentation(line);
            let comment = line[indent..].starts_with('#');
            if indent <= column && !comment {
                break;
            }
            if !comment {
                first = start + indent;
            }
            end = self.text[..start].trim_end().len();
        }
        let message = "`-` was expected here".to_owned();
        (first < self.at).then_some((first, (message, "each item of a list starts with `-`")))
    }
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The column at which the content of a line starts, after the marks of list items.
fn content_column(line: &str) -> usize {
    let mut column = indentation(line);
    while let Some(item) = line[column..].strip_prefix("- ") {
        column += 2 + indentation(item);
    }
    column
}
