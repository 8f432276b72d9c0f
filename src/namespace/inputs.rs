//! Declared inputs: the values that callers may give to the scripts, besides the primary unit.

use std::collections::HashMap;

use indexmap::IndexMap;

use crate::scramble::{fraction, scrambled};
use crate::value::{Type, Value};

/// The most values that can be declared for an input.
pub const MAX_INPUT_VALUES: usize = 1_000;

/// The most values that a message shows, and the most characters of one.
const MAX_SHOWN: usize = 5;
const MAX_CHARS: usize = 40;

/// The deviation from 1 that the sum of shares may have: decimal fractions are not exact.
const TOLERANCE: f64 = 1e-9;

/// The declared inputs of a namespace by name, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeclaredInputs(IndexMap<String, DeclaredInput>);

/// The values that an input may have. Null stands for an input that is not given.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum DeclaredInput {
    /// Any value: only the name is declared.
    #[default]
    Anything,
    /// The values of a type, or none.
    OfType(Type),
    /// One of some values.
    OneOf(InputValues),
}

/// The values of an input, each with its share of the units. Null is among them if the input may be
/// missing.
#[derive(Clone, Debug, PartialEq)]
pub struct InputValues {
    values: Vec<Value>,
    /// The shares, if they are known.
    shares: Option<Vec<f64>>,
}

/// The reason why values cannot be those of an input.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// There are no values.
    #[error("the list of values is empty")]
    NoValues,
    /// There are more values than [`MAX_INPUT_VALUES`].
    #[error("{0} values are too many: the most is {MAX_INPUT_VALUES}")]
    TooManyValues(usize),
    /// A value is a list or a map.
    #[error("a value is text, a number, `true`, `false` or `null`, not {kind}")]
    NotAScalar {
        /// Its place in the list.
        index: usize,
        /// The kind of the value.
        kind: &'static str,
    },
    /// Two values are equal.
    #[error("value `{value}` is given twice")]
    Duplicate {
        /// The value, as JSON.
        value: String,
        /// The places in the list.
        indices: [usize; 2],
    },
    /// There are not as many shares as values.
    #[error("the numbers of shares and of values differ: {shares} and {values}")]
    ShareCount {
        /// The number of shares.
        shares: usize,
        /// The number of values.
        values: usize,
    },
    /// A share is negative or not a number.
    #[error("a share is a number from 0 to 1, not {share}")]
    Share {
        /// Its place in the list.
        index: usize,
        /// The share.
        share: String,
    },
    /// The sum of the shares is not 1.
    #[error("the shares add up to {0}, and not to 1")]
    ShareSum(String),
}

impl DeclaredInputs {
    /// The names, in order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.0.keys().map(String::as_str)
    }

    /// The names with their values, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &DeclaredInput)> + Clone {
        self.0.iter().map(|(name, input)| (name.as_str(), input))
    }

    /// The values that an input may have; `None` if it is not declared.
    pub fn get(&self, name: &str) -> Option<&DeclaredInput> {
        self.0.get(name)
    }

    /// Declares an input. An earlier declaration of its name no longer counts.
    pub(super) fn declare(&mut self, name: impl Into<String>, input: DeclaredInput) {
        self.0.insert(name.into(), input);
    }
}

impl DeclaredInput {
    /// One of some values.
    ///
    /// # Errors
    /// As [`InputValues::new`].
    pub fn one_of<V: Into<Value>>(
        values: impl IntoIterator<Item = V>,
    ) -> Result<DeclaredInput, InputError> {
        let values = values.into_iter().map(V::into).collect();
        InputValues::new(values, None).map(DeclaredInput::OneOf)
    }

    /// Whether the input may have a value. Numbers of one magnitude are one value.
    pub fn admits(&self, value: &Value) -> bool {
        match self {
            DeclaredInput::Anything => true,
            DeclaredInput::OfType(kind) => value.is_null() || kind.has(value),
            DeclaredInput::OneOf(values) => values.has(value),
        }
    }

    /// A value that the input may not have, for a message: the value itself, or its kind if only a
    /// type is declared. `None` if the input may have it.
    pub fn unexpected(&self, value: &Value) -> Option<String> {
        match self {
            _ if self.admits(value) => None,
            DeclaredInput::OneOf(_) => Some(shown(value)),
            DeclaredInput::Anything | DeclaredInput::OfType(_) => Some(value.describe().to_owned()),
        }
    }

