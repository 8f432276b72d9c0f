//! Values that are partly unknown, because the primary unit is unknown.

use std::borrow::Cow;
use std::ops::Deref;
use std::rc::Rc;

use super::Obstacle;
use super::key::Key;
use super::term::Term;
use crate::draw::{self, DrawText, Sink};
use crate::eval::arguments::Val;
use crate::eval::error::{EvalError, MAX_MADE};
use crate::eval::random::push_unit;
use crate::eval::semantics::Semantics;
use crate::tree::MAX_DEPTH;
use crate::value::{Extent, Map, Value};

/// A value, as far as it is known.
#[derive(Clone, Debug)]
pub(super) enum Symbol<'a> {
    Known(Val<'a>),
    /// The primary unit: another value for each unit, and never null.
    Unit,
    /// One of several values, selected by a draw.
    Draw(Rc<Draw<'a>>),
    /// The choices that each pass a trial.
    Filter(Rc<Filter<'a>>),
    /// A number with too many possible values to distinguish them.
    Number(Rc<Number>),
    /// A list with unknown items.
    List(Rc<Parts<Symbol<'a>>>),
    Map(Rc<Parts<(&'a str, Symbol<'a>)>>),
    /// A value that no draw decides, or not alone.
    Open(Term<'a>),
    Unknown(Obstacle),
}

/// The parts of a list or a map.
#[derive(Debug)]
pub(super) struct Parts<T> {
    parts: Box<[T]>,
    /// The extent is computed at the start, so that a shared value is not measured again and again.
    extent: Extent,
}

impl<T> Deref for Parts<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.parts
    }
}

/// A draw with few outcomes.
#[derive(Debug)]
pub(super) struct Draw<'a> {
    pub(super) key: Key,
    pub(super) outcomes: Outcomes<'a>,
    /// The draws that this one consists of, if it is a `sample`.
    pub(super) parts: Vec<Key>,
}

#[derive(Debug)]
pub(super) enum Outcomes<'a> {
    /// The outcome is chosen by the remainder of the number that is drawn.
    Remainders(Vec<Symbol<'a>>),
    /// The outcome is chosen by the interval that the number is in. These are the upper ends,
    /// ascending, as shares of the range.
    Intervals(Vec<(f64, Result<Symbol<'a>, EvalError>)>),
}

#[derive(Debug)]
pub(super) struct Filter<'a> {
    pub(super) trials: Vec<(Key, Symbol<'a>)>,
    pub(super) probability: f64,
}

/// A number that is equally likely to be anywhere between its bounds.
#[derive(Debug, PartialEq)]
pub(super) struct Number {
    pub(super) key: Key,
    pub(super) min: f64,
    pub(super) max: f64,
    /// Whether the number is an integer.
    pub(super) whole: bool,
}

impl Number {
    /// How many numbers there are, if it is a whole one.
    pub(super) fn size(&self) -> f64 {
        self.max - self.min + 1.0
    }
}

impl<'a> Symbol<'a> {
    pub(super) fn value(value: impl Into<Value>) -> Symbol<'a> {
        Symbol::Known(Cow::Owned(value.into()))
    }

    /// A list. It is a value if its items are values.
    pub(super) fn list(items: Vec<Symbol<'a>>) -> Symbol<'a> {
        let extent = Extent::around(items.iter().map(Symbol::extent));
        if let Some(obstacle) = obstacle(extent) {
            return Symbol::Unknown(obstacle);
        }
        if items.iter().any(|item| !matches!(item, Symbol::Known(_))) {
            return Symbol::List(Rc::new(Parts { parts: items.into(), extent }));
        }
        Symbol::value(items.into_iter().filter_map(Symbol::into_value).collect::<Vec<_>>())
    }

    /// A mapping. It is a value if its entries are values.
    pub(super) fn map(entries: Vec<(&'a str, Symbol<'a>)>) -> Symbol<'a> {
        let extent = Extent::around(entries.iter().map(|(_, value)| value.extent()));
        if let Some(obstacle) = obstacle(extent) {
            return Symbol::Unknown(obstacle);
        }
        if entries.iter().any(|(_, value)| !matches!(value, Symbol::Known(_))) {
            return Symbol::Map(Rc::new(Parts { parts: entries.into(), extent }));
        }
        let values = entries.into_iter();
        let values = values.filter_map(|(key, it)| Some((key.to_owned(), it.into_value()?)));
        Symbol::value(values.collect::<Map>())
    }

    /// The depth and the size that the value would have without sharing.
    pub(super) fn extent(&self) -> Extent {
        match self {
            Symbol::Known(value) => value.extent(),
            Symbol::List(items) => items.extent,
            Symbol::Map(entries) => entries.extent,
            _ => Extent::default(),
        }
    }

    pub(super) fn into_value(self) -> Option<Value> {
        match self {
            Symbol::Known(value) => Some(value.into_owned()),
            _ => None,
        }
    }

    /// Whether it can be null.
    pub(super) fn may_be_null(&self) -> bool {
        match self {
            Symbol::Known(value) => value.is_null(),
            Symbol::Draw(draw) => match &draw.outcomes {
                Outcomes::Remainders(outcomes) => outcomes.iter().any(Symbol::may_be_null),
                Outcomes::Intervals(outcomes) => outcomes
                    .iter()
                    .any(|(_, outcome)| outcome.as_ref().is_ok_and(Symbol::may_be_null)),
            },
            Symbol::Open(term) => term.may_be_null(),
            Symbol::Unknown(_) => true,
            _ => false,
        }
    }

    /// The items, if it is a list.
    pub(super) fn items(&self) -> Option<Vec<Symbol<'a>>> {
        match self {
            Symbol::List(items) => Some(items.to_vec()),
            Symbol::Known(Cow::Borrowed(Value::List(items))) => {
                Some(items.iter().map(|item| Symbol::Known(Cow::Borrowed(item))).collect())
            }
            Symbol::Known(Cow::Owned(Value::List(items))) => {
                Some(items.iter().map(|item| Symbol::value(item.clone())).collect())
            }
            _ => None,
        }
    }

    /// The entries, if it is a map.
    pub(super) fn entries(&self) -> Option<Vec<(String, Symbol<'a>)>> {
        match self {
            Symbol::Map(entries) => Some(
                entries.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect(),
            ),
            Symbol::Known(value) => {
                let entries = value.as_map()?.iter();
                Some(
                    entries
                        .map(|(key, value)| (key.clone(), Symbol::value(value.clone())))
                        .collect(),
                )
            }
            _ => None,
        }
    }

    /// Writes it as a unit, as an operator does, to the text of a draw. It has been forced.
    pub(super) fn write_unit<S: Semantics>(&self, text: &mut DrawText) -> Result<(), Obstacle> {
        let element = |text: &mut DrawText, element: &Symbol<'_>| {
            match element {
                Symbol::Unit => text.push_unit(),
                Symbol::Known(value) => S::text(value, &mut |piece| text.push(piece)),
                // Its text is not known, but is the same wherever the input is the same.
                Symbol::Open(term) if term.is_input() => text.push_open(&term.names().concat()),
                _ => return Err(Obstacle::ComputedUnit),
            }
            Ok(())
        };
        match self {
            Symbol::List(items) => draw::join(text, items.iter(), element)?,
            Symbol::Known(value) => push_unit::<S, DrawText>(text, value),
            unit => element(text, unit)?,
        }
        Ok(())
    }

    /// The reason why the symbol is not a value. It has been forced.
    pub(super) fn obstacle(&self) -> Obstacle {
        match self {
            Symbol::Unknown(obstacle) => obstacle.clone(),
            Symbol::Unit => Obstacle::UnitValue,
            Symbol::Open(term) => term.obstacle(),
            Symbol::List(items) => first_obstacle(items.iter()),
            Symbol::Map(entries) => first_obstacle(entries.iter().map(|(_, value)| value)),
            _ => Obstacle::Computed,
        }
    }
}

/// The reason why an evaluation fails at a list or a map of this extent, if it does.
fn obstacle(extent: Extent) -> Option<Obstacle> {
    if extent.depth > MAX_DEPTH {
        return Some(Obstacle::TooDeep);
    }
    (extent.bytes > MAX_MADE).then_some(Obstacle::TooLarge)
}

fn first_obstacle<'s, 'a: 's>(symbols: impl Iterator<Item = &'s Symbol<'a>>) -> Obstacle {
    let mut unknown = symbols.filter(|symbol| !matches!(symbol, Symbol::Known(_)));
    unknown.next().map_or(Obstacle::Computed, Symbol::obstacle)
}
