//! `check --fix`: what is certain is mended, and what is valid stays.

use std::fs;

use planout::Dialect;
use planout::catalog::Loaded;
use planout::diagnostic::{Diagnostic, Severity};
use planout::fix::mend;
use planout::lint::{self, Settings};
use planout::source::SourceText;
use planout::store::FileFormat;

use crate::support::{golden, planout, sandbox, text};

fn check_script(source: &SourceText) -> Vec<Diagnostic> {
    lint::check_script(source, Dialect::Planout4j, &Settings::default())
}

fn check_namespace(source: &SourceText) -> Vec<Diagnostic> {
    let bytes = source.text().as_bytes().to_vec();
    let loaded = Loaded::new("ns.yaml", Some("ns"), bytes, FileFormat::Yaml, Dialect::Planout4j);
    let mut loaded = [loaded];
    lint::check(&mut loaded, &Settings::default());
    let [loaded] = loaded;
    loaded.diagnostics
}

fn errors(found: &[Diagnostic]) -> usize {
    found.iter().filter(|it| it.severity == Severity::Error).count()
}

#[test]
fn scripts() {
    for (script, mended) in [
        // The nearest name.
        (
            "x = uniformChioce(choices=[1, 2], unit=u);",
            "x = uniformChoice(choices=[1, 2], unit=u);",
        ),
        (
            "x = uniformChoice(choises=[1, 2], unit=u);",
            "x = uniformChoice(choices=[1, 2], unit=u);",
        ),
        // Quotes.
        ("x = “red”;", "x = \"red\";"),
        ("x = ‘it’;\ny = 'red’;", "x = 'it';\ny = 'red';"),
        // Commas and what ends a statement.
        ("x = uniformChoice(choices=[1 2] unit=u);", "x = uniformChoice(choices=[1, 2], unit=u);"),
        ("x = 1\ny = 2;", "x = 1;\ny = 2;"),
        // Signs of other languages.
        ("if (a and b or c) { x = 1; }", "if (a && b || c) { x = 1; }"),
        ("if (a ≤ 2 | b ≠ 3) { x = 2 × 3; }", "if (a <= 2 || b != 3) { x = 2 * 3; }"),
        // Several rounds: one mistake hides another.
        (
            "x = uniformChioce(choices=[“a” 'b'] unit=u)\ny = 1",
            "x = uniformChoice(choices=[\"a\", 'b'], unit=u);\ny = 1;",
        ),
    ] {
        let source = SourceText::new("x.planout", script);
        assert_ne!(errors(&check_script(&source)), 0, "{script}");
        let found = mend(&source, check_script).map(|it| it.text);
        let found = found.unwrap_or_else(|| script.to_owned());
        assert_eq!(squeezed(&found), squeezed(mended), "{script}");
        assert_eq!(errors(&check_script(&SourceText::new("x.planout", found))), 0, "{script}");
    }
}

/// A text without its spaces: where a comma is added, none is.
fn squeezed(text: &str) -> String {
    text.replace(' ', "")
}

#[test]
fn what_is_not_certain_is_left() {
    for script in [
        "x = zebra(1);",
        "x = [1, 2, 3",
        "x = max(1, 2;",
        "x = 'red;\ny = 1;",
        "x = @{'a': 1;",
        "x = uniformChoice(choices=[1, 2]);",
        "x = ;",
        // Warnings alone: it is valid.
        "x = '“red”';",
        "x = uniformChoice(choices=[1, 2], unit=u, slat='a');",
        "",
    ] {
        let source = SourceText::new("x.planout", script);
        assert_eq!(mend(&source, check_script), None, "{script}");
        // Nor is a warning mended that somebody takes for an error.
        let mut settings = Settings::default();
        settings.levels.deny_warnings();
        let strict = |it: &SourceText| lint::check_script(it, Dialect::Planout4j, &settings);
        assert_eq!(mend(&source, strict), None, "{script}");
    }
}

const BROKEN: &str = "\
namespace: {unit: userid, segmnts: 10, dialect: planot4j}
experiment_definitions:
- definition: Colors
  asign: !planot |
    color = uniformChoice(choices=['red' 'blue'], unit=userid);
- definition: Kept
  assign: !planout |
    x   = 1;   # as it is
