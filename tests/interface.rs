//! What a program that uses the library can count on: what can be shared between threads, written, read
//! and walked through.

use std::error::Error;
use std::fmt::Debug;
use std::str::FromStr;

use planout::namespace::OwnedAssignment;
use planout::{Catalog, Dialect, Map, Namespace, Params, Script, Value};
use serde_json::json;

fn catalog() -> Catalog {
    Catalog::load("sample-namespaces", Dialect::Planout4j).expect("the samples")
}

fn inputs(unit: &str) -> Map {
    Map::from_iter([("userid".to_owned(), Value::from(unit))])
}

#[test]
fn what_is_public_can_be_sent_shared_and_shown() {
    fn value<T: Send + Sync + Debug>() {}
    value::<Catalog>();
    value::<Namespace>();
    value::<planout::NamespaceBuilder>();
    value::<planout::namespace::Rows<'static>>();
    value::<planout::namespace::Experiment>();
    value::<planout::namespace::Document>();
    value::<planout::Assignment<'static>>();
    value::<OwnedAssignment>();
    value::<Script>();
    value::<planout::eval::Evaluation<'static>>();
    value::<Params<'static>>();
    value::<Value>();
    value::<planout::tree::Node>();
    value::<planout::source::SourceText>();
    value::<planout::diagnostic::Diagnostic>();
    value::<planout::diagnostic::Report>();
    value::<planout::catalog::Loaded>();
    value::<planout::ship::Bundle>();
    value::<planout::ship::Shipment>();
    value::<planout::ship::Stamp>();
    value::<planout::plan::Plan>();
    value::<planout::plan::SavedPlan>();
    value::<planout::progress::Progress>();
    value::<planout::store::RedisUrl>();
    value::<planout::store::Output>();
    value::<planout::syntax::Parsed>();
    #[cfg(feature = "batch")]
    {
        value::<planout::batch::Batch<'static>>();
        value::<planout::batch::Summary>();
        value::<planout::batch::Compressor<Vec<u8>>>();
    }
    value::<planout::simulate::Design<'static>>();
    value::<planout::simulate::Report>();
    value::<planout::power::Arms>();
    value::<planout::power::Study>();
    value::<planout::power::Simulated>();
}

#[test]
fn errors_can_be_sent_and_kept() {
    fn error<T: Error + Send + Sync + 'static>() {}
    error::<planout::catalog::LoadError>();
    error::<planout::store::StoreError>();
    error::<planout::namespace::AssignError>();
    error::<planout::namespace::BuildError>();
    error::<planout::namespace::SequenceError>();
    error::<planout::eval::EvalError>();
    error::<planout::eval::Reason>();
    error::<planout::value::ValueError>();
    error::<planout::diagnostic::Report>();
    error::<planout::diagnostic::UnknownWord>();
    error::<planout::diagnostic::UnknownCode>();
    error::<planout::ship::ShipError>();
    error::<planout::ship::StampError>();
    error::<planout::plan::SavedError>();
    error::<planout::edit::EditError>();
    error::<planout::format::FormatError>();
    #[cfg(feature = "batch")]
    error::<planout::batch::Error>();
    error::<planout::simulate::ReadError<planout::simulate::LogError>>();
    error::<planout::simulate::ReadError<planout::power::ColumnsError>>();
    error::<planout::power::ArmsError>();
    error::<planout::power::StudyError>();
}

