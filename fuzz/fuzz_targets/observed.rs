//! What was observed elsewhere: tables of counts and logs of exposures. They are refused with a place
//! in them, or compared, and then no share and no probability is anything but a number.
//!
//! The first byte says which of both it is.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use planout::simulate::{
    Counted, Design, Group, LogSettings, Logged, Observed, ReadError, Table, TableSettings, design,
    report,
};
use planout::{Dialect, Map, Namespace, NamespaceBuilder, Script};

fuzz_target!(|data: &[u8]| {
    let Some((choice, data)) = data.split_first() else { return };
    let lines = data.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
    let (sequential, namespace) = (choice & 2 != 0, shop());
    if choice & 1 == 0 {
        let everybody = [Group { inputs: Map::new(), weight: 1.0 }];
        let design = design(namespace, &everybody, Counted::All);
        let table = Table::read(namespace, TableSettings { by: None, sequential }, data);
        match table.and_then(|table| table.observed(None, &design)) {
            Ok(observed) => check(&design, &observed),
            Err(error) => check_line(lines, error),
        }
    } else {
        let counted = Counted::InExperiment;
        let settings = LogSettings { counted, sequential, ..LogSettings::default() };
        let mut log = Logged::new(namespace, settings);
        match log.read_exposures(data) {
            Ok(()) => {
                let design = log.design(None);
                check(&design, &log.observed(None, &design));
            }
            Err(error) => check_line(lines, error),
        }
    }
});

fn check_line<P: std::error::Error>(lines: u64, error: ReadError<P>) {
    let ReadError::Line { line, problem } = error else { panic!("memory can be read") };
    assert!((1..=lines).contains(&line), "{line} of {lines}: {problem}");
    assert!(!problem.to_string().is_empty());
}

fn check(design: &Design<'_>, observed: &Observed) {
    let report = report(design, observed);
    for (_, test) in report.tests() {
        assert!(!test.statistic.is_nan() && (0.0..=1.0).contains(&test.p), "{test:?}");
        assert!((0.0..=1.0).contains(&test.corrected), "{test:?}");
    }
    let shares = report.params.iter().flat_map(|param| &param.rows).filter_map(|row| row.expected);
    let experiments = report.experiments.iter().filter_map(|row| row.expected.as_ref().ok());
    for share in shares.chain(experiments.copied()) {
        assert!((0.0..=1.0 + 1e-9).contains(&share), "{share}");
    }
}

/// A namespace of two experiments, of which one leaves out half of its units.
fn shop() -> &'static Namespace {
    static SHOP: OnceLock<Namespace> = OnceLock::new();
    SHOP.get_or_init(|| {
        let script = |code| Script::compile("shop", code, Dialect::Planout4j).expect("a script");
        let price = "price = uniformChoice(choices=[10, 12], unit=userid);
                     speed = randomFloat(min=0, max=1, unit=userid);";
        let off = "price = 9; return bernoulliTrial(p=0.5, unit=userid, salt='s');";
        NamespaceBuilder::new("shop", "userid", 10)
            .define("D", script("price = 10;"))
            .and_then(|it| it.define("X", script(price)))
            .and_then(|it| it.define("Y", script(off)))
            .and_then(|it| it.default_experiment("D"))
            .and_then(|it| it.add("first", "X", 2))
            .and_then(|it| it.add("second", "Y", 3))
            .and_then(NamespaceBuilder::build)
            .expect("a namespace")
    })
}
