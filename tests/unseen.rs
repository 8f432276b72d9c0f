//! Control characters and marks of the direction of writing: nothing that is printed for people has
//! any, whatever holds them, and no name begins a line of its own.

use std::fs;
use std::path::Path;

use planout::diagnostic::is_unseen;

use crate::support::{Run, planout, planout_with_input, sandbox, shell};

/// What would be a command to a terminal, a line of its own in a log, and text that looks like another.
const EVIL: &str =
    "x\u{1b}[2J\u{9b}8m\n::error::forged\r\u{7f}\u{202e}\u{2066}\u{200f}\u{61c}\u{200b}##[error]";

/// The same as strings of JSON and YAML have it.
const EVIL_JSON: &str =
    r"x\u001b[2J\u009b8m\n::error::forged\r\u007f\u202e\u2066\u200f\u061c\u200b##[error]";

/// Asserts that a text can be shown to everybody.
fn assert_plain(text: &str, run: &dyn std::fmt::Debug) {
    let odd = text.chars().find(|char| !matches!(char, '\n' | '\t') && is_unseen(*char));
    assert_eq!(odd, None, "{run:?}: {text:?}");
    let forged = text.lines().any(|line| line.starts_with("::error::forged"));
    assert!(!forged, "{run:?}: {text}");
}

fn plain(folder: &Path, arguments: &[&str]) -> Run {
    let run = planout(folder, arguments);
    assert_plain(&run.stdout, &arguments);
    assert_plain(&run.stderr, &arguments);
    run
}

/// A compiled namespace all of whose names are hostile. `price` is what the treatment sets.
fn hostile(price: &str) -> String {
    let constant = |value: &str| {
        format!(
            r#"{{"op":"seq","seq":[
              {{"op":"set","var":"{EVIL_JSON}","value":{value}}},
              {{"op":"set","var":"text","value":"{EVIL_JSON}"}},
              {{"op":"set","var":"read","value":{{"op":"get","var":"in {EVIL_JSON}"}}}}]}}"#
        )
    };
    format!(
        r#"{{"namespace":{{"name":"evil","unit":"unit {EVIL_JSON}","segments":10}},
          "experiment_definitions":[
            {{"definition":"def {EVIL_JSON}","assign":{}}},
            {{"definition":"treat {EVIL_JSON}","assign":{}}}],
          "default_experiment":"def {EVIL_JSON}",
          "experiment_sequence":[
            {{"action":"add","name":"exp {EVIL_JSON}","definition":"treat {EVIL_JSON}","segments":4}}]}}"#,
        constant("1"),
        constant(price)
    )
}

