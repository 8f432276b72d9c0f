//! Compressed streams.

use std::fmt;
use std::io::{self, BufReader, Read, Write};

use super::format::Compression;

/// A reader of the decompressed data of another reader.
///
/// # Errors
/// The decompressor cannot be created.
pub fn decompress(
    input: Box<dyn Read + Send>,
    compression: Compression,
) -> io::Result<Box<dyn Read + Send>> {
    let (inner, form): (Box<dyn Read + Send>, _) = match compression {
        Compression::None => return Ok(input),
        Compression::Gzip => {
            (Box::new(flate2::bufread::MultiGzDecoder::new(BufReader::new(input))), "gzip")
        }
        Compression::Zstd => (Box::new(zstd::Decoder::new(input)?), "Zstandard"),
    };
    Ok(Box::new(Unpacker { inner, form, has_begun: false }))
}

/// Reads decompressed data, and describes errors of the compressed data.
struct Unpacker {
    inner: Box<dyn Read + Send>,
    form: &'static str,
    /// Whether any data has been decompressed.
    has_begun: bool,
}

/// An error in compressed data.
#[derive(Debug, thiserror::Error)]
enum PackedError {
    #[error("the file ends in the middle of its {form} data")]
    Cut { form: &'static str },
    #[error("the file is not {form}, or is damaged")]
    Other { form: &'static str, source: io::Error },
    #[error("the {form} data is damaged, or other data comes after it")]
    Damaged { form: &'static str, source: io::Error },
}

impl Read for Unpacker {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let form = self.form;
        match self.inner.read(buffer) {
            Ok(count) => {
                self.has_begun |= count > 0;
                Ok(count)
            }
            Err(error) => Err(match error.kind() {
                io::ErrorKind::Interrupted => error,
                kind @ io::ErrorKind::UnexpectedEof => {
                    io::Error::new(kind, PackedError::Cut { form })
                }
                kind if self.has_begun => {
                    io::Error::new(kind, PackedError::Damaged { form, source: error })
                }
                kind => io::Error::new(kind, PackedError::Other { form, source: error }),
            }),
        }
    }
}

/// A writer that compresses its data. It has to be finished.
pub struct Compressor<W: Write>(Encoder<W>);

enum Encoder<W: Write> {
    None(W),
    Gzip(flate2::write::GzEncoder<W>),
    Zstd(zstd::Encoder<'static, W>),
}

impl<W: Write> fmt::Debug for Compressor<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Encoder::None(_) => "Compressor(none)",
            Encoder::Gzip(_) => "Compressor(gzip)",
            Encoder::Zstd(_) => "Compressor(zstd)",
        })
    }
}

impl<W: Write> Compressor<W> {
    /// Creates the writer.
    ///
    /// # Errors
    /// The compressor cannot be created.
    pub fn new(output: W, compression: Compression) -> io::Result<Compressor<W>> {
        Ok(Compressor(match compression {
            Compression::None => Encoder::None(output),
            Compression::Gzip => {
                let level = flate2::Compression::default();
                Encoder::Gzip(flate2::write::GzEncoder::new(output, level))
            }
            Compression::Zstd => Encoder::Zstd(zstd::Encoder::new(output, 0)?),
        }))
    }

    /// Writes the rest of the data, and returns the inner writer.
    ///
    /// # Errors
    /// The data cannot be written.
    pub fn finish(self) -> io::Result<W> {
        match self.0 {
            Encoder::None(mut output) => output.flush().map(|()| output),
            Encoder::Gzip(encoder) => encoder.finish(),
            Encoder::Zstd(encoder) => encoder.finish(),
        }
    }
}

impl<W: Write> Write for Compressor<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            Encoder::None(output) => output.write(bytes),
            Encoder::Gzip(encoder) => encoder.write(bytes),
            Encoder::Zstd(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Encoder::None(output) => output.flush(),
            // Each flush makes the compression worse, and programs that wait for rows read them
            // uncompressed.
            Encoder::Gzip(_) | Encoder::Zstd(_) => Ok(()),
        }
    }
}
