//! Plans that are saved, and what they are held against.

use std::fs;

use planout::Dialect;
use planout::catalog::Loaded;
use planout::plan::{self, Mismatch, SavedError, SavedPlan, Units};

use super::{BASE, edited, load};
use crate::support::{planout, sandbox};

fn saved(before: &[Loaded], after: &[Loaded]) -> SavedPlan {
    let plan = plan::compare(before, after, &Units::Numbers(0));
    SavedPlan::new(&plan, "src", "redis://me:secret@host/0", before, after)
}

#[test]
fn a_plan_reads_back_and_matches_what_it_was_made_of() {
    let (before, after) = ([load(BASE, Dialect::Planout)], [load(BASE, Dialect::Planout)]);
    let plan = saved(&before, &after);
    let text = plan.to_json();
    assert!(!text.contains("secret"), "{text}");
    assert_eq!(SavedPlan::from_json(&text).expect("a plan"), plan);
    assert_eq!(plan.mismatches(&before, &after), []);
}

#[test]
fn a_plan_does_not_match_what_has_changed() {
    let base = || [load(BASE, Dialect::Planout)];
    let plan = saved(&base(), &base());
    let other = |edit| [load(&edited(&[edit]), Dialect::Planout)];
    let (source, target) = (Mismatch::Source("ns".to_owned()), Mismatch::Target("ns".to_owned()));
    let scripts = other(("size = 5;", "size = 6;"));
    assert_eq!(plan.mismatches(&base(), &scripts), std::slice::from_ref(&source));
    assert_eq!(plan.mismatches(&scripts, &base()), std::slice::from_ref(&target));
    assert_eq!(plan.mismatches(&[], &[]), [source, target.clone()]);
    // A comment compiles to nothing, but the target is held to the byte.
    let comment = other(("# A comment.", "# Another."));
    assert_eq!(plan.mismatches(&base(), &comment), []);
    assert_eq!(plan.mismatches(&comment, &base()), [target]);
}

#[test]
fn other_files_are_no_plans() {
    for text in ["", "{}", "{\"format\": 1}", "[]"] {
        let read = SavedPlan::from_json(text);
        assert!(matches!(read, Err(SavedError::Malformed(_))), "{text}: {read:?}");
    }
    let newer = SavedPlan::from_json("{\"format\": 2, \"more\": true}");
    assert!(matches!(newer, Err(SavedError::Format(2))), "{newer:?}");
}

#[test]
fn the_command_saves_what_it_has_planned() {
    let folder = sandbox();
    let arguments = ["plan", "sample-namespaces", "new", "--out", "plan.json"];
    let run = planout(folder.path(), &arguments);
    assert_eq!((run.status, run.stderr.as_str()), (0, "saved the plan to plan.json\n"));
    let text = fs::read_to_string(folder.path().join("plan.json")).expect("a file");
    let plan = SavedPlan::from_json(&text).expect("a plan");
    assert_eq!((plan.source.as_str(), plan.target.as_str()), ("sample-namespaces", "new"));
    assert_eq!(plan.class, "safe");
    assert!(plan.namespaces.iter().all(|it| it.compiled.is_some() && it.target.is_none()));
    assert_eq!(plan.namespaces.len(), 4);
}
