//! Sources that are not stores, and what tells one state of a source from another.

use std::fs;

use planout::store::{Directory, FileFormat, Folders, Item, Memory, Source, Store, StoreError};
use planout::{Catalog, Dialect};

use super::LIMIT;

fn yaml(name: &str) -> (Item, Vec<u8>) {
    (Item::new(name, FileFormat::Yaml), name.as_bytes().to_vec())
}

#[test]
fn stores_and_sources_can_be_shared_and_shown() {
    fn shared<T: Send + Sync + std::fmt::Debug + ?Sized>() {}
    shared::<dyn Source>();
    shared::<dyn Store>();
    shared::<Directory>();
    shared::<Memory>();
    #[cfg(feature = "redis")]
    shared::<planout::store::Redis>();
}

#[test]
fn what_is_in_memory_is_in_order_and_is_replaced_as_a_whole() {
    let memory = Memory::new([yaml("b"), yaml("a")]);
    let json = Item::new("a", FileFormat::Json).with_label("a.json");
    let names = |items: Vec<Item>| items.into_iter().map(|it| it.label).collect::<Vec<_>>();
    assert_eq!(names(memory.list().expect("a list")), ["a", "b"]);
    let first = memory.revision().expect("a revision");

    memory.replace([(json.clone(), b"{}".to_vec()), yaml("a"), yaml("c")]);
    assert_eq!(names(memory.list().expect("a list")), ["a", "a.json", "c"]);
    assert_eq!(memory.read(&json, LIMIT).expect("an item"), b"{}");
    assert_eq!(memory.read(&json, 1).expect("an item"), b"{");
    let snapshot = memory.snapshot(1).expect("a snapshot");
    assert!(snapshot.iter().all(|(_, bytes)| bytes.len() == 1));
    assert_ne!(memory.revision().expect("a revision"), first);

    let error = memory.read(&yaml("b").0, LIMIT).expect_err("it is gone");
    assert!(error.is_absent());
    assert_eq!(error.to_string(), "cannot read `b`");
}

#[test]
fn a_catalog_can_be_loaded_from_memory() {
    let text = fs::read("sample-namespaces/button_color.yaml").expect("a sample");
    let item = Item::new("button_color", FileFormat::Yaml);
    let memory = Memory::new([(item.clone(), text)]);
    let catalog = Catalog::from_source(&memory, Dialect::Planout4j).expect("a catalog");
    assert!(catalog.get("button_color").is_some());

    memory.replace([(item.with_label("the second"), b"[]".to_vec())]);
    let error = Catalog::from_source(&memory, Dialect::Planout4j).expect_err("no namespace");
    assert!(error.to_string().starts_with("the second:1:1: error[P"), "{error}");
}

/// A source that keeps no order.
#[derive(Debug)]
struct Unordered;

impl Source for Unordered {
    fn list(&self) -> Result<Vec<Item>, StoreError> {
        let items = [("b", "1.yaml"), ("a", "2.yaml"), ("b", "0.yaml")];
        Ok(items.map(|(name, label)| Item::new(name, FileFormat::Yaml).with_label(label)).into())
    }

    fn read(&self, _: &Item, _: usize) -> Result<Vec<u8>, StoreError> {
        Ok(fs::read("sample-namespaces/button_color.yaml").expect("a sample"))
    }
}

#[test]
fn two_of_one_name_are_found_in_a_source_that_keeps_no_order() {
    let loaded = planout::catalog::read(&Unordered, Dialect::Planout4j).expect("namespaces");
    let names: Vec<_> = loaded.iter().map(|it| (&*it.name, it.source.name())).collect();
    assert_eq!(names, [("a", "2.yaml"), ("b", "0.yaml"), ("b", "1.yaml")]);
    let error = Catalog::from_source(&Unordered, Dialect::Planout4j).expect_err("two of a name");
    assert!(error.to_string().contains("namespace `b` is also in `0.yaml`"), "{error}");
}

/// What somebody does to a folder.
type Edit<'a> = &'a dyn Fn();

#[test]
fn a_directory_has_another_revision_after_every_edit_by_hand() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let write = |name: &str, text: &str| fs::write(path(name), text).expect("a file");
    write("a.yaml", "one");
    fs::create_dir(path("below")).expect("a folder");
    let directory = Directory::new(folder.path());
    let all = directory.clone().with_folders(Folders::All);
    let revision = |of: &Directory| of.revision().expect("a revision");

    let edits: [(&str, Edit<'_>); 6] = [
        ("the same length", &|| write("a.yaml", "two")),
        ("longer", &|| write("a.yaml", "two, more")),
        ("another file", &|| write("b.json", "{}")),
        ("an empty file", &|| write("c.yaml", "")),
        ("renamed", &|| fs::rename(path("c.yaml"), path("d.yaml")).expect("a file")),
        ("removed", &|| fs::remove_file(path("a.yaml")).expect("a file")),
    ];
    for (what, edit) in edits {
        let (before, before_all) = (revision(&directory), revision(&all));
        edit();
        assert_ne!(revision(&directory), before, "{what}");
        assert_ne!(revision(&all), before_all, "{what}");
    }

    // What is not read makes no difference.
    let (before, before_all) = (revision(&directory), revision(&all));
    write("README", "text");
    write(".hidden.yaml", "text");
    assert_eq!((revision(&directory), revision(&all)), (before.clone(), before_all.clone()));
    write("below/e.yaml", "text");
    assert_eq!(revision(&directory), before);
    assert_ne!(revision(&all), before_all);

    let gone = Directory::new(path("gone"));
    assert!(gone.revision().is_err_and(|error| error.is_absent()));
}

#[test]
fn a_store_of_ones_own_says_how_it_failed() {
    let error = StoreError::other("the table is locked")
        .with_help("ask its owner")
        .because(std::io::Error::other("timeout"));
    assert_eq!(planout::diagnostic::with_causes(&error), "the table is locked: timeout");
    assert_eq!(error.help().as_deref(), Some("ask its owner"));
    assert!(!error.is_absent());
}
