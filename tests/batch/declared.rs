//! Inputs that are not what a namespace declares: warnings about units and files of units, which
//! change neither an answer nor a status.

use std::path::Path;

use crate::support::{Run, planout, sandbox};

/// A namespace that declares its inputs, or only names them.
fn namespace(inputs: &str) -> String {
    format!(
        "\
namespace:
  unit: userid
  segments: 10
  inputs: {inputs}
experiment_definitions:
  - definition: Default
    assign: !planout |
      price = uniformChoice(choices=[9, 12], unit=[userid, country]);
      is_adult = age ?? 0;
      lang = language ?? 'en';
default_experiment: Default
experiment_sequence: []
"
    )
}

const NAMES: &str = "[country, age, language, unread]";
const DECLARED: &str = "{country: [US, DE], age: integer, language: [en, null], unread: [1]}";

/// A folder with both namespaces, `declared` and `named`, and a file of units.
fn folder(file: &str, units: &str) -> tempfile::TempDir {
    let folder = sandbox();
    std::fs::create_dir(folder.path().join("ns")).expect("a folder");
    for (name, inputs) in [("declared", DECLARED), ("named", NAMES)] {
        let path = folder.path().join(format!("ns/{name}.yaml"));
        std::fs::write(path, namespace(inputs)).expect("a file");
    }
    std::fs::write(folder.path().join(file), units).expect("a file");
    folder
}

fn eval(folder: &Path, arguments: &str) -> Run {
    let words = arguments.split(' ').filter(|word| !word.is_empty());
    let fixed = ["eval", "--from", "ns"];
    let run = planout(folder, &fixed.into_iter().chain(words).collect::<Vec<_>>());
    assert_eq!(run.status, 0, "{arguments}: {}{}", run.stdout, run.stderr);
    run
}

fn warnings(run: &Run) -> Vec<&str> {
    run.stderr.lines().filter(|line| line.starts_with("warning: ")).collect()
}

#[test]
fn a_unit_with_other_values_gets_its_answer_and_warnings() {
    let folder = folder("unused.csv", "");
    for (inputs, expected) in [
        ("country=US age:=7", &[][..]),
        ("country=DE age:=null language=en unread:=1", &[]),
        ("country=US age:=7 language:=null", &[]),
        (
            "country=UK age:=7",
            &[
                "warning: `country` is `\"UK\"`, which is not declared; declared: `\"US\"`, `\"DE\"`",
            ],
        ),
        (
            "country=US age=18",
            &["warning: `age` is a string, and is declared as an integer: write `age:=18`"],
        ),
        (
            "country=US age=old language=de",
            &[
                "warning: `age` is a string, and is declared as an integer",
                "warning: `language` is `\"de\"`, which is not declared; declared: `\"en\"`, `null`",
            ],
        ),
        ("country=US age:=7.5", &["warning: `age` is a float, and is declared as an integer"]),
        // A script reads it, and nobody gives it.
        (
            "age:=7",
            &[
                "warning: `country` is not given, and `null` is not declared; declared: `\"US\"`, `\"DE\"`",
            ],
        ),
        (
            "country=US unread:=2",
            &["warning: `unread` is `2`, which is not declared; declared: `1`"],
        ),
        (
            "country=US --override country=FR",
            &[
                "warning: `country` is `\"FR\"`, which is not declared; declared: `\"US\"`, `\"DE\"`",
            ],
        ),
    ] {
        let run = eval(folder.path(), &format!("--ns declared userid=1 {inputs}"));
        assert_eq!(warnings(&run), expected, "{inputs}");
        let json = eval(folder.path(), &format!("--ns declared userid=1 {inputs} --format json"));
        assert_eq!(warnings(&json), expected, "{inputs}");
        serde_json::from_str::<serde_json::Value>(&json.stdout).expect("nothing but JSON");
        let quiet = eval(folder.path(), &format!("-q --ns declared userid=1 {inputs}"));
        assert_eq!(warnings(&quiet), [""; 0]);
    }
}

