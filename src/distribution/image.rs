//! Values that are computed from one continuous draw by steps that keep or turn around its order:
//! `round(x * 5)`. They divide the range of the draw into intervals.

use std::rc::Rc;

use super::MAX_VALUES;
use super::shares::same;
use super::symbol::{Number, Outcomes, Symbol};
use super::term::{Term, TermKind};
use crate::eval::function::Function;
use crate::eval::semantics::Semantics;
use crate::value::{Map, Value};

/// A value as a function of one continuous number that was drawn.
pub(super) struct Image<'t, 'a> {
    term: &'t Term<'a>,
    pub(super) number: Rc<Number>,
}

/// How a value goes with the number that it is computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Course {
    Constant,
    /// A number times the draw and a number.
    Affine,
    /// It never falls, or never rises.
    Monotone,
}

impl<'t, 'a> Image<'t, 'a> {
    /// A term that depends on one continuous number and nothing else, in order.
    pub(super) fn of(term: &'t Term<'a>) -> Option<Image<'t, 'a>> {
        let mut number = None;
        let course = course(term, &mut number)?;
        let number = number.filter(|_| course > Course::Constant)?;
        Some(Image { term, number })
    }

    /// The value at a share of the number's range.
    fn at<S: Semantics>(&self, share: f64) -> Option<Value> {
        let Number { min, max, .. } = *self.number;
        self.term.value_with::<S>(&Map::new(), Some(min + (max - min) * share))
    }

    /// The intervals of the number's range with the value in each, if there are not too many and
    /// the value fails nowhere. The value must be one that steps.
    pub(super) fn steps<S: Semantics>(&self) -> Option<Vec<(f64, Value)>> {
        let mut steps: Vec<(f64, Value)> = Vec::new();
        let (mut start, last) = (0.0, self.at::<S>(1.0)?);
        loop {
            let value = self.at::<S>(start)?;
            if same(&value, &last) {
                steps.push((1.0, value));
                return Some(steps);
            }
            if steps.len() == MAX_VALUES {
                return None;
            }
            let (end, next) = last_of::<S>(self, start, &value)?;
            steps.push((end, value));
            start = next;
        }
    }

    /// Whether a value that goes straight with a number differs from a constant but for a point.
    pub(super) fn is_apart_from<S: Semantics>(&self, constant: &Value) -> bool {
        let far = |share| {
            let (value, constant) = (self.at::<S>(share)?.as_float()?, constant.as_float());
            Some(constant.is_none_or(|it| (value - it).abs() > FAR * value.abs().max(it.abs())))
        };
        course(self.term, &mut None) == Some(Course::Affine)
            && [0.0, 1.0].into_iter().any(|share| far(share) == Some(true))
            && self.is_moving::<S>()
    }

    /// Whether the value at one end of the range is another one than at the other.
    fn is_moving<S: Semantics>(&self) -> bool {
        let float = |share| self.at::<S>(share)?.as_float();
        match (float(0.0), float(1.0)) {
            (Some(low), Some(high)) => (high - low).abs() > FAR * low.abs().max(high.abs()),
            _ => false,
        }
    }

    /// Whether two values that go straight with one number differ but for single points.
    pub(super) fn is_apart<S: Semantics>(&self, other: &Image<'_, '_>) -> bool {
        let is_straight =
            |image: &Image<'_, '_>| course(image.term, &mut None) == Some(Course::Affine);
        if self.number != other.number || !is_straight(self) || !is_straight(other) {
            return false;
        }
        let float = |image: &Image<'_, '_>, share| image.at::<S>(share)?.as_float();
        let apart = |share| {
            let (one, other) = (float(self, share)?, float(other, share)?);
            Some((one - other).abs() > FAR * one.abs().max(other.abs()))
        };
        // Two straight lines that are apart at any place meet in one point at most.
        [0.0, 1.0].into_iter().any(|share| apart(share) == Some(true))
    }
}

/// Values that differ by more than this in proportion are no work of rounding.
pub(super) const FAR: f64 = 1e-6;

/// The last share from `start` on at which the value is still the same, and the first one after it.
fn last_of<S: Semantics>(image: &Image<'_, '_>, start: f64, value: &Value) -> Option<(f64, f64)> {
    let (mut low, mut high) = (start, 1.0);
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            return Some((low, high));
        }
        if same(&image.at::<S>(middle)?, value) { low = middle } else { high = middle }
    }
}

/// How a term goes with the one number in it; `None` if that is not known.
fn course(term: &Term<'_>, number: &mut Option<Rc<Number>>) -> Option<Course> {
    match term.kind() {
        TermKind::Known(_) => Some(Course::Constant),
        TermKind::Number(found) if !found.whole && number.is_none() => {
            *number = Some(Rc::clone(found));
            Some(Course::Affine)
        }
        TermKind::Number(found) => (number.as_ref() == Some(found)).then_some(Course::Affine),
        TermKind::Call(function, arguments) => {
            let mut courses = Vec::new();
            for (_, argument) in arguments {
                match argument.kind() {
                    TermKind::List(items) => {
                        for item in items {
                            courses.push(course(item, number)?);
                        }
                    }
                    _ => courses.push(course(argument, number)?),
                }
            }
            let moving = courses.iter().filter(|course| **course > Course::Constant).count();
            let most = courses.iter().copied().max()?;
            if moving == 0 {
                return Some(Course::Constant);
            }
            if moving > 1 {
                return None;
            }
            match function {
                Function::Sum | Function::Product | Function::Negative => Some(most),
                // Not by the number, which may be zero.
                Function::Divide if courses.get(1) == Some(&Course::Constant) => Some(most),
                Function::Min
                | Function::Max
                | Function::Round
                | Function::Exp
                | Function::Sqrt
                | Function::Less
                | Function::Greater
                | Function::LessOrEqual
                | Function::GreaterOrEqual
                | Function::Not => Some(Course::Monotone),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The outcomes of a draw by these steps.
pub(super) fn outcomes<'a>(steps: Vec<(f64, Value)>) -> Outcomes<'a> {
    let outcome = |(end, value): (f64, Value)| (end, Ok(Symbol::value(value)));
    Outcomes::Intervals(steps.into_iter().map(outcome).collect())
}
