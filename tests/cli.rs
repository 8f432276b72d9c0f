//! The command line: streams, exit statuses, configuration, locations.

mod environment;
mod spelling;

use std::fs;
use std::path::Path;

use crate::support::{Run, names, planout, planout_with_input, sandbox, shell};

/// Asserts the exit status and returns both streams.
fn expect(status: i32, run: Run) -> Run {
    assert_eq!(run.status, status, "\nstdout: {}\nstderr: {}", run.stdout, run.stderr);
    run
}

#[test]
fn answers_and_notes_go_to_different_streams() {
    let folder = sandbox();
    let run = expect(0, planout(folder.path(), &["eval", "--ns", "button_color", "userid=1"]));
    assert!(run.stdout.starts_with("{\n"), "{}", run.stdout);
    assert!(run.stderr.starts_with("button_color: "), "{}", run.stderr);
    let run =
        expect(0, planout(folder.path(), &["-q", "eval", "--ns", "button_color", "userid=1"]));
    assert_eq!(run.stderr, "");
}

#[cfg(target_os = "linux")]
#[test]
fn help_that_cannot_be_printed_says_so() {
    for help in ["--help", "help", "--version", "help eval", "eval --help", "eval -h"] {
        let said = shell(&format!("planout {help} > /dev/full; echo $?"), sandbox().path());
        assert!(said.contains("No space left on device"), "{help}: {said}");
        assert!(said.starts_with("3\n") || said.ends_with("3\n"), "{help}: {said}");
    }
}

#[test]
fn exit_statuses_are_those_of_the_contract() {
    let folder = sandbox();
    let status = |arguments: &[&str]| planout(folder.path(), arguments).status;
    assert_eq!(status(&["compile", "x = 1;"]), 0);
    assert_eq!(status(&["--help"]), 0);
    assert_eq!(status(&["--version"]), 0);
    assert_eq!(status(&["compile", "x = ;"]), 1);
    assert_eq!(status(&["eval", "--ns", "nope", "userid=1"]), 1);
    assert_eq!(status(&["eval", "--ns", "test_ns"]), 1);
    assert_eq!(status(&["eval", "--ns", "test_ns", "userid=1", "--exp", "nope"]), 1);
    assert_eq!(status(&["eval", "--ns", "test_ns", "userid=1", "--definition", "nope"]), 1);
    assert_eq!(status(&["eval", "--script", "x = 1 % 0;"]), 1);
    assert_eq!(status(&["compile", "sample-namespaces"]), 1);
    assert_eq!(status(&[]), 2);
    assert_eq!(status(&["compil"]), 2);
    assert_eq!(status(&["eval", "userid=1"]), 2);
    assert_eq!(status(&["eval", "--ns", "test_ns", "userid"]), 2);
    assert_eq!(status(&["eval", "--ns", "test_ns", "userid:={"]), 2);
    assert_eq!(status(&["ship", "sample-namespaces", "sample-namespaces"]), 2);
    assert_eq!(status(&["ship", "sample-namespaces", "sample-namespaces/compiled"]), 2);
    assert_eq!(status(&["eval", "--script", "x = 1;", "--default"]), 2);
    assert_eq!(status(&["compile", "x = 1;", "--dialect", "planet"]), 2);
    assert_eq!(status(&["nslist", "-n", "(", "sample-namespaces"]), 2);
    assert_eq!(status(&["nslist", "ftp://localhost"]), 2);
    assert_eq!(status(&["nslist", "redis://localhost:0"]), 2);
    assert_eq!(status(&["compile", "no/such/file.yaml"]), 3);
    assert_eq!(status(&["nslist", "no-such-folder"]), 3);
    assert_eq!(status(&["compile", "x = 1;", "no/such/folder/out.json"]), 3);
    assert_eq!(status(&["--config", "no.toml", "nslist"]), 3);
}

#[test]
fn what_is_nearly_right_gets_the_right_one() {
    let folder = sandbox();
    let stderr = |arguments: &[&str]| planout(folder.path(), arguments).stderr;
    assert!(stderr(&["eval", "--ns", "test_sn", "userid=1"]).contains("did you mean `test_ns`?"));
    let run = stderr(&["eval", "--ns", "test_ns", "userid=1", "--exp", "Group_Goals.run_1"]);
    assert!(run.contains("did you mean `Group_Goals.run_2`?"), "{run}");
    let run = stderr(&["eval", "--ns", "test_ns", "userid=1", "--definition", "Defalt"]);
    assert!(run.contains("did you mean `Default`?"), "{run}");
    assert!(stderr(&["nslits"]).contains("nslist"));
    assert!(stderr(&["nslist", "--mod", "full"]).contains("--mode"));
    assert!(stderr(&["compile", "x=1;", "--dialect", "planuot"]).contains("`planout`"));
    let run = stderr(&["eval", "--script", "x = uniformChoise(choices=[1], unit=u);"]);
    assert!(run.contains("did you mean `uniformChoice`?"), "{run}");
}

