//! Which edits are safe, which reassign units, and which line is to blame.

use planout::plan::{Class, Status, Units};

use super::{BASE, edited, plan_of};

const GONE: &str = "  - {action: add, definition: Fixed, name: gone, segments: 10}\n";
const B: &str = "  - {action: add, definition: Draw, name: b, segments: 20}\n";
const END: &str = "  - {action: remove, name: gone}\n";
const C: &str = "  - {action: add, definition: Fixed, name: c, segments: 15}\n";
const X: &str = "  - {action: add, definition: Draw, name: x, segments: 5}\n";

/// An edit: what it is called, what is replaced by what, and the causes that are printed for it.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [&'a str]);

/// Asserts the class of some edits of the base, and the causes.
fn check(class: Class, cases: &[Case<'_>]) {
    let mut wrong = String::new();
    for (what, edits, expected) in cases {
        let planned = plan_of(BASE, &edited(edits), &Units::Numbers(0));
        let causes: Vec<String> = match &planned.status {
            Status::Changed(changes) => changes.causes.iter().map(ToString::to_string).collect(),
            _ => Vec::new(),
        };
        if planned.class() != class || causes != *expected {
            wrong += &format!("{what}: {:?} {causes:#?}\n", planned.class());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Entries after the last one.
fn appended(entries: &[&str]) -> String {
    let entries = entries.iter().map(|entry| format!("  - {{action: {entry}}}\n"));
    C.to_owned() + &entries.collect::<String>()
}

#[test]
fn formatting_is_no_change() {
    check(
        Class::None,
        &[
            ("a comment", &[("# A comment.", "# Another.")], &[]),
            ("spaces", &[("size = 5;", "size   =   5;")], &[]),
            ("quotes", &[("name: c,", "name: 'c',")], &[]),
        ],
    );
}

#[test]
fn what_is_appended_is_safe() {
    let add = appended(&["add, definition: Draw, name: d, segments: 9"]);
    let remove = appended(&["remove, name: a"]);
    let swap = appended(&["remove, name: a", "add, definition: Fixed, name: d, segments: 65"]);
    let again = appended(&["add, definition: Fixed, name: gone, segments: 9"]);
    let script = appended(&["remove, name: c"]);
    check(
        Class::Safe,
        &[
            ("an add", &[(C, &add)], &[]),
            ("a remove", &[(C, &remove)], &[]),
            ("a remove, and an add that takes the same segments", &[(C, &swap)], &[]),
            ("an ended experiment that starts again", &[(C, &again)], &[]),
            (
                "the end of an experiment, with its script",
                &[(C, &script), ("size = 7;", "size = 8;")],
                &[],
            ),
        ],
    );
}

#[test]
fn what_reaches_nobody_in_an_experiment_is_safe() {
    let end = appended(&["remove, name: a", "remove, name: b", "remove, name: c"]);
    let fixed = appended(&["remove, name: a", "remove, name: b"]);
    check(
        Class::Safe,
        &[
            ("a param of the default", &[("size = 5;", "size = 6;")], &[]),
            ("another key", &[("  salt: old", "  salt: old\n  owner: me")], &[]),
            (
                "a definition that nothing runs",
                &[(
                    "  - definition: Default",
                    "  - {definition: New, assign: !planout x = 1;}\n  - definition: Default",
                )],
                &[],
            ),
            (
                "a definition renamed in all places",
                &[
                    ("- definition: Fixed", "- definition: Firm"),
                    ("definition: Fixed,", "definition: Firm,"),
                    ("definition: Fixed,", "definition: Firm,"),
                ],
                &[],
            ),
            (
                "other settings, once all experiments are ended",
                &[(C, &end), ("segments: 100", "segments: 200"), ("salt: old", "salt: new")],
                &[
                    "line 4 changes `segments` from `100` to `200`: units fall into other segments",
                    "line 5 changes `salt` from `old` to `new`: scripts draw anew",
                ],
            ),
            (
                "the salt, where what runs on draws nothing",
                &[(C, &fixed), ("salt: old", "salt: new")],
                &["line 5 changes `salt` from `old` to `new`: scripts draw anew"],
            ),
            (
                "the order of statements that do not touch one another",
                &[
                    ("      size = uniformChoice(choices=[10, 20], unit=userid);\n", ""),
                    (
                        "      }\n",
                        "      }\n      size = uniformChoice(choices=[10, 20], unit=userid);\n",
                    ),
                ],
                &["line 7 changes the order of the statements of `Draw`, \
                   which runs in `a` and `b`; no unit gets another value, which follows from all \
                   draws and inputs of both versions"],
            ),
            (
                "another way to write a script",
                &[(
                    "size = uniformChoice(choices=[10, 20], unit=userid);",
                    "size = uniformChoice(choices=[10, 5 * 4], unit=userid, salt='size');",
                )],
                &[
                    "line 9 changes `size` of `Draw`, which runs in `a` and `b`; no unit gets another \
                   value, which follows from all draws and inputs of both versions",
                ],
            ),
            (
                "a param of the default that some countries see, whatever their arm is",
                &[("hint = 'none';", "hint = 'all';")],
                &[
                    "line 19 changes the default, which units of `a`, `b` and `c` see, all arms alike",
                ],
            ),
            (
                "the last experiment is made larger",
                &[("name: c, segments: 15", "name: c, segments: 30")],
                &["line 26 changes the segments of `c` from 15 to 30; \
                   no unit that is in an experiment moves"],
            ),
        ],
    );
}

#[test]
fn an_edited_history_reassigns() {
    let before_b = format!("{X}{B}");
    let before_gone = format!("{X}{GONE}");
    let ended = format!("{C}  - {{action: remove, name: a}}\n");
    check(
        Class::Reassigning,
        &[
            (
                "an inserted add",
                &[(B, &before_b)],
                &["line 24 inserts an `add` of `x` before `b`; \
                   segments move: 10 of 20 of `b`, 10 of 15 of `c`"],
            ),
            (
                "two adds swapped",
                &[("name: a,", "name: ?,"), ("name: b,", "name: a,"), ("name: ?,", "name: b,")],
                &[
                    "line 24 moves the `add` of `a`; \
                     segments move: 15 of 20 of `a`, 15 of 20 of `b`, 12 of 15 of `c`",
                    "line 23 moves the `add` of `gone`; \
                     segments move: 15 of 20 of `b`, 12 of 15 of `c`",
                ],
            ),
            (
                "the two entries of an ended experiment deleted",
                &[(GONE, ""), (END, "")],
                &["line 23 lacks the entries of `gone` before it; \
                   segments move: 15 of 20 of `b`, 10 of 15 of `c`"],
            ),
            (
                "an add deleted",
                &[(C, "")],
                &["line 25 ends without the `add` of `c`; all 15 segments move"],
            ),
            (
                "a remove deleted",
                &[(END, "")],
                &["line 25 lacks the `remove` of `gone` before it; \
                   12 of the 15 segments of `c` move"],
            ),
            (
                "a rename",
                &[("name: c,", "name: cc,")],
                &["line 26 renames `c` to `cc`; all 15 segments of `c` move"],
            ),
            (
                "fewer segments",
                &[("name: c, segments: 15", "name: c, segments: 14")],
                &["line 26 changes the segments of `c` from 15 to 14; \
                   1 of the 15 segments of `c` move"],
            ),
            (
                "more segments of one that has others after it",
                &[("name: a, segments: 20", "name: a, segments: 21")],
                &["line 22 changes the segments of `a` from 20 to 21; \
                   segments move: 10 of 20 of `b`, 9 of 15 of `c`"],
            ),
            (
                "an edit, and an end that is appended",
                &[(B, ""), (C, &ended)],
                &["line 24 lacks the `add` of `b` before it; \
                   segments move: 20 of 20 of `b`, 14 of 15 of `c`"],
            ),
            (
                "two edits, one of which is to blame",
                &[(GONE, &before_gone), ("name: c, segments: 15", "name: c, segments: 16")],
                &[
                    "line 23 inserts an `add` of `x` before `gone`; \
                     segments move: 13 of 20 of `b`, 8 of 15 of `c`",
                    "line 27 changes the segments of `c` from 15 to 16; \
                     no unit that is in an experiment moves",
                ],
            ),
        ],
    );
}

#[test]
fn a_running_experiment_that_is_drawn_anew_reassigns() {
    let larger = appended(&["remove, name: a", "add, definition: Draw, name: a, segments: 40"]);
    check(
        Class::Reassigning,
        &[(
            "removed and added",
            &[(C, &larger)],
            &["line 28 draws anew the segments of `a`; 8 of its 20 segments move"],
        )],
    );
}

#[test]
fn settings_reassign_while_experiments_run() {
    let anew = ": units fall into other segments";
    check(
        Class::Reassigning,
        &[
            (
                "the number of segments",
                &[("segments: 100", "segments: 200")],
                &[&format!("line 4 changes `segments` from `100` to `200`{anew}")],
            ),
            (
                "the unit",
                &[("unit: userid", "unit: deviceid")],
                &[&format!("line 3 changes `unit` from `userid` to `deviceid`{anew}")],
            ),
            (
                "the hashing",
                &[("  salt: old", "  salt: old\n  segment_hashing: shared")],
                &[&format!("line 6 changes `segment_hashing` from `namespace` to `shared`{anew}")],
            ),
            (
                "the pool",
                &[("  salt: old", "  salt: old\n  segment_pool: cpython")],
                &["line 6 changes `segment_pool` from `ascending` to `cpython`; \
                   11 of the 15 segments of `c` move"],
            ),
            (
                "the sampling",
                &[("  salt: old", "  salt: old\n  segment_sampling: fast")],
                &["line 6 changes `segment_sampling` from `full` to `fast`; \
                   segments move: 20 of 20 of `a`, 18 of 20 of `b`, 14 of 15 of `c`"],
            ),
            (
                "the pool, and something else",
                &[
                    ("  salt: old", "  salt: old\n  segment_pool: cpython"),
                    ("name: gone, segments: 10", "name: gone, segments: 11"),
                ],
                &[
                    "line 6 changes `segment_pool` from `ascending` to `cpython`; \
                     11 of the 15 segments of `c` move",
                    "line 24 changes the segments of `gone` from 10 to 11; \
                     segments move: 7 of 20 of `b`, 11 of 15 of `c`",
                ],
            ),
            (
                "the salt",
                &[("salt: old", "salt: new")],
                &["line 5 changes `salt` from `old` to `new`: scripts draw anew"],
            ),
            (
                "no salt",
                &[("  salt: old\n", "")],
                &["line 2 changes `salt` from `old` to `ns`: scripts draw anew"],
            ),
            (
                "the dialect",
                &[(
                    "  salt: old",
                    "  salt: old\n  dialect: planout4j\n  segment_hashing: namespace",
                )],
                &["line 6 changes `dialect` from `planout` to `planout4j`: \
                   scripts compute in another way; 13 of the 15 segments of `c` move"],
            ),
        ],
    );
}

#[test]
fn scripts_reassign_where_they_run() {
    check(
        Class::Reassigning,
        &[
            (
                "choices",
                &[("choices=[10, 20]", "choices=[10, 30]")],
                &["line 9 changes `size` of `Draw`, which runs in `a` and `b`"],
            ),
            (
                "a condition",
                &[("country == 'JP'", "country == 'FR'")],
                &["line 11 changes `hint` of `Draw`, which runs in `a` and `b`"],
            ),
            (
                "a new param",
                &[("size = 7;", "size = 7;\n      more = 1;")],
                &["line 16 adds `more` of `Fixed`, which runs in `c`"],
            ),
            (
                "a param less",
                &[("        hint = 'x';\n", "")],
                &["line 7 removes `hint` of `Draw`, which runs in `a` and `b`"],
            ),
            (
                "another definition",
                &[("definition: Fixed, name: c", "definition: Draw, name: c")],
                &["line 26 runs `Draw` in place of `Fixed` in `c`"],
            ),
        ],
    );
}

#[test]
fn many_edits_are_one_cause() {
    let entry =
        |index| format!("  - {{action: add, definition: Draw, name: x{index}, segments: 1}}\n");
    let inserted = (0..17).map(entry).collect::<String>() + B;
    check(
        Class::Reassigning,
        &[(
            "17 adds",
            &[(B, &inserted)],
            &["line 24 is the first of 17 edits of earlier entries; \
               segments move: 14 of 20 of `b`, 12 of 15 of `c`"],
        )],
    );
}

#[test]
fn long_sequences_are_compared_too() {
    let (head, _) = BASE.split_once("experiment_sequence:\n").expect("a sequence");
    let head = head.to_owned() + "experiment_sequence:\n";
    let runs = |index| {
        format!(
            "  - {{action: add, definition: Draw, name: run{index}, segments: 1}}\n\
             \x20 - {{action: remove, name: run{index}}}\n"
        )
    };
    let runs = (0..2600).map(runs).collect::<String>();
    let (before, after) = (format!("{head}{runs}{C}"), format!("{head}{X}{runs}{C}"));
    let planned = plan_of(&before, &after, &Units::Numbers(0));
    let Status::Changed(changes) = planned.status else { panic!("{planned:?}") };
    let causes: Vec<String> = changes.causes.iter().map(ToString::to_string).collect();
    let cause = "line 22 inserts an `add` of `x` before `run0`; ";
    assert!(causes.len() == 1 && causes[0].starts_with(cause), "{causes:?}");
}
