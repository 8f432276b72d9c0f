//! The subject of the checks: a namespace, valid or not, as far as it can be read.

use super::document;
use super::script::Script;
use crate::catalog::Loaded;
use crate::dialect::Dialect;
use crate::namespace::{DeclaredInputs, Document, Outline, outline};
use crate::source::{SourceText, Span};
use crate::syntax::ast::Block;
use crate::tree::Node;

pub(super) struct Subject<'a> {
    pub(super) source: &'a SourceText,
    pub(super) outline: &'a Outline,
    /// The content, if it is valid.
    pub(super) document: Option<&'a Document>,
    /// The primary unit, if the namespace names one.
    pub(super) unit: Option<&'a str>,
    pub(super) inputs: DeclaredInputs,
    /// The definitions whose scripts are valid.
    pub(super) definitions: Vec<Definition<'a>>,
}

pub(super) struct Definition<'a> {
    pub(super) name: &'a str,
    /// The place of the name.
    pub(super) place: Span,
    /// The syntax tree, unless the definition is already compiled.
    pub(super) program: Option<&'a Block>,
    /// The compiled script.
    pub(super) json: &'a Node,
    pub(super) dialect: Dialect,
}

impl<'a> Definition<'a> {
    fn new(definition: outline::Definition<'a>, dialect: Dialect) -> Option<Definition<'a>> {
        let (name, place) = definition.name()?;
        let program = definition.script().map(|script| &script.parsed.program);
        Some(Definition { name, place, program, json: definition.compiled()?, dialect })
    }

    pub(super) fn script(&self) -> Script<'a> {
        Script::new(self.json, self.dialect)
    }
}

impl<'a> Subject<'a> {
    /// The readable parts of a namespace; `None` if it is not a mapping.
    pub(super) fn new(loaded: &'a Loaded) -> Option<Subject<'a>> {
        let outline = loaded.outline.as_ref()?;
        outline.tree().as_map()?;
        let unit = outline.text("unit");
        let inputs = document::setting(outline, "inputs");
        let inputs = inputs.map(|node| DeclaredInputs::read(node, unit, &mut Vec::new()));
        let definitions = outline.definitions();
        Some(Subject {
            source: &loaded.source,
            outline,
            document: loaded.document.as_ref(),
            unit,
            inputs: inputs.unwrap_or_default(),
            definitions: definitions
                .filter_map(|definition| Definition::new(definition, outline.dialect()))
                .collect(),
        })
    }
}