#[test]
fn a_failed_compile_leaves_the_output_alone() {
    let folder = sandbox();
    let out = folder.path().join("out.json");
    fs::write(&out, "old").expect("a file");
    expect(1, planout(folder.path(), &["compile", "x = ;", "out.json"]));
    assert_eq!(fs::read_to_string(&out).expect("a file"), "old");
    expect(0, planout(folder.path(), &["compile", "x = 1;", "out.json", "--no-pretty"]));
    let json = r#"{"op":"seq","seq":[{"op":"set","var":"x","value":1.0}]}"#;
    assert_eq!(fs::read_to_string(&out).expect("a file"), format!("{json}\n"));
    assert_eq!(names(folder.path()), ["out.json", "planout.toml", "sample-namespaces"]);
}

#[cfg(unix)]
#[test]
fn an_output_that_is_no_plain_file_stays_what_it_is() {
    let folder = sandbox();
    let pipe =
        "mkfifo pipe; planout compile 'x = 1;' pipe --no-pretty & cat pipe; wait; ls -F pipe";
    let json = r#"{"op":"seq","seq":[{"op":"set","var":"x","value":1.0}]}"#;
    assert_eq!(crate::support::shell(pipe, folder.path()), format!("{json}\npipe|\n"));
    expect(1, planout(folder.path(), &["compile", "x = 1;", "sample-namespaces"]));
}

#[test]
fn nothing_is_shipped_unless_all_is_valid() {
    let folder = sandbox();
    expect(0, planout(folder.path(), &["ship", "sample-namespaces", "out"]));
    let out = folder.path().join("out");
    let shipped = [
        ".planout-lock",
        ".planout-revision",
        "button_color.json",
        "onboarding.json",
        "page_size.json",
        "test_ns.json",
    ];
    assert_eq!(names(&out), shipped);
    let before = fs::metadata(out.join("test_ns.json")).and_then(|it| it.modified());

    // Both a valid change and a broken file: neither arrives.
    let sample = folder.path().join("sample-namespaces/button_color.yaml");
    let text = fs::read_to_string(&sample).expect("a sample");
    fs::write(&sample, text.replace("label = 'Join';", "label = 'Enter';")).expect("a file");
    let broken = folder.path().join("sample-namespaces/broken.yaml");
    fs::write(&broken, "namespace: {unit: u, segments: 10000000000}\n").expect("a file");
    let old = fs::read(out.join("button_color.json")).expect("a file");
    let run = expect(1, planout(folder.path(), &["ship", "sample-namespaces", "out"]));
    assert!(run.stderr.contains("nothing was shipped"), "{}", run.stderr);
    assert_eq!(fs::read(out.join("button_color.json")).expect("a file"), old);
    assert_eq!(names(&out), shipped);

    fs::remove_file(broken).expect("a file");
    let run = expect(0, planout(folder.path(), &["ship", "sample-namespaces", "out", "--dry-run"]));
    assert!(run.stdout.contains("updated    button_color\nunchanged  onboarding\n"));
    assert_eq!(fs::read(out.join("button_color.json")).expect("a file"), old);
    expect(0, planout(folder.path(), &["ship", "-s", "sample-namespaces", "-d", "out"]));
    assert_ne!(fs::read(out.join("button_color.json")).expect("a file"), old);
    // What did not change was not touched.
    let after = fs::metadata(out.join("test_ns.json")).and_then(|it| it.modified());
    assert_eq!(before.expect("a time"), after.expect("a time"));
}

#[cfg(unix)]
#[test]
fn shipped_files_have_the_mode_of_any_new_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = sandbox();
    expect(0, planout(folder.path(), &["ship", "sample-namespaces", "out"]));
    let plain = folder.path().join("plain");
    fs::write(&plain, "").expect("a file");
    let mode = |path: &Path| fs::metadata(path).expect("a file").permissions().mode();
    assert_eq!(mode(&folder.path().join("out/test_ns.json")), mode(&plain));
}

#[test]
fn two_files_of_one_name_are_an_error() {
    let folder = sandbox();
    let samples = folder.path().join("sample-namespaces");
    fs::create_dir(samples.join("more")).expect("a folder");
    fs::copy(samples.join("test_ns.yaml"), samples.join("more/test_ns.yml")).expect("a copy");
    let ship = ["ship", "sample-namespaces", "out", "--recursive"];
    let run = expect(1, planout(folder.path(), &ship));
    assert!(run.stderr.contains("P0212"), "{}", run.stderr);
    let eval = ["eval", "--ns", "test_ns", "userid=1", "--recursive"];
    let run = expect(1, planout(folder.path(), &eval));
    assert!(run.stderr.contains("rename one"), "{}", run.stderr);
}

