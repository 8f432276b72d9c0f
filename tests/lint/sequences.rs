//! Sequences of experiments, and namespaces beside one another.

use planout::Dialect;
use planout::catalog::Loaded;
use planout::diagnostic::{Code, Level, Levels};
use planout::lint::{self, Settings};
use planout::store::FileFormat;

use super::{checked, in_yaml, places};

/// A namespace with a sequence, whose entries start at 7:3.
fn with(definitions: [&str; 3], sequence: &[&str]) -> String {
    let [default, one, two] = definitions;
    let sequence: String = sequence.iter().map(|entry| format!("  - {{{entry}}}\n")).collect();
    format!(
        "\
namespace: {{unit: userid, segments: 100, segment_hashing: namespace, segment_pool: ascending}}
experiment_definitions:
  - {{definition: Default, assign: !planout \"{default}\"}}
  - {{definition: One, assign: !planout \"{one}\"}}
  - {{definition: Two, assign: !planout \"{two}\"}}
default_experiment: Default
experiment_sequence:
{sequence}"
    )
}

const DIFFERENT: [&str; 3] = [
    "x = 0;",
    "x = uniformChoice(choices=[1, 2], unit=userid);",
    "x = uniformChoice(choices=[3, 4], unit=userid);",
];
const ADD_ONE: &str = "action: add, definition: One, name: one, segments: 60";
const ADD_TWO: &str = "action: add, definition: Two, name: two, segments: 40";
const ADD_DEFAULT: &str = "action: add, definition: Default, name: aa, segments: 10";

#[test]
fn definitions_that_nothing_uses() {
    assert_eq!(in_yaml(&with(DIFFERENT, &[ADD_ONE])), ["5:18 P0601"]);
    assert_eq!(in_yaml(&with(DIFFERENT, &[])), ["4:18 P0601", "5:18 P0601"]);
    let ended = [ADD_ONE, "action: remove, name: one", ADD_TWO];
    assert_eq!(in_yaml(&with(DIFFERENT, &ended)), [""; 0]);
}

#[test]
fn segments_that_are_all_taken() {
    // Nobody is left to compare the first with.
    let [default, one, two] = DIFFERENT;
    let plain = [default, "x = 1;", two];
    assert_eq!(in_yaml(&with(plain, &[ADD_ONE, ADD_TWO])), ["9:57 P0602"]);
    let nearly = ADD_TWO.replace("40", "39");
    assert_eq!(in_yaml(&with(plain, &[ADD_ONE, &nearly])), ["8:42 P0605"]);
    // Arms of their own, and a control of its own.
    assert_eq!(in_yaml(&with([default, one, two], &[ADD_ONE, ADD_TWO])), [""; 0]);
    assert_eq!(in_yaml(&with([default, "x = 1;", "x = 2;"], &[ADD_ONE, ADD_TWO])), [""; 0]);
    let hold_out = ADD_DEFAULT.replace("10", "40");
    assert_eq!(in_yaml(&with(plain, &[ADD_ONE, &hold_out])), ["5:18 P0601"]);
}

#[test]
fn experiments_that_do_what_the_default_does() {
    let same = ["x = 0;", "x  =  0;  # the same", DIFFERENT[2]];
    let small = ADD_ONE.replace("60", "10");
    assert_eq!(in_yaml(&with(same, &[&small, ADD_TWO])), ["4:18 P0603"]);
    // Nothing runs it any more.
    let ended = [small.as_str(), "action: remove, name: one", ADD_TWO];
    assert_eq!(in_yaml(&with(same, &ended)), [""; 0]);
    // A hold-out that says so.
    let hold_out = [ADD_DEFAULT, small.as_str(), ADD_TWO];
    assert_eq!(in_yaml(&with(DIFFERENT, &hold_out)), [""; 0]);
}

#[test]
fn params_that_the_default_lacks() {
    let draw = "x = bernoulliTrial(p=0.5, unit=userid);";
    let one = format!("x = 1; y = 1; y = 2; _z = 3; {draw}");
    let two = format!("if (userid) {{ w = 2; }} {draw}");
    let lacks = ["x = 0;", &*one, &*two];
    let small = ADD_ONE.replace("60", "10");
    assert_eq!(in_yaml(&with(lacks, &[&small, ADD_TWO])), ["4:48 P0507", "5:55 P0507"]);
    let ended = [small.as_str(), "action: remove, name: one", ADD_TWO];
    assert_eq!(in_yaml(&with(lacks, &ended)), ["5:55 P0507"]);
    let (one, two) = (format!("y = 1; {draw}"), format!("experiment_salt = 'a'; {draw}"));
    let branch = ["x = 0; if (userid) { y = 1; }", &*one, &*two];
    assert_eq!(in_yaml(&with(branch, &[&small, ADD_TWO])), [""; 0]);
}

#[test]
fn experiments_that_have_ended() {
    let mut levels = Levels::default();
    levels.set(Code::EndedExperiment, Level::Warn).expect("a warning");
    let ended = |sequence: &[&str]| {
        let text = with(DIFFERENT, sequence);
        let loaded = checked(&text, FileFormat::Yaml, Dialect::Planout4j, &levels);
        let found = loaded.diagnostics.iter().filter(|found| found.code == Code::EndedExperiment);
        let said = found.map(|found| {
            let help = found.help.clone().unwrap_or_default();
            let place = places(&loaded.source, std::slice::from_ref(found)).concat();
            format!("{place}: {}: {help}", found.message)
        });
        said.collect::<Vec<_>>()
    };
    let remove_one = "action: remove, name: one";
    assert_eq!(ended(&[ADD_ONE, ADD_TWO]), [""; 0]);
    assert_eq!(
        ended(&[ADD_ONE, remove_one]),
        ["9:28 P0600: experiment `one` has ended, and nothing depends on it any more: \
          its two entries can be deleted: no segment changes hands"]
    );
    // What was added in between drew from what was left.
    let between = ended(&[ADD_ONE, ADD_TWO, remove_one]);
    assert_eq!(between.len(), 1);
    assert!(between[0].starts_with("10:28 P0600: experiment `one` has ended, and its entries"));
    assert!(between[0].ends_with(" segments would change hands"), "{between:?}");
    // Without the removal of the first run, the second is of the same name.
    let again = ended(&[ADD_ONE, remove_one, ADD_ONE, remove_one]);
    assert_eq!(again.len(), 2, "{again:?}");
    // Off by default.
    assert_eq!(in_yaml(&with(DIFFERENT, &[ADD_ONE, remove_one, ADD_TWO])), [""; 0]);
}

/// Checks two namespaces together, and returns what is said of shared segments.
fn shared(one: &str, two: &str) -> Vec<String> {
    let load = |name, text: &str| {
        Loaded::new(
            name,
            Some(name),
            text.as_bytes().to_vec(),
            FileFormat::Yaml,
            Dialect::Planout4j,
        )
    };
    let mut all = [load("one", one), load("two", two)];
    lint::check(&mut all, &Settings::default());
    let found = all.iter().flat_map(|loaded| {
        let found = loaded.diagnostics.iter().filter(|found| found.code == Code::SharedSegments);
        found.map(|found| {
            let place = places(&loaded.source, std::slice::from_ref(found)).concat();
            format!("{} {place}: {}", loaded.name, found.help.clone().unwrap_or_default())
        })
    });
    found.collect()
}

#[test]
fn namespaces_that_share_their_segments() {
    let own = with(DIFFERENT, &[ADD_ONE, ADD_TWO]);
    let one = own.replace(", segment_hashing: namespace, segment_pool: ascending", "");
    let found = shared(&one, &one);
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("two 1:37 P0700: "), "{found:?}");
    // The figures are those of the segments.
    let load = |name| {
        let loaded = Loaded::new(
            "x",
            Some(name),
            one.as_bytes().to_vec(),
            FileFormat::Yaml,
            Dialect::Planout4j,
        );
        loaded.document.expect("valid").build().expect("it builds")
    };
    let (a, b) = (load("one"), load("two"));
    let experiment =
        |namespace: &planout::Namespace| namespace.experiments()[0].segments().to_vec();
    let (a, b) = (experiment(&a), experiment(&b));
    let common = a.iter().filter(|segment| b.contains(segment)).count();
    let share = 100.0 * common as f64 / 60.0;
    let figures =
        format!("of the units in `one`, {share:.2} % are in `one` of `one`; of all units, 60.00 %");
    assert!(found[0].contains(&figures), "{figures}\n{}", found[0]);
    // Numbers with a common divisor depend on one another, too.
    let larger = one.replace("segments: 100,", "segments: 150,");
    let found = shared(&one, &larger);
    assert!(found.len() == 1 && found[0].starts_with("two 1:37 P0700: "), "{found:?}");
    // Of two segments, each holds one: they have the same units, or none in common.
    let half = |name: &str| {
        let all = format!("action: add, definition: One, name: {name}, segments: 1");
        with(DIFFERENT, &[&all])
            .replace("segments: 100", "segments: 2")
            .replace(", segment_hashing: namespace, segment_pool: ascending", "")
    };
    assert_eq!(shared(&half("a"), &half("b")).len(), 1);
    // Hashed on their own, of another number, of another unit, without experiments.
    assert_eq!(shared(&own, &one), [""; 0]);
    assert_eq!(shared(&one.replace("segments: 100", "segments: 101"), &one), [""; 0]);
    assert_eq!(shared(&one.replace("unit: userid", "unit: pageid"), &one), [""; 0]);
    let none =
        with(DIFFERENT, &[]).replace(", segment_hashing: namespace, segment_pool: ascending", "");
    assert_eq!(shared(&none, &one), [""; 0]);
}
