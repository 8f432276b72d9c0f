//! Counts of units that others made, as a table.

use super::design::{Design, Scope};
use super::observe::Observed;
use super::recognize::recognize_text;
use crate::diagnostic::nearest;
use crate::eval::distribution::Sought;
use crate::value::Value;

/// What stands for the default experiment in a table.
pub const DEFAULT: &str = "(default)";

/// Reads a table of counts: how many units each experiment has, or each value of a param, of all
/// units or of an experiment's. Columns are `experiment`, `param`, `value` and `count`, in any
/// order; `count` must be there, and `experiment` or both others.
#[derive(Debug)]
pub struct Table<'d> {
    design: &'d Design<'d>,
    columns: Vec<Column>,
    observed: Observed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Experiment,
    Param,
    Value,
    Count,
}

const COLUMNS: [(&str, Column); 4] = [
    ("experiment", Column::Experiment),
    ("param", Column::Param),
    ("value", Column::Value),
    ("count", Column::Count),
];

/// What is wrong with a table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// A column of another name.
    #[error("unknown column `{0}`: there are `experiment`, `param`, `value` and `count`")]
    Column(String),
    /// Columns that say nothing together.
    #[error("the columns must be `experiment,count`, `param,value,count` or all four")]
    Columns,
    /// A row of another length than the header.
    #[error("{found} fields where the header has {expected}")]
    Fields {
        /// How many the header has.
        expected: usize,
        /// How many the row has.
        found: usize,
    },
    /// No number of units.
    #[error("`{0}` is not a number of units")]
    Count(String),
    /// No experiment, and no param either.
    #[error("neither an experiment nor a param")]
    Nothing,
    /// An experiment that is not active.
    #[error("unknown active experiment `{name}`{}", match nearest {
        Some(nearest) => format!(": did you mean `{nearest}`?"),
        None => format!(": the default experiment is `{DEFAULT}`"),
    })]
    Experiment {
        /// The name.
        name: String,
        /// The active experiment with the nearest name.
        nearest: Option<String>,
    },
    /// A param that nothing sets.
    #[error("unknown param `{name}`{}", match nearest {
        Some(nearest) => format!(": did you mean `{nearest}`?"),
        None => String::new(),
    })]
    Param {
        /// The name.
        name: String,
        /// The param with the nearest name.
        nearest: Option<String>,
    },
    /// A param whose values are measured.
    #[error("`{0}` has too many values to be counted one by one: a log of exposures can be tested")]
    Continuous(String),
    /// Counted before.
    #[error("this is counted twice")]
    Twice,
}

impl<'d> Table<'d> {
    /// Takes the names of the columns.
    ///
    /// # Errors
    /// They are not those of a table of counts.
    pub fn new<'h>(
        design: &'d Design<'d>,
        header: impl IntoIterator<Item = &'h str>,
    ) -> Result<Table<'d>, TableError> {
        let column = |name: &str| {
            let known = COLUMNS.iter().find(|(known, _)| *known == name.trim());
            known.map(|it| it.1).ok_or_else(|| TableError::Column(name.to_owned()))
        };
        let columns: Vec<Column> = header.into_iter().map(column).collect::<Result<_, _>>()?;
        let has = |column| columns.iter().filter(|it| **it == column).count();
        let counts = COLUMNS.map(|(_, column)| has(column));
        if !matches!(counts, [1, 0, 0, 1] | [0 | 1, 1, 1, 1]) {
            return Err(TableError::Columns);
        }
        let cohorts = vec![None; design.cohorts.len()];
        Ok(Table { design, columns, observed: Observed { cohorts, ..Observed::default() } })
    }

    /// Takes a row.
    ///
    /// # Errors
    /// It does not fit the header or the namespace.
    pub fn add<'f>(&mut self, row: impl IntoIterator<Item = &'f str>) -> Result<(), TableError> {
        let row: Vec<&str> = row.into_iter().map(str::trim).collect();
        let (expected, found) = (self.columns.len(), row.len());
        if expected != found {
            return Err(TableError::Fields { expected, found });
        }
        let field = |column| {
            let place = self.columns.iter().position(|it| *it == column);
            place.map_or("", |place| row[place])
        };
        let count = field(Column::Count);
        let count: u64 = count.parse().map_err(|_| TableError::Count(count.to_owned()))?;
        let scope = match field(Column::Experiment) {
            "" => Scope::All,
            name => Scope::Cohort(cohort(self.design, name)?),
        };
        match (field(Column::Param), scope) {
            ("", Scope::All) => Err(TableError::Nothing),
            ("", Scope::Cohort(index)) => match self.observed.cohorts[index].replace(count) {
                None => Ok(()),
                Some(_) => Err(TableError::Twice),
            },
            (name, scope) => {
                let value = value(self.design, scope, name, field(Column::Value))?;
                let counts = self.observed.params.entry((scope, name.to_owned())).or_default();
                if counts.values.contains_key(&Sought(&value)) {
                    return Err(TableError::Twice);
                }
                counts.add(&value, count);
                Ok(())
            }
        }
    }

    /// What was counted.
    pub fn observed(self) -> Observed {
        self.observed
    }
}

fn cohort(design: &Design<'_>, name: &str) -> Result<usize, TableError> {
    let experiment = Some(name).filter(|name| *name != DEFAULT);
    design.cohort(experiment).ok_or_else(|| {
        let names = design.cohorts.iter().filter_map(|cohort| cohort.experiment.as_deref());
        let nearest = nearest(name, names).map(str::to_owned);
        TableError::Experiment { name: name.to_owned(), nearest }
    })
}

fn value(design: &Design<'_>, scope: Scope, name: &str, text: &str) -> Result<Value, TableError> {
    match design.param(scope, name) {
        Some(Ok(distribution)) if !distribution.spans().is_empty() => {
            Err(TableError::Continuous(name.to_owned()))
        }
        Some(found) => Ok(recognize_text(found.ok(), text)),
        None => {
            let nearest = nearest(name, design.params.keys().map(String::as_str));
            Err(TableError::Param { name: name.to_owned(), nearest: nearest.map(str::to_owned) })
        }
    }
}
