//! The line that says how far long work is: on terminals of several widths, and nowhere else.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use planout::plan::Units;
use planout::progress::Progress;
use planout::simulate::{Counted, Group, Units as MadeUp, design, observe_with};
use planout::store::{self, Folders};
use planout::{Catalog, Dialect, Map, catalog, lint, plan};
use unicode_width::UnicodeWidthChar;

use crate::support::{planout, sandbox, skip};

/// Back to the beginning of the line, and the line is empty.
const CLEAR: &str = "\r\u{1b}[2K";

/// What a command shows on a terminal of so many columns; `None` if there is no python3 that makes
/// one.
fn show(folder: &Path, columns: usize, term: &str, arguments: &[&str]) -> Option<String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/progress/terminal.py");
    let output = Command::new("python3")
        .args([script, &columns.to_string(), env!("CARGO_BIN_EXE_planout")])
        .args(arguments)
        .current_dir(folder)
        .env("TERM", term)
        .env("NO_COLOR", "1")
        .output();
    let output = match output {
        Ok(output) if cfg!(unix) => output,
        _ => {
            skip("there is no `python3` to make a terminal");
            return None;
        }
    };
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{shown}{}", String::from_utf8_lossy(&output.stderr));
    Some(shown)
}

/// What a terminal has shown: lines that stay, and those that were cleared away.
#[derive(Default)]
struct Screen {
    lines: Vec<String>,
    cleared: Vec<String>,
}

/// Does what a terminal does with what is written to it.
fn screen(shown: &str, columns: usize) -> Screen {
    let mut screen = Screen::default();
    let (mut line, mut column) = (String::new(), 0);
    let mut rest = shown;
    while let Some(char) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix(CLEAR) {
            screen.cleared.push(std::mem::take(&mut line));
            (rest, column) = (after, 0);
            continue;
        }
        rest = &rest[char.len_utf8()..];
        match char {
            '\r' => column = 0,
            '\n' => {
                screen.lines.push(std::mem::take(&mut line));
                column = 0;
            }
            char => {
                assert!(!char.is_control(), "{char:?} in {shown:?}");
                line.push(char);
                column += char.width().unwrap_or(0);
                // A longer line takes two of the screen, of which only one would be cleared.
                assert!(column <= columns || !is_progress(&line), "wider than {columns}: {line}");
            }
        }
    }
    screen.lines.push(line);
    screen.cleared.retain(|line| !line.is_empty());
    screen
}

fn is_progress(line: &str) -> bool {
    let is_summary = line.contains(" rows in ");
    line.ends_with(" left") || line.ends_with(" %") || line.ends_with(" a second") && !is_summary
}

/// Asserts that a command shows its progress on a line that fits, and takes it away.
fn assert_shown(folder: &Path, columns: usize, arguments: &[&str]) -> Vec<String> {
    let Some(shown) = show(folder, columns, "xterm", arguments) else { return Vec::new() };
    let screen = screen(&shown, columns);
    assert!(!screen.cleared.is_empty(), "{arguments:?} shows nothing: {shown:?}");
    let stays = screen.lines.iter().find(|line| is_progress(line) && line.contains(": ["));
    assert_eq!(stays, None, "{shown:?}");
    screen.cleared
}

const WIDTHS: [usize; 3] = [40, 80, 200];

/// So many units in a file whose name has many letters.
fn units(folder: &Path, count: usize) -> String {
    let deep = "a/folder/of/the/units/that/were/seen/in/march/of/the/year/before/the/last/one";
    fs::create_dir_all(folder.join(deep)).expect("a folder");
    let mut rows = String::from("userid\n");
    for unit in 0..count {
        writeln!(rows, "{unit}").expect("a string");
    }
    let name = format!("{deep}/units-用户.csv");
    fs::write(folder.join(&name), rows).expect("a file");
    name
}

#[test]
fn simulations_and_batches_show_it_on_every_width() {
    let folder = sandbox();
    let file = units(folder.path(), 2_000_000);
    for columns in WIDTHS {
        let simulate = ["simulate", "--ns", "button_color", "--units", "3000000", "--threads", "1"];
        let lines = assert_shown(folder.path(), columns, &simulate);
        assert!(lines.iter().all(|line| line.starts_with("button_color: ")), "{lines:?}");
        assert!(lines.iter().all(|line| line.contains(" %, ")), "{lines:?}");
        if columns == 200 {
            assert!(lines.iter().all(|line| line.contains(" units a second, ")), "{lines:?}");
        }
        let batch = ["eval", "--ns", "test_ns", "--batch", &file, "--threads", "1", "sourceid=1"];
        let more = ["storyid=2", "viewerid=3"];
        assert_shown(folder.path(), columns, &[&batch[..], &more].concat());
        let simulate =
            ["simulate", "--ns", "button_color", "--inputs-from", &file, "--threads", "1"];
        let lines = assert_shown(folder.path(), columns, &simulate);
        // A fast machine has read the rows before the first line is drawn, and evaluates the units.
        let is_counted = |line: &String| line.contains(" rows, ") || line.contains(" units, ");
        assert!(columns < 200 || lines.iter().all(is_counted), "{lines:?}");
    }
}

