//! The types of columns of Parquet, as the databases and libraries that write it use them.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{ConvertedType, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DoubleType, FixedLenByteArray, FixedLenByteArrayType,
    FloatType, Int32Type, Int64Type, Int96, Int96Type,
};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type as Schema;

use super::{batch, pipe};
use crate::support::{planout, sandbox};

/// The values of a column, of which each has one or is null in turn.
#[derive(Clone, Debug)]
enum Data {
    Bool(Vec<bool>),
    Int(Vec<i32>),
    Long(Vec<i64>),
    Old(Vec<Int96>),
    Float(Vec<f32>),
    Double(Vec<f64>),
    Bytes(Vec<Vec<u8>>),
    Fixed(Vec<Vec<u8>>),
}

/// What a schema says of a column.
#[derive(Clone, Debug)]
enum Says {
    Nothing,
    Logical(LogicalType),
    /// As older files do.
    Converted(ConvertedType),
    /// As older files do, with the digits of a decimal and those after its point.
    Decimal(i32, i32),
}

use Says::{Converted, Logical, Nothing};

fn column(name: &str, says: &Says, data: &Data) -> Schema {
    let physical = match data {
        Data::Bool(_) => Physical::BOOLEAN,
        Data::Int(_) => Physical::INT32,
        Data::Long(_) => Physical::INT64,
        Data::Old(_) => Physical::INT96,
        Data::Float(_) => Physical::FLOAT,
        Data::Double(_) => Physical::DOUBLE,
        Data::Bytes(_) => Physical::BYTE_ARRAY,
        Data::Fixed(_) => Physical::FIXED_LEN_BYTE_ARRAY,
    };
    let builder =
        Schema::primitive_type_builder(name, physical).with_repetition(Repetition::OPTIONAL);
    let builder = match data {
        Data::Fixed(values) => builder.with_length(values[0].len() as i32),
        _ => builder,
    };
    let builder = match says {
        Says::Nothing => builder,
        Says::Logical(LogicalType::Decimal(it)) => builder
            .with_logical_type(Some(LogicalType::Decimal(it.clone())))
            .with_precision(it.precision)
            .with_scale(it.scale),
        Says::Logical(it) => builder.with_logical_type(Some(it.clone())),
        Says::Converted(it) => builder.with_converted_type(*it),
        Says::Decimal(digits, scale) => builder
            .with_converted_type(ConvertedType::DECIMAL)
            .with_precision(*digits)
            .with_scale(*scale),
    };
    builder.build().expect("a column")
}

/// Writes a file with one column, in which each value is followed by null.
fn write(path: &Path, schema: Schema, data: &Data, dictionary: bool) {
    let schema = Schema::group_type_builder("s").with_fields(vec![Arc::new(schema)]).build();
    let schema = Arc::new(schema.expect("a schema"));
    let properties = WriterProperties::builder().set_dictionary_enabled(dictionary).build();
    let file = File::create(path).expect("a file");
    let mut file = SerializedFileWriter::new(file, schema, Arc::new(properties)).expect("a writer");
    let mut group = file.next_row_group().expect("a group");
    let mut column = group.next_column().expect("a column").expect("one more");
    macro_rules! put {
        ($kind:ty, $values:expr) => {{
            let values = $values;
            let levels: Vec<i16> = values.iter().flat_map(|_| [1, 0]).collect();
            column.typed::<$kind>().write_batch(&values, Some(&levels), None).expect("values");
        }};
    }
    let bytes =
        |values: &[Vec<u8>]| values.iter().cloned().map(ByteArray::from).collect::<Vec<_>>();
    match data {
        Data::Bool(values) => put!(BoolType, values),
        Data::Int(values) => put!(Int32Type, values),
        Data::Long(values) => put!(Int64Type, values),
        Data::Old(values) => put!(Int96Type, values),
        Data::Float(values) => put!(FloatType, values),
        Data::Double(values) => put!(DoubleType, values),
        Data::Bytes(values) => put!(ByteArrayType, bytes(values)),
        Data::Fixed(values) => {
            let values: Vec<_> = bytes(values).into_iter().map(FixedLenByteArray::from).collect();
            put!(FixedLenByteArrayType, values)
        }
    }
    column.close().expect("written");
    group.close().expect("a group");
    file.close().expect("a file");
}

fn old(nanos: u64, day: u32) -> Int96 {
    let mut it = Int96::new();
    it.set_data(nanos as u32, (nanos >> 32) as u32, day);
    it
}

