//! The random operators with an unknown unit.

use std::borrow::Cow;
use std::rc::Rc;

use super::key::{Key, Shuffle};
use super::shares::same;
use super::symbol::{Draw, Filter, Number, Outcomes, Symbol};
use super::term::{OpenDraw, Term, TermKind};
use super::walk::{Trace, Walked, Walker};
use super::{MAX_VALUES, Obstacle};
use crate::draw::DrawText;
use crate::eval::arguments::{Arguments, Outcome};
use crate::eval::error::Reason;
use crate::eval::function::{Function, MAX_PARAMETERS};
use crate::eval::odds::{Odds, probability};
use crate::eval::program::Call;
use crate::eval::random::{self, SaltInForce, kept};
use crate::eval::semantics::Semantics;
use crate::source::Span;
use crate::value::Value;

/// The arguments of an operator. All except the unit are values.
struct Given<'a> {
    function: Function,
    values: [Option<Value>; MAX_PARAMETERS],
    unit: Option<Symbol<'a>>,
    /// The choices of an operator that selects one of them.
    choices: Vec<Symbol<'a>>,
}

impl<'a> Given<'a> {
    /// The arguments with a given unit.
    fn arguments<S: Semantics>(&self, unit: &Value) -> Arguments<'static> {
        let mut arguments = Arguments::new(self.function, S::NULL_IS_MISSING);
        for (parameter, value) in self.values.iter().enumerate() {
            if let Some(value) = value {
                arguments.set(parameter, Cow::Owned(value.clone()));
            }
        }
        if self.unit.is_some() {
            arguments.set(0, Cow::Owned(unit.clone()));
        }
        arguments
    }

    /// The chosen value for the position that the operator draws, or the value itself.
    fn chosen(&self, value: Value) -> Symbol<'a> {
        let place = value.as_int().and_then(|place| usize::try_from(place).ok());
        match place.and_then(|place| self.choices.get(place)) {
            Some(choice) if chooses_one(self.function) => choice.clone(),
            _ => Symbol::value(value),
        }
    }
}

fn chooses_one(function: Function) -> bool {
    matches!(function, Function::UniformChoice | Function::WeightedChoice)
}

