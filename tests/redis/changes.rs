//! What a change is to those who read, and to others who change.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::Ordering::{self, Relaxed};
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::thread;
use std::time::{Duration, SystemTime};

use planout::Dialect;
use planout::catalog::Loaded;
use planout::ship::{Bundle, Change, Options, Origin, ShipError};
use planout::store::{
    ChangeSet, Contents, FileFormat, Item, Source, Store, StoreError, Transaction,
};

use crate::support::redis::RedisServer;

const NO_TIME: Duration = Duration::ZERO;

/// Changes that store the same content under some names.
fn put(names: &[&str], content: &str) -> ChangeSet {
    let put = names.iter().map(|&name| (name.to_owned(), content.into())).collect();
    ChangeSet { put, remove: BTreeSet::new() }
}

fn commit(store: &dyn Store, changes: &ChangeSet) -> Result<(), StoreError> {
    store.begin(NO_TIME)?.commit(changes, b"stamp").map(drop)
}

fn hset(server: &RedisServer, name: &str, content: &str) {
    let mut command = redis::cmd("HSET");
    command.arg("planout4j").arg(name).arg(content);
    command.exec(&mut server.connection()).expect("a change");
}

#[test]
fn the_hash_is_the_layout_of_planout4j() {
    let Some(server) = RedisServer::start() else { return };
    let store = server.store();
    assert_eq!(store.contents().expect("nothing"), Contents::new());
    assert_eq!(store.stamp().expect("nothing"), None);
    assert_eq!(store.list().expect("nothing"), []);

    hset(&server, "b ü.c", "{\"by\":\"hand\"}");
    commit(&*store, &put(&["a", "c"], "{}\n")).expect("a change");
    let expected = [("a", "{}\n"), ("b ü.c", "{\"by\":\"hand\"}"), ("c", "{}\n")];
    let expected = expected.map(|(name, json)| (name.to_owned(), json.into()));
    assert_eq!(server.hash(), Contents::from(expected.clone()));
    assert_eq!(store.contents().expect("three"), Contents::from(expected));
    assert_eq!(store.stamp().expect("a stamp").as_deref(), Some(&b"stamp"[..]));

    let item = |name: &str| {
        Item::new(name, FileFormat::Json).with_label(format!("{}#{name}", server.url()))
    };
    assert_eq!(store.list().expect("three"), [item("a"), item("b ü.c"), item("c")]);
    assert_eq!(store.read(&item("b ü.c"), 5).expect("its head"), b"{\"by\"");
    let missing = store.read(&item("d"), 5).expect_err("there is none");
    let missing = planout::diagnostic::with_causes(&missing);
    assert!(missing.contains("#d`: entity not found"), "{missing}");

    let remove = BTreeSet::from(["a".to_owned(), "c".to_owned()]);
    commit(&*store, &ChangeSet { put: Contents::new(), remove }).expect("a change");
    assert_eq!(server.hash().into_keys().collect::<Vec<_>>(), ["b ü.c"]);
}

#[test]
fn what_was_listed_and_removed_is_absent() {
    let Some(server) = RedisServer::start() else { return };
    let store = server.store();
    hset(&server, "a", "old");
    let items = store.list().expect("one");
    hset(&server, "a", "new");
    assert_eq!(store.read(&items[0], 9).expect("it is there"), b"new");
    let remove = BTreeSet::from(["a".to_owned()]);
    commit(&*store, &ChangeSet { put: Contents::new(), remove }).expect("a change");
    assert!(store.read(&items[0], 9).expect_err("it is gone").is_absent());
}

#[test]
fn a_name_that_is_not_utf_8_is_refused() {
    let Some(server) = RedisServer::start() else { return };
    let mut command = redis::cmd("HSET");
    command.arg("planout4j").arg(b"a\xff").arg("{}");
    command.exec(&mut server.connection()).expect("a change");
    let error = server.store().list().expect_err("it has no text").to_string();
    assert!(error.ends_with("#a\u{fffd}` is not UTF-8"), "{error}");
}

