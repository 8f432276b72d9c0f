//! The columns of the input that are used, and their purposes.

use super::error::{Error, Part};
use super::undeclared::Declared;
use super::{Batch, Format, Keep};
use crate::diagnostic::other_delimiter;
use crate::eval::names;
use crate::namespace::{Namespace, Rows};
use crate::nearest::nearest;
use crate::value::{Type, Value};

/// A column that no script reads, and an input that scripts read and the file does not have. Their
/// names are so similar that one was probably meant to be the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misspelt {
    /// The column.
    pub column: String,
    /// The input.
    pub input: String,
}

/// A column of the input that is used.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    /// Its index among the inputs.
    pub(super) input: Option<usize>,
    /// Its index among the copied fields.
    pub(super) kept: Option<usize>,
    pub(super) kind: Type,
    /// Whether it is a primary unit, which must not be empty.
    pub(super) is_unit: bool,
}

/// The columns that a namespace adds to a row.
pub(super) struct Answers<'n> {
    pub(super) namespace: &'n Namespace,
    pub(super) rows: Rows<'n>,
    /// The params that are written.
    pub(super) params: Vec<String>,
}

/// Everything that is decided before the first row.
pub(super) struct ColumnPlan<'n> {
    pub(super) columns: Vec<Column>,
    /// The inputs that are the same for all rows. Those that come from columns are null here.
    pub(super) inputs: Vec<Value>,
    /// The names of the fields that are copied from each row.
    pub(super) kept: Vec<String>,
    /// The types of the copied fields, for an output with types.
    #[cfg(feature = "parquet")]
    pub(super) kept_types: Vec<Type>,
    /// Whether all fields of a row are copied, whatever they are.
    pub(super) keeps_all: bool,
    pub(super) answers: Vec<Answers<'n>>,
    /// The inputs that may not have all values.
    pub(super) declared: Vec<Declared<'n>>,
    pub(super) misspelt: Vec<Misspelt>,
    /// The inputs that are the same for all rows, by name.
    pub(super) constants: Vec<(String, Value)>,
}

impl<'n> ColumnPlan<'n> {
    /// Makes the plan. `known` are the columns of the input, if they are known before the rows, and
    /// `typed` are the columns that have types.
    pub(super) fn new(
        batch: &Batch<'n>,
        known: Option<&[String]>,
        typed: &[(String, Type)],
    ) -> Result<ColumnPlan<'n>, Error> {
        let names = inputs(batch);
        let units = units(batch);
        let check = Check { batch, known };
        check.units()?;
        let kept = check.kept(&units, &names)?;
        let kinds = check.types()?;
        let kind = |name: &str| {
            let given = kinds.iter().chain(typed).rev().find(|(column, _)| column == name);
            given.map_or(Type::String, |(_, kind)| *kind)
        };
        check.constants()?;

        let mut columns = Vec::new();
        let mut inputs = Vec::new();
        for name in &names {
            let constant = batch.constants.get(*name).cloned();
            if constant.is_none()
                && known.is_none_or(|known| known.iter().any(|column| column == name))
            {
                let kept = kept.iter().position(|kept| kept == name);
                let (input, kind) = (Some(inputs.len()), kind(name));
                let is_unit = units.contains(name);
                columns.push(Column { name: (*name).to_owned(), input, kept, kind, is_unit });
            }
            inputs.push(constant.unwrap_or_default());
        }
        for (place, name) in kept.iter().enumerate() {
            if !columns.iter().any(|column| column.name == *name) {
                let (kept, kind) = (Some(place), kind(name));
                // The value of a typed column is checked and written, even if it has no other
                // purpose.
                let input = (kind != Type::String).then(|| {
                    inputs.push(Value::Null);
                    inputs.len() - 1
                });
                columns.push(Column { name: name.clone(), input, kept, kind, is_unit: false });
            }
        }
        check.unique(&columns)?;
        let answers = check.answers(&names)?;
        let misspelt = check.misspelt(&names);
        let declared = batch.namespaces.iter().flat_map(|it| Declared::all(it, &names)).collect();
        let keeps_all = known.is_none() && batch.keep == Keep::All;
        let constants = batch.constants.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        #[cfg(feature = "parquet")]
        let kept_types = {
            let kind = |name: &String| typed.iter().find(|(column, _)| column == name);
            kept.iter().map(|name| kind(name).map_or(Type::String, |(_, kind)| *kind)).collect()
        };
        Ok(ColumnPlan {
            columns,
            inputs,
            kept,
            #[cfg(feature = "parquet")]
            kept_types,
            keeps_all,
            answers,
            declared,
            misspelt,
            constants,
        })
    }

    /// The names of the columns of a namespace.
    pub(super) fn prefixed(&self, namespace: &Namespace, column: &str) -> String {
        match self.answers.len() {
            1 => column.to_owned(),
            _ => format!("{}.{column}", namespace.name()),
        }
    }

    /// The columns of the output, for formats that have columns.
    pub(super) fn header(&self) -> Vec<String> {
        let mut header = self.kept.clone();
        for answers in &self.answers {
            let params = answers.params.iter().map(String::as_str);
            for column in ["segment", "experiment", "in_experiment"].into_iter().chain(params) {
                header.push(self.prefixed(answers.namespace, column));
            }
        }
        header
    }

    /// The names at the top level of a JSON object that copied fields may not have.
    pub(super) fn reserved(&self) -> Vec<&str> {
        match self.answers.as_slice() {
            [_] => vec!["segment", "experiment", "in_experiment", "params"],
            several => several.iter().map(|answers| answers.namespace.name()).collect(),
        }
    }

    /// Checks that no column of the output has the name of another one.
    pub(super) fn check_output(&self, batch: &Batch<'_>) -> Result<(), Error> {
        if batch.exposure.is_some() {
            return Ok(());
        }
        let has_objects = batch.output == Format::Jsonl;
        let header = self.header();
        let twice = if has_objects {
            self.kept.iter().find(|name| self.reserved().contains(&name.as_str()))
        } else {
            (1..header.len())
                .find(|&index| header[..index].contains(&header[index]))
                .and_then(|index| header.get(index))
        };
        match twice {
            None => Ok(()),
            Some(name) => {
                let message = format!("column `{name}` would stand in the output twice");
                Err(Error::unfit(message).part(Part::Output))
            }
        }
    }
}

