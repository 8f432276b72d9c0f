//! The evaluation of a program for one unit.

use std::borrow::Cow;
use std::cmp::Ordering;

use smallvec::{SmallVec, smallvec};

use super::arguments::{Arguments, Outcome, Val};
use super::error::{EvalError, MAX_MADE, Reason};
use super::inputs::Inputs;
use super::odds::Pick;
use super::params::Params;
use super::prepared::Prepared;
use super::program::{Call, Expr, Function, Op, Program, Slot};
use super::random;
use super::semantics::{Semantics, in_dialect};
use crate::dialect::Dialect;
use crate::draw::{Draw, Hasher};
use crate::tree::MAX_DEPTH;
use crate::value::{Map, Value};

/// What a program is evaluated with.
pub(super) struct Setting<'a> {
    pub(super) salt: &'a str,
    /// Hashers that have seen the salts of the prepared draws; none if there was no time for that.
    pub(super) hashers: &'a [Hasher],
    pub(super) inputs: Inputs<'a>,
    /// Variables that are held at a value, whatever the program says.
    pub(super) overrides: Option<&'a Map>,
}

/// Evaluates a program, whose params are laid over others. False if it returned something false.
pub(super) fn evaluate<'a>(
    program: &'a Program,
    dialect: Dialect,
    setting: &Setting<'a>,
    params: &mut Params<'a>,
) -> Result<bool, EvalError> {
    if let (Some(constants), None) = (&program.constants, setting.overrides) {
        let below = params.len();
        for (slot, value) in constants {
            params.lay(&program.names[*slot], value, below);
        }
        return Ok(true);
    }
    in_dialect!(dialect, S => Evaluator::<S>::run(program, setting, params))
}

/// The value of an operator whose arguments are all constant, if that cannot fail.
pub(super) fn fold(call: &Call, dialect: Dialect) -> Option<Value> {
    let constant = |(parameter, expr): &(Option<usize>, Expr)| match (&expr.op, parameter) {
        (Op::Constant(value), Some(parameter)) => Some((*parameter, value.clone())),
        _ => None,
    };
    let constants: Vec<_> = call.arguments.iter().map(constant).collect::<Option<_>>()?;
    in_dialect!(dialect, S => apply_constants::<S>(call.function, constants)).ok()
}

fn apply_constants<S: Semantics>(
    function: Function,
    constants: Vec<(usize, Value)>,
) -> Outcome<Value> {
    let mut arguments = Arguments::new(function, S::NULL_IS_MISSING);
    for (parameter, value) in constants {
        arguments.set(parameter, Cow::Owned(value));
    }
    apply::<S>(arguments).map(Cow::into_owned)
}

/// Why an evaluation stops before its end.
enum Stop {
    /// `return`, with the truth of its value.
    Return(bool),
    Error(EvalError),
}

impl From<EvalError> for Stop {
    fn from(error: EvalError) -> Stop {
        Stop::Error(error)
    }
}

struct Evaluator<'p, 'a, S> {
    program: &'a Program,
    setting: &'p Setting<'a>,
    params: &'p mut Params<'a>,
    /// How many of the params were there before.
    below: usize,
    /// The places of the variables among the params, by slot; `UNSET` for those that have none.
    variables: SmallVec<[u32; 8]>,
    /// The salt in force.
    salt: &'a str,
    separator: Cow<'a, str>,
    /// How much may still be made and copied, in bytes.
    left: usize,
    semantics: std::marker::PhantomData<S>,
}

/// No place among the params.
const UNSET: u32 = u32::MAX;

impl<'p, 'a, S: Semantics> Evaluator<'p, 'a, S> {
    fn run(
        program: &'a Program,
        setting: &'p Setting<'a>,
        params: &'p mut Params<'a>,
    ) -> Result<bool, EvalError> {
        let mut evaluator = Evaluator {
            program,
            setting,
            below: params.len(),
            params,
            variables: match program.names.len() {
                few @ ..=8 => SmallVec::from_buf_and_len([UNSET; 8], few),
                many => smallvec![UNSET; many],
            },
            salt: setting.salt,
            separator: Cow::Borrowed("."),
            left: MAX_MADE,
            semantics: std::marker::PhantomData::<S>,
        };
        if let Some(overrides) = setting.overrides {
            evaluator.hold(overrides);
        }
        match evaluator.execute(&program.root) {
            Ok(()) => Ok(true),
            Err(Stop::Return(in_experiment)) => Ok(in_experiment),
            Err(Stop::Error(error)) => Err(error),
        }
    }

