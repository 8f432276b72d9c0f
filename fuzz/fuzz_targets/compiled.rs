//! Compiled JSON as others may have written it, namespaces and scripts alike: reading and checking it
//! ends, its places are in the text, what can be read is evaluated or fails, and what is written of it
//! is read back as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use planout::catalog::Loaded;
use planout::diagnostic::{Diagnostic, with_causes};
use planout::lint;
use planout::namespace::AssignError;
use planout::source::SourceText;
use planout::store::FileFormat;
use planout::tree::{Layout, to_json};
use planout::{Assignment, Dialect, Map, Script, Value};

/// More segments take more time than there is.
const MAX_SEGMENTS: u32 = 1000;

fuzz_target!(|text: &str| {
    for dialect in [Dialect::Planout4j, Dialect::Planout] {
        namespace(text, dialect);
        script(text, dialect);
    }
});

fn namespace(text: &str, dialect: Dialect) {
    let bytes = text.as_bytes().to_vec();
    let loaded = Loaded::new("fuzz", Some("fuzz"), bytes, FileFormat::Json, dialect);
    let mut checked = [loaded];
    lint::check(&mut checked, &lint::Settings::default());
    let [loaded] = &checked;
    check_places(&loaded.source, &loaded.diagnostics);
    let Some(document) = &loaded.document else {
        assert!(!loaded.diagnostics.is_empty(), "refused without a reason");
        return;
    };
    if u64::from(document.segments) > u64::from(MAX_SEGMENTS) {
        return;
    }
    let namespace = document.build().expect("a checked document builds");
    let written = to_json(&document.compiled, Layout::Compact, document.dialect);
    let bytes = written.clone().into_bytes();
    let again = Loaded::new("fuzz", Some("fuzz"), bytes, FileFormat::Json, document.dialect);
    let again = again.document.expect("what was written is valid");
    assert_eq!(to_json(&again.compiled, Layout::Compact, again.dialect), written);
    let again = again.build().expect("what was written builds");
    for unit in 0..4 {
        let inputs = inputs(namespace.unit(), unit);
        let (one, other) = (namespace.assign(&inputs), again.assign(&inputs));
        match (one, other) {
            (Ok(one), Ok(other)) => assert_eq!(format!("{one:?}"), format!("{other:?}")),
            // Where it failed differs.
            (one, other) => assert_eq!(said(one), said(other)),
        }
    }
}

fn said(outcome: Result<Assignment<'_>, AssignError>) -> Option<String> {
    outcome.err().map(|error| with_causes(&error))
}

fn script(text: &str, dialect: Dialect) {
    let found = lint::check_script(&SourceText::new("fuzz", text), dialect, &lint::Settings::default());
    check_places(&SourceText::new("fuzz", text), &found);
    let script = match Script::from_json("fuzz", text, dialect) {
        Ok(script) => script,
        Err(report) => {
            assert!(!report.diagnostics.is_empty(), "refused without a reason");
            return check_places(&report.source, &report.diagnostics);
        }
    };
    let written = to_json(script.json(), Layout::Compact, dialect);
    let again = Script::from_json("fuzz", &written, dialect).expect("what was written is a script");
    for unit in 0..4 {
        let inputs = inputs("userid", unit);
        let (one, other) = (script.evaluate("salt", &inputs), again.evaluate("salt", &inputs));
        match (one, other) {
            (Ok(one), Ok(other)) => {
                assert_eq!(format!("{:?}", one.params), format!("{:?}", other.params));
                assert_eq!(one.in_experiment, other.in_experiment);
            }
            // Where it failed differs.
            (Err(one), Err(other)) => assert_eq!(one.reason, other.reason),
            (one, other) => panic!("{one:?} and {other:?}"),
        }
    }
}

fn inputs(unit: &str, number: i64) -> Map {
    let mut inputs = Map::default();
    inputs.insert("country".to_owned(), Value::from("NL"));
    inputs.insert(unit.to_owned(), Value::from(number));
    inputs
}

fn check_places(source: &SourceText, found: &[Diagnostic]) {
    for diagnostic in found {
        let labels = std::iter::once(&diagnostic.primary).chain(&diagnostic.secondary);
        for span in labels.map(|label| label.span) {
            let (start, end) = (span.start as usize, span.end as usize);
            assert_eq!(source.clamp(span), (start, end), "{diagnostic:?}");
        }
    }
}
