//! `docs/diagnostics.md` explains every code, with examples that are what they say.
//!
//! A section has examples in fenced blocks. The first word after the fence says what it is, the
//! second whether it is `wrong`, and then must give the section's code and nothing else, or
//! `right`, and then must give nothing.
//!
//! | block | is | is tried with |
//! |---|---|---|
//! | ` ```planout ` | a script | `planout check`; for P0300 `planout eval` |
//! | ` ```json ` | a compiled script | `planout eval` |
//! | ` ```yaml ` | a namespace, or a part of one | `planout check` |
//! | ` ```toml ` | a configuration | `planout check`, in a folder with the samples |
//! | ` ```sh ` | commands, in a folder with the samples | a shell |
//!
//! What a namespace lacks of the keys of [`REST`] is added from there.

use planout::diagnostic::{Code, Level, explain, title};

use crate::docs::blocks;
use crate::support::{Run, planout, sandbox, shell};

/// The keys of a namespace with what belongs to them, for examples that leave them out.
const REST: [(&str, &str); 4] = [
    ("namespace:", "namespace: {unit: userid, segments: 100}\n"),
    (
        "experiment_definitions:",
        "experiment_definitions:
  - {definition: Default, assign: !planout \"price = 9;\"}
  - {definition: Price, assign: !planout \"price = uniformChoice(choices=[9, 12], unit=userid);\"}
",
    ),
    ("default_experiment:", "default_experiment: Default\n"),
    (
        "experiment_sequence:",
        "experiment_sequence:
  - {action: add, definition: Price, name: price.a, segments: 60}
",
    ),
];

const DOCUMENT: &str = include_str!("../docs/diagnostics.md");

fn level(code: Code) -> &'static str {
    match code.default_level() {
        None | Some(Level::Error) => "error",
        Some(Level::Warn) => "warning",
        Some(Level::Off) => "off",
    }
}

/// The example of a namespace as a whole one.
fn complete(example: &str) -> String {
    let has = |key: &str| example.lines().any(|line| line.starts_with(key));
    let missing = REST.iter().filter(|(key, _)| !has(key)).map(|(_, rest)| *rest);
    missing.fold(example.to_owned(), |text, rest| text + rest)
}

/// What trying an example prints.
fn attempt(code: Code, kind: &str, example: &str) -> String {
    let folder = sandbox();
    let (command, file, text) = match kind {
        "sh" => (example, "unused", String::new()),
        "planout" if code == Code::Evaluation => {
            ("planout eval --script x.planout", "x.planout", example.to_owned())
        }
        "planout" => ("planout check x.planout", "x.planout", example.to_owned()),
        "json" => ("planout eval --script x.json", "x.json", example.to_owned()),
        "toml" => ("planout check sample-namespaces", "planout.toml", example.to_owned()),
        "yaml" => ("planout check x.yaml", "x.yaml", complete(example)),
        other => panic!("{code}: nobody knows how to try `{other}`"),
    };
    std::fs::write(folder.path().join(file), text).expect("a file");
    shell(command, folder.path())
}

/// The problems in what was printed, as `error[P0001]`; that a command failed, as `error`.
fn problems(printed: &str) -> Vec<&str> {
    let titles = printed.lines().filter_map(|line| line.split_once(": ").map(|(title, _)| title));
    titles.filter(|title| title.starts_with("error") || title.starts_with("warning")).collect()
}

#[test]
fn every_code_has_its_section_in_order() {
    let headings = DOCUMENT.lines().filter_map(|line| line.strip_prefix("## P"));
    let headings: Vec<_> = headings.map(|heading| format!("P{heading}")).collect();
    let expected: Vec<_> =
        Code::ALL.iter().map(|code| format!("{code}: {}", title(*code))).collect();
    assert_eq!(headings, expected);
    for code in Code::ALL.iter().copied() {
        assert!(!title(code).is_empty() && !title(code).ends_with('.'), "{code}");
    }
}

#[test]
fn the_table_agrees_with_the_sections() {
    let rows = DOCUMENT.lines().filter(|line| line.starts_with("| P"));
    let codes = Code::ALL.iter().copied();
    let expected = codes.map(|code| format!("| {code} | {} | {} |", level(code), title(code)));
    assert_eq!(rows.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
}

#[test]
fn examples_are_what_they_say() {
    for code in Code::ALL.iter().copied() {
        // The example asks for what is off.
        let expected = [format!("{}[{code}]", level(code).replace("off", "warning"))];
        let mut tried = [0, 0];
        for block in blocks(explain(code)) {
            let (kind, side) = block.language.split_once(' ').expect("wrong or right");
            let printed = attempt(code, kind, &block.text);
            let mut problems = problems(&printed);
            match side {
                "wrong" => {
                    problems.retain(|problem| *problem != "error");
                    assert_eq!(problems, expected, "{}\n{printed}", block.text);
                }
                "right" => assert_eq!(problems, [""; 0], "{}\n{printed}", block.text),
                other => panic!("{code}: an example is wrong or right, not `{other}`"),
            }
            tried[usize::from(side == "right")] += 1;
        }
        assert!(tried[0] > 0 && tried[1] > 0, "{code}: {tried:?} examples, wrong and right");
    }
}

fn run(arguments: &[&str]) -> Run {
    planout(sandbox().path(), arguments)
}

#[test]
fn explain_prints_the_section_for_a_terminal() {
    let expected = "\
P0203: an invalid number of segments

Segments are counted: their number is a whole number, at least 1.

Wrong:

    namespace:
      unit: userid
      segments: 12.5

Write a whole number in digits. An experiment that is to have no segments any more is removed.

Right:

    namespace:
      unit: userid
      segments: 125
";
    assert_eq!(run(&["explain", "P0203"]).stdout, expected);
    for word in ["p0203", "P203", "203", "0203"] {
        assert_eq!(run(&["explain", word]).stdout, expected, "{word}");
    }
}

#[test]
fn explain_prints_json() {
    let object = run(&["explain", "p7", "--format", "json"]).stdout;
    let object: serde_json::Value = serde_json::from_str(&object).expect("json");
    assert_eq!(object["code"], "P0007");
    assert_eq!(object["severity"], "warning");
    assert_eq!(object["title"], title(Code::SwitchNeverRuns));
    assert_eq!(object["explanation"], explain(Code::SwitchNeverRuns));
    let list = run(&["explain", "--format", "json"]).stdout;
    let list: serde_json::Value = serde_json::from_str(&list).expect("json");
    let codes: Vec<_> = list.as_array().expect("a list").iter().map(|it| &it["code"]).collect();
    assert_eq!(codes, Code::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>());
}

#[test]
fn explain_lists_all_codes() {
    let list = run(&["explain"]).stdout;
    assert_eq!(list.lines().count(), Code::ALL.len());
    assert!(list.contains("\nP0007  warning  `switch` never runs\n"), "{list}");
    assert!(list.contains("\nP0300  error    a script that fails\n"), "{list}");
}

#[test]
fn an_unknown_code_gets_the_one_that_is_near() {
    let all = "help: `planout explain` lists all codes\n";
    // Of a number with a wrong digit, nobody knows which.
    for (word, near) in [
        ("PO208", "help: did you mean `P0208`?\n"),
        ("P05O3", "help: did you mean `P0503`?\n"),
        ("P0214", all),
        ("P0550", all),
        ("P050", all),
        ("99999", all),
    ] {
        let run = run(&["explain", word]);
        assert_eq!((run.status, run.stdout.as_str()), (1, ""), "{word}");
        assert!(run.stderr.contains(&format!("unknown code `{word}`")), "{}", run.stderr);
        assert!(run.stderr.contains(near), "{}", run.stderr);
    }
}

#[test]
fn problems_end_with_where_to_read_on() {
    let compile = ["compile", "x = 1 & 2;"];
    let hint = "\n1 error\nfor more: `planout explain P0002`\n";
    assert!(run(&compile).stderr.ends_with(hint));
    assert!(!run(&[&compile[..], &["-q"]].concat()).stderr.contains("explain"));
    assert!(!run(&[&compile[..], &["--format", "json"]].concat()).stderr.contains("explain"));
}
