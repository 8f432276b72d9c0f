//! `planout fmt`: which files it reads and writes, what it prints, and how it exits.

use std::fs;
use std::path::Path;

use crate::support::{Run, planout, planout_with_input, sandbox};

/// Asserts the exit status and returns both streams.
#[track_caller]
fn expect(status: i32, run: Run) -> (String, String) {
    assert_eq!(run.status, status, "\nstdout: {}\nstderr: {}", run.stdout, run.stderr);
    (run.stdout, run.stderr)
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    fs::write(path, text).expect("a file");
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).expect("a file")
}

const NAMESPACE: &str =
    "experiment_definitions:\n- definition: A\n  assign: !planout |\n    x=1;\n# end";

#[test]
fn files_that_change_are_written_and_named() {
    let folder = sandbox();
    let root = folder.path();
    let (stdout, stderr) = expect(0, planout(root, &["fmt"]));
    assert_eq!((&*stdout, &*stderr), ("", "0 files formatted, 4 unchanged\n"));

    write(root, "in/b.planout", "x=1;");
    write(root, "in/a/c.planout", "y = 1;\n");
    write(root, "in/a/n.yml", NAMESPACE);
    write(root, "in/n.p4j", NAMESPACE);
    write(root, "in/other.yaml", "steps: [ !Ref x ]\n");
    write(root, "in/skipped.json", "{ }");
    write(root, "in/skipped.txt", "x=1;");
    write(root, "in/.hidden/d.planout", "x=1;");
    write(root, "in/.d.planout", "x=1;");
    let (stdout, stderr) = expect(0, planout(root, &["fmt", "in", "--recursive"]));
    let expected = "formatted in/a/n.yml\nformatted in/b.planout\nformatted in/n.p4j\n\
                    3 files formatted, 2 unchanged\n";
    assert_eq!((&*stdout, &*stderr), ("", expected));
    assert_eq!(read(root, "in/b.planout"), "x = 1;\n");
    assert_eq!(read(root, "in/n.p4j"), NAMESPACE.replace("x=1", "x = 1"));
    assert_eq!(read(root, "in/.hidden/d.planout"), "x=1;");

    write(root, "in/b.planout", "x=1;");
    let run = planout(root, &["fmt", "-q", "in/n.p4j", "in/b.planout"]);
    assert_eq!(expect(0, run), (String::new(), String::new()));
    assert_eq!(read(root, "in/b.planout"), "x = 1;\n");
}

#[test]
fn check_and_diff_write_nothing() {
    let folder = sandbox();
    let root = folder.path();
    write(root, "a.planout", "x = 1;\n");
    write(root, "b.planout", "x=1;\ny = 2;\n");
    let all = |option| planout(root, &["fmt", "a.planout", "b.planout", option]);
    let (stdout, stderr) = expect(1, all("--check"));
    assert_eq!(stdout, "b.planout\n");
    assert_eq!(stderr, "1 file would change, 1 unchanged\n");
    let diff = "--- b.planout\n+++ b.planout\n@@ -1,2 +1,2 @@\n-x=1;\n+x = 1;\n y = 2;\n";
    assert_eq!(expect(0, all("--diff")).0, diff);
    let both = ["fmt", "a.planout", "b.planout", "--diff", "--check", "-q"];
    assert_eq!(expect(1, planout(root, &both)), (diff.to_owned(), String::new()));
    assert_eq!(read(root, "b.planout"), "x=1;\ny = 2;\n");
    expect(0, planout(root, &["fmt", "a.planout", "--check"]));
}