/// Columns by what a schema says of them, with the JSON of their values.
fn readable() -> Vec<(Says, Data, &'static [&'static str])> {
    use TimeUnit::{MICROS, MILLIS, NANOS};
    let integer = |bits, signed| Logical(LogicalType::integer(bits, signed));
    let text =
        |words: &[&str]| Data::Bytes(words.iter().map(|it| it.as_bytes().to_vec()).collect());
    let wide = |it: i128| it.to_be_bytes().to_vec();
    let uuid = vec![
        0x12, 0x3e, 0x45, 0x67, 0xe8, 0x9b, 0x12, 0xd3, 0xa4, 0x56, 0x42, 0x66, 0x14, 0x17, 0x40,
        0x00,
    ];
    let noon = 45_296_789_000_i64;
    vec![
        (Nothing, Data::Bool(vec![true, false]), &["true", "false"]),
        (Nothing, Data::Int(vec![-7, 7]), &["-7", "7"]),
        (Nothing, Data::Long(vec![i64::MIN, 5]), &["-9223372036854775808", "5"]),
        (integer(8, true), Data::Int(vec![-128, 127]), &["-128", "127"]),
        (integer(16, true), Data::Int(vec![-32_768]), &["-32768"]),
        (integer(32, true), Data::Int(vec![i32::MIN]), &["-2147483648"]),
        (integer(64, true), Data::Long(vec![i64::MAX]), &["9223372036854775807"]),
        (integer(8, false), Data::Int(vec![255]), &["255"]),
        (integer(16, false), Data::Int(vec![65_535]), &["65535"]),
        (integer(32, false), Data::Int(vec![-1, 1]), &["4294967295", "1"]),
        (integer(64, false), Data::Long(vec![-1, 1]), &["18446744073709551615", "1"]),
        (Converted(ConvertedType::INT_8), Data::Int(vec![-1]), &["-1"]),
        (Converted(ConvertedType::INT_16), Data::Int(vec![-1]), &["-1"]),
        (Converted(ConvertedType::INT_32), Data::Int(vec![-1]), &["-1"]),
        (Converted(ConvertedType::INT_64), Data::Long(vec![-1]), &["-1"]),
        (Converted(ConvertedType::UINT_8), Data::Int(vec![200]), &["200"]),
        (Converted(ConvertedType::UINT_16), Data::Int(vec![40_000]), &["40000"]),
        (Converted(ConvertedType::UINT_32), Data::Int(vec![-2]), &["4294967294"]),
        (Converted(ConvertedType::UINT_64), Data::Long(vec![-2]), &["18446744073709551614"]),
        (Nothing, Data::Float(vec![0.1, 1.0]), &["0.1", "1.0"]),
        (Nothing, Data::Double(vec![0.1, 100.0]), &["0.1", "100.0"]),
        (
            Logical(LogicalType::Float16),
            Data::Fixed(vec![vec![0x00, 0x3e], vec![0x00, 0xc0]]),
            &["1.5", "-2.0"],
        ),
        (Logical(LogicalType::decimal(2, 4)), Data::Int(vec![150, -5]), &["\"1.50\"", "\"-0.05\""]),
        (Logical(LogicalType::decimal(2, 2)), Data::Int(vec![5]), &["\".05\""]),
        (Logical(LogicalType::decimal(0, 9)), Data::Int(vec![12]), &["12"]),
        (Logical(LogicalType::decimal(0, 18)), Data::Long(vec![-12]), &["-12"]),
        (
            Logical(LogicalType::decimal(4, 18)),
            Data::Long(vec![-12_345_678_900]),
            &["\"-1234567.8900\""],
        ),
        (
            Logical(LogicalType::decimal(0, 38)),
            Data::Fixed(vec![wide(7), wide(-(10_i128.pow(38) - 1))]),
            &["7", "-99999999999999999999999999999999999999"],
        ),
        (
            Logical(LogicalType::decimal(10, 38)),
            Data::Fixed(vec![wide(500_000_000)]),
            &["\"0.0500000000\""],
        ),
        (
            Logical(LogicalType::decimal(0, 20)),
            Data::Bytes(vec![vec![0x07], vec![0xff, 0xfe]]),
            &["7", "-2"],
        ),
        (Says::Decimal(5, 1), Data::Int(vec![15]), &["\"1.5\""]),
        (Says::Decimal(38, 0), Data::Fixed(vec![wide(1 << 70)]), &["1180591620717411303424"]),
        (Says::Decimal(10, 0), Data::Bytes(vec![vec![1, 0]]), &["256"]),
        (
            Logical(LogicalType::Date),
            Data::Int(vec![20_784, -1]),
            &["\"2026-11-27\"", "\"1969-12-31\""],
        ),
        (Converted(ConvertedType::DATE), Data::Int(vec![20_784]), &["\"2026-11-27\""]),
        (
            Logical(LogicalType::time(false, MILLIS)),
            Data::Int(vec![(noon / 1_000) as i32, 0]),
            &["\"12:34:56.789\"", "\"00:00:00\""],
        ),
        (Logical(LogicalType::time(false, MICROS)), Data::Long(vec![noon]), &["\"12:34:56.789\""]),
        (
            Logical(LogicalType::time(true, NANOS)),
            Data::Long(vec![1]),
            &["\"00:00:00.000000001+00\""],
        ),
        (Converted(ConvertedType::TIME_MILLIS), Data::Int(vec![500]), &["\"00:00:00.5\""]),
        (Converted(ConvertedType::TIME_MICROS), Data::Long(vec![noon]), &["\"12:34:56.789\""]),
        (
            Logical(LogicalType::timestamp(false, MILLIS)),
            Data::Long(vec![1_700_000_000_120, -1]),
            &["\"2023-11-14 22:13:20.12\"", "\"1969-12-31 23:59:59.999\""],
        ),
        (
            Logical(LogicalType::timestamp(true, MICROS)),
            Data::Long(vec![1_700_000_000_000_001]),
            &["\"2023-11-14 22:13:20.000001+00\""],
        ),
        (
            Logical(LogicalType::timestamp(false, NANOS)),
            Data::Long(vec![0]),
            &["\"1970-01-01 00:00:00\""],
        ),
        (
            Converted(ConvertedType::TIMESTAMP_MILLIS),
            Data::Long(vec![0]),
            &["\"1970-01-01 00:00:00\""],
        ),
        (
            Converted(ConvertedType::TIMESTAMP_MICROS),
            Data::Long(vec![1]),
            &["\"1970-01-01 00:00:00.000001\""],
        ),
        (
            Nothing,
            Data::Old(vec![old(noon as u64 * 1000, 2_461_372)]),
            &["\"2026-11-27 12:34:56.789\""],
        ),
        (
            Logical(LogicalType::Uuid),
            Data::Fixed(vec![uuid]),
            &["\"123e4567-e89b-12d3-a456-426614174000\""],
        ),
        (
            Logical(LogicalType::String),
            text(&["NL", "a,b", "NL"]),
            &["\"NL\"", "\"a,b\"", "\"NL\""],
        ),
        (Converted(ConvertedType::UTF8), text(&["é"]), &["\"é\""]),
        (Logical(LogicalType::Enum), text(&["x"]), &["\"x\""]),
        (Converted(ConvertedType::ENUM), text(&["x"]), &["\"x\""]),
        (Logical(LogicalType::Json), text(&["{\"a\": 1}"]), &["\"{\\\"a\\\": 1}\""]),
        (Converted(ConvertedType::JSON), text(&["[1]"]), &["\"[1]\""]),
        (Nothing, text(&["plain"]), &["\"plain\""]),
    ]
}

