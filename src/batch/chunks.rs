//! A stream in pieces of whole records, which can be worked on independently.

use std::io::{self, Read};

use memchr::{memchr, memchr2, memrchr};

use super::error::Error;
use crate::delimited::{BYTE_ORDER_MARK, Fault, line_breaks};

/// The longest record, in bytes. A longer one is probably not a row, but lacks a closing quote.
const MAX_RECORD: usize = 8 << 20;

/// Some records as they are in the file.
#[derive(Debug)]
pub(super) struct Chunk {
    pub(super) bytes: Vec<u8>,
    /// The number of the first line, from 1.
    pub(super) line: u64,
    /// Whether the input ends with this chunk, in a record without a line end. Such a record may be
    /// cut off.
    pub(super) is_last: bool,
}

/// Cuts a stream into chunks.
pub(super) struct Chunks {
    name: String,
    input: Box<dyn Read + Send>,
    cutter: Cutter,
    /// The number of bytes that are read at once.
    size: usize,
    /// The bytes that were read and are not part of a whole record yet.
    rest: Vec<u8>,
    line: u64,
    is_first: bool,
}

impl Chunks {
    pub(super) fn new(
        name: &str,
        input: Box<dyn Read + Send>,
        cutter: Cutter,
        size: usize,
    ) -> Chunks {
        let (rest, name) = (Vec::new(), name.to_owned());
        Chunks { name, input, cutter, size, rest, line: 1, is_first: true }
    }

    /// The next records, as many as there are without waiting for more.
    pub(super) fn next(&mut self) -> Result<Option<Chunk>, Error> {
        let mut bytes = std::mem::take(&mut self.rest);
        let mut scanned = bytes.len();
        loop {
            let count = self.fill(&mut bytes);
            let count = count.map_err(|error| Error::Read { name: self.name.clone(), error })?;
            if self.is_first && bytes.starts_with(BYTE_ORDER_MARK) {
                bytes.drain(..BYTE_ORDER_MARK.len());
                self.is_first = false;
                scanned = 0;
            }
            if count == 0 {
                return self.last(bytes);
            }
            if let Some(end) = self.cutter.last_end(&bytes, scanned) {
                return Ok(Some(self.cut(bytes, end)));
            }
            scanned = bytes.len();
            if bytes.len() > MAX_RECORD {
                let (name, size) = (&self.name, MAX_RECORD >> 20);
                let line = self.unclosed(&bytes).unwrap_or(self.line);
                let message = format!("{name}:{line}: a row of more than {size} MB");
                return Err(Error::unfit(message).help(self.cutter.advice()));
            }
        }
    }

    /// The last record. The input has no more bytes than these.
    fn last(&mut self, bytes: Vec<u8>) -> Result<Option<Chunk>, Error> {
        if let Some(line) = self.unclosed(&bytes) {
            let name = &self.name;
            let message = format!(
                "{name}:{line}: a quote is opened here and not closed: the input ends before"
            );
            let help = "rows may be missing: they are inside of the quote, or were cut off";
            return Err(Error::unfit(message).help(help));
        }
        let end = bytes.len();
        Ok((end > 0).then(|| Chunk { is_last: true, ..self.cut(bytes, end) }))
    }

    /// The line of the unclosed quote of a record.
    fn unclosed(&self, record: &[u8]) -> Option<u64> {
        let Cutter::Quoted { delimiter, state: State::Quoted } = self.cutter else { return None };
        match Fault::find(record, delimiter) {
            Some(Fault::Unclosed(at)) => Some(self.line + line_breaks(&record[..at])),
            // The splitter stops at the error of a record.
            _ => Some(self.line),
        }
    }

    /// Reads once, as many bytes as are available and fit.
    fn fill(&mut self, bytes: &mut Vec<u8>) -> io::Result<usize> {
        let start = bytes.len();
        // The buffer doubles, so that a long record is not read again and again.
        bytes.resize(start + self.size.max(start), 0);
        let count = loop {
            match self.input.read(&mut bytes[start..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result,
            }
        };
        bytes.truncate(start + *count.as_ref().unwrap_or(&0));
        count
    }

    fn cut(&mut self, mut bytes: Vec<u8>, end: usize) -> Chunk {
        self.rest = bytes.split_off(end);
        self.is_first = false;
        let line = self.line;
        self.line += line_breaks(&bytes);
        Chunk { bytes, line, is_last: false }
    }
}

/// Finds the ends of records. Each byte is looked at once, in order.
#[derive(Debug)]
pub(super) enum Cutter {
    /// Each line is a record.
    Lines,
    /// A record ends at each line end outside of quotes.
    Quoted { delimiter: u8, state: State },
}

/// The position of the next byte within a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Unquoted,
    Quoted,
    /// After a quote within quotes: it is either the end, or the first of two.
    Closing,
}

