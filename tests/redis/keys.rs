//! The keys of a location: its hash, and beside that its stamp. Neither overwrites what another
//! location has.

use std::fs;

use crate::support::redis::RedisServer;
use crate::support::{planout, unguarded_sandbox};

fn url(server: &RedisServer, key: &str) -> String {
    format!("redis://127.0.0.1:{}/0?key={key}", server.port())
}

fn kind(server: &RedisServer, key: &str) -> String {
    redis::cmd("TYPE").arg(key).query(&mut server.connection()).expect("a type")
}

/// Ships to a key, and returns what that says if it fails.
#[track_caller]
fn ship(server: &RedisServer, key: &str, status: i32) -> String {
    let folder = unguarded_sandbox();
    let run = planout(folder.path(), &["ship", "sample-namespaces", &url(server, key)]);
    assert_eq!(run.status, status, "{}", run.stderr);
    run.stderr
}

#[test]
fn a_stamp_does_not_take_the_place_of_a_hash() {
    let Some(server) = RedisServer::start() else { return };
    ship(&server, "a:revision", 0);
    let said = ship(&server, "a", 3);
    let expected = format!(
        "error: a ship to `{}` would overwrite the key `a:revision` with its stamp, but that key holds \
         other data, of the type hash\nhelp: choose another key for the namespaces, or move the data of \
         `a:revision`\n",
        url(&server, "a")
    );
    assert!(said.ends_with(&expected), "{said}");
    assert_eq!(kind(&server, "a:revision"), "hash");
    assert_eq!(kind(&server, "a"), "none");
}

#[test]
fn a_hash_does_not_take_the_place_of_a_stamp() {
    let Some(server) = RedisServer::start() else { return };
    ship(&server, "a", 0);
    let said = ship(&server, "a:revision", 3);
    assert!(said.contains("the key `a:revision` holds something that is not a hash"), "{said}");
    assert!(said.contains("help: the stamp of the namespaces at `a` is kept there"), "{said}");
    assert_eq!((kind(&server, "a"), kind(&server, "a:revision")), ("hash".into(), "string".into()));
    ship(&server, "a", 0);
}

#[test]
fn nothing_else_is_overwritten_by_a_stamp() {
    let Some(server) = RedisServer::start() else { return };
    for (command, kind_of) in [("LPUSH", "list"), ("SADD", "set")] {
        let key = format!("{kind_of}:revision");
        let mut add = redis::cmd(command);
        add.arg(&key).arg("x").exec(&mut server.connection()).expect("a change");
        let said = ship(&server, kind_of, 3);
        assert!(said.contains(&format!("of the type {kind_of}\n")), "{said}");
        assert_eq!(kind(&server, &key), kind_of);
        assert_eq!(kind(&server, kind_of), "none");
    }
}

#[test]
fn ships_to_both_keys_at_once_do_not_both_pass() {
    let Some(server) = RedisServer::start() else { return };
    for round in 0..20 {
        let (one, other) = (format!("{round}"), format!("{round}:revision"));
        let folder = unguarded_sandbox();
        fs::remove_file(folder.path().join("planout.toml")).ok();
        std::thread::scope(|scope| {
            for key in [&one, &other] {
                let url = url(&server, key);
                let path = folder.path();
                scope.spawn(move || planout(path, &["ship", "sample-namespaces", &url]));
            }
        });
        let kinds = (kind(&server, &one), kind(&server, &other));
        let pairs = [("hash", "string"), ("none", "hash")].map(|(a, b)| (a.into(), b.into()));
        assert!(pairs.contains(&kinds), "{kinds:?}");
    }
}
