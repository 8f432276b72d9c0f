//! What `planout check` finds beyond what is wrong: each check with what it must find, where, and
//! what it must leave alone.

mod across;
mod command;
mod compatibility;
mod declared;
mod exposure;
mod golden;
mod hashes;
mod levels;
mod namespaces;
mod places;
mod runs;
mod scripts;
mod sequences;
mod units;

use planout::Dialect;
use planout::catalog::Loaded;
use planout::diagnostic::{Diagnostic, Levels};
use planout::lint::{self, Settings};
use planout::source::SourceText;
use planout::store::FileFormat;

/// Problems as `line:column code`, in the order of their places.
fn places(source: &SourceText, found: &[Diagnostic]) -> Vec<String> {
    let mut found: Vec<_> = found.iter().collect();
    found.sort_by_key(|found| found.primary.span);
    let place = |found: &&Diagnostic| {
        let position = source.position(found.primary.span.start);
        format!("{}:{} {}", position.line, position.column, found.code)
    };
    found.iter().map(place).collect()
}

/// What is found in a script alone.
fn in_script(code: &str, dialect: Dialect) -> Vec<String> {
    let source = SourceText::new("x.planout", code);
    places(&source, &lint::check_script(&source, dialect, &Settings::default()))
}

/// A namespace, checked.
fn checked(text: &str, format: FileFormat, dialect: Dialect, levels: &Levels) -> Loaded {
    let loaded = Loaded::new("x", Some("x"), text.as_bytes().to_vec(), format, dialect);
    let mut all = [loaded];
    lint::check(&mut all, &levels.clone().into());
    let [loaded] = all;
    loaded
}

/// What is found in a namespace in YAML.
fn in_yaml(text: &str) -> Vec<String> {
    let loaded = checked(text, FileFormat::Yaml, Dialect::Planout4j, &Levels::default());
    places(&loaded.source, &loaded.diagnostics)
}

/// A namespace of one definition, whose script starts at 5:7.
fn around(script: &str) -> String {
    let script = script.replace('\n', "\n      ");
    format!(
        "\
namespace: {{unit: userid, segments: 100, inputs: [country, storyid]}}
experiment_definitions:
  - definition: Default
    assign: !planout |
      {script}
default_experiment: Default
experiment_sequence:
"
    )
}

/// Fails with all cases that are not as expected.
fn all_as_expected<'a>(
    cases: impl IntoIterator<Item = (&'a str, &'a [&'a str])>,
    find: impl Fn(&str) -> Vec<String>,
) {
    let mut wrong = String::new();
    for (text, expected) in cases {
        let found = find(text);
        if found != expected {
            wrong.push_str(&format!("{text}\n  found {found:?}\n  not   {expected:?}\n"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
