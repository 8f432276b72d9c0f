//! A reader of YAML texts into trees. It reports the place of each value, and finds all problems of a
//! text in one reading.
//!
//! The syntax is that of YAML 1.2, from the events of `granit-parser`. Plain scalars have their
//! meaning in YAML 1.1, as in SnakeYAML and therefore in planout4j. The composer keeps the open
//! collections on a stack of its own, so that no text can overflow the stack of the program.

mod align;
mod anchor;
mod cause;
mod mapping;
mod place;
pub mod plain;
mod scalar;
mod syntax;
mod tag;
#[cfg(test)]
mod tests;
mod timestamp;

use std::borrow::Cow;

use granit_parser::{Event, Parser, ScalarStyle, StructureStyle};

use self::anchor::{Anchors, Refusal};
use self::scalar::Value;
use self::tag::Tag;
use crate::diagnostic::{Code, Diagnostic, check_size};
use crate::source::{SourceText, Span};
use crate::tree::{Block, Kind, MAX_DEPTH, Node, Style};

/// The number of problems after which a text is not read further.
const MAX_PROBLEMS: usize = 1000;

/// Reads the one YAML document of a text.
///
/// Returns the tree and all problems of the text, each of which is an error. A syntax error, nesting
/// that is too deep and aliases that expand to too much end the reading: there is no tree then. After
/// other problems, there is a tree, so that a caller can go on and find more of them. In place of a
/// wrong value, the tree has [`Kind::Invalid`].
pub fn read(source: &SourceText) -> (Option<Node>, Vec<Diagnostic>) {
    if let Err(problem) = check_size(source.text().len()) {
        return (None, vec![*problem]);
    }
    let mut reader = Reader {
        source,
        open: Vec::new(),
        root: None,
        at: 0,
        anchors: Anchors::default(),
        problems: Vec::new(),
    };
    let tree = match reader.document() {
        Ok(()) => reader.root,
        Err(Stop) => None,
    };
    (tree, reader.problems)
}

/// The text cannot be read further. The reported problem says why.
struct Stop;

struct Reader<'s> {
    source: &'s SourceText,
    /// The open collections, the outermost first.
    open: Vec<Open>,
    root: Option<Node>,
    /// The end of the part that has been read.
    at: u32,
    anchors: Anchors,
    problems: Vec<Diagnostic>,
}

/// An open collection.
struct Open {
    contents: Contents,
    /// The place from its start to the end of its last item so far.
    span: Span,
    anchor: usize,
    /// Whether its tag fits.
    valid: bool,
}

enum Contents {
    List(Vec<Node>),
    Map(mapping::Builder),
}

