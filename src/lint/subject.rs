//! A namespace as far as it can be read: what checks look at, valid or not.

use std::borrow::Cow;

use super::document;
use super::script::Script;
use crate::catalog::Loaded;
use crate::dialect::Dialect;
use crate::namespace::Document;
use crate::source::{Source, Span};
use crate::syntax::ast::Block;
use crate::syntax::parse;
use crate::tree::{Kind, Map, Node};
use crate::wire::emit;

pub(super) struct Subject<'a> {
    pub(super) source: &'a Source,
    pub(super) tree: &'a Node,
    /// What it says, if it is valid.
    pub(super) document: Option<&'a Document>,
    /// The dialect of its scripts.
    pub(super) dialect: Dialect,
    /// The primary unit, if it names one.
    pub(super) unit: Option<&'a str>,
    pub(super) inputs: Vec<&'a str>,
    /// The definitions whose scripts are valid.
    pub(super) definitions: Vec<Definition<'a>>,
}

pub(super) struct Definition<'a> {
    pub(super) name: &'a str,
    /// The place of the name.
    pub(super) place: Span,
    /// The syntax tree, unless the definition is compiled already.
    pub(super) program: Option<Block>,
    /// The compiled script.
    pub(super) json: Cow<'a, Node>,
    pub(super) dialect: Dialect,
}

impl Definition<'_> {
    pub(super) fn script(&self) -> Script<'_> {
        Script::new(&self.json, self.dialect)
    }
}

impl<'a> Subject<'a> {
    /// What there is of a namespace; `None` if it is not a mapping.
    pub(super) fn new(loaded: &'a Loaded) -> Option<Subject<'a>> {
        let tree = loaded.tree.as_ref()?;
        let map = tree.as_map()?;
        let header = map.get("namespace").and_then(Node::as_map);
        let setting = |key| header.and_then(|header| header.get(key));
        let text = |key| setting(key).and_then(Node::as_str).map(str::trim);
        let inputs = header.and_then(|header| document::setting(header, "inputs"));
        let inputs = inputs.and_then(Node::as_list).unwrap_or_default();
        let dialect = text("dialect").and_then(|word| word.parse().ok()).unwrap_or(loaded.dialect);
        let items = map.get("experiment_definitions").and_then(Node::as_list).unwrap_or_default();
        let definitions = items.iter().filter_map(Node::as_map);
        Some(Subject {
            source: &loaded.source,
            tree,
            document: loaded.document.as_ref(),
            dialect,
            unit: text("unit"),
            inputs: inputs.iter().filter_map(Node::as_str).map(str::trim).collect(),
            definitions: definitions.filter_map(|map| definition(map, dialect)).collect(),
        })
    }
}

fn definition(map: &Map, dialect: Dialect) -> Option<Definition<'_>> {
    let name = map.get("definition")?;
    let assign = map.get("assign")?;
    let (program, json) = match &assign.kind {
        Kind::Script(block) => {
            let parsed = parse(&block.text, &block.map, dialect);
            let json = emit(parsed.valid()?, dialect);
            (Some(parsed.program), Cow::Owned(json))
        }
        Kind::Map(_) => (None, Cow::Borrowed(assign)),
        _ => return None,
    };
    let (name, place) = (name.as_str()?.trim(), name.span);
    Some(Definition { name, place, program, json, dialect })
}