    /// The values that the input may have, for a message: a type, or the first of the values.
    pub fn describe(&self) -> String {
        match self {
            DeclaredInput::Anything => "anything".to_owned(),
            DeclaredInput::OfType(kind) => kind.describe().to_owned(),
            DeclaredInput::OneOf(values) => {
                let more = if values.values.len() > MAX_SHOWN { ", ..." } else { "" };
                let some: Vec<_> = values.values.iter().take(MAX_SHOWN).map(shown).collect();
                some.join(", ") + more
            }
        }
    }
}

/// A value as JSON in backticks. Long text is cut.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) if text.chars().nth(MAX_CHARS).is_some() => {
            let start: String = text.chars().take(MAX_CHARS).collect();
            format!("`{}...`", Value::from(start))
        }
        Value::List(_) | Value::Map(_) => value.describe().to_owned(),
        other => format!("`{other}`"),
    }
}

impl InputValues {
    /// The values of an input and their shares of the units. Without shares, all values have the
    /// same one.
    ///
    /// # Errors
    /// There are no values or too many, one is a list or a map, two are equal, or the shares are not
    /// those of the values, are negative, or do not add up to 1.
    pub fn new(values: Vec<Value>, shares: Option<Vec<f64>>) -> Result<InputValues, InputError> {
        if values.is_empty() {
            return Err(InputError::NoValues);
        }
        if values.len() > MAX_INPUT_VALUES {
            return Err(InputError::TooManyValues(values.len()));
        }
        let mut known = HashMap::new();
        for (index, value) in values.iter().enumerate() {
            if matches!(value, Value::List(_) | Value::Map(_)) {
                return Err(InputError::NotAScalar { index, kind: value.describe() });
            }
            if let Some(first) = known.insert(identity(value), index) {
                let (value, indices) = (value.to_string(), [first, index]);
                return Err(InputError::Duplicate { value, indices });
            }
        }
        if let Some(shares) = &shares {
            check_shares(shares, values.len())?;
        }
        Ok(InputValues { values, shares })
    }

    /// The values, in order.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// The values with their shares of the units, which add up to 1.
    pub fn with_shares(&self) -> impl ExactSizeIterator<Item = (&Value, f64)> {
        let equal = 1.0 / self.values.len() as f64;
        let share = move |index: usize| self.shares.as_ref().map_or(equal, |shares| shares[index]);
        self.values.iter().enumerate().map(move |(index, value)| (value, share(index)))
    }

    /// The value of a made-up unit, drawn by the shares. It depends on the seed, on the place of the
    /// input among those that are drawn, and on the place of the unit.
    pub(crate) fn drawn(&self, seed: u64, place: usize, unit: usize) -> &Value {
        // Another sequence of numbers than that of the units, and one of its own for each input.
        let drawn = fraction(scrambled(!seed, place), unit);
        let mut sum = 0.0;
        let mut last = &Value::Null;
        for (value, share) in self.with_shares().filter(|(_, share)| *share > 0.0) {
            sum += share;
            last = value;
            if drawn < sum {
                break;
            }
        }
        // The shares may add up to slightly less than 1.
        last
    }

    /// Whether a value is among them. Numbers of one magnitude are one value.
    pub fn has(&self, value: &Value) -> bool {
        // Text is compared as it is: this is the usual case, and rows of batches are many.
        match value {
            Value::String(_) | Value::Null | Value::Bool(_) => self.values.contains(value),
            Value::Int(_) | Value::Wide(_) | Value::Float(_) => {
                let wanted = identity(value);
                self.values.iter().any(|known| known == value || identity(known) == wanted)
            }
            Value::List(_) | Value::Map(_) => false,
        }
    }
}

/// A text that is the same for values that comparisons cannot distinguish.
fn identity(value: &Value) -> String {
    match value {
        Value::Float(float) if float.fract() == 0.0 && float.abs() < 1e30 => {
            (*float as i128).to_string()
        }
        other => other.to_string(),
    }
}

fn check_shares(shares: &[f64], values: usize) -> Result<(), InputError> {
    if shares.len() != values {
        return Err(InputError::ShareCount { shares: shares.len(), values });
    }
    for (index, share) in shares.iter().enumerate() {
        if !share.is_finite() || *share < 0.0 {
            return Err(InputError::Share { index, share: share.to_string() });
        }
    }
    let sum: f64 = shares.iter().sum();
    if (sum - 1.0).abs() <= TOLERANCE {
        return Ok(());
    }
    // Digits that only rounding has made are left out.
    let shown = (sum * 1e12).round() / 1e12;
    Err(InputError::ShareSum(if shown.is_finite() { shown } else { sum }.to_string()))
}
