//! A check of Thrift's compact protocol, which footers and the headers of pages use. The check keeps nothing.
//! The crate `parquet` reads a field by its number alone, whatever kind the field claims, and skips a
//! list of booleans by counting to its length, without reading a byte. So after this check, the crate
//! takes no more steps than there are bytes.

use parquet::errors::ParquetError;

use super::cursor::{Broken, Cursor};
use super::shape::{Part, Shape};

/// The most levels of values within values.
const MAX_DEPTH: usize = 100;

/// The kinds of values.
const STOP: u8 = 0;
const TRUE: u8 = 1;
const FALSE: u8 = 2;
const BYTE: u8 = 3;
const INTEGERS: std::ops::RangeInclusive<u8> = 4..=6;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const SET: u8 = 10;
const MAP: u8 = 11;
const STRUCT: u8 = 12;
const UUID: u8 = 13;

/// The reason why bytes are not the Thrift of a Parquet file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// The bytes end before the value does.
    Cut,
    Other(&'static str),
}

impl Wrong {
    /// The error about a part of a file.
    pub(super) fn of(self, part: &str) -> ParquetError {
        let what = match self {
            Wrong::Cut => "is cut off",
            Wrong::Other(what) => what,
        };
        ParquetError::General(format!("{part} {what}"))
    }
}

type Result<T> = std::result::Result<T, Wrong>;

/// The bytes that are left to read.
pub(super) struct Thrift<'t>(Cursor<'t>);

impl<'t> Thrift<'t> {
    pub(super) fn new(bytes: &'t [u8]) -> Thrift<'t> {
        Thrift(Cursor::new(bytes))
    }

    /// The number of bytes that have been read.
    pub(super) fn at(&self) -> usize {
        self.0.at()
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
        usize::try_from(self.0.number().map_err(broken)?).map_err(|_| Wrong::Cut)
    }

    /// The number and the kind of the next field of a struct.
    pub(super) fn field(&mut self, last: &mut i16) -> Result<Option<(i16, u8)>> {
        let head = self.byte()?;
        let kind = head & 0x0f;
        if kind == STOP {
            return Ok(None);
        }
        *last = match head >> 4 {
            0 => i16::try_from(self.signed()?)
                .map_err(|_| Wrong::Other("has a field without a number"))?,
            more => last.wrapping_add(more.into()),
        };
        Ok(Some((*last, kind)))
    }

    /// The value of a field that is an integer.
    pub(super) fn integer(&mut self, kind: u8) -> Result<i64> {
        if INTEGERS.contains(&kind) { self.signed() } else { Err(other_kind()) }
    }

    /// The number of structs in the list that is the value of a field.
    pub(super) fn structs(&mut self, kind: u8) -> Result<usize> {
        match (kind, self.list()?) {
            (LIST, (count, STRUCT)) => Ok(count),
            (LIST, (0, _)) => Ok(0),
            _ => Err(other_kind()),
        }
    }

    /// The number and the kind of the elements of a list. Each element has at least one byte.
    fn list(&mut self) -> Result<(usize, u8)> {
        let head = self.byte()?;
        let count = match head >> 4 {
            15 => self.size()?,
            few => few.into(),
        };
        self.counted(count, &[head & 0x0f])?;
        Ok((count, head & 0x0f))
    }

    /// Checks that a list may have this number of elements of these kinds.
    fn counted(&self, count: usize, kinds: &[u8]) -> Result<()> {
        if count == 0 {
            return Ok(());
        }
        if kinds.iter().any(|kind| matches!(*kind, TRUE | FALSE)) {
            // Footers and headers of Parquet have no such list.
            return Err(Wrong::Other("has a list of booleans"));
        }
        if count > self.0.left() { Err(Wrong::Cut) } else { Ok(()) }
    }

    /// Checks a struct of this shape.
    pub(super) fn walk(&mut self, shape: Shape) -> Result<()> {
        let mut last = 0;
        while let Some((number, kind)) = self.field(&mut last)? {
            self.part(shape, number, kind)?;
        }
        Ok(())
    }

    /// Checks the value of a field in a struct of this shape.
    pub(super) fn part(&mut self, shape: Shape, number: i16, kind: u8) -> Result<()> {
        let part = shape.iter().find(|(numbers, _)| numbers.contains(&number));
        match part.map(|(_, part)| *part) {
            None => return self.skip(kind, MAX_DEPTH),
            Some(Part::Struct(shape)) if kind == STRUCT => return self.walk(shape),
            Some(Part::Structs(shape)) => {
                for _ in 0..self.structs(kind)? {
                    self.walk(shape)?;
                }
                return Ok(());
            }
            Some(Part::Integers) if kind == LIST => {
                let (count, kind) = self.list()?;
                for _ in 0..count {
                    self.integer(kind)?;
                }
                return Ok(());
            }
            Some(Part::Boolean) if matches!(kind, TRUE | FALSE) => {}
            Some(Part::Byte) if kind == BYTE => {}
            Some(Part::Integer) if INTEGERS.contains(&kind) => {}
            Some(Part::Double) if kind == DOUBLE => {}
            Some(Part::Bytes) if kind == BINARY => {}
            Some(_) => return Err(other_kind()),
        }
        self.skip(kind, MAX_DEPTH)
    }

    /// Checks a value that the crate skips.
    fn skip(&mut self, kind: u8, depth: usize) -> Result<()> {
        let depth = depth.checked_sub(1).ok_or(Wrong::Other("nests too deep"))?;
        match kind {
            TRUE | FALSE => {}
            BYTE => drop(self.take(1)?),
            DOUBLE => drop(self.take(8)?),
            UUID => drop(self.take(16)?),
            BINARY => {
                let size = self.size()?;
                self.take(size)?;
            }
            LIST | SET => {
                let (count, kind) = self.list()?;
                for _ in 0..count {
                    self.skip(kind, depth)?;
                }
            }
            MAP => {
                let count = self.size()?;
                let kinds = if count == 0 { 0 } else { self.byte()? };
                let kinds = [kinds >> 4, kinds & 0x0f];
                self.counted(count, &kinds)?;
                for _ in 0..count {
                    self.skip(kinds[0], depth)?;
                    self.skip(kinds[1], depth)?;
                }
            }
            STRUCT => {
                let mut last = 0;
                while let Some((_, kind)) = self.field(&mut last)? {
                    self.skip(kind, depth)?;
                }
            }
            kind if INTEGERS.contains(&kind) => drop(self.signed()?),
            _ => return Err(Wrong::Other("has a value of an unknown kind")),
        }
        Ok(())
    }
}

fn other_kind() -> Wrong {
    Wrong::Other("has a field of another kind than Parquet has there")
}

fn broken(broken: Broken) -> Wrong {
    match broken {
        Broken::Cut => Wrong::Cut,
        Broken::Wide => Wrong::Other("has a number of more than 64 bits"),
    }
}
