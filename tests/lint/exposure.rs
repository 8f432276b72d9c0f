//! A `return` that depends on a treatment: the logged units are selected.

use planout::Dialect::{Planout, Planout4j};
use planout::distribution::{Run, selected_by_exposure};
use planout::lint::{self, Settings};
use planout::source::SourceText;
use planout::{Dialect, Script};

use super::{around, in_script, in_yaml};

fn check(code: &str) -> Vec<String> {
    let found = in_script(code, Planout4j);
    assert_eq!(found, in_script(code, Planout), "{code}");
    found
}

const TREATED: &str = "ad = uniformChoice(choices=['a', 'b', 'c'], unit=userid);\n";

#[test]
fn returns_that_depend_on_a_treatment() {
    for (rest, place) in [
        ("if (ad == 'a') { return false; }", "2:18"),
        ("return ad != 'a';", "2:1"),
        ("if (ad == 'a') { return true; }\nreturn false;", "3:1"),
        ("if (country == 'DE') { if (ad == 'a') { return false; } }", "2:41"),
        // Through another variable.
        ("shown = ad == 'a';\nif (!shown) { return false; }", "3:15"),
    ] {
        let found = check(&format!("{TREATED}{rest}"));
        assert!(found.contains(&format!("{place} P0513")), "{rest}: {found:?}");
    }
    // By the number of the treatment, though not by its value.
    let number = "if (bernoulliTrial(p=0.5, unit=userid, salt='ad')) { return false; }";
    let trial = "ad = bernoulliTrial(p=0.2, unit=userid);\n";
    assert!(check(&format!("{trial}{number}")).contains(&"2:54 P0513".to_owned()));
}

#[test]
fn returns_that_select_nothing() {
    for sound in [
        // Before the treatment, by inputs, for all, and by another draw after it.
        "on = bernoulliTrial(p=0.1, unit=userid);\nif (!on) { return false; }\nad = uniformChoice(choices=['a', 'b'], unit=userid);",
        "if (country == 'DE') { return false; }\nad = uniformChoice(choices=['a', 'b'], unit=userid);",
        "ad = uniformChoice(choices=['a', 'b'], unit=userid);\nif (country == 'DE') { return false; }",
        "ad = uniformChoice(choices=['a', 'b'], unit=userid);\nreturn false;",
        "ad = uniformChoice(choices=['a', 'b'], unit=userid);\non = bernoulliTrial(p=0.1, unit=userid);\nif (!on) { return false; }",
        "ad = uniformChoice(choices=['a', 'b'], unit=userid);\nif (ad == 'a') { return true; }",
        "ad = uniformChoice(choices=['a', 'b'], unit=userid);",
    ] {
        let found = check(sound);
        assert!(found.iter().all(|it| !it.contains("P0513")), "{sound}: {found:?}");
    }
}

#[test]
fn the_message_has_the_table() {
    let code = format!("{TREATED}if (ad == 'a') {{ return false; }}");
    let source = SourceText::new("x.planout", code.as_str());
    let found = lint::check_script(&source, Planout, &Settings::default());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].message, "the draw of `ad` decides which units are logged");
    let expected = "\
the shares of all units, with `ad` as a and logged units as b:
  a \\ b    false     true
  \"a\"    33.33 %   0.00 %
  \"b\"     0.00 %  33.33 %
  \"c\"     0.00 %  33.33 %
the logged units are selected after the treatment: return before it is drawn, or for all of its values alike";
    assert_eq!(found[0].help.as_deref(), Some(expected));
    let (line, text) = (&found[0].secondary[0], "`ad` is set here");
    assert_eq!((line.text.as_str(), source.slice(line.span)), (text, "ad"));
}

#[test]
fn in_a_namespace_and_in_the_library() {
    let case =
        "ad = bernoulliTrial(p=0.5, unit=userid);\nif (ad) {\n  return true;\n}\nreturn false;";
    assert_eq!(in_yaml(&around(case)), ["9:7 P0513"]);
    let selected = |code: &str| {
        let script = Script::compile("x", code, Dialect::Planout).expect(code);
        let found = selected_by_exposure(&Run { script: &script, salt: "ns.e" }, "userid");
        found.map(|found| found.into_iter().map(|it| it.param).collect::<Vec<_>>())
    };
    assert_eq!(selected(case), Ok(vec!["ad".to_owned()]));
    assert_eq!(selected("x = 1; if (country) { return false; }"), Ok(Vec::new()));
    let unknown = format!("{TREATED}if (userid == 'me') {{ return false; }}");
    let reason = selected(&unknown).expect_err("a single unit").to_string();
    assert_eq!(reason, "it depends on the value of the primary unit itself");
}
