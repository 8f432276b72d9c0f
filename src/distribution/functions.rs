//! The operators that are not random, for arguments that are partly unknown.

use std::borrow::Cow;
use std::rc::Rc;

use super::Obstacle;
use super::image::{Image, outcomes};
use super::symbol::{Draw, Number, Outcomes, Symbol};
use super::term::{Term, TermKind};
use super::walk::{Stop, Walked, Walker};
use crate::eval::apply::apply;
use crate::eval::arguments::{Arguments, Val};
use crate::eval::error::Reason;
use crate::eval::function::{Function, MAX_PARAMETERS};
use crate::eval::program::Call;
use crate::eval::semantics::Semantics;
use crate::source::Span;
use crate::value::Value;

/// The most keys of a map of which each is a case.
const MAX_KEYS: usize = 32;

impl<'a, S: Semantics> Walker<'_, 'a, S> {
    /// An operator that is not random.
    pub(super) fn call(&mut self, call: &'a Call, span: Span) -> Walked<'a, Symbol<'a>> {
        let mut arguments = Vec::with_capacity(call.arguments.len());
        for (parameter, argument) in &call.arguments {
            let value = self.expr(argument)?;
            if let Some(parameter) = parameter {
                arguments.push((*parameter, value));
            }
        }
        if let Some(found) = self.part(call.function, &arguments)? {
            return Ok(found);
        }
        let mut values: [Option<Symbol<'a>>; MAX_PARAMETERS] = [const { None }; MAX_PARAMETERS];
        for (parameter, value) in arguments {
            values[parameter] = Some(self.world.force_all(value)?);
        }
        let symbols = || values.iter().flatten();
        if symbols().all(|value| matches!(value, Symbol::Known(_))) {
            let at = |reason: Reason| Stop::from(reason.at(span));
            let value = self.apply(call.function, &values).map_err(at)?;
            return Ok(Symbol::Known(value));
        }
        if call.function == Function::Equals
            && symbols().any(|symbol| matches!(symbol, Symbol::Unit))
            && symbols().any(|symbol| matches!(symbol, Symbol::Known(value) if value.is_null()))
        {
            return Ok(Symbol::value(false));
        }
        if call.function == Function::Not
            && symbols().all(|symbol| matches!(symbol, Symbol::Number(number) if !number.whole))
        {
            return Ok(Symbol::value(false));
        }
        if call.function == Function::Index
            && let [Some(map), Some(index), ..] = &values
            && let Some(found) = self.entry(map, index)?
        {
            return Ok(found);
        }
        if let Some(compared) = self.compare(call.function, &values) {
            return compared.map_err(|reason| reason.at(span).into());
        }
        let terms = values.iter().map(|value| match value {
            Some(value) => value.term(self.setting.unit).map(Some),
            None => Some(None),
        });
        let terms: Option<Vec<Option<Term<'a>>>> = terms.collect();
        if let Some(term) = terms.and_then(|terms| Term::call(call.function, terms)) {
            return Ok(stepped::<S>(call.function, &term).unwrap_or(Symbol::Open(term)));
        }
        let unknown = symbols().find(|value| !matches!(value, Symbol::Known(_)));
        Ok(Symbol::Unknown(unknown.map_or(Obstacle::Computed, Symbol::obstacle)))
    }

    fn apply(&self, function: Function, values: &[Option<Symbol<'a>>]) -> Result<Val<'a>, Reason> {
        let mut arguments = Arguments::new(function, S::NULL_IS_MISSING);
        for (parameter, value) in values.iter().enumerate() {
            if let Some(Symbol::Known(value)) = value {
                arguments.set(parameter, value.clone());
            }
        }
        apply::<S>(arguments)
    }

    /// The length or an item of a list with unknown items, or an entry of such a mapping.
    fn part(
        &mut self,
        function: Function,
        arguments: &[(usize, Symbol<'a>)],
    ) -> Walked<'a, Option<Symbol<'a>>> {
        let argument = |name| {
            let parameter = function.parameter(name)?;
            let found = arguments.iter().rev().find(|(place, _)| *place == parameter)?;
            Some(found.1.clone())
        };
        let list = match function {
            Function::Length => argument("value"),
            Function::Index => argument("base"),
            _ => None,
        };
        let Some(list) = list else {
            return Ok(None);
        };
        let length = match self.world.force(list.clone())? {
            Symbol::List(items) => items.len(),
            Symbol::Map(entries) => entries.len(),
            _ => return Ok(None),
        };
        if function == Function::Length {
            return Ok(Some(Symbol::value(length as i64)));
        }
        let Some(index) = argument("index") else {
            return Ok(None);
        };
        Ok(match (self.world.force(list)?, self.world.force_all(index)?) {
            (Symbol::List(items), Symbol::Known(index)) => match S::list_index(&index) {
                Ok(place) => {
                    let item = place.and_then(|place| items.get(place)).cloned();
                    Some(item.unwrap_or_else(|| Symbol::value(Value::Null)))
                }
                // The operator itself reports the error.
                Err(_) => None,
            },
            (Symbol::Map(entries), Symbol::Known(index)) => index.as_str().map(|key| {
                let entry = entries.iter().find(|(known, _)| *known == key);
                entry.map_or(Symbol::value(Value::Null), |(_, value)| value.clone())
            }),
            _ => None,
        })
    }

    /// The entry of a small map under a key that is an input: each key is a case.
    fn entry(&mut self, map: &Symbol<'a>, index: &Symbol<'a>) -> Walked<'a, Option<Symbol<'a>>> {
        let (Symbol::Known(value), Symbol::Open(index)) = (map, index) else {
            return Ok(None);
        };
        let Value::Map(entries) = &**value else {
            return Ok(None);
        };
        if entries.len() > MAX_KEYS || !matches!(index.kind(), TermKind::Input(_)) {
            return Ok(None);
        }
        for (key, value) in entries.iter() {
            let key = Term::new(TermKind::Known(Cow::Owned(Value::from(key.as_str()))));
            let Some(condition) = key.and_then(|key| index.clone().equals(key)) else {
                return Ok(None);
            };
            if self.decide(&condition)? {
                return Ok(Some(Symbol::value(value.clone())));
            }
        }
        // Nothing else is in it. A key of another kind is an error, and those who fail get no value.
        Ok(Some(Symbol::value(Value::Null)))
    }

    /// A comparison of a continuous number with a value: it splits the range of the number.
    fn compare(
        &self,
        function: Function,
        values: &[Option<Symbol<'a>>],
    ) -> Option<Result<Symbol<'a>, Reason>> {
        if !matches!(
            function,
            Function::Equals
                | Function::Less
                | Function::Greater
                | Function::LessOrEqual
                | Function::GreaterOrEqual
        ) {
            return None;
        }
        let (number, bound, number_is_left) = match values {
            [Some(Symbol::Number(number)), Some(Symbol::Known(bound)), ..] => (number, bound, true),
            [Some(Symbol::Known(bound)), Some(Symbol::Number(number)), ..] => {
                (number, bound, false)
            }
            _ => return None,
        };
        if number.whole {
            return None;
        }
        let Number { min, max, .. } = **number;
        // Where a boolean can be compared with a number, it is 0 or 1.
        let bound_number = bound.as_float().or(bound.as_bool().map(|it| f64::from(u8::from(it))));
        let split = bound_number.map_or(0.0, |bound| (bound - min) / (max - min));
        let split = if split.is_nan() { 0.0 } else { split.clamp(0.0, 1.0) };
        // The comparison has one result in the whole part, so the middle of the part is compared.
        let outcome = |share: f64| {
            let middle = Some(Symbol::value(min + (max - min) * share));
            let bound = Some(Symbol::Known(bound.clone()));
            let pair = if number_is_left { [middle, bound] } else { [bound, middle] };
            self.apply(function, &pair).map(Symbol::Known)
        };
        let ends = outcome(split / 2.0).and_then(|below| {
            Ok(vec![(split, Ok(below)), (1.0, Ok(outcome((split + 1.0) / 2.0)?))])
        });
        Some(ends.map(|ends| {
            let outcomes = Outcomes::Intervals(ends);
            Symbol::Draw(Rc::new(Draw { key: number.key.clone(), outcomes, parts: Vec::new() }))
        }))
    }
}

/// The draw of a value that steps as a continuous number goes through its range.
fn stepped<'a, S: Semantics>(function: Function, term: &Term<'a>) -> Option<Symbol<'a>> {
    let steps = matches!(
        function,
        Function::Round
            | Function::Less
            | Function::Greater
            | Function::LessOrEqual
            | Function::GreaterOrEqual
    );
    let image = Image::of(term).filter(|_| steps)?;
    let outcomes = outcomes(image.steps::<S>()?);
    let key = image.number.key.clone();
    Some(Symbol::Draw(Rc::new(Draw { key, outcomes, parts: Vec::new() })))
}
