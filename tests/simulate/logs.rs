//! Logs of exposures: their own inputs, units that differ, parts, and revisions.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::git::{done, git, is_there};
use crate::support::{Run, planout, planout_with_input, sandbox};

/// Half of the segments, with other prices in each country, and nobody elsewhere.
const GEO: &str = "\
namespace: {unit: userid, segments: 10, dialect: planout, inputs: [country]}
experiment_definitions:
  - definition: Geo
    assign: !planout |
      if (country == 'US') {
        price = uniformChoice(choices=[9, 12], unit=userid);
      } else if (country == 'DE') {
        price = weightedChoice(choices=[9, 12], weights=[9, 1], unit=userid);
      } else {
        return false;
      }
  - definition: Default
    assign: !planout |
      price = 9;
default_experiment: Default
experiment_sequence:
  - {action: add, definition: Geo, name: geo, segments: 5}
";

/// Two experiments, of which one leaves out a country.
const LOG: &str = "\
namespace: {unit: userid, segments: 100, dialect: planout, inputs: [country]}
experiment_definitions:
  - definition: X
    assign: !planout |
      if (country == 'JP') { return false; }
      a = uniformChoice(choices=['x','y'], unit=userid);
  - definition: Y
    assign: !planout |
      if (country == 'US') { b = 'us'; } else { b = uniformChoice(choices=['p','q'], unit=userid); }
  - definition: D
    assign: !planout \"a='x'; b='p';\"
default_experiment: D
experiment_sequence:
  - {action: add, definition: X, name: e1, segments: 40}
  - {action: add, definition: Y, name: e2, segments: 40}
";

fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).expect("a file");
}

/// The exposures of 20,000 units, half of them in each of two countries.
fn exposures(folder: &Path, namespace: &str, countries: [&str; 2]) -> String {
    let mut units = String::from("userid,country\n");
    for unit in 0..20_000 {
        writeln!(units, "{unit},{}", countries[unit % 2]).expect("a string");
    }
    write(folder, "units.csv", &units);
    let from = format!("{namespace}.yaml");
    let batch = ["eval", "--ns", namespace, "--from", &from, "--batch", "units.csv", "--exposure"];
    let log = planout(folder, &batch);
    assert_eq!(log.status, 0, "{}", log.stderr);
    log.stdout
}

fn compare(folder: &Path, namespace: &str, more: &[&str], log: &str) -> Run {
    let from = format!("{namespace}.yaml");
    let mut arguments = vec!["simulate", "--ns", namespace, "--from", &from, "--observed", "-"];
    arguments.extend(more);
    planout_with_input(folder, &arguments, log.as_bytes())
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}\n{}", run.stdout, run.stderr))
}

#[test]
fn the_inputs_of_the_units_decide_what_is_expected() {
    let folder = sandbox();
    write(folder.path(), "geo.yaml", GEO);
    let log = exposures(folder.path(), "geo", ["US", "DE"]);
    let run = compare(folder.path(), "geo", &[], &log);
    assert_eq!(run.status, 0, "{}\n{}", run.stdout, run.stderr);
    assert!(!run.stdout.contains("NaN"), "{}", run.stdout);
    // A half of a half and a half of a tenth.
    assert!(run.stdout.contains("12   30."), "{}", run.stdout);
    // The unit of a single record gets exactly this.
    write(folder.path(), "log.yaml", LOG);
    let one = r#"{"event":"exposure","name":"e2","inputs":{"userid":"683268451013967869","country":"US"},"params":{"b":"us"}}"#;
    let run = compare(folder.path(), "log", &[], one);
    assert_eq!(run.status, 0, "{}\n{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("\nb in e2: always \"us\"\n"), "{}", run.stdout);
}