#[test]
fn an_assignment_is_the_json_of_the_program() {
    let catalog = catalog();
    let folder = crate::support::sandbox();
    for (name, unit) in [("test_ns", "123"), ("button_color", "123"), ("button_color", "7")] {
        let inputs = inputs(unit);
        let namespace = catalog.get(name).expect("a sample");
        let assignment = namespace.assign(&inputs).expect("an assignment");
        let json = serde_json::to_string_pretty(&assignment).expect("JSON") + "\n";
        let unit = format!("userid={unit}");
        let arguments = ["eval", "--ns", name, "--format", "json", &unit];
        assert_eq!(json, crate::support::planout(folder.path(), &arguments).stdout);
    }

    let script = Script::compile("x", "a = [1, u]; return false;", Dialect::Planout);
    let script = script.expect("a script");
    let inputs = Map::from_iter([("u".to_owned(), Value::from(0.1))]);
    let evaluation = script.evaluate("salt", &inputs).expect("an evaluation");
    let json = serde_json::to_string(&evaluation).expect("JSON");
    assert_eq!(json, r#"{"params":{"a":[1,0.1]},"in_experiment":false}"#);
}

#[test]
fn what_json_cannot_hold_is_an_error_and_not_another_value() {
    let script = Script::compile("x", "a = 1/0;", Dialect::Planout4j).expect("a script");
    let inputs = Map::new();
    let evaluation = script.evaluate("salt", &inputs).expect("an evaluation");
    let error = serde_json::to_string(&evaluation).expect_err("no JSON");
    assert_eq!(error.to_string(), "inf cannot be written as JSON");
}

#[test]
fn an_assignment_of_its_own_outlives_what_it_came_from() {
    let owned = {
        let catalog = catalog();
        let inputs = inputs("123");
        let namespace = catalog.get("test_ns").expect("a sample");
        namespace.assign(&inputs).expect("an assignment").into_owned()
    };
    assert_eq!((owned.namespace.as_str(), owned.segment), ("test_ns", Some(32)));
    assert_eq!(owned.experiment.as_deref(), Some("Group_Goals.run_2"));
    assert_eq!(owned.params().int("ratings_goal", 0), 8);
    let json = serde_json::to_string(&owned).expect("JSON");
    let again: OwnedAssignment = serde_json::from_str(&json).expect("an assignment");
    assert_eq!(again, owned);
    assert_eq!(serde_json::to_string(&again).expect("JSON"), json);
}

#[test]
fn values_are_read_as_they_are_written() {
    let read = |text: &str| serde_json::from_str::<Value>(text).map_err(|it| it.to_string());
    for (text, value) in [
        ("null", Value::Null),
        ("true", Value::Bool(true)),
        ("7", Value::Int(7)),
        ("-9223372036854775808", Value::Int(i64::MIN)),
        ("18446744073709551615", Value::Wide(Box::new(u64::MAX.into()))),
        ("7.0", Value::Float(7.0)),
        ("0.1", Value::Float(0.1)),
        ("7.038531e-26", Value::Float(7.038531e-26)),
        ("1.7976931348623157e308", Value::Float(f64::MAX)),
        (r#""\u00e9""#, Value::from("é")),
        ("[]", Value::List(vec![])),
        ("[1,1.0]", Value::List(vec![Value::Int(1), Value::Float(1.0)])),
        ("{}", Value::from(Map::new())),
    ] {
        assert_eq!(read(text), Ok(value.clone()), "{text}");
        let json: serde_json::Value = serde_json::from_str(text).expect("JSON");
        assert_eq!(Value::from(json), value, "{text}");
        assert_eq!(read(&serde_json::to_string(&value).expect("JSON")), Ok(value), "{text}");
    }
    let order = r#"{"b":[{"z":1,"a":null}],"a":2}"#;
    assert_eq!(serde_json::to_string(&read(order).expect("a value")).expect("JSON"), order);
    assert_eq!(Value::from(json!({"b": [1, 2.5]})).to_string(), r#"{"b":[1,2.5]}"#);

    let twice = read(r#"{"a":1,"b":{"c":1,"c":2}}"#).expect_err("a key twice");
    assert!(twice.starts_with("key `c` is given twice"), "{twice}");
    let deep = |levels: usize| {
        let lists = (0..levels).fold(json!(1), |inner, _| json!([inner]));
        serde_json::from_value::<Value>(lists).map_err(|error| error.to_string())
    };
    assert!(deep(200).is_ok());
    assert_eq!(deep(201), Err("lists and maps nest deeper than 200 levels".to_owned()));
}

#[test]
fn what_has_parts_can_be_walked_through() {
    let catalog = catalog();
    let mut names = Vec::new();
    for namespace in &catalog {
        names.push(namespace.name());
    }
    assert_eq!(names, ["button_color", "onboarding", "page_size", "test_ns"]);
    assert_eq!((catalog.len(), catalog.iter().len(), catalog.is_empty()), (4, 4, false));
    assert_eq!(catalog.iter().next_back().map(Namespace::name), Some("test_ns"));

    let inputs = inputs("123");
    let assignment = catalog.get("test_ns").expect("a sample").assign(&inputs).expect("params");
    let mut walked = Map::new();
    for (name, value) in &assignment.params {
        walked.insert(name.to_owned(), value.clone());
    }
    assert_eq!(walked, assignment.params.to_map());
    assert_eq!(walked, assignment.params.clone().into_map());
    assert_eq!(Params::from(&walked), assignment.params);
    assert_eq!(assignment.params.iter().len(), walked.len());
}

#[test]
fn words_are_read_as_they_are_shown() {
    fn round<T: FromStr + ToString + PartialEq + Debug + Copy>(all: &[T])
    where
        T::Err: Debug,
    {
        for one in all {
            assert_eq!(&one.to_string().parse::<T>().expect("a word"), one);
        }
    }
    use planout::diagnostic::{Code, Level, Severity};
    use planout::dialect::{SegmentHashing, SegmentSampling};
    use planout::plan::{CauseKind as Cause, Class, Fate, ParamChangeKind as Param};
    round(&[Dialect::Planout4j, Dialect::Planout]);
    round(&[SegmentHashing::Shared, SegmentHashing::Namespace]);
    round(&[SegmentSampling::Full, SegmentSampling::Fast]);
    round(&[Severity::Warning, Severity::Error]);
    round(&[Class::None, Class::Safe, Class::Reassigning, Class::Invalid]);
    round(&[Fate::Starts, Fate::Ends, Fate::Grows, Fate::Shrinks, Fate::IsRedrawn, Fate::Stays]);
    round(&[Param::Added, Param::Removed, Param::Changed]);
    round(&[Cause::History, Cause::Restart, Cause::Script, Cause::Segments, Cause::Unit]);
    round(&[Cause::Salt, Cause::Dialect, Cause::SegmentHashing, Cause::SegmentPool]);
    round(&[Cause::SegmentSampling, Cause::Name]);
    #[cfg(feature = "store")]
    {
        use planout::ship::Change;
        round(&[Change::Created, Change::Updated, Change::Unchanged]);
        round(&[Change::Orphaned, Change::Removed]);
        let error = "update".parse::<Change>().expect_err("no change").to_string();
        assert_eq!(error, "unknown change `update`: did you mean `updated`?");
    }
    let error = "info".parse::<Severity>().expect_err("no severity").to_string();
    assert_eq!(error, "unknown severity `info`: it is `warning` or `error`");
    round(&[Level::Off, Level::Warn, Level::Error]);
    round(Code::ALL);
    #[cfg(feature = "batch")]
    {
        use planout::batch::{Format, Type};
        round(&Type::ALL.map(|(_, kind)| kind));
        round(&Format::ALL.map(|(_, format)| format));
        let error = "xml".parse::<Format>().expect_err("no format").to_string();
        assert_eq!(error, "unknown format `xml`: it is `csv`, `tsv`, `jsonl` or `parquet`");
        let error = "integr".parse::<Type>().expect_err("no type").to_string();
        assert_eq!(error, "unknown type `integr`: did you mean `integer`?");
    }
    let error = "java".parse::<Dialect>().expect_err("no dialect").to_string();
    assert_eq!(error, "unknown dialect `java`: it is `planout4j` or `planout`");
}

#[test]
fn a_definition_is_a_script_and_an_experiment_can_be_made_of_it() {
    let catalog = catalog();
    let namespace = catalog.get("test_ns").expect("a sample");
    assert_eq!(namespace.segment_count(), 100);
    let script = namespace.definition("Group_Goals").expect("a definition");
    assert!(script.sets().contains(&"group_size"));
    let alone = namespace.experiment_of("Group_Goals").expect("an experiment");
    assert_eq!((alone.name(), alone.salt()), ("Group_Goals", "smoke_test.Group_Goals"));
    assert!(alone.segments().is_empty());
    assert!(namespace.definition("none").is_none() && namespace.experiment_of("none").is_none());
}

#[test]
fn the_crates_of_the_interface_come_with_it() {
    let map: planout::indexmap::IndexMap<String, Value> = inputs("1");
    let json: planout::serde_json::Value = planout::serde_json::json!({ "userid": "1" });
    assert_eq!(Value::from(map), Value::from(json));
}
