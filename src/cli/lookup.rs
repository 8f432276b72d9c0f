//! Namespaces by name, for the commands that evaluate them.

use clap::Args;
use planout::catalog::Loaded;
use planout::{Dialect, Namespace};

use super::backend::Repository;
use super::failure::{Failure, Outcome};
use super::folders::Folders;
use super::location::{Places, Purpose};
use super::origin::Origin;
use super::search::{Found, Search};
use super::{Context, DialectArg, Format};

/// The help of `--from`, for commands that use sources.
pub(super) const DRAFT: &str = "\
Where the namespaces are; `@source` and `@target` are the configured locations [default: the \
source, or the target if no source is configured]";

/// The location of the namespaces, and the form of the answer.
#[derive(Args, Debug)]
pub(super) struct Lookup {
    /// Where the namespaces are; `@source` and `@target` are the configured locations
    #[arg(long, value_name = "LOCATION")]
    from: Option<String>,
    #[command(flatten)]
    folders: Folders,
    #[command(flatten)]
    dialect: DialectArg,
    /// How to print the answer and diagnostics
    #[arg(long, default_value = "text", hide_default_value = true)]
    pub(super) format: Format,
    // These come last, because their heading applies to all following options.
    #[command(flatten)]
    repository: Repository,
}

impl Lookup {
    /// The dialect of namespaces that do not name their own.
    pub(super) fn dialect(&self, context: &Context) -> Dialect {
        context.dialect(self.dialect)
    }

    /// Whether this command names the dialect.
    pub(super) fn says_dialect(&self) -> bool {
        self.dialect.dialect.is_some()
    }

    /// A namespace with its text and its location. Its problems have been reported.
    pub(super) fn namespace(
        &self,
        name: &str,
        purpose: Purpose,
        context: &Context,
    ) -> Outcome<(Loaded, Namespace, Origin)> {
        let Found { loaded, origin, .. } = self.load(Some(&[name]), purpose, context)?;
        let loaded = loaded.into_iter().next().ok_or_else(Failure::reported)?;
        let namespace = build(&loaded).inspect_err(|_| origin.tell(context))?;
        Ok((loaded, namespace, origin))
    }

    /// Some namespaces, or all of them. Their problems have been reported.
    pub(super) fn load(
        &self,
        names: Option<&[&str]>,
        purpose: Purpose,
        context: &Context,
    ) -> Outcome<Found> {
        let named = self.repository.location(self.from.as_deref(), &context.config)?;
        let places = Places::find(purpose, named, "--from", context)?;
        let search = Search::new(places, self.folders, self.dialect, context)?;
        let found = match names {
            None => search.all(&|_| true)?,
            Some(names) => search.named(names)?,
        };
        let reports: Vec<_> = found.loaded.iter().map(Loaded::report).collect();
        context.output.reports(&reports, self.format)?;
        if found.loaded.is_empty() {
            let place = search.places.first.shown();
            Err(Failure::wrong(format!("no namespaces in `{place}`")))
        } else {
            Ok(found)
        }
    }
}

/// The namespace of a loaded document. Its problems have been reported.
pub(super) fn build(loaded: &Loaded) -> Outcome<Namespace> {
    let invalid = || Failure::invalid(loaded.report()).said();
    let document = loaded.document.as_ref().ok_or_else(invalid)?;
    document.build().map_err(Failure::wrong)
}
