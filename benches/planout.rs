//! What whole commands take: `cargo bench --bench planout`. What is promised as a ratio stands in
//! `ratios`.

mod generate;

use std::fmt::Write;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};

use divan::{Bencher, counter::ItemsCount};
use planout::Dialect;
use planout::catalog::Loaded;
use planout::store::FileFormat;

fn main() {
    divan::main();
}

const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/sample-namespaces");

fn load(yaml: &str) -> Loaded {
    let bytes = yaml.as_bytes().to_vec();
    Loaded::new("bench.yaml", Some("bench"), bytes, FileFormat::Yaml, Dialect::Planout4j)
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

/// `planout ship` of 1,000 namespaces, as a process: none changed, or the default of all.
#[divan::bench(args = [false, true], sample_count = 10)]
fn ship_process(bencher: Bencher<'_, '_>, changed: bool) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [old, new] = ["old", "new"].map(|name| folder.path().join(name));
    for generation in [&old, &new] {
        std::fs::create_dir(generation).expect("a folder of our own");
        generate::write_namespaces(generation, 1000);
    }
    generate::edit_all(&new, "treated = false;", "treated = 0;");
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
