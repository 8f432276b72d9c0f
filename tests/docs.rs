//! What the README and the documents show is what happens.
//!
//! - ` ```console ` blocks: each line after `$ ` is run by a shell in a copy of the samples, and
//!   prints what stands below it. `UPDATE_DOCS=1 cargo test docs` writes what it prints instead.
//! - ` ```planout ` blocks compile; ` ```yaml ` blocks that are whole namespaces are valid.

mod commands;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use planout::catalog::Loaded;
use planout::store::FileFormat;
use planout::{Dialect, Script};

use crate::support::{sandbox, shell};

fn documents() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = std::fs::read_dir(root.join("docs")).expect("docs");
    let docs = docs.map(|entry| entry.expect("an entry of docs").path());
    let mut documents: Vec<_> =
        docs.filter(|path| path.extension().is_some_and(|e| e == "md")).collect();
    documents.sort();
    documents.insert(0, root.join("README.md"));
    documents
}

/// A fenced block: the word after the fence, its first line's number, and its text.
pub(crate) struct Block {
    pub(crate) language: String,
    pub(crate) line: usize,
    pub(crate) text: String,
}

pub(crate) fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in markdown.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => {
                let (language, line) = (language.to_owned(), index + 2);
                open = Some(Block { language, line, text: String::new() });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block does not end");
    blocks
}

/// Runs the commands of a block and returns it as it should be.
fn run(block: &Block, folder: &Path) -> String {
    let mut text = String::new();
    let mut lines = block.text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(command) = line.strip_prefix("$ ") else {
            continue;
        };
        writeln!(text, "{line}").expect("a string");
        let mut command = command.to_owned();
        while command.ends_with('\\')
            && let Some(next) = lines.next()
        {
            writeln!(text, "{next}").expect("a string");
            command = format!("{command}\n{next}");
        }
        if command == "cargo test" {
            println!("not run here: `cargo test` is this very test");
            continue;
        }
        text.push_str(&shell(&command, folder));
    }
    text
}

#[test]
fn commands_print_what_the_documents_show() {
    let update = std::env::var_os("UPDATE_DOCS").is_some();
    let mut wrong = String::new();
    let mut commands = 0;
    for path in documents() {
        let markdown = std::fs::read_to_string(&path).expect("a document");
        let mut updated = markdown.clone();
        let folder = sandbox();
        for block in blocks(&markdown).iter().filter(|block| block.language == "console") {
            let actual = run(block, folder.path());
            commands += 1;
            if actual != block.text {
                writeln!(
                    wrong,
                    "{}:{}:\n{}--- prints\n{actual}",
                    path.display(),
                    block.line,
                    block.text
                )
                .expect("a string");
                updated = updated.replacen(
                    &format!("```console\n{}```", block.text),
                    &format!("```console\n{actual}```"),
                    1,
                );
            }
        }
        if update && updated != markdown {
            std::fs::write(&path, updated).expect("a document");
        }
    }
    assert!(commands > 10, "only {commands} blocks were found");
    assert!(update || wrong.is_empty(), "{wrong}");
}

#[test]
fn code_in_the_documents_is_valid() {
    let mut checked = 0;
    for path in documents() {
        let markdown = std::fs::read_to_string(&path).expect("a document");
        for block in blocks(&markdown) {
            let place = format!("{}:{}", path.display(), block.line);
            match block.language.as_str() {
                "planout" => {
                    let compiled = Script::compile(&place, &block.text, Dialect::Planout4j);
                    assert!(compiled.is_ok(), "{place}: {}", compiled.expect_err("an error"));
                    checked += 1;
                }
                "yaml" if block.text.contains("experiment_sequence:") => {
                    let bytes = block.text.into_bytes();
                    let dialect = Dialect::Planout4j;
                    let loaded = Loaded::new(&place, Some("x"), bytes, FileFormat::Yaml, dialect);
                    assert!(loaded.document.is_some(), "{}", loaded.report());
                    checked += 1;
                }
                _ => {}
            }
        }
    }
    assert!(checked > 3, "only {checked} blocks of code were found");
}

#[test]
fn every_sample_is_valid_and_assigns() {
    let folder = sandbox();
    let output = Command::new(env!("CARGO_BIN_EXE_planout"))
        .args(["nslist", "-m", "experiments"])
        .current_dir(folder.path())
        .output()
        .expect("planout runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let catalog = planout::Catalog::load(
        &format!("{}/sample-namespaces", env!("CARGO_MANIFEST_DIR")),
        Dialect::default(),
    );
    for namespace in catalog.expect("the samples are valid").iter() {
        for unit in 0..200 {
            let inputs = planout::Map::from_iter([
                (namespace.unit().to_owned(), planout::Value::from(unit)),
                ("sourceid".to_owned(), planout::Value::from(unit % 7)),
                ("storyid".to_owned(), planout::Value::from(unit % 11)),
                ("viewerid".to_owned(), planout::Value::from(unit)),
            ]);
            namespace.assign(&inputs).expect("the samples assign every unit");
        }
    }
}
