//! Writes the programs and namespaces of the golden data, and the samples, as what the fuzzers
//! start from: a file each in `corpus/parser` and `corpus/yaml`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use planout::source::Source;
use planout::tree::{Node, json};

fn main() -> io::Result<()> {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = fuzz.join("..");
    let golden = |file: &str, key: &str| texts(&root.join("tests/golden").join(file), key);

    let mut programs = golden("compile.jsonl", "dsl")?;
    programs.extend(golden("eval.jsonl", "dsl")?);
    write(&fuzz.join("corpus/parser"), programs)?;

    let mut namespaces = golden("namespaces.jsonl", "yaml")?;
    for file in fs::read_dir(root.join("sample-namespaces"))? {
        namespaces.push(fs::read_to_string(file?.path())?);
    }
    write(&fuzz.join("corpus/yaml"), namespaces)
}

/// The strings under a key, of the rows that have it.
fn texts(path: &PathBuf, key: &str) -> io::Result<Vec<String>> {
    let rows = fs::read_to_string(path)?;
    let text = |line: &str| {
        let row = json::read(&Source::new("row", line), 4000).ok()?;
        row.as_map()?.get(key).and_then(Node::as_str).map(str::to_owned)
    };
    Ok(rows.lines().filter_map(text).collect())
}

fn write(folder: &Path, mut texts: Vec<String>) -> io::Result<()> {
    texts.sort();
    texts.dedup();
    fs::create_dir_all(folder)?;
    for (number, text) in texts.iter().enumerate() {
        fs::write(folder.join(format!("seed-{number:04}")), text)?;
    }
    println!("{} seeds in {}", texts.len(), folder.display());
    Ok(())
}