#[test]
fn exclusion_by_an_input_is_expected() {
    let folder = sandbox();
    write(folder.path(), "log.yaml", LOG);
    let log = exposures(folder.path(), "log", ["JP", "US"]);
    let run = compare(folder.path(), "log", &["--format", "json"], &log);
    assert_eq!(run.status, 0, "{}\n{}", run.stdout, run.stderr);
    let answer = json(&run);
    // All of Japan is in the second: of the units that are logged, 0.2 of 0.6 are in the first.
    let rows = answer["experiments"]["rows"].as_array().expect("rows");
    let (first, second) = (&rows[0]["expected"], &rows[1]["expected"]);
    let counts = [&rows[0]["count"], &rows[1]["count"]].map(|it| it.as_f64().expect("a count"));
    let observed = counts[0] / (counts[0] + counts[1]);
    assert!((first.as_f64().expect("a share") - observed).abs() < 0.01, "{first} {observed}");
    assert!(
        (first.as_f64().expect("a share") + second.as_f64().expect("a share") - 1.0).abs() < 1e-12
    );
    assert_eq!(answer["as_designed"], true);
}

#[test]
fn units_that_differ_from_the_log_are_named() {
    let folder = sandbox();
    write(folder.path(), "geo.yaml", GEO);
    let log = exposures(folder.path(), "geo", ["US", "DE"]);
    let price = log.lines().position(|line| line.contains("\"price\":12")).expect("a line");
    let wrong: Vec<String> = (log.lines().enumerate())
        .map(|(place, line)| match place == price {
            true => line.replace("\"price\":12", "\"price\":9"),
            false => line.to_owned(),
        })
        .collect();
    let run = compare(folder.path(), "geo", &[], &wrong.join("\n"));
    assert_eq!(run.status, 1, "{}", run.stdout);
    let says = "has `price` 9 in the log, and 12 in the namespace\n";
    assert!(run.stdout.contains("evaluated again: 1 unit with another answer\n"), "{}", run.stdout);
    assert!(run.stdout.contains(&format!("  line {}: ", price + 1)), "{}", run.stdout);
    assert!(run.stdout.contains(says), "{}", run.stdout);
    assert!(
        run.stderr.starts_with("error: 1 unit differs from the log\nhelp: the log was made by")
    );
    // The same as JSON.
    let run = compare(folder.path(), "geo", &["--format", "json"], &wrong.join("\n"));
    let answer = json(&run);
    assert_eq!((run.status, &answer["as_designed"]), (1, &Value::Bool(false)));
    let first = &answer["differences"]["first"][0];
    assert_eq!(first["kind"], "param");
    assert_eq!((&first["logged"], &first["assigned"]), (&9.into(), &12.into()));
    // A unit for which the script returns a false value must not be in the log, unless all are.
    let hidden = r#"{"name":"geo","inputs":{"userid":3,"country":"FR"},"params":{"price":9}}"#;
    let logged = log.lines().next().expect("a line");
    let start = logged.find("\"userid\":\"").expect("a unit") + 10;
    let end = start + logged[start..].find('"').expect("a quote");
    let inside = &logged[start..end];
    let hidden = hidden.replace(":3,", &format!(":\"{inside}\","));
    let run = compare(folder.path(), "geo", &[], &hidden);
    assert_eq!(run.status, 1, "{}", run.stdout);
    assert!(run.stdout.contains("is logged, although its script returns a false value"));
    let run = compare(folder.path(), "geo", &["--counted", "all"], &hidden);
    assert_eq!(run.status, 0, "{}\n{}", run.stdout, run.stderr);
}

#[test]
fn units_in_two_experiments_fail() {
    let folder = sandbox();
    write(folder.path(), "log.yaml", LOG);
    let log = exposures(folder.path(), "log", ["US", "US"]);
    let first = log.lines().find(|line| line.contains("log-e1")).expect("a line");
    let moved = first.replace("log-e1", "log-e2").replace("log.e1", "log.e2");
    let run = compare(folder.path(), "log", &[], &format!("{log}{moved}\n"));
    assert_eq!(run.status, 1, "{}", run.stdout);
    let line = log.lines().count() + 1;
    assert!(run.stdout.contains(&format!("units in two experiments:\n  line {line}: ")));
    assert!(run.stdout.contains("is in `e2`, and in `e1` before\n"), "{}", run.stdout);
    let says = "error: 1 exposure of units that are in another experiment, too\n";
    assert!(run.stderr.starts_with(says), "{}", run.stderr);
}

