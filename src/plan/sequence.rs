//! The edits of an experiment sequence: the entries that are kept, inserted, deleted, and
//! appended.

use std::collections::{HashMap, HashSet};

use crate::namespace::Action;

/// The largest table for the comparison of two sequences. Beyond it, all differences count as one
/// edit.
const MAX_CELLS: usize = 25_000_000;

/// The number of following entries in which the old name of an experiment is searched.
const NEAR: usize = 32;

/// An entry of either sequence, in the order of both. The indices are those of the entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Row {
    /// The entry is in both sequences.
    Kept { before: usize, after: usize },
    /// The entry is gone. This is part of an edit.
    Gone { before: usize, edit: usize },
    /// The entry is new, with kept entries after it. This is part of an edit.
    New { after: usize, edit: usize },
    /// The entry is new, and was appended at the end.
    Appended { after: usize },
}

/// Two sequences side by side.
pub(super) struct Comparison<'a> {
    before: &'a [Action],
    after: &'a [Action],
    pub(super) rows: Vec<Row>,
    /// The number of edits of earlier entries. The edits of one experiment count as one.
    pub(super) edits: usize,
}

/// An edit in words.
pub(super) struct Description {
    /// The change in the line, such as "inserts an `add` of `x` before `y`".
    pub(super) text: String,
    /// The entry of the new sequence that the words are about; `None` for its end.
    pub(super) entry: Option<usize>,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(before: &'a [Action], after: &'a [Action]) -> Comparison<'a> {
        let mut comparison = Comparison { before, after, rows: Vec::new(), edits: 0 };
        let mut names = Names::new(before, after);
        let (mut i, mut j) = (0, 0);
        for (next_i, next_j) in common(before, after) {
            comparison.gap(i..next_i, j..next_j, false, &mut names);
            comparison.rows.push(Row::Kept { before: next_i, after: next_j });
            (i, j) = (next_i + 1, next_j + 1);
        }
        comparison.gap(i..before.len(), j..after.len(), true, &mut names);
        comparison.edits = names.edits.len();
        comparison
    }

    /// Adds the entries between two kept ones, or after the last one.
    fn gap(
        &mut self,
        gone: std::ops::Range<usize>,
        new: std::ops::Range<usize>,
        is_last: bool,
        names: &mut Names<'a>,
    ) {
        let mut pairs = self.pairs(gone.clone(), new.clone(), names).into_iter().peekable();
        let mut gone = gone.peekable();
        for after in new {
            let next = pairs.peek().copied();
            // A new entry takes the place of the one that it replaces.
            let end = match pairs.next_if(|pair| pair.1 == after) {
                Some((replaced, _)) => replaced + 1,
                None => next.map_or(self.before.len(), |pair| pair.0),
            };
            while let Some(before) = gone.next_if(|before| *before < end) {
                let edit = names.edit(self.before[before].name());
                self.rows.push(Row::Gone { before, edit });
            }
            self.rows.push(if is_last && next.is_none() {
                Row::Appended { after }
            } else {
                Row::New { after, edit: names.edit(self.after[after].name()) }
            });
        }
        for before in gone {
            let edit = names.edit(self.before[before].name());
            self.rows.push(Row::Gone { before, edit });
        }
    }

    /// The pairs of entries of which one replaced the other: with the same name, or with a new name.
    fn pairs(
        &self,
        gone: std::ops::Range<usize>,
        new: std::ops::Range<usize>,
        names: &mut Names<'a>,
    ) -> Vec<(usize, usize)> {
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        let mut places: HashMap<(bool, &str), Vec<usize>> = HashMap::new();
        for before in gone.clone() {
            let old = &self.before[before];
            places.entry((old.is_add(), old.name())).or_default().push(before);
        }
        let mut from = gone.start;
        for after in new {
            let entry = &self.after[after];
            let namesakes = places.get_mut(&(entry.is_add(), entry.name()));
            let namesake = namesakes.and_then(|places| {
                places.retain(|place| *place >= from);
                places.first().copied()
            });
            let found = namesake.or_else(|| {
                let mut near = from..gone.end.min(from + NEAR);
                near.find(|before| names.is_renamed(&self.before[*before], entry))
            });
            if let Some(before) = found {
                names.rename(self.before[before].name(), entry.name());
                pairs.push((before, after));
                from = before + 1;
            }
        }
        pairs
    }

    /// The old sequence after one of the edits.
    pub(super) fn with_edit(&self, wanted: usize) -> Vec<&'a Action> {
        let entries = self.rows.iter().filter_map(|row| match *row {
            Row::Kept { before, .. } => Some(&self.before[before]),
            Row::Gone { before, edit } => (edit != wanted).then(|| &self.before[before]),
            Row::New { after, edit } => (edit == wanted).then(|| &self.after[after]),
            Row::Appended { .. } => None,
        });
        entries.collect()
    }

    /// The appended entries.
    pub(super) fn appended(&self) -> impl Iterator<Item = (usize, &'a Action)> {
        self.rows.iter().filter_map(|row| match *row {
            Row::Appended { after } => Some((after, &self.after[after])),
            _ => None,
        })
    }

    /// Describes an edit.
    pub(super) fn describe(&self, wanted: usize) -> Description {
        let mut gone = Vec::new();
        let mut new = Vec::new();
        let mut first = None;
        for (index, row) in self.rows.iter().enumerate() {
            match *row {
                Row::Gone { before, edit } if edit == wanted => gone.push(before),
                Row::New { after, edit } if edit == wanted => new.push(after),
                _ => continue,
            }
            first.get_or_insert(index);
        }
        let next = self.rows[first.unwrap_or_default()..].iter().find_map(|row| match *row {
            Row::Kept { after, .. } => Some(after),
            _ => None,
        });
        let place = match next {
            Some(next) => format!("before `{}`", self.after[next].name()),
            None => "at the end".to_owned(),
        };
        let old = |index: &usize| &self.before[*index];
        let entry = new.first().copied().or(next);
        let text = match (gone.as_slice(), new.as_slice()) {
            ([], [one]) => format!("inserts {} {place}", self.after[*one].describe()),
            ([], [first, ..]) => {
                format!("inserts entries of `{}` {place}", self.after[*first].name())
            }
            ([one], []) => match next {
                Some(_) => format!("lacks {} before it", old(one).describe_the()),
                None => format!("ends without {}", old(one).describe_the()),
            },
            ([first, ..], []) => match next {
                Some(_) => format!("lacks the entries of `{}` before it", old(first).name()),
                None => format!("ends without the entries of `{}`", old(first).name()),
            },
            ([before, ..], [after, ..]) => replaced(old(before), &self.after[*after]),
            ([], []) => String::new(),
        };
        Description { text, entry }
    }
}

