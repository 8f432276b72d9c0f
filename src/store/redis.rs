//! Namespaces as the fields of one hash in Redis, as planout4j keeps them: the name of a field is the
//! name of the namespace, and its value is the compiled JSON.

mod answer;
mod connection;
mod failure;
mod request;
mod stream;
mod trouble;

use std::path::PathBuf;
use std::time::Duration;

use self::answer::Answer;
use self::connection::Connection;
use self::request::Request;
use super::{
    ChangeSet, Contents, FileFormat, Item, RedisUrl, Source, Store, StoreError, Transaction,
};

/// A hash in Redis. The stamp is kept beside it, at `KEY:revision`: inside the hash, services would
/// read it as a namespace.
#[derive(Debug)]
pub struct Redis {
    url: RedisUrl,
}

impl Redis {
    /// The hash at a location. This does not connect yet.
    pub fn new(url: RedisUrl) -> Redis {
        Redis { url }
    }

    fn label(&self, name: &str) -> String {
        format!("{}#{name}", self.url)
    }

    fn item(&self, name: String) -> Item {
        let label = self.label(&name);
        Item::new(name, FileFormat::Json).with_label(label)
    }

    /// Checks that the key of the stamp is free or holds a stamp: a ship must not overwrite other
    /// data there, such as another hash.
    fn check_stamp(&self, connection: &mut Connection<'_>) -> Result<(), StoreError> {
        let key = self.url.revision_key();
        let kind = connection.read(&Request::on("TYPE", &key), Answer::into_word)?;
        match kind.as_str() {
            "none" | "string" => Ok(()),
            _ => Err(StoreError::StampTaken { location: self.url.to_string(), key, kind }),
        }
    }

    fn fetch(&self, connection: &mut Connection<'_>) -> Result<Contents, StoreError> {
        let all = Request::on("HGETALL", &self.url.key);
        let fields = connection.read(&all, Answer::into_fields)?;
        let fields = fields.into_iter().map(|(name, json)| match String::from_utf8(name) {
            Ok(name) => Ok((name, json)),
            Err(error) => {
                let label = self.label(&String::from_utf8_lossy(error.as_bytes()));
                Err(StoreError::NotUtf8(PathBuf::from(label)))
            }
        });
        fields.collect()
    }
}

impl Source for Redis {
    fn list(&self) -> Result<Vec<Item>, StoreError> {
        Ok(self.contents()?.into_keys().map(|name| self.item(name)).collect())
    }

    fn read(&self, item: &Item, limit: usize) -> Result<Vec<u8>, StoreError> {
        let command = Request::on("HGET", &self.url.key).with(&item.name);
        let found = Connection::open(&self.url)?.read(&command, Answer::into_bytes)?;
        let absent =
            || StoreError::absent(item.label.as_ref(), std::io::ErrorKind::NotFound.into());
        let mut bytes = found.ok_or_else(absent)?;
        bytes.truncate(limit);
        Ok(bytes)
    }

    /// One command reads the whole hash, so that no reader sees half of a ship.
    fn snapshot(&self, limit: usize) -> Result<Vec<(Item, Vec<u8>)>, StoreError> {
        let snapshot = self.contents()?.into_iter().map(|(name, mut bytes)| {
            bytes.truncate(limit);
            (self.item(name), bytes)
        });
        Ok(snapshot.collect())
    }
}

impl Store for Redis {
    fn contents(&self) -> Result<Contents, StoreError> {
        self.fetch(&mut Connection::open(&self.url)?)
    }

    fn stamp(&self) -> Result<Option<Vec<u8>>, StoreError> {
        let command = Request::on("GET", &self.url.revision_key());
        Connection::open(&self.url)?.read(&command, Answer::into_bytes)
    }

    /// Does not wait: the change that commits first wins, and all others fail with a conflict.
    fn begin(&self, _patience: Duration) -> Result<Box<dyn Transaction + '_>, StoreError> {
        let mut connection = Connection::open(&self.url)?;
        // The keys are checked one after the other, so that the message can name the bad one.
        for key in [&self.url.key, &self.url.revision_key()] {
            connection.read(&Request::on("WATCH", key), Answer::into_word)?;
        }
        self.check_stamp(&mut connection)?;
        let contents = self.fetch(&mut connection)?;
        Ok(Box::new(Update { redis: self, connection, contents }))
    }
}

/// A change of the hash, on the connection that watches it. Closing the connection ends the watch.
struct Update<'a> {
    redis: &'a Redis,
    connection: Connection<'a>,
    contents: Contents,
}

impl Transaction for Update<'_> {
    fn contents(&self) -> &Contents {
        &self.contents
    }

    fn commit(
        self: Box<Self>,
        changes: &ChangeSet,
        stamp: &[u8],
    ) -> Result<Vec<PathBuf>, StoreError> {
        let Update { redis, connection, .. } = *self;
        let key = &redis.url.key;
        let mut commands = Vec::new();
        if !changes.put.is_empty() {
            let put = changes.put.iter();
            let put =
                put.fold(Request::on("HSET", key), |put, (name, json)| put.with(name).with(json));
            commands.push(put);
        }
        if !changes.remove.is_empty() {
            let remove = changes.remove.iter();
            commands.push(remove.fold(Request::on("HDEL", key), Request::with));
        }
        commands.push(Request::on("SET", &redis.url.revision_key()).with(stamp));

        if connection.execute(&commands)? {
            Ok(Vec::new())
        } else {
            Err(StoreError::Conflict(redis.url.to_string()))
        }
    }
}
