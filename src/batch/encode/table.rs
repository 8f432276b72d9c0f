//! Rows by column, for Parquet.

use super::{Encode, Encoded, unwritable};
use crate::batch::columns::{Answers, ColumnPlan};
use crate::batch::error::Reason;
use crate::batch::fields::{Field, Fields};
use crate::batch::write;
use crate::dialect::Dialect;
use crate::eval::MAX_ANSWER;
use crate::namespace::Assignment;
use crate::value::{Type, Value, ValueError};

/// Some rows.
#[derive(Clone, Debug)]
pub(in crate::batch) struct Table {
    pub(in crate::batch) columns: Vec<Cells>,
    pub(in crate::batch) rows: usize,
}

/// The values of a column. For each row, a level says whether there is a value (1) or not (0).
#[derive(Clone, Debug)]
pub(in crate::batch) enum Cells {
    Boolean {
        values: Vec<bool>,
        levels: Vec<i16>,
    },
    Small {
        values: Vec<i32>,
        levels: Vec<i16>,
    },
    Integer {
        values: Vec<i64>,
        levels: Vec<i16>,
    },
    Float {
        values: Vec<f64>,
        levels: Vec<i16>,
    },
    /// The texts one after the other, and the end of each.
    Text {
        text: String,
        ends: Vec<usize>,
        levels: Vec<i16>,
    },
}

impl Cells {
    fn boolean() -> Cells {
        Cells::Boolean { values: Vec::new(), levels: Vec::new() }
    }

    fn small() -> Cells {
        Cells::Small { values: Vec::new(), levels: Vec::new() }
    }

    fn text() -> Cells {
        Cells::Text { text: String::new(), ends: Vec::new(), levels: Vec::new() }
    }

    fn of(kind: Type) -> Cells {
        match kind {
            Type::String => Cells::text(),
            Type::Integer => Cells::Integer { values: Vec::new(), levels: Vec::new() },
            Type::Float => Cells::Float { values: Vec::new(), levels: Vec::new() },
            Type::Boolean => Cells::boolean(),
        }
    }

    fn levels(&mut self) -> &mut Vec<i16> {
        match self {
            Cells::Boolean { levels, .. }
            | Cells::Small { levels, .. }
            | Cells::Integer { levels, .. }
            | Cells::Float { levels, .. }
            | Cells::Text { levels, .. } => levels,
        }
    }

    /// The number of bytes of text.
    fn bytes(&self) -> usize {
        match self {
            Cells::Text { text, .. } => text.len(),
            _ => 0,
        }
    }

    fn push_null(&mut self) {
        self.levels().push(0);
    }

    fn push_text(&mut self, new: &str) {
        if let Cells::Text { text, ends, levels } = self {
            text.push_str(new);
            ends.push(text.len());
            levels.push(1);
        }
    }

    /// Adds a value. In a column of text, it has the text that CSV would have.
    fn push(&mut self, value: &Value, dialect: Dialect) -> Result<(), ValueError> {
        match (self, value) {
            (Cells::Boolean { values, levels }, Value::Bool(bool)) => {
                values.push(*bool);
                levels.push(1);
            }
            (Cells::Integer { values, levels }, Value::Int(int)) => {
                values.push(*int);
                levels.push(1);
            }
            (Cells::Float { values, levels }, Value::Float(float)) => {
                values.push(*float);
                levels.push(1);
            }
            (cells @ Cells::Text { .. }, Value::String(text)) => cells.push_text(text),
            (Cells::Text { text, ends, levels }, value) if !value.is_null() => {
                let start = text.len();
                if let Err(error) = write::json(value, dialect, text) {
                    text.truncate(start);
                    return Err(error);
                }
                ends.push(text.len());
                levels.push(1);
            }
            (cells, _) => cells.push_null(),
        }
        Ok(())
    }

    /// Drops the rows after the first `rows`.
    fn truncate(&mut self, rows: usize) {
        while self.levels().len() > rows {
            if self.levels().pop() != Some(1) {
                continue;
            }
            match self {
                Cells::Boolean { values, .. } => values.truncate(values.len() - 1),
                Cells::Small { values, .. } => values.truncate(values.len() - 1),
                Cells::Integer { values, .. } => values.truncate(values.len() - 1),
                Cells::Float { values, .. } => values.truncate(values.len() - 1),
                Cells::Text { text, ends, .. } => {
                    ends.pop();
                    text.truncate(ends.last().copied().unwrap_or(0));
                }
            }
        }
    }

    fn append(&mut self, other: Cells) {
        match (self, other) {
            (Cells::Boolean { values, levels }, Cells::Boolean { values: v, levels: l }) => {
                values.extend(v);
                levels.extend(l);
            }
            (Cells::Small { values, levels }, Cells::Small { values: v, levels: l }) => {
                values.extend(v);
                levels.extend(l);
            }
            (Cells::Integer { values, levels }, Cells::Integer { values: v, levels: l }) => {
                values.extend(v);
                levels.extend(l);
            }
            (Cells::Float { values, levels }, Cells::Float { values: v, levels: l }) => {
                values.extend(v);
                levels.extend(l);
            }
            (Cells::Text { text, ends, levels }, Cells::Text { text: t, ends: e, levels: l }) => {
                ends.extend(e.into_iter().map(|end| text.len() + end));
                text.push_str(&t);
                levels.extend(l);
            }
            // All tables of a batch have the same columns.
            _ => {}
        }
    }
}

