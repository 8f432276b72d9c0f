//! `planout eval --batch`: files of units against single units, bad rows, and how a run ends.

mod columns;
mod declared;
mod delimiter;
#[cfg(feature = "parquet")]
mod duckdb;
mod errors;
mod files;
mod golden;
#[cfg(feature = "parquet")]
mod hostile;
#[cfg(feature = "parquet")]
mod parquet;
#[cfg(feature = "parquet")]
mod parquet_types;
mod several;
mod truncation;

use std::path::Path;

use crate::support::{Run, planout, planout_with_input, sandbox};

/// A sandbox with a file in it.
fn with_file(name: &str, content: impl AsRef<[u8]>) -> tempfile::TempDir {
    let folder = sandbox();
    std::fs::write(folder.path().join(name), content).expect("a file of our own");
    folder
}

/// Runs a batch of the button namespace; the arguments are separated by spaces.
fn batch(folder: &Path, arguments: &str) -> Run {
    let arguments: Vec<&str> = arguments.split(' ').filter(|it| !it.is_empty()).collect();
    planout(folder, &[&["eval", "--ns", "button_color", "--batch"], &arguments[..]].concat())
}

/// The same with something on standard input.
fn pipe(folder: &Path, input: impl AsRef<[u8]>, arguments: &str) -> Run {
    let arguments: Vec<&str> = arguments.split(' ').filter(|it| !it.is_empty()).collect();
    let fixed = ["eval", "--ns", "button_color", "--batch", "-"];
    planout_with_input(folder, &[&fixed, &arguments[..]].concat(), input.as_ref())
}
