//! CSV and TSV.

use super::{Encode, Encoded, Text, unwritable};
use crate::batch::columns::{Answers, ColumnPlan};
use crate::batch::error::Reason;
use crate::batch::fields::{Field, Fields};
use crate::batch::write;
#[cfg(feature = "parquet")]
use crate::dialect::Dialect;
use crate::namespace::Assignment;
use crate::value::Value;

/// Fields with a delimiter between them.
pub(in crate::batch) struct Delimited<'p> {
    text: Text,
    delimiter: u8,
    kept: usize,
    answers: &'p [Answers<'p>],
}

impl<'p> Delimited<'p> {
    pub(in crate::batch) fn new(plan: &'p ColumnPlan<'_>, delimiter: u8) -> Delimited<'p> {
        let text = Text::default();
        Delimited { text, delimiter, kept: plan.kept.len(), answers: &plan.answers }
    }

    /// The line that names the columns.
    pub(in crate::batch) fn header(plan: &ColumnPlan<'_>, delimiter: u8) -> String {
        let mut out = String::new();
        for (index, name) in plan.header().iter().enumerate() {
            if index > 0 {
                out.push(char::from(delimiter));
            }
            write::quoted(name, delimiter, &mut out);
        }
        out.push('\n');
        out
    }

    /// Begins another field, after a delimiter unless it is the first.
    fn separate(&mut self) {
        self.text.out.push(char::from(self.delimiter));
    }

    fn params(&mut self, namespace: usize, assignment: &Assignment<'_>) -> Result<(), Reason> {
        let answers = &self.answers[namespace];
        let dialect = answers.namespace.dialect();
        for param in &answers.params {
            self.separate();
            if let Some(value) = assignment.params.get(param) {
                write::field(value, dialect, self.delimiter, &mut self.text.out)
                    .map_err(|error| unwritable(param, error))?;
            }
            if self.text.out.len() > self.text.most() {
                return Err(Reason::TooLarge);
            }
        }
        Ok(())
    }
}

impl Encode for Delimited<'_> {
    fn begin(&mut self, fields: &dyn Fields, inputs: &[Value]) {
        self.text.begin();
        for kept in 0..self.kept {
            if kept > 0 {
                self.separate();
            }
            let (delimiter, out) = (self.delimiter, &mut self.text.out);
            match fields.field(kept, inputs) {
                Field::Null => {}
                Field::Text(text) | Field::Typed(text, _) => write::quoted(text, delimiter, out),
                Field::Json(raw) if raw.starts_with('"') => {
                    write::quoted(&write::decoded(raw), delimiter, out);
                }
                Field::Json(raw) => write::quoted(raw, delimiter, out),
                #[cfg(feature = "parquet")]
                Field::Value(value) => {
                    // A float that is not finite has no text: the field is empty.
                    let _ = write::field(value, Dialect::Planout, delimiter, out);
                }
            }
        }
    }

    fn answer(&mut self, namespace: usize, assignment: &Assignment<'_>) -> Result<(), Reason> {
        let start = self.text.out.len();
        if self.kept > 0 || namespace > 0 {
            self.separate();
        }
        if let Some(segment) = assignment.segment {
            write::integer(segment.into(), &mut self.text.out);
        }
        self.separate();
        if let Some(experiment) = assignment.experiment {
            write::quoted(experiment, self.delimiter, &mut self.text.out);
        }
        self.separate();
        self.text.out.push_str(if assignment.in_experiment { "true" } else { "false" });
        let written = self.params(namespace, assignment);
        if written.is_err() {
            self.text.out.truncate(start);
        }
        written
    }

    fn nothing(&mut self, namespace: usize) {
        let is_first = self.kept == 0 && namespace == 0;
        for _ in usize::from(is_first)..3 + self.answers[namespace].params.len() {
            self.separate();
        }
    }

    fn end(&mut self) {
        self.text.out.push('\n');
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
