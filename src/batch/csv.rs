//! Rows of CSV and TSV.

use super::chunks::{Chunk, Chunks};
use super::columns::Column;
use super::error::{BadRow, Error, Reason};
use super::fields::{Field, Fields, Records};
use crate::delimited::{Fault, Splitter, blank_lines, line_breaks};
use crate::value::{Type, Value};

/// A file whose header has been read.
pub(super) struct Table {
    pub(super) header: Vec<String>,
    chunks: Chunks,
    /// The rows that were read together with the header.
    first: Option<Chunk>,
}

impl Table {
    /// Reads the header.
    pub(super) fn open(name: &str, delimiter: u8, mut chunks: Chunks) -> Result<Table, Error> {
        let mut splitter = Splitter::new(delimiter);
        while let Some(mut chunk) = chunks.next()? {
            let Some((length, fields)) = splitter.next(&chunk.bytes) else {
                splitter.restart();
                continue;
            };
            let header = (0..fields)
                .map(|index| std::str::from_utf8(splitter.field(index)).map(str::to_owned))
                .collect::<Result<_, _>>()
                .map_err(|_| {
                    let line = chunk.line + blank_lines(&chunk.bytes[..length]);
                    Error::unfit(format!("{name}:{line}: not UTF-8"))
                })?;
            chunk.line += line_breaks(&chunk.bytes[..length]);
            chunk.bytes.drain(..length);
            return Ok(Table { header, chunks, first: Some(chunk) });
        }
        let message = format!("`{name}` is empty");
        Err(Error::unfit(message).help("its first line names the columns"))
    }

    pub(super) fn next(&mut self) -> Result<Option<Chunk>, Error> {
        match self.first.take() {
            Some(chunk) => Ok(Some(chunk)),
            None => self.chunks.next(),
        }
    }
}

/// The destinations of a column's fields.
struct Used<'p> {
    field: usize,
    column: &'p Column,
}

/// Reads the records of chunks.
pub(super) struct Parser<'p> {
    splitter: Splitter,
    used: Vec<Used<'p>>,
    /// For each copied field, its index in the record, and its index among the inputs if its text is
    /// not always the input.
    kept: Vec<(usize, Option<usize>)>,
    /// The number of fields that each record must have.
    width: usize,
    delimiter: u8,
}

impl<'p> Parser<'p> {
    pub(super) fn new(delimiter: u8, header: &[String], columns: &'p [Column]) -> Parser<'p> {
        let place = |column: &Column| header.iter().position(|name| *name == column.name);
        let used = columns.iter().filter_map(|column| Some(Used { field: place(column)?, column }));
        let used: Vec<Used<'p>> = used.collect();
        let mut kept: Vec<_> = used.iter().filter(|used| used.column.kept.is_some()).collect();
        kept.sort_by_key(|used| used.column.kept);
        let is_text = |column: &Column| column.kind == Type::String && !column.is_unit;
        let typed = |column: &Column| column.input.filter(|_| !is_text(column));
        let kept = kept.iter().map(|used| (used.field, typed(used.column))).collect();
        let used = used.into_iter().filter(|used| used.column.input.is_some()).collect();
        let (splitter, width) = (Splitter::new(delimiter), header.len());
        Parser { splitter, used, kept, width, delimiter }
    }

    pub(super) fn records<'c>(&'c mut self, chunk: &'c Chunk) -> Rows<'c, 'p> {
        self.splitter.restart();
        Rows {
            parser: self,
            rest: &chunk.bytes,
            line: chunk.line,
            next_line: chunk.line,
            is_last: chunk.is_last,
            ok: false,
        }
    }
}

/// The rows of a chunk.
pub(super) struct Rows<'c, 'p> {
    parser: &'c mut Parser<'p>,
    rest: &'c [u8],
    line: u64,
    next_line: u64,
    /// Whether the input ends with the chunk, without a line end.
    is_last: bool,
    /// Whether the record has the right number of fields.
    ok: bool,
}

