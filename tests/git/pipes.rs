//! Pipes in place of git's own files, for which git waits for ever.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use super::Repository;
use crate::support::skip;

fn pipe(path: &Path) {
    let _ = fs::remove_file(path);
    let made = std::process::Command::new("mkfifo").arg(path).status().expect("mkfifo runs");
    assert!(made.success());
}

/// Runs a command that git cannot answer.
fn ends(repository: &Repository, arguments: &[&str]) {
    let start = Instant::now();
    let (status, said) = repository.planout(arguments, &[]);
    assert!(start.elapsed() < Duration::from_secs(100), "{:?}", start.elapsed());
    assert_eq!(status, 3, "{said}");
    assert!(said.contains("cannot read from git"), "{said}");
    assert!(said.contains("it has not answered for 30 seconds, and was ended"), "{said}");
}

#[test]
fn git_does_not_wait_for_ever_for_a_name() {
    let Some(repository) = Repository::new() else { return skip("there is no git") };
    pipe(&repository.root().join(".git/refs/heads/main"));
    ends(&repository, &["plan", "sample-namespaces", "--against", "git:main"]);
}

#[test]
fn git_does_not_wait_for_ever_for_a_file() {
    let Some(repository) = Repository::new() else { return skip("there is no git") };
    let id = repository.lose_blob();
    pipe(&repository.root().join(".git/objects").join(&id[..2]).join(&id[2..]));
    ends(&repository, &["plan", "sample-namespaces", "--against", "git:main"]);
}
