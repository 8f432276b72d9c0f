//! Arguments for files of rows: their formats, and opening them.

use std::fs::File;
use std::io::{Read, stdin};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use clap::builder::PossibleValuesParser;
use planout::batch::{
    self, BadRow, Compression, Error, Format, Input, Misspelt, Part, Reason, Summary, Type,
};
use planout::catalog::Loaded;
use planout::namespace::AssignError;

use super::delimiter;
use super::failure::{Failure, Outcome};

/// The words for formats.
pub(super) fn formats() -> PossibleValuesParser {
    PossibleValuesParser::new(Format::ALL.map(|(word, _)| word))
}

/// The format of a file: the given one, or else that of its ending, or else JSON lines.
pub(super) fn format(file: &str, given: Option<&str>) -> (Format, Compression) {
    let (format, compression) = match file {
        "-" => (None, Compression::None),
        name => Format::of(Path::new(name)),
    };
    (given.and_then(|word| word.parse().ok()).or(format).unwrap_or(Format::Jsonl), compression)
}

/// The same for an input file, which may have a delimiter: with a delimiter, a file of unknown format
/// is CSV.
pub(super) fn input_format(
    file: &str,
    given: Option<&str>,
    delimiter: Option<u8>,
) -> Outcome<(Format, Compression)> {
    let is_said = given.is_some() || Format::of(Path::new(file)).0.is_some();
    let given = if delimiter.is_some() && !is_said { Some("csv") } else { given };
    match format(file, given) {
        (Format::Jsonl | Format::Parquet, _) if delimiter.is_some() => {
            let message = format!("`--delimiter` is for CSV and TSV, and `{file}` is neither");
            Err(Failure::usage(message).help("name its format with `--input-format csv`"))
        }
        found => Ok(found),
    }
}

/// The types of columns, each in the form `COLUMN:TYPE`.
pub(super) fn types(pairs: &[String]) -> Outcome<Vec<(String, Type)>> {
    let parse = |pair: &String| {
        let Some((column, word)) = pair.rsplit_once(':') else {
            return Err(Failure::usage(format!("`{pair}` is not of the form COLUMN:TYPE"))
                .help("such as `age:integer`"));
        };
        let words = Type::ALL.iter().map(|(word, _)| *word);
        let unknown = |_| Failure::unknown("type", word, words).into_usage();
        word.parse().map(|kind| (column.to_owned(), kind)).map_err(unknown)
    };
    let types: Vec<(String, Type)> = pairs.iter().map(parse).collect::<Outcome<_>>()?;
    for (index, (column, _)) in types.iter().enumerate() {
        if types[..index].iter().any(|(before, _)| before == column) {
            let message = format!("`--types` gives column `{column}` two types");
            return Err(Failure::usage(message).help("leave one of the two out"));
        }
    }
    Ok(types)
}

/// Parquet has its own compression.
pub(super) fn check_parquet(file: &str, format: (Format, Compression)) -> Outcome {
    match format {
        (Format::Parquet, Compression::Gzip | Compression::Zstd) => {
            Err(Failure::usage(format!("`{file}`: Parquet is compressed inside"))
                .help("leave the second ending out"))
        }
        _ => Ok(()),
    }
}

/// The name of a file in messages.
pub(super) fn shown(file: &str) -> &str {
    if file == "-" { "<stdin>" } else { file }
}

/// An input that has been opened.
pub(super) struct Opened {
    pub(super) input: Input,
    /// The size in bytes, if it is known.
    pub(super) size: Option<u64>,
    /// The number of bytes that have been read.
    pub(super) read: Arc<AtomicU64>,
}

/// Counts the bytes that are read.
struct Counted<R> {
    inner: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Opens a file, or standard input.
pub(super) fn open(file: &str, format: Format, compression: Compression) -> Outcome<Opened> {
    let cannot =
        |error: std::io::Error| Failure::broken(error).context(format!("cannot read `{file}`"));
    let read = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&read);
    let (stream, size): (Box<dyn Read + Send>, _) = if file == "-" {
        (Box::new(stdin()), None)
    } else {
        let file = File::open(file).map_err(cannot)?;
        let metadata = file.metadata().map_err(cannot)?;
        let size = metadata.is_file().then_some(metadata.len());
        if format == Format::Parquet && size.is_some() {
            // Parquet is not read from the beginning to the end.
            return Ok(Opened { input: Input::File(file), size: None, read });
        }
        (Box::new(Counted { inner: file, count }), size)
    };
    let input = Input::Stream(batch::decompress(stream, compression).map_err(cannot)?);
    Ok(Opened { input, size, read })
}

/// Warnings about columns that are probably misspelt.
pub(super) fn misspelt(name: &str, summary: &Summary) -> impl Iterator<Item = String> {
    summary.misspelt.iter().map(move |Misspelt { column, input }| {
        format!(
            "warning: `{name}` has no column `{input}`, which scripts read: did you mean `{column}`?"
        )
    })
}

/// The failure of a batch, with the place in the script if a script failed. `skips` is advice about
/// bad rows.
pub(super) fn fail(error: Error, loaded: &[Loaded], output: Option<&str>, skips: &str) -> Failure {
    let help = match &error {
        Error::Unfit { help, part, .. } => help.clone().or_else(|| part.and_then(flags)),
        Error::Row { row, .. } => Some(match place(row, loaded) {
            Some(place) => format!("that is at {place}"),
            None => skips.to_owned(),
        }),
        _ => None,
    };
    let failure = match (error, output.filter(|path| *path != "-")) {
        (Error::Write(error), Some(path)) => {
            Failure::broken(error).context(format!("cannot write `{path}`"))
        }
        (Error::Write(error), None) => Failure::from(error),
        (error @ Error::Read { .. }, _) => Failure::broken(error),
        (error, _) => Failure::wrong(error),
    };
    match help {
        Some(help) => failure.help(help),
        None => failure,
    }
}

/// Advice on the options that change a part of a batch.
fn flags(part: Part) -> Option<String> {
    let help = match part {
        Part::Keep => "name the columns to keep, as in `--keep a,b`",
        Part::Types => "leave `--types` out",
        Part::Output => "choose the columns to copy with `--keep` and the params with `--param`",
        Part::Delimiter(found) => return Some(delimiter::help(found)),
        _ => return None,
    };
    Some(help.to_owned())
}

/// The place of the script that failed.
fn place(row: &BadRow, loaded: &[Loaded]) -> Option<String> {
    let Reason::Assign(AssignError::Script { namespace, error, .. }) = &row.reason else {
        return None;
    };
    let loaded = loaded.iter().find(|loaded| loaded.name == *namespace)?;
    let position = loaded.source.position(error.span.start);
    Some(format!("{}:{}:{}", loaded.source.name(), position.line, position.column))
}
