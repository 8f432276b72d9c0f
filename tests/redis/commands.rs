//! Every command that takes a location, with one in Redis.

use std::fs;
use std::path::Path;

use crate::support::redis::{RedisServer, free_port};
use crate::support::{planout, shell, unguarded_sandbox};

/// What a run prints on standard output, and asserts that it is well.
#[track_caller]
fn answer(folder: &Path, arguments: &[&str]) -> String {
    let run = planout(folder, arguments);
    assert_eq!(run.status, 0, "{}", run.stderr);
    run.stdout
}

#[test]
fn what_is_shipped_can_be_listed_evaluated_checked_and_shipped_back() {
    let Some(server) = RedisServer::start() else { return };
    let sandbox = unguarded_sandbox();
    let folder = sandbox.path();
    let url = server.url();
    let shipped = answer(folder, &["ship", "sample-namespaces", &url]);
    assert!(shipped.starts_with("created    button_color\n"), "{shipped}");
    answer(folder, &["ship", "sample-namespaces", "files"]);
    let names = ["button_color", "onboarding", "page_size", "test_ns"];
    assert_eq!(server.hash().into_keys().collect::<Vec<_>>(), names);
    for (name, json) in server.hash() {
        let file = fs::read(folder.join(format!("files/{name}.json"))).expect("a file");
        assert_eq!(json, file);
    }

    for mode in ["summary", "full", "experiments", "segments"] {
        let list = |location| answer(folder, &["nslist", "-m", mode, location]);
        assert_eq!(list(&url), list("files"));
    }
    let eval = ["eval", "--ns", "test_ns", "userid=123", "--from"];
    let eval = |location| answer(folder, &[&eval[..], &[location]].concat());
    assert_eq!(eval(&url), eval("files"));
    answer(folder, &["check", &url]);

    let again = answer(folder, &["ship", "sample-namespaces", &url]);
    assert!(again.starts_with("unchanged  button_color\n"), "{again}");
    answer(folder, &["ship", &url, "back"]);
    for name in names {
        let read = |at: &str| fs::read(folder.join(format!("{at}/{name}.json"))).expect("a file");
        assert_eq!(read("back"), read("files"));
    }
}

#[test]
fn orphans_are_kept_unless_pruned() {
    let Some(server) = RedisServer::start() else { return };
    let sandbox = unguarded_sandbox();
    let folder = sandbox.path();
    let url = server.url();
    answer(folder, &["ship", "sample-namespaces", &url]);
    fs::remove_file(folder.join("sample-namespaces/test_ns.yaml")).expect("a sample");
    let kept = answer(folder, &["ship", "sample-namespaces", &url]);
    assert!(kept.contains("orphaned   test_ns\n"), "{kept}");
    assert_eq!(server.hash().len(), 4);
    answer(folder, &["ship", "sample-namespaces", &url, "--prune", "--dry-run"]);
    assert_eq!(server.hash().len(), 4);
    let pruned = answer(folder, &["ship", "sample-namespaces", &url, "--prune"]);
    assert!(pruned.contains("removed    test_ns\n"), "{pruned}");
    assert_eq!(server.hash().len(), 3);
}

#[test]
fn databases_and_keys_are_apart() {
    let Some(server) = RedisServer::start() else { return };
    let sandbox = unguarded_sandbox();
    let folder = sandbox.path();
    let at = |rest: &str| format!("redis://localhost:{}/{rest}", server.port());
    answer(folder, &["ship", "sample-namespaces", &at("3?key=a%20b")]);
    assert_eq!(answer(folder, &["nslist", &at("3")]), "");
    assert_eq!(answer(folder, &["nslist", &at("?key=a%20b")]), "");
    assert_ne!(answer(folder, &["nslist", &at("3?key=a%20b")]), "");
    let run = planout(folder, &["nslist", &at("99")]);
    assert_eq!(run.status, 3);
    assert!(run.stderr.contains("DB index is out of range"), "{}", run.stderr);
}

