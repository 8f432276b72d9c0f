//! The form of a file of observed units: counts, a log of exposures, or a row a unit.

use std::io::{BufRead, BufReader, Cursor, Read};

use planout::Namespace;
#[cfg(feature = "batch")]
use {
    planout::batch::{self, Compression, Format},
    planout::simulate::EXPERIMENT,
    serde_json::Value,
    std::path::Path,
};

use crate::cli::failure::{Failure, Outcome};

/// The longest first line that is looked at.
const MAX_LINE: u64 = 8 << 20;

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// CSV with numbers of units.
    Counts,
    /// JSON lines of PlanOut's loggers.
    Exposures,
    /// A row for each unit, with its experiment.
    #[cfg(feature = "batch")]
    Rows(Format),
}

/// A file or standard input, which is read as a stream.
pub(super) struct File {
    pub(super) form: Form,
    pub(super) reader: Box<dyn BufRead + Send>,
    /// The character between the fields of CSV.
    pub(super) delimiter: u8,
}

impl File {
    /// Opens a file. Its first line tells its form.
    pub(super) fn open(path: &str, delimiter: Option<u8>, namespace: &Namespace) -> Outcome<File> {
        let unreadable = |error| unreadable(path, error);
        let stream: Box<dyn Read + Send> = match path {
            "-" => Box::new(std::io::stdin()),
            path => Box::new(std::fs::File::open(path).map_err(unreadable)?),
        };
        #[cfg(feature = "batch")]
        let (stream, delimiter) = {
            let (format, compression) = match path {
                "-" => (None, Compression::None),
                path => Format::of(Path::new(path)),
            };
            if format == Some(Format::Parquet) {
                let reader = Box::new(BufReader::new(stream));
                let form = Form::Rows(Format::Parquet);
                return Ok(File { form, reader, delimiter: b',' });
            }
            let tab = (format == Some(Format::Tsv)).then_some(b'\t');
            (batch::decompress(stream, compression).map_err(unreadable)?, delimiter.or(tab))
        };
        let mut reader = BufReader::new(stream);
        let mut start = Vec::new();
        // Blank lines before the first one are a part of the file.
        while start.trim_ascii().is_empty() {
            let limit = MAX_LINE.saturating_sub(start.len() as u64);
            if reader.by_ref().take(limit).read_until(b'\n', &mut start).map_err(unreadable)? == 0 {
                break;
            }
        }
        let delimiter = delimiter.unwrap_or(b',');
        let form = form(&start, delimiter, namespace);
        let reader = Box::new(BufReader::new(Cursor::new(start).chain(reader)));
        Ok(File { form, reader, delimiter })
    }
}

/// The form of a file that begins with this line.
#[cfg_attr(not(feature = "batch"), allow(unused_variables))]
fn form(line: &[u8], delimiter: u8, namespace: &Namespace) -> Form {
    let line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line).trim_ascii();
    if line.starts_with(b"{") {
        // A line that is not JSON is an error of a log.
        #[cfg(feature = "batch")]
        if let Ok(row) = serde_json::from_slice::<Value>(line)
            && row.get(EXPERIMENT).is_some()
            && row.get(namespace.unit()).is_some()
        {
            return Form::Rows(Format::Jsonl);
        }
        return Form::Exposures;
    }
    #[cfg(feature = "batch")]
    {
        let text = String::from_utf8_lossy(line);
        let fields = text.split(char::from(delimiter));
        let names: Vec<&str> = fields.map(|name| name.trim().trim_matches('"')).collect();
        let has = |name: &str| names.contains(&name);
        if has(namespace.unit()) && has(EXPERIMENT) && !has("count") {
            return Form::Rows(if delimiter == b'\t' { Format::Tsv } else { Format::Csv });
        }
    }
    Form::Counts
}

/// The failure for a file that cannot be read.
pub(super) fn unreadable(path: &str, error: std::io::Error) -> Failure {
    Failure::broken(error).context(format!("cannot read `{path}`"))
}
