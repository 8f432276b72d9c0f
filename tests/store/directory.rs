//! What a directory promises beyond what every store does.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use planout::store::{Directory, Folders, Source, Store, StoreError};

use super::{LIMIT, change, contents};
use crate::support::{Run, names, planout, shell, unguarded_sandbox};

#[test]
fn a_directory_is_a_store() {
    let folder = tempfile::tempdir().expect("a folder");
    super::conformance::conforms(&|number| {
        Box::new(Directory::new(folder.path().join(number.to_string()))) as Box<dyn Store>
    });
}

fn ship(folder: &Path, more: &[&str]) -> Run {
    planout(folder, &[&["ship", "sample-namespaces", "out"], more].concat())
}

/// Asserts that a ship failed because of a file or a folder that it names, and left what was there.
fn assert_failed(run: &Run, path: &str, reason: &str) {
    assert_eq!(run.status, 3, "{}", run.stderr);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains(path), "{}", run.stderr);
    assert!(run.stderr.contains(reason), "{}", run.stderr);
}

/// A sandbox that has been shipped to `out`, and has changes in all of its sources since.
fn shipped() -> tempfile::TempDir {
    let folder = unguarded_sandbox();
    assert_eq!(ship(folder.path(), &[]).status, 0);
    change_all(folder.path());
    folder
}

fn change_all(folder: &Path) {
    for name in names(&folder.join("sample-namespaces")) {
        let path = folder.join("sample-namespaces").join(name);
        let text = fs::read_to_string(&path).expect("a sample");
        let text = text.replacen("segments: ", "segments: 1", 1);
        fs::write(path, text).expect("a file");
    }
}

#[test]
fn only_what_changes_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Directory::new(folder.path());
    change(&store, &[("a", "1"), ("b", "1")], &[], "one").expect("a change");
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    for name in ["a.json", "b.json"] {
        let file = fs::File::options().write(true).open(folder.path().join(name));
        file.and_then(|file| file.set_modified(long_ago)).expect("a time");
    }
    change(&store, &[("b", "2")], &[], "two").expect("a change");
    let time = |name| fs::metadata(folder.path().join(name)).and_then(|it| it.modified());
    assert_eq!(time("a.json").expect("a time"), long_ago);
    assert_ne!(time("b.json").expect("a time"), long_ago);
}

#[cfg(unix)]
#[test]
fn a_replaced_file_keeps_its_mode() {
    use std::os::unix::fs::PermissionsExt;

    let folder = shipped();
    let path = folder.path().join("out/test_ns.json");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("a mode");
    assert_eq!(ship(folder.path(), &[]).status, 0);
    let mode = |name: &str| {
        let path = folder.path().join("out").join(name);
        fs::metadata(path).expect("a file").permissions().mode() & 0o777
    };
    assert_eq!(mode("test_ns.json"), 0o640);
    // What is new has the mode of any new file, whatever the process allows.
    assert_eq!(
        shell("umask 027; planout -q ship sample-namespaces new >/dev/null", folder.path()),
        ""
    );
    let path = folder.path().join("new/test_ns.json");
    assert_eq!(fs::metadata(path).expect("a file").permissions().mode() & 0o777, 0o640);
}

#[test]
fn a_second_ship_waits_for_the_first_and_then_says_who_it_is() {
    let folder = shipped();
    let store = Directory::new(folder.path().join("out"));
    let transaction = store.begin(Duration::ZERO).expect("a transaction");
    let run = ship(folder.path(), &["--lock-timeout", "0.1"]);
    let who = format!("`out` is being changed by process {}", std::process::id());
    assert_failed(&run, &who, " since 20");
    // Those who read do not wait.
    assert_eq!(planout(folder.path(), &["nslist", "out"]).status, 0);
    assert_eq!(ship(folder.path(), &["--dry-run"]).status, 0);

    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| ship(folder.path(), &[]));
        std::thread::sleep(Duration::from_millis(200));
        assert!(!waiting.is_finished());
        drop(transaction);
        assert_eq!(waiting.join().expect("a run").status, 0);
    });
    for wrong in ["-1", "nan", "1e99", "soon"] {
        assert_eq!(ship(folder.path(), &[&format!("--lock-timeout={wrong}")]).status, 2);
    }
}