/// A sandbox with a hostile target, and hostile files where the system lets them have such names.
fn trap() -> tempfile::TempDir {
    let folder = sandbox();
    let root = folder.path();
    for (name, price) in [("target", "2"), ("other", "3")] {
        fs::create_dir(root.join(name)).expect("a folder");
        fs::write(root.join(name).join("evil.json"), hostile(price)).expect("a file");
    }
    fs::write(root.join("scripts.json"), r#"{"op":"return","value":1}"#).expect("a file");
    fs::write(root.join("units.csv"), format!("\"unit {EVIL}\",\"c {EVIL}\"\n1,\"{EVIL}\"\n"))
        .expect("a file");
    folder
}

#[test]
fn no_command_prints_a_hostile_name() {
    let folder = trap();
    let root = folder.path();
    let unit = format!("unit {EVIL}=7");
    let input = format!("in {EVIL}={EVIL}");
    let revision = format!("git:{EVIL}");
    let wrong = format!("--wrong-{EVIL}");
    let code = "x = \"\u{1b}\u{7f}\u{9b}\u{202e}\";";
    let (experiment, definition) = (format!("exp {EVIL}"), format!("treat {EVIL}"));
    let runs: Vec<Vec<&str>> = vec![
        vec!["check", "target"],
        vec!["check", "target", "--format", "github"],
        vec!["check", "target", "--format", "junit"],
        vec!["nslist", "target"],
        vec!["nslist", "target", "-m", "full"],
        vec!["nslist", "target", "-m", "full", "--no-pretty"],
        vec!["nslist", "target", "-m", "experiments"],
        vec!["nslist", "target", "-m", "segments"],
        vec!["nslist", "target", "-n", EVIL],
        vec!["nslist", EVIL],
        vec!["eval", "--from", "target", "--ns", "evil", &unit, &input],
        vec!["eval", "--from", "target", "--ns", "evil", "-v", &unit],
        vec!["eval", "--from", "target", "--ns", "evil"],
        vec!["eval", "--from", "target", "--ns", EVIL, &unit],
        vec!["eval", "--from", "target", "--ns", "evil", "--exp", "none", &unit],
        vec!["eval", "--from", "target", "--ns", "evil", "--exp", &experiment, &unit, &input],
        vec!["eval", "--from", "target", "--ns", "evil", "--definition", &definition, &unit],
        vec!["eval", "--from", "target", "--ns", "evil", "--definition", EVIL, &unit],
        vec!["eval", "--from", "target", "--ns", "evil", "--batch", "units.csv", "-o", "o.csv"],
        vec!["eval", "--script", EVIL],
        vec!["plan", "target", "other"],
        vec!["plan", "target", "empty"],
        vec!["plan", "sample-namespaces", "target"],
        vec!["plan", "target", "--against", &revision],
        vec!["ship", "target", "other"],
        vec!["ship", "target", "other", "--allow-reassignment", "evil", "--dry-run"],
        vec!["ship", "target", "new", "-v"],
        vec!["ship", "target", "new2", "--dry-run"],
        vec!["simulate", "--from", "target", "--ns", "evil", "--units", "500", "--input", &input],
        vec!["simulate", "--from", "target", "--ns", "evil", "--observed", "units.csv"],
        vec!["perf", "--from", "target", "--ns", "evil", "--iterations", "10"],
        vec!["compile", "target/evil.json"],
        vec!["compile", EVIL],
        vec!["compile", code],
        vec!["fmt", EVIL],
        vec!["explain", EVIL],
        vec!["ramp", EVIL, EVIL],
        vec!["stop", "button_color", EVIL],
        vec![EVIL],
        vec!["nslist", "--mode", EVIL],
        vec!["simulate", "--ns", "x", "--units", EVIL],
        vec!["--config", EVIL, "nslist"],
        vec!["nslist", &wrong, EVIL],
    ];
    for run in runs {
        plain(root, &run);
    }
    // What was meant to be printed is.
    let listed = plain(root, &["nslist", "target", "-m", "experiments"]).stdout;
    assert_eq!(listed.lines().count(), 1);
    assert!(listed.contains("exp x\\u001b[2J\\u009b8m\\u000a::error::forged\\u000d"), "{listed}");
    // Programs get the names as they are.
    let json = planout(root, &["nslist", "target", "-m", "experiments", "--format", "json"]).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).expect("json");
    assert_eq!(json[0]["experiment"], format!("exp {EVIL}"));
}

#[test]
fn an_answer_stays_the_json_that_it_is() {
    let folder = trap();
    let unit = format!("unit {EVIL}=7");
    let input = format!("in {EVIL}={EVIL}");
    let arguments = ["eval", "--from", "target", "--ns", "evil", &unit, &input];
    let answer = plain(folder.path(), &arguments).stdout;
    let answer: serde_json::Value = serde_json::from_str(&answer).expect("json");
    assert_eq!((&answer["text"], &answer["read"]), (&EVIL.into(), &EVIL.into()));
    assert!(answer.get(EVIL).is_some(), "{answer}");
    // A file of rows has them to the byte.
    fs::write(folder.path().join("rows.csv"), format!("\"unit {EVIL}\"\n\"{EVIL}\"\n"))
        .expect("a file");
    let arguments =
        ["eval", "--from", "target", "--ns", "evil", "--batch", "rows.csv", "-o", "o.csv"];
    assert_eq!(plain(folder.path(), &arguments).status, 0);
    let rows = fs::read_to_string(folder.path().join("o.csv")).expect("rows");
    assert!(rows.contains(EVIL), "{rows:?}");
}

