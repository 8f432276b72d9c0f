//! One binary for all integration tests, a file a feature.

mod compile;
mod eval;
mod namespaces;
mod support;
