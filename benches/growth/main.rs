//! The time and memory that large inputs take: `cargo bench --bench growth`. Each command runs once;
//! the limits on memory are also tests (`tests/memory.rs`).

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The time between two looks at the memory of a command.
const PERIOD: Duration = Duration::from_millis(5);

/// A command on a large input.
struct Case {
    name: &'static str,
    /// Its arguments, in the folder of the inputs.
    arguments: &'static [&'static str],
    /// The goals, in seconds and megabytes, as far as there are any.
    seconds: Option<u32>,
    megabytes: Option<u32>,
}

const CASES: [Case; 8] = [
    Case {
        name: "check 2 namespaces of 5,000 experiments on 62,500 segments",
        arguments: &["check", "two"],
        seconds: Some(2),
        megabytes: Some(200),
    },
    Case {
        name: "check 10,000 namespaces of 10 experiments",
        arguments: &["check", "many"],
        seconds: Some(10),
        megabytes: None,
    },
    Case {
        name: "eval in a namespace of 1,000 experiments on 1,000,000 segments",
        arguments: &["eval", "--ns", "one", "--from", "one", "userid=7"],
        seconds: None,
        megabytes: Some(100),
    },
    Case {
        name: "check 2 namespaces of 5,000 experiments on 1,000,000 segments",
        arguments: &["check", "large"],
        seconds: None,
        megabytes: Some(1000),
    },
    Case {
        name: "plan these",
        arguments: &["plan", "large", "nowhere"],
        seconds: None,
        megabytes: Some(1000),
    },
    Case {
        name: "fmt --check of a script of 30 MB",
        arguments: &["fmt", "--check", "script.planout"],
        seconds: Some(3),
        megabytes: Some(1000),
    },
    Case {
        name: "simulate --units 1000000 with a sample of 500",
        arguments: &["simulate", "--ns", "sample", "--from", "sample", "--units", "1000000"],
        seconds: None,
        megabytes: Some(500),
    },
    Case {
        name: "plan scripts that double a list sixty times",
        arguments: &["plan", "doubling", "nowhere"],
        seconds: None,
        megabytes: Some(500),
    },
];

fn main() -> io::Result<()> {
    // `cargo test --benches` only wants to know whether it runs.
    if std::env::args().any(|argument| argument == "--test") {
        return Ok(());
    }
    let wanted: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with('-')).collect();
    let folder = tempfile::tempdir()?;
    write_inputs(folder.path())?;
    println!("| command | seconds | at most | MB | at most |\n|---|---:|---:|---:|---:|");
    for case in &CASES {
        if !wanted.is_empty() && !wanted.iter().any(|word| case.name.contains(word.as_str())) {
            continue;
        }
        let start = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_planout"))
            .args(case.arguments)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let megabytes = peak(&mut child)?;
        let seconds = start.elapsed().as_secs_f64();
        let goal = |goal: Option<u32>| goal.map_or(String::new(), |goal| goal.to_string());
        let megabytes = megabytes.map_or("?".to_owned(), |it| it.to_string());
        let (name, limits) = (case.name, [goal(case.seconds), goal(case.megabytes)]);
        println!("| {name} | {seconds:.1} | {} | {megabytes} | {} |", limits[0], limits[1]);
    }
    Ok(())
}

/// Waits for a command. The most memory that it had, in megabytes, where the system tells.
fn peak(child: &mut Child) -> io::Result<Option<u64>> {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = None;
    loop {
        if let Ok(text) = fs::read_to_string(&status) {
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
            peak = kilobytes.map(|it: u64| it / 1000).or(peak);
        }
        if child.try_wait()?.is_some() {
            return Ok(peak);
        }
        sleep(PERIOD);
    }
}

fn write_inputs(folder: &Path) -> io::Result<()> {
    let draw = "x = uniformChoice(choices=['a', 'b'], unit=userid);";
    for place in ["two", "large", "many", "one", "sample", "doubling"] {
        fs::create_dir(folder.join(place))?;
    }
    for name in ["a", "b"] {
        fs::write(folder.join(format!("two/{name}.yaml")), namespace(draw, 62_500, 5_000, 12))?;
        fs::write(
            folder.join(format!("large/{name}.yaml")),
            namespace(draw, 1_000_000, 5_000, 200),
        )?;
    }
    for number in 0..10_000 {
        fs::write(folder.join(format!("many/n{number}.yaml")), namespace(draw, 1_000, 10, 100))?;
    }
    fs::write(folder.join("one/one.yaml"), namespace(draw, 1_000_000, 1_000, 1_000))?;
    let choices: Vec<String> = (0..500).map(|number| number.to_string()).collect();
    let sample = format!("x = sample(choices=[{}], unit=userid);", choices.join(", "));
    fs::write(folder.join("sample/sample.yaml"), namespace(&sample, 10, 1, 10))?;
    let doubling = format!("x = [userid]; {}", "x = [x, x]; ".repeat(60));
    fs::write(folder.join("doubling/doubling.yaml"), namespace(&doubling, 10, 1, 10))?;

    let mut script = String::new();
    for number in 0.. {
        writeln!(
            script,
            "v{number} = uniformChoice(choices=['red', 'green', \"blue\"], unit=userid);\n\
             if (country == 'DE' && v{number} == 'red') {{\n  w{number} = v{number} + {number};\n}}"
        )
        .map_err(io::Error::other)?;
        if script.len() > 30_000_000 {
            break;
        }
    }
    fs::write(folder.join("script.planout"), script)
}

/// A namespace that runs one script in experiments of as many segments as are said.
fn namespace(script: &str, segments: usize, experiments: usize, each: usize) -> String {
    let mut yaml = format!(
        "namespace: {{unit: userid, segments: {segments}}}\nexperiment_definitions:\n\
         - definition: a\n  assign: !planout |\n    {script}\ndefault_experiment: a\n\
         experiment_sequence:\n"
    );
    for number in 0..experiments {
        yaml += &format!("- {{action: add, definition: a, name: e{number}, segments: {each}}}\n");
    }
    yaml
}
