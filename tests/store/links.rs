//! What stays of a file that is replaced, and links, which nothing is written through.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};

use crate::support::{planout, shell, skip, unguarded_sandbox};

/// Every command that writes a file, with that file.
const WRITERS: [(&[&str], &str); 8] = [
    (&["ship", "sample-namespaces", "out"], "out/button_color.json"),
    (&["ship", "sample-namespaces", "out"], "out/.planout-revision"),
    (&["compile", "x = 1;", "out.json"], "out.json"),
    (&["plan", "sample-namespaces", "out", "--out", "plan.json"], "plan.json"),
    (&["fmt", "x.planout"], "x.planout"),
    (&["stop", "button_color", "Colors", "--source", "sample-namespaces"], BUTTON),
    (&["ramp", BUTTON, "--definition", "Colors", "--name", "more", "--segments", "1"], BUTTON),
    (
        &["eval", "--ns", "button_color", "--batch", "in.csv", "-o", "out.csv", "--from", BUTTON],
        "out.csv",
    ),
];

const BUTTON: &str = "sample-namespaces/button_color.yaml";

/// A sandbox in which each of these commands has something to write, over a file that is there.
fn prepare() -> tempfile::TempDir {
    let folder = unguarded_sandbox();
    let root = folder.path();
    assert_eq!(planout(root, &["ship", "sample-namespaces", "out"]).status, 0);
    fs::write(root.join("in.csv"), "userid\n1\n").expect("a file");
    for name in ["out.json", "plan.json", "out.csv"] {
        fs::write(root.join(name), "old").expect("a file");
    }
    fs::write(root.join("x.planout"), "x=1;").expect("a file");
    let json = fs::read_to_string(root.join("out/button_color.json")).expect("a file");
    fs::write(root.join("out/button_color.json"), json.replace("Join", "Enter")).expect("a file");
    folder
}

#[test]
fn nothing_is_written_through_a_link() {
    for (arguments, file) in WRITERS {
        for is_dangling in [false, true] {
            let folder = prepare();
            let root = folder.path();
            let elsewhere = tempfile::tempdir().expect("a folder");
            let to = elsewhere.path().join("elsewhere");
            let is_source = file == BUTTON || file == "x.planout";
            if is_dangling && (is_source || file.starts_with("out/")) {
                // It cannot be read, which other tests are about.
                continue;
            }
            let content = fs::read(root.join(file)).expect("a file");
            fs::remove_file(root.join(file)).expect("a file");
            if !is_dangling {
                fs::write(&to, &content).expect("a file");
            }
            symlink(&to, root.join(file)).expect("a link");
            let run = planout(root, arguments);
            let status = if file.ends_with("revision") { 3 } else { 1 };
            assert_eq!(run.status, status, "{arguments:?}: {}{}", run.stdout, run.stderr);
            let said = match status {
                1 => format!("`{file}` is a link to `{}`", to.display()),
                _ => format!("`{file}`: it is a link"),
            };
            assert!(run.stderr.contains(&said), "{arguments:?}: {}", run.stderr);
            assert!(run.stderr.contains("\nhelp: "), "{arguments:?}: {}", run.stderr);
            let now = fs::symlink_metadata(root.join(file)).expect("a link");
            assert!(now.is_symlink(), "{arguments:?}");
            if is_dangling {
                assert!(!to.exists(), "{arguments:?}")
            } else {
                assert_eq!(fs::read(&to).expect("a file"), content, "{arguments:?}")
            }
        }
    }
}

