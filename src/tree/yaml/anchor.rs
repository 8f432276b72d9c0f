//! Anchors and the copies that aliases make of them, within a budget: a few lines of aliases can ask
//! for more memory than any machine has.

use std::collections::HashMap;

use super::excerpt;
use crate::diagnostic::{Code, Diagnostic};
use crate::nearest::nearest;
use crate::source::Span;
use crate::tree::{Entry, Kind, Node};

/// The most bytes of memory that copies may take: more than any namespace needs.
const BUDGET: usize = 32 << 20;

/// The number of names that are compared with an undefined one, and the longest name that is
/// compared.
const MAX_CANDIDATES: usize = 1000;
const MAX_NAME: usize = 64;

/// The values that the anchors of a document name.
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

/// The reason why there is no copy.
pub(super) enum Refusal {
    TooMuch,
    TooDeep,
}

impl Anchors {
    /// Notes the name of an anchor.
    pub(super) fn name(&mut self, name: &str) {
        if name.len() <= MAX_NAME && self.names.len() < MAX_CANDIDATES {
            self.names.push(name.into());
        }
    }

    /// Keeps a copy of the value that an anchor names.
    pub(super) fn define(&mut self, anchor: usize, node: &Node) -> Result<(), Refusal> {
        let size = Size::of(node);
        self.spend(size)?;
        self.nodes.insert(anchor, Anchored { node: node.clone(), size });
        Ok(())
    }

    /// A copy of the value that an anchor names, if it has at most `depth` levels. Inside the
    /// anchor's own value, there is no copy.
    pub(super) fn copy(&mut self, anchor: usize, depth: usize) -> Result<Option<Node>, Refusal> {
        let Some(&Anchored { size, .. }) = self.nodes.get(&anchor) else {
            return Ok(None);
        };
        if size.depth > depth {
            return Err(Refusal::TooDeep);
        }
        self.spend(size)?;
        let anchored = self.nodes.get(&anchor);
        Ok(anchored.map(|anchored| anchored.node.clone()))
    }

    fn spend(&mut self, size: Size) -> Result<(), Refusal> {
        self.copied = self.copied.saturating_add(size.bytes);
        if self.copied > BUDGET { Err(Refusal::TooMuch) } else { Ok(()) }
    }

    /// The problem of an alias whose anchor does not exist.
    pub(super) fn undefined(&self, name: &str, place: Span) -> Diagnostic {
        let short = excerpt(name);
        let message = format!("no anchor `&{short}` stands above this alias");
        let help = format!(
            "put `&{short}` before the value that it names; quote text that is not an alias"
        );
        let problem = Diagnostic::error(Code::UndefinedAlias, place, message).help(help);
        if name.len() <= MAX_NAME {
            match nearest(name, self.names.iter().map(|name| &**name)) {
                Some(near) => problem
                    .help(format!("did you mean `{near}`?"))
                    .replace(place, format!("*{near}")),
                None => problem,
            }
        } else {
            problem
        }
    }
}

/// The problem of an alias that stands inside its own value.
pub(super) fn recursive(alias: &str, place: Span) -> Diagnostic {
    let alias = excerpt(alias);
    let message = format!("the alias `{alias}` is inside the value that it names");
    Diagnostic::error(Code::AliasExpansion, place, message)
        .help("put the anchor on a value that does not hold the alias")
}

/// The problem of aliases that expand to too many values.
pub(super) fn too_much(place: Span) -> Diagnostic {
    let message = "the aliases expand to too many values";
    Diagnostic::error(Code::AliasExpansion, place, message)
        .help("use fewer aliases of large values")
}

/// The size of a node.
#[derive(Clone, Copy)]
struct Size {
    bytes: usize,
    depth: usize,
}

impl Size {
    /// Measures a node. The recursion is as deep as the node, which is limited.
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
        parts.fold(Size { bytes: own, depth: 1 }, |whole, part| Size {
            bytes: whole.bytes + part.bytes,
            depth: whole.depth.max(part.depth + 1),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::source::SourceText;
    use crate::tree::yaml::read;
    use crate::tree::yaml::tests::{clean, code, report, show};

    #[test]
    fn an_alias_is_a_copy() {
        let text = "a: &x {b: [1, !planout p]}\nc: *x\nd: &x 2\ne: [*x, *x]\n";
        assert_eq!(
            show(&clean(text)),
            "{a: {b: [1, !\"p\"]}, c: {b: [1, !\"p\"]}, d: 2, e: [2, 2]}"
        );
        assert_eq!(show(&clean("[&a , *a]")), "[null, null]");
        let copied = clean(text).as_map().and_then(|map| Some(map.get("c")?.span.start));
        assert_eq!(copied, Some(6));
    }

    #[test]
    fn an_alias_needs_an_anchor_above_it() {
        assert_eq!(
            report("- *later\n- &later a\n- *latter\n"),
            "[invalid, \"a\", invalid]\n\
             P0126 1:3 `*later` no anchor `&later` stands above this alias\n\
             P0126 3:3 `*latter` no anchor `&latter` stands above this alias"
        );
        let (_, problems) = read(&SourceText::new("test", "- &later a\n- *latter\n"));
        assert_eq!(problems[0].help.as_deref(), Some("did you mean `later`?"));
    }

    #[test]
    fn an_alias_cannot_stand_inside_its_anchor() {
        assert_eq!(
            report("a: &x\n  b: [*x]\n"),
            "{a: {b: [invalid]}}\n\
             P0121 2:7 `*x` the alias `*x` is inside the value that it names"
        );
    }

    #[test]
    fn aliases_expand_to_so_much() {
        let laughs = |width: usize, depth: usize| {
            let level = |n: usize| {
                let aliases = vec![format!("*a{n}"); width].join(", ");
                format!("a{}: &a{} [{aliases}]\n", n + 1, n + 1)
            };
            format!("a0: &a0 lol\n{}", (0..depth).map(level).collect::<String>())
        };
        assert_eq!(code(&laughs(9, 9)), Code::AliasExpansion);
        assert_eq!(code(&laughs(1000, 4)), Code::AliasExpansion);
        let large = format!("a: &a {}\nb:\n{}", "x".repeat(1 << 20), "- *a\n".repeat(10_000));
        assert_eq!(code(&large), Code::AliasExpansion);
        let large = format!("a: &a !planout {}\nb: [{}]", "x".repeat(1 << 20), "*a, ".repeat(9));
        assert_eq!(code(&large), Code::AliasExpansion);
        let keys: String = (0..10_000).map(|number| format!("k{number}: 1, ")).collect();
        let merged = format!("a: &a {{{keys}}}\nb:\n{}", "- <<: *a\n".repeat(10_000));
        assert_eq!(code(&merged), Code::AliasExpansion);
        clean(&laughs(4, 8));
    }

    #[test]
    fn aliases_cannot_nest_deeper_than_what_is_written() {
        let level = |n: usize| format!("- &a{} [*a{n}]\n", n + 1);
        let chain = |length| format!("- &a0 x\n{}", (0..length).map(level).collect::<String>());
        clean(&chain(199));
        assert_eq!(code(&chain(200)), Code::TooDeep);
    }
}
