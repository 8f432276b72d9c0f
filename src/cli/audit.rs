//! `planout audit`

mod json;
mod text;

use std::collections::BTreeSet;

use clap::Args;
use planout::Namespace;
use planout::audit::{Audit, audit};
use planout::catalog::Loaded;
use planout::namespace::Document;

use super::failure::{Failure, Outcome};
use super::folders::Folders;
use super::location::{Places, Purpose};
use super::output::Answer;
use super::search::{Found, Search};
use super::{Context, DialectArg, Format};

#[derive(Args, Debug)]
pub(super) struct AuditCommand {
    /// A directory, a file or a URL of namespaces [default: the configured source]
    #[arg(value_name = "PATH")]
    path: Option<String>,
    /// Same as PATH
    #[arg(long, value_name = "LOCATION", conflicts_with = "path")]
    from: Option<String>,
    /// The number of findings that are listed: the worst pairs that are not independent, and as many
    /// that are not known
    #[arg(long, value_name = "N", default_value = "100")]
    limit: usize,
    /// Fail also if it is not known of some pairs whether they are independent
    #[arg(long)]
    require_proof: bool,
    #[command(flatten)]
    folders: Folders,
    #[command(flatten)]
    dialect: DialectArg,
    /// How to print the answer and diagnostics
    #[arg(long, default_value = "text", hide_default_value = true)]
    format: Format,
}

impl AuditCommand {
    pub(super) fn run(&self, context: &Context) -> Outcome {
        let named = self.path.as_deref().or(self.from.as_deref());
        let named = named.map(|path| super::location::named(path, &context.config)).transpose()?;
        let places = Places::find(Purpose::Draft, named, "PATH", context)?;
        let shown = places.first.shown();
        let search = Search::new(places, self.folders, self.dialect, context)?;
        let Found { loaded, origin, .. } = search.all(&|_| true)?;
        let reports: Vec<_> = loaded.iter().map(Loaded::report).collect();
        context.output.reports(&reports, self.format)?;
        let namespaces: Vec<&Loaded> = loaded.iter().filter(|it| !it.is_script()).collect();
        if namespaces.is_empty() {
            return Err(Failure::wrong(format!("no namespaces in `{shown}`")));
        }
        let documents = namespaces.iter().filter_map(|loaded| loaded.document.as_ref());
        let built = documents.map(Document::build).collect::<Result<Vec<_>, _>>();
        let built = built.map_err(Failure::wrong)?;
        let found = audit(&built, self.limit);
        context.output.answer(match self.format {
            Format::Text => text::text(&found).into(),
            Format::Json => Answer::Data(format!("{:#}", json::json(&found))),
        })?;
        origin.tell(context);
        let units: BTreeSet<&str> = built.iter().map(Namespace::unit).collect();
        if units.len() > 1 {
            let units: Vec<&str> = units.into_iter().collect();
            context.output.note(format!(
                "ids of different primary units count as different texts: `{}`",
                units.join("`, `")
            ));
        }
        match namespaces.len() - built.len() {
            0 => self.verdict(&found),
            1 => Err(Failure::wrong("1 namespace is invalid and was left out")),
            invalid => {
                Err(Failure::wrong(format!("{invalid} namespaces are invalid and were left out")))
            }
        }
    }

    /// Fails if params depend on one another that no script makes so.
    fn verdict(&self, found: &Audit) -> Outcome {
        if found.has_surprise() {
            let failure = Failure::wrong("not all params are independent");
            return Err(failure.help(
                "the leak says how far the shares of one param differ between the arms of the other",
            ));
        }
        if self.require_proof && found.unknown_pairs > 0 {
            return Err(Failure::wrong(
                "it is not known of all params whether they are independent",
            ));
        }
        Ok(())
    }
}
