//! Tags: the types that a text gives its values.

use super::excerpt;
use super::scalar::{self, Value};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::tree::Kind;

/// The meaning of a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    /// `!planout`
    Script,
    /// `!`: the value is not resolved.
    NonSpecific,
    /// `!!str`
    String,
    /// `!!int`
    Int,
    /// `!!float`
    Float,
    /// `!!bool`
    Bool,
    /// `!!null`
    Null,
    /// `!!seq`
    List,
    /// `!!map`
    Map,
    /// Any other tag.
    Unknown,
}

impl Tag {
    /// The meaning of the parser's tag.
    pub(super) fn of(tag: &granit_parser::Tag) -> Tag {
        match tag.core_suffix() {
            Some("str") => Tag::String,
            Some("int") => Tag::Int,
            Some("float") => Tag::Float,
            Some("bool") => Tag::Bool,
            Some("null") => Tag::Null,
            Some("seq") => Tag::List,
            Some("map") => Tag::Map,
            _ => match tag.suffix_in_namespace("!").as_deref() {
                Some("planout") => Tag::Script,
                Some("") => Tag::NonSpecific,
                _ => Tag::Unknown,
            },
        }
    }

    /// The value of a scalar with this tag, if its text fits the tag.
    pub(super) fn value(self, text: &str) -> Option<Value> {
        match self {
            Tag::Int => scalar::int(text),
            Tag::Float => scalar::float(text),
            Tag::Bool => scalar::boolean(text).map(|truth| Value::Kind(Kind::Bool(truth))),
            Tag::Null => scalar::is_null(text).then_some(Value::Kind(Kind::Null)),
            _ => None,
        }
    }

    /// The problem of a tag on a scalar that it does not fit.
    pub(super) fn misplaced(self, written: &str, place: Span, text: &str) -> Diagnostic {
        match self {
            Tag::Unknown => unknown(written, place),
            Tag::Map | Tag::List => unfit(written, place, "a scalar"),
            _ => unfit(written, place, &format!("`{}`", excerpt(text))),
        }
    }

    /// The problem of a tag on a list or a mapping that it does not fit.
    pub(super) fn on_collection(self, written: &str, place: Span, fits: Tag) -> Diagnostic {
        let what = match fits {
            Tag::List => "a list",
            _ => "a mapping",
        };
        match self {
            Tag::Unknown => unknown(written, place),
            Tag::Script => problem(place, format!("`{written}` cannot tag {what}"))
                .help("only a scalar can be a script: write `!planout |` and indented lines"),
            _ => unfit(written, place, what),
        }
    }
}

fn unknown(written: &str, place: Span) -> Diagnostic {
    let written = excerpt(written);
    problem(place, format!("the tag `{written}` is not known here"))
        .help("leave the tag out, or put the value in quotes if the `!` belongs to it")
        .suggest(&written, ["!planout"])
}

fn unfit(written: &str, place: Span, what: &str) -> Diagnostic {
    let written = excerpt(written);
    problem(place, format!("the tag `{written}` does not fit {what}")).help("leave the tag out")
}

fn problem(place: Span, message: String) -> Diagnostic {
    Diagnostic::error(Code::UnsupportedTag, place, message)
}
