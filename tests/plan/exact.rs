//! What a plan says exactly of values: shares, conditions, and units that show them.

use planout::catalog::Loaded;
use planout::distribution::Side;
use planout::plan::{Class, ExactChanges, ExactScope, Line, Units};
use planout::store::FileFormat;
use planout::tree::{Kind, Node};
use planout::{Map, Namespace, Value};

use super::{BASE, changes_of, edited, plan_of};
use crate::support::{get, golden, map, planout, text};

fn exact_of(edits: &[(&str, &str)]) -> ExactChanges {
    let changes = changes_of(BASE, &edited(edits), &Units::Numbers(0));
    changes.exact.expect("segments stay")
}

/// The shares of a scope, as `share where condition`.
fn shares(scope: &ExactScope) -> Vec<String> {
    let cases = scope.cases.as_ref().expect("known").iter();
    let share = |case: &planout::plan::ExactCase| {
        let shift = case.compared.shift.as_ref().expect("known");
        format!("{:.4} where {}", shift.any, case.compared.condition.as_deref().unwrap_or("any"))
    };
    cases.map(share).collect()
}

#[test]
fn an_input_is_unknown_and_not_null() {
    let exact = exact_of(&[("hint = 'x';", "hint = 'y';")]);
    for name in ["a", "b"] {
        let scope = exact.scope(Some(name)).expect("a scope");
        assert_eq!(shares(scope), ["1.0000 where country == 'JP'"]);
        let case = &scope.cases.as_ref().expect("known")[0];
        let witness = case.witness(&Line::Any).expect("a witness");
        assert_eq!(witness.inputs["country"], Value::from("JP"));
        assert_eq!(witness.before["hint"], Value::from("x"));
        assert_eq!(witness.after["hint"], Value::from("y"));
    }
    assert!(exact.scope(Some("c")).is_some_and(ExactScope::is_unchanged));
    assert!(exact.scope(None).is_some_and(ExactScope::is_unchanged));
    assert!(exact.is_proved());
}

#[test]
fn values_go_from_one_to_another() {
    let exact = exact_of(&[("choices=[10, 20]", "choices=[10, 20, 30]")]);
    let scope = exact.scope(Some("a")).expect("a scope");
    let case = &scope.cases.as_ref().expect("known")[0];
    let moves = &case.compared.shift.as_ref().expect("known").params["size"].moves;
    let value = |side: &Side| match side {
        Side::Value(value) => value.0.clone(),
        other => panic!("{other:?}"),
    };
    let moves: Vec<(Value, Value, f64)> =
        moves.iter().map(|((from, to), share)| (value(from), value(to), *share)).collect();
    // One number modulo 2 and 3: four of the six remainders.
    let values: Vec<(i64, i64)> = moves
        .iter()
        .map(|(from, to, _)| (from.as_int().expect("an integer"), to.as_int().expect("one")))
        .collect();
    assert_eq!(values.len(), 4, "{values:?}");
    for ((from, to), (_, _, share)) in values.iter().zip(&moves) {
        assert_ne!(from, to);
        assert!((share - 1.0 / 6.0).abs() < 1e-12);
    }
}

#[test]
fn a_default_that_reaches_arms_differently_reassigns() {
    let base = BASE.replace(
        "size = uniformChoice(choices=[10, 20], unit=userid);",
        "treated = bernoulliTrial(p=0.5, unit=userid);\n      if (treated) { size = 1; }",
    );
    let plan =
        |edit: (&str, &str)| plan_of(&base, &base.replace(edit.0, edit.1), &Units::Numbers(0));
    let uneven = plan(("size = 5;", "size = 6;"));
    assert_eq!(uneven.class(), Class::Reassigning);
    let planout::plan::Status::Changed(changes) = &uneven.status else { panic!("{uneven:?}") };
    let causes: Vec<String> = changes.causes.iter().map(ToString::to_string).collect();
    assert_eq!(
        causes,
        ["line 19 changes the default, which units of `a` and `b` see, \
          whose arms it reaches differently"]
    );
    assert_eq!(changes.remedy, None);
    let scope = changes.exact.as_ref().and_then(|exact| exact.scope(Some("a"))).expect("a scope");
    assert_eq!(shares(scope), ["0.5000 where any"]);

    let even = plan(("hint = 'none';", "hint = 'all';"));
    assert_eq!(even.class(), Class::Safe);
}

