//! Outputs that are the input.

use std::fs;
use std::path::Path;

use super::{contains, expect};
use crate::support::{planout, sandbox, shell};

fn files() -> tempfile::TempDir {
    let folder = sandbox();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("in.csv"), "userid\n1\n2\n").expect("a file");
    fs::hard_link(at("in.csv"), at("hard.csv")).expect("a link");
    #[cfg(unix)]
    std::os::unix::fs::symlink("in.csv", at("soft.csv")).expect("a link");
    folder
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).expect("a file")
}

#[test]
fn a_batch_does_not_replace_its_input() {
    let folder = files();
    let batch = |input: &str, output: &[&str]| {
        let arguments = ["eval", "--ns", "button_color", "--batch", input];
        planout(folder.path(), &[&arguments[..], output].concat())
    };
    let folders = format!("{}/in.csv", folder.path().display());
    let mut names = vec!["in.csv", "./in.csv", "sample-namespaces/../in.csv", "hard.csv", &folders];
    if cfg!(unix) {
        names.push("soft.csv");
    }
    for name in names {
        for (input, output) in [("in.csv", name), (name, "in.csv")] {
            for flag in ["-o", "--output"] {
                let run = expect(2, batch(input, &[flag, output]));
                contains(&run.stderr, "input");
                contains(&run.stderr, "help: write to another file");
            }
        }
    }
    assert_eq!(read(folder.path(), "in.csv"), "userid\n1\n2\n");
    expect(0, batch("in.csv", &["-o", "out.csv"]));
    expect(0, batch("in.csv", &["-o", "out.csv"]));
    assert_eq!(read(folder.path(), "out.csv").lines().count(), 3);
}

/// A batch reads its namespaces, too.
#[test]
fn a_namespace_is_not_replaced_by_its_answers() {
    let folder = files();
    let file = "sample-namespaces/button_color.yaml";
    let before = read(folder.path(), file);
    for from in ["sample-namespaces", file, "./sample-namespaces/button_color.yaml"] {
        let eval =
            ["eval", "--ns", "button_color", "--from", from, "--batch", "in.csv", "-o", file];
        let run = expect(2, planout(folder.path(), &eval));
        contains(&run.stderr, file);
        contains(&run.stderr, "help: write to another file");
    }
    assert_eq!(read(folder.path(), file), before);
}

#[cfg(unix)]
#[test]
fn standard_streams_are_files_too() {
    let folder = files();
    let eval = "planout eval --ns button_color --input-format csv --output-format csv -q --batch";
    for (command, said) in [
        (format!("{eval} - -o in.csv < hard.csv"), "the same file as standard input"),
        (
            format!("{eval} in.csv >> soft.csv"),
            "standard output is the same file as the input `in.csv`",
        ),
        (
            format!("{eval} - < in.csv >> in.csv"),
            "standard input and standard output are the same file",
        ),
    ] {
        let printed =
            shell(&format!("({command}) 2> said; echo status $?; cat said"), folder.path());
        contains(&printed, "status 2");
        contains(&printed, said);
        assert_eq!(read(folder.path(), "in.csv"), "userid\n1\n2\n");
    }
    // What is not a file can be both.
    let both = shell(&format!("{eval} /dev/null -o /dev/null; echo status $?"), folder.path());
    contains(&both, "`/dev/null` is empty");
}

#[test]
fn nothing_else_replaces_what_it_reads() {
    let folder = files();
    let root = folder.path();
    fs::write(root.join("x.planout"), "x = 1;\n").expect("a file");
    fs::hard_link(root.join("x.planout"), root.join("y.json")).expect("a link");
    fs::write(root.join("units.txt"), "1\n2\n").expect("a file");
    let sample = "sample-namespaces/button_color.yaml";
    let text = read(root, sample);
    for command in [
        "compile x.planout x.planout",
        "compile x.planout y.json",
        "compile sample-namespaces/button_color.yaml ./sample-namespaces/button_color.yaml",
        "plan sample-namespaces out --out sample-namespaces/button_color.yaml",
        "plan sample-namespaces/button_color.yaml out --out sample-namespaces/button_color.yaml",
        "plan sample-namespaces out --units units.txt --out units.txt",
    ] {
        let run = expect(2, planout(root, &command.split(' ').collect::<Vec<_>>()));
        contains(&run.stderr, "help: write to another file");
        assert_eq!(run.stdout, "");
    }
    assert_eq!(read(root, "x.planout"), "x = 1;\n");
    assert_eq!(read(root, "units.txt"), "1\n2\n");
    assert_eq!(read(root, sample), text);
    expect(0, planout(root, &["compile", "x.planout", "z.json"]));
    expect(0, planout(root, &["compile", "x.planout", "z.json"]));
}
