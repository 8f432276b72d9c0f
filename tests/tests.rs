//! One binary for all integration tests, a file a feature.

mod audit;
#[cfg(feature = "batch")]
mod batch;
mod causes;
mod cli;
mod compile;
mod config;
mod diagnostics;
mod differential;
mod distribution;
mod docs;
mod edit;
#[cfg(feature = "batch")]
mod effort;
mod eval;
mod examples;
mod exposure;
mod extremes;
mod failures;
mod fix;
mod fmt;
mod folders;
mod git;
mod hints;
mod huge;
mod interface;
mod library;
mod licences;
mod lint;
mod lookup;
mod memory;
mod mutation;
mod namespaces;
mod observer;
mod perf;
mod plan;
mod planout4j;
mod power;
mod problems;
#[cfg(feature = "batch")]
mod progress;
#[cfg(feature = "redis")]
mod redis;
mod refresh;
mod secrets;
mod ship;
mod simulate;
mod spark;
mod store;
mod support;
mod unseen;
mod yaml;
