//! Namespaces in Redis, against real servers.

mod changes;
mod commands;
mod failures;
#[cfg(feature = "redis-tls")]
mod tls;
mod urls;
