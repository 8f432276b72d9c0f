//! Files, pipes and compression, and how a run ends before its end.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::{batch, with_file};
use crate::support::{sandbox, shell};

fn users(count: usize) -> String {
    let rows = (0..count).map(|user| format!("{user},NL\n"));
    "userid,country\n".to_owned() + &rows.collect::<String>()
}

/// Starts a batch whose ends are pipes.
fn start(folder: &Path, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_planout"))
        .args(["eval", "--ns", "button_color", "--from", "sample-namespaces", "--batch"])
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("planout runs")
}

/// The files of a folder that begin with a dot.
fn hidden(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with('.')).collect()
}

#[test]
fn formats_and_compression_follow_the_names() {
    let folder = with_file("users.csv", users(1000));
    let path = folder.path();
    let read = |name: &str| fs::read(path.join(name)).expect(name);
    for output in ["plain.csv", "zipped.csv.gz", "packed.csv.zst", "lines.jsonl", "lines.jsonl.gz"]
    {
        let run = batch(path, &format!("users.csv -o {output}"));
        assert_eq!((run.status, run.stdout.as_str()), (0, ""), "{}", run.stderr);
        assert!(run.stderr.starts_with("1,000 rows in "), "{}", run.stderr);
    }
    assert!(read("zipped.csv.gz").starts_with(b"\x1f\x8b"));
    assert!(read("packed.csv.zst").starts_with(b"\x28\xb5\x2f\xfd"));
    // Two members are one file.
    let zipped = read("zipped.csv.gz");
    let header = zipped.len();
    let mut member = Vec::new();
    flate2::read::GzDecoder::new(&zipped[..header]).read_to_end(&mut member).expect("gzip");
    assert_eq!(member, read("plain.csv"));
    for input in ["plain.csv", "zipped.csv.gz", "packed.csv.zst", "lines.jsonl", "lines.jsonl.gz"] {
        assert_eq!(batch(path, &format!("{input} --output again.csv")).status, 0, "{input}");
        assert_eq!(read("again.csv"), read("plain.csv"), "{input}");
    }
    fs::write(path.join("two.csv.gz"), [zipped.clone(), zipped[..].to_vec()].concat())
        .expect("a file");
    let twice = batch(path, "two.csv.gz --output twice.csv");
    assert_eq!(twice.status, 0, "{}", twice.stderr);
    // The header of the second member is a row, and its name a user's.
    assert_eq!(String::from_utf8(read("twice.csv")).expect("text").lines().count(), 2002);
    fs::write(path.join("cut.csv.gz"), &zipped[..header / 2]).expect("a file");
    let cut = batch(path, "cut.csv.gz --output cut.csv");
    assert_eq!(cut.status, 3, "{}", cut.stderr);
    assert!(cut.stderr.starts_with("error: cannot read `cut.csv.gz`: "), "{}", cut.stderr);
    assert!(!path.join("cut.csv").exists());
    assert!(hidden(path).is_empty());
}

#[test]
fn a_file_that_fails_is_left_as_it_was() {
    let folder = with_file("users.csv", "userid\nann\n\"\"\n");
    let out = folder.path().join("out.csv");
    fs::write(&out, "old").expect("a file");
    assert_eq!(batch(folder.path(), "users.csv -o out.csv").status, 1);
    assert_eq!(fs::read_to_string(&out).expect("a file"), "old");
    assert!(hidden(folder.path()).is_empty());
    assert_eq!(batch(folder.path(), "users.csv -o out.csv --on-error skip").status, 0);
    assert!(
        fs::read_to_string(&out).expect("a file").ends_with("ann,1,Colors,true,#1a936f,Join\n")
    );
    // The file that is read cannot be the one that is written.
    assert_eq!(batch(folder.path(), "out.csv -o out.csv --param label").status, 2);
    assert_eq!(batch(folder.path(), "out.csv -o again.csv --param label").status, 0);
    let again = fs::read_to_string(folder.path().join("again.csv")).expect("a file");
    assert_eq!(again, "userid,segment,experiment,in_experiment,label\nann,1,Colors,true,Join\n");
    let run = batch(folder.path(), "users.csv -o no/out.csv");
    assert_eq!(run.status, 3);
    assert!(run.stderr.starts_with("error: cannot write `no/out.csv`: "), "{}", run.stderr);
    assert_eq!(batch(folder.path(), "users.csv -o sample-namespaces").status, 1);
}