#[test]
fn somebody_elses_change_is_a_conflict() {
    let Some(server) = RedisServer::start() else { return };
    let store = server.store();
    commit(&*store, &put(&["a", "b"], "old")).expect("a change");

    let transaction = store.begin(NO_TIME).expect("a transaction");
    assert_eq!(transaction.contents().len(), 2);
    hset(&server, "b", "theirs");
    let outcome = transaction.commit(&put(&["a", "b"], "ours"), b"ours");
    assert!(matches!(outcome, Err(StoreError::Conflict(location)) if location == server.url()));
    let expected = [("a", "old"), ("b", "theirs")].map(|(name, it)| (name.to_owned(), it.into()));
    assert_eq!(server.hash(), Contents::from(expected));
    assert_eq!(store.stamp().expect("a stamp").as_deref(), Some(&b"stamp"[..]));

    // One that is dropped changes nothing, and leaves nothing behind that the next runs into.
    drop(store.begin(NO_TIME).expect("a transaction"));
    commit(&*store, &put(&["a"], "ours")).expect("a change");
}

#[test]
fn no_change_of_two_at_the_same_time_is_lost() {
    const EACH: usize = 200;
    let Some(server) = RedisServer::start() else { return };
    let conflicts = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let store = server.store();
                let mut done = 0;
                while done < EACH {
                    let transaction = store.begin(NO_TIME).expect("a transaction");
                    let count = transaction.contents().get("count").map_or(0, |it| it.len());
                    let outcome = transaction.commit(&put(&["count"], &"+".repeat(count + 1)), b"");
                    match outcome {
                        Ok(_) => done += 1,
                        Err(StoreError::Conflict(_)) => {
                            conflicts.fetch_add(1, Ordering::Relaxed);
                        }
                        Err(error) => panic!("{error}"),
                    }
                }
            });
        }
    });
    assert_eq!(server.hash()["count"].len(), 2 * EACH);
    assert!(conflicts.into_inner() > 0, "the two did not meet");
}

#[test]
fn readers_see_no_empty_and_no_mixed_set() {
    const SHIPS: usize = 1000;
    const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];
    let Some(server) = RedisServer::start() else { return };
    let store = server.store();
    commit(&*store, &put(&NAMES, "0")).expect("a change");
    let done = AtomicBool::new(false);
    let whole = |contents: &Contents| {
        assert_eq!(contents.len(), NAMES.len(), "{contents:?}");
        let different: BTreeSet<_> = contents.values().collect();
        assert_eq!(different.len(), 1, "{contents:?}");
    };
    let reads = thread::scope(|scope| {
        // As services read, and as we do.
        let service = scope.spawn(|| {
            let mut connection = server.connection();
            let mut reads = 0;
            while !done.load(Ordering::Relaxed) {
                whole(&redis::cmd("HGETALL").arg("planout4j").query(&mut connection).expect("it"));
                reads += 1;
            }
            reads
        });
        let ours = scope.spawn(|| {
            let store = server.store();
            let mut reads = 0;
            while !done.load(Ordering::Relaxed) {
                let seen = store.snapshot(99).expect("namespaces").into_iter();
                whole(&seen.map(|(item, bytes)| (item.name, bytes)).collect());
                reads += 1;
            }
            reads
        });
        for generation in 1..=SHIPS {
            // The names take turns in coming and going, but `whole` counts what is there.
            commit(&*store, &put(&NAMES, &generation.to_string())).expect("a change");
        }
        done.store(true, Ordering::Relaxed);
        (service.join().expect("a reader"), ours.join().expect("a reader"))
    });
    assert!(reads.0 > 100 && reads.1 > 100, "too few reads: {reads:?}");
    assert_eq!(server.hash()["a"], SHIPS.to_string().into_bytes());
}

