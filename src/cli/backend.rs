//! planout4j's options for the location of namespaces.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};
use planout::store::{RedisUrl, is_url, without_secrets};

use super::config::Config;
use super::failure::{Failure, Outcome};
use super::location;

/// The target of a ship.
#[derive(Args, Debug)]
#[command(next_help_heading = "The target, as planout4j names it")]
pub(super) struct Backend {
    /// The kind of target: `compiledFiles` or `file` for a folder, `redis` for a server
    #[arg(long, value_name = "KIND", hide_possible_values = true)]
    target_backend: Option<Kind>,
    #[command(flatten)]
    redis: Redis,
}

/// planout4j's options for the location of namespaces.
#[derive(Args, Debug)]
#[command(next_help_heading = "The location, as planout4j names it")]
pub(super) struct Repository {
    /// Where namespaces are: `compiledFiles`, `sourceFiles` or `redis`
    #[arg(long, value_name = "KIND", hide = true)]
    runtime_repo: Option<Kind>,
    /// Has no effect: the ending of a file says its format
    #[arg(long, value_name = "TYPE", hide = true)]
    parser_type: Option<ParserType>,
    /// The folder of compiled namespaces
    #[arg(short, long, value_name = "DIR", hide = true)]
    dest_dir: Option<String>,
    #[command(flatten)]
    redis: Redis,
}

#[derive(Args, Debug)]
struct Redis {
    /// The host of Redis [default: localhost]
    #[arg(long, value_name = "HOST", value_parser = NonEmptyStringValueParser::new())]
    redis_host: Option<String>,
    /// The port of Redis [default: 6379]
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    redis_port: Option<u16>,
    /// The key of the hash in Redis [default: planout4j]
    #[arg(long, value_name = "KEY", value_parser = NonEmptyStringValueParser::new())]
    redis_key: Option<String>,
}

/// The kinds of places, with their names in planout4j's configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    File,
    #[value(name = "compiledFiles")]
    CompiledFiles,
    #[value(name = "sourceFiles")]
    SourceFiles,
    Redis,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ParserType {
    Json,
    Yaml,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Kind::File => "file",
            Kind::CompiledFiles => "compiledFiles",
            Kind::SourceFiles => "sourceFiles",
            Kind::Redis => "redis",
        }
    }

    /// Fails if a folder is asked for, and the other options name a server.
    fn check(self, option: &str, redis: &Redis, location: Option<&str>) -> Outcome {
        let word = self.word();
        if redis.is_given() {
            let message = format!("`--redis-...` cannot be used with `{option} {word}`");
            return Err(Failure::usage(message));
        }
        if location.is_some_and(is_url) {
            let message = format!("`{option} {word}` cannot be used with a location in Redis");
            Err(Failure::usage(message))
        } else {
            Ok(())
        }
    }
}

impl Redis {
    fn is_given(&self) -> bool {
        let texts = [&self.redis_host, &self.redis_key];
        texts.into_iter().any(Option::is_some) || self.redis_port.is_some()
    }

    /// The server as a location. `named` is a location that is also given. `configured` may be a
    /// location in Redis that gives more details: only a location says which user logs in where.
    fn location(&self, named: Option<&str>, configured: Option<&str>) -> Outcome<String> {
        match (named, configured.filter(|location| is_url(location))) {
            (Some(named), _) if self.is_given() || !is_url(named) => Err(Failure::usage(format!(
                "two locations: `{}`, and one in Redis",
                without_secrets(named)
            ))
            .help("leave one out, or write it as `redis://HOST:PORT/DB?key=KEY`")),
            (Some(named), _) => Ok(named.to_owned()),
            (None, Some(configured)) if !self.is_given() => Ok(configured.to_owned()),
            (None, _) => {
                let host = self.redis_host.as_deref().unwrap_or("localhost");
                let key = self.redis_key.as_deref();
                Ok(RedisUrl::new(host, self.redis_port, key).to_string())
            }
        }
    }
}

impl Backend {
    /// The intended target, from the one that is named and the one that is configured.
    pub(super) fn target(
        &self,
        named: Option<&str>,
        configured: Option<&str>,
    ) -> Outcome<Option<String>> {
        let target = named.or(configured);
        match self.target_backend {
            None if !self.redis.is_given() => Ok(target.map(str::to_owned)),
            None | Some(Kind::Redis) => self.redis.location(named, configured).map(Some),
            Some(kind) => {
                kind.check("--target-backend", &self.redis, target)?;
                Ok(target.map(str::to_owned))
            }
        }
    }
}

impl Repository {
    /// The intended location, from the one that is named otherwise; `None` if no option names one.
    pub(super) fn location(&self, named: Option<&str>, config: &Config) -> Outcome<Option<String>> {
        let named = match (named, self.dest_dir.as_deref()) {
            (Some(named), Some(folder)) => {
                let message = format!(
                    "two locations: `{}` and `{}`",
                    without_secrets(named),
                    without_secrets(folder)
                );
                return Err(Failure::usage(message).help("leave `--dest-dir` out"));
            }
            (named, folder) => named.or(folder),
        };
        let named = named.map(|named| location::named(named, config)).transpose()?;
        let named = named.as_deref();
        let kind = match self.runtime_repo {
            None if !self.redis.is_given() => return Ok(named.map(str::to_owned)),
            None | Some(Kind::Redis) => {
                return self.redis.location(named, config.target.as_deref()).map(Some);
            }
            Some(kind) => kind,
        };
        if kind == Kind::SourceFiles && self.dest_dir.is_some() {
            return Err(Failure::usage(
                "`--dest-dir` cannot be used with `--runtime-repo sourceFiles`",
            )
            .help("`--dest-dir` is the folder of compiled namespaces"));
        }
        let (setting, configured) = match kind {
            Kind::SourceFiles => ("source", &config.source),
            _ => ("target", &config.target),
        };
        let location = named.or(configured.as_deref());
        kind.check("--runtime-repo", &self.redis, location)?;
        let word = kind.word();
        let location = location.ok_or_else(|| {
            Failure::usage(format!("`--runtime-repo {word}`: no folder is configured"))
                .help(format!("name one, or set `{setting}` in `planout.toml`"))
        })?;
        Ok(Some(location.to_owned()))
    }
}
