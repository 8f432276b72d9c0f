//! The tree of YAML and JSON texts and of compiled scripts: values of the kinds of JSON, each with
//! its place in the source.

pub mod json;
mod write;
pub mod yaml;

pub use write::{Layout, ascii, quote, to_json};

use crate::source::{OffsetMap, Span};

/// The most levels of lists and mappings in data: YAML documents, inputs, literals.
pub const MAX_DEPTH: usize = 200;

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The kind of the value.
    pub kind: Kind,
    /// Its place. A computed value has the place of the value that it was made from.
    pub span: Span,
}

/// The kinds of values.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number written without point or exponent, of 64 bits.
    Int(i64),
    /// A whole number that 64 bits cannot hold, as its decimal digits.
    Wide(Box<str>),
    /// A number with a point or an exponent. Always finite.
    Float(f64),
    /// A string.
    String(Box<str>),
    /// A list.
    List(Vec<Node>),
    /// A mapping.
    Map(Map),
    /// A scalar that YAML tags `!planout`: PlanOut language, not compiled yet.
    Script(Block),
    /// A value that is wrong, and whose problem has been reported: it gets no further message.
    Invalid,
}

/// PlanOut language inside another file.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// The program.
    pub text: Box<str>,
    /// The style in which it is written.
    pub style: Style,
    /// The places of its bytes in the file.
    pub map: OffsetMap,
}

/// The ways in which YAML writes a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// `'...'`
    SingleQuoted,
    /// `"..."`
    DoubleQuoted,
    /// `|`, and its lines below.
    Literal,
    /// `>`, and its lines below.
    Folded,
}

/// A mapping in the order of its keys. Each key occurs once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    /// The entries in order.
    pub entries: Vec<Entry>,
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: Box<str>,
    /// The place of the key.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

impl Node {
    /// A value at a place.
    pub fn new(kind: Kind, span: Span) -> Node {
        Node { kind, span }
    }

    /// A string at a place.
    pub fn string(text: impl Into<Box<str>>, span: Span) -> Node {
        Node::new(Kind::String(text.into()), span)
    }

    /// Whether two trees are equal apart from the places of their values.
    pub fn is_same(&self, other: &Node) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::List(a), Kind::List(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.is_same(b))
            }
            (Kind::Map(a), Kind::Map(b)) => {
                let mut pairs = a.entries.iter().zip(&b.entries);
                a.entries.len() == b.entries.len()
                    && pairs.all(|(a, b)| a.key == b.key && a.value.is_same(&b.value))
            }
            (a, b) => a == b,
        }
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// The mapping, if it is one.
    pub fn as_map(&self) -> Option<&Map> {
        match &self.kind {
            Kind::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The list, if it is one.
    pub fn as_list(&self) -> Option<&[Node]> {
        match &self.kind {
            Kind::List(list) => Some(list),
            _ => None,
        }
    }

    /// The kind of the value with an article, for a message: `a string`, `a list`, ...
    pub fn describe(&self) -> &'static str {
        match self.kind {
            Kind::Null => "nothing",
            Kind::Bool(_) => "a boolean",
            Kind::Int(_) | Kind::Wide(_) => "a number",
            Kind::Float(_) => "a decimal number",
            Kind::String(_) => "a string",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a mapping",
            Kind::Script(_) => "a script",
            Kind::Invalid => "an invalid value",
        }
    }
}

impl Map {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry of a key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| &*entry.key == key)
    }

    /// Adds a new key at the end.
    pub(crate) fn push(&mut self, key: impl Into<Box<str>>, value: Node) {
        self.entries.push(Entry { key: key.into(), key_span: value.span, value });
    }

    /// Sets the value of a key. A new key is added at the end.
    pub fn set(&mut self, key: impl Into<Box<str>>, value: Node) {
        self.set_at(key, value.span, value);
    }

    /// Sets the value of a key that has its own place.
    pub(crate) fn set_at(&mut self, key: impl Into<Box<str>>, key_span: Span, value: Node) {
        let key = key.into();
        match self.entries.iter_mut().find(|entry| entry.key == key) {
            Some(entry) => entry.value = value,
            None => self.entries.push(Entry { key, key_span, value }),
        }
    }
}
