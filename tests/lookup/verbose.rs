//! What `-v` promises: the configuration, the source, the target, and their revisions.

use std::fs;

use super::{contains, expect, project};
use crate::support::{planout, shell};

#[test]
fn every_command_says_what_it_uses() {
    let folder = project();
    let root = folder.path();
    let git = "git init -q . && git add . && \
               git -c user.name=n -c user.email=e -c commit.gpgsign=false commit -qm m && \
               git rev-parse HEAD";
    let commit = shell(git, root);
    let commit = commit.trim();
    assert_eq!(commit.len(), 40, "{commit}");
    expect(0, planout(root, &["ship"]));
    fs::write(root.join("x.planout"), "x = 1;\n").expect("a file");

    let configuration = "configuration: planout.toml\n".to_owned();
    let source = format!("source: sample-namespaces\nrevision: commit {commit}\n");
    let target = "target: compiled\nshipped: 2".to_owned();
    let from = format!(" by planout {} from commit {commit}\n", env!("CARGO_PKG_VERSION"));
    let both = vec![&source, &target, &from];
    for (command, expected) in [
        ("compile sample-namespaces/test_ns.yaml", vec![]),
        ("compile x.planout", vec![]),
        ("check", vec![&source]),
        ("fmt --check", vec![&source]),
        ("plan", both.clone()),
        ("plan --against @target", vec![&source]),
        ("ship --dry-run", both.clone()),
        ("ship", both.clone()),
        ("stop button_color Colors --dry-run", vec![&source]),
        ("ramp button_color --definition Colors --name n --segments 1 --dry-run", vec![&source]),
        ("nslist", both.clone()),
        ("nslist @source", vec![&source]),
        ("eval --ns button_color userid=1", both.clone()),
        ("eval --script x.planout", vec![]),
        ("eval --ns button_color --batch u.jsonl", both),
        ("simulate --ns button_color --units 10", vec![&source]),
        ("perf --ns button_color --iterations 10", vec![&source]),
    ] {
        fs::write(root.join("u.jsonl"), "{\"userid\": 1}\n").expect("a file");
        let words: Vec<&str> = command.split(' ').chain(["-v"]).collect();
        let run = expect(0, planout(root, &words));
        contains(&run.stderr, &configuration);
        for expected in expected {
            contains(&run.stderr, expected);
        }
        // Without it, nothing of the kind.
        let run = expect(0, planout(root, &words[..words.len() - 1]));
        assert!(!run.stderr.contains("revision: "), "{}", run.stderr);
        assert!(!run.stderr.contains("configuration: "), "{}", run.stderr);
    }
    for (command, file) in [
        ("compile sample-namespaces/test_ns.yaml", "source: sample-namespaces/test_ns.yaml"),
        ("check sample-namespaces/test_ns.yaml", "source: sample-namespaces/test_ns.yaml"),
        ("fmt sample-namespaces/test_ns.yaml", "source: sample-namespaces/test_ns.yaml"),
        ("stop sample-namespaces/test_ns.yaml Group_Goals.run_2 --dry-run", "source: sample-"),
        ("nslist sample-namespaces/test_ns.yaml", "namespaces: sample-namespaces/test_ns.yaml"),
    ] {
        let words: Vec<&str> = command.split(' ').chain(["-v"]).collect();
        let run = expect(0, planout(root, &words));
        contains(&run.stderr, file);
        contains(&run.stderr, &format!("\nrevision: commit {commit}\n"));
    }
    fs::write(root.join("sample-namespaces/new.planout"), "x = 1;\n").expect("a file");
    let run = expect(0, planout(root, &["check", "-v"]));
    contains(&run.stderr, &format!("commit {commit} with changes that are not committed\n"));
    // Without a configuration, that is what is said.
    fs::remove_file(root.join("planout.toml")).expect("a file");
    let run = expect(0, planout(root, &["nslist", "compiled", "-v"]));
    contains(
        &run.stderr,
        "configuration: none, because neither this folder nor one above has a `planout.toml`\n",
    );
}
