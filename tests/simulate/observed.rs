//! What was counted elsewhere: tables and logs.

use std::fmt::Write as _;
use std::fs;

use planout::diagnostic::with_causes;
use planout::exposure::RecordError;
use planout::simulate::{
    Counted, Design, Group, LogError, LogSettings, Logged, Observed, Report, Scope, Table,
    TableError, TableSettings, Units, design, report,
};
use planout::{Dialect, Map, Namespace, NamespaceBuilder, Script, Value};

use crate::support::{planout, planout_with_input, sandbox};

const DIALECT: Dialect = Dialect::Planout4j;

/// Two experiments on 2 and 3 of 10 segments.
fn shop() -> Namespace {
    let script = |code| Script::compile("test", code, DIALECT).expect(code);
    let price = "price = uniformChoice(choices=[10, 12], unit=userid);
                 speed = randomFloat(min=0, max=1, unit=userid);";
    NamespaceBuilder::new("shop", "userid", 10)
        .define("D", script("price = 10;"))
        .and_then(|it| it.define("X", script(price)))
        .and_then(|it| {
            it.define(
                "Y",
                script("price = 9; return bernoulliTrial(p=0.5, unit=userid, salt='s');"),
            )
        })
        .and_then(|it| it.default_experiment("D"))
        .and_then(|it| it.add("first", "X", 2))
        .and_then(|it| it.add("second", "Y", 3))
        .and_then(NamespaceBuilder::build)
        .expect("a namespace")
}

fn designed(namespace: &Namespace, counted: Counted) -> Design<'_> {
    design(namespace, &[Group { inputs: Map::new(), weight: 1.0 }], counted)
}

fn table(design: &Design<'_>, rows: &[&str]) -> Result<Observed, String> {
    let settings = TableSettings::default();
    let told = |error: TableError| with_causes(&error);
    let mut table = Table::new(design.namespace, settings, rows[0].split(',')).map_err(told)?;
    for (row, line) in rows[1..].iter().zip(2..) {
        table.add(line, row.split(',')).map_err(told)?;
    }
    table.observed(None, design).map_err(|error| with_causes(&error))
}

/// The log of a namespace, with the units that are exposed.
fn log(namespace: &Namespace) -> Logged<'_> {
    let counted = Counted::InExperiment;
    Logged::new(namespace, LogSettings { counted, ..LogSettings::default() })
}

fn compared(rows: &[&str]) -> Report {
    let namespace = shop();
    let design = designed(&namespace, Counted::All);
    report(&design, &table(&design, rows).expect("a table"))
}

#[test]
fn lost_units_are_found() {
    let good = compared(&["experiment,count", "first,2010", "second,2980", "(default),5010"]);
    let test = good.experiments_test.expect("a test");
    assert_eq!(test.degrees, 2);
    assert!(!test.fails());
    let lost = compared(&["experiment,count", "first,2000", "second,2700", "(default),5000"]);
    assert!(lost.experiments_test.expect("a test").fails());
    // Only what was counted is compared with one another.
    let two = compared(&["count,experiment", "200, first", "300, second"]);
    let test = two.experiments_test.expect("a test");
    assert_eq!((test.degrees, test.statistic), (1, 0.0));
    assert_eq!(two.experiments[0].expected, Ok(0.4));
}

#[test]
fn values_are_counted_however_they_are_written() {
    for price in ["10", "10.0", "1e1"] {
        let row = format!("price,{price},505");
        let report = compared(&["param,value,count", &row, "price,12,100", "price,9,295"]);
        // 0.3 of 9, 0.1 of 12 and the rest of 10.
        assert_eq!(report.params[0].rows.len(), 3);
        assert!(!report.params[0].test.as_ref().expect("a test").fails(), "{:?}", report.params);
    }
    let scoped = compared(&[
        "experiment,param,value,count",
        "first,price,10,480",
        "first,price,12,520",
        "first,,,1000",
        "second,,,1500",
    ]);
    assert_eq!(scoped.params[0].scope, Scope::Cohort(0));
    assert_eq!(scoped.tests().count(), 2);
    assert_eq!(scoped.failed_tests().count(), 0);
    let impossible = compared(&["param,value,count", "price,10,600", "price,11,1", "price,9,300"]);
    assert!(impossible.params[0].test.as_ref().expect("a test").fails());
}

