//! What holds for every program.

use std::cell::Cell;

use planout::source::OffsetMap;
use planout::syntax::parse;
use planout::tree::{Layout, Node, to_json};
use planout::wire::emit;
use planout::{Dialect, format};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::differential::check;
use crate::differential::programs::program;
use crate::support::{get, golden, text};

/// The compiled form of a program; nothing for one that is wrong.
fn compiled(text: &str, dialect: Dialect) -> Option<String> {
    let parsed = parse(text, &OffsetMap::identity(), dialect);
    parsed.valid().map(|program| to_json(&emit(program, dialect), Layout::Compact, dialect))
}

/// Formats a program. The compiled form stays, so do the comments in their order, and formatting
/// again changes nothing.
#[track_caller]
fn formatted(text: &str, comments: &[String], dialect: Dialect) -> String {
    let formatted = format::script(text, dialect).unwrap_or_else(|e| panic!("{text:?}: {e:?}"));
    assert_eq!(compiled(text, dialect), compiled(&formatted, dialect), "{text:?}");
    let again = format::script(&formatted, dialect).expect("what is formatted is valid");
    assert_eq!(again, formatted, "{text:?}");
    let mut rest = &*formatted;
    for comment in comments {
        let (_, after) = rest.split_once(&**comment).expect("no comment is lost or moved");
        rest = after;
    }
    formatted
}

/// Programs that compile, with their dialects.
fn golden_programs() -> Vec<(String, Dialect)> {
    let mut programs = Vec::new();
    for row in golden("compile.jsonl").iter().chain(&golden("eval.jsonl")) {
        let dialect: Dialect = text(row, "dialect").parse().expect("a dialect");
        let program = get(row, "dsl").and_then(Node::as_str).unwrap_or_default();
        if compiled(program, dialect).is_some() {
            programs.push((program.to_owned(), dialect));
        }
    }
    assert!(programs.len() > 3000, "only {} programs were found", programs.len());
    programs
}

/// Splits a program where white space may stand, roughly: between tokens, and in a few numbers.
fn split(program: &str) -> Vec<&str> {
    const PAIRS: [&str; 9] = ["==", "!=", "<=", ">=", "||", "&&", "??", "=>", "<-"];
    let mut parts = Vec::new();
    let mut rest = program;
    while let Some(first) = rest.chars().next() {
        let word = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '.';
        let pair = PAIRS.iter().any(|pair| rest.starts_with(pair));
        let length = match first {
            '#' => rest.find(['\n', '\r', '\u{2028}', '\u{2029}']).unwrap_or(rest.len()),
            '"' => 1 + string_length(&rest[1..]),
            '\'' => 1 + rest[1..].find('\'').map_or(rest.len() - 1, |end| end + 1),
            _ if word(first) => rest.find(|char| !word(char)).unwrap_or(rest.len()),
            _ if pair => 2,
            _ => first.len_utf8(),
        };
        let (part, following) = rest.split_at(length);
        parts.push(part);
        rest = following;
    }
    parts
}

/// The length of a string after its opening quote, with its closing one.
fn string_length(text: &str) -> usize {
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '\\' => drop(chars.next()),
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// White space and comments to put between tokens. `#` stands for a comment.
pub(super) const FILLINGS: [&str; 12] = [
    " ",
    "\n",
    "\n\n",
    "\r\n",
    "\r\n\r\n\r\n",
    "\t\u{a0}",
    "\n\u{2028}",
    " #\n",
    "\n  #\n",
    "#\r\n#\n",
    "\n\n#\n\n",
    "#\r",
];

/// A program with some fillings between its tokens, and the comments among them.
pub(super) fn fill(program: &str, fillings: &[(Index, &str)]) -> (String, Vec<String>) {
    let parts = split(program);
    let mut before = vec![String::new(); parts.len() + 1];
    for (index, filling) in fillings {
        index.get_mut(&mut before).push_str(filling);
    }
    let mut text = String::new();
    let mut comments = Vec::new();
    for (filling, part) in before.iter().zip(parts.into_iter().chain([""])) {
        for char in filling.chars() {
            match char {
                '#' => {
                    comments.push(format!("# <{}> é", comments.len()));
                    text.extend(comments.last().map(String::as_str));
                }
                _ => text.push(char),
            }
        }
        text.push_str(part);
    }
    (text, comments)
}

#[test]
fn golden_programs_keep_their_meaning() {
    for (program, dialect) in golden_programs() {
        formatted(&program, &[], dialect);
    }
}

/// Formats programs with fillings. Some are wrong with them: a number that is torn in two.
fn check_filled(cases: u32, programs: impl Strategy<Value = (String, Option<Dialect>)>) {
    let fillings = prop::collection::vec((any::<Index>(), select(&FILLINGS[..])), 1..20);
    let (tried, valid) = (Cell::new(0), Cell::new(0));
    check(cases, (programs, fillings), |dialect, ((program, own), fillings)| {
        let dialect = own.unwrap_or(dialect);
        let (text, comments) = fill(&program, &fillings);
        tried.set(tried.get() + 1);
        if compiled(&text, dialect).is_some() {
            valid.set(valid.get() + 1);
            formatted(&text, &comments, dialect);
        }
        Ok(())
    });
    let (tried, valid) = (tried.get(), valid.get());
    assert!(valid > tried * 3 / 4, "only {valid} of {tried} programs were valid");
}

#[test]
fn golden_programs_keep_comments_wherever_they_are() {
    let programs = golden_programs().into_iter().filter(|(program, _)| !program.contains('#'));
    let programs = Vec::from_iter(programs.map(|(program, dialect)| (program, Some(dialect))));
    check_filled(6000, select(programs));
}

#[test]
fn random_programs_keep_comments_wherever_they_are() {
    check_filled(1500, program().prop_map(|program| (program, None)));
}

#[test]
fn random_programs_fit_the_page() {
    check(1500, program(), |dialect, program| {
        let text = formatted(&program, &[], dialect);
        for line in text.lines().filter(|line| line.chars().count() > 90) {
            prop_assert!(line.is_empty(), "{line}\n{program}");
        }
        Ok(())
    });
}
