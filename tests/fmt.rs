//! The formatter: its style, what it keeps, and the command.

mod command;
mod comments;
mod documents;
mod namespaces;
mod properties;
mod style;

use planout::{Dialect, format};

/// Formats a program in both dialects, which agree on it, and once more, which changes nothing.
#[track_caller]
fn formatted(text: &str) -> String {
    let java = formatted_in(text, Dialect::Planout4j);
    assert_eq!(java, formatted_in(text, Dialect::Planout), "the dialects differ on {text:?}");
    java
}

#[track_caller]
fn formatted_in(text: &str, dialect: Dialect) -> String {
    let once = format::script(text, dialect).unwrap_or_else(|error| panic!("{text:?}: {error:?}"));
    let twice = format::script(&once, dialect).expect("what is formatted is valid");
    assert_eq!(once, twice, "formatting {text:?} again changes it");
    once
}

/// Checks what programs are formatted to. The line end at the end is left out.
#[track_caller]
fn check(table: &[(&str, &str)]) {
    for (before, after) in table {
        assert_eq!(formatted(before), format!("{after}\n"), "{before:?}");
    }
}
