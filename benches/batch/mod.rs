//! Files of units through the program: reading, assigning and writing. What a row costs is one
//! over the items a second; it has three SHA-1 blocks at most, whose cost stands beside it.

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use divan::{Bencher, counter::ItemsCount};

const ROWS: usize = 1_000_000;

/// A million users; of JSON lines, an object each.
fn users(is_json: bool) -> String {
    const COUNTRIES: [&str; 4] = ["NL", "US", "DE", "BR"];
    let mut text = String::from(if is_json { "" } else { "userid,country\n" });
    for user in 0..ROWS {
        // Spread, so that lengths are mixed.
        let (user, country) = (user * 7_919 % 10_000_019, COUNTRIES[user % 4]);
        let line = match is_json {
            true => writeln!(text, "{{\"userid\":\"{user}\",\"country\":\"{country}\"}}"),
            false => writeln!(text, "{user},{country}"),
        };
        line.expect("a string");
    }
    text
}

fn run(bencher: Bencher<'_, '_>, format: &str, threads: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let input = folder.path().join("users").with_extension(format);
    std::fs::write(&input, users(format == "jsonl")).expect("a file");
    let output = folder.path().join("out").with_extension(format);
    let batch = |input: &Path| {
        let status = Command::new(env!("CARGO_BIN_EXE_planout"))
            .args(["eval", "--ns", "button_color", "--from", super::SAMPLES, "--threads", threads])
            .arg("--batch")
            .arg(input)
            .arg("-o")
            .arg(&output)
            .stderr(Stdio::null())
            .status();
        assert!(status.is_ok_and(|status| status.success()));
    };
    bencher.counter(ItemsCount::new(ROWS)).bench_local(|| batch(&input));
}

#[divan::bench(sample_count = 5, sample_size = 1, args = ["1", "2"])]
fn csv(bencher: Bencher<'_, '_>, threads: &str) {
    run(bencher, "csv", threads);
}

#[divan::bench(sample_count = 5, sample_size = 1, args = ["1", "2"])]
fn jsonl(bencher: Bencher<'_, '_>, threads: &str) {
    run(bencher, "jsonl", threads);
}
