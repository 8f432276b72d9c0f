//! `planout check` as a command: what it reads, what it prints where, and its status.

use crate::support::{Run, planout, planout_with_input, sandbox};

const WRONG: &str = "x = uniformChoice(choices=[1], unit=u);\n";
const BROKEN: &str = "x = ;\n";
const RIGHT: &str = "x = 1;\n";

/// Runs a check in a folder with the samples and some files more.
fn check(files: &[(&str, &str)], arguments: &[&str], input: &str) -> Run {
    let folder = sandbox();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    planout_with_input(folder.path(), &[&["check"], arguments].concat(), input.as_bytes())
}

#[test]
fn the_samples_are_clean() {
    let run = check(&[], &["--deny", "warnings"], "");
    assert_eq!((run.status, run.stdout.as_str()), (0, ""));
    assert_eq!(run.stderr, "checked 4 files: no problems\n");
    assert_eq!(check(&[], &["-q"], "").stderr, "");
}

#[test]
fn what_is_checked() {
    let one = |files: &[(&str, &str)], arguments: &[&str]| {
        let run = check(files, arguments, "");
        assert_eq!(run.stdout, "");
        (run.status, run.stderr)
    };
    // Scripts of a folder are checked with its namespaces, other files are not.
    let files = [("a/x.planout", WRONG), ("a/b/y.planout", BROKEN), ("a/z.txt", BROKEN)];
    let (status, printed) = one(&files, &["a", "sample-namespaces", "--recursive"]);
    assert_eq!(status, 1);
    assert!(printed.contains("warning[P0503]") && printed.contains("--> a/x.planout:1:27"));
    assert!(printed.contains("error[P0001]") && printed.contains("--> a/b/y.planout:1:5"));
    assert!(!printed.contains("z.txt"), "{printed}");
    // Any other file that is named is a script.
    let (status, printed) = one(&files, &["a/z.txt"]);
    assert!(status == 1 && printed.contains("--> a/z.txt:1:5"), "{printed}");
    let (status, printed) = one(&[("r.planout", RIGHT)], &["r.planout"]);
    assert_eq!((status, printed.as_str()), (0, "checked 1 file: no problems\n"));
    let (status, printed) = one(&[("w.planout", WRONG)], &["w.planout"]);
    assert!(status == 0 && printed.contains("1 warning\n"), "{printed}");
}

#[test]
fn standard_input_is_a_script_or_a_namespace() {
    let run = check(&[], &["-"], WRONG);
    assert!(run.status == 0 && run.stderr.contains("--> <stdin>:1:27"), "{}", run.stderr);
    let run = check(&[], &["-", "--namespace"], &super::around("x = age;"));
    assert!(run.stderr.contains("warning[P0403]"), "{}", run.stderr);
    assert!(run.stderr.contains("--> <stdin>:5:11"), "{}", run.stderr);
    // In the other dialect `!` binds to the next value.
    let trap = "x = !a == b;";
    assert!(check(&[], &["-"], trap).stderr.contains("P0410"));
    assert!(!check(&[], &["-", "--dialect", "planout"], trap).stderr.contains("P0410"));
}

#[test]
fn nothing_to_check_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("empty")).expect("a folder");
    let run = planout(folder.path(), &["check", "empty"]);
    assert_eq!((run.status, run.stderr.as_str()), (1, "error: nothing to check in `empty`\n"));
    let run = planout(folder.path(), &["check"]);
    assert_eq!(run.status, 2, "{}", run.stderr);
    assert!(run.stderr.contains("nothing to check: name a directory or a file"));
    for missing in ["missing", "missing.yaml", "missing.planout"] {
        let run = planout(folder.path(), &["check", missing]);
        assert!(run.status == 3 && run.stderr.contains(missing), "{}: {}", run.status, run.stderr);
    }
}