#[test]
fn orphans_are_kept_unless_they_are_to_be_pruned() {
    let folder = unguarded_sandbox();
    let root = folder.path();
    assert_eq!(ship(root, &[]).status, 0);
    fs::remove_file(root.join("sample-namespaces/test_ns.yaml")).expect("a sample");
    change_all(root);
    let listing = "orphaned   test_ns\n";
    for more in [&["--dry-run"][..], &[]] {
        let run = ship(root, more);
        assert_eq!(run.status, 0);
        assert!(run.stdout.ends_with(listing), "{}", run.stdout);
        assert!(run.stderr.contains("3 updated, 0 unchanged, 1 orphaned\n"), "{}", run.stderr);
        assert!(run.stderr.contains("`--prune`"), "{}", run.stderr);
        assert!(root.join("out/test_ns.json").is_file());
    }
    let stamp = || fs::read_to_string(root.join("out/.planout-revision")).expect("a stamp");
    assert!(stamp().contains("test_ns"), "what is there is in the stamp: {}", stamp());

    let run = ship(root, &["--prune", "--dry-run"]);
    assert!(run.stdout.ends_with("removed    test_ns\n"), "{}", run.stdout);
    assert!(root.join("out/test_ns.json").is_file());
    let run = ship(root, &["--prune"]);
    assert!(run.stdout.ends_with("removed    test_ns\n"), "{}", run.stdout);
    assert!(run.stderr.ends_with("3 unchanged, 1 removed\n"), "{}", run.stderr);
    assert!(!root.join("out/test_ns.json").exists());
    assert!(!stamp().contains("test_ns"));
    assert!(!ship(root, &["--prune"]).stdout.contains("test_ns"));
}

#[test]
fn temporary_files_of_others_are_theirs() {
    let folder = shipped();
    let out = folder.path().join("out");
    fs::write(out.join(".planout-new-dead"), "left over").expect("a file");
    fs::write(out.join(".planout-Ab3dEf"), "of a compile").expect("a file");
    assert_eq!(ship(folder.path(), &[]).status, 0);
    assert!(!out.join(".planout-new-dead").exists());
    assert!(out.join(".planout-Ab3dEf").exists());
    let listed = planout(folder.path(), &["nslist", "out", "--format", "json"]).stdout;
    assert!(!listed.contains("planout-"), "{listed}");
}

#[test]
fn names_that_are_no_names_of_files_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Directory::new(folder.path().join("out"));
    for name in ["../a", "a/b", "/a", "..", ".hidden", ""] {
        let failed = change(&store, &[("b", "1"), (name, "1")], &[], "one");
        assert!(matches!(failed, Err(StoreError::Io { .. })), "{name}");
        assert_eq!(names(folder.path()), ["out"]);
        assert_eq!(names(&folder.path().join("out")), [".planout-lock"]);
    }
}

#[test]
fn a_target_that_goes_away_is_not_made_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let store = Directory::new(&out);
    let changes = planout::store::ChangeSet { put: contents(&[("a", "1")]), ..Default::default() };
    let begin = || store.begin(Duration::ZERO).expect("a transaction");

    let transaction = begin();
    fs::remove_dir_all(&out).expect("a folder");
    let failed = transaction.commit(&changes, b"one").expect_err("there is no folder");
    assert!(failed.to_string().contains(&*out.to_string_lossy()), "{failed}");
    assert!(!out.exists());

    // Nor is another one of the same name changed, which somebody else may be at.
    let transaction = begin();
    fs::remove_dir_all(&out).expect("a folder");
    drop(begin());
    if cfg!(unix) {
        transaction.commit(&changes, b"one").expect_err("it is another folder");
        assert_eq!(names(&out), [".planout-lock"]);
    }
    assert_eq!(store.snapshot(LIMIT).expect("a snapshot"), []);
}

#[test]
fn a_target_that_cannot_be_changed_is_named() {
    let folder = unguarded_sandbox();
    let root = folder.path();
    let below = planout(root, &["ship", "sample-namespaces", "planout.toml/out"]);
    assert_failed(&below, "`planout.toml/out`", "Not a directory");
    // A target beside the source that is not there yet does not lie in it.
    let beside = planout(&root.join("sample-namespaces"), &["ship", ".", "../out"]);
    assert_eq!(beside.status, 0, "{}", beside.stderr);

    let folder = shipped();
    let out = folder.path().join("out");
    fs::remove_file(out.join("test_ns.json")).expect("a file");
    fs::create_dir(out.join("test_ns.json")).expect("a folder");
    let before = names(&out);
    let run = ship(folder.path(), &[]);
    assert_eq!(run.status, 3, "{}", run.stderr);
    assert!(run.stderr.contains("`out/test_ns.json` is a directory"), "{}", run.stderr);
    assert_eq!(names(&out), before);
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere_and_back_are_named_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let list = |link: &str, to: &str, why: &str| {
        let root = folder.path().join(link);
        fs::create_dir(&root).expect("a folder");
        let path = root.join("link.json");
        std::os::unix::fs::symlink(to, &path).expect("a link");
        let all = Directory::new(&root).with_folders(Folders::All);
        let error = all.list().expect_err("it cannot be read");
        let message = planout::diagnostic::with_causes(&error);
        let expected = format!("cannot read `{}`: {why}", path.display());
        assert!(message.starts_with(&expected), "{message}");
    };
    list("nowhere", "gone.json", "No such file or directory");
    list("back", ".", "the link leads to a folder above it");
}
