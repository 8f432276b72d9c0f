//! A reader of TOML, table by table and key by key, that reports all problems with their places.

use planout::diagnostic::{Code, Diagnostic};
use planout::nearest::{hint, nearest};
use planout::source::Span;
use planout::store::is_url;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Config;

/// The most problems of a file that are reported.
const MAX_PROBLEMS: usize = 100;

/// The longest text, in bytes, in which more than the first syntax error is searched: each error of
/// the parser holds a copy of the text.
const MAX_RECOVERED: usize = 8 << 10;

/// The most characters of a word that are shown.
const MAX_SHOWN: usize = 40;

/// Reads the value of a key into the configuration, or reports its problem.
type Take = fn(&mut Config, &Entry<'_>, &mut Reader);

/// A table of the file, with the functions of its keys.
pub(super) struct Table {
    /// The name in the brackets. It is empty for the keys above all tables.
    pub(super) name: &'static str,
    pub(super) keys: &'static [(&'static str, Take)],
    /// Handles an unlisted key. Returns false if the key is unknown here, too.
    pub(super) other: Option<fn(&mut Config, &Entry<'_>, &mut Reader) -> bool>,
}

/// A key with its value.
pub(super) struct Entry<'a> {
    pub(super) key: &'a str,
    place: Span,
    value: &'a DeValue<'a>,
    value_place: Span,
}

impl<'a> Entry<'a> {
    fn new(key: &'a Spanned<std::borrow::Cow<'a, str>>, value: &'a Spanned<DeValue<'a>>) -> Self {
        Entry {
            key: key.get_ref(),
            place: span(key.span()),
            value: value.get_ref(),
            value_place: span(value.span()),
        }
    }

    /// A problem of the key.
    pub(super) fn key_problem(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(Code::ConfigKey, self.place, message)
    }

    /// A problem of the value.
    fn value_problem(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(Code::ConfigValue, self.value_place, message)
    }
}

/// Collects the problems of a file.
#[derive(Default)]
pub(super) struct Reader {
    problems: Vec<Diagnostic>,
}

/// Reads a text into a configuration, and returns its problems.
pub(super) fn read(text: &str, config: &mut Config, tables: &[Table]) -> Vec<Diagnostic> {
    let mut reader = Reader::default();
    let (root, errors) = match DeTable::parse(text) {
        Ok(root) => (root, Vec::new()),
        Err(error) if text.len() > MAX_RECOVERED => return vec![malformed(&error)],
        Err(_) => DeTable::parse_recoverable(text),
    };
    for error in &errors {
        reader.report(malformed(error));
    }
    // The rest of a line that is not TOML has no meaning.
    let line = |at: u32| text[..(at as usize).min(text.len())].matches('\n').count();
    let broken: Vec<usize> =
        reader.problems.iter().map(|problem| line(problem.primary.span.start)).collect();
    let mut checked = Reader::default();
    checked.root(root.get_ref(), config, tables);
    let whole = checked
        .problems
        .into_iter()
        .filter(|problem| broken.is_empty() || !broken.contains(&line(problem.primary.span.start)));
    reader.problems.extend(whole);
    reader.problems.sort_by_key(|problem| problem.primary.span);
    reader.problems.truncate(MAX_PROBLEMS);
    reader.problems
}

fn malformed(error: &toml::de::Error) -> Diagnostic {
    let place = error.span().map(span).unwrap_or_default();
    let message = format!("this is not TOML: {}", cut(error.message(), 200));
    let problem = Diagnostic::error(Code::ConfigSyntax, place, message);
    if error.message().contains("must be quoted") {
        problem.help("write a text in quotes, as in `dialect = \"planout4j\"`")
    } else {
        problem
    }
}