#[test]
fn a_broken_namespace_is_called_by_its_field() {
    let Some(server) = RedisServer::start() else { return };
    let sandbox = unguarded_sandbox();
    let mut command = redis::cmd("HSET");
    command.arg("planout4j").arg("broken").arg("{\n  \"namespace\": 1\n}");
    command.exec(&mut server.connection()).expect("a change");
    let run = planout(sandbox.path(), &["check", &server.url()]);
    assert_eq!(run.status, 1);
    let place = format!("--> {}#broken:2:", server.url());
    assert!(run.stderr.contains(&place), "{}", run.stderr);
    // A name that would lead out of a folder goes nowhere.
    let mut command = redis::cmd("HSET");
    command.arg("planout4j").arg("../evil").arg("{}");
    command.exec(&mut server.connection()).expect("a change");
    let run = planout(sandbox.path(), &["ship", &server.url(), "out"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    assert!(!sandbox.path().join("evil.json").exists());
}

#[test]
fn the_environment_and_the_configuration_can_name_it() {
    let Some(server) = RedisServer::start() else { return };
    let sandbox = unguarded_sandbox();
    let folder = sandbox.path();
    let url = server.url();
    let printed = shell(&format!("PLANOUT_TARGET='{url}' planout ship"), folder);
    assert!(printed.contains("4 created"), "{printed}");
    let printed = shell(&format!("PLANOUT_SOURCE='{url}' planout check"), folder);
    assert!(printed.contains(&format!("--> {url}#test_ns:")), "{printed}");
    let config = format!("source = 'sample-namespaces'\ntarget = '{url}'\n");
    fs::create_dir(folder.join("below")).expect("a folder");
    fs::write(folder.join("planout.toml"), config).expect("a file");
    assert!(answer(&folder.join("below"), &["ship"]).contains("unchanged  test_ns"));
    assert!(answer(&folder.join("below"), &["nslist"]).contains("test_ns"));
}

#[test]
fn the_target_as_planout4j_names_it() {
    let Some(server) = RedisServer::start() else { return };
    let sandbox = unguarded_sandbox();
    let folder = sandbox.path();
    let port = server.port().to_string();
    let ship = |arguments: &[&str]| {
        planout(folder, &[&["ship", "-s", "sample-namespaces"], arguments].concat())
    };
    let options = ["--redis-host", "127.0.0.1", "--redis-port", &port, "--redis-key", "a b"];
    let run = ship(&[&["--target-backend", "redis"], &options[..]].concat());
    assert!(run.stderr.contains("4 created"), "{}", run.stderr);
    assert!(ship(&options).stdout.contains("unchanged  test_ns"));
    assert!(ship(&["--target-backend", "redis", "--redis-port", &port]).stdout.contains("created"));
    assert_eq!(server.hash().len(), 4);
    assert!(ship(&["--target-backend", "redis", "-d", &server.url()]).stdout.contains("unchanged"));
    assert!(ship(&["--target-backend", "file", "-d", "out"]).stdout.contains("created"));

    for wrong in [
        &["--target-backend", "redis", "-d", "out"][..],
        &["--redis-port", &port, "-d", "out"],
        &["--redis-port", &port, "-d", &server.url()],
        &["--target-backend", "file", "-d", &server.url()],
        &["--target-backend", "file", "--redis-port", &port],
        &["--target-backend", "file"],
        &["--target-backend", "disk"],
        &["--redis-port", "0"],
        &["--redis-host", ""],
    ] {
        assert_eq!(ship(wrong).status, 2, "{wrong:?}");
    }
    let target = format!("redis://127.0.0.1:{port}");
    let configured = format!("PLANOUT_TARGET='{target}' planout ship --target-backend redis");
    assert!(shell(&configured, folder).contains("unchanged  test_ns"));
}

#[test]
fn passwords_are_shown_nowhere() {
    let Some(server) = RedisServer::start_with(&["--requirepass", "s3cret"]) else { return };
    let sandbox = unguarded_sandbox();
    let folder = sandbox.path();
    let url = |credentials: &str, port: u16| format!("redis://{credentials}@127.0.0.1:{port}/0");
    let right = url(":s3cret", server.port());
    let broken = format!("redis://:s3cret@127.0.0.1:{}/zero", server.port());
    let mut seen = 0;
    for location in [
        right.as_str(),
        &url("default:s3cret", server.port()),
        &url("s3cret:s3cret", server.port()),
        &url(":s3cret", free_port()),
        &right.replace("/0", "/0?key=other"),
        &right.replace("redis:", "redsi:"),
        &(right.replace("redis:", "rediss:") + "?timeout=0.05"),
        &right.replace("redis://", "redis:/"),
        &broken,
        "redis://user:s3cret",
        "redis://s3cret@host",
    ] {
        for arguments in [
            &["ship", "sample-namespaces", location, "-v"][..],
            &["ship", "sample-namespaces", location, "--format", "json"],
            &["ship", "sample-namespaces", location, "--target-backend", "file"],
            &["ship", location, "copy"],
            &["nslist", location, "-v"],
            &["nslist", location, "-n", "none"],
            &["nslist", location, "-m", "full"],
            &["check", location, "--format", "sarif"],
            &["eval", "--ns", "test_ns", "userid=1", "-v", "--from", location],
            &["eval", "--ns", "nothing", "userid=1", "--from", location],
        ] {
            let run = planout(folder, arguments);
            let printed = run.stdout + &run.stderr;
            assert!(!printed.contains("s3cret"), "{arguments:?}: {printed}");
            seen += usize::from(run.status == 0);
        }
        let config = format!("target = {location}\n");
        fs::write(folder.join("bad.toml"), config).expect("a file");
        let run = planout(folder, &["--config", "bad.toml", "nslist"]);
        assert!(run.stderr.contains("--> bad.toml:1:"), "{}", run.stderr);
        assert!(!run.stderr.contains("s3cret"), "{}", run.stderr);
    }
    assert!(seen > 10, "the right password opens");
}
