//! Errors keep what they come from, and say it once.

use std::error::Error;
use std::fs;

use planout::diagnostic::with_causes;
use planout::namespace::AssignError;
use planout::plan::SavedPlan;
use planout::{Catalog, Dialect, Map, NamespaceBuilder, Script, Value, store};

use crate::support::{planout, sandbox};

/// Asserts what an error says, and that its causes, the nearest first, say these texts.
#[track_caller]
fn check(error: &dyn Error, text: &str, causes: &[&str]) {
    assert_eq!(error.to_string(), text);
    let mut found = Vec::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        found.push(error.to_string());
        cause = error.source();
    }
    assert_eq!(found, causes);
    assert_eq!(with_causes(error), [&[text], causes].concat().join(": "));
}

const ABSENT: &str = "No such file or directory (os error 2)";

#[test]
fn a_store_and_a_catalog_keep_what_the_system_says() {
    let error = store::open("no/where").and_then(|store| store.list()).expect_err("nothing");
    check(&error, "cannot read `no/where`", &[ABSENT]);
    assert!(error.source().is_some_and(|it| it.is::<std::io::Error>()));
    let error = Catalog::load("no/where", Dialect::Planout4j).expect_err("nothing");
    check(&error, "cannot read `no/where`", &[ABSENT]);
    let error = store::read_file("no/where.yaml".as_ref(), 1).expect_err("nothing");
    check(&error, "cannot read `no/where.yaml`", &[ABSENT]);
    let error = store::write_file("no/where.yaml".as_ref(), b"").expect_err("nothing");
    assert_eq!(error.to_string(), "cannot write `no/where.yaml`");
    assert!(with_causes(&error).starts_with(&format!("{error}: {ABSENT}")));
}

#[test]
fn an_assignment_keeps_what_the_script_did() {
    let script = Script::compile("test", "x = 1 / zero;", Dialect::Planout).expect("a script");
    let namespace = NamespaceBuilder::new("ns", "userid", 10)
        .dialect(Dialect::Planout)
        .define("A", script)
        .and_then(|it| it.default_experiment("A"))
        .and_then(NamespaceBuilder::build)
        .expect("a namespace");
    let inputs = Map::from_iter([
        ("userid".to_owned(), Value::from(1)),
        ("zero".to_owned(), Value::from(0)),
    ]);
    let error = namespace.assign(&inputs).expect_err("no division");
    check(&error, "definition `A` of namespace `ns` failed", &["`/` by zero"]);
    assert!(matches!(&error, AssignError::Script { error, .. } if error.span.start == 4));
}

#[test]
fn a_saved_plan_keeps_what_is_wrong_with_its_json() {
    let error = SavedPlan::from_json("[1, 2").expect_err("no plan");
    let cause = "EOF while parsing a list at line 1 column 5";
    check(&error, "not a saved plan", &[cause]);
}

#[cfg(feature = "batch")]
mod batch {
    use std::error::Error as _;
    use std::io::{self, Read, Write};

    use planout::batch::{Batch, Error, Format, Input, Type};

    use super::*;

