//! The values that scripts compute with.

mod exchange;
mod types;

use std::borrow::Cow;
use std::fmt;

pub use self::types::Type;
use crate::source::Span;
use crate::tree::{self, Kind, Node};

/// A mapping from names to values, in the order in which they were set.
pub type Map = indexmap::IndexMap<String, Value>;

/// A value: of an input, a param or an override. An integer and a float of the same magnitude are
/// different values, since their text is hashed.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// Null.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number of 64 bits.
    Int(i64),
    /// A whole number that needs more than 64 bits. It is a constant or an input, and never a result.
    Wide(Box<i128>),
    /// A double.
    Float(f64),
    /// Text.
    String(String),
    /// A list.
    List(Vec<Value>),
    /// A mapping.
    Map(Box<Map>),
}

/// The depth and the size of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extent {
    /// The number of levels of lists and maps, including the value itself.
    pub(crate) depth: usize,
    /// The approximate memory that the value takes besides its own place, in bytes.
    pub(crate) bytes: usize,
}

/// The approximate memory of a map's entry besides its key and its value.
const ENTRY_BYTES: usize = 48;

impl Extent {
    /// The extent of a list or a map that holds values of this extent.
    pub(crate) fn around(parts: impl Iterator<Item = Extent>) -> Extent {
        let (mut depth, mut bytes) = (0, 0_usize);
        for part in parts {
            depth = depth.max(part.depth);
            bytes = bytes.saturating_add(part.bytes + size_of::<Value>());
        }
        Extent { depth: depth + 1, bytes }
    }
}

/// The reason why a value cannot be read from a tree, or written to one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ValueError {
    /// The value is an integer of more than 128 bits.
    #[error("integer `{0}` is too large")]
    TooWide(Box<str>),
    /// The value is infinite or not a number, which JSON cannot write.
    #[error("{0} cannot be written as JSON")]
    NotFinite(&'static str),
    /// The node is a script that is not compiled, or was reported as wrong already.
    #[error("{0} is not a value")]
    NotAValue(&'static str),
}

impl Value {
    /// The value as a whole number, if it is one.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(int) => Some(*int),
            _ => None,
        }
    }

    /// The value as a number: a float, or an integer converted to one.
    pub fn as_float(&self) -> Option<f64> {
        match self {
            Value::Int(int) => Some(*int as f64),
            Value::Wide(int) => Some(**int as f64),
            Value::Float(float) => Some(*float),
            _ => None,
        }
    }

    /// The value as a boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(bool) => Some(*bool),
            _ => None,
        }
    }

    /// The value as a string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The elements, if it is a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Value::List(list) => Some(list),
            _ => None,
        }
    }

    /// The mapping, if it is one.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// Whether conditions, `&&`, `||` and `!` treat it as true: null, false, zero and empty values are
    /// false, all others are true.
    pub fn is_true(&self) -> bool {
        match self {
            Value::Null => false,
            Value::Bool(bool) => *bool,
            Value::Int(int) => *int != 0,
            Value::Wide(int) => **int != 0,
            Value::Float(float) => *float != 0.0,
            Value::String(text) => !text.is_empty(),
            Value::List(list) => !list.is_empty(),
            Value::Map(map) => !map.is_empty(),
        }
    }

    /// The text that distinguishes units: a string is its own text, all other values are JSON.
    pub(crate) fn as_text(&self) -> Cow<'_, str> {
        match self {
            Value::String(text) => text.into(),
            Value::Int(int) => int.to_string().into(),
            other => other.to_string().into(),
        }
    }

    /// The depth and the size of the value.
    pub(crate) fn extent(&self) -> Extent {
        match self {
            Value::String(text) => Extent { depth: 0, bytes: text.len() },
            Value::List(list) => Extent::around(list.iter().map(Value::extent)),
            Value::Map(map) => Extent::around(map.iter().map(|(key, value)| {
                let Extent { depth, bytes } = value.extent();
                Extent { depth, bytes: bytes + ENTRY_BYTES + key.len() }
            })),
            _ => Extent::default(),
        }
    }

    /// The kind of the value with an article, for a message.
    pub fn describe(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Int(_) => "an integer",
            Value::Wide(_) => "an integer of more than 64 bits",
            Value::Float(_) => "a float",
            Value::String(_) => "a string",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }

    /// Checks that the value can be written as JSON.
    ///
    /// # Errors
    /// A float in the value is not finite.
    pub(crate) fn check_finite(&self) -> Result<(), ValueError> {
        match self {
            Value::Float(float) if float.is_nan() => Err(ValueError::NotFinite("NaN")),
            Value::Float(float) if float.is_infinite() => Err(ValueError::NotFinite("infinity")),
            Value::List(list) => list.iter().try_for_each(Value::check_finite),
            Value::Map(map) => map.values().try_for_each(Value::check_finite),
            _ => Ok(()),
        }
    }

    /// The value as a tree, to be written as JSON.
    ///
    /// # Errors
    /// A float in the value is not finite.
    pub fn to_node(&self) -> Result<Node, ValueError> {
        let kind = match self {
            Value::Null => Kind::Null,
            Value::Bool(bool) => Kind::Bool(*bool),
            Value::Int(int) => Kind::Int(*int),
            Value::Wide(int) => Kind::Wide(int.to_string().into()),
            Value::Float(float) => {
                self.check_finite()?;
                Kind::Float(*float)
            }
            Value::String(text) => Kind::String(text.as_str().into()),
            Value::List(list) => {
                Kind::List(list.iter().map(Value::to_node).collect::<Result<_, _>>()?)
            }
            Value::Map(map) => {
                let mut tree = tree::Map::default();
                for (key, value) in map.iter() {
                    let (key, key_span) = (key.as_str().into(), Span::default());
                    tree.entries.push(tree::Entry { key, key_span, value: value.to_node()? });
                }
                Kind::Map(tree)
            }
        };
        Ok(Node::new(kind, Span::default()))
    }
}

