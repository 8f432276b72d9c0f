//! Namespaces by name, for the commands that evaluate them.

use clap::Args;
use planout::catalog::{self, Dialects, Loaded};
use planout::source::MAX_SOURCE_BYTES;
use planout::store::{self, Store};
use planout::{Dialect, Namespace};

use super::backend::Repository;
use super::failure::{Failure, Outcome};
use super::folders::Folders;
use super::{Context, DialectArg, Format, location};

/// Where namespaces are, and how to speak of them.
#[derive(Args, Debug)]
pub(super) struct Lookup {
    /// Where the namespaces are [default: the configured target, else the source]
    #[arg(long, value_name = "LOCATION")]
    from: Option<String>,
    #[command(flatten)]
    folders: Folders,
    #[command(flatten)]
    dialect: DialectArg,
    /// How to print the answer and diagnostics
    #[arg(long, default_value = "text", hide_default_value = true)]
    pub(super) format: Format,
    // The last, as its heading is for all that follows.
    #[command(flatten)]
    repository: Repository,
}

impl Lookup {
    /// The dialect of what does not say its own.
    pub(super) fn dialect(&self, context: &Context) -> Dialect {
        context.dialect(self.dialect)
    }

    /// A namespace with what it was loaded from. Its problems are reported.
    pub(super) fn namespace(&self, name: &str, context: &Context) -> Outcome<(Loaded, Namespace)> {
        let loaded = self.load(Some(&[name]), context)?;
        let loaded = loaded.into_iter().next().ok_or_else(Failure::reported)?;
        let namespace = build(&loaded)?;
        Ok((loaded, namespace))
    }

    /// Some namespaces, or all of them. Their problems are reported.
    pub(super) fn load(&self, names: Option<&[&str]>, context: &Context) -> Outcome<Vec<Loaded>> {
        let named = self.repository.location(self.from.as_deref(), &context.config)?;
        let location = location(named.as_deref(), context)?;
        let dialects = context.dialects(self.dialect);
        let shown = store::without_secrets(&location);
        let store = self.folders.open(&location, context)?;
        let mut loaded: Vec<Loaded> = match names {
            None => catalog::read(&*store, dialects)?,
            Some(names) => {
                let find = |name: &&str| find(&*store, name, dialects, &shown);
                names.iter().map(find).collect::<Outcome<_>>()?
            }
        };
        loaded.iter_mut().for_each(|loaded| loaded.apply(&context.config.checks.levels));
        let reports: Vec<_> = loaded.iter().map(Loaded::report).collect();
        context.output.reports(&reports, self.format)?;
        match loaded.is_empty() {
            true => Err(Failure::wrong(format!("there is no namespace in `{shown}`"))),
            false => Ok(loaded),
        }
    }
}

/// The namespace of what was loaded. What is wrong with it has been said.
pub(super) fn build(loaded: &Loaded) -> Outcome<Namespace> {
    let document = loaded.document.as_ref().ok_or_else(Failure::reported)?;
    document.build().map_err(|error| Failure::wrong(error.to_string()))
}

/// Reads the one namespace that is asked for.
fn find(store: &dyn Store, name: &str, dialects: Dialects, location: &str) -> Outcome<Loaded> {
    let items = store.list()?;
    let found: Vec<_> = items.iter().filter(|item| item.name == name).collect();
    let unknown = || {
        let others = items.iter().map(|item| item.name.as_str()).filter(|other| *other != name);
        let unknown = Failure::unknown("namespace", name, others);
        let message = format!("{} in `{location}`", unknown.message);
        Err(Failure { message, ..unknown })
    };
    match found.as_slice() {
        [item] => match store.read(item, MAX_SOURCE_BYTES + 1) {
            // Somebody has removed it since it was listed.
            Err(error) if error.is_absent() => unknown(),
            read => Ok(Loaded::new(&item.label, Some(name), read?, item.format, dialects)),
        },
        [] => unknown(),
        [first, second, ..] => {
            let message =
                format!("namespace `{name}` is in `{}` and `{}`", first.label, second.label);
            Err(Failure::wrong(message).help("rename one of them"))
        }
    }
}
