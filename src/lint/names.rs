//! Names of namespaces that are one file on some file systems.

use std::collections::BTreeMap;

use crate::catalog::Loaded;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::store::spelling;

/// Looks for names that differ from an earlier name in the list only in ways that some file systems
/// do not distinguish. Returns the findings with the index of the namespace.
pub(super) fn check(namespaces: &[Loaded]) -> Vec<(usize, Diagnostic)> {
    let mut first: BTreeMap<String, &Loaded> = BTreeMap::new();
    let mut found = Vec::new();
    for (index, loaded) in namespaces.iter().enumerate().filter(|(_, it)| !it.is_script()) {
        let other = *first.entry(spelling(&loaded.name)).or_insert(loaded);
        // The same name twice is another problem.
        if other.name != loaded.name {
            let (name, other) = (&loaded.name, (&other.name, other.source.name()));
            let message = format!(
                "the names `{name}` and `{}` differ only in case or in the way that Unicode writes \
                 them",
                other.0
            );
            let help = format!(
                "on some file systems they are one file: rename this namespace, or the one in `{}`",
                other.1
            );
            let place = Span::default();
            found.push((index, Diagnostic::finding(Code::AlikeNames, place, message).help(help)));
        }
    }
    found
}