impl Cutter {
    pub(super) fn new(delimiter: Option<u8>) -> Cutter {
        match delimiter {
            None => Cutter::Lines,
            Some(delimiter) => Cutter::Quoted { delimiter, state: State::Unquoted },
        }
    }

    fn advice(&self) -> &'static str {
        match self {
            Cutter::Lines => "each row is a line of its own",
            Cutter::Quoted { .. } => "is there a quote that is not closed?",
        }
    }

    /// The end of the last record that ends in the new bytes, which begin at `start`.
    fn last_end(&mut self, bytes: &[u8], start: usize) -> Option<usize> {
        let Cutter::Quoted { delimiter, state } = self else {
            return memrchr(b'\n', &bytes[start..]).map(|at| start + at + 1);
        };
        let mut end = None;
        let mut at = start;
        while at < bytes.len() {
            match state {
                State::Quoted => match memchr(b'"', &bytes[at..]) {
                    Some(found) => {
                        at += found + 1;
                        *state = State::Closing;
                    }
                    None => break,
                },
                State::Closing => {
                    *state = State::Unquoted;
                    if bytes[at] == b'"' {
                        at += 1;
                        *state = State::Quoted;
                    }
                }
                State::Unquoted => match memchr2(b'"', b'\n', &bytes[at..]) {
                    Some(found) => {
                        at += found + 1;
                        if bytes[at - 1] == b'\n' {
                            end = Some(at);
                        } else {
                            // A quote counts only at the beginning of a field.
                            let before = at.checked_sub(2).map(|before| bytes[before]);
                            let begins = |byte| byte == *delimiter || matches!(byte, b'\n' | b'\r');
                            if before.is_none_or(begins) {
                                *state = State::Quoted;
                            }
                        }
                    }
                    None => break,
                },
            }
        }
        end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns one byte at a time.
    struct Slow(&'static [u8]);

    impl Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let (now, later) = self.0.split_at(self.0.len().min(1));
            self.0 = later;
            buffer[..now.len()].copy_from_slice(now);
            Ok(now.len())
        }
    }

    fn chunks(text: &'static str, delimiter: Option<u8>, size: usize) -> Vec<(u64, String)> {
        let input: Box<dyn Read + Send> = match size {
            1 => Box::new(Slow(text.as_bytes())),
            _ => Box::new(text.as_bytes()),
        };
        let mut chunks = Chunks::new("test", input, Cutter::new(delimiter), size);
        let next = || chunks.next().expect("readable");
        std::iter::from_fn(next)
            .map(|chunk| (chunk.line, String::from_utf8(chunk.bytes).expect("text")))
            .collect()
    }

    #[test]
    fn records_are_never_cut() {
        let rows = [
            "a,b\n",
            "\"1\n2\",\"x\"\"\n\"\n",
            "5\" pipe,x\n",
            "\"a\"b\"c,d\n",
            "\"\",\"\"\r\n",
            "\"\"\"\n\"\"\",e\n",
            "last,row",
        ];
        let text: &'static str = rows.concat().leak();
        let one_by_one = chunks(text, Some(b','), 1);
        assert_eq!(one_by_one.iter().map(|(_, text)| text).collect::<Vec<_>>(), rows);
        let lines: Vec<u64> = one_by_one.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 2, 5, 6, 7, 8, 10]);
        for size in 2..text.len() + 2 {
            let mut rows = rows.iter();
            for (_, chunk) in chunks(text, Some(b','), size) {
                let mut records = String::new();
                while records.len() < chunk.len() {
                    records.push_str(rows.next().expect("a record"));
                }
                assert_eq!(records, chunk, "{size}");
            }
        }
    }

    #[test]
    fn lines_are_cut_whatever_is_in_them() {
        let text = "\u{feff}{\"a\": \"\n\n}";
        for size in 1..10 {
            let chunks = chunks(text, None, size);
            let whole: String = chunks.iter().map(|(_, text)| text.as_str()).collect();
            assert_eq!(whole, &text[3..]);
            assert!(chunks[1..].iter().all(|(line, _)| *line > 1));
        }
    }

    #[test]
    fn a_record_without_end_is_refused() {
        let text: &'static str = ("x\n\"".to_owned() + &"y\n".repeat(5 << 20)).leak();
        let mut chunks =
            Chunks::new("big", Box::new(text.as_bytes()), Cutter::new(Some(b',')), 1 << 18);
        assert_eq!(
            chunks.next().expect("a record").map(|chunk| chunk.bytes),
            Some(b"x\n".to_vec())
        );
        let error = chunks.next().expect_err("no end").to_string();
        assert_eq!(error, "big:2: a row of more than 8 MB");
    }
}
