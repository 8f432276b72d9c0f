//! Units with their experiments in rows, such as those that a batch of assignments writes.

use super::logged::{Logged, LoggedError, LoggedUnit};
use super::table::DEFAULT;
use crate::distribution::Counted;
use crate::nearest::nearest;
use crate::value::{Map, Value};

/// The column of the experiment.
pub const EXPERIMENT: &str = "experiment";

/// The column that says whether a unit is in its experiment.
const IN_EXPERIMENT: &str = "in_experiment";

/// The column of all params, if they are in a map.
const PARAMS: &str = "params";

impl Logged<'_> {
    /// The columns that are read besides the primary unit and the inputs of the namespace.
    pub fn columns(&self) -> Vec<String> {
        let params = self.params();
        let others = [EXPERIMENT, IN_EXPERIMENT, PARAMS].into_iter().chain(self.by());
        let mut columns: Vec<String> = Vec::new();
        for name in others.chain(params) {
            if !columns.iter().any(|known| known == name) {
                columns.push(name.to_owned());
            }
        }
        columns
    }

    /// Counts a row of values with these columns. `is_text` says that they are texts, as in CSV. An
    /// experiment that is empty, null or [`DEFAULT`] is the default.
    ///
    /// # Errors
    /// The row has no unit, or an experiment that is not active.
    pub fn add_row(
        &mut self,
        columns: &[&str],
        row: &[Value],
        is_text: bool,
        number: u64,
    ) -> Result<(), LoggedError> {
        let namespace = self.namespace();
        let value = |name: &str| {
            let place = columns.iter().position(|column| *column == name);
            place.and_then(|place| row.get(place)).filter(|value| !value.is_null())
        };
        let Some(unit) = value(namespace.unit()) else {
            return Err(LoggedError::MissingUnit(namespace.unit().to_owned()));
        };
        let is_excluded = value(IN_EXPERIMENT).is_some_and(|value| match value {
            Value::Bool(is_in) => !is_in,
            value => value.as_str() == Some("false"),
        });
        if is_excluded && self.counted() == Counted::InExperiment {
            self.other_events += 1;
            return Ok(());
        }
        let name = value(EXPERIMENT).map(|name| name.as_text()).unwrap_or_default();
        let cohort = match &*name {
            "" => namespace.experiments().len(),
            name => {
                let place = namespace.experiments().iter().position(|it| it.name() == name);
                let default = (name == DEFAULT).then_some(namespace.experiments().len());
                place.or(default).ok_or_else(|| {
                    let names = namespace.experiments().iter().map(|it| it.name());
                    let nearest = nearest(name, names).map(str::to_owned);
                    LoggedError::Experiment { name: name.to_owned(), nearest }
                })?
            }
        };
        // A column of a param must not be read as an input.
        let given = self.reads().filter_map(|name| Some((name.to_owned(), value(name)?.clone())));
        let inputs: Map = given.collect();
        let params = self.params().map(|name| (name, value(name)));
        let has_params = params.clone().any(|(_, value)| value.is_some());
        let params = params.filter(|(_, value)| is_text || value.is_some());
        let mut params: Map = params
            .map(|(name, value)| (name.to_owned(), value.cloned().unwrap_or_default()))
            .filter(|_| has_params)
            .collect();
        let mut is_text = is_text;
        if let Some(all) = value(PARAMS).and_then(Value::as_map) {
            (params, is_text) = (all.clone(), false);
        }
        let params = (!params.is_empty()).then_some(&params);
        let part = self.by().and_then(value);
        self.add(&LoggedUnit { unit, cohort, inputs: &inputs, params, is_text, part, line: number })
    }
}
