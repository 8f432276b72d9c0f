//! Files of units through the program: start, reading, assigning and writing.

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use planout::Value;

use super::units::{block, is_inside, with_button};
use super::{Promise, SAMPLES, seconds};

const ROWS: usize = 2_000_000;

/// The number of a user: spread, so that lengths are mixed.
fn user(row: usize) -> usize {
    row * 7_919 % 10_000_019
}

/// Users with their countries; of JSON lines, an object each.
fn users(is_json: bool) -> String {
    const COUNTRIES: [&str; 4] = ["NL", "US", "DE", "BR"];
    let mut text = String::from(if is_json { "" } else { "userid,country\n" });
    for row in 0..ROWS {
        let (user, country) = (user(row), COUNTRIES[row % 4]);
        let line = if is_json {
            writeln!(text, "{{\"userid\":\"{user}\",\"country\":\"{country}\"}}")
        } else {
            writeln!(text, "{user},{country}")
        };
        line.expect("a string");
    }
    text
}

/// The blocks of a row: a segment for all, and two draws for those who are in the experiment.
fn blocks() -> f64 {
    with_button(|namespace| {
        let unit = |row| Value::from(user(row).to_string());
        let inside = (0..ROWS).filter(|row| is_inside(namespace, &unit(*row))).count();
        1.0 + 2.0 * inside as f64 / ROWS as f64
    })
}

pub(super) fn promises() -> Vec<Promise> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    for (name, is_json) in [("users.csv", false), ("users.jsonl", true)] {
        std::fs::write(path(name), users(is_json)).expect("a file");
    }
    let row = |format: &str, threads: &str| {
        let users = path(&format!("users.{format}"));
        batch(&users, &path(&format!("out.{format}")), threads) / ROWS as f64
    };
    let blocks = blocks();
    let floor_name = || format!("its {blocks:.2} SHA-1 blocks");
    let floor = || blocks * block();
    vec![
        Promise::measure("a row, CSV to CSV", floor_name(), 8.0, 7, floor, || row("csv", "1")),
        Promise::measure("a row, JSON lines to JSON lines", floor_name(), 16.0, 7, floor, || {
            row("jsonl", "1")
        }),
        Promise::measure(
            "a row, CSV to CSV, on two threads",
            "the same on one".to_owned(),
            1.0 / 1.6,
            7,
            || row("csv", "1"),
            || row("csv", "2"),
        ),
    ]
}

/// The seconds of a batch, as a process.
fn batch(users: &Path, output: &Path, threads: &str) -> f64 {
    seconds(|| {
        let status = Command::new(env!("CARGO_BIN_EXE_planout"))
            .args(["eval", "--ns", "button_color", "--from", SAMPLES, "--threads", threads])
            .arg("--batch")
            .arg(users)
            .arg("-o")
            .arg(output)
            .stderr(Stdio::null())
            .status();
        assert!(status.is_ok_and(|status| status.success()));
    })
}
