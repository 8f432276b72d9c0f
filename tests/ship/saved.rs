//! A saved plan is shipped as it was made, or not at all.

use std::fs;

use super::{BUTTON, edit, run, ship};
use crate::support::sandbox;

#[test]
fn a_saved_plan_is_shipped_as_it_was_or_not_at_all() {
    let folder = sandbox();
    ship(folder.path(), 0, &[]);
    edit(folder.path(), "label = 'Join';", "label = 'Enter';");
    run(folder.path(), 0, &["plan", "sample-namespaces", "out", "--out", "plan.json"]);
    // What was planned is not what is there any more.
    edit(folder.path(), "label = 'Enter';", "label = 'Come in';");
    let changed = ship(folder.path(), 1, &["--plan", "plan.json"]);
    assert!(
        changed.stderr.contains("source of `button_color` is not the one"),
        "{}",
        changed.stderr
    );
    edit(folder.path(), "label = 'Come in';", "label = 'Enter';");
    ship(folder.path(), 0, &["--plan", "plan.json"]);
    // What it was planned against has been replaced.
    let again = ship(folder.path(), 1, &["--plan", "plan.json"]);
    assert!(again.stderr.contains("`button_color` at the target"), "{}", again.stderr);
    fs::write(folder.path().join("plan.json"), "{}").expect("a file of our own");
    ship(folder.path(), 1, &["--plan", "plan.json"]);
    ship(folder.path(), 3, &["--plan", "nowhere.json"]);
}

/// A sandbox with a plan from the samples to `out`.
fn planned(options: &[&str]) -> tempfile::TempDir {
    let folder = sandbox();
    let plan = ["plan", "sample-namespaces", "out", "--out", "plan.json", "-q"];
    run(folder.path(), 0, &[&plan[..], options].concat());
    folder
}

#[test]
fn a_plan_is_bound_to_its_source_and_its_target() {
    let folder = planned(&[]);
    let path = folder.path();
    fs::create_dir(path.join("other")).expect("a folder");
    run(path, 0, &["compile", BUTTON, "other/button_color.json"]);
    for (source, target, said) in [
        ("sample-namespaces", "production", "out`, and this is `"),
        ("other", "out", "sample-namespaces`, and this is `"),
        ("sample-namespaces", "redis://localhost:1", "redis://localhost:1/0?key=planout4j`"),
    ] {
        let refused = ["ship", source, target, "--plan", "plan.json", "--dry-run"];
        if target.starts_with("redis") {
            // Nobody listens there.
            run(path, 3, &refused);
            continue;
        }
        let refused = run(path, 1, &refused);
        assert!(refused.stderr.contains(said), "{}", refused.stderr);
        assert!(refused.stderr.contains("the plan was made with the "), "{}", refused.stderr);
        assert!(!path.join(target).exists());
    }
    // However they are written, these are the same places.
    for (source, target) in [
        ("./sample-namespaces/", "other/../out"),
        ("sample-namespaces/.", "new/.././out/"),
        (&*path.join("sample-namespaces").to_string_lossy(), &*path.join("out").to_string_lossy()),
    ] {
        run(path, 0, &["ship", source, target, "--plan", "plan.json", "--dry-run"]);
    }
    let config = "source = 'sample-namespaces'\ntarget = 'out'\n";
    fs::write(path.join("planout.toml"), config).expect("a file");
    run(path, 0, &["ship", "--plan", "plan.json"]);
}

#[test]
fn a_plan_is_bound_to_its_configuration() {
    let folder = planned(&[]);
    let refused = |config: &str, options: &[&str]| {
        fs::write(folder.path().join("planout.toml"), config).expect("a file");
        let ship = ship(folder.path(), 1, &[&["--plan", "plan.json"], options].concat());
        assert!(!folder.path().join("out/test_ns.json").exists());
        ship.stderr
    };
    for (config, options, said) in [
        ("[ship]\nguard = 'off'\n", &[][..], "the guard `error`, and this is `off`"),
        (
            "[ship]\nreaders = 'planout4j'\n[checks]\nP0710 = 'warn'\n",
            &[],
            "the readers not given, and this is `planout4j`",
        ),
        ("[checks]\nP0503 = 'off'\n", &[], "check P0503 the usual one, and this is `off`"),
        ("[checks]\noperators = ['rollout']\n", &[], "operators not given, and this is `rollout`"),
        ("", &["--dialect", "planout"], "the dialect `planout4j`, and this is `planout`"),
        ("", &["--prune"], "the option `prune` off, and this is on"),
    ] {
        let stderr = refused(config, options);
        assert!(stderr.contains(said), "{config}: {stderr}");
        assert!(
            stderr.contains("help: ship with the settings of the plan, or make a new plan"),
            "{stderr}"
        );
    }
    // What comes to the same is the same, and who approves of a plan may say so.
    let same = "[ship]\nguard = 'error'\n[checks]\nP0503 = 'warn'\nP0600 = 'off'\n";
    fs::write(folder.path().join("planout.toml"), same).expect("a file");
    ship(folder.path(), 0, &["--plan", "plan.json", "--allow-reassignment", "test_ns"]);
}

