//! Locations in Redis: URLs, which can hold passwords.

use std::fmt::{self, Write};
use std::net::Ipv6Addr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use super::{SCHEMES, StoreError};
use crate::nearest::hint;

/// The port of a URL that does not name one.
const DEFAULT_PORT: u16 = 6379;
/// The key of a URL that does not name one: planout4j's default.
const DEFAULT_KEY: &str = "planout4j";
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);
const MAX_TIMEOUT_SECONDS: f64 = 3600.0;
const PARAMETERS: [&str; 3] = ["key", "timeout", "tls_ca"];

/// The location of namespaces in Redis:
/// `redis://[user:password@]host[:port][/db][?key=KEY&timeout=SECONDS]`, or `rediss://` with TLS and
/// the parameter `tls_ca`. It is displayed without secrets, and without the parts that do not
/// distinguish places.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RedisUrl {
    /// Whether the connection is encrypted: `rediss://`.
    pub tls: bool,
    /// A name or an address, without the brackets of IPv6.
    pub host: String,
    /// The TCP port.
    pub port: u16,
    /// The number of the database.
    pub db: u32,
    /// The user who logs in; `None` for the server's default user.
    pub user: Option<String>,
    /// The password; `None` to connect without one.
    pub password: Option<String>,
    /// The key of the hash.
    pub key: String,
    /// The longest time that the server may take to accept a connection, and again the longest time
    /// to take a command and to give its whole answer.
    pub timeout: Duration,
    /// A file of certificates (PEM) that are trusted instead of those of the system.
    pub tls_ca: Option<PathBuf>,
}

impl RedisUrl {
    /// A location without a password, in database 0. All other parts have their defaults: port 6379,
    /// key `planout4j`.
    pub fn new(host: &str, port: Option<u16>, key: Option<&str>) -> RedisUrl {
        RedisUrl {
            tls: false,
            host: host.to_owned(),
            port: port.unwrap_or(DEFAULT_PORT),
            db: 0,
            user: None,
            password: None,
            key: key.unwrap_or(DEFAULT_KEY).to_owned(),
            timeout: DEFAULT_TIMEOUT,
            tls_ca: None,
        }
    }

    /// The key that holds the stamp, beside the hash.
    #[cfg(feature = "redis")]
    pub(super) fn revision_key(&self) -> String {
        format!("{}:revision", self.key)
    }

