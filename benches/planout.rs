//! What planout costs: `cargo bench`. One SHA-1 block is timed beside it, since every draw needs
//! at least one: it is the floor on any machine.

#[cfg(feature = "batch")]
mod batch;
mod generate;

use std::fmt::Write;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use divan::{Bencher, counter::ItemsCount};
use planout::catalog::{self, Loaded};
use planout::ship::{Cargo, Options, Origin, Shipment};
use planout::store::{self, Change, Directory, Format};
use planout::{Catalog, Dialect, Map, Value};

fn main() {
    divan::main();
}

const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/sample-namespaces");

fn load(yaml: &str) -> Loaded {
    let bytes = yaml.as_bytes().to_vec();
    Loaded::new("bench.yaml", Some("bench"), bytes, Format::Yaml, Dialect::Planout4j)
}

/// The floor: one SHA-1 block.
#[divan::bench]
fn sha1_block(bencher: Bencher<'_, '_>) {
    let block = [0x5a_u8; 64];
    bencher.bench_local(|| {
        let mut state = [1_u32; 5];
        sha1::block_api::compress(&mut state, black_box(&[block]));
        state
    });
}

/// A unit of the button namespace: a segment and, in the experiment, two draws.
#[divan::bench]
fn assign_one_unit(bencher: Bencher<'_, '_>) {
    let catalog = Catalog::load(SAMPLES, Dialect::Planout4j).expect("the samples");
    let namespace = catalog.get("button_color").expect("a sample");
    let experiment = namespace.experiment("Colors").expect("active");
    let inputs: Vec<Map> = (0..1000_i64)
        .filter(|unit| experiment.segments().contains(&namespace.segment(&Value::from(*unit))))
        .map(|unit| Map::from_iter([("userid".to_owned(), Value::from(unit))]))
        .collect();
    bencher.counter(ItemsCount::new(inputs.len())).bench_local(|| {
        for inputs in &inputs {
            black_box(namespace.assign(black_box(inputs)).expect("an assignment"));
        }
    });
}

/// `planout compile` as a process, from start to exit.
#[divan::bench(sample_count = 50)]
fn compile_process() {
    let status = Command::new(env!("CARGO_BIN_EXE_planout"))
        .args(["compile", &format!("{SAMPLES}/test_ns.yaml")])
        .stdout(Stdio::null())
        .status()
        .expect("planout runs");
    assert!(status.success());
}

/// 10,000 segments, 1,000 adds and 1,000 removes: read, checked and allocated.
#[divan::bench(sample_count = 10)]
fn load_a_long_sequence(bencher: Bencher<'_, '_>) {
    let mut yaml = String::from(
        "namespace: {unit: userid, segments: 10000}\n\
         experiment_definitions:\n\
         - {definition: A, assign: !planout \"x = uniformChoice(choices=[1, 2], unit=userid);\"}\n\
         default_experiment: A\n\
         experiment_sequence:\n",
    );
    for run in 0..1050 {
        if run < 1000 {
            writeln!(yaml, "- {{action: add, definition: A, name: run.{run}, segments: 100}}")
                .expect("a string");
        }
        if run >= 50 {
            writeln!(yaml, "- {{action: remove, name: run.{}}}", run - 50).expect("a string");
        }
    }
    bencher.bench_local(|| {
        let document = load(&yaml).document.expect("a valid namespace");
        black_box(document.build().expect("a namespace"))
    });
}

/// `planout check` of 1,000 namespaces of 100 lines, as a process.
#[divan::bench(sample_count = 10)]
fn check_a_thousand_namespaces(bencher: Bencher<'_, '_>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    generate::write_namespaces(folder.path(), 1000);
    bencher.counter(ItemsCount::new(1000_usize)).bench_local(|| {
        let status = Command::new(env!("CARGO_BIN_EXE_planout"))
            .args(["check", "--quiet", "--deny", "warnings", "--config", "/dev/null"])
            .arg(folder.path())
            .status()
            .expect("planout runs");
        assert!(status.success());
    });
}

