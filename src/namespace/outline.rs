//! The outline of a namespace: the places of its parts in its text, as far as they can be read.
//!
//! The outline judges nothing, so even a broken text has one. The check of a document, the lint,
//! plans, edits and formatting all read a text through it, and each script is parsed once for all of
//! them.

use std::sync::{Arc, OnceLock};

use crate::dialect::Dialect;
use crate::source::Span;
use crate::syntax::{Parsed, parse};
use crate::tree::{Entry, Kind, Map, Node};
use crate::wire::emit;

/// The parts of a namespace as they stand in its text, valid or not.
///
/// ```
/// use planout::Dialect;
/// use planout::namespace::Outline;
/// use planout::source::SourceText;
/// use planout::tree::yaml;
///
/// let text = "namespace: {unit: userid}\nexperiment_definitions: 7\n";
/// let (tree, _) = yaml::read(&SourceText::new("broken.yaml", text));
/// let outline = Outline::new(tree.expect("YAML"), Dialect::Planout4j);
/// assert_eq!(outline.text("unit"), Some("userid"));
/// assert_eq!(outline.definitions().count(), 0);
/// ```
#[derive(Clone, Debug)]
pub struct Outline {
    tree: Arc<Node>,
    dialect: Dialect,
    /// The scripts in the language, by the index of the definition. Each is parsed when it is first
    /// asked for.
    scripts: Vec<OnceLock<ParsedScript>>,
}

/// A script in the language that stands in a namespace.
#[derive(Clone, Debug)]
pub struct ParsedScript {
    /// The syntax tree and all problems, at their places in the text of the namespace.
    pub parsed: Parsed,
    /// The compiled form, if the script is valid.
    pub json: Option<Arc<Node>>,
}

/// A definition as it is written in the text.
#[derive(Clone, Copy, Debug)]
pub struct Definition<'o> {
    /// The item of the list.
    pub node: &'o Node,
    outline: &'o Outline,
    index: usize,
}

impl Outline {
    /// The outline of a tree. `dialect` applies to a namespace that does not name its own.
    pub fn new(tree: impl Into<Arc<Node>>, dialect: Dialect) -> Outline {
        let tree = tree.into();
        let mut outline = Outline { tree, dialect, scripts: Vec::new() };
        let named = outline.text("dialect").and_then(|word| word.parse().ok());
        outline.dialect = named.unwrap_or(dialect);
        outline.scripts = vec![OnceLock::new(); outline.items("experiment_definitions").len()];
        outline
    }

    /// The whole text as a tree.
    pub fn tree(&self) -> &Arc<Node> {
        &self.tree
    }

    /// The dialect of the scripts: the one that the text names, if that name is known.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    fn entry(&self, key: &str) -> Option<&Entry> {
        self.tree.as_map()?.entry(key)
    }

    fn items(&self, key: &str) -> &[Node] {
        self.entry(key).and_then(|entry| entry.value.as_list()).unwrap_or_default()
    }

    /// The entry of the key `namespace`.
    pub fn header(&self) -> Option<&Entry> {
        self.entry("namespace")
    }

    /// The mapping under `namespace`.
    pub fn settings(&self) -> Option<&Map> {
        self.header()?.value.as_map()
    }

    /// A setting under `namespace`.
    pub fn setting(&self, key: &str) -> Option<&Entry> {
        self.settings()?.entry(key)
    }

    /// The text of a setting under `namespace`.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.setting(key)?.value.as_str().map(str::trim)
    }

    /// The items under `experiment_definitions`. They need not be valid.
    pub fn definitions(&self) -> impl Iterator<Item = Definition<'_>> {
        let items = self.items("experiment_definitions").iter().enumerate();
        items.map(|(index, node)| Definition { node, outline: self, index })
    }

    /// The entry of the key `experiment_sequence`.
    pub fn sequence(&self) -> Option<&Entry> {
        self.entry("experiment_sequence")
    }

    /// The items under `experiment_sequence`. They need not be valid.
    pub fn entries(&self) -> &[Node] {
        self.items("experiment_sequence")
    }
}

impl<'o> Definition<'o> {
    /// The name of the definition and its place.
    pub fn name(&self) -> Option<(&'o str, Span)> {
        let name = self.node.as_map()?.get("definition")?;
        Some((name.as_str()?.trim(), name.span))
    }

    /// The entry of the key `assign`.
    pub fn assign(&self) -> Option<&'o Entry> {
        self.node.as_map()?.entry("assign")
    }

    /// The script, if it is written in the language.
    pub fn script(&self) -> Option<&'o ParsedScript> {
        let Kind::Script(block) = &self.assign()?.value.kind else {
            return None;
        };
        let dialect = self.outline.dialect;
        Some(self.outline.scripts[self.index].get_or_init(|| {
            let parsed = parse(&block.text, &block.map, dialect);
            let json = parsed.valid().map(|program| Arc::new(emit(program, dialect)));
            ParsedScript { parsed, json }
        }))
    }

    /// The compiled script: the form of a valid script in the language, or the compiled script that
    /// stands in the text.
    pub fn compiled(&self) -> Option<&'o Node> {
        let assign = &self.assign()?.value;
        match &assign.kind {
            Kind::Script(_) => self.script()?.json.as_deref(),
            Kind::Map(_) => Some(assign),
            _ => None,
        }
    }
}
