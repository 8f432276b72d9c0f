//! The pages of a column. A page claims a number of values and a size after decompression, and the
//! crate `parquet` reserves memory for these claims. So pages are decompressed and checked here
//! before the crate sees them.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use parquet::basic::{Compression, Encoding, Type as Physical};
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::column::reader::{ColumnReader, get_column_reader};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::SerializedPageReader;
use parquet::schema::types::ColumnDescPtr;

use super::bounded::Bounded;
use super::delta::{self, Lengths};

/// The most memory that the open pages of a file may take, in bytes. Each column has one page and one
/// dictionary open.
const MAX_OPEN: usize = 512 << 20;

/// The number of bytes that are decompressed at once.
const MIN_PIECE: usize = 64 << 10;
const MAX_PIECE: usize = 32 << 20;

/// The most memory that a value takes beside its bytes.
const VALUE_BYTES: usize = 32;

/// The free part of the memory for open pages.
#[derive(Clone)]
pub(super) struct Room(Arc<AtomicUsize>);

/// A reserved part of the memory. It is free again when this is dropped.
struct Taken {
    room: Room,
    bytes: usize,
}

/// The bytes of a page, with the memory that is reserved for them.
struct Owned {
    bytes: Bytes,
    _taken: Taken,
}

impl AsRef<[u8]> for Owned {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Default for Room {
    fn default() -> Room {
        Room(Arc::new(AtomicUsize::new(MAX_OPEN)))
    }
}

impl Room {
    fn left(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    fn take(&self, bytes: usize) -> Result<Taken> {
        let less = |left: usize| left.checked_sub(bytes);
        match self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less) {
            Ok(_) => Ok(Taken { room: self.clone(), bytes }),
            Err(_) => Err(too_large()),
        }
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.room.0.fetch_add(self.bytes, Ordering::Relaxed);
    }
}

fn too_large() -> ParquetError {
    let most = MAX_OPEN >> 20;
    ParquetError::General(format!("the pages that are read at once take more than {most} MB"))
}

fn wrong(what: &str) -> ParquetError {
    ParquetError::General(format!("a page {what}"))
}

/// Opens a column of a row group.
pub(super) fn open(
    file: &Arc<Bounded>,
    group: &RowGroupMetaData,
    leaf: usize,
    room: &Room,
) -> Result<ColumnReader> {
    let column = group.column(leaf);
    let rows = usize::try_from(group.num_rows())?;
    // Pages are still as they are in the file here.
    let plain = column.clone().into_builder().set_compression(Compression::UNCOMPRESSED).build()?;
    let pages = SerializedPageReader::new(Arc::clone(file), &plain, rows, None)?;
    let (codec, column, room) = (column.compression(), column.column_descr_ptr(), room.clone());
    let pages = Pages { pages, codec, column: column.clone(), room, rows };
    Ok(get_column_reader(column, Box::new(pages)))
}

/// Reads pages, and decompresses and checks them.
struct Pages {
    pages: SerializedPageReader<Bounded>,
    codec: Compression,
    column: ColumnDescPtr,
    room: Room,
    /// The number of rows of the row group that are not in the pages read so far.
    rows: usize,
}

impl Pages {
    /// Counts the values of a page, one for each row.
    fn count(&mut self, values: u32) -> Result<()> {
        self.rows = self
            .rows
            .checked_sub(usize::try_from(values)?)
            .ok_or_else(|| wrong("has more values than its row group has rows"))?;
        Ok(())
    }

    /// The bytes of a page. The bytes before `from` are not compressed.
    fn plain(&self, bytes: Bytes, from: usize, is_compressed: bool) -> Result<Bytes> {
        if from > bytes.len() {
            return Err(wrong("ends before its values"));
        }
        let (head, rest) = bytes.split_at(from);
        let is_plain = self.codec == Compression::UNCOMPRESSED || !is_compressed;
        // A page without values has nothing to decompress.
        if is_plain || rest.is_empty() {
            return Ok(bytes);
        }
        let most = self.room.left().saturating_sub(head.len());
        let mut plain = head.to_vec();
        match self.codec {
            Compression::SNAPPY => {
                let failed = |error: snap::Error| ParquetError::External(Box::new(error));
                let size = snap::raw::decompress_len(rest).map_err(failed)?;
                if size > most {
                    return Err(too_large());
                }
                plain.resize(from + size, 0);
                let mut decoder = snap::raw::Decoder::new();
                decoder.decompress(rest, &mut plain[from..]).map_err(failed)?;
            }
            Compression::GZIP(_) => {
                decompress(&mut MultiGzDecoder::new(rest), &mut plain, most)?;
            }
            Compression::ZSTD(_) => {
                decompress(&mut zstd::Decoder::with_buffer(rest)?, &mut plain, most)?;
            }
            other => return Err(wrong(&format!("is compressed with {other}"))),
        }
        Ok(Bytes::from(plain))
    }

    /// The bytes of a page, which take as much memory as their number and `more`.
    fn kept(&self, bytes: Bytes, more: usize) -> Result<Bytes> {
        let taken = self.room.take(bytes.len().saturating_add(more))?;
        Ok(Bytes::from_owner(Owned { bytes, _taken: taken }))
    }

    /// The memory that a dictionary takes beside its bytes.
    fn dictionary(&self, bytes: &[u8], count: u32) -> Result<usize> {
        let count = usize::try_from(count)?;
        let bits = match self.column.physical_type() {
            Physical::BOOLEAN => 1,
            // Each value has its length before it.
            Physical::INT32 | Physical::FLOAT | Physical::BYTE_ARRAY => 32,
            Physical::INT64 | Physical::DOUBLE => 64,
            Physical::INT96 => 96,
            Physical::FIXED_LEN_BYTE_ARRAY => {
                usize::try_from(self.column.type_length())?.saturating_mul(8).max(1)
            }
        };
        match count.checked_mul(bits) {
            Some(bits) if bits.div_ceil(8) <= bytes.len() => Ok(count.saturating_mul(VALUE_BYTES)),
            _ => Err(wrong("says that a dictionary has more values than fit into it")),
        }
    }

