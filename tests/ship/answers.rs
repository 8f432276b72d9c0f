//! Answers that cannot be printed: what was done is said, and stays done.

use std::fs;

use crate::support::{shell, skip, unguarded_sandbox};

/// Where nothing can be written to.
const FULL: &str = "/dev/full";

/// What a command prints on standard error, and its status, where standard output goes elsewhere.
#[track_caller]
fn check(command: &str, status: u8, said: &str) -> tempfile::TempDir {
    let folder = unguarded_sandbox();
    let config = "source = 'sample-namespaces'\ntarget = 'out'\n";
    fs::write(folder.path().join("planout.toml"), config).expect("a file");
    let text = shell(&format!("({command}) 2>&1; echo status $?"), folder.path());
    assert!(text.ends_with(&format!("status {status}\n")), "{command}: {text}");
    assert!(text.contains(said), "{command}: {text}");
    folder
}

#[test]
fn what_was_done_is_said_where_the_answer_cannot_be_printed() {
    if !std::path::Path::new(FULL).exists() {
        skip("there is no full device");
        return;
    }
    for format in ["text", "json"] {
        let more = format!("--format {format} > {FULL}");
        let done = "the ship was done, and the answer could not be printed: ";
        let folder = check(&format!("planout ship {more}"), 3, done);
        assert!(folder.path().join("out/page_size.json").exists());
        // The second one has a plan to print before.
        let edit = "sed -i s/Join/Enter/ sample-namespaces/button_color.yaml";
        let guard = "--allow-reassignment button_color";
        check(&format!("planout ship -q; {edit}; planout ship {guard} {more}"), 3, done);

        let edited = "sample-namespaces/button_color.yaml";
        for command in [
            "planout stop button_color Colors",
            "planout ramp button_color --definition Colors --name more --segments 1",
        ] {
            let said = format!("`{edited}` was written, and the answer could not be printed: ");
            let folder = check(&format!("{command} {more}"), 3, &said);
            let text = fs::read_to_string(folder.path().join(edited)).expect("a file");
            assert!(text.contains("remove") || text.contains("more"), "{text}");
        }
        let said = "the plan was saved to `p.json`, and the answer could not be printed: ";
        let folder = check(&format!("planout plan --out p.json {more}"), 3, said);
        assert!(folder.path().join("p.json").exists());
    }
    let said = "the files were formatted, and the answer could not be printed: ";
    let folder = check(
        &format!("echo 'x=1;' > x.planout; planout fmt x.planout --format json > {FULL}"),
        3,
        said,
    );
    assert_eq!(fs::read_to_string(folder.path().join("x.planout")).expect("a file"), "x = 1;\n");
}

#[test]
fn what_was_not_done_is_not_said_to_be() {
    if !std::path::Path::new(FULL).exists() {
        skip("there is no full device");
        return;
    }
    for command in [
        "planout ship --dry-run",
        "planout nslist",
        "planout plan",
        "planout stop button_color Colors --dry-run",
        "planout fmt --check --format json",
        "planout compile 'x = 1;'",
        "planout eval --ns page_size userid=1",
    ] {
        let said = "standard input or output: No space left on device (os error 28)";
        let done = "could not be printed";
        let folder = check(&format!("{command} > {FULL} 2> said"), 3, "");
        let text = fs::read_to_string(folder.path().join("said")).expect("a file");
        assert!(text.contains(said) && !text.contains(done), "{command}: {text}");
    }
}

#[test]
fn a_refusal_is_said_whoever_reads_the_answer() {
    let edit = "sed -i s/Join/Enter/ sample-namespaces/button_color.yaml";
    let prepare = format!("planout ship > /dev/null 2>&1; {edit}");
    let refused = "error: nothing was shipped: units in running experiments of button_color";
    for ship in [
        "planout ship > /dev/full; echo code $? >&2",
        "{ sleep 0.2; planout ship; echo code $? >&2; } | true",
    ] {
        check(&format!("{prepare}; {ship}"), 0, refused);
        check(&format!("{prepare}; {ship}"), 0, "code 1");
    }
}

#[test]
fn a_closed_pipe_takes_nothing_from_what_is_done() {
    let folder = check("{ sleep 0.2; planout ship; echo code $? >&2; } | true", 0, "code 0");
    assert!(folder.path().join("out/page_size.json").exists());
    // The status of a plan is an answer of its own.
    let plan = "planout plan --out p.json --detailed-exitcode";
    let folder = check(&format!("{{ sleep 0.2; {plan}; echo code $? >&2; }} | true"), 0, "code 10");
    assert!(folder.path().join("p.json").exists());
}
