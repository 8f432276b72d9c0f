//! Many units of one namespace, with inputs by column instead of by name.

use std::sync::Arc;

use super::{AssignError, Assignment, BASELINE, Experiment, Namespace};
use crate::eval::Inputs;
use crate::value::Value;

/// A namespace that reads the inputs of a unit from a row of values. The columns are given in
/// advance.
///
/// Names are looked up only here, and not again for every unit. Threads can share it.
///
/// ```
/// use planout::{Catalog, Dialect, Value};
///
/// let catalog = Catalog::load("sample-namespaces", Dialect::Planout4j)?;
/// let namespace = catalog.get("test_ns").expect("the sample is there");
/// let rows = namespace.with_columns(&["country", "userid"]);
///
/// let mut row = [Value::from("NL"), Value::Null];
/// for (user, segment) in [("123", 32), ("124", 90)] {
///     row[1] = Value::from(user);
///     assert_eq!(rows.assign(&row)?.segment, Some(segment));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Rows<'n> {
    namespace: &'n Namespace,
    unit: Option<usize>,
    baseline: Option<usize>,
    default: Columns,
    /// The columns of each active experiment.
    experiments: Vec<Columns>,
}

/// The columns of the variables of a script, by slot.
type Columns = Arc<[Option<usize>]>;

impl Namespace {
    /// Prepares the assignment of units in rows with these columns. If several columns have the same
    /// name, the first one counts.
    pub fn with_columns<C: AsRef<str>>(&self, columns: &[C]) -> Rows<'_> {
        let column = |name: &str| columns.iter().position(|column| column.as_ref() == name);
        let scripts: Vec<Columns> = (self.definitions.values())
            .map(|script| script.variables().map(column).collect())
            .collect();
        let of = |experiment: &Experiment| {
            let index = self.definitions.get_index_of(&experiment.definition);
            index.and_then(|index| scripts.get(index)).cloned().unwrap_or_default()
        };
        Rows {
            namespace: self,
            unit: column(&self.unit),
            baseline: column(BASELINE),
            default: of(&self.default),
            experiments: self.experiments.iter().map(of).collect(),
        }
    }
}

impl<'n> Rows<'n> {
    /// The namespace.
    pub fn namespace(&self) -> &'n Namespace {
        self.namespace
    }

    /// Assigns a unit. A null counts as missing, and so does a value beyond the end of a short row.
    ///
    /// # Errors
    /// The primary unit is missing, or a script fails.
    pub fn assign<'a>(&'a self, row: &'a [Value]) -> Result<Assignment<'a>, AssignError> {
        let value = |column: Option<usize>| column.and_then(|column| row.get(column));
        let baseline = value(self.baseline) == Some(&Value::Bool(true));
        let segment = self.namespace.place(value(self.unit), baseline)?;
        self.namespace.assign_in(segment, baseline, None, |experiment| {
            let columns = experiment.map_or(&self.default, |index| &self.experiments[index]);
            Inputs::Row { columns, row }
        })
    }
}
