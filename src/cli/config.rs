//! `planout.toml` and the environment.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use planout::Dialect;
use planout::diagnostic::{self, Code, Levels};
use planout::lint;
use planout::store::{is_url, read_file};
use serde::Deserialize;

use super::failure::{Failure, Outcome};

const FILE_NAME: &str = "planout.toml";
const MAX_BYTES: usize = 1 << 20;

/// What is configured. Locations are as the commands use them: relative paths of the file have
/// become relative to the current folder.
#[derive(Debug)]
pub(super) struct Config {
    /// The file that was read, if any.
    pub(super) path: Option<PathBuf>,
    pub(super) dialect: Option<Dialect>,
    pub(super) source: Option<String>,
    pub(super) target: Option<String>,
    /// What is settled about checks: levels, operators and readers.
    pub(super) checks: lint::Settings,
    /// What becomes of a ship that would reassign units.
    pub(super) guard: diagnostic::Level,
    /// Whether namespaces are looked for in the folders below a location, too.
    pub(super) recursive: bool,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Readers {
    Planout4j,
}

impl From<Readers> for lint::Readers {
    fn from(readers: Readers) -> lint::Readers {
        match readers {
            Readers::Planout4j => lint::Readers::Planout4j,
        }
    }
}

/// The file as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    dialect: Option<String>,
    source: Option<String>,
    target: Option<String>,
    #[serde(default)]
    recursive: bool,
    #[serde(default)]
    checks: Checks,
    #[serde(default)]
    ship: Ship,
}

#[derive(Debug, Default, Deserialize)]
struct Checks {
    #[serde(default)]
    operators: Vec<String>,
    /// Levels of checks by code.
    #[serde(flatten)]
    levels: BTreeMap<String, Level>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ship {
    guard: Option<Level>,
    readers: Option<Readers>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Off,
    Warn,
    Error,
}

impl From<Level> for diagnostic::Level {
    fn from(level: Level) -> diagnostic::Level {
        match level {
            Level::Off => diagnostic::Level::Off,
            Level::Warn => diagnostic::Level::Warn,
            Level::Error => diagnostic::Level::Error,
        }
    }
}

/// Sets the level of a code that somebody wrote.
pub(super) fn set_level(levels: &mut Levels, text: &str, level: diagnostic::Level) -> Outcome {
    let Ok(code) = text.parse::<Code>() else {
        let known = Code::ALL.iter().map(|code| code.as_str());
        return Err(Failure::unknown("code", text, known));
    };
    levels.set(code, level).map_err(|error| Failure::wrong(error.to_string()))
}

impl Default for Config {
    fn default() -> Config {
        Config {
            path: None,
            dialect: None,
            source: None,
            target: None,
            checks: lint::Settings::default(),
            guard: diagnostic::Level::Error,
            recursive: false,
        }
    }
}

impl Config {
    /// Reads the file that was named, or else the nearest one from here upwards, and lays the
    /// environment over it.
    pub(super) fn find(named: Option<&Path>) -> Outcome<Config> {
        let path = match named {
            Some(path) => Some(path.to_owned()),
            None => variable("PLANOUT_CONFIG").map(PathBuf::from).or_else(nearest_file),
        };
        let mut config = match path {
            Some(path) => Config::read(&path)?,
            None => Config::default(),
        };
        let location = |name| variable(name)?.into_string().ok();
        config.source = location("PLANOUT_SOURCE").or(config.source);
        config.target = location("PLANOUT_TARGET").or(config.target);
        Ok(config)
    }

    fn read(path: &Path) -> Outcome<Config> {
        Config::parse(path, read_file(path, MAX_BYTES)?)
    }

    /// Takes the bytes of a file; its relative paths are relative to the folder of `path`.
    pub(super) fn parse(path: &Path, bytes: Vec<u8>) -> Outcome<Config> {
        let name = path.display();
        let text = String::from_utf8(bytes)
            .map_err(|_| Failure::wrong(format!("`{name}` is not UTF-8")))?;
        let file: File = toml::from_str(&text).map_err(|error| {
            // The whole error shows the line, which can hold the password of a URL.
            let error = match text.contains('@') || text.contains(":/") {
                true => error.message().to_owned(),
                false => error.to_string(),
            };
            Failure::wrong(format!("`{name}` is invalid: {error}"))
        })?;
        let mut levels = Levels::default();
        for (text, level) in file.checks.levels {
            set_level(&mut levels, &text, level.into()).map_err(|failure| {
                let message = format!("`{name}` is invalid: {}", failure.message);
                Failure { message, ..failure }
            })?;
        }
        let checks = lint::Settings {
            levels,
            operators: file.checks.operators.into_iter().collect(),
            readers: file.ship.readers.map(Into::into),
        };
        let dialect = file.dialect.map(|word| word.parse()).transpose();
        let dialect = dialect.map_err(|error| Failure::wrong(format!("`{name}`: {error}")))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let location = |location: String| match is_url(&location) {
            true => location,
            false => folder.join(location).to_string_lossy().into_owned(),
        };
        Ok(Config {
            path: Some(path.to_owned()),
            dialect,
            source: file.source.map(location),
            target: file.target.map(location),
            checks,
            guard: file.ship.guard.map_or(diagnostic::Level::Error, Into::into),
            recursive: file.recursive,
        })
    }
}

/// A variable of the environment. The arguments do not read it themselves, so that no option is
/// required by a variable, or in conflict with one.
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The nearest file from the current folder upwards, by a path that is short where it can be.
fn nearest_file() -> Option<PathBuf> {
    if Path::new(FILE_NAME).is_file() {
        return Some(PathBuf::from(FILE_NAME));
    }
    let here = std::env::current_dir().ok()?;
    let mut upwards = PathBuf::new();
    for folder in here.ancestors().skip(1) {
        upwards.push("..");
        if folder.join(FILE_NAME).is_file() {
            return Some(upwards.join(FILE_NAME));
        }
    }
    None
}
