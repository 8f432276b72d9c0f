//! Names that some file systems take for one: no directory gets two of them.

use std::fs;
use std::path::Path;

use super::run;
use crate::support::redis::RedisServer;
use crate::support::{planout, sandbox};

/// Pairs of names that differ only in case or in normalisation.
const ALIKE: [(&str, &str); 8] = [
    ("Pay", "pay"),
    ("caf\u{e9}", "cafe\u{301}"),
    ("CAF\u{c9}", "cafe\u{301}"),
    ("\u{3c3}", "\u{3c2}"),
    ("stra\u{df}e", "STRASSE"),
    ("\u{212b}", "\u{e5}"),
    ("stra\u{1e9e}e", "stra\u{df}e"),
    ("pay\u{fe0f}", "pay"),
];

fn write(root: &Path, folder: &str, name: &str) {
    fs::create_dir_all(root.join(folder)).expect("a folder");
    let sample = fs::read(root.join("sample-namespaces/page_size.yaml")).expect("a sample");
    fs::write(root.join(folder).join(format!("{name}.yaml")), sample).expect("a file");
}

#[test]
fn two_sources_of_one_file_are_a_warning_of_check_and_an_error_of_ship() {
    for (one, other) in ALIKE {
        let folder = sandbox();
        let root = folder.path();
        write(root, "s", one);
        write(root, "s", other);
        let check = run(root, 0, &["check", "s"]);
        assert!(check.stderr.contains("warning[P0704]: "), "{}", check.stderr);
        assert!(check.stderr.contains("differ only in case"), "{}", check.stderr);
        run(root, 1, &["check", "s", "--deny", "P0704"]);
        // Nothing is known of where they go.
        run(root, 0, &["plan", "s", "--against", "sample-namespaces"]);
        for command in [&["plan", "s", "out"][..], &["ship", "s", "out", "--dry-run"], SHIP] {
            let failed = run(root, 1, command);
            assert!(failed.stderr.contains("error[P0704]: "), "{command:?}: {}", failed.stderr);
        }
        assert!(!root.join("out").exists(), "{one}");
        // Whoever knows that the file system tells them apart can say so.
        fs::write(root.join("planout.toml"), "[checks]\nP0704 = 'off'\n").expect("a file");
        run(root, 0, SHIP);
        assert!(root.join(format!("out/{other}.json")).exists());
        run(root, 0, SHIP);
    }
}

const SHIP: &[&str] = &["ship", "s", "out"];

#[test]
fn a_name_at_the_target_that_stays_counts_too() {
    for (one, other) in ALIKE {
        let folder = sandbox();
        let root = folder.path();
        write(root, "s", one);
        run(root, 0, SHIP);
        fs::remove_file(root.join(format!("s/{one}.yaml"))).expect("a file");
        write(root, "s", other);
        let file = format!("s/{other}.yaml");
        for command in [
            &["plan", "s", "out"][..],
            &["ship", "s", "out", "--dry-run"],
            SHIP,
            &["plan", &file, "out"],
            &["ship", &file, "out"],
        ] {
            let failed = run(root, 1, command);
            let said =
                format!("error: nothing was shipped: `{other}` and `{one}`, which is at the");
            assert!(failed.stderr.contains(&said), "{command:?}: {}", failed.stderr);
        }
        assert!(!root.join(format!("out/{other}.json")).exists());
        // One that goes does not.
        let allow = format!("--allow-reassignment={one}");
        run(root, 0, &["plan", "s", "out", "--prune"]);
        run(root, 0, &["ship", "s", "out", "--prune", &allow]);
        assert!(root.join(format!("out/{other}.json")).exists());
        assert!(!root.join(format!("out/{one}.json")).exists());
    }
}

#[test]
fn names_that_differ_are_told_apart() {
    let folder = sandbox();
    let root = folder.path();
    for name in ["cafe", "caf\u{e9}", "a", "aa", "a_", "\u{e4}"] {
        write(root, "s", name);
    }
    let check = run(root, 0, &["check", "s"]);
    assert!(!check.stderr.contains("P0704"), "{}", check.stderr);
    run(root, 0, SHIP);
}

#[test]
fn redis_tells_all_names_apart() {
    let Some(server) = RedisServer::start() else { return };
    for (one, other) in ALIKE {
        let folder = sandbox();
        let root = folder.path();
        write(root, "s", one);
        write(root, "s", other);
        let ship = planout(root, &["ship", "s", &server.url()]);
        assert_eq!(ship.status, 0, "{}", ship.stderr);
        assert!(!ship.stderr.contains("P0704"), "{}", ship.stderr);
        assert!(server.hash().contains_key(one) && server.hash().contains_key(other));
    }
}
