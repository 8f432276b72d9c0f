//! What to append in place of edits that reassign units: it gets to what the edits want, and is safe.

use std::collections::BTreeMap;

use planout::Dialect;
use planout::catalog::Loaded;
use planout::edit::flow;
use planout::namespace::Document;
use planout::plan::{Appendix, Class, Remedy, Renamed, Status, Units, compare};
use planout::store::FileFormat;
use planout::tree::{Layout, to_json};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use super::safety::{APPENDED, EDITS};
use super::{BASE, changes_of, edited, load, plan_of};

/// What to do in place of some edits, a line each.
fn instead(edits: &[(&str, &str)]) -> Vec<String> {
    match changes_of(BASE, &edited(edits), &Units::Numbers(0)).remedy {
        None => Vec::new(),
        Some(Remedy::NewNamespace(settings)) => {
            settings.iter().map(|setting| format!("new: {}", setting.as_str())).collect()
        }
        Some(Remedy::Append(Appendix { renamed, restored, default, entries })) => {
            let renamed = renamed.iter().map(|Renamed { from, to }| format!("{from} as {to}"));
            let restored = restored.iter().map(|name| format!("keep {name}"));
            let default = default.iter().map(|name| format!("default {name}"));
            renamed.chain(restored).chain(default).chain(entries.iter().map(flow)).collect()
        }
    }
}

/// Edits: what they are called, what is replaced by what, and what to do instead.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [&'a str]);

const B: &str = "  - {action: add, definition: Draw, name: b, segments: 20}\n";
const C: &str = "  - {action: add, definition: Fixed, name: c, segments: 15}\n";

