//! Parquet on both sides.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Encoding, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{BoolType, ByteArrayType, DoubleType, Int32Type, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::record::{Field, Row};
use parquet::schema::types::Type as Schema;

use super::{batch, pipe, with_file};
use crate::support::{planout, sandbox};

/// Writes a file with a column of each kind, in groups of three rows.
fn write(path: &Path, groups: usize) {
    let stamp = LogicalType::timestamp(true, TimeUnit::MILLIS);
    let fields = [
        ("userid", Physical::INT64, None, Repetition::REQUIRED),
        ("country", Physical::BYTE_ARRAY, Some(LogicalType::String), Repetition::OPTIONAL),
        ("score", Physical::DOUBLE, None, Repetition::OPTIONAL),
        ("paid", Physical::BOOLEAN, None, Repetition::OPTIONAL),
        ("born", Physical::INT32, Some(LogicalType::Date), Repetition::OPTIONAL),
        ("seen", Physical::INT64, Some(stamp), Repetition::OPTIONAL),
        ("odd", Physical::INT96, None, Repetition::OPTIONAL),
    ];
    let fields = fields.map(|(name, physical, logical, repetition)| {
        let field = Schema::primitive_type_builder(name, physical)
            .with_repetition(repetition)
            .with_logical_type(logical);
        Arc::new(field.build().expect("a column"))
    });
    let schema = Schema::group_type_builder("s").with_fields(fields.to_vec()).build();
    let schema = Arc::new(schema.expect("a schema"));
    let file = File::create(path).expect("a file");
    let mut file = SerializedFileWriter::new(file, schema, Default::default()).expect("a writer");
    let levels: &[i16] = &[1, 0, 1];
    for group in 0..groups as i64 {
        let mut rows = file.next_row_group().expect("a group");
        macro_rules! column {
            ($kind:ty, $values:expr, $levels:expr) => {
                let mut column = rows.next_column().expect("a column").expect("one more");
                column.typed::<$kind>().write_batch(&$values, $levels, None).expect("values");
                column.close().expect("written");
            };
        }
        column!(Int64Type, [3 * group, 3 * group + 1, 3 * group + 2], None);
        column!(ByteArrayType, ["NL".into(), "a,\"b\"".into()], Some(levels));
        column!(DoubleType, [1.5, f64::NAN], Some(levels));
        column!(BoolType, [true, false], Some(levels));
        column!(Int32Type, [-1, 20_000], Some(levels));
        column!(Int64Type, [1_700_000_000_125, 0], Some(levels));
        column!(parquet::data_type::Int96Type, [], Some(&[0, 0, 0][..]));
        rows.close().expect("a group");
    }
    file.close().expect("a file");
}

/// The rows of a file as JSON, with its column types.
fn read(path: &Path) -> (Vec<String>, Vec<serde_json::Value>) {
    let file = SerializedFileReader::new(File::open(path).expect("a file")).expect("Parquet");
    let schema = file.metadata().file_metadata().schema_descr().columns().to_vec();
    let types = schema.iter().map(|it| format!("{} {}", it.name(), it.physical_type())).collect();
    let value = |field: &Field| match field {
        Field::Null => serde_json::Value::Null,
        Field::Bool(bool) => (*bool).into(),
        Field::Int(int) => (*int).into(),
        Field::Long(int) => (*int).into(),
        Field::Str(text) => text.as_str().into(),
        other => panic!("{other}"),
    };
    let object = |row: Row| {
        let members = row.get_column_iter().map(|(name, field)| (name.clone(), value(field)));
        serde_json::Value::Object(members.collect())
    };
    let rows = file.get_row_iter(None).expect("rows").map(|row| object(row.expect("a row")));
    (types, rows.collect())
}

