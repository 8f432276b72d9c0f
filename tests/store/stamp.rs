//! What a ship says of itself beside what it ships.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, UNIX_EPOCH};

use planout::ship::{Fingerprint, Origin, Revision, Stamp};

use super::contents;
use crate::support::{planout, unguarded_sandbox};

#[test]
fn a_stamp_is_json_and_back() {
    let source = Revision { commit: "0123abcd".to_owned(), dirty: true };
    let time = UNIX_EPOCH + Duration::new(1_234_567_890, 999_999_999);
    for source in [None, Some(source)] {
        let origin = Origin { time, source };
        let stamp = Stamp::new(&origin, &contents(&[("größe", "abc"), ("b\"", "")]));
        assert_eq!(stamp.shipped_at, "2009-02-13T23:31:30Z");
        assert_eq!(stamp.namespaces["größe"].sha1, "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(Stamp::from_json(stamp.to_json().as_bytes()).expect("a stamp"), stamp);
    }
    for wrong in ["", "{}", "[]", "\u{feff}{}", "{\"shipped_at\": 1}"] {
        assert!(Stamp::from_json(wrong.as_bytes()).is_err(), "{wrong}");
    }
}

fn ship(folder: &Path) -> Stamp {
    assert_eq!(planout(folder, &["ship", "sample-namespaces", "out"]).status, 0);
    let bytes = fs::read(folder.join("out/.planout-revision")).expect("a stamp");
    Stamp::from_json(&bytes).expect("a stamp")
}

fn change(folder: &Path, count: usize) {
    let path = folder.join("sample-namespaces/button_color.yaml");
    let text = fs::read_to_string(&path).expect("a sample");
    let segments = text.find("segments: 1").expect("a number of segments") + "segments: 1".len();
    let text = format!("{}{}{}", &text[..segments], "0".repeat(count), &text[segments..]);
    fs::write(path, text).expect("a file");
}

#[test]
fn a_ship_leaves_a_stamp_of_all_that_is_there() {
    let folder = unguarded_sandbox();
    let root = folder.path();
    let stamp = ship(root);
    assert_eq!(stamp.planout, env!("CARGO_PKG_VERSION"));
    assert_eq!(stamp.source, None, "the sandbox is in no repository");
    assert_eq!(stamp.namespaces.len(), 4);
    for (name, fingerprint) in &stamp.namespaces {
        let bytes = fs::read(root.join(format!("out/{name}.json"))).expect("a file");
        assert_eq!(*fingerprint, Fingerprint::of(&bytes));
    }
    // A ship that changes nothing leaves the stamp of the one that did.
    assert_eq!(ship(root), stamp);

    let list = |more: &str| planout(root, &["nslist", "out", more]);
    let run = list("-v");
    let shipped = format!("\nshipped: {} by planout {}\n", stamp.shipped_at, stamp.planout);
    assert!(run.stderr.contains(&shipped), "{}", run.stderr);
    assert!(!run.stderr.contains("since"), "{}", run.stderr);
    assert!(!list("-q").stderr.contains("shipped"));
    let path = root.join("out/test_ns.json");
    let text = fs::read_to_string(&path).expect("a file");
    fs::write(root.join("out/copy.json"), &text).expect("a file");
    fs::write(path, text + " ").expect("a file");
    let run = list("-v");
    assert!(run.stderr.contains("; `copy` was not put there by a ship\n"), "{}", run.stderr);
    assert!(run.stderr.contains("; `test_ns` was changed there since; "), "{}", run.stderr);
    fs::write(root.join("out/.planout-revision"), "{").expect("a file");
    assert!(list("-v").stderr.contains("stamp of the last ship cannot be read"));
    assert_eq!(list("-v").status, 0);
}

#[test]
fn a_stamp_names_the_commit_of_the_source() {
    let folder = unguarded_sandbox();
    let root = folder.path();
    let git = |arguments: &[&str]| {
        let who = ["-c", "user.name=Test", "-c", "user.email=test@localhost"];
        let output = Command::new("git").args(who).args(arguments).current_dir(root).output();
        output.ok().filter(|output| output.status.success()).map(|output| output.stdout)
    };
    if git(&["init"]).is_none() {
        eprintln!("skipped: there is no git here");
        return;
    }
    // A repository without a commit has no revision.
    assert_eq!(ship(root).source, None);
    git(&["add", "sample-namespaces"]).expect("files are added");
    git(&["commit", "-m", "all"]).expect("a commit");
    let commit = git(&["rev-parse", "HEAD"]).expect("a commit");
    let commit = String::from_utf8(commit).expect("a commit in digits").trim().to_owned();

    change(root, 1);
    let revision = |dirty| Some(Revision { commit: commit.clone(), dirty });
    assert_eq!(ship(root).source, revision(true));
    let run = planout(root, &["nslist", "out", "-v"]);
    let expected = format!("from commit {commit} with changes that are not committed\n");
    assert!(run.stderr.contains(&expected), "{}", run.stderr);
    // What else there is in the repository does not matter.
    git(&["checkout", "sample-namespaces"]).expect("the files of the commit");
    fs::write(root.join("other.txt"), "other").expect("a file");
    assert_eq!(ship(root).source, revision(false));
}
