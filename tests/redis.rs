//! Namespaces in Redis, against real servers.

mod changes;
mod commands;
mod failures;
mod hostile;
mod keys;
#[cfg(feature = "redis-tls")]
mod tls;
mod urls;
