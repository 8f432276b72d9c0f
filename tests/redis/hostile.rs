//! Servers that answer what no Redis does, too much, or too slowly.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{planout, sandbox, shell, skip};

/// A server that does something with each connection once the first bytes have come.
fn server(answer: impl Fn(&mut TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a stream");
            while stream.read(&mut [0; 1024]).is_ok_and(|length| length > 0) {
                answer(&mut stream);
            }
        }
    });
    port
}

/// What `nslist` says of a server.
#[track_caller]
fn failure(port: u16) -> String {
    let url = format!("redis://127.0.0.1:{port}/0?timeout=1");
    let run = planout(sandbox().path(), &["nslist", &url]);
    assert_eq!(run.status, 3, "{}{}", run.stdout, run.stderr);
    run.stderr
}

fn answers(text: &'static str) -> u16 {
    server(move |stream| {
        let _ = stream.write_all(text.as_bytes());
    })
}

#[test]
fn an_answer_has_a_time_as_a_whole() {
    // A byte now and then, of whatever kind of answer.
    for head in ["", "$1000\r\n", "*1000\r\n$1\r\na\r\n$900\r\n", "+", "-ERR "] {
        let port = server(move |stream| {
            let _ = stream.write_all(head.as_bytes());
            while stream.write_all(b"1").is_ok() {
                thread::sleep(Duration::from_millis(100));
            }
        });
        let start = Instant::now();
        let said = failure(port);
        assert!(said.contains("no answer within 1 s"), "{head:?}: {said}");
        let passed = start.elapsed();
        assert!(passed >= Duration::from_secs(1) && passed < Duration::from_secs(4), "{passed:?}");
    }
    // Parts that are whole, each in time.
    let port = server(|stream| {
        let _ = stream.write_all(b"*1000\r\n");
        while stream.write_all(b"$1\r\na\r\n").is_ok() {
            thread::sleep(Duration::from_millis(100));
        }
    });
    assert!(failure(port).contains("no answer within 1 s"));
}

#[test]
fn a_command_that_nobody_takes_has_a_time_too() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a stream");
            thread::spawn(move || {
                for answer in [&b"+OK\r\n"[..], b"+OK\r\n", b"+none\r\n", b"*0\r\n"] {
                    let _ = stream.read(&mut [0; 1024]);
                    let _ = stream.write_all(answer);
                }
                let _ = stream.read(&mut [0; 1024]);
                let _ = stream.write_all(b"+OK\r\n");
                // All that is sent now, a byte at a time.
                while stream.read(&mut [0; 1]).is_ok_and(|length| length > 0) {
                    thread::sleep(Duration::from_millis(100));
                }
            });
        }
    });
    let changes = planout::store::ChangeSet {
        put: [("a".to_owned(), vec![b'x'; 64 << 20])].into(),
        remove: Default::default(),
    };
    let store = planout::store::open(&format!("redis://127.0.0.1:{port}/0?timeout=1"));
    let store = store.expect("a location");
    let start = Instant::now();
    let outcome = store.begin(Duration::ZERO).and_then(|it| it.commit(&changes, b"stamp"));
    let error = outcome.expect_err("it takes nothing").to_string();
    assert!(error.ends_with("no answer within 1 s"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
}

#[test]
fn lengths_that_cannot_be_are_no_answer_of_redis() {
    for answer in [
        "$-5\r\n",
        "*-7\r\n",
        "$-2\r\n",
        "*-2\r\n",
        "$x\r\n",
        "$\r\n",
        "*\r\n",
        "$+1\r\na\r\n",
        "*2\r\n$-5\r\n$1\r\na\r\n",
        "*1\r\n$1\r\na\r\n",
        "*2\r\n$1\r\na\r\n$-1\r\n",
        "*2\r\n:1\r\n:2\r\n",
        "$1\r\na\r\n",
        ":1\r\n",
        "+OK\r\n",
        "*-1\r\n",
        "$-1\r\n",
        "%0\r\n",
        "\r\n",
        "*0\n",
    ] {
        let said = failure(answers(answer));
        assert!(said.contains("the server did not answer as Redis does"), "{answer:?}: {said}");
    }
}

#[test]
fn an_answer_takes_no_more_memory_than_has_come() {
    if !cfg!(target_os = "linux") {
        skip("there is no limit of memory to set");
        return;
    }
    let deep: &str = Box::leak("*1\r\n".repeat(1_000_000).into_boxed_str());
    for (answer, said) in [
        ("$99999999999\r\n", "the answer is too large: it has more than 512 MiB"),
        ("$18446744073709551615\r\n", "too large"),
        ("*99999999999\r\n", "too large"),
        ("*2\r\n$1\r\na\r\n$536870912\r\n", "too large"),
        (deep, "too large"),
        // Within the bounds, and it does not come.
        ("$536870000\r\n", "no answer within 1 s"),
        ("*3999999\r\n", "no answer within 1 s"),
        ("*3000000\r\n*2000000\r\n*900000\r\n", "no answer within 1 s"),
    ] {
        let port = answers(answer);
        let command = format!(
            "ulimit -v 400000; planout nslist 'redis://127.0.0.1:{port}/0?timeout=1'; echo $?"
        );
        let text = shell(&command, sandbox().path());
        assert!(text.contains(said) && text.ends_with("\n3\n"), "{answer:.40}: {text}");
    }
}

#[test]
fn what_a_server_refuses_is_said_with_what_to_do() {
    let cluster = "the server is part of a cluster, which is not supported";
    for (answer, reason, help) in [
        ("-MOVED 3999 127.0.0.1:7001\r\n", cluster, "name a server that is not part of a cluster"),
        ("-ASK 3999 127.0.0.1:7001\r\n", cluster, "name a server that"),
        ("-CROSSSLOT Keys in request don't hash to the same slot\r\n", cluster, "name a server"),
        ("-CLUSTERDOWN The cluster is down\r\n", cluster, "name a server that"),
        (
            "-LOADING Redis is loading the dataset in memory\r\n",
            "the server is still loading its data",
            "try again when it has",
        ),
        (
            "-MASTERDOWN Link with MASTER is down\r\n",
            "the server is a replica without a connection",
            "name the primary server",
        ),
        (
            "-OOM command not allowed when used memory > 'maxmemory'.\r\n",
            "the server says `OOM command not allowed when used memory > 'maxmemory'.`",
            "its memory is full",
        ),
        (
            "-MISCONF Redis is configured to save RDB snapshots\r\n",
            "the server takes no changes, because it cannot save its data (MISCONF)",
            "its log says why",
        ),
        ("-NOREPLICAS Not enough good replicas to write.\r\n", "too few replicas", "connect them"),
        ("-READONLY You can't write against a read only replica.\r\n", "a replica", "name the"),
        ("-BUSY Redis is busy running a script.\r\n", "the server is busy", "try again"),
        ("-NOPERM no\r\n", "run `HGETALL` on the key `planout4j` (NOPERM)", "reading needs"),
        ("-WRONGTYPE no\r\n", "the key `planout4j` holds something", "choose another key"),
    ] {
        let said = failure(answers(answer));
        assert!(said.contains(reason), "{answer}: {said}");
        assert!(said.contains(&format!("\nhelp: {help}")), "{answer}: {said}");
    }
    let said = failure(answers("-ERR \u{1b}[2J::error::no\r\n"));
    assert!(said.contains("the server says `ERR  [2J::error::no`"), "{said}");
    let said = failure(answers("-\r\n"));
    assert!(said.contains("the server says ``"), "{said}");
}
