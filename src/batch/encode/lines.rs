//! JSON lines.

use super::{Encode, Encoded, Text, unwritable};
use crate::batch::columns::{Answers, ColumnPlan};
use crate::batch::error::Reason;
use crate::batch::fields::{Field, Fields};
use crate::batch::write;
use crate::dialect::Dialect;
use crate::namespace::Assignment;
use crate::value::Value;

/// Writes one object for each row.
pub(in crate::batch) struct Lines<'p> {
    text: Text,
    /// The names of the copied fields, as JSON.
    kept: Vec<String>,
    answers: &'p [Answers<'p>],
    /// The text before the answer of a namespace, and after it.
    around: Vec<(String, &'static str)>,
    /// Whether only some params are written.
    some_params: bool,
    /// Whether the object already has a member.
    has_member: bool,
}

impl<'p> Lines<'p> {
    pub(in crate::batch) fn new(plan: &'p ColumnPlan<'_>, some_params: bool) -> Lines<'p> {
        let around = match plan.answers.as_slice() {
            [_] => vec![(String::new(), "")],
            several => {
                several.iter().map(|answers| (key(answers.namespace.name()) + "{", "}")).collect()
            }
        };
        Lines {
            text: Text::default(),
            kept: plan.kept.iter().map(|name| key(name)).collect(),
            answers: &plan.answers,
            around,
            some_params,
            has_member: false,
        }
    }

    /// Begins another member.
    fn separate(&mut self) {
        if self.has_member {
            self.text.out.push(',');
        }
        self.has_member = true;
    }
}

/// A key and its colon.
pub(super) fn key(name: &str) -> String {
    let mut key = String::new();
    write::string(name, &mut key);
    key.push(':');
    key
}

/// Appends a copied field as JSON.
pub(super) fn field(field: Field<'_>, out: &mut String) {
    match field {
        Field::Null => out.push_str("null"),
        Field::Text(text) => write::string(text, out),
        Field::Json(raw) => out.push_str(raw),
        Field::Typed(_, value) => plain(value, out),
        #[cfg(feature = "parquet")]
        Field::Value(value) => plain(value, out),
    }
}

/// Appends a value of the input. It becomes null if JSON cannot write it.
pub(super) fn plain(value: &Value, out: &mut String) {
    let start = out.len();
    if write::json(value, Dialect::Planout, out).is_err() {
        out.truncate(start);
        out.push_str("null");
    }
}

/// Appends an object of params to a text whose length is limited.
pub(super) fn params(
    answers: &Answers<'_>,
    some: bool,
    assignment: &Assignment<'_>,
    (out, most): (&mut String, usize),
) -> Result<(), Reason> {
    let dialect = answers.namespace.dialect();
    let mut separator = '{';
    let mut add = |name: &str, value: &Value| {
        out.push(std::mem::replace(&mut separator, ','));
        write::string(name, out);
        out.push(':');
        write::json(value, dialect, out).map_err(|error| unwritable(name, error))?;
        if out.len() > most { Err(Reason::TooLarge) } else { Ok(()) }
    };
    if some {
        for name in &answers.params {
            if let Some(value) = assignment.params.get(name) {
                add(name, value)?;
            }
        }
    } else {
        assignment.params.iter().try_for_each(|(name, value)| add(name, value))?;
    }
    if separator == '{' {
        out.push('{');
    }
    out.push('}');
    Ok(())
}

impl Encode for Lines<'_> {
    fn begin(&mut self, fields: &dyn Fields, inputs: &[Value]) {
        self.text.begin();
        self.text.out.push('{');
        let members = fields.members();
        self.text.out.push_str(members);
        self.has_member = !members.is_empty();
        for kept in 0..self.kept.len() {
            self.separate();
            self.text.out.push_str(&self.kept[kept]);
            field(fields.field(kept, inputs), &mut self.text.out);
        }
    }

    fn answer(&mut self, namespace: usize, assignment: &Assignment<'_>) -> Result<(), Reason> {
        let (start, most) = ((self.text.out.len(), self.has_member), self.text.most());
        self.separate();
        let (before, behind) = &self.around[namespace];
        let out = &mut self.text.out;
        out.push_str(before);
        out.push_str("\"segment\":");
        match assignment.segment {
            Some(segment) => write::integer(segment.into(), out),
            None => out.push_str("null"),
        }
        out.push_str(",\"experiment\":");
        match assignment.experiment {
            Some(experiment) => write::string(experiment, out),
            None => out.push_str("null"),
        }
        out.push_str(",\"in_experiment\":");
        out.push_str(if assignment.in_experiment { "true" } else { "false" });
        out.push_str(",\"params\":");
        let written = params(&self.answers[namespace], self.some_params, assignment, (out, most));
        match written {
            Ok(()) => out.push_str(behind),
            Err(_) => {
                out.truncate(start.0);
                self.has_member = start.1;
            }
        }
        written
    }

    fn nothing(&mut self, namespace: usize) {
        self.separate();
        let (before, behind) = &self.around[namespace];
        self.text.out.push_str(before);
        let nothing = "\"segment\":null,\"experiment\":null,\"in_experiment\":null,\"params\":null";
        self.text.out.push_str(nothing);
        self.text.out.push_str(behind);
    }

    fn end(&mut self) {
        self.text.out.push_str("}\n");
    }

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