#[test]
fn each_type_is_read_exactly() {
    let folder = sandbox();
    let path = folder.path();
    for (says, data, expected) in readable() {
        for dictionary in [true, false] {
            // As a column that is kept.
            write(&path.join("kept.parquet"), column("it", &says, &data), &data, dictionary);
            let run = batch(path, "kept.parquet userid=1 --keep it -q");
            assert_eq!(run.status, 0, "{says:?} {data:?}: {}", run.stderr);
            let found: Vec<_> =
                run.stdout.lines().filter_map(|row| row.split(",\"segment").next()).collect();
            let rows = expected.iter().flat_map(|value| [value, "null"]);
            let rows: Vec<_> = rows.map(|value| format!("{{\"it\":{value}")).collect();
            assert_eq!(found, rows, "{says:?} {data:?}");
            // As the unit: the same as in JSON lines.
            write(&path.join("unit.parquet"), column("userid", &says, &data), &data, dictionary);
            let run = batch(path, "unit.parquet -q --on-error null");
            let lines: String =
                expected.iter().map(|value| format!("{{\"userid\":{value}}}\n{{}}\n")).collect();
            assert_eq!(run.stdout, pipe(path, lines, "-q --on-error null").stdout, "{says:?}");
            // And what is kept can be written to Parquet again.
            let again = batch(path, "kept.parquet userid=1 --keep it -q -o again.parquet");
            assert_eq!(again.status, 0, "{}", again.stderr);
            let again = batch(path, "again.parquet userid=1 --keep it -q --output-format csv");
            let first = batch(path, "kept.parquet userid=1 --keep it -q --output-format csv");
            assert_eq!(again.stdout, first.stdout, "{says:?}");
        }
    }
}

