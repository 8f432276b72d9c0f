//! The one place where git is run. The repository may come from anybody: a clone, an archive or a
//! folder of other people.
//!
//! The configuration of a repository names programs that git runs on many occasions. So git is told
//! to run none, and is only given commands that read objects. `git status` is not one of them: it
//! runs the filters of `.gitattributes` and looks into submodules.

use std::io::{self, ErrorKind, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use planout::store::StoreError;

/// The time that git may take for a command, or for the content of one file. A stranger can leave pipes
/// in place of git's own files, and git would wait for them for ever.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

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
pub(super) fn missing(error: io::Error) -> StoreError {
    match error.kind() {
        ErrorKind::NotFound => StoreError::other("cannot find the program `git`")
            .with_help("install it, or compare with a folder in place of a revision"),
        _ => StoreError::other("cannot run git").because(error),
    }
}

/// The error when git took too long and was ended.
pub(super) fn late() -> io::Error {
    let seconds = PATIENCE.as_secs();
    let message = format!("it has not answered for {seconds} seconds, and was ended");
    io::Error::new(ErrorKind::TimedOut, message)
}

/// The output of git.
pub(super) fn bytes(folder: &Path, arguments: &[&str]) -> Result<Vec<u8>, StoreError> {
    let failed = |error| StoreError::other("cannot read from git").because(error);
    let mut command = command(folder, arguments);
    let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(missing)?;
    let (said, complaint) = output(&mut child).map_err(failed)?;
    if child.wait().map_err(failed)?.success() {
        return Ok(said);
    }
    let complaint = String::from_utf8_lossy(&complaint);
    let line = complaint.lines().next().unwrap_or_default().trim_start_matches("fatal: ");
    Err(StoreError::other(format!("git: {line}")))
}

/// Everything that git writes to standard output and to standard error. Git is ended if it takes too long.
fn output(child: &mut Child) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let (said, complaint) = (child.stdout.take(), child.stderr.take());
    thread::scope(|scope| {
        let (done, ended) = mpsc::channel();
        let complaint = scope.spawn(|| all(complaint));
        let said = scope.spawn(move || {
            let said = all(said);
            let _ = done.send(());
            said
        });
        let is_late = ended.recv_timeout(PATIENCE).is_err();
        if is_late {
            // Both pipes end together with git.
            child.kill()?;
            child.wait()?;
        }
        let broken = |_| io::Error::other("it cannot be read");
        let (said, complaint) = (said.join().map_err(broken)??, complaint.join().map_err(broken)??);
        if is_late { Err(late()) } else { Ok((said, complaint)) }
    })
}

fn all(pipe: Option<impl Read>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        pipe.read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// The single line that git prints.
pub(super) fn line(folder: &Path, arguments: &[&str]) -> Result<String, StoreError> {
    let bytes = bytes(folder, arguments)?;
    Ok(String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']).to_owned())
}
