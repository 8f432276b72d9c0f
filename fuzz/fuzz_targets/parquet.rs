//! Files of Parquet: whatever they hold, there are rows or an error.
#![no_main]

use std::io::Write;
use std::sync::OnceLock;
use std::{panic, thread};

use libfuzzer_sys::fuzz_target;
use planout::batch::{Batch, Error, Format, Input, Keep, OnError, PARQUET_THREAD};
use planout::{Dialect, Namespace, NamespaceBuilder, Script};

/// A file can say in a few bytes that it has millions of rows. So many are enough.
const MAX_ROWS: usize = 10_000;

fuzz_target!(init: let_threads_panic(), |data: &[u8]| {
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(data).expect("written");
    for keep in [Keep::Columns(Vec::new()), Keep::All] {
        let batch = Batch::new(vec![shop()], "fuzz", Format::Parquet, Format::Csv);
        // Bad rows are counted, too.
        let batch = Batch { keep, on_error: OnError::Null, ..batch };
        let mut rows = 0;
        let input = Input::File(file.try_clone().expect("a file"));
        let outcome = batch.read(input, &mut |row| {
            assert_eq!(row.len(), batch.columns().len());
            rows += 1;
            let enough = Error::Unfit { message: "enough".to_owned(), help: None, part: None, cause: None };
            if rows > MAX_ROWS { Err(enough) } else { Ok(()) }
        });
        if let Ok(summary) = outcome {
            assert_eq!(summary.rows, summary.written + summary.bad_rows());
        }
    }
});

/// The crate that reads Parquet may panic on a thread that is there for it.
fn let_threads_panic() {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if thread::current().name() != Some(PARQUET_THREAD) {
            report(info);
        }
    }));
}

fn shop() -> &'static Namespace {
    static SHOP: OnceLock<Namespace> = OnceLock::new();
    SHOP.get_or_init(|| {
        let code = "x = uniformChoice(choices=[a, b, c, d], unit=userid);";
        let script = Script::compile("shop", code, Dialect::Planout4j).expect("a script");
        NamespaceBuilder::new("shop", "userid", 10)
            .define("D", script)
            .and_then(|it| it.default_experiment("D"))
            .and_then(NamespaceBuilder::build)
            .expect("a namespace")
    })
}
