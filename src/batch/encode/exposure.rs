//! Exposures in the form of PlanOut's loggers: one JSON object on a line, for each unit that is in an
//! experiment.

use super::lines;
use super::{Encode, Encoded, Text};
use crate::batch::columns::{Answers, ColumnPlan};
use crate::batch::error::Reason;
use crate::batch::fields::{Field, Fields};
use crate::exposure::{Frame, PARAMS};
use crate::namespace::{Assignment, Experiment, Namespace};
use crate::value::Value;

/// Writes one line for each exposure.
pub(in crate::batch) struct Exposures<'p> {
    text: Text,
    /// The names of the inputs, as JSON.
    names: Vec<String>,
    /// The members of `inputs` that are the same for all rows.
    constants: String,
    /// The members of `inputs` of the row in progress.
    inputs: String,
    answers: &'p [Answers<'p>],
    some_params: bool,
    /// The frames by namespace and active experiment.
    around: Vec<Vec<Around>>,
}

/// The text around the inputs and the params of a line.
struct Around {
    experiment: String,
    before: String,
    behind: String,
}

impl<'p> Exposures<'p> {
    /// Exposures at a time, in seconds since 1970.
    pub(in crate::batch) fn new(
        plan: &'p ColumnPlan<'_>,
        some_params: bool,
        time: u64,
    ) -> Exposures<'p> {
        let mut constants = String::new();
        for (name, value) in &plan.constants {
            separate(&mut constants);
            constants.push_str(&lines::key(name));
            lines::plain(value, &mut constants);
        }
        let around = |answers: &Answers<'_>| {
            let experiments = answers.namespace.experiments().iter();
            experiments.map(|experiment| Around::new(answers.namespace, experiment, time)).collect()
        };
        Exposures {
            text: Text::default(),
            names: plan.kept.iter().map(|name| lines::key(name)).collect(),
            constants,
            inputs: String::new(),
            answers: &plan.answers,
            some_params,
            around: plan.answers.iter().map(around).collect(),
        }
    }
}

impl Around {
    fn new(namespace: &Namespace, experiment: &Experiment, time: u64) -> Around {
        let frame = Frame::new(namespace, experiment);
        let experiment = experiment.name().to_owned();
        Around { experiment, before: frame.before(time), behind: frame.end }
    }
}

/// Begins another member of an object.
fn separate(members: &mut String) {
    if !members.is_empty() {
        members.push(',');
    }
}

impl Encode for Exposures<'_> {
    fn begin(&mut self, fields: &dyn Fields, inputs: &[Value]) {
        self.text.begin();
        self.inputs.clear();
        for (kept, name) in self.names.iter().enumerate() {
            match fields.field(kept, inputs) {
                // A missing value is not an input.
                Field::Null => {}
                field => {
                    separate(&mut self.inputs);
                    self.inputs.push_str(name);
                    lines::field(field, &mut self.inputs);
                }
            }
        }
        if !self.constants.is_empty() {
            separate(&mut self.inputs);
            self.inputs.push_str(&self.constants);
        }
    }

    fn answer(&mut self, namespace: usize, assignment: &Assignment<'_>) -> Result<(), Reason> {
        let is_of = |around: &&Around| assignment.experiment == Some(around.experiment.as_str());
        let around = self.around[namespace].iter().find(is_of);
        let Some(around) = around.filter(|_| assignment.in_experiment) else {
            return Ok(());
        };
        let most = self.text.most();
        let out = &mut self.text.out;
        let start = out.len();
        out.push_str(&around.before);
        out.push_str(&self.inputs);
        out.push_str(PARAMS);
        let written =
            lines::params(&self.answers[namespace], self.some_params, assignment, (out, most));
        match written {
            Ok(()) => out.push_str(&around.behind),
            Err(_) => out.truncate(start),
        }
        written
    }

    /// A unit without an answer is not exposed to anything.
    fn nothing(&mut self, _: usize) {}

    fn end(&mut self) {}

    fn undo(&mut self) {
        self.text.undo();
    }

    fn bytes(&self) -> usize {
        self.text.out.len()
    }

    fn take(&mut self) -> Encoded {
        self.text.take()
    }
}