fn add<'a>(names: &mut Vec<&'a str>, name: &'a str) {
    if !names.contains(&name) {
        names.push(name);
    }
}

/// The primary units.
fn units<'b>(batch: &'b Batch<'_>) -> Vec<&'b str> {
    let units = batch.namespaces.iter().map(|namespace| namespace.unit());
    units.chain(batch.wanted.units.iter().map(String::as_str)).collect()
}

/// The inputs for which rows are read, by name. The primary units come first.
pub(super) fn inputs<'b>(batch: &'b Batch<'_>) -> Vec<&'b str> {
    let mut names: Vec<&str> = Vec::new();
    units(batch).into_iter().for_each(|name| add(&mut names, name));
    for namespace in &batch.namespaces {
        namespace.reads().into_iter().for_each(|name| add(&mut names, name));
    }
    batch.wanted.others.iter().for_each(|name| add(&mut names, name));
    names
}

/// The most characters of a column's name that are shown.
const MAX_SHOWN: usize = 60;

/// The requested columns, compared with the existing ones.
struct Check<'b, 'n, 'k> {
    batch: &'b Batch<'n>,
    known: Option<&'k [String]>,
}

impl<'n> Check<'_, 'n, '_> {
    fn known(&self) -> impl Iterator<Item = &str> + Clone {
        self.known.into_iter().flatten().map(String::as_str)
    }

    /// Whether the input can have a column.
    fn has(&self, name: &str) -> bool {
        self.known.is_none() || self.known().any(|known| known == name)
    }

    fn units(&self) -> Result<(), Error> {
        for namespace in &self.batch.namespaces {
            let (unit, name) = (namespace.unit(), namespace.name());
            if !self.has(unit) && !self.batch.constants.contains_key(unit) {
                let input = &self.batch.name;
                let message = format!(
                    "`{input}` has no column `{unit}`, the primary unit of namespace `{name}`"
                );
                return Err(self.missing(message, unit));
            }
        }
        match self.batch.wanted.units.as_slice() {
            [first, more @ ..] if !self.has(first) && !more.iter().any(|unit| self.has(unit)) => {
                let (input, units) = (&self.batch.name, self.batch.wanted.units.join("` or `"));
                let message = format!("`{input}` has no column `{units}`, the primary unit");
                Err(Error::unknown(message, first, self.known()))
            }
            _ => Ok(()),
        }
    }

    fn unknown_column(&self, part: Part, column: &str) -> Error {
        let wish = match part {
            Part::Types => "which is given a type",
            Part::Keep | Part::Output | Part::Delimiter(_) => "which is to be kept",
        };
        let message = format!("`{}` has no column `{column}`, {wish}", self.batch.name);
        match self.missing(message, column) {
            error @ Error::Unfit { part: Some(_), .. } => error,
            error => error.part(part),
        }
    }

