//! Suggestions for misspelt words.

use indexmap::IndexSet;

/// The candidate that differs least from the word, if the difference is small enough for a
/// misspelling.
///
/// ```
/// assert_eq!(planout::nearest::nearest("segement", ["salt", "segments"]), Some("segments"));
/// assert_eq!(planout::nearest::nearest("zebra", ["salt", "segments"]), None);
/// assert_eq!(planout::nearest::nearest("x", ["y", "z"]), None);
/// ```
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // The cost grows with the product of the lengths, and such long words are not misspellings.
    const LONGEST: usize = 100;
    if word.len() > LONGEST {
        return None;
    }
    let word = word.to_lowercase();
    let allowed = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST)
        .map(|candidate| (strsim::osa_distance(&word, &candidate.to_lowercase()), candidate))
        // The words `a` and `b` have nothing in common.
        .filter(|&(distance, candidate)| {
            distance <= allowed && distance < word.len().max(candidate.len())
        })
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// The hint for an unknown name: the nearest known name, or the list of known names. `None` if no
/// names are known.
///
/// ```
/// use planout::nearest::hint;
///
/// assert_eq!(hint("goe", ["geo", "price"]).as_deref(), Some("did you mean `geo`?"));
/// assert_eq!(hint("zebra", ["geo", "price", "geo"]).as_deref(), Some("known: `geo`, `price`"));
/// ```
pub fn hint<'a>(name: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> Option<String> {
    if let Some(near) = nearest(name, known.clone()) {
        return Some(format!("did you mean `{near}`?"));
    }
    let known: IndexSet<&str> = known.into_iter().collect();
    let shown = if known.len() <= 10 { known.len() } else { 5 };
    let names: Vec<_> = known.iter().take(shown).map(|name| format!("`{name}`")).collect();
    match known.len() - shown {
        _ if known.is_empty() => None,
        0 => Some(format!("known: {}", names.join(", "))),
        more => Some(format!("known: {} and {more} more", names.join(", "))),
    }
}
