//! Sources at a revision of git.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::git::{done, git, is_there};
use crate::support::{Run, planout, sandbox};

/// A repository whose samples have a past: what is there is the second commit.
fn repository() -> Option<tempfile::TempDir> {
    if !is_there() {
        return None;
    }
    let folder = sandbox();
    done(git(folder.path(), &["init", "-q", "-b", "main"]));
    done(git(folder.path(), &["add", "."]));
    done(git(folder.path(), &["commit", "-q", "-m", "one"]));
    let path = folder.path().join("sample-namespaces/button_color.yaml");
    let text = fs::read_to_string(&path).expect("a sample");
    fs::write(&path, text.replace("'#1a936f'", "'#000000'")).expect("a file");
    let samples = folder.path().join("sample-namespaces");
    fs::rename(samples.join("test_ns.yaml"), samples.join("new name é.yaml")).expect("a file");
    done(git(folder.path(), &["add", "."]));
    done(git(folder.path(), &["commit", "-q", "-m", "two"]));
    Some(folder)
}

fn against(folder: &Path, revision: &str, more: &[&str]) -> Run {
    let revision = format!("git:{revision}");
    planout(folder, &[&["plan", "--against", &revision, "--sample", "0"], more].concat())
}

#[test]
fn revisions_are_compared_with() {
    let Some(folder) = repository() else { return };
    let run = against(folder.path(), "HEAD", &[]);
    assert_eq!(run.stdout, "plan: no changes: 4 unchanged\n", "{}", run.stderr);
    let run = against(folder.path(), "HEAD~1", &["--detailed-exitcode"]);
    assert_eq!(run.status, 11, "{}", run.stderr);
    let summary = "1 changed (1 reassigning), 1 created, 1 orphaned, 2 unchanged\n";
    assert!(run.stdout.contains(summary), "{}", run.stdout);
    assert!(run.stdout.contains("HEAD~1:sample-namespaces/test_ns.yaml"), "{}", run.stdout);

    // A file, a folder below, and names that are not ASCII.
    let file = ["sample-namespaces/button_color.yaml"];
    let run = against(folder.path(), "main~1", &file);
    assert!(run.stdout.contains(": 1 changed"), "{}", run.stdout);
    let samples = folder.path().join("sample-namespaces");
    let run = against(&samples, "main", &["."]);
    assert_eq!(run.stdout, "plan: no changes: 4 unchanged\n", "{}", run.stderr);
    let run = against(&samples, "main", &["new name é.yaml"]);
    assert_eq!(run.stdout, "plan: no changes: 1 unchanged\n", "{}", run.stderr);
}

#[test]
fn the_configuration_of_the_revision_says_its_dialect() {
    let Some(folder) = repository() else { return };
    let config = "source = \"sample-namespaces\"\ndialect = \"planout\"\n";
    fs::write(folder.path().join("planout.toml"), config).expect("a file");
    let run = against(folder.path(), "HEAD", &["--detailed-exitcode"]);
    assert_eq!(run.status, 11, "{}", run.stderr);
    let cause = "changes `dialect` from `planout4j` to `planout`";
    assert_eq!(run.stdout.matches(cause).count(), 3, "{}", run.stdout);
}

#[test]
fn what_was_broken_is_said() {
    let Some(folder) = repository() else { return };
    let path = folder.path().join("sample-namespaces/button_color.yaml");
    let text = fs::read_to_string(&path).expect("a sample");
    fs::write(&path, "namespace: {unit: u}\n").expect("a file");
    done(git(folder.path(), &["commit", "-q", "-a", "-m", "broken"]));
    fs::write(&path, text).expect("a file");
    let run = against(folder.path(), "HEAD", &["--detailed-exitcode"]);
    assert_eq!(run.status, 11);
    assert!(run.stderr.contains("HEAD:sample-namespaces/button_color.yaml:1:1"), "{}", run.stderr);
    assert!(run.stdout.contains("it is not known which units move"), "{}", run.stdout);
}

#[test]
fn git_says_why_it_fails() {
    let Some(folder) = repository() else { return };
    let run = against(folder.path(), "nowhere", &[]);
    assert_eq!(run.status, 3);
    assert!(run.stderr.contains("is `nowhere` a revision"), "{}", run.stderr);
    for revision in ["", "--help", "-q"] {
        let run = against(folder.path(), revision, &[]);
        assert_eq!(run.status, 2, "{}", run.stderr);
        assert!(run.stderr.contains("is not a revision"), "{}", run.stderr);
    }
    let outside = sandbox();
    let run = against(outside.path(), "main", &[]);
    assert_eq!(run.status, 3);
    assert!(run.stderr.contains("git: not a git repository"), "{}", run.stderr);
}

#[test]
fn without_git_it_says_so() {
    let folder = sandbox();
    let output = Command::new(env!("CARGO_BIN_EXE_planout"))
        .args(["plan", "--against", "git:main"])
        .current_dir(folder.path())
        .env("PATH", folder.path())
        .output()
        .expect("planout runs");
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("cannot find the program `git`"), "{said}");
}
