//! The licences of the software that is in the program.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use crate::support::planout;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn document() -> String {
    std::fs::read_to_string(Path::new(ROOT).join("THIRD-PARTY.md")).expect("THIRD-PARTY.md")
}

/// The crates of the document, as `name version`.
fn listed(document: &str) -> BTreeSet<String> {
    // The lists come after a line that says so: licences have lists of their own.
    let mut lists = false;
    let mut listed = BTreeSet::new();
    for line in document.lines() {
        match line.strip_prefix("- ") {
            Some(name) if lists => drop(listed.insert(name.to_owned())),
            _ => lists = line == "For:",
        }
    }
    listed
}

/// The crates that are linked into the program on this platform, as `name version`.
fn linked() -> BTreeSet<String> {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--edges", "normal,no-proc-macro"])
        .args(["--prefix", "none", "--format", "{p}"])
        .current_dir(ROOT)
        .output()
        .expect("cargo runs");
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let crates = String::from_utf8(tree.stdout).expect("names are UTF-8");
    let mut linked = BTreeSet::new();
    for line in crates.lines() {
        let mut words = line.split(' ');
        if let (Some(name), Some(version)) = (words.next(), words.next())
            && name != env!("CARGO_PKG_NAME")
        {
            linked.insert(format!("{name} {}", version.trim_start_matches('v')));
        }
    }
    linked
}

#[test]
fn each_crate_in_the_program_is_listed_with_its_licence() {
    let (linked, listed) = (linked(), listed(&document()));
    assert!(linked.len() > 50, "{linked:?}");
    let missing: Vec<_> = linked.difference(&listed).collect();
    assert!(
        missing.is_empty(),
        "THIRD-PARTY.md says how it is made again; {missing:?} is missing there"
    );
    // Of other platforms there are more. All of them are locked.
    let lock = std::fs::read_to_string(Path::new(ROOT).join("Cargo.lock")).expect("Cargo.lock");
    let is_locked = |listed: &&String| {
        let (name, version) = listed.split_once(' ').expect("a version");
        lock.contains(&format!("name = \"{name}\"\nversion = \"{version}\"\n"))
    };
    let stale: Vec<_> = listed.iter().filter(|listed| !is_locked(listed)).collect();
    assert!(stale.is_empty(), "not in Cargo.lock any more: {stale:?}");
}

#[test]
fn each_licence_is_accepted_by_both_tools() {
    let accepted = |file: &str, key: &str| -> BTreeSet<String> {
        let text = std::fs::read_to_string(Path::new(ROOT).join(file)).expect(file);
        let list = text.split(&format!("\n{key} = [\n")).nth(1).expect(key);
        let list = list.split(']').next().expect("the end of the list");
        list.lines().map(|line| line.trim().trim_matches([',', '"']).to_owned()).collect()
    };
    assert_eq!(accepted("about.toml", "accepted"), accepted("deny.toml", "allow"));
}

#[test]
fn the_program_has_its_licences_in_it() {
    let document = document();
    for word in ["licences", "licenses"] {
        let run = planout(Path::new(ROOT), &["explain", word]);
        assert!(run.status == 0 && run.stdout == document, "{word}: {}", run.stderr);
    }
    let run = planout(Path::new(ROOT), &["explain", "licence"]);
    assert_eq!((run.status, run.stdout.as_str()), (1, ""));
    assert!(run.stderr.contains("did you mean `licences`?"), "{}", run.stderr);
    assert!(document.contains("LGPL") && document.contains("Microsoft Corporation"));
    let text = document.split("```text\n").skip(1).map(|text| text.split("```").next());
    assert!(text.flatten().all(|text| text.trim().len() > 100), "a licence without its text");
}
