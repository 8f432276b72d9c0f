//! Git for tests, without the configuration of the machine.

use std::path::Path;
use std::process::{Command, Output};

/// Whether there is git; says that a test is skipped if there is none.
pub(crate) fn is_there() -> bool {
    let is_there = Command::new("git").arg("--version").output().is_ok();
    if !is_there {
        super::skip("there is no git");
    }
    is_there
}

/// Runs git, and all that it runs.
pub(crate) fn git(folder: &Path, arguments: &[&str]) -> Output {
    let who = ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false"];
    let mut command = Command::new("git");
    command.args(who).args(arguments).current_dir(folder);
    plain(&mut command).output().expect("git runs")
}

/// A command in whose git only the configuration of the repository counts.
pub(crate) fn plain(command: &mut Command) -> &mut Command {
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1")
}

/// What a command printed that must have succeeded.
pub(crate) fn done(output: Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout).trim().to_owned()
}