/// The name of a file may hold what nobody may read, and what a terminal would do.
#[cfg(unix)]
#[test]
fn the_line_shows_neither_secrets_nor_commands() {
    let folder = sandbox();
    let root = folder.path();
    // The rows take a fast machine longer to read than the first line takes to be drawn.
    let file = units(root, 6_000_000);
    fs::create_dir_all(root.join("x/joe:hunter2@h")).expect("a folder");
    let name = "x//joe:hunter2@h/u\u{1b}[2J.csv";
    fs::rename(root.join(file), root.join(name)).expect("a file");
    let simulate = ["simulate", "--ns", "button_color", "--batch", name, "--threads", "1"];
    let lines = assert_shown(root, 200, &simulate);
    assert!(!lines.iter().any(|line| line.contains("hunter2")), "{lines:?}");
    let shown = |line: &String| line.starts_with("x//...@h/u\\u001b[2J.csv: ");
    assert!(lines.is_empty() || lines.iter().any(shown), "{lines:?}");
}

/// As many namespaces as a company has, in two generations.
fn many(folder: &Path) {
    let sample = fs::read_to_string(folder.join("sample-namespaces/test_ns.yaml")).expect("a file");
    for (generation, text) in [("old", sample.clone()), ("new", sample.replace("0.8", "0.7"))] {
        fs::create_dir(folder.join(generation)).expect("a folder");
        for number in 0..3000 {
            let path = folder.join(format!("{generation}/namespace_{number}.yaml"));
            fs::write(path, &text).expect("a file");
        }
    }
}

#[test]
fn checks_and_plans_of_many_namespaces_show_it() {
    let folder = sandbox();
    many(folder.path());
    let lines = assert_shown(folder.path(), 80, &["check", "old"]);
    assert!(lines.iter().any(|line| line.starts_with("checking: [")), "{lines:?}");
    let plan = ["plan", "new", "--against", "old"];
    for columns in [40, 80] {
        let lines = assert_shown(folder.path(), columns, &plan);
        assert!(lines.is_empty() || lines.iter().any(|line| line.starts_with("comparing: ")));
    }
}

#[test]
fn it_is_shown_to_people_only() {
    let folder = sandbox();
    let simulate = ["simulate", "--ns", "button_color", "--units", "3000000", "--threads", "1"];
    let run = planout(folder.path(), &simulate);
    assert_eq!(run.stderr, "5 tests: all as designed\n");
    let quiet = [&simulate[..], &["-q"]].concat();
    if let Some(shown) = show(folder.path(), 80, "xterm", &quiet) {
        assert_eq!(shown, "");
    }
    if let Some(shown) = show(folder.path(), 80, "dumb", &simulate) {
        assert_eq!(shown, "5 tests: all as designed\r\n");
    }
}

#[test]
fn the_library_counts_what_it_has_done() {
    let folder = sandbox();
    let location = folder.path().join("sample-namespaces");
    let store = store::open_with(&location.to_string_lossy(), Folders::All).expect("a location");
    let all = |progress: &Progress| {
        assert_eq!((progress.done(), progress.total()), (4, Some(4)));
    };
    let read = Progress::new();
    let mut loaded = catalog::read_with(&*store, Dialect::Planout4j, &read).expect("namespaces");
    all(&read);
    let checked = Progress::new();
    lint::check_with(&mut loaded, &lint::Settings::default(), &checked);
    all(&checked);
    let compared = Progress::new();
    plan::compare_with(&loaded, &loaded, &Units::Numbers(0), &compared);
    all(&compared);

    let catalog =
        Catalog::load(&location.to_string_lossy(), Dialect::Planout4j).expect("a catalog");
    let namespace = catalog.get("button_color").expect("a sample");
    let groups = [Group { inputs: Map::new(), weight: 1.0 }];
    let design = design(namespace, &groups, Counted::All);
    let units = MadeUp { count: 10_000, seed: 0, inputs: Map::new() };
    let evaluated = Progress::new();
    assert_eq!(evaluated.total(), None);
    observe_with(&design, &units, 2, &evaluated);
    assert_eq!((evaluated.done(), evaluated.total()), (10_000, Some(10_000)));
}
