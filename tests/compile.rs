//! The compiler against what the reference compilers emitted.

use planout::dialect::Dialect;
use planout::source::OffsetMap;
use planout::syntax::parse;
use planout::tree::{Layout, to_json};
use planout::wire::emit;

use crate::support::{get, golden, same, text};

#[test]
fn golden_programs_compile_to_the_golden_json() {
    let mut wrong = Vec::new();
    let rows = golden("compile.jsonl");
    for row in &rows {
        let dialect: Dialect = text(row, "dialect").parse().expect("a dialect");
        let program = text(row, "dsl");
        let parsed = parse(program, &OffsetMap::identity(), dialect);
        let emitted = parsed.valid().map(|program| emit(program, dialect));
        let agrees = match (get(row, "json"), &emitted) {
            (Some(json), Some(emitted)) => same(emitted, json),
            (None, None) => true,
            _ => false,
        };
        if !agrees {
            let emitted = emitted.map(|node| to_json(&node, Layout::Compact, dialect));
            wrong.push(format!(
                "{dialect}: {program:?}\n  {:?}\n  {:?}",
                parsed.diagnostics.first(),
                emitted
            ));
        }
    }
    assert!(rows.len() >= 1871);
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}
