//! What a message quotes may have any length: a message has not.

use std::fs;

use crate::support::{Run, planout, planout_with_input, sandbox};

/// The most bytes that a failure may print, with its source lines and its colours.
const MOST: usize = 12_000;

fn assert_short(run: &Run, what: &str) {
    let length = run.stdout.len() + run.stderr.len();
    let start: String = run.stderr.chars().take(300).collect();
    assert!(length < MOST, "{what}: {length} bytes, which begin with {start}");
    assert!(run.status != 0, "{what}: {start}");
}

#[test]
fn files_with_a_huge_word() {
    let long = "x".repeat(1 << 20);
    let digits = "9".repeat(1 << 20);
    let folder = sandbox();
    let root = folder.path();
    let namespace = |unit: &str, default: &str, sequence: &str| {
        format!(
            "namespace: {{unit: {unit}, segments: 10}}\nexperiment_definitions:\n\
             - {{definition: a, assign: !planout x = 1;}}\ndefault_experiment: {default}\n\
             experiment_sequence: {sequence}\n"
        )
    };
    let cases = [
        ("yaml", namespace("userid", &long, "[]")),
        ("yaml", namespace("userid", "a", &format!("[{{action: {long}, name: b}}]"))),
        ("yaml", namespace("userid", "a", &format!("[{{action: remove, name: {long}}}]"))),
        ("yaml", namespace(&format!("u, {long}: 1, {long}: 2"), "a", "[]")),
        ("yaml", namespace("userid, dialect: ", &long, "[]").replace("dialect: ,", "dialect: q,")),
        ("yaml", namespace(&format!("userid, dialect: {long}"), "a", "[]")),
        ("yaml", namespace(&format!("userid, salt: !{long} 1"), "a", "[]")),
        ("yaml", namespace(&format!("*{long}"), "a", "[]")),
        ("yaml", format!("namespace: \"{long}")),
        ("yaml", long.clone()),
        ("yaml", namespace("userid", "a", "[]").replace("x = 1;", &format!("x = {long}(y=1);"))),
        ("json", format!("{{\"namespace\": \"{long}\"}}")),
        ("json", format!("{{\"op\": \"{long}\"}}")),
        ("json", format!("[\"{long}\" \"{long}\"]")),
        ("json", long.clone()),
        ("planout", format!("x = {long}(y=1);")),
        ("planout", format!("x = \"{long}")),
        ("planout", format!("{long} {long} = 1;")),
        ("planout", format!("x = {digits};")),
        ("planout", format!("x = @{long};")),
        ("planout", format!("x = uniformChoice({long}=1, unit=userid);")),
    ];
    for (ending, text) in cases {
        let what = format!("{ending}: {}", &text[..text.len().min(60)]);
        let file = format!("huge.{ending}");
        fs::write(root.join(&file), &text).expect("a file of our own");
        let command: &[&str] = match ending {
            "json" => &["nslist", &file],
            _ => &["compile", &file],
        };
        for format in ["text", "json"] {
            let run = planout(root, &[command, &["--format", format]].concat());
            // Operators that are not known compile.
            if run.status != 0 {
                assert_short(&run, &what);
            }
            assert!(run.stderr.len() < MOST, "{what}: {} bytes", run.stderr.len());
        }
        // Reports for other programs have the same messages.
        for format in ["text", "json", "sarif", "github", "junit"] {
            let run = planout(root, &["check", &file, "--format", format]);
            let length = run.stdout.len() + run.stderr.len();
            // The report of SARIF has the rules, too.
            assert!(length < 3 * MOST, "{what} as {format}: {length} bytes");
        }
    }
}

#[test]
fn values_that_scripts_get_and_give() {
    let long = "x".repeat(1 << 20);
    let folder = sandbox();
    let root = folder.path();
    for code in [
        format!("x = \"{long}\" + 1;"),
        format!("x = uniformChoice(choices=[\"{long}\"], unit=y) / 2;"),
        format!("x = [1, 2][\"{long}\"];"),
    ] {
        fs::write(root.join("x.planout"), code).expect("a file of our own");
        for format in ["text", "json"] {
            let run = planout(root, &["eval", "--script", "x.planout", "y=1", "--format", format]);
            assert_short(&run, "a script");
        }
    }
}

#[cfg(feature = "batch")]
#[test]
fn rows_with_a_huge_field() {
    let long = "x".repeat(1 << 20);
    let folder = sandbox();
    let batch = ["eval", "--ns", "button_color", "--batch", "-", "--input-format"];
    for (format, types, rows) in [
        ("csv", "userid:integer", format!("userid\n{long}\n")),
        ("csv", "a:string", format!("{long}\n1\n")),
        ("csv", "a:string", format!("userid\na\"{long}\n")),
        ("csv", "a:string", format!("userid\n\"{long}\n")),
        ("csv", "a:string", format!("userid,{long}\n1,2,3\n")),
        ("tsv", "userid:integer", format!("userid\n{long}\n")),
        ("jsonl", "userid:integer", format!("{{\"userid\": \"{long}\"}}\n")),
        ("jsonl", "a:string", format!("{{\"{long}\": 1 1}}\n")),
        ("jsonl", "a:string", format!("\"{long}\"\n")),
        ("jsonl", "a:string", format!("{long}\n")),
    ] {
        for output in ["text", "json"] {
            let arguments = [&batch[..], &[format, "--types", types, "--format", output]].concat();
            let run = planout_with_input(folder.path(), &arguments, rows.as_bytes());
            assert_short(&run, &format!("{format}: {}", &rows[..30]));
        }
    }
    for text in
        [format!("color,{long}\nred,1\n"), format!("{long}\n"), format!("color\n\"{long}\n")]
    {
        let run = planout_with_input(
            folder.path(),
            &["simulate", "--ns", "button_color", "--observed", "-"],
            text.as_bytes(),
        );
        assert_short(&run, "observed");
    }
}

/// An argument has 128 KB at most on Linux.
#[test]
fn huge_arguments() {
    let long = "x".repeat(60_000);
    let (option, pair) = (format!("--{long}"), format!("{long}={long}"));
    let (code, url) = (format!("P{long}"), format!("redis://{long}"));
    let folder = sandbox();
    for arguments in [
        &[long.as_str()][..],
        &["nslist", &option],
        &["nslist", "--mode", &long],
        &["nslist", &long],
        &["nslist", "-n", &long],
        &["nslist", &url],
        &["check", "--deny", &code],
        &["explain", &long],
        &["eval", "--ns", &long, "userid=1"],
        &["eval", "--ns", "button_color", "--exp", &long, "userid=1"],
        &["eval", "--ns", "button_color", &long],
        &["eval", "--ns", "button_color", &pair, &pair],
        &["eval", "--ns", "button_color", "--inputs", &long],
        &["perf", "--ns", "button_color", "--iterations", &long],
        &["compile", &long],
        &["plan", "--against", &format!("git:{long}")],
        &["ramp", "button_color", &long, "--definition", &long, "--segments", "1"],
        &["stop", "button_color", &long],
        &["fmt", &long],
        &["--config", &long, "nslist"],
    ] {
        for format in ["text", "json"] {
            let run = planout(folder.path(), &[arguments, &["--format", format]].concat());
            let what = arguments.iter().map(|word| &word[..word.len().min(20)]);
            assert_short(&run, &what.collect::<Vec<_>>().join(" "));
        }
    }
}
