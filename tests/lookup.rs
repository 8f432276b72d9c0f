//! Which location answers, and what is said of that.

mod arguments;
mod overwrite;
mod verbose;

use std::fs;
use std::path::Path;

use crate::support::{Run, planout, planout_with_input, unguarded_sandbox};

/// A project with a source and a target.
fn project() -> tempfile::TempDir {
    let folder = unguarded_sandbox();
    let path = folder.path().join("planout.toml");
    let config = fs::read_to_string(&path).expect("the configuration");
    fs::write(&path, format!("target = 'compiled'\n{config}")).expect("a file");
    folder
}

/// The same, shipped.
fn shipped() -> tempfile::TempDir {
    let folder = project();
    expect(0, planout(folder.path(), &["ship"]));
    folder
}

fn expect(status: i32, run: Run) -> Run {
    assert_eq!(run.status, status, "\nstdout: {}\nstderr: {}", run.stdout, run.stderr);
    run
}

fn contains(text: &str, part: &str) {
    assert!(text.contains(part), "no `{part}` in\n{text}");
}

/// Edits a sample of the source, or makes another one of it.
fn edit(folder: &Path, sample: &str, to: &str, change: impl Fn(&str) -> String) {
    let samples = folder.join("sample-namespaces");
    let text = fs::read_to_string(samples.join(sample)).expect("a sample");
    fs::write(samples.join(to), change(&text)).expect("a file of our own");
}

/// The source says something else than what was shipped.
fn enter(folder: &Path) {
    edit(folder, "button_color.yaml", "button_color.yaml", |it| it.replace("'Join'", "'Enter'"));
}

fn remove(folder: &Path, path: &str) {
    fs::remove_file(folder.join(path)).expect("a file");
}

const EVAL: [&str; 4] = ["eval", "--ns", "button_color", "userid=7"];

#[test]
fn before_the_first_ship_the_source_answers() {
    let folder = project();
    let said = "this is from the source `sample-namespaces`: nothing is shipped to the target \
                `compiled` yet\n";
    for arguments in [&EVAL[..], &["nslist"], &["nslist", "-m", "experiments", "--format", "json"]]
    {
        contains(&expect(0, planout(folder.path(), arguments)).stderr, said);
    }
    // A target that is there and empty is no other case.
    fs::create_dir(folder.path().join("compiled")).expect("a folder");
    contains(&expect(0, planout(folder.path(), &EVAL)).stderr, said);
    let run = expect(1, planout(folder.path(), &["eval", "--ns", "button_colour", "userid=7"]));
    contains(
        &run.stderr,
        "in `compiled` and `sample-namespaces`\nhelp: did you mean `button_color`?",
    );
    // Without a source there is nobody else to ask.
    fs::remove_dir(folder.path().join("compiled")).expect("a folder");
    fs::write(folder.path().join("planout.toml"), "target = 'compiled'\n").expect("a file");
    for arguments in [&EVAL[..], &["nslist"], &["perf", "--ns", "a"]] {
        let run = expect(3, planout(folder.path(), arguments));
        contains(&run.stderr, "cannot read `compiled`");
        contains(
            &run.stderr,
            "help: set `source` in `planout.toml`: the source answers before the first ship",
        );
    }
}

