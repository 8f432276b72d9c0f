//! Online experiments as code.
//!
//! PlanOut is a small language for randomized experiments. A *namespace* maps units (users,
//! devices, sessions) to segments, and segments to experiments that exclude one another. Both are
//! pure hashing: the same unit gets the same answer for ever, on every machine, and no database
//! is asked.
//!
//! # Assign a unit
//!
//! Load the namespaces of a location once, as YAML or as compiled JSON. A [`Catalog`] is immutable,
//! and threads can share it without a lock.
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
//! | module | content |
//! |---|---|
//! | [`source`], [`diagnostic`] | texts, places in them, and problems at these places |
//! | [`nearest`] | suggestions for misspelt words |
//! | [`number`], [`value`], [`tree`] | numbers as text, values, YAML and JSON with places |
//! | [`dialect`] | the differences of the two dialects outside of evaluation |
//! | [`syntax`], [`wire`] | the language, and its JSON form |
//! | [`format`](mod@format) | scripts in one style |
//! | [`eval`] | scripts and their evaluation |
//! | [`namespace`] | checked documents, segments, assignment |
//! | [`exposure`] | the log of the units that were in experiments |
//! | [`store`], [`catalog`], [`ship`] | the places of namespaces; loading and shipping them |
//! | [`edit`] | entries at the end of a sequence, in the text of a namespace |
//! | [`plan`] | the changes of a ship, and the units that would move |
//! | [`guard`] | whether a ship may pass |
//! | `batch` | whole files of units |
//! | `simulate` | tests of a design, and of traffic against its design |
//! | `power` | how long an experiment must run, from its design |
//! | [`progress`] | the progress of long work |
//! | [`audit`](mod@audit) | the proof that params are independent of one another |
//! | [`lint`] | checks for legal code that is almost certainly a mistake |
//! | [`fix`] | repairs of mistakes, where a check suggests one |
//!
//! # Features
//!
//! By default, the crate is the program `planout`, with all that it can do. A service names only the
//! features that it needs, and gets no command line:
//!
//! ```toml
//! planout = { version = "0.1", default-features = false, features = ["store"] }
//! ```
//!
//! | feature | what it adds |
//! |---|---|
//! | | Without any feature: scripts, namespaces and catalogs, from text and from memory; checks, formatting, plans. This part uses no files, network, clock or threads, and also compiles for `wasm32-unknown-unknown` |
//! | `threads` | several threads for long work: loading many namespaces, or large ones |
//! | `store` | directories and files: [`Catalog::load`], [`store::open`], [`ship`] |
//! | `refresh` | catalogs that follow their source: `catalog::LiveCatalog` |
//! | `redis` | locations that begin with `redis://` |
//! | `redis-tls` | locations that begin with `rediss://` |
//! | `batch` | files of units: `batch` |
//! | `parquet` | Parquet as a format of these files |
//! | `simulate` | designs compared with observations: `simulate`; the power of a design: `power` |
//! | `cli` | the program; it adds nothing to the library |
//! | `failpoint` | for the tests of this crate only |
//!
//! A feature includes the features that it needs: `redis` includes `store`, and `store` includes
//! `threads`.
//!
//! The library never prints. It reads no environment and no clock, and no files but those at the
//! paths that it is given.

pub mod audit;
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
#[cfg(feature = "simulate")]
pub mod power;
pub mod progress;
mod scramble;
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

/// Crates whose types are part of this interface: a [`Map`] is an `IndexMap`, and a [`Value`] is made
/// from the JSON of `serde_json`.
pub use {indexmap, serde_json};

/// The code of the README is tested like the examples here.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The code of the page about the library is tested, too.
#[cfg(doctest)]
#[doc = include_str!("../docs/library.md")]
struct Library;
