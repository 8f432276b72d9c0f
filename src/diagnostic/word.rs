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

fn one_of(words: &[&str]) -> String {
    let words: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match words.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [more @ .., last] => format!("{} or {last}", more.join(", ")),
    }
}