#[test]
fn files_with_errors_are_left_alone_and_the_others_go_on() {
    let folder = sandbox();
    let root = folder.path();
    let broken = NAMESPACE.replace("x=1", "x=");
    write(root, "in/a.yaml", &broken);
    write(root, "in/b.planout", "x=1;");
    fs::write(root.join("in/c.planout"), b"\xff").expect("a file");
    let (stdout, stderr) = expect(1, planout(root, &["fmt", "in"]));
    assert_eq!(stdout, "");
    for part in ["in/a.yaml:4:7", "not UTF-8", "2 errors", "1 file formatted, 0 unchanged, 2 left"]
    {
        assert!(stderr.contains(part), "no {part} in {stderr}");
    }
    assert_eq!(read(root, "in/a.yaml"), broken);
    assert_eq!(read(root, "in/b.planout"), "x = 1;\n");
}

#[test]
fn standard_input_goes_to_standard_output() {
    let folder = sandbox();
    let fmt = |options: &[&str], input: &str| {
        let arguments: Vec<_> = ["fmt", "-"].iter().chain(options).copied().collect();
        planout_with_input(folder.path(), &arguments, input.as_bytes())
    };
    let same = |text: &str| (text.to_owned(), String::new());
    assert_eq!(expect(0, fmt(&[], "x=1;")), same("x = 1;\n"));
    assert_eq!(expect(0, fmt(&[], "")), same(""));
    let namespace = NAMESPACE.replace("x=1", "x = 1");
    assert_eq!(expect(0, fmt(&["--namespace"], NAMESPACE)), same(&namespace));
    assert_eq!(expect(0, fmt(&["--dialect", "planout"], "x=- 1;")), same("x = -1;\n"));
    assert_eq!(expect(1, fmt(&["--check"], "x=1;")), same("<stdin>\n"));
    assert_eq!(expect(0, fmt(&["--check"], "x = 1;\n")), same(""));
    let (stdout, stderr) = expect(1, fmt(&[], "x=1;y="));
    assert_eq!(stdout, "");
    assert!(stderr.contains("expected an expression"), "{stderr}");
    expect(2, fmt(&["a.planout"], "x=1;"));
}

#[test]
fn what_cannot_be_formatted_is_said() {
    let folder = sandbox();
    let root = folder.path();
    let (_, stderr) = expect(2, planout(root, &["fmt", "planout.toml"]));
    assert!(stderr.contains(".planout, .yaml, .yml, .p4j"), "{stderr}");
    for missing in ["missing", "missing.yaml"] {
        let (_, stderr) = expect(3, planout(root, &["fmt", missing]));
        assert!(stderr.contains(&format!("`{missing}`")), "{stderr}");
    }
    fs::remove_file(root.join("planout.toml")).expect("a file");
    let (_, stderr) = expect(2, planout(root, &["fmt"]));
    assert!(stderr.contains("nothing to format"), "{stderr}");
}

#[cfg(unix)]
#[test]
fn a_formatted_file_keeps_its_permissions_and_no_link_is_followed() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let folder = sandbox();
    let root = folder.path();
    write(root, "a.planout", "x=1;");
    let mode = || fs::metadata(root.join("a.planout")).expect("a file").permissions().mode();
    let permissions = fs::Permissions::from_mode(0o640);
    fs::set_permissions(root.join("a.planout"), permissions).expect("permissions");
    let before = mode();
    symlink("a.planout", root.join("b.planout")).expect("a link");
    // The others are formatted all the same.
    write(root, "c.planout", "y=1;");
    let (_, stderr) = expect(1, planout(root, &["fmt", "b.planout", "c.planout"]));
    assert!(stderr.contains("`b.planout` is a link to `a.planout`"), "{stderr}");
    assert!(stderr.contains("1 file formatted, 0 unchanged, 1 left alone"), "{stderr}");
    assert_eq!(read(root, "c.planout"), "y = 1;\n");
    assert_eq!(read(root, "a.planout"), "x=1;");
    expect(0, planout(root, &["fmt", "a.planout"]));
    assert_eq!(read(root, "a.planout"), "x = 1;\n");
    assert_eq!(mode(), before);
    // A link to what is formatted already is fine.
    expect(0, planout(root, &["fmt", "b.planout"]));
    assert!(fs::symlink_metadata(root.join("b.planout")).expect("a link").is_symlink());
}