#[test]
fn columns_bring_their_types() {
    let folder = sandbox();
    write(&folder.path().join("users.parquet"), 1);
    let all = "users.parquet --keep country,score,paid,born,seen";
    let json = batch(folder.path(), &format!("{all} -q"));
    assert_eq!(json.status, 0, "{}", json.stderr);
    let kept: Vec<_> = json.stdout.lines().map(|row| row.split(",\"segment").next()).collect();
    assert_eq!(
        kept,
        [
            Some(
                r#"{"userid":0,"country":"NL","score":1.5,"paid":true,"born":"1969-12-31","seen":"2023-11-14 22:13:20.125+00""#
            ),
            Some(r#"{"userid":1,"country":null,"score":null,"paid":null,"born":null,"seen":null"#),
            Some(
                r#"{"userid":2,"country":"a,\"b\"","score":null,"paid":false,"born":"2024-10-04","seen":"1970-01-01 00:00:00+00""#
            ),
        ]
    );
    // The unit is a number, as in these lines.
    let lines = "{\"userid\":0}\n{\"userid\":1}\n{\"userid\":2}\n";
    let expected = pipe(folder.path(), lines, "-q").stdout;
    assert_eq!(batch(folder.path(), "users.parquet -q").stdout, expected);
    let csv = batch(folder.path(), &format!("{all} -q --output-format csv")).stdout;
    assert!(csv.contains("\n2,\"a,\"\"b\"\"\",,false,2024-10-04,1970-01-01 00:00:00+00,"), "{csv}");
    assert!(batch(folder.path(), "users.parquet --keep od").stderr.contains("did you mean `odd`?"));
}

#[test]
fn what_is_written_can_be_read_again() {
    let folder = sandbox();
    let path = folder.path();
    // Over 4096 rows, and over several row groups.
    write(&path.join("users.parquet"), 3000);
    let expected = batch(path, "users.parquet --keep country -q --output-format csv").stdout;
    for threads in [1, 2, 7] {
        let arguments = format!("users.parquet --keep country -o out.parquet --threads {threads}");
        let run = batch(path, &arguments);
        assert_eq!(run.status, 0, "{}", run.stderr);
        let (types, rows) = read(&path.join("out.parquet"));
        assert_eq!(
            types,
            [
                "userid INT64",
                "country BYTE_ARRAY",
                "segment INT32",
                "experiment BYTE_ARRAY",
                "in_experiment BOOLEAN",
                "color BYTE_ARRAY",
                "label BYTE_ARRAY"
            ]
        );
        assert_eq!(rows.len(), 9000);
        let text = |value: &serde_json::Value| match value {
            serde_json::Value::Null => String::new(),
            serde_json::Value::String(text) if text.contains('"') => {
                format!("\"{}\"", text.replace('"', "\"\""))
            }
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let line = |row: &serde_json::Value| {
            let row = row.as_object().expect("an object");
            row.values().map(text).collect::<Vec<_>>().join(",")
        };
        let found: Vec<String> = rows.iter().map(line).collect();
        assert!(found.iter().map(String::as_str).eq(expected.lines().skip(1)));
    }
}

#[test]
fn bad_rows_are_bad_in_parquet_too() {
    let folder = with_file("users.csv", "userid,n\nann,1\n,2\nbob\n");
    let path = folder.path();
    let run = batch(path, "users.csv --keep n --on-error null -o null.parquet");
    assert_eq!(run.status, 0, "{}", run.stderr);
    let (_, rows) = read(&path.join("null.parquet"));
    let nulls = |row: &serde_json::Value| {
        row.as_object().expect("a row").values().filter(|value| value.is_null()).count()
    };
    assert_eq!(rows.iter().map(nulls).collect::<Vec<_>>(), [0, 6, 7]);
    assert_eq!(batch(path, "users.csv --on-error skip -o skip.parquet").status, 0);
    assert_eq!(read(&path.join("skip.parquet")).1.len(), 1);
    assert_eq!(batch(path, "users.csv -o fail.parquet").status, 1);
    assert!(!path.join("fail.parquet").exists());
    // The second row of this has no unit.
    let run = batch(path, "null.parquet -q");
    assert!(run.stderr.starts_with("error: null.parquet:2: the primary unit "), "{}", run.stderr);

    std::fs::write(path.join("text.parquet"), "userid\nann\n").expect("a file");
    let run = batch(path, "text.parquet");
    assert!(run.status == 1 && run.stderr.contains("is not Parquet"), "{}", run.stderr);
    let run = pipe(path, "PAR1", "--input-format parquet");
    assert!(run.status == 1 && run.stderr.contains("from files only"), "{}", run.stderr);
    assert_eq!(batch(path, "users.csv -o a.parquet.gz").status, 2);
}

#[test]
fn a_file_on_which_its_reader_panics_is_an_error() {
    let folder = sandbox();
    let path = folder.path().join("broken.parquet");
    let field = Schema::primitive_type_builder("userid", Physical::INT64)
        .with_repetition(Repetition::REQUIRED)
        .build();
    let schema = Schema::group_type_builder("s").with_fields(vec![Arc::new(field.expect("one"))]);
    let properties = WriterProperties::builder()
        .set_dictionary_enabled(false)
        .set_encoding(Encoding::DELTA_BINARY_PACKED)
        .build();
    let file = File::create(&path).expect("a file");
    let schema = Arc::new(schema.build().expect("a schema"));
    let mut file = SerializedFileWriter::new(file, schema, Arc::new(properties)).expect("a writer");
    let mut rows = file.next_row_group().expect("a group");
    let mut column = rows.next_column().expect("a column").expect("one");
    let numbers: Vec<i64> = (0..100).map(|number| number * number).collect();
    column.typed::<Int64Type>().write_batch(&numbers, None, None).expect("values");
    column.close().expect("written");
    rows.close().expect("a group");
    file.close().expect("a file");

    // Blocks of 256 values in 4 parts; then how many values there are, as a number without an end.
    let mut bytes = std::fs::read(&path).expect("the file");
    let header = bytes.windows(3).position(|bytes| bytes == [0x80, 0x02, 0x04]).expect("a header");
    bytes[header + 3..header + 20].fill(0xff);
    std::fs::write(&path, bytes).expect("the file");
    let arguments = ["eval", "--ns", "test_ns", "--from", "sample-namespaces", "--batch"];
    let run = planout(folder.path(), &[&arguments[..], &["broken.parquet"]].concat());
    assert_eq!((run.status, run.stdout.as_str()), (3, ""), "{}", run.stderr);
    assert!(run.stderr.contains("cannot read `broken.parquet`"), "{}", run.stderr);
    assert!(run.stderr.contains("it is broken"), "{}", run.stderr);
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
}

#[test]
fn a_file_that_claims_more_than_it_has_ends() {
    let folder = sandbox();
    // A header of a page that asks to skip billions of values, which the fuzzer found. The footer says
    // what no footer says, too.
    let bytes = include_bytes!("endless.parquet");
    std::fs::write(folder.path().join("endless.parquet"), bytes).expect("a file");
    let arguments = ["eval", "--ns", "test_ns", "--from", "sample-namespaces", "--batch"];
    let run = planout(folder.path(), &[&arguments[..], &["endless.parquet"]].concat());
    assert_eq!((run.status, run.stdout.as_str()), (1, ""), "{}", run.stderr);
    assert!(run.stderr.contains("`endless.parquet` is not Parquet"), "{}", run.stderr);
}
