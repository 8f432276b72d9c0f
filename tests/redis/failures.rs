//! Servers that refuse, are silent or die: a message, status 3, and nothing done by half.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use planout::store::{self, Changes, StoreError};

use crate::support::redis::{RedisServer, free_port};
use crate::support::{planout, sandbox};

/// What `ship` says when it fails.
#[track_caller]
fn failure(location: &str) -> String {
    let run = planout(sandbox().path(), &["ship", "sample-namespaces", location]);
    assert_eq!(run.status, 3, "{}", run.stderr);
    assert_eq!(run.stdout, "");
    run.stderr
}

#[track_caller]
fn check_failure(location: &str, action: &str, reason: &str) {
    let shown = store::without_secrets(location);
    assert_eq!(failure(location), format!("error: cannot {action} `{shown}`: {reason}\n"));
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
    use std::io::Write;
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = stream.expect("a stream").write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let url = format!("redis://127.0.0.1:{port}");
    check_failure(&url, "read", "the answer is none of Redis");
}

#[test]
fn a_wrong_password() {
    let Some(server) = RedisServer::start_with(&["--requirepass", "right"]) else { return };
    let url = |credentials: &str| format!("redis://{credentials}127.0.0.1:{}", server.port());
    let refused = "the server refuses the user or the password";
    check_failure(&url(":wrong@"), "connect to", refused);
    check_failure(&url("somebody:right@"), "connect to", refused);
    check_failure(&url(""), "read", "the server wants a password");
    let run = planout(sandbox().path(), &["nslist", &url(":right@")]);
    assert_eq!((run.status, run.stdout.as_str()), (0, ""));
}

#[test]
fn a_key_of_another_type() {
    let Some(server) = RedisServer::start() else { return };
    let mut connection = server.connection();
    redis::cmd("SET").arg("planout4j").arg("text").exec(&mut connection).expect("a change");
    check_failure(&server.url(), "read", "the key holds something that is no hash");
    let left: String = redis::cmd("GET").arg("planout4j").query(&mut connection).expect("a text");
    assert_eq!(left, "text");
}

#[test]
fn a_server_that_takes_no_more() {
    let Some(server) = RedisServer::start_with(&["--maxmemory", "1"]) else { return };
    let message = failure(&server.url());
    assert!(message.contains("OOM command not allowed"), "{message}");
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
    let message = failure(&url);
    assert!(message.contains("NOPERM"), "{message}");
    assert_eq!(server.hash().len(), 0);
}

/// Ships `new` over `old` with something happening before the commit.
fn commit_after(server: &mut RedisServer, event: impl FnOnce(&mut RedisServer)) -> StoreError {
    let changes = |text: &str| {
        let put = ["a", "b"].map(|name| (name.to_owned(), text.into()));
        Changes { put: put.into(), remove: Default::default() }
    };
    let store = store::open(&format!("{}&timeout=0.3", server.url())).expect("a location");
    let begin = || store.begin(Duration::ZERO).expect("a transaction");
    begin().commit(&changes("old"), b"old").expect("a change");
    let transaction = begin();
    event(server);
    transaction.commit(&changes("new"), b"new").expect_err("the server is gone")
}

#[test]
fn a_server_that_dies_before_the_commit() {
    let Some(mut server) = RedisServer::start() else { return };
    let error = commit_after(&mut server, RedisServer::kill);
    let expected = format!(
        "cannot change `{}`: the server closed the connection; \
         the change was made as a whole, or not at all",
        server.url()
    );
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_server_that_hangs_before_the_commit() {
    let Some(mut server) = RedisServer::start() else { return };
    let error = commit_after(&mut server, |server| server.signal("STOP"));
    let expected = format!(
        "cannot change `{}`: no answer within 0.3 s; the change was made as a whole, or not at all",
        server.url()
    );
    assert_eq!(error.to_string(), expected);
    server.signal("CONT");
    let sets = server.hash().into_values().collect::<Vec<_>>();
    assert!(sets == [b"old", b"old"] || sets == [b"new", b"new"], "{sets:?}");
}
