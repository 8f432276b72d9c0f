//! Anchors and the copies that aliases make of them, within a budget: a few lines of aliases can
//! ask for more than any memory holds.

use std::collections::HashMap;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::tree::{Entry, Kind, MAX_DEPTH, Node};

/// How much may be copied, in bytes of memory: more than namespaces have use for.
const BUDGET: usize = 32 << 20;

/// How many of the names are compared with one that is not defined.
const MAX_CANDIDATES: usize = 1000;

/// What the anchors of a document name.
#[derive(Default)]
pub(super) struct Anchors {
    nodes: HashMap<usize, Anchored>,
    names: Vec<Box<str>>,
    copied: usize,
}

struct Anchored {
    node: Node,
    size: Size,
}

/// Why there is no copy.
pub(super) enum Refusal {
    TooMuch,
    TooDeep,
}

impl Anchors {
    /// Notes the name of an anchor.
    pub(super) fn name(&mut self, name: &str) {
        if self.names.len() < MAX_CANDIDATES {
            self.names.push(name.into());
        }
    }

    /// Keeps a copy of what an anchor names.
    pub(super) fn define(&mut self, anchor: usize, node: &Node) -> Result<(), Refusal> {
        let size = Size::of(node);
        self.spend(size)?;
        self.nodes.insert(anchor, Anchored { node: node.clone(), size });
        Ok(())
    }

    /// A copy of what an anchor names that is at most so deep, or nothing inside the anchor's own
    /// value.
    pub(super) fn copy(&mut self, anchor: usize, depth: usize) -> Result<Option<Node>, Refusal> {
        let Some(&Anchored { size, .. }) = self.nodes.get(&anchor) else {
            return Ok(None);
        };
        if size.depth > depth {
            return Err(Refusal::TooDeep);
        }
        self.spend(size)?;
        Ok(self.nodes.get(&anchor).map(|anchored| anchored.node.clone()))
    }

    fn spend(&mut self, size: Size) -> Result<(), Refusal> {
        self.copied = self.copied.saturating_add(size.bytes);
        if self.copied > BUDGET { Err(Refusal::TooMuch) } else { Ok(()) }
    }

    /// The problem of an alias whose anchor does not exist.
    pub(super) fn undefined(&self, name: &str, place: Span) -> Diagnostic {
        let message = format!("there is no anchor `&{name}` above this alias");
        Diagnostic::error(Code::YamlSyntax, place, message)
            .help(format!("write `&{name}` before the value that is meant, or quote `\"*{name}\"`"))
            .suggest(name, self.names.iter().map(|name| &**name))
    }
}

/// The problem of an alias inside the value it stands for.
pub(super) fn recursive(alias: &str, place: Span) -> Diagnostic {
    let message = format!("the alias `{alias}` stands inside the value it stands for");
    Diagnostic::error(Code::AliasExpansion, place, message)
        .help("put the anchor on a value that does not hold the alias")
}

/// The problem of aliases that expand to too much.
pub(super) fn too_much(place: Span) -> Diagnostic {
    Diagnostic::error(Code::AliasExpansion, place, "the aliases expand to too much")
        .help("write out what differs, and alias less of what does not")
}

/// What a node takes up.
#[derive(Clone, Copy)]
struct Size {
    bytes: usize,
    depth: usize,
}

impl Size {
    /// Measures a node; the recursion is as deep as nodes are, at most [`MAX_DEPTH`].
    fn of(node: &Node) -> Size {
        let own = size_of::<Node>();
        match &node.kind {
            Kind::String(text) | Kind::Wide(text) => Size::leaf(own + text.len()),
            // Each byte of a script may have an offset of its own.
            Kind::Script(block) => Size::leaf(own + block.text.len() * (1 + size_of::<Span>())),
            Kind::List(items) => Size::around(own, items.iter().map(Size::of)),
            Kind::Map(map) => Size::around(
                own,
                map.entries.iter().map(|entry| {
                    let Size { bytes, depth } = Size::of(&entry.value);
                    Size { bytes: bytes + entry.key.len() + size_of::<Entry>(), depth }
                }),
            ),
            _ => Size::leaf(own),
        }
    }

    fn leaf(bytes: usize) -> Size {
        Size { bytes, depth: 0 }
    }

    fn around(own: usize, parts: impl Iterator<Item = Size>) -> Size {
        parts.fold(Size { bytes: own, depth: 1 }, |whole, part| {
            debug_assert!(part.depth <= MAX_DEPTH);
            Size { bytes: whole.bytes + part.bytes, depth: whole.depth.max(part.depth + 1) }
        })
    }
}
