//! Exposures that a service logs: what is in a line, and which units have one.

use std::io::{self, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use planout::exposure::{Exposure, ExposureLog, JsonLines, Sink};
use planout::{Catalog, Dialect, Map, Namespace, Value};

const TIME: u64 = 1_767_225_600;

fn catalog() -> Catalog {
    Catalog::load("sample-namespaces", Dialect::Planout4j).expect("the samples")
}

fn inputs(unit: impl Into<Value>) -> Map {
    Map::from_iter([("userid".to_owned(), unit.into())])
}

/// Logs one exposure.
fn log<S: Sink>(log: &ExposureLog<S>, namespace: &Namespace, inputs: &Map) -> io::Result<bool> {
    let assignment = namespace.assign(inputs).expect("an assignment");
    log.log(namespace, &assignment, inputs, TIME)
}

#[test]
fn a_service_logs_what_a_batch_writes() {
    let catalog = catalog();
    for name in ["button_color", "onboarding", "page_size"] {
        let namespace = catalog.get(name).expect("a sample");
        let unit = namespace.unit();
        let exposures = ExposureLog::new(JsonLines::new(Vec::new()), 1000);
        let mut units = String::new();
        for number in 0..200 {
            let text = format!("é \"{number}\"");
            let pairs =
                [(unit, Value::from(&*text)), ("country", Value::from("NL")), ("no", Value::Null)];
            let inputs = pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
            log(&exposures, namespace, &inputs).expect("a line");
            let row = serde_json::json!({ unit: text, "country": "NL" });
            units.push_str(&format!("{row}\n"));
        }
        let folder = crate::support::sandbox();
        let time = TIME.to_string();
        let batch = ["eval", "--ns", name, "--batch", "-", "--exposure", "--time", &time, "-q"];
        let keep = ["--keep", "country"];
        let arguments = [&batch[..], &keep[..]].concat();
        let run = crate::support::planout_with_input(folder.path(), &arguments, units.as_bytes());
        assert_eq!(run.status, 0, "{}", run.stderr);
        let lines = String::from_utf8(exposures.into_sink().into_inner()).expect("text");
        assert!(lines.lines().count() > 50, "{name}: {lines}");
        assert_eq!(lines, run.stdout, "{name}");
    }
}

#[test]
fn a_unit_is_logged_once_in_an_experiment_and_not_outside_of_one() {
    let catalog = catalog();
    let namespace = catalog.get("test_ns").expect("a sample");
    let exposures = ExposureLog::new(JsonLines::new(Vec::new()), 1000);
    assert!(log(&exposures, namespace, &inputs("123")).expect("a line"));
    assert!(!log(&exposures, namespace, &inputs("123")).expect("no line"));
    // Another input makes no other unit of it, nor does the type of what is hashed as the same.
    let mut more = inputs("123");
    more.insert("sourceid".to_owned(), Value::from(7));
    assert!(!log(&exposures, namespace, &more).expect("no line"));
    assert!(!log(&exposures, namespace, &inputs(123)).expect("no line"));
    // Another namespace is another experiment.
    let other = catalog.get("button_color").expect("a sample");
    let mut counts = [0, 0];
    for unit in 0..100 {
        let inputs = inputs(unit);
        let assignment = other.assign(&inputs).expect("an assignment");
        let is_logged = log(&exposures, other, &inputs).expect("a line or none");
        assert_eq!(is_logged, assignment.experiment.is_some() && assignment.in_experiment);
        counts[usize::from(is_logged)] += 1;
    }
    assert!(counts.iter().all(|count| *count > 20), "{counts:?}");
    let lines = exposures.into_sink().into_inner();
    let lines = String::from_utf8(lines).expect("text");
    assert_eq!(lines.lines().count(), 1 + counts[1]);
}

#[test]
fn the_memory_is_bounded_and_who_comes_often_stays_in_it() {
    let catalog = catalog();
    let namespace = catalog.get("button_color").expect("a sample");
    let exposed: Vec<Map> = (0..1000)
        .map(inputs)
        .filter(|it| namespace.assign(it).expect("an assignment").experiment.is_some())
        .collect();
    let exposures = ExposureLog::new(JsonLines::new(io::sink()), 100);
    let logged = |inputs: &Map| log(&exposures, namespace, inputs).expect("a line or none");
    assert!(exposed.iter().all(logged));
    // The last ones are known, and the first ones were forgotten.
    let (first, last) = (&exposed[0], &exposed[exposed.len() - 40..]);
    assert!(!last.iter().any(logged));
    assert!(logged(first));
    for inputs in &exposed[1..] {
        logged(inputs);
        assert!(!logged(first));
    }
}

#[test]
fn threads_log_each_unit_once_and_whole_lines() {
    let catalog = catalog();
    let namespace = catalog.get("button_color").expect("a sample");
    let exposures = ExposureLog::new(JsonLines::new(Vec::new()), 10_000);
    let logged = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for unit in 0..1000 {
                    let is_logged = log(&exposures, namespace, &inputs(unit)).expect("a line");
                    logged.fetch_add(usize::from(is_logged), Ordering::Relaxed);
                }
            });
        }
    });
    let lines = String::from_utf8(exposures.into_sink().into_inner()).expect("text");
    let mut units: Vec<_> = lines
        .lines()
        .map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).expect("a whole line");
            line["inputs"]["userid"].as_i64().expect("a unit")
        })
        .collect();
    assert_eq!(units.len(), logged.into_inner());
    units.sort_unstable();
    units.dedup();
    assert_eq!(units.len(), lines.lines().count());
}

