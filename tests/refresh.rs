//! Catalogs that follow their source: whole sets, the last good one, and nobody who waits.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use planout::catalog::{LiveCatalog, LoadError, Loaded};
use planout::store::{ChangeSet, Directory, FileFormat, Item, Memory, Source, Store, StoreError};
use planout::tree::{Layout, to_json};
use planout::{Catalog, Dialect, Map, Value};

const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];
const NO_TIME: Duration = Duration::ZERO;

/// A namespace in which every unit gets a number.
fn yaml(number: usize) -> Vec<u8> {
    format!(
        "namespace: {{unit: userid, segments: 10}}
experiment_definitions:
- {{definition: D, assign: !planout 'n = {number};'}}
default_experiment: D
experiment_sequence: []
"
    )
    .into_bytes()
}

/// The same as it is shipped.
fn json(name: &str, number: usize) -> Vec<u8> {
    let loaded = Loaded::new(name, Some(name), yaml(number), FileFormat::Yaml, Dialect::Planout);
    let document = loaded.document.expect("a valid namespace");
    to_json(&document.compiled, Layout::Compact, document.dialect).into_bytes()
}

fn set(number: usize) -> Vec<(Item, Vec<u8>)> {
    NAMES.iter().map(|name| (Item::new(*name, FileFormat::Yaml), yaml(number))).collect()
}

/// The number that all namespaces give.
#[track_caller]
fn number(catalog: &Catalog) -> usize {
    let inputs = Map::from_iter([("userid".to_owned(), Value::from(1))]);
    let numbers = catalog.iter().map(|namespace| {
        let assignment = namespace.assign(&inputs).expect("an assignment");
        usize::try_from(assignment.params.int("n", -1)).expect("a number")
    });
    let numbers: Vec<usize> = numbers.collect();
    assert_eq!(numbers.len(), NAMES.len());
    assert!(numbers.iter().all(|number| *number == numbers[0]), "a mixed set: {numbers:?}");
    numbers[0]
}

/// Ships sets one after the other, while a thread watches, another one refreshes, and readers read.
/// Returns how many sets a reader saw.
fn follow(source: Arc<dyn Source>, ships: usize, ship: &(dyn Fn(usize) + Sync)) -> usize {
    ship(0);
    let live = Arc::new(LiveCatalog::load(source, Dialect::Planout).expect("the first set"));
    let refused = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&refused);
    let watch = live.watch(NO_TIME, move |outcome| {
        if let Err(error) = outcome {
            told.lock().expect("a lock").push(error);
        }
    });
    let is_done = AtomicBool::new(false);
    let most = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let (mut seen, mut last) = (0, usize::MAX);
                while !is_done.load(Ordering::Relaxed) {
                    let number = number(&live.current());
                    if number != last {
                        assert!(last == usize::MAX || number > last, "{number} after {last}");
                        (seen, last) = (seen + 1, number);
                    }
                }
                most.fetch_max(seen, Ordering::Relaxed);
            });
        }
        scope.spawn(|| {
            while !is_done.load(Ordering::Relaxed) {
                live.refresh().expect("every set is valid");
            }
        });
        for number in 1..=ships {
            ship(number);
        }
        live.refresh().expect("the last set is valid");
        is_done.store(true, Ordering::Relaxed);
    });
    drop(watch.expect("a thread"));
    assert_eq!(number(&live.current()), ships);
    assert!(live.refused().is_none());
    let refused = refused.lock().expect("a lock");
    assert!(refused.is_empty(), "{refused:?}");
    most.into_inner()
}

/// Ships to a store.
fn put(store: &dyn Store, number: usize) {
    let put = NAMES.iter().map(|name| (name.to_string(), json(name, number))).collect();
    let changes = ChangeSet { put, ..ChangeSet::default() };
    let transaction = store.begin(Duration::from_secs(30)).expect("a transaction");
    transaction.commit(&changes, number.to_string().as_bytes()).expect("a change");
}

#[test]
fn readers_during_a_thousand_ships_see_whole_sets_from_memory() {
    let memory = Arc::new(Memory::default());
    let seen = follow(memory.clone(), 1000, &|number| {
        memory.replace(set(number));
        // Else all is shipped before anybody has looked.
        thread::sleep(Duration::from_micros(300));
    });
    assert!(seen > 20, "only {seen} sets were seen");
}

#[test]
fn readers_during_a_thousand_ships_see_whole_sets_of_a_directory() {
    // Disks take long to make each ship last.
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
    let folder = folder.expect("a folder");
    let store = Arc::new(Directory::new(folder.path()));
    let seen = follow(store.clone(), 1000, &|number| put(&*store, number));
    assert!(seen > 20, "only {seen} sets were seen");
}

#[cfg(feature = "redis")]
#[test]
fn readers_during_a_thousand_ships_see_whole_sets_of_redis() {
    let Some(server) = crate::support::redis::RedisServer::start() else { return };
    let store: Arc<dyn Store> = server.store().into();
    let seen = follow(store.clone(), 1000, &|number| put(&*store, number));
    assert!(seen > 20, "only {seen} sets were seen");
}

