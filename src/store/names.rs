//! Names in the form in which file systems compare them.

use unicode_normalization::UnicodeNormalization;

/// A name without the differences that some file systems ignore: upper and lower case, and the ways
/// to write a character in Unicode, as one code point or as a letter with an accent after it.
///
/// Each of these systems has a table of its own, and nobody knows which system the files will be
/// copied to. So this function ignores every difference that any of them ignores: it goes through the
/// upper case, which makes `ſ` equal to `s`, and `ß` to `ss`.
///
/// ```
/// use planout::store::spelling;
///
/// assert_eq!(spelling("Caf\u{e9}"), spelling("CAFE\u{301}"));
/// assert_ne!(spelling("cafe"), spelling("caf\u{e9}"));
/// ```
pub fn spelling(name: &str) -> String {
    let upper = name.nfd().flat_map(char::to_uppercase);
    upper.flat_map(char::to_lowercase).nfd().collect()
}
