//! Servers of Redis, each a test's own.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use planout::store::{self, Contents, Store};
use tempfile::TempDir;

use super::skip;

/// A server on a free port of this machine. It ends with the value.
pub(crate) struct RedisServer {
    child: Child,
    port: u16,
    options: Vec<String>,
    folder: TempDir,
}

impl RedisServer {
    /// Starts a server that keeps nothing on the disk; `None`, which is said, if there is none to
    /// start.
    pub(crate) fn start() -> Option<RedisServer> {
        RedisServer::start_with(&[])
    }

    /// Starts a server with more options.
    pub(crate) fn start_with(options: &[&str]) -> Option<RedisServer> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let options: Vec<_> = options.iter().map(|&option| option.to_owned()).collect();
        // Somebody else can take the port before the server does.
        for _ in 0..5 {
            let port = free_port();
            let Some(mut child) = spawn(port, &options, folder.path()) else {
                skip("there is no `redis-server`");
                return None;
            };
            if answers(&mut child, port) {
                return Some(RedisServer { child, port, options, folder });
            }
        }
        skip(&format!("`redis-server` does not start with {options:?}"));
        None
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The location of namespaces in this server.
    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0?key=planout4j", self.port)
    }

    pub(crate) fn store(&self) -> Box<dyn Store> {
        store::open(&self.url()).expect("a location")
    }

    /// A connection past the library under test.
    pub(crate) fn connection(&self) -> redis::Connection {
        let client = redis::Client::open(format!("redis://127.0.0.1:{}", self.port));
        client.and_then(|client| client.get_connection()).expect("a connection")
    }

    /// What services see.
    pub(crate) fn hash(&self) -> Contents {
        redis::cmd("HGETALL").arg("planout4j").query(&mut self.connection()).expect("a hash")
    }

    /// Sends a signal such as `STOP`.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let status = Command::new("kill").args(["-s", name, &id]).status();
        assert!(status.expect("kill runs").success());
    }

    /// Ends the process at once.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("a signal");
        self.child.wait().expect("the end of the server");
    }

    /// Starts the server again after its end, on the same port and folder.
    pub(crate) fn restart(&mut self) {
        self.child = spawn(self.port, &self.options, self.folder.path()).expect("a server");
        assert!(answers(&mut self.child, self.port), "the server starts again");
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that nobody listens to.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

fn spawn(port: u16, options: &[String], folder: &Path) -> Option<Child> {
    Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""])
        .arg("--dir")
        .arg(folder)
        .args(options)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()
}

/// Whether the server answers and has loaded its data. A wish for a password is an answer.
fn is_ready(port: u16) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    stream.write_all(b"PING\r\n")?;
    let mut answer = [0; 8];
    stream.read_exact(&mut answer[..1])?;
    let length = stream.read(&mut answer[1..])?;
    Ok(length > 0 && !answer.starts_with(b"-LOADING"))
}

/// Waits until the server answers; false if it ended.
fn answers(child: &mut Child, port: u16) -> bool {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(20) {
        if child.try_wait().expect("a child").is_some() {
            return false;
        }
        if is_ready(port).unwrap_or(false) {
            return true;
        }
        sleep(Duration::from_millis(5));
    }
    let _ = child.kill();
    let _ = child.wait();
    false
}
