//! `planout plan`: what shipping would change, and who would move.

mod carry_over;
mod classes;
mod command;
mod exact;
mod failures;
mod git;
mod movement;
mod remedy;
mod safety;
mod sample;
mod saved;
#[cfg(feature = "batch")]
mod units;

use planout::Dialect;
use planout::catalog::Loaded;
use planout::plan::{self, Changes, NamespacePlan, Status, Units};
use planout::store::FileFormat;

/// The namespace that the tests edit, in the dialect `planout`.
const BASE: &str = "\
# A comment.
namespace:
  unit: userid
  segments: 100
  salt: old
experiment_definitions:
  - definition: Draw
    assign: !planout |
      size = uniformChoice(choices=[10, 20], unit=userid);
      if (country == 'JP') {
        hint = 'x';
      }
  - definition: Fixed
    assign: !planout |
      size = 7;
  - definition: Default
    assign: !planout |
      size = 5;
      hint = 'none';
default_experiment: Default
experiment_sequence:
  - {action: add, definition: Draw, name: a, segments: 20}
  - {action: add, definition: Fixed, name: gone, segments: 10}
  - {action: add, definition: Draw, name: b, segments: 20}
  - {action: remove, name: gone}
  - {action: add, definition: Fixed, name: c, segments: 15}
";

/// Reads a namespace.
fn load(text: &str, dialect: Dialect) -> Loaded {
    Loaded::new("ns.yaml", Some("ns"), text.as_bytes().to_vec(), FileFormat::Yaml, dialect)
}

/// What the plan says of one namespace that is edited.
fn plan_of(before: &str, after: &str, units: &Units) -> NamespacePlan {
    let load = |text| [load(text, Dialect::Planout)];
    let plan = plan::compare(&load(before), &load(after), units);
    assert_eq!(plan.namespaces.len(), 1);
    plan.namespaces.into_iter().next().expect("a namespace")
}

/// What changes, where it is known that something does.
fn changes_of(before: &str, after: &str, units: &Units) -> Changes {
    match plan_of(before, after, units).status {
        Status::Changed(changes) => *changes,
        other => panic!("{other:?}"),
    }
}

/// The base with some texts replaced, each of which is in it.
fn edited(edits: &[(&str, &str)]) -> String {
    let mut text = BASE.to_owned();
    for (from, to) in edits {
        assert!(text.contains(from), "no `{from}`");
        text = text.replacen(from, to, 1);
    }
    text
}
