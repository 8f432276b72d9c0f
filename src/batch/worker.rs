//! The work on a piece of the input: rows are read, assigned and written one by one.

use super::chunks::Chunk;
#[cfg(feature = "parquet")]
use super::columns::Column;
use super::columns::{Answers, ColumnPlan};
use super::encode::{Encode, Encoded};
use super::error::{BadRow, Reason};
use super::fields::Records;
#[cfg(feature = "parquet")]
use super::parquet;
use super::undeclared::Declared;
use super::{OnError, Summary, csv, jsonl};
use crate::eval::Effort;
use crate::value::Value;

/// The number of encoded bytes after which a worker sends its rows.
const MAX_ENCODED: usize = 4 << 20;

/// A piece of the input.
pub(super) enum Piece {
    Text(Chunk),
    #[cfg(feature = "parquet")]
    Table(parquet::Table),
}

/// Reads pieces of one format.
pub(super) enum Parser<'p> {
    Csv(Box<csv::Parser<'p>>),
    Jsonl(jsonl::Parser),
    #[cfg(feature = "parquet")]
    Parquet(&'p [Column]),
}

/// The result of a piece.
pub(super) struct Done {
    pub(super) encoded: Encoded,
    pub(super) summary: Summary,
    /// The row that ends the batch.
    pub(super) stop: Option<BadRow>,
    /// The number of bytes that were made for failing rows. If there are too many, the rest of the
    /// piece is skipped.
    pub(super) wasted: Effort,
}

/// A worker. Its memory is kept from row to row.
pub(super) struct Worker<'p> {
    answers: &'p [Answers<'p>],
    declared: &'p [Declared<'p>],
    on_error: OnError,
    parser: Parser<'p>,
    encoder: Box<dyn Encode + 'p>,
    inputs: Vec<Value>,
}

impl<'p> Worker<'p> {
    pub(super) fn new(
        plan: &'p ColumnPlan<'_>,
        on_error: OnError,
        parser: Parser<'p>,
        encoder: Box<dyn Encode + 'p>,
    ) -> Worker<'p> {
        let ColumnPlan { answers, declared, .. } = plan;
        let inputs = plan.inputs.clone();
        Worker { answers, declared, on_error, parser, encoder, inputs }
    }

    /// Works on a piece. Its rows may become much larger than the piece, so they are sent on the way,
    /// as long as they are wanted, and the last ones are returned.
    pub(super) fn work(&mut self, piece: Piece, give: &mut dyn FnMut(Done) -> bool) -> Done {
        let Worker { answers, declared, on_error, parser, encoder, inputs } = self;
        let mut rows = Rows {
            answers,
            declared,
            on_error: *on_error,
            encoder: &mut **encoder,
            inputs,
            summary: Summary::default(),
            wasted: Effort::default(),
            give,
        };
        let stop = match (parser, piece) {
            (Parser::Csv(parser), Piece::Text(chunk)) => rows.all(parser.records(&chunk)),
            (Parser::Jsonl(parser), Piece::Text(chunk)) => rows.all(parser.records(&chunk)),
            #[cfg(feature = "parquet")]
            (Parser::Parquet(columns), Piece::Table(table)) => {
                rows.all(parquet::Rows::new(table, columns))
            }
            // The pieces have the format that the parser reads.
            #[cfg(feature = "parquet")]
            _ => None,
        };
        let (summary, wasted) = (rows.summary, rows.wasted);
        Done { encoded: self.encoder.take(), summary, stop, wasted }
    }
}

/// The state of working on the rows of a piece.
struct Rows<'w, 'p> {
    answers: &'p [Answers<'p>],
    declared: &'p [Declared<'p>],
    on_error: OnError,
    encoder: &'w mut (dyn Encode + 'p),
    inputs: &'w mut Vec<Value>,
    summary: Summary,
    wasted: Effort,
    give: &'w mut dyn FnMut(Done) -> bool,
}

impl Rows<'_, '_> {
    /// Works on all rows, or on those before the row that ends the batch.
    fn all(&mut self, mut records: impl Records) -> Option<BadRow> {
        while let Some(read) = records.next(self.inputs) {
            if self.encoder.bytes() > MAX_ENCODED && !self.give_away() {
                return None;
            }
            self.summary.rows += 1;
            let bad = match read {
                Ok(()) => self.row(&records).map(|reason| reason.at(records.line())),
                Err(bad) => {
                    self.unread(&records);
                    Some(bad)
                }
            };
            let Some(bad) = bad else {
                self.summary.written += 1;
                continue;
            };
            match self.on_error {
                OnError::Fail => return Some(bad),
                OnError::Skip => {}
                OnError::Null => self.summary.written += 1,
            }
            self.summary.add(bad);
            if self.wasted >= Effort::MOST {
                break;
            }
        }
        None
    }

    /// Sends the rows that are encoded so far. Returns whether more are wanted.
    fn give_away(&mut self) -> bool {
        let (encoded, summary) = (self.encoder.take(), std::mem::take(&mut self.summary));
        let wasted = std::mem::take(&mut self.wasted);
        (self.give)(Done { encoded, summary, stop: None, wasted })
    }

    /// Assigns and writes a row. Returns its problem, if there is one: the first, if the row is
    /// written with nulls.
    fn row(&mut self, records: &impl Records) -> Option<Reason> {
        for declared in self.declared {
            declared.note(self.inputs, &mut self.summary.undeclared);
        }
        self.encoder.begin(records, self.inputs);
        let (mut wrong, mut effort) = (None, Effort::default());
        for (index, answers) in self.answers.iter().enumerate() {
            let is_over = effort >= Effort::MOST;
            let written = match (!is_over).then(|| answers.rows.assign(self.inputs)) {
                None => Err(Reason::TooLarge),
                Some(Ok(assigned)) => {
                    effort.add(assigned.params.made());
                    self.encoder.answer(index, &assigned)
                }
                Some(Err(error)) => {
                    effort.add(error.made());
                    self.wasted.add(error.made());
                    Err(Reason::from(error))
                }
            };
            let Err(reason) = written else { continue };
            if self.on_error != OnError::Null {
                self.encoder.undo();
                return Some(reason);
            }
            self.encoder.nothing(index);
            wrong.get_or_insert(reason);
        }
        self.encoder.end();
        wrong
    }

    /// Writes a row that could not be read, if it is to be kept.
    fn unread(&mut self, records: &impl Records) {
        if self.on_error == OnError::Null {
            self.encoder.begin(records, self.inputs);
            (0..self.answers.len()).for_each(|index| self.encoder.nothing(index));
            self.encoder.end();
        }
    }
}
