//! The types that inputs have by a declaration, and that the fields of a column are read as.

use std::fmt;
use std::str::FromStr;

use super::Value;
use crate::diagnostic::UnknownWord;

/// A type of values that are given from outside: of a declared input, or of a column whose file does
/// not tell it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Type {
    /// Text as it is written.
    #[default]
    String,
    /// A whole number.
    Integer,
    /// A number. The text of a double is hashed.
    Float,
    /// `true` or `false`.
    Boolean,
}

impl Type {
    /// The names of the types.
    pub const ALL: [(&'static str, Type); 4] = [
        ("string", Type::String),
        ("integer", Type::Integer),
        ("float", Type::Float),
        ("boolean", Type::Boolean),
    ];

    /// The kind of its values with an article, for a message.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Type::String => "a string",
            Type::Integer => "an integer",
            Type::Float => "a number",
            Type::Boolean => "`true` or `false`",
        }
    }

    /// Whether a value has this type. A whole number is a number, too, and null has no type.
    pub fn has(self, value: &Value) -> bool {
        match self {
            Type::String => matches!(value, Value::String(_)),
            Type::Integer => matches!(value, Value::Int(_) | Value::Wide(_)),
            Type::Float => matches!(value, Value::Int(_) | Value::Wide(_) | Value::Float(_)),
            Type::Boolean => matches!(value, Value::Bool(_)),
        }
    }
}

impl FromStr for Type {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Type, UnknownWord> {
        UnknownWord::unless_known("type", word, &Type::ALL)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = Type::ALL.iter().find(|(_, kind)| kind == self).map_or("", |(word, _)| word);
        f.write_str(word)
    }
}
