//! What is done with a piece of the input: read, assigned and written, row by row.

use super::chunks::Chunk;
#[cfg(feature = "parquet")]
use super::columns::Column;
use super::columns::{Answers, Plan};
use super::encode::{Encode, Encoded};
use super::error::{BadRow, Reason};
use super::fields::Records;
#[cfg(feature = "parquet")]
use super::parquet;
use super::{OnError, Summary, csv, jsonl};
use crate::value::Value;

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

/// What became of a piece.
pub(super) struct Done {
    pub(super) encoded: Encoded,
    pub(super) summary: Summary,
    /// The row that ends all.
    pub(super) stop: Option<BadRow>,
}

/// One of the workers. Its memory is kept from row to row.
pub(super) struct Worker<'p> {
    answers: &'p [Answers<'p>],
    on_error: OnError,
    parser: Parser<'p>,
    encoder: Box<dyn Encode + 'p>,
    inputs: Vec<Value>,
}

impl<'p> Worker<'p> {
    pub(super) fn new(
        plan: &'p Plan<'_>,
        on_error: OnError,
        parser: Parser<'p>,
        encoder: Box<dyn Encode + 'p>,
    ) -> Worker<'p> {
        let (answers, inputs) = (&plan.answers, plan.inputs.clone());
        Worker { answers, on_error, parser, encoder, inputs }
    }

    pub(super) fn work(&mut self, piece: Piece) -> Done {
        let Worker { answers, on_error, parser, encoder, inputs } = self;
        let mut rows = Rows {
            answers,
            on_error: *on_error,
            encoder: &mut **encoder,
            inputs,
            summary: Summary::default(),
        };
        let stop = match (parser, piece) {
            (Parser::Csv(parser), Piece::Text(chunk)) => rows.all(parser.records(&chunk)),
            (Parser::Jsonl(parser), Piece::Text(chunk)) => rows.all(parser.records(&chunk)),
            #[cfg(feature = "parquet")]
            (Parser::Parquet(columns), Piece::Table(table)) => {
                rows.all(parquet::Rows::new(table, columns))
            }
            // Pieces are of the format that the parser reads.
            #[cfg(feature = "parquet")]
            _ => None,
        };
        let summary = rows.summary;
        Done { encoded: self.encoder.take(), summary, stop }
    }
}

/// The rows of a piece on their way.
struct Rows<'w, 'p> {
    answers: &'p [Answers<'p>],
    on_error: OnError,
    encoder: &'w mut (dyn Encode + 'p),
    inputs: &'w mut Vec<Value>,
    summary: Summary,
}

impl Rows<'_, '_> {
    /// All rows, or those before the one that ends all.
    fn all(&mut self, mut records: impl Records) -> Option<BadRow> {
        while let Some(read) = records.next(self.inputs) {
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
        }
        None
    }

    /// Assigns and writes a row: what is wrong with it, if anything. That is the first problem,
    /// where the row is written with nulls.
    fn row(&mut self, records: &impl Records) -> Option<Reason> {
        self.encoder.begin(records, self.inputs);
        let mut wrong = None;
        for (index, answers) in self.answers.iter().enumerate() {
            let assigned = answers.rows.assign(self.inputs).map_err(Reason::from);
            let written = assigned.and_then(|assigned| self.encoder.answer(index, &assigned));
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

    /// Writes a row that could not be read, where it is to be kept.
    fn unread(&mut self, records: &impl Records) {
        if self.on_error == OnError::Null {
            self.encoder.begin(records, self.inputs);
            (0..self.answers.len()).for_each(|index| self.encoder.nothing(index));
            self.encoder.end();
        }
    }
}
