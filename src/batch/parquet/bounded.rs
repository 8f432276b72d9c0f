//! The bytes of a Parquet file, read within bounds: the file may claim any length for its parts.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read};

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

/// A file that is never read behind its end.
pub(super) struct Bounded(pub(super) File);

/// A reader that treats the end of the file as an error. No part of a Parquet file that is read
/// through it ends there, since the last bytes are read in another way. Without this error, the crate
/// would go on to skip bytes that do not exist, for hours.
pub(super) struct Within(BufReader<File>);

impl Length for Bounded {
    fn len(&self) -> u64 {
        Length::len(&self.0)
    }
}

impl ChunkReader for Bounded {
    type T = Within;

    fn get_read(&self, start: u64) -> Result<Within> {
        self.0.get_read(start).map(Within)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        // Memory is reserved for the bytes that exist, and not for the number that the file claims.
        match start.checked_add(length as u64) {
            Some(end) if end <= self.len() => self.0.get_bytes(start, length),
            _ => Err(ParquetError::EOF("a part lies behind the end of the file".to_owned())),
        }
    }
}

impl Read for Within {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self.0.read(buffer)? {
            0 if !buffer.is_empty() => Err(ErrorKind::UnexpectedEof.into()),
            count => Ok(count),
        }
    }
}