/// A scalar as it is written in the text.
struct Scalar<'t> {
    /// The text of the scalar, with escapes and line folds resolved.
    text: Cow<'t, str>,
    style: ScalarStyle,
    span: Span,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<(), Stop> {
        let options = granit_parser::options! {
            emit_comments: false,
            emit_anchor_events: true,
            emit_unresolved_aliases: true,
            flow_nesting_limit: MAX_DEPTH,
            block_nesting_limit: MAX_DEPTH,
        };
        for event in Parser::new_from_str_with_options(self.source.text(), options) {
            match event {
                Ok((event, span)) => self.event(event, span)?,
                Err(error) => {
                    let open = self.open.last().map(|open| open.span);
                    let problem = syntax::diagnose(self.source, &error, self.at, open);
                    return Err(self.stop(problem));
                }
            }
            if self.problems.len() >= MAX_PROBLEMS {
                return Err(Stop);
            }
        }
        match &self.root {
            Some(root) if root.kind != Kind::Null || root.span.start < root.span.end => Ok(()),
            _ => Err(self.stop(empty_document())),
        }
    }

    fn event(&mut self, event: Event<'_>, span: granit_parser::Span) -> Result<(), Stop> {
        let place = place::of(self.source, span);
        let tag_span = span.tag_span().unwrap_or(span);
        let tag_place = place::of(self.source, tag_span);
        let said = |tag: Option<_>| tag.map(|tag: Cow<'_, _>| (Tag::of(&tag), tag_place));
        self.at = self.at.max(place.end);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let span = place;
                self.scalar(Scalar { text, style, span }, said(tag), anchor)
            }
            Event::SequenceStart(style, anchor, tag) => {
                let valid = self.fits_collection(said(tag), Tag::List);
                let span = self.list_start(style, place);
                self.begin(Open { contents: Contents::List(Vec::new()), span, anchor, valid })
            }
            Event::MappingStart(_, anchor, tag) => {
                let valid = self.fits_collection(said(tag), Tag::Map);
                let contents = Contents::Map(mapping::Builder::default());
                self.begin(Open { contents, span: place, anchor, valid })
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(place),
            Event::Alias(anchor) => self.alias(anchor, place),
            Event::UnresolvedAlias(name) => {
                self.problems.push(self.anchors.undefined(&name, place));
                self.put(Node::new(Kind::Invalid, place), place);
                Ok(())
            }
            Event::Anchor(_, name) => {
                self.anchors.name(&name);
                Ok(())
            }
            Event::DocumentStart(..) if self.root.is_some() => {
                Err(self.stop(second_document(place)))
            }
            _ => Ok(()),
        }
    }

    /// Adds a problem after which nothing can be read. It also explains an oddity at its place.
    fn stop(&mut self, problem: Diagnostic) -> Stop {
        let place = problem.primary.span.start;
        self.problems.retain(|found| found.primary.span.start != place);
        self.problems.push(problem);
        Stop
    }

    fn scalar(
        &mut self,
        mut scalar: Scalar<'_>,
        tag: Option<(Tag, Span)>,
        anchor: usize,
    ) -> Result<(), Stop> {
        let is_key = self.map().is_some_and(mapping::Builder::awaits_key);
        place::refine(self.source, &mut scalar, is_key);
        if let Some(comment) = place::comment_inside(self.source, &scalar) {
            return Err(self.stop(syntax::comment_inside(self.source, comment)));
        }
        // A key is the text as it is written, even if it would be another value elsewhere.
        if !is_key || tag.is_some() || anchor != 0 {
            let node = self.resolve(&scalar, tag);
            self.define(anchor, &node, scalar.span)?;
            if !is_key {
                self.put(node, scalar.span);
                return Ok(());
            }
        }
        let may_merge = scalar.style == ScalarStyle::Plain && tag.is_none();
        self.key(scalar, may_merge);
        Ok(())
    }

    fn key(&mut self, Scalar { text, span, .. }: Scalar<'_>, may_merge: bool) {
        if let Some(open) = self.open.last_mut()
            && let Contents::Map(map) = &mut open.contents
        {
            open.span = open.span.to(span);
            self.problems.extend(map.key(text, span, may_merge));
        }
    }

    /// The mapping that the next node belongs to, if it is a mapping.
    fn map(&self) -> Option<&mapping::Builder> {
        match &self.open.last()?.contents {
            Contents::Map(map) => Some(map),
            Contents::List(_) => None,
        }
    }

    /// The meaning of a scalar.
    fn resolve(&mut self, scalar: &Scalar<'_>, tag: Option<(Tag, Span)>) -> Node {
        let text = &*scalar.text;
        let kind = match tag {
            None if scalar.style == ScalarStyle::Plain => {
                self.accept(scalar::resolve(text), scalar)
            }
            None | Some((Tag::NonSpecific | Tag::String, _)) => Kind::String(text.into()),
            Some((Tag::Script, _)) => {
                let map = align::offsets(self.source.text(), scalar);
                let (text, style) = (text.into(), style(scalar.style));
                Kind::Script(Block { text, style, map })
            }
            Some((tag, place)) => match tag.value(text) {
                Some(value) => self.accept(value, scalar),
                None => {
                    let written = self.source.slice(place);
                    self.problems.push(tag.misplaced(written, place, text));
                    Kind::Invalid
                }
            },
        };
        Node::new(kind, scalar.span)
    }

    fn accept(&mut self, value: Value, scalar: &Scalar<'_>) -> Kind {
        match value {
            Value::Kind(kind) => kind,
            Value::Refused(refused) => {
                let problem = refused.problem(&scalar.text, scalar.span);
                self.problems.push(problem);
                Kind::Invalid
            }
        }
    }

    /// Whether a tag fits a collection. Reports it if it does not.
    fn fits_collection(&mut self, tag: Option<(Tag, Span)>, fits: Tag) -> bool {
        match tag {
            Some((tag, place)) if tag != fits && tag != Tag::NonSpecific => {
                let written = self.source.slice(place);
                self.problems.push(tag.on_collection(written, place, fits));
                false
            }
            _ => true,
        }
    }

    fn list_start(&self, style: StructureStyle, place: Span) -> Span {
        if style == StructureStyle::Block && self.map().is_some() {
            place::of_list_in_map(self.source.text(), place)
        } else {
            place
        }
    }

    fn begin(&mut self, open: Open) -> Result<(), Stop> {
        if self.open.len() >= MAX_DEPTH {
            return Err(self.stop(syntax::too_deep(open.span)));
        }
        self.open.push(Open { span: open.span.before(), ..open });
        Ok(())
    }

    fn end(&mut self, place: Span) -> Result<(), Stop> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        // Only collections in brackets have a visible end.
        let span = match self.source.slice(place) {
            "]" | "}" => open.span.to(place),
            _ => open.span,
        };
        let kind = match open.contents {
            _ if !open.valid => Kind::Invalid,
            Contents::List(items) => Kind::List(items),
            Contents::Map(map) => Kind::Map(map.finish()),
        };
        let node = Node::new(kind, span);
        self.define(open.anchor, &node, span)?;
        self.put(node, span);
        Ok(())
    }

    /// Keeps the value that an anchor names.
    fn define(&mut self, anchor: usize, node: &Node, place: Span) -> Result<(), Stop> {
        if anchor == 0 {
            return Ok(());
        }
        let defined = self.anchors.define(anchor, node);
        defined.map_err(|refusal| self.refuse(refusal, place))
    }

    fn alias(&mut self, anchor: usize, place: Span) -> Result<(), Stop> {
        let node = match self.anchors.copy(anchor, MAX_DEPTH - self.open.len()) {
            Ok(Some(node)) => node,
            Ok(None) => {
                let name = self.source.slice(place);
                self.problems.push(anchor::recursive(name, place));
                Node::new(Kind::Invalid, place)
            }
            Err(refusal) => return Err(self.refuse(refusal, place)),
        };
        self.put(node, place);
        Ok(())
    }

    fn refuse(&mut self, refusal: Refusal, place: Span) -> Stop {
        self.stop(match refusal {
            Refusal::TooMuch => anchor::too_much(place),
            Refusal::TooDeep => syntax::too_deep(place),
        })
    }

    /// Adds a node at the current place of the text. For an alias, this is not the place of the node
    /// itself.
    fn put(&mut self, node: Node, place: Span) {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        open.span = open.span.to(place);
        match &mut open.contents {
            Contents::List(items) => items.push(node),
            Contents::Map(map) if map.awaits_key() => {
                let problem = map.node_key(&node, place, self.source);
                self.problems.extend(problem);
            }
            Contents::Map(map) => self.problems.extend(map.value(node, place)),
        }
    }
}

fn style(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::SingleQuoted,
        ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
    }
}

fn empty_document() -> Diagnostic {
    let place = Span::default();
    Diagnostic::error(Code::EmptyDocument, place, "the document is empty")
        .help("write a namespace, or remove the file")
}

fn second_document(place: Span) -> Diagnostic {
    Diagnostic::error(Code::YamlSyntax, place, "a second document starts here")
        .help("a file holds one document: put the rest into a file of its own")
}

/// The part of a text's first line that a message can hold.
fn excerpt(text: &str) -> String {
    const MOST: usize = 40;
    let line = text.lines().next().unwrap_or_default();
    let printable = |shown: char| {
        if shown.is_control() { '\u{fffd}' } else { shown }
    };
    let mut excerpt: String = line.chars().take(MOST).map(printable).collect();
    if line.chars().nth(MOST).is_some() || line.len() < text.trim_end().len() {
        excerpt.push('…');
    }
    excerpt
}
