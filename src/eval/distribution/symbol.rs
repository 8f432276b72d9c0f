//! The values of a script whose primary unit is unknown.

use std::borrow::Cow;
use std::rc::Rc;

use super::Obstacle;
use super::key::Key;
use crate::eval::arguments::Val;
use crate::eval::error::EvalError;
use crate::tree::MAX_DEPTH;
use crate::value::{Map, Value};

/// A value, as far as it is known.
#[derive(Clone, Debug)]
pub(super) enum Symbol<'a> {
    Known(Val<'a>),
    /// The primary unit: a value of its own for each unit, never null.
    Unit,
    /// One of several values, by a draw.
    Draw(Rc<Draw<'a>>),
    /// The choices that pass a trial each.
    Filter(Rc<Filter<'a>>),
    /// A number of too many values to tell them apart.
    Number(Rc<Number>),
    /// A list of which some items are not known.
    List(Rc<[Symbol<'a>]>),
    Map(Rc<[(&'a str, Symbol<'a>)]>),
    Unknown(Obstacle),
}

/// A draw with few outcomes.
#[derive(Debug)]
pub(super) struct Draw<'a> {
    pub(super) key: Key,
    pub(super) outcomes: Outcomes<'a>,
    /// The draws that this one consists of, for a `sample`.
    pub(super) parts: Vec<Key>,
}

#[derive(Debug)]
pub(super) enum Outcomes<'a> {
    /// By the remainder of the number that is drawn.
    Remainders(Vec<Symbol<'a>>),
    /// By the interval that it falls into: the upper ends, ascending, as shares of the range.
    Intervals(Vec<(f64, Result<Symbol<'a>, EvalError>)>),
}

#[derive(Debug)]
pub(super) struct Filter<'a> {
    pub(super) trials: Vec<(Key, Symbol<'a>)>,
    pub(super) probability: f64,
}

/// A number that is equally likely to be anywhere between its bounds.
#[derive(Debug)]
pub(super) struct Number {
    pub(super) key: Key,
    pub(super) min: f64,
    pub(super) max: f64,
    /// Whether it is one of the integers between its bounds.
    pub(super) whole: bool,
}

impl<'a> Symbol<'a> {
    pub(super) fn value(value: impl Into<Value>) -> Symbol<'a> {
        Symbol::Known(Cow::Owned(value.into()))
    }

    /// A list, which is a value if its items are.
    pub(super) fn list(items: Vec<Symbol<'a>>) -> Symbol<'a> {
        if items.iter().any(Symbol::is_too_deep) {
            return Symbol::Unknown(Obstacle::TooDeep);
        }
        if items.iter().any(|item| !matches!(item, Symbol::Known(_))) {
            return Symbol::List(items.into());
        }
        Symbol::value(items.into_iter().filter_map(Symbol::into_value).collect::<Vec<_>>())
    }

    /// A mapping, which is a value if its entries are.
    pub(super) fn map(entries: Vec<(&'a str, Symbol<'a>)>) -> Symbol<'a> {
        if entries.iter().any(|(_, value)| value.is_too_deep()) {
            return Symbol::Unknown(Obstacle::TooDeep);
        }
        if entries.iter().any(|(_, value)| !matches!(value, Symbol::Known(_))) {
            return Symbol::Map(entries.into());
        }
        let values = entries.into_iter();
        let values = values.filter_map(|(key, it)| Some((key.to_owned(), it.into_value()?)));
        Symbol::value(values.collect::<Map>())
    }

    /// Whether nothing can hold it: an evaluation fails there.
    fn is_too_deep(&self) -> bool {
        self.depth() >= MAX_DEPTH
    }

    fn depth(&self) -> usize {
        let deepest = match self {
            Symbol::Known(value) => return value.depth(),
            Symbol::List(items) => items.iter().map(Symbol::depth).max(),
            Symbol::Map(entries) => entries.iter().map(|(_, value)| value.depth()).max(),
            _ => return 0,
        };
        1 + deepest.unwrap_or(0)
    }

    pub(super) fn into_value(self) -> Option<Value> {
        match self {
            Symbol::Known(value) => Some(value.into_owned()),
            _ => None,
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

    /// Why it is no value; it has been forced.
    pub(super) fn obstacle(&self) -> Obstacle {
        match self {
            Symbol::Unknown(obstacle) => obstacle.clone(),
            Symbol::Unit => Obstacle::UnitValue,
            Symbol::List(items) => first_obstacle(items.iter()),
            Symbol::Map(entries) => first_obstacle(entries.iter().map(|(_, value)| value)),
            _ => Obstacle::Computed,
        }
    }
}

fn first_obstacle<'s, 'a: 's>(symbols: impl Iterator<Item = &'s Symbol<'a>>) -> Obstacle {
    let mut unknown = symbols.filter(|symbol| !matches!(symbol, Symbol::Known(_)));
    unknown.next().map_or(Obstacle::Computed, Symbol::obstacle)
}
