//! Parquet that DuckDB and pyarrow write, beside the CSV that DuckDB writes of the same table.
//!
//! Needs a Python with `duckdb`: `$PLANOUT_DUCKDB_PYTHON`, else `python3`.

use std::process::{Command, Stdio};

use super::batch;
use crate::support::{sandbox, skip};

/// The Python that has DuckDB; `None`, which is said, if that cannot be had.
fn python() -> Option<String> {
    let chosen = std::env::var("PLANOUT_DUCKDB_PYTHON").ok().filter(|path| !path.is_empty());
    let python = chosen.clone().unwrap_or_else(|| "python3".to_owned());
    let mut command = Command::new(&python);
    command.args(["-c", "import duckdb"]).stdout(Stdio::null()).stderr(Stdio::null());
    if command.status().is_ok_and(|status| status.success()) {
        return Some(python);
    }
    assert!(chosen.is_none(), "PLANOUT_DUCKDB_PYTHON is set, but has no `duckdb`");
    skip("there is no Python with `duckdb`");
    None
}

#[test]
fn parquet_and_csv_of_a_table_give_the_same_answers() {
    let Some(python) = python() else {
        return;
    };
    let folder = sandbox();
    let path = folder.path();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/duckdb/tables.py");
    let output = Command::new(python).arg(script).arg(path).output().expect("python runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tables = String::from_utf8(output.stdout).expect("text");
    assert!(tables.lines().count() > 25, "{tables}");
    for table in tables.lines() {
        let mut words = table.split(' ');
        let (name, kind) = (words.next().expect("a name"), words.next().expect("a type"));
        let options = "--output-format csv --on-error null -q";
        let csv = batch(path, &format!("{name}.csv --types userid:{kind} {options}"));
        assert_eq!(csv.status, 0, "{}", csv.stderr);
        assert_eq!(csv.stdout.lines().count(), 301, "{name}");
        assert_eq!(csv.stdout.lines().filter(|row| *row == ",,,,,").count(), 30, "{name}");
        // Of a float only the number is the same, not its digits.
        let rows = |text: &str| -> Vec<String> {
            let shown = |row: &str| match kind {
                "float" => row.split_once(',').map_or("", |(_, rest)| rest).to_owned(),
                _ => row.to_owned(),
            };
            text.lines().map(shown).collect()
        };
        for file in words {
            let parquet = batch(path, &format!("{file} {options}"));
            assert_eq!(parquet.status, 0, "{file}: {}", parquet.stderr);
            assert_eq!(rows(&parquet.stdout), rows(&csv.stdout), "{file}");
        }
    }
    for (codec, name) in [("lz4", "LZ4"), ("brotli", "Brotli")] {
        let run = batch(path, &format!("{codec}.parquet"));
        let message = format!(
            "error: column `userid` of `{codec}.parquet` cannot be read: it is compressed with {name}\n"
        );
        assert!(run.status == 1 && run.stderr.starts_with(&message), "{}", run.stderr);
    }
}