    /// `host:port`, as in `[::1]:6379`.
    fn set_address(&mut self, text: &str) -> Result<(), Problem> {
        let (host, port) = match text.strip_prefix('[') {
            Some(bracketed) => {
                let (host, rest) =
                    bracketed.split_once(']').ok_or("the `]` after the address is missing")?;
                if host.parse::<Ipv6Addr>().is_err() {
                    return Err("the text in brackets is not an IPv6 address".into());
                }
                match rest.strip_prefix(':') {
                    Some(port) => (host, Some(port)),
                    None if rest.is_empty() => (host, None),
                    None => return Err("only `:` and a port, or `/`, can follow after `]`".into()),
                }
            }
            None => match text.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (text, None),
            },
        };
        if host.is_empty() {
            return Err(Problem::from("it has no host").help("write `redis://localhost`"));
        }
        if host.contains(|c: char| c.is_whitespace() || c.is_control() || c == '%') {
            return Err("the host has characters that are not allowed in a host".into());
        }
        self.host = host.to_owned();
        match port {
            None | Some("") => {}
            Some(port) if port.contains(':') => {
                return Err(Problem::from("the port is not a number from 1 to 65535")
                    .help("an IPv6 address stands in brackets, as in `redis://[::1]:6379`"));
            }
            Some(port) => {
                let port = digits(port).and_then(|port| port.parse().ok()).filter(|port| *port > 0);
                self.port = port.ok_or("the port is not a number from 1 to 65535")?;
            }
        }
        Ok(())
    }

    /// `user:password`
    fn set_credentials(&mut self, text: &str) -> Result<(), Problem> {
        let Some((user, password)) = text.split_once(':') else {
            return Err(Problem::from("the password before the `@` is missing")
                .help("write `user:password@`, or `:password@` for the default user"));
        };
        self.user = Some(decode(user)?).filter(|user| !user.is_empty());
        let password = Some(decode(password)?);
        self.password = password.filter(|password| !password.is_empty() || self.user.is_some());
        Ok(())
    }

    fn set_parameter(&mut self, name: &str, value: String) -> Result<(), Problem> {
        match name {
            "key" if value.is_empty() => return Err("`key` is empty".into()),
            "key" => self.key = value,
            "timeout" => {
                let seconds = value.parse().ok().filter(|seconds| *seconds > 0.0);
                let seconds = seconds.filter(|second| *second <= MAX_TIMEOUT_SECONDS);
                let seconds =
                    seconds.ok_or("`timeout` is not a number of seconds, at most 3600")?;
                // The system would round a shorter timeout to zero, which means to wait for ever.
                self.timeout = Duration::from_secs_f64(seconds).max(Duration::from_millis(1));
            }
            "tls_ca" if !self.tls => {
                return Err(
                    Problem::from("`tls_ca` is for connections with TLS").help("write `rediss://`")
                );
            }
            "tls_ca" => self.tls_ca = Some(PathBuf::from(value)),
            // A part of a password that holds a `?` can end up here: only a near miss is shown.
            unknown => {
                let problem = Problem::from("it has an unknown parameter");
                return Err(match hint(unknown, PARAMETERS) {
                    Some(hint) => problem.help(hint),
                    None => problem,
                });
            }
        }
        Ok(())
    }

    fn parse(tls: bool, text: &str) -> Result<RedisUrl, Problem> {
        let (authority, rest) = text.split_at(text.find(['/', '?', '#']).unwrap_or(text.len()));
        if rest.contains(['@', '#']) {
            return Err(Problem::from("a `@` or `#` is not allowed here").help(
                "in user, password and key, write `/` as %2F, `?` as %3F, `#` as %23, `@` as %40",
            ));
        }
        let mut url = RedisUrl { tls, ..RedisUrl::new("", None, None) };
        match authority.rsplit_once('@') {
            Some((credentials, address)) => {
                url.set_credentials(credentials)?;
                url.set_address(address)?;
            }
            None => url.set_address(authority)?,
        }
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let db = path.strip_prefix('/').unwrap_or(path);
        if !db.is_empty() {
            let db = digits(db).and_then(|db| db.parse().ok());
            url.db = db.ok_or("the database, after the host, is not a number")?;
        }
        let mut seen = Vec::new();
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            url.set_parameter(name, decode(value)?)?;
            if seen.contains(&name) {
                return Err(format!("`{name}` is given twice").into());
            }
            seen.push(name);
        }
        Ok(url)
    }
}

impl FromStr for RedisUrl {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<RedisUrl, StoreError> {
        let (scheme, rest) = text.split_once(':').unwrap_or((text, ""));
        if !SCHEMES.contains(&scheme) {
            return Err(StoreError::UnknownScheme { scheme: scheme.to_owned() });
        }
        let url = match rest.strip_prefix("//") {
            Some(rest) => RedisUrl::parse(scheme == "rediss", rest),
            None => Err(Problem::from(format!("`//` is missing after `{scheme}:`"))
                .help(format!("write `{scheme}://HOST`; a path would be `./{scheme}:`"))),
        };
        url.map_err(|Problem { text, help }| StoreError::InvalidUrl {
            scheme: scheme.to_owned(),
            problem: text,
            help,
        })
    }
}

impl fmt::Display for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "rediss" } else { "redis" };
        let (open, close) = if self.host.contains(':') { ("[", "]") } else { ("", "") };
        write!(f, "{scheme}://{open}{}{close}:{}/{}?key=", self.host, self.port, self.db)?;
        encode(&self.key, f)
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The problem of a URL. It quotes no part of the URL, because any part can be a misplaced password.
struct Problem {
    text: String,
    help: Option<String>,
}

impl Problem {
    fn help(self, help: impl Into<String>) -> Problem {
        Problem { help: Some(help.into()), ..self }
    }
}

impl<T: Into<String>> From<T> for Problem {
    fn from(text: T) -> Problem {
        Problem { text: text.into(), help: None }
    }
}

/// A number, if the text has digits only: Rust's parser would accept a sign.
fn digits(text: &str) -> Option<&str> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then_some(text)
}

/// Replaces `%41` and the like by the characters that they encode.
fn decode(text: &str) -> Result<String, Problem> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                let value = digit().zip(digit()).and_then(|(a, b)| u8::try_from(a * 16 + b).ok());
                value.ok_or("a `%` is not followed by two hexadecimal digits: write it as %25")?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).map_err(|_| "its `%` escapes are not UTF-8".into())
}

/// Encodes the characters that a value cannot hold in a URL as `%41` and the like.
fn encode(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' | b'/' => {
                f.write_char(char::from(byte))?;
            }
            byte => write!(f, "%{byte:02X}")?,
        }
    }
    Ok(())
}
