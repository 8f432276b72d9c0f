//! Bytes to and from a server, with a deadline for each direction.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::trouble::Trouble;
use crate::store::RedisUrl;
#[cfg(feature = "redis-tls")]
use crate::store::StoreError;

/// A connection whose every use ends by a deadline, however slowly the bytes come. The timeouts of
/// the system start again with every byte.
#[derive(Debug)]
pub(super) struct Timed {
    stream: TcpStream,
    deadline: Instant,
}

impl Timed {
    /// The time until the deadline.
    fn left(&self) -> io::Result<Duration> {
        match self.deadline.saturating_duration_since(Instant::now()) {
            Duration::ZERO => Err(ErrorKind::TimedOut.into()),
            left => Ok(left),
        }
    }
}

impl Read for Timed {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.left()?))?;
        self.stream.read(bytes)
    }
}

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(self.left()?))?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// A connection, encrypted or not.
#[derive(Debug)]
pub(super) enum Stream {
    Plain(Timed),
    #[cfg(feature = "redis-tls")]
    Encrypted(Box<rustls::StreamOwned<rustls::ClientConnection, Timed>>),
}

impl Stream {
    /// Connects to the first address of a host that accepts the connection.
    pub(super) fn connect(url: &RedisUrl) -> Result<Stream, Trouble> {
        let deadline = Instant::now() + url.timeout;
        let mut last = io::Error::other("the host has no address");
        for address in addresses(&url.host, url.port, deadline)? {
            let left = deadline.saturating_duration_since(Instant::now());
            let left = left.max(Duration::from_millis(1));
            match TcpStream::connect_timeout(&address, left) {
                Ok(stream) => {
                    stream.set_nodelay(true)?;
                    let timed = Timed { stream, deadline };
                    return if url.tls { encrypted(url, timed) } else { Ok(Stream::Plain(timed)) };
                }
                Err(error) => last = error,
            }
        }
        Err(last.into())
    }

    /// Sets the deadline for all following uses.
    pub(super) fn set_deadline(&mut self, deadline: Instant) {
        match self {
            Stream::Plain(timed) => timed.deadline = deadline,
            #[cfg(feature = "redis-tls")]
            Stream::Encrypted(stream) => stream.sock.deadline = deadline,
        }
    }
}

/// The addresses of a host. The system looks the name up without a deadline, so a thread waits for
/// the answer. An answer that comes too late is dropped.
fn addresses(host: &str, port: u16, deadline: Instant) -> io::Result<Vec<SocketAddr>> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![(address, port).into()]);
    }
    let (sender, receiver) = mpsc::channel();
    let host = host.to_owned();
    thread::Builder::new().name("lookup".to_owned()).spawn(move || {
        let found = (host.as_str(), port).to_socket_addrs();
        let _ = sender.send(found.map(Vec::from_iter));
    })?;
    let left = deadline.saturating_duration_since(Instant::now());
    receiver.recv_timeout(left).unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()))
}

impl Read for Stream {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(timed) => timed.read(bytes),
            #[cfg(feature = "redis-tls")]
            Stream::Encrypted(stream) => stream.read(bytes),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(timed) => timed.write(bytes),
            #[cfg(feature = "redis-tls")]
            Stream::Encrypted(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Stream::Plain(timed) => timed.flush(),
            #[cfg(feature = "redis-tls")]
            Stream::Encrypted(stream) => stream.flush(),
        }
    }
}

/// Encrypts a connection. The handshake takes place when the first bytes are sent.
#[cfg(feature = "redis-tls")]
fn encrypted(url: &RedisUrl, timed: Timed) -> Result<Stream, Trouble> {
    use std::sync::Arc;

    use rustls::crypto::ring;
    use rustls::pki_types::ServerName;
    use rustls::{ClientConfig, ClientConnection, StreamOwned};

    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(trusted(url)?)
        .with_no_client_auth();
    let name = ServerName::try_from(url.host.clone()).map_err(io::Error::other)?;
    let client = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
    Ok(Stream::Encrypted(Box::new(StreamOwned::new(client, timed))))
}

#[cfg(not(feature = "redis-tls"))]
fn encrypted(_: &RedisUrl, _: Timed) -> Result<Stream, Trouble> {
    Err(io::Error::from(ErrorKind::Unsupported).into())
}

/// The trusted certificates: those of a file, or else those of the system.
#[cfg(feature = "redis-tls")]
fn trusted(url: &RedisUrl) -> Result<rustls::RootCertStore, StoreError> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;

    let certificates = match &url.tls_ca {
        // A certificate of the system that cannot be read is left out.
        None => rustls_native_certs::load_native_certs().certs,
        Some(path) => {
            let bytes = crate::store::read_found(path, crate::source::MAX_SOURCE_BYTES)?;
            let read: Result<_, _> = CertificateDer::pem_slice_iter(&bytes).collect();
            let malformed =
                |_| io::Error::new(ErrorKind::InvalidData, "the file is not in the PEM format");
            read.map_err(|error| StoreError::io("read", path, malformed(error)))?
        }
    };
    let mut trusted = rustls::RootCertStore::empty();
    trusted.add_parsable_certificates(certificates);
    Ok(trusted)
}
