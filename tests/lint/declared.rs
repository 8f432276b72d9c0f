//! Comparisons and lookups that the declarations of inputs exclude.

use planout::Dialect::{self, Planout, Planout4j};
use planout::diagnostic::Levels;
use planout::store::FileFormat;

use super::{all_as_expected, around, checked, places};

/// A namespace whose script starts at 5:7.
fn namespace(script: &str) -> String {
    around(script).replace(
        "inputs: [country, storyid]",
        "inputs: {country: [US, DE], lang: [en, null], age: integer, size: float, is_new: boolean, \
         name: string, plan: [1, 2], city: , storyid: }",
    )
}

fn found(script: &str, dialect: Dialect) -> Vec<String> {
    let loaded = checked(&namespace(script), FileFormat::Yaml, dialect, &Levels::default());
    places(&loaded.source, &loaded.diagnostics)
}

fn check(dialect: Dialect, cases: &[(&str, &[&str])]) {
    all_as_expected(cases.iter().copied(), |script| found(script, dialect));
}

fn check_both(cases: &[(&str, &[&str])]) {
    check(Planout4j, cases);
    check(Planout, cases);
}

#[test]
fn values_that_are_not_declared() {
    check_both(&[
        ("if (country == 'UK') { x = 1; }", &["5:11 P0412"]),
        ("if ('UK' == country) { x = 1; }", &["5:11 P0412"]),
        ("x = country != 'UK';", &["5:11 P0412"]),
        ("x = country == 'us';", &["5:11 P0412"]),
        ("x = plan == 3;", &["5:11 P0412"]),
        ("x = country == null;", &["5:11 P0412"]),
        ("x = lang == 'de';", &["5:11 P0412"]),
        ("if (country == 'US' || country == 'UK') { x = 1; }", &["5:30 P0412"]),
        ("if (storyid) { x = 1; } else if (country == 'UK') { x = 2; }", &["5:40 P0412"]),
        // Through variables.
        ("c = country;\nx = c == 'UK';", &["6:11 P0412"]),
        ("uk = 'UK';\nx = country == uk;", &["6:11 P0412"]),
        ("l = lang ?? 'fr';\nx = l == 'de';", &["6:11 P0412"]),
        ("x = (lang ?? 'fr') == 'de';", &["5:11 P0412"]),
        ("x = country == lang;", &["5:11 P0412"]),
        // Sound.
        ("x = country == 'US'; y = country != 'DE'; z = plan == 2; w = plan == 1.0;", &[]),
        ("x = lang == null; y = lang == 'en'; z = (lang ?? 'fr') == 'fr';", &[]),
        (
            "x = age == 7; y = age == null; z = name == 'UK'; w = city == 'UK'; v = storyid == 5;",
            &[],
        ),
        ("country = country ?? 'UK';\nx = country == 'UK';", &[]),
        ("c = uniformChoice(choices=['US', 'UK'], unit=userid);\nx = country == c;", &[]),
        ("if (storyid) { c = country; }\nx = c == null;", &[]),
        ("x = country == storyid;", &[]),
    ]);
}

#[test]
fn types_that_never_fit() {
    check_both(&[
        ("x = age == '18';", &["5:11 P0413"]),
        ("x = '18' != age;", &["5:11 P0413"]),
        ("x = age == 18.5;", &["5:11 P0413"]),
        ("x = size == 'L';", &["5:11 P0413"]),
        ("x = is_new == 'true';", &["5:11 P0413"]),
        ("x = name == 5;", &["5:11 P0413"]),
        ("x = country == 5;", &["5:11 P0413"]),
        ("x = plan == '1';", &["5:11 P0413"]),
        ("x = lang == 5;", &["5:11 P0413"]),
        ("x = country == ['US'];", &["5:11 P0413"]),
        ("x = name == age;", &["5:11 P0413"]),
        ("a = age;\nx = a == '18';", &["6:11 P0413"]),
        ("x = age >= '18';", &["5:11 P0413"]),
        ("x = '18' < age;", &["5:11 P0413"]),
        ("x = country > 5;", &["5:11 P0413"]),
        ("x = name <= size;", &["5:11 P0413"]),
        // Sound.
        ("x = age == 18; y = age == 18.0; z = size == 18.5; w = size == 18;", &[]),
        ("x = age > 18.5; y = age < size; z = name < 'b'; w = country >= 'DE'; v = city > 5;", &[]),
        ("x = is_new == true; y = is_new == null; z = name == '5';", &[]),
        ("a = age ?? 'none';\nx = a == 'none';", &[]),
    ]);
    // In one dialect, booleans are numbers.
    check(Planout4j, &[("x = is_new == 1;", &["5:11 P0413"])]);
    check(Planout, &[("x = is_new == 1;", &[])]);
}

