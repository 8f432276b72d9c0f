//! Units with given inputs, such as those of a file.

use std::hash::{Hash, Hasher};

use indexmap::{Equivalent, IndexMap, IndexSet};

use super::design::{Design, Group, MAX_GROUPS};
use super::joint::unset;
use super::observe::{Observed, observe_rows};
use crate::distribution::{Exact, Sought};
use crate::namespace::{AssignError, Namespace};
use crate::progress::Progress;
use crate::value::{Map, Value};

/// The most units. They are held in memory.
const MAX_UNITS: usize = 100_000_000;

/// Units with the inputs that scripts read. Each unit occurs once: tests require independent units,
/// and a second row of a unit always has the same assignment.
#[derive(Debug)]
pub struct Sample<'n> {
    namespace: &'n Namespace,
    columns: Vec<String>,
    /// The index of the primary unit among the columns.
    primary: usize,
    /// The units in the order of their rows, each with its combination.
    units: IndexMap<Unit, u32>,
    /// The combinations of the other inputs, with the number of units of each.
    combinations: IndexMap<Combination, u64>,
    repeated: u64,
}

/// The reason why a row is not a unit of a sample.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SampleError {
    /// The primary unit is missing.
    #[error(transparent)]
    Unit(AssignError),
    /// There are more than [`MAX_GROUPS`] combinations.
    #[error(
        "the inputs that scripts read have more than {MAX_GROUPS} combinations, with {values} \
         values of `{column}`"
    )]
    ManyGroups {
        /// The column with the most values.
        column: String,
        /// The number of different values that it had up to this row.
        values: usize,
    },
    /// There are more units than can be held.
    #[error("there are more than {MAX_UNITS} units")]
    ManyUnits,
}

impl<'n> Sample<'n> {
    /// A sample with these columns. If the primary unit is not one of them, every row is wrong.
    pub fn new(namespace: &'n Namespace, columns: &[&str]) -> Sample<'n> {
        let primary = columns.iter().position(|column| *column == namespace.unit());
        Sample {
            namespace,
            columns: columns.iter().map(|column| (*column).to_owned()).collect(),
            primary: primary.unwrap_or(columns.len()),
            units: IndexMap::new(),
            combinations: IndexMap::new(),
            repeated: 0,
        }
    }

    /// Adds a row. The first row of a unit counts. A number and its text are the same unit, because
    /// they have the same hash.
    ///
    /// # Errors
    /// The row has no unit, or there are too many units or combinations of inputs.
    pub fn add(&mut self, row: &[Value]) -> Result<(), SampleError> {
        let unit = row.get(self.primary).filter(|unit| !unit.is_null());
        let Some(unit) = unit else {
            let unit = self.namespace.unit().to_owned();
            let namespace = self.namespace.name().to_owned();
            return Err(SampleError::Unit(AssignError::MissingUnit { namespace, unit }));
        };
        if self.units.contains_key(&SoughtUnit(unit)) {
            self.repeated += 1;
            return Ok(());
        }
        if self.units.len() == MAX_UNITS {
            return Err(SampleError::ManyUnits);
        }
        let combination = self.combination(row)?;
        self.units.insert(Unit(unit.clone()), combination);
        Ok(())
    }

    /// The index of a combination, to which one unit is added.
    fn combination(&mut self, row: &[Value]) -> Result<u32, SampleError> {
        let sought = SoughtOthers { row, primary: self.primary };
        if let Some((place, _, units)) = self.combinations.get_full_mut(&sought) {
            *units += 1;
            return Ok(place as u32);
        }
        let place = self.combinations.len();
        if place == MAX_GROUPS {
            return Err(self.too_many());
        }
        let combination = Combination(sought.values().cloned().map(Exact).collect());
        self.combinations.insert(combination, 1);
        Ok(place as u32)
    }

    fn too_many(&self) -> SampleError {
        let values = |place: usize| {
            let all = self.combinations.keys().filter_map(|key| key.0.get(place));
            all.collect::<IndexSet<&Exact>>().len()
        };
        let most = self.others().enumerate().map(|(place, column)| (values(place), column));
        // If several columns have the most values, the first one is named.
        let most = most.reduce(|most, next| if next.0 > most.0 { next } else { most });
        let (values, column) = most.unwrap_or_default();
        SampleError::ManyGroups { column: column.to_owned(), values }
    }

    /// The columns besides the primary unit.
    fn others(&self) -> impl Iterator<Item = &str> {
        let columns = self.columns.iter().enumerate();
        columns.filter(|(place, _)| *place != self.primary).map(|(_, column)| column.as_str())
    }

    /// The number of units.
    pub fn units(&self) -> usize {
        self.units.len()
    }

    /// Whether a unit is in the sample.
    pub fn has(&self, unit: &Value) -> bool {
        self.units.contains_key(&SoughtUnit(unit))
    }

    /// The inputs of a unit besides itself; none of a unit that is not in the sample.
    pub fn inputs_of<'s>(&'s self, unit: &Value) -> impl Iterator<Item = (&'s str, &'s Value)> {
        let combination = self.units.get(&SoughtUnit(unit));
        let values = combination.and_then(|it| self.combinations.get_index(*it as usize));
        let values = values.into_iter().flat_map(|(combination, _)| &combination.0);
        self.others().zip(values.map(|value| &value.0)).filter(|(_, value)| !value.is_null())
    }