impl Table {
    /// A table without rows.
    pub(in crate::batch) fn new(plan: &ColumnPlan<'_>) -> Table {
        let mut columns: Vec<Cells> = plan.kept_types.iter().map(|kind| Cells::of(*kind)).collect();
        for answers in &plan.answers {
            columns.extend([Cells::small(), Cells::text(), Cells::boolean()]);
            columns.extend(answers.params.iter().map(|_| Cells::text()));
        }
        Table { columns, rows: 0 }
    }

    /// The same columns without rows.
    pub(in crate::batch) fn emptied(&self) -> Table {
        let empty = |cells: &Cells| match cells {
            Cells::Boolean { .. } => Cells::boolean(),
            Cells::Small { .. } => Cells::small(),
            Cells::Integer { .. } => Cells::of(Type::Integer),
            Cells::Float { .. } => Cells::of(Type::Float),
            Cells::Text { .. } => Cells::text(),
        };
        Table { columns: self.columns.iter().map(empty).collect(), rows: 0 }
    }

    pub(in crate::batch) fn append(&mut self, other: Table) {
        self.rows += other.rows;
        for (cells, other) in self.columns.iter_mut().zip(other.columns) {
            cells.append(other);
        }
    }

    /// The number of bytes of text.
    pub(in crate::batch) fn bytes(&self) -> usize {
        self.columns.iter().map(Cells::bytes).sum()
    }
}

/// Fills a table.
pub(in crate::batch) struct Tables<'p> {
    table: Table,
    kept: usize,
    answers: &'p [Answers<'p>],
    /// The index of the first column of each namespace.
    starts: Vec<usize>,
    /// The number of bytes of text in the params of the row in progress.
    row: usize,
}

impl<'p> Tables<'p> {
    pub(in crate::batch) fn new(plan: &'p ColumnPlan<'_>) -> Tables<'p> {
        let mut next = plan.kept.len();
        let starts = plan.answers.iter().map(|answers| {
            let start = next;
            next += 3 + answers.params.len();
            start
        });
        let starts = starts.collect();
        let (table, kept) = (Table::new(plan), plan.kept.len());
        Tables { table, kept, answers: &plan.answers, starts, row: 0 }
    }

    fn columns(&mut self, namespace: usize) -> &mut [Cells] {
        let count = 3 + self.answers[namespace].params.len();
        &mut self.table.columns[self.starts[namespace]..][..count]
    }
}

impl Encode for Tables<'_> {
    fn begin(&mut self, fields: &dyn Fields, inputs: &[Value]) {
        self.row = 0;
        for (kept, cells) in self.table.columns[..self.kept].iter_mut().enumerate() {
            match fields.field(kept, inputs) {
                Field::Null => cells.push_null(),
                Field::Text(text) | Field::Typed(text, _) => cells.push_text(text),
                Field::Json(raw) if raw.starts_with('"') => cells.push_text(&write::decoded(raw)),
                Field::Json(raw) => cells.push_text(raw),
                Field::Value(value) => {
                    // A float that is not finite has neither JSON nor text.
                    if cells.push(value, Dialect::Planout).is_err() {
                        cells.push_null();
                    }
                }
            }
        }
    }

    fn answer(&mut self, namespace: usize, assignment: &Assignment<'_>) -> Result<(), Reason> {
        let (rows, mut row) = (self.table.rows, self.row);
        let answers = &self.answers[namespace];
        let dialect = answers.namespace.dialect();
        let columns = self.columns(namespace);
        let [segment, experiment, in_experiment, params @ ..] = columns else { return Ok(()) };
        match (&mut *segment, assignment.segment.and_then(|segment| i32::try_from(segment).ok())) {
            (Cells::Small { values, levels }, Some(number)) => {
                values.push(number);
                levels.push(1);
            }
            (cells, _) => cells.push_null(),
        }
        match assignment.experiment {
            Some(name) => experiment.push_text(name),
            None => experiment.push_null(),
        }
        let mut outcome = in_experiment
            .push(&Value::Bool(assignment.in_experiment), dialect)
            .map_err(|error| unwritable("in_experiment", error));
        for (cells, param) in params.iter_mut().zip(&answers.params) {
            let value = assignment.params.get(param).unwrap_or(&Value::Null);
            let before = cells.bytes();
            let pushed = cells.push(value, dialect).map_err(|error| unwritable(param, error));
            row += cells.bytes() - before;
            let is_small = || if row > MAX_ANSWER { Err(Reason::TooLarge) } else { Ok(()) };
            if let Err(reason) = pushed.and_then(|()| is_small()) {
                outcome = Err(reason);
                break;
            }
        }
        match outcome {
            Ok(()) => self.row = row,
            Err(_) => columns.iter_mut().for_each(|cells| cells.truncate(rows)),
        }
        outcome
    }

    fn nothing(&mut self, namespace: usize) {
        self.columns(namespace).iter_mut().for_each(Cells::push_null);
    }

    fn end(&mut self) {
        self.table.rows += 1;
    }

    fn undo(&mut self) {
        let rows = self.table.rows;
        self.table.columns.iter_mut().for_each(|cells| cells.truncate(rows));
    }

    fn bytes(&self) -> usize {
        self.table.bytes()
    }

    fn take(&mut self) -> Encoded {
        let empty = self.table.emptied();
        Encoded::Table(std::mem::replace(&mut self.table, empty))
    }
}
