//! Files of units in place of random ones.

use std::fs;
use std::path::Path;

use planout::batch::{Batch, Error, Format, Input, OnError};
use planout::namespace::BASELINE;
use planout::simulate::{Counted, Distribution, Sample, SampleError, Scope, design, report};
use planout::{Dialect, Namespace, NamespaceBuilder, Script, Value};

use crate::support::{Run, planout, planout_with_input, sandbox, shell};

const COUNTRIES: [&str; 4] = ["NL", "NL", "US", "JP"];

/// An experiment on 4 of 10 segments that does something else in each country.
fn shop() -> Namespace {
    let script = |code| Script::compile("test", code, Dialect::Planout).expect(code);
    let price = "if (country == 'NL') {
            price = uniformChoice(choices=[10, 12], unit=userid);
        } else if (country == 'US') {
            price = 9;
        } else {
            speed = randomFloat(min=0, max=1, unit=userid);
        }";
    NamespaceBuilder::new("shop", "userid", 10)
        .dialect(Dialect::Planout)
        .define("D", script("price = 10;"))
        .and_then(|it| it.define("X", script(price)))
        .and_then(|it| it.default_experiment("D"))
        .and_then(|it| it.add("first", "X", 4))
        .and_then(NamespaceBuilder::build)
        .expect("a namespace")
}

fn row(unit: impl Into<Value>, country: &str) -> [Value; 2] {
    let country = if country.is_empty() { Value::Null } else { country.into() };
    [unit.into(), country]
}

fn sample(namespace: &Namespace, units: i64) -> Sample<'_> {
    let mut sample = Sample::new(namespace, &["userid", "country"]);
    for unit in 0..units {
        let country = COUNTRIES[unit as usize % COUNTRIES.len()];
        sample.add(&row(unit, country)).expect("a unit");
    }
    sample
}

fn shares(distribution: &Distribution) -> Vec<(String, f64)> {
    distribution.values().map(|(value, share)| (value.to_string(), share)).collect()
}

#[test]
fn what_is_expected_is_the_mixture_of_the_units_inputs() {
    let namespace = shop();
    let sample = sample(&namespace, 20_000);
    assert_eq!((sample.units(), sample.inputs()), (20_000, vec!["country"]));
    let weights: Vec<f64> = sample.groups().iter().map(|group| group.weight).collect();
    assert_eq!(weights, [10_000.0, 5_000.0, 5_000.0]);

    let design = design(&namespace, &sample.groups(), Counted::All);
    let first = design.param(Scope::Cohort(0), "price").expect("a param").expect("known");
    // Where the experiment sets no price, it is the default's.
    let expected = [("10", 0.5 * 0.5 + 0.25), ("12", 0.25), ("9", 0.25)];
    assert_eq!(shares(first), expected.map(|(value, share)| (value.to_owned(), share)));
    let all = design.param(Scope::All, "price").expect("a param").expect("known");
    for (value, share) in [("10", 0.6 + 0.4 * 0.5), ("12", 0.1), ("9", 0.1)] {
        let found = shares(all).into_iter().find(|it| it.0 == value).expect(value);
        assert!((found.1 - share).abs() < 1e-12, "{found:?}");
    }
    let speed = design.param(Scope::Cohort(0), "speed").expect("a param").expect("known");
    assert!((speed.continuous() - 0.25).abs() < 1e-12);

    let observed = sample.observe(&design, 3);
    let report = report(&design, &observed);
    assert_eq!((report.tests().count(), report.failed_tests().count()), (5, 0));
    assert_eq!(report.failed, 0);
    // Each unit gets what it gets alone.
    let mut nines = 0;
    for unit in 0..20_000 {
        let [unit, country] = row(unit, COUNTRIES[unit as usize % COUNTRIES.len()]);
        let inputs = [("userid".to_owned(), unit), ("country".to_owned(), country)];
        let inputs = inputs.into_iter().collect();
        let assignment = namespace.assign(&inputs).expect("an assignment");
        nines += u64::from(assignment.params.int("price", 0) == 9);
    }
    let counted = &observed.params[&(Scope::All, "price".to_owned())];
    assert_eq!(counted.of(&Value::from(9)), nines);
}

