//! Namespaces as they were found: the text, the content and the problems of each.

use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Levels, Report, Severity, check_size};
use crate::dialect::Dialect;
use crate::namespace::{Content, Document, Form, Outline};
use crate::parallel;
use crate::progress::Progress;
use crate::source::{MAX_SOURCE_BYTES, SourceText, Span};
use crate::store::{self, FileFormat, Item, StoreError};
use crate::tree::{json, yaml};
use crate::wire::MAX_JSON_DEPTH;

/// The dialects of namespaces that do not name their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialects {
    /// The dialect of a source.
    pub source: Dialect,
    /// The dialect of a compiled namespace. A namespace that was compiled in another dialect than
    /// planout4j names that dialect, so this field does not follow the project's choice for its
    /// sources.
    pub compiled: Dialect,
}

impl From<Dialect> for Dialects {
    fn from(source: Dialect) -> Dialects {
        Dialects { source, compiled: Dialect::Planout4j }
    }
}

/// A namespace as it was found: valid, or with all of its problems.
#[derive(Debug)]
#[non_exhaustive]
pub struct Loaded {
    /// The name of the namespace, from the name of the file.
    pub name: String,
    /// The text of the namespace.
    pub source: Arc<SourceText>,
    /// The format of the text.
    pub format: FileFormat,
    /// The dialect of the namespace, unless the text names another one.
    pub dialect: Dialect,
    /// The parts of the text with their places, as far as they could be read.
    pub outline: Option<Outline>,
    /// The content of the namespace, unless it has an error.
    pub document: Option<Document>,
    /// All problems: errors and warnings.
    pub diagnostics: Vec<Diagnostic>,
}

impl Loaded {
    /// Reads and checks the bytes of one namespace. Messages call it `label`. Its name is `name`,
    /// whatever name stands in the document.
    pub fn new(
        label: &str,
        name: Option<&str>,
        bytes: Vec<u8>,
        format: FileFormat,
        dialects: impl Into<Dialects>,
    ) -> Loaded {
        let Dialects { source, compiled } = dialects.into();
        let dialect = if format == FileFormat::Json { compiled } else { source };
        let (source, problem) = decode(label, bytes);
        let (tree, mut diagnostics) = match (problem, format) {
            (Some(problem), _) => (None, vec![problem]),
            (None, FileFormat::Yaml) => yaml::read(&source),
            (None, FileFormat::Json) => match json::read(&source, MAX_JSON_DEPTH) {
                Ok(tree) => (Some(tree), Vec::new()),
                Err(problem) => (None, vec![*problem]),
            },
        };
        let outline = tree.map(|tree| Outline::new(tree, dialect));
        let form = match format {
            FileFormat::Json => Form::Compiled,
            FileFormat::Yaml => Form::Source,
        };
        let document = outline.as_ref().and_then(|outline| {
            let checked = Document::check(outline, form, name);
            diagnostics.extend(checked.diagnostics);
            checked.document
        });
        let name = document.as_ref().map(|d| d.name.clone()).or(name.map(str::to_owned));
        let mut loaded = Loaded {
            name: name.unwrap_or_default(),
            source: Arc::new(source),
            format,
            dialect,
            outline,
            document,
            diagnostics,
        };
        loaded.settle();
        loaded
    }

    /// Whether this is a compiled script. Scripts may lie in the same folder as namespaces.
    pub fn is_script(&self) -> bool {
        let outline = self.outline.as_ref().filter(|_| self.format == FileFormat::Json);
        outline.is_some_and(|outline| Content::of(outline.tree()) == Content::Script)
    }

    /// Drops the document if there is an error.
    fn settle(&mut self) {
        if self.diagnostics.iter().any(|found| found.severity == Severity::Error) {
            self.document = None;
        }
    }

    /// Gives each problem its configured level, and drops the problems that are switched off.
    pub fn apply(&mut self, levels: &Levels) {
        levels.apply(&self.source, &mut self.diagnostics);
        self.settle();
    }

    /// The problems with the text that they are in.
    pub fn report(&self) -> Report {
        Report::new(Arc::clone(&self.source), self.diagnostics.clone())
    }
}

/// Turns bytes into text, or says why they are not text.
pub fn decode(label: &str, bytes: Vec<u8>) -> (SourceText, Option<Diagnostic>) {
    if let Err(problem) = check_size(bytes.len()) {
        return (SourceText::new(label, ""), Some(*problem));
    }
    match String::from_utf8(bytes) {
        Ok(text) => (SourceText::new(label, text), None),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let byte = error.as_bytes().get(valid).copied().unwrap_or_default();
            let message = format!("the file is not UTF-8: byte {byte:#04x} does not fit");
            let source = SourceText::new(label, String::from_utf8_lossy(error.as_bytes()));
            let place = Span::new(valid, valid + '\u{fffd}'.len_utf8());
            let problem = Diagnostic::error(Code::NotUtf8, place, message).help("save it as UTF-8");
            (source, Some(problem))
        }
    }
}

/// Reads and checks every namespace of a source, in the order of their names.
///
/// # Errors
/// The source cannot be read. The problems of a namespace are in its [`Loaded`].
pub fn read(
    source: &dyn store::Source,
    dialects: impl Into<Dialects>,
) -> Result<Vec<Loaded>, StoreError> {
    read_with(source, dialects, &Progress::new())
}

/// Reads and checks as [`read`] does, and counts the namespaces that have been checked.
///
/// # Errors
/// The source cannot be read. The problems of a namespace are in its [`Loaded`].
pub fn read_with(
    source: &dyn store::Source,
    dialects: impl Into<Dialects>,
    progress: &Progress,
) -> Result<Vec<Loaded>, StoreError> {
    Ok(check_with(source.snapshot(MAX_SOURCE_BYTES + 1)?, dialects, progress))
}

/// Checks namespaces that have been read.
pub fn check(items: Vec<(Item, Vec<u8>)>, dialects: impl Into<Dialects>) -> Vec<Loaded> {
    check_with(items, dialects, &Progress::new())
}

fn check_with(
    mut items: Vec<(Item, Vec<u8>)>,
    dialects: impl Into<Dialects>,
    progress: &Progress,
) -> Vec<Loaded> {
    let dialects = dialects.into();
    // Another program's source may not keep the order, which the search for twins needs.
    items.sort_by(|(a, _), (b, _)| a.cmp(b));
    progress.expect(items.len());
    let mut namespaces: Vec<Loaded> = Vec::with_capacity(items.len());
    // A compiled script has no name, and its file may be called like that of a namespace.
    let is_twin = |one: &Loaded, other: &Loaded| {
        one.name == other.name && !one.is_script() && !other.is_script()
    };
    for mut loaded in parallel::map(items, |(item, bytes)| {
        let loaded = Loaded::new(&item.label, Some(&item.name), bytes, item.format, dialects);
        progress.add(1);
        loaded
    }) {
        // Twins are neighbours: the namespaces are ordered by name.
        if let Some(first) = namespaces.last().filter(|first| is_twin(first, &loaded)) {
            let message =
                format!("namespace `{}` is also in `{}`", loaded.name, first.source.name());
            loaded.diagnostics.push(
                Diagnostic::error(Code::DuplicateNamespace, Span::default(), message)
                    .help("the name of the file is the name of the namespace: rename one"),
            );
            loaded.settle();
        }
        namespaces.push(loaded);
    }
    namespaces
}
