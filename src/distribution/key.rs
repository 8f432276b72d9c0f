//! The identity of a draw.

use crate::draw::{DrawText, Series};
use crate::eval::random::appended;
use crate::eval::semantics::Semantics;
use crate::value::Value;

/// The identity of a draw. Draws with the same key are the same number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    pub(super) text: DrawText,
    /// The key of a whole `sample`, which is one outcome of many draws.
    shuffle: Option<Shuffle>,
}

/// The settings that decide the draws of a `sample`, and its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Shuffle {
    pub(super) choices: usize,
    pub(super) kept: usize,
    pub(super) stops_at: usize,
    pub(super) fast: bool,
    /// Whether the unit is a list, to which each draw appends.
    pub(super) is_list: bool,
}

impl From<DrawText> for Key {
    fn from(text: DrawText) -> Key {
        Key { text, shuffle: None }
    }
}

impl Key {
    /// The keys of the draws that each append a value to a unit. The unit is a list of `elements`
    /// elements, or not a list.
    pub(super) fn appended<'v, S: Semantics>(
        &self,
        values: impl IntoIterator<Item = &'v Value>,
        elements: Option<usize>,
    ) -> Vec<Key> {
        let mut series = Series::new(self.text.clone(), elements);
        let draw = |value: &Value| Key::from(appended::<S, DrawText>(&mut series, value));
        values.into_iter().map(draw).collect()
    }

    /// The draw of another experiment: its text with another salt in the place of one that stands for
    /// any.
    pub(crate) fn with_salt(&self, any: &str, salt: &str) -> Key {
        Key { text: self.text.with_salt(any, salt), shuffle: self.shuffle }
    }

    /// Whether an input is in its text whose value is not known.
    pub(crate) fn is_open(&self) -> bool {
        self.text.is_open()
    }

    /// Whether it is another draw that is the same one for some inputs.
    pub(crate) fn may_be(&self, other: &Key) -> bool {
        self != other && self.text.may_be(&other.text)
    }

    /// The text before the unit, if no input is in it.
    pub(crate) fn start(&self) -> Option<&str> {
        self.text.start()
    }

    pub(super) fn with_shuffle(&self, shuffle: Shuffle) -> Key {
        Key { text: self.text.clone(), shuffle: Some(shuffle) }
    }
}
