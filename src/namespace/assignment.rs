//! The assignment of a unit.

use serde::{Deserialize, Serialize};

use crate::eval::Params;
use crate::value::Map;

/// The assignment of a unit. As JSON it is the answer of `planout eval --format json`:
///
/// ```
/// use planout::{Catalog, Dialect, Map, Value};
///
/// let catalog = Catalog::load("sample-namespaces", Dialect::Planout4j)?;
/// let namespace = catalog.get("button_color").expect("the sample is there");
/// let inputs = Map::from_iter([("userid".to_owned(), Value::from("123"))]);
/// let json = serde_json::to_string(&namespace.assign(&inputs)?)?;
/// let start = r#"{"namespace":"button_color","experiment":null,"definition":"Default","segment":2,"#;
/// assert!(json.starts_with(start));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// An `Assignment` borrows from its namespace and from the inputs. [`Assignment::into_owned`] returns
/// one that does not.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Assignment<'a> {
    /// The name of the namespace.
    pub namespace: &'a str,
    /// The name of the unit's experiment; `None` if that is the default.
    pub experiment: Option<&'a str>,
    /// The name of the definition that the experiment runs.
    pub definition: &'a str,
    /// The unit's segment; `None` only for a baseline request that does not name the unit.
    pub segment: Option<u32>,
    /// False if the script of the unit's experiment returned a false value.
    pub in_experiment: bool,
    /// The params: those of the default experiment, overridden by those of the unit's experiment.
    pub params: Params<'a>,
}

/// An [`Assignment`] that borrows nothing. It can be kept, sent to other threads, and read from JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OwnedAssignment {
    /// The name of the namespace.
    pub namespace: String,
    /// The name of the unit's experiment; `None` if that is the default.
    pub experiment: Option<String>,
    /// The name of the definition that the experiment runs.
    pub definition: String,
    /// The unit's segment; `None` only for a baseline request that does not name the unit.
    pub segment: Option<u32>,
    /// False if the script of the unit's experiment returned a false value.
    pub in_experiment: bool,
    /// The params. [`OwnedAssignment::params`] reads them by type.
    pub params: Map,
}

impl Assignment<'_> {
    /// An owned copy of the assignment.
    pub fn into_owned(self) -> OwnedAssignment {
        OwnedAssignment {
            namespace: self.namespace.to_owned(),
            experiment: self.experiment.map(str::to_owned),
            definition: self.definition.to_owned(),
            segment: self.segment,
            in_experiment: self.in_experiment,
            params: self.params.into_map(),
        }
    }
}

impl OwnedAssignment {
    /// The params with access by type, with defaults.
    pub fn params(&self) -> Params<'_> {
        Params::from(&self.params)
    }
}