#[test]
fn a_reader_that_goes_ends_it_quietly() {
    let folder = with_file("users.csv", users(100_000));
    for threads in [1, 3] {
        let command = format!(
            "planout eval --ns button_color --batch users.csv --threads {threads} | head -n 1 | wc -l"
        );
        assert_eq!(shell(&command, folder.path()).trim(), "1");
    }
}

/// Rows are answered as they come, whatever comes later.
#[cfg(unix)]
#[test]
fn rows_do_not_wait_for_other_rows() {
    let folder = sandbox();
    for threads in ["1", "2", "5"] {
        let mut child = start(folder.path(), &["-", "--threads", threads]);
        let mut input = child.stdin.take().expect("a pipe");
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        for user in ["ann", "bob", "cid"] {
            writeln!(input, "{{\"userid\":\"{user}\"}}").expect("a reader");
            let mut line = String::new();
            output.read_line(&mut line).expect("a row");
            assert!(line.starts_with(&format!("{{\"userid\":\"{user}\",\"segment\":")), "{line}");
        }
        drop(input);
        assert!(child.wait().expect("an end").success());
    }
}

/// A run that is interrupted while it waits for more.
#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_nothing() {
    use std::os::unix::process::ExitStatusExt;
    for (signal, number, leaves) in [("INT", 2, 0), ("TERM", 15, 0), ("KILL", 9, 1)] {
        let folder = sandbox();
        let mut child = start(folder.path(), &["-", "-o", "out.jsonl", "--threads", "2"]);
        let mut input = child.stdin.take().expect("a pipe");
        input.write_all(b"{\"userid\":1}\n").expect("a reader");
        // It has begun when there is something in its file.
        let begun = || {
            let names = hidden(folder.path());
            let length =
                |name: &String| fs::metadata(folder.path().join(name)).map_or(0, |it| it.len());
            names.iter().any(|name| length(name) > 0)
        };
        while !begun() {
            std::thread::yield_now();
        }
        let kill = Command::new("kill").args(["-s", signal, &child.id().to_string()]).status();
        assert!(kill.expect("kill").success());
        assert_eq!(child.wait().expect("an end").signal(), Some(number));
        assert_eq!(hidden(folder.path()).len(), leaves, "{signal}");
        assert!(!folder.path().join("out.jsonl").exists());
    }
}

#[cfg(unix)]
#[test]
fn pipes_with_names_are_read_and_written() {
    let folder = with_file("users.csv", users(20_000));
    let command = "mkfifo in.csv out.csv; cat users.csv > in.csv & \
        planout eval --ns button_color --batch in.csv -o out.csv -q & \
        (sleep 0.1; cat) < out.csv > found.csv; wait; \
        planout eval --ns button_color --batch users.csv -o expected.csv -q; \
        cmp found.csv expected.csv && wc -l < found.csv; test -p out.csv && echo still a pipe";
    assert_eq!(shell(command, folder.path()).trim(), "20001\nstill a pipe");
}

/// Of 300,000 rows, never more than some megabytes are in memory, whoever is slow.
#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_file() {
    let folder = with_file("users.csv", users(300_000));
    for threads in ["1", "4"] {
        let arguments = ["users.csv", "--keep", "all", "--threads", threads];
        let mut child = start(folder.path(), &arguments);
        let mut output = child.stdout.take().expect("a pipe");
        let (mut buffer, mut length, mut peak) = (vec![0; 1 << 16], 0, 0);
        loop {
            let count = output.read(&mut buffer).expect("rows");
            if count == 0 {
                break;
            }
            length += count;
            let status = fs::read_to_string(format!("/proc/{}/status", child.id()));
            let status = status.unwrap_or_default();
            let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
            peak = peak.max(kilobytes.unwrap_or(0));
        }
        assert!(child.wait().expect("an end").success());
        assert!(length > 30_000_000, "{length}");
        assert!((1..60_000).contains(&peak), "{peak} kB with {threads} threads");
    }
}
