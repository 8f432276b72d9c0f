//! What several tests need.

use std::path::Path;
use std::process::Command;

use planout::source::Source;
use planout::tree::{Kind, Node, json};
use planout::{Map, Value};

/// The rows of a file of golden data.
pub fn golden(file: &str) -> Vec<Node> {
    let path = format!("{}/tests/golden/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).expect(&path);
    let rows = text.lines().map(|line| json::read(&Source::new(file, line), 4000).expect(line));
    rows.collect()
}

/// The string under a key.
pub fn text<'a>(row: &'a Node, key: &str) -> &'a str {
    get(row, key).and_then(Node::as_str).unwrap_or_else(|| panic!("no `{key}` in a row"))
}

/// The value under a key.
pub fn get<'a>(row: &'a Node, key: &str) -> Option<&'a Node> {
    row.as_map().expect("a row is a mapping").get(key)
}

/// The mapping under a key as values.
pub fn map(row: &Node, key: &str) -> Map {
    let value = Value::try_from(get(row, key).expect(key)).expect("values");
    value.as_map().expect("a mapping").clone()
}

/// Whether two trees hold the same: kinds of numbers and the sign of zero count, the order of
/// keys does not.
pub fn same(a: &Node, b: &Node) -> bool {
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
pub fn sandbox() -> tempfile::TempDir {
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

/// What a shell command prints, both streams together. `planout` is the program under test, and
/// `cargo run --release --` the same.
pub fn shell(command: &str, folder: &Path) -> String {
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
