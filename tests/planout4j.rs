//! What somebody types who comes from planout4j's tools.

use std::fs;

use crate::support::{planout, sandbox};

#[test]
fn the_names_of_its_backends_are_taken_for_ours() {
    let folder = sandbox();
    let root = folder.path();
    for kind in ["compiledFiles", "sourceFiles", "file"] {
        let ship = ["ship", "-s", "sample-namespaces", "-d", kind, "--target-backend", kind];
        let run = planout(root, &ship);
        assert_eq!(run.status, 0, "{kind}: {}", run.stderr);
        assert!(root.join(kind).join("test_ns.json").exists());
    }
    for (arguments, why) in [
        (&["--target-backend", "compiledFiles", "--redis-key", "k"][..], "cannot be used with"),
        (
            &["-d", "redis://localhost:1", "--target-backend", "compiledFiles"],
            "cannot be used with",
        ),
        (&["-d", "out", "--target-backend", "redis"], "two locations: `out`"),
        (&["-d", "out", "--redis-host", "localhost"], "two locations: `out`"),
        (&["-d", "out", "--target-backend", "s3"], "compiledFiles"),
    ] {
        let run = planout(root, &[&["ship", "-s", "sample-namespaces"], arguments].concat());
        assert_eq!(run.status, 2, "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains(why), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn readers_take_its_names_for_a_location() {
    let folder = sandbox();
    let root = folder.path();
    // What is shipped has one namespace, what is written four.
    assert_eq!(planout(root, &["ship", "sample-namespaces/page_size.yaml", "out"]).status, 0);
    let config = "source = 'sample-namespaces'\ntarget = 'out'\n";
    fs::write(root.join("planout.toml"), config).expect("a file");
    let count = |arguments: &[&str]| {
        let run = planout(root, &[&["nslist", "-m", "experiments"], arguments].concat());
        assert_eq!(run.status, 0, "{arguments:?}: {}", run.stderr);
        run.stdout.lines().map(|line| line.split(',').next()).collect::<Vec<_>>().len()
    };
    let shipped = count(&["out"]);
    let written = count(&["sample-namespaces"]);
    assert!(written > shipped);
    assert_eq!(count(&["--runtime-repo", "compiledFiles", "--parser-type", "json"]), shipped);
    assert_eq!(count(&["--runtime-repo", "sourceFiles", "--parser-type", "yaml"]), written);
    assert_eq!(count(&["-d", "sample-namespaces"]), written);
    assert_eq!(count(&["--dest-dir", "out", "--runtime-repo", "compiledFiles"]), shipped);

    let eval = ["eval", "-n", "test_ns", "userid=123", "--runtime-repo", "sourceFiles"];
    assert_eq!(planout(root, &eval).status, 0);
    let perf = ["perf", "-n", "page_size", "--iterations", "10", "-d", "out"];
    assert_eq!(planout(root, &perf).status, 0);

    for (arguments, why) in [
        (&["out", "-d", "out"][..], "two locations: `out` and `out`"),
        (&["-d", "out", "--runtime-repo", "sourceFiles"], "cannot be used with"),
        (&["-d", "out", "--redis-key", "k"], "two locations: `out`"),
        (&["--runtime-repo", "compiledFiles", "--redis-port", "1"], "cannot be used with"),
        (&["--parser-type", "xml"], "json"),
    ] {
        let run = planout(root, &[&["nslist"], arguments].concat());
        assert_eq!(run.status, 2, "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains(why), "{arguments:?}: {}", run.stderr);
    }
    fs::write(root.join("planout.toml"), "").expect("a file");
    let run = planout(root, &["nslist", "--runtime-repo", "compiledFiles"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("set `target` in `planout.toml`"), "{}", run.stderr);
}

#[cfg(feature = "redis")]
#[test]
fn readers_take_its_options_for_redis() {
    let Some(server) = crate::support::redis::RedisServer::start() else { return };
    let folder = sandbox();
    let root = folder.path();
    let port = server.port().to_string();
    let ship = ["ship", "--target-backend", "redis", "--redis-port", &port, "--redis-key", "k"];
    let run = planout(root, &ship);
    assert_eq!(run.status, 0, "{}", run.stderr);
    for command in [
        &["nslist", "-n", "test_ns"][..],
        &["nslist", "--runtime-repo", "redis"],
        &["eval", "-n", "button_color", "userid=1"],
        &["perf", "-n", "page_size", "--iterations", "10"],
    ] {
        let redis = ["--redis-host", "localhost", "--redis-port", &port, "--redis-key", "k"];
        let run = planout(root, &[command, &redis, &["-v"]].concat());
        assert_eq!(run.status, 0, "{command:?}: {}", run.stderr);
        let location = format!("redis://localhost:{port}/0?key=k");
        assert!(run.stderr.contains(&location), "{command:?}: {}", run.stderr);
    }
    // One that is configured says more, such as who logs in.
    let config = format!("target = '{}'\n", server.url().replace("=planout4j", "=k"));
    fs::write(root.join("planout.toml"), config).expect("a file");
    let run = planout(root, &["nslist", "--runtime-repo", "redis", "-m", "experiments"]);
    assert!(run.stdout.contains("test_ns,"), "{}{}", run.stdout, run.stderr);
}

#[test]
fn a_pattern_matches_a_part_of_a_name_or_all_of_it() {
    let folder = sandbox();
    let names = |pattern: &str| {
        let run = planout(folder.path(), &["nslist", "-n", pattern, "--format", "json"]);
        let listed: serde_json::Value = serde_json::from_str(&run.stdout).unwrap_or_default();
        let listed = listed.as_array().cloned().unwrap_or_default();
        let names = listed.iter().map(|it| it["name"].as_str().unwrap_or_default().to_owned());
        names.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names("page_"), "page_size");
    assert_eq!(names("_"), "button_color page_size test_ns");
    assert_eq!(names("T_NS"), "test_ns");
    assert_eq!(names("B"), "button_color onboarding");
    assert_eq!(names(".*_s.*"), "page_size");
    assert_eq!(names("page.size|TEST.ns"), "page_size test_ns");
    // A regular expression that matches a part alone.
    assert_eq!(names("page.s"), "");
}

#[test]
fn perf_takes_its_word_for_a_definition() {
    let folder = sandbox();
    let perf = ["perf", "-n", "test_ns", "--def", "Default", "--iterations", "10"];
    let run = planout(folder.path(), &[&perf[..], &["--format", "json"]].concat());
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(run.stdout.contains("\"definition\": \"Default\""), "{}", run.stdout);
}

#[test]
fn a_namespace_may_end_in_capitals_where_a_file_is_named() {
    let folder = sandbox();
    let samples = folder.path().join("sample-namespaces");
    fs::copy(samples.join("test_ns.yaml"), folder.path().join("TEST.YAML")).expect("a copy");
    let run = planout(folder.path(), &["compile", "TEST.YAML"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(run.stdout.contains("\"name\": \"TEST\""), "{}", run.stdout);
    let run = planout(folder.path(), &["compile", "gone.YML"]);
    assert_eq!(run.status, 3, "{}", run.stderr);
}