#[test]
fn what_is_shipped_answers_and_the_source_is_held_against_it() {
    let folder = shipped();
    let root = folder.path();
    let stamp = fs::read_to_string(root.join("compiled/.planout-revision")).expect("a stamp");
    let time = stamp.split('"').nth(3).expect("a time");
    let said = format!("this is from the target `compiled`, shipped {time} by planout ");
    let run = expect(0, planout(root, &EVAL));
    contains(&run.stderr, &said);
    assert!(!run.stderr.contains(';'), "{}", run.stderr);
    assert_eq!(expect(0, planout(root, &[&EVAL[..], &["-q"]].concat())).stderr, "");

    // What means the same is no difference.
    edit(root, "button_color.yaml", "button_color.yaml", |text| format!("# a comment\n{text}"));
    assert!(!planout(root, &EVAL).stderr.contains("differs"));

    enter(root);
    let run = expect(0, planout(root, &EVAL));
    contains(&run.stdout, "\"Join\"");
    contains(&run.stderr, &said);
    contains(&run.stderr, "; the source `sample-namespaces` differs in `button_color`\n");
    // Said too where there is no answer: it may be the reason.
    for wrong in [&["--exp", "new"][..], &["--override", "label:=1", "--definition", "New"]] {
        let run = expect(1, planout(root, &[&EVAL[..], wrong].concat()));
        contains(&run.stderr, "differs in `button_color`\n");
    }
    let run = expect(1, planout(root, &["eval", "--ns", "button_color"]));
    contains(&run.stderr, "differs in `button_color`\n");

    // By name, each location answers alone.
    let from = |place: &str| expect(0, planout(root, &[&EVAL[..], &["--from", place]].concat()));
    contains(&from("@source").stdout, "\"Enter\"");
    contains(&from("@source").stderr, "this is from the source `sample-namespaces`\n");
    contains(&from("@target").stdout, "\"Join\"");
    contains(&from("@target").stderr, "differs in `button_color`\n");

    expect(0, planout(root, &["ship"]));
    let run = expect(0, planout(root, &EVAL));
    contains(&run.stdout, "\"Enter\"");
    assert!(!run.stderr.contains("differs"), "{}", run.stderr);
}

#[test]
fn what_was_never_shipped_is_answered_from_the_source() {
    let folder = shipped();
    let root = folder.path();
    edit(root, "button_color.yaml", "fresh.yaml", str::to_owned);
    let run = expect(0, planout(root, &["eval", "--ns", "fresh", "userid=7"]));
    contains(&run.stderr, "this is from the source `sample-namespaces`: `fresh` is not shipped");
    let run = expect(1, planout(root, &["eval", "--ns", "frehs", "userid=7"]));
    contains(&run.stderr, "did you mean `fresh`?");
    // A location that is named is asked alone.
    let named = ["eval", "--ns", "fresh", "userid=7", "--from", "@target"];
    let run = expect(1, planout(root, &named));
    contains(&run.stderr, "the source `sample-namespaces` has it: add `--from @source`");

    // One by one, in a batch too.
    let batch = ["eval", "--ns", "button_color,fresh", "--batch", "-"];
    let users = b"{\"userid\": 1}\n";
    let run = expect(0, planout_with_input(root, &batch, users));
    contains(&run.stderr, "this is from the target `compiled`, shipped ");
    contains(
        &run.stderr,
        "; `fresh` is from the source `sample-namespaces`, and not shipped yet\n",
    );
    let run = planout_with_input(root, &[&batch[..], &["--format", "json"]].concat(), users);
    let summary: serde_json::Value = serde_json::from_str(&run.stderr).expect("one object");
    contains(summary["notes"][0].as_str().expect("a note"), "`fresh` is from the source");
    remove(root, "compiled/page_size.json");
    remove(root, "compiled/test_ns.json");
    let all = ["eval", "--all", "--batch", "-", "sourceid=1", "viewerid=2", "storyid=3"];
    let run = expect(0, planout_with_input(root, &all, users));
    contains(&run.stdout, "\"test_ns\":");
    contains(&run.stderr, "; `fresh`, `page_size`, `test_ns` are from the source");
}

#[test]
fn a_source_that_is_broken_or_gone_stands_in_nobodys_way() {
    let folder = shipped();
    let root = folder.path();
    for sample in ["button_color.yaml", "draft.yaml"] {
        edit(root, "button_color.yaml", sample, |text| text.replace("unit:", "unti:"));
    }
    let run = expect(0, planout(root, &EVAL));
    contains(&run.stderr, "; the source `sample-namespaces` has errors in `button_color`\n");
    assert!(!run.stderr.contains("P0"), "{}", run.stderr);
    let run = expect(0, planout(root, &["nslist", "-m", "experiments"]));
    assert_eq!(run.stdout.lines().next(), Some("button_color,Colors"));
    contains(&run.stderr, "has errors in `button_color`; `draft` is left out, as the source");
    assert!(!run.stderr.contains("P0"), "{}", run.stderr);
    // Who asks for it gets its problems.
    let run = expect(1, planout(root, &["eval", "--ns", "draft", "userid=7"]));
    contains(&run.stderr, "draft.yaml:");

    remove(root, "sample-namespaces/button_color.yaml");
    let run = expect(0, planout(root, &EVAL));
    contains(&run.stderr, "; the source `sample-namespaces` does not have `button_color`\n");
    for name in ["a", "b"] {
        fs::create_dir(root.join("sample-namespaces").join(name)).expect("a folder");
    }
    fs::remove_dir_all(root.join("sample-namespaces")).expect("a folder");
    for arguments in [&EVAL[..], &["nslist"]] {
        let run = expect(0, planout(root, arguments));
        contains(
            &run.stderr,
            "; the source `sample-namespaces` could not be compared: cannot read",
        );
    }
    let run = expect(1, planout(root, &["eval", "--ns", "new", "userid=7"]));
    contains(&run.stderr, "could not be compared");
    contains(&run.stderr, "unknown namespace `new` in `compiled`\n");
}

