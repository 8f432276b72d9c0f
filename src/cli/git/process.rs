//! The one place where git is run. The repository may come from anybody: a clone, an archive or a
//! folder of other people.
//!
//! The configuration of a repository names programs that git runs on many occasions. So git is told
//! to run none, and is only given commands that read objects. `git status` is not one of them: it
//! runs the filters of `.gitattributes` and looks into submodules.

use std::path::Path;
use std::process::{Command, Stdio};

use planout::store::StoreError;

/// Settings that override the configuration of the repository, of the user and of the system.
const SETTINGS: [&str; 3] = [
    // A clone can contain a whole repository as ordinary files, with a configuration of its own.
    "safe.bareRepository=explicit",
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
];

/// Variables in the environment of git, which override any configuration.
const ENVIRONMENT: [(&str, &str); 4] = [
    // Git must not fetch the objects that a partial clone lacks, because the remote can be a program.
    // Versions of git that do not know the first variable are stopped by the second, which allows no
    // way of fetching.
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_ALLOW_PROTOCOL", "none"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_TERMINAL_PROMPT", "0"),
];

/// The variables that make git look in another place than the repository of the folder, or read paths
/// as patterns. Git sets some of these for its hooks, and a hook may well run this program.
const ELSEWHERE: [&str; 14] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GLOB_PATHSPECS",
    "GIT_GRAFT_FILE",
    "GIT_ICASE_PATHSPECS",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// A command of git that runs in a folder.
pub(super) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.args(["--no-pager", "--no-replace-objects", "--literal-pathspecs"]);
    for setting in SETTINGS {
        command.args(["-c", setting]);
    }
    for name in ELSEWHERE {
        command.env_remove(name);
    }
    command.envs(ENVIRONMENT).arg("-C").arg(folder).args(arguments);
    command
}

/// The error when git could not be started.
pub(super) fn missing(error: std::io::Error) -> StoreError {
    match error.kind() {
        std::io::ErrorKind::NotFound => StoreError::other("cannot find the program `git`")
            .with_help("install it, or compare with a folder in place of a revision"),
        _ => StoreError::other("cannot run git").because(error),
    }
}

/// The output of git.
pub(super) fn bytes(folder: &Path, arguments: &[&str]) -> Result<Vec<u8>, StoreError> {
    let output = command(folder, arguments).stdin(Stdio::null()).output().map_err(missing)?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().next().unwrap_or_default().trim_start_matches("fatal: ");
    Err(StoreError::other(format!("git: {said}")))
}

/// The single line that git prints.
pub(super) fn line(folder: &Path, arguments: &[&str]) -> Result<String, StoreError> {
    let bytes = bytes(folder, arguments)?;
    Ok(String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']).to_owned())
}
