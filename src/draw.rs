//! The text of a draw, and the number that is computed from it.
//!
//! All randomness is computed from texts. A random operator, the segment of a unit and the shuffle
//! that gives an experiment its segments each write a text, hash it and use the first 60 bits as a
//! number. This module is the only place that knows how the parts of such a text are put together.
//! Two draws with equal texts give the same number, in every version of every script.
//!
//! ```text
//! shop.checkout . price . alice        a random operator: experiment salt, own salt, unit
//! fixed . alice                        the same with a full salt
//! shop . segment . alice               the segment of a unit
//! shop . sampled_segments . run1 . 7   the shuffle for an experiment, at a place
//! null . x . alice                     the segment, where namespaces share their segments
//! ```

mod hash;
mod text;

pub(crate) use self::hash::{Draw, Hasher};
pub(crate) use self::text::DrawText;

use crate::dialect::SegmentHashing;

/// The separator between the parts of a text. A script can change the one after its own salts.
pub(crate) const SEPARATOR: &str = ".";

/// A receiver of the pieces of a text: it hashes them, compares them or shows them.
pub(crate) trait Sink: Clone + Default {
    /// Receives the next piece.
    fn push(&mut self, text: &str);
}

/// The part before the unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Salt<'s> {
    /// A salt that belongs to an experiment.
    Own {
        /// The salt of the experiment.
        experiment: &'s str,
        /// The salt of the draw within the experiment.
        own: &'s str,
        /// The separator between the salt and the unit.
        separator: &'s str,
    },
    /// A salt that is used alone.
    Full(&'s str),
}

impl<'s> Salt<'s> {
    /// The salt that hashes units to the segments of a namespace. `namespace` is the name that is
    /// part of the hash.
    pub(crate) fn of_segments(namespace: &'s str, hashing: SegmentHashing) -> Salt<'s> {
        Salt::of_namespace(namespace, "segment", hashing)
    }

    /// The salt that shuffles free segments. The unit is the name of the experiment, with each
    /// position appended.
    pub(crate) fn of_shuffles(namespace: &'s str, hashing: SegmentHashing) -> Salt<'s> {
        Salt::of_namespace(namespace, "sampled_segments", hashing)
    }

    fn of_namespace(namespace: &'s str, own: &'s str, hashing: SegmentHashing) -> Salt<'s> {
        match hashing {
            // planout4j draws with a salt of its own, `x`, and without an experiment: a null in Java.
            SegmentHashing::Shared => {
                Salt::Own { experiment: "null", own: "x", separator: SEPARATOR }
            }
            SegmentHashing::Namespace => {
                Salt::Own { experiment: namespace, own, separator: SEPARATOR }
            }
        }
    }

    /// The text so far. The unit follows.
    pub(crate) fn begin<T: Sink>(self) -> T {
        let mut text = T::default();
        let pieces = match self {
            Salt::Own { experiment, own, separator } => [experiment, SEPARATOR, own, separator],
            Salt::Full(salt) => [salt, SEPARATOR, "", ""],
        };
        pieces.into_iter().for_each(|piece| text.push(piece));
        text
    }
}

/// Writes the elements of a list as a unit.
pub(crate) fn join<T: Sink, E, F>(
    text: &mut T,
    elements: impl IntoIterator<Item = E>,
    mut write: impl FnMut(&mut T, E) -> Result<(), F>,
) -> Result<(), F> {
    for (index, element) in elements.into_iter().enumerate() {
        if index > 0 {
            text.push(SEPARATOR);
        }
        write(text, element)?;
    }
    Ok(())
}

/// Draws that each append something to the unit.
#[derive(Clone, Debug)]
pub(crate) struct Series<T> {
    text: T,
    is_list: bool,
    /// Whether the unit is a list without elements, so that nothing stands before the appended part.
    is_empty: bool,
}

impl<T: Sink> Series<T> {
    /// The draws of a text that ends with the unit. `elements` is the number of the unit's elements,
    /// if the unit is a list: an element that is appended to a list stays there for the following
    /// draws.
    pub(crate) fn new(text: T, elements: Option<usize>) -> Series<T> {
        Series { text, is_list: elements.is_some(), is_empty: elements == Some(0) }
    }

    /// The text of the draw that appends nothing.
    pub(crate) fn bare(&self) -> T {
        self.text.clone()
    }

    /// The text of the next draw, which appends the written part.
    pub(crate) fn append(&mut self, write: impl FnOnce(&mut T)) -> T {
        let mut text = self.text.clone();
        if !self.is_empty {
            text.push(SEPARATOR);
        }
        write(&mut text);
        if self.is_list {
            self.text = text.clone();
            self.is_empty = false;
        }
        text
    }
}

impl Sink for Hasher {
    #[inline]
    fn push(&mut self, text: &str) {
        Hasher::push(self, text);
    }
}

/// Shows the text.
impl Sink for String {
    fn push(&mut self, text: &str) {
        self.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(salt: Salt<'_>) -> String {
        salt.begin()
    }

    #[test]
    fn salts_are_framed() {
        let own = Salt::Own { experiment: "shop.run", own: "price", separator: "." };
        assert_eq!(shown(own), "shop.run.price.");
        let own = Salt::Own { experiment: "shop.run", own: "price", separator: "|" };
        assert_eq!(shown(own), "shop.run.price|");
        assert_eq!(shown(Salt::Full("fixed")), "fixed.");
        let of_segments = |hashing| shown(Salt::of_segments("shop", hashing));
        assert_eq!(of_segments(SegmentHashing::Namespace), "shop.segment.");
        assert_eq!(of_segments(SegmentHashing::Shared), "null.x.");
        let of_shuffles = |hashing| shown(Salt::of_shuffles("shop", hashing));
        assert_eq!(of_shuffles(SegmentHashing::Namespace), "shop.sampled_segments.");
        assert_eq!(of_shuffles(SegmentHashing::Shared), "null.x.");
    }

    #[test]
    fn what_is_appended_to_a_list_stays() {
        let series = |elements| {
            let unit = if elements == Some(0) { "s." } else { "s.u" };
            let mut series = Series::new(unit.to_owned(), elements);
            let mut next = |text: &str| series.append(|unit| Sink::push(unit, text));
            [next("2"), next("1"), series.bare()]
        };
        assert_eq!(series(None), ["s.u.2", "s.u.1", "s.u"]);
        assert_eq!(series(Some(1)), ["s.u.2", "s.u.2.1", "s.u.2.1"]);
        assert_eq!(series(Some(0)), ["s.2", "s.2.1", "s.2.1"]);
    }

    #[test]
    fn a_text_is_hashed_as_it_is_shown() {
        let salt = Salt::Own { experiment: "a", own: "b", separator: "-" };
        let write = |text: &mut String| {
            join(text, ["x", "y"], |text, it| {
                Sink::push(text, it);
                Ok::<(), ()>(())
            })
        };
        let mut shown: String = salt.begin();
        write(&mut shown).expect("nothing fails");
        assert_eq!(shown, "a.b-x.y");
        let hasher: Hasher = salt.begin();
        let mut whole = Hasher::new();
        whole.push(&shown);
        assert_eq!(hasher.finish_with("x.y"), whole.finish());
    }
}
