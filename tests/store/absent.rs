//! A target that does not exist is empty; nothing else is. What cannot be read in one is an error.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use crate::support::{Run, planout, unguarded_sandbox};

/// What asks what is at a target before it is shipped to.
const READERS: [&[&str]; 4] = [
    &["plan", "sample-namespaces", "TARGET", "--detailed-exitcode"],
    &["ship", "--dry-run", "sample-namespaces", "TARGET"],
    &["ship", "--units", "ids.txt", "sample-namespaces", "TARGET"],
    &["ship", "sample-namespaces", "TARGET"],
];

/// What asks a configured target, and its source where that does not exist yet.
const FALL_BACK: [&[&str]; 3] =
    [&["eval", "--ns", "button_color", "userid=1"], &["nslist"], &["plan", "--detailed-exitcode"]];

fn run(root: &Path, arguments: &[&str], target: &str) -> Run {
    let arguments: Vec<_> =
        arguments.iter().map(|word| if *word == "TARGET" { target } else { *word }).collect();
    planout(root, &arguments)
}

/// A sandbox with a target that is not as it should be.
fn prepare(spoil: impl Fn(&Path)) -> tempfile::TempDir {
    let folder = unguarded_sandbox();
    let root = folder.path();
    fs::write(root.join("ids.txt"), "1\n2\n").expect("a file");
    spoil(root);
    folder
}

/// Checks that all commands fail with status 3 and name what cannot be read.
#[track_caller]
fn refused(target: &str, named: &str, spoil: impl Fn(&Path)) {
    let folder = prepare(spoil);
    let root = folder.path();
    for reader in READERS {
        let run = run(root, reader, target);
        assert_eq!(run.status, 3, "{reader:?}: {}{}", run.stdout, run.stderr);
        assert!(run.stderr.contains(named), "{reader:?}: {}", run.stderr);
        assert_eq!(run.stdout, "", "{reader:?}");
    }
    let config = format!("source = 'sample-namespaces'\ntarget = '{target}'\n");
    fs::write(root.join("planout.toml"), config).expect("a file");
    for reader in FALL_BACK {
        let run = run(root, reader, target);
        assert_eq!(run.status, 3, "{reader:?}: {}{}", run.stdout, run.stderr);
        assert!(run.stderr.contains(named), "{reader:?}: {}", run.stderr);
    }
}

#[test]
fn what_leads_nowhere_or_in_a_circle_in_a_target_is_not_an_empty_target() {
    for link in ["x.json", "button_color.json"] {
        let inside = |to: &'static str| {
            move |root: &Path| {
                fs::create_dir(root.join("out")).expect("a folder");
                symlink(to, root.join("out").join(link)).expect("a link");
            }
        };
        refused("out", &format!("`out/{link}`"), inside("missing.json"));
        refused("out", &format!("`out/{link}`"), inside(link));
        refused("out/", &format!("`out/{link}`"), inside("missing/missing.json"));
    }
}

#[test]
fn a_target_that_is_a_link_leading_nowhere_is_not_an_empty_target() {
    let link = |root: &Path| symlink("missing", root.join("out")).expect("a link");
    for target in ["out", "out/", "./out/.", "out/below", "out/below/deeper"] {
        refused(target, "the link leads nowhere", link);
    }
    let circle = |root: &Path| symlink("out", root.join("out")).expect("a link");
    refused("out", "`out`", circle);
    refused("out/below", "`out/below`", circle);
}

#[test]
fn a_target_below_a_file_is_not_an_empty_target() {
    let file = |root: &Path| fs::write(root.join("file"), "").expect("a file");
    refused("file/out", "`file/out`", file);
    refused("file/out/below", "`file/out/below`", file);
}

fn fifo(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().expect("mkfifo runs");
    assert!(made.success());
}

#[test]
fn what_is_neither_a_file_nor_a_folder_is_not_an_empty_target() {
    refused("out", "`out` is neither a file nor a directory", |root| fifo(&root.join("out")));
    let link = |root: &Path| symlink("/dev/null", root.join("out")).expect("a link");
    refused("out", "`out` is neither a file nor a directory", link);
    for name in ["x.json", "button_color.json"] {
        let named = format!("`out/{name}` is neither a file nor a directory");
        refused("out", &named, |root| {
            fs::create_dir(root.join("out")).expect("a folder");
            fifo(&root.join("out").join(name));
        });
        refused("out", &named, |root| {
            fs::create_dir(root.join("out")).expect("a folder");
            symlink("/dev/zero", root.join("out").join(name)).expect("a link");
        });
    }
}

