//! A thousand compiled namespaces to a directory, as one change that survives a loss of power.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use planout::ship::{Bundle, Change, Options, Origin, Shipment};
use planout::store::{self, Directory, Folders};
use planout::{Dialect, catalog};

use super::{Promise, generate, seconds};

pub(super) fn promises() -> Vec<Promise> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let target = folder.path().join("target");
    let cargoes = two_bundles();
    ship(&cargoes[1], &target);

    let mut turns = [0, 1].into_iter().cycle();
    let changed = Promise::measure(
        "shipping 1,000 compiled namespaces that all changed",
        "`cp -r` and `sync` of the same files".to_owned(),
        5.0,
        20,
        || seconds(|| copy(folder.path())),
        || {
            let turn = turns.next().unwrap_or_default();
            let mut shipment = None;
            let time = seconds(|| shipment = Some(ship(&cargoes[turn], &target)));
            assert_all(shipment, Change::Updated);
            time
        },
    );
    ship(&cargoes[0], &target);
    let unchanged = Promise::measure(
        "shipping 1,000 compiled namespaces of which none changed",
        "reading the same files".to_owned(),
        2.0,
        50,
        || seconds(|| read(&target)),
        || {
            let mut shipment = None;
            let time = seconds(|| shipment = Some(ship(&cargoes[0], &target)));
            assert_all(shipment, Change::Unchanged);
            time
        },
    );
    vec![changed, unchanged]
}

/// A thousand namespaces, compiled, of two generations that differ in every one.
fn two_bundles() -> [Bundle; 2] {
    let folder = tempfile::tempdir().expect("a temporary folder");
    generate::write_namespaces(folder.path(), 1000);
    let store = Directory::new(folder.path());
    let bundle = || {
        let loaded = catalog::read(&store, Dialect::Planout4j);
        Bundle::new(&loaded.expect("namespaces")).expect("valid namespaces")
    };
    let old = bundle();
    generate::edit_all(folder.path(), "run.", "again.");
    [old, bundle()]
}

fn ship(bundle: &Bundle, target: &Path) -> Shipment {
    let origin = Origin { time: SystemTime::UNIX_EPOCH, source: None };
    let options = Options::new(origin).patience(Duration::from_secs(10));
    bundle.ship(&Directory::new(target), &options, &mut |_, _| true).expect("a shipment")
}

fn assert_all(shipment: Option<Shipment>, expected: Change) {
    let changes = shipment.expect("a shipment").changes;
    assert_eq!(changes.len(), 1000);
    assert!(changes.iter().all(|(_, change)| *change == expected));
}

/// What a shell would do.
fn copy(folder: &Path) {
    let script = "rm -rf copy && cp -r target copy && sync";
    let status = Command::new("sh").args(["-c", script]).current_dir(folder).status();
    assert!(status.expect("a shell").success());
}

fn read(folder: &Path) {
    for path in store::files(folder, Folders::One).expect("a folder") {
        std::hint::black_box(std::fs::read(path).expect("a file"));
    }
}