#[test]
fn reports_for_programs_go_to_standard_output() {
    let print = |format: &str, text: &str, flags: &[&str]| {
        let arguments = [&["x.planout", "--format", format], flags].concat();
        let run = check(&[("x.planout", text)], &arguments, "");
        assert!(run.stderr.starts_with("checked 1 file"), "{}", run.stderr);
        (run.status, run.stdout)
    };
    for (text, flags, status) in [
        (RIGHT, &[][..], 0),
        (WRONG, &[], 0),
        (WRONG, &["--deny", "warnings"], 1),
        (BROKEN, &[], 1),
    ] {
        let (printed, json) = print("json", text, flags);
        assert_eq!(printed, status);
        let json: serde_json::Value = serde_json::from_str(&json).expect("json");
        assert_eq!(json.as_array().map(Vec::len), Some(usize::from(text != RIGHT)));

        let (printed, sarif) = print("sarif", text, flags);
        assert_eq!(printed, status);
        let sarif: serde_json::Value = serde_json::from_str(&sarif).expect("json");
        let results = &sarif["runs"][0]["results"];
        assert_eq!(results.as_array().map(Vec::len), Some(usize::from(text != RIGHT)));

        let (printed, github) = print("github", text, flags);
        assert_eq!(printed, status);
        let severity = if status == 1 { "::error " } else { "::warning " };
        assert_eq!(github.starts_with(severity), text != RIGHT, "{github}");

        let (printed, junit) = print("junit", text, flags);
        assert_eq!(printed, status);
        let document = roxmltree::Document::parse(&junit).expect("xml");
        let cases = document.descendants().filter(|node| node.has_tag_name("testcase"));
        assert_eq!(cases.count(), 1, "{junit}");
    }
}

const OWN: &str = "\
allowed = inPopulation(name='beta', anything=[userid]);
x = uniformChioce(choices=[1, 2], unit=userid);
y = inPopulatoin(name='beta');
z = oddly(1, 2);
";

#[test]
fn operators_of_the_project_are_known() {
    let config = "[checks]\noperators = [\"inPopulation\", \"oddly\"]\n";
    let files = [("own/planout.toml", config), ("own/x.planout", OWN)];
    for dialect in ["planout4j", "planout"] {
        let arguments = ["own/x.planout", "--dialect", dialect, "--config", "own/planout.toml"];
        let run = check(&files, &arguments, "");
        assert_eq!(run.status, 1, "{}", run.stderr);
        assert_eq!(run.stderr.matches("error[P0400]").count(), 2, "{}", run.stderr);
        assert_eq!(run.stderr.matches("error").count(), 3, "{}", run.stderr);
        assert!(run.stderr.contains("x.planout:2:5") && run.stderr.contains("x.planout:3:5"));
        assert!(run.stderr.contains("did you mean `uniformChoice`?"), "{}", run.stderr);
        assert!(run.stderr.contains("did you mean `inPopulation`?"), "{}", run.stderr);
    }
    // In a namespace too, where it is compiled already, and where it is misspelt.
    let namespace = super::around("x = inPopulation(name='beta', userid=userid);");
    let files = [("own/planout.toml", config), ("own/x.yaml", namespace.as_str())];
    let run = check(&files, &["own/x.yaml", "--config", "own/planout.toml"], "");
    let expected = "\
checked 1 file: no problems
operators of your own that cannot run here: `inPopulation`; an evaluation that reaches one of them fails
";
    assert_eq!((run.status, run.stderr.as_str()), (0, expected));
    let run = check(&files, &["own/x.yaml", "--config", "own/planout.toml", "-q"], "");
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    let run = check(&files, &["own/x.yaml"], "");
    assert!(run.status == 1 && run.stderr.contains("P0400"), "{}", run.stderr);

    // It cannot be run here, which is said in other words than of one that does not exist.
    let folder = sandbox();
    std::fs::write(folder.path().join("planout.toml"), config).expect("a file");
    let code = "x = inPopulation(name='beta');";
    let run = planout(folder.path(), &["eval", "--script", code, "userid=1"]);
    assert_eq!(run.status, 1);
    let expected = "error[P0300]: the script failed: `inPopulation` is declared as an operator of \
                    your own, and this program cannot run it";
    assert!(run.stderr.contains(expected), "{}", run.stderr);
    let run = planout(folder.path(), &["eval", "--script", "x = inPop(name='beta');", "userid=1"]);
    assert!(run.stderr.contains("unknown operator `inPop`"), "{}", run.stderr);
}

