//! One binary for all integration tests, a file a feature.

mod compile;
mod docs;
mod eval;
mod library;
mod namespaces;
mod support;