#[test]
fn each_unit_counts_once_with_its_first_inputs() {
    let namespace = shop();
    let mut sample = Sample::new(&namespace, &["country", "userid"]);
    for (unit, country) in [("7", "NL"), ("8", ""), ("7", "US"), ("9", "NL")] {
        let [unit, country] = row(unit, country);
        sample.add(&[country, unit]).expect("a unit");
    }
    // A number and its text are hashed alike.
    sample.add(&[Value::from("JP"), Value::from(9)]).expect("a unit");
    assert_eq!((sample.units(), sample.repeated()), (3, 2));
    let groups: Vec<_> = sample.groups().into_iter().map(|it| (it.inputs, it.weight)).collect();
    let country = |country: &str| [("country".to_owned(), Value::from(country))].into();
    assert_eq!(groups, [(country("NL"), 2.0), ([].into(), 1.0)]);
    let missing = sample.add(&[Value::from("NL"), Value::Null]).expect_err("no unit");
    assert!(matches!(missing, SampleError::Unit(_)), "{missing}");
}

#[test]
fn too_many_combinations_are_refused() {
    let namespace = shop();
    let mut sample = Sample::new(&namespace, &["userid", "age", "city", "country"]);
    let mut add = |unit: i64| {
        let city = Value::from(unit / 2);
        sample.add(&[unit.into(), (unit % 90).into(), city, Value::from("NL")])
    };
    (0..10_000).for_each(|unit| add(unit).expect("a unit"));
    // Known ones still fit.
    assert_eq!(add(0), Ok(()));
    let error = add(10_000).expect_err("one too many");
    let message = "the inputs that scripts read have more than 10000 combinations, with 5000 \
                   values of `city`";
    assert_eq!(error.to_string(), message);
}

#[test]
fn rows_are_read_with_their_types() {
    let namespace = shop();
    let read = |format, text: &'static str, on_error| {
        let batch = Batch::new(vec![&namespace], "users", format, format);
        let types = match format {
            Format::Csv => vec![("userid".to_owned(), planout::batch::Type::Integer)],
            _ => Vec::new(),
        };
        let batch = Batch { types, on_error, ..batch };
        assert_eq!(batch.columns(), ["userid", BASELINE, "country"]);
        let mut rows = Vec::new();
        let summary = batch.read(Input::Stream(Box::new(text.as_bytes())), &mut |row| {
            rows.push([row[0].clone(), row[2].clone()]);
            Ok(())
        });
        (rows, summary)
    };
    let good = [row(7, "NL"), row(8, "")];
    let lines = "{\"userid\":7,\"country\":\"NL\"}\n{\"userid\":8}\n";
    let (rows, summary) = read(Format::Jsonl, lines, OnError::Fail);
    assert_eq!((rows, summary.expect("rows").rows), (good.to_vec(), 2));
    let table = "userid,x,country\n7,1,NL\nseven,1,NL\n,1,NL\n8,1\n9,1,NL\n";
    let (rows, summary) = read(Format::Csv, table, OnError::Skip);
    assert_eq!(rows, [row(7, "NL"), row(9, "NL")]);
    let summary = summary.expect("rows");
    assert_eq!((summary.rows, summary.written, summary.bad_rows()), (5, 2, 3));
    let (rows, summary) = read(Format::Csv, table, OnError::Fail);
    assert_eq!(rows.len(), 1);
    let error = summary.expect_err("a bad row");
    assert!(matches!(error, Error::Row { .. }));
    let message = planout::diagnostic::with_causes(&error);
    assert_eq!(message, "users:3: `seven` in column `userid` is not an integer");
    let (_, summary) = read(Format::Jsonl, "{\"country\":\"NL\"}\n", OnError::Fail);
    let message = "users:1: the primary unit `userid` of namespace `shop` is missing";
    let error = summary.expect_err("a bad row");
    assert_eq!(planout::diagnostic::with_causes(&error), message);
}

fn users(count: usize) -> String {
    let rows = (0..count).map(|user| format!("user{user},{}\n", COUNTRIES[user % 4]));
    "userid,country\n".to_owned() + &rows.collect::<String>()
}

/// Simulates a namespace with a file; the arguments are separated by spaces.
fn simulate(folder: &Path, arguments: &str) -> Run {
    let arguments: Vec<&str> = arguments.split(' ').filter(|it| !it.is_empty()).collect();
    planout(folder, &[&["simulate", "--ns", "onboarding", "--batch"], &arguments[..]].concat())
}

