//! The preparation of draws: the work that does not depend on the unit.

use std::borrow::Cow;

use super::arguments::Arguments;
use super::dialects::in_dialect;
use super::odds::Odds;
use super::program::{Call, DrawSalt, Op, Prepared};
use super::semantics::Semantics;
use crate::dialect::Dialect;

/// Prepares a call, and adds its salt to those of the program. `None` if too little is known, or if
/// the call fails, which it then does when it is evaluated.
pub(super) fn prepare(
    call: &Call,
    dialect: Dialect,
    salts: &mut Vec<DrawSalt>,
) -> Option<Prepared> {
    in_dialect!(dialect, S => prepare_in::<S>(call, salts))
}

fn prepare_in<S: Semantics>(call: &Call, salts: &mut Vec<DrawSalt>) -> Option<Prepared> {
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
        // This draw needs neither salt nor unit.
        return None;
    }
    salts.push(salt);
    let always_chooses = odds.always_choose();
    let (choices, salt) = (place("choices"), salts.len() - 1);
    Some(Prepared { odds, always_chooses, unit, choices, salt })
}
