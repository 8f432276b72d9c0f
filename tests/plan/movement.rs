//! The segments that are said to move are those that do: random edits of real sequences, against
//! a comparison segment by segment.

use std::cell::RefCell;
use std::collections::BTreeMap;

use planout::catalog::Loaded;
use planout::namespace::{Action, Document};
use planout::plan::{self, Class, Fate, Status, Units};
use planout::store::FileFormat;
use planout::tree::{Layout, to_json};
use planout::{Dialect, Namespace};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::support::{golden, text};

/// What is done to a sequence.
#[derive(Clone, Debug)]
enum Edit {
    Insert { at: usize, segments: u32 },
    Delete { at: usize },
    Swap { at: usize, other: usize },
    Rename { at: usize },
    Count { at: usize, segments: u32 },
    Append { segments: u32 },
    End { at: usize },
}

fn edit() -> impl Strategy<Value = Edit> {
    let at = || 0..40_usize;
    prop_oneof![
        (at(), 1..30_u32).prop_map(|(at, segments)| Edit::Insert { at, segments }),
        at().prop_map(|at| Edit::Delete { at }),
        (at(), at()).prop_map(|(at, other)| Edit::Swap { at, other }),
        at().prop_map(|at| Edit::Rename { at }),
        (at(), 1..30_u32).prop_map(|(at, segments)| Edit::Count { at, segments }),
        (1..30_u32).prop_map(|segments| Edit::Append { segments }),
        at().prop_map(|at| Edit::End { at }),
    ]
}

/// Does an edit to a sequence, as far as it makes sense; `number` makes new names.
fn apply(edit: &Edit, sequence: &mut Vec<Action>, default: &str, number: usize) {
    let new = |segments| Action::Add {
        name: format!("new.{number}"),
        definition: default.to_owned(),
        segments,
    };
    let length = sequence.len();
    match *edit {
        Edit::Insert { at, segments } => sequence.insert(at % (length + 1), new(segments)),
        Edit::Append { segments } => sequence.push(new(segments)),
        _ if length == 0 => {}
        Edit::Delete { at } => {
            sequence.remove(at % length);
        }
        Edit::Swap { at, other } => sequence.swap(at % length, other % length),
        Edit::Rename { at } => match &mut sequence[at % length] {
            Action::Add { name, .. } | Action::Remove { name } => name.push_str(".b"),
        },
        Edit::Count { at, segments: count } => {
            if let Action::Add { segments, .. } = &mut sequence[at % length] {
                *segments = count;
            }
        }
        Edit::End { at } => {
            if let Action::Add { name, .. } = sequence[at % length].clone() {
                sequence.push(Action::Remove { name });
            }
        }
    }
}

/// The name of who holds a segment.
fn holder(namespace: &Namespace, segment: u32) -> Option<&str> {
    namespace.owner(segment).map(|index| namespace.experiments()[index].name())
}

/// The document with another sequence, read back as it would be from a store.
fn with_sequence(document: &Document, sequence: &[Action]) -> Loaded {
    let json = to_json(&document.compiled, Layout::Compact, document.dialect);
    let mut json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let entries = sequence.iter().map(|action| match action {
        Action::Add { name, definition, segments } => serde_json::json!({
            "action": "add", "name": name, "definition": definition, "segments": segments,
        }),
        Action::Remove { name } => serde_json::json!({"action": "remove", "name": name}),
    });
    json["experiment_sequence"] = entries.collect();
    let bytes = json.to_string().into_bytes();
    Loaded::new("x.json", Some(&document.name), bytes, FileFormat::Json, document.dialect)
}

#[test]
fn moved_segments_are_those_that_move() {
    let rows = golden("namespaces.jsonl");
    let documents: Vec<Document> = rows
        .iter()
        .map(|row| {
            let dialect: Dialect = text(row, "dialect").parse().expect("a dialect");
            let yaml = text(row, "yaml").as_bytes().to_vec();
            let name = Some(text(row, "name"));
            let loaded = Loaded::new("row.yaml", name, yaml, FileFormat::Yaml, dialect);
            loaded.document.expect("a valid namespace")
        })
        .collect();
    let counts = RefCell::new(BTreeMap::new());
    let config = Config { cases: 1500, failure_persistence: None, ..Config::default() };
    let case = (0..documents.len(), prop::collection::vec(edit(), 1..4));
    // The same cases in every run.
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let result = runner.run(&case, |(index, edits)| {
        let document = &documents[index];
        let mut sequence = document.sequence.clone();
        for (number, edit) in edits.iter().enumerate() {
            apply(edit, &mut sequence, &document.default, number);
        }
        let class = check(document, &sequence)?;
        *counts.borrow_mut().entry(class).or_insert(0_u32) += 1;
        Ok(())
    });
    assert!(result.is_ok(), "{result:?}");
    for class in [Class::Safe, Class::Reassigning, Class::Invalid] {
        assert!(counts.borrow().get(&class).is_some_and(|count| *count > 50), "{counts:?}");
    }
}