#[test]
fn a_wrong_table_is_refused() {
    let namespace = shop();
    let design = designed(&namespace, Counted::All);
    let cases: [(&[&str], &str); 11] = [
        (&["experiment,number"], "unknown column `number`"),
        (&["experiment,value,count"], "the columns must be"),
        (&["experiment"], "the columns must be"),
        (&["experiment,count", "first"], "1 fields where the header has 2"),
        (&["experiment,count", "first,-1"], "`-1` is not a number of units"),
        (&["experiment,count", "frist,1"], "did you mean `first`?"),
        (&["experiment,param,value,count", ",,,1"], "neither an experiment nor a param"),
        (&["experiment,count", "first,1", "first,1"], "counted twice"),
        (&["param,value,count", "prize,1,1"], "did you mean `price`?"),
        (&["param,value,count", "price,9,1", "price,9.0,1"], "counted twice"),
        (&["param,value,count", "speed,0.5,1"], "too many values to be counted"),
    ];
    for (rows, message) in cases {
        let error = table(&design, rows).expect_err(message);
        assert!(error.contains(message), "{error}");
    }
}

fn read(design: &Design<'_>, text: &str) -> Result<Observed, String> {
    let table = Table::read(design.namespace, TableSettings::default(), text.as_bytes());
    let observed = table.and_then(|table| table.observed(None, design));
    observed.map_err(|error| with_causes(&error))
}

#[test]
fn a_table_that_is_cut_off_is_refused() {
    let namespace = shop();
    let design = designed(&namespace, Counted::All);
    for (text, message) in [
        ("", "line 1: no counts follow the names of the columns"),
        ("experiment,count\n", "line 1: no counts follow the names of the columns"),
        ("experi", "line 1: unknown column `experi`"),
        (
            "experiment,count\nfirst,5\n\"second,6\n(default),7\n",
            "line 3: a quote is opened here and not closed: the file ends before",
        ),
        (
            "experiment,count\r\n\r\n\"fi\"\"rst\",\"\r\n",
            "line 3: a quote is opened here and not closed: the file ends before",
        ),
        ("\"experiment,count\nfirst,5\n", "line 1: a quote is opened here and not closed"),
        (
            "experiment,count\nfirst,\"5\nsecond,\"6\"\n",
            "line 2: a field goes on after its quotes: is an earlier quote not closed?",
        ),
        (
            "experiment,count\nfirst,5\nsec",
            "line 3: the file ends in the middle of this row: 1 fields where the header has 2",
        ),
        (
            "experiment,count\nfirst,5\nsecond,",
            "line 3: the file ends in the middle of this row: `` is not a number of units",
        ),
        ("experiment,count\nfirst,5\nsec\n", "line 3: 1 fields where the header has 2"),
        ("experiment,count\r\nfirst,5\r\nfrist,5\r\n", "line 3: unknown active experiment"),
        (
            "experiment,count\nfirst,18446744073709551615\nsecond,2\n",
            "line 2: with these, there are more than 9007199254740992 units",
        ),
        (
            "experiment,count\nfirst,9007199254740992\nsecond,1\n",
            "line 3: with these, there are more than",
        ),
    ] {
        let error = read(&design, text).expect_err(text);
        assert!(error.starts_with(message), "{text:?}: {error}");
    }
    let whole = "\u{feff}experiment,count\n\"first\",\"5\"\nsecond,6";
    assert_eq!(read(&design, whole).expect("whole").cohorts, [Some(5), Some(6), None]);
}

#[test]
fn every_cut_of_a_log_is_refused() {
    let namespace = shop();
    let log = format!(
        "{}\r\n\n{}",
        record("shop.first", 7, "\"price\":10"),
        record("shop.second", 8, "")
    );
    let read = |text: &str| {
        let mut log = self::log(&namespace);
        let read = log.read_exposures(text.as_bytes());
        read.map(|()| log.units()).map_err(|error| with_causes(&error))
    };
    assert_eq!(read(&log), Ok(2));
    for end in 1..log.len() {
        let is_whole = log[..end].trim_end().ends_with("\"1\"}");
        for rest in ["", "\n"] {
            let cut = log[..end].to_owned() + rest;
            let outcome = read(&cut);
            assert_eq!(outcome.is_ok(), is_whole, "{cut:?}");
            let Err(error) = outcome else { continue };
            let line = cut.trim_end().matches('\n').count() + 1;
            assert!(error.starts_with(&format!("line {line}: ")), "{error}");
            let says = error.contains("the file ends in the middle of this record: ");
            assert_eq!(says, rest.is_empty(), "{cut:?}: {error}");
        }
    }
}

