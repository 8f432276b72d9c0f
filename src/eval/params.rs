//! The params of a unit, and typed access to them.

use std::slice;

use super::arguments::Val;
use crate::value::{Map, Value};

/// The params of a unit, in the order in which they were first set.
///
/// The typed getters take a default, which they return if the param is missing or has another type:
/// the service behaves as it did before the experiment.
#[derive(Clone, Debug, Default)]
pub struct Params<'a> {
    entries: Vec<(&'a str, Val<'a>)>,
    /// The number of bytes that were made and copied for the params.
    made: usize,
}

/// Params are equal if their values are, however they were computed.
impl PartialEq for Params<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}

impl<'a> Params<'a> {
    pub(crate) fn with_capacity(params: usize) -> Params<'a> {
        Params { entries: Vec::with_capacity(params), made: 0 }
    }

    /// Adds a param, or replaces it if it is one of the first `below`. Returns its index.
    pub(super) fn lay(&mut self, name: &'a str, value: impl Into<Val<'a>>, below: usize) -> u32 {
        let known = self.entries.iter().take(below).position(|(known, _)| *known == name);
        // No script has 2^32 variables.
        match known {
            Some(place) => {
                self.entries[place].1 = value.into();
                place as u32
            }
            None => {
                self.entries.push((name, value.into()));
                (self.entries.len() - 1) as u32
            }
        }
    }

    pub(super) fn add_made(&mut self, bytes: usize) {
        self.made += bytes;
    }

    /// The number of bytes of lists, maps and strings that were made and copied for the params.
    pub fn made(&self) -> usize {
        self.made
    }

    /// The approximate number of bytes that the values of the params take, including data that they
    /// share with the script and with one another.
    pub fn bytes(&self) -> usize {
        let bytes = self.entries.iter().map(|(_, value)| value.extent().bytes);
        bytes.fold(0, usize::saturating_add)
    }

    pub(super) fn replace(&mut self, place: u32, value: impl Into<Val<'a>>) {
        self.entries[place as usize].1 = value.into();
    }

    pub(super) fn at(&self, place: u32) -> Option<&Val<'a>> {
        self.entries.get(place as usize).map(|(_, value)| value)
    }

    /// All params in order.
    pub fn iter(&self) -> Iter<'_, 'a> {
        Iter(self.entries.iter())
    }

    /// The number of params.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no params.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// A param by name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.entries.iter().find(|(known, _)| *known == name).map(|(_, value)| &**value)
    }

    /// A param as an integer. A float without a fraction is converted, since every number of a
    /// planout4j script is a float.
    pub fn int(&self, name: &str, default: i64) -> i64 {
        match self.get(name) {
            Some(Value::Int(int)) => *int,
            // The bounds are the powers of two next to the range of 64 bits.
            Some(Value::Float(float))
                if float.fract() == 0.0 && (-(2_f64.powi(63))..2_f64.powi(63)).contains(float) =>
            {
                *float as i64
            }
            _ => default,
        }
    }

    /// A param as a float. An integer is converted.
    pub fn float(&self, name: &str, default: f64) -> f64 {
        self.get(name).and_then(Value::as_float).unwrap_or(default)
    }

    /// A param as a boolean. The integers 1 and 0 are converted, since `bernoulliTrial` returns these
    /// in the `planout` dialect.
    pub fn boolean(&self, name: &str, default: bool) -> bool {
        match self.get(name) {
            Some(Value::Bool(bool)) => *bool,
            Some(Value::Int(int @ 0..=1)) => *int == 1,
            _ => default,
        }
    }

    /// A param as a string.
    pub fn string<'s>(&'s self, name: &str, default: &'s str) -> &'s str {
        self.get(name).and_then(Value::as_str).unwrap_or(default)
    }

    /// The params as an owned map.
    pub fn to_map(&self) -> Map {
        self.iter().map(|(name, value)| (name.to_owned(), value.clone())).collect()
    }

    /// The params as an owned map. Values that are not borrowed are moved, not copied.
    pub fn into_map(self) -> Map {
        let entries = self.entries.into_iter();
        entries.map(|(name, value)| (name.to_owned(), value.into_owned())).collect()
    }
}

impl<'a> From<&'a Map> for Params<'a> {
    /// The params of a map, for typed access.
    fn from(map: &'a Map) -> Params<'a> {
        let entries = map.iter().map(|(name, value)| (name.as_str(), value.into()));
        Params { entries: entries.collect(), ..Params::default() }
    }
}

/// The params of a unit, by name and in order.
#[derive(Clone, Debug)]
pub struct Iter<'p, 'a>(slice::Iter<'p, (&'a str, Val<'a>)>);

impl<'p, 'a> Iterator for Iter<'p, 'a> {
    type Item = (&'a str, &'p Value);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, value)| (*name, &**value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl DoubleEndedIterator for Iter<'_, '_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(name, value)| (*name, &**value))
    }
}

impl ExactSizeIterator for Iter<'_, '_> {}

impl<'p, 'a> IntoIterator for &'p Params<'a> {
    type Item = (&'a str, &'p Value);
    type IntoIter = Iter<'p, 'a>;

    fn into_iter(self) -> Iter<'p, 'a> {
        self.iter()
    }
}

impl serde::Serialize for Params<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}
