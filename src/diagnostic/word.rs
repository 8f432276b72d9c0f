//! Words with a fixed meaning, such as the name of a dialect.

use crate::nearest::nearest;

/// A word that has no meaning at its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} `{word}`: {}", match nearest {
    Some(nearest) => format!("did you mean `{nearest}`?"),
    None => format!("it is {}", one_of(words)),
})]
pub struct UnknownWord {
    what: &'static str,
    word: String,
    words: Vec<&'static str>,
    nearest: Option<&'static str>,
}

impl UnknownWord {
    /// The meaning of a word.
    ///
    /// # Errors
    /// The word is not one of the known words.
    pub(crate) fn unless_known<T: Copy>(
        what: &'static str,
        word: &str,
        known: &[(&'static str, T)],
    ) -> Result<T, UnknownWord> {
        match known.iter().find(|(text, _)| *text == word) {
            Some((_, meaning)) => Ok(*meaning),
            None => {
                let words: Vec<_> = known.iter().map(|(text, _)| *text).collect();
                let nearest = nearest(word, words.iter().copied());
                Err(UnknownWord { what, word: word.to_owned(), words, nearest })
            }
        }
    }

    /// The word that was probably meant, if one is near.
    pub fn nearest(&self) -> Option<&'static str> {
        self.nearest
    }
}

/// Implements `Display` and `FromStr` for an enum whose `as_str` returns the word of each variant.
/// `what` is the name of the enum in messages. A list that lacks a variant does not compile.
macro_rules! words {
    ($type:ident, $what:literal: $($variant:ident),+) => {
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::diagnostic::UnknownWord;

            fn from_str(word: &str) -> Result<$type, $crate::diagnostic::UnknownWord> {
                let words = [$($type::$variant),+].map(|known| {
                    let ($($type::$variant)|+) = known;
                    (known.as_str(), known)
                });
                $crate::diagnostic::UnknownWord::unless_known($what, word, &words)
            }
        }
    };
}

pub(crate) use words;

fn one_of(words: &[&str]) -> String {
    let words: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match words.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [more @ .., last] => format!("{} or {last}", more.join(", ")),
    }
}