    /// The memory that the values of a page take beside its bytes, where it does not follow from the
    /// number of values that are read at once.
    fn values(&self, bytes: &[u8], encoding: Encoding, count: u32) -> Result<usize> {
        let most = usize::try_from(count)?;
        match encoding {
            // A page whose values are all null may be empty.
            _ if bytes.is_empty() => Ok(0),
            Encoding::DELTA_LENGTH_BYTE_ARRAY => {
                self.lengths(bytes, most).map(|lengths| lengths.count.saturating_mul(4))
            }
            Encoding::DELTA_BYTE_ARRAY => {
                let shared = self.lengths(bytes, most)?;
                let rest = bytes.get(shared.end..).unwrap_or_default();
                let own = self.lengths(rest, most)?;
                if shared.count != own.count {
                    return Err(wrong("has other lengths of beginnings than of ends"));
                }
                // Each value becomes a copy of its own, including the part that it shares with the
                // value before.
                let copies = usize::try_from(shared.sum.saturating_add(own.sum))?;
                Ok(copies.saturating_add(own.count.saturating_mul(8 + VALUE_BYTES)))
            }
            _ => Ok(0),
        }
    }

    /// Lengths that have enough memory.
    fn lengths(&self, bytes: &[u8], most: usize) -> Result<Lengths> {
        if delta::claimed(bytes)?.saturating_mul(4) > self.room.left() {
            return Err(too_large());
        }
        Lengths::read(bytes, most)
    }

    /// The position of the values in a page of version 1, which does not say how long its levels are.
    fn levels(&self, bytes: &[u8], encoding: Encoding, count: u32) -> Result<usize> {
        let most = self.column.max_def_level();
        if most == 0 {
            return Ok(0);
        }
        let size = match encoding {
            Encoding::RLE => {
                let length = bytes.first_chunk().copied().map(u32::from_le_bytes);
                let length = length.ok_or_else(|| wrong("ends before its values"))?;
                usize::try_from(length)?.saturating_add(4)
            }
            _ => {
                let width = (i16::BITS - most.leading_zeros()) as usize;
                usize::try_from(count)?.saturating_mul(width).div_ceil(8)
            }
        };
        if size <= bytes.len() { Ok(size) } else { Err(wrong("ends before its values")) }
    }

    fn checked(&mut self, page: Page) -> Result<Page> {
        if page.is_data_page() {
            self.count(page.num_values())?;
        }
        match page {
            Page::DictionaryPage { buf, num_values, encoding, is_sorted } => {
                let plain = self.plain(buf, 0, true)?;
                let more = self.dictionary(&plain, num_values)?;
                let buf = self.kept(plain, more)?;
                Ok(Page::DictionaryPage { buf, num_values, encoding, is_sorted })
            }
            Page::DataPage {
                buf,
                num_values,
                encoding,
                def_level_encoding,
                rep_level_encoding,
                statistics,
            } => {
                let plain = self.plain(buf, 0, true)?;
                let more = if has_lengths(encoding) {
                    let from = self.levels(&plain, def_level_encoding, num_values)?;
                    self.values(&plain[from..], encoding, num_values)?
                } else {
                    0
                };
                let buf = self.kept(plain, more)?;
                Ok(Page::DataPage {
                    buf,
                    num_values,
                    encoding,
                    def_level_encoding,
                    rep_level_encoding,
                    statistics,
                })
            }
            Page::DataPageV2 {
                buf,
                num_values,
                encoding,
                num_nulls,
                num_rows,
                def_levels_byte_len,
                rep_levels_byte_len,
                is_compressed,
                statistics,
            } => {
                let levels = u64::from(def_levels_byte_len) + u64::from(rep_levels_byte_len);
                let from = usize::try_from(levels)?;
                let plain = self.plain(buf, from, is_compressed)?;
                let more = self.values(&plain[from..], encoding, num_values)?;
                let buf = self.kept(plain, more)?;
                Ok(Page::DataPageV2 {
                    buf,
                    num_values,
                    encoding,
                    num_nulls,
                    num_rows,
                    def_levels_byte_len,
                    rep_levels_byte_len,
                    is_compressed: false,
                    statistics,
                })
            }
        }
    }
}

/// Appends a stream of at most `most` bytes.
fn decompress(stream: &mut impl Read, plain: &mut Vec<u8>, most: usize) -> Result<()> {
    let mut left = most;
    loop {
        let piece = plain.len().clamp(MIN_PIECE, MAX_PIECE).min(left);
        plain.reserve_exact(piece);
        let read = stream.by_ref().take(piece as u64).read_to_end(plain)?;
        left -= read;
        if read < piece {
            return Ok(());
        }
        if left == 0 {
            let is_end = stream.read(&mut [0])? == 0;
            return if is_end { Ok(()) } else { Err(too_large()) };
        }
    }
}

/// Whether lengths are encoded as differences. Numbers in that encoding take no memory before they
/// are read.
fn has_lengths(encoding: Encoding) -> bool {
    matches!(encoding, Encoding::DELTA_LENGTH_BYTE_ARRAY | Encoding::DELTA_BYTE_ARRAY)
}

impl Iterator for Pages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Result<Page>> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Pages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.pages.get_next_page()?;
        page.map(|page| self.checked(page)).transpose()
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.pages.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.pages.skip_next_page()
    }
}