/// A thousand namespaces, compiled, of two generations that differ in every one.
fn two_cargoes() -> [Cargo; 2] {
    let folder = tempfile::tempdir().expect("a temporary folder");
    generate::write_namespaces(folder.path(), 1000);
    let store = Directory::new(folder.path());
    let cargo = || {
        let loaded = catalog::read(&store, Dialect::Planout4j).expect("namespaces");
        Cargo::new(&loaded).expect("valid namespaces")
    };
    let old = cargo();
    edit_all(folder.path(), "run.", "again.");
    [old, cargo()]
}

fn edit_all(folder: &Path, from: &str, to: &str) {
    for entry in std::fs::read_dir(folder).expect("a folder of our own") {
        let path = entry.expect("a namespace").path();
        let text = std::fs::read_to_string(&path).expect("a namespace");
        std::fs::write(path, text.replace(from, to)).expect("a file of our own");
    }
}

fn ship(cargo: &Cargo, target: &Path) -> Shipment {
    let origin = Origin { time: SystemTime::UNIX_EPOCH, source: None };
    let options = Options { prune: false, patience: Duration::from_secs(10), origin };
    cargo.ship(&Directory::new(target), &options, &mut |_, _| true).expect("a shipment")
}

/// 1,000 compiled namespaces that all changed, to a directory.
#[divan::bench(sample_count = 10)]
fn ship_a_thousand_that_changed(bencher: Bencher<'_, '_>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cargoes = two_cargoes();
    ship(&cargoes[1], folder.path());
    let mut turns = [0, 1].into_iter().cycle();
    bencher.counter(ItemsCount::new(1000_usize)).bench_local(|| {
        let turn = turns.next().unwrap_or_default();
        let shipment = ship(&cargoes[turn], folder.path());
        assert!(shipment.changes.iter().all(|(_, change)| *change == Change::Updated));
    });
}

/// `planout ship` of 1,000 namespaces, as a process: none changed, or the default of all.
#[divan::bench(args = [false, true], sample_count = 10)]
fn ship_process(bencher: Bencher<'_, '_>, changed: bool) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [old, new] = ["old", "new"].map(|name| folder.path().join(name));
    for generation in [&old, &new] {
        std::fs::create_dir(generation).expect("a folder of our own");
        generate::write_namespaces(generation, 1000);
    }
    edit_all(&new, "treated = false;", "treated = 0;");
    let ship = |source: &Path| {
        let status = Command::new(env!("CARGO_BIN_EXE_planout"))
            .args(["ship", "--quiet", "--config", "/dev/null"])
            .args([source, &folder.path().join("target")])
            .stdout(Stdio::null())
            .status()
            .expect("planout runs");
        assert!(status.success());
    };
    ship(&new);
    let mut turns = [&old, if changed { &new } else { &old }].into_iter().cycle();
    bencher.counter(ItemsCount::new(1000_usize)).bench_local(|| {
        ship(turns.next().unwrap_or(&old));
    });
}

/// What a shell would do: the same files by `cp -r`, and a `sync`.
#[divan::bench(sample_count = 10)]
fn copy_a_thousand_and_sync(bencher: Bencher<'_, '_>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let source = folder.path().join("source");
    ship(&two_cargoes()[0], &source);
    let script = "rm -rf copy && cp -r source copy && sync";
    bencher.counter(ItemsCount::new(1000_usize)).bench_local(|| {
        let status = Command::new("sh").args(["-c", script]).current_dir(folder.path()).status();
        assert!(status.expect("a shell").success());
    });
}

/// 1,000 compiled namespaces of which none changed.
#[divan::bench(sample_count = 10)]
fn ship_a_thousand_unchanged(bencher: Bencher<'_, '_>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [cargo, _] = two_cargoes();
    ship(&cargo, folder.path());
    bencher.counter(ItemsCount::new(1000_usize)).bench_local(|| {
        let shipment = ship(&cargo, folder.path());
        assert!(shipment.changes.iter().all(|(_, change)| *change == Change::Unchanged));
    });
}

/// The floor of that: the same files are read.
#[divan::bench(sample_count = 10)]
fn read_a_thousand_files(bencher: Bencher<'_, '_>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [cargo, _] = two_cargoes();
    ship(&cargo, folder.path());
    bencher.counter(ItemsCount::new(1000_usize)).bench_local(|| {
        let mut bytes = 0;
        for path in store::files(folder.path()).expect("a folder") {
            bytes += std::fs::read(path).expect("a file").len();
        }
        black_box(bytes)
    });
}