#[test]
fn drafts_are_simulated_and_measured() {
    let folder = shipped();
    let root = folder.path();
    enter(root);
    edit(root, "button_color.yaml", "fresh.yaml", str::to_owned);
    let simulate = ["simulate", "--units", "1000", "--ns"];
    let run = expect(0, planout(root, &[&simulate[..], &["button_color"]].concat()));
    contains(&run.stdout, "\"Enter\"");
    contains(&run.stderr, "this is from the source `sample-namespaces`\n");
    let target = ["button_color", "--from", "@target"];
    let run = expect(0, planout(root, &[&simulate[..], &target].concat()));
    contains(&run.stdout, "\"Join\"");
    for command in ["simulate --units 1000", "perf --iterations 10"] {
        let run = |more: &[&str]| {
            let words: Vec<_> = command.split(' ').chain(more.iter().copied()).collect();
            planout(root, &words)
        };
        expect(0, run(&["--ns", "fresh"]));
        let help = expect(0, run(&["--help"])).stdout.replace('\n', " ");
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        contains(&help, "[default: the source, or the target if no source is configured]");
    }
    // What only the target has is not a draft.
    remove(root, "sample-namespaces/onboarding.yaml");
    let run = expect(1, planout(root, &[&simulate[..], &["onboarding"]].concat()));
    contains(&run.stderr, "the target `compiled` has it: add `--from @target`");
    fs::write(root.join("planout.toml"), "target = 'compiled'\n").expect("a file");
    let run = expect(0, planout(root, &[&simulate[..], &["onboarding"]].concat()));
    contains(&run.stderr, "this is from the target `compiled`, shipped ");
}

#[test]
fn lists_are_of_what_is_shipped_and_what_is_not_yet() {
    let folder = shipped();
    let root = folder.path();
    enter(root);
    edit(root, "button_color.yaml", "fresh.yaml", str::to_owned);
    remove(root, "sample-namespaces/page_size.yaml");
    let names = |arguments: &[&str]| {
        let run = expect(0, planout(root, arguments));
        let names =
            run.stdout.lines().skip(1).map(|line| line.split(' ').next().map(str::to_owned));
        (names.collect::<Option<Vec<_>>>().expect("a name in each line"), run.stderr)
    };
    let (all, said) = names(&["nslist"]);
    assert_eq!(all, ["button_color", "fresh", "onboarding", "page_size", "test_ns"]);
    contains(&said, "this is from the target `compiled`, shipped ");
    contains(&said, "; the source `sample-namespaces` differs in `button_color`; ");
    contains(&said, "; the source `sample-namespaces` does not have `page_size`; ");
    contains(&said, "; `fresh` is from the source `sample-namespaces`, and not shipped yet\n");
    let (target, _) = names(&["nslist", "@target"]);
    assert_eq!(target, ["button_color", "onboarding", "page_size", "test_ns"]);
    let (source, _) = names(&["nslist", "@source"]);
    assert_eq!(source, ["button_color", "fresh", "onboarding", "test_ns"]);
    let (_, said) = names(&["nslist", "-n", "onb"]);
    assert!(!said.contains(';'), "{said}");
    // What nobody shipped is known by the stamp.
    fs::copy(root.join("compiled/test_ns.json"), root.join("compiled/by_hand.json"))
        .expect("a copy");
    edit(root, "../compiled/test_ns.json", "../compiled/test_ns.json", |text| format!("{text} "));
    let (_, said) = names(&["nslist"]);
    contains(&said, "; `test_ns` was changed there since; `by_hand` was not put there by a ship; ");
    fs::write(root.join("compiled/.planout-revision"), "{").expect("a file");
    contains(&names(&["nslist"]).1, "`compiled`, where the stamp of the last ship cannot be read");
    remove(root, "compiled/.planout-revision");
    contains(&names(&["nslist"]).1, "`compiled`, which has no record of a ship");
}

