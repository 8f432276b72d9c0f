//! Repositories that strangers made: git runs none of their programs for us.
//!
//! Each attack is first shown to work on git alone.
#![cfg(unix)]

mod pipes;
mod places;

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use planout::ship::Stamp;
use planout::store::Folders;

use crate::support::git::{done, git, is_there, plain};
use crate::support::unguarded_sandbox;

/// A repository with the samples and one commit.
struct Repository {
    folder: tempfile::TempDir,
    /// The folder whose `git` comes first, if there is one.
    path: Option<PathBuf>,
}

/// What an attack is called, and what prepares a repository for it.
type Attack = (&'static str, fn(&Repository));

impl Repository {
    /// `None` where there is no git.
    fn new() -> Option<Repository> {
        if !is_there() {
            return None;
        }
        let repository = Repository { folder: unguarded_sandbox(), path: None };
        repository.git(&["init", "-q", "-b", "main"]);
        repository.git(&["add", "."]);
        repository.git(&["commit", "-q", "-m", "one"]);
        Some(repository)
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    fn source(&self) -> PathBuf {
        self.root().join("sample-namespaces")
    }

    fn git(&self, arguments: &[&str]) -> String {
        done(git(self.root(), arguments))
    }

    fn marker(&self) -> PathBuf {
        self.root().join("marker")
    }

    /// A shell command that leaves the marker.
    fn command(&self) -> String {
        format!("touch {}; cat", self.marker().display())
    }

    /// A program that leaves the marker.
    fn program(&self, path: &str) -> PathBuf {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, format!("#!/bin/sh\ntouch {}\n", self.marker().display()))
            .expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a program");
        path
    }

    /// Whether the marker was left. It goes.
    fn take_marker(&self) -> bool {
        fs::remove_file(self.marker()).is_ok()
    }

    /// Lets git look at all files again.
    fn touch(&self) {
        let file = File::options().append(true).open(self.source().join("button_color.yaml"));
        let yesterday = SystemTime::now() - Duration::from_secs(86_400);
        file.expect("a sample").set_modified(yesterday).expect("a time");
    }

    /// Removes a file from the objects.
    fn lose_blob(&self) -> String {
        let id = self.git(&["rev-parse", "main:sample-namespaces/button_color.yaml"]);
        let path = self.root().join(".git/objects").join(&id[..2]).join(&id[2..]);
        fs::remove_file(path).expect("an object");
        id
    }

    fn planout(&self, arguments: &[&str], variables: &[(&str, &Path)]) -> (i32, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_planout"));
        let command = plain(&mut command).args(arguments).current_dir(self.root());
        if let Some(path) = &self.path {
            let rest = std::env::var("PATH").unwrap_or_default();
            command.env("PATH", format!("{}:{rest}", path.display()));
        }
        let output = command.envs(variables.iter().copied()).output().expect("planout runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let printed = text(&output.stdout) + &text(&output.stderr);
        (output.status.code().expect("it is not killed"), printed)
    }

    /// Runs all that may run git. No marker is left.
    fn assert_harmless(&self, attack: &str) {
        for arguments in [
            &["check"][..],
            &["ship", "sample-namespaces", "out"],
            &["ship", "sample-namespaces", "out", "--dry-run", "-v"],
            &["nslist", "sample-namespaces", "-v"],
            &["eval", "--from", "sample-namespaces", "--ns", "button_color", "userid=1", "-v"],
            &["plan", "sample-namespaces", "--against", "git:main", "-v"],
            &["plan", "sample-namespaces/button_color.yaml", "--against", "git:HEAD"],
        ] {
            self.touch();
            let (status, printed) = self.planout(arguments, &[]);
            assert!(!self.take_marker(), "{attack}: {arguments:?} ran it: {printed}");
            match arguments[0] {
                "ship" => assert_eq!(status, 0, "{attack}: {arguments:?}: {printed}"),
                _ => assert!(status == 0 || status == 3, "{attack}: {arguments:?}: {printed}"),
            }
        }
    }
}

/// A version of git that does not know what newer ones know of safety.
fn old_git(repository: &mut Repository) {
    let real = Command::new("sh").args(["-c", "command -v git"]).output().expect("a shell");
    let folder = repository.root().join("old");
    fs::create_dir(&folder).expect("a folder");
    let script = format!(
        "#!/bin/sh\nunset GIT_NO_LAZY_FETCH\nfor word do\n  shift\n  case \"$word\" in\n  \
         safe.bareRepository=*) word=user.x=y;;\n  esac\n  set -- \"$@\" \"$word\"\ndone\n\
         exec {} \"$@\"\n",
        String::from_utf8_lossy(&real.stdout).trim()
    );
    fs::write(folder.join("git"), script).expect("a file");
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(folder.join("git"), executable).expect("a program");
    repository.path = Some(folder);
}

/// Attacks that `git status` carries out: each prepares a repository.
const ON_STATUS: [Attack; 7] = [
    ("a monitor of files", |it| {
        it.git(&["config", "core.fsmonitor", &it.command()]);
    }),
    ("a monitor in a file that is included", |it| {
        let text = format!("[core]\nfsmonitor = \"{}\"\n", it.command());
        fs::write(it.source().join("config"), text).expect("a file");
        it.git(&["config", "include.path", "../sample-namespaces/config"]);
    }),
    ("a filter", |it| {
        fs::write(it.source().join(".gitattributes"), "* filter=evil\n").expect("a file");
        it.git(&["config", "filter.evil.clean", &it.command()]);
    }),
    ("a filter that is a process", |it| {
        fs::write(it.root().join(".git/info/attributes"), "* filter=evil\n").expect("a file");
        it.git(&["config", "filter.evil.process", &it.command()]);
    }),
    ("a hook", |it| {
        it.program(".git/hooks/post-index-change");
    }),
    ("a hook among the files", |it| {
        it.program("sample-namespaces/hooks/post-index-change");
        let hooks = it.source().join("hooks");
        it.git(&["config", "core.hooksPath", &hooks.to_string_lossy()]);
    }),
    ("a submodule", |it| {
        let folder = it.source().join("sub");
        fs::create_dir(&folder).expect("a folder");
        done(git(&folder, &["init", "-q", "-b", "main"]));
        let sample = it.source().join("page_size.yaml");
        fs::rename(sample, folder.join("page_size.yaml")).expect("a file");
        done(git(&folder, &["add", "."]));
        done(git(&folder, &["commit", "-q", "-m", "sub"]));
        it.git(&["add", "."]);
        it.git(&["commit", "-q", "-m", "two"]);
        done(git(&folder, &["config", "core.fsmonitor", &it.command()]));
    }),
];

#[test]
fn no_program_of_a_repository_is_run_for_its_state() {
    for (attack, prepare) in ON_STATUS {
        let Some(repository) = Repository::new() else { return };
        prepare(&repository);
        repository.take_marker();
        repository.touch();
        git(repository.root(), &["status", "--", "sample-namespaces"]);
        assert!(repository.take_marker(), "{attack} does not work on git");
        repository.assert_harmless(attack);
    }
}

#[test]
fn files_of_a_clone_are_not_taken_for_a_repository() {
    for is_old in [false, true] {
        let Some(mut repository) = Repository::new() else { return };
        let source = repository.source();
        // The files of a bare repository, with a commit of their own.
        let inside = |arguments: &[&str]| {
            let places = ["--git-dir=.", "--work-tree=."];
            done(git(&source, &[&places[..], arguments].concat()))
        };
        done(git(&source, &["init", "-q", "--bare", "-b", "main", "."]));
        let _ = fs::remove_dir_all(source.join("hooks"));
        inside(&["add", "button_color.yaml"]);
        inside(&["commit", "-q", "-m", "evil"]);
        inside(&["config", "core.bare", "false"]);
        inside(&["config", "core.worktree", "."]);
        inside(&["config", "core.fsmonitor", &repository.command()]);
        repository.take_marker();
        git(&source, &["status"]);
        assert!(repository.take_marker(), "it does not work on git");

        if is_old {
            old_git(&mut repository);
        }
        repository.assert_harmless("a repository among the files");
        // Nor is its commit that of the source.
        let stamp = fs::read(repository.root().join("out/.planout-revision")).expect("a stamp");
        assert_eq!(Stamp::from_json(&stamp).expect("a stamp").source, None);
        let (status, printed) =
            repository.planout(&["plan", "sample-namespaces", "--against", "git:main"], &[]);
        assert_eq!(status, 3, "{printed}");
    }
}

/// Attacks that a partial clone carries out when something is missing in it.
const ON_FETCH: [Attack; 4] = [
    ("a program of the other side", |it| {
        it.git(&["config", "remote.origin.url", &it.root().to_string_lossy()]);
        it.git(&["config", "remote.origin.uploadpack", &it.command()]);
    }),
    ("a URL that is a program", |it| {
        let url = format!("ext::touch {}", it.marker().display());
        it.git(&["config", "remote.origin.url", &url]);
        it.git(&["config", "protocol.ext.allow", "always"]);
        it.git(&["config", "protocol.allow", "always"]);
    }),
    ("a program in place of ssh", |it| {
        it.git(&["config", "remote.origin.url", "ssh://localhost/x"]);
        it.git(&["config", "core.sshCommand", &it.command()]);
    }),
    ("a program in place of a connection", |it| {
        let program = it.program("proxy");
        it.git(&["config", "remote.origin.url", "git://localhost/x"]);
        it.git(&["config", "core.gitProxy", &program.to_string_lossy()]);
    }),
];

#[test]
fn what_is_missing_is_not_fetched() {
    for is_old in [false, true] {
        for (attack, prepare) in ON_FETCH {
            let Some(mut repository) = Repository::new() else { return };
            repository.git(&["config", "core.repositoryformatversion", "1"]);
            repository.git(&["config", "extensions.partialClone", "origin"]);
            repository.git(&["config", "remote.origin.promisor", "true"]);
            prepare(&repository);
            let id = repository.lose_blob();
            repository.take_marker();
            git(repository.root(), &["cat-file", "-p", &id]);
            assert!(repository.take_marker(), "{attack} does not work on git");

            if is_old {
                old_git(&mut repository);
            }
            repository.assert_harmless(attack);
            let (status, printed) =
                repository.planout(&["plan", "sample-namespaces", "--against", "git:main"], &[]);
            assert_eq!(status, 3, "{printed}");
            let says = printed.contains("this clone lacks files of `main`");
            assert!(says || is_old, "{printed}");
        }
    }
}

#[test]
fn differences_are_not_shown_by_programs() {
    let Some(repository) = Repository::new() else { return };
    repository.git(&["config", "diff.external", &repository.command()]);
    let path = repository.source().join("button_color.yaml");
    let text = fs::read_to_string(&path).expect("a sample");
    fs::write(&path, text + "# more\n").expect("a file");
    git(repository.root(), &["diff"]);
    assert!(repository.take_marker(), "it does not work on git");
    repository.assert_harmless("a program for differences");
}

#[test]
fn objects_that_stand_for_others_do_not_count() {
    let Some(repository) = Repository::new() else { return };
    let of = |file: &str| format!("main:sample-namespaces/{file}");
    repository.git(&["replace", &of("button_color.yaml"), &of("page_size.yaml")]);
    let (status, printed) =
        repository.planout(&["plan", "sample-namespaces", "--against", "git:main", "-q"], &[]);
    assert_eq!((status, &*printed), (0, "plan: no changes: 4 unchanged\n"));
}

#[test]
fn the_repository_is_that_of_the_source_whatever_the_environment_says() {
    let (Some(repository), Some(other)) = (Repository::new(), Repository::new()) else { return };
    other.git(&["commit", "-q", "--allow-empty", "-m", "other"]);
    other.git(&["config", "core.fsmonitor", &repository.command()]);
    let commit = repository.git(&["rev-parse", "HEAD"]);
    assert_ne!(commit, other.git(&["rev-parse", "HEAD"]));
    let git_dir = other.root().join(".git");
    let index = git_dir.join("index");
    let variables: [(&str, &Path); 5] = [
        ("GIT_DIR", &git_dir),
        ("GIT_WORK_TREE", other.root()),
        ("GIT_INDEX_FILE", &index),
        ("GIT_ICASE_PATHSPECS", Path::new("1")),
        ("GIT_OBJECT_DIRECTORY", Path::new("/nowhere")),
    ];
    let (status, printed) = repository.planout(&["ship", "sample-namespaces", "out"], &variables);
    assert_eq!(status, 0, "{printed}");
    let stamp = fs::read(repository.root().join("out/.planout-revision")).expect("a stamp");
    let source = Stamp::from_json(&stamp).expect("a stamp").source.expect("a revision");
    assert_eq!((source.commit, source.dirty), (commit, false));
    let against = ["plan", "sample-namespaces", "--against", "git:main"];
    let (status, printed) = repository.planout(&against, &variables);
    assert_eq!(status, 0, "{printed}");
    assert!(!repository.take_marker());
}

#[test]
fn a_source_is_dirty_if_its_namespaces_are_not_those_of_the_commit() {
    let Some(repository) = Repository::new() else { return };
    let source = repository.source();
    let mut count = 0;
    let mut is_dirty = |why: &str| {
        count += 1;
        let target = format!("out{count}");
        let (status, printed) = repository.planout(&["ship", "sample-namespaces", &target], &[]);
        assert_eq!(status, 0, "{why}: {printed}");
        let stamp = fs::read(repository.root().join(target).join(".planout-revision"));
        let stamp = Stamp::from_json(&stamp.expect("a stamp")).expect("a stamp");
        stamp.source.expect("a revision").dirty
    };
    let path = source.join("button_color.yaml");
    let text = fs::read_to_string(&path).expect("a sample");
    assert!(!is_dirty("as committed"));
    fs::write(&path, text.replace('\n', "\r\n")).expect("a file");
    assert!(!is_dirty("other line breaks"));
    fs::write(source.join("notes.txt"), "notes").expect("a file");
    fs::write(source.join(".hidden.yaml"), "notes").expect("a file");
    assert!(!is_dirty("files that are not shipped"));
    fs::write(&path, text.replace("Join", "Come in")).expect("a file");
    assert!(is_dirty("changed"));
    repository.git(&["add", "."]);
    assert!(is_dirty("changed and staged"));
    repository.git(&["commit", "-q", "-m", "two"]);
    assert!(!is_dirty("committed"));
    fs::write(source.join("new.yaml"), text.replace("button_color", "new")).expect("a file");
    assert!(is_dirty("a new one"));
    fs::rename(source.join("new.yaml"), source.join("new.planout")).expect("a file");
    assert!(is_dirty("a new script"));
    fs::remove_file(source.join("new.planout")).expect("a file");
    assert!(!is_dirty("without it"));
    fs::remove_file(source.join("page_size.yaml")).expect("a file");
    assert!(is_dirty("one is gone"));
    repository.git(&["checkout", "-q", "."]);

    // Links, to files and to folders.
    fs::create_dir(repository.root().join("common")).expect("a folder");
    let moved = repository.root().join("common/page_size.yaml");
    fs::rename(source.join("page_size.yaml"), moved).expect("a file");
    std::os::unix::fs::symlink("../common/page_size.yaml", source.join("page_size.yaml"))
        .expect("a link");
    assert!(is_dirty("a link in place of a file"));
    repository.git(&["add", "."]);
    repository.git(&["commit", "-q", "-m", "three"]);
    assert!(!is_dirty("a link that is committed"));
    fs::remove_file(source.join("page_size.yaml")).expect("a link");
    std::os::unix::fs::symlink("../common", source.join("common")).expect("a link");
    repository.git(&["add", "."]);
    repository.git(&["commit", "-q", "-m", "four"]);
    assert!(!is_dirty("a folder that is a link"));
}

#[test]
fn git_is_run_in_one_place() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = planout::store::files(&root, Folders::All).expect("the sources");
    let runs: Vec<_> = files
        .into_iter()
        .filter(|path| fs::read_to_string(path).expect("a source").contains("Command::new("))
        .map(|path| path.strip_prefix(&root).expect("a path below it").to_owned())
        .collect();
    let expected = ["cli/git/process.rs", "store/failpoint.rs"].map(PathBuf::from);
    assert_eq!(runs, expected);
}

/// Names of revisions move: `-v` says which commit one is.
#[test]
fn the_commit_of_a_revision_is_said() {
    let Some(repository) = Repository::new() else { return };
    let commit = repository.git(&["rev-parse", "HEAD"]);
    repository.git(&["commit", "-q", "--allow-empty", "-m", "two"]);
    let plan = ["plan", "sample-namespaces", "--against", "git:HEAD~1", "-v"];
    let run = crate::support::planout(repository.root(), &plan);
    let expected = format!("against: git:HEAD~1\nrevision: commit {}\n", commit.trim());
    assert!(run.stderr.contains(&expected), "{}", run.stderr);
}
