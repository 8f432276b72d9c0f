//! Files of units as CSV, TSV or JSON lines, plain or packed: however their bytes come, the rows are
//! the same, each is written or counted, and what is written can be read again.
//!
//! The first byte says which of these it is, and what becomes of bad rows.
#![no_main]

use std::io::{Cursor, Read};
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use planout::batch::{
    Batch, Compression, Error, Format, Input, Keep, OnError, Summary, decompress,
};
use planout::{Dialect, Namespace, NamespaceBuilder, Script, Value};

/// More than this is not unpacked.
const MAX_BYTES: u64 = 1 << 20;

fuzz_target!(|data: &[u8]| {
    let Some((&choice, data)) = data.split_first() else { return };
    let format = [Format::Csv, Format::Tsv, Format::Jsonl][usize::from(choice & 3) % 3];
    let on_error = [OnError::Fail, OnError::Skip, OnError::Null][usize::from(choice >> 2 & 3) % 3];
    let compression =
        [Compression::None, Compression::Gzip, Compression::Zstd][usize::from(choice >> 4 & 3) % 3];
    let shop = shop();
    let stream = |size| -> Input {
        let input = Box::new(Slow { inner: Cursor::new(data.to_vec()), size });
        let input = decompress(input, compression).expect("a decompressor");
        Input::Stream(Box::new(Slow { inner: input.take(MAX_BYTES), size }))
    };
    let batch = Batch { on_error, ..Batch::new(vec![shop], "fuzz", format, Format::Csv) };

    let read = |size| {
        let mut rows = Vec::new();
        let outcome = batch.read(stream(size), &mut |row| {
            rows.push(row.to_vec());
            Ok(())
        });
        (rows, said(outcome))
    };
    let (rows, outcome) = read(1 << 16);
    // Where a packed file is broken, more or less of it has been read before; and Zstandard's library
    // lets a wrong length pass that it finds in one piece.
    if compression == Compression::None || outcome.is_ok() {
        assert_eq!(read(1), (rows.clone(), outcome.clone()), "a byte at a time");
    }
    if let Ok(summary) = &outcome {
        assert_eq!(summary.rows, summary.written + summary.bad_rows());
        assert_eq!(summary.written, rows.len() as u64);
    }

    let keep = match format {
        Format::Jsonl => Keep::Columns(vec!["country".to_owned()]),
        _ => Keep::All,
    };
    for output in [Format::Csv, Format::Jsonl] {
        let batch =
            Batch { keep: keep.clone(), output, ..Batch::new(vec![shop], "fuzz", format, output) };
        let batch = Batch { on_error, ..batch };
        let mut written = Vec::new();
        let Ok(summary) = batch.run(stream(1 << 16), &mut written, &mut |_| ()) else { continue };
        let again = Batch::new(vec![shop], "again", output, Format::Csv);
        // Rows that had no unit have none again.
        let again = Batch { on_error: OnError::Skip, ..again };
        let mut units: Vec<Value> = Vec::new();
        let read = again.read(Input::Stream(Box::new(Cursor::new(written))), &mut |row| {
            units.push(row[0].clone());
            Ok(())
        });
        let read = read.expect("what was written can be read");
        if on_error != OnError::Null {
            assert_eq!((read.rows, read.bad_rows()), (summary.written, 0));
        }
    }
});

/// What can be compared of how it ended.
fn said(outcome: Result<Summary, Error>) -> Result<Summary, String> {
    outcome.map_err(|error| error.to_string())
}

fn shop() -> &'static Namespace {
    static SHOP: OnceLock<Namespace> = OnceLock::new();
    SHOP.get_or_init(|| {
        let script = |code| Script::compile("shop", code, Dialect::Planout4j).expect("a script");
        let price = "if (country == 'NL') { price = uniformChoice(choices=[10, 12], unit=userid); }
                     else { price = bernoulliTrial(p=0.5, unit=[userid, country]); }";
        NamespaceBuilder::new("shop", "userid", 10)
            .define("D", script("price = 10;"))
            .and_then(|it| it.define("X", script(price)))
            .and_then(|it| it.default_experiment("D"))
            .and_then(|it| it.add("first", "X", 6))
            .and_then(NamespaceBuilder::build)
            .expect("a namespace")
    })
}

/// Gives some bytes at a time.
struct Slow<R> {
    inner: R,
    size: usize,
}

impl<R: Read> Read for Slow<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let size = self.size.min(buffer.len());
        self.inner.read(&mut buffer[..size])
    }
}
