//! Journals as anybody may have written them into a target: what is not a change of ours is not made,
//! and no file that is not ours is touched in any case.
#![no_main]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use planout::store::{Directory, Source, Store};

const JOURNAL: &str = ".planout-journal";

/// Files that none of our changes removes or replaces, in the folder or beside it.
const FOREIGN: [&str; 7] = [
    "victim.json",
    "target/notes.txt",
    "target/script.planout",
    "target/shop.yaml",
    "target/.hidden.json",
    "target/.git/config",
    "target/below/shop.json",
];

/// Files that one of our changes may remove or replace.
const OURS: [&str; 5] = [
    "target/shop.json",
    "target/geo.json",
    "target/.planout-revision",
    "target/.planout-new-abc123",
    "target/.planout-new-def456",
];

fuzz_target!(|data: &[u8]| {
    let folder = tempfile::tempdir().expect("a folder");
    for file in FOREIGN.iter().chain(&OURS) {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, file).expect("a file");
    }
    let target = folder.path().join("target");
    fs::write(target.join(JOURNAL), data).expect("a file");
    let before = contents(folder.path());

    let store = Directory::new(&target);
    // A reader looks through the journal, and changes nothing.
    let seen = store.snapshot(1 << 20).is_ok();
    assert_eq!(contents(folder.path()), before);

    let begun = store.begin(Duration::ZERO).map(drop);
    let mut after = contents(folder.path());
    for file in FOREIGN {
        let text = after.get(Path::new(file)).map(Vec::as_slice);
        assert_eq!(text, Some(file.as_bytes()), "{file}: {begun:?}");
    }
    match begun {
        Ok(()) => assert!(!after.contains_key(&Path::new("target").join(JOURNAL)), "{seen}"),
        Err(_) => {
            after.remove(Path::new("target/.planout-lock"));
            let is_kept = |(path, text): (&PathBuf, &Vec<u8>)| before.get(path) == Some(text);
            assert!(after.iter().all(is_kept), "half of a change was made");
        }
    }
});

/// The files of a folder and of those below it.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true => folders.push(path),
                false => {
                    let name = path.strip_prefix(folder).expect("a file below").to_owned();
                    files.insert(name, fs::read(path).expect("a file"));
                }
            }
        }
    }
    files
}
