//! The check that an output is not also the input, before anything is written.

use std::fs;
use std::io;

use same_file::Handle;

use super::failure::{Failure, Outcome};

/// Refuses an output that is the same file as the input, under any name, also through links. `-` is
/// standard input and output.
pub(super) fn refuse(input: &str, output: &str) -> Outcome {
    // If a file cannot be looked at here, its use fails later.
    let Ok(written) = (if output == "-" { Handle::stdout() } else { open(output) }) else {
        return Ok(());
    };
    let Ok(read) = (if input == "-" { Handle::stdin() } else { open(input) }) else {
        return Ok(());
    };
    let is_file = read.as_file().metadata().is_ok_and(|metadata| metadata.is_file());
    if !is_file || read != written {
        return Ok(());
    }
    let message = match (input, output) {
        ("-", "-") => "standard input and standard output are the same file".to_owned(),
        ("-", output) => format!("the output `{output}` is the same file as standard input"),
        (input, "-") => format!("standard output is the same file as the input `{input}`"),
        (input, output) if input == output => format!("`{output}` is both input and output"),
        (input, output) => format!("the output `{output}` is the same file as the input `{input}`"),
    };
    Err(Failure::usage(message).help("write to another file"))
}

/// A regular file. Pipes and devices are left alone, since opening one could block or have an effect.
fn open(path: &str) -> io::Result<Handle> {
    if fs::metadata(path)?.is_file() {
        Handle::from_path(path)
    } else {
        Err(io::ErrorKind::InvalidInput.into())
    }
}