#[test]
fn lookups_that_never_succeed() {
    check_both(&[
        (r#"x = @{"US": 1, "UK": 2}[country];"#, &["5:28 P0412"]),
        ("x = map(US=1, UK=2)[country];", &["5:21 P0412"]),
        ("m = map(US=1, UK=2);\nx = m[country];", &["5:21 P0412"]),
        (r#"x = @{"1": 9}[age];"#, &["5:21 P0413"]),
        (r#"x = @{"1": 9, "2": 8}[plan];"#, &["5:29 P0413"]),
        ("x = [1, 2][country];", &["5:18 P0413"]),
        // Sound.
        (
            r#"x = @{"US": 1, "DE": 2}[country]; y = @{"US": 1}[country]; z = @{"en": 1}[lang];"#,
            &[],
        ),
        (
            r#"x = @{"UK": 1}[name]; y = @{"UK": 1}[city]; z = [1, 2][age]; w = [1, 2, 3][plan];"#,
            &[],
        ),
        ("m = map(US=1, UK=2);\nx = m[country];\ny = m['UK'];", &[]),
    ]);
}

#[test]
fn cases_of_a_switch_are_comparisons() {
    let problems = found("switch { country == 'UK' => return true; }", Planout);
    assert!(problems.iter().any(|it| it == "5:16 P0412"), "{problems:?}");
    let problems = found("switch { country == 'US' => return true; }", Planout);
    assert!(!problems.iter().any(|it| it.ends_with("P0412")), "{problems:?}");
}

#[test]
fn advice_names_the_declared_value() {
    for (script, advice) in [
        (
            "x = country == 'us';",
            "did you mean `US`? if callers give this, add `us` to the values under `inputs`",
        ),
        ("x = country == 'France';", "correct it, or add `France` to the values under `inputs`"),
        (
            "x = country == null;",
            "add `null` to the values under `inputs` if the input may be missing",
        ),
        ("x = age == '18';", "write `18` without quotes, or correct the declaration"),
        (
            "x = name == 5;",
            "write the value in the type that is declared, or correct the declaration",
        ),
    ] {
        let text = namespace(script);
        let loaded = checked(&text, FileFormat::Yaml, Planout4j, &Levels::default());
        let [problem] = loaded.diagnostics.as_slice() else { panic!("{:?}", loaded.diagnostics) };
        assert_eq!(problem.help.as_deref(), Some(advice), "{script}");
    }
}

#[test]
fn a_compiled_namespace_has_the_same_problems() {
    let text = namespace("x = country == 'UK';\ny = age == '18';\nz = @{\"UK\": 2}[country];");
    let source = checked(&text, FileFormat::Yaml, Planout4j, &Levels::default());
    let document = source.document.as_ref().expect("it is valid");
    let json = planout::tree::to_json(&document.compiled, planout::tree::Layout::Pretty, Planout4j);
    let compiled = checked(&json, FileFormat::Json, Planout4j, &Levels::default());
    let codes: Vec<_> = compiled.diagnostics.iter().map(|found| found.code.as_str()).collect();
    assert_eq!(codes, ["P0412", "P0413", "P0412"]);
}