/// Describes the replacement of an entry by another.
fn replaced(before: &Action, after: &Action) -> String {
    let name = before.name();
    match (before.segments(), after.segments()) {
        _ if name != after.name() => format!("renames `{name}` to `{}`", after.name()),
        (Some(old), Some(new)) if old != new => {
            format!("changes the segments of `{name}` from {old} to {new}")
        }
        (Some(_), Some(_)) | (None, None) => format!("moves {}", before.describe_the()),
        _ => format!("edits the entries of `{name}`"),
    }
}

/// The experiments of each edit.
struct Names<'a> {
    before: HashSet<&'a str>,
    after: HashSet<&'a str>,
    /// The old names of experiments that were renamed.
    old: HashMap<&'a str, &'a str>,
    edits: HashMap<&'a str, usize>,
}

impl<'a> Names<'a> {
    fn new(before: &'a [Action], after: &'a [Action]) -> Names<'a> {
        let names = |sequence: &'a [Action]| sequence.iter().map(Action::name).collect();
        let (before, after) = (names(before), names(after));
        Names { before, after, old: HashMap::new(), edits: HashMap::new() }
    }

    /// Whether one entry may be another one under a new name: the old name occurs only before, and
    /// the new name only after.
    fn is_renamed(&self, before: &Action, after: &Action) -> bool {
        before.segments() == after.segments()
            && !self.after.contains(before.name())
            && !self.before.contains(after.name())
            && self.old.get(after.name()).is_none_or(|old| *old == before.name())
    }

    fn rename(&mut self, before: &'a str, after: &'a str) {
        if before != after {
            self.old.insert(after, before);
        }
    }

    fn edit(&mut self, name: &'a str) -> usize {
        let name = self.old.get(name).copied().unwrap_or(name);
        let next = self.edits.len();
        *self.edits.entry(name).or_insert(next)
    }
}

/// The longest list of entries that two sequences have in common, in order, as indices. Only the
/// parts that decide about segments are compared, so not the definition.
fn common(before: &[Action], after: &[Action]) -> Vec<(usize, usize)> {
    let same = |i: usize, j: usize| {
        let (old, new) = (&before[i], &after[j]);
        old.name() == new.name() && old.segments() == new.segments()
    };
    let shorter = before.len().min(after.len());
    let start = (0..shorter).find(|&i| !same(i, i)).unwrap_or(shorter);
    let mut common: Vec<_> = (0..start).map(|i| (i, i)).collect();
    let (rows, columns) = (before.len() - start, after.len() - start);
    if rows.saturating_mul(columns) > MAX_CELLS {
        let ends = |back: usize| (before.len() - 1 - back, after.len() - 1 - back);
        let tail = (0..rows.min(columns)).take_while(|&back| {
            let (i, j) = ends(back);
            same(i, j)
        });
        let tail: Vec<_> = tail.map(ends).collect();
        common.extend(tail.into_iter().rev());
        return common;
    }
    // The length of the longest common sequence from each pair of entries to the end.
    let width = columns + 1;
    let mut lengths = vec![0_u32; (rows + 1) * width];
    for i in (0..rows).rev() {
        for j in (0..columns).rev() {
            lengths[i * width + j] = if same(start + i, start + j) {
                lengths[(i + 1) * width + j + 1] + 1
            } else {
                lengths[(i + 1) * width + j].max(lengths[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < rows && j < columns {
        if same(start + i, start + j) {
            common.push((start + i, start + j));
            (i, j) = (i + 1, j + 1);
        } else if lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    common
}

impl Action {
    fn is_add(&self) -> bool {
        matches!(self, Action::Add { .. })
    }

    fn describe(&self) -> String {
        match self {
            Action::Add { name, .. } => format!("an `add` of `{name}`"),
            Action::Remove { name } => format!("a `remove` of `{name}`"),
        }
    }

    fn describe_the(&self) -> String {
        match self {
            Action::Add { name, .. } => format!("the `add` of `{name}`"),
            Action::Remove { name } => format!("the `remove` of `{name}`"),
        }
    }
}
