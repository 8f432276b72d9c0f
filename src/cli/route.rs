//! The two locations of `plan` and `ship`: where namespaces are read, and where they go.

use clap::Args;
use planout::store::without_secrets;

use super::failure::{Failure, Outcome};

#[derive(Args, Debug)]
pub(super) struct Route {
    /// Where the namespaces are [default: the configured source]
    #[arg(value_name = "SRC")]
    source: Option<String>,
    /// Where the compiled namespaces go, such as `redis://HOST:PORT/DB?key=KEY` [default: the
    /// configured target]
    #[arg(value_name = "DST")]
    target: Option<String>,
    /// Same as SRC; an argument without an option is then DST
    #[arg(short = 's', long, alias = "source-dir", value_name = "LOCATION")]
    from: Option<String>,
    /// Same as DST
    #[arg(short, long, value_name = "LOCATION", conflicts_with = "target")]
    dest_dir: Option<String>,
}

impl Route {
    /// The named source and the named target, if there are any.
    pub(super) fn named(&self) -> Outcome<(Option<&str>, Option<&str>)> {
        let (source, target) = match (self.from.as_deref(), self.source.as_deref()) {
            (None, source) => (source, self.target.as_deref()),
            (Some(from), Some(source)) if self.target.is_some() => {
                return Err(two("sources", from, source));
            }
            (Some(from), target) => (Some(from), target),
        };
        match (target, self.dest_dir.as_deref()) {
            (Some(target), Some(other)) => Err(two("targets", target, other)),
            (target, other) => Ok((source, target.or(other))),
        }
    }
}

fn two(what: &str, one: &str, other: &str) -> Failure {
    let [one, other] = [one, other].map(without_secrets);
    Failure::usage(format!("two {what}: `{one}` and `{other}`")).help("leave one of them out")
}