impl<'a, S: Semantics> Walker<'_, 'a, S> {
    pub(super) fn random(&mut self, call: &'a Call, span: Span) -> Walked<'a, Symbol<'a>> {
        let mut symbols: [Option<Symbol<'a>>; MAX_PARAMETERS] = [const { None }; MAX_PARAMETERS];
        for (parameter, argument) in &call.arguments {
            let value = self.expr(argument)?;
            if let Some(parameter) = parameter {
                symbols[*parameter] = Some(value);
            }
        }
        let mut given = match self.given(call.function, symbols.clone())? {
            Ok(given) => given,
            Err(obstacle) => {
                let symbol = self.open(call.function, symbols, obstacle)?;
                self.drawn.push((span, symbol.clone()));
                return Ok(symbol);
            }
        };
        let unit = match given.unit.take() {
            Some(unit) => Some(self.world.force_all(unit)?),
            None => None,
        };
        given.unit = unit;
        let drawn = self.draw(&given).map_err(|reason| reason.at(span))?;
        self.drawn.push((span, drawn.clone()));
        match drawn {
            Symbol::Unknown(obstacle) => self.open(call.function, symbols, obstacle),
            // Units for which a draw fails get nothing, whether or not the value is used.
            Symbol::Draw(draw) if draw.may_fail() => Ok(self.world.force(Symbol::Draw(draw))?),
            symbol => Ok(symbol),
        }
    }

    /// A draw that is known from others only: by all that decides it.
    fn open(
        &mut self,
        function: Function,
        symbols: [Option<Symbol<'a>>; MAX_PARAMETERS],
        why: Obstacle,
    ) -> Walked<'a, Symbol<'a>> {
        let mut arguments: Vec<Option<Term<'a>>> = Vec::with_capacity(MAX_PARAMETERS);
        let mut values = [const { None }; MAX_PARAMETERS];
        for (parameter, symbol) in symbols.into_iter().enumerate() {
            let symbol = symbol.map(|symbol| self.world.force_all(symbol)).transpose()?;
            arguments.push(match &symbol {
                Some(symbol) => match symbol.term(self.setting.unit) {
                    Some(term) => Some(term),
                    None => return Ok(Symbol::Unknown(why)),
                },
                None => None,
            });
            values[parameter] = symbol;
        }
        let keys = self.open_keys(function, values);
        let (salt, separator) = (self.salt.to_owned(), self.separator.clone());
        let draw = OpenDraw { function, salt, separator, arguments, keys, why: why.clone() };
        let term = Term::new(TermKind::Draw(Box::new(draw)));
        Ok(term.map_or(Symbol::Unknown(why), Symbol::Open))
    }

    /// The numbers that an operator draws whose other arguments are not known; `None` if its salt
    /// or its unit is not known, either, or it draws several.
    fn open_keys(
        &mut self,
        function: Function,
        mut values: [Option<Symbol<'a>>; MAX_PARAMETERS],
    ) -> Option<Vec<Key>> {
        if matches!(function, Function::BernoulliFilter | Function::Sample | Function::FastSample) {
            return None;
        }
        let unit = values[0].take()?;
        let mut arguments = Arguments::new(function, S::NULL_IS_MISSING);
        for parameter in [1, 2] {
            match values[parameter].take() {
                Some(Symbol::Known(value)) => arguments.set(parameter, value),
                Some(_) => return None,
                None => {}
            }
        }
        let salt = SaltInForce { experiment: self.salt, separator: &self.separator };
        let mut key = Key::from(salt.of_call(&arguments).ok()?.begin::<DrawText>());
        unit.write_unit::<S>(&mut key.text).ok()?;
        (key.text.has_unit() && self.note_all(&[&key])).then(|| vec![key])
    }

    /// The arguments, if all except the unit and the choices are known.
    fn given(
        &mut self,
        function: Function,
        symbols: [Option<Symbol<'a>>; MAX_PARAMETERS],
    ) -> Walked<'a, Result<Given<'a>, Obstacle>> {
        let values = [const { None }; MAX_PARAMETERS];
        let mut given = Given { function, values, unit: None, choices: Vec::new() };
        let choices = function.parameter("choices").filter(|_| chooses_one(function));
        for (parameter, symbol) in symbols.into_iter().enumerate() {
            let Some(symbol) = symbol else {
                continue;
            };
            if parameter == 0 {
                given.unit = Some(symbol);
                continue;
            }
            if Some(parameter) == choices
                && let Some(items) = self.world.force(symbol.clone())?.items()
            {
                // The operator selects a position, so the value there need not be known.
                let places = (0..items.len()).map(|place| Value::Int(place as i64));
                given.values[parameter] = Some(Value::List(places.collect()));
                given.choices = items;
                continue;
            }
            let symbol = self.world.force_all(symbol)?;
            let obstacle = symbol.obstacle();
            given.values[parameter] = match symbol.into_value() {
                Some(value) => Some(value),
                None => return Ok(Err(obstacle)),
            };
        }
        Ok(Ok(given))
    }

    fn draw(&mut self, given: &Given<'a>) -> Outcome<Symbol<'a>> {
        let salt = SaltInForce { experiment: self.salt, separator: &self.separator };
        if let Some(Symbol::Known(unit)) = &given.unit {
            let value = random::run::<S>(given.arguments::<S>(unit), salt)?;
            return Ok(given.chosen(value.into_owned()));
        }
        // Any unit shows the errors of the other arguments.
        let unit = Value::from("0");
        let sample = match random::run::<S>(given.arguments::<S>(&unit), salt) {
            Ok(value) => value.into_owned(),
            // The position is after the last choice. Not every unit draws it.
            Err(Reason::Weights { .. }) => Value::Null,
            Err(reason) => return Err(reason),
        };
        let arguments = given.arguments::<S>(&unit);
        let (Some(unit), Ok(salt)) = (&given.unit, salt.of_call(&arguments)) else {
            // The unit is not needed, because nothing is drawn.
            return Ok(given.chosen(sample));
        };
        let mut key = Key::from(salt.begin::<DrawText>());
        if let Err(obstacle) = unit.write_unit::<S>(&mut key.text) {
            return Ok(Symbol::Unknown(obstacle));
        }
        if !key.text.has_unit() {
            return Ok(Symbol::Unknown(Obstacle::ComputedUnit));
        }
        let elements = match unit {
            Symbol::List(items) => Some(items.len()),
            _ => None,
        };
        let symbol = match Odds::of::<S>(&arguments)? {
            Some(odds) => single::<S>(odds, given, key)?,
            None if given.function == Function::BernoulliFilter => {
                let probability = probability::<S>(&arguments)?;
                let choices = arguments.list("choices")?;
                let keys = key.appended::<S>(choices, elements).into_iter();
                let trials = keys.zip(choices.iter().cloned().map(Symbol::value)).collect();
                Symbol::Filter(Rc::new(Filter { trials, probability }))
            }
            None => self.series(&arguments, &key, elements, sample)?,
        };
        Ok(if self.note(&symbol) { symbol } else { Symbol::Unknown(Obstacle::OpenDraws) })
    }

    /// The outcome of `sample` and `fastSample`: all orders of the elements that they keep are equally
    /// likely.
    fn series(
        &mut self,
        arguments: &Arguments<'_>,
        key: &Key,
        elements: Option<usize>,
        sample: Value,
    ) -> Outcome<Symbol<'a>> {
        let choices = arguments.list("choices")?;
        let fast = arguments.operator() != "sample";
        let stops_at = if fast { 1 } else { S::SHUFFLE_STOPS_AT };
        let kept = kept(S::draws(arguments, choices.len())?, choices.len());
        if kept == 0 || choices.len() <= 1 {
            return Ok(Symbol::value(sample));
        }
        let shuffle = key.with_shuffle(Shuffle {
            choices: choices.len(),
            kept,
            stops_at,
            fast,
            is_list: elements.is_some(),
        });
        let known = self.trace.series.get(&shuffle);
        if let Some((_, draw)) = known.filter(|(known, _)| is_same(known, choices)) {
            return Ok(Symbol::Draw(Rc::clone(draw)));
        }
        let Some(orders) = orders(choices.len(), kept) else {
            return Ok(Symbol::Unknown(Obstacle::ManyValues));
        };
        let places: Vec<Value> =
            (stops_at..choices.len()).rev().map(|i| Value::Int(i as i64)).collect();
        let parts = key.appended::<S>(&places, elements);
        let pick = |order: Vec<usize>| {
            Symbol::value(order.into_iter().map(|place| choices[place].clone()).collect::<Vec<_>>())
        };
        let outcomes: Vec<_> = orders.into_iter().map(pick).collect();
        self.trace.steps += outcomes.len();
        let outcomes = Outcomes::Remainders(outcomes);
        let draw = Rc::new(Draw { key: shuffle.clone(), outcomes, parts });
        self.trace.series.insert(shuffle, (choices.to_vec(), Rc::clone(&draw)));
        Ok(Symbol::Draw(draw))
    }

    /// Remembers which draws a script makes. False if it cannot be told whether one of them is
    /// another one that was met on this path.
    fn note(&mut self, symbol: &Symbol<'a>) -> bool {
        let keys: Vec<&Key> = match symbol {
            Symbol::Draw(draw) => draw.parts.iter().chain([&draw.key]).collect(),
            Symbol::Filter(filter) => filter.trials.iter().map(|(key, _)| key).collect(),
            Symbol::Number(number) => vec![&number.key],
            _ => Vec::new(),
        };
        self.note_all(&keys)
    }

    fn note_all(&mut self, keys: &[&Key]) -> bool {
        let Trace { keys: all, met, open, .. } = &mut *self.trace;
        let mut is_clear = true;
        for &key in keys {
            all.insert(key.clone());
            let others = if key.text.is_open() { &*met } else { &*open };
            is_clear &= others.iter().all(|other| key == other || !key.text.may_be(&other.text));
            if key.text.is_open() {
                open.push(key.clone());
            }
            met.push(key.clone());
        }
        is_clear
    }
}

fn remainder(key: Key, mut outcomes: Vec<Symbol<'_>>) -> Symbol<'_> {
    match outcomes.len() {
        1 => outcomes.swap_remove(0),
        2..=MAX_VALUES => {
            let outcomes = Outcomes::Remainders(outcomes);
            Symbol::Draw(Rc::new(Draw { key, outcomes, parts: Vec::new() }))
        }
        _ => Symbol::Unknown(Obstacle::ManyValues),
    }
}

fn interval<'a>(
    key: Key,
    ends: Vec<(f64, Result<Symbol<'a>, crate::eval::EvalError>)>,
) -> Symbol<'a> {
    let outcomes = Outcomes::Intervals(ends);
    Symbol::Draw(Rc::new(Draw { key, outcomes, parts: Vec::new() }))
}

/// The outcome of one draw.
fn single<'a, S: Semantics>(odds: Odds, given: &Given<'a>, key: Key) -> Outcome<Symbol<'a>> {
    Ok(match odds {
        Odds::Nothing => Symbol::value(S::no_choice()),
        Odds::Uniform(_) => remainder(key, given.choices.clone()),
        Odds::Weighted { sums, choices } => weighted::<S>(&sums, choices, given, key)?,
        Odds::Trial(p) => {
            let outcome = |passes| Ok(Symbol::value(S::trial(passes)));
            interval(key, vec![(p, outcome(true)), (1.0, outcome(false))])
        }
        Odds::Integer { min, max } => integer::<S>(min, max, key)?,
        Odds::Float { min, max } if min == max => Symbol::value(min),
        Odds::Float { min, max } if (max - min).is_finite() => {
            Symbol::Number(Rc::new(Number { key, min, max, whole: false }))
        }
        Odds::Float { .. } => Symbol::Unknown(Obstacle::Computed),
    })
}

fn weighted<'a, S: Semantics>(
    sums: &[f64],
    choices: usize,
    given: &Given<'a>,
    key: Key,
) -> Outcome<Symbol<'a>> {
    let Some(&total) = sums.last() else {
        return S::no_weight().map(Symbol::value);
    };
    if !sums.is_sorted() || !(0.0..=f64::MAX).contains(&total) || sums[0] < 0.0 {
        return Ok(Symbol::Unknown(Obstacle::Weights));
    }
    let outcome = |place: usize| match given.choices.get(place) {
        Some(choice) => Ok(choice.clone()),
        None => Err(Reason::Weights { weights: sums.len(), choices }.at(Span::default())),
    };
    if total == 0.0 {
        return Ok(given.choices[0].clone());
    }
    let ends = sums.iter().enumerate().map(|(place, sum)| (sum / total, outcome(place)));
    Ok(interval(key, ends.collect()))
}