#[test]
fn a_server_that_dies_leaves_the_old_set_or_the_new_one() {
    let options = ["--appendonly", "yes", "--appendfsync", "always"];
    let Some(mut server) = RedisServer::start_with(&options) else { return };
    let names: Vec<_> = (0..50).map(|n| format!("namespace-{n}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    for round in 0..8 {
        let url = server.url();
        let shipped = AtomicUsize::new(0);
        thread::scope(|scope| {
            let shipper = scope.spawn(|| {
                let store = planout::store::open(&url).expect("a location");
                for generation in 0.. {
                    let changes = put(&names, &format!("{round}.{generation}{}", "x".repeat(2000)));
                    if let Err(error) = commit(&*store, &changes) {
                        assert!(matches!(error, StoreError::Server { .. }), "{error}");
                        return;
                    }
                    shipped.fetch_add(1, Ordering::Relaxed);
                }
            });
            while shipped.load(Ordering::Relaxed) < 3 {
                assert!(!shipper.is_finished(), "ships fail before the server dies");
                thread::sleep(Duration::from_millis(1));
            }
            thread::sleep(Duration::from_micros(700 * round));
            server.kill();
            shipper.join().expect("a shipper");
        });
        server.restart();
        let found = server.store().contents().expect("a set");
        assert_eq!(found.len(), names.len());
        assert_eq!(found.into_values().collect::<BTreeSet<_>>().len(), 1, "a mixed set");
    }
}

#[test]
fn a_change_by_other_means_than_a_ship_is_another_revision() {
    let Some(server) = RedisServer::start() else { return };
    let store = server.store();
    let revision = || store.revision().expect("a revision");
    commit(&*store, &put(&["a"], "one")).expect("a change");
    let shipped = revision();
    assert_eq!(revision(), shipped);
    hset(&server, "a", "two");
    assert_ne!(revision(), shipped);
    hset(&server, "a", "one");
    assert_eq!(revision(), shipped);
}

/// A store in which somebody else is faster, some times.
#[derive(Debug)]
struct Contested {
    conflicts: AtomicUsize,
    attempts: AtomicUsize,
}

impl Source for Contested {
    fn list(&self) -> Result<Vec<Item>, StoreError> {
        Ok(Vec::new())
    }

    fn read(&self, _: &Item, _: usize) -> Result<Vec<u8>, StoreError> {
        Ok(Vec::new())
    }
}

impl Store for Contested {
    fn contents(&self) -> Result<Contents, StoreError> {
        Ok(Contents::new())
    }

    fn stamp(&self) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(None)
    }

    fn begin(&self, _: Duration) -> Result<Box<dyn Transaction + '_>, StoreError> {
        Ok(Box::new(Attempt { store: self, contents: Contents::new() }))
    }
}

struct Attempt<'a> {
    store: &'a Contested,
    contents: Contents,
}

impl Transaction for Attempt<'_> {
    fn contents(&self) -> &Contents {
        &self.contents
    }

    fn commit(self: Box<Self>, _: &ChangeSet, _: &[u8]) -> Result<Vec<PathBuf>, StoreError> {
        let Contested { conflicts, attempts } = self.store;
        attempts.fetch_add(1, Relaxed);
        match conflicts.load(Relaxed) {
            0 => Ok(Vec::new()),
            left => {
                conflicts.store(left - 1, Relaxed);
                Err(StoreError::Conflict("it".to_owned()))
            }
        }
    }
}

#[test]
fn a_ship_starts_over_after_conflicts_while_it_has_patience() {
    let yaml = include_bytes!("../../sample-namespaces/button_color.yaml").to_vec();
    let loaded = Loaded::new("n.yaml", Some("n"), yaml, FileFormat::Yaml, Dialect::Planout4j);
    let bundle = Bundle::new(&[loaded]).expect("a valid namespace");
    let origin = Origin { time: SystemTime::UNIX_EPOCH, source: None };
    let ship = |conflicts: usize, patience| {
        let options = Options::new(origin.clone()).patience(patience);
        let store = Contested { conflicts: conflicts.into(), attempts: 0.into() };
        let outcome = bundle.ship(&store, &options, &mut |_, _| true);
        (outcome, store.attempts.into_inner())
    };
    let (outcome, attempts) = ship(2, Duration::from_secs(60));
    assert_eq!(outcome.expect("it ships").changes, [("n".to_owned(), Change::Created)]);
    assert_eq!(attempts, 3);

    let (outcome, attempts) = ship(1, NO_TIME);
    assert!(matches!(outcome, Err(ShipError::Store(StoreError::Conflict(_)))));
    assert_eq!(attempts, 1);
    let (outcome, attempts) = ship(usize::MAX, Duration::from_millis(20));
    assert!(matches!(outcome, Err(ShipError::Store(StoreError::Conflict(_)))));
    assert!(attempts > 1);
}
