//! The shares of the values of a param.

use std::hash::{Hash, Hasher};

use indexmap::{Equivalent, IndexMap};

use super::{MAX_VALUES, Obstacle};
use crate::eval::MAX_MADE;
use crate::value::Value;

/// The largest difference of shares that count as equal.
const TOLERANCE: f64 = 1e-9;

/// The distribution of a param over units: values with a share each, and ranges of numbers that are
/// equally likely. The shares add up to 1, minus the share of units without the param.
#[derive(Clone, Debug, Default)]
pub struct Distribution {
    values: IndexMap<Exact, f64>,
    /// The number of bytes that the values take.
    bytes: usize,
    spans: Vec<Span>,
}

/// A range of numbers that are equally likely.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// The least number.
    pub min: f64,
    /// The greatest number.
    pub max: f64,
    /// Whether the range has only integers, including its bounds.
    pub whole: bool,
    /// The share of all units that get a number of the range.
    pub share: f64,
}

/// A value as the key of a map: equal only to values with exactly the same bits.
#[derive(Clone, Debug)]
pub struct Exact(pub Value);

impl PartialEq for Exact {
    fn eq(&self, other: &Exact) -> bool {
        same(&self.0, &other.0)
    }
}

impl Eq for Exact {}

impl Hash for Exact {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash(&self.0, state);
    }
}

/// A borrowed value that is looked up among [`Exact`] ones.
pub(crate) struct Sought<'v>(pub(crate) &'v Value);

impl Hash for Sought<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash(self.0, state);
    }
}

impl Equivalent<Exact> for Sought<'_> {
    fn equivalent(&self, key: &Exact) -> bool {
        same(self.0, &key.0)
    }
}

pub(super) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Float(left), Value::Float(right)) => left.to_bits() == right.to_bits(),
        (Value::List(left), Value::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| same(l, r))
        }
        (Value::Map(left), Value::Map(right)) => {
            left.len() == right.len()
                && left.iter().zip(right.iter()).all(|((k, l), (m, r))| k == m && same(l, r))
        }
        (left, right) => left == right,
    }
}

fn hash(value: &Value, state: &mut impl Hasher) {
    std::mem::discriminant(value).hash(state);
    match value {
        Value::Null => {}
        Value::Bool(bool) => bool.hash(state),
        Value::Int(int) => int.hash(state),
        Value::Wide(int) => int.hash(state),
        Value::Float(float) => float.to_bits().hash(state),
        Value::String(text) => text.hash(state),
        Value::List(items) => items.iter().for_each(|item| hash(item, state)),
        Value::Map(map) => map.iter().for_each(|(key, value)| {
            key.hash(state);
            hash(value, state);
        }),
    }
}

impl Span {
    /// The share of the range's numbers that are at most `x`, from 0 to 1.
    fn below(&self, x: f64) -> f64 {
        let share = if self.whole {
            (x.floor() - self.min + 1.0) / (self.max - self.min + 1.0)
        } else {
            (x - self.min) / (self.max - self.min)
        };
        share.clamp(0.0, 1.0)
    }
}

impl Distribution {
    /// The values with the share of each, in the order in which the script reaches them.
    pub fn values(&self) -> impl ExactSizeIterator<Item = (&Value, f64)> {
        self.values.iter().map(|(value, share)| (&value.0, *share))
    }

    /// The ranges of numbers.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// The index of a value among [`Distribution::values`].
    pub fn position(&self, value: &Value) -> Option<usize> {
        self.values.get_index_of(&Sought(value))
    }

    /// Whether no unit has the param.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty() && self.spans.is_empty()
    }

    /// The share of the units that have the param.
    pub fn total(&self) -> f64 {
        self.values.values().sum::<f64>() + self.continuous()
    }

    /// The share of the units that get a number of a range.
    pub fn continuous(&self) -> f64 {
        self.spans.iter().map(|span| span.share).sum()
    }

    /// Among the units that get a number of a range, the share that get at most `x`.
    pub fn below(&self, x: f64) -> f64 {
        let below: f64 = self.spans.iter().map(|span| span.share * span.below(x)).sum();
        below / self.continuous()
    }

    /// The least number `x` for which this share of the units with a number of a range get at most
    /// `x`; `None` if there are no ranges.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let mut low = self.spans.iter().map(|span| span.min).reduce(f64::min)?;
        let mut high = self.spans.iter().map(|span| span.max).reduce(f64::max)?;
        if let [span] = self.spans.as_slice()
            && !span.whole
        {
            return Some(span.min + (span.max - span.min) * share);
        }
        // Halves the interval until there is no double between its ends.
        loop {
            let middle = low + (high - low) / 2.0;
            if middle <= low || middle >= high {
                break;
            }
            if self.below(middle) >= share { high = middle } else { low = middle }
        }
        Some(if self.below(low) >= share { low } else { high })
    }

    /// The number of bytes that the values take.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn add_value(&mut self, value: &Value, share: f64) -> Result<(), Obstacle> {
        if let Some(sum) = self.values.get_mut(&Sought(value)) {
            *sum += share;
            return Ok(());
        }
        let bytes = self.bytes.saturating_add(value.extent().bytes);
        if self.values.len() == MAX_VALUES {
            return Err(Obstacle::ManyValues);
        }
        if bytes > MAX_MADE {
            return Err(Obstacle::TooLarge);
        }
        self.bytes = bytes;
        self.values.insert(Exact(value.clone()), share);
        Ok(())
    }

    pub(crate) fn add_span(&mut self, span: Span) {
        let same = |it: &&mut Span| (it.min, it.max, it.whole) == (span.min, span.max, span.whole);
        match self.spans.iter_mut().find(same) {
            Some(known) => known.share += span.share,
            None => self.spans.push(span),
        }
    }

    /// Adds another distribution, its shares multiplied.
    pub(crate) fn add(&mut self, other: &Distribution, factor: f64) -> Result<(), Obstacle> {
        for (value, share) in other.values() {
            self.add_value(value, share * factor)?;
        }
        for span in &other.spans {
            self.add_span(Span { share: span.share * factor, ..*span });
        }
        Ok(())
    }

    /// Whether two distributions are equal, apart from rounding errors.
    pub(crate) fn is_close(&self, other: &Distribution) -> bool {
        let close = |a: f64, b: f64| (a - b).abs() <= TOLERANCE * a.abs().max(b.abs());
        let value = |(value, share): (&Exact, &f64)| {
            other.values.get(value).is_some_and(|other| close(*share, *other))
        };
        let span = |span: &Span| {
            other.spans.iter().any(|found| {
                (found.min, found.max, found.whole) == (span.min, span.max, span.whole)
                    && close(found.share, span.share)
            })
        };
        self.values.len() == other.values.len()
            && self.spans.len() == other.spans.len()
            && self.values.iter().all(value)
            && self.spans.iter().all(span)
    }
}
