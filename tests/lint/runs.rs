//! Experiments that have the units of earlier ones, and experiments whose control is the free pool.

use planout::Dialect;
use planout::audit::{carry_over, deviation};
use planout::catalog::Loaded;
use planout::diagnostic::{Code, Diagnostic, Levels};
use planout::store::FileFormat;

use super::{checked, places};

/// A namespace whose sequence starts at line 8.
fn with(one: &str, two: &str, sequence: &[&str]) -> Loaded {
    let sequence: String = sequence.iter().map(|entry| format!("  - {{{entry}}}\n")).collect();
    let text = format!(
        "\
namespace: {{unit: userid, segments: 100, dialect: planout, segment_pool: ascending}}
experiment_definitions:
  - {{definition: Default, assign: !planout \"x = 0; y = 0;\"}}
  - {{definition: One, assign: !planout \"{one}\"}}
  - {{definition: Two, assign: !planout \"{two}\"}}
default_experiment: Default
experiment_sequence:
{sequence}"
    );
    checked(&text, FileFormat::Yaml, Dialect::Planout, &Levels::default())
}

fn found(loaded: &Loaded, code: Code) -> Vec<&Diagnostic> {
    loaded.diagnostics.iter().filter(|found| found.code == code).collect()
}

fn at(loaded: &Loaded, code: Code) -> Vec<String> {
    let found: Vec<Diagnostic> = found(loaded, code).into_iter().cloned().collect();
    places(&loaded.source, &found)
}

const DRAW: &str = "x = uniformChoice(choices=[1, 2], unit=userid);";
const OTHER: &str = "y = uniformChoice(choices=[3, 4], unit=userid);";

fn add(definition: &str, name: &str, segments: u32) -> String {
    format!("action: add, definition: {definition}, name: {name}, segments: {segments}")
}

fn again(first: (&str, &str), second: (&str, &str), segments: u32) -> Vec<String> {
    let remove = format!("action: remove, name: {}", first.1);
    vec![add(first.0, first.1, segments), remove, add(second.0, second.1, segments)]
}

fn run(one: &str, two: &str, sequence: &[String]) -> Loaded {
    let sequence: Vec<&str> = sequence.iter().map(String::as_str).collect();
    with(one, two, &sequence)
}

#[test]
fn units_of_an_earlier_run() {
    let same = run(DRAW, OTHER, &again(("One", "e"), ("One", "e"), 60));
    assert_eq!(at(&same, Code::CarryOver), ["10:42 P0604"]);
    let loaded = found(&same, Code::CarryOver);
    let shared = {
        let document = same.document.as_ref().expect("valid");
        let all = carry_over(document, &document.build().expect("it builds"));
        assert_eq!(all.len(), 1);
        assert!(all[0].same_draws && all[0].same_definition && all[0].of == 60);
        all[0].segments
    };
    // The pool is the same one before both.
    assert_eq!(shared, 60);
    let message = "60 of the 60 segments of `e` were in the earlier `e`, with the same draws";
    assert_eq!(loaded[0].message, message);
    let help = "\
their units get the group that they had, and its effect is there already: run it under another name
with 100 segments, the shares of such units inside and outside of a half differ by 10.1 % (standard deviation)";
    assert_eq!(loaded[0].help.as_deref(), Some(help));
    assert_eq!(loaded[0].secondary[0].text, "the earlier one ended here");
    // Another name: new draws, and the same treatment.
    let renamed = run(DRAW, OTHER, &again(("One", "e"), ("One", "f"), 60));
    let message = &found(&renamed, Code::CarryOver)[0].message;
    assert!(
        message.ends_with("were in the earlier `e`, which ran the same definition"),
        "{message}"
    );
    // Another definition under the old name that draws by the old text, or by a salt of its own.
    let (one, two) = (DRAW, DRAW.replace("[1, 2]", "[3, 4]"));
    assert_eq!(
        at(&run(one, &two, &again(("One", "e"), ("Two", "e"), 60)), Code::CarryOver).len(),
        1
    );
    let salted = |draw: &str| format!("experiment_salt = 's'; {draw}");
    let (one, two) = (salted(DRAW), salted(&two));
    assert_eq!(
        at(&run(&one, &two, &again(("One", "e"), ("Two", "f"), 60)), Code::CarryOver).len(),
        1
    );
}

#[test]
fn units_that_are_new_to_it() {
    // Another definition and other draws; no segment in common.
    let other = run(DRAW, OTHER, &again(("One", "e"), ("Two", "f"), 60));
    assert_eq!(at(&other, Code::CarryOver), [""; 0]);
    let other = run(DRAW, OTHER, &again(("One", "e"), ("Two", "e"), 60));
    assert_eq!(at(&other, Code::CarryOver), [""; 0]);
    let apart = [add("One", "e", 40), add("One", "f", 40), "action: remove, name: e".to_owned()];
    assert_eq!(at(&run(DRAW, OTHER, &apart), Code::CarryOver), [""; 0]);
    let both = [add("One", "e", 40), add("One", "f", 40)];
    assert_eq!(at(&run(DRAW, OTHER, &both), Code::CarryOver), [""; 0]);
}

#[test]
fn the_deviation_is_that_of_the_number_of_segments() {
    for (segments, expected) in [(10, 0.33), (100, 0.10), (1000, 0.032)] {
        assert!((deviation(segments) / expected - 1.0).abs() < 0.02, "{segments}");
    }
    assert_eq!(deviation(1), 1.0);
    // Replayed: the share of the old half inside and outside of a new half, over many names.
    let square = |name: usize| {
        let steps = again(("One", &format!("old{name}")), ("Two", &format!("new{name}")), 50);
        let document = run(DRAW, OTHER, &steps).document.expect("valid");
        let found = carry_over(&document, &document.build().expect("it builds"));
        let shared = found.first().map_or(0, |it| it.segments);
        (f64::from(shared) / 50.0 - f64::from(50 - shared) / 50.0).powi(2)
    };
    let rms = ((0..200).map(square).sum::<f64>() / 200.0).sqrt();
    assert!((rms - deviation(100)).abs() < 0.02, "{rms}");
}

#[test]
fn control_that_is_only_the_free_pool() {
    let alone = run("x = 1;", OTHER, &[add("One", "e", 40), add("Two", "f", 20)]);
    assert_eq!(at(&alone, Code::PoolControl), ["8:42 P0605"]);
    let it = found(&alone, Code::PoolControl)[0];
    assert_eq!(it.message, "`e` draws nothing: its only control is the 40 free segments");
    let help = "draw the arms in its script, or add an experiment that runs `Default` as a control of its own";
    assert_eq!(it.help.as_deref(), Some(help));
    // Two runs of one definition are no control of one another.
    let twice = run("x = 1;", OTHER, &[add("One", "e", 40), add("One", "f", 20)]);
    assert_eq!(at(&twice, Code::PoolControl), ["8:42 P0605", "9:42 P0605"]);
    // Another param is no control either.
    let apart = run("x = 1;", "y = 1;", &[add("One", "e", 40), add("Two", "f", 20)]);
    assert_eq!(at(&apart, Code::PoolControl).len(), 2);
    for sound in [
        run(DRAW, OTHER, &[add("One", "e", 40)]),
        run("x = 1;", "x = 2;", &[add("One", "e", 40), add("Two", "f", 20)]),
        run("x = 1;", OTHER, &[add("One", "e", 40), add("Default", "control", 20)]),
        run("x = 1;", OTHER, &[add("One", "e", 40), "action: remove, name: e".to_owned()]),
    ] {
        assert_eq!(at(&sound, Code::PoolControl), [""; 0]);
    }
}
