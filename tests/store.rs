//! Stores: what holds for each, and what a directory promises when a ship dies.

#[cfg(unix)]
mod absent;
mod conformance;
mod directory;
#[cfg(target_os = "linux")]
mod disk;
mod hidden;
mod kill;
#[cfg(target_os = "linux")]
mod links;
mod sources;
mod stamp;

use std::time::Duration;

use planout::store::{ChangeSet, Contents, Store, StoreError};

/// Long enough to read whatever a test writes.
const LIMIT: usize = 1 << 20;

#[cfg(feature = "redis")]
#[test]
fn redis_conforms() {
    if let Some(server) = crate::support::redis::RedisServer::start() {
        conformance::conforms(&|number| {
            let location = server.url().replace("key=planout4j", &format!("key=store-{number}"));
            planout::store::open(&location).expect("a location")
        });
    }
}

/// Namespaces with their content.
fn contents(namespaces: &[(&str, &str)]) -> Contents {
    namespaces.iter().map(|(name, text)| (name.to_string(), text.as_bytes().to_vec())).collect()
}

/// Stores some namespaces and removes others.
fn change(
    store: &dyn Store,
    put: &[(&str, &str)],
    remove: &[&str],
    stamp: &str,
) -> Result<(), StoreError> {
    let remove = remove.iter().map(|name| name.to_string()).collect();
    let changes = ChangeSet { put: contents(put), remove };
    store.begin(Duration::from_secs(10))?.commit(&changes, stamp.as_bytes()).map(drop)
}
