//! Namespaces as the fields of one hash in Redis, as planout4j keeps them: the name of a field is
//! the namespace's name, its value is the compiled JSON.

mod connection;

use std::path::PathBuf;
use std::time::Duration;

use redis::cmd;

use self::connection::Connection;
use super::{Changes, Contents, Format, Item, RedisUrl, Store, StoreError, Transaction};

/// A hash in Redis. Beside it, at `KEY:revision`, is the stamp: in the hash, services would take it
/// for a namespace.
#[derive(Debug)]
pub struct Redis {
    url: RedisUrl,
}

impl Redis {
    /// The hash at a location. Nothing is connected yet.
    pub fn new(url: RedisUrl) -> Redis {
        Redis { url }
    }

    fn label(&self, name: &str) -> String {
        format!("{}#{name}", self.url)
    }

    fn item(&self, name: String) -> Item {
        Item { label: self.label(&name), name, format: Format::Json }
    }

    fn revision_key(&self) -> String {
        format!("{}:revision", self.url.key)
    }

    fn fetch(&self, connection: &mut Connection) -> Result<Contents, StoreError> {
        let fields =
            connection.read::<Vec<(Vec<u8>, Vec<u8>)>>(cmd("HGETALL").arg(&self.url.key))?;
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

impl Store for Redis {
    fn list(&self) -> Result<Vec<Item>, StoreError> {
        Ok(self.contents()?.into_keys().map(|name| self.item(name)).collect())
    }

    fn read(&self, item: &Item, limit: usize) -> Result<Vec<u8>, StoreError> {
        let mut command = cmd("HGET");
        command.arg(&self.url.key).arg(&item.name);
        let found: Option<Vec<u8>> = Connection::open(&self.url)?.read(&command)?;
        let absent =
            || StoreError::absent(item.label.as_ref(), std::io::ErrorKind::NotFound.into());
        let mut bytes = found.ok_or_else(absent)?;
        bytes.truncate(limit);
        Ok(bytes)
    }

    /// All of it by one command, so that a ship is never seen half.
    fn snapshot(&self, limit: usize) -> Result<Vec<(Item, Vec<u8>)>, StoreError> {
        let snapshot = self.contents()?.into_iter().map(|(name, mut bytes)| {
            bytes.truncate(limit);
            (self.item(name), bytes)
        });
        Ok(snapshot.collect())
    }

    fn contents(&self) -> Result<Contents, StoreError> {
        self.fetch(&mut Connection::open(&self.url)?)
    }

    fn stamp(&self) -> Result<Option<Vec<u8>>, StoreError> {
        Connection::open(&self.url)?.read(cmd("GET").arg(self.revision_key()))
    }

    /// Waits for nobody: whoever commits first wins, and the others' commits are conflicts.
    fn begin(&self, _patience: Duration) -> Result<Box<dyn Transaction + '_>, StoreError> {
        let mut connection = Connection::open(&self.url)?;
        connection.read::<()>(cmd("WATCH").arg(&self.url.key))?;
        let contents = self.fetch(&mut connection)?;
        Ok(Box::new(Update { redis: self, connection, contents }))
    }
}

/// A change of the hash, on the connection that watches it. Closing that ends the watch.
struct Update<'a> {
    redis: &'a Redis,
    connection: Connection,
    contents: Contents,
}

impl Transaction for Update<'_> {
    fn contents(&self) -> &Contents {
        &self.contents
    }

    fn commit(
        self: Box<Self>,
        changes: &Changes,
        stamp: &[u8],
    ) -> Result<Vec<PathBuf>, StoreError> {
        let Update { redis, connection, .. } = *self;
        let key = &redis.url.key;
        let mut commands = Vec::new();
        if !changes.put.is_empty() {
            let mut put = cmd("HSET");
            put.arg(key);
            for (name, json) in &changes.put {
                put.arg(name).arg(json);
            }
            commands.push(put);
        }
        if !changes.remove.is_empty() {
            let mut remove = cmd("HDEL");
            remove.arg(key).arg(&changes.remove);
            commands.push(remove);
        }
        let mut note = cmd("SET");
        note.arg(redis.revision_key()).arg(stamp);
        commands.push(note);

        match connection.execute(&commands)? {
            true => Ok(Vec::new()),
            false => Err(StoreError::Conflict(redis.url.to_string())),
        }
    }
}
