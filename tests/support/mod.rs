//! What several tests need.

pub(crate) mod git;
pub(crate) mod oracle;
#[cfg(feature = "redis")]
pub(crate) mod redis;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use planout::source::SourceText;
use planout::tree::{Kind, Node, json};
use planout::{Map, Value};

/// The rows of a file of golden data.
pub(crate) fn golden(file: &str) -> Vec<Node> {
    let path = format!("{}/tests/golden/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).expect(&path);
    let rows = text.lines().map(|line| json::read(&SourceText::new(file, line), 4000).expect(line));
    rows.collect()
}

/// The string under a key.
pub(crate) fn text<'a>(row: &'a Node, key: &str) -> &'a str {
    get(row, key).and_then(Node::as_str).unwrap_or_else(|| panic!("no `{key}` in a row"))
}

/// The value under a key.
pub(crate) fn get<'a>(row: &'a Node, key: &str) -> Option<&'a Node> {
    row.as_map().expect("a row is a mapping").get(key)
}

/// The mapping under a key as values.
pub(crate) fn map(row: &Node, key: &str) -> Map {
    let value = Value::try_from(get(row, key).expect(key)).expect("values");
    value.as_map().expect("a mapping").clone()
}

/// Whether two trees hold the same: kinds of numbers and the sign of zero count, the order of
/// keys does not.
pub(crate) fn same(a: &Node, b: &Node) -> bool {
    match (&a.kind, &b.kind) {
        (Kind::Float(a), Kind::Float(b)) => a.to_bits() == b.to_bits(),
        (Kind::List(a), Kind::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Kind::Map(a), Kind::Map(b)) => {
            a.entries.len() == b.entries.len()
                && a.entries
                    .iter()
                    .all(|entry| b.get(&entry.key).is_some_and(|b| same(&entry.value, b)))
        }
        (a, b) => a == b,
    }
}

/// A folder of its own with the samples and their configuration, as in a fresh clone.
pub(crate) fn sandbox() -> tempfile::TempDir {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let samples = folder.path().join("sample-namespaces");
    std::fs::create_dir(&samples).expect("a folder");
    for entry in std::fs::read_dir(root.join("sample-namespaces")).expect("the samples") {
        let path = entry.expect("a sample").path();
        let name = path.file_name().expect("a sample has a name");
        std::fs::copy(&path, samples.join(name)).expect("a copy");
    }
    let config = "planout.toml";
    std::fs::copy(root.join(config), folder.path().join(config)).expect("a copy");
    folder
}

/// A sandbox in which ships may reassign units: for tests of how something is shipped, not of what.
pub(crate) fn unguarded_sandbox() -> tempfile::TempDir {
    let folder = sandbox();
    let path = folder.path().join("planout.toml");
    let config = std::fs::read_to_string(&path).expect("the configuration");
    std::fs::write(path, config + UNGUARDED).expect("a file of our own");
    folder
}

/// A configuration without the guard.
pub(crate) const UNGUARDED: &str = "\n[ship]\nguard = \"off\"\n";

/// The names of all files of a folder, hidden ones too.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<_> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// What a shell command prints, both streams together. `planout` is the program under test, and
/// `cargo run --release --` the same.
pub(crate) fn shell(command: &str, folder: &Path) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_planout"));
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", program.parent().expect("a folder").display());
    let command = command.replace("cargo run --release --", "planout");
    let output = Command::new("sh")
        .args(["-c", &format!("exec 2>&1\n{command}")])
        .current_dir(folder)
        .env("PATH", path)
        .env_remove("PLANOUT_CONFIG")
        .env_remove("PLANOUT_SOURCE")
        .env_remove("PLANOUT_TARGET")
        .env("NO_COLOR", "1")
        .output()
        .expect("a shell");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Says why a test is not run. Past the test runner, which keeps what passing tests print.
pub(crate) fn skip(reason: &str) {
    let name = std::thread::current().name().unwrap_or("a test").to_owned();
    let _ = writeln!(std::io::stderr(), "skipped {name}: {reason}");
}

/// What a run of the program came to.
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the program in a folder.
pub(crate) fn planout(folder: &Path, arguments: &[&str]) -> Run {
    planout_with_input(folder, arguments, b"")
}

/// Runs the program in a folder with something on standard input.
pub(crate) fn planout_with_input(folder: &Path, arguments: &[&str], input: &[u8]) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_planout"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("PLANOUT_CONFIG")
        .env_remove("PLANOUT_SOURCE")
        .env_remove("PLANOUT_TARGET")
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("planout runs");
    // A program that does not read its input closes the pipe: no concern of the test.
    let _ = child.stdin.take().expect("a pipe").write_all(input);
    let output = child.wait_with_output().expect("planout ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    Run { status: output.status.code().expect("planout is not killed"), stdout, stderr }
}
