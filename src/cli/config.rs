//! The configuration: `planout.toml` and the environment.

mod keys;
mod reader;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use planout::Dialect;
use planout::catalog::decode;
use planout::diagnostic::{Code, Level, Levels, Report};
use planout::lint;
use planout::store::{StoreError, read_file};

use super::failure::{Failure, Outcome};
use super::secrets::hide_in_configuration;

const FILE_NAME: &str = "planout.toml";
const MAX_BYTES: usize = 1 << 20;

/// The configuration. Locations are in the form that the commands use: relative paths of the file
/// have become relative to the current folder.
#[derive(Debug)]
pub(super) struct Config {
    /// The file that was read, if any.
    pub(super) path: Option<PathBuf>,
    pub(super) dialect: Option<Dialect>,
    pub(super) source: Option<String>,
    pub(super) target: Option<String>,
    /// The settings of checks: levels, operators and readers.
    pub(super) checks: lint::Settings,
    /// The reaction of the guard to a ship that would reassign units.
    pub(super) guard: Level,
    /// Whether the folders below a location are read, too, if it is configured.
    pub(super) recursive: Option<bool>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            path: None,
            dialect: None,
            source: None,
            target: None,
            checks: lint::Settings::default(),
            guard: Level::Error,
            recursive: None,
        }
    }
}

impl Config {
    /// Reads the named file, or else the nearest one from the current folder upwards. The environment
    /// takes precedence over the file.
    pub(super) fn find(named: Option<&Path>) -> Outcome<Config> {
        let named = named.map(Path::to_owned);
        let path = match named.or_else(|| variable("PLANOUT_CONFIG").map(PathBuf::from)) {
            None => nearest_file()?,
            named => named,
        };
        let config = match path {
            Some(path) => Config::parse(&path, read_file(&path, MAX_BYTES + 1)?)?,
            None => Config::default(),
        };
        Ok(config.with_environment())
    }

    /// The same configuration, with the environment taking precedence.
    pub(super) fn with_environment(mut self) -> Config {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        self.source = variable("PLANOUT_SOURCE").or(self.source);
        self.target = variable("PLANOUT_TARGET").or(self.target);
        self
    }

    /// Reads the bytes of a file. Its relative paths are relative to the folder of `path`.
    ///
    /// All problems of the file are one failure: a report.
    pub(super) fn parse(path: &Path, bytes: Vec<u8>) -> Outcome<Config> {
        let label = path.display().to_string();
        if bytes.len() > MAX_BYTES {
            let message = format!("`{label}` is larger than {} MB", MAX_BYTES >> 20);
            return Err(Failure::wrong(message).help("is it the intended file?"));
        }
        let (source, problem) = decode(&label, bytes);
        let mut config = Config { path: Some(path.to_owned()), ..Config::default() };
        let problems = match problem {
            Some(problem) => vec![problem],
            None => reader::read(source.text(), &mut config, keys::TABLES),
        };
        if problems.is_empty() {
            return Ok(config);
        }
        if is_of_planout4j(path, source.text()) {
            let message =
                format!("`{label}` is a configuration of planout4j, which is not read here");
            return Err(Failure::wrong(message).help(
                "write a `planout.toml` with `source` and `target`: docs/compatibility.md shows how to replace each key",
            ));
        }
        Err(Failure::invalid(Report::new(hide_in_configuration(&source).into(), problems)))
    }

    /// A location in the form that the commands use.
    fn located(&self, location: &str) -> String {
        let folder = self.path.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        if planout::store::is_url(location) {
            location.to_owned()
        } else {
            folder.join(location).to_string_lossy().into_owned()
        }
    }
}

/// Whether a file that cannot be read is a configuration of planout4j: by its name, or by planout4j's
/// key above all others.
fn is_of_planout4j(path: &Path, text: &str) -> bool {
    let is_key = |line: &str| {
        let rest = line.trim_start().trim_start_matches('"').strip_prefix("planout4j");
        rest.is_some_and(|rest| {
            rest.trim_start_matches('"').trim_start().starts_with(['.', '{', ':', '='])
        })
    };
    let is_named = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("conf"));
    is_named || text.lines().any(is_key)
}

/// The error for an unknown code.
pub(super) fn unknown_code(text: &str) -> Failure {
    Failure::wrong(format!("unknown code `{text}`")).help(near_code(text))
}

/// The hint for an unknown code.
fn near_code(text: &str) -> String {
    match Code::nearest(text) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`planout explain` lists all codes".to_owned(),
    }
}

/// Sets the level of a code from the command line.
pub(super) fn set_level(levels: &mut Levels, text: &str, level: Level) -> Outcome {
    let Ok(code) = text.parse::<Code>() else {
        return Err(unknown_code(text));
    };
    levels.set(code, level).map_err(Failure::wrong)
}

/// A variable of the environment. The arguments do not read it themselves, so that a variable never
/// makes an option required or causes a conflict.
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The nearest file from the current folder upwards, by a short path if possible. Anything else with
/// its name, such as a pipe, is an error: nobody has asked to read it.
fn nearest_file() -> Outcome<Option<PathBuf>> {
    let here = std::env::current_dir().unwrap_or_default();
    let mut upwards = PathBuf::new();
    for folder in here.ancestors() {
        let path = upwards.join(FILE_NAME);
        if folder.join(FILE_NAME).symlink_metadata().is_ok() {
            return match path.metadata() {
                Ok(found) if found.is_dir() => Err(StoreError::IsDirectory(path).into()),
                Ok(found) if !found.is_file() => Err(StoreError::Special(path).into()),
                // A link that leads nowhere cannot be read.
                _ => Ok(Some(path)),
            };
        }
        upwards.push("..");
    }
    Ok(None)
}
