//! The types that the fields of a column can be read as.

use std::fmt;
use std::str::FromStr;

use crate::diagnostic::UnknownWord;

/// The type of a column's fields, if the file does not tell it.
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

    pub(super) fn describe(self) -> &'static str {
        match self {
            Type::String => "a string",
            Type::Integer => "an integer",
            Type::Float => "a number",
            Type::Boolean => "`true` or `false`",
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
