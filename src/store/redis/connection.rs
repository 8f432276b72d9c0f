//! A connection to a server.

use std::io::{BufReader, Write};
use std::time::Instant;

use super::answer::Answer;
use super::failure::Attempt;
use super::request::Request;
use super::stream::Stream;
use super::trouble::Trouble;
use crate::store::{RedisUrl, StoreError};

/// The number of bytes that are read from the system at once.
const BUFFER: usize = 64 << 10;

/// A connection that is logged in and has selected its database. No call of it waits for ever.
pub(super) struct Connection<'a> {
    stream: BufReader<Stream>,
    url: &'a RedisUrl,
}

impl Connection<'_> {
    pub(super) fn open(url: &RedisUrl) -> Result<Connection<'_>, StoreError> {
        if url.tls && cfg!(not(feature = "redis-tls")) {
            return Err(StoreError::MissingFeature { scheme: "rediss", feature: "redis-tls" });
        }
        let attempt = Attempt { url, action: "connect to", command: None };
        let stream = Stream::connect(url).map_err(|trouble| attempt.failed(trouble))?;
        let mut connection = Connection { stream: BufReader::with_capacity(BUFFER, stream), url };
        connection.log_in()?;
        if url.db != 0 {
            let select = Request::new("SELECT").with(url.db.to_string());
            connection.ask("connect to", &select)?;
        }
        Ok(connection)
    }

    fn log_in(&mut self) -> Result<(), StoreError> {
        let Some(password) = &self.url.password else { return Ok(()) };
        let auth = Request::new("AUTH");
        let auth = match &self.url.user {
            Some(user) => auth.with(user),
            None => auth,
        };
        let auth = auth.with(password);
        match self.exchange(&auth) {
            // Servers before 6.0 do not know users.
            Err(Trouble::Refused(text)) if text.contains("wrong number of arguments") => {
                self.ask("connect to", &Request::new("AUTH").with(password)).map(drop)
            }
            Err(trouble) => Err(self.attempt("connect to", &auth).failed(trouble)),
            Ok(_) => Ok(()),
        }
    }

    /// Sends a command that changes nothing, and returns the converted answer.
    pub(super) fn read<T>(
        &mut self,
        command: &Request,
        take: impl FnOnce(Answer) -> Result<T, Trouble>,
    ) -> Result<T, StoreError> {
        let answer = self.ask("read", command)?;
        take(answer).map_err(|trouble| self.attempt("read", command).failed(trouble))
    }

    /// Sends commands as one transaction. Returns whether it was made. It was not made if another
    /// client changed a key that this connection watches.
    ///
    /// The commands are sent one after the other, though all could be sent at once: until the last
    /// one is sent, it is certain that nothing was changed.
    pub(super) fn execute(mut self, commands: &[Request]) -> Result<bool, StoreError> {
        for command in [&Request::new("MULTI")].into_iter().chain(commands) {
            let queued = self.ask("change", command)?.into_word();
            queued.map_err(|trouble| self.attempt("change", command).failed(trouble))?;
        }
        let exec = Request::new("EXEC");
        match self.ask("change", &exec)? {
            Answer::Nothing => Ok(false),
            Answer::List(outcomes) => {
                let error =
                    outcomes.into_iter().zip(commands).find_map(
                        |(outcome, command)| match outcome {
                            Answer::Error(text) => Some((command, Trouble::Refused(text))),
                            _ => None,
                        },
                    );
                match error {
                    None => Ok(true),
                    Some((command, trouble)) => {
                        Err(self.attempt("change", command).failed(trouble))
                    }
                }
            }
            _ => Err(self.attempt("change", &exec).failed(Trouble::Malformed)),
        }
    }

    fn attempt<'a>(&'a self, action: &'static str, command: &'a Request) -> Attempt<'a> {
        Attempt { url: self.url, action, command: Some(command) }
    }

    fn ask(&mut self, action: &'static str, command: &Request) -> Result<Answer, StoreError> {
        self.exchange(command).map_err(|trouble| self.attempt(action, command).failed(trouble))
    }

    /// Sends a command and reads its answer. Both together take no longer than the timeout of the
    /// location, even if the bytes keep coming slowly.
    fn exchange(&mut self, command: &Request) -> Result<Answer, Trouble> {
        // Bytes that are there before the command is sent do not belong to it.
        if !self.stream.buffer().is_empty() {
            return Err(Trouble::Malformed);
        }
        let stream = self.stream.get_mut();
        stream.set_deadline(Instant::now() + self.url.timeout);
        stream.write_all(&command.bytes())?;
        stream.flush()?;
        stream.set_deadline(Instant::now() + self.url.timeout);
        match Answer::read(&mut self.stream)? {
            Answer::Error(text) => Err(Trouble::Refused(text)),
            answer => Ok(answer),
        }
    }
}
