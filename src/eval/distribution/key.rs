//! The text that a draw hashes, with the primary unit left open.

use crate::eval::semantics::Semantics;
use crate::value::Value;

use super::Obstacle;
use super::symbol::Symbol;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Piece {
    Text(String),
    /// The text of the primary unit.
    Unit,
}

/// What identifies a draw: draws with the same key are the same number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    /// No two texts follow one another, so that equal texts are equal keys.
    pieces: Vec<Piece>,
    /// For a whole `sample`, which is one outcome of many draws.
    series: Option<Series>,
}

/// What decides which draws a `sample` takes, and what it makes of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Series {
    pub(super) choices: usize,
    pub(super) kept: usize,
    pub(super) stops_at: usize,
    pub(super) fast: bool,
}

impl Key {
    pub(crate) fn push(&mut self, text: &str) {
        match self.pieces.last_mut() {
            Some(Piece::Text(last)) => last.push_str(text),
            _ if text.is_empty() => {}
            _ => self.pieces.push(Piece::Text(text.to_owned())),
        }
    }

    pub(crate) fn push_primary(&mut self) {
        self.pieces.push(Piece::Unit);
    }

    fn push_value<S: Semantics>(&mut self, value: &Value) {
        S::text(value, &mut |text| self.push(text));
    }

    /// Feeds a unit as an operator does. It has been forced.
    pub(super) fn push_unit<S: Semantics>(&mut self, unit: &Symbol<'_>) -> Result<(), Obstacle> {
        match unit {
            Symbol::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.push(if index > 0 { "." } else { "" });
                    self.push_element::<S>(item)?;
                }
                Ok(())
            }
            Symbol::Known(value) => match &**value {
                Value::List(items) => {
                    for (index, item) in items.iter().enumerate() {
                        self.push(if index > 0 { "." } else { "" });
                        self.push_value::<S>(item);
                    }
                    Ok(())
                }
                value => {
                    self.push_value::<S>(value);
                    Ok(())
                }
            },
            other => self.push_element::<S>(other),
        }
    }

    fn push_element<S: Semantics>(&mut self, element: &Symbol<'_>) -> Result<(), Obstacle> {
        match element {
            Symbol::Unit => self.push_primary(),
            Symbol::Known(value) => self.push_value::<S>(value),
            _ => return Err(Obstacle::ComputedUnit),
        }
        Ok(())
    }

    /// The keys of the draws that each append something to the unit. With a list as unit, what was
    /// appended stays. A null appends nothing.
    pub(super) fn appended<'v, S: Semantics>(
        &self,
        values: impl IntoIterator<Item = &'v Value>,
        accumulates: bool,
    ) -> Vec<Key> {
        let mut base = self.clone();
        let draw = |value: &Value| {
            let mut key = base.clone();
            if !value.is_null() {
                key.push(".");
                key.push_value::<S>(value);
                if accumulates {
                    base = key.clone();
                }
            }
            key
        };
        values.into_iter().map(draw).collect()
    }

    pub(super) fn with_series(&self, series: Series) -> Key {
        Key { pieces: self.pieces.clone(), series: Some(series) }
    }
}
