//! What is called safe is: units that are in an experiment stay there and see what they saw,
//! whatever edits come together.

use planout::plan::{Class, Units};
use planout::{Dialect, Map, Namespace, Value};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::{BASE, load, plan_of};

/// Edits that go together in any way; what is appended comes last.
pub(super) const EDITS: &[(&str, &str)] = &[
    ("# A comment.", "# Another."),
    ("unit: userid\n", "unit: country\n"),
    ("segments: 100", "segments: 200"),
    ("salt: old", "salt: new"),
    ("  salt: old", "  salt: old\n  segment_hashing: shared"),
    ("  salt: old", "  salt: old\n  dialect: planout4j"),
    ("  salt: old", "  salt: old\n  segment_pool: cpython"),
    ("  salt: old", "  salt: old\n  segment_sampling: fast"),
    ("choices=[10, 20]", "choices=[20, 10]"),
    ("country == 'JP'", "country == 'FR'"),
    ("hint = 'x'", "hint = 'y'"),
    ("size = 7;", "size = 8;"),
    ("size = 7;", "size = 7;\n      more = 1;"),
    ("size = 5;", "size = uniformChoice(choices=[5, 6], unit=userid);"),
    ("hint = 'none'", "hint = 'all'"),
    ("default_experiment: Default", "default_experiment: Fixed"),
    ("definition: Fixed, name: c", "definition: Draw, name: c"),
    ("name: c, segments: 15", "name: c, segments: 25"),
    ("name: c, segments: 15", "name: c, segments: 5"),
    ("name: c, segments", "name: cc, segments"),
    ("name: a, segments: 20", "name: a, segments: 30"),
    ("  - {action: add, definition: Draw, name: b, segments: 20}\n", ""),
    (
        "experiment_sequence:\n",
        "experiment_sequence:\n  - {action: add, definition: Draw, name: x, segments: 5}\n",
    ),
];

pub(super) const APPENDED: &[&str] = &[
    "  - {action: remove, name: a}\n",
    "  - {action: remove, name: b}\n",
    "  - {action: remove, name: c}\n",
    "  - {action: add, definition: Draw, name: d, segments: 10}\n",
    "  - {action: add, definition: Fixed, name: e, segments: 20}\n",
    "  - {action: add, definition: Draw, name: a, segments: 20}\n",
];

#[test]
fn safe_changes_reach_nobody_in_an_experiment() {
    let counts = std::cell::Cell::new((0, 0));
    let case = (
        prop::collection::vec(0..EDITS.len(), 0..3),
        prop::collection::vec(0..APPENDED.len(), 0..4),
    );
    let config = Config { cases: 1500, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new(config).run(&case, |(edits, appended)| {
        let mut text = BASE.to_owned();
        for edit in edits {
            text = text.replacen(EDITS[edit].0, EDITS[edit].1, 1);
        }
        let appended: Vec<&str> = appended.iter().map(|index| APPENDED[*index]).collect();
        text.extend(appended.iter().copied());
        let (safe, other) = counts.get();
        match plan_of(BASE, &text, &Units::Numbers(0)).class() {
            Class::None | Class::Safe => {
                counts.set((safe + 1, other));
                nobody_is_reached(&text, &appended.concat())?;
            }
            Class::Reassigning => counts.set((safe, other + 1)),
            Class::Invalid => {}
        }
        Ok(())
    });
    assert!(result.is_ok(), "{result:?}");
    let (safe, other) = counts.get();
    assert!(safe > 200 && other > 200, "{safe} {other}");
}

fn build(text: &str) -> Namespace {
    let loaded = load(text, Dialect::Planout);
    loaded.document.expect("a valid namespace").build().expect("a namespace")
}

fn nobody_is_reached(text: &str, appended: &str) -> Result<(), TestCaseError> {
    let (was, is) = (build(BASE), build(text));
    for user in 0..200 {
        let country = if user % 2 == 0 { "JP" } else { "FR" };
        let inputs = Map::from_iter([
            ("userid".to_owned(), Value::from(user)),
            ("country".to_owned(), Value::from(country)),
        ]);
        let (old, new) =
            (was.assign(&inputs).expect("params"), is.assign(&inputs).expect("params"));
        let Some(name) = old.experiment else { continue };
        if appended.contains(&format!("remove, name: {name}}}")) && is.experiment(name).is_none() {
            continue;
        }
        prop_assert_eq!(new.experiment, Some(name), "{}", text);
        let own = |namespace: &Namespace| {
            let experiment = namespace.experiment(name).expect("it runs");
            let found = experiment.script().evaluate(experiment.salt(), &inputs);
            found.expect("params").params.to_map()
        };
        prop_assert_eq!(own(&was), own(&is), "{}", text);
    }
    Ok(())
}