    struct Broken;

    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the cable is cut"))
        }
    }

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::other("the cable is cut"))
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn run(input: Input, format: Format, output: &mut (dyn Write + Send)) -> Error {
        let catalog = Catalog::load("sample-namespaces", Dialect::Planout4j).expect("the samples");
        let namespace = catalog.get("button_color").expect("a sample");
        let types = match format {
            Format::Csv => vec![("userid".to_owned(), Type::Integer)],
            _ => Vec::new(),
        };
        let batch = Batch { types, ..Batch::new(vec![namespace], "in", format, Format::Jsonl) };
        batch.run(input, output, &mut |_| {}).expect_err("something is broken")
    }

    fn rows(text: &'static str, format: Format) -> Error {
        run(Input::Stream(Box::new(text.as_bytes())), format, &mut Vec::new())
    }

    #[test]
    fn a_batch_keeps_what_broke_it() {
        let error = run(Input::Stream(Box::new(Broken)), Format::Jsonl, &mut Vec::new());
        check(&error, "cannot read `in`", &["the cable is cut"]);
        let row = Input::Stream(Box::new("{\"userid\": 1}\n".as_bytes()));
        let error = run(row, Format::Jsonl, &mut Broken);
        check(&error, "cannot write the rows", &["the cable is cut"]);
    }

    #[test]
    fn a_bad_row_says_where_and_then_why() {
        let error = rows("userid\n1\nx\n", Format::Csv);
        check(&error, "in:3", &["`x` in column `userid` is not an integer"]);
        let error = rows("{\"userid\": 1}\n[]\n", Format::Jsonl);
        check(&error, "in:2", &["expected a JSON object, found a list"]);
        let text = "{\"userid\": 1}\n{\"userid\": 1000000000000000000000000000000000000000}\n";
        let huge = "integer `1000000000000000000000000000000000000000` is too large";
        check(&rows(text, Format::Jsonl), "in:2", &["input `userid` cannot be used", huge]);
    }

    #[cfg(feature = "parquet")]
    #[test]
    fn a_file_that_is_not_parquet_says_why() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        fs::write(file.path(), "userid\n1\n").expect("a file of our own");
        let file = fs::File::open(file.path()).expect("a file");
        let error = run(Input::File(file), Format::Parquet, &mut Vec::new());
        assert_eq!(error.to_string(), "`in` is not Parquet");
        assert!(error.source().is_some());
    }
}

#[cfg(feature = "redis")]
#[test]
fn a_server_keeps_what_the_client_says() {
    let url = format!("redis://127.0.0.1:{}", crate::support::redis::free_port());
    let error = store::open(&url).and_then(|store| store.list()).expect_err("nobody listens");
    let said = format!("cannot connect to `{url}/0?key=planout4j`: the connection was refused");
    assert_eq!(error.to_string(), said);
    let client = error.source().expect("the client's own words").to_string();

    // The program says it in our words, and in the client's to those who ask.
    let folder = sandbox();
    let run = planout(folder.path(), &["nslist", &url]);
    let message = format!("error: {said}\n");
    assert_eq!((run.status, run.stderr), (3, message.clone()));
    let run = planout(folder.path(), &["-v", "nslist", &url]);
    let causes = format!("{message}cause: {client}\n");
    assert!(run.stderr.ends_with(&causes), "{}", run.stderr);
}

#[test]
fn the_program_says_all_causes_on_a_line_and_lists_them_on_demand() {
    let folder = sandbox();
    fs::write(folder.path().join("plan.json"), "{").expect("a file of our own");
    for (arguments, what, why) in [
        (["compile", "none.yaml"].as_slice(), "cannot read `none.yaml`", ABSENT),
        (&["fmt", "none.planout"], "cannot read `none.planout`", ABSENT),
        (
            &["ramp", "none.yaml", "--definition", "A", "--name", "a", "--segments", "1"],
            "cannot read `none.yaml`",
            ABSENT,
        ),
        (&["--config", "none.toml", "nslist"], "cannot read `none.toml`", ABSENT),
    ] {
        let run = planout(folder.path(), arguments);
        let message = format!("error: {what}: {why}\n");
        assert_eq!((run.status, &run.stderr), (3, &message), "{arguments:?}");
        let run = planout(folder.path(), &[arguments, &["-v"]].concat());
        let both = format!("{message}cause: {why}\n");
        assert!(run.stderr.ends_with(&both), "{arguments:?}: {}", run.stderr);
    }
    let ship = ["ship", "sample-namespaces", "out", "--plan", "plan.json"];
    let run = planout(folder.path(), &ship);
    let why = "EOF while parsing an object at line 1 column 1";
    assert!(run.stderr.contains(&format!("not a saved plan: {why}\n")), "{}", run.stderr);
}
