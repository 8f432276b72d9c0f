//! The source of rows: a file or a stream in pieces, and the use of its columns.

use std::fmt;
use std::fs::File;
use std::io::Read;

use super::chunks::{Chunks, Cutter};
use super::columns::ColumnPlan;
use super::error::Error;
#[cfg(feature = "parquet")]
use super::parquet;
use super::worker::{Parser, Piece};
use super::{Batch, Format, csv, jsonl};

/// The source of rows.
pub enum Input {
    /// Text that is not compressed.
    Stream(Box<dyn Read + Send>),
    /// A file that can be read from any position, which Parquet needs.
    File(File),
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Input::Stream(_) => f.write_str("Stream"),
            Input::File(file) => f.debug_tuple("File").field(file).finish(),
        }
    }
}

/// The pieces of an input.
pub(super) enum Pieces {
    Csv(Box<csv::Table>),
    Jsonl(Chunks),
    #[cfg(feature = "parquet")]
    Parquet(Box<parquet::Reader>),
}

impl Pieces {
    pub(super) fn next(&mut self) -> Result<Option<Piece>, Error> {
        Ok(match self {
            Pieces::Csv(table) => table.next()?.map(Piece::Text),
            Pieces::Jsonl(chunks) => chunks.next()?.map(Piece::Text),
            #[cfg(feature = "parquet")]
            Pieces::Parquet(reader) => reader.next()?.map(Piece::Table),
        })
    }
}

/// The facts about an input that are known before its first row.
pub(super) struct Layout<'n> {
    pub(super) plan: ColumnPlan<'n>,
    format: Format,
    /// The delimiter between fields, if they have no names.
    delimiter: Option<u8>,
    /// The columns, if they are known.
    header: Vec<String>,
}

impl Layout<'_> {
    /// A reader of pieces.
    pub(super) fn parser(&self) -> Parser<'_> {
        match (self.format, self.delimiter) {
            (_, Some(delimiter)) => {
                let parser = csv::Parser::new(delimiter, &self.header, &self.plan.columns);
                Parser::Csv(Box::new(parser))
            }
            #[cfg(feature = "parquet")]
            (Format::Parquet, None) => Parser::Parquet(&self.plan.columns),
            (_, None) => Parser::Jsonl(jsonl::Parser::new(&self.plan)),
        }
    }
}

/// Reads the part before the rows.
pub(super) fn open<'n>(batch: &Batch<'n>, input: Input) -> Result<(Pieces, Layout<'n>), Error> {
    let (name, format) = (&batch.name, batch.input);
    let stream: Box<dyn Read + Send> = match (format, input) {
        (Format::Parquet, Input::File(file)) => return open_parquet(batch, file),
        (Format::Parquet, Input::Stream(_)) => {
            let message = format!("`{name}` is a stream: Parquet can be read from files only");
            return Err(Error::unfit(message));
        }
        (_, Input::Stream(stream)) => stream,
        (_, Input::File(file)) => Box::new(file),
    };
    let delimiter = delimiter(batch)?;
    let size = piece_size(batch.threads);
    let chunks = Chunks::new(name, stream, Cutter::new(delimiter), size);
    let Some(delimiter) = delimiter else {
        let plan = ColumnPlan::new(batch, None, &[])?;
        return Ok((Pieces::Jsonl(chunks), Layout { plan, format, delimiter, header: Vec::new() }));
    };
    let mut table = csv::Table::open(name, delimiter, chunks)?;
    let header = std::mem::take(&mut table.header);
    let plan = ColumnPlan::new(batch, Some(&header), &[])?;
    Ok((Pieces::Csv(Box::new(table)), Layout { plan, format, delimiter: Some(delimiter), header }))
}

/// The delimiter between the fields of the input, if they have no names.
fn delimiter(batch: &Batch<'_>) -> Result<Option<u8>, Error> {
    let usual = batch.input.delimiter();
    match (batch.delimiter, usual) {
        (None, _) => Ok(usual),
        (Some(given), Some(_)) if given.is_ascii() && !b"\"\r\n\0".contains(&given) => {
            Ok(Some(given))
        }
        (Some(_), Some(_)) => Err(Error::unfit(
            "a delimiter is a character of ASCII, and not a quote or a line break",
        )),
        (Some(_), None) => Err(Error::unfit(
            "only fields of CSV and TSV have a delimiter: JSON and Parquet do not",
        )),
    }
}

#[cfg(feature = "parquet")]
fn open_parquet<'n>(batch: &Batch<'n>, file: File) -> Result<(Pieces, Layout<'n>), Error> {
    let mut reader = parquet::Reader::open(&batch.name, file)?;
    let typed = reader.columns();
    let header: Vec<String> = typed.iter().map(|(name, _)| name.clone()).collect();
    let plan = ColumnPlan::new(batch, Some(&header), &typed)?;
    reader.select(&plan.columns)?;
    Ok((
        Pieces::Parquet(Box::new(reader)),
        Layout { plan, format: Format::Parquet, delimiter: None, header },
    ))
}

#[cfg(not(feature = "parquet"))]
fn open_parquet<'n>(_: &Batch<'n>, _: File) -> Result<(Pieces, Layout<'n>), Error> {
    Err(super::no_parquet())
}

/// The number of bytes that are read at once. It is smaller with many threads, so that their pieces
/// fit into a few megabytes.
fn piece_size(threads: usize) -> usize {
    const ALL: usize = 4 << 20;
    (ALL / threads.max(1)).clamp(1 << 16, 1 << 18)
}
