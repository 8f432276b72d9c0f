//! Writes what the fuzzers start from, a file each: the programs and namespaces of the golden data and
//! the samples in `corpus/parser` and `corpus/yaml`, compiled in `corpus/compiled`; small files of units in
//! each format, and of what was observed, in `corpus/rows`, `corpus/parquet` and `corpus/observed`; saved
//! plans and journals in `corpus/saved` and `corpus/journal`.

mod parquet_seeds;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use planout::catalog::Loaded;
use planout::source::SourceText;
use planout::store::FileFormat;
use planout::tree::{Layout, Node, json, to_json};
use planout::{Dialect, Script};

/// Rows that have what is special to CSV, or a place for it.
const TABLES: [&str; 6] = [
    "userid,country\nann,NL\nbob,US\n",
    "\u{feff}userid,country\r\n\"an\"\"n\",\"N\nL\"\r\n\r\n\"\",\n5\" x,\"\"",
    "country,userid\nNL\n,ann\nNL,\"ann\nUS,bob\n",
    "userid,country\nann,\"NL\nbob,\"US\"\ncid,DE\n",
    "userid\tcountry\nann\tNL\n\"b\tob\"\tUS\n",
    "userid,userid,x\n1,2,3\n",
];

/// The same of JSON lines.
const LINES: [&str; 4] = [
    "{\"userid\":\"ann\",\"country\":\"NL\"}\n{\"country\":null,\"userid\":7}\n",
    "{ \"userid\" : 1.5e3 , \"x\": [{\"y\": true}] }\r\n\n{\"userid\":\"\\u00e9\\n\"}",
    "{\"userid\":123456789012345678901}\n{\"userid\":1,\"userid\":2}\n[1]\n{\"userid\":",
    "{\"userid\":false,\"country\":[\"NL\"]}\n{}\n",
];

/// Tables of counts.
const COUNTS: [&str; 5] = [
    "experiment,count\nfirst,2010\nsecond,2980\n(default),5010\n",
    "param,value,count\nprice,10,505\nprice,12.0,100\n\"price\",\"9\",295\n",
    "experiment,param,value,count\nfirst,price,10,480\nfirst,,,1000\n,price,12,520\n",
    "count,experiment\r\n200, first\r\n300,\"second\"",
    "experiment,count\nfirst,\"5\nsecond,6\n",
];

/// Logs of exposures.
const LOGS: [&str; 2] = [
    "{\"name\":\"shop-first\",\"time\":1,\"salt\":\"shop.first\",\"inputs\":{\"userid\":7},\
     \"params\":{\"price\":10,\"speed\":0.25},\"event\":\"exposure\",\"checksum\":\"1\"}\n",
    "{\"name\":\"second\",\"inputs\":{\"userid\":\"a\"},\"params\":{\"price\":9.0}}\r\n\n\
     {\"event\":\"click\"}\n{\"salt\":\"shop.second\",\"inputs\":{\"userid\":[1]}}\n{\"salt\":",
];

/// Saved plans.
const SAVED: [&str; 2] = [
    r#"{"format":2,"setup":{"source":"file:///s","target":"file:///t","prune":false,
"dialect":"planout4j","guard":"reassignment","checks":{"P0503":"error"},"operators":["own"],
"readers":"planout4j"},"class":"safe","namespaces":[{"name":"shop","class":"reassigning",
"source":"ab","compiled":"cd","target":null},{"name":"geo","class":"none","source":null,
"compiled":null,"target":"ef"}]}"#,
    r#"{"format":1,"namespaces":[]}"#,
];

/// Journals of a change of a folder: ours, and those that would reach further.
const JOURNALS: [&str; 6] = [
    r#"{"steps":[{"file":"shop.json","new":".planout-new-abc123"},{"file":"geo.json","new":null},
{"file":".planout-revision","new":".planout-new-def456"}]}"#,
    r#"{"steps":[]}"#,
    r#"{"steps":[{"file":"../victim.json","new":null}]}"#,
    r#"{"steps":[{"file":"shop.json","new":"../victim.json"}]}"#,
    r#"{"steps":[{"file":"notes.txt","new":".planout-new-abc123"},{"file":".hidden.json","new":null}]}"#,
    r#"{"steps":[{"file":"below/shop.json","new":null},{"file":"shop.yaml","new":null}]}"#,
];