impl Reader {
    pub(super) fn report(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    fn root(&mut self, root: &DeTable<'_>, config: &mut Config, tables: &[Table]) {
        for (key, value) in root {
            let entry = Entry::new(key, value);
            let named =
                tables.iter().find(|table| !table.name.is_empty() && table.name == entry.key);
            match (named, entry.value) {
                (Some(table), DeValue::Table(keys)) => self.table(keys, table, config, tables),
                (Some(table), _) => {
                    let message = format!("`{}` must be a table, not {}", table.name, kind(&entry));
                    let help =
                        format!("write its keys on lines of their own below `[{}]`", table.name);
                    self.report(entry.value_problem(message).help(help));
                }
                (None, _) => self.entry(&entry, &tables[0], config, tables),
            }
        }
    }

    fn table(&mut self, keys: &DeTable<'_>, table: &Table, config: &mut Config, tables: &[Table]) {
        for (key, value) in keys {
            self.entry(&Entry::new(key, value), table, config, tables);
        }
    }

    fn entry(&mut self, entry: &Entry<'_>, table: &Table, config: &mut Config, tables: &[Table]) {
        if let Some((_, set)) = table.keys.iter().find(|(key, _)| *key == entry.key) {
            set(config, entry, self);
        } else if !table.other.is_some_and(|other| other(config, entry, self)) {
            self.report(unknown(entry, table, tables));
        }
    }

    /// One of several words, with the value of each.
    pub(super) fn word<T: Copy>(&mut self, entry: &Entry<'_>, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(entry)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, meant)| *meant);
        if found.is_none() {
            let message = format!("`{}` cannot be `{}`", entry.key, shown(text));
            let problem = entry.value_problem(message);
            let known = words.iter().map(|(word, _)| *word);
            // For example, `warning` is not near any of the words.
            let begins_with = |word: &&str| text.starts_with(word);
            let help = match nearest(text, known.clone()).or(known.clone().find(begins_with)) {
                Some(near) => Some(format!("did you mean `{near}`?")),
                None => hint(text, known),
            };
            self.report(match help {
                Some(help) => problem.help(help),
                None => problem,
            });
        }
        found
    }

    /// A location of namespaces.
    pub(super) fn location<'a>(&mut self, entry: &Entry<'a>) -> Option<&'a str> {
        let text = self.text(entry)?;
        if text.is_empty() {
            let problem = entry.value_problem(format!("`{}` is empty", entry.key));
            self.report(problem.help("name a directory, a file or a URL, or leave the key out"));
            return None;
        }
        Some(text)
    }

    pub(super) fn flag(&mut self, entry: &Entry<'_>) -> Option<bool> {
        match entry.value {
            DeValue::Boolean(flag) => Some(*flag),
            _ => {
                let message = format!("`{}` must be true or false, not {}", entry.key, kind(entry));
                self.report(
                    entry.value_problem(message).help("write `true` or `false`, without quotes"),
                );
                None
            }
        }
    }

    /// A list of names.
    pub(super) fn names(&mut self, entry: &Entry<'_>) -> Vec<String> {
        let DeValue::Array(list) = entry.value else {
            let message = format!("`{}` must be a list, not {}", entry.key, kind(entry));
            let help = format!("write `{} = [\"...\", \"...\"]`", entry.key);
            self.report(entry.value_problem(message).help(help));
            return Vec::new();
        };
        let mut names = Vec::new();
        for value in list.iter() {
            let (value, value_place) = (value.get_ref(), span(value.span()));
            let element = Entry { value, value_place, ..*entry };
            let what = format!("an element of `{}`", entry.key);
            names.extend(self.text_of(&element, &what).map(str::to_owned));
        }
        names
    }

    fn text<'a>(&mut self, entry: &Entry<'a>) -> Option<&'a str> {
        self.text_of(entry, &format!("`{}`", entry.key))
    }

    /// The text of an entry's value. Messages call it `what`.
    fn text_of<'a>(&mut self, entry: &Entry<'a>, what: &str) -> Option<&'a str> {
        if let DeValue::String(text) = entry.value {
            return Some(text.as_ref());
        }
        let problem = entry.value_problem(format!("{what} must be a text, not {}", kind(entry)));
        self.report(problem.help(match entry.value {
            // Its elements may already be in quotes.
            DeValue::Array(_) | DeValue::Table(_) => "write a text in its place: `\"...\"`",
            _ => "write it in quotes",
        }));
        None
    }
}

/// The problem of an unknown key: it is misspelt, or belongs elsewhere.
fn unknown(entry: &Entry<'_>, table: &Table, tables: &[Table]) -> Diagnostic {
    let problem = match table.name {
        "" => entry.key_problem(format!("unknown key `{}`", shown(entry.key))),
        name => entry.key_problem(format!("unknown key `{}` in `[{name}]`", shown(entry.key))),
    };
    let is_here = |other: &&Table| other.name == table.name;
    let is_code = entry.key.parse::<Code>().is_ok();
    let has = |other: &&Table| {
        other.keys.iter().any(|(key, _)| *key == entry.key) || is_code && other.other.is_some()
    };
    if let Some(other) = tables.iter().filter(|other| !is_here(other)).find(has) {
        return problem.help(match other.name {
            "" => "it belongs above the first table: move it up there".to_owned(),
            name => format!("it belongs below `[{name}]`"),
        });
    }
    let keys = table.keys.iter().map(|(key, _)| *key);
    let nested = tables.iter().map(|other| other.name).filter(|name| !name.is_empty());
    let known: Vec<&str> = match table.name {
        "" => keys.chain(nested).collect(),
        _ => keys.collect(),
    };
    // The table of codes has more keys than a message can list.
    let help = match table.other {
        Some(_) => nearest(entry.key, known).map(|near| format!("did you mean `{near}`?")),
        None => hint(entry.key, known),
    };
    match help {
        Some(help) => problem.help(help),
        None => problem,
    }
}

/// The type of a value, with its article.
fn kind(entry: &Entry<'_>) -> &'static str {
    match entry.value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// A word in a form that may be shown: it may be a URL with a password in the wrong place.
fn shown(word: &str) -> String {
    if word.contains(['@', '/']) || is_url(word) { "...".to_owned() } else { cut(word, MAX_SHOWN) }
}

fn cut(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text.to_owned(),
    }
}

fn span(range: std::ops::Range<usize>) -> Span {
    Span::new(range.start, range.end)
}
