//! What a plan says of units that a new experiment has from earlier ones, and of control that it
//! takes away.

use planout::plan::{Class, LostControl, Units};
use planout::serde_json::{Value as Json, from_str, json};

use super::{BASE, changes_of};
use crate::support::{planout, sandbox};

fn appended(entries: &[&str]) -> String {
    entries.iter().fold(BASE.to_owned(), |text, entry| format!("{text}  - {{{entry}}}\n"))
}

const AGAIN: &str = "action: add, definition: Draw, name: a, segments: 20";

#[test]
fn a_new_experiment_names_the_earlier_ones() {
    let earlier = |entries: &[&str]| {
        let changes = changes_of(BASE, &appended(entries), &Units::Numbers(0));
        assert_eq!(
            changes.class(),
            if entries[0] == AGAIN { Class::Reassigning } else { Class::Safe }
        );
        let found = changes.carry_over.into_iter();
        found.map(|it| (it.experiment, it.earlier, it.same_draws)).collect::<Vec<_>>()
    };
    let found = earlier(&["action: add, definition: Draw, name: d, segments: 45"]);
    // All that is free, and so the segments of `gone`, which drew nothing.
    let expected = [("d".to_owned(), "gone".to_owned(), false)];
    assert_eq!(found, expected);
    let steps = ["action: remove, name: a", "action: add, definition: Draw, name: d, segments: 65"];
    let expected =
        [("d".to_owned(), "gone".to_owned(), false), ("d".to_owned(), "a".to_owned(), false)];
    assert_eq!(earlier(&steps), expected);
    // An edit that starts nothing.
    assert_eq!(earlier(&["action: remove, name: a"]), []);
}

#[test]
fn an_experiment_that_starts_again_has_its_old_draws() {
    let steps = ["action: remove, name: a", "action: add, definition: Draw, name: a, segments: 65"];
    let changes = changes_of(BASE, &appended(&steps), &Units::Numbers(0));
    let found: Vec<_> = changes.carry_over.iter().map(|it| (&*it.earlier, it.same_draws)).collect();
    assert_eq!(found, [("gone", false), ("a", true)]);
    let own = changes.carry_over.iter().find(|it| it.earlier == "a").expect("a");
    assert_eq!((own.segments, own.of, own.same_definition), (20, 65, true));
}

#[test]
fn control_from_the_pool_is_counted() {
    // `c` draws nothing: its control are the 45 free segments.
    let lost =
        |entries: &[&str]| changes_of(BASE, &appended(entries), &Units::Numbers(0)).lost_control;
    let c = |after| LostControl { experiment: "c".to_owned(), before: 45, after };
    assert_eq!(lost(&["action: add, definition: Draw, name: d, segments: 30"]), [c(15)]);
    assert_eq!(lost(&["action: remove, name: a"]), []);
    // It ends itself.
    let steps = ["action: add, definition: Draw, name: d, segments: 30", "action: remove, name: c"];
    assert_eq!(lost(&steps), []);
    // A control of its own.
    let hold_out = "action: add, definition: Default, name: hold, segments: 5";
    let before = appended(&[hold_out]);
    let after = format!("{before}  - {{action: add, definition: Draw, name: d, segments: 30}}\n");
    assert_eq!(changes_of(&before, &after, &Units::Numbers(0)).lost_control, []);
}

#[test]
fn the_command_prints_both() {
    let folder = sandbox();
    let write = |name: &str, text: &str| {
        std::fs::create_dir_all(folder.path().join(name)).expect("a folder");
        std::fs::write(folder.path().join(name).join("ns.yaml"), text).expect("a file");
    };
    write("old", BASE);
    write("new", &appended(&["action: add, definition: Draw, name: d, segments: 45"]));
    let options = ["--dialect", "planout", "--against", "old"];
    let text = planout(folder.path(), &[&["plan", "new"], &options[..]].concat()).stdout;
    for line in [
        "  units from earlier experiments:\n",
        " of its 45 segments were in gone, new draws\n",
        "    with 100 segments, the shares of such units inside and outside of a new half differ by 10.1 % (standard deviation)\n",
        "  control that is taken from experiments that draw nothing:\n",
        "    c: 0 of 45 free segments are left\n",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let run =
        planout(folder.path(), &[&["plan", "new", "--format", "json"], &options[..]].concat());
    let answer: Json = from_str(&run.stdout).expect("JSON");
    let changes = &answer["namespaces"][0]["changes"];
    let segments = &changes["carry_over"][0]["segments"];
    let expected = json!([{
        "experiment": "d", "earlier": "gone", "segments": segments, "of": 45, "same_draws": false,
    }]);
    assert_eq!(changes["carry_over"], expected);
    assert!(segments.as_u64().is_some_and(|count| (1..=10).contains(&count)), "{segments}");
    let expected = json!([{"experiment": "c", "before": 45, "after": 0}]);
    assert_eq!(changes["lost_control"], expected);
    // `ramp` prints the same plan.
    let ramp = ["ramp", "old/ns.yaml", "--definition", "Draw", "--name", "d", "--segments", "45"];
    let run = planout(folder.path(), &[&ramp[..], &["--dry-run", "--dialect", "planout"]].concat());
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(run.stdout.contains(" of its 45 segments were in gone, new draws\n"), "{}", run.stdout);
}
