//! The outcome of a namespace's evaluation for a unit, and the causes of a failure.

use std::collections::BTreeSet;

use super::blame::{self, Origin};
use crate::eval::{MAX_ANSWER, Reason, Script};
use crate::namespace::{AssignError, Assignment, Namespace};
use crate::value::{Map, Value};

/// A namespace whose units are evaluated.
#[derive(Clone, Copy)]
pub(super) struct Subject<'n> {
    pub(super) namespace: &'n Namespace,
    /// The operators that only the project's own evaluators know.
    pub(super) operators: Option<&'n BTreeSet<String>>,
}

/// A unit whose evaluation failed.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) message: String,
    pub(super) cause: Cause,
    /// The number of bytes that had been made until then.
    pub(super) made: usize,
}

/// The cause of a failure.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cause {
    /// The script itself, with any inputs.
    Script,
    /// Perhaps these inputs, which nobody gave.
    Inputs(BTreeSet<String>),
    /// An operator that only the project's own evaluators know.
    Operator(String),
}

impl<'n> Subject<'n> {
    /// Assigns a unit. A param that cannot be written counts as a failure, too.
    pub(super) fn assign<'a>(&self, inputs: &'a Map) -> Result<Assignment<'a>, Failure>
    where
        'n: 'a,
    {
        let is_given = |name: &str| inputs.contains_key(name);
        match self.namespace.assign(inputs) {
            Ok(assigned) if assigned.params.bytes() > MAX_ANSWER => {
                let message = format!("its params take more than {} MB", MAX_ANSWER >> 20);
                let made = assigned.params.bytes();
                Err(Failure { message, cause: Cause::Script, made })
            }
            Ok(assigned) => match self.unwritable(&assigned, &is_given) {
                None => Ok(assigned),
                Some(failure) => Err(failure),
            },
            Err(error) => Err(self.failure(error, inputs, &is_given)),
        }
    }

    fn failure(
        &self,
        failed: AssignError,
        inputs: &Map,
        is_given: &dyn Fn(&str) -> bool,
    ) -> Failure {
        let (definition, error) = match &failed {
            AssignError::MissingUnit { unit, .. } => {
                let cause = Cause::Inputs(BTreeSet::from([unit.clone()]));
                return Failure { message: failed.to_string(), cause, made: 0 };
            }
            AssignError::Script { definition, error, .. } => (definition, error),
        };
        let message = format!("definition `{definition}` failed: {error}");
        let failure = |cause| Failure { message, cause, made: failed.made() };
        if let Reason::UnknownOperator { name, .. } = &*error.reason
            && self.operators.is_some_and(|own| own.contains(&**name))
        {
            return failure(Cause::Operator(name.to_string()));
        }
        let Some(script) = self.script(definition) else {
            return failure(Cause::Script);
        };
        let Origin { values, path } = blame::of_failure(script, error, is_given);
        let fails_too = |value: &Value| {
            let mut inputs = inputs.clone();
            inputs.extend(path.iter().map(|name| ((*name).to_owned(), value.clone())));
            self.namespace.assign(&inputs).err().as_ref() == Some(&failed)
        };
        // An input may only decide which way the script takes. If another value leads to the failure,
        // too, the null is not the cause.
        let cause = if values.is_empty() && (path.is_empty() || others().iter().any(fails_too)) {
            Cause::Script
        } else {
            Cause::Inputs(values.union(&path).map(|name| (*name).to_owned()).collect())
        };
        failure(cause)
    }

    /// The problem of a param that has no JSON form, if there is such a param.
    fn unwritable(
        &self,
        assigned: &Assignment<'_>,
        is_given: &dyn Fn(&str) -> bool,
    ) -> Option<Failure> {
        let mut params = assigned.params.iter();
        let (name, error) =
            params.find_map(|(name, value)| Some((name, value.check_finite().err()?)))?;
        let default = self.namespace.default_experiment();
        let names = [assigned.definition, default.definition()];
        let mut scripts = names.into_iter().filter_map(|name| self.script(name));
        let setter = scripts.find(|script| super::scripts::params(script).contains(&name));
        let missing = setter.map(|script| {
            let Origin { values, path } = blame::of_variable(script, name, is_given);
            values.union(&path).map(|name| (*name).to_owned()).collect::<BTreeSet<_>>()
        });
        let cause = match missing.unwrap_or_default() {
            missing if missing.is_empty() => Cause::Script,
            missing => Cause::Inputs(missing),
        };
        let message = format!("param `{name}` has no value: {error}");
        Some(Failure { message, cause, made: assigned.params.made() })
    }

    fn script(&self, definition: &str) -> Option<&'n Script> {
        let mut definitions = self.namespace.definitions();
        definitions.find(|(name, _)| *name == definition).map(|(_, script)| script)
    }
}

/// Values that an input may have instead of null.
fn others() -> [Value; 6] {
    [
        Value::Bool(false),
        Value::Bool(true),
        Value::Int(0),
        Value::Int(1),
        Value::from(""),
        Value::from("x"),
    ]
}
