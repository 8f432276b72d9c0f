//! The library as a service uses it.

use std::path::Path;

use planout::dialect::SegmentHashing;
use planout::namespace::{AssignError, BuildError, SequenceError};
use planout::{Catalog, Dialect, Map, Namespace, NamespaceBuilder, Script, Value};

fn script(code: &str, dialect: Dialect) -> Script {
    Script::compile("test", code, dialect).expect("a valid script")
}

fn inputs<const N: usize>(pairs: [(&str, Value); N]) -> Map {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn builder(dialect: Dialect) -> NamespaceBuilder {
    let define = |builder: NamespaceBuilder, name, code| {
        builder.define(name, script(code, dialect)).expect("a new name")
    };
    let builder = NamespaceBuilder::new("ns", "userid", 100).dialect(dialect);
    let builder = define(builder, "A", "color = uniformChoice(choices=['r', 'g'], unit=userid);");
    let builder = define(builder, "B", "size = 3; ratio = 0.5; return false;");
    let builder = define(builder, "D", "color = 'grey'; size = 1;");
    builder.default_experiment("D").expect("a definition")
}

#[test]
fn everything_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Catalog>();
    shared::<Namespace>();
    shared::<Script>();
    shared::<planout::Assignment<'static>>();
}

#[test]
fn params_are_read_by_type_with_a_default() {
    let code =
        "i = 3; f = 2.5; b = true; s = 'x'; l = [1]; z = null; t = bernoulliTrial(p=1, unit=u);";
    for dialect in [Dialect::Planout4j, Dialect::Planout] {
        let script = script(code, dialect);
        let inputs = inputs([("u", Value::from(1))]);
        let params = script.evaluate("salt", &inputs).expect("params").params;
        assert_eq!((params.int("i", 0), params.int("f", 7), params.int("s", 7)), (3, 7, 7));
        assert_eq!((params.float("i", 0.0), params.float("f", 0.0)), (3.0, 2.5));
        assert_eq!((params.boolean("b", false), params.boolean("t", false)), (true, true));
        assert!(params.boolean("s", true));
        assert_eq!((params.string("s", "d"), params.string("i", "d")), ("x", "d"));
        assert_eq!((params.int("none", 5), params.int("z", 5)), (5, 5));
        let names: Vec<_> = params.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["i", "f", "b", "s", "l", "z", "t"]);
    }
}

