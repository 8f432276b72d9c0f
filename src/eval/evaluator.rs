//! The evaluation of a program for one unit.

use std::borrow::Cow;

use smallvec::{SmallVec, smallvec};

use super::apply::apply;
use super::arguments::{Arguments, Val};
use super::dialects::in_dialect;
use super::error::{EvalError, MAX_MADE, Reason};
use super::inputs::Inputs;
use super::observer::{ObservedDraw, Observer};
use super::odds::Pick;
use super::params::Params;
use super::program::{Call, Expr, Op, Prepared, Program, Slot};
use super::random;
use super::semantics::Semantics;
use crate::dialect::Dialect;
use crate::draw::{Draw, Hasher};
use crate::tree::MAX_DEPTH;
use crate::value::{Map, Value};

/// The salt, inputs and overrides of an evaluation.
pub(super) struct Setting<'a> {
    pub(super) salt: &'a str,
    /// Hashers that have already read the salts of the prepared draws. Empty if they were not
    /// prepared.
    pub(super) hashers: &'a [Hasher],
    pub(super) inputs: Inputs<'a>,
    /// Variables that are held at a value, whatever the program assigns.
    pub(super) overrides: Option<&'a Map>,
}

/// Evaluates a program. Its params override others. Returns false if the program returned a false
/// value.
pub(super) fn evaluate<'a>(
    program: &'a Program,
    dialect: Dialect,
    setting: &Setting<'a>,
    params: &mut Params<'a>,
) -> Result<bool, EvalError> {
    observe(program, dialect, setting, params, &mut ())
}

/// Evaluates a program as [`evaluate`] does, with an observer.
pub(super) fn observe<'a, O: Observer>(
    program: &'a Program,
    dialect: Dialect,
    setting: &Setting<'a>,
    params: &mut Params<'a>,
    observer: &mut O,
) -> Result<bool, EvalError> {
    if let (Some(constants), None, false) = (&program.constants, setting.overrides, O::WATCHES) {
        let below = params.len();
        for (slot, value) in constants {
            params.lay(&program.names[*slot], value, below);
        }
        return Ok(true);
    }
    in_dialect!(dialect, S => Evaluator::<S, O>::run(program, setting, params, observer))
}

/// The reason why an evaluation stops before its end.
enum Stop {
    /// A `return`, with the truth of its value.
    Return(bool),
    Error(EvalError),
}

impl From<EvalError> for Stop {
    fn from(error: EvalError) -> Stop {
        Stop::Error(error)
    }
}

struct Evaluator<'p, 'a, S, O> {
    program: &'a Program,
    setting: &'p Setting<'a>,
    params: &'p mut Params<'a>,
    /// The number of the params that were there before.
    below: usize,
    /// The indices of the variables among the params, by slot; `UNSET` for a variable that is not
    /// set.
    variables: SmallVec<[u32; 8]>,
    /// The current salt.
    salt: &'a str,
    separator: Cow<'a, str>,
    /// The number of bytes that may still be made and copied.
    left: usize,
    observer: &'p mut O,
    /// The text of the draw in progress, if there is an observer.
    text: Option<String>,
    semantics: std::marker::PhantomData<S>,
}

/// The variable is not among the params.
const UNSET: u32 = u32::MAX;

