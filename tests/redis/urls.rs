//! Locations in Redis as they are written.

use std::path::PathBuf;
use std::time::Duration;

use planout::store::{self, RedisUrl, StoreError, is_url, without_secrets};

/// A URL of the default parts but for some.
fn url(host: &str, change: impl FnOnce(&mut RedisUrl)) -> RedisUrl {
    let mut url = RedisUrl::new(host, None, None);
    change(&mut url);
    url
}

#[test]
fn the_parts_of_a_url() {
    let cases = [
        ("redis://h", url("h", |_| {}), "redis://h:6379/0?key=planout4j"),
        ("redis://h:", url("h", |_| {}), "redis://h:6379/0?key=planout4j"),
        ("redis://h/", url("h", |_| {}), "redis://h:6379/0?key=planout4j"),
        ("redis://h?key=k", url("h", |it| it.key = "k".into()), "redis://h:6379/0?key=k"),
        (
            "redis://10.0.0.1:7000/12?key=my:key",
            url("10.0.0.1", |it| {
                (it.port, it.db, it.key) = (7000, 12, "my:key".into());
            }),
            "redis://10.0.0.1:7000/12?key=my:key",
        ),
        (
            "redis://[::1]:7000",
            url("::1", |it| it.port = 7000),
            "redis://[::1]:7000/0?key=planout4j",
        ),
        (
            "redis://[fe80::2]/3",
            url("fe80::2", |it| it.db = 3),
            "redis://[fe80::2]:6379/3?key=planout4j",
        ),
        (
            "redis://%C3%BCser:p%40ss%3Aw%2Frd%25@h/?key=a%20b%26c",
            url("h", |it| {
                it.user = Some("üser".into());
                it.password = Some("p@ss:w/rd%".into());
                it.key = "a b&c".into();
            }),
            "redis://h:6379/0?key=a%20b%26c",
        ),
        (
            "redis://:p:w@x@h",
            url("h", |it| it.password = Some("p:w@x".into())),
            "redis://h:6379/0?key=planout4j",
        ),
        (
            "redis://user:@h",
            url("h", |it| (it.user, it.password) = (Some("user".into()), Some(String::new()))),
            "redis://h:6379/0?key=planout4j",
        ),
        ("redis://:@h", url("h", |_| {}), "redis://h:6379/0?key=planout4j"),
        (
            "rediss://h?timeout=0.5&tls_ca=certs%2Fca.pem",
            url("h", |it| {
                it.tls = true;
                it.timeout = Duration::from_millis(500);
                it.tls_ca = Some(PathBuf::from("certs/ca.pem"));
            }),
            "rediss://h:6379/0?key=planout4j",
        ),
    ];
    for (text, expected, shown) in cases {
        let parsed: RedisUrl = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        assert!(parsed == expected, "{text}");
        assert_eq!(parsed.to_string(), shown);
        assert_eq!(format!("{parsed:?}"), shown);
        assert_eq!(without_secrets(text), shown);
        assert_eq!(without_secrets(shown), shown);
    }
}

#[test]
fn what_is_wrong_with_a_url() {
    let cases = [
        ("redis://", "it has no host", "write `redis://localhost`"),
        ("redis:///0", "it has no host", "write `redis://localhost`"),
        ("redis://:pw@", "it has no host", "write `redis://localhost`"),
        (
            "redis:host",
            "`//` is missing after `redis:`",
            "write `redis://HOST`; a path would be `./redis:`",
        ),
        (
            "rediss:/host",
            "`//` is missing after `rediss:`",
            "write `rediss://HOST`; a path would be `./rediss:`",
        ),
        ("redis://h:0", "the port is not a number from 1 to 65535", ""),
        ("redis://h:65536", "the port is not a number from 1 to 65535", ""),
        ("redis://h:+1", "the port is not a number from 1 to 65535", ""),
        ("redis://::1", "it has no host", "write `redis://localhost`"),
        (
            "redis://fe80::1",
            "the port is not a number from 1 to 65535",
            "an IPv6 address stands in brackets, as in `redis://[::1]:6379`",
        ),
        ("redis://[::1", "the `]` after the address is missing", ""),
        ("redis://[h]", "the text in brackets is not an IPv6 address", ""),
        ("redis://[::1]7000", "only `:` and a port, or `/`, can follow after `]`", ""),
        ("redis://a b", "the host has characters that are not allowed in a host", ""),
        ("redis://h/x", "the database, after the host, is not a number", ""),
        ("redis://h/-1", "the database, after the host, is not a number", ""),
        ("redis://h/0/1", "the database, after the host, is not a number", ""),
        ("redis://h/99999999999", "the database, after the host, is not a number", ""),
        ("redis://h?kee=x", "it has an unknown parameter", "did you mean `key`?"),
        (
            "redis://h?password=x",
            "it has an unknown parameter",
            "known: `key`, `timeout`, `tls_ca`",
        ),
        ("redis://h?key=", "`key` is empty", ""),
        ("redis://h?key=a&key=b", "`key` is given twice", ""),
        ("redis://h?timeout=0", "`timeout` is not a number of seconds, at most 3600", ""),
        ("redis://h?timeout=inf", "`timeout` is not a number of seconds, at most 3600", ""),
        ("redis://h?timeout=soon", "`timeout` is not a number of seconds, at most 3600", ""),
        ("redis://h?tls_ca=x", "`tls_ca` is for connections with TLS", "write `rediss://`"),
        ("redis://:50%@h", "a `%` is not followed by two hexadecimal digits: write it as %25", ""),
        ("redis://:%ff@h", "its `%` escapes are not UTF-8", ""),
        (
            "redis://me@h",
            "the password before the `@` is missing",
            "write `user:password@`, or `:password@` for the default user",
        ),
        (
            "redis://:pa/ss@h",
            "a `@` or `#` is not allowed here",
            "in user, password and key, write `/` as %2F, `?` as %3F, `#` as %23, `@` as %40",
        ),
        (
            "redis://:pa#ss@h",
            "a `@` or `#` is not allowed here",
            "in user, password and key, write `/` as %2F, `?` as %3F, `#` as %23, `@` as %40",
        ),
    ];
    for (text, problem, help) in cases {
        assert!(is_url(text), "{text}");
        let Err(error @ StoreError::InvalidUrl { .. }) = store::open(text).map(|_| ()) else {
            panic!("{text} is taken for valid, or for something else");
        };
        let scheme = text.split(':').next().expect("a scheme");
        let message = format!("the location `{scheme}://...` is not valid: {problem}");
        assert_eq!(error.to_string(), message, "{text}");
        assert_eq!(error.help().unwrap_or_default(), help, "{text}");
        assert_eq!(without_secrets(text), format!("{scheme}://..."));
    }
}

#[test]
fn other_locations() {
    for path in ["a/b", "./redis:/x", "C:\\x", "redis", "a:b"] {
        assert!(!is_url(path), "{path}");
        assert_eq!(without_secrets(path), path);
        assert!(store::open(path).is_ok());
    }
    let error = store::open("rdis://u:secret@h").map(|_| ()).expect_err("no such kind");
    assert!(error.to_string().starts_with("unknown kind of location `rdis://`: "), "{error}");
    assert_eq!(error.help().as_deref(), Some("did you mean `redis://`?"));
    assert_eq!(store::open("ftp://h").map(|_| ()).expect_err("no such kind").help(), None);
    assert_eq!(without_secrets("ftp://u:secret@h"), "ftp://...");
}
