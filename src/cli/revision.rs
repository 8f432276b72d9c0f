//! Which git revision a folder is at, and what a store says of when it was shipped to.

use std::path::Path;
use std::process::{Command, Stdio};

use planout::catalog::Loaded;
use planout::ship::{Fingerprint, Revision, Stamp};
use planout::store::Store;

use super::Context;
use super::failure::Outcome;

/// The revision of a file or a folder; `None` if it is in no repository, or there is no git.
pub(super) fn of(path: &Path) -> Option<Revision> {
    let path = path.canonicalize().ok()?;
    let folder = if path.is_dir() { &path } else { path.parent()? };
    let commit = git(folder, &["rev-parse", "--verify", "HEAD"])?;
    let changes = git(folder, &["status", "--porcelain", "--", path.to_str()?])?;
    Some(Revision { commit: commit.trim().to_owned(), dirty: !changes.is_empty() })
}

/// What a git command prints, if it succeeds. It writes nothing.
fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = output.status.success().then_some(output.stdout)?;
    String::from_utf8(text).ok()
}

/// Says, to those who want to know, when a store was last shipped to, and what was changed there
/// since by other means.
pub(super) fn tell(store: &dyn Store, loaded: &[Loaded], context: &Context) -> Outcome {
    let Some(bytes) = store.stamp()? else { return Ok(()) };
    let Ok(stamp) = Stamp::from_json(&bytes) else {
        context.output.detail("shipped: the stamp of the last ship cannot be read");
        return Ok(());
    };
    let source = stamp.source.as_ref().map_or_else(String::new, |source| {
        let dirty = if source.dirty { " with changes that are not committed" } else { "" };
        format!(" from commit {}{dirty}", source.commit)
    });
    let Stamp { shipped_at, planout, namespaces, .. } = &stamp;
    context.output.detail(&format!("shipped: {shipped_at} by planout {planout}{source}"));
    for loaded in loaded {
        let now = Fingerprint::of(loaded.source.text().as_bytes());
        match namespaces.get(&loaded.name) {
            Some(then) if *then != now => {
                context.output.detail(&format!("`{}` was changed since", loaded.name));
            }
            Some(_) => {}
            None => context.output.detail(&format!("`{}` was not shipped", loaded.name)),
        }
    }
    Ok(())
}