    /// The error for a missing column: perhaps all columns were read as a single one.
    fn missing(&self, message: String, column: &str) -> Error {
        let is_delimited = self.batch.input.delimiter().is_some();
        match other_delimiter(self.known(), column).filter(|_| is_delimited) {
            Some(found) => {
                let first = self.known().next().unwrap_or_default();
                let first: String = first.chars().take(MAX_SHOWN).collect();
                let message = format!("{message}: its first column is `{first}`");
                Error::unfit(message).part(Part::Delimiter(found))
            }
            None => Error::unknown(message, column, self.known()),
        }
    }

    /// The columns to copy, in order. By default, these are the primary units.
    fn kept(&self, units: &[&str], read: &[&str]) -> Result<Vec<String>, Error> {
        let mut kept: Vec<&str> = Vec::new();
        if let (Keep::All, Some(known)) = (&self.batch.keep, self.known) {
            return Ok(known.to_vec());
        }
        let is_column = |name: &&str| !self.batch.constants.contains_key(*name) && self.has(name);
        units.iter().copied().filter(is_column).for_each(|unit| add(&mut kept, unit));
        if self.batch.exposure.is_some() {
            read.iter().copied().filter(is_column).for_each(|name| add(&mut kept, name));
        }
        match &self.batch.keep {
            Keep::All if self.batch.output != Format::Jsonl || self.batch.exposure.is_some() => {
                let message = "the columns of JSON lines are not known before the last line";
                return Err(Error::unfit(message).part(Part::Keep));
            }
            Keep::All => kept.clear(),
            Keep::Columns(columns) => {
                for column in columns {
                    if !self.has(column) {
                        return Err(self.unknown_column(Part::Keep, column));
                    }
                    add(&mut kept, column);
                }
            }
        }
        Ok(kept.into_iter().map(str::to_owned).collect())
    }

    fn types(&self) -> Result<&[(String, Type)], Error> {
        let types = &self.batch.types;
        if !types.is_empty() && self.batch.input.delimiter().is_none() {
            let message =
                "only columns of CSV and TSV are given types: JSON and Parquet have their own";
            return Err(Error::unfit(message).part(Part::Types));
        }
        match types.iter().find(|(column, _)| !self.has(column)) {
            Some((column, _)) => Err(self.unknown_column(Part::Types, column)),
            None => Ok(types),
        }
    }

    fn constants(&self) -> Result<(), Error> {
        let clash = self.known().find(|known| self.batch.constants.contains_key(*known));
        match clash {
            None => Ok(()),
            Some(name) => {
                let message = format!(
                    "`{name}` is a column of `{}` and is given for all rows, too",
                    self.batch.name
                );
                Err(Error::unfit(message))
            }
        }
    }

    /// If several columns have the same name, it is unclear which one is meant.
    fn unique(&self, columns: &[Column]) -> Result<(), Error> {
        for column in columns {
            if self.known().filter(|known| *known == column.name).nth(1).is_some() {
                let message = format!("`{}` has two columns `{}`", self.batch.name, column.name);
                return Err(Error::unfit(message));
            }
        }
        Ok(())
    }

    /// The missing inputs, with the columns that are probably meant to be these.
    fn misspelt(&self, inputs: &[&str]) -> Vec<Misspelt> {
        let is_given =
            |input: &&&str| self.has(input) || self.batch.constants.contains_key(**input);
        let unread = self.known().filter(|column| !inputs.contains(column));
        let missing = inputs.iter().filter(|input| !is_given(input));
        missing
            .filter_map(|input| {
                let column = nearest(input, unread.clone())?.to_owned();
                Some(Misspelt { column, input: (*input).to_owned() })
            })
            .collect()
    }

    fn answers(&self, names: &[&str]) -> Result<Vec<Answers<'n>>, Error> {
        let mut all: Vec<String> = Vec::new();
        let mut answers = Vec::new();
        for &namespace in &self.batch.namespaces {
            let mut params: Vec<&str> = Vec::new();
            for experiment in namespace.all_experiments() {
                let script = experiment.script();
                names::params(script.json(), script.dialect(), |name| add(&mut params, name));
            }
            let full = |param: &str| format!("{}.{param}", namespace.name());
            all.extend(params.iter().map(|param| (*param).to_owned()));
            all.extend(params.iter().map(|param| full(param)));
            let params = if self.batch.params.is_empty() {
                params.into_iter().map(str::to_owned).collect()
            } else {
                (self.batch.params.iter())
                    .filter_map(|wanted| {
                        params.iter().find(|param| *wanted == **param || *wanted == full(param))
                    })
                    .map(|param| (*param).to_owned())
                    .collect()
            };
            let rows = namespace.with_columns(names);
            answers.push(Answers { namespace, rows, params });
        }
        match self.batch.params.iter().find(|param| !all.contains(param)) {
            None => Ok(answers),
            Some(param) => {
                let message = format!("no script sets a param `{param}`");
                Err(Error::unknown(message, param, all.iter().map(String::as_str)))
            }
        }
    }
}
