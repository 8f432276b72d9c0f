//! Ships that would reassign units do not pass by accident, and `ramp` and `stop` never do.

#[cfg(target_os = "linux")]
mod answers;
mod checked;
mod failures;
mod meaning;
#[cfg(feature = "redis")]
mod names;
mod readers;
mod saved;

use std::fs;
use std::path::Path;

use planout::Dialect;

use crate::support::{Run, planout, sandbox};

const BUTTON: &str = "sample-namespaces/button_color.yaml";

fn run(folder: &Path, status: u8, arguments: &[&str]) -> Run {
    let run = planout(folder, arguments);
    let Run { stdout, stderr, .. } = &run;
    assert_eq!(run.status, i32::from(status), "{arguments:?}\n{stdout}\n{stderr}");
    run
}

fn ship(folder: &Path, status: u8, options: &[&str]) -> Run {
    run(folder, status, &[&["ship", "sample-namespaces", "out"], options].concat())
}

fn edit(folder: &Path, from: &str, to: &str) {
    let path = folder.join(BUTTON);
    let text = fs::read_to_string(&path).expect("a sample");
    assert!(text.contains(from), "{from}");
    fs::write(path, text.replacen(from, to, 1)).expect("a file of our own");
}

fn shipped(folder: &Path) -> String {
    fs::read_to_string(folder.join("out/button_color.json")).expect("a shipped namespace")
}

#[test]
fn what_reassigns_units_is_refused_and_explained() {
    let folder = sandbox();
    ship(folder.path(), 0, &[]);
    let before = shipped(folder.path());
    edit(
        folder.path(),
        "  - {action: add",
        "  - {action: add, name: x, definition: Colors, segments: 1}\n  - {action: add",
    );
    for options in [&[][..], &["--dry-run"], &["--format", "json"]] {
        let refused = ship(folder.path(), 1, options);
        assert!(
            refused.stdout.contains("inserts an `add` of `x` before `Colors`"),
            "{}",
            refused.stdout
        );
        assert!(
            refused.stderr.contains("running experiments of button_color"),
            "{}",
            refused.stderr
        );
        assert!(refused.stderr.contains("--allow-reassignment button_color"), "{}", refused.stderr);
        let json = options.contains(&"json");
        let entry = if json {
            "\"definition\": \"Colors\",\n                \"name\": \"x\","
        } else {
            "      - {action: add, definition: Colors, name: x, segments: 1}\n"
        };
        assert!(refused.stdout.contains(entry), "{}", refused.stdout);
        assert_eq!(shipped(folder.path()), before);
    }
    ship(folder.path(), 1, &["--allow-reassignment", "page_size"]);
    let unknown = ship(folder.path(), 1, &["--allow-reassignment", "buton_color"]);
    assert!(unknown.stderr.contains("did you mean `button_color`?"), "{}", unknown.stderr);
    assert_eq!(shipped(folder.path()), before);
    ship(folder.path(), 0, &["--allow-reassignment", "page_size,button_color"]);
    assert_ne!(shipped(folder.path()), before);
}

#[test]
fn safe_changes_pass() {
    let folder = sandbox();
    ship(folder.path(), 0, &[]);
    edit(folder.path(), "# As small", "# Very small");
    edit(folder.path(), "label = 'Join';", "label = 'Enter';");
    run(
        folder.path(),
        0,
        &["ramp", "button_color", "--definition", "Colors", "--name", "b", "--segments", "2"],
    );
    run(folder.path(), 0, &["stop", "button_color", "Colors"]);
    let safe = ship(folder.path(), 0, &[]);
    assert!(safe.stdout.starts_with("plan: safe changes: 1 changed"), "{}", safe.stdout);
    assert!(safe.stdout.contains("updated    button_color\n"), "{}", safe.stdout);
}

#[test]
fn the_guard_is_configured() {
    for (guard, status, said) in [("error", 1, true), ("warn", 0, true), ("off", 0, false)] {
        let folder = sandbox();
        ship(folder.path(), 0, &[]);
        let config = format!("source = 'sample-namespaces'\n[ship]\nguard = \"{guard}\"\n");
        fs::write(folder.path().join("planout.toml"), config).expect("a file of our own");
        edit(folder.path(), "segments: 10\n", "segments: 20\n");
        let run = ship(folder.path(), status, &[]);
        assert_eq!(run.stderr.contains("would be reassigned"), said, "{}", run.stderr);
    }
    let folder = sandbox();
    fs::write(folder.path().join("planout.toml"), "[ship]\nguard = \"on\"\n").expect("a file");
    let wrong = ship(folder.path(), 1, &[]);
    assert!(wrong.stderr.contains("`off`, `warn`, `error`"), "{}", wrong.stderr);
}

