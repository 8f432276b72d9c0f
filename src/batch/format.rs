//! The formats of files, and their compression.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use crate::delimited::Splitter;
use crate::diagnostic::UnknownWord;

/// The format of a file's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Fields separated by commas. The first row has the names of the columns (RFC 4180).
    Csv,
    /// Fields separated by tabs. The first row has the names of the columns.
    Tsv,
    /// One JSON object on each line.
    Jsonl,
    /// Apache Parquet.
    Parquet,
}

/// The compression of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// No compression.
    None,
    /// gzip. Several members are read as one text.
    Gzip,
    /// Zstandard.
    Zstd,
}

impl Format {
    /// The words for the formats.
    pub const ALL: [(&'static str, Format); 4] = [
        ("csv", Format::Csv),
        ("tsv", Format::Tsv),
        ("jsonl", Format::Jsonl),
        ("parquet", Format::Parquet),
    ];

    /// The format and the compression for the ending of a file's name.
    pub fn of(path: &Path) -> (Option<Format>, Compression) {
        let ending = |path: &Path| {
            path.extension().map(|extension| extension.to_string_lossy().to_lowercase())
        };
        let compression = match ending(path).as_deref() {
            Some("gz") => Compression::Gzip,
            Some("zst") => Compression::Zstd,
            _ => Compression::None,
        };
        let inner = match compression {
            Compression::None => ending(path),
            _ => ending(&path.with_extension("")),
        };
        let format = inner.and_then(|inner| match &*inner {
            "tab" => Some(Format::Tsv),
            "ndjson" | "json" => Some(Format::Jsonl),
            word => word.parse().ok(),
        });
        (format, compression)
    }

    /// The way to find the fields of a row, if fields have no names. Otherwise the row is one.
    pub fn fields(self, row: &str) -> Vec<String> {
        let Some(delimiter) = self.delimiter() else {
            return vec![row.to_owned()];
        };
        let mut splitter = Splitter::new(delimiter);
        let count = splitter.next(row.as_bytes()).map_or(0, |(_, fields)| fields);
        let field = |index| String::from_utf8_lossy(splitter.field(index)).into_owned();
        (0..count).map(field).collect()
    }

    /// The delimiter between the fields of a row, if fields have no names.
    pub(super) fn delimiter(self) -> Option<u8> {
        match self {
            Format::Csv => Some(b','),
            Format::Tsv => Some(b'\t'),
            Format::Jsonl | Format::Parquet => None,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word =
            Format::ALL.iter().find(|(_, format)| format == self).map_or("", |(word, _)| word);
        f.write_str(word)
    }
}

impl FromStr for Format {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Format, UnknownWord> {
        UnknownWord::unless_known("format", word, &Format::ALL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_say_what_a_file_is() {
        for (name, format, compression) in [
            ("a.csv", Some(Format::Csv), Compression::None),
            ("a.b.CSV.gz", Some(Format::Csv), Compression::Gzip),
            ("a.tsv.zst", Some(Format::Tsv), Compression::Zstd),
            ("a.ndjson", Some(Format::Jsonl), Compression::None),
            ("a.parquet", Some(Format::Parquet), Compression::None),
            ("a.gz", None, Compression::Gzip),
            ("csv", None, Compression::None),
            ("a.txt", None, Compression::None),
        ] {
            assert_eq!(Format::of(Path::new(name)), (format, compression), "{name}");
        }
    }
}
