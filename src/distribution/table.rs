//! The joint distribution of two values, as a table of shares.

use indexmap::IndexMap;

use super::Obstacle;
use super::shares::Exact;

/// The most cells of a table.
const MAX_CELLS: usize = 10_000;

/// The most outcomes of a value that are shown, and the most characters of each.
const MAX_SHOWN: usize = 8;
const MAX_SHOWN_CHARS: usize = 30;

/// The most characters of a line, which is shown below others.
const MAX_WIDTH: usize = 64;

/// Differences of shares below this come from computing with floating-point numbers.
pub const ROUNDING: f64 = 1e-9;

/// One of the outcomes of a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Cell {
    /// The param is not set.
    Unset,
    /// A value.
    Value(Exact),
    /// One of the four equal parts of the range of a number, from its lower to its upper end.
    Range(Exact, Exact),
    /// A value that only inputs decide.
    Inputs,
}

impl Cell {
    /// The outcome in a table.
    fn shown(&self) -> String {
        let text = match self {
            Cell::Unset => return "(not set)".to_owned(),
            Cell::Inputs => return "(an input)".to_owned(),
            Cell::Value(value) => value.0.to_string(),
            Cell::Range(from, to) => return format!("{} to {}", from.0, to.0),
        };
        if text.chars().count() <= MAX_SHOWN_CHARS {
            return text;
        }
        text.chars().take(MAX_SHOWN_CHARS - 3).chain("...".chars()).collect()
    }
}

/// The shares of units for each pair of outcomes of two values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    cells: IndexMap<(Cell, Cell), f64>,
}

impl Table {
    /// The pairs of outcomes with the share of each. A pair that is not listed has none.
    pub fn cells(&self) -> impl ExactSizeIterator<Item = (&Cell, &Cell, f64)> {
        self.cells.iter().map(|((one, other), share)| (one, other, *share))
    }

    /// The outcomes of the first value, with the share of each.
    pub fn rows(&self) -> IndexMap<&Cell, f64> {
        sums(self.cells().map(|(row, _, share)| (row, share)))
    }

    /// The outcomes of the second value, with the share of each.
    pub fn columns(&self) -> IndexMap<&Cell, f64> {
        sums(self.cells().map(|(_, column, share)| (column, share)))
    }

    /// The share of a pair of outcomes.
    pub fn share(&self, row: &Cell, column: &Cell) -> f64 {
        self.cells.get(&(row.clone(), column.clone())).copied().unwrap_or_default()
    }

    /// The leak: how far the share of an outcome `b` of the second value among the units with an
    /// outcome `a` of the first one is from its share among all units, `P(b | a) - P(b)`, at most.
    /// It is 0 if the two are independent, and at most 1.
    pub fn leak(&self) -> f64 {
        let (rows, columns) = (self.rows(), self.columns());
        let total: f64 = rows.values().sum();
        let mut leak = 0.0_f64;
        for (row, of_row) in rows.iter().filter(|(_, share)| **share > 0.0) {
            for (column, of_column) in &columns {
                leak = leak.max((self.share(row, column) / of_row - of_column / total).abs());
            }
        }
        if leak <= ROUNDING { 0.0 } else { leak }
    }

    /// The table as lines of text: a row for each outcome of the first value, and a column for each of
    /// the second one, in percent of the units. The first outcomes are shown, at most eight of each,
    /// and as many as fit on a line.
    pub fn lines(&self) -> Vec<String> {
        let (rows, columns) = (self.rows(), self.columns());
        let mut cells = vec![vec![r"a \ b".to_owned()]];
        cells[0].extend(columns.keys().take(MAX_SHOWN).map(|column| column.shown()));
        for row in rows.keys().take(MAX_SHOWN) {
            let share = |column: &&Cell| format!("{:.2} %", 100.0 * self.share(row, column));
            let shares = columns.keys().take(MAX_SHOWN).map(share);
            cells.push([row.shown()].into_iter().chain(shares).collect());
        }
        let width = |place: usize| cells.iter().map(|row| row[place].chars().count()).max();
        let widths: Vec<usize> =
            (0..cells[0].len()).map(|place| width(place).unwrap_or_default()).collect();
        let mut wide = widths[0];
        let fits = |width: &&usize| {
            wide += 2 + **width;
            wide <= MAX_WIDTH
        };
        // One column is shown in any case.
        let shown = widths[1..].iter().take_while(fits).count().max(1);
        let line = |row: &Vec<String>| {
            let mut line = format!("{:<1$}", row[0], widths[0]);
            for (cell, width) in row.iter().zip(&widths).skip(1).take(shown) {
                line += &format!("  {cell:>width$}");
            }
            line.trim_end().to_owned()
        };
        let mut lines: Vec<String> = cells.iter().map(line).collect();
        match (rows.len().saturating_sub(MAX_SHOWN), columns.len().saturating_sub(shown)) {
            (0, 0) => {}
            (rows, columns) => lines.push(format!("(not shown: rows {rows}, columns {columns})")),
        }
        lines
    }

    /// Whether an outcome is a part of the range of a number, so that a leak of 0 proves nothing.
    pub(super) fn is_coarse(&self) -> bool {
        let is_range = |cell: &Cell| matches!(cell, Cell::Range(..));
        self.cells.keys().any(|(one, other)| is_range(one) || is_range(other))
    }

    /// Adds a share of units.
    pub(crate) fn add(&mut self, row: Cell, column: Cell, share: f64) -> Result<(), Obstacle> {
        *self.cells.entry((row, column)).or_default() += share;
        if self.cells.len() > MAX_CELLS { Err(Obstacle::ManyValues) } else { Ok(()) }
    }

    pub(super) fn extend(&mut self, other: Table) -> Result<(), Obstacle> {
        other.cells.into_iter().try_for_each(|((row, column), share)| self.add(row, column, share))
    }

    /// Whether two tables are equal, apart from rounding errors.
    pub(super) fn is_close(&self, other: &Table) -> bool {
        self.cells.len() == other.cells.len()
            && self.cells.iter().all(|(cells, share)| {
                other.cells.get(cells).is_some_and(|other| (share - other).abs() <= ROUNDING)
            })
    }
}

fn sums<'t>(shares: impl Iterator<Item = (&'t Cell, f64)>) -> IndexMap<&'t Cell, f64> {
    let mut sums = IndexMap::new();
    for (cell, share) in shares {
        *sums.entry(cell).or_default() += share;
    }
    sums
}