#[test]
fn an_experiment_without_any_exposure_is_tested() {
    let folder = sandbox();
    write(folder.path(), "log.yaml", LOG);
    let log = exposures(folder.path(), "log", ["US", "US"]);
    let half: String = log
        .lines()
        .filter(|line| line.contains("log-e1"))
        .fold(String::new(), |text, line| text + line + "\n");
    let run = compare(folder.path(), "log", &[], &half);
    assert_eq!(run.status, 1, "{}", run.stdout);
    assert!(run.stdout.contains("  no unit of `e2`\n"), "{}", run.stdout);
    assert!(run.stdout.contains("\nexperiments: NOT AS DESIGNED"), "{}", run.stdout);
}

#[test]
fn inputs_that_no_record_has_prove_nothing() {
    let folder = sandbox();
    write(folder.path(), "geo.yaml", GEO);
    let log = exposures(folder.path(), "geo", ["US", "DE"]);
    // The service knew the country, and did not log it.
    let bare = log.replace(",\"country\":\"US\"", "").replace(",\"country\":\"DE\"", "");
    let run = compare(folder.path(), "geo", &[], &bare);
    let says = "  scripts read `country`, which is not in the file: shares by it are not known\n";
    assert!(run.stdout.contains(says), "{}", run.stdout);
    assert_eq!(run.status, 0, "{}\n{}", run.stdout, run.stderr);
    let says = "price in geo: not known: it depends on inputs that are not known\n";
    assert!(run.stdout.contains(says), "{}", run.stdout);
    let says = "units cannot be compared: their scripts read inputs that the file does not have\n";
    assert!(run.stdout.contains(says), "{}", run.stdout);
    assert!(!run.stdout.contains("evaluated again"), "{}", run.stdout);
    // The inputs can come from another file, by unit.
    let run = compare(folder.path(), "geo", &["--inputs-from", "units.csv"], &bare);
    assert_eq!(run.status, 0, "{}\n{}", run.stdout, run.stderr);
    assert!(!run.stdout.contains("cannot be compared"), "{}", run.stdout);
    // One that is the same for all is given like any input.
    let all = exposures(folder.path(), "geo", ["US", "US"]).replace(",\"country\":\"US\"", "");
    let run = compare(folder.path(), "geo", &["country=US"], &all);
    assert_eq!(run.status, 0, "{}\n{}", run.stdout, run.stderr);
}

