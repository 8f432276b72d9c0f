//! Power: the formulas against published values, their properties, simulated experiments, and the
//! command.

mod command;
mod errors;
mod properties;
mod simulated;
mod table;
mod units;

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Run, planout, sandbox};

#[track_caller]
fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found}, not {expected}");
}

/// A sandbox with a namespace of several arms, one of sessions, and files of traffic and of a ratio.
fn folder() -> TempDir {
    let folder = sandbox();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect(name);
    write(
        "sample-namespaces/arms.yaml",
        "namespace:
  unit: userid
  segments: 10
  inputs: {country: [DE, FR], sessionid: string, page: string}
experiment_definitions:
  - definition: D
    assign: !planout |
      x = 'a';
      odd = 'z';
  - definition: X
    assign: !planout |
      x = uniformChoice(choices=['a', 'b', 'c', 'd'], unit=userid);
      two = weightedChoice(choices=['a', 'b'], weights=[4, 1], unit=userid);
      never = weightedChoice(choices=['a', 'b'], weights=[1, 0], unit=userid);
      odd = uniformChoice(choices=['u', 'v'], unit=userid);
      fixed = 7;
      many = randomInteger(min=1, max=60, unit=userid);
      float = randomFloat(min=0, max=1, unit=userid);
      parity = userid % 2;
      session = uniformChoice(choices=[1, 2, 2, 2], unit=sessionid);
      both = uniformChoice(choices=[1, 2], unit=[userid, page]);
      land = uniformChoice(choices=[1, 2], unit=[userid, country]);
      mixed = uniformChoice(choices=[1, session], unit=userid);
      if (x == 'd') { sometimes = uniformChoice(choices=[1, 2], unit=userid); }
  - definition: Half
    assign: !planout |
      x = uniformChoice(choices=['a', 'b'], unit=userid);
      in = bernoulliTrial(p=0.5, unit=userid);
      if (!in) { return false; }
default_experiment: D
experiment_sequence:
  - {action: add, definition: X, name: old, segments: 5}
  - {action: remove, name: old}
  - {action: add, definition: X, name: arms, segments: 8}
  - {action: add, definition: Half, name: half, segments: 2}
",
    );
    let days = (1..=10).map(|day| format!("{day},{}\n", 10_000 * day));
    write("traffic.csv", &("day,units\n".to_owned() + &days.collect::<String>()));
    let rows = (0..200).map(|unit| format!("{unit},{},{}\n", unit % 3, 1 + unit % 4));
    write("ratio.csv", &("userid,num,den\n".to_owned() + &rows.collect::<String>()));
    folder
}

/// Runs `planout power` for an experiment; `~` is a space inside of an argument.
fn power(folder: &TempDir, arguments: &str) -> Run {
    let words: Vec<String> =
        arguments.split_whitespace().map(|word| word.replace('~', " ")).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    planout(folder.path(), &[&["power"][..], &words].concat())
}

/// Its answer in JSON.
#[track_caller]
fn answer(folder: &TempDir, arguments: &str) -> Value {
    let run = power(folder, &format!("{arguments} --format json"));
    assert_eq!(run.status, 0, "{arguments}\n{}\n{}", run.stdout, run.stderr);
    serde_json::from_str(&run.stdout).expect("JSON")
}

/// A number in an answer.
#[track_caller]
fn number(value: &Value, path: &str) -> f64 {
    value.pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("{path}: {value:#}"))
}
