//! The formatter on any text, as a script and as a namespace: it is never unfaithful, what it gives
//! is formatted already, and it refuses just what does not compile.
#![no_main]

use libfuzzer_sys::fuzz_target;
use planout::format::{self, FormatError};
use planout::source::SourceText;
use planout::tree::{Layout, to_json};
use planout::{Dialect, Script};

fuzz_target!(|text: &str| {
    for dialect in [Dialect::Planout4j, Dialect::Planout] {
        let script = |text: &str| format::script(text, dialect);
        if let Some(formatted) = stable(text, script) {
            assert_eq!(compiled(&formatted, dialect), compiled(text, dialect));
        }
        stable(text, |text| format::namespace(&SourceText::new("fuzz", text), dialect));
    }
});

/// The formatted text, unless the text has errors.
fn stable(text: &str, format: impl Fn(&str) -> Result<String, FormatError>) -> Option<String> {
    let formatted = match format(text) {
        Ok(formatted) => formatted,
        Err(FormatError::Invalid(problems)) => {
            assert!(!problems.is_empty(), "refused without a reason");
            return None;
        }
        Err(error) => panic!("{error}"),
    };
    let again = format(&formatted).expect("what is formatted has no errors");
    assert_eq!(again, formatted, "formatted twice");
    Some(formatted)
}

fn compiled(text: &str, dialect: Dialect) -> String {
    let script = Script::compile("fuzz", text, dialect).expect("what is formatted compiles");
    to_json(script.json(), Layout::Compact, dialect)
}