/// A record as PlanOut's loggers write it.
fn record(salt: &str, unit: i64, params: &str) -> String {
    format!(
        r#"{{"name":"any","time":1,"salt":"{salt}","inputs":{{"userid":{unit}}},"params":{{{params}}},"event":"exposure","checksum":"1"}}"#
    )
}

/// A log of what a service exposes: the units in the experiment, each twice.
fn logged(namespace: &Namespace, units: usize) -> Vec<String> {
    let units = Units { count: units, seed: 3, inputs: Map::new() };
    let mut log = Vec::new();
    for index in 0..units.count {
        let unit = units.unit(index);
        let inputs = Map::from_iter([("userid".to_owned(), Value::from(unit))]);
        let assignment = namespace.assign(&inputs).expect("an assignment");
        let Some(name) = assignment.experiment.filter(|_| assignment.in_experiment) else {
            continue;
        };
        let params: Vec<String> = (assignment.params.iter())
            .map(|(name, value)| format!("\"{name}\":{}", value.to_string().replace(".0,", ",")))
            .collect();
        let line = record(&format!("shop.{name}"), unit, &params.join(","));
        log.extend([line.clone(), line]);
    }
    log
}

#[test]
fn a_log_of_what_happens_is_as_designed() {
    let namespace = shop();
    let mut log = log(&namespace);
    let lines = logged(&namespace, 4000);
    for (line, number) in lines.iter().zip(1..) {
        log.add_exposure(line, number).expect("a log");
    }
    assert_eq!(log.units() * 2, lines.len());
    let different = log.differences();
    assert_eq!((different.units, different.moved, different.unknown), (0, 0, 0));
    let design = log.design(None);
    let report = report(&design, &log.observed(None, &design));
    // Half of the second experiment's units are not in it: 0.15 beside 0.2.
    let expected: Vec<f64> =
        report.experiments.iter().map(|row| row.expected.clone().expect("known")).collect();
    assert!((expected[0] - 0.2 / 0.35).abs() < 1e-12);
    assert_eq!(report.failed_tests().count(), 0);
    // Experiments, price and speed of the first; the second has but one price.
    assert_eq!(report.tests().count(), 3);
}

#[test]
fn a_log_tells_what_it_holds_besides() {
    let namespace = shop();
    let mut log = log(&namespace);
    let unit = |wanted: Option<usize>| {
        (0..).find(|unit| namespace.owner(namespace.segment(&Value::from(*unit))) == wanted)
    };
    let (first, second) = (unit(Some(0)).expect("a unit"), unit(Some(1)).expect("a unit"));
    let lines = [
        record("shop.first", first, ""),
        record("shop.second", first, ""),
        record("shop.first", second, ""),
        record("elsewhere", 1, ""),
        record("shop.gone", 1, ""),
        record("shop.first", 1, "").replace("\"exposure\"", "\"click\""),
        // By its name where the salt is another.
        record("old", second + 1_000_000, "").replace("\"any\"", "\"shop-second\""),
    ];
    for (line, number) in lines.iter().zip(1..) {
        log.add_exposure(line, number).expect("a log");
    }
    let different = log.differences();
    assert_eq!((log.units(), different.moved), (3, 1));
    assert_eq!(different.moves[0].line, 2);
    assert!((1..=2).contains(&different.units));
    assert_eq!((log.other_experiments, log.other_events), (2, 1));
    assert_eq!(log.inactive, Some(("gone".to_owned(), 1)));
    assert!(matches!(log.add_exposure("{", 8), Err(LogError::Record(RecordError::Json(_)))));
    assert_eq!(log.add_exposure("[]", 8), Err(RecordError::NotARecord("a list").into()));
    let no_unit = record("shop.first", 1, "").replace("userid", "user");
    let missing = LogError::MissingUnit("userid".to_owned());
    assert_eq!(log.add_exposure(&no_unit, 8), Err(missing));
}