    /// Sets what is overridden, variables of the program or not.
    fn hold(&mut self, overrides: &'a Map) {
        for (name, value) in overrides {
            let place = self.params.lay(name, value, self.below);
            let slot = self.program.names.iter().position(|known| **known == **name);
            if let Some(slot) = slot {
                self.variables[slot] = place;
            }
        }
    }

    fn is_overridden(&self, slot: Slot) -> bool {
        let holds = |overrides: &Map| overrides.contains_key(&*self.program.names[slot]);
        self.setting.overrides.is_some_and(holds)
    }

    fn set(&mut self, slot: Slot, value: impl Into<Val<'a>>) {
        match self.variables[slot] {
            UNSET => {
                let name = &self.program.names[slot];
                self.variables[slot] = self.params.lay(name, value, self.below);
            }
            place => self.params.replace(place, value),
        }
    }

    fn get(&self, slot: Slot) -> Option<&Val<'a>> {
        let value = self.params.at(self.variables[slot]);
        value.filter(|value| !(S::NULL_IS_MISSING && value.is_null()))
    }

    fn input(&self, slot: Slot) -> &'a Value {
        let input = self.setting.inputs.get(slot, &self.program.names[slot]);
        input.unwrap_or(&Value::Null)
    }

    /// Evaluates what is there for its effect.
    fn execute(&mut self, expr: &'a Expr) -> Result<(), Stop> {
        match &expr.op {
            Op::Sequence(rules) => rules.iter().try_for_each(|rule| self.execute(rule)),
            Op::Set(slot, _) if self.is_overridden(*slot) => Ok(()),
            Op::Set(slot, value) => {
                match self.look_up(value)? {
                    Some(value) => self.set(*slot, value),
                    None => {
                        let value = self.expr(value)?;
                        self.set(*slot, value);
                    }
                }
                Ok(())
            }
            _ => self.expr(expr).map(drop),
        }
    }

    /// The value of a constant or a variable, if nothing has to be made or moved for it.
    #[inline]
    fn at_hand(&self, expr: &'a Expr) -> Option<&'a Value> {
        match &expr.op {
            Op::Constant(value) => Some(value),
            Op::Get(slot) => match self.get(*slot) {
                None => Some(self.input(*slot)),
                Some(Cow::Borrowed(value)) => Some(value),
                Some(Cow::Owned(_)) => None,
            },
            _ => None,
        }
    }

    /// As [`Evaluator::at_hand`], for one of many choices too: with that it is most of what
    /// scripts do.
    #[inline]
    fn look_up(&mut self, expr: &'a Expr) -> Result<Option<&'a Value>, Stop> {
        match &expr.op {
            Op::Call(call) => match &call.prepared {
                Some(prepared) if prepared.always_chooses => {
                    let draw = self.draw(prepared, call, expr)?;
                    Ok(prepared.odds.choice(draw).and_then(|index| prepared.choice(call, index)))
                }
                _ => Ok(None),
            },
            _ => Ok(self.at_hand(expr)),
        }
    }

    fn expr(&mut self, expr: &'a Expr) -> Result<Val<'a>, Stop> {
        let value = match &expr.op {
            Op::Constant(value) => return Ok(Cow::Borrowed(value)),
            Op::Get(slot) => {
                if let Some(Cow::Owned(value)) = self.get(*slot) {
                    let bytes = value.extent().bytes;
                    self.spend(bytes, expr)?;
                }
                return Ok(self
                    .get(*slot)
                    .cloned()
                    .unwrap_or_else(|| Cow::Borrowed(self.input(*slot))));
            }
            Op::Call(call) => return self.call(call, expr),
            Op::Set(..) | Op::Sequence(_) => {
                self.execute(expr)?;
                Value::Null
            }
            Op::Condition(branches) => {
                for (condition, then) in branches {
                    if self.expr(condition)?.is_true() {
                        return self.expr(then);
                    }
                }
                Value::Null
            }
            Op::And(operands) => Value::Bool(self.find(operands, |v| !v.is_true())?.is_none()),
            Op::Or(operands) => Value::Bool(self.find(operands, Value::is_true)?.is_some()),
            Op::Coalesce(operands) => match self.find(operands, |v| !v.is_null())? {
                Some(value) => return Ok(value),
                None => Value::Null,
            },
            Op::List(items) => {
                let mut list = Vec::with_capacity(items.len());
                for item in items {
                    list.push(self.part(item)?);
                }
                Value::List(list)
            }
            Op::Map(entries) => {
                let mut map = Map::with_capacity(entries.len());
                for (key, value) in entries {
                    let value = self.part(value)?;
                    // Evaluated as any other argument, but no entry.
                    if &**key != "salt" {
                        map.insert(key.to_string(), value);
                    }
                }
                Value::from(map)
            }
            Op::Return(value) => {
                let in_experiment = self.expr(value)?.is_true();
                return Err(Stop::Return(in_experiment));
            }
            Op::GetSalt => Value::from(self.salt),
            Op::SetSalt(slot, salt) => {
                if !self.is_overridden(*slot) {
                    self.salt = salt;
                    if S::SALT_IS_PARAM {
                        self.set(*slot, Val::Owned(Value::from(&**salt)));
                    }
                }
                Value::Null
            }
            Op::SetSeparator(slot, value) => {
                if !self.is_overridden(*slot) {
                    let value = self.expr(value)?;
                    let mut separator = String::new();
                    S::text(&value, &mut |text| separator.push_str(text));
                    self.separator = Cow::Owned(separator);
                }
                Value::Null
            }
            Op::Fail(reason) => {
                return Err(EvalError { reason: reason.clone(), span: expr.span }.into());
            }
        };
        Ok(Cow::Owned(value))
    }

    /// The value of a part of a list or a map.
    fn part(&mut self, expr: &'a Expr) -> Result<Value, Stop> {
        let value = self.expr(expr)?;
        let extent = value.extent();
        // A script that runs long enough would overflow the stack of whoever reads its params.
        if extent.depth >= MAX_DEPTH {
            return Err(Reason::TooDeep.at(expr.span).into());
        }
        let copied = if let Cow::Borrowed(_) = value { extent.bytes } else { 0 };
        self.spend(size_of::<Value>() + copied, expr)?;
        Ok(value.into_owned())
    }

    /// Makes or copies so many bytes of lists, maps and strings.
    fn spend(&mut self, bytes: usize, expr: &Expr) -> Result<(), Stop> {
        match self.left.checked_sub(bytes) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(Reason::TooLarge.at(expr.span).into()),
        }
    }

    /// Evaluates operands up to the first one that satisfies the test.
    fn find(
        &mut self,
        operands: &'a [Expr],
        test: impl Fn(&Value) -> bool,
    ) -> Result<Option<Val<'a>>, Stop> {
        for operand in operands {
            let value = self.expr(operand)?;
            if test(&value) {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    // Apart from `expr`, so that only the operators that need this much stack take it.
    #[inline(never)]
    fn call(&mut self, call: &'a Call, expr: &Expr) -> Result<Val<'a>, Stop> {
        if let Some(prepared) = &call.prepared {
            let draw = self.draw(prepared, call, expr)?;
            return match prepared.odds.decide::<S>(draw) {
                Ok(Pick::Choice(index)) => {
                    Ok(prepared.choice(call, index).map_or(Cow::Owned(Value::Null), Cow::Borrowed))
                }
                Ok(Pick::Value(value)) => Ok(Cow::Owned(value)),
                Err(reason) => Err(self.fail(reason, call, expr)),
            };
        }
        let mut arguments = Arguments::new(call.function, S::NULL_IS_MISSING);
        for (parameter, argument) in &call.arguments {
            let value = self.expr(argument)?;
            if let Some(parameter) = parameter {
                arguments.set(*parameter, value);
            }
        }
        let value = if call.function.is_random() {
            random::run::<S>(arguments, self.salt())
        } else {
            apply::<S>(arguments)
        };
        let value = value.map_err(|reason| self.fail(reason, call, expr))?;
        if let Cow::Owned(made) = &value {
            self.spend(made.extent().bytes, expr)?;
        }
        Ok(value)
    }

    /// The salt in force.
    fn salt(&self) -> random::SaltInForce<'_> {
        random::SaltInForce { experiment: self.salt, separator: &self.separator }
    }

    /// Hashes the unit of a prepared draw.
    fn draw(&mut self, prepared: &'a Prepared, call: &'a Call, expr: &Expr) -> Result<Draw, Stop> {
        let argument = &call.arguments[prepared.unit].1;
        let made;
        let unit = match self.at_hand(argument) {
            Some(unit) => unit,
            None => {
                made = self.expr(argument)?;
                &*made
            }
        };
        if S::NULL_IS_MISSING && unit.is_null() {
            let reason = Reason::null_argument(call.function.name(), "unit");
            return Err(self.fail(reason, call, expr));
        }
        Ok(match self.setting.hashers.get(prepared.salt) {
            Some(hasher) => random::draw::<S>(hasher, unit),
            None => {
                let own = &self.program.salts[prepared.salt];
                random::draw::<S>(&self.salt().with(&own.text, own.is_full).begin(), unit)
            }
        })
    }

    /// Stops at a call, and says which variable it was that was null.
    #[cold]
    fn fail(&self, mut reason: Reason, call: &Call, expr: &Expr) -> Stop {
        if let Reason::NullArgument { argument, variable, .. } = &mut reason {
            let parameter = call.function.parameter(argument);
            let passed = call.arguments.iter().find(|(place, _)| *place == parameter);
            if let Some((_, Expr { op: Op::Get(slot), .. })) = passed {
                *variable = Some(self.program.names[*slot].clone());
            }
        }
        reason.at(expr.span).into()
    }
}

/// Runs an operator that is not random.
pub(super) fn apply<S: Semantics>(mut arguments: Arguments<'_>) -> Outcome<Val<'_>> {
    let function = arguments.function();
    let order = |test: fn(Ordering) -> bool| {
        let (left, right) = (arguments.required("left")?, arguments.required("right")?);
        let order = S::compare(function.name(), left, right)?;
        Ok(Value::Bool(order.is_some_and(test)))
    };
    let value = match function {
        Function::Sum => S::sum(arguments.list("values")?)?,
        Function::Product => S::product(arguments.list("values")?)?,
        Function::Min | Function::Max => {
            let wanted = if function == Function::Min { Ordering::Less } else { Ordering::Greater };
            let index = extreme::<S>(function.name(), arguments.list("values")?, wanted)?;
            return Ok(arguments.take_element("values", index));
        }
        Function::Negative => S::negative(arguments.required("value")?)?,
        Function::Not => Value::Bool(!arguments.nullable("value")?.is_true()),
        Function::Round => S::round(arguments.required("value")?)?,
        Function::Exp => finite::<S>(&arguments, f64::exp)?,
        Function::Sqrt => finite::<S>(&arguments, f64::sqrt)?,
        Function::Length => length::<S>(&arguments)?,
        Function::Divide => S::divide(arguments.required("left")?, arguments.required("right")?)?,
        Function::Modulo => S::modulo(arguments.required("left")?, arguments.required("right")?)?,
        Function::Equals => {
            Value::Bool(S::equals(arguments.nullable("left")?, arguments.nullable("right")?))
        }
        Function::Less => order(Ordering::is_lt)?,
        Function::Greater => order(Ordering::is_gt)?,
        Function::LessOrEqual => order(Ordering::is_le)?,
        Function::GreaterOrEqual => order(Ordering::is_ge)?,
        _ => return index::<S>(arguments),
    };
    Ok(Cow::Owned(value))
}

/// The place of the least or greatest value, the first of equals.
fn extreme<S: Semantics>(
    operator: &'static str,
    values: &[Value],
    wanted: Ordering,
) -> Outcome<usize> {
    if S::LONE_NULL_IS_EXTREME && matches!(values, [Value::Null]) {
        return Ok(0);
    }
    let mut best: Option<(usize, &Value)> = None;
    for (index, value) in values.iter().enumerate() {
        if !S::can_be_extreme(value) {
            let expected = "numbers, strings or booleans";
            return Err(Reason::WrongOperand { operator, expected, found: value.describe() });
        }
        match best {
            Some((_, best)) if S::compare(operator, value, best)? != Some(wanted) => {}
            _ => best = Some((index, value)),
        }
    }
    best.map(|(index, _)| index).ok_or(Reason::NoValues { operator })
}

fn finite<S: Semantics>(arguments: &Arguments<'_>, function: fn(f64) -> f64) -> Outcome<Value> {
    let operator = arguments.operator();
    let operand = S::operand(operator, arguments.required("value")?)?;
    match function(operand) {
        result if result.is_finite() || !operand.is_finite() => Ok(Value::Float(result)),
        _ => Err(Reason::NotFinite { operator, found: operand }),
    }
}

fn length<S: Semantics>(arguments: &Arguments<'_>) -> Outcome<Value> {
    let length = match arguments.required("value")? {
        Value::String(text) => S::string_length(text),
        Value::List(list) => list.len(),
        Value::Map(map) => map.len(),
        _ => return Err(arguments.wrong_kind("value", "a string, a list or a map")),
    };
    Ok(Value::Int(length as i64))
}

fn index<S: Semantics>(mut arguments: Arguments<'_>) -> Outcome<Val<'_>> {
    let index = arguments.nullable("index")?.clone();
    match arguments.required("base")? {
        Value::List(_) => Ok(match S::list_index(&index)? {
            Some(index) => arguments.take_element("base", index),
            None => Cow::Owned(Value::Null),
        }),
        Value::Map(_) => {
            S::check_key(&index)?;
            Ok(match index.as_str() {
                Some(key) => arguments.take_entry("base", key),
                None => Cow::Owned(Value::Null),
            })
        }
        _ => Err(arguments.wrong_kind("base", "a list or a map")),
    }
}
