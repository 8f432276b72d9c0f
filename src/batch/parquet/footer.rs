//! A check of the schema at the end of a file, before the crate `parquet` reads it: the crate
//! reserves memory for as many columns as the schema claims, and recurses as deep as its groups nest.

use std::io::{self, Read, Seek, SeekFrom};

use parquet::errors::{ParquetError, Result};

use super::MAGIC;
use super::cursor::{Broken, Cursor};

/// The most levels of groups within groups, in a schema and around it.
const MAX_DEPTH: usize = 100;

/// The size of the footer's length and the last magic bytes.
const TAIL: i64 = 8;

/// The field of the footer that holds the schema, and the field of a group that holds the number of
/// its parts.
const SCHEMA: i16 = 2;
const CHILDREN: i16 = 5;

/// The kinds of values in Thrift's compact protocol.
const STOP: u8 = 0;
const TRUE: u8 = 1;
const FALSE: u8 = 2;
const BYTE: u8 = 3;
const INTEGERS: std::ops::RangeInclusive<u8> = 4..=6;
const I32: u8 = 5;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const SET: u8 = 10;
const MAP: u8 = 11;
const STRUCT: u8 = 12;

/// Checks the schema of a file. Any other fault is left to the reader.
///
/// # Errors
/// The schema cannot be read, its groups claim more parts than there are, or they nest too deep.
pub(super) fn check(file: &mut (impl Read + Seek)) -> Result<()> {
    let length = file.seek(SeekFrom::End(-TAIL))?;
    let (mut size, mut magic) = ([0; 4], [0; 4]);
    file.read_exact(&mut size)?;
    file.read_exact(&mut magic)?;
    if magic != *MAGIC {
        return Ok(());
    }
    let size = u64::from(u32::from_le_bytes(size));
    let start = length.checked_sub(size).ok_or_else(|| wrong("is longer than the file"))?;
    file.seek(SeekFrom::Start(start))?;
    let mut footer = Vec::new();
    file.take(size).read_to_end(&mut footer)?;
    let mut footer = Thrift(Cursor::new(&footer));
    let mut last = 0;
    while let Some((id, kind)) = footer.field(&mut last)? {
        match (id, kind) {
            (SCHEMA, LIST) => return footer.schema(),
            _ => footer.skip(kind, MAX_DEPTH)?,
        }
    }
    Ok(())
}

fn wrong(what: &str) -> ParquetError {
    ParquetError::General(format!("its footer {what}"))
}

fn cut() -> ParquetError {
    io::Error::from(io::ErrorKind::UnexpectedEof).into()
}

fn broken(broken: Broken) -> ParquetError {
    match broken {
        Broken::Cut => cut(),
        Broken::Wide => wrong("has a number of more than 64 bits"),
    }
}

/// The bytes that are left to read.
struct Thrift<'f>(Cursor<'f>);

impl Thrift<'_> {
    fn schema(&mut self) -> Result<()> {
        let (count, kind) = self.list()?;
        if kind != STRUCT {
            return Err(wrong("has a schema of another kind"));
        }
        // The number of parts that each open group still lacks.
        let mut open: Vec<usize> = Vec::new();
        for place in 0..count {
            while open.last() == Some(&0) {
                open.pop();
            }
            match open.last_mut() {
                Some(left) => *left -= 1,
                None if place == 0 => {}
                None => return Err(wrong("has columns outside of its schema")),
            }
            let children = self.children()?;
            if children > count - place - 1 {
                return Err(wrong("has a group of more columns than there are"));
            }
            open.push(children);
            if open.len() > MAX_DEPTH {
                return Err(wrong("has a schema that nests too deep"));
            }
        }
        Ok(())
    }

    /// The number of parts of an element of the schema.
    fn children(&mut self) -> Result<usize> {
        let (mut children, mut last) = (0, 0);
        while let Some((id, kind)) = self.field(&mut last)? {
            match (id, kind) {
                (CHILDREN, I32) => {
                    let number = self.signed()?;
                    children = usize::try_from(number)
                        .map_err(|_| wrong("has a group of a negative number of columns"))?;
                }
                _ => self.skip(kind, MAX_DEPTH)?,
            }
        }
        Ok(children)
    }

    fn take(&mut self, size: usize) -> Result<&[u8]> {
        self.0.take(size).map_err(broken)
    }

    fn byte(&mut self) -> Result<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn signed(&mut self) -> Result<i64> {
        self.0.signed().map_err(broken)
    }

    fn size(&mut self) -> Result<usize> {
        usize::try_from(self.0.number().map_err(broken)?).map_err(|_| cut())
    }

    /// The number and the kind of the next field of a struct.
    fn field(&mut self, last: &mut i16) -> Result<Option<(i16, u8)>> {
        let head = self.byte()?;
        let kind = head & 0x0f;
        if kind == STOP {
            return Ok(None);
        }
        *last = match head >> 4 {
            0 => {
                i16::try_from(self.signed()?).map_err(|_| wrong("has a field without a number"))?
            }
            more => last.wrapping_add(more.into()),
        };
        Ok(Some((*last, kind)))
    }

    /// The number of a list's elements, and their kind. Each element has at least one byte.
    fn list(&mut self) -> Result<(usize, u8)> {
        let head = self.byte()?;
        let count = match head >> 4 {
            15 => self.size()?,
            few => few.into(),
        };
        if count > self.0.left() {
            return Err(wrong("has a list that is longer than it"));
        }
        Ok((count, head & 0x0f))
    }

    /// Skips a value.
    fn skip(&mut self, kind: u8, depth: usize) -> Result<()> {
        let depth = depth.checked_sub(1).ok_or_else(|| wrong("nests too deep"))?;
        match kind {
            TRUE | FALSE => {}
            BYTE => drop(self.take(1)?),
            DOUBLE => drop(self.take(8)?),
            BINARY => {
                let size = self.size()?;
                self.take(size)?;
            }
            LIST | SET => {
                let (count, kind) = self.list()?;
                for _ in 0..count {
                    self.element(kind, depth)?;
                }
            }
            MAP => {
                let count = self.size()?;
                let kinds = if count == 0 { 0 } else { self.byte()? };
                for _ in 0..count {
                    self.element(kinds >> 4, depth)?;
                    self.element(kinds & 0x0f, depth)?;
                }
            }
            STRUCT => {
                let mut last = 0;
                while let Some((_, kind)) = self.field(&mut last)? {
                    self.skip(kind, depth)?;
                }
            }
            kind if INTEGERS.contains(&kind) => drop(self.signed()?),
            _ => return Err(wrong("has a value of an unknown kind")),
        }
        Ok(())
    }

    /// Skips an element of a list. A boolean takes a byte in a list, and nothing in a struct.
    fn element(&mut self, kind: u8, depth: usize) -> Result<()> {
        match kind {
            TRUE | FALSE => self.byte().map(drop),
            kind => self.skip(kind, depth),
        }
    }
}
