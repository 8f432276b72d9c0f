//! With `--format json`, whatever goes wrong is said in JSON, and standard output is one document.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Run, planout, planout_with_input, sandbox};

/// The documents of a stream, one after the other.
fn documents(text: &str) -> Vec<Value> {
    serde_json::Deserializer::from_str(text).into_iter().collect::<Result<_, _>>().expect(text)
}

/// The arguments of a command, separated by spaces, in which `~` is a space.
fn words(arguments: &str) -> Vec<String> {
    arguments.split(' ').map(|word| word.replace('~', " ")).collect()
}

fn run(folder: &Path, arguments: &str) -> Run {
    let words = words(arguments);
    planout(folder, &words.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The failure of a command that prints nothing else to standard output.
#[track_caller]
fn failure(folder: &Path, arguments: &str) -> Value {
    let run = run(folder, arguments);
    let found = documents(&run.stdout);
    assert_eq!(found.len(), 1, "{arguments}\n{}\n{}", run.stdout, run.stderr);
    let error = &found[0]["error"];
    let keys: Vec<_> = error.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["message", "help", "status"], "{arguments}");
    assert_eq!(error["status"], run.status, "{arguments}");
    assert!(error["message"].as_str().is_some_and(|it| !it.is_empty()), "{arguments}");
    for line in run.stderr.lines() {
        // What is left there are diagnostics.
        assert!(documents(line)[0].is_array(), "{arguments}: {line}");
    }
    error.clone()
}

#[test]
fn every_command_fails_in_json() {
    let folder = sandbox();
    let root = folder.path();
    fs::write(root.join("bad.yaml"), "namespace: {unit: u}\n").expect("a file of our own");
    fs::write(root.join("bad.planout"), "x = ;").expect("a file of our own");
    fs::write(root.join("empty.json"), "").expect("a file of our own");
    fs::create_dir(root.join("nothing")).expect("a folder of our own");
    for (arguments, status, part) in [
        ("compile no/such.yaml", 3, "cannot read `no/such.yaml`: No such file"),
        ("compile bad.yaml", 1, "bad.yaml:1:"),
        ("compile bad.planout", 1, "bad.planout:1:5: "),
        ("compile x=1; no/out.json", 3, "cannot write `no/out.json`"),
        ("compile x=1; --dialect planet", 2, "unknown dialect `planet`"),
        ("check nowhere", 3, "cannot read `nowhere`"),
        ("check nothing", 1, "nothing to check in `nothing`"),
        ("check --deny P9999", 2, "`--deny`: unknown code `P9999`"),
        ("fmt planout.toml", 2, "neither a script nor a namespace"),
        ("fmt nowhere.yaml", 3, "cannot read `nowhere.yaml`"),
        ("fmt - bad.planout", 2, "standard input"),
        ("plan nowhere out", 3, "cannot read `nowhere`"),
        ("plan sample-namespaces", 2, "nothing to compare with"),
        ("plan nothing out", 1, "no namespaces in `nothing`"),
        ("ship sample-namespaces", 2, "nowhere to ship to"),
        ("ship bad.yaml out", 1, "nothing was shipped"),
        ("ship nothing out", 1, "no namespaces in `nothing`"),
        ("ship sample-namespaces out --plan empty.json", 1, "not a saved plan: "),
        ("ramp nope --definition A --name a --segments 1", 1, "unknown namespace `nope`"),
        ("ramp bad.yaml --definition A --name a --segments 1", 1, "bad.yaml:1:"),
        (
            "ramp test_ns --definition A --name a --segments 1",
            1,
            "`sample-namespaces/test_ns.yaml` was left alone: ",
        ),
        (
            "ramp test_ns --definition A --name a --segments x",
            2,
            "`--segments`: `x` is not a whole number",
        ),
        ("stop test_ns nobody", 1, "was left alone: sample-namespaces/test_ns.yaml:"),
        ("stop nope nobody", 1, "unknown namespace `nope`"),
        ("nslist nowhere", 3, "cannot read `nowhere`"),
        ("nslist -n (", 2, "`(` is not a regular expression: "),
        ("nslist ftp://localhost", 2, "unknown kind of location `ftp://`"),
        ("eval --ns nope userid=1", 1, "unknown namespace `nope`"),
        ("eval --ns test_ns", 1, "the primary unit `userid`"),
        ("eval --ns test_ns userid=1 --exp nope", 1, "unknown active experiment `nope`"),
        ("eval --ns test_ns userid", 2, "`userid` is not of the form KEY=VALUE"),
        ("eval --ns test_ns userid:={", 2, "`userid`: malformed JSON"),
        ("eval --script x~=~1~%~0;", 1, "the script failed: "),
        ("eval --script x~=~;", 1, "<argument>:1:"),
        ("eval --script no.planout", 3, "cannot read `no.planout`"),
        ("eval", 2, "missing: `--ns`"),
        ("simulate --ns nope", 1, "unknown namespace `nope`"),
        ("simulate --ns test_ns --input userid=1", 2, "`userid` is the primary unit"),
        ("simulate --ns button_color --observed no.csv", 3, "cannot read `no.csv`"),
        (
            "power --ns button_color --exp Colors --param color --metric rate=0.1",
            2,
            "missing: `--mde`",
        ),
        (
            "power --ns nope --exp E --param p --metric rate=0.1 --mde 1%",
            1,
            "unknown namespace `nope`",
        ),
        ("perf --ns nope", 1, "unknown namespace `nope`"),
        ("perf --ns test_ns --threads 0", 2, "`--threads`"),
        ("explain P9999", 1, "unknown code `P9999`"),
        ("explain P0001 --nope", 2, "has no option `--nope`"),
        ("compil x", 2, "unknown command `compil`"),
        ("--config no.toml nslist", 3, "cannot read `no.toml`"),
        ("--quiet", 2, "`planout` has no option `--format`"),
    ] {
        for format in ["--format json", "--format=json"] {
            let arguments = format!("{arguments} {format}");
            let found = failure(root, &arguments);
            assert_eq!(found["status"], status, "{arguments}: {found}");
            let message = found["message"].as_str().expect("a text");
            assert!(message.contains(part), "{arguments}: {message}");
            assert!(!message.contains('\n'), "{arguments}: {message}");
        }
    }
}

#[test]
fn help_is_a_part_of_the_object() {
    let folder = sandbox();
    let found = failure(folder.path(), "eval --ns test_sn userid=1 --format json");
    let expected = json!({
        "message": "unknown namespace `test_sn` in `sample-namespaces`",
        "help": "did you mean `test_ns`?",
        "status": 1,
    });
    assert_eq!(found, expected);
    let found = failure(folder.path(), "eval --ns test_ns userid=1 --fromm x --format json");
    assert_eq!(found["help"], "did you mean `--from`?");
    assert_eq!(failure(folder.path(), "nslist a b --format json")["help"], Value::Null);
}

#[test]
fn a_wrong_configuration_is_an_object_and_diagnostics() {
    let folder = sandbox();
    fs::write(folder.path().join("planout.toml"), "sorce = 'x'\nguard = 1\n").expect("a file");
    let run = run(folder.path(), "nslist --format json");
    assert_eq!(run.status, 1);
    let expected = json!({ "error": {
        "message": "planout.toml:1:1: unknown key `sorce` (and 1 more)",
        "help": "did you mean `source`?",
        "status": 1,
    }});
    assert_eq!(documents(&run.stdout), [expected]);
    let diagnostics = &documents(&run.stderr)[0];
    assert_eq!(diagnostics.as_array().map(Vec::len), Some(2));
    assert_eq!(diagnostics[1]["code"], "P0801");
    assert_eq!((&diagnostics[1]["line"], &diagnostics[1]["column"]), (&json!(2), &json!(1)));
}

/// What has an answer keeps it: what is wrong then stands beside it.
#[test]
fn an_answer_is_the_only_document_of_standard_output() {
    let folder = sandbox();
    let root = folder.path();
    fs::write(root.join("sample-namespaces/bad.yaml"), "namespace: {unit: u}\n").expect("a file");
    let list = run(root, "nslist --format json");
    assert_eq!((list.status, documents(&list.stdout).len()), (1, 1));
    let beside = documents(&list.stderr);
    assert!(beside[0].is_array(), "{}", list.stderr);
    let message = "1 namespace is invalid and was left out";
    assert_eq!(beside[1], json!({ "error": { "message": message, "help": null, "status": 1 } }));

    let check = run(root, "check --format json");
    assert_eq!((check.status, documents(&check.stdout).len()), (1, 1));
    assert!(documents(&check.stdout)[0].is_array());
    assert!(!check.stderr.contains("{\"error\""), "{}", check.stderr);
}

#[cfg(feature = "batch")]
#[test]
fn beside_rows_a_failure_is_on_standard_error() {
    let folder = sandbox();
    fs::write(folder.path().join("users.csv"), "userid\nann\n\n").expect("a file of our own");
    fs::write(folder.path().join("other.csv"), "name\nann\n").expect("a file of our own");
    for (arguments, status, part) in [
        ("eval --ns nope --batch users.csv", 1, "unknown namespace `nope`"),
        ("eval --ns test_ns --batch no.csv", 3, "cannot read `no.csv`"),
        ("eval --ns test_ns --batch other.csv", 1, "has no column `userid`"),
        ("eval --ns test_ns --batch users.csv --on-error never", 2, "`--on-error` cannot be"),
        ("eval --ns test_ns --batch=users.csv --nope", 2, "has no option `--nope`"),
    ] {
        let run = run(folder.path(), &format!("{arguments} --format json"));
        assert_eq!((run.status, &*run.stdout), (status, ""), "{arguments}");
        let error = &documents(&run.stderr)[0]["error"];
        assert_eq!(error["status"], status);
        let message = error["message"].as_str().expect("a text");
        assert!(message.contains(part), "{arguments}: {message}");
    }
    let bad = "{\"userid\": 1}\n{]\n";
    let arguments = ["eval", "--ns", "button_color", "--batch", "-", "--format", "json"];
    let run = planout_with_input(folder.path(), &arguments, bad.as_bytes());
    assert_eq!((run.status, documents(&run.stdout).len()), (1, 1), "{}", run.stdout);
    let message = documents(&run.stderr)[0]["error"]["message"].to_string();
    assert!(message.contains("<stdin>:2"), "{message}");
}

#[cfg(feature = "batch")]
#[test]
fn a_batch_that_fails_keeps_its_notes() {
    let folder = sandbox();
    let root = folder.path();
    fs::write(root.join("users.csv"), "userid\nann\nbob,1\n").expect("a file of our own");
    let warning = "`nobody`";
    for (file, status) in [("users.csv", 1), ("no.csv", 3)] {
        let arguments = format!("eval --ns button_color --batch {file} nobody=1");
        let text = run(root, &arguments);
        let json = run(root, &format!("{arguments} --format json"));
        assert_eq!((text.status, json.status), (status, status), "{arguments}");
        assert!(text.stderr.contains(warning), "{arguments}: {}", text.stderr);
        let (notes, last) = json.stderr.trim_end().rsplit_once('\n').expect("lines");
        assert!(notes.contains(warning), "{arguments}: {}", json.stderr);
        assert_eq!(documents(last)[0]["error"]["status"], json.status);
        let quiet = run(root, &format!("{arguments} --format json -q"));
        assert!(!quiet.stderr.contains(warning), "{}", quiet.stderr);
    }
    // One that does not fail has them in its object alone.
    fs::write(root.join("users.csv"), "userid\nann\n").expect("a file of our own");
    let done = run(root, "eval --ns button_color --batch users.csv nobody=1 --format json");
    let object = &documents(&done.stderr)[0];
    assert!(object["notes"].to_string().contains(warning), "{}", done.stderr);
}

#[test]
fn formatting_answers_in_json() {
    let folder = sandbox();
    let root = folder.path();
    fs::create_dir(root.join("in")).expect("a folder of our own");
    let write =
        |name: &str, text: &str| fs::write(root.join("in").join(name), text).expect("a file");
    let reset = || {
        write("a.planout", "x=1;");
        write("b.planout", "x = 1;\n");
        write("c.planout", "x = ;");
    };
    reset();
    let answer = |arguments: &str, status: i32| {
        let run = run(root, &format!("fmt {arguments} --format json"));
        assert_eq!(run.status, status, "{}", run.stderr);
        let diagnostics = documents(&run.stderr);
        assert!(diagnostics.iter().all(Value::is_array), "{}", run.stderr);
        let mut found = documents(&run.stdout);
        assert_eq!(found.len(), 1, "{}", run.stdout);
        found.remove(0)
    };
    let files = |first: &str| {
        json!([
            { "file": "in/a.planout", "status": first },
            { "file": "in/b.planout", "status": "unchanged" },
            { "file": "in/c.planout", "status": "left_alone" },
        ])
    };
    let counts =
        |files: Value| json!({ "changed": 1, "unchanged": 1, "left_alone": 1, "files": files });
    assert_eq!(answer("in --check", 1), counts(files("would_change")));
    let mut with_diff = files("would_change");
    with_diff[0]["diff"] = "--- in/a.planout\n+++ in/a.planout\n@@ -1 +1 @@\n-x=1;\n\\ No newline at end of file\n+x = 1;\n".into();
    assert_eq!(answer("in --diff", 1), counts(with_diff));
    assert_eq!(answer("in", 1), counts(files("formatted")));
    assert_eq!(fs::read_to_string(root.join("in/a.planout")).expect("a file"), "x = 1;\n");
    fs::remove_file(root.join("in/c.planout")).expect("a file");
    assert_eq!(answer("in --check", 0)["unchanged"], 2);

    let run = planout_with_input(root, &["fmt", "-", "--format", "json"], b"x=1;");
    let file = json!({ "file": "<stdin>", "status": "formatted", "text": "x = 1;\n" });
    let expected = json!({ "changed": 1, "unchanged": 0, "left_alone": 0, "files": [file] });
    assert_eq!((run.status, documents(&run.stdout)), (0, vec![expected]));
}

#[test]
fn ramp_and_stop_answer_in_json() {
    let folder = sandbox();
    let root = folder.path();
    let answer = |arguments: &str| {
        let run = run(root, &format!("{arguments} --format json"));
        assert_eq!(run.status, 0, "{}", run.stderr);
        let mut found = documents(&run.stdout);
        assert_eq!(found.len(), 1, "{}", run.stdout);
        found.remove(0)
    };
    let file = root.join("sample-namespaces/page_size.yaml");
    let read = || fs::read_to_string(&file).expect("a sample");
    let before = read();
    let ramp = "ramp page_size --definition Page_Size --name size.b --segments 100";
    let dry = answer(&format!("{ramp} --dry-run"));
    assert_eq!((&dry["written"], read()), (&json!(false), before.clone()));
    let done = answer(ramp);
    assert_ne!(read(), before);
    assert_eq!(done["file"], "sample-namespaces/page_size.yaml");
    let entry = json!({
        "action": "add", "name": "size.b", "definition": "Page_Size", "segments": 100,
    });
    assert_eq!((&done["entry"], &done["written"]), (&entry, &json!(true)));
    assert_eq!((&done["plan"], &done["plan"]["class"]), (&dry["plan"], &json!("safe")));
    let stopped = answer("stop page_size size.b");
    assert_eq!(stopped["entry"], json!({ "action": "remove", "name": "size.b" }));
}
