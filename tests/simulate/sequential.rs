//! Tests that may be looked at any time: on a log, and day by day.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use planout::simulate::{LogSettings, Logged, report};
use planout::{Dialect, Map, Namespace, NamespaceBuilder, Script, Value};
use serde_json::Value as Json;

use crate::support::{Run, planout, planout_with_input, sandbox};

const SHOP: &str = "\
namespace: {unit: userid, segments: 100, dialect: planout}
experiment_definitions:
  - {definition: D, assign: !planout \"price = 9;\"}
  - {definition: E, assign: !planout \"price = uniformChoice(choices=[9, 12], unit=userid);\"}
default_experiment: D
experiment_sequence:
  - {action: add, definition: E, name: a, segments: 50}
  - {action: add, definition: E, name: b, segments: 50}
";

fn compare(folder: &Path, log: &str, more: &[&str]) -> Run {
    fs::write(folder.join("shop.yaml"), SHOP).expect("a file");
    let mut arguments = vec![
        "simulate",
        "--ns",
        "shop",
        "--from",
        "shop.yaml",
        "--observed",
        "-",
        "--sequential",
        "--format",
        "json",
    ];
    arguments.extend(more);
    planout_with_input(folder, &arguments, log.as_bytes())
}

fn json(run: &Run) -> Json {
    serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}\n{}", run.stdout, run.stderr))
}

#[test]
fn a_log_is_tested_unit_by_unit() {
    let folder = sandbox();
    fs::write(folder.path().join("shop.yaml"), SHOP).expect("a file");
    let units: String = (0..20_000).map(|unit| format!("{unit}\n")).collect();
    fs::write(folder.path().join("units.csv"), format!("userid\n{units}")).expect("a file");
    let batch =
        ["eval", "--ns", "shop", "--from", "shop.yaml", "--batch", "units.csv", "--exposure"];
    let log = planout(folder.path(), &batch).stdout;
    let run = compare(folder.path(), &log, &[]);
    assert_eq!(run.status, 0, "{}\n{}", run.stdout, run.stderr);
    assert_eq!(json(&run)["experiments"]["test"]["method"], "sequential");
    // Every fourth unit of one experiment is lost from the middle on.
    let mut count = 0;
    let lossy: String = log
        .lines()
        .enumerate()
        .filter(|(place, line)| {
            let is_hit = *place > 10_000 && line.contains("shop-a");
            count += usize::from(is_hit);
            !(is_hit && count % 4 == 0)
        })
        .fold(String::new(), |text, (_, line)| text + line + "\n");
    let run = compare(folder.path(), &lossy, &[]);
    assert_eq!(run.status, 1, "{}", run.stdout);
    let failed_at = json(&run)["experiments"]["test"]["failed_at"].as_u64().expect("a number");
    assert!((10_000..18_750).contains(&failed_at), "{failed_at}");
    let says = format!("warning: not as designed from line {failed_at} of `-` on\n");
    assert!(run.stderr.contains(&says), "{failed_at}: {}", run.stderr);
}

#[test]
fn a_table_is_tested_day_by_day() {
    let folder = sandbox();
    let mut table = String::from("date,experiment,count\n");
    for day in 1..=28 {
        writeln!(table, "2026-11-{day:02},a,5000\n2026-11-{day:02},b,4990").expect("a string");
    }
    let run = compare(folder.path(), &table, &[]);
    assert_eq!(run.status, 0, "{}\n{}", run.stdout, run.stderr);
    // Days may come in any order.
    let mut lines: Vec<&str> = table.lines().skip(1).collect();
    lines.reverse();
    let reversed = format!("date,experiment,count\n{}\n", lines.join("\n"));
    assert_eq!(
        compare(folder.path(), &reversed, &[]).stdout.lines().count(),
        run.stdout.lines().count()
    );
    // Two days are wrong and the rest makes up for them: who looks every day sees it for good.
    let wrong =
        "date,experiment,count\n1,a,5000\n1,b,5000\n2,a,5600\n2,b,4400\n3,a,4400\n3,b,5600\n";
    let run = compare(folder.path(), wrong, &[]);
    assert_eq!(run.status, 1, "{}", run.stdout);
    let test = &json(&run)["experiments"]["test"];
    assert_eq!((&test["failed_at"], &test["fails"]), (&20_000.into(), &true.into()));
    // Without the option, the sum of all days is tested.
    let arguments = ["simulate", "--ns", "shop", "--from", "shop.yaml", "--observed", "-"];
    let run = planout_with_input(folder.path(), &arguments, wrong.as_bytes());
    assert_eq!(run.status, 0, "{}\n{}", run.stdout, run.stderr);
    // As published for one look.
    let one = "experiment,count\na,50800\nb,49200\n";
    let test = json(&compare(folder.path(), one, &[]))["experiments"]["test"].clone();
    assert!((test["statistic"].as_f64().expect("a number") - 9.3310).abs() < 5e-5, "{test}");
    let bad = compare(folder.path(), "date,experiment,count\n1.2.2026,a,1\n", &[]);
    assert!(bad.stdout.contains("`1.2.2026` is not a date"), "{}", bad.stdout);
}

fn split() -> Namespace {
    let script = |code| Script::compile("test", code, Dialect::Planout).expect(code);
    NamespaceBuilder::new("split", "userid", 100)
        .dialect(Dialect::Planout)
        .define("D", script("x = 0;"))
        .and_then(|it| it.define("X", script("x = uniformChoice(choices=[1, 2, 3], unit=userid);")))
        .and_then(|it| it.default_experiment("D"))
        .and_then(|it| it.add("a", "X", 50))
        .and_then(|it| it.add("b", "X", 50))
        .and_then(NamespaceBuilder::build)
        .expect("a namespace")
}

/// Whoever looks after each of 2,000 units is alarmed falsely in at most one of 1,000 logs: of 100
/// logs, in none with a probability of 90 %.
#[test]
fn looking_after_each_unit_raises_few_false_alarms() {
    let namespace = split();
    let alarms = (0..100).filter(|seed| {
        let settings = LogSettings { sequential: true, ..LogSettings::default() };
        let mut log = Logged::new(&namespace, settings);
        for unit in 0..2000 {
            let unit = Value::from(seed * 1_000_000 + unit);
            let cohort = namespace.owner(namespace.segment(&unit)).expect("an experiment");
            let logged = planout::simulate::LoggedUnit {
                unit: &unit,
                cohort,
                inputs: &Map::new(),
                params: None,
                is_text: false,
                part: None,
                line: 1,
            };
            log.add(&logged).expect("a unit");
        }
        let design = log.design(None);
        let report = report(&design, &log.observed(None, &design));
        assert_eq!(report.tests().count(), 3);
        report.failed_tests().next().is_some()
    });
    assert!(alarms.count() <= 1);
}