/// A sink that fails when it is told to, in the middle of what it is given.
#[derive(Default)]
struct Disk {
    written: Vec<u8>,
    is_full: bool,
}

struct Handle<'d>(&'d Mutex<Disk>);

impl Write for Handle<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut disk = self.0.lock().expect("a lock");
        if std::mem::take(&mut disk.is_full) {
            disk.written.extend(&bytes[..10]);
            return Err(io::Error::other("the disk is full"));
        }
        disk.written.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn what_could_not_be_written_is_written_the_next_time() {
    let catalog = catalog();
    let namespace = catalog.get("test_ns").expect("a sample");
    let disk = Mutex::new(Disk { is_full: true, ..Disk::default() });
    let exposures = ExposureLog::new(JsonLines::new(Handle(&disk)), 1000);
    let error = log(&exposures, namespace, &inputs("123")).expect_err("a full disk");
    assert_eq!(error.to_string(), "the disk is full");
    assert!(log(&exposures, namespace, &inputs("123")).expect("a line"));
    assert!(!log(&exposures, namespace, &inputs("123")).expect("no line"));
    exposures.sink().flush().expect("nothing to do");
    let text = String::from_utf8(disk.lock().expect("a lock").written.clone()).expect("text");
    let lines: Vec<_> = text.lines().collect();
    assert_eq!((lines.len(), lines[0]), (2, r#"{"name":"t"#));
    assert!(serde_json::from_str::<serde_json::Value>(lines[1]).is_ok(), "{text}");
}

/// A sink of one's own.
#[derive(Default)]
struct Names(Mutex<Vec<String>>);

impl Sink for Names {
    fn write(&self, exposure: &Exposure<'_>) -> io::Result<()> {
        let (experiment, unit) = (exposure.experiment.name(), exposure.unit());
        self.0.lock().expect("a lock").push(format!("{experiment} {unit} {}", exposure.time));
        Ok(())
    }
}

#[test]
fn a_sink_of_ones_own_gets_what_there_is() {
    let catalog = catalog();
    let namespace = catalog.get("test_ns").expect("a sample");
    let exposures = ExposureLog::new(Names::default(), 1000);
    log(&exposures, namespace, &inputs("123")).expect("a line");
    let names = exposures.into_sink().0.into_inner().expect("a lock");
    assert_eq!(names, [format!("Group_Goals.run_2 \"123\" {TIME}")]);
}

#[test]
fn what_a_service_logs_can_be_held_against_the_design() {
    use planout::simulate::{Counted, LogSettings, Logged, report};

    let catalog = catalog();
    let namespace = catalog.get("button_color").expect("a sample");
    let exposures = ExposureLog::new(JsonLines::new(Vec::new()), 100_000);
    for unit in 0..20_000 {
        log(&exposures, namespace, &inputs(unit)).expect("a line");
    }
    let lines = exposures.into_sink().into_inner();
    let counted = Counted::InExperiment;
    let mut seen = Logged::new(namespace, LogSettings { counted, ..LogSettings::default() });
    seen.read_exposures(&*lines).expect("a log");
    assert!(seen.units() > 9000);
    let different = seen.differences();
    assert_eq!((different.units, different.moved, seen.other_experiments), (0, 0, 0));
    assert_eq!(seen.other_scripts, 0);
    let design = seen.design(None);
    assert!(report(&design, &seen.observed(None, &design)).failed_tests().next().is_none());
}