    /// The number of rows that were skipped, because their units had earlier rows.
    pub fn repeated(&self) -> u64 {
        self.repeated
    }

    /// The columns besides the primary unit that have a value in at least one row.
    pub fn inputs(&self) -> Vec<&str> {
        let is_there = |place: usize| {
            self.combinations.keys().any(|key| key.0.get(place).is_some_and(|key| !key.0.is_null()))
        };
        let others = self.others().enumerate().filter(|(place, _)| is_there(*place));
        others.map(|(_, column)| column).collect()
    }

    /// The inputs that scripts read, and that are null for all units.
    pub fn missing(&self) -> Vec<&'n str> {
        let inputs = self.inputs();
        unset(self.namespace).into_iter().filter(|name| !inputs.contains(name)).collect()
    }

    /// The combinations of inputs, weighted by their units. A design is made for these.
    pub fn groups(&self) -> Vec<Group> {
        let group = |(combination, units): (&Combination, &u64)| {
            let inputs = self.others().zip(&combination.0).filter(|(_, it)| !it.0.is_null());
            let inputs = inputs.map(|(column, value)| (column.to_owned(), value.0.clone()));
            Group { inputs: Map::from_iter(inputs), weight: *units as f64 }
        };
        self.combinations.iter().map(group).collect()
    }

    /// Evaluates the units. The design is that of the [groups](Sample::groups).
    pub fn observe(&self, design: &Design<'_>, threads: usize) -> Observed {
        self.observe_with(design, threads, &Progress::new())
    }

    /// Evaluates the units, and counts those that are done.
    pub fn observe_with(
        &self,
        design: &Design<'_>,
        threads: usize,
        progress: &Progress,
    ) -> Observed {
        let columns: Vec<&str> = [self.namespace.unit()].into_iter().chain(self.others()).collect();
        observe_rows(design, &columns, self.units.len(), threads, progress, |index, row| {
            row.clear();
            let Some((unit, combination)) = self.units.get_index(index) else { return };
            row.push(unit.0.clone());
            if let Some((others, _)) = self.combinations.get_index(*combination as usize) {
                row.extend(others.0.iter().map(|value| value.0.clone()));
            }
        })
    }
}

/// A unit. It equals every unit with the same text.
#[derive(Debug)]
struct Unit(Value);

struct SoughtUnit<'v>(&'v Value);

impl PartialEq for Unit {
    fn eq(&self, other: &Unit) -> bool {
        self.0.as_text() == other.0.as_text()
    }
}

impl Eq for Unit {}

impl Hash for Unit {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.as_text().hash(state);
    }
}

impl Hash for SoughtUnit<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.as_text().hash(state);
    }
}

impl Equivalent<Unit> for SoughtUnit<'_> {
    fn equivalent(&self, key: &Unit) -> bool {
        self.0.as_text() == key.0.as_text()
    }
}

/// The values of a row besides the primary unit.
#[derive(Debug, PartialEq, Eq)]
struct Combination(Vec<Exact>);

impl Hash for Combination {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.iter().for_each(|value| value.hash(state));
    }
}

/// The same values, in the row.
struct SoughtOthers<'r> {
    row: &'r [Value],
    primary: usize,
}

impl<'r> SoughtOthers<'r> {
    fn values(&self) -> impl Iterator<Item = &'r Value> {
        let (before, rest) = self.row.split_at(self.primary);
        before.iter().chain(rest.iter().skip(1))
    }
}

impl Hash for SoughtOthers<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.values().for_each(|value| Sought(value).hash(state));
    }
}

impl Equivalent<Combination> for SoughtOthers<'_> {
    fn equivalent(&self, key: &Combination) -> bool {
        let equal = |(value, key): (&Value, &Exact)| Sought(value).equivalent(key);
        self.row.len() == key.0.len() + 1 && self.values().zip(&key.0).all(equal)
    }
}
