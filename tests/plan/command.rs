//! The command: its exit statuses, what it prints, and what it leaves alone.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{Run, planout, sandbox};

/// A folder with the samples, which have been shipped to `out`.
fn shipped() -> tempfile::TempDir {
    let folder = sandbox();
    let run = planout(folder.path(), &["ship", "sample-namespaces", "out"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    folder
}

/// Replaces text in a sample.
fn edit(folder: &Path, sample: &str, from: &str, to: &str) {
    let path = folder.join(format!("sample-namespaces/{sample}.yaml"));
    let text = fs::read_to_string(&path).expect("a sample");
    assert!(text.contains(from), "no `{from}` in {sample}");
    fs::write(path, text.replacen(from, to, 1)).expect("a file");
}

fn plan(folder: &Path, more: &[&str]) -> Run {
    planout(folder, &[&["plan", "sample-namespaces", "out"], more].concat())
}

fn json(folder: &Path, more: &[&str]) -> Value {
    let run = plan(folder, &[&["--format", "json"], more].concat());
    serde_json::from_str(&run.stdout).expect("JSON")
}

const LAST: &str = "name: Colors, segments: 5}";

#[test]
fn exit_statuses_tell_what_changes_if_asked() {
    let folder = shipped();
    let statuses = || {
        let (plain, detailed) =
            (plan(folder.path(), &[]), plan(folder.path(), &["--detailed-exitcode"]));
        assert_eq!(plain.stdout, detailed.stdout);
        assert_eq!(detailed.stderr.contains("error"), detailed.status == 1);
        (plain.status, detailed.status)
    };
    assert_eq!(statuses(), (0, 0));
    edit(folder.path(), "button_color", "label = 'Join'", "label = 'Hello'");
    assert_eq!(statuses(), (0, 10));
    edit(folder.path(), "button_color", LAST, "name: Colours, segments: 5}");
    assert_eq!(statuses(), (0, 11));
    edit(folder.path(), "test_ns", "segments: 40", "segments: 140");
    assert_eq!(statuses(), (1, 1));
    let status = |arguments: &[&str]| planout(folder.path(), arguments).status;
    assert_eq!(status(&["plan", "sample-namespaces"]), 2);
    assert_eq!(status(&["plan", "sample-namespaces", "out", "--against", "out"]), 2);
    assert_eq!(status(&["plan", "--against", "out", "--out", "plan.json"]), 2);
    assert_eq!(status(&["plan", "sample-namespaces", "--against", "nowhere"]), 3);
    assert_eq!(status(&["plan", "nowhere", "out"]), 3);
}

#[test]
fn a_target_that_is_not_there_yet_gets_everything() {
    let folder = sandbox();
    let run = planout(folder.path(), &["plan", "sample-namespaces", "new", "--detailed-exitcode"]);
    assert_eq!(run.status, 10, "{}", run.stderr);
    assert!(run.stdout.starts_with("plan: safe changes: 4 created\n"), "{}", run.stdout);
    assert!(!folder.path().join("new").exists());
}

#[test]
fn a_broken_namespace_does_not_hide_the_others() {
    let folder = shipped();
    edit(folder.path(), "test_ns", "segments: 40", "segments: 140");
    edit(folder.path(), "button_color", "label = 'Join'", "label = 'Hello'");
    fs::write(folder.path().join("out/onboarding.json"), "{}").expect("a file");
    let run = plan(folder.path(), &[]);
    assert_eq!(run.status, 1);
    assert!(run.stderr.contains("P0208"), "{}", run.stderr);
    assert!(run.stderr.contains("out/onboarding.json"), "{}", run.stderr);
    let summary =
        "plan: not all namespaces are valid: 1 broken, 1 unknown, 1 changed, 1 unchanged\n";
    assert!(run.stdout.starts_with(summary), "{}", run.stdout);
    assert!(run.stdout.contains("\nbutton_color: changed, safe"), "{}", run.stdout);
    let run = plan(folder.path(), &["--out", "plan.json"]);
    assert_eq!(run.status, 1);
    assert!(!folder.path().join("plan.json").exists());
}

#[test]
fn what_has_no_source_is_orphaned_and_stays() {
    let folder = shipped();
    fs::remove_file(folder.path().join("sample-namespaces/test_ns.yaml")).expect("a file");
    let run = plan(folder.path(), &["--detailed-exitcode"]);
    assert_eq!(run.status, 0);
    let line = "test_ns: orphaned: no source, 2 experiments on 50 of 100 segments";
    assert!(run.stdout.contains(line), "{}", run.stdout);
    // One file says nothing about the others.
    let one = ["plan", "sample-namespaces/page_size.yaml", "out"];
    assert_eq!(planout(folder.path(), &one).stdout, "plan: no changes: 1 unchanged\n");
}

/// How many segments a run of them is: `3` or `5-9`.
fn count(run: &str) -> u64 {
    let (first, last) = run.split_once('-').unwrap_or((run, run));
    let number = |text: &str| text.parse::<u64>().expect("a segment");
    number(last) - number(first) + 1
}

#[test]
fn json_has_what_the_documents_promise() {
    let folder = shipped();
    edit(
        folder.path(),
        "button_color",
        "  - {action: add",
        "  - {action: add, definition: Colors, name: first, segments: 2}\n  - {action: add",
    );
    edit(folder.path(), "button_color", "'#1a936f'", "'#1a936f', '#ffffff'");
    let plan = json(folder.path(), &["--sample", "1000"]);
    assert_eq!(plan["class"], "reassigning");
    assert_eq!(plan["counts"]["changed"], 1);
    assert_eq!(plan["counts"]["unchanged"], 3);
    let namespace = &plan["namespaces"][0];
    assert_eq!(namespace["namespace"], "button_color");
    assert_eq!(namespace["status"], "changed");
    let changes = &namespace["changes"];
    let kinds: Vec<_> = changes["causes"].as_array().expect("causes").iter().collect();
    assert_eq!(kinds[0]["kind"], "history");
    assert_eq!(kinds[0]["line"], 20);
    assert_eq!(kinds[0]["losses"][0]["experiment"], "Colors");
    assert_eq!(kinds[1]["kind"], "script");
    assert_eq!(kinds[1]["line"], 10);
    assert_eq!(changes["experiments"][1]["fate"], "starts");
    let moves = changes["moves"].as_array().expect("moves");
    for it in moves {
        let segments = it["segments"].as_str().expect("segments").split(", ");
        let count: u64 = segments.map(count).sum();
        assert_eq!(it["count"], count);
        assert_eq!(it["share"], count as f64 / 10.0);
        assert_eq!(it["reassigns"], it["from"] == "Colors");
    }
    assert_eq!(changes["scripts"][0]["params"][0]["parts"][0]["what"], "choices");
    assert_eq!(changes["sample"]["units"], 1000);
    assert_eq!(changes["sample"]["params"][0]["example"]["unit"], "1");

    edit(folder.path(), "button_color", "segments: 10\n", "segments: 20\n");
    let plan = json(folder.path(), &["--sample", "0"]);
    let changes = &plan["namespaces"][0]["changes"];
    assert!(changes["moves"].is_null() && changes["sample"].is_null(), "{changes}");
}