#[test]
fn each_country_is_tested_by_itself() {
    let folder = sandbox();
    write(folder.path(), "log.yaml", LOG);
    let log = exposures(folder.path(), "log", ["US", "FR"]);
    let run = compare(folder.path(), "log", &["--by", "country"], &log);
    assert_eq!(run.status, 0, "{}\n{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("least p, corrected\n"), "{}", run.stdout);
    // A third of the French units of the first experiment are lost.
    let mut count = 0;
    let lossy: String = log
        .lines()
        .filter(|line| {
            let is_hit = line.contains("FR") && line.contains("log-e1");
            count += usize::from(is_hit);
            !(is_hit && count % 3 == 0)
        })
        .fold(String::new(), |text, line| text + line + "\n");
    let run = compare(folder.path(), "log", &["--by", "country", "--format", "json"], &lossy);
    assert_eq!(run.status, 1, "{}", run.stderr);
    let answer = json(&run);
    let fails = |part: usize| answer["parts"][part]["experiments"]["test"]["fails"].clone();
    assert_eq!((answer["parts"][0]["value"].as_str(), fails(0)), (Some("US"), false.into()));
    assert_eq!((answer["parts"][1]["value"].as_str(), fails(1)), (Some("FR"), true.into()));
    let says = "experiments where it is \\\"FR\\\"";
    assert!(run.stderr.contains(says), "{}", run.stderr);
}

#[test]
fn nothing_to_test_is_not_as_designed() {
    let folder = sandbox();
    write(folder.path(), "geo.yaml", GEO);
    let log = exposures(folder.path(), "geo", ["US", "US"]);
    // The params are those of another program.
    let line = log.lines().next().expect("a line");
    let none = line.split(",\"params\"").next().expect("a part").to_owned();
    let none = none + ",\"params\":{\"z\":1}}";
    let run = compare(folder.path(), "geo", &["--format", "json"], &none);
    assert_eq!((run.status, &json(&run)["as_designed"]), (0, &Value::Null), "{}", run.stderr);
    assert!(run.stderr.contains("nothing could be tested, and all units are as logged"));
    let run = compare(folder.path(), "geo", &["--require-test"], &none);
    assert_eq!(run.status, 1);
    assert!(run.stderr.contains("error: nothing could be tested\n"), "{}", run.stderr);
}

#[test]
fn a_log_is_compared_with_the_version_of_its_time() {
    if !is_there() {
        return;
    }
    let folder = sandbox();
    done(git(folder.path(), &["init", "-q", "-b", "main"]));
    write(folder.path(), "log.yaml", LOG);
    done(git(folder.path(), &["add", "log.yaml"]));
    done(git(folder.path(), &["commit", "-q", "-m", "first"]));
    let log = exposures(folder.path(), "log", ["US", "US"]);
    // The log begins after the commit, and the change comes later.
    let later = |line: &str| {
        let start = line.find("\"time\":").expect("a time") + 7;
        let end = start + line[start..].find(',').expect("a comma");
        format!("{}4000000000{}\n", &line[..start], &line[end..])
    };
    let log: String = log.lines().map(later).collect();
    let changed = LOG.replace("name: e1, segments: 40", "name: e3, segments: 40");
    write(folder.path(), "log.yaml", &changed);
    let run = compare(folder.path(), "log", &[], &log);
    assert_eq!(run.status, 1, "{}", run.stdout);
    assert!(run.stderr.contains("that are not active here, such as `e1`"), "{}", run.stderr);
    assert!(run.stderr.contains("`log.yaml` has changed since the log began"), "{}", run.stderr);
    let start = run.stderr.find("--from git:").expect("a location") + 7;
    let end = start + run.stderr[start..].find('`').expect("a quote");
    let location = &run.stderr[start..end];
    let then = ["simulate", "--ns", "log", "--from", location, "--observed", "-"];
    let run = planout_with_input(folder.path(), &then, log.as_bytes());
    assert_eq!(run.status, 0, "{location}: {}\n{}", run.stdout, run.stderr);
}

#[test]
fn a_log_of_units_that_their_draw_selects_is_not_as_designed() {
    let folder = sandbox();
    let ad = "\
namespace: {unit: userid, segments: 10}
experiment_definitions:
  - {definition: D, assign: !planout \"ad = 0;\"}
  - definition: E
    assign: !planout |
      ad = uniformChoice(choices=[1, 2, 3], unit=userid);
      if (ad == 3) {
        return false;
      }
default_experiment: D
experiment_sequence:
  - {action: add, definition: E, name: e, segments: 5}
";
    write(folder.path(), "ad.yaml", ad);
    let log = exposures(folder.path(), "ad", ["US", "DE"]);
    let run = compare(folder.path(), "ad", &["--format", "json"], &log);
    assert_eq!(run.status, 1, "{}", run.stdout);
    let answer = json(&run);
    assert_eq!(answer["as_designed"], false);
    assert_eq!(answer["selected"], serde_json::json!([{"experiment": "e", "param": "ad"}]));
    let run = compare(folder.path(), "ad", &[], &log);
    let says = "error: the draw of `ad` decides which units of `e` are logged\n";
    assert!(run.stderr.starts_with(says), "{}", run.stderr);
    assert!(run.stdout.contains("\nad in e decides who is logged (b), among all units:\n"));
    // All units are another matter.
    let run = compare(folder.path(), "ad", &["--counted", "all"], &log);
    assert!(!run.stderr.contains("decides which units"), "{}", run.stderr);
}

/// A unit that should not be in the log must not change the shares of the others.
#[test]
fn a_unit_that_is_not_expected_leaves_the_others_alone() {
    let folder = sandbox();
    write(folder.path(), "geo.yaml", GEO);
    let log = exposures(folder.path(), "geo", ["US", "US"]);
    let french = log.lines().next().expect("a line").replace("\"US\"", "\"FR\"");
    let unit = french.find("\"userid\":").expect("a unit");
    let french = french[..unit].to_owned()
        + "\"userid\":\"999983\",\"country\":\"FR\"},\"params\":{\"price\":9},\"event\":\"exposure\"}";
    let inside = (999_983..).find(|unit| {
        let input = format!("userid={unit}");
        let arguments = ["eval", "--ns", "geo", "--from", "geo.yaml", &input, "--format", "json"];
        planout(folder.path(), &arguments).stdout.contains("\"experiment\": \"geo\"")
    });
    let french = french.replace("999983", &inside.expect("a unit").to_string());
    for (format, log) in
        [("json", format!("{log}{french}\n")), ("text", format!("{french}\n{log}"))]
    {
        let run = compare(folder.path(), "geo", &["--format", format], &log);
        assert_eq!(run.status, 1, "{}\n{}", run.stdout, run.stderr);
        if format == "json" {
            let answer = json(&run);
            assert_eq!(answer["differences"]["units"], 1);
            let expected = answer["params"][0]["rows"][0]["expected"].as_f64().expect("a share");
            assert!((expected - 0.5).abs() < 1e-12, "{expected}");
        } else {
            assert!(run.stdout.contains("1 unit with another answer"), "{}", run.stdout);
            assert!(!run.stdout.contains("NOT AS DESIGNED"), "{}", run.stdout);
        }
    }
}

#[test]
fn params_that_only_some_records_lack_are_differences() {
    let folder = sandbox();
    write(folder.path(), "geo.yaml", GEO);
    let log = exposures(folder.path(), "geo", ["US", "US"]);
    let without = |line: &str| {
        let start = line.find("\"params\":{").expect("params") + 10;
        let end = start + line[start..].find('}').expect("an end");
        format!("{}{}\n", &line[..start], &line[end..])
    };
    let half = |(place, line): (usize, &str)| match place % 2 {
        0 => format!("{line}\n"),
        _ => without(line),
    };
    let half: String = log.lines().enumerate().map(half).collect();
    let run = compare(folder.path(), "geo", &[], &half);
    assert_eq!(run.status, 1, "{}\n{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("has no `price` in the log, and "), "{}", run.stdout);
    // A log without any params is one of another kind.
    let none: String = log.lines().map(without).collect();
    let run = compare(folder.path(), "geo", &[], &none);
    assert_eq!(run.status, 0, "{}\n{}", run.stdout, run.stderr);
}

#[test]
fn units_that_the_file_of_inputs_lacks_are_left_out() {
    let folder = sandbox();
    write(folder.path(), "geo.yaml", GEO);
    let log = exposures(folder.path(), "geo", ["US", "DE"]);
    let bare = log.replace(",\"country\":\"US\"", "").replace(",\"country\":\"DE\"", "");
    let units = fs::read_to_string(folder.path().join("units.csv")).expect("a file");
    let some: String =
        units.lines().take(5001).fold(String::new(), |text, line| text + line + "\n");
    write(folder.path(), "some.csv", &some);
    let run = compare(folder.path(), "geo", &["--inputs-from", "some.csv"], &bare);
    assert_eq!(run.status, 0, "{}\n{}", run.stdout, run.stderr);
    let says = "units left out: the file of inputs does not have them\n";
    assert!(run.stdout.contains(says), "{}", run.stdout);
    assert!(run.stdout.contains("\nprice in geo: p "), "{}", run.stdout);
}

/// An optional param has a share of units without it.
#[test]
fn units_without_a_param_are_counted() {
    let folder = sandbox();
    let some = "\
namespace: {unit: userid, segments: 10, dialect: planout}
experiment_definitions:
  - {definition: D, assign: !planout \"x = 0;\"}
  - definition: E
    assign: !planout |
      x = uniformChoice(choices=[1, 2], unit=userid);
      if (x == 2) { q = uniformChoice(choices=[5, 6], unit=userid); }
default_experiment: D
experiment_sequence:
  - {action: add, definition: E, name: e, segments: 5}
";
    write(folder.path(), "some.yaml", some);
    let log = exposures(folder.path(), "some", ["US", "DE"]);
    let run = compare(folder.path(), "some", &[], &log);
    assert_eq!(run.status, 0, "{}\n{}", run.stdout, run.stderr);
    let q = run.stdout.split("\nq in e: p ").nth(1).expect("a test of q");
    assert!(q.contains("  5           25.00 %"), "{q}");
    assert!(q.contains("  (not set)   50.00 %"), "{q}");
}

#[test]
fn units_are_not_taken_apart_by_their_assignment_nor_by_nothing() {
    let folder = sandbox();
    write(folder.path(), "geo.yaml", GEO);
    let log = exposures(folder.path(), "geo", ["US", "DE"]);
    for by in ["price", "experiment", "userid"] {
        let run = compare(folder.path(), "geo", &["--by", by], &log);
        assert_eq!(run.status, 2, "{by}: {}", run.stdout);
        assert!(run.stderr.contains("units differ in this by design"), "{}", run.stderr);
    }
    let run = compare(folder.path(), "geo", &["--by", "contry"], &log);
    assert_eq!(run.status, 1, "{}", run.stdout);
    let says = "error: no unit of `-` has a value of `contry`\nhelp: did you mean `country`?\n";
    assert!(run.stderr.starts_with(says), "{}", run.stderr);
}

/// More inputs than are told apart are no reason for an alarm.
#[test]
fn scripts_may_read_many_inputs() {
    let folder = sandbox();
    let names: Vec<String> = (0..70).map(|place| format!("i{place}")).collect();
    let code = format!(
        "n = length([{}]); if (i69 == 'a') {{ x = uniformChoice(choices=[1, 2], unit=userid); }} \
         else {{ x = 3; }}",
        names.join(", ")
    );
    let many = format!(
        "namespace: {{unit: userid, segments: 10, dialect: planout}}\n\
         experiment_definitions:\n  - {{definition: D, assign: !planout \"x = 0;\"}}\n  \
         - definition: E\n    assign: !planout |\n      {code}\ndefault_experiment: D\n\
         experiment_sequence:\n  - {{action: add, definition: E, name: e, segments: 10}}\n"
    );
    write(folder.path(), "many.yaml", &many);
    let rows = (0..2000).map(|unit| format!("{unit},{}\n", vec!["a"; 70].join(",")));
    let rows = format!("userid,{}\n{}", names.join(","), rows.collect::<String>());
    write(folder.path(), "rows.csv", &rows);
    let batch =
        ["eval", "--ns", "many", "--from", "many.yaml", "--batch", "rows.csv", "--exposure"];
    let log = planout(folder.path(), &batch);
    assert_eq!(log.status, 0, "{}", log.stderr);
    for more in [&[][..], &["--sequential"]] {
        let run = compare(folder.path(), "many", more, &log.stdout);
        assert_eq!(run.status, 0, "{}\n{}", run.stdout, run.stderr);
        assert!(run.stdout.contains("x in e: not known: "), "{}", run.stdout);
    }
}
