//! Units that many primary units share, and units with several arms.

use planout::Dialect;
use planout::diagnostic::{Code, Level, Levels};
use planout::store::FileFormat;

use super::{all_as_expected, around, checked, in_script, in_yaml, places};

fn draw(unit: &str) -> String {
    format!("x = uniformChoice(choices=[1, 2], unit={unit});")
}

#[test]
fn units_that_many_units_share() {
    for (unit, is_coarse) in [
        ("userid % 10", true),
        ("[userid % 10]", true),
        ("[userid % 10, country]", true),
        ("round(userid / 10)", true),
        ("length(userid)", true),
        ("userid == 'me'", true),
        ("randomInteger(min=1, max=9, unit=userid, salt='n')", true),
        ("[userid, userid % 10]", false),
        ("[userid % 10, 'x', userid]", false),
        ("userid / 10", false),
        ("userid % 10000000", false),
        ("randomInteger(min=1, max=10000000, unit=userid, salt='n')", false),
        ("randomFloat(min=0, max=1, unit=userid, salt='n')", false),
        ("userid", false),
    ] {
        let found = in_yaml(&around(&draw(unit)));
        let expected = if is_coarse { vec!["5:46 P0514"] } else { vec![] };
        assert_eq!(found, expected, "{unit}");
    }
    all_as_expected(
        [
            ("n = userid % 10;\nx = bernoulliTrial(p=0.5, unit=n);", &["6:38 P0514"][..]),
            (
                "g = uniformChoice(choices=[1, 2], unit=userid);\nx = bernoulliTrial(p=0.5, unit=[g, 'x']);",
                &["6:38 P0514"],
            ),
            ("n = userid;\nx = bernoulliTrial(p=0.5, unit=n);", &[]),
            // What has nothing of the primary unit is said to lack it.
            ("x = bernoulliTrial(p=0.5, unit=storyid % 10);", &["5:38 P0500"]),
        ],
        |script| in_yaml(&around(script)),
    );
    // In a script that stands alone, any input may be the unit.
    assert_eq!(in_script(&draw("u % 10"), Dialect::Planout), ["1:40 P0514"]);
    assert_eq!(in_script(&draw("[v, u % 10]"), Dialect::Planout), [""; 0]);
}

#[test]
fn the_message_names_the_way_and_the_repair() {
    let text = around(&draw("userid % 10"));
    let levels = Levels::default();
    let loaded = checked(&text, FileFormat::Yaml, Dialect::Planout4j, &levels);
    let found = &loaded.diagnostics[0];
    let message = "the unit of `uniformChoice` is a remainder, which many units share";
    assert_eq!(found.message, message);
    assert_eq!(found.primary.text, "all units with the same value are in one group");
    let help = "there are as few independent draws as values, and an analysis by single units is wrong: write `unit=userid`";
    assert_eq!(found.help.as_deref(), Some(help));
}

#[test]
fn units_with_several_arms() {
    let mut levels = Levels::default();
    levels.set(Code::SeveralArms, Level::Warn).expect("a warning");
    let found = |unit: &str| {
        let text = around(&draw(unit));
        let loaded = checked(&text, FileFormat::Yaml, Dialect::Planout4j, &levels);
        assert_eq!(in_yaml(&text), [""; 0], "off: {unit}");
        let messages: Vec<_> = loaded.diagnostics.iter().map(|it| it.message.clone()).collect();
        (places(&loaded.source, &loaded.diagnostics), messages)
    };
    let (place, messages) = found("[userid, storyid]");
    assert_eq!(place, ["5:46 P0515"]);
    assert_eq!(messages, ["one `userid` can get several values of `x`: one for each `storyid`"]);
    assert_eq!(found("userid, salt=storyid").0, ["5:46 P0515"]);
    for sound in ["userid", "[userid]", "[userid, 'x', 5]", "userid, salt='s'"] {
        assert_eq!(found(sound).0, [""; 0], "{sound}");
    }
}

#[test]
fn a_list_with_the_primary_unit_is_no_advice() {
    let text = around(&draw("storyid"));
    let loaded = checked(&text, FileFormat::Yaml, Dialect::Planout4j, &Levels::default());
    let help = loaded.diagnostics[0].help.clone().expect("help");
    assert!(help.ends_with("one `userid` may get several groups. Write `unit=userid`"), "{help}");
}