#[test]
fn rows_with_other_values_are_counted() {
    let mut units = "userid,country,age\n".to_owned();
    for (user, country) in ["US", "UK", "DE", "FR", "UK", "UK", ""].iter().enumerate() {
        units += &format!("{user},{country},{user}\n");
    }
    let folder = folder("users.csv", &units);
    let expected = [
        "warning: `age` is not as declared in 7 rows: a string in 7 rows; declared: an integer; \
         `--types age:integer` gives the column its type",
        "warning: `country` is not as declared in 5 rows: `\"UK\"` in 3 rows, `\"FR\"` in 1 row, \
         `\"\"` in 1 row; declared: `\"US\"`, `\"DE\"`",
    ];
    for threads in ["1", "4"] {
        let run = eval(
            folder.path(),
            &format!("--ns declared --batch users.csv --threads {threads} --output-format csv"),
        );
        let mut found = warnings(&run);
        found.sort();
        assert_eq!(found, expected);
        let named = eval(folder.path(), "--ns named --batch users.csv --output-format csv");
        assert_eq!(warnings(&named), [""; 0]);
        let answers = |run: &Run| run.stdout.lines().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(answers(&run).len(), answers(&named).len());
    }
    let typed = eval(folder.path(), "--ns declared --batch users.csv --types age:integer");
    assert_eq!(warnings(&typed), expected[1..]);
    assert!(typed.stdout.lines().all(|line| line.starts_with('{')), "{}", typed.stdout);
    // Programs find them among the notes.
    let json =
        eval(folder.path(), "--ns declared --batch users.csv --output out.jsonl --format json");
    assert_eq!(warnings(&json), [""; 0]);
    let summary: serde_json::Value = [&json.stdout, &json.stderr]
        .iter()
        .find_map(|text| serde_json::from_str(text).ok())
        .expect("JSON");
    let notes = summary["notes"].as_array().expect("notes");
    assert!(expected.iter().all(|line| notes.iter().any(|note| note == line)), "{summary}");
    // With several namespaces, the warning says which one it is.
    let both = eval(folder.path(), "--ns named,declared --batch users.csv --types age:integer");
    assert_eq!(warnings(&both).len(), 1, "{}", both.stderr);
    assert!(both.stderr.contains("`country` of `declared` is not as declared in 5 rows"));
}

#[test]
fn a_missing_column_and_many_values_are_one_warning_each() {
    let rows: String = (0..2000).map(|user| format!("{user},c{user}\n")).collect();
    let folder = folder("users.csv", &format!("userid,country\n{rows}"));
    let run = eval(folder.path(), "--ns declared --batch users.csv");
    assert_eq!(
        warnings(&run),
        [
            "warning: `country` is not as declared in 2,000 rows: `\"c0\"`, `\"c1\"`, `\"c2\"`, `\"c3\"`, \
          `\"c4\"`, ...; declared: `\"US\"`, `\"DE\"`"
        ]
    );
    std::fs::write(folder.path().join("ids.csv"), "userid\n1\n2\n").expect("a file");
    let run = eval(folder.path(), "--ns declared --batch ids.csv");
    assert_eq!(
        warnings(&run),
        [
            "warning: `country` is not as declared in 2 rows: `null` in 2 rows; declared: `\"US\"`, `\"DE\"`"
        ]
    );
    let run = eval(folder.path(), "--ns declared --batch ids.csv country=UK");
    assert_eq!(
        warnings(&run),
        [
            "warning: `country` is not as declared in 2 rows: `\"UK\"` in 2 rows; declared: `\"US\"`, `\"DE\"`"
        ]
    );
    let run = eval(folder.path(), "--ns declared --batch ids.csv country=US");
    assert_eq!(warnings(&run), [""; 0]);
}
