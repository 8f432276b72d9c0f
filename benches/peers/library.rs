//! The namespace in the library: `peer NAMESPACE.json UNITS.csv ANSWERS.csv`.
//! Prints the seconds that the evaluations take, without reading and writing.

use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::hint::black_box;
use std::time::Instant;

use planout::{Catalog, Dialect, Value};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [document, units, answers] = arguments.as_slice() else {
        return Err("peer NAMESPACE.json UNITS.csv ANSWERS.csv".into());
    };
    let catalog = Catalog::load(document, Dialect::Planout4j)?;
    let namespace = catalog.iter().next().ok_or("no namespace")?;
    let text = fs::read_to_string(units)?;
    let mut lines = text.lines();
    let columns: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let rows: Vec<Vec<Value>> =
        lines.map(|line| line.split(',').map(Value::from).collect()).collect();

    let prepared = namespace.with_columns(&columns);
    let start = Instant::now();
    for row in &rows {
        black_box(prepared.assign(black_box(row))?);
    }
    let seconds = start.elapsed().as_secs_f64();

    let mut text = String::from("userid,segment,experiment,in_experiment,color,label\n");
    for row in &rows {
        let result = prepared.assign(row)?;
        let unit = row[0].as_str().unwrap_or_default();
        let (segment, experiment) = (result.segment.unwrap_or_default(), result.experiment);
        let (color, label) = (result.params.string("color", ""), result.params.string("label", ""));
        let experiment = experiment.unwrap_or_default();
        writeln!(text, "{unit},{segment},{experiment},{},{color},{label}", result.in_experiment)?;
    }
    fs::write(answers, text)?;
    println!("{seconds}");
    Ok(())
}