#[test]
fn a_compiled_name_is_a_warning_and_one_in_yaml_an_error() {
    let folder = trap();
    let root = folder.path();
    let run = plain(root, &["check", "target"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert_eq!(run.stderr.matches("warning[P0211]").count(), 3, "{}", run.stderr);
    let yaml = format!(
        "namespace: {{unit: userid, segments: 10}}\n\
         experiment_definitions:\n- definition: \"d {EVIL_JSON}\"\n  assign: !planout x = 1;\n\
         default_experiment: \"d {EVIL_JSON}\"\n\
         experiment_sequence:\n\
         - {{action: add, name: \"e {EVIL_JSON}\", definition: \"d {EVIL_JSON}\", segments: 1}}\n"
    );
    fs::write(root.join("sample-namespaces/evil.yaml"), yaml).expect("a file");
    for command in [&["check", "sample-namespaces"][..], &["ship", "sample-namespaces", "out"]] {
        let run = plain(root, command);
        assert_eq!(run.status, 1);
        assert_eq!(run.stderr.matches("error[P0211]").count(), 2, "{}", run.stderr);
    }
    // Each character alone is enough.
    for char in ["\\u0007", "\\u007f", "\\u0085", "\\u200e", "\\u2028", "\\u202a", "\\u2069"] {
        let yaml = format!(
            "namespace: {{unit: userid, segments: 10}}\n\
             experiment_definitions:\n- definition: \"a{char}b\"\n  assign: !planout x = 1;\n\
             default_experiment: \"a{char}b\"\nexperiment_sequence: []\n"
        );
        let run = planout_with_input(root, &["check", "--namespace", "-"], yaml.as_bytes());
        assert!(run.stderr.contains("error[P0211]"), "{char}: {}", run.stderr);
        assert_plain(&run.stderr, &char);
    }
}

/// Comments, strings and stray characters of scripts and YAML are shown in snippets, with what is
/// underlined below itself.
#[test]
fn lines_of_files_are_shown_and_marked() {
    let folder = sandbox();
    let root = folder.path();
    let script = "a = \"\u{1b}[2J\r\u{202e}\u{9b}\"; b = = 1;\n";
    fs::write(root.join("x.planout"), script).expect("a file");
    for command in [
        &["check", "x.planout"][..],
        &["fmt", "--check", "x.planout"],
        &["compile", "x.planout"],
        &["eval", "--script", "x.planout"],
        &["check", "x.planout", "--format", "github"],
        &["check", "x.planout", "--format", "junit"],
    ] {
        let run = plain(root, command);
        assert_eq!(run.status, 1);
    }
    let shown = plain(root, &["check", "x.planout"]).stderr;
    let lines: Vec<&str> = shown.lines().collect();
    let line = lines.iter().position(|line| line.starts_with("1 | ")).expect("a line");
    let mark = lines[line + 1].find('^').expect("a mark");
    assert_eq!(&lines[line][..mark], "1 | a = \"\\u001b[2J\\u000d\\u202e\\u009b\"; b = ");
    assert!(lines[1].ends_with("x.planout:1:20"), "{shown}");
    let colours = planout(root, &["--color", "always", "check", "x.planout"]).stderr;
    assert!(colours.contains("\u{1b}["), "{colours:?}");
    assert_plain(&anstream::adapter::strip_str(&colours).to_string(), &"colours");
    assert!(!colours.contains("\u{1b}[2J"), "{colours:?}");
    for text in ["namespace: \"\u{85}\u{2028}\\z\"\n", "a: \u{202e}\u{200e}'\n"] {
        fs::write(root.join("y.yaml"), text).expect("a file");
        plain(root, &["check", "y.yaml"]);
    }
}

/// A diff is for people. A text that is formatted is what it is.
#[test]
fn diffs_are_shown_and_formatted_texts_are_exact() {
    let folder = sandbox();
    let root = folder.path();
    let text = "x =  \"\u{1b}[2J\u{9b}\u{202e}\";\r\n";
    fs::write(root.join("x.planout"), text).expect("a file");
    let diff = plain_but_ends(&planout(root, &["fmt", "--diff", "x.planout"]).stdout);
    assert!(diff.contains("-x =  \"\\u001b[2J\\u009b\\u202e\";"), "{diff}");
    let formatted = planout_with_input(root, &["fmt", "-"], text.as_bytes());
    assert!(formatted.stdout.contains("\"\u{1b}[2J\u{9b}\u{202e}\""), "{}", formatted.stdout);
}

/// A text that may have line breaks of two characters.
fn plain_but_ends(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    assert_plain(&text, &"a diff");
    text
}

#[cfg(unix)]
#[test]
fn names_of_files_are_shown() {
    let folder = sandbox();
    let root = folder.path();
    let evil = EVIL.replace('/', "");
    let below = root.join(&evil);
    fs::create_dir(&below).expect("a folder");
    let sample = root.join("sample-namespaces/button_color.yaml");
    fs::copy(&sample, below.join("one.yaml")).expect("a copy");
    fs::create_dir(below.join(&evil)).expect("a folder");
    fs::copy(&sample, below.join(&evil).join("two.yaml")).expect("a copy");
    let file = |ending: &str| format!("{evil}/{evil}.{ending}");
    fs::write(root.join(file("planout")), "x =  1;").expect("a file");
    fs::write(root.join(file("toml")), "x = 1\n").expect("a file");
    fs::write(root.join(file("csv")), "userid\n1\n2,3\n").expect("a file");
    fs::copy(&sample, root.join(file("yaml"))).expect("a copy");
    let (script, toml, csv, yaml) = (file("planout"), file("toml"), file("csv"), file("yaml"));
    let out = format!("{evil}/out");
    for run in [
        vec!["check", evil.as_str()],
        vec!["check", "-v", evil.as_str(), "--recursive"],
        vec!["check", evil.as_str(), "--format", "github"],
        vec!["check", evil.as_str(), "--format", "junit"],
        vec!["nslist", "-v", evil.as_str()],
        vec!["plan", evil.as_str(), &out],
        vec!["ship", "-v", evil.as_str(), &out],
        vec!["ship", "-v", "sample-namespaces", &out],
        vec!["nslist", "-v", &out],
        vec!["fmt", "--check", evil.as_str()],
        vec!["fmt", "--diff", &script],
        vec!["fmt", &script],
        vec!["--config", &toml, "nslist"],
        vec!["compile", &yaml],
        vec!["compile", &script, &out],
        vec!["eval", "--ns", "button_color", "--batch", &csv, "-o", "o.csv"],
        vec!["eval", "--ns", "button_color", "--batch", &csv, "-o", &out],
        vec!["simulate", "--ns", "button_color", "--observed", &csv],
        vec!["simulate", "--ns", "button_color", "--batch", &csv],
        vec!["ramp", &yaml, "again", "--definition", "x", "--segments", "1"],
        vec!["stop", &yaml, "x"],
    ] {
        plain(root, &run);
    }
}

#[test]
fn stamps_and_revisions_are_shown() {
    let folder = trap();
    let root = folder.path();
    plain(root, &["ship", "sample-namespaces", "live"]);
    let stamp = root.join("live/.planout-revision");
    let text = fs::read_to_string(&stamp).expect("a stamp");
    let mut stamp_json: serde_json::Value = serde_json::from_str(&text).expect("json");
    for field in ["shipped_at", "planout"] {
        stamp_json[field] = EVIL.into();
    }
    stamp_json["source"] = serde_json::json!({ "commit": EVIL, "dirty": true });
    fs::write(&stamp, stamp_json.to_string()).expect("a stamp");
    let told = plain(root, &["eval", "--from", "live", "--ns", "button_color", "-v", "userid=1"]);
    assert!(told.stderr.contains("commit x\\u001b"), "{}", told.stderr);
    plain(root, &["nslist", "live", "-v"]);
    plain(root, &["ship", "sample-namespaces", "live", "-v"]);
    // A branch can have most of them.
    let branch = "b\u{9b}\u{202e}\u{2066}";
    let git = "git -c user.name=n -c user.email=e@example.com";
    let made = shell(
        &format!(
            "git init -q . && git add sample-namespaces planout.toml && {git} commit -qm \
             'x{EVIL}' && git branch '{branch}' && echo made"
        ),
        root,
    );
    if !made.contains("made") {
        return crate::support::skip("there is no git that makes such a branch");
    }
    for revision in [branch, "none\u{9b}\u{202e}", &format!("{branch}:no{EVIL}")] {
        plain(root, &["plan", "-v", "sample-namespaces", "--against", &format!("git:{revision}")]);
    }
}

#[test]
fn configurations_are_shown() {
    let folder = sandbox();
    let root = folder.path();
    for text in [
        format!("\"{EVIL_JSON}\" = 1\n"),
        format!("dialect = \"{EVIL_JSON}\"\n"),
        format!("[checks]\n\"P9{EVIL_JSON}\" = \"warn\"\noperators = [\"{EVIL_JSON}\"]\n"),
        format!("source = \"{EVIL_JSON}\"\n"),
        "x = \u{9b}\u{202e}\n".to_owned(),
        "x = \u{1b}[2J\n".to_owned(),
    ] {
        fs::write(root.join("planout.toml"), text).expect("a configuration");
        for command in [&["nslist"][..], &["check", "sample-namespaces"], &["nslist", "-v"]] {
            plain(root, command);
        }
    }
}

/// GitHub obeys lines that begin with `::`, also after spaces, and `##[` anywhere in a line. Names need no
/// invisible character for that.
#[cfg(unix)]
#[test]
fn no_name_is_a_command_to_a_service_that_runs_builds() {
    let folder = sandbox();
    let root = folder.path();
    let sample = root.join("sample-namespaces/page_size.yaml");
    fs::create_dir(root.join("s")).expect("a folder");
    let (one, other) = ("::error::forged", "x##[error]forged ##vso[task.x]");
    for name in [one, other] {
        fs::copy(&sample, root.join(format!("s/{name}.yaml"))).expect("a copy");
    }
    for arguments in [
        vec!["check", "s"],
        vec!["nslist", "s"],
        vec!["nslist", "s", "-v", "-m", "segments"],
        vec!["nslist", "s", "-m", "experiments"],
        vec!["plan", "s", "nowhere"],
        vec!["ship", "s", "out", "-v"],
        vec!["plan", "sample-namespaces", "out"],
        vec!["simulate", "--from", "s", "--ns", one, "--units", "100"],
        vec!["simulate", "--from", "s", "--ns", other, "--units", "100"],
        vec!["perf", "--from", "s", "--ns", one, "--iterations", "10"],
        vec!["perf", "--from", "s", "--ns", other, "--iterations", "10"],
        vec!["eval", "--from", "s", "--ns", one, "userid=1"],
        vec!["eval", "--from", "s", "--ns", other, "userid=1"],
        vec!["fmt", "--check", "s"],
        vec!["nslist", one],
        vec![one],
        vec![other],
    ] {
        let run = plain(root, &arguments);
        let said = run.stdout + &run.stderr;
        let obeyed = said.lines().find(|line| {
            line.trim_start().starts_with("::") || line.contains("##[") || line.contains("##vso[")
        });
        assert_eq!(obeyed, None, "{arguments:?}: {said}");
    }
}