#[test]
fn a_broken_namespace_does_not_hide_the_others() {
    let folder = sandbox();
    let broken = folder.path().join("sample-namespaces/broken.yaml");
    fs::write(broken, "namespace: {unit: u}\n").expect("a file");
    let run = expect(1, planout(folder.path(), &["nslist", "-m", "experiments"]));
    assert!(run.stdout.contains("test_ns,Group_Goals.run_2\n"), "{}", run.stdout);
    assert!(run.stderr.contains("missing key `segments`"), "{}", run.stderr);
    expect(0, planout(folder.path(), &["nslist", "-n", "test_ns"]));
}

#[test]
fn what_was_shipped_answers_like_its_source() {
    let folder = sandbox();
    expect(0, planout(folder.path(), &["ship", "sample-namespaces", "out"]));
    for namespace in ["test_ns", "button_color", "page_size", "onboarding"] {
        for unit in 0..20 {
            let user = format!("userid={unit}");
            let more = ["sourceid=1", "storyid=2", "viewerid=3", "country=FR", "--format", "json"];
            let eval = |from: &str| {
                let mut arguments = vec!["eval", "--ns", namespace, user.as_str(), "--from", from];
                arguments.extend(more);
                expect(0, planout(folder.path(), &arguments)).stdout
            };
            assert_eq!(eval("sample-namespaces"), eval("out"));
        }
    }
    // A single file is a location too.
    let one = ["nslist", "out/test_ns.json", "-m", "full", "--no-pretty"];
    let two = ["nslist", "sample-namespaces/test_ns.yaml", "-m", "full", "--no-pretty"];
    let (one, two) = (planout(folder.path(), &one), planout(folder.path(), &two));
    assert_eq!(expect(0, one).stdout, expect(0, two).stdout);
}

#[test]
fn what_is_compiled_keeps_its_dialect() {
    let folder = sandbox();
    let eval = ["eval", "--ns", "test_ns", "userid=123", "--format", "json", "--from"];
    let answer = |from: &str| {
        let arguments: Vec<_> = eval.iter().copied().chain([from]).collect();
        expect(0, planout(folder.path(), &arguments)).stdout
    };
    let source = answer("sample-namespaces");
    expect(0, planout(folder.path(), &["ship", "sample-namespaces", "java"]));
    fs::write(folder.path().join("planout.toml"), "dialect = 'planout'\n").expect("a file");
    assert_eq!(answer("java"), source);
    let other = answer("sample-namespaces");
    assert_ne!(other, source);
    expect(0, planout(folder.path(), &["ship", "sample-namespaces", "python"]));
    fs::remove_file(folder.path().join("planout.toml")).expect("a file");
    assert_eq!(answer("python"), other);
}

#[test]
fn a_flag_wins_over_the_environment_over_the_file() {
    let folder = sandbox();
    let root = folder.path();
    fs::create_dir_all(root.join("deep/er")).expect("a folder");
    // The nearest file upwards, and its paths relative to itself.
    let run = expect(0, planout(&root.join("deep/er"), &["nslist", "-m", "experiments"]));
    assert!(run.stdout.contains("test_ns,"), "{}", run.stdout);
    fs::write(root.join("deep/planout.toml"), "source = '../nothing'\n").expect("a file");
    expect(3, planout(&root.join("deep/er"), &["nslist"]));
    let config = ["--config", "../../planout.toml", "nslist"];
    expect(0, planout(&root.join("deep/er"), &config));

    fs::write(root.join("planout.toml"), "dialect = 'planout'\n").expect("a file");
    let script = ["eval", "--script", "x = 2;"];
    assert_eq!(planout(root, &script).stdout, "{\n  \"x\": 2\n}\n");
    let script = ["eval", "--script", "x = 2;", "--dialect", "planout4j"];
    assert_eq!(planout(root, &script).stdout, "{\n  \"x\": 2.0\n}\n");

    for (text, problem) in [
        ("sorce = 'x'\n", "sorce"),
        ("dialect = 'planet'\n", "planet"),
        ("[checks]\nP9999 = 'off'\n", "P9999"),
        ("[checks]\nP0001 = 'loud'\n", "loud"),
        ("source = \n", "planout.toml"),
    ] {
        fs::write(root.join("planout.toml"), text).expect("a file");
        let run = expect(1, planout(root, &["nslist"]));
        assert!(run.stderr.contains(problem), "{}", run.stderr);
    }
}