impl<'p, 'a, S: Semantics, O: Observer> Evaluator<'p, 'a, S, O> {
    fn run(
        program: &'a Program,
        setting: &'p Setting<'a>,
        params: &'p mut Params<'a>,
        observer: &'p mut O,
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
            observer,
            text: None,
            semantics: std::marker::PhantomData::<S>,
        };
        if let Some(overrides) = setting.overrides {
            evaluator.hold(overrides);
        }
        let outcome = evaluator.execute(&program.root);
        evaluator.params.add_made(MAX_MADE - evaluator.left);
        match outcome {
            Ok(()) => Ok(true),
            Err(Stop::Return(in_experiment)) => Ok(in_experiment),
            Err(Stop::Error(error)) => Err(EvalError { made: evaluator.params.made(), ..error }),
        }
    }

    /// Sets the overridden variables, whether or not the program has them.
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

    /// Evaluates a node for its effect only.
    fn execute(&mut self, expr: &'a Expr) -> Result<(), Stop> {
        match &expr.op {
            Op::Sequence(rules) => rules.iter().try_for_each(|rule| self.execute(rule)),
            Op::Set(slot, _) if self.is_overridden(*slot) => Ok(()),
            Op::Set(slot, value) => {
                let value = match self.look_up(value)? {
                    Some(value) => Cow::Borrowed(value),
                    None => self.expr(value)?,
                };
                if O::WATCHES {
                    self.observer.sets(&self.program.names[*slot], &value, expr.span);
                }
                self.set(*slot, value);
                Ok(())
            }
            _ => self.expr(expr).map(drop),
        }
    }

    /// The value of a constant or a variable, if it can be borrowed without any work.
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

    /// Like [`Evaluator::at_hand`], also for one of many choices: these two cases are most of the
    /// work of scripts.
    #[inline]
    fn look_up(&mut self, expr: &'a Expr) -> Result<Option<&'a Value>, Stop> {
        match &expr.op {
            Op::Call(call) => match &call.prepared {
                Some(prepared) if prepared.always_chooses && !O::WATCHES => {
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
                    let holds = self.expr(condition)?.is_true();
                    if O::WATCHES {
                        self.observer.decides(holds, condition.span);
                    }
                    if holds {
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
                    // This argument is evaluated like any other, but it is not an entry.
                    if &**key != "salt" {
                        map.insert(key.to_string(), value);
                    }
                }
                Value::from(map)
            }
            Op::Return(value) => {
                let in_experiment = self.expr(value)?.is_true();
                if O::WATCHES {
                    self.observer.returns(in_experiment, expr.span);
                }
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
                let reason = reason.clone();
                return Err(EvalError { reason, span: expr.span, made: 0 }.into());
            }
        };
        Ok(Cow::Owned(value))
    }

    /// The value of a part of a list or a map.
    fn part(&mut self, expr: &'a Expr) -> Result<Value, Stop> {
        let value = self.expr(expr)?;
        let extent = value.extent();
        // A script that runs long enough could nest values so deep that their readers overflow their
        // stacks.
        if extent.depth >= MAX_DEPTH {
            return Err(Reason::TooDeep.at(expr.span).into());
        }
        let copied = if let Cow::Borrowed(_) = value { extent.bytes } else { 0 };
        self.spend(size_of::<Value>() + copied, expr)?;
        Ok(value.into_owned())
    }

    /// Counts bytes of lists, maps and strings that are made or copied.
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

    // This is a separate function, so that only the operators that need this much stack use it.
    #[inline(never)]
    fn call(&mut self, call: &'a Call, expr: &Expr) -> Result<Val<'a>, Stop> {
        if let Some(prepared) = &call.prepared {
            let draw = self.draw(prepared, call, expr)?;
            let value = match prepared.odds.decide::<S>(draw) {
                Ok(Pick::Choice(index)) => {
                    prepared.choice(call, index).map_or(Cow::Owned(Value::Null), Cow::Borrowed)
                }
                Ok(Pick::Value(value)) => Cow::Owned(value),
                Err(reason) => return Err(self.fail(reason, call, expr)),
            };
            self.show_draw(call, &value, expr);
            return Ok(value);
        }
        let mut arguments = Arguments::new(call.function, S::NULL_IS_MISSING);
        for (parameter, argument) in &call.arguments {
            let value = self.expr(argument)?;
            if let Some(parameter) = parameter {
                arguments.set(*parameter, value);
            }
        }
        let value = if call.function.is_random() {
            if O::WATCHES {
                self.text = random::text::<S>(&arguments, self.salt());
            }
            random::run::<S>(arguments, self.salt())
        } else {
            apply::<S>(arguments)
        };
        let value = value.map_err(|reason| self.fail(reason, call, expr))?;
        if let Cow::Owned(made) = &value {
            self.spend(made.extent().bytes, expr)?;
        }
        if call.function.is_random() {
            self.show_draw(call, &value, expr);
        }
        Ok(value)
    }

    /// Reports a draw to the observer.
    fn show_draw(&mut self, call: &Call, value: &Value, expr: &Expr) {
        if let Some(text) = self.text.take().filter(|_| O::WATCHES) {
            let (operator, place) = (call.function.name(), expr.span);
            self.observer.draws(&ObservedDraw { operator, text: &text, value, place });
        }
    }

    /// The current salt.
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
        if O::WATCHES {
            let own = &self.program.salts[prepared.salt];
            let mut text: String = self.salt().with(&own.text, own.is_full).begin();
            random::push_unit::<S, String>(&mut text, unit);
            self.text = Some(text);
        }
        Ok(match self.setting.hashers.get(prepared.salt) {
            Some(hasher) => random::draw::<S>(hasher, unit),
            None => {
                let own = &self.program.salts[prepared.salt];
                random::draw::<S>(&self.salt().with(&own.text, own.is_full).begin(), unit)
            }
        })
    }

    /// Stops at a call, and names the variable that was null.
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
