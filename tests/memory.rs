//! What takes more memory than anybody has ends with an error, and what many experiments or units
//! need is bounded: run under a limit that the system enforces.

use std::fmt::Write as _;
use std::path::Path;

use planout::eval::Reason;
use planout::{Dialect, Map, Script, Value};

use crate::support::{sandbox, shell};

/// Sixty lines that ask for 2^60 values.
fn doubling() -> String {
    format!("x = [1];\n{}", "x = [x, x];\n".repeat(60))
}

/// What a command prints, and last its status, with so many megabytes at most.
fn limited(megabytes: u32, command: &str, folder: &Path) -> String {
    shell(&format!("ulimit -d {}; {command}; echo \"status $?\"", megabytes * 1024), folder)
}

/// A namespace that runs one script in experiments of as many segments as are said.
fn namespace(script: &str, segments: usize, experiments: usize, each: usize) -> String {
    let script = script.replace('\n', "\n    ");
    let mut yaml = format!(
        "namespace: {{unit: userid, segments: {segments}}}\nexperiment_definitions:\n\
         - definition: a\n  assign: !planout |\n    {script}\n\
         default_experiment: a\nexperiment_sequence:\n"
    );
    for number in 0..experiments {
        let entry = format!("{{action: add, definition: a, name: e{number}, segments: {each}}}");
        writeln!(yaml, "- {entry}").expect("a string");
    }
    yaml
}

#[test]
fn values_that_double_end_an_evaluation() {
    let inputs = Map::from_iter([("list".to_owned(), Value::from(vec![Value::from("a"); 1000]))]);
    for dialect in [Dialect::Planout4j, Dialect::Planout] {
        for code in [
            doubling(),
            // Strings and what operators make, too.
            format!("x = 'a';\n{}", "x = [x, x, x];\n".repeat(40)),
            format!("x = list;\n{}", "x = [list, x, x];\n".repeat(40)),
            format!("x = [1];\n{}", "x = coalesce(null, [x, x]);\n".repeat(60)),
            format!(
                "x = [1];\n{}",
                "x = [x, sample(choices=x, draws=1, unit=1, salt='s'), x];\n".repeat(40)
            ),
        ] {
            let script = Script::compile("x", &code, dialect).expect("a script");
            let error = script.evaluate("salt", &inputs).expect_err(&code);
            assert_eq!(*error.reason, Reason::TooLarge, "{code}");
        }
    }
}

#[test]
fn what_is_made_may_be_large() {
    let code = format!("x = list;\n{}", "x = [x, x];\n".repeat(8));
    let script = Script::compile("x", &code, Dialect::Planout).expect("a script");
    let list = vec![Value::from(7); 1000];
    let inputs = Map::from_iter([("list".to_owned(), Value::from(list))]);
    let evaluation = script.evaluate("salt", &inputs).expect("it is not too large");
    assert_eq!(evaluation.params.get("x").and_then(Value::as_list).map(<[_]>::len), Some(2));
}

#[test]
fn no_command_takes_the_memory_that_a_script_asks_for() {
    let folder = sandbox();
    let path = folder.path().join("sample-namespaces/grows.yaml");
    let script = doubling() + "y = uniformChoice(choices=[x, [x, x]], unit=userid);";
    let yaml = namespace(&script, 10, 1, 5);
    std::fs::write(path, yaml).expect("a file of our own");
    for (command, wanted) in [
        ("planout eval --ns grows --from sample-namespaces userid=1", "more than 16 MB"),
        ("planout simulate --ns grows --from sample-namespaces --units 1000", "16 MB"),
        ("planout check sample-namespaces", "status 0"),
        ("planout perf --ns grows --from sample-namespaces --iterations 10", "more than 16 MB"),
        ("planout compile sample-namespaces/grows.yaml out.json", "status 0"),
    ] {
        let said = limited(200, command, folder.path());
        assert!(said.contains(wanted), "{command}: {said}");
    }
    // What is shipped may be refused, but nothing may be killed.
    for command in ["planout ship sample-namespaces out", "planout plan sample-namespaces out"] {
        let said = limited(200, command, folder.path());
        let status = said.lines().last().unwrap_or_default();
        assert!(["status 0", "status 1"].contains(&status), "{command}: {said}");
    }
}

