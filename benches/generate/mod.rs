//! Namespaces as a large project has them: many files, each of them clean.

use std::fmt::Write;
use std::fs;
use std::path::Path;

/// How many lines each file has.
const LINES: usize = 100;

/// What experiments decide: a param with the value that all have without them, and the choices.
const PARAMS: [(&str, &str, &str); 6] = [
    ("button_color", "'blue'", "['blue', 'green', 'orange']"),
    ("button_label", "'Join'", "['Join', 'Sign up', 'Start']"),
    ("page_size", "10", "[10, 20, 50]"),
    ("font_scale", "1.5", "[1.25, 1.5, 1.75]"),
    ("ranking", "'recent'", "['recent', 'popular', 'mixed']"),
    ("delay_ms", "100", "[50, 100, 200]"),
];

/// Writes `count` namespaces into a folder: always the same ones, no two alike.
pub(crate) fn write_namespaces(folder: &Path, count: usize) {
    for index in 0..count {
        let path = folder.join(format!("{}.yaml", name(index)));
        fs::write(path, namespace(index)).expect("a file in a folder of our own");
    }
}

/// Replaces a text in every file of a folder.
pub(crate) fn edit_all(folder: &Path, from: &str, to: &str) {
    for entry in fs::read_dir(folder).expect("a folder of our own") {
        let path = entry.expect("a namespace").path();
        let text = fs::read_to_string(&path).expect("a namespace");
        fs::write(path, text.replace(from, to)).expect("a file of our own");
    }
}

fn name(index: usize) -> String {
    const AREAS: [&str; 5] = ["home", "search", "checkout", "profile", "inbox"];
    format!("{}_{:03}", AREAS[index % AREAS.len()], index / AREAS.len())
}

fn namespace(index: usize) -> String {
    let name = name(index);
    let mut lines = vec![
        format!(
            "# What is tried on the surface {name}, and who answers for it: team {}",
            index % 7
        ),
        String::new(),
        "namespace:".to_owned(),
        format!("  name: {name}"),
        "  unit: userid".to_owned(),
        format!("  segments: {}", 1000 + 100 * (index % 10)),
        "  segment_hashing: namespace".to_owned(),
        "  inputs: [country, platform, age]".to_owned(),
        String::new(),
        "experiment_definitions:".to_owned(),
    ];
    let definitions = 5;
    for definition in 0..definitions {
        lines.extend(experiment(definition, index));
    }
    lines.extend(default());
    lines.extend(["", "default_experiment: Default", ""].map(str::to_owned));
    lines.push("experiment_sequence:".to_owned());
    // A run starts, and ends three runs later.
    for run in 0.. {
        let started = (run < 2).then_some(run).or((run % 2 == 0).then_some(run / 2 + 1));
        lines.push(match started {
            Some(run) => format!(
                "  - {{action: add, definition: Test_{}, name: run.{run}, segments: {}}}",
                run % definitions,
                40 + 10 * (run % 4),
            ),
            None => format!("  - {{action: remove, name: run.{}}}", run / 2 - 1),
        });
        if lines.len() >= LINES {
            break;
        }
    }
    lines.truncate(LINES);
    lines.join("\n") + "\n"
}

/// A definition that draws two params, one of them for some units only.
fn experiment(definition: usize, index: usize) -> Vec<String> {
    let param = |offset: usize| PARAMS[(definition + index + offset) % PARAMS.len()];
    let ((first, _, choices), (second, value, others)) = (param(0), param(1));
    let condition = ["country == 'JP'", "platform == 'ios'", "age >= 18"][index % 3];
    let mut script = format!("# Is another {first} better?\n");
    match definition % 3 {
        0 => writeln!(script, "{first} = uniformChoice(choices={choices}, unit=userid);"),
        1 => writeln!(
            script,
            "{first} = weightedChoice(choices={choices}, weights=[0.5, 0.25, 0.25], unit=userid);"
        ),
        _ => writeln!(
            script,
            "treated = bernoulliTrial(p=0.{}, unit=userid);\n\
             if (treated) {{\n  {first} = uniformChoice(choices={choices}, unit=userid);\n}}",
            1 + index % 9
        ),
    }
    .expect("a string");
    write!(
        script,
        "if ({condition}) {{  # where it has been asked for\n  \
         {second} = uniformChoice(choices={others}, unit=[userid, country]);\n\
         }} else {{\n  {second} = {value};\n}}\n"
    )
    .expect("a string");
    item(&format!("Test_{definition}"), &script)
}

/// The definition that sets every param there is.
fn default() -> Vec<String> {
    let script = PARAMS.iter().fold("treated = false;\n".to_owned(), |script, (name, value, _)| {
        script + &format!("{name} = {value};\n")
    });
    item("Default", &script)
}

fn item(name: &str, script: &str) -> Vec<String> {
    let head = [format!("  - definition: {name}"), "    assign: !planout |".to_owned()];
    head.into_iter().chain(script.lines().map(|line| format!("      {line}"))).collect()
}
