//! One path through a script.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::Obstacle;
use super::key::Key;
use super::symbol::{Draw, Symbol};
use super::term::{Term, TermKind};
use super::world::{Need, World};
use crate::eval::error::{EvalError, MAX_MADE};
use crate::eval::program::{Expr, Op, Program, Slot};
use crate::eval::semantics::Semantics;
use crate::source::Span;
use crate::value::{Map, Value};

/// The most levels of expressions.
const MAX_DEPTH: usize = 250;

/// The settings that all paths share.
pub(super) struct Setting<'a> {
    pub(super) program: &'a Program,
    pub(super) salt: &'a str,
    /// The name of the primary unit.
    pub(super) unit: &'a str,
    /// The inputs besides it; `None` if they are not known.
    pub(super) inputs: Option<&'a Map>,
    /// Those that are not known although others are.
    pub(super) unknown: &'a [&'a str],
}

/// The result of a script on a path.
pub(super) struct Leaf<'a> {
    pub(super) params: Vec<(&'a str, Symbol<'a>)>,
    pub(super) in_experiment: bool,
    /// What each random operator draws, by its place. What the path knows of a draw is left out.
    pub(super) drawn: Vec<(Span, Symbol<'a>)>,
}

/// The records of paths besides their results.
#[derive(Default)]
pub(super) struct Trace {
    /// The draws that were met.
    pub(super) keys: HashSet<Key>,
    /// Those of the path that is followed now, in order.
    pub(super) met: Vec<Key>,
    /// Those among them in whose texts an input stands that is not known.
    pub(super) open: Vec<Key>,
    /// The number of conditions of the path that have been guessed, in all of its scripts.
    pub(super) guesses: usize,
    /// The outcomes of each `sample`, with its choices: they are many, and the same on all paths.
    pub(super) series: HashMap<Key, (Vec<Value>, Rc<Draw<'static>>)>,
    /// How many expressions were evaluated.
    pub(super) steps: usize,
}

/// Why a path ends here.
pub(super) enum Stop<'a> {
    /// `return`, with the truth of its value.
    Return(bool),
    Need(Need<'a>),
}

impl<'a> From<Need<'a>> for Stop<'a> {
    fn from(need: Need<'a>) -> Stop<'a> {
        Stop::Need(need)
    }
}

impl From<EvalError> for Stop<'_> {
    fn from(error: EvalError) -> Self {
        Stop::Need(Need::Failed(error))
    }
}

pub(super) type Walked<'a, T> = Result<T, Stop<'a>>;

/// Runs a script in a world, until it needs knowledge that the world does not have.
pub(super) fn walk<'a, S: Semantics>(
    setting: &Setting<'a>,
    world: &World<'a>,
    trace: &mut Trace,
) -> Result<Leaf<'a>, Need<'a>> {
    let mut walker = Walker::<S> {
        variables: vec![None; setting.program.names.len()],
        params: Vec::new(),
        drawn: Vec::new(),
        setting,
        world,
        trace,
        depth: 0,
        made: 0,
        salt: setting.salt,
        separator: ".".to_owned(),
        semantics: std::marker::PhantomData,
    };
    let in_experiment = match walker.expr(&setting.program.root) {
        Ok(_) => true,
        Err(Stop::Return(in_experiment)) => in_experiment,
        Err(Stop::Need(need)) => return Err(need),
    };
    let Walker { params, mut variables, drawn, .. } = walker;
    let params = params.into_iter().filter_map(|slot| {
        Some((&**setting.program.names.get(slot)?, variables.get_mut(slot)?.take()?))
    });
    Ok(Leaf { params: params.collect(), in_experiment, drawn })
}

