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