/// What a check cannot vouch for is said of every form of a script, and of nothing else.
#[test]
fn operators_that_are_not_run_here_are_named() {
    let config = "[checks]\noperators = [\"inPopulation\", \"oddly\", \"never\"]\n";
    let code = "x = inPopulation(name='beta'); y = oddly(1, oddly(2, 3));\n";
    let compiled = r#"{"op": "set", "var": "x", "value": {"op": "oddly", "value": 1}}"#;
    let namespace = super::around("x = inPopulation(name='beta', userid=userid);");
    let files = [
        ("own/planout.toml", config),
        ("own/x.planout", code),
        ("own/y.json", compiled),
        ("own/z.yaml", namespace.as_str()),
        ("own/none.planout", "x = 1;\n"),
    ];
    let named = |arguments: &[&str]| {
        let run = check(&files, &[arguments, &["--config", "own/planout.toml"]].concat(), code);
        let line =
            run.stderr.lines().find_map(|line| line.strip_prefix("operators of your own that "));
        let line = line.and_then(|line| line.strip_prefix("cannot run here: "));
        line.and_then(|line| line.split_once("; an")).map(|(names, _)| names.to_owned())
    };
    let both = Some("`inPopulation`, `oddly`".to_owned());
    assert_eq!(named(&["own/x.planout"]), both);
    assert_eq!(named(&["-", "--dialect", "planout"]), both);
    assert_eq!(named(&["own", "--format", "json"]), both);
    assert_eq!(named(&["own", "--format", "sarif"]), both);
    assert_eq!(named(&["own/y.json"]).as_deref(), Some("`oddly`"));
    assert_eq!(named(&["own/z.yaml"]).as_deref(), Some("`inPopulation`"));
    assert_eq!(named(&["own/none.planout"]), None);
}

/// The lines of a help are lines.
#[test]
fn a_help_has_lines() {
    let namespace = |settings: &str, entries: &[&str]| {
        let entries = entries.join("\n  - ");
        format!(
            "\
namespace: {{unit: userid, segments: 100{settings}}}
experiment_definitions:
  - {{definition: D, assign: !planout 'x = 1;'}}
  - {{definition: E, assign: !planout 'x = 2;'}}
default_experiment: D
experiment_sequence:
  - {entries}
"
        )
    };
    let add = "{action: add, definition: E, name: e, segments: 50}";
    let text = namespace("", &[add]);
    let run = check(&[("two/a.yaml", &text), ("two/b.yaml", &text)], &["two"], "");
    assert_eq!(run.status, 0, "{}", run.stderr);
    let lines: Vec<&str> = run.stderr.lines().map(str::trim).collect();
    let first = lines.iter().position(|line| line.ends_with("more or less than chance:"));
    let first = first.unwrap_or_else(|| panic!("{}", run.stderr));
    let shares = "of the units in `e`, 100.00 % are in `e` of `a`; of all units, 50.00 %";
    assert_eq!(lines[first + 1], shares, "{}", run.stderr);
    assert!(lines[first + 2].starts_with("the arms of one experiment"), "{}", run.stderr);
    assert!(lines[first + 3].starts_with("in a new namespace, set"), "{}", run.stderr);

    let again = add.replace("name: e", "name: f");
    for dialect in ["planout", "planout4j"] {
        let settings = format!(", dialect: {dialect}, segment_hashing: namespace");
        let text = namespace(&settings, &[add, "{action: remove, name: e}", &again]);
        let run = check(&[("pool/c.yaml", &text)], &["pool"], "");
        assert!(run.stderr.contains("warning[P0702]"), "{}", run.stderr);
        let is_line = |line: &str| line.trim().starts_with("in a running namespace, a change");
        assert!(run.stderr.lines().any(is_line), "{}", run.stderr);
    }
}

#[test]
fn no_command_calls_an_operator_of_the_project_unknown() {
    let folder = sandbox();
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("a file");
    };
    write("planout.toml", "[checks]\noperators = [\"inPopulation\"]\n");
    write("x.yaml", &super::around("x = inPopulation(name='beta', userid=userid);"));
    write("units.csv", "userid\n1\n");
    let expected = "`inPopulation` is declared as an operator of your own, and this program \
                    cannot run it";
    for (command, status) in [
        ("eval --ns x --from x.yaml userid=1", 1),
        ("eval --ns x --from x.yaml userid=1 --format json", 1),
        ("eval --ns x --from x.yaml --batch units.csv", 1),
        ("eval --ns x --from x.yaml --batch units.csv --on-error null", 0),
        ("simulate --ns x --from x.yaml --units 100", 1),
        ("simulate --ns x --from x.yaml --units 100 --format json", 1),
        ("simulate --ns x --from x.yaml --batch units.csv", 1),
        ("perf --ns x --from x.yaml --iterations 10", 1),
    ] {
        let arguments: Vec<_> = command.split(' ').collect();
        let run = planout(folder.path(), &arguments);
        let said = run.stdout + &run.stderr;
        assert_eq!(run.status, status, "{command}: {said}");
        assert!(said.contains(expected) && !said.contains("unknown"), "{command}: {said}");
        // No value of an input would help.
        assert!(!said.contains("give"), "{command}: {said}");
    }
}