#[test]
fn a_plan_of_another_format_is_refused_with_what_to_do() {
    let folder = sandbox();
    let old = r#"{"format": 1, "source": "sample-namespaces", "target": "out", "class": "safe",
        "namespaces": []}"#;
    fs::write(folder.path().join("plan.json"), old).expect("a file");
    let refused = ship(folder.path(), 1, &["--plan", "plan.json"]);
    assert!(refused.stderr.contains("`plan.json`: the plan is of format 1"), "{}", refused.stderr);
    assert!(refused.stderr.contains("help: make a new plan"), "{}", refused.stderr);
}

#[test]
fn no_secret_is_saved() {
    use crate::support::planout;

    let folder = sandbox();
    let target = "redis://me:secret@127.0.0.1:1/2?key=k";
    let plan = planout(folder.path(), &["plan", "sample-namespaces", target, "--out", "p.json"]);
    assert_eq!(plan.status, 3);
    assert!(!plan.stderr.contains("secret"), "{}", plan.stderr);
}

#[cfg(feature = "redis")]
#[test]
fn urls_of_one_place_are_the_same_target() {
    use crate::support::redis::RedisServer;

    let Some(server) = RedisServer::start() else { return };
    let folder = sandbox();
    let url = server.url();
    let (long, other) = (format!("{url}&timeout=9"), url.replace("/0?", "/1?"));
    run(folder.path(), 0, &["plan", "sample-namespaces", &url, "--out", "plan.json"]);
    let ship = |status, target: &str| {
        run(folder.path(), status, &["ship", "sample-namespaces", target, "--plan", "plan.json"])
    };
    assert!(ship(1, &other).stderr.contains("/1?key=planout4j`"));
    ship(0, &long);
}

#[test]
fn what_a_plan_found_reassigning_is_so_without_its_sample() {
    let folder = sandbox();
    edit(folder.path(), "label = 'Join';", "label = 'Join'; size = 1 / (userid - 3);");
    let plan = ["plan", "sample-namespaces", "out", "--out", "plan.json"];
    let found = run(folder.path(), 0, &[&plan[..], &["--sample", "10"]].concat());
    assert!(found.stdout.starts_with("plan: units would fail"), "{}", found.stdout);
    let options = ["--plan", "plan.json", "--sample", "0"];
    ship(folder.path(), 1, &options);
    ship(folder.path(), 0, &[&options[..], &["--allow-reassignment", "button_color"]].concat());
}

#[test]
fn a_plan_for_one_file_says_nothing_of_the_others() {
    let folder = sandbox();
    ship(folder.path(), 0, &[]);
    edit(folder.path(), "label = 'Join';", "label = 'Enter';");
    run(folder.path(), 0, &["plan", BUTTON, "out", "--out", "plan.json"]);
    run(folder.path(), 0, &["ship", BUTTON, "out", "--plan", "plan.json"]);
}

#[test]
fn a_removal_is_planned_before_it_is_shipped() {
    let folder = sandbox();
    ship(folder.path(), 0, &[]);
    fs::remove_file(folder.path().join(BUTTON)).expect("a sample");
    let plan = ["plan", "sample-namespaces", "out", "--out", "plan.json", "--detailed-exitcode"];
    run(folder.path(), 0, &plan);
    let refused = ship(folder.path(), 1, &["--plan", "plan.json", "--prune"]);
    assert!(refused.stderr.contains("option `prune` off"), "{}", refused.stderr);
    let planned = run(folder.path(), 11, &[&plan[..], &["--prune"]].concat());
    let said = "button_color: removed: no source, 1 experiment on 5 of 10 segments";
    assert!(planned.stdout.contains(said), "{}", planned.stdout);
    assert!(planned.stdout.contains("1 removed (1 reassigning)"), "{}", planned.stdout);
    let refused = ship(folder.path(), 1, &["--plan", "plan.json"]);
    assert!(refused.stderr.contains("option `prune` on"), "{}", refused.stderr);
    let allowed = ["--plan", "plan.json", "--prune", "--allow-reassignment", "button_color"];
    ship(folder.path(), 1, &allowed[..3]);
    ship(folder.path(), 0, &allowed);
    assert!(!folder.path().join("out/button_color.json").exists());
}