impl TryFrom<&Node> for Value {
    type Error = ValueError;

    fn try_from(node: &Node) -> Result<Value, ValueError> {
        Ok(match &node.kind {
            Kind::Null => Value::Null,
            Kind::Bool(bool) => Value::Bool(*bool),
            Kind::Int(int) => Value::Int(*int),
            Kind::Wide(digits) => match digits.parse() {
                Ok(int) => Value::Wide(Box::new(int)),
                Err(_) => return Err(ValueError::TooWide(digits.clone())),
            },
            Kind::Float(float) => Value::Float(*float),
            Kind::String(text) => Value::String(text.to_string()),
            Kind::List(list) => {
                Value::List(list.iter().map(Value::try_from).collect::<Result<_, _>>()?)
            }
            Kind::Map(map) => {
                let entries = map.entries.iter();
                let entries = entries.map(|entry| {
                    Value::try_from(&entry.value).map(|value| (entry.key.to_string(), value))
                });
                Value::Map(Box::new(entries.collect::<Result<_, _>>()?))
            }
            Kind::Script(_) | Kind::Invalid => {
                return Err(ValueError::NotAValue(node.describe()));
            }
        })
    }
}

impl fmt::Display for Value {
    /// The value as compact JSON, for messages. A float that is not finite is written by its name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_node() {
            Ok(node) => f.write_str(&tree::to_json(
                &node,
                tree::Layout::Compact,
                crate::dialect::Dialect::Planout,
            )),
            Err(_) => write!(f, "{self:?}"),
        }
    }
}

impl From<bool> for Value {
    fn from(bool: bool) -> Value {
        Value::Bool(bool)
    }
}

impl From<i64> for Value {
    fn from(int: i64) -> Value {
        Value::Int(int)
    }
}

impl From<i32> for Value {
    fn from(int: i32) -> Value {
        Value::Int(int.into())
    }
}

impl From<f64> for Value {
    fn from(float: f64) -> Value {
        Value::Float(float)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::String(text)
    }
}

impl From<Vec<Value>> for Value {
    fn from(list: Vec<Value>) -> Value {
        Value::List(list)
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Value {
        Value::Map(Box::new(map))
    }
}
