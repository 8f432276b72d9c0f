//! The declared inputs, as a namespace writes them under `inputs`.

use super::fields::wrong_type;
use crate::diagnostic::{Code, Diagnostic, visible};
use crate::namespace::inputs::{DeclaredInput, DeclaredInputs, InputError, InputValues};
use crate::nearest::nearest;
use crate::source::Span;
use crate::tree::{Entry, Kind, Map, Node};
use crate::value::{Type, Value};

const VALUES: &str = "values";
const SHARES: &str = "shares";

/// The problem of a declaration; `None` if it has been reported already.
type Wrong = Option<Box<Diagnostic>>;

impl DeclaredInputs {
    /// Reads the value of `inputs`: a list of names, or a mapping from names to what they may be. An
    /// input whose declaration is wrong may be anything.
    pub(crate) fn read(
        node: &Node,
        unit: Option<&str>,
        found: &mut Vec<Diagnostic>,
    ) -> DeclaredInputs {
        let mut inputs = DeclaredInputs::default();
        match &node.kind {
            Kind::List(items) => {
                for item in items {
                    match item.as_str() {
                        Some(name) => inputs.declare(name.trim(), DeclaredInput::Anything),
                        None => found.push(wrong_type(item, "inputs", "a list of names")),
                    }
                }
            }
            Kind::Map(map) => {
                for entry in &map.entries {
                    let name = entry.key.trim();
                    if name.is_empty() {
                        let message = "an input has no name";
                        found.push(Diagnostic::error(Code::EmptyValue, entry.key_span, message));
                        continue;
                    }
                    let input = Declaration { name }.read(entry, unit).unwrap_or_else(|wrong| {
                        found.extend(wrong.map(|problem| *problem));
                        DeclaredInput::Anything
                    });
                    inputs.declare(name, input);
                }
            }
            Kind::Invalid => {}
            _ => found.push(wrong_type(node, "inputs", "a list of names or a mapping")),
        }
        inputs
    }
}

/// The declaration of an input.
struct Declaration<'a> {
    name: &'a str,
}