#[test]
fn what_cannot_answer_is_refused_and_the_last_good_set_stays() {
    let memory = Arc::new(Memory::new(set(1)));
    let live = LiveCatalog::load(memory.clone(), Dialect::Planout).expect("a set");
    let first = live.revision().expect("a revision");
    assert!(!live.refresh().expect("the same"));

    // One namespace of five is broken.
    let mut broken = set(2);
    broken[3].1.extend(b"experiment_sequence: 7\n");
    memory.replace(broken);
    let error = live.refresh().expect_err("it is not valid");
    assert!(matches!(&*error, LoadError::Invalid(reports) if reports.len() == 1), "{error}");
    assert!(error.to_string().contains("d:6:1"), "{error}");
    assert!(live.refused().is_some_and(|refused| Arc::ptr_eq(&refused, &error)));
    assert_eq!((number(&live.current()), live.revision().as_ref()), (1, Some(&first)));
    // It is not read again as long as it stays.
    assert!(Arc::ptr_eq(&live.refresh().expect_err("it is not valid"), &error));

    memory.replace(Vec::new());
    let error = live.refresh().expect_err("nothing is there");
    assert!(matches!(*error, LoadError::Gone));
    assert_eq!(number(&live.current()), 1);

    // What was there before is no change.
    memory.replace(set(1));
    assert_eq!(number(&live.current()), 1);
    live.refresh().expect("the first set");
    assert!(live.refused().is_none());
    memory.replace(set(3));
    assert!(live.refresh().expect("another set"));
    assert_eq!(number(&live.current()), 3);
    assert_ne!(live.revision(), Some(first));
}

#[test]
fn a_catalog_can_begin_without_a_source() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("later");
    let source = Arc::new(Directory::new(&path));
    let error = LiveCatalog::load(source.clone(), Dialect::Planout).expect_err("nothing");
    assert!(matches!(&*error, LoadError::Store(error) if error.is_absent()));

    let live = LiveCatalog::new(source, Dialect::Planout);
    assert!(live.current().is_empty() && live.revision().is_none());
    assert!(live.refresh().is_err() && live.refused().is_some());
    // A service may be there before the first ship.
    std::fs::create_dir(&path).expect("a folder");
    live.refresh().expect("an empty set");
    assert!(live.current().is_empty() && live.refused().is_none());
    std::fs::write(path.join("a.yaml"), yaml(1)).expect("a file");
    assert!(live.refresh().expect("a set"));
    assert_eq!(live.current().len(), 1);
    std::fs::remove_dir_all(&path).expect("a folder");
    assert!(live.refresh().is_err());
    assert_eq!(live.current().len(), 1);
}

/// A source that does not answer before it may.
#[derive(Debug)]
struct Slow {
    memory: Memory,
    begun: Mutex<Sender<()>>,
    may: Mutex<Receiver<()>>,
}

impl Source for Slow {
    fn list(&self) -> Result<Vec<Item>, StoreError> {
        self.memory.list()
    }

    fn read(&self, item: &Item, limit: usize) -> Result<Vec<u8>, StoreError> {
        self.memory.read(item, limit)
    }

    fn snapshot(&self, limit: usize) -> Result<Vec<(Item, Vec<u8>)>, StoreError> {
        self.begun.lock().expect("a lock").send(()).expect("a test");
        let may = self.may.lock().expect("a lock").recv();
        may.map_err(|error| StoreError::other("nobody answers").because(error))?;
        self.memory.snapshot(limit)
    }

    fn revision(&self) -> Result<String, StoreError> {
        self.memory.revision()
    }
}

#[test]
fn readers_never_wait_for_a_refresh() {
    let ((begun, has_begun), (allow, may)) = (channel(), channel());
    let slow = Slow { memory: Memory::new(set(1)), begun: Mutex::new(begun), may: Mutex::new(may) };
    let slow = Arc::new(slow);
    allow.send(()).expect("a source");
    let live = LiveCatalog::load(slow.clone(), Dialect::Planout).expect("a set");
    has_begun.recv().expect("the first look");
    slow.memory.replace(set(2));
    thread::scope(|scope| {
        let refresh = scope.spawn(|| live.refresh());
        has_begun.recv().expect("the second look");
        // It waits, and nobody else does.
        for _ in 0..1000 {
            assert_eq!(number(&live.current()), 1);
        }
        assert!(live.refused().is_none() && live.revision().is_some());
        assert!(!refresh.is_finished());
        allow.send(()).expect("a source");
        assert!(refresh.join().expect("a thread").expect("another set"));
    });
    assert_eq!(number(&live.current()), 2);

    // A source that fails is asked again.
    slow.memory.replace(set(3));
    drop(allow);
    for _ in 0..2 {
        let error = live.refresh().expect_err("nobody answers");
        assert_eq!(error.to_string(), "nobody answers");
        has_begun.recv().expect("a look");
    }
    assert_eq!(number(&live.current()), 2);
}

#[test]
fn a_watch_tells_each_news_once_and_ends_with_its_owner() {
    let memory = Arc::new(Memory::new(set(1)));
    let live = Arc::new(LiveCatalog::load(memory.clone(), Dialect::Planout).expect("a set"));
    let (tell, told) = channel();
    let watch = live.watch(NO_TIME, move |outcome| {
        tell.send(outcome.map_err(|error| error.to_string())).expect("a test");
    });
    let watch = watch.expect("a thread");
    let next = || told.recv_timeout(Duration::from_secs(30)).expect("news");
    memory.replace(set(2));
    assert_eq!(next(), Ok(()));
    assert_eq!(number(&live.current()), 2);
    memory.replace(Vec::new());
    assert_eq!(next(), Err("there are no namespaces any more".to_owned()));
    // Many looks later there is no other news.
    assert!(told.recv_timeout(Duration::from_millis(100)).is_err());
    memory.replace(set(2));
    assert_eq!(next(), Ok(()));

    assert_eq!(Arc::strong_count(&live), 2);
    drop(watch);
    assert_eq!(Arc::strong_count(&live), 1);
    memory.replace(set(3));
    assert!(told.recv().is_err(), "the thread has ended");
    assert_eq!(number(&live.current()), 2);
}
