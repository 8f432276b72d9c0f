//! Simulations: what scripts give by design against closed forms and against evaluation; tests of
//! counts; the command, and its files of units.

#[cfg(feature = "batch")]
mod batch;
mod brute;
mod closed;
mod command;
mod declared;
mod false_alarms;
mod logs;
mod observed;
#[cfg(feature = "batch")]
mod rows;
mod sequential;
mod statistics;
mod tables;

use planout::simulate::{Counted, Design, Group, design};
use planout::{Dialect, Map, Namespace, NamespaceBuilder, Script};

/// A namespace whose units all run one script.
fn alone(code: &str, dialect: Dialect) -> Namespace {
    let script = Script::compile("test", code, dialect).expect(code);
    NamespaceBuilder::new("alone", "userid", 1)
        .dialect(dialect)
        .define("D", script)
        .and_then(|it| it.default_experiment("D"))
        .and_then(NamespaceBuilder::build)
        .expect("a namespace")
}

/// The design of a namespace for units with the same inputs.
fn designed<'n>(namespace: &'n Namespace, inputs: &Map) -> Design<'n> {
    design(namespace, &[Group { inputs: inputs.clone(), weight: 1.0 }], Counted::All)
}
