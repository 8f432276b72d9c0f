//! Names in the form in which file systems compare them.

use unicode_normalization::UnicodeNormalization;

/// A name without the differences that some file systems ignore: upper and lower case, and the ways
/// to write a character in Unicode, as one code point or as a letter with an accent after it.
///
/// Each of these systems has a table of its own, and nobody knows which system the files will be
/// copied to. So this function ignores every difference that any of them ignores: it makes `ſ` equal to
/// `s`, and `ß` and `ẞ` to `ss`, and leaves out joiners and the like.
///
/// ```
/// use planout::store::spelling;
///
/// assert_eq!(spelling("Caf\u{e9}"), spelling("CAFE\u{301}"));
/// assert_eq!(spelling("stra\u{df}e"), spelling("STRA\u{1e9e}E"));
/// assert_ne!(spelling("cafe"), spelling("caf\u{e9}"));
/// ```
pub fn spelling(name: &str) -> String {
    let letters = name.nfd().filter(|char| !is_ignored(*char));
    // The lower case comes first: `ẞ` is its own upper case, and that of `ß` is `SS`.
    let lower = letters.flat_map(char::to_lowercase);
    lower.flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfd().collect()
}

/// Whether some file systems ignore a character. Unicode has a property for these characters,
/// `Default_Ignorable_Code_Point`.
fn is_ignored(char: char) -> bool {
    matches!(
        char,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_of_a_character_is_one_spelling() {
        for char in (0..=0x1_ffff).filter_map(char::from_u32) {
            let one = char.to_string();
            for other in [one.to_lowercase(), one.to_uppercase(), one.nfc().collect()] {
                assert_eq!(spelling(&one), spelling(&other), "{one} {other} {:x}", u32::from(char));
            }
            assert_eq!(spelling(&spelling(&one)), spelling(&one), "{one}");
        }
    }

    #[test]
    fn what_is_ignored_makes_no_difference() {
        assert_eq!(spelling("pay\u{200d}"), spelling("P\u{fe0f}ay"));
    }
}