#[test]
fn a_pattern_that_matches_nothing_is_a_failure() {
    let folder = shipped();
    edit(folder.path(), "button_color.yaml", "fresh.yaml", str::to_owned);
    for (pattern, help) in [
        ("buton_color", "did you mean `button_color`?"),
        ("freshh", "did you mean `fresh`?"),
        ("zebra", "`button_color`, `fresh`, `onboarding`, `page_size`, `test_ns`"),
        ("zebra.*", "`button_color`, `fresh`"),
    ] {
        for format in ["text", "json"] {
            let arguments = ["nslist", "-n", pattern, "--format", format];
            let run = expect(1, planout(folder.path(), &arguments));
            let said = run.stderr + &run.stdout;
            contains(&said, "no namespace in `compiled` or `");
            contains(&said, &format!("` matches `{pattern}`"));
            contains(&said, help);
        }
    }
    let run = expect(0, planout(folder.path(), &["nslist", "-n", "fresh"]));
    contains(&run.stdout, "fresh ");

    // Where one location is named, the other one answers nothing, and is not what is meant.
    let named =
        |pattern| expect(1, planout(folder.path(), &["nslist", "@target", "-n", pattern])).stderr;
    let said = named("fresh");
    contains(&said, "error: no namespace in `compiled` matches `fresh`\n");
    contains(&said, "has it: run `planout nslist @source`\n");
    let said = named("zebra");
    contains(&said, "help: known: `button_color`, `onboarding`, `page_size`, `test_ns`\n");
}

#[test]
fn configured_locations_have_names_in_every_command() {
    let folder = shipped();
    let root = folder.path();
    enter(root);
    for command in [
        "plan @source @target",
        "plan @target @source",
        "plan --against @target",
        "plan @source --against @source",
        "ship @source @target --dry-run",
        "ship -s @source -d @target --dry-run",
        "check @source",
        "check @target @source",
        "fmt --check @source",
        "nslist @source",
        "nslist @target",
        "eval --ns button_color userid=1 --from @source",
        "simulate --ns button_color --units 10 --from @target",
        "perf --ns button_color --iterations 10 --from @target",
        "ramp button_color --definition Colors --name more --segments 1 --dry-run --source @source",
        "stop button_color Colors --dry-run --source @source",
    ] {
        let run = |command: &str| planout(root, &command.split(' ').collect::<Vec<_>>());
        expect(0, run(command));
        for (word, near) in [("@source", "@sorce"), ("@target", "@taregt")] {
            if command.contains(word) {
                let said = expect(2, run(&command.replace(word, near))).stderr;
                contains(&said, &format!("`{near}` is not a configured location"));
                contains(&said, &format!("did you mean `{word}`?"));
            }
        }
    }
    let run = expect(2, planout(root, &["nslist", "@production"]));
    contains(&run.stderr, "known: `@source`, `@target`; a path that begins so is written `./@prod");
    fs::create_dir(root.join("@old")).expect("a folder");
    expect(0, planout(root, &["nslist", "./@old"]));

    // One that is not configured.
    fs::write(root.join("planout.toml"), "source = 'sample-namespaces'\n").expect("a file");
    for command in ["nslist @target", "plan @source @target", "ship @source @target"] {
        let run = expect(2, planout(root, &command.split(' ').collect::<Vec<_>>()));
        contains(&run.stderr, "`@target` stands for the configured target, and none is set");
        contains(&run.stderr, "help: set `target` in `planout.toml`, or `PLANOUT_TARGET`");
    }
    remove(root, "planout.toml");
    for command in ["nslist", "eval --ns a", "simulate --ns a", "perf --ns a"] {
        let run = expect(2, planout(root, &command.split(' ').collect::<Vec<_>>()));
        contains(&run.stderr, "neither a source nor a target is configured");
        contains(&run.stderr, "or set `source` in `planout.toml`");
    }
}
