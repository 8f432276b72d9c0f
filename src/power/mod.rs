//! Power: how many units an experiment needs, how small an effect it finds, and how surely.
//!
//! The shares of the arms are exact: they follow from the script, the segments of the experiment and
//! the units that the script leaves out. Formulas are those of normal statistics; [`Trials`] check
//! them by simulated experiments.
//!
//! ```
//! use planout::power::{Arms, Correction, Looks, Metric, Question, Settings, Study};
//! use planout::simulate::{Counted, Group, design};
//! use planout::{Catalog, Dialect, Map};
//!
//! let catalog = Catalog::load("sample-namespaces", Dialect::Planout4j)?;
//! let namespace = catalog.get("button_color").expect("the sample is there");
//! let groups = [Group { inputs: Map::new(), weight: 1.0 }];
//! let design = design(namespace, &groups, Counted::InExperiment);
//! let question =
//!     Question { experiment: "Colors", param: "color", ..Question::default() };
//! let arms = Arms::new(&design, &groups, &question)?;
//! assert_eq!(arms.control().share, 0.25);
//!
//! let settings = Settings {
//!     metric: Metric::Mean { mean: 50.0, sd: 10.0 },
//!     alpha: 0.05,
//!     trigger: 1.0,
//!     r2: 0.0,
//!     cluster: None,
//!     looks: Looks::Once,
//!     correction: Correction::None,
//! };
//! let study = Study::new(&arms, &settings)?;
//! let effect = study.comparisons[0].effect(100_000.0, 0.8).expect("an effect");
//! assert!((effect - 0.25058).abs() < 5e-6);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod anytime;
mod arms;
mod columns;
mod comparison;
pub mod dunnett;
mod metric;
pub mod mismatch;
pub mod noncentral;
pub mod normal;
pub mod proportions;
mod random;
pub mod sequential;
mod study;
mod traffic;
mod trials;
mod units;
mod variance;

pub use arms::{Arm, Arms, ArmsError, MAX_ARMS, Question};
pub use columns::ColumnsError;
pub use comparison::{Comparison, LOOKS_AT_ANY_TIME, Monitoring};
pub use metric::{Metric, Ratio, RatioError};
pub use study::{Correction, Looks, Settings, Study, StudyError};
pub use traffic::Traffic;
pub use trials::{Frequency, MAX_DRAWN, Simulated, Trials};
pub use units::{drawn_by, other_units};
pub use variance::{Cluster, factor};
