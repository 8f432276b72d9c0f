//! The keys of `planout.toml`. A new key takes a line here and a line in `docs/commands.md`.

use planout::Dialect;
use planout::diagnostic::{Code, Level};
use planout::lint::Readers;
use planout::nearest::nearest;

use super::reader::{Entry, Reader, Table};
use super::{Config, near_code};

const DIALECTS: &[(&str, Dialect)] =
    &[("planout4j", Dialect::Planout4j), ("planout", Dialect::Planout)];

const LEVELS: &[(&str, Level)] =
    &[("off", Level::Off), ("warn", Level::Warn), ("error", Level::Error)];

/// The tables of the file. The first one has the keys above all tables.
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "",
        keys: &[
            ("dialect", |config, entry, reader| config.dialect = reader.word(entry, DIALECTS)),
            ("source", |config, entry, reader| {
                config.source = reader.location(entry).map(|location| config.located(location));
            }),
            ("target", |config, entry, reader| {
                config.target = reader.location(entry).map(|location| config.located(location));
            }),
            ("recursive", |config, entry, reader| {
                config.recursive = reader.flag(entry);
            }),
        ],
        other: None,
    },
    Table {
        name: "checks",
        keys: &[("operators", |config, entry, reader| {
            config.checks.operators = reader.names(entry).into_iter().collect();
        })],
        other: Some(level),
    },
    Table {
        name: "ship",
        keys: &[
            ("guard", |config, entry, reader| {
                config.guard = reader.word(entry, LEVELS).unwrap_or(config.guard);
            }),
            ("readers", |config, entry, reader| {
                let readers = &[("planout4j", Readers::Planout4j)];
                config.checks.readers = reader.word(entry, readers);
            }),
        ],
        other: None,
    },
];

/// Sets the level of a check by its code. Returns false if the key does not look like a code.
fn level(config: &mut Config, entry: &Entry<'_>, reader: &mut Reader) -> bool {
    let Ok(code) = entry.key.parse::<Code>() else {
        let near = nearest(entry.key, Code::ALL.iter().map(|code| code.as_str()));
        let number = entry.key.strip_prefix(['P', 'p']).map(str::parse::<u32>);
        let is_like_one = near.is_some() || matches!(number, Some(Ok(_)));
        if is_like_one {
            let message = format!("no check has the code `{}`", entry.key);
            reader.report(entry.key_problem(message).help(near_code(entry.key)));
        }
        return is_like_one;
    };
    if let Some(level) = reader.word(entry, LEVELS)
        && let Err(error) = config.checks.levels.set(code, level)
    {
        reader.report(entry.key_problem(error.to_string()));
    }
    true
}
