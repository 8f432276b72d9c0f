//! Servers that refuse, are silent or die: a message, status 3, and nothing done by half.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use planout::store::{self, ChangeSet};

use crate::support::redis::{RedisServer, free_port};
use crate::support::{planout, sandbox};

/// What `ship` says when it fails.
#[track_caller]
fn failure(location: &str) -> String {
    let folder = sandbox();
    // One of the samples is in a dialect that planout4j does not know.
    let config = folder.path().join("planout.toml");
    std::fs::write(config, "[checks]\nP0710 = 'off'\n").expect("a file of our own");
    let run = planout(folder.path(), &["ship", "sample-namespaces", location]);
    assert_eq!(run.status, 3, "{}", run.stderr);
    assert_eq!(run.stdout, "");
    run.stderr
}

#[track_caller]
fn check_failure(location: &str, action: &str, reason: &str) {
    let shown = store::without_secrets(location);
    assert_eq!(failure(location), format!("error: cannot {action} `{shown}`: {reason}\n"));
}

/// The same of what has a line of help, too.
#[track_caller]
fn check_helped(location: &str, action: &str, reason: &str, help: &str) {
    let shown = store::without_secrets(location);
    let said = format!("error: cannot {action} `{shown}`: {reason}\nhelp: {help}\n");
    assert_eq!(failure(location), said);
}

#[test]
fn nobody_listens() {
    let url = format!("redis://127.0.0.1:{}", free_port());
    check_failure(&url, "connect to", "the connection was refused");
    let message = failure("redis://no-such-host.invalid");
    assert!(message.contains("cannot connect to `redis://no-such-host.invalid:6379/"), "{message}");
}

#[test]
fn nobody_answers() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    for (scheme, credentials, action) in [
        ("redis", "", "read"),
        ("redis", ":password@", "connect to"),
        #[cfg(feature = "redis-tls")]
        ("rediss", "", "read"),
        #[cfg(feature = "redis-tls")]
        ("rediss", ":password@", "connect to"),
    ] {
        let start = Instant::now();
        let url = format!("{scheme}://{credentials}127.0.0.1:{port}/0?timeout=0.3");
        check_failure(&url, action, "no answer within 0.3 s");
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    }
}

#[test]
fn somebody_else_answers() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = stream.expect("a stream").write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let url = format!("redis://127.0.0.1:{port}");
    check_failure(&url, "read", "the server did not answer as Redis does");
    if cfg!(feature = "redis-tls") {
        let url = url.replace("redis:", "rediss:");
        check_failure(&url, "read", "the server does not speak TLS: use `redis://`");
    }
}

#[test]
fn a_wrong_password() {
    let Some(server) = RedisServer::start_with(&["--requirepass", "right"]) else { return };
    let url = |credentials: &str| format!("redis://{credentials}127.0.0.1:{}", server.port());
    let refused = "the server refuses the user or the password";
    check_failure(&url(":wrong@"), "connect to", refused);
    check_failure(&url("somebody:right@"), "connect to", refused);
    let help = "write `:PASSWORD@` or `USER:PASSWORD@` before the host of the location";
    check_helped(&url(""), "read", "the server asks for a password", help);
    let run = planout(sandbox().path(), &["nslist", &url(":right@")]);
    assert_eq!((run.status, run.stdout.as_str()), (0, ""));
}

#[test]
fn a_key_of_another_type() {
    let Some(server) = RedisServer::start() else { return };
    let mut connection = server.connection();
    redis::cmd("SET").arg("planout4j").arg("text").exec(&mut connection).expect("a change");
    let reason = "the key `planout4j` holds something that is not a hash";
    check_helped(&server.url(), "read", reason, "choose another key: `?key=KEY`");
    let left: String = redis::cmd("GET").arg("planout4j").query(&mut connection).expect("a text");
    assert_eq!(left, "text");
}

#[test]
fn a_server_that_takes_no_more() {
    let Some(server) = RedisServer::start_with(&["--maxmemory", "1"]) else { return };
    let message = failure(&server.url());
    assert!(message.contains("OOM command not allowed"), "{message}");
    assert!(message.contains("\nhelp: its memory is full: raise its `maxmemory`"), "{message}");
    assert_eq!(server.hash().len(), 0);
}

