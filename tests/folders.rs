//! Folders below a directory: left out and named, unless they are asked for.

use std::fs;
use std::path::Path;
use std::process::Command;

use planout::store::{Directory, Folders, Item, Source};
use planout::{Catalog, Dialect};

use crate::support::{Run, planout, sandbox};

const NOTE: &str = "`sample-namespaces/archive` was left out: `--recursive` reads the folders below \
     `sample-namespaces`, too";

/// The samples, one of which was put into an archive under another name, and a script.
fn archive() -> tempfile::TempDir {
    let folder = sandbox();
    let samples = folder.path().join("sample-namespaces");
    fs::create_dir(samples.join("archive")).expect("a folder");
    let archived = samples.join("archive/old_ns.yaml");
    fs::copy(samples.join("button_color.yaml"), archived).expect("a copy");
    fs::write(samples.join("archive/old.planout"), "x  =  1;").expect("a file");
    // Neither holds namespaces.
    fs::create_dir_all(samples.join("docs/.hidden")).expect("a folder");
    fs::write(samples.join("docs/README.md"), "# Docs").expect("a file");
    fs::copy(samples.join("test_ns.yaml"), samples.join("docs/.hidden/a.yaml")).expect("a copy");
    folder
}

fn configure(folder: &Path, line: &str) {
    let path = folder.join("planout.toml");
    let text = fs::read_to_string(&path).expect("the configuration");
    fs::write(&path, format!("{line}\n{text}")).expect("the configuration");
}

/// Each command that reads a folder: its arguments, and what stands in its streams only if it has
/// read the archive.
const COMMANDS: &[(&[&str], &str)] = &[
    (&["check"], "archive/old_ns.yaml:5"),
    (&["check", "sample-namespaces"], "archive/old_ns.yaml:5"),
    (&["fmt", "--check"], "old.planout"),
    (&["ship", "sample-namespaces", "out", "--dry-run"], "created    old_ns"),
    (&["plan", "sample-namespaces", "out", "--sample", "0"], "old_ns: created"),
    (&["nslist", "sample-namespaces", "-m", "experiments"], "old_ns,Colors"),
    (&["eval", "--ns", "old_ns", "userid=1"], "old_ns: "),
    (&["simulate", "--ns", "old_ns", "--units", "1000"], "old_ns: 1000 units"),
    (&["perf", "--ns", "old_ns", "--iterations", "10"], "per second"),
    (
        &[
            "ramp",
            "old_ns",
            "--definition",
            "Colors",
            "--name",
            "c2",
            "--segments",
            "1",
            "--dry-run",
        ],
        "c2  starts",
    ),
    (&["stop", "old_ns", "Colors", "--dry-run"], "Colors  ends"),
];

