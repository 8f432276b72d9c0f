//! A log that is older than a change of its namespace.

use std::path::Path;

use planout::catalog::Loaded;
use planout::simulate::Logged;

use crate::cli::git::Revision;
use crate::cli::origin::Origin;

/// The version of a namespace that a log is compared with.
pub(super) struct Version<'v> {
    pub(super) loaded: &'v Loaded,
    pub(super) origin: &'v Origin,
}

/// The probable reason why a log and a namespace differ, if the log tells one.
pub(super) fn advice(logged: &Logged<'_>, version: &Version<'_>) -> Option<String> {
    let mut reasons = Vec::new();
    if let Some((name, count)) = &logged.inactive {
        let s = if *count == 1 { "" } else { "s" };
        reasons.push(format!(
            "the log has {count} exposure{s} of experiments that are not active here, such as \
             `{name}`"
        ));
    }
    let path = version.loaded.source.name();
    let before = logged.times.and_then(|(first, _)| changed_since(first, path, version));
    match before {
        Some(commit) => {
            let location = version.origin.as_of(&commit);
            reasons.push(format!(
                "`{path}` has changed since the log began: compare it with the version of that \
                 time, `--from {location}`"
            ));
        }
        None if !reasons.is_empty() => reasons.push(
            "compare it with the version that was live, as in `--from git:REVISION`".to_owned(),
        ),
        None => {}
    }
    (!reasons.is_empty()).then(|| reasons.join("; "))
}

/// The commit that was the newest at a time, if the file has another content now. Only a file in a
/// repository has a history.
fn changed_since(time: u64, path: &str, version: &Version<'_>) -> Option<String> {
    let path = Path::new(path);
    if !path.is_file() {
        return None;
    }
    let then = Revision::before(time, path).ok()??;
    let text = then.file().ok()??;
    let is_same = text == version.loaded.source.text().as_bytes();
    (!is_same).then(|| then.short())
}
