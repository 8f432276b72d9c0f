//! The operators that are not random, for arguments that are partly unknown.

use std::rc::Rc;

use super::Obstacle;
use super::symbol::{Draw, Number, Outcomes, Symbol};
use super::walk::{Stop, Walked, Walker};
use crate::eval::apply::apply;
use crate::eval::arguments::{Arguments, Val};
use crate::eval::error::Reason;
use crate::eval::function::{Function, MAX_PARAMETERS};
use crate::eval::program::Call;
use crate::eval::semantics::Semantics;
use crate::source::Span;
use crate::value::Value;

impl<'a, S: Semantics> Walker<'_, 'a, S> {
    /// An operator that is not random.
    pub(super) fn call(&mut self, call: &'a Call, span: Span) -> Walked<Symbol<'a>> {
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
        if let Some(compared) = self.compare(call.function, &values) {
            return compared.map_err(|reason| reason.at(span).into());
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
    ) -> Walked<Option<Symbol<'a>>> {
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
        let split = bound.as_float().map_or(0.0, |bound| (bound - min) / (max - min));
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