#[test]
fn what_cannot_be_read_is_named_if_anybody_reads_it() {
    let folder = sandbox();
    let path = folder.path();
    let binary = Data::Bytes(vec![b"{}".to_vec()]);
    for (says, data, what) in [
        (Logical(LogicalType::Bson), binary.clone(), "it is of type BSON"),
        (Converted(ConvertedType::BSON), binary.clone(), "it is of type BSON"),
        (
            Converted(ConvertedType::INTERVAL),
            Data::Fixed(vec![vec![0; 12]]),
            "it is of type INTERVAL",
        ),
        (Nothing, Data::Fixed(vec![vec![b'a'; 4]]), "it is of type FIXED_LEN_BYTE_ARRAY"),
        (Logical(LogicalType::geometry(None)), binary.clone(), "it is of type GEOMETRY"),
        (Logical(LogicalType::decimal(0, 80)), binary.clone(), "it is of type DECIMAL(80,0)"),
    ] {
        write(&path.join("odd.parquet"), column("country", &says, &data), &data, true);
        let message = format!("error: column `country` of `odd.parquet` cannot be read: {what}\n");
        let read = ["eval", "--ns", "onboarding", "userid=1", "--batch", "odd.parquet"];
        let run = planout(path, &read);
        assert!(run.status == 1 && run.stderr.starts_with(&message), "{}", run.stderr);
        for keep in ["country", "all"] {
            let run = batch(path, &format!("odd.parquet userid=1 --keep {keep}"));
            assert!(run.status == 1 && run.stderr.starts_with(&message), "{}", run.stderr);
        }
        // No script of this namespace reads it.
        let run = batch(path, "odd.parquet userid=1 -q");
        assert_eq!((run.status, run.stdout.lines().count()), (0, 2), "{}", run.stderr);
    }
}

