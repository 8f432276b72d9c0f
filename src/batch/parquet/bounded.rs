//! The bytes of a Parquet file, read within bounds: the file may claim any length for its parts.

use std::fs::File;
use std::io::{self, Cursor, Read};

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

use super::shape::PAGE;
use super::thrift::{Thrift, Wrong};

/// The sizes of a page's header, in bytes: that of the first read, and the largest one. Statistics make
/// headers long.
const MIN_HEADER: usize = 256;
const MAX_HEADER: usize = 16 << 20;

/// A file that is never read behind its end. Only headers of pages are read through its reader.
pub(super) struct Bounded(pub(super) File);

/// A reader of a header that has been checked. It treats the end of the header as an error: without
/// this error, the crate would go on to skip bytes that do not exist, for hours.
pub(super) struct Header {
    file: Bounded,
    start: u64,
    bytes: Option<Cursor<Bytes>>,
}

impl Length for Bounded {
    fn len(&self) -> u64 {
        Length::len(&self.0)
    }
}

impl ChunkReader for Bounded {
    type T = Header;

    fn get_read(&self, start: u64) -> Result<Header> {
        Ok(Header { file: Bounded(self.0.try_clone()?), start, bytes: None })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        // Memory is reserved for the bytes that exist, and not for the number that the file claims.
        match start.checked_add(length as u64) {
            Some(end) if end <= self.len() => self.0.get_bytes(start, length),
            _ => Err(ParquetError::EOF("a part lies behind the end of the file".to_owned())),
        }
    }
}

impl Bounded {
    /// The header that begins at a position.
    fn header(&self, start: u64) -> Result<Bytes> {
        let left = usize::try_from(self.len().saturating_sub(start)).unwrap_or(usize::MAX);
        let mut size = MIN_HEADER;
        loop {
            let bytes = self.get_bytes(start, size.min(left))?;
            let mut header = Thrift::new(&bytes);
            match header.walk(PAGE) {
                Ok(()) => return Ok(bytes.slice(..header.at())),
                Err(Wrong::Cut) if size < left.min(MAX_HEADER) => size *= 4,
                Err(problem) => return Err(problem.of("the header of a page")),
            }
        }
    }
}

impl Read for Header {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = match &mut self.bytes {
            Some(bytes) => bytes,
            empty => {
                let header = self.file.header(self.start).map_err(io::Error::other)?;
                empty.insert(Cursor::new(header))
            }
        };
        match bytes.read(buffer)? {
            0 if !buffer.is_empty() => Err(io::ErrorKind::UnexpectedEof.into()),
            count => Ok(count),
        }
    }
}
