//! Scripts that make as much as they may for every unit: commands that evaluate many units end all the
//! same, and say why.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::{Run, planout, sandbox, shell};

/// How long a command may take, on a machine that has much else to do.
const SECONDS: u64 = 60;

fn timed(folder: &Path, arguments: &[&str]) -> Run {
    let start = Instant::now();
    let run = planout(folder, arguments);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(SECONDS), "{arguments:?} took {took:?}: {}", run.stderr);
    run
}

/// Writes a namespace that runs a script in an experiment on all of its segments.
fn write(folder: &Path, name: &str, script: &str) {
    let script = script.replace('\n', "\n    ");
    let yaml = format!(
        "namespace: {{unit: userid, segments: 10}}\nexperiment_definitions:\n\
         - definition: a\n  assign: !planout |\n    {script}\n\
         - definition: d\n  assign: !planout |\n    z = 1;\n\
         default_experiment: d\nexperiment_sequence:\n\
         - {{action: add, definition: a, name: e, segments: 10}}\n"
    );
    fs::create_dir_all(folder.join(name)).expect("a folder");
    fs::write(folder.join(name).join(format!("{name}.yaml")), yaml).expect("a file");
}

/// A sandbox with many units and namespaces whose scripts double a list.
fn doubling() -> tempfile::TempDir {
    let folder = sandbox();
    let root = folder.path();
    let ids: String = (0..3_000).map(|id| format!("{id}\n")).collect();
    fs::write(root.join("ids.csv"), format!("userid\n{ids}")).expect("a file");
    let double = |times: usize| "x = [x, x];\n".repeat(times);
    // It ends at the bound, or before it; for all, or for some.
    write(root, "sixty", &format!("x = [1];\n{}", double(60)));
    write(root, "some", &format!("x = [userid];\nif (userid > 300) {{\n{}}}", double(60)));
    write(root, "below", &format!("x = [userid];\n{}", double(14)));
    write(root, "hidden", &format!("x = [userid];\n{}x = 1;", double(14)));
    write(root, "fails", &format!("x = [userid];\n{}y = x / 2;", double(14)));
    folder
}

const ALL: [&str; 5] = ["sixty", "some", "below", "hidden", "fails"];

#[test]
fn plans_and_checks_end_in_time() {
    let folder = doubling();
    for name in ALL {
        let plan = timed(folder.path(), &["plan", name, "out"]);
        assert_eq!(plan.status, 0, "{name}: {}", plan.stderr);
        assert!(plan.stdout.contains("  only the first "), "{name}: {}", plan.stdout);
        let given = timed(folder.path(), &["plan", name, "out", "--units", "ids.csv"]);
        assert_eq!(given.status, 0, "{name}: {}", given.stderr);
        assert_ne!(timed(folder.path(), &["check", name]).status, 3, "{name}");
        let ship = timed(folder.path(), &["ship", name, "out", "--dry-run"]);
        assert!(ship.status < 2, "{name}: {}", ship.stderr);
    }
}

#[test]
fn a_plan_compares_large_values_in_time() {
    let folder = doubling();
    let root = folder.path();
    let ship = timed(root, &["ship", "below", "out"]);
    assert_eq!(ship.status, 0, "{}", ship.stderr);
    write(root, "below", &format!("x = [userid];\n{}y = 2;", "x = [x, x];\n".repeat(14)));
    let plan = timed(root, &["plan", "below", "out", "--format", "json"]);
    let plan: serde_json::Value = serde_json::from_str(&plan.stdout).expect("JSON");
    let sample = &plan["namespaces"][0]["changes"]["sample"];
    assert_eq!(sample["cut"], true, "{sample}");
    let units = sample["units"].as_u64().expect("a number");
    assert!((64..3_000).contains(&units), "{units}");
    assert_eq!(sample["params"][0]["param"], "y");
    assert_eq!(sample["params"][0]["units"], units);
}

#[test]
fn simulations_end_in_time() {
    let folder = doubling();
    for name in ALL {
        let simulate = ["simulate", "--from", name, "--ns", name, "--format", "json"];
        let runs = [
            timed(folder.path(), &[&simulate[..], &["--threads", "1"]].concat()),
            timed(folder.path(), &[&simulate[..], &["--threads", "3"]].concat()),
        ];
        assert_eq!(runs[0].stdout, runs[1].stdout, "{name}");
        let all: serde_json::Value = serde_json::from_str(&runs[0].stdout).expect("JSON");
        let note = all["notes"][0].as_str().unwrap_or_default();
        assert!(note.starts_with("only the first "), "{name}: {all}");
        assert!(note.contains(" of 1000000 were evaluated: "), "{name}: {note}");
        let rows = ["simulate", "--from", name, "--ns", name, "--batch", "ids.csv"];
        assert!(timed(folder.path(), &rows).status < 2);
    }
}