#[test]
fn an_experiment_holds_no_more_than_its_segments() {
    let folder = sandbox();
    let path = folder.path().join("sample-namespaces/wide.yaml");
    std::fs::write(path, namespace("x = 1;", 400_000, 100, 10)).expect("a file of our own");
    let command = "planout eval --ns wide --from sample-namespaces userid=1";
    let said = limited(100, command, folder.path());
    assert!(said.ends_with("status 0\n"), "{said}");
}

#[test]
fn pairs_of_experiments_are_not_held() {
    let folder = sandbox();
    for name in ["one", "two"] {
        let path = folder.path().join(format!("sample-namespaces/{name}.yaml"));
        std::fs::write(path, namespace("x = 1;", 5_000, 2_500, 2)).expect("a file of our own");
    }
    let said = limited(100, "planout check sample-namespaces", folder.path());
    assert!(said.contains("P0700") && said.ends_with("status 0\n"), "{said}");
}

#[test]
fn simulations_do_not_keep_every_value() {
    let folder = sandbox();
    let path = folder.path().join("sample-namespaces/lists.yaml");
    let numbers: Vec<String> = (0..300).map(|number| number.to_string()).collect();
    let draw = format!("x = sample(choices=[{}], unit=userid);", numbers.join(", "));
    std::fs::write(path, namespace(&draw, 10, 1, 10)).expect("a file of our own");
    let command = "planout simulate --ns lists --from sample-namespaces --units 20000 --seed 1";
    let said = limited(120, command, folder.path());
    assert!(said.contains("(too many values)") && said.ends_with("status 0\n"), "{said}");
}

#[test]
fn a_script_is_formatted_a_statement_at_a_time() {
    let folder = sandbox();
    let line = "colour = uniformChoice(choices=['red', 'blue'], unit=userid);\n";
    let script = line.repeat(50_000);
    for (name, text) in [("long", script.clone()), ("wide", script.replace(", ", ","))] {
        let file = format!("{name}.planout");
        std::fs::write(folder.path().join(&file), text).expect("a file of our own");
        let said = limited(60, &format!("planout fmt --check {file}"), folder.path());
        let status = if name == "wide" { "status 1\n" } else { "status 0\n" };
        assert!(said.contains("unchanged") && said.ends_with(status), "{said}");
    }
    let block = format!("if (a) {{\n{}}}\n", "  x = 1;\n".repeat(100_000));
    std::fs::write(folder.path().join("block.planout"), block).expect("a file of our own");
    let said = limited(60, "planout fmt --check block.planout", folder.path());
    assert!(said.ends_with("status 0\n"), "{said}");
}

#[test]
fn the_answers_of_a_batch_are_not_held() {
    let folder = sandbox();
    let path = folder.path().join("sample-namespaces/long.yaml");
    let script = format!("x = ['{}', userid];", "a".repeat(1_000_000));
    std::fs::write(path, namespace(&script, 10, 1, 5)).expect("a file of our own");
    let ids: String = (0..300).map(|id| format!("{id}\n")).collect();
    std::fs::write(folder.path().join("ids.csv"), format!("userid\n{ids}")).expect("a file");
    for ending in ["csv", "jsonl", "parquet"] {
        for threads in [1, 2] {
            let command = format!(
                "planout eval --ns long --from sample-namespaces --batch ids.csv --threads {threads} \
                 --output out.{ending}"
            );
            let said = limited(200, &command, folder.path());
            assert!(said.ends_with("status 0\n"), "{command}: {said}");
        }
    }
}
