//! Observed units in rows: a unit, its experiment, and perhaps its params.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::support::{Run, planout, planout_with_input, sandbox};

const SHOP: &str = "\
namespace: {unit: userid, segments: 100, dialect: planout}
experiment_definitions:
  - {definition: D, assign: !planout \"price = 9; label = 'low';\"}
  - definition: E
    assign: !planout |
      price = uniformChoice(choices=[9, 12], unit=userid);
      if (price == 12) { label = 'high'; } else { label = 'low'; }
default_experiment: D
experiment_sequence:
  - {action: add, definition: E, name: e.1, segments: 30}
  - {action: add, definition: E, name: e.2, segments: 50}
";

fn shop(folder: &Path) {
    fs::write(folder.join("shop.yaml"), SHOP).expect("a file");
    let units: String = (0..10_000).map(|unit| format!("{unit}\n")).collect();
    fs::write(folder.join("units.csv"), format!("userid\n{units}")).expect("a file");
}

fn batch(folder: &Path, format: &str) -> String {
    let out = format!("out.{format}");
    let run = planout(
        folder,
        &["eval", "--ns", "shop", "--from", "shop.yaml", "--batch", "units.csv", "-o", &out],
    );
    assert_eq!(run.status, 0, "{}", run.stderr);
    out
}

fn observed(folder: &Path, file: &str, more: &[&str]) -> Run {
    let mut arguments = vec!["simulate", "--ns", "shop", "--from", "shop.yaml", "--observed", file];
    arguments.extend(more);
    planout(folder, &arguments)
}

#[test]
fn what_a_batch_writes_is_as_designed() {
    let folder = sandbox();
    shop(folder.path());
    let formats = ["csv", "tsv", "jsonl", "csv.gz", "jsonl.zst"];
    let parquet = cfg!(feature = "parquet").then_some("parquet");
    let mut answers = Vec::new();
    for format in formats.into_iter().chain(parquet) {
        let out = batch(folder.path(), format);
        let run = observed(folder.path(), &out, &[]);
        assert_eq!(run.status, 0, "{format}: {}\n{}", run.stdout, run.stderr);
        assert!(run.stdout.contains("  10000 units logged\n"), "{format}: {}", run.stdout);
        assert!(run.stdout.contains("\nprice in e.1: p "), "{format}: {}", run.stdout);
        // The label says nothing that the price does not say.
        let says = "\nlabel in e.1: not tested: it follows from `price`, which is tested\n";
        assert!(run.stdout.contains(says), "{format}: {}", run.stdout);
        assert!(run.stderr.contains("3 tests: all as designed"), "{format}: {}", run.stderr);
        answers.push(run.stdout);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:#?}");
}

#[test]
fn units_and_experiments_alone_are_enough() {
    let folder = sandbox();
    shop(folder.path());
    batch(folder.path(), "csv");
    let all = fs::read_to_string(folder.path().join("out.csv")).expect("a file");
    // Only the exposed units, without their params.
    let mut rows = String::from("experiment,userid\n");
    let mut lost = rows.clone();
    for line in all.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let (unit, experiment, price) = (fields[0], fields[2], fields[4]);
        if !experiment.is_empty() {
            writeln!(rows, "{experiment},{unit}").expect("a string");
            if !(price == "12" && unit.ends_with('7')) {
                writeln!(lost, "{experiment},{unit}").expect("a string");
            }
        }
    }
    fs::write(folder.path().join("rows.csv"), &rows).expect("a file");
    let run = observed(folder.path(), "rows.csv", &[]);
    assert_eq!(run.status, 0, "{}\n{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("units without params in the file: their own are evaluated\n"));
    // The default is not in the file, and is not expected there.
    assert!(run.stdout.contains("e.1   37.50 %"), "{}", run.stdout);
    // A tenth of the units of one arm are lost, which their ids tell.
    fs::write(folder.path().join("lost.csv"), &lost).expect("a file");
    let run = observed(folder.path(), "lost.csv", &["--by-definition"]);
    assert_eq!(run.status, 1, "{}\n{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("price in all runs of E: NOT AS DESIGNED"), "{}", run.stdout);
    assert!(run.stderr.contains("not as designed: price in all runs of E\n"), "{}", run.stderr);
}

#[test]
fn rows_that_differ_are_named() {
    let folder = sandbox();
    shop(folder.path());
    batch(folder.path(), "csv");
    let all = fs::read_to_string(folder.path().join("out.csv")).expect("a file");
    let row = all.lines().position(|line| line.ends_with(",12,high")).expect("a row");
    let lines: Vec<String> = (all.lines().enumerate())
        .map(|(place, line)| match place == row {
            true => line.replace(",12,high", ",12,low"),
            false => line.to_owned(),
        })
        .collect();
    fs::write(folder.path().join("wrong.csv"), lines.join("\n")).expect("a file");
    let run = observed(folder.path(), "wrong.csv", &[]);
    assert_eq!(run.status, 1, "{}", run.stdout);
    let says = "has `label` \"low\" in the log, and \"high\" in the namespace\n";
    assert!(run.stdout.contains(&format!("  line {row}: ")), "{}", run.stdout);
    assert!(run.stdout.contains(says), "{}", run.stdout);
    // An experiment that does not exist is a mistake of the file.
    let unknown = planout_with_input(
        folder.path(),
        &["simulate", "--ns", "shop", "--from", "shop.yaml", "--observed", "-"],
        b"userid,experiment\n1,e.1\n2,e1\n",
    );
    assert_eq!(unknown.status, 1);
    let says = "row 2: unknown active experiment `e1`: did you mean `e.1`?";
    assert!(unknown.stderr.contains(says), "{}", unknown.stderr);
}

/// The rows of a batch have no inputs unless `--keep` asks for them.
#[test]
fn rows_without_the_inputs_of_scripts_are_not_called_wrong() {
    let folder = sandbox();
    let geo = SHOP.replace("{unit: userid,", "{unit: userid, inputs: [country],").replace(
        "price = uniformChoice(choices=[9, 12], unit=userid);",
        "if (country == 'US') { price = 20; } else {
          price = uniformChoice(choices=[9, 12], unit=userid);
      }",
    );
    fs::write(folder.path().join("shop.yaml"), geo).expect("a file");
    let units: String = (0..4000).map(|unit| format!("{unit},US\n")).collect();
    fs::write(folder.path().join("units.csv"), format!("userid,country\n{units}")).expect("a file");
    let out = batch(folder.path(), "csv");
    for more in [&[][..], &["--sequential"]] {
        let run = observed(folder.path(), &out, more);
        assert_eq!(run.status, 0, "{}\n{}", run.stdout, run.stderr);
        let says = "price in e.1: not known: it depends on inputs that are not known\n";
        assert!(run.stdout.contains(says), "{}", run.stdout);
        assert!(run.stdout.contains("\nexperiments: p "), "{}", run.stdout);
    }
    for more in ["country=US", "--inputs-from=units.csv"] {
        let run = observed(folder.path(), &out, &[more]);
        assert_eq!(run.status, 0, "{}\n{}", run.stdout, run.stderr);
        assert!(run.stdout.contains("price in e.1: always 20\n"), "{}", run.stdout);
    }
}

/// Nothing forbids an experiment the name that stands for the default in files.
#[test]
fn an_experiment_may_have_the_name_of_the_default() {
    let folder = sandbox();
    fs::write(folder.path().join("shop.yaml"), SHOP.replace("name: e.1", "name: (default)"))
        .expect("a file");
    let units: String = (0..4000).map(|unit| format!("{unit}\n")).collect();
    fs::write(folder.path().join("units.csv"), format!("userid\n{units}")).expect("a file");
    let out = batch(folder.path(), "csv");
    let run = observed(folder.path(), &out, &[]);
    assert_eq!(run.status, 0, "{}\n{}", run.stdout, run.stderr);
}
