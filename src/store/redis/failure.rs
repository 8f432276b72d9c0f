//! Failures of a connection in words, with advice.

use std::io::{self, ErrorKind};
use std::time::Duration;

use super::request::Request;
use super::trouble::Trouble;
use crate::store::{RedisUrl, StoreError};

/// The most characters of a server's message that are shown.
const SHOWN: usize = 300;

/// The action that failed.
#[derive(Clone, Copy)]
pub(super) struct Attempt<'a> {
    pub(super) url: &'a RedisUrl,
    /// The purpose of the action, such as `read`.
    pub(super) action: &'static str,
    /// The command, once there is a connection.
    pub(super) command: Option<&'a Request>,
}

impl Attempt<'_> {
    /// The error for a failure of this action.
    pub(super) fn failed(self, trouble: Trouble) -> StoreError {
        let (mut reason, help) = match &trouble {
            Trouble::Io(error) => (io_reason(error, self.url.timeout), None),
            Trouble::Malformed => (trouble.to_string(), None),
            Trouble::TooLarge => (
                trouble.to_string(),
                Some("spread the namespaces over several keys: `?key=KEY`".to_owned()),
            ),
            Trouble::Refused(text) => self.refusal(text),
            Trouble::Store(_) => (String::new(), None),
        };
        let error = match trouble {
            Trouble::Store(error) => return error,
            Trouble::Refused(_) => trouble.into(),
            Trouble::Io(error) => {
                self.doubt(&mut reason);
                error.into()
            }
            Trouble::Malformed | Trouble::TooLarge => {
                self.doubt(&mut reason);
                trouble.into()
            }
        };
        let location = self.url.to_string();
        StoreError::Server { action: self.action, location, reason, help, error }
    }

    /// Adds the known facts about a change whose outcome the server did not tell.
    fn doubt(self, reason: &mut String) {
        if self.command.is_some_and(|command| command.name() == "EXEC") {
            reason.push_str("; the change was made as a whole, or not at all");
        }
    }

    /// The meaning of a server's refusal, and advice. The refusal begins with a code.
    fn refusal(self, text: &str) -> (String, Option<String>) {
        let name = self.command.map_or("", |command| command.name());
        let key = self.command.and_then(|command| command.key()).unwrap_or(&self.url.key);
        let told = |reason: &str, help: &str| (reason.to_owned(), Some(help.to_owned()));
        let code = text.split(' ').next().unwrap_or_default();
        match code {
            "LOADING" => told("the server is still loading its data", "try again when it has"),
            "WRONGPASS" | "ERR" if name == "AUTH" => {
                ("the server refuses the user or the password".to_owned(), None)
            }
            "NOAUTH" => told(
                "the server asks for a password",
                "write `:PASSWORD@` or `USER:PASSWORD@` before the host of the location",
            ),
            "WRONGTYPE" => (
                format!("the key `{key}` holds something that is not a hash"),
                Some(match key.strip_suffix(":revision") {
                    Some(other) => format!(
                        "the stamp of the namespaces at `{other}` is kept there: choose another key"
                    ),
                    None => "choose another key: `?key=KEY`".to_owned(),
                }),
            ),
            "NOPERM" => {
                let what = match self.command.and_then(|command| command.key()) {
                    Some(key) => format!("`{name}` on the key `{key}`"),
                    None => format!("`{name}`"),
                };
                let key = &self.url.key;
                let help = format!(
                    "reading needs HGETALL, HGET and GET, and shipping also WATCH, TYPE, MULTI, HSET, HDEL, SET and EXEC, on the keys `{key}` and `{}`",
                    self.url.revision_key()
                );
                (format!("the server does not let this user run {what} (NOPERM)"), Some(help))
            }
            "READONLY" => told(
                "the server is a replica, which cannot be changed",
                "name the server that it is a replica of",
            ),
            "MASTERDOWN" => told(
                "the server is a replica without a connection to its primary server",
                "name the primary server, or try again when they are connected",
            ),
            "MOVED" | "ASK" | "CROSSSLOT" | "CLUSTERDOWN" | "TRYAGAIN" => told(
                "the server is part of a cluster, which is not supported",
                "name a server that is not part of a cluster",
            ),
            "OOM" => (
                said(text),
                Some("its memory is full: raise its `maxmemory`, or remove unused data".to_owned()),
            ),
            "MISCONF" => told(
                "the server takes no changes, because it cannot save its data (MISCONF)",
                "its log says why: often its disk is full or cannot be written",
            ),
            "NOREPLICAS" => told(
                "the server takes no changes, because too few replicas are connected (NOREPLICAS)",
                "connect them, or lower its `min-replicas-to-write`",
            ),
            "BUSY" => {
                told("the server is busy with a script (BUSY)", "try again when it has ended")
            }
            _ => (said(text), None),
        }
    }
}

/// The message of a server, in a form that may be shown.
fn said(text: &str) -> String {
    let shown: String = text.chars().take(SHOWN).collect();
    let more = if text.chars().nth(SHOWN).is_some() { "..." } else { "" };
    format!("the server says `{shown}{more}`")
}

/// The failure of a connection in words.
fn io_reason(error: &io::Error, timeout: Duration) -> String {
    match error.kind() {
        ErrorKind::TimedOut | ErrorKind::WouldBlock => {
            format!("no answer within {} s", timeout.as_secs_f64())
        }
        ErrorKind::ConnectionRefused => "the connection was refused".to_owned(),
        ErrorKind::UnexpectedEof
        | ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe
        | ErrorKind::NotConnected => "the server closed the connection".to_owned(),
        _ => tls_reason(error).map_or_else(|| error.to_string(), str::to_owned),
    }
}

/// The problem of an encrypted connection, if TLS is the problem.
#[cfg(feature = "redis-tls")]
fn tls_reason(error: &io::Error) -> Option<&'static str> {
    use rustls::CertificateError::{
        Expired, ExpiredContext, NotValidForName, NotValidForNameContext, UnknownIssuer,
    };
    use rustls::Error::{AlertReceived, InvalidCertificate, InvalidMessage};

    Some(match error.get_ref()?.downcast_ref()? {
        InvalidCertificate(UnknownIssuer) => {
            "the server's certificate is not signed by a trusted authority"
        }
        InvalidCertificate(NotValidForName | NotValidForNameContext { .. }) => {
            "the server's certificate is for another host"
        }
        InvalidCertificate(Expired | ExpiredContext { .. }) => {
            "the server's certificate has expired"
        }
        InvalidCertificate(_) => "the server's certificate is not valid",
        InvalidMessage(_) => "the server does not speak TLS: use `redis://`",
        AlertReceived(_) => "the server ended the TLS handshake",
        _ => "the TLS handshake failed",
    })
}

#[cfg(not(feature = "redis-tls"))]
fn tls_reason(_: &io::Error) -> Option<&'static str> {
    None
}
