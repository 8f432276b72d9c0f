//! The evaluation of a program for one unit.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::Evaluation;
use super::arguments::{Arguments, Outcome, Val};
use super::error::{EvalError, Reason};
use super::inputs::Inputs;
use super::params::Params;
use super::planout::Planout;
use super::planout4j::Planout4j;
use super::program::{Call, Expr, Function, Op, Program, Slot};
use super::random;
use super::semantics::Semantics;
use crate::dialect::Dialect;
use crate::value::{Map, Value};

pub(super) fn evaluate<'a>(
    program: &'a Program,
    dialect: Dialect,
    salt: &'a str,
    inputs: Inputs<'a>,
    overrides: Option<&'a Map>,
) -> Result<Evaluation<'a>, EvalError> {
    match dialect {
        Dialect::Planout4j => Evaluator::<Planout4j>::run(program, salt, inputs, overrides),
        Dialect::Planout => Evaluator::<Planout>::run(program, salt, inputs, overrides),
    }
}

/// The value of an operator whose arguments are all constant, if that cannot fail.
pub(super) fn fold(call: &Call, dialect: Dialect) -> Option<Value> {
    let constant = |(parameter, expr): &(Option<usize>, Expr)| match (&expr.op, parameter) {
        (Op::Constant(value), Some(parameter)) => Some((*parameter, value.clone())),
        _ => None,
    };
    if call.function.is_random() {
        return None;
    }
    let constants: Vec<_> = call.arguments.iter().map(constant).collect::<Option<_>>()?;
    let folded = match dialect {
        Dialect::Planout4j => apply_constants::<Planout4j>(call.function, constants),
        Dialect::Planout => apply_constants::<Planout>(call.function, constants),
    };
    folded.ok()
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

struct Evaluator<'a, S> {
    variables: Vec<Option<Val<'a>>>,
    /// The slots that are params, in the order in which they were first set.
    params: Vec<Slot>,
    /// The slots that an override holds; empty where there are no overrides.
    overridden: Vec<bool>,
    names: &'a [Box<str>],
    inputs: Inputs<'a>,
    salt: &'a str,
    separator: Cow<'a, str>,
    semantics: std::marker::PhantomData<S>,
}

impl<'a, S: Semantics> Evaluator<'a, S> {
    fn run(
        program: &'a Program,
        salt: &'a str,
        inputs: Inputs<'a>,
        overrides: Option<&'a Map>,
    ) -> Result<Evaluation<'a>, EvalError> {
        let mut evaluator = Evaluator {
            variables: vec![None; program.names.len()],
            params: Vec::with_capacity(program.names.len()),
            overridden: Vec::new(),
            names: &program.names,
            inputs,
            salt,
            separator: Cow::Borrowed("."),
            semantics: std::marker::PhantomData::<S>,
        };
        if let Some(overrides) = overrides {
            evaluator.hold(overrides);
        }
        let in_experiment = match evaluator.expr(&program.root) {
            Ok(_) => true,
            Err(Stop::Return(in_experiment)) => in_experiment,
            Err(Stop::Error(error)) => return Err(error),
        };
        Ok(Evaluation { params: evaluator.into_params(overrides), in_experiment })
    }

    /// Sets the variables that are overridden, and keeps them so.
    fn hold(&mut self, overrides: &'a Map) {
        self.overridden = vec![false; self.names.len()];
        for (slot, name) in self.names.iter().enumerate() {
            if let Some(value) = overrides.get(&**name) {
                self.variables[slot] = Some(Cow::Borrowed(value));
                self.overridden[slot] = true;
            }
        }
    }

    fn into_params(mut self, overrides: Option<&'a Map>) -> Params<'a> {
        let held = overrides.into_iter().flatten();
        let held = held.map(|(name, value)| (name.as_str(), Cow::Borrowed(value)));
        let set = self.params.iter().map(|&slot| {
            let value = self.variables[slot].take();
            (&*self.names[slot], value.unwrap_or(Cow::Owned(Value::Null)))
        });
        Params::new(held.chain(set).collect())
    }

    fn is_overridden(&self, slot: Slot) -> bool {
        self.overridden.get(slot).copied().unwrap_or(false)
    }

    fn set(&mut self, slot: Slot, value: Val<'a>) {
        if self.variables[slot].replace(value).is_none() {
            self.params.push(slot);
        }
    }

    fn get(&self, slot: Slot) -> Val<'a> {
        match &self.variables[slot] {
            Some(value) if !(S::NULL_IS_MISSING && value.is_null()) => value.clone(),
            _ => match self.inputs.get(slot, &self.names[slot]) {
                Some(value) => Cow::Borrowed(value),
                None => Cow::Owned(Value::Null),
            },
        }
    }

    fn expr(&mut self, expr: &'a Expr) -> Result<Val<'a>, Stop> {
        let value = match &expr.op {
            Op::Constant(value) => return Ok(Cow::Borrowed(value)),
            Op::Get(slot) => return Ok(self.get(*slot)),
            Op::Call(call) => return self.call(call, expr),
            Op::Set(slot, value) => {
                if !self.is_overridden(*slot) {
                    let value = self.expr(value)?;
                    self.set(*slot, value);
                }
                Value::Null
            }
            Op::Sequence(rules) => {
                for rule in rules {
                    self.expr(rule)?;
                }
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
                    list.push(self.expr(item)?.into_owned());
                }
                Value::List(list)
            }
            Op::Map(entries) => {
                let mut map = Map::with_capacity(entries.len());
                for (key, value) in entries {
                    let value = self.expr(value)?;
                    // Evaluated as any other argument, but no entry.
                    if &**key != "salt" {
                        map.insert(key.to_string(), value.into_owned());
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
                        self.set(*slot, Cow::Owned(Value::from(&**salt)));
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
        let mut arguments = Arguments::new(call.function, S::NULL_IS_MISSING);
        for (parameter, argument) in &call.arguments {
            let value = self.expr(argument)?;
            if let Some(parameter) = parameter {
                arguments.set(*parameter, value);
            }
        }
        let value = if call.function.is_random() {
            let salt = random::Salt { experiment: self.salt, separator: &self.separator };
            random::run::<S>(arguments, &salt)
        } else {
            apply::<S>(arguments)
        };
        value.map_err(|reason| self.blame(reason, call).at(expr.span).into())
    }

    /// Says which variable it was that was null.
    #[cold]
    fn blame(&self, mut reason: Reason, call: &Call) -> Reason {
        if let Reason::NullArgument { argument, variable, .. } = &mut reason {
            let parameter = call.function.parameter(argument);
            let passed = call.arguments.iter().find(|(place, _)| *place == parameter);
            if let Some((_, Expr { op: Op::Get(slot), .. })) = passed {
                *variable = Some(self.names[*slot].clone());
            }
        }
        reason
    }
}

/// Runs an operator that is not random.
fn apply<S: Semantics>(mut arguments: Arguments<'_>) -> Outcome<Val<'_>> {
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