fn check(document: &Document, sequence: &[Action]) -> Result<Class, TestCaseError> {
    let before = with_sequence(document, &document.sequence);
    let after = with_sequence(document, sequence);
    let valid = after.document.is_some();
    let plan = plan::compare(&[before], &[after], &Units::Numbers(0));
    let class = plan.class();
    let changes = match &plan.namespaces[0].status {
        Status::Changed(changes) => changes,
        Status::Unchanged => {
            prop_assert_eq!(sequence, document.sequence.as_slice());
            return Ok(class);
        }
        status => {
            prop_assert!(!valid, "{status:?}");
            prop_assert_eq!(class, Class::Invalid);
            return Ok(class);
        }
    };
    let was = document.build().expect("a valid document");
    let is = document.build_with(sequence).expect("a valid sequence");

    // Every segment, by its holders.
    let mut expected: BTreeMap<(Option<&str>, Option<&str>), Vec<u32>> = BTreeMap::new();
    for segment in 0..was.segment_count() {
        let (from, to) = (holder(&was, segment), holder(&is, segment));
        if from != to {
            expected.entry((from, to)).or_default().push(segment);
        }
    }
    let moves = changes.moves.as_ref().expect("segments correspond");
    let found: BTreeMap<_, _> = moves
        .iter()
        .map(|it| ((it.from.as_deref(), it.to.as_deref()), it.segments.clone()))
        .collect();
    prop_assert_eq!(&found, &expected);
    prop_assert_eq!(found.len(), moves.len());

    // Every experiment.
    for experiment in &changes.experiments {
        let held = |namespace: &Namespace| -> Vec<u32> {
            let found = namespace.experiment(&experiment.name);
            found.map(|it| it.segments().to_vec()).unwrap_or_default()
        };
        let (old, new) = (held(&was), held(&is));
        prop_assert_eq!(experiment.before as usize, old.len());
        prop_assert_eq!(experiment.after as usize, new.len());
        let kept = old.iter().filter(|segment| new.contains(segment)).count();
        prop_assert_eq!(experiment.kept as usize, kept);
        prop_assert_eq!(experiment.fate == Fate::Stays, old == new);
    }

    // Units of an experiment leave it safely only if the sequence ends with its `remove`.
    let prefix = sequence.starts_with(&document.sequence);
    let removed = |name: &str| {
        let tail = &sequence[document.sequence.len()..];
        tail.contains(&Action::Remove { name: name.to_owned() }) && is.experiment(name).is_none()
    };
    let leavers: Vec<&str> = expected.keys().filter_map(|(from, _)| *from).collect();
    if prefix {
        let safe = leavers.iter().all(|name| removed(name));
        prop_assert_eq!(class == Class::Safe, safe);
    } else if leavers.iter().any(|name| is.experiment(name).is_some()) {
        prop_assert_eq!(class, Class::Reassigning);
    } else if leavers.is_empty() {
        // An earlier run of the same name may hold the same segments and run something else.
        let definition = |namespace: &Namespace, name: &str| {
            namespace.experiment(name).map(|it| it.definition().to_owned())
        };
        let mut names = was.experiments().iter().map(|it| it.name());
        let redefined = names.any(|name| definition(&was, name) != definition(&is, name));
        prop_assert_eq!(class == Class::Safe, !redefined);
    }
    if class == Class::Reassigning {
        let blamed = changes.causes.iter().filter(|cause| cause.class == class);
        let blamed: Vec<_> = blamed.flat_map(|cause| &cause.losses).collect();
        for it in moves.iter().filter(|it| it.reassigns) {
            let from = it.from.as_deref().expect("a free segment reassigns nobody");
            prop_assert!(blamed.iter().any(|loss| loss.experiment == from), "{from}: {changes:?}");
        }
    }
    Ok(class)
}