default_experiment: Kpet
experiment_sequence:
- {action: ad, definition: \"Colrs\", name: a, segments: 5}
- {action: remove, name: b}
";

#[test]
fn namespaces() {
    let mended = mend(&SourceText::new("ns.yaml", BROKEN), check_namespace).expect("errors");
    let expected = BROKEN
        .replace("segmnts", "segments")
        .replace("planot4j", "planout4j")
        .replace("asign: !planot |", "assign: !planout |")
        .replace("'red' 'blue'", "'red', 'blue'")
        .replace("Kpet", "Kept")
        .replace("action: ad,", "action: add,")
        .replace("\"Colrs\"", "Colors");
    assert_eq!(mended.text, expected);
    // To remove what is not there is still an error.
    assert_eq!(errors(&check_namespace(&SourceText::new("ns.yaml", mended.text))), 1);
}

#[test]
fn what_is_valid_stays_as_it_is() {
    let mut count = 0;
    for row in golden("namespaces.jsonl") {
        let source = SourceText::new("ns.yaml", text(&row, "yaml"));
        if errors(&check_namespace(&source)) == 0 {
            assert_eq!(mend(&source, check_namespace), None, "{}", source.text());
            count += 1;
        }
    }
    assert!(count > 50, "{count} namespaces");
}

#[test]
fn a_mark_that_was_taken_away_comes_back() {
    let script = "country = country ?? 'DE';\nif (country == 'DE' && age > 17) {\n  price = \
                  uniformChoice(choices=[9, 12, 15], unit=[userid, country]);\n} else {\n  price \
                  = weightedChoice(choices=['a', 'b'], weights=[0.2, 0.8], unit=userid);\n}\ntotal \
                  = max(price, 10);\n";
    let json = |text: &str| {
        let script = planout::Script::compile("x", text, Dialect::Planout4j).expect("a script");
        planout::tree::to_json(script.json(), planout::tree::Layout::Compact, Dialect::Planout4j)
    };
    let mut mended = 0;
    let marks = script.match_indices([',', ';', ']', ')']).collect::<Vec<_>>();
    for (at, mark) in &marks {
        let broken = format!("{}{}", &script[..*at], &script[at + mark.len()..]);
        let source = SourceText::new("x.planout", broken.as_str());
        let before = errors(&check_script(&source));
        let Some(found) = mend(&source, check_script) else { continue };
        let after = errors(&check_script(&SourceText::new("x.planout", found.text.as_str())));
        assert!(after < before, "{broken}");
        if after == 0 && matches!(*mark, "," | ";") {
            assert_eq!(json(&found.text), json(script), "{broken}");
            mended += 1;
        }
    }
    assert!(mended * 10 >= marks.len() * 5, "{mended} of {} marks", marks.len());
}

#[test]
fn the_command_writes_or_shows() {
    let folder = sandbox();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("src")).expect("a folder");
    fs::write(path("src/ns.yaml"), BROKEN).expect("a file");
    fs::write(path("src/a.planout"), "x = 1\r\ny = [1 2];\r\n").expect("a file");

    let run = planout(folder.path(), &["check", "src", "--fix", "--diff"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    assert!(run.stdout.contains("-  asign: !planot |\n-    color = "), "{}", run.stdout);
    assert_eq!(fs::read_to_string(path("src/ns.yaml")).expect("a file"), BROKEN);

    let run = planout(folder.path(), &["check", "src", "--fix"]);
    assert_eq!((run.status, run.stdout.as_str()), (1, ""), "{}", run.stderr);
    assert!(run.stderr.contains("fixed 2 errors in src/a.planout"), "{}", run.stderr);
    assert!(run.stderr.contains("`b` is not active"), "{}", run.stderr);
    let script = fs::read_to_string(path("src/a.planout")).expect("a file");
    assert_eq!(script, "x = 1;\r\ny = [1, 2];\r\n");

    // What is left takes a person: nothing changes any more.
    let before = fs::read_to_string(path("src/ns.yaml")).expect("a file");
    let run = planout(folder.path(), &["check", "src", "--fix"]);
    assert!(!run.stderr.contains("fixed"), "{}", run.stderr);
    assert_eq!(fs::read_to_string(path("src/ns.yaml")).expect("a file"), before);

    for arguments in [&["check", "-", "--fix"][..], &["check", "src", "--diff"]] {
        assert_eq!(planout(folder.path(), arguments).status, 2, "{arguments:?}");
    }
}
