//! Records of CSV and TSV: their fields, and the faults of their quotes.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use memchr::{memchr, memchr_iter};

/// The mark that some programs write before UTF-8.
pub(crate) const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Splits records into fields. It is used for many records, so that its memory is kept.
pub(crate) struct Splitter {
    reader: Reader,
    /// The fields of a record, one after the other.
    text: Vec<u8>,
    /// The end of each field.
    ends: Vec<usize>,
}

impl Splitter {
    pub(crate) fn new(delimiter: u8) -> Splitter {
        let reader = ReaderBuilder::new().delimiter(delimiter).build();
        Splitter { reader, text: vec![0; 256], ends: vec![0; 16] }
    }

    /// Forgets the earlier records.
    pub(crate) fn restart(&mut self) {
        self.reader.reset();
        // The crate reads a byte order mark only at the very beginning. It also skips blank lines.
        let (text, ends) = (&mut self.text, &mut self.ends);
        self.reader.read_record(b"\n", text, ends);
    }

    /// Splits the next record. Returns the number of its bytes, including its end, and the number of
    /// its fields. `None` at the end of the input.
    pub(crate) fn next(&mut self, mut input: &[u8]) -> Option<(usize, usize)> {
        let (mut read, mut written, mut fields) = (0, 0, 0);
        loop {
            let (result, more_read, more_written, more_fields) =
                self.reader.read_record(input, &mut self.text[written..], &mut self.ends[fields..]);
            input = &input[more_read..];
            read += more_read;
            written += more_written;
            fields += more_fields;
            match result {
                // A second call without input means the end of the last record.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.text.resize(2 * self.text.len(), 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(2 * self.ends.len(), 0),
                ReadRecordResult::Record => return Some((read, fields)),
                ReadRecordResult::End => return None,
            }
        }
    }

    /// The bytes of a field.
    pub(crate) fn field(&self, index: usize) -> &[u8] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[start..self.ends[index]]
    }
}

/// An error in the quotes of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The quote at this place is not closed before the end of the record.
    Unclosed(usize),
    /// The field goes on at this place, after its closing quote. Usually an earlier quote was not
    /// closed, and this one was meant to open a field.
    Stray(usize),
}

impl Fault {
    /// The first fault of a record. A quote counts only at the beginning of a field.
    pub(crate) fn find(record: &[u8], delimiter: u8) -> Option<Fault> {
        let separates = |byte: u8| byte == delimiter || matches!(byte, b'\n' | b'\r');
        let mut at = 0;
        while let Some(found) = memchr(b'"', &record[at..]) {
            let open = at + found;
            at = open + 1;
            if !open.checked_sub(1).is_none_or(|before| separates(record[before])) {
                continue;
            }
            loop {
                let Some(found) = memchr(b'"', &record[at..]) else {
                    return Some(Fault::Unclosed(open));
                };
                at += found + 1;
                if record.get(at) != Some(&b'"') {
                    break;
                }
                at += 1;
            }
            if record.get(at).is_some_and(|next| !separates(*next)) {
                return Some(Fault::Stray(at));
            }
        }
        None
    }
}

/// The number of line breaks.
pub(crate) fn line_breaks(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
}

/// The number of line breaks before a record, which are blank lines or the rest of an earlier line
/// end.
pub(crate) fn blank_lines(record: &[u8]) -> u64 {
    let blank = record.iter().take_while(|byte| matches!(byte, b'\n' | b'\r'));
    blank.filter(|byte| **byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_closed_and_end_their_fields() {
        use Fault::{Stray, Unclosed};
        for (record, fault) in [
            ("a,b\n", None),
            ("\"a\",\"b\"\r\n", None),
            ("\n\"a\"\n", None),
            ("\"\",\"\"", None),
            ("\"a \"\"b\"\"\",\"\"\"\"", None),
            ("5\" pipe,5\"", None),
            ("\"a", Some(Unclosed(0))),
            ("a,\"", Some(Unclosed(2))),
            ("a,\"b\"\"", Some(Unclosed(2))),
            ("a\r\"b", Some(Unclosed(2))),
            ("a,\"b\nc,\"d\"\n", Some(Stray(8))),
            ("\"a\"b\n", Some(Stray(3))),
            ("\"a\" ,b\n", Some(Stray(3))),
        ] {
            assert_eq!(Fault::find(record.as_bytes(), b','), fault, "{record:?}");
        }
        assert_eq!(Fault::find(b"a\t\"b", b'\t'), Some(Unclosed(2)));
        assert_eq!(Fault::find(b"a\t\"b", b','), None);
    }
}
