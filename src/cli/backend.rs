//! planout4j's options for the target of a ship, which come to a location.

use clap::{Args, ValueEnum};
use planout::store::{RedisUrl, is_url};

use super::failure::{Failure, Outcome};

#[derive(Args, Debug)]
#[command(next_help_heading = "As planout4j names the target")]
pub(super) struct Backend {
    /// What kind of target it is: `file` for DST, `redis` for a server
    #[arg(long, value_name = "KIND", hide_possible_values = true)]
    target_backend: Option<Kind>,
    /// The host of Redis [default: localhost]
    #[arg(long, value_name = "HOST", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    redis_host: Option<String>,
    /// The port of Redis [default: 6379]
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    redis_port: Option<u16>,
    /// The key of the hash in Redis [default: planout4j]
    #[arg(long, value_name = "KEY", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    redis_key: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    File,
    Redis,
}

impl Backend {
    /// The target that is meant, given the one that is named and the one that is configured.
    pub(super) fn target(
        &self,
        named: Option<&str>,
        configured: Option<&str>,
    ) -> Outcome<Option<String>> {
        let details = [&self.redis_host, &self.redis_key].into_iter().any(Option::is_some)
            || self.redis_port.is_some();
        let target = named.or(configured).map(str::to_owned);
        match (self.target_backend, named) {
            (Some(Kind::File), _) if details => {
                Err(Failure::usage("`--redis-...` does not go with `--target-backend file`"))
            }
            (Some(Kind::File), _) if target.as_deref().is_some_and(is_url) => {
                Err(Failure::usage("`--target-backend file` does not go with a target in Redis"))
            }
            (None | Some(Kind::File), _) if !details => Ok(target),
            (_, Some(named)) if details || !is_url(named) => {
                Err(Failure::usage("two targets: DST, and one in Redis")
                    .help("leave DST out, or write it as `redis://HOST:PORT/DB?key=KEY`"))
            }
            // Who logs in where is configured by a location only.
            _ if !details && target.as_deref().is_some_and(is_url) => Ok(target),
            _ => Ok(Some(self.url())),
        }
    }

    fn url(&self) -> String {
        let host = self.redis_host.as_deref().unwrap_or("localhost");
        RedisUrl::new(host, self.redis_port, self.redis_key.as_deref()).to_string()
    }
}
