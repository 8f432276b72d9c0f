//! `planout perf`: what it counts and what it refuses. How fast anything is, is not a test's business.

use planout::source::SourceText;
use planout::tree::{Kind, Node, json};

use crate::support::{Run, get, planout, sandbox, text};

fn perf(arguments: &[&str]) -> Run {
    let mut all = vec!["perf"];
    all.extend(arguments);
    planout(sandbox().path(), &all)
}

/// The answer to a call that succeeds.
fn measured(arguments: &[&str]) -> Node {
    let mut all = vec!["--format", "json"];
    all.extend(arguments);
    let run = perf(&all);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{arguments:?}");
    json::read(&SourceText::new("answer", run.stdout), 100).expect("JSON")
}

fn number(answer: &Node, key: &str) -> f64 {
    match get(answer, key).map(|node| &node.kind) {
        Some(Kind::Int(int)) => int.to_string().parse().expect("a number"),
        Some(Kind::Float(float)) => *float,
        other => panic!("`{key}` is {other:?}"),
    }
}

#[test]
fn figures_are_of_as_many_evaluations_as_were_asked_for() {
    for (iterations, threads) in [("1", "1"), ("1000", "1"), ("1001", "2"), ("3", "7")] {
        let options = ["--ns", "page_size", "--iterations", iterations, "--threads", threads];
        let answer = measured(&options);
        assert_eq!(text(&answer, "namespace"), "page_size");
        let number = |key: &str| number(&answer, key);
        assert_eq!(number("iterations").to_string(), iterations);
        assert_eq!(number("threads").to_string(), threads);

        let percentiles = ["min_ns", "p50_ns", "p95_ns", "p99_ns", "max_ns"].map(number);
        assert!(percentiles.is_sorted(), "{percentiles:?}");
        assert!(number("min_ns") <= number("mean_ns") && number("mean_ns") <= number("max_ns"));
        let sum = number("mean_ns") * number("iterations");
        assert!((number("total_ns") - sum).abs() < 1e-6 * sum + 1.0, "{sum}");
        // The slowest thread has at least its share of the time, and at most all of it.
        let alone = number("iterations") * 1e9 / number("total_ns").max(1.0);
        assert!(number("per_second") >= alone.round() - 1.0);
        assert!(number("per_second") <= (alone * number("threads")).round() + 1.0);
    }
}

#[test]
fn people_get_a_line_for_each_figure() {
    let run = perf(&["--ns", "button_color", "--iterations", "2000", "--threads", "2"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    let names: Vec<_> = run.stdout.lines().map(|line| line[..10].trim_end()).collect();
    let expected = "iterations,threads,total,min,mean,p50,p95,p99,max,per second";
    assert_eq!(names, expected.split(',').collect::<Vec<_>>());
    assert!(run.stdout.starts_with("iterations          2000\n"));
}

#[test]
fn one_script_can_be_measured_alone() {
    let quick = ["--ns", "page_size", "--iterations", "10"];
    let of = |which: &[&str]| measured(&[&quick, which].concat());
    let names = |answer: &Node| {
        ["experiment", "definition"].map(|key| get(answer, key).expect(key).kind.clone())
    };
    let string = |text: &str| Kind::String(text.into());
    assert_eq!(names(&of(&[])), [Kind::Null, Kind::Null]);
    assert_eq!(names(&of(&["--default"])), [Kind::Null, string("Default")]);
    assert_eq!(
        names(&of(&["--exp", "network.10pct"])),
        [string("network.10pct"), string("Page_Size_By_Network")]
    );
    assert_eq!(
        names(&of(&["--definition", "Page_Size_By_Network"])),
        [string("Page_Size_By_Network"), string("Page_Size_By_Network")]
    );
}

#[test]
fn a_unit_that_fails_ends_it_with_its_inputs() {
    let folder = sandbox();
    let path = folder.path().join("sample-namespaces/fails.yaml");
    let yaml = "\
namespace: {unit: userid, segments: 10}
experiment_definitions: [{definition: Default, assign: !planout \"x = 1 + age;\"}]
default_experiment: Default
experiment_sequence: []
";
    std::fs::write(path, yaml).expect("a namespace");
    let run = |arguments: &[&str]| {
        let quick = ["perf", "--ns", "fails", "--iterations", "10"];
        planout(folder.path(), &[&quick, arguments].concat())
    };
    let failed = run(&["--threads", "3"]);
    assert_eq!((failed.status, failed.stdout.as_str()), (1, ""));
    assert!(failed.stderr.contains("definition `Default` of namespace `fails` failed"));
    assert!(failed.stderr.contains("`KEY=VALUE`"), "{}", failed.stderr);
    assert_eq!(run(&["--unit", "age:=7"]).status, 0);
    let failed = run(&["--unit", "userid=me"]);
    assert!(failed.stderr.contains("the inputs were {\"userid\":\"me\"}"), "{}", failed.stderr);
}

#[test]
fn exit_statuses_are_those_of_the_contract() {
    let status = |arguments: &[&str]| perf(arguments).status;
    let run = perf(&["--ns", "buton_color"]);
    assert_eq!(run.status, 1);
    assert!(run.stderr.contains("did you mean `button_color`?"), "{}", run.stderr);
    assert_eq!(status(&["--ns", "test_ns", "--exp", "nope"]), 1);
    assert_eq!(status(&["--ns", "test_ns", "--definition", "nope"]), 1);
    assert_eq!(status(&[]), 2);
    assert_eq!(status(&["--ns", "test_ns", "--default", "--exp", "nope"]), 2);
    assert_eq!(status(&["--ns", "test_ns", "--iterations", "0"]), 2);
    assert_eq!(status(&["--ns", "test_ns", "--iterations", "many"]), 2);
    assert_eq!(status(&["--ns", "test_ns", "--threads", "0"]), 2);
    assert_eq!(status(&["--ns", "test_ns", "--unit", "userid"]), 2);
    assert_eq!(status(&["--ns", "test_ns", "--from", "no-such-folder"]), 3);
}