impl Declaration<'_> {
    fn wrong(&self, code: Code, place: Span, message: impl AsRef<str>) -> Diagnostic {
        let message = format!("input `{}`: {}", visible(self.name), message.as_ref());
        Diagnostic::error(code, place, message)
    }

    fn read(&self, entry: &Entry, unit: Option<&str>) -> Result<DeclaredInput, Wrong> {
        let node = &entry.value;
        if unit == Some(self.name) && node.kind != Kind::Null {
            let message = "the primary unit may be anything";
            let problem = self.wrong(Code::InputDeclaration, entry.key_span, message);
            return Err(Some(problem.help("leave it out: `unit` declares it already").boxed()));
        }
        match &node.kind {
            Kind::Null => Ok(DeclaredInput::Anything),
            Kind::Invalid => Err(None),
            Kind::String(word) => self.of_type(word.trim(), node.span),
            Kind::List(items) => self.one_of(items, node.span, None),
            Kind::Map(map) => self.of_mapping(map, node.span),
            _ => {
                let message =
                    format!("it is a type, a list of values or a mapping, not {}", node.describe());
                let help = "put its values into a list, even if there is only one";
                Err(Some(self.wrong(Code::WrongType, node.span, message).help(help).boxed()))
            }
        }
    }

    fn of_type(&self, word: &str, place: Span) -> Result<DeclaredInput, Wrong> {
        if let Ok(kind) = word.parse() {
            return Ok(DeclaredInput::OfType(kind));
        }
        let words = Type::ALL.map(|(word, _)| word);
        let shown = visible(word);
        let near = foreign(word).or_else(|| nearest(word, words));
        let (hint, help) = match near {
            Some(near) => (format!("did you mean `{near}`?"), None),
            None => {
                let known = format!("known: `{}`", words.join("`, `"));
                (known, Some(format!("values stand in a list: `[{shown}]`")))
            }
        };
        let message = format!("unknown type `{shown}`: {hint}");
        let mut problem = self.wrong(Code::UnknownSetting, place, message);
        problem.help = help;
        Err(Some(match near {
            Some(near) => problem.replace(place, near).boxed(),
            None => problem.boxed(),
        }))
    }

    /// Reads `{values: [...], shares: [...]}`.
    fn of_mapping(&self, map: &Map, place: Span) -> Result<DeclaredInput, Wrong> {
        let is_known = |entry: &&Entry| matches!(&*entry.key, VALUES | SHARES);
        if let Some(unknown) = map.entries.iter().find(|entry| !is_known(entry)) {
            return Err(Some(self.unknown_key(unknown, map).boxed()));
        }
        let Some(values) = map.get(VALUES) else {
            let problem = self.wrong(Code::MissingKey, place, "missing key `values`");
            let help = "such as `{values: [wifi, 4g], shares: [0.7, 0.3]}`";
            return Err(Some(problem.help(help).boxed()));
        };
        let items = self.list(values, VALUES)?;
        match map.get(SHARES).filter(|shares| shares.kind != Kind::Null) {
            None => self.one_of(items, values.span, None),
            Some(shares) => {
                self.one_of(items, values.span, Some((self.list(shares, SHARES)?, shares.span)))
            }
        }
    }

    fn unknown_key(&self, unknown: &Entry, map: &Map) -> Diagnostic {
        let (key, place) = (visible(&unknown.key), unknown.key_span);
        let near = nearest(&unknown.key, [VALUES, SHARES]).filter(|near| map.get(near).is_none());
        match near {
            Some(near) => {
                let message = format!("unknown key `{key}`: did you mean `{near}`?");
                self.wrong(Code::UnknownSetting, place, message).replace(place, near)
            }
            None => {
                let message = format!("unknown key `{key}`: known: `values`, `shares`");
                self.wrong(Code::UnknownSetting, place, message)
                    .help(format!("a type stands alone: `{}: integer`", visible(self.name)))
            }
        }
    }

    fn list<'n>(&self, node: &'n Node, key: &str) -> Result<&'n [Node], Wrong> {
        node.as_list().ok_or_else(|| {
            (node.kind != Kind::Invalid).then(|| {
                let message = format!("`{key}` must be a list, not {}", node.describe());
                self.wrong(Code::WrongType, node.span, message).boxed()
            })
        })
    }

    /// Reads the values at a place, and perhaps their shares at another.
    fn one_of(
        &self,
        items: &[Node],
        place: Span,
        shares: Option<(&[Node], Span)>,
    ) -> Result<DeclaredInput, Wrong> {
        let values: Vec<Value> =
            items.iter().map(|item| self.value(item)).collect::<Result<_, _>>()?;
        let numbers = match shares {
            Some((list, _)) => {
                Some(list.iter().map(|item| self.share(item)).collect::<Result<_, _>>()?)
            }
            None => None,
        };
        InputValues::new(values, numbers).map(DeclaredInput::OneOf).map_err(|error| {
            let (shares, of_shares) = shares.unwrap_or((&[], place));
            Some(self.refused(&error, (items, place), (shares, of_shares)).boxed())
        })
    }

    fn value(&self, item: &Node) -> Result<Value, Wrong> {
        Value::try_from(item).map_err(|error| {
            (item.kind != Kind::Invalid)
                .then(|| self.wrong(Code::WrongType, item.span, error.to_string()).boxed())
        })
    }

    fn share(&self, item: &Node) -> Result<f64, Wrong> {
        match &item.kind {
            Kind::Int(int) => Ok(*int as f64),
            Kind::Float(float) => Ok(*float),
            Kind::Invalid => Err(None),
            _ => {
                let message = format!("a share must be a number, not {}", item.describe());
                Err(Some(self.wrong(Code::WrongType, item.span, message).boxed()))
            }
        }
    }

    /// The problem of values or shares, at the part that is wrong.
    fn refused(
        &self,
        error: &InputError,
        (items, place): (&[Node], Span),
        (shares, of_shares): (&[Node], Span),
    ) -> Diagnostic {
        let value = |index: usize| items.get(index).map_or(place, |item| item.span);
        let share = |index: usize| shares.get(index).map_or(of_shares, |item| item.span);
        let wrong = |code, place| self.wrong(code, place, error.to_string());
        match *error {
            InputError::NoValues => wrong(Code::EmptyValue, place)
                .help("list the values that it may have; a name without a value may be anything"),
            InputError::TooManyValues(_) => {
                wrong(Code::InputDeclaration, place).help("declare its type instead")
            }
            InputError::NotAScalar { index, .. } => wrong(Code::WrongType, value(index)),
            InputError::Duplicate { indices: [first, second], .. } => {
                wrong(Code::InputDeclaration, value(second)).also(value(first), "first given here")
            }
            InputError::ShareCount { .. } => wrong(Code::InputDeclaration, of_shares),
            InputError::Share { index, .. } => wrong(Code::InputDeclaration, share(index)),
            InputError::ShareSum(_) => wrong(Code::InputDeclaration, of_shares)
                .help("each share is a part of 1; without `shares`, all values are equally common"),
        }
    }
}

/// Our word for a type that other languages call by another word.
fn foreign(word: &str) -> Option<&'static str> {
    match word.to_lowercase().as_str() {
        "str" | "text" | "varchar" => Some("string"),
        "int" | "long" | "int64" | "bigint" => Some("integer"),
        "number" | "double" | "decimal" | "real" => Some("float"),
        "bool" => Some("boolean"),
        _ => None,
    }
}