#[test]
fn a_link_in_a_target_is_read_and_left_alone_where_it_says_the_same() {
    let folder = unguarded_sandbox();
    let root = folder.path();
    assert_eq!(planout(root, &["ship", "sample-namespaces", "out"]).status, 0);
    fs::rename(root.join("out/page_size.json"), root.join("page_size.json")).expect("a file");
    symlink("../page_size.json", root.join("out/page_size.json")).expect("a link");
    let run = planout(root, &["ship", "sample-namespaces", "out"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(run.stdout.contains("unchanged  page_size\n"), "{}", run.stdout);
    // Nor is it removed.
    fs::remove_file(root.join("sample-namespaces/page_size.yaml")).expect("a file");
    let prune =
        ["ship", "sample-namespaces", "out", "--prune", "--allow-reassignment", "page_size"];
    let run = planout(root, &prune);
    assert_eq!(run.status, 1, "{}", run.stdout);
    assert!(run.stderr.contains("`out/page_size.json` is a link"), "{}", run.stderr);
    assert!(root.join("out/page_size.json").exists());
}

#[test]
fn the_names_of_open_streams_are_written_to() {
    let folder = unguarded_sandbox();
    let root = folder.path();
    let command = "planout compile 'x = 1;' /dev/stdout --no-pretty > to.json; cat to.json; \
                   planout compile 'x = 1;' /dev/stdout --no-pretty | cat; \
                   planout compile 'x = 1;' /dev/fd/5 --no-pretty 5>> to.json; wc -l < to.json; \
                   echo userid > in.csv; echo 1 >> in.csv; \
                   planout eval --ns page_size --from sample-namespaces --batch in.csv -q \
                   -o /dev/stdout > out.csv; wc -l < out.csv";
    let json = r#"{"op":"seq","seq":[{"op":"set","var":"x","value":1.0}]}"#;
    let text = shell(command, root);
    assert!(text.starts_with(&format!("{json}\n{json}\n")), "{text}");
    let counts: Vec<_> = text.lines().skip(2).map(str::trim).collect();
    assert_eq!(counts, ["2", "1"], "{text}");
}

/// What [`prepare`] makes, with a file that is somebody else's; `None` where files cannot be given away.
fn given_away(file: &str) -> Option<tempfile::TempDir> {
    let folder = prepare();
    match chown(folder.path().join(file), Some(12_345), Some(12_346)) {
        Ok(()) => Some(folder),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            skip("only the superuser can give files away");
            None
        }
        Err(error) => panic!("{file}: {error}"),
    }
}

#[test]
fn a_file_that_is_replaced_keeps_its_owner_and_its_mode() {
    for (arguments, file) in WRITERS {
        let Some(folder) = given_away(file) else { return };
        let root = folder.path();
        let path = root.join(file);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("a mode");
        let before = fs::read(&path).expect("a file");
        let run = planout(root, arguments);
        assert_eq!(run.status, 0, "{arguments:?}: {}", run.stderr);
        // A ship within the same second has the same stamp.
        let is_same = fs::read(&path).expect("a file") == before;
        assert!(!is_same || file.ends_with("revision"), "{arguments:?}");
        let now = fs::metadata(&path).expect("a file");
        let now = (now.uid(), now.gid(), now.mode() & 0o7777);
        assert_eq!(now, (12_345, 12_346, 0o640), "{arguments:?}");
        assert!(!run.stderr.contains("belongs to"), "{arguments:?}: {}", run.stderr);
    }
}

/// A list by which another user may write a file, and the file's own group may not.
#[cfg(target_os = "linux")]
fn acl() -> Vec<u8> {
    let nobody = u32::MAX;
    // The owner, another user, the group, the largest rights of both, and all others.
    let entries: [(u16, u16, u32); 5] =
        [(1, 6, nobody), (2, 6, 1234), (4, 0, nobody), (16, 6, nobody), (32, 0, nobody)];
    let mut bytes = 2_u32.to_le_bytes().to_vec();
    for (tag, rights, user) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(rights.to_le_bytes());
        bytes.extend(user.to_le_bytes());
    }
    bytes
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_is_replaced_keeps_its_access_control_list() {
    use rustix::fs::{XattrFlags, lgetxattr, lsetxattr};

    let name = "system.posix_acl_access";
    for (arguments, file) in WRITERS {
        let folder = prepare();
        let path = folder.path().join(file);
        if lsetxattr(&path, name, &acl(), XattrFlags::empty()).is_err() {
            return skip("the file system has no access control lists");
        }
        let run = planout(folder.path(), arguments);
        assert_eq!(run.status, 0, "{arguments:?}: {}", run.stderr);
        let mut list = vec![0; 1024];
        let size = lgetxattr(&path, name, &mut list[..]).expect("a list");
        assert_eq!(list[..size], acl(), "{arguments:?}");
        assert_eq!(fs::metadata(&path).expect("a file").mode() & 0o7777, 0o660, "{arguments:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_list_of_the_folder_gives_nobody_rights_to_a_file_that_had_none() {
    use rustix::fs::{XattrFlags, lgetxattr, lsetxattr};

    for (arguments, file) in WRITERS {
        let folder = prepare();
        let path = folder.path().join(file);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o660)).expect("a mode");
        let parent = path.parent().expect("a folder");
        if lsetxattr(parent, "system.posix_acl_default", &acl(), XattrFlags::empty()).is_err() {
            return skip("the file system has no access control lists");
        }
        let run = planout(folder.path(), arguments);
        assert_eq!(run.status, 0, "{arguments:?}: {}", run.stderr);
        let list = lgetxattr(&path, "system.posix_acl_access", &mut [0; 1024][..]);
        assert!(list.is_err(), "{arguments:?}");
        assert_eq!(fs::metadata(&path).expect("a file").mode() & 0o7777, 0o660, "{arguments:?}");
    }
}

#[test]
fn an_owner_that_cannot_be_kept_is_said() {
    for (arguments, file) in WRITERS {
        let Some(folder) = given_away(file) else { return };
        let root = folder.path();
        let words: Vec<_> = arguments.iter().map(|word| format!("'{word}'")).collect();
        // The superuser without the right to give files away.
        let command = format!(
            "setpriv --bounding-set -chown --inh-caps -chown planout {}; echo status $?",
            words.join(" ")
        );
        let text = shell(&command, root);
        if text.contains("setpriv: not found") || text.contains("setpriv: command not found") {
            skip("there is no `setpriv`");
            return;
        }
        assert!(text.contains("status 0"), "{command}: {text}");
        let said = format!("warning: `{file}` now belongs to another user or group");
        assert!(text.contains(&said), "{command}: {text}");
        assert_eq!(fs::metadata(root.join(file)).expect("a file").uid(), 0);
    }
}

#[test]
fn no_message_names_a_temporary_file() {
    for arguments in [
        &["compile", "x = 1;", "no/out.json"][..],
        &["plan", "sample-namespaces", "out", "--out", "no/plan.json"],
        &["eval", "--ns", "page_size", "--from", "out", "--batch", "in.csv", "-o", "no/out.csv"],
    ] {
        let folder = prepare();
        let run = planout(folder.path(), arguments);
        assert_eq!(run.status, 3, "{arguments:?}: {}", run.stderr);
        let path = arguments.iter().find(|word| word.starts_with("no/")).expect("an output");
        let said = format!("cannot write `{path}`: No such file or directory (os error 2)\n");
        assert!(run.stderr.ends_with(&said), "{arguments:?}: {}", run.stderr);
    }
}
