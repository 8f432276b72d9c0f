//! Draws of which all but the unit is known before any unit comes, and what can be done then.

use std::borrow::Cow;

use super::arguments::Arguments;
use super::odds::Odds;
use super::program::{Call, DrawSalt, Op};
use super::semantics::{Semantics, in_dialect};
use crate::dialect::Dialect;
use crate::value::Value;

/// A call of a random operator whose arguments are constant, but for its unit.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) odds: Odds,
    /// Whether each draw decides for one of the choices.
    pub(super) always_chooses: bool,
    /// The place of the unit among the arguments of the call.
    pub(super) unit: usize,
    /// The place of the choices, if it chooses.
    choices: Option<usize>,
    /// The number of its salt in the program.
    pub(super) salt: usize,
}

impl Prepared {
    /// Prepares a call; its salt is added to those of the program. `None` if too little is known,
    /// or if it fails, which it does when it is evaluated.
    pub(super) fn new(
        call: &Call,
        dialect: Dialect,
        salts: &mut Vec<DrawSalt>,
    ) -> Option<Prepared> {
        in_dialect!(dialect, S => Prepared::of::<S>(call, salts))
    }

    fn of<S: Semantics>(call: &Call, salts: &mut Vec<DrawSalt>) -> Option<Prepared> {
        let place = |name| {
            let parameter = call.function.parameter(name)?;
            call.arguments.iter().position(|(known, _)| *known == Some(parameter))
        };
        let unit = place("unit")?;
        let mut arguments = Arguments::new(call.function, S::NULL_IS_MISSING);
        for (index, (parameter, argument)) in call.arguments.iter().enumerate() {
            match (&argument.op, parameter) {
                _ if index == unit => {}
                (Op::Constant(value), Some(parameter)) => {
                    arguments.set(*parameter, Cow::Borrowed(value));
                }
                (Op::Constant(_), None) => {}
                _ => return None,
            }
        }
        let salt = match arguments.optional("full_salt") {
            Some(_) => DrawSalt { is_full: true, text: arguments.string("full_salt").ok()?.into() },
            None => DrawSalt { is_full: false, text: arguments.string("salt").ok()?.into() },
        };
        let odds = Odds::of::<S>(&arguments).ok()??;
        if let Odds::Nothing = odds {
            // Needs neither salt nor unit.
            return None;
        }
        salts.push(salt);
        let always_chooses = odds.always_choose();
        let (choices, salt) = (place("choices"), salts.len() - 1);
        Some(Prepared { odds, always_chooses, unit, choices, salt })
    }

    /// The choice at a place.
    pub(super) fn choice<'a>(&self, call: &'a Call, index: usize) -> Option<&'a Value> {
        match &call.arguments.get(self.choices?)?.1.op {
            Op::Constant(Value::List(choices)) => choices.get(index),
            _ => None,
        }
    }
}
