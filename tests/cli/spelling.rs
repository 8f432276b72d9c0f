//! Options have one name in all commands, and earlier names stay valid.

use std::fs;

use crate::support::{Run, planout, sandbox};

/// The calls of a table, each of which must give the same answer as the first in its row.
fn all_the_same(folder: &std::path::Path, calls: &[&[&str]]) -> Run {
    let first = planout(folder, calls[0]);
    assert_eq!(first.status, 0, "{:?}: {}", calls[0], first.stderr);
    for call in &calls[1..] {
        let run = planout(folder, call);
        assert_eq!(run.status, 0, "{call:?}: {}", run.stderr);
        assert_eq!(run.stdout, first.stdout, "{call:?}");
    }
    first
}

#[test]
fn from_names_a_location_in_every_command() {
    let folder = sandbox();
    let root = folder.path();
    fs::rename(root.join("sample-namespaces"), root.join("moved")).expect("a folder");
    let rows: &[&[&[&str]]] = &[
        &[&["check", "moved"], &["check", "--from", "moved"]],
        &[&["fmt", "--check", "moved"], &["fmt", "--check", "--from", "moved"]],
        &[&["nslist", "moved"], &["nslist", "--from", "moved"]],
        &[
            &["plan", "moved", "out"],
            &["plan", "--from", "moved", "out"],
            &["plan", "--from", "moved", "--dest-dir", "out"],
            &["plan", "moved", "--dest-dir", "out"],
        ],
        &[
            &["ship", "moved", "out", "--dry-run"],
            &["ship", "--from", "moved", "out", "--dry-run"],
            &["ship", "-s", "moved", "-d", "out", "--dry-run"],
            &["ship", "--source-dir", "moved", "--dest-dir", "out", "--dry-run"],
            &["ship", "--source-dir", "moved", "out", "--dry-run"],
        ],
        &[
            &["stop", "button_color", "Colors", "--from", "moved", "--dry-run"],
            &["stop", "button_color", "Colors", "--source", "moved", "--dry-run"],
        ],
        &[&["eval", "--ns", "button_color", "userid=1", "--from", "moved"]],
        &[&["simulate", "--ns", "button_color", "--units", "1000", "--from", "moved"]],
        &[&["perf", "--ns", "button_color", "--iterations", "1", "--from", "moved", "-q"]],
    ];
    for row in rows {
        all_the_same(root, row);
    }
    let ramp = ["ramp", "button_color", "--definition", "Colors", "--name", "x"];
    let more = ["--segments", "1", "--dry-run"];
    for option in ["--from", "--source"] {
        let run = planout(root, &[&ramp[..], &more, &[option, "moved"]].concat());
        assert_eq!(run.status, 0, "{option}: {}", run.stderr);
    }
    for (call, said) in [
        (&["ship", "--from", "moved", "a", "b"][..], "two sources: `moved` and `a`"),
        (&["ship", "--from", "moved", "a", "-d", "b"], "two targets: `a` and `b`"),
        (
            &["plan", "--from", "moved", "a", "--against", "b"],
            "`--against` cannot be used with `DST`",
        ),
        (&["nslist", "moved", "--from", "moved"], "cannot be used with"),
        (&["check", "moved", "--from", "moved"], "cannot be used with"),
    ] {
        let run = planout(root, call);
        assert_eq!(run.status, 2, "{call:?}: {}", run.stderr);
        assert!(run.stderr.contains(said), "{call:?}: {}", run.stderr);
    }
    // A password is shown by neither of two locations.
    let url = "redis://me:secret@localhost:1";
    let run = planout(root, &["ship", "--from", url, url, "out"]);
    assert!(run.status == 2 && !run.stderr.contains("secret"), "{}", run.stderr);
}

#[test]
fn a_namespace_is_ns_and_inputs_need_no_option() {
    let folder = sandbox();
    let root = folder.path();
    fs::write(root.join("users.jsonl"), "{\"userid\": 1}\n{\"userid\": 2}\n").expect("a file");
    let rows: &[&[&[&str]]] = &[
        &[&["nslist", "--ns", "page"], &["nslist", "-n", "page"], &["nslist", "--name", "page"]],
        &[
            &["compile", "sample-namespaces/test_ns.yaml", "--ns", "other"],
            &["compile", "sample-namespaces/test_ns.yaml", "--name", "other"],
        ],
        &[
            &["eval", "--ns", "onboarding", "userid=7", "country=FR"],
            &["eval", "--name", "onboarding", "--unit", "userid=7", "-u", "country=FR"],
            &["eval", "-n", "onboarding", "--input", "userid=7", "country=FR"],
            &["eval", "-n", "onboarding", "--inputs", "{\"userid\": \"7\", \"country\": \"FR\"}"],
        ],
        &[
            &["simulate", "-n", "onboarding", "-N", "1000", "country=FR"],
            &["simulate", "--name", "onboarding", "-N", "1000", "--input", "country=FR"],
            &["simulate", "--ns", "onboarding", "-N", "1000", "-i", "country=FR"],
            &["simulate", "--ns", "onboarding", "-N", "1000", "--unit", "country=FR"],
            &["simulate", "--ns", "onboarding", "-N", "1000", "--inputs", "{\"country\": \"FR\"}"],
        ],
        #[cfg(feature = "batch")]
        &[
            &["simulate", "--ns", "button_color", "--inputs-from", "users.jsonl"],
            &["simulate", "--ns", "button_color", "--batch", "users.jsonl"],
        ],
    ];
    for row in rows {
        all_the_same(root, row);
    }
    for inputs in [&["age:=7"][..], &["--unit", "age:=7"], &["--inputs", "{\"age\": 7}"]] {
        let perf = ["perf", "--ns", "button_color", "--iterations", "10"];
        let run = planout(root, &[&perf[..], inputs].concat());
        assert!(run.status == 0 && run.stderr.contains("reads `age`"), "{}", run.stderr);
    }
}

#[test]
fn help_ends_with_examples_and_hides_earlier_names() {
    let folder = sandbox();
    let help = planout(folder.path(), &["--help"]).stdout;
    let (_, commands) = help.split_once("\nCommands:\n").expect("commands");
    let names = commands.lines().take_while(|line| !line.is_empty());
    let names = names.filter_map(|line| line.split_whitespace().next());
    for name in names.filter(|name| *name != "help") {
        let long = planout(folder.path(), &[name, "--help"]).stdout;
        let short = planout(folder.path(), &[name, "-h"]).stdout;
        assert_eq!(long, short, "{name}");
        let (_, examples) = long.split_once("\nExamples:\n").expect(name);
        let lines = examples.lines().take_while(|line| !line.is_empty());
        let own = lines.filter(|line| line.starts_with(&format!("  planout {name}"))).count();
        assert!((2..=4).contains(&own), "{name}: {examples}");
        for hidden in ["--source-dir", "--source ", "--unit ", "--input "] {
            assert!(!long.contains(hidden), "{name} {hidden}: {long}");
        }
    }
}
