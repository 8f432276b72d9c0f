//! Locations of namespaces, named on the command line or configured.

use std::fmt;

use planout::lint::Destination;
use planout::nearest::nearest;
use planout::store;

use super::config::Config;
use super::failure::{Failure, Outcome};
use super::{Context, revision};

/// The words that stand for the configured locations.
const SOURCE: &str = "@source";
const TARGET: &str = "@target";

/// The kind of namespaces that a command needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The sources that people edit.
    Draft,
    /// The shipped namespaces that services use.
    Live,
}

/// The role of a location in a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Source,
    Target,
    Other,
}

/// A location and its role in the project.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) role: Role,
    pub(super) location: String,
}

/// The locations in which a command looks for namespaces.
pub(super) struct Places {
    /// The location that is read first.
    pub(super) first: Place,
    /// The configured source if this is the target, and the target if this is the source.
    pub(super) other: Option<Place>,
    /// Whether the source answers for namespaces that the target does not have.
    pub(super) falls_back: bool,
}

/// The location that an argument means. `@source` and `@target` are the configured locations.
pub(super) fn named(argument: &str, config: &Config) -> Outcome<String> {
    let (key, configured) = match argument {
        SOURCE => ("source", &config.source),
        TARGET => ("target", &config.target),
        _ if argument.starts_with('@') => {
            let help = match nearest(argument, [SOURCE, TARGET]) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!(
                    "known: `{SOURCE}`, `{TARGET}`; a path that begins so is written `./{argument}`"
                ),
            };
            return Err(
                Failure::usage(format!("`{argument}` is not a configured location")).help(help)
            );
        }
        _ => return Ok(argument.to_owned()),
    };
    configured.clone().ok_or_else(|| {
        Failure::usage(format!("`{argument}` stands for the configured {key}, and none is set"))
            .help(format!("set `{key}` in `planout.toml`, or `PLANOUT_{}`", key.to_uppercase()))
    })
}

/// The location that an argument means, or else the configured one, if there is one.
pub(super) fn given(
    argument: Option<&str>,
    configured: Option<&String>,
    config: &Config,
) -> Outcome<Option<String>> {
    match argument {
        Some(argument) => named(argument, config).map(Some),
        None => Ok(configured.cloned()),
    }
}

/// The destination of a ship to a location.
pub(super) fn destination(target: Option<&str>) -> Destination {
    match target {
        None => Destination::Unknown,
        Some(target) if store::is_url(target) => Destination::Redis,
        Some(_) => Destination::Directory,
    }
}

/// Refuses a revision of git as a target: it cannot be changed, and such a folder is not meant.
pub(super) fn refuse_revision(target: &str) -> Outcome {
    if target.starts_with("git:") {
        Err(Failure::usage(format!(
            "cannot ship to `{target}`: it is a revision of git"
        ))
        .help(format!(
            "`planout plan --against {target}` compares with it; a folder of that name is written \
                 `./{target}`"
        )))
    } else {
        Ok(())
    }
}

/// Prints, for verbose output, the location that is used and its revision.
pub(super) fn tell(what: &str, location: &str, context: &Context) {
    if context.output.is_verbose() {
        context.output.detail(format!("{what}: {}", store::without_secrets(location)));
        if let Some(revision) = revision::describe(location) {
            context.output.detail(&revision);
        }
    }
}

impl Place {
    /// The name of the location, in a form that may be shown.
    pub(super) fn shown(&self) -> String {
        store::without_secrets(&self.location).into_owned()
    }

    /// Prints, for verbose output, that the location is used.
    pub(super) fn tell(&self, context: &Context) {
        let what = match self.role {
            Role::Source => "source",
            Role::Target => "target",
            Role::Other => "namespaces",
        };
        tell(what, &self.location, context);
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let role = match self.role {
            Role::Source => "the source ",
            Role::Target => "the target ",
            Role::Other => "",
        };
        write!(f, "{role}`{}`", self.shown())
    }
}

impl Places {
    /// Finds the places for a purpose. If a location is named, only this one is read. `option` is the
    /// option that can name it.
    pub(super) fn find(
        purpose: Purpose,
        named: Option<String>,
        option: &str,
        context: &Context,
    ) -> Outcome<Places> {
        let config = &context.config;
        let (source, target) = (config.source.as_ref(), config.target.as_ref());
        let configured = match purpose {
            Purpose::Draft => source.or(target),
            Purpose::Live => target.or(source),
        };
        let is_named = named.is_some();
        let location = named.or_else(|| configured.cloned()).ok_or_else(|| {
            Failure::usage("no location: neither a source nor a target is configured").help(
                format!("name a directory, a file or a URL of namespaces by `{option}`, or set `source` in `planout.toml`"),
            )
        })?;
        let role = match Some(&location) {
            it if it == source => Role::Source,
            it if it == target => Role::Target,
            _ => Role::Other,
        };
        let (other, other_role) = match role {
            Role::Source => (target, Role::Target),
            Role::Target => (source, Role::Source),
            Role::Other => (None, Role::Other),
        };
        let other = other.filter(|other| **other != location);
        let other = other.map(|other| Place { role: other_role, location: other.clone() });
        let falls_back = !is_named && role == Role::Target && other.is_some();
        Ok(Places { first: Place { role, location }, other, falls_back })
    }

    /// The source that is compared with the answers of a target.
    pub(super) fn source(&self) -> Option<&Place> {
        self.other.as_ref().filter(|other| other.role == Role::Source)
    }
}
