//! Plans that are saved, and what they are held against.

use std::fs;

use planout::Dialect;
use planout::catalog::Loaded;
use planout::plan::{self, Mismatch, SavedError, SavedPlan, Setup, Units};

use super::{BASE, edited, load};
use crate::support::{planout, sandbox};

fn setup() -> Setup {
    Setup {
        source: "/src".to_owned(),
        target: "redis://host:6379/0?key=planout4j".to_owned(),
        dialect: "planout".to_owned(),
        guard: "error".to_owned(),
        ..Setup::default()
    }
}

fn saved(before: &[Loaded], after: &[Loaded]) -> SavedPlan {
    let plan = plan::compare(before, after, &Units::Numbers(0));
    SavedPlan::new(&plan, setup(), before, after)
}

fn mismatches(plan: &SavedPlan, before: &[Loaded], after: &[Loaded]) -> Vec<Mismatch> {
    plan.mismatches(&setup(), before, after)
}

#[test]
fn a_plan_reads_back_and_matches_what_it_was_made_of() {
    let (before, after) = ([load(BASE, Dialect::Planout)], [load(BASE, Dialect::Planout)]);
    let plan = saved(&before, &after);
    let text = plan.to_json();
    assert_eq!(SavedPlan::from_json(&text).expect("a plan"), plan);
    assert_eq!(mismatches(&plan, &before, &after), []);
}

#[test]
fn a_plan_does_not_match_what_has_changed() {
    let base = || [load(BASE, Dialect::Planout)];
    let plan = saved(&base(), &base());
    let other = |edit| [load(&edited(&[edit]), Dialect::Planout)];
    let (source, target) = (Mismatch::Source("ns".to_owned()), Mismatch::Target("ns".to_owned()));
    let scripts = other(("size = 5;", "size = 6;"));
    assert_eq!(mismatches(&plan, &base(), &scripts), std::slice::from_ref(&source));
    assert_eq!(mismatches(&plan, &scripts, &base()), std::slice::from_ref(&target));
    assert_eq!(mismatches(&plan, &[], &[]), [source, target.clone()]);
    // A comment compiles to nothing, but the target is held to the byte.
    let comment = other(("# A comment.", "# Another."));
    assert_eq!(mismatches(&plan, &base(), &comment), []);
    assert_eq!(mismatches(&plan, &comment, &base()), [target]);
}

#[test]
fn other_files_are_no_plans() {
    for text in ["", "{}", "{\"format\": 2}", "[]"] {
        let read = SavedPlan::from_json(text);
        assert!(matches!(read, Err(SavedError::Malformed(_))), "{text}: {read:?}");
    }
    for format in [1, 3] {
        let other = SavedPlan::from_json(&format!("{{\"format\": {format}, \"more\": true}}"));
        assert!(matches!(other, Err(SavedError::Format(it)) if it == format), "{other:?}");
    }
}

#[test]
fn the_command_saves_what_it_has_planned() {
    let folder = sandbox();
    let arguments = ["plan", "sample-namespaces", "new", "--out", "plan.json"];
    let run = planout(folder.path(), &arguments);
    assert_eq!((run.status, run.stderr.as_str()), (0, "saved the plan to plan.json\n"));
    let text = fs::read_to_string(folder.path().join("plan.json")).expect("a file");
    let plan = SavedPlan::from_json(&text).expect("a plan");
    let real = folder.path().canonicalize().expect("a folder");
    let at = |name: &str| real.join(name).to_string_lossy().into_owned();
    assert_eq!((plan.setup.source, plan.setup.target), (at("sample-namespaces"), at("new")));
    assert_eq!(plan.class, "safe");
    assert!(plan.namespaces.iter().all(|it| it.compiled.is_some() && it.target.is_none()));
    assert_eq!(plan.namespaces.len(), 4);
}

#[test]
fn a_plan_fits_no_other_setup() {
    let base = || [load(BASE, Dialect::Planout)];
    let plan = saved(&base(), &base());
    let told = |edit: &dyn Fn(&mut Setup)| {
        let mut other = setup();
        edit(&mut other);
        let found = plan.mismatches(&other, &base(), &base());
        found.iter().map(Mismatch::to_string).collect::<Vec<_>>()
    };
    assert_eq!(told(&|_| {}), [""; 0]);
    let made = "the plan was made with the";
    let level = |it: &mut Setup| {
        it.checks.insert("P0503".to_owned(), "off".to_owned());
    };
    let operators = |it: &mut Setup| {
        it.operators.insert("rollout".to_owned());
    };
    for (edit, expected) in [
        (
            &(|it: &mut Setup| it.source = "/b".to_owned()) as &dyn Fn(&mut Setup),
            "source `/src`, and this is `/b`",
        ),
        (
            &|it| it.target = "/c".to_owned(),
            "target `redis://host:6379/0?key=planout4j`, and this is `/c`",
        ),
        (&|it| it.prune = true, "option `prune` off, and this is on"),
        (&|it| it.dialect = "planout4j".to_owned(), "dialect `planout`, and this is `planout4j`"),
        (&|it| it.guard = "off".to_owned(), "guard `error`, and this is `off`"),
        (&level, "level of the check P0503 the usual one, and this is `off`"),
        (&operators, "declared operators not given, and this is `rollout`"),
        (
            &|it| it.readers = Some("planout4j".to_owned()),
            "readers not given, and this is `planout4j`",
        ),
    ] {
        assert_eq!(told(edit), [format!("{made} {expected}")]);
    }
}