#[test]
fn inputs_keep_their_text_or_their_type() {
    let folder = sandbox();
    let eval = |arguments: &[&str]| {
        let mut all = vec!["eval", "-q", "--dialect", "planout", "--script", "x = a; y = b;"];
        all.extend(arguments);
        expect(0, planout(folder.path(), &all)).stdout.replace(['\n', ' '], "")
    };
    assert_eq!(eval(&["a=007", "b=x=y"]), r#"{"x":"007","y":"x=y"}"#);
    assert_eq!(eval(&["a:=7", "b:=7.0"]), r#"{"x":7,"y":7.0}"#);
    assert_eq!(eval(&["--inputs", r#"{"a": [1], "b": 2}"#, "b=3"]), r#"{"x":[1],"y":"3"}"#);
    assert_eq!(eval(&["--unit", "a=", "--override", "b:=null"]), r#"{"b":null,"x":"","y":null}"#);
}

#[test]
fn standard_input_and_arguments_are_told_apart() {
    let folder = sandbox();
    let run = planout_with_input(folder.path(), &["compile", "-", "--no-pretty"], b"x = 1;");
    assert!(expect(0, run).stdout.starts_with(r#"{"op":"seq""#));
    let yaml = fs::read(folder.path().join("sample-namespaces/test_ns.yaml")).expect("a sample");
    let named = ["compile", "-", "--namespace", "--name", "other", "--no-pretty"];
    let run = expect(0, planout_with_input(folder.path(), &named, &yaml));
    assert!(run.stdout.contains(r#""name":"other""#), "{}", run.stdout);
    let run =
        planout_with_input(folder.path(), &["eval", "--script", "-"], br#"{"op":"seq","seq":[]}"#);
    assert_eq!(expect(0, run).stdout, "{}\n");
    let run = planout_with_input(folder.path(), &["compile", "-"], b"\xff");
    assert!(expect(1, run).stderr.contains("not UTF-8"));
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_ends_the_program_quietly() {
    let folder = sandbox();
    // By the time of the first write, nobody reads.
    let command = "(sleep 0.3; planout nslist -m full; echo status $? >&2) | true";
    assert_eq!(crate::support::shell(command, folder.path()), "status 0\n");
}

#[test]
fn a_failing_script_shows_the_line_of_its_file() {
    let folder = sandbox();
    let path = folder.path().join("sample-namespaces/button_color.yaml");
    let text = fs::read_to_string(&path).expect("a sample");
    fs::write(&path, text.replace("color = '#3b5998';", "color = 1 % zero;")).expect("a file");
    let run = expect(1, planout(folder.path(), &["eval", "--ns", "button_color", "userid=1"]));
    let expected = "\
error[P0300]: definition `Default` of namespace `button_color` failed: `right` of `%` is null: `zero` has no value
  --> sample-namespaces/button_color.yaml:14:15
   |
14 |       color = 1 % zero;
   |               ^^^^^^^^

1 error
for more: `planout explain P0300`
";
    assert_eq!(run.stderr, expected);
}

#[test]
fn only_scripts_are_evaluated_as_scripts() {
    let folder = sandbox();
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("a file");
    };
    write("package.json", r#"{"name": "x", "version": "1"}"#);
    write("compiled.json", r#"{"namespace": {"name": "x"}, "experiment_definitions": {}}"#);
    let samples = "sample-namespaces/button_color.yaml";
    write("my own.YAML", "");
    for (file, expected, help) in [
        ("my own.YAML", "is YAML, the format", "--ns 'my own' --from 'my own.YAML'`"),
        ("package.json", "`package.json` is JSON, and not a compiled script", "the key `op`"),
        ("compiled.json", "`compiled.json` is a namespace, not a script", "--ns compiled --from"),
        (
            samples,
            "is YAML, the format of namespaces and not of scripts",
            "--ns button_color --from sample",
        ),
    ] {
        let run = planout(folder.path(), &["eval", "--script", file, "userid=1"]);
        assert_eq!((run.status, run.stdout.as_str()), (1, ""), "{}", run.stderr);
        assert!(run.stderr.contains(expected), "{}", run.stderr);
        assert!(run.stderr.contains(help), "{}", run.stderr);
    }
    // An empty script is one, too.
    for code in ["", "x = 1;"] {
        let run = planout(folder.path(), &["compile", code, "own.json"]);
        assert_eq!(run.status, 0, "{}", run.stderr);
        let run = planout(folder.path(), &["eval", "--script", "own.json"]);
        assert_eq!(run.status, 0, "{code}: {}", run.stderr);
    }
}