#[test]
fn measurements_end_in_time() {
    let folder = doubling();
    for name in ["below", "hidden"] {
        for threads in ["1", "2"] {
            let run =
                timed(folder.path(), &["perf", "--from", name, "--ns", name, "--threads", threads]);
            assert_eq!(run.status, 0, "{}", run.stderr);
            assert!(run.stderr.contains(" of 1000000 units were evaluated"), "{}", run.stderr);
        }
    }
    let run = timed(folder.path(), &["perf", "--from", "sixty", "--ns", "sixty"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
}

#[test]
fn a_batch_of_rows_that_fail_ends_in_time() {
    let folder = doubling();
    for name in ["sixty", "fails"] {
        for (on_error, output) in [("skip", "o.jsonl"), ("null", "o.csv"), ("null", "o.parquet")] {
            let batch = ["eval", "--from", name, "--ns", name, "--batch", "ids.csv"];
            let more = ["--on-error", on_error, "--output", output];
            let run = timed(folder.path(), &[&batch[..], &more].concat());
            assert_eq!(run.status, 1, "{}", run.stderr);
            let said = "error: scripts make more than 1 GB of lists, maps and strings for rows that \
                        fail: definition `a` of namespace `";
            assert!(run.stderr.contains(said), "{}", run.stderr);
            assert!(!folder.path().join(output).exists());
        }
    }
    // What fails at once may fail as often as it likes.
    write(folder.path(), "light", "x = 1 / null;");
    let batch = ["eval", "--from", "light", "--ns", "light", "--batch", "ids.csv"];
    let run = timed(folder.path(), &[&batch[..], &["--on-error", "skip"]].concat());
    assert_eq!(run.status, 0, "{}", run.stderr);
}

/// A folder of namespaces that each give a row a large constant.
fn wide(root: &Path, namespaces: usize, params: usize) {
    let constant = "a".repeat(1_000_000);
    for number in 0..namespaces {
        let mut script = format!("x = '{constant}';\n");
        for param in 1..params {
            writeln!(script, "x{param} = x;").expect("a string");
        }
        write(root, "wide", &script);
        let path = root.join("wide/wide.yaml");
        fs::rename(path, root.join(format!("wide/wide{number}.yaml"))).expect("a file");
    }
}

#[test]
fn a_row_has_a_bound_in_all_namespaces_together() {
    for (namespaces, params) in [(100, 1), (1, 1_000), (10, 10)] {
        let folder = sandbox();
        wide(folder.path(), namespaces, params);
        fs::write(folder.path().join("ids.csv"), "userid\n1\n2\n").expect("a file");
        for output in ["o.jsonl", "o.csv", "o.parquet", "o.jsonl --exposure"] {
            let command = format!(
                "ulimit -d 1200000; planout eval --from wide --all --batch ids.csv --threads 1 --output \
                 {output}; echo \"status $?\""
            );
            let said = shell(&command, folder.path());
            assert!(said.contains("its answers take more than 64 MB"), "{output}: {said}");
            assert!(said.ends_with("status 1\n"), "{output}: {said}");
            let command = command.replace("--output", "--on-error null --output");
            let said = shell(&command, folder.path());
            assert!(said.ends_with("status 0\n"), "{output}: {said}");
        }
    }
}

#[test]
fn an_answer_has_a_bound() {
    let folder = sandbox();
    wide(folder.path(), 1, 2_000);
    for (command, status) in [
        ("planout eval --from wide --ns wide0 userid=1", 1),
        ("planout plan wide out", 0),
        ("planout simulate --from wide --ns wide0 --units 10", 0),
        ("planout perf --from wide --ns wide0 --iterations 10", 0),
    ] {
        let said =
            shell(&format!("ulimit -d 700000; {command}; echo \"status $?\""), folder.path());
        assert!(said.ends_with(&format!("status {status}\n")), "{command}: {said}");
        if command.contains("eval") || command.contains("plan wide") {
            assert!(said.contains("more than 64 MB"), "{command}: {said}");
        }
    }
}