#[test]
fn the_command_tests_files() {
    let folder = sandbox();
    let run = |file: &str, text: &str| {
        fs::write(folder.path().join(file), text).expect("a file");
        planout(folder.path(), &["simulate", "--ns", "button_color", "--observed", file])
    };
    let good = run("good.csv", "experiment,count\nColors,5000\n(default),5030\n");
    assert_eq!(good.status, 0, "{}", good.stderr);
    assert!(good.stderr.contains("1 test: as designed"), "{}", good.stderr);
    let lost = run("lost.csv", "experiment,count\nColors,5000\n(default),4500\n");
    assert_eq!(lost.status, 1);
    assert!(lost.stdout.contains("experiments: NOT AS DESIGNED"), "{}", lost.stdout);
    assert!(lost.stderr.contains("error: not as designed: experiments\n"), "{}", lost.stderr);
    let wrong = run("wrong.csv", "experiment,count\nColors,5000\nColor,4500\n");
    assert_eq!(wrong.status, 1);
    assert!(wrong.stderr.contains("`wrong.csv`, line 3: "), "{}", wrong.stderr);
    assert!(wrong.stderr.contains("did you mean `Colors`?"), "{}", wrong.stderr);
    let cut = run("cut.csv", "experiment,count\nColors,5000\n\"(default),4500\nx,1\n");
    assert_eq!((cut.status, cut.stdout.as_str()), (1, ""));
    assert!(
        cut.stderr.starts_with("error: `cut.csv`, line 3: a quote is opened"),
        "{}",
        cut.stderr
    );
    let missing = ["simulate", "--ns", "button_color", "--observed", "nowhere.csv"];
    let missing = planout(folder.path(), &missing);
    assert_eq!(missing.status, 3);
    assert!(missing.stderr.contains("cannot read `nowhere.csv`"), "{}", missing.stderr);

    let mut log = String::new();
    for unit in 0..300 {
        let record = record("button_color.Colors", unit, r##""color":"#3b5998","label":"Join""##);
        writeln!(log, "{record}").expect("a string");
    }
    let run = run("exposures.jsonl", &log);
    assert_eq!(run.status, 1);
    assert!(run.stdout.contains("300 units exposed"), "{}", run.stdout);
    assert!(run.stdout.contains("evaluated again: "), "{}", run.stdout);
    let says = "is in `Colors` of the log, and in `(default)` of the namespace";
    assert!(run.stdout.contains(says), "{}", run.stdout);
    assert!(run.stderr.contains(" units differ from the log; not as designed: color in Colors"));
    assert!(run.stdout.contains("color in Colors: NOT AS DESIGNED"), "{}", run.stdout);
    let other = log.replace("button_color.Colors", "elsewhere");
    let arguments = ["simulate", "--ns", "button_color", "--observed", "-"];
    let run = planout_with_input(folder.path(), &arguments, other.as_bytes());
    assert_eq!(run.status, 1);
    let message = "`-` has no exposures of namespace `button_color`: 300 of other experiments";
    assert!(run.stderr.contains(message), "{}", run.stderr);
    let broken = planout_with_input(folder.path(), &arguments, b"{}\n{\n");
    assert_eq!(broken.status, 1);
    assert!(broken.stderr.contains("`-`, line 2: "), "{}", broken.stderr);
}

#[test]
fn exposures_that_a_batch_writes_are_as_designed() {
    let folder = sandbox();
    let units: String = (0..5000).map(|unit| format!("{unit}\n")).collect();
    fs::write(folder.path().join("units.csv"), format!("userid\n{units}")).expect("a file");
    let batch = ["eval", "--ns", "onboarding", "--batch", "units.csv", "--exposure", "country=FR"];
    let log = planout(folder.path(), &batch);
    assert_eq!(log.status, 0, "{}", log.stderr);
    let simulate = ["simulate", "--ns", "onboarding", "--observed", "-", "--input", "country=FR"];
    let run = planout_with_input(folder.path(), &simulate, log.stdout.as_bytes());
    assert_eq!(run.status, 0, "{}\n{}", run.stderr, run.stdout);
    assert!(run.stdout.contains("steps in welcome.a: p "), "{}", run.stdout);
    assert!(!run.stdout.contains("evaluated again"), "{}", run.stdout);
}
