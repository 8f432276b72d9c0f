//! Units, one at a time in this process, and what has to be done before the first one.

use std::hint::black_box;

use planout::{Catalog, Dialect, Map, Namespace, NamespaceBuilder, Script, Value};

use super::{Promise, SAMPLES, seconds};

/// The seconds of one SHA-1 block.
pub(super) fn block() -> f64 {
    const BLOCKS: u32 = 100_000;
    let block = [0x5a_u8; 64];
    let all = seconds(|| {
        for _ in 0..BLOCKS {
            let mut state = [1_u32; 5];
            sha1::block_api::compress(&mut state, black_box(&[block]));
            black_box(state);
        }
    });
    all / f64::from(BLOCKS)
}

/// The button namespace of the README.
pub(super) fn with_button<T>(work: impl FnOnce(&Namespace) -> T) -> T {
    let catalog = Catalog::load(SAMPLES, Dialect::Planout4j).expect("the samples");
    work(catalog.get("button_color").expect("a sample"))
}

/// Whether a unit of the button namespace is in the experiment.
pub(super) fn is_inside(namespace: &Namespace, unit: &Value) -> bool {
    namespace.owner(namespace.segment(unit)).is_some()
}

pub(super) fn promises() -> Vec<Promise> {
    with_button(|namespace| {
        let all: Vec<Map> = (0..2000_i64)
            .map(|unit| Map::from_iter([("userid".to_owned(), Value::from(unit * 7919))]))
            .collect();
        let inside: Vec<Map> =
            all.iter().filter(|it| is_inside(namespace, &it["userid"])).cloned().collect();
        // A segment for all, and two draws for those who are in the experiment.
        let blocks = 1.0 + 2.0 * inside.len() as f64 / all.len() as f64;
        vec![
            unit("a unit in the experiment", 3.0, namespace, &inside),
            unit("a unit, in it or not", blocks, namespace, &all),
            loading(),
        ]
    })
}

fn unit(name: &'static str, blocks: f64, namespace: &Namespace, units: &[Map]) -> Promise {
    let assign = || {
        let all = seconds(|| {
            for inputs in units {
                black_box(namespace.assign(black_box(inputs)).expect("an assignment"));
            }
        });
        all / units.len() as f64
    };
    let floor_name = format!("its {blocks:.2} SHA-1 blocks");
    Promise::measure(name, floor_name, 4.0, 200, || blocks * block(), assign)
}

/// 10,000 segments and 1,000 experiments.
fn loading() -> Promise {
    const SEGMENTS: u32 = 10_000;
    const EXPERIMENTS: u32 = 1000;
    let blocks: u32 = (0..EXPERIMENTS).map(|run| SEGMENTS - run * 10 - 1).sum();
    let builder = || {
        let script = "x = uniformChoice(choices=[1, 2], unit=userid);";
        let script = Script::compile("x", script, Dialect::Planout4j).expect("a script");
        let empty = NamespaceBuilder::new("bench", "userid", SEGMENTS);
        let start = empty.define("A", script).and_then(|it| it.default_experiment("A"));
        (0..EXPERIMENTS).fold(start.expect("a definition"), |builder, run| {
            builder.add(&format!("run.{run}"), "A", 10).expect("an experiment")
        })
    };
    Promise::measure(
        "loading 1,000 experiments on 10,000 segments",
        format!("its {:.1} million SHA-1 blocks", f64::from(blocks) / 1e6),
        2.0,
        10,
        || f64::from(blocks) * block(),
        || {
            let builder = builder();
            seconds(|| drop(black_box(builder.build().expect("a namespace"))))
        },
    )
}