#[test]
fn running_experiments_are_not_pruned_by_accident() {
    let folder = sandbox();
    ship(folder.path(), 0, &[]);
    fs::remove_file(folder.path().join(BUTTON)).expect("a sample");
    ship(folder.path(), 0, &[]);
    let refused = ship(folder.path(), 1, &["--prune"]);
    assert!(refused.stderr.contains("experiments of button_color"), "{}", refused.stderr);
    shipped(folder.path());
    ship(folder.path(), 0, &["--prune", "--allow-reassignment", "button_color"]);
    assert!(!folder.path().join("out/button_color.json").exists());
}

#[test]
fn ramp_and_stop_append_and_move_nobody() {
    let folder = sandbox();
    let path = folder.path().join(BUTTON);
    let before = fs::read_to_string(&path).expect("a sample");
    let ramp = ["ramp", "button_color", "--definition", "Colors", "--name", "b", "--segments", "2"];
    let dry = run(folder.path(), 0, &[&ramp[..], &["--dry-run"]].concat());
    assert!(dry.stdout.contains("b  starts   on 2 of 10 segments"), "{}", dry.stdout);
    assert_eq!(fs::read_to_string(&path).expect("a sample"), before);

    run(folder.path(), 0, &ramp);
    run(folder.path(), 0, &["stop", BUTTON, "Colors"]);
    let expected = format!(
        "{before}  - {{action: add, definition: Colors, name: b, segments: 2}}\n  \
         - {{action: remove, name: Colors}}\n"
    );
    assert_eq!(fs::read_to_string(&path).expect("a sample"), expected);

    for (arguments, message) in [
        (&["stop", "button_color", "Colors"][..], "`Colors` is not active"),
        (&["stop", "button_colour", "b"], "did you mean `button_color`?"),
        (&ramp, "`b` is active already"),
        (
            &["ramp", "button_color", "--definition", "Colours", "--name", "c", "--segments", "1"],
            "did you mean `Colors`?",
        ),
        (
            &["ramp", "button_color", "--definition", "Colors", "--name", "c", "--segments", "99"],
            "asks for 99 segments and 8 are free",
        ),
        (
            &["ramp", "button_color", "--definition", "Colors", "--name", "c", "--segments", "0"],
            "must be positive",
        ),
    ] {
        let wrong = run(folder.path(), 1, arguments);
        assert!(wrong.stderr.contains(message), "{arguments:?}: {}", wrong.stderr);
        assert_eq!(fs::read_to_string(&path).expect("a sample"), expected);
    }
    let catalog = planout::Catalog::load(&path.to_string_lossy(), Dialect::Planout4j);
    let catalog = catalog.expect("a valid namespace");
    let active = catalog.get("button_color").expect("it is there").experiments().len();
    assert_eq!(active, 1);
}

#[test]
fn a_ship_shows_what_the_plan_shows() {
    let folder = sandbox();
    ship(folder.path(), 0, &[]);
    edit(folder.path(), "label = 'Join';", "label = 'Enter';");
    fs::write(folder.path().join("units.txt"), "1\n2\n").expect("a file of our own");
    for (options, said) in [
        // The exact shares say all that units without inputs could.
        (&[][..], "100 % of the units of no experiment"),
        (&["--sample", "77"], "of 77 units"),
        (&["--units", "units.txt"], "of 2 units"),
    ] {
        let plan = [&["plan", "sample-namespaces", "out"], options].concat();
        let plan = run(folder.path(), 0, &plan).stdout;
        assert!(plan.contains(said), "{plan}");
        let dry = ship(folder.path(), 0, &[&["--dry-run"], options].concat());
        assert!(dry.stdout.starts_with(&plan), "{}", dry.stdout);
    }
    let json = ship(folder.path(), 0, &["--format", "json"]).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["plan"]["namespaces"][0]["changes"]["sample"]["units"], 10000);
    assert_eq!(json["plan"]["counts"]["unchanged"], 3);
}