#[test]
fn a_user_who_may_only_read() {
    let Some(server) = RedisServer::start() else { return };
    let mut command = redis::cmd("ACL");
    command.arg(&["SETUSER", "reader", "on", ">pw", "~*", "+@read", "+@connection", "+watch"]);
    command.exec(&mut server.connection()).expect("a user");
    let url = format!("redis://reader:pw@127.0.0.1:{}", server.port());
    let run = planout(sandbox().path(), &["nslist", &url]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let help = "reading needs HGETALL, HGET and GET, and shipping also WATCH, TYPE, MULTI, \
                HSET, HDEL, SET and EXEC, on the keys `planout4j` and `planout4j:revision`";
    let reason = "the server does not let this user run `MULTI` (NOPERM)";
    check_helped(&url, "change", reason, help);
    assert_eq!(server.hash().len(), 0);

    // Who may write the hash, and not its stamp.
    let mut command = redis::cmd("ACL");
    command.arg(&["SETUSER", "half", "on", ">pw", "~planout4j", "+@all"]);
    command.exec(&mut server.connection()).expect("a user");
    let url = url.replace("reader", "half");
    let reason = "the server does not let this user run `WATCH` on the key `planout4j:revision` \
                  (NOPERM)";
    check_helped(&url, "read", reason, help);
    let url = format!("{url}?key=other");
    let help = help.replace("planout4j", "other");
    let reason = reason.replace("planout4j:revision", "other");
    check_helped(&url, "read", &reason, &help);
    assert_eq!(server.hash().len(), 0);
}

#[test]
fn a_replica() {
    let Some(primary) = RedisServer::start() else { return };
    let of = primary.port().to_string();
    let Some(replica) = RedisServer::start_with(&["--replicaof", "127.0.0.1", &of]) else { return };
    let help = "name the server that it is a replica of";
    let start = Instant::now();
    // Until they have found each other, it says that it is loading.
    while failure(&replica.url()).contains("loading") {
        assert!(start.elapsed() < Duration::from_secs(20), "it does not connect");
        thread::sleep(Duration::from_millis(50));
    }
    check_helped(
        &replica.url(),
        "change",
        "the server is a replica, which cannot be changed",
        help,
    );
    assert_eq!(primary.hash().len(), 0);
}

/// What happens to a connection at a command.
#[derive(Clone, Copy, PartialEq)]
enum Event {
    /// The command does not arrive, and the connection ends.
    Cut,
    /// The command arrives, and the connection ends before the answer.
    CutAfter,
    /// The command does not arrive, and no answer comes.
    Silence,
}

/// Stands between the program and a server on another port, until a command comes by.
fn proxy(server: u16, command: &'static str, event: Event) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for client in listener.incoming() {
            let _ = relay(client.expect("a client"), server, command, event);
        }
    });
    port
}

fn relay(mut client: TcpStream, server: u16, command: &str, event: Event) -> std::io::Result<()> {
    let mut server = TcpStream::connect(("127.0.0.1", server))?;
    let mut bytes = vec![0; 1 << 16];
    let word = format!("\r\n{command}\r\n");
    loop {
        let length = client.read(&mut bytes)?;
        let seen = bytes[..length].windows(word.len()).any(|window| window == word.as_bytes());
        if length == 0 || (seen && event == Event::Cut) {
            return Ok(());
        }
        if seen && event == Event::Silence {
            // Until the program gives up.
            client.read_to_end(&mut Vec::new())?;
            return Ok(());
        }
        server.write_all(&bytes[..length])?;
        if seen {
            server.read_exact(&mut bytes[..1])?;
            return Ok(());
        }
        // The answer to a command, which are short here.
        server.set_read_timeout(Some(Duration::from_millis(20)))?;
        while let Ok(length @ 1..) = server.read(&mut bytes) {
            client.write_all(&bytes[..length])?;
        }
    }
}

#[test]
fn a_connection_that_ends_at_any_command_leaves_all_or_nothing() {
    let Some(server) = RedisServer::start() else { return };
    let changes = |text: &str| {
        let put = ["a", "b"].map(|name| (name.to_owned(), text.into())).into();
        ChangeSet { put, remove: ["c".to_owned()].into() }
    };
    let store = server.store();
    store.begin(Duration::ZERO).and_then(|it| it.commit(&changes("old"), b"old")).expect("a set");
    let old = server.hash();
    for (command, event, doubt) in [
        ("WATCH", Event::Cut, false),
        ("HGETALL", Event::Cut, false),
        ("MULTI", Event::Cut, false),
        ("HSET", Event::Cut, false),
        ("HDEL", Event::CutAfter, false),
        ("SET", Event::Silence, false),
        ("EXEC", Event::Cut, true),
        ("EXEC", Event::Silence, true),
        ("EXEC", Event::CutAfter, true),
    ] {
        let port = proxy(server.port(), command, event);
        let url = format!("redis://127.0.0.1:{port}/0?timeout=0.4");
        let store = store::open(&url).expect("a location");
        let outcome = store.begin(Duration::ZERO).and_then(|it| it.commit(&changes("new"), b"new"));
        let error = outcome.expect_err("the connection ended").to_string();
        let what = match event {
            Event::Silence => "no answer within 0.4 s",
            Event::Cut | Event::CutAfter => "the server closed the connection",
        };
        assert!(error.contains(what), "{command}: {error}");
        let said = error.ends_with("the change was made as a whole, or not at all");
        assert_eq!(said, doubt, "{command}: {error}");
        let made = (command, event) == ("EXEC", Event::CutAfter);
        assert_eq!(server.hash() == old, !made, "{command}");
    }
}

#[test]
fn a_server_that_dies_or_hangs_before_the_commit() {
    let Some(mut server) = RedisServer::start() else { return };
    let put = [("a".to_owned(), "new".into())].into();
    let changes = ChangeSet { put, remove: Default::default() };
    let url = server.url();
    let failure = |server: &mut RedisServer, event: fn(&mut RedisServer)| {
        let store = store::open(&format!("{url}&timeout=0.3")).expect("a location");
        let transaction = store.begin(Duration::ZERO).expect("a transaction");
        event(server);
        transaction.commit(&changes, b"new").expect_err("nobody answers").to_string()
    };
    let error = failure(&mut server, |server| server.signal("STOP"));
    assert_eq!(error, format!("cannot change `{url}`: no answer within 0.3 s"));
    server.signal("CONT");
    assert_eq!(server.hash().len(), 0);
    let error = failure(&mut server, RedisServer::kill);
    assert_eq!(error, format!("cannot change `{url}`: the server closed the connection"));
}
