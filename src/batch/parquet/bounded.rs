//! The bytes of a file of Parquet, which can say anything of its own lengths.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read};

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

/// A file of which no more is read than there is.
pub(super) struct Bounded(pub(super) File);

/// A reader for which the end of the file is an error. What is read of Parquet never ends there: its
/// last bytes are not read so. The crate would go on to skip what is not there, for hours.
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
        // Memory is taken for what is there, not for what the file says.
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
