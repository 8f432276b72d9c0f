//! Rows of JSON lines.
//!
//! A usual line is read without a tree, see [`scan`]. All other lines, and all wrong ones, are read
//! by the general reader of JSON, which alone decides about values and errors.

mod scan;

use std::ops::Range;

use self::scan::{Scalar, Scanner};
use super::chunks::Chunk;
use super::columns::{Column, ColumnPlan};
use super::csv::set_text;
use super::error::{BadRow, Reason};
use super::fields::{Field, Fields, Records};
use crate::source::SourceText;
use crate::tree::{Kind, MAX_DEPTH, json};
use crate::value::Value;

/// The most keys that are remembered.
const MAX_KEYS: usize = 256;

/// A key of earlier lines.
struct Key {
    name: Box<str>,
    input: Option<usize>,
    kept: Option<usize>,
    /// The reason why no line may have this key.
    refused: Option<String>,
    /// The number of the last line that had it.
    seen: u64,
}

/// Reads lines. The keys that it has learnt are kept from chunk to chunk.
pub(super) struct Parser {
    /// The keys. Those that are used come first.
    keys: Vec<Key>,
    used: usize,
    /// The number of lines that have been read.
    lines: u64,
    /// The positions of the copied fields in the line.
    kept: Vec<Option<Range<usize>>>,
    keeps_all: bool,
    members: Range<usize>,
}

impl Parser {
    pub(super) fn new(plan: &ColumnPlan<'_>) -> Parser {
        let key = |column: &Column| Key {
            name: column.name.as_str().into(),
            input: column.input,
            kept: column.kept,
            refused: None,
            seen: 0,
        };
        let mut keys: Vec<Key> = plan.columns.iter().map(key).collect();
        let mut refuse = |name: &str, reason: &str| {
            let refused = Some(format!("`{name}` {reason}"));
            match keys.iter_mut().find(|key| &*key.name == name) {
                Some(key) => key.refused = refused,
                None => {
                    let (input, kept) = (None, None);
                    keys.push(Key { name: name.into(), input, kept, refused, seen: 0 });
                }
            }
        };
        for (name, _) in &plan.constants {
            refuse(name, "is in the row and is given for all rows, too");
        }
        if plan.keeps_all {
            for name in plan.reserved() {
                refuse(name, "would stand in the output twice");
            }
        }
        let (used, keeps_all) = (keys.len(), plan.keeps_all);
        let kept = vec![None; plan.kept.len()];
        Parser { keys, used, lines: 0, kept, keeps_all, members: 0..0 }
    }

    pub(super) fn records<'c>(&'c mut self, chunk: &'c Chunk) -> Lines<'c> {
        Lines {
            parser: self,
            rest: &chunk.bytes,
            next_line: chunk.line,
            line: chunk.line,
            is_last: chunk.is_last,
            text: "",
        }
    }

    /// Reads a line of usual JSON. `None` if the line is not usual; some inputs may have been set
    /// then.
    fn scan(&mut self, line: &str, inputs: &mut [Value]) -> Option<()> {
        self.lines += 1;
        let mut scanner = Scanner::new(line);
        let mut expected = 0;
        let mut member = scanner.open()?;
        let start = scanner.at();
        while member {
            let name = scanner.key()?;
            let index = self.find(name, expected)?;
            expected = index + 1;
            let key = &mut self.keys[index];
            if key.seen == self.lines || key.refused.is_some() {
                return None;
            }
            key.seen = self.lines;
            let (value, place) = scanner.scalar()?;
            if let Some(input) = key.input.and_then(|input| inputs.get_mut(input)) {
                match value {
                    Scalar::Null => *input = Value::Null,
                    Scalar::Bool(bool) => *input = Value::Bool(bool),
                    Scalar::Int(int) => *input = Value::Int(int),
                    Scalar::Float(float) => *input = Value::Float(float),
                    Scalar::Text(text) => set_text(input, text),
                }
            }
            if let Some(kept) = key.kept {
                self.kept[kept] = Some(place);
            }
            member = scanner.more()?;
        }
        // The text without the brace at the end.
        self.members = start..scanner.at().saturating_sub(1);
        scanner.end()?;
        for key in self.keys[..self.used].iter().filter(|key| key.seen != self.lines) {
            if let Some(input) = key.input.and_then(|input| inputs.get_mut(input)) {
                *input = Value::Null;
            }
            if let Some(kept) = key.kept {
                self.kept[kept] = None;
            }
        }
        Some(())
    }

