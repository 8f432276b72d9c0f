//! What strangers can leave under the hidden names of planout, in a source or in a target: links,
//! pipes, folders, and journals that planout did not write.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Run, planout, unguarded_sandbox};

/// What reads a source and what reads a target.
const READERS: [&[&str]; 8] = [
    &["check", "FOLDER"],
    &["nslist", "FOLDER", "-v"],
    &["eval", "--from", "FOLDER", "--ns", "button_color", "userid=1"],
    &["perf", "--from", "FOLDER", "--ns", "button_color", "--iterations", "1"],
    &["simulate", "--from", "FOLDER", "--ns", "button_color", "--units", "10"],
    &["plan", "FOLDER", "elsewhere"],
    &["plan", "one", "FOLDER"],
    &["ship", "--dry-run", "one", "FOLDER"],
];

/// What changes a target.
const SHIP: &[&str] = &["ship", "one", "FOLDER"];

/// A sandbox whose samples are shipped to `out`, and one of them is in `one`, too.
fn shipped() -> tempfile::TempDir {
    let folder = unguarded_sandbox();
    let run = planout(folder.path(), &["ship", "sample-namespaces", "out"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let sample = "button_color.yaml";
    fs::create_dir(folder.path().join("one")).expect("a folder");
    let (from, to) = (Path::new("sample-namespaces").join(sample), Path::new("one").join(sample));
    fs::copy(folder.path().join(from), folder.path().join(to)).expect("a copy");
    folder
}

/// Runs a command on a folder. It must end.
fn run(root: &Path, arguments: &[&str], folder: &str) -> Run {
    let arguments: Vec<_> =
        arguments.iter().map(|word| if *word == "FOLDER" { folder } else { *word }).collect();
    let mut child = Command::new(env!("CARGO_BIN_EXE_planout"))
        .args(&arguments)
        .current_dir(root)
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("planout runs");
    let start = Instant::now();
    while child.try_wait().expect("a process of ours").is_none() {
        if start.elapsed() > Duration::from_secs(60) {
            child.kill().expect("a process of ours");
            panic!("it waits for ever: {arguments:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().expect("it has ended");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let status = output.status.code().expect("it is not killed");
    Run { status, stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

/// All that is in a folder: the content of files, the targets of links.
fn all(folder: &Path) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let (path, kind) = (entry.path(), entry.file_type().expect("a kind"));
        let content = match kind {
            kind if kind.is_file() => fs::read_to_string(&path).expect("a text"),
            kind if kind.is_symlink() => format!("{:?}", fs::read_link(&path).expect("a link")),
            kind => format!("{kind:?}"),
        };
        all.insert(entry.file_name().to_string_lossy().into_owned(), content);
    }
    all
}

fn fifo(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().expect("mkfifo runs");
    assert!(made.success());
}

#[cfg(unix)]
#[test]
fn no_link_of_a_hidden_name_is_followed() {
    use std::os::unix::fs::symlink;

    for name in [".planout-lock", ".planout-journal", ".planout-revision"] {
        for target in ["precious.txt", "missing.txt"] {
            let folder = shipped();
            let root = folder.path();
            fs::write(root.join("precious.txt"), "{\"steps\": []}").expect("a file");
            let path = root.join("out").join(name);
            let _ = fs::remove_file(&path);
            symlink(Path::new("..").join(target), &path).expect("a link");
            let before = all(&root.join("out"));

            let ship = run(root, SHIP, "out");
            assert_eq!(ship.status, 3, "{name}: {}{}", ship.stdout, ship.stderr);
            let said = format!("out/{name}`: it is a link");
            assert!(ship.stderr.contains(&said), "{}", ship.stderr);
            for reader in READERS {
                let read = run(root, reader, "out");
                match name {
                    // Nobody needs it who only reads.
                    ".planout-lock" => assert_ne!(read.status, 3, "{reader:?}: {}", read.stderr),
                    _ => assert!(read.stderr.contains(&said), "{reader:?}: {}", read.stderr),
                }
            }
            let mut now = all(&root.join("out"));
            if name != ".planout-lock" {
                // The ship has signed it, and that is all.
                now.insert(".planout-lock".to_owned(), before[".planout-lock"].clone());
            }
            assert_eq!(now, before, "{name}");
            let precious = fs::read_to_string(root.join("precious.txt")).expect("a file");
            assert_eq!(precious, "{\"steps\": []}");
            assert!(!root.join("missing.txt").exists(), "{name}");
        }
    }
}

#[cfg(unix)]
#[test]
fn the_lock_is_not_signed_where_it_is_another_file_too() {
    let folder = shipped();
    let root = folder.path();
    fs::write(root.join("precious.txt"), "precious").expect("a file");
    fs::remove_file(root.join("out/.planout-lock")).expect("a lock");
    fs::hard_link(root.join("precious.txt"), root.join("out/.planout-lock")).expect("a link");
    assert_eq!(run(root, SHIP, "out").status, 0);
    assert_eq!(fs::read_to_string(root.join("precious.txt")).expect("a file"), "precious");
}

#[cfg(unix)]
#[test]
fn nobody_waits_for_a_pipe_of_a_hidden_name() {
    for name in [".planout-lock", ".planout-journal", ".planout-revision", ".planout-new-x"] {
        let folder = shipped();
        let root = folder.path();
        for place in ["out", "sample-namespaces"] {
            let path = root.join(place).join(name);
            let _ = fs::remove_file(&path);
            fifo(&path);
            for reader in READERS {
                let read = run(root, reader, place);
                if matches!(name, ".planout-journal" | ".planout-revision") {
                    assert_eq!(read.status, 3, "{reader:?}: {}", read.stdout);
                    let said = format!("{place}/{name}`: it is not a regular file");
                    assert!(read.stderr.contains(&said), "{reader:?}: {}", read.stderr);
                }
            }
        }
        let ship = run(root, SHIP, "out");
        match name {
            // What nobody needs any more goes.
            ".planout-new-x" => {
                assert_eq!(ship.status, 0, "{}", ship.stderr);
                assert!(!root.join("out/.planout-new-x").exists());
            }
            _ => assert_eq!(ship.status, 3, "{name}: {}", ship.stderr),
        }
    }
}

#[cfg(unix)]
#[test]
fn what_has_the_name_of_a_temporary_file_blocks_no_ship() {
    let folder = shipped();
    let root = folder.path();
    fs::write(root.join("precious.txt"), "precious").expect("a file");
    fs::create_dir_all(root.join("out/.planout-new-x/inside")).expect("a folder");
    fs::create_dir(root.join("out/.planout-new-y")).expect("a folder");
    fs::write(root.join("out/.planout-new-file"), "old").expect("a file");
    std::os::unix::fs::symlink("../precious.txt", root.join("out/.planout-new-link"))
        .expect("a link");
    assert_eq!(run(root, SHIP, "out").status, 0);
    let names: Vec<_> = all(&root.join("out")).into_keys().collect();
    let hidden: Vec<_> = names.iter().filter(|name| name.starts_with('.')).collect();
    let expected = [".planout-lock", ".planout-new-x", ".planout-new-y", ".planout-revision"];
    assert_eq!(hidden, expected);
    assert!(root.join("out/.planout-new-x/inside").is_dir());
    assert_eq!(fs::read_to_string(root.join("precious.txt")).expect("a file"), "precious");
}

/// A journal as a change writes it.
fn journal(steps: &[(&str, Option<&str>)]) -> String {
    let steps = steps.iter().map(|(file, new)| serde_json::json!({ "file": file, "new": new }));
    serde_json::json!({ "steps": steps.collect::<Vec<_>>() }).to_string()
}

#[test]
fn a_journal_is_carried_out_by_a_ship_to_its_folder_and_by_nothing_else() {
    for place in ["sample-namespaces", "out"] {
        let folder = shipped();
        let root = folder.path();
        let here = root.join(place);
        let text = fs::read_to_string(root.join("out/page_size.json")).expect("a file");
        fs::write(here.join(".planout-new-a"), &text).expect("a file");
        fs::write(here.join("going.json"), &text).expect("a file");
        let steps = [("coming.json", Some(".planout-new-a")), ("going.json", None)];
        fs::write(here.join(".planout-journal"), journal(&steps)).expect("a journal");
        let before = all(&here);

        for reader in READERS {
            run(root, reader, place);
            assert_eq!(all(&here), before, "{reader:?}");
        }
        // All see what it says.
        let list = run(root, &["nslist", "FOLDER"], place).stdout;
        assert!(list.contains("\ncoming ") && !list.contains("going"), "{list}");
        // Nor does a ship from it change it.
        let elsewhere = run(root, &["ship", "FOLDER", "elsewhere"], place);
        assert_eq!(elsewhere.status, 0, "{}", elsewhere.stderr);
        assert!(root.join("elsewhere/coming.json").is_file());
        assert_eq!(all(&here), before);
        // A ship to it does.
        if place == "out" {
            assert_eq!(run(root, SHIP, place).status, 0);
            let names: Vec<_> = all(&here).into_keys().filter(|it| !it.starts_with('.')).collect();
            let samples = ["button_color", "coming", "onboarding", "page_size", "test_ns"];
            assert_eq!(names, samples.map(|name| format!("{name}.json")));
            assert!(!here.join(".planout-journal").exists());
        }
    }
}

#[test]
fn journals_that_no_change_of_ours_writes_are_refused() {
    let new = Some(".planout-new-a");
    let foreign = [
        journal(&[("planout.toml", None)]),
        journal(&[("button_color.yaml", None)]),
        journal(&[("button_color.yaml", new)]),
        journal(&[("page_size", None)]),
        journal(&[(".hidden.json", new)]),
        journal(&[(".json", new)]),
        journal(&[(".planout-lock", None)]),
        journal(&[(".planout-journal", None)]),
        journal(&[("../precious.json", None)]),
        journal(&[("below/precious.json", None)]),
        journal(&[("/tmp/precious.json", None)]),
        journal(&[("..", None)]),
        journal(&[("", None)]),
        journal(&[("page_size.json", Some("precious.json"))]),
        journal(&[("page_size.json", Some(".planout-new-"))]),
        journal(&[("page_size.json", Some(".planout-new-../../precious.json"))]),
        journal(&[("page_size.json", Some("../.planout-new-a"))]),
        journal(&[("page_size.json", new), ("page_size.json", None)]),
        journal(&[("a.json", new), ("b.json", new)]),
        journal(&[("a.json", new), ("precious.txt", None)]),
        "{\"steps\": [], \"more\": 1}".to_owned(),
        "not JSON".to_owned(),
        String::new(),
    ];
    for place in ["sample-namespaces", "out"] {
        let folder = shipped();
        let root = folder.path();
        let here = root.join(place);
        fs::create_dir(here.join("below")).expect("a folder");
        for path in ["precious.json", "precious.txt", ".hidden.json", ".json", ".planout-new-a"] {
            fs::write(here.join(path), "{}").expect("a file");
        }
        fs::write(here.join("below/precious.json"), "{}").expect("a file");
        fs::write(root.join("precious.json"), "{}").expect("a file");
        for text in &foreign {
            fs::write(here.join(".planout-journal"), text).expect("a journal");
            let before = (all(&here), all(&here.join("below")), all(root));
            let said = format!("`{place}/.planout-journal`: the file is not a journal of planout");
            for reader in [READERS[0], READERS[1], SHIP] {
                let run = run(root, reader, place);
                assert_eq!(run.status, 3, "{text}: {}", run.stdout);
                assert!(run.stderr.contains(&said), "{text}: {}", run.stderr);
                assert!(run.stderr.contains("\nhelp: planout keeps a file of its own"), "{text}");
            }
            // Who tries to ship leaves a lock.
            let others = |(mut here, below, root): (BTreeMap<_, _>, _, _)| {
                here.remove(".planout-lock");
                (here, below, root)
            };
            let now = (all(&here), all(&here.join("below")), all(root));
            assert_eq!(others(now), others(before), "{text}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_journal_puts_no_link_in_the_place_of_a_namespace() {
    let folder = shipped();
    let root = folder.path();
    fs::copy(root.join("out/page_size.json"), root.join("precious.json")).expect("a copy");
    std::os::unix::fs::symlink("../precious.json", root.join("out/.planout-new-a"))
        .expect("a link");
    let text = journal(&[("page_size.json", Some(".planout-new-a"))]);
    fs::write(root.join("out/.planout-journal"), text).expect("a journal");
    for arguments in [READERS[1], SHIP] {
        let run = run(root, arguments, "out");
        assert_eq!(run.status, 3, "{arguments:?}: {}", run.stdout);
        assert!(run.stderr.contains("it is a link"), "{arguments:?}: {}", run.stderr);
    }
    let kind = fs::symlink_metadata(root.join("out/page_size.json")).expect("a file").file_type();
    assert!(kind.is_file());
}

#[cfg(unix)]
#[test]
fn nobody_waits_for_a_pipe_that_takes_the_place_of_a_namespace() {
    use std::sync::atomic::{AtomicBool, Ordering};

    let folder = unguarded_sandbox();
    let root = folder.path();
    let namespace = root.join("sample-namespaces/page_size.yaml");
    fs::copy(&namespace, root.join("file")).expect("a copy");
    fifo(&root.join("pipe"));
    let ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // Each takes the place of the other all the time.
            while !ended.load(Ordering::Relaxed) {
                for kind in ["pipe", "file"] {
                    let _ = fs::remove_file(root.join("next"));
                    fs::hard_link(root.join(kind), root.join("next")).expect("a link");
                    fs::rename(root.join("next"), &namespace).expect("its place");
                }
            }
        });
        let runs = std::panic::catch_unwind(|| {
            for _ in 0..60 {
                run(root, &["nslist", "FOLDER"], "sample-namespaces");
            }
        });
        ended.store(true, Ordering::Relaxed);
        runs.expect("each ends");
    });
}

#[test]
fn a_huge_journal_takes_no_memory() {
    let folder = shipped();
    let file = fs::File::create(folder.path().join("out/.planout-journal")).expect("a file");
    // Nothing of it takes room on the disk.
    file.set_len(1 << 40).expect("a size");
    let command = "ulimit -d 400000; planout nslist out; echo status $?";
    let said = crate::support::shell(command, folder.path());
    assert!(said.contains("is not a journal of planout"), "{said}");
    assert!(said.contains("status 3"), "{said}");
}
