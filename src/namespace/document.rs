//! The check of a namespace's document: a tree becomes a valid model, or a list of all problems that
//! prevent one.

mod content;
mod fields;
mod finish;
mod header;
mod inputs;
mod same;
mod sequence;

use std::collections::HashSet;
use std::sync::Arc;

use indexmap::IndexMap;

pub use self::content::Content;
use self::fields::Fields;
use self::finish::finish;
use self::header::Header;
use super::allocation::Rules;
use super::builder::{BuildError, NamespaceBuilder};
use super::inputs::DeclaredInputs;
use super::outline::{self, Outline};
use super::{Namespace, check_name};
use crate::diagnostic::{Code, Diagnostic, Severity, is_unseen, visible};
use crate::dialect::{Dialect, SegmentHashing, SegmentPool, SegmentSampling};
use crate::eval::Script;
use crate::source::Span;
use crate::tree::{Entry, Kind, Map, Node};
use crate::wire::Operator;

/// A valid namespace as it is written in a file.
#[derive(Clone, Debug)]
pub struct Document {
    /// The name: that of the file, or else the one in the document.
    pub name: String,
    /// The name that is part of the hashes. For a compiled document, it is the one in the document.
    pub hashed_name: String,
    /// The beginning of the experiments' salts, if it is not the name that is part of the hashes.
    pub salt: Option<String>,
    /// The primary unit.
    pub unit: String,
    /// The number of segments.
    pub segments: u32,
    /// The dialect of its scripts and of its allocation.
    pub dialect: Dialect,
    /// The segment hashing: whether segments are shared with other namespaces.
    pub segment_hashing: SegmentHashing,
    /// The order of its free segments.
    pub segment_pool: SegmentPool,
    /// The way in which its segments are drawn.
    pub segment_sampling: SegmentSampling,
    /// The inputs besides the primary unit that its scripts are declared to read. They are there
    /// for checks and warnings: an assignment does not look at them.
    pub inputs: DeclaredInputs,
    /// The definitions by name, in order.
    pub definitions: IndexMap<String, Arc<Script>>,
    /// The name of the default experiment's definition.
    pub default: String,
    /// The entries of the sequence, in order.
    pub sequence: Vec<Action>,
    /// The document with its scripts compiled and its name set: what is shipped.
    pub compiled: Arc<Node>,
}

/// The form of a document, which decides the name that its hashes use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A source: its hashes take the name of the file.
    Source,
    /// A compiled namespace: its hashes use the name that it was compiled under, which is in the
    /// document. planout4j knows only this name.
    Compiled,
}

/// An entry of the experiment sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// An experiment starts.
    Add {
        /// Its name.
        name: String,
        /// The name of its definition.
        definition: String,
        /// The number of segments that the experiment gets.
        segments: u32,
    },
    /// An experiment ends.
    Remove {
        /// Its name.
        name: String,
    },
}

impl Action {
    /// The experiment.
    pub(crate) fn name(&self) -> &str {
        match self {
            Action::Add { name, .. } | Action::Remove { name } => name,
        }
    }

    /// The number of segments that are added; `None` for a `remove`.
    pub(crate) fn segments(&self) -> Option<u32> {
        match self {
            Action::Add { segments, .. } => Some(*segments),
            Action::Remove { .. } => None,
        }
    }
}

/// The result of checking a tree.
#[derive(Debug)]
pub struct Checked {
    /// The document, unless there was an error.
    pub document: Option<Document>,
    /// All problems, errors and warnings.
    pub diagnostics: Vec<Diagnostic>,
}

impl Document {
    /// Checks a namespace. `name` is that of the file or of the key in a store, and takes precedence
    /// over a name in the document. If the tree is already in the form that is shipped, the document
    /// shares it.
    pub fn check(outline: &Outline, form: Form, name: Option<&str>) -> Checked {
        let mut checker = Checker { form, diagnostics: Vec::new(), undefined: Vec::new() };
        let document = checker.document(outline, name);
        let is_error = |found: &Diagnostic| found.severity == Severity::Error;
        let valid = !checker.diagnostics.iter().any(is_error);
        Checked { document: document.filter(|_| valid), diagnostics: checker.diagnostics }
    }