#[test]
fn every_command_leaves_them_out_and_says_so() {
    let folder = archive();
    for (arguments, sign) in COMMANDS {
        let run = planout(folder.path(), arguments);
        let both = format!("{}{}", run.stdout, run.stderr);
        assert!(!both.contains(sign), "{arguments:?}: {both}");
        assert_eq!(run.stderr.matches(NOTE).count(), 1, "{arguments:?}: {}", run.stderr);
        assert!(!both.contains("docs"), "{arguments:?}: {both}");
        // Nobody who has chosen to hear nothing hears it.
        let run = planout(folder.path(), &[*arguments, &["-q"]].concat());
        assert!(!run.stderr.contains("left out"), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn every_command_reads_them_when_asked_or_configured() {
    let flag = archive();
    let file = archive();
    configure(file.path(), "recursive = true");
    for (arguments, sign) in COMMANDS {
        let asked = planout(flag.path(), &[*arguments, &["--recursive"]].concat());
        for run in [asked, planout(file.path(), arguments)] {
            let both = format!("{}{}", run.stdout, run.stderr);
            assert!(both.contains(sign), "{arguments:?}: {both}");
            assert!(!both.contains("left out"), "{arguments:?}: {both}");
        }
    }
}

#[test]
fn who_has_configured_it_gets_no_note() {
    let folder = archive();
    configure(folder.path(), "recursive = false");
    for (arguments, sign) in COMMANDS {
        let run = planout(folder.path(), arguments);
        let both = format!("{}{}", run.stdout, run.stderr);
        assert!(!both.contains(sign) && !both.contains("left out"), "{arguments:?}: {both}");
        let run = planout(folder.path(), &[*arguments, &["--recursive"]].concat());
        assert!(format!("{}{}", run.stdout, run.stderr).contains(sign), "{arguments:?}");
    }
}

#[test]
fn an_archived_folder_does_not_go_live() {
    let folder = archive();
    let root = folder.path();
    let run = planout(root, &["ship", "sample-namespaces", "out"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(root.join("out/test_ns.json").exists());
    assert!(!root.join("out/old_ns.json").exists());
    // What lies below a target is neither an orphan nor read as one.
    fs::create_dir(root.join("out/kept")).expect("a folder");
    fs::copy(root.join("out/test_ns.json"), root.join("out/kept/x.json")).expect("a copy");
    for arguments in [
        &["plan", "sample-namespaces", "out", "--recursive"][..],
        &["ship", "sample-namespaces", "out", "--recursive", "--prune"],
    ] {
        let run = planout(root, arguments);
        assert_eq!(run.status, 0, "{}", run.stderr);
        assert!(!run.stdout.contains("kept"), "{}", run.stdout);
        assert!(!run.stdout.contains("orphaned"), "{}", run.stdout);
    }
    assert!(root.join("out/kept/x.json").exists());
    assert!(root.join("out/old_ns.json").exists());
}

#[test]
fn many_are_counted_and_a_folder_of_folders_is_empty() {
    let folder = sandbox();
    let root = folder.path();
    for number in 1..=5 {
        let below = root.join(format!("all/team{number}/live"));
        fs::create_dir_all(&below).expect("a folder");
        let name = below.join(format!("ns{number}.yaml"));
        fs::copy(root.join("sample-namespaces/test_ns.yaml"), name).expect("a copy");
    }
    let left_out = |run: Run| {
        let line = run.stderr.lines().find(|line| line.contains("left out")).map(str::to_owned);
        line.unwrap_or_else(|| panic!("{}", run.stderr))
    };
    let run = planout(root, &["ship", "all", "out"]);
    assert_eq!(run.status, 1);
    assert!(run.stderr.contains("no namespaces in `all`"), "{}", run.stderr);
    assert_eq!(
        left_out(run),
        "`all/team1/live`, `all/team2/live`, `all/team3/live` and 2 more folders were left out: \
         `--recursive` reads the folders below `all`, too"
    );
    fs::remove_dir_all(root.join("all/team5")).expect("a folder");
    assert!(left_out(planout(root, &["nslist", "all"])).contains("and 1 more folder were"));
    fs::remove_dir_all(root.join("all/team4")).expect("a folder");
    assert!(left_out(planout(root, &["nslist", "all"])).contains("2/live` and `all/team3/live` w"));
}

#[test]
fn revisions_of_git_have_folders_too() {
    let folder = archive();
    let root = folder.path();
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false"];
        let output = Command::new("git").args(identity).args(arguments).current_dir(root).output();
        match output {
            Ok(output) => {
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
                true
            }
            Err(_) => {
                crate::support::skip("there is no git on this machine");
                false
            }
        }
    };
    if !git(&["init", "-q", "-b", "main"]) {
        return;
    }
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "one"]);
    let plan = |more: &[&str]| {
        let run =
            planout(root, &[&["plan", "--against", "git:main", "--sample", "0"], more].concat());
        assert_eq!(run.status, 0, "{}", run.stderr);
        run
    };
    let run = plan(&[]);
    assert_eq!(run.stdout, "plan: no changes: 4 unchanged\n");
    assert!(run.stderr.contains("`main:sample-namespaces/archive` was left out"), "{}", run.stderr);
    let run = plan(&["--recursive"]);
    assert_eq!(run.stdout, "plan: no changes: 5 unchanged\n");
    assert!(!run.stderr.contains("left out"), "{}", run.stderr);
    // To read them from now on is a change: what was archived would go live.
    configure(root, "recursive = true");
    let run = plan(&[]);
    assert!(run.stdout.contains("old_ns: created"), "{}", run.stdout);
    git(&["commit", "-q", "-a", "-m", "two"]);
    assert_eq!(plan(&[]).stdout, "plan: no changes: 5 unchanged\n");
}

#[test]
fn the_library_reads_one_directory_unless_told_otherwise() {
    let folder = archive();
    let path = folder.path().join("sample-namespaces");
    let names = |directory: &Directory| {
        let items = directory.list().expect("a list").into_iter();
        let listed: Vec<String> = items.map(|item| item.name).collect();
        let snapshot = directory.snapshot(1 << 20).expect("a snapshot").into_iter();
        let read: Vec<String> = snapshot.map(|(Item { name, .. }, _)| name).collect();
        assert_eq!(listed, read);
        listed
    };
    let one = ["button_color", "onboarding", "page_size", "test_ns"];
    let all = ["button_color", "old_ns", "onboarding", "page_size", "test_ns"];
    let directory = Directory::new(&path);
    assert_eq!(names(&directory), one);
    let directory = directory.with_folders(Folders::All);
    assert_eq!(names(&directory), all);

    let location = path.to_string_lossy();
    let catalog = Catalog::load(&location, Dialect::Planout4j).expect("a catalog");
    assert!(catalog.get("old_ns").is_none());
    let catalog = Catalog::from_source(&directory, Dialect::Planout4j).expect("a catalog");
    assert!(catalog.get("old_ns").is_some());
    let store = planout::store::open_with(&location, Folders::All).expect("a location");
    assert_eq!(store.list().expect("a list").len(), 5);
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_not_read_cannot_fail() {
    use std::os::unix::fs::symlink;
    let folder = sandbox();
    let samples = folder.path().join("sample-namespaces");
    symlink(".", samples.join("back")).expect("a link");
    symlink("..", samples.join("up")).expect("a link");
    fs::create_dir(samples.join("below")).expect("a folder");
    symlink("nowhere", samples.join("below/gone.yaml")).expect("a link");
    let run = planout(folder.path(), &["nslist", "-m", "experiments"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert_eq!(planout(folder.path(), &["nslist", "--recursive"]).status, 3);
}