#[test]
fn what_to_append_is_said() {
    let inserted = format!("  - {{action: add, definition: Fixed, name: x, segments: 5}}\n{B}");
    let passing = format!("{inserted}  - {{action: remove, name: x}}\n");
    let restarted = format!(
        "{C}  - {{action: remove, name: a}}\n\
         \x20 - {{action: add, definition: Draw, name: a, segments: 40}}\n"
    );
    let cases: &[Case<'_>] = &[
        ("nothing reassigns", &[("size = 5;", "size = 6;")], &[]),
        (
            "an add inserted",
            &[(B, &inserted)],
            &["{action: add, definition: Fixed, name: x, segments: 5}"],
        ),
        ("one that has passed", &[(B, &passing)], &[]),
        ("an add deleted", &[(B, "")], &["{action: remove, name: b}"]),
        (
            "more segments",
            &[("name: a, segments: 20", "name: a, segments: 30")],
            &["{action: add, definition: Draw, name: a.2, segments: 10}"],
        ),
        (
            "fewer segments",
            &[("name: c, segments: 15", "name: c, segments: 5")],
            &[
                "{action: remove, name: c}",
                "{action: add, definition: Fixed, name: c.2, segments: 5}",
            ],
        ),
        (
            "another name",
            &[("name: c,", "name: cc,")],
            &[
                "{action: remove, name: c}",
                "{action: add, definition: Fixed, name: cc, segments: 15}",
            ],
        ),
        (
            "a remove deleted",
            &[("  - {action: remove, name: gone}\n", "")],
            &["{action: add, definition: Fixed, name: gone, segments: 10}"],
        ),
        (
            "another script",
            &[("choices=[10, 20]", "choices=[10, 30]")],
            &[
                "Draw as Draw.2",
                "{action: remove, name: a}",
                "{action: remove, name: b}",
                "{action: add, definition: Draw.2, name: a.2, segments: 20}",
                "{action: add, definition: Draw.2, name: b.2, segments: 20}",
            ],
        ),
        (
            "another script of what is the default, too",
            &[
                ("size = 7;", "size = 8;"),
                ("default_experiment: Default", "default_experiment: Fixed"),
            ],
            &[
                "Fixed as Fixed.2",
                "default Fixed.2",
                "{action: remove, name: c}",
                "{action: add, definition: Fixed.2, name: c.2, segments: 15}",
            ],
        ),
        (
            "another definition",
            &[("definition: Fixed, name: c", "definition: Draw, name: c")],
            &[
                "{action: remove, name: c}",
                "{action: add, definition: Draw, name: c.2, segments: 15}",
            ],
        ),
        (
            "an experiment that is deleted with its definition",
            &[
                ("  - definition: Draw\n", "  - definition: Other\n"),
                ("definition: Draw, name: a", "definition: Other, name: x"),
                (B, ""),
            ],
            &[
                "keep Draw",
                "{action: remove, name: a}",
                "{action: remove, name: b}",
                "{action: add, definition: Other, name: x, segments: 20}",
            ],
        ),
        (
            "an experiment that is started anew",
            &[(C, &restarted)],
            &[
                "{action: remove, name: a}",
                "{action: add, definition: Draw, name: a.2, segments: 40}",
            ],
        ),
        (
            "settings",
            &[("segments: 100", "segments: 200"), ("unit: userid", "unit: deviceid")],
            &["new: segments", "new: unit"],
        ),
    ];
    let mut wrong = String::new();
    for (what, edits, expected) in cases {
        let found = instead(edits);
        if found != *expected {
            wrong += &format!("{what}: {found:#?}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What is shipped of a document.
fn compiled(document: &Document) -> Value {
    let text = to_json(&document.compiled, Layout::Compact, document.dialect);
    serde_json::from_str(&text).expect("JSON")
}

/// The definitions of a document of those names.
fn definitions(document: &Value, wanted: &[&str]) -> Vec<Value> {
    let all = document["experiment_definitions"].as_array().expect("definitions");
    let name = |it: &Value| it["definition"].as_str().map(str::to_owned);
    all.iter().filter(|it| name(it).is_some_and(|it| wanted.contains(&&*it))).cloned().collect()
}

/// The source with the sequence that was shipped and what is to be appended to it.
fn appended(shipped: &Loaded, source: &Loaded, appendix: &Appendix) -> Loaded {
    let document = |loaded: &Loaded| compiled(loaded.document.as_ref().expect("a document"));
    let (shipped, mut source) = (document(shipped), document(source));
    let mut keep: Vec<&str> = appendix.restored.iter().map(String::as_str).collect();
    let all = source["experiment_definitions"].as_array_mut().expect("definitions");
    for Renamed { from, to } in &appendix.renamed {
        let of_that_name = |it: &&mut Value| it["definition"] == **from;
        all.iter_mut().find(of_that_name).expect("a definition")["definition"] = json!(to);
        keep.push(from);
    }
    all.extend(definitions(&shipped, &keep));
    if let Some(default) = &appendix.default {
        source["default_experiment"] = json!(default);
    }
    let mut sequence = shipped["experiment_sequence"].as_array().expect("a sequence").clone();
    // What is printed is YAML, as the source of another kind is.
    let yaml: Vec<String> = appendix.entries.iter().map(flow).collect();
    sequence.extend(
        yaml.iter().map(|entry| yaml_serde::from_str::<Value>(entry).expect("an entry is YAML")),
    );
    source["experiment_sequence"] = Value::from(sequence);
    let bytes = source.to_string().into_bytes();
    Loaded::new("ns.json", Some("ns"), bytes, FileFormat::Json, Dialect::Planout)
}

/// How many segments run each script.
fn shares(loaded: &Loaded) -> BTreeMap<String, usize> {
    let document = loaded.document.as_ref().expect("a document");
    let mut shares = BTreeMap::new();
    for experiment in document.build().expect("a namespace").experiments() {
        let script = to_json(experiment.script().json(), Layout::Compact, document.dialect);
        *shares.entry(script).or_default() += experiment.segments().len();
    }
    shares
}

#[test]
fn what_is_appended_is_valid_and_safe_and_gets_there() {
    let counts = std::cell::Cell::new((0, 0));
    let case = (
        prop::collection::vec(0..EDITS.len(), 1..4),
        prop::collection::vec(0..APPENDED.len(), 0..4),
    );
    let config = Config { cases: 1500, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new(config).run(&case, |(edits, more)| {
        let mut text = BASE.to_owned();
        for edit in edits {
            text = text.replacen(EDITS[edit].0, EDITS[edit].1, 1);
        }
        text.extend(more.into_iter().map(|index| APPENDED[index]));
        let planned = plan_of(BASE, &text, &Units::Numbers(0));
        let Status::Changed(changes) = &planned.status else { return Ok(()) };
        prop_assert_eq!(changes.remedy.is_some(), planned.class() == Class::Reassigning);
        let (append, new) = counts.get();
        match &changes.remedy {
            Some(Remedy::Append(appendix)) => {
                let (shipped, source) =
                    (load(BASE, Dialect::Planout), load(&text, Dialect::Planout));
                let there = appended(&shipped, &source, appendix);
                prop_assert!(there.document.is_some(), "{}\n{:?}", text, there.diagnostics);
                prop_assert_eq!(shares(&there), shares(&source), "{}\n{:?}", text, appendix);
                let plan = compare(&[shipped], &[there], &Units::Numbers(0));
                prop_assert!(plan.class() <= Class::Safe, "{}\n{:?}", text, appendix);
                counts.set((append + 1, new));
            }
            Some(Remedy::NewNamespace(settings)) => {
                prop_assert!(!settings.is_empty());
                counts.set((append, new + 1));
            }
            None => {}
        }
        Ok(())
    });
    assert!(result.is_ok(), "{result:?}");
    let (append, new) = counts.get();
    assert!(append > 200 && new > 100, "{append} {new}");
}
