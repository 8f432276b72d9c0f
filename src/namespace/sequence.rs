//! A replay of the experiment sequence that keeps the active experiments and the number of free
//! segments.

use indexmap::IndexMap;

/// An invalid entry of an experiment sequence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SequenceError {
    /// An experiment of that name is active already.
    #[error("experiment `{name}` is active already")]
    AlreadyActive {
        /// The name.
        name: String,
    },
    /// An experiment asks for more segments than are free.
    #[error("experiment `{name}` asks for {asked} segments and {free} are free{holders}")]
    NotEnoughSegments {
        /// The experiment.
        name: String,
        /// The number of segments that it asks for.
        asked: u32,
        /// The number of free segments.
        free: u32,
        /// The holders of the other segments.
        holders: Holders,
    },
    /// No experiment of that name is active.
    #[error("experiment `{name}` is not active")]
    NotActive {
        /// The name.
        name: String,
    },
    /// An experiment asks for no segments.
    #[error("experiment `{name}` asks for no segments")]
    NoSegments {
        /// The name.
        name: String,
    },
}

/// The experiments that hold segments, largest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holders(Vec<(String, u32)>);

impl std::fmt::Display for Holders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const SHOWN: usize = 5;
        for (index, (name, segments)) in self.0.iter().take(SHOWN).enumerate() {
            let lead = if index == 0 { ": " } else { ", " };
            write!(f, "{lead}`{name}` holds {segments}")?;
        }
        match self.0.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, ", {more} more hold the rest"),
        }
    }
}

/// The state of a sequence after some of its entries. `T` is a note about each experiment.
#[derive(Clone, Debug)]
pub(super) struct Roster<T> {
    free: u32,
    active: IndexMap<String, (u32, T)>,
}

impl<T> Roster<T> {
    pub(super) fn new(segments: u32) -> Roster<T> {
        Roster { free: segments, active: IndexMap::new() }
    }

    /// Adds an experiment. If that is not possible, nothing changes.
    pub(super) fn add(&mut self, name: &str, segments: u32, note: T) -> Result<(), SequenceError> {
        let name = name.to_owned();
        if segments == 0 {
            return Err(SequenceError::NoSegments { name });
        }
        if self.active.contains_key(&name) {
            return Err(SequenceError::AlreadyActive { name });
        }
        if segments > self.free {
            let (free, holders) = (self.free, self.holders());
            return Err(SequenceError::NotEnoughSegments { name, asked: segments, free, holders });
        }
        self.free -= segments;
        self.active.insert(name, (segments, note));
        Ok(())
    }

    /// Adds an experiment that could not be added, without segments: the entries after a mistake are
    /// checked as if there were no mistake.
    pub(super) fn add_without_segments(&mut self, name: &str, note: T) {
        self.active.entry(name.to_owned()).or_insert((0, note));
    }

    /// Removes an active experiment.
    pub(super) fn remove(&mut self, name: &str) -> Result<T, SequenceError> {
        match self.active.shift_remove(name) {
            Some((segments, note)) => {
                self.free += segments;
                Ok(note)
            }
            None => Err(SequenceError::NotActive { name: name.to_owned() }),
        }
    }

    /// The note about an active experiment.
    pub(super) fn note(&self, name: &str) -> Option<&T> {
        self.active.get(name).map(|(_, note)| note)
    }

    /// The names of the active experiments, in the order in which they were added.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.active.keys().map(String::as_str)
    }

    fn holders(&self) -> Holders {
        let mut holders: Vec<_> =
            self.active.iter().map(|(name, (segments, _))| (name.clone(), *segments)).collect();
        holders.sort_by_key(|(_, segments)| std::cmp::Reverse(*segments));
        Holders(holders)
    }
}