    /// Allocates the segments: the namespace that assigns units.
    ///
    /// # Errors
    /// None for a document that has passed the check. For a changed document, the error that the
    /// change has caused.
    pub fn build(&self) -> Result<Namespace, BuildError> {
        self.build_with(&self.sequence)
    }

    /// Allocates the segments by another sequence than the document's own.
    ///
    /// # Errors
    /// The sequence is wrong.
    pub fn build_with(&self, sequence: &[Action]) -> Result<Namespace, BuildError> {
        self.builder(sequence)?.build()
    }

    /// Allocates the segments, with the help of another version of the namespace: if both give out
    /// their segments in the same way, the other one's allocation is used again.
    ///
    /// # Errors
    /// As [`Document::build`].
    pub(crate) fn build_after(
        &self,
        other: &Document,
        built: &Namespace,
    ) -> Result<Namespace, BuildError> {
        let is_like = self.hashed_name == other.hashed_name
            && self.segments == other.segments
            && self.rules() == other.rules()
            && self.sequence.len() == other.sequence.len()
            && self
                .sequence
                .iter()
                .zip(&other.sequence)
                .all(|(a, b)| a.name() == b.name() && a.segments() == b.segments());
        self.builder(&self.sequence)?.build_like(is_like.then_some(built))
    }

    /// Allocates the segments in the way of another document.
    ///
    /// # Errors
    /// As [`Document::build`].
    pub(crate) fn build_by_rules_of(&self, other: &Document) -> Result<Namespace, BuildError> {
        self.builder_by(other.rules(), &self.sequence)?.build()
    }

    /// Allocates the segments, and shows those of each experiment that ends, with the index of the
    /// entry that ends it.
    pub(crate) fn each_end(&self, ended: impl FnMut(usize, &[u32])) -> Result<(), BuildError> {
        self.builder(&self.sequence)?.each_end(ended)
    }

    /// The entries that added the experiments which are active at the end, in order: the index of
    /// each, the name and the definition.
    pub(crate) fn active(&self) -> Vec<(usize, &str, &str)> {
        let mut ended = HashSet::new();
        let mut active = Vec::new();
        for (index, action) in self.sequence.iter().enumerate().rev() {
            match action {
                Action::Remove { name } => {
                    ended.insert(name.as_str());
                }
                Action::Add { name, definition, .. } => {
                    if !ended.remove(name.as_str()) {
                        active.push((index, name.as_str(), definition.as_str()));
                    }
                }
            }
        }
        active.reverse();
        active
    }

    /// The beginning of the experiments' salts.
    pub(crate) fn salt(&self) -> &str {
        self.salt.as_deref().unwrap_or(&self.hashed_name)
    }

    /// The way in which the segments are given out.
    fn rules(&self) -> Rules {
        let (hashing, pool) = (self.segment_hashing, self.segment_pool);
        Rules { hashing, pool, sampling: self.segment_sampling }
    }

    fn builder(&self, sequence: &[Action]) -> Result<NamespaceBuilder, BuildError> {
        self.builder_by(self.rules(), sequence)
    }

    fn builder_by(
        &self,
        Rules { hashing, pool, sampling }: Rules,
        sequence: &[Action],
    ) -> Result<NamespaceBuilder, BuildError> {
        let mut builder = NamespaceBuilder::new(&self.name, &self.unit, self.segments)
            .hashed_name(&self.hashed_name)
            .dialect(self.dialect)
            .segment_hashing(hashing);
        if hashing == SegmentHashing::Namespace {
            builder = builder.segment_pool(pool).segment_sampling(sampling);
        }
        if let Some(salt) = &self.salt {
            builder = builder.salt(salt);
        }
        for (name, input) in self.inputs.iter() {
            builder = builder.input(name, input.clone());
        }
        for (name, script) in &self.definitions {
            builder = builder.define(name, Arc::clone(script))?;
        }
        builder = builder.default_experiment(&self.default)?;
        for action in sequence {
            builder = match action {
                Action::Add { name, definition, segments } => {
                    builder.add(name, definition, *segments)?
                }
                Action::Remove { name } => builder.remove(name)?,
            };
        }
        Ok(builder)
    }
}

