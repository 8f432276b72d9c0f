//! Values that no draw decides: inputs, the unit itself, and what is computed from them.

use std::rc::Rc;

use super::Obstacle;
use super::key::Key;
use super::shares::same;
use super::symbol::{Number, Symbol};
use crate::eval::apply::apply;
use crate::eval::arguments::{Arguments, Val};
use crate::eval::function::Function;
use crate::eval::semantics::Semantics;
use crate::value::{Map, Value};

/// The most parts of a term. One that is shared counts as often as it is used.
const MAX_PARTS: usize = 1000;

/// A value that is known as an expression only.
#[derive(Clone, Debug)]
pub(super) struct Term<'a>(Rc<Inner<'a>>);

#[derive(Debug)]
struct Inner<'a> {
    kind: TermKind<'a>,
    parts: usize,
    has_unit: bool,
    has_draw: bool,
    /// Why its value is not known, if it is not.
    why: Option<Obstacle>,
}

/// The kinds of terms.
#[derive(Debug)]
pub(super) enum TermKind<'a> {
    Known(Val<'a>),
    Input(&'a str),
    /// The primary unit, under its name.
    Unit(&'a str),
    /// A number that was drawn.
    Number(Rc<Number>),
    /// A draw whose outcomes cannot be told apart, or whose odds are not known.
    Draw(Box<OpenDraw<'a>>),
    /// The arguments stand in the order of the parameters.
    Call(Function, Vec<(usize, Term<'a>)>),
    List(Vec<Term<'a>>),
    Map(Vec<(&'a str, Term<'a>)>),
}

/// A random operator and all that decides its draw but the unit that is assigned.
#[derive(Debug, PartialEq)]
pub(super) struct OpenDraw<'a> {
    pub(super) function: Function,
    /// The experiment salt in force.
    pub(super) salt: String,
    pub(super) separator: String,
    pub(super) arguments: Vec<Option<Term<'a>>>,
    /// The numbers that it draws; `None` if they are not known.
    pub(super) keys: Option<Vec<Key>>,
    /// Why it is not followed.
    pub(super) why: Obstacle,
}

impl PartialEq for Term<'_> {
    fn eq(&self, other: &Self) -> bool {
        if Rc::ptr_eq(&self.0, &other.0) {
            return true;
        }
        match (self.kind(), other.kind()) {
            (TermKind::Known(one), TermKind::Known(other)) => same(one, other),
            (TermKind::Input(one), TermKind::Input(other)) => one == other,
            (TermKind::Unit(_), TermKind::Unit(_)) => true,
            (TermKind::Number(one), TermKind::Number(other)) => one == other,
            (TermKind::Draw(one), TermKind::Draw(other)) => one == other,
            (TermKind::Call(one, its), TermKind::Call(other, theirs)) => {
                one == other && its == theirs
            }
            (TermKind::List(one), TermKind::List(other)) => one == other,
            (TermKind::Map(one), TermKind::Map(other)) => one == other,
            _ => false,
        }
    }
}

impl<'a> Term<'a> {
    /// A term, if it does not get too large.
    pub(super) fn new(kind: TermKind<'a>) -> Option<Term<'a>> {
        let inner: Vec<&Term<'a>> = match &kind {
            TermKind::Call(_, arguments) => arguments.iter().map(|(_, term)| term).collect(),
            TermKind::List(items) => items.iter().collect(),
            TermKind::Map(entries) => entries.iter().map(|(_, term)| term).collect(),
            TermKind::Draw(draw) => draw.arguments.iter().flatten().collect(),
            _ => Vec::new(),
        };
        let parts = inner.iter().fold(1, |sum: usize, term| sum.saturating_add(term.0.parts));
        let has_unit =
            matches!(kind, TermKind::Unit(_)) || inner.iter().any(|term| term.0.has_unit);
        let has_draw = matches!(kind, TermKind::Number(_) | TermKind::Draw(_))
            || inner.iter().any(|term| term.0.has_draw);
        let why = match &kind {
            TermKind::Unit(_) => Some(Obstacle::UnitValue),
            TermKind::Number(_) => Some(Obstacle::Computed),
            TermKind::Draw(draw) => Some(draw.why.clone()),
            TermKind::Input(_) => Some(Obstacle::Inputs),
            _ => inner.iter().find_map(|term| term.0.why.clone()),
        };
        let inner = Inner { kind, parts, has_unit, has_draw, why };
        (parts <= MAX_PARTS).then(|| Term(Rc::new(inner)))
    }

    /// The result of an operator that is not random.
    pub(super) fn call(
        function: Function,
        values: impl IntoIterator<Item = Option<Term<'a>>>,
    ) -> Option<Term<'a>> {
        let arguments = values.into_iter().enumerate();
        let arguments = arguments.filter_map(|(place, value)| Some((place, value?))).collect();
        Term::new(TermKind::Call(function, arguments))
    }

    /// Whether a term equals a value, as a condition.
    pub(super) fn equals(self, other: Term<'a>) -> Option<Term<'a>> {
        Term::call(Function::Equals, [Some(self), Some(other)])
    }

    pub(super) fn kind(&self) -> &TermKind<'a> {
        &self.0.kind
    }

    /// Whether it can be evaluated for all inputs, as a condition: an input as it was given, or one
    /// that is compared with a constant for equality.
    pub(super) fn never_fails(&self) -> bool {
        let is_plain =
            |term: &Term<'_>| matches!(term.kind(), TermKind::Input(_) | TermKind::Known(_));
        match self.kind() {
            TermKind::Call(Function::Equals, arguments) => {
                arguments.iter().all(|(_, term)| is_plain(term))
            }
            _ => is_plain(self),
        }
    }

    /// Whether it is an input as it was given.
    pub(super) fn is_input(&self) -> bool {
        matches!(self.kind(), TermKind::Input(_))
    }

    /// Whether it is `true` or `false` wherever it does not fail.
    pub(super) fn is_boolean(&self) -> bool {
        use Function::{Equals, Greater, GreaterOrEqual, Less, LessOrEqual, Not};
        match self.kind() {
            TermKind::Known(value) => value.as_bool().is_some(),
            TermKind::Call(function, _) => {
                matches!(function, Equals | Less | Greater | LessOrEqual | GreaterOrEqual | Not)
            }
            _ => false,
        }
    }

    /// Whether it can be null: an input can, and a part or a choice that is taken from others.
    pub(super) fn may_be_null(&self) -> bool {
        match self.kind() {
            TermKind::Known(value) => value.is_null(),
            TermKind::Input(_) | TermKind::Draw(_) => true,
            TermKind::Call(function, _) => {
                matches!(function, Function::Index | Function::Min | Function::Max)
            }
            TermKind::Unit(_) | TermKind::Number(_) | TermKind::List(_) | TermKind::Map(_) => false,
        }
    }

    /// Whether it depends on the primary unit itself.
    pub(super) fn has_unit(&self) -> bool {
        self.0.has_unit
    }

    /// Whether it depends on a draw.
    pub(super) fn has_draw(&self) -> bool {
        self.0.has_draw
    }

    /// Why its value is not known.
    pub(super) fn obstacle(&self) -> Obstacle {
        self.0.why.clone().unwrap_or(Obstacle::Computed)
    }

    /// The condition without the negations around it, and whether these turn its truth around.
    pub(super) fn without_negations(&self) -> (Term<'a>, bool) {
        let (mut term, mut negated) = (self.clone(), false);
        while let TermKind::Call(Function::Not, arguments) = term.kind()
            && let [(_, inner)] = arguments.as_slice()
        {
            (term, negated) = (inner.clone(), !negated);
        }
        (term, negated)
    }

    /// The names of the inputs in it, each once, and of the unit.
    pub(super) fn names(&self) -> Vec<&'a str> {
        let mut names = Vec::new();
        self.visit(&mut |kind| {
            if let TermKind::Input(name) | TermKind::Unit(name) = kind
                && !names.contains(name)
            {
                names.push(*name);
            }
        });
        names
    }

    /// The draws that it depends on; `None` if they are not known.
    pub(super) fn keys(&self) -> Option<Vec<Key>> {
        let mut keys = Some(Vec::new());
        self.visit(&mut |kind| {
            let found = match kind {
                TermKind::Number(number) => Some(vec![number.key.clone()]),
                TermKind::Draw(draw) => draw.keys.clone(),
                _ => return,
            };
            keys = keys.take().zip(found).map(|(keys, found)| [keys, found].concat());
        });
        keys
    }

    /// Shows all of its parts.
    pub(super) fn visit(&self, see: &mut impl FnMut(&TermKind<'a>)) {
        see(self.kind());
        match self.kind() {
            TermKind::Call(_, arguments) => arguments.iter().for_each(|(_, term)| term.visit(see)),
            TermKind::List(items) => items.iter().for_each(|term| term.visit(see)),
            TermKind::Map(entries) => entries.iter().for_each(|(_, term)| term.visit(see)),
            TermKind::Draw(draw) => {
                draw.arguments.iter().flatten().for_each(|term| term.visit(see));
            }
            _ => {}
        }
    }

    /// Its value for some inputs; `None` if it fails, or cannot be known from them.
    pub(super) fn value<S: Semantics>(&self, inputs: &Map) -> Option<Value> {
        self.value_with::<S>(inputs, None)
    }

    /// The same, with a value for the numbers that were drawn.
    pub(super) fn value_with<S: Semantics>(
        &self,
        inputs: &Map,
        number: Option<f64>,
    ) -> Option<Value> {
        Some(match self.kind() {
            TermKind::Known(value) => value.clone().into_owned(),
            TermKind::Input(name) | TermKind::Unit(name) => {
                inputs.get(*name).cloned().unwrap_or(Value::Null)
            }
            TermKind::Number(_) => Value::Float(number?),
            TermKind::Draw(_) => return None,
            TermKind::Call(function, arguments) => {
                let mut values = Arguments::new(*function, S::NULL_IS_MISSING);
                for (parameter, term) in arguments {
                    values.set(*parameter, Val::Owned(term.value_with::<S>(inputs, number)?));
                }
                apply::<S>(values).ok()?.into_owned()
            }
            TermKind::List(items) => {
                let items = items.iter().map(|term| term.value_with::<S>(inputs, number));
                Value::List(items.collect::<Option<_>>()?)
            }
            TermKind::Map(entries) => {
                let entries = entries.iter();
                let entries = entries.map(|(key, term)| {
                    Some(((*key).to_owned(), term.value_with::<S>(inputs, number)?))
                });
                Value::from(entries.collect::<Option<Map>>()?)
            }
        })
    }
}

impl<'a> Symbol<'a> {
    /// The symbol as a term, if no draw but that of a number decides it. It has been forced.
    pub(super) fn term(&self, unit: &'a str) -> Option<Term<'a>> {
        Term::new(match self {
            Symbol::Open(term) => return Some(term.clone()),
            Symbol::Known(value) => TermKind::Known(value.clone()),
            Symbol::Unit => TermKind::Unit(unit),
            Symbol::Number(number) => TermKind::Number(Rc::clone(number)),
            Symbol::List(items) => {
                TermKind::List(items.iter().map(|item| item.term(unit)).collect::<Option<_>>()?)
            }
            Symbol::Map(entries) => {
                let entries = entries.iter();
                let entries = entries.map(|(key, value)| Some((*key, value.term(unit)?)));
                TermKind::Map(entries.collect::<Option<_>>()?)
            }
            Symbol::Draw(_) | Symbol::Filter(_) | Symbol::Unknown(_) => return None,
        })
    }
}
