//! A namespace in places: where its text says what, as far as it can be read.
//!
//! It judges nothing, so it is there for a text that is broken, too. The check of a document, the
//! checks beyond that, plans, edits and formatting all look at a text through it, and each script is
//! parsed once for all of them.

use std::sync::{Arc, OnceLock};

use crate::dialect::Dialect;
use crate::source::Span;
use crate::syntax::{Parsed, parse};
use crate::tree::{Entry, Kind, Map, Node};
use crate::wire::emit;

/// A namespace as its text has it, valid or not.
///
/// ```
/// use planout::Dialect;
/// use planout::namespace::Outline;
/// use planout::source::Source;
/// use planout::tree::yaml;
///
/// let text = "namespace: {unit: userid}\nexperiment_definitions: 7\n";
/// let (tree, _) = yaml::read(&Source::new("broken.yaml", text));
/// let outline = Outline::new(tree.expect("YAML"), Dialect::Planout4j);
/// assert_eq!(outline.text("unit"), Some("userid"));
/// assert_eq!(outline.definitions().count(), 0);
/// ```
#[derive(Clone, Debug)]
pub struct Outline {
    tree: Arc<Node>,
    dialect: Dialect,
    /// The scripts that are written in the language, by definition, once somebody has asked.
    scripts: Vec<OnceLock<ParsedScript>>,
}

/// A script in the language, as it stands in a namespace.
#[derive(Clone, Debug)]
pub struct ParsedScript {
    /// The syntax tree and all problems, at their places in the namespace's text.
    pub parsed: Parsed,
    /// Its compiled form, if it is valid.
    pub json: Option<Arc<Node>>,
}

/// A definition as it is written.
#[derive(Clone, Copy, Debug)]
pub struct Definition<'o> {
    /// The item of the list.
    pub node: &'o Node,
    outline: &'o Outline,
    index: usize,
}

impl Outline {
    /// The outline of a tree; `dialect` is the one of a namespace that does not say its own.
    pub fn new(tree: impl Into<Arc<Node>>, dialect: Dialect) -> Outline {
        let tree = tree.into();
        let mut outline = Outline { tree, dialect, scripts: Vec::new() };
        let said = outline.text("dialect").and_then(|word| word.parse().ok());
        outline.dialect = said.unwrap_or(dialect);
        outline.scripts = vec![OnceLock::new(); outline.items("experiment_definitions").len()];
        outline
    }

    /// The whole text as a tree.
    pub fn tree(&self) -> &Arc<Node> {
        &self.tree
    }

    /// The dialect of its scripts: the one that it says, if there is one of that name.
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

    /// The definitions, whatever they are.
    pub fn definitions(&self) -> impl Iterator<Item = Definition<'_>> {
        let items = self.items("experiment_definitions").iter().enumerate();
        items.map(|(index, node)| Definition { node, outline: self, index })
    }

    /// The entry of the key `experiment_sequence`.
    pub fn sequence(&self) -> Option<&Entry> {
        self.entry("experiment_sequence")
    }

    /// The entries of the sequence, whatever they are.
    pub fn entries(&self) -> &[Node] {
        self.items("experiment_sequence")
    }
}

impl<'o> Definition<'o> {
    /// The name and its place.
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

    /// The compiled script: of a valid one in the language, or the one that stands there.
    pub fn compiled(&self) -> Option<&'o Node> {
        let assign = &self.assign()?.value;
        match &assign.kind {
            Kind::Script(_) => self.script()?.json.as_deref(),
            Kind::Map(_) => Some(assign),
            _ => None,
        }
    }
}
