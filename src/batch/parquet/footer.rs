//! The footer of a file, checked before the crate `parquet` reads it: the crate reserves memory for as
//! many columns as the schema claims, and recurses as deep as its groups nest.

use std::io::{Read, Seek, SeekFrom};

use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

use super::MAGIC;
use super::shape::{COLUMN, FOOTER};
use super::thrift::{Thrift, Wrong};

/// The most levels of groups within groups.
const MAX_DEPTH: usize = 100;

/// The largest size of a footer, in bytes.
const MAX_FOOTER: u64 = 256 << 20;

/// The size of the footer's length and the last magic bytes.
const TAIL: u64 = 8;

/// The last magic bytes of a file whose footer is encrypted.
const ENCRYPTED: &[u8; 4] = b"PARE";

/// The field of the footer that holds the schema, and the field of a group that holds the number of
/// its parts.
const SCHEMA: i16 = 2;
const CHILDREN: i16 = 5;

/// Reads the footer of a file.
///
/// # Errors
/// The footer cannot be read, claims more parts than there are, or nests too deep.
pub(super) fn read(file: &mut (impl Read + Seek)) -> Result<ParquetMetaData> {
    let length = file.seek(SeekFrom::End(0))?;
    let tail = length.checked_sub(TAIL).ok_or_else(|| wrong("is missing"))?;
    file.seek(SeekFrom::Start(tail))?;
    let (mut size, mut magic) = ([0; 4], [0; 4]);
    file.read_exact(&mut size)?;
    file.read_exact(&mut magic)?;
    match &magic {
        MAGIC => {}
        ENCRYPTED => return Err(wrong("is encrypted")),
        _ => return Err(wrong("is missing")),
    }
    let size = u64::from(u32::from_le_bytes(size));
    let start = tail.checked_sub(size).ok_or_else(|| wrong("is longer than the file"))?;
    if size > MAX_FOOTER {
        let most = MAX_FOOTER >> 20;
        return Err(wrong(&format!("takes more than {most} MB")));
    }
    file.seek(SeekFrom::Start(start))?;
    let mut footer = Vec::new();
    file.take(size).read_to_end(&mut footer)?;
    check(&footer).map_err(|problem| problem.of("its footer"))?;
    ParquetMetaDataReader::decode_metadata(&footer)
}

fn wrong(what: &str) -> ParquetError {
    ParquetError::General(format!("its footer {what}"))
}

/// Checks everything that a footer claims.
fn check(footer: &[u8]) -> std::result::Result<(), Wrong> {
    let (mut footer, mut last) = (Thrift::new(footer), 0);
    while let Some((number, kind)) = footer.field(&mut last)? {
        match number {
            SCHEMA => schema(&mut footer, kind)?,
            _ => footer.part(FOOTER, number, kind)?,
        }
    }
    Ok(())
}

fn schema(footer: &mut Thrift<'_>, kind: u8) -> std::result::Result<(), Wrong> {
    let count = footer.structs(kind)?;
    // The number of parts that each open group still lacks.
    let mut open: Vec<usize> = Vec::new();
    for place in 0..count {
        while open.last() == Some(&0) {
            open.pop();
        }
        match open.last_mut() {
            Some(left) => *left -= 1,
            None if place == 0 => {}
            None => return Err(Wrong::Other("has columns outside of its schema")),
        }
        let children = children(footer)?;
        if children > count - place - 1 {
            return Err(Wrong::Other("has a group of more columns than there are"));
        }
        open.push(children);
        if open.len() > MAX_DEPTH {
            return Err(Wrong::Other("has a schema that nests too deep"));
        }
    }
    Ok(())
}

/// The number of parts of an element of the schema.
fn children(footer: &mut Thrift<'_>) -> std::result::Result<usize, Wrong> {
    let (mut children, mut last) = (0, 0);
    while let Some((number, kind)) = footer.field(&mut last)? {
        match number {
            CHILDREN => {
                children = usize::try_from(footer.integer(kind)?)
                    .map_err(|_| Wrong::Other("has a group of a negative number of columns"))?;
            }
            _ => footer.part(COLUMN, number, kind)?,
        }
    }
    Ok(children)
}
