//! A connection to a server, and what can happen to it in words.

use std::time::Duration;

use redis::{
    Client, Cmd, ConnectionAddr, ErrorKind, FromRedisValue, IntoConnectionInfo,
    RedisConnectionInfo, RedisError, ServerErrorKind, Value,
};

use crate::store::{RedisUrl, StoreError};

/// A connection that is logged in, has its database, and waits for nothing for ever.
pub(super) struct Connection {
    inner: redis::Connection,
    /// What to call it in messages.
    location: String,
    timeout: Duration,
}

impl Connection {
    pub(super) fn open(url: &RedisUrl) -> Result<Connection, StoreError> {
        let client = client(url)?;
        let opened = client.get_connection_with_timeout(url.timeout).and_then(|inner| {
            inner.set_read_timeout(Some(url.timeout))?;
            inner.set_write_timeout(Some(url.timeout))?;
            Ok(Connection { inner, location: url.to_string(), timeout: url.timeout })
        });
        opened.map_err(|error| unconnected(url, error))
    }

    /// Sends a command that changes nothing, and returns its answer.
    pub(super) fn read<T: FromRedisValue>(&mut self, command: &Cmd) -> Result<T, StoreError> {
        command.query(&mut self.inner).map_err(|error| self.failure("read", error, ""))
    }

    /// Sends commands as one transaction. Returns whether it was made: it was not if somebody else
    /// changed what this connection watches.
    ///
    /// One command after the other, though the client could send all at once: it would then wait
    /// for the answer to each even where none comes. And until the last one is sent, it is certain
    /// that nothing was changed.
    pub(super) fn execute(mut self, commands: &[Cmd]) -> Result<bool, StoreError> {
        for command in [&redis::cmd("MULTI")].into_iter().chain(commands) {
            let queued: Result<(), _> = command.query(&mut self.inner);
            queued.map_err(|error| self.failure("change", error, ""))?;
        }
        let made: Result<Option<Value>, _> = redis::cmd("EXEC").query(&mut self.inner);
        made.map(|made| made.is_some()).map_err(|error| {
            let doubt = match error.is_io_error() {
                true => "; the change was made as a whole, or not at all",
                false => "",
            };
            self.failure("change", error, doubt)
        })
    }

    fn failure(&self, action: &'static str, error: RedisError, more: &str) -> StoreError {
        let reason = reason(&error, self.timeout) + more;
        let location = self.location.clone();
        StoreError::Server { action, location, reason, error: error.into() }
    }
}

fn unconnected(url: &RedisUrl, error: RedisError) -> StoreError {
    let (reason, location) = (reason(&error, url.timeout), url.to_string());
    StoreError::Server { action: "connect to", location, reason, error: error.into() }
}

fn client(url: &RedisUrl) -> Result<Client, StoreError> {
    let mut login = RedisConnectionInfo::default().set_db(url.db.into()).set_skip_set_lib_name();
    if let Some(user) = &url.user {
        login = login.set_username(user);
    }
    if let Some(password) = &url.password {
        login = login.set_password(password);
    }
    let made = match url.tls {
        true => tls_client(url, login)?,
        false => ConnectionAddr::Tcp(url.host.clone(), url.port)
            .into_connection_info()
            .and_then(|info| Client::open(info.set_redis_settings(login))),
    };
    made.map_err(|error| unconnected(url, error))
}

#[cfg(feature = "redis-tls")]
fn tls_client(
    url: &RedisUrl,
    login: RedisConnectionInfo,
) -> Result<Result<Client, RedisError>, StoreError> {
    use redis::TlsCertificates;
    use rustls::crypto::{CryptoProvider, ring};

    // A program with two of them would have to choose one, or connecting would panic. If somebody
    // is faster, the choice is made as well.
    if CryptoProvider::get_default().is_none() {
        let _ = ring::default_provider().install_default();
    }
    let read = |path| crate::store::read_file(path, crate::source::MAX_SOURCE_BYTES);
    let root_cert = url.tls_ca.as_deref().map(read).transpose()?;
    let address = ConnectionAddr::TcpTls {
        host: url.host.clone(),
        port: url.port,
        insecure: false,
        tls_params: None,
    };
    Ok(address.into_connection_info().and_then(|info| {
        let certificates = TlsCertificates { client_tls: None, root_cert };
        Client::build_with_tls(info.set_redis_settings(login), certificates)
    }))
}

#[cfg(not(feature = "redis-tls"))]
fn tls_client(
    _: &RedisUrl,
    _: RedisConnectionInfo,
) -> Result<Result<Client, RedisError>, StoreError> {
    Err(StoreError::MissingFeature { scheme: "rediss", feature: "redis-tls" })
}

/// What happened, in words. Those of the client say how it is built.
fn reason(error: &RedisError, timeout: Duration) -> String {
    if error.is_timeout() {
        return format!("no answer within {} s", timeout.as_secs_f64());
    }
    if error.is_connection_refusal() {
        return "the connection was refused".to_owned();
    }
    if let Some(reason) = tls_reason(error) {
        return reason;
    }
    if error.is_connection_dropped() {
        return "the server closed the connection".to_owned();
    }
    match (error.kind(), error.code()) {
        (ErrorKind::AuthenticationFailed, _) => {
            "the server refuses the user or the password".to_owned()
        }
        (_, Some("NOAUTH")) => "the server wants a password".to_owned(),
        (_, Some("WRONGTYPE")) => "the key holds something that is no hash".to_owned(),
        (ErrorKind::Server(ServerErrorKind::BusyLoading), _) => {
            "the server is still loading its data".to_owned()
        }
        (ErrorKind::Server(ServerErrorKind::ReadOnly), _) => {
            "the server is a replica, which cannot be changed".to_owned()
        }
        (_, Some("MOVED" | "ASK" | "CROSSSLOT" | "CLUSTERDOWN")) => {
            "the server is part of a cluster, which is not supported".to_owned()
        }
        (ErrorKind::Parse, _) => "the answer is none of Redis".to_owned(),
        (_, Some(code)) => match error.detail() {
            Some(detail) => format!("the server says `{code} {detail}`"),
            None => format!("the server says `{code}`"),
        },
        (_, None) => error.detail().map_or_else(|| error.to_string(), str::to_owned),
    }
}

/// What is wrong with an encrypted connection, if that is what is wrong.
#[cfg(feature = "redis-tls")]
fn tls_reason(error: &RedisError) -> Option<String> {
    use std::error::Error;
    use std::sync::Arc;

    use rustls::CertificateError::{
        Expired, ExpiredContext, NotValidForName, NotValidForNameContext, UnknownIssuer,
    };
    use rustls::Error::{AlertReceived, InvalidCertificate, InvalidMessage};

    // The client shares what it has received.
    let shared: &Arc<dyn Error + Send + Sync> = error.source()?.downcast_ref()?;
    let io: &std::io::Error = shared.downcast_ref()?;
    let tls: &rustls::Error = io.get_ref()?.downcast_ref()?;
    let reason = match tls {
        InvalidCertificate(UnknownIssuer) => {
            "nobody who is trusted has signed the server's certificate"
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
    };
    Some(reason.to_owned())
}

#[cfg(not(feature = "redis-tls"))]
fn tls_reason(_: &RedisError) -> Option<String> {
    None
}
