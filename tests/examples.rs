//! The programs of `examples/`, as somebody runs them who reads them. `cargo test` builds them.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::support::{sandbox, skip};

/// An example beside this binary; `None` if only the tests were built.
fn example(name: &str) -> Option<PathBuf> {
    let tests = std::env::current_exe().expect("a path of its own");
    let folder = tests.parent().and_then(Path::parent).expect("the folder of the build");
    let path = folder.join("examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if !path.exists() {
        skip(&format!("there is no example {name}: `cargo test` builds all of them"));
        return None;
    }
    Some(path)
}

fn run(program: &Path, folder: &Path, arguments: &[&str]) -> Output {
    Command::new(program).args(arguments).current_dir(folder).output().expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

/// A service that runs.
struct Service {
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Service {
    fn ask(&mut self, request: &str) -> serde_json::Value {
        let requests = self.requests.as_mut().expect("it runs");
        writeln!(requests, "{request}").expect("a request");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("an answer");
        serde_json::from_str(&answer).expect(&answer)
    }

    /// Asks until the answer is another one.
    fn wait_for(&mut self, request: &str, is_it: impl Fn(&serde_json::Value) -> bool) {
        let start = Instant::now();
        while !is_it(&self.ask(request)) {
            assert!(start.elapsed() < Duration::from_secs(60), "it does not follow");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends it, and returns what it said.
    fn end(mut self) -> String {
        self.requests.take();
        let output = self.child.wait_with_output().expect("it ends");
        assert!(output.status.success());
        text(&output.stderr)
    }
}

#[test]
fn a_service_answers_follows_and_logs() {
    let Some(program) = example("service") else { return };
    let folder = sandbox();
    let mut child = Command::new(program)
        .args(["sample-namespaces", "exposures.jsonl"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let (requests, answers) = (child.stdin.take(), child.stdout.take().expect("a pipe"));
    let mut service = Service { child, requests, answers: BufReader::new(answers) };

    let request = r#"{"namespace": "test_ns", "inputs": {"userid": "123"}}"#;
    for _ in 0..3 {
        let answer = service.ask(request);
        assert_eq!(answer["experiment"], "Group_Goals.run_2");
        assert_eq!(answer["params"]["ratings_goal"], 8.0);
    }
    let unknown = service.ask(r#"{"namespace": "none"}"#);
    assert_eq!(unknown["error"], "unknown namespace `none`");
    let missing = service.ask(r#"{"namespace": "test_ns", "inputs": {}}"#);
    assert_eq!(missing["error"], "the primary unit `userid` of namespace `test_ns` is missing");
    assert!(service.ask("{").get("error").is_some());

    // It follows its namespaces, and keeps the last good ones.
    let path = folder.path().join("sample-namespaces/button_color.yaml");
    let yaml = fs::read_to_string(&path).expect("a sample");
    let button = r#"{"namespace": "button_color", "inputs": {"userid": "123"}}"#;
    assert_eq!(service.ask(button)["params"]["label"], "Join");
    fs::write(&path, yaml.replace("'Join'", "'Enter'")).expect("a file");
    service.wait_for(button, |answer| answer["params"]["label"] == "Enter");
    fs::write(&path, "no namespace").expect("a file");
    std::thread::sleep(Duration::from_millis(600));
    assert_eq!(service.ask(button)["params"]["label"], "Enter");

    let said = service.end();
    assert!(said.starts_with("new namespaces answer from now on\n"), "{said}");
    assert!(said.contains("the last good namespaces stay: "), "{said}");
    assert!(said.contains("button_color.yaml:1:1"), "{said}");
    let log = fs::read_to_string(folder.path().join("exposures.jsonl")).expect("a log");
    assert_eq!(log.lines().count(), 1, "{log}");
    assert!(log.starts_with(r#"{"name":"test_ns-Group_Goals.run_2","time":"#), "{log}");
}

#[cfg(feature = "batch")]
#[test]
fn a_batch_assigns_a_file_in_every_namespace() {
    let Some(program) = example("batch") else { return };
    let folder = sandbox();
    for other in ["onboarding", "page_size", "test_ns"] {
        let path = folder.path().join(format!("sample-namespaces/{other}.yaml"));
        fs::remove_file(path).expect("a sample");
    }
    fs::write(folder.path().join("users.csv"), "userid,country\nann,NL\n,US\nbob,US\n")
        .expect("a file");
    let output = run(&program, folder.path(), &["sample-namespaces", "users.csv"]);
    let rows: Vec<serde_json::Value> = text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect();
    assert!(output.status.success());
    assert_eq!(rows.len(), 3);
    assert_eq!((&rows[0]["userid"], &rows[2]["userid"]), (&"ann".into(), &"bob".into()));
    assert!(rows[0]["params"].is_object() && rows[1]["params"].is_null());
    let said = text(&output.stderr);
    assert!(said.contains("bad rows: 1; the first at 3"), "{said}");
    assert!(said.ends_with("3 rows in, 3 rows out\n"), "{said}");
}

#[test]
fn a_source_of_ones_own_answers_and_says_every_error() {
    let Some(program) = example("own_source") else { return };
    let folder = sandbox();
    let table = folder.path().join("table.tsv");
    let compile = |name: &str| {
        let file = format!("sample-namespaces/{name}.yaml");
        let arguments = ["compile", &file, "--no-pretty"];
        let run = crate::support::planout(folder.path(), &arguments);
        format!("{name}\t{}\n", run.stdout.trim_end())
    };
    let rows = compile("test_ns") + &compile("button_color");
    fs::write(&table, &rows).expect("a table");
    let ask = |arguments: &[&str]| {
        let output = run(&program, folder.path(), &[&["table.tsv"], arguments].concat());
        let status = output.status.code().expect("a status");
        (status, text(&output.stdout), text(&output.stderr))
    };
    let (status, answer, said) = ask(&["test_ns", "userid=123"]);
    assert_eq!((status, said.as_str()), (0, ""));
    let arguments = ["eval", "--ns", "test_ns", "userid=123", "--format", "json"];
    let expected = crate::support::planout(folder.path(), &arguments).stdout;
    let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
    assert_eq!(parse(&answer), parse(&expected));

    let (status, _, said) = ask(&["none", "userid=123"]);
    assert_eq!((status, said.as_str()), (1, "unknown namespace `none`\n"));
    let (status, _, said) = ask(&["test_ns"]);
    assert_eq!(status, 1);
    assert!(said.ends_with("is missing: add `userid=...`\n"), "{said}");

    // A script that fails, one that gives what JSON does not have, and what is not valid.
    let broken = |from: &str, to: &str| {
        assert!(rows.contains(from), "{from}");
        fs::write(&table, rows.replace(from, to)).expect("a table");
        ask(&["button_color", "userid=123"])
    };
    let constant = r##"{"op":"set","var":"color","value":"#3b5998"}"##;
    let (status, _, said) =
        broken(constant, r#"{"op":"set","var":"color","value":{"op":"%","left":1,"right":"x"}}"#);
    assert_eq!(status, 1);
    assert!(
        said.starts_with("definition `Default` of namespace `button_color` failed: "),
        "{said}"
    );
    assert!(said.contains("at byte "), "{said}");
    let infinite = r#"{"op":"set","var":"color","value":{"op":"/","left":1,"right":0}}"#;
    let (status, _, said) = broken(constant, infinite);
    assert_eq!(status, 1);
    assert!(said.starts_with("the answer cannot be written: "), "{said}");
    let (status, _, said) = broken("\"Default\"", "7");
    assert_eq!(status, 1);
    assert!(said.starts_with("table.tsv#button_color:1:"), "{said}");

    fs::write(&table, "no tab").expect("a table");
    let (status, _, said) = ask(&["test_ns"]);
    assert_eq!((status, said.as_str()), (3, "row 1 of `table.tsv` has no tab\n"));
    fs::remove_file(&table).expect("a table");
    let (status, _, said) = ask(&["test_ns"]);
    assert_eq!(status, 3);
    assert!(said.starts_with("cannot read the table `table.tsv`: "), "{said}");
    assert!(said.ends_with("help: name a file with a namespace in each row\n"), "{said}");
}

#[test]
fn every_example_is_named_where_people_look() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut names = Vec::new();
    for entry in fs::read_dir(root.join("examples")).expect("examples") {
        let path = entry.expect("an example").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        for document in ["README.md", "docs/library.md"] {
            let text = fs::read_to_string(root.join(document)).expect("a document");
            assert!(text.contains(&format!("examples/{name}")), "{name} in {document}");
        }
        names.push(name);
    }
    assert!(names.len() >= 4, "{names:?}");
}