fn main() -> io::Result<()> {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = fuzz.join("..");
    let golden = |file: &str, key: &str| texts(&root.join("tests/golden").join(file), key);

    let mut programs = golden("compile.jsonl", "dsl")?;
    programs.extend(golden("eval.jsonl", "dsl")?);
    let mut compiled: Vec<String> = programs.iter().filter_map(|code| script(code)).collect();
    write(&fuzz.join("corpus/parser"), programs)?;

    let mut namespaces = golden("namespaces.jsonl", "yaml")?;
    for file in fs::read_dir(root.join("sample-namespaces"))? {
        namespaces.push(fs::read_to_string(file?.path())?);
    }
    compiled.extend(namespaces.iter().filter_map(|text| namespace(text)));
    write(&fuzz.join("corpus/yaml"), namespaces)?;
    write(&fuzz.join("corpus/compiled"), compiled)?;
    write(&fuzz.join("corpus/saved"), SAVED.to_vec())?;
    write(&fuzz.join("corpus/journal"), JOURNALS.to_vec())?;

    write(&fuzz.join("corpus/rows"), rows()?)?;
    write(&fuzz.join("corpus/parquet"), parquet_seeds::files()?)?;
    let table = |text: &&str| [&[0], text.as_bytes()].concat();
    let log = |text: &&str| [&[1], text.as_bytes()].concat();
    write(
        &fuzz.join("corpus/observed"),
        COUNTS.iter().map(table).chain(LOGS.iter().map(log)).collect(),
    )
}

/// A program as JSON.
fn script(code: &str) -> Option<String> {
    let script = Script::compile("seed", code, Dialect::Planout4j).ok()?;
    Some(to_json(script.json(), Layout::Compact, Dialect::Planout4j))
}

/// A namespace as JSON.
fn namespace(text: &str) -> Option<String> {
    let bytes = text.as_bytes().to_vec();
    let loaded = Loaded::new("seed", Some("seed"), bytes, FileFormat::Yaml, Dialect::Planout4j);
    let document = loaded.document?;
    Some(to_json(&document.compiled, Layout::Compact, document.dialect))
}

/// Files of units behind the byte that says what they are: see the target.
fn rows() -> io::Result<Vec<Vec<u8>>> {
    let mut seeds = Vec::new();
    let tables = TABLES.iter().map(|text| (u8::from(text.contains('\t')), *text));
    for (format, text) in tables.chain(LINES.iter().map(|text| (2, *text))) {
        for on_error in 0..3 {
            let choice = format | on_error << 2;
            seeds.push([&[choice], text.as_bytes()].concat());
            let mut gzip =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            gzip.write_all(text.as_bytes())?;
            seeds.push([vec![choice | 1 << 4], gzip.finish()?].concat());
            seeds.push([vec![choice | 2 << 4], zstd::encode_all(text.as_bytes(), 0)?].concat());
        }
    }
    Ok(seeds)
}

/// The strings under a key, of the rows that have it.
fn texts(path: &PathBuf, key: &str) -> io::Result<Vec<String>> {
    let rows = fs::read_to_string(path)?;
    let text = |line: &str| {
        let row = json::read(&SourceText::new("row", line), 4000).ok()?;
        row.as_map()?.get(key).and_then(Node::as_str).map(str::to_owned)
    };
    Ok(rows.lines().filter_map(text).collect())
}

fn write<T: AsRef<[u8]> + Ord>(folder: &Path, mut texts: Vec<T>) -> io::Result<()> {
    texts.sort();
    texts.dedup();
    fs::create_dir_all(folder)?;
    for (number, text) in texts.iter().enumerate() {
        fs::write(folder.join(format!("seed-{number:04}")), text)?;
    }
    println!("{} seeds in {}", texts.len(), folder.display());
    Ok(())
}