    /// The index of a key. Lines usually have the same keys in the same order.
    fn find(&mut self, name: &str, expected: usize) -> Option<usize> {
        if self.keys.get(expected).is_some_and(|key| &*key.name == name) {
            return Some(expected);
        }
        if let Some(index) = self.keys.iter().position(|key| &*key.name == name) {
            return Some(index);
        }
        if self.keys.len() == MAX_KEYS {
            return None;
        }
        let (input, kept, refused) = (None, None, None);
        self.keys.push(Key { name: name.into(), input, kept, refused, seen: 0 });
        Some(self.keys.len() - 1)
    }

    /// Reads any line.
    fn read(&mut self, line: &str, inputs: &mut [Value]) -> Result<(), (Option<u64>, Reason)> {
        self.forget(inputs);
        let malformed = |message: String| (None, Reason::Malformed(message));
        let source = SourceText::new("", line);
        let node = json::read(&source, MAX_DEPTH).map_err(|error| {
            let column = source.position(error.primary.span.start).column;
            (Some(column as u64), Reason::Malformed(error.message))
        })?;
        let Kind::Map(map) = &node.kind else {
            let message = format!("expected a JSON object, found {}", node.describe());
            return Err(malformed(message));
        };
        for entry in &map.entries {
            let key = self.keys[..self.used].iter().find(|key| key.name == entry.key);
            let Some(key) = key else { continue };
            if let Some(refused) = &key.refused {
                return Err(malformed(refused.clone()));
            }
            if let Some(input) = key.input.and_then(|input| inputs.get_mut(input)) {
                *input = Value::try_from(&entry.value).map_err(|error| {
                    (None, Reason::Value { input: entry.key.to_string(), error })
                })?;
            }
            if let Some(kept) = key.kept {
                let span = entry.value.span;
                self.kept[kept] = Some(span.start as usize..span.end as usize);
            }
        }
        if let (Some(open), Some(close)) = (line.find('{'), line.rfind('}')) {
            self.members = open + 1..close;
        }
        Ok(())
    }

    /// Clears the inputs that come from columns.
    fn forget(&mut self, inputs: &mut [Value]) {
        self.kept.fill(None);
        self.members = 0..0;
        for key in &self.keys[..self.used] {
            if let Some(input) = key.input.and_then(|input| inputs.get_mut(input)) {
                *input = Value::Null;
            }
        }
    }
}

/// The lines of a chunk.
pub(super) struct Lines<'c> {
    parser: &'c mut Parser,
    rest: &'c [u8],
    next_line: u64,
    line: u64,
    /// Whether the input ends with the chunk, without a line end.
    is_last: bool,
    text: &'c str,
}

impl<'c> Lines<'c> {
    /// The next line that is not blank.
    fn take(&mut self) -> Option<&'c [u8]> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let end = memchr::memchr(b'\n', self.rest).map_or(self.rest.len(), |at| at + 1);
            let (line, rest) = self.rest.split_at(end);
            self.rest = rest;
            self.line = self.next_line;
            self.next_line += 1;
            if !line.trim_ascii().is_empty() {
                return Some(line);
            }
        }
    }
}

impl Records for Lines<'_> {
    fn next(&mut self, inputs: &mut [Value]) -> Option<Result<(), BadRow>> {
        let line = self.take()?;
        let bad = |column, reason| BadRow { line: self.line, column, reason };
        let is_last = self.is_last && self.rest.is_empty();
        let text = match std::str::from_utf8(line) {
            Ok(text) => text,
            Err(error) => {
                self.parser.forget(inputs);
                return Some(Err(bad(None, Reason::not_utf8(error, is_last))));
            }
        };
        self.text = text.trim_end_matches(['\r', '\n']);
        if self.parser.scan(self.text, inputs).is_some() {
            return Some(Ok(()));
        }
        Some(self.parser.read(self.text, inputs).map_err(|(column, reason)| {
            self.parser.forget(inputs);
            match reason {
                Reason::Malformed(message) if is_last && json::is_cut(self.text) => {
                    bad(column, Reason::malformed(message, true))
                }
                reason => bad(column, reason),
            }
        }))
    }

    fn line(&self) -> u64 {
        self.line
    }
}

impl Fields for Lines<'_> {
    fn field<'a>(&'a self, kept: usize, _: &'a [Value]) -> Field<'a> {
        let place = self.parser.kept.get(kept).cloned().flatten();
        match place.and_then(|place| self.text.get(place)) {
            None | Some("null") => Field::Null,
            Some(json) => Field::Json(json),
        }
    }

    fn members(&self) -> &str {
        if self.parser.keeps_all {
            self.text.get(self.parser.members.clone()).unwrap_or("").trim()
        } else {
            ""
        }
    }
}