pub(super) struct Walker<'w, 'a, S> {
    pub(super) setting: &'w Setting<'a>,
    pub(super) world: &'w World<'a>,
    pub(super) trace: &'w mut Trace,
    variables: Vec<Option<Symbol<'a>>>,
    /// The slots that are params, in the order in which they were first set.
    params: Vec<Slot>,
    /// What the random operators draw, in the order of evaluation.
    pub(super) drawn: Vec<(Span, Symbol<'a>)>,
    depth: usize,
    /// The number of bytes of the variables' values that were made on the way.
    made: usize,
    pub(super) salt: &'a str,
    pub(super) separator: String,
    semantics: std::marker::PhantomData<S>,
}

impl<'a, S: Semantics> Walker<'_, 'a, S> {
    pub(super) fn expr(&mut self, expr: &'a Expr) -> Walked<'a, Symbol<'a>> {
        self.trace.steps += 1;
        if self.depth == MAX_DEPTH {
            return Err(Need::Beyond(Obstacle::TooDeep).into());
        }
        self.depth += 1;
        let value = self.op(expr);
        self.depth -= 1;
        value
    }

    fn op(&mut self, expr: &'a Expr) -> Walked<'a, Symbol<'a>> {
        let value = match &expr.op {
            Op::Constant(value) => return Ok(Symbol::Known(Cow::Borrowed(value))),
            Op::Get(slot) => return self.get(*slot),
            Op::Call(call) if call.function.is_random() => return self.random(call, expr.span),
            Op::Call(call) => return self.call(call, expr.span),
            Op::Set(slot, value) => {
                let value = self.expr(value)?;
                if !matches!(value, Symbol::Known(Cow::Borrowed(_))) {
                    self.made = self.made.saturating_add(value.extent().bytes);
                }
                if self.made > MAX_MADE {
                    return Err(Need::Beyond(Obstacle::TooLarge).into());
                }
                self.set(*slot, value);
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
                    let condition = self.expr(condition)?;
                    if self.truth(condition)? {
                        return self.expr(then);
                    }
                }
                Value::Null
            }
            Op::And(operands) => Value::Bool(!self.any(operands, false)?),
            Op::Or(operands) => Value::Bool(self.any(operands, true)?),
            Op::Coalesce(operands) => return self.coalesce(operands),
            Op::List(items) => {
                let items = items.iter().map(|item| self.expr(item));
                return Ok(Symbol::list(items.collect::<Walked<'a, _>>()?));
            }
            Op::Map(entries) => return self.map(entries),
            Op::Return(value) => {
                let value = self.expr(value)?;
                return Err(Stop::Return(self.truth(value)?));
            }
            Op::GetSalt => Value::from(self.salt),
            Op::SetSalt(slot, salt) => {
                self.salt = salt;
                if S::SALT_IS_PARAM {
                    self.set(*slot, Symbol::value(&**salt));
                }
                Value::Null
            }
            Op::SetSeparator(_, value) => {
                let value = self.expr(value)?;
                self.separator = match self.world.force_all(value)? {
                    Symbol::Known(value) => text::<S>(&value),
                    unknown => return Err(Need::Beyond(unknown.obstacle()).into()),
                };
                Value::Null
            }
            Op::Fail(reason) => {
                return Err(EvalError { reason: reason.clone(), span: expr.span, made: 0 }.into());
            }
        };
        Ok(Symbol::value(value))
    }

    fn set(&mut self, slot: Slot, value: Symbol<'a>) {
        if self.variables[slot].replace(value).is_none() {
            self.params.push(slot);
        }
    }

    fn get(&mut self, slot: Slot) -> Walked<'a, Symbol<'a>> {
        let name: &'a str = &self.setting.program.names[slot];
        let input = || match self.setting.inputs {
            _ if name == self.setting.unit => Some(Symbol::Unit),
            Some(inputs) if !self.setting.unknown.contains(&name) => {
                Some(Symbol::Known(Cow::Borrowed(inputs.get(name)?)))
            }
            _ => Some(match self.world.assumed.pinned(name) {
                Some(value) => Symbol::value(value.clone()),
                None => Term::new(TermKind::Input(name))
                    .map_or(Symbol::Unknown(Obstacle::Inputs), Symbol::Open),
            }),
        };
        let null = Symbol::value(Value::Null);
        let Some(variable) = &self.variables[slot] else {
            return Ok(input().unwrap_or(null));
        };
        // A null variable hides no input.
        match input() {
            Some(input) if S::NULL_IS_MISSING && variable.may_be_null() => {
                let value = self.world.force(variable.clone())?;
                Ok(if self.is_null(&value)? { input } else { value })
            }
            _ => Ok(variable.clone()),
        }
    }

    fn map(&mut self, entries: &'a [(Box<str>, Expr)]) -> Walked<'a, Symbol<'a>> {
        let mut map: Vec<(&str, Symbol<'a>)> = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let value = self.expr(value)?;
            match map.iter_mut().find(|(known, _)| *known == &**key) {
                Some(entry) => entry.1 = value,
                None if &**key == "salt" => {}
                None => map.push((key, value)),
            }
        }
        Ok(Symbol::map(map))
    }

    /// Whether a condition holds, where it cannot be known as the path has it.
    fn truth(&mut self, condition: Symbol<'a>) -> Walked<'a, bool> {
        Ok(match self.world.force(condition)? {
            Symbol::Known(value) => value.is_true(),
            Symbol::List(items) => !items.is_empty(),
            Symbol::Map(entries) => !entries.is_empty(),
            // Zero has a probability of almost nothing.
            Symbol::Number(number) if !number.whole => true,
            unknown => match unknown.term(self.setting.unit) {
                Some(condition) => self.decide(&condition)?,
                None => self.guess(unknown.obstacle())?,
            },
        })
    }

    /// Whether a condition holds that no draw decides.
    pub(super) fn decide(&mut self, condition: &Term<'a>) -> Walked<'a, bool> {
        self.trace.steps += self.world.assumed.conditions().len();
        Ok(decide::<S>(self.world, condition)?)
    }

    fn guess(&mut self, why: Obstacle) -> Walked<'a, bool> {
        let guess = self.world.guesses.get(self.trace.guesses).copied();
        self.trace.guesses += 1;
        guess.ok_or_else(|| Need::Guess(why).into())
    }

    /// Whether the truth of any of the operands is the one that is looked for.
    fn any(&mut self, operands: &'a [Expr], wanted: bool) -> Walked<'a, bool> {
        for operand in operands {
            let operand = self.expr(operand)?;
            if self.truth(operand)? == wanted {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn coalesce(&mut self, operands: &'a [Expr]) -> Walked<'a, Symbol<'a>> {
        for operand in operands {
            let operand = self.expr(operand)?;
            let forced = self.world.force(operand.clone())?;
            if !self.is_null(&forced)? {
                return Ok(operand);
            }
        }
        Ok(Symbol::value(Value::Null))
    }

    /// Whether a value that has been forced is null.
    fn is_null(&mut self, value: &Symbol<'a>) -> Walked<'a, bool> {
        Ok(match value {
            Symbol::Known(value) => value.is_null(),
            Symbol::Open(term) if term.may_be_null() => {
                let null = Term::new(TermKind::Known(Cow::Owned(Value::Null)));
                match null.and_then(|null| term.clone().equals(null)) {
                    Some(condition) => self.decide(&condition)?,
                    None => self.guess(term.obstacle())?,
                }
            }
            Symbol::Unknown(obstacle) => self.guess(obstacle.clone())?,
            _ => false,
        })
    }
}

/// Whether a condition holds that no draw decides.
pub(super) fn decide<'a, S: Semantics>(
    world: &World<'a>,
    condition: &Term<'a>,
) -> Result<bool, Need<'a>> {
    let (condition, is_negated) = condition.without_negations();
    match world.assumed.truth::<S>(&condition) {
        Some(truth) => Ok(truth != is_negated),
        None => Err(Need::Truth(condition)),
    }
}

fn text<S: Semantics>(value: &Value) -> String {
    let mut text = String::new();
    S::text(value, &mut |piece| text.push_str(piece));
    text
}