#[test]
fn formats_and_threads_change_nothing() {
    let folder = sandbox();
    let path = folder.path();
    fs::write(path.join("users.csv"), users(20_000)).expect("a file");
    let run = simulate(path, "users.csv");
    assert_eq!(run.status, 0, "{}\n{}", run.stderr, run.stdout);
    assert!(run.stdout.starts_with("onboarding: 20000 units\n  3 combinations of `country`\n"));
    // Of three quarters the one that greets: a quarter of the units are in Japan.
    assert!(run.stdout.contains("  \"Welcome back\"   18.75 %  "), "{}", run.stdout);
    for threads in 1..4 {
        assert_eq!(simulate(path, &format!("users.csv --threads {threads}")).stdout, run.stdout);
    }
    let mut names = vec!["users.tsv", "users.jsonl", "users.csv.gz", "users.jsonl.zst"];
    if cfg!(feature = "parquet") {
        names.push("users.parquet");
    }
    for name in names {
        let convert = format!(
            "planout eval --ns onboarding --batch users.csv --keep country --param steps -o {name}"
        );
        shell(&convert, path);
        assert_eq!(simulate(path, name).stdout, run.stdout, "{name}");
    }
    let piped = ["simulate", "--ns", "onboarding", "--batch", "-", "--input-format", "csv"];
    let piped = planout_with_input(path, &piped, users(20_000).as_bytes());
    assert_eq!(piped.stdout, run.stdout);
    let json = simulate(path, "users.csv --format json").stdout;
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&json["units"], &json["seed"]), (&20_000.into(), &serde_json::Value::Null));
    assert_eq!(json["notes"][0], "3 combinations of `country`");
}

#[test]
fn exit_statuses_tell_what_is_wrong_with_a_file() {
    let folder = sandbox();
    let path = folder.path();
    let run = |text: &str, arguments: &str| {
        fs::write(path.join("users.csv"), text).expect("a file");
        simulate(path, &format!("users.csv {arguments}"))
    };
    let cases = [
        (run("usrid\n1\n", ""), 1, "no column `userid`, the primary unit of namespace"),
        (run("usrid\n1\n", ""), 1, "did you mean `usrid`?"),
        (run("userid\n1\n,\n", ""), 1, "users.csv:3: 2 fields, but the header has 1"),
        (run("userid,age\n1,1\n,1\n", ""), 1, "`--on-error skip` leaves bad rows out"),
        (run("userid\n", ""), 1, "`users.csv` has no units"),
        (run(&users(9), "--input country=NL"), 1, "`country` is a column of `users.csv`"),
        (run(&users(9), "--input userid=1"), 2, "`userid` is the primary unit"),
        (run(&users(9), "--types userid:int"), 2, "unknown type `int`"),
        (run(&users(9), "--units 5"), 2, "cannot be used with"),
        (run(&users(9), "--observed nowhere.csv"), 3, "cannot read `nowhere.csv`"),
        (simulate(path, "nowhere.csv"), 3, "cannot read `nowhere.csv`"),
    ];
    for (run, status, message) in cases {
        assert_eq!(run.status, status, "{message}: {}", run.stderr);
        assert!(run.stderr.contains(message), "{message}: {}", run.stderr);
    }
    let many: String = (0..10_001).map(|user| format!("{user},c{user}\n")).collect();
    let many = run(&format!("userid,country\n{many}"), "");
    let message =
        "error: `users.csv` cannot be used: the inputs that scripts read have more than 10000";
    assert_eq!(many.status, 1);
    assert!(many.stderr.starts_with(message), "{}", many.stderr);
    assert!(many.stderr.contains("coarser values of `country`"), "{}", many.stderr);
    let skipped = run(&(users(5000) + "user1,US\nx,y,z\n,NL\n"), "--on-error skip");
    assert_eq!(skipped.status, 0, "{}", skipped.stderr);
    for note in [
        "  1 row of repeated units ignored\n",
        "  2 rows left out; the first: users.csv:5003: 3 fields, but the header has 2\n",
    ] {
        assert!(skipped.stdout.contains(note), "{}", skipped.stdout);
    }
}

#[test]
fn units_that_were_chosen_by_their_hash_are_found() {
    let folder = sandbox();
    let path = folder.path();
    fs::write(path.join("users.csv"), users(6000)).expect("a file");
    // Some of the units of one experiment are lost on the way.
    let lose = "planout eval --ns onboarding --batch users.csv --keep country --output-format csv -q \
                | awk -F, 'NR == 1 || $4 != \"welcome.a\" || NR % 4'";
    fs::write(path.join("lost.csv"), shell(lose, path)).expect("a file");
    let lost = simulate(path, "lost.csv");
    assert_eq!(lost.status, 1, "{}", lost.stderr);
    assert!(lost.stderr.starts_with("error: not as designed: experiments"), "{}", lost.stderr);
}