#[test]
fn a_value_that_cannot_be_read_is_a_bad_row() {
    let folder = sandbox();
    let path = folder.path();
    for (says, data, what) in [
        (Nothing, Data::Bytes(vec![b"NL".to_vec(), vec![0xff]]), "not UTF-8"),
        (Logical(LogicalType::String), Data::Bytes(vec![b"NL".to_vec(), vec![0xc3]]), "not UTF-8"),
        (
            Logical(LogicalType::decimal(0, 70)),
            Data::Fixed(vec![vec![0; 30], vec![1; 30]]),
            "a decimal that does not fit into 128 bits",
        ),
        (
            Logical(LogicalType::time(false, TimeUnit::MILLIS)),
            Data::Int(vec![0, -1]),
            "`-1` is not a time of the day",
        ),
    ] {
        write(&path.join("bad.parquet"), column("country", &says, &data), &data, true);
        let run = batch(path, "bad.parquet userid=1 --keep country -q");
        let message = format!("error: bad.parquet:3: column `country`: {what}\n");
        assert!(run.status == 1 && run.stderr.starts_with(&message), "{}", run.stderr);
        assert_eq!(run.stdout.lines().count(), 2, "{}", run.stderr);
        let run = batch(path, "bad.parquet userid=1 --keep country -q --on-error null");
        assert_eq!((run.status, run.stdout.lines().count()), (0, 4), "{}", run.stderr);
        assert!(run.stdout.lines().nth(2).expect("a row").starts_with(r#"{"country":null,"#));
    }
}

#[test]
fn a_column_of_nulls_alone_is_null() {
    let folder = sandbox();
    let path = folder.path();
    let says = Logical(LogicalType::Unknown);
    let (none, one) = (Data::Int(vec![]), Data::Int(vec![7]));
    write(&path.join("none.parquet"), column("country", &says, &none), &none, true);
    assert_eq!(batch(path, "none.parquet userid=1 --keep country -q").status, 0);
    write(&path.join("one.parquet"), column("country", &says, &one), &one, true);
    let run = batch(path, "one.parquet userid=1 --keep country -q");
    assert!(run.stderr.starts_with("error: one.parquet:1: column `country`: a value, but "));
}

/// Writes a file with a column for units, and one of each nested kind.
fn write_nested(path: &Path, name: &str) {
    let leaf = |name: &str, repetition| {
        let builder = Schema::primitive_type_builder(name, Physical::INT32);
        Arc::new(builder.with_repetition(repetition).build().expect("a column"))
    };
    let group = |name: &str, repetition, logical, fields| {
        let builder = Schema::group_type_builder(name).with_repetition(repetition);
        Arc::new(builder.with_logical_type(logical).with_fields(fields).build().expect("a group"))
    };
    let (optional, repeated) = (Repetition::OPTIONAL, Repetition::REPEATED);
    let nested = match name {
        "a list" => {
            let items = group("list", repeated, None, vec![leaf("element", optional)]);
            group("country", optional, Some(LogicalType::List), vec![items])
        }
        "a map" => {
            let pairs = vec![leaf("key", Repetition::REQUIRED), leaf("value", optional)];
            let pairs = group("key_value", repeated, None, pairs);
            group("country", optional, Some(LogicalType::Map), vec![pairs])
        }
        "a struct" => group("country", optional, None, vec![leaf("userid", optional)]),
        _ => leaf("country", repeated),
    };
    let fields = vec![nested, leaf("userid", Repetition::REQUIRED)];
    let schema = Schema::group_type_builder("s").with_fields(fields).build().expect("a schema");
    let file = File::create(path).expect("a file");
    let file = SerializedFileWriter::new(file, Arc::new(schema), Default::default());
    let mut file = file.expect("a writer");
    let mut group = file.next_row_group().expect("a group");
    let leaves = if name == "a map" { 2 } else { 1 };
    for leaf in 0..=leaves {
        let mut column = group.next_column().expect("a column").expect("one more");
        let typed = column.typed::<Int32Type>();
        match leaf == leaves {
            true => typed.write_batch(&[7], None, None),
            false if name == "a struct" => typed.write_batch(&[], Some(&[0]), None),
            false => typed.write_batch(&[], Some(&[0]), Some(&[0])),
        }
        .expect("values");
        column.close().expect("written");
    }
    group.close().expect("a group");
    file.close().expect("a file");
}

#[test]
fn a_nested_column_is_passed_over_or_named() {
    let folder = sandbox();
    let path = folder.path();
    for (name, what) in [
        ("a list", "it is a list"),
        ("a map", "it is a map"),
        ("a struct", "it is a struct"),
        ("repeated", "it is a list"),
    ] {
        write_nested(&path.join("nested.parquet"), name);
        let message =
            format!("error: column `country` of `nested.parquet` cannot be read: {what}\n");
        let run = planout(path, &["eval", "--ns", "onboarding", "--batch", "nested.parquet"]);
        assert!(run.status == 1 && run.stderr.starts_with(&message), "{name}: {}", run.stderr);
        let simulate = ["simulate", "--ns", "onboarding", "--batch", "nested.parquet"];
        let run = planout(path, &simulate);
        assert!(run.status == 1 && run.stderr.starts_with(&message), "{name}: {}", run.stderr);
        let run = batch(path, "nested.parquet --keep all");
        assert!(run.status == 1 && run.stderr.starts_with(&message), "{name}: {}", run.stderr);
        // The struct has a field with the name of the unit, which is not the unit.
        let run = batch(path, "nested.parquet -q");
        assert_eq!(run.stdout, pipe(path, "{\"userid\":7}", "-q").stdout, "{name}: {}", run.stderr);
    }
}

#[test]
fn every_cut_of_a_file_is_refused() {
    let folder = sandbox();
    let path = folder.path();
    let data = Data::Int((0..50).collect());
    write(&path.join("whole.parquet"), column("userid", &Nothing, &data), &data, true);
    let whole = std::fs::read(path.join("whole.parquet")).expect("a file");
    let read = |length: usize| {
        let name = path.join("cut.parquet");
        std::fs::write(&name, &whole[..length]).expect("a file");
        planout::batch::Batch::new(
            Vec::new(),
            "cut.parquet",
            planout::batch::Format::Parquet,
            planout::batch::Format::Csv,
        )
        .read(planout::batch::Input::File(File::open(name).expect("a file")), &mut |_| Ok(()))
    };
    assert_eq!(read(whole.len()).expect("whole").rows, 100);
    for length in 0..whole.len() {
        let error = read(length).expect_err("cut").to_string();
        let expected = match length {
            0..4 => "`cut.parquet` is not Parquet",
            _ => "`cut.parquet` ends in the middle",
        };
        assert!(error.starts_with(expected), "{length}: {error}");
    }
    std::fs::write(path.join("out.csv"), "old").expect("a file");
    let run = batch(path, "cut.parquet -o out.csv");
    assert_eq!(run.status, 1, "{}", run.stderr);
    assert_eq!(std::fs::read_to_string(path.join("out.csv")).expect("a file"), "old");
}