#[test]
fn what_is_not_known_reassigns_and_says_why() {
    let edit = [("size = 7;", "size = 7;\n      if (userid == '3') { size = 8; }")];
    let changes = changes_of(BASE, &edited(&edit), &Units::Numbers(0));
    assert_eq!(changes.class(), Class::Reassigning);
    let exact = changes.exact.expect("segments stay");
    assert!(!exact.is_proved());
    let obstacle = exact.obstacle().map(ToString::to_string);
    assert_eq!(obstacle.as_deref(), Some("it depends on the value of the primary unit itself"));
}

/// A version of a golden edit.
fn read(row: &Node, version: &str) -> Loaded {
    let (name, bytes) = (text(row, "name"), text(row, version).as_bytes().to_vec());
    let dialect: planout::Dialect = text(row, "dialect").parse().expect("a dialect");
    Loaded::new("ns.yaml", Some(name), bytes, FileFormat::Yaml, dialect)
}

fn build(loaded: &Loaded) -> Namespace {
    loaded.document.as_ref().expect("a document").build().expect("a namespace")
}

#[test]
fn golden_edits_are_judged_by_what_changes() {
    let mut wrong = Vec::new();
    for row in golden("edits.jsonl") {
        let [before, after] = ["before", "after"].map(|version| [read(&row, version)]);
        let kind = text(&row, "kind");
        let is = |key: &str| get(&row, key).is_some_and(|it| it.kind == Kind::Bool(true));
        let plan = planout::plan::compare(&before, &after, &Units::Numbers(0));
        let class = plan.class();
        let cases = get(&row, "cases").and_then(Node::as_list).expect("cases");
        let is_moved = cases.iter().any(|case| {
            let Some(exact) = get(case, "exact").filter(|it| it.kind != Kind::Null) else {
                return true;
            };
            let own = map(exact, "experiment");
            let share = |key: &str| own.get(key).and_then(Value::as_float).unwrap_or(0.0);
            // Smaller shares are there, and may be left out.
            share("any") > 1e-15 || share("in_experiment") > 1e-15
        });
        if is("no_op") && is("decidable") && class > Class::Safe {
            wrong.push(format!("{kind}: {class:?} though nothing changes: {plan:#?}"));
        }
        if is_moved && class != Class::Reassigning && !kind.starts_with("default") {
            wrong.push(format!("{kind}: {class:?} though units of the experiment move"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn witnesses_of_golden_edits_differ() {
    let (mut shown, mut without) = (0, Vec::new());
    for row in golden("edits.jsonl") {
        let [before, after] = ["before", "after"].map(|version| [read(&row, version)]);
        let (earlier, later) = (build(&before[0]), build(&after[0]));
        let plan = planout::plan::compare(&before, &after, &Units::Numbers(0));
        let planout::plan::Status::Changed(changes) = &plan.namespaces[0].status else {
            continue;
        };
        for scope in &changes.exact.as_ref().expect("segments stay").scopes {
            for case in scope.cases.iter().flatten() {
                let Ok(shift) = &case.compared.shift else { continue };
                for (name, param) in &shift.params {
                    if scope.segments == 0 {
                        continue;
                    }
                    let Some(witness) = case.witness(&Line::Param(name.clone())) else {
                        without.push(format!("{}: {name}: {}", text(&row, "kind"), param.share));
                        continue;
                    };
                    let evaluate = |namespace: &Namespace| -> (Option<String>, Map) {
                        let found = namespace.assign(&witness.inputs).expect("an assignment");
                        (found.experiment.map(str::to_owned), found.params.into_map())
                    };
                    let (old, new) = (evaluate(&earlier), evaluate(&later));
                    assert_eq!((&old.0, &new.0), (&scope.experiment, &scope.experiment));
                    assert_eq!((&old.1, &new.1), (&witness.before, &witness.after));
                    let exact =
                        |map: &Map| map.get(name).cloned().map(planout::distribution::Exact);
                    assert_ne!(exact(&old.1), exact(&new.1), "{}", text(&row, "kind"));
                    shown += 1;
                }
            }
        }
    }
    println!("{shown} witnesses; none for {without:#?}");
    assert!(shown > 150);
    // Only shares that no search finds may be without.
    assert!(without.is_empty(), "{without:#?}");
}

#[test]
fn the_command_shows_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |place: &str, text: &str| {
        std::fs::create_dir_all(folder.path().join(place)).expect("a folder");
        std::fs::write(folder.path().join(place).join("ns.yaml"), text).expect("a file");
    };
    write("old", BASE);
    write("new", &edited(&[("hint = 'x';", "hint = 'y';")]));
    let dialect = "--dialect=planout";
    let plan = planout(folder.path(), &["plan", "new", "old", dialect]);
    assert_eq!(plan.status, 0, "{}", plan.stderr);
    assert!(
        plan.stdout.contains(
            "  exactly, these get another value:\n    \
             100 % of the units of `a`, where country == 'JP' (such as {\"userid\":"
        ),
        "{}",
        plan.stdout
    );
    assert!(plan.stdout.contains("\n      hint: 100 %: \"x\" -> \"y\"\n"), "{}", plan.stdout);
    let plan = planout(folder.path(), &["plan", "new", "old", dialect, "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&plan.stdout).expect("JSON");
    let exact = &json["namespaces"][0]["changes"]["exact"];
    assert_eq!(exact["proved"], true);
    assert_eq!(exact["obstacle"], serde_json::Value::Null);
    let scope = &exact["scopes"][0];
    assert_eq!(scope["experiment"], "a");
    assert_eq!(scope["any"][0]["where"], "country == 'JP'");
    assert_eq!(scope["any"][0]["share"], 1.0);
    assert_eq!(scope["any"][0]["witness"]["inputs"]["country"], "JP");
    assert_eq!(scope["params"][0]["param"], "hint");
    assert_eq!(
        scope["params"][0]["moves"],
        serde_json::json!([{"from": "x", "to": "y", "share": 1.0}])
    );
    assert_eq!(scope["in_experiment"], serde_json::json!([]));
    assert_eq!(exact["scopes"][3]["experiment"], serde_json::Value::Null);
}

#[test]
fn declared_values_tell_the_share_of_all_units() {
    let declared = |inputs: &str| {
        let salt = format!("salt: old\n  inputs: {inputs}");
        let exact = exact_of(&[("hint = 'x';", "hint = 'y';"), ("salt: old", &salt)]);
        exact.scope(Some("a")).expect("a scope").declared.clone()
    };
    let found = declared("{country: {values: [JP, US, null], shares: [0.2, 0.7, 0.1]}}");
    let found = found.expect("a share");
    assert!((found.share - 0.2).abs() < 1e-12, "{found:?}");
    assert_eq!(found.inputs.iter().collect::<Vec<_>>(), ["country"]);
    assert_eq!(declared("{country: [JP, US, DE, FR]}").expect("a share").share, 0.25);
    assert_eq!(declared("{country: [US, DE]}").expect("a share").share, 0.0);
    // Nothing says how common the values are.
    assert_eq!(declared("{country: string}"), None);
    assert_eq!(declared("[country]"), None);
    // A change for all units has its share already.
    let salt = "salt: old\n  inputs: {country: [JP, US]}";
    let exact = exact_of(&[("choices=[10, 20]", "choices=[10, 20, 30]"), ("salt: old", salt)]);
    assert_eq!(exact.scope(Some("a")).expect("a scope").declared, None);
}