/// What can be in the place of a namespace, and what is said of it.
type Thing = (fn(&Path), &'static str);

const THINGS: [Thing; 6] = [
    (|path| fs::create_dir(path).expect("a folder"), "is a directory, not a file"),
    (
        |path| symlink(path.with_file_name(".."), path).expect("a link"),
        "is a directory, not a file",
    ),
    // This leads to the folder that it is in.
    (|path| symlink(".", path).expect("a link"), "is a directory, not a file"),
    (fifo, "is neither a file nor a directory"),
    (|path| drop(UnixListener::bind(path).expect("a socket")), "is neither a file nor a directory"),
    (|path| symlink("/dev/zero", path).expect("a link"), "is neither a file nor a directory"),
];

#[test]
fn what_has_the_name_of_a_namespace_in_a_target_is_a_file() {
    for (make, said) in THINGS {
        for name in ["x.json", "button_color.json", "x.yaml", "x.yml", "x.p4j"] {
            refused("out", &format!("`out/{name}` {said}"), |root| {
                fs::create_dir(root.join("out")).expect("a folder");
                make(&root.join("out").join(name));
            });
        }
        // What is hidden, or does not have such a name, is not looked at.
        for name in [".hidden.json", "json", "x.txt"] {
            let folder = prepare(|root| {
                fs::create_dir(root.join("out")).expect("a folder");
                make(&root.join("out").join(name));
            });
            for (reader, status) in READERS.iter().zip([10, 0, 0, 0]) {
                let run = run(folder.path(), reader, "out");
                assert_eq!(run.status, status, "{reader:?}: {}", run.stderr);
            }
        }
    }
}

#[test]
fn what_has_the_name_of_a_namespace_in_a_source_is_a_file() {
    for (make, said) in THINGS {
        for name in ["x.yaml", "x.yml", "x.p4j", "x.json"] {
            let place = format!("sample-namespaces/{name}");
            let folder = prepare(|root| make(&root.join(&place)));
            for arguments in [
                &["check", "sample-namespaces"][..],
                &["check", "sample-namespaces", "--recursive"],
                &["nslist", "sample-namespaces"],
                &["eval", "--from", "sample-namespaces", "--ns", "button_color", "userid=1"],
                &[
                    "simulate",
                    "--from",
                    "sample-namespaces",
                    "--ns",
                    "button_color",
                    "--units",
                    "1",
                ],
                &["plan", "sample-namespaces", "out"],
                &["ship", "sample-namespaces", "out"],
                &["fmt", "--check", "sample-namespaces"],
            ] {
                let run = planout(folder.path(), arguments);
                let all = format!("{arguments:?}, {name}: {}{}", run.stdout, run.stderr);
                assert_eq!(run.status, 3, "{all}");
                // Who goes into all folders finds out that this one is where he was.
                let is_loop = run.stderr.contains("the link leads to a folder above it");
                let named = run.stderr.contains(&format!("`{place}` {said}"));
                assert!(named || (is_loop && arguments.contains(&"--recursive")), "{all}");
            }
        }
    }
}

#[test]
fn a_location_may_have_the_name_of_a_namespace() {
    let folder = prepare(|root| {
        fs::rename(root.join("sample-namespaces"), root.join("all.yaml")).expect("a folder");
    });
    for arguments in [&["check", "all.yaml"][..], &["ship", "all.yaml", "all.json"]] {
        let run = planout(folder.path(), arguments);
        assert_eq!(run.status, 0, "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn a_configuration_that_is_found_is_a_file() {
    let check: &[&str] = &["check", "sample-namespaces"];
    for spoil in [
        |path: &Path| fifo(path),
        |path: &Path| symlink("/dev/zero", path).expect("a link"),
        |path: &Path| symlink("missing", path).expect("a link"),
        |path: &Path| fs::create_dir(path).expect("a folder"),
    ] {
        let folder = prepare(|root| {
            let path = root.join("planout.toml");
            let _ = fs::remove_file(&path);
            spoil(&path);
        });
        let run = planout(folder.path(), check);
        assert_ne!(run.status, 0, "{}{}", run.stdout, run.stderr);
        assert!(run.stderr.contains("`planout.toml`"), "{}", run.stderr);
    }
}

#[test]
fn a_target_that_does_not_exist_is_empty() {
    for target in ["out", "new/out", "new/../out", "link/out"] {
        let folder = prepare(|root| {
            fs::create_dir(root.join("real")).expect("a folder");
            symlink("real", root.join("link")).expect("a link");
        });
        let root = folder.path();
        let plan = run(root, READERS[0], target);
        assert_eq!(plan.status, 10, "{target}: {}", plan.stderr);
        assert!(plan.stdout.starts_with("plan: safe changes: 4 created\n"), "{}", plan.stdout);
        let config = format!("source = 'sample-namespaces'\ntarget = '{target}'\n");
        fs::write(root.join("planout.toml"), config).expect("a file");
        for reader in &FALL_BACK[..2] {
            let run = run(root, reader, target);
            assert_eq!(run.status, 0, "{reader:?}: {}{}", run.stdout, run.stderr);
        }
        for reader in &READERS[1..] {
            let run = run(root, reader, target);
            assert_eq!(run.status, 0, "{target}: {}", run.stderr);
        }
    }
}

#[test]
fn what_is_configured_as_a_target_is_read_as_one_that_is_named() {
    let folder = prepare(|root| symlink("missing", root.join("out")).expect("a link"));
    let root = folder.path();
    let config = "source = 'sample-namespaces'\ntarget = 'out'\n";
    fs::write(root.join("planout.toml"), config).expect("a file");
    for arguments in [
        &["plan", "@source", "@target"][..],
        &["plan", "--against", "@target"],
        &["nslist", "@target"],
        &["eval", "--from", "@target", "--ns", "button_color", "userid=1"],
    ] {
        let run = planout(root, arguments);
        assert_eq!(run.status, 3, "{arguments:?}: {}{}", run.stdout, run.stderr);
        assert!(run.stderr.contains("`out`: the link leads nowhere"), "{}", run.stderr);
    }
}

#[test]
fn a_revision_is_not_an_empty_target() {
    let folder = prepare(|_| ());
    let root = folder.path();
    for target in ["git:HEAD", "git:HEAD:out"] {
        for reader in READERS {
            let run = run(root, reader, target);
            assert_eq!(run.status, 2, "{reader:?}: {}{}", run.stdout, run.stderr);
            let said = format!("error: cannot ship to `{target}`: it is a revision of git\nhelp: ");
            assert!(run.stderr.starts_with(&said), "{}", run.stderr);
        }
        assert!(!root.join(target).exists());
        let ship = planout(root, &["ship", "sample-namespaces", &format!("./{target}")]);
        assert_eq!(ship.status, 0, "{}", ship.stderr);
    }
}
