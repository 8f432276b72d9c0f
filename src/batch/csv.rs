//! Rows of CSV and TSV.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::chunks::{Chunk, Chunks};
use super::columns::{Column, Type};
use super::error::{BadRow, Error, Reason};
use super::fields::{Field, Fields, Records};
use crate::value::Value;

/// Splits records into fields. It is kept from chunk to chunk, and its memory with it.
struct Splitter {
    reader: Reader,
    /// The fields of a record, one after the other.
    text: Vec<u8>,
    /// Where each of them ends.
    ends: Vec<usize>,
}

impl Splitter {
    fn new(delimiter: u8) -> Splitter {
        let reader = ReaderBuilder::new().delimiter(delimiter).build();
        Splitter { reader, text: vec![0; 256], ends: vec![0; 16] }
    }

    /// Forgets what came before.
    fn restart(&mut self) {
        self.reader.reset();
        // At its very beginning it would take a byte order mark for one; blank lines are skipped.
        let (text, ends) = (&mut self.text, &mut self.ends);
        self.reader.read_record(b"\n", text, ends);
    }

    /// Splits the next record: how many bytes it has with its end, and how many fields. `None` at
    /// the end of the input.
    fn next(&mut self, mut input: &[u8]) -> Option<(usize, usize)> {
        let (mut read, mut written, mut fields) = (0, 0, 0);
        loop {
            let (result, more_read, more_written, more_fields) =
                self.reader.read_record(input, &mut self.text[written..], &mut self.ends[fields..]);
            input = &input[more_read..];
            read += more_read;
            written += more_written;
            fields += more_fields;
            match result {
                // Asked again without input, it takes that for the end of the last record.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.text.resize(2 * self.text.len(), 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(2 * self.ends.len(), 0),
                ReadRecordResult::Record => return Some((read, fields)),
                ReadRecordResult::End => return None,
            }
        }
    }

    /// The bytes of a field.
    fn field(&self, index: usize) -> &[u8] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[start..self.ends[index]]
    }
}

/// A file of which the header has been read.
pub(super) struct Table {
    pub(super) header: Vec<String>,
    chunks: Chunks,
    /// What came with the header.
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
                .map_err(|_| Error::unfit(format!("{name}:{}: not UTF-8", chunk.line)))?;
            chunk.line += lines(&chunk.bytes[..length]);
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

fn lines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

/// Where the fields of a column go.
struct Used<'p> {
    field: usize,
    column: &'p Column,
}

/// Reads the records of chunks.
pub(super) struct Parser<'p> {
    splitter: Splitter,
    used: Vec<Used<'p>>,
    /// By place among what is kept: the field, and its place among the inputs if that is not
    /// always the text.
    kept: Vec<(usize, Option<usize>)>,
    /// How many fields a record must have.
    width: usize,
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
        Parser { splitter: Splitter::new(delimiter), used, kept, width: header.len() }
    }

    pub(super) fn records<'c>(&'c mut self, chunk: &'c Chunk) -> Rows<'c, 'p> {
        self.splitter.restart();
        Rows {
            parser: self,
            rest: &chunk.bytes,
            line: chunk.line,
            next_line: chunk.line,
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
    /// Whether the record has the fields that it should have.
    ok: bool,
}

impl Rows<'_, '_> {
    fn text(&self, field: usize) -> &str {
        // That it is UTF-8 was seen when the record was read.
        std::str::from_utf8(self.parser.splitter.field(field)).unwrap_or_default()
    }

    fn check(&self, record: &[u8], fields: usize) -> Result<(), Reason> {
        let width = self.parser.width;
        if fields != width {
            let s = if fields == 1 { "" } else { "s" };
            let message = format!("{fields} field{s}, but the header has {width}");
            return Err(Reason::Malformed(message));
        }
        // Of the whole record: a character cannot have been in two fields then.
        match std::str::from_utf8(record) {
            Ok(_) => Ok(()),
            Err(_) => Err(Reason::Malformed("not UTF-8".to_owned())),
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
        // Lines are blank before a record only, where they are no record.
        let blank = record.iter().take_while(|byte| matches!(byte, b'\n' | b'\r'));
        self.line = self.next_line + blank.filter(|byte| **byte == b'\n').count() as u64;
        self.next_line += lines(record);
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

/// Puts a field into its input.
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

/// Makes a value a text, in the memory of the text that it was.
pub(super) fn set_text(value: &mut Value, text: &str) {
    match value {
        Value::String(old) => {
            old.clear();
            old.push_str(text);
        }
        _ => *value = Value::from(text),
    }
}
