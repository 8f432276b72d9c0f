//! Online experiments as code.
//!
//! PlanOut is a small language for randomized experiments. A *namespace* maps units (users,
//! devices, sessions) to segments, and segments to experiments that exclude one another. Both are
//! pure hashing: the same unit gets the same answer for ever, on every machine, and no database
//! is asked.
//!
//! # Assign a unit
//!
//! Load the namespaces of a location, YAML or compiled JSON, once. A [`Catalog`] is immutable:
//! share it between threads as it is.
//!
//! ```
//! use planout::{Catalog, Dialect, Map, Value};
//!
//! let catalog = Catalog::load("sample-namespaces", Dialect::Planout4j)?;
//! let namespace = catalog.get("test_ns").expect("the sample is there");
//!
//! let inputs = Map::from_iter([("userid".to_owned(), Value::from("123"))]);
//! let assignment = namespace.assign(&inputs)?;
//!
//! // Where the unit is, and what it sees.
//! assert_eq!(assignment.segment, Some(32));
//! assert_eq!(assignment.experiment, Some("Group_Goals.run_2"));
//! assert!(assignment.in_experiment);
//! assert_eq!(assignment.params.int("ratings_goal", 0), 8);
//! assert_eq!(assignment.params.float("group_size", 1.0), 1.0);
//! assert_eq!(assignment.params.boolean("collapse", true), false);
//! assert_eq!(assignment.params.string("no_such_param", "default"), "default");
//! for (name, value) in assignment.params.iter() {
//!     println!("{name} = {value}");
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Build a namespace in code
//!
//! ```
//! use planout::{Dialect, Map, NamespaceBuilder, Script, Value};
//!
//! let compile = |code| Script::compile("in code", code, Dialect::Planout4j);
//! let namespace = NamespaceBuilder::new("button", "userid", 100)
//!     .define("Colors", compile("color = uniformChoice(choices=['red', 'blue'], unit=userid);")?)?
//!     .define("Default", compile("color = 'grey';")?)?
//!     .default_experiment("Default")?
//!     .add("colors.run1", "Colors", 20)?
//!     .remove("colors.run1")?
//!     .add("colors.run2", "Colors", 50)?
//!     .build()?;
//!
//! assert_eq!(namespace.experiment("colors.run2").map(|experiment| experiment.segments().len()), Some(50));
//! let inputs = Map::from_iter([("userid".to_owned(), Value::from(7))]);
//! assert_eq!(namespace.assign(&inputs)?.params.string("color", "grey"), "blue");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Evaluate a script alone
//!
//! ```
//! use planout::{Dialect, Map, Script, Value};
//!
//! let script = Script::compile("dice", "n = randomInteger(min=1, max=6, unit=u);", Dialect::Planout)?;
//! let inputs = Map::from_iter([("u".to_owned(), Value::from("me"))]);
//! let evaluation = script.evaluate("my salt", &inputs)?;
//! assert_eq!(evaluation.params.int("n", 0), 3);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The parts
//!
//! Dependencies point one way, from the last to the first:
//!
//! | module | what it knows |
//! |---|---|
//! | [`source`], [`diagnostic`] | text, places in it, what is wrong there |
//! | [`nearest`] | words that were probably meant for another |
//! | [`number`], [`value`], [`tree`] | numbers as text, values, YAML and JSON with places |
//! | [`dialect`] | what differs between the two dialects outside of evaluation |
//! | [`syntax`], [`wire`] | the language, and its JSON form |
//! | [`format`](mod@format) | scripts in one style |
//! | [`eval`] | scripts, and what they compute |
//! | [`namespace`] | checked documents, segments, assignment |
//! | [`exposure`] | the log of who was in which experiment |
//! | [`store`], [`catalog`], [`ship`] | where namespaces are kept, loading them, shipping them |
//! | [`edit`] | entries at the end of a sequence, in the text of a namespace |
//! | [`plan`] | what shipping would change, and who would move |
//! | [`guard`] | whether a ship may pass |
//! | `batch` | whole files of units |
//! | `simulate` | whether a design is balanced, and whether traffic is as designed |
//! | [`progress`] | how far long work is |
//! | [`lint`] | what is legal and almost surely wrong |
//! | [`fix`] | mistakes mended, as far as a check says how |
//!
//! # Features
//!
//! By default the crate is the program `planout`, with all that it can do. Who builds a service asks for
//! what it needs, and gets no command line:
//!
//! ```toml
//! planout = { version = "0.1", default-features = false, features = ["store"] }
//! ```
//!
//! | feature | what it adds |
//! |---|---|
//! | | Without any: scripts, namespaces and catalogs, from text and from memory; checks, formatting, plans. No files, network, clock or threads: this compiles for `wasm32-unknown-unknown`, too |
//! | `threads` | what takes long is shared by threads: loading many namespaces, or large ones |
//! | `store` | directories and files: [`Catalog::load`], [`store::open`], [`ship`] |
//! | `refresh` | catalogs that follow their source: `catalog::LiveCatalog` |
//! | `redis` | locations that begin with `redis://` |
//! | `redis-tls` | those that begin with `rediss://` |
//! | `batch` | files of units: `batch` |
//! | `parquet` | those of Parquet |
//! | `simulate` | designs beside what is observed: `simulate` |
//! | `cli` | the program, and nothing in the library |
//! | `failpoint` | for the tests of this crate only |
//!
//! A feature brings those along that it needs: `redis` brings `store`, and that brings `threads`.
//!
//! The library never prints, and reads no environment, clock or current folder but the paths that
//! it is given.

#[cfg(feature = "batch")]
pub mod batch;
pub mod catalog;
#[cfg(any(feature = "batch", feature = "simulate"))]
mod delimited;
pub mod diagnostic;
pub mod dialect;
pub mod distribution;
mod draw;
pub mod edit;
pub mod eval;
pub mod exposure;
pub mod fix;
pub mod format;
#[cfg(feature = "store")]
pub mod guard;
pub mod lint;
pub mod namespace;
pub mod nearest;
pub mod number;
mod parallel;
pub mod plan;
pub mod progress;
#[cfg(feature = "store")]
pub mod ship;
#[cfg(feature = "simulate")]
pub mod simulate;
pub mod source;
pub mod store;
pub mod syntax;
#[cfg(any(feature = "store", feature = "parquet"))]
mod time;
pub mod tree;
pub mod value;
pub mod wire;

pub use catalog::Catalog;
pub use dialect::Dialect;
pub use eval::{Params, Script};
pub use namespace::{Assignment, Namespace, NamespaceBuilder};
pub use value::{Map, Value};

/// Crates whose types stand in the interface of this one: a [`Map`] is an `IndexMap`, and a [`Value`] is made
/// of the JSON of `serde_json`.
pub use {indexmap, serde_json};

/// The code of the README is tested as the examples here are.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// So is that of the page about the library.
#[cfg(doctest)]
#[doc = include_str!("../docs/library.md")]
struct Library;