impl Rows<'_, '_> {
    fn text(&self, field: usize) -> &str {
        // The record was checked to be UTF-8 when it was read.
        std::str::from_utf8(self.parser.splitter.field(field)).unwrap_or_default()
    }

    fn check(&self, record: &[u8], fields: usize) -> Result<(), Reason> {
        if let Some(Fault::Stray(_)) = Fault::find(record, self.parser.delimiter) {
            let message = "a field goes on after its quotes: is an earlier quote not closed?";
            return Err(Reason::Malformed(message.to_owned()));
        }
        let is_cut = self.is_last && self.rest.is_empty();
        let width = self.parser.width;
        if fields != width {
            let s = if fields == 1 { "" } else { "s" };
            let message = format!("{fields} field{s}, but the header has {width}");
            return Err(Reason::malformed(message, is_cut && fields < width));
        }
        // The whole record is checked, so no character was divided between two fields.
        match std::str::from_utf8(record) {
            Ok(_) => Ok(()),
            Err(error) => Err(Reason::not_utf8(error, is_cut)),
        }
    }

    fn read(&mut self, record: &[u8], fields: usize, inputs: &mut [Value]) -> Result<(), Reason> {
        self.ok = false;
        self.check(record, fields)?;
        self.ok = true;
        let mut wrong = None;
        for Used { field, column } in &self.parser.used {
            let Some(input) = column.input.and_then(|input| inputs.get_mut(input)) else {
                continue;
            };
            let text = self.text(*field);
            if let Err(reason) = put(text, column, input) {
                *input = Value::Null;
                wrong.get_or_insert(reason);
            }
        }
        wrong.map_or(Ok(()), Err)
    }
}

impl Records for Rows<'_, '_> {
    fn next(&mut self, inputs: &mut [Value]) -> Option<Result<(), BadRow>> {
        let (length, fields) = self.parser.splitter.next(self.rest)?;
        let (record, rest) = self.rest.split_at(length);
        self.rest = rest;
        self.line = self.next_line + blank_lines(record);
        self.next_line += line_breaks(record);
        Some(self.read(record, fields, inputs).map_err(|reason| reason.at(self.line)))
    }

    fn line(&self) -> u64 {
        self.line
    }
}

impl Fields for Rows<'_, '_> {
    fn field<'a>(&'a self, kept: usize, inputs: &'a [Value]) -> Field<'a> {
        match self.parser.kept.get(kept).filter(|_| self.ok) {
            None => Field::Null,
            Some((field, None)) => Field::Text(self.text(*field)),
            Some((field, Some(input))) => match &inputs[*input] {
                Value::Null => Field::Null,
                value => Field::Typed(self.text(*field), value),
            },
        }
    }
}

/// Copies a field to its input.
fn put(text: &str, column: &Column, input: &mut Value) -> Result<(), Reason> {
    let wrong = || Reason::WrongType {
        column: column.name.clone(),
        text: text.to_owned(),
        expected: column.kind,
    };
    if text.is_empty() && (column.is_unit || column.kind != Type::String) {
        *input = Value::Null;
        return Ok(());
    }
    match column.kind {
        Type::String => set_text(input, text),
        Type::Integer => {
            *input = match text.parse() {
                Ok(int) => Value::Int(int),
                Err(_) => Value::Wide(Box::new(text.parse().map_err(|_| wrong())?)),
            };
        }
        Type::Float => {
            let float = text.parse().ok().filter(|float: &f64| float.is_finite());
            *input = Value::Float(float.ok_or_else(wrong)?);
        }
        Type::Boolean if text.eq_ignore_ascii_case("true") => *input = Value::Bool(true),
        Type::Boolean if text.eq_ignore_ascii_case("false") => *input = Value::Bool(false),
        Type::Boolean => return Err(wrong()),
    }
    Ok(())
}

/// Makes a value a text, and reuses the memory of its earlier text.
pub(super) fn set_text(value: &mut Value, text: &str) {
    match value {
        Value::String(old) => {
            old.clear();
            old.push_str(text);
        }
        _ => *value = Value::from(text),
    }
}
