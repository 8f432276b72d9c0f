//! Disks that are full, that cannot be written, and files that cannot be replaced: a ship fails,
//! says where, and leaves what was there.
//!
//! A full disk of its own can only be had by mounting one. Where that is not allowed, what is left
//! out is printed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Run, planout, shell, unguarded_sandbox};

/// A file system in memory, as long as the value lives.
struct Disk(PathBuf);

impl Disk {
    /// Mounts one in a folder, with as many KiB.
    fn mount(folder: &Path, size: usize) -> Option<Disk> {
        let path = folder.join("out");
        fs::create_dir(&path).expect("a folder");
        let options = format!("size={size}k,nr_inodes=64");
        if run("mount", &["-t", "tmpfs", "-o", &options, "none", path.to_str()?]) {
            Some(Disk(path))
        } else {
            eprintln!("skipped: a file system cannot be mounted here");
            None
        }
    }

    fn remount(&self, how: &str) {
        let path = self.0.to_str().expect("a path in UTF-8");
        assert!(run("mount", &["-o", &format!("remount,{how}"), path]));
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        run("umount", &[self.0.to_str().unwrap_or_default()]);
    }
}

/// Whether a command succeeds. It may well not be there.
fn run(command: &str, arguments: &[&str]) -> bool {
    Command::new(command).args(arguments).output().is_ok_and(|output| output.status.success())
}

/// All files of the target with their content. The lock says who was there last.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder.join("out")).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut files: BTreeMap<_, _> = paths
        .map(|path| {
            let bytes = fs::read(&path).expect("a file");
            (path.file_name().expect("a name").to_string_lossy().into_owned(), bytes)
        })
        .collect();
    files.remove(".planout-lock");
    files
}

fn ship(folder: &Path) -> Run {
    planout(folder, &["ship", "sample-namespaces", "out"])
}

/// Changes all sources, so that what they are compiled to is longer by some bytes.
fn grow(folder: &Path, by: usize) {
    for entry in fs::read_dir(folder.join("sample-namespaces")).expect("a folder") {
        let path = entry.expect("an entry").path();
        let text = fs::read_to_string(&path).expect("a sample");
        let long = format!("    long = '{}';\n", "x".repeat(by));
        let definition = "assign: !planout |\n";
        assert!(text.contains(definition), "{text}");
        let text = text.replacen(definition, &format!("{definition}  {long}"), 1);
        fs::write(path, text).expect("a file");
    }
}

fn assert_failed(run: &Run, path: &str, reason: &str) {
    assert_eq!(run.status, 3, "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains(path) && run.stderr.contains(reason), "{}", run.stderr);
}

#[test]
fn a_file_that_is_too_large_for_the_disk_leaves_no_trace() {
    let folder = unguarded_sandbox();
    assert_eq!(ship(folder.path()).status, 0);
    grow(folder.path(), 10_000);
    let before = files(folder.path());
    // The limit is in units of 512 or of 1024 bytes. Its signal would end the process at once.
    let command = "trap '' XFSZ; ulimit -f 8; planout ship sample-namespaces out; echo $?";
    let text = shell(command, folder.path());
    assert!(text.contains("cannot write `out/") && text.ends_with("\n3\n"), "{text}");
    assert!(text.contains("too large"), "{text}");
    assert_eq!(files(folder.path()), before);
}

#[test]
fn a_full_disk_keeps_what_it_had() {
    let folder = unguarded_sandbox();
    let root = folder.path();
    let Some(_disk) = Disk::mount(root, 256) else { return };
    assert_eq!(ship(root).status, 0);
    let before = files(root);
    grow(root, 60_000);
    assert_failed(&ship(root), "`out/", "No space left on device");
    assert_eq!(files(root), before);

    // Nor is there a file left where files, not bytes, run out.
    grow(root, 1);
    for number in 0.. {
        if fs::write(root.join(format!("out/{number}.txt")), "").is_err() {
            break;
        }
    }
    let before = files(root);
    assert_failed(&ship(root), "`out/", "No space left on device");
    assert_eq!(files(root), before);
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "there are no failpoints in a release")]
fn a_target_that_is_read_only_stays_and_can_be_read() {
    let folder = unguarded_sandbox();
    let root = folder.path();
    let Some(disk) = Disk::mount(root, 1024) else { return };
    assert_eq!(ship(root).status, 0);
    let list = || {
        let run = planout(root, &["nslist", "out", "-m", "full"]);
        assert_eq!(run.status, 0, "{}", run.stderr);
        run.stdout
    };
    let (before, old) = (files(root), list());
    grow(root, 10);
    disk.remount("ro");
    assert_failed(&ship(root), "`out/.planout-lock`", "Read-only file system");
    assert_eq!(files(root), before);
    assert_eq!(list(), old);

    // It became read-only when the change was made, and not done: all see it whole.
    disk.remount("rw");
    assert_eq!(ship(root).status, 0);
    let new = list();
    assert_ne!(new, old);
    let mut seen = Vec::new();
    for step in 1.. {
        fs::remove_dir_all(root.join("out")).expect_err("a file system is mounted there");
        for (name, bytes) in &before {
            fs::write(root.join("out").join(name), bytes).expect("a file");
        }
        let command =
            format!("PLANOUT_FAILPOINT=kill:{step} planout -q ship sample-namespaces out; echo $?");
        let is_done = shell(&command, root).ends_with("\n0\n");
        disk.remount("ro");
        let now = list();
        assert!(now == old || now == new, "step {step}");
        seen.push(now == new);
        disk.remount("rw");
        assert_eq!(list(), now);
        if is_done {
            break;
        }
    }
    assert!(seen.is_sorted() && seen.contains(&false), "{seen:?}");
    assert!(seen.iter().filter(|new| **new).count() > 4, "{seen:?}");
}

#[test]
fn a_file_that_cannot_be_replaced_undoes_the_others() {
    let folder = unguarded_sandbox();
    let root = folder.path();
    assert_eq!(ship(root).status, 0);
    grow(root, 10);
    let before = files(root);
    for name in before.keys() {
        let path = root.join("out").join(name);
        let path = path.to_str().expect("a path in UTF-8");
        if !run("chattr", &["+i", path]) {
            eprintln!("skipped: a file cannot be made immutable here");
            return;
        }
        let failed = ship(root);
        assert!(run("chattr", &["-i", path]));
        assert_failed(&failed, &format!("`out/{name}`"), "Operation not permitted");
        assert_eq!(files(root), before, "{name}");
    }
    assert_eq!(ship(root).status, 0);
    assert_ne!(files(root), before);
}