#[test]
fn params_are_serialized_unless_json_cannot_hold_them() {
    let inputs = inputs([]);
    let serialized = |code: &str| {
        let script = script(code, Dialect::Planout4j);
        let params = script.evaluate("salt", &inputs).expect("params").params;
        serde_json::to_string(&params).map_err(|error| error.to_string())
    };
    assert_eq!(serialized("a = [1, 'x', null];").as_deref(), Ok(r#"{"a":[1.0,"x",null]}"#));
    assert!(serialized("a = 1/0;").is_err_and(|error| error.contains("inf")));
}

#[test]
fn every_unit_falls_into_the_experiment_that_holds_its_segment() {
    for dialect in [Dialect::Planout4j, Dialect::Planout] {
        let namespace = builder(dialect)
            .add("a", "A", 40)
            .and_then(|it| it.add("b", "B", 30))
            .and_then(|it| it.remove("a"))
            .and_then(|it| it.add("a", "A", 50))
            .and_then(NamespaceBuilder::build)
            .expect("a valid namespace");
        let held = |name| namespace.experiment(name).expect("active").segments();
        assert_eq!((held("a").len(), held("b").len()), (50, 30));
        assert_eq!(namespace.free_segments().len(), 20);
        let mut seen = [0; 3];
        for unit in 0..2000 {
            let inputs = inputs([("userid", Value::from(unit))]);
            let assignment = namespace.assign(&inputs).expect("an assignment");
            let segment = assignment.segment.expect("a segment");
            let expected = ["a", "b"].into_iter().find(|name| held(name).contains(&segment));
            assert_eq!(assignment.experiment, expected);
            match expected {
                Some("a") => seen[0] += 1,
                Some(_) => {
                    seen[1] += 1;
                    assert!(!assignment.in_experiment);
                    assert_eq!(assignment.params.int("size", 0), 3);
                    assert_eq!(assignment.params.string("color", ""), "grey");
                }
                None => {
                    seen[2] += 1;
                    assert_eq!(assignment.definition, "D");
                }
            }
        }
        assert!(seen[0] > 900 && seen[1] > 500 && seen[2] > 300, "{seen:?}");
    }
}

#[test]
fn a_baseline_request_sees_the_default() {
    let namespace = builder(Dialect::Planout4j)
        .add("a", "A", 100)
        .and_then(NamespaceBuilder::build)
        .expect("a valid namespace");
    let baseline = Value::from(true);
    let with_unit = inputs([("userid", Value::from(1)), ("_baseline_", baseline.clone())]);
    let assignment = namespace.assign(&with_unit).expect("an assignment");
    assert_eq!((assignment.experiment, assignment.segment.is_some()), (None, true));
    let without_unit = inputs([("_baseline_", baseline)]);
    assert_eq!(namespace.assign(&without_unit).expect("an assignment").segment, None);
    // Only the boolean asks for it.
    let almost = inputs([("_baseline_", Value::from("true"))]);
    let error = namespace.assign(&almost).expect_err("no unit");
    assert!(matches!(error, AssignError::MissingUnit { .. }), "{error}");
    assert_eq!(error.to_string(), "the primary unit `userid` of namespace `ns` is missing");
}

#[test]
fn overrides_are_held_and_move_nobody() {
    let namespace = builder(Dialect::Planout4j)
        .add("a", "A", 60)
        .and_then(NamespaceBuilder::build)
        .expect("a valid namespace");
    let overrides = inputs([("color", Value::from("pink")), ("userid", Value::from("other"))]);
    for unit in 0..100 {
        let inputs = inputs([("userid", Value::from(unit))]);
        let plain = namespace.assign(&inputs).expect("an assignment");
        let held = namespace.assign_with(&inputs, &overrides).expect("an assignment");
        assert_eq!((plain.segment, plain.experiment), (held.segment, held.experiment));
        assert_eq!(held.params.string("color", ""), "pink");
    }
}

#[test]
fn shared_hashing_ignores_the_name_and_namespace_hashing_does_not() {
    let build = |name, hashing| {
        NamespaceBuilder::new(name, "u", 1000)
            .segment_hashing(hashing)
            .define("D", script("x = 1;", Dialect::Planout4j))
            .and_then(|it| it.default_experiment("D"))
            .and_then(NamespaceBuilder::build)
            .expect("a valid namespace")
    };
    let segments = |hashing| {
        let (a, b) = (build("a", hashing), build("b", hashing));
        (0..100).filter(|&u| a.segment(&Value::from(u)) == b.segment(&Value::from(u))).count()
    };
    assert_eq!(segments(SegmentHashing::Shared), 100);
    assert!(segments(SegmentHashing::Namespace) < 5);
}

#[test]
fn what_cannot_be_built_says_why() {
    let error = |result: Result<NamespaceBuilder, BuildError>| {
        result.and_then(NamespaceBuilder::build).expect_err("an error").to_string()
    };
    let start = || builder(Dialect::Planout4j);
    assert_eq!(error(start().add("a", "a", 1)), "definition `a` is not defined: did you mean `A`?");
    assert_eq!(
        error(start().add("a", "A", 60).and_then(|it| it.add("b", "B", 41))),
        "experiment `b` asks for 41 segments and 40 are free: `a` holds 60"
    );
    assert_eq!(error(start().remove("a")), "experiment `a` is not active");
    assert_eq!(
        start().add("a", "A", 1).and_then(|it| it.add("a", "A", 1)).expect_err("twice"),
        BuildError::Sequence(SequenceError::AlreadyActive { name: "a".to_owned() })
    );
    assert_eq!(error(start().add("a", "A", 0)), "experiment `a` asks for no segments");
    let none = NamespaceBuilder::new("ns", "u", 10);
    assert_eq!(error(Ok(none)), "the namespace has no default experiment");
    let huge = NamespaceBuilder::new("ns", "u", 10_000_001);
    assert_eq!(error(Ok(huge)), "a namespace has from 1 to 10000000 segments, not 10000001");
    for name in ["", ".hidden", "../x", "a/b", "a\\b", "a\nb"] {
        assert!(error(Ok(NamespaceBuilder::new(name, "u", 10))).contains("cannot be the name"));
    }
}

#[test]
fn a_namespace_is_of_one_dialect_whatever_is_said_first() {
    let dialects = [Dialect::Planout4j, Dialect::Planout];
    for (own, other) in [(dialects[0], dialects[1]), (dialects[1], dialects[0])] {
        let define = |builder: NamespaceBuilder, name, dialect| {
            builder.define(name, script("x = 1;", dialect)).expect("a new name")
        };
        let build = |builder: NamespaceBuilder| {
            builder.default_experiment("A").and_then(NamespaceBuilder::build)
        };
        let start = || NamespaceBuilder::new("ns", "u", 10);

        // The dialect before the definitions, after them, between them, and changed on the way.
        let first = define(define(start().dialect(own), "A", own), "B", other);
        let last = define(define(start(), "A", own), "B", other).dialect(own);
        let between = define(define(start(), "A", own).dialect(own), "B", other);
        let again = define(define(start().dialect(other), "A", own), "B", other).dialect(own);
        for builder in [first, last, between, again] {
            let mixed =
                BuildError::Dialect { definition: "B".to_owned(), script: other, namespace: own };
            assert_eq!(build(builder).expect_err("two dialects"), mixed);
        }

        let first = build(define(start().dialect(own), "A", own));
        let last = build(define(start(), "A", own).dialect(own));
        for namespace in [first, last] {
            assert_eq!(namespace.expect("one dialect").dialect(), own);
        }
    }
    // Without a word it is planout4j's.
    let other =
        NamespaceBuilder::new("ns", "u", 10).define("A", script("x = 1;", Dialect::Planout));
    let error = other.and_then(|it| it.default_experiment("A")).and_then(NamespaceBuilder::build);
    assert_eq!(
        error.expect_err("two dialects").to_string(),
        "definition `A` is of the dialect planout, the namespace of planout4j"
    );
}

#[test]
fn only_tests_can_tell_the_library_to_fail() {
    // What a build has that is not one of tests, and what an own build of the library can have.
    for arguments in [&["--edges", "no-dev"][..], &["--edges", "no-dev", "--no-default-features"]] {
        let output = std::process::Command::new(env!("CARGO"))
            .args(["tree", "--locked", "--offline", "--depth", "0", "--format", "{p} [{f}]"])
            .args(arguments)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo runs");
        let tree = String::from_utf8_lossy(&output.stdout);
        assert!(tree.starts_with("planout v"), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(!tree.contains("failpoint"), "{tree}");
    }
}

/// What `cargo tree` prints.
fn tree(arguments: &[&str]) -> String {
    let output = std::process::Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--edges", "normal", "--prefix", "none"])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let tree = String::from_utf8_lossy(&output.stdout);
    assert!(tree.starts_with("planout"), "{}", String::from_utf8_lossy(&output.stderr));
    tree.into_owned()
}

#[test]
fn evaluation_alone_takes_few_crates_and_none_for_files() {
    let tree = tree(&["--no-default-features", "--format", "{lib}"]);
    let crates: std::collections::BTreeSet<&str> =
        tree.lines().map(|line| line.trim_end_matches("(*)").trim()).collect();
    for files in ["tempfile", "walkdir", "libc", "rustix", "getrandom"] {
        assert!(!crates.contains(files), "{files}");
    }
    // Those of another processor are others.
    assert!(crates.len() < 43, "{} crates: {crates:?}", crates.len());
}

#[test]
fn every_feature_stands_in_the_tables_of_features() {
    let manifest = include_str!("../Cargo.toml");
    let (_, features) = manifest.split_once("[features]\n").expect("features");
    let (features, _) = features.split_once("\n[").expect("an end");
    let names = features.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name);
    let is_name = |name: &&str| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let names: Vec<_> = names.filter(is_name).filter(|name| *name != "default").collect();
    assert!(names.contains(&"store") && names.len() >= 9, "{names:?}");
    for name in names {
        let quoted = format!("`{name}`");
        let library = include_str!("../src/lib.rs");
        assert!(library.contains(&format!("//! | {quoted} |")), "{name} in src/lib.rs");
        let is_told = include_str!("../README.md").contains(&quoted);
        assert!(is_told || name == "failpoint", "{name} in README.md");
    }
}

#[test]
fn messages_of_the_library_name_no_flags_and_no_commands() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut checked = 0;
    for path in planout::store::files(&root, planout::store::Folders::All).expect("the sources") {
        let inside = path.strip_prefix(&root).expect("a path below it");
        if inside.starts_with("cli") || inside.starts_with("main.rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a source");
        // Comments may speak of the program.
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            let mut words = line.split(|at: char| !(at.is_alphanumeric() || at == '-'));
            let is_flag = |word: &&str| {
                let name = word.strip_prefix("--").unwrap_or_default();
                name.starts_with(|first: char| first.is_ascii_lowercase())
            };
            let flag = words.clone().find(is_flag);
            assert_eq!(flag, None, "{}: {line}", path.display());
            let command = words.any(|word| word == "planout")
                && COMMANDS.iter().any(|command| line.contains(&format!("planout {command}")));
            assert!(!command, "{}: {line}", path.display());
        }
        checked += 1;
    }
    assert!(checked > 100, "{checked} files");
}

/// The commands of the program that say what to do in other messages.
const COMMANDS: [&str; 14] = [
    "audit", "check", "compile", "eval", "explain", "fmt", "nslist", "perf", "plan", "power",
    "ramp", "ship", "simulate", "stop",
];

#[test]
fn threads_agree() {
    let namespace = builder(Dialect::Planout)
        .add("a", "A", 50)
        .and_then(NamespaceBuilder::build)
        .expect("a valid namespace");
    let assign = |from: i64| {
        let units = (from..from + 500).map(|unit| {
            let inputs = inputs([("userid", Value::from(unit))]);
            let assignment = namespace.assign(&inputs).expect("an assignment");
            (assignment.segment, assignment.params.to_map())
        });
        units.collect::<Vec<_>>()
    };
    let alone: Vec<_> = (0..4).flat_map(|part| assign(part * 500)).collect();
    let together: Vec<_> = std::thread::scope(|scope| {
        let parts: Vec<_> = (0..4).map(|part| scope.spawn(move || assign(part * 500))).collect();
        parts.into_iter().flat_map(|part| part.join().expect("a thread")).collect()
    });
    assert_eq!(alone, together);
}
