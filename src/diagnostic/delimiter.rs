//! Delimited files that are read with the wrong delimiter.

/// The character that probably separates the fields of a header that was split by another one: it
/// leads to the missing column, or stands in the only column.
///
/// ```
/// use planout::diagnostic::other_delimiter;
///
/// assert_eq!(other_delimiter(["userid;country"], "userid"), Some(';'));
/// assert_eq!(other_delimiter(["userid", "country"], "user"), None);
/// ```
pub fn other_delimiter<'a>(
    header: impl IntoIterator<Item = &'a str>,
    missed: &str,
) -> Option<char> {
    let header: Vec<&str> = header.into_iter().collect();
    let leads = |found: char| {
        let pieces = header.iter().flat_map(|field| {
            // A field without the character is a single piece, and that column is not missing.
            field.contains(found).then(|| field.split(found)).into_iter().flatten()
        });
        pieces.map(|piece| piece.trim_matches([' ', '"'])).any(|piece| piece == missed)
    };
    let is_only = |found| matches!(header.as_slice(), [only] if only.contains(found));
    [';', '\t', '|', ','].into_iter().find(|&found| leads(found) || is_only(found))
}