/// The parts of a definition that the rest of the check needs.
struct Definition {
    place: Span,
    script: Option<Arc<Script>>,
}

/// The definitions by name.
#[derive(Default)]
struct Definitions {
    by_name: IndexMap<String, Definition>,
    /// The number of definitions with wrong names. An unknown name may mean one of them.
    nameless: usize,
    /// Whether there may be any number of definitions, because the list cannot be read.
    unreadable: bool,
}

struct Checker {
    form: Form,
    diagnostics: Vec<Diagnostic>,
    /// The references to definitions that do not exist.
    undefined: Vec<(String, Span)>,
}

impl Checker {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn document(&mut self, outline: &Outline, file_name: Option<&str>) -> Option<Document> {
        let tree = outline.tree();
        if tree.kind == Kind::Invalid {
            return None;
        }
        let Kind::Map(map) = &tree.kind else {
            let message = format!("a namespace is a mapping, not {}", tree.describe());
            let keys = "it has the keys `namespace`, `experiment_definitions`, \
                        `default_experiment` and `experiment_sequence`";
            self.report(Diagnostic::error(Code::WrongType, tree.span, message).help(keys));
            return None;
        };
        if let Some(problem) = content::problem(tree, map) {
            self.report(problem);
            return None;
        }
        let header = self.header(Fields::new(map, tree.span), outline.dialect());
        let definitions = self.definitions(outline, map);
        let fields = Fields::new(map, tree.span);
        let default = fields.text("default_experiment", self);
        if let (Some((name, place)), Some(definitions)) = (&default, &definitions) {
            self.reference(name, *place, definitions);
        }
        let sequence = self.sequence(map, tree.span, header.segments, definitions.as_ref());
        if let Some(definitions) = &definitions {
            self.undefined_definitions(definitions);
        }
        let name = self.name(file_name, &header, map, tree.span)?;
        let hashed_name = match (self.form, &header.name) {
            (Form::Compiled, Some(inner)) => inner.clone(),
            _ => name.clone(),
        };
        if hashed_name != name {
            self.other_name(&hashed_name, &name, map);
        }

        let mut compiled = IndexMap::new();
        for (definition, Definition { script, .. }) in definitions?.by_name {
            compiled.insert(definition, script?);
        }
        let (unit, segments) = (header.unit?, header.segments?);
        let (default, sequence) = (default?.0, sequence?);
        let tree = finish(Arc::clone(tree), &hashed_name, header.dialect, &compiled);
        Some(Document {
            name,
            hashed_name,
            salt: header.salt,
            unit,
            segments,
            dialect: header.dialect,
            segment_hashing: header.segment_hashing,
            segment_pool: header.segment_pool,
            segment_sampling: header.segment_sampling,
            inputs: header.inputs,
            definitions: compiled,
            default,
            sequence,
            compiled: tree,
        })
    }

    fn name(
        &mut self,
        file_name: Option<&str>,
        header: &Header,
        map: &Map,
        span: Span,
    ) -> Option<String> {
        let inner = map.get("namespace");
        let place = inner.and_then(Node::as_map).and_then(|map| map.get("name")).or(inner);
        let place = place.map_or(span.before(), |node| node.span);
        let Some(name) = file_name.map(str::to_owned).or_else(|| header.name.clone()) else {
            if inner.is_some_and(|node| node.as_map().is_some()) {
                let message = "the namespace has no name";
                self.report(
                    Diagnostic::error(Code::MissingKey, place, message)
                        .help("give it a `name`; the name of a file would take precedence"),
                );
            }
            return None;
        };
        if let Err(why) = check_name(&name) {
            let message = format!("`{}` cannot be the name of a namespace", visible(&name));
            self.report(Diagnostic::error(Code::UnsafeName, place, message).help(why));
            return None;
        }
        self.readable("a namespace", &name, place);
        Some(name)
    }

    /// Reports a name that looks like another one. In a namespace that was compiled elsewhere, such a
    /// name works, and may stay.
    fn readable(&mut self, what: &str, name: &str, place: Span) {
        if !name.contains(is_unseen) {
            return;
        }
        let message = format!("`{}` cannot be the name of {what}", visible(name));
        let finding = match self.form {
            Form::Source => Diagnostic::error,
            Form::Compiled => Diagnostic::warning,
        };
        let help = "it holds invisible characters that change how the text is displayed";
        self.report(finding(Code::UnsafeName, place, message).help(help));
    }