fn integer<'a, S: Semantics>(min: i64, max: i64, key: Key) -> Outcome<Symbol<'a>> {
    let size = (i128::from(max) - i128::from(min) + 1).unsigned_abs();
    if size <= MAX_VALUES as u128 {
        let values = (0..size as u64).map(|draw| S::integer(min, max, draw).map(Symbol::value));
        return Ok(remainder(key, values.collect::<Outcome<_>>()?));
    }
    Ok(if min < max {
        let (min, max) = (min as f64, max as f64);
        Symbol::Number(Rc::new(Number { key, min, max, whole: true }))
    } else {
        Symbol::Unknown(Obstacle::ManyValues)
    })
}

/// All ways to take `taken` of a number of things in order, if there are not too many ways.
fn orders(of: usize, taken: usize) -> Option<Vec<Vec<usize>>> {
    let mut orders: Vec<Vec<usize>> = vec![Vec::new()];
    for step in 0..taken {
        if orders.len().checked_mul(of - step)? > MAX_VALUES {
            return None;
        }
        let longer = orders.iter().flat_map(|order| {
            let free = (0..of).filter(|place| !order.contains(place));
            free.map(|place| order.iter().copied().chain([place]).collect())
        });
        orders = longer.collect();
    }
    Some(orders)
}

fn is_same(one: &[Value], other: &[Value]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
}
