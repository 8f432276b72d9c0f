//! A batch: every unit of a CSV file in every namespace of a folder, as lines of JSON.
//!
//! ```sh
//! cargo run --example batch -- sample-namespaces users.csv
//! ```

use std::error::Error;
use std::fs::File;
use std::io;
use std::path::Path;

use planout::batch::{Batch, Format, Input, OnError, decompress};
use planout::{Catalog, Dialect};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(file)) = (arguments.next(), arguments.next()) else {
        return Err("usage: batch FOLDER FILE".into());
    };
    let catalog = Catalog::load(&folder, Dialect::Planout4j)?;
    let (format, compression) = Format::of(Path::new(&file));
    let input = Input::Stream(decompress(Box::new(File::open(&file)?), compression)?);

    let namespaces = catalog.iter().collect();
    let mut batch = Batch::new(namespaces, &file, format.unwrap_or(Format::Csv), Format::Jsonl);
    batch.on_error = OnError::Null;
    batch.threads = 2;
    let summary = batch.run(input, &mut io::stdout(), &mut |_| {})?;

    for column in &summary.misspelt {
        eprintln!("did you mean `{}` by the column `{}`?", column.input, column.column);
    }
    for (count, first) in summary.bad.iter().flatten() {
        eprintln!("bad rows: {count}; the first at {}: {}", first.place(), first.reason);
    }
    eprintln!("{} rows in, {} rows out", summary.rows, summary.written);
    Ok(())
}
