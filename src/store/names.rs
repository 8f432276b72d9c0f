//! Names as file systems compare them.

use unicode_normalization::UnicodeNormalization;

/// A name without what some file systems do not tell apart: upper and lower case, and the ways to
/// write a character in Unicode, as one or as a letter with an accent after it.
///
/// Each of these systems has a table of its own, and which one it is depends on where files are copied
/// to. So this leaves out what any of them does: from the upper case, `ſ` and `s` and `ß` and `ss`
/// come to the same, too.
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