#[test]
fn compiled_scripts_lie_beside_others() {
    let compiled = r#"{
  "op": "seq",
  "seq": [{"op": "set", "var": "x", "value": {"choices": {"op": "array", "values": [1]},
    "unit": {"op": "get", "var": "u"}, "op": "uniformChoice"}}]
}
"#;
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("a file");
    };
    let run = |arguments: &[&str]| planout(folder.path(), arguments);
    write("x.json", compiled);
    write("x.planout", RIGHT);
    // It is a script, and checked as one.
    for path in [".", "x.json"] {
        let checked = run(&["check", path]);
        assert_eq!(checked.status, 0, "{}", checked.stderr);
        assert!(checked.stderr.contains("warning[P0503]"), "{}", checked.stderr);
        assert!(checked.stderr.contains("x.json:3:58"), "{}", checked.stderr);
        assert!(checked.stderr.contains("1 warning\n"), "{}", checked.stderr);
    }
    let input = planout_with_input(folder.path(), &["check", "-"], compiled.as_bytes());
    assert!(input.stderr.contains("<stdin>:3:58"), "{}", input.stderr);
    // A namespace may be called like it.
    write("x.yaml", &super::around("x = 1;"));
    let checked = run(&["check", "."]);
    assert!(checked.status == 0 && !checked.stderr.contains("P0212"), "{}", checked.stderr);
    std::fs::remove_file(folder.path().join("x.yaml")).expect("a file");
    // Others say that it is not a namespace, once.
    let expected = "error[P0221]: this is a compiled script, not a namespace\n";
    for arguments in [
        &["nslist", "."][..],
        &["ship", ".", "../nowhere", "--dry-run"],
        &["plan", ".", "../nowhere"],
        &["eval", "--ns", "x", "--from", ".", "userid=1"],
    ] {
        let told = run(arguments);
        assert_eq!(told.status, 1, "{arguments:?}\n{}", told.stderr);
        assert_eq!(told.stderr.matches("error[").count(), 1, "{}", told.stderr);
        assert!(told.stderr.contains(expected), "{}", told.stderr);
    }
    let formatted = run(&["fmt", "--check", "."]);
    assert_eq!(
        (formatted.status, formatted.stderr.as_str()),
        (0, "0 files would change, 1 unchanged\n")
    );
    let formatted = run(&["fmt", "x.json"]);
    assert!(
        formatted.stderr.contains("`x.json` is JSON, which is not formatted"),
        "{}",
        formatted.stderr
    );
    // To compile it again is a mistake.
    let refused = run(&["compile", "x.json"]);
    assert_eq!((refused.status, refused.stdout.as_str()), (1, ""));
    assert!(
        refused.stderr.starts_with("error: `x.json` is a compiled script already\n"),
        "{}",
        refused.stderr
    );
    let input = planout_with_input(folder.path(), &["compile", "-"], compiled.as_bytes());
    assert!(input.stderr.contains("`<stdin>` is a compiled script already"), "{}", input.stderr);

    // And what is neither is called neither.
    write("package.json", r#"{"name": "shop", "version": "1.0.0", "scripts": {}}"#);
    let refused = run(&["compile", "package.json"]);
    assert!(refused.stderr.contains("is JSON, and neither PlanOut language nor a namespace"));
    let checked = run(&["check", "package.json"]);
    assert_eq!(checked.stderr.matches("error[P0222]").count(), 1, "{}", checked.stderr);
    assert!(checked.stderr.contains("1 error\n"), "{}", checked.stderr);
    write("ns.yaml", &super::around("x = 1;"));
    assert_eq!(run(&["compile", "ns.yaml", "ns.json"]).status, 0);
    let refused = run(&["compile", "ns.json"]);
    assert!(
        refused.stderr.contains("`ns.json` is a compiled namespace already"),
        "{}",
        refused.stderr
    );
}
