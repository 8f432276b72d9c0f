//! Namespaces as they were at a revision of git, named as a location: `git:REV[:PATH]`.

use std::path::Path;

use planout::catalog::Dialects;
use planout::store::{self, is_url};

use super::config::Config;
use super::failure::{Failure, Outcome};
use super::folders::{self, Folders};
use super::git::{Past, Revision};
use super::{Context, DialectArg};

/// The beginning of such a location.
const PREFIX: &str = "git:";

/// A location at a revision, with the dialects that were configured then.
pub(super) struct Opened {
    pub(super) past: Past,
    pub(super) dialects: Dialects,
}

/// Whether a location is a revision of git.
pub(super) fn is_past(location: &str) -> bool {
    location.starts_with(PREFIX)
}

/// Opens `git:REV[:PATH]`; `None` if the location is not one. Without a path, it is the configured
/// source, or else the configured target.
pub(super) fn open(
    location: &str,
    dialect: DialectArg,
    folders: Folders,
    context: &Context,
) -> Outcome<Option<Opened>> {
    let Some(rest) = location.strip_prefix(PREFIX) else { return Ok(None) };
    let (revision, path) = match rest.split_once(':') {
        Some((revision, path)) => (revision, Some(path)),
        None => (rest, None),
    };
    let config = &context.config;
    let configured = config.source.as_deref().or(config.target.as_deref());
    let path = path.or(configured.filter(|location| !is_url(location))).ok_or_else(|| {
        Failure::usage(format!("`{location}` names no path, and no folder is configured"))
            .help(format!("name the path, as in `{location}:namespaces`"))
    })?;
    open_at(revision, path, dialect, folders, context).map(Some)
}

/// Opens a path at a revision.
pub(super) fn open_at(
    revision: &str,
    path: &str,
    dialect: DialectArg,
    folders: Folders,
    context: &Context,
) -> Outcome<Opened> {
    let (dialects, read) = settings(revision, dialect, folders, context)?;
    let revision = Revision::find(revision, Path::new(path))?;
    if context.output.is_verbose() {
        context.output.detail(format!("revision: commit {}", revision.commit()));
    }
    let past = revision.namespaces(read);
    folders::tell(path, past.left_out()?.iter(), context);
    Ok(Opened { past, dialects })
}

/// The dialects and the folders at a revision, which may have had another configuration.
fn settings(
    revision: &str,
    dialect: DialectArg,
    folders: Folders,
    context: &Context,
) -> Outcome<(Dialects, store::Folders)> {
    let dialects = context.dialects(dialect);
    let now = (dialects, folders.read(context.config.recursive));
    let Some(path) = &context.config.path else {
        return Ok(now);
    };
    // A configuration outside of the repository has no revisions.
    let Ok(file) = Revision::find(revision, path) else {
        return Ok(now);
    };
    match file.file()? {
        Some(bytes) => {
            let then = Config::parse(path, bytes)?;
            let source = dialect.dialect.or(then.dialect).unwrap_or_default();
            Ok((Dialects { source, ..dialects }, folders.read(then.recursive)))
        }
        None => Ok(now),
    }
}
