//! An interface for watching an evaluation.

use crate::source::Span;
use crate::value::Value;

/// An observer of the evaluation of a script: [`Script::observe`](super::Script::observe). Places are
/// those of the script's text. Evaluations without an observer are compiled separately, and have no
/// cost.
pub trait Observer {
    /// Whether the observer is active.
    const WATCHES: bool = true;

    /// Called when a random operator has drawn.
    fn draws(&mut self, draw: &ObservedDraw<'_>) {
        let _ = draw;
    }

    /// Called when the condition of an `if` was evaluated, with its truth.
    fn decides(&mut self, holds: bool, place: Span) {
        let _ = (holds, place);
    }

    /// Called when a variable is given a value.
    fn sets(&mut self, variable: &str, value: &Value, place: Span) {
        let _ = (variable, value, place);
    }

    /// Called when the script ends by a `return`, with the truth of its value.
    fn returns(&mut self, in_experiment: bool, place: Span) {
        let _ = (in_experiment, place);
    }
}

/// An observer that does nothing.
impl Observer for () {
    const WATCHES: bool = false;
}

/// A draw that was made.
#[derive(Clone, Copy, Debug)]
pub struct ObservedDraw<'a> {
    /// The operator.
    pub operator: &'static str,
    /// The text that was hashed, up to the unit. An operator that draws several times appends to it,
    /// with a dot between: `sample` appends a position, `bernoulliFilter` a choice.
    pub text: &'a str,
    /// The result of the operator.
    pub value: &'a Value,
    /// The place of the operator in the script's text.
    pub place: Span,
}