    /// Reports a compiled namespace whose name differs from the one in its document.
    fn other_name(&mut self, inner: &str, outer: &str, map: &Map) {
        let header = map.get("namespace").and_then(Node::as_map);
        let place =
            header.and_then(|map| map.get("name")).map_or(Span::default(), |name| name.span);
        let message =
            format!("this compiled namespace is called `{outer}`, and was compiled as `{inner}`");
        self.report(
            Diagnostic::finding(Code::OtherName, place, message)
                .label("hashes use this name")
                .help(format!(
                    "units keep their assignments, here and in planout4j: callers ask for `{outer}`, and hashes use `{inner}`. Rename it back, or compile its source \
                     under the new name, which moves units"
                )),
        );
    }

    fn definitions(&mut self, outline: &Outline, map: &Map) -> Option<Definitions> {
        let span = outline.tree().span;
        let items = Fields::new(map, span).list("experiment_definitions", self)?;
        if items.is_empty() {
            let place = map.get("experiment_definitions").map_or(span, |node| node.span);
            let message = "`experiment_definitions` is empty";
            self.report(
                Diagnostic::error(Code::EmptyValue, place, message)
                    .help("define at least the default experiment"),
            );
            return None;
        }
        let mut definitions = Definitions::default();
        for item in outline.definitions() {
            let Some(fields) = Fields::of(item.node, "a definition", self) else {
                definitions.unreadable = true;
                continue;
            };
            let name = fields.text("definition", self);
            let is_invalid = |node: &Node| node.kind == Kind::Invalid;
            definitions.unreadable |= fields.get("definition").is_some_and(is_invalid);
            let script = fields.required_entry("assign", self);
            let script = script.and_then(|assign| self.script(assign, &item, outline.dialect()));
            let Some((name, place)) = name else {
                definitions.nameless += 1;
                continue;
            };
            self.readable("a definition", &name, place);
            match definitions.by_name.get(&name) {
                Some(first) => {
                    definitions.nameless += 1;
                    let message = format!("definition `{name}` is defined twice");
                    self.report(
                        Diagnostic::error(Code::DuplicateDefinition, place, message)
                            .also(first.place, "first defined here")
                            .help("remove or rename one of them"),
                    );
                }
                None => {
                    definitions
                        .by_name
                        .insert(name, Definition { place, script: script.map(Arc::new) });
                }
            }
        }
        Some(definitions)
    }

    /// Compiles the script under `assign`, or uses it as it is if it is compiled already.
    fn script(
        &mut self,
        entry: &Entry,
        definition: &outline::Definition<'_>,
        dialect: Dialect,
    ) -> Option<Script> {
        let assign = &entry.value;
        let json = match &assign.kind {
            Kind::Script(_) => {
                let script = definition.script()?;
                self.diagnostics.extend(script.parsed.diagnostics.iter().cloned());
                script.json.clone()?
            }
            Kind::Map(_) if Operator::of(assign).is_some() => Arc::new(assign.clone()),
            Kind::Map(_) => {
                let message = "`assign` is neither a script nor a compiled script";
                self.report(
                    Diagnostic::error(Code::MalformedScript, assign.span, message)
                        .help("a compiled script has the key `op`"),
                );
                return None;
            }
            Kind::String(_) => {
                let message = "`assign` is text, not a script";
                let help = match self.form {
                    Form::Compiled => "JSON holds compiled scripts only: compile it first",
                    _ => "tag it: `assign: !planout |`",
                };
                self.report(Diagnostic::error(Code::WrongType, entry.key_span, message).help(help));
                return None;
            }
            _ => {
                let message = format!("`assign` must be a script, not {}", assign.describe());
                self.report(
                    Diagnostic::error(Code::WrongType, assign.span, message)
                        .help("write `assign: !planout |` and the script below, indented"),
                );
                return None;
            }
        };
        Script::from_node(json, dialect).map_err(|error| self.report(*error)).ok()
    }
}
