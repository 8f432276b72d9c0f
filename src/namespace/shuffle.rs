//! The draws of many shuffles. The draws are independent of one another, so threads share them. Their
//! use depends on everything that came before.

use std::collections::VecDeque;
use std::ops::Range;

use crate::draw::{Hasher, Series};
use crate::parallel;

/// The most draws that one thread makes at a time: enough that the start of a thread does not matter.
const PART: u32 = 1 << 14;

/// The number of draws that are made in advance. It bounds the memory: each takes 4 bytes.
const AHEAD: usize = 1 << 20;

/// A Fisher-Yates shuffle whose draws have not been made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shuffle<'s> {
    /// Its salt.
    pub(super) name: &'s str,
    /// The positions that are swapped with others, from the last one to the first.
    pub(super) places: Range<u32>,
}

/// The draws of shuffles, in the order of the shuffles.
pub(super) struct Draws<I> {
    /// The beginning of every draw. The name of the experiment follows.
    salted: Hasher,
    shuffles: I,
    ahead: VecDeque<Vec<u32>>,
}

impl<'s, I: Iterator<Item = Shuffle<'s>>> Draws<I> {
    pub(super) fn new(salted: Hasher, shuffles: I) -> Draws<I> {
        Draws { salted, shuffles, ahead: VecDeque::new() }
    }

    /// The partners of the next shuffle's positions: that of its last position, that of the one
    /// before, and so on, in parts.
    pub(super) fn next(&mut self, places: Range<u32>) -> impl Iterator<Item = Vec<u32>> {
        if self.ahead.is_empty() {
            self.draw();
        }
        self.ahead.drain(..parts(places).count().min(self.ahead.len()))
    }

    fn draw(&mut self) {
        let (mut work, mut draws) = (Vec::new(), 0);
        for shuffle in self.shuffles.by_ref() {
            draws += shuffle.places.len();
            work.extend(parts(shuffle.places).map(|part| (shuffle.name, part)));
            if draws >= AHEAD {
                break;
            }
        }
        let threads = match draws / PART as usize {
            few @ ..=1 => few,
            many => many.min(parallel::processors()),
        };
        let salted = &self.salted;
        let part = |(name, places)| swaps(salted, name, places);
        self.ahead = parallel::map_on(threads, work, part).into();
    }
}

/// The partners of these positions, from the end.
fn swaps(salted: &Hasher, name: &str, places: Range<u32>) -> Vec<u32> {
    let mut unit = salted.clone();
    unit.push(name);
    // Each position is appended to the name.
    let salted = Series::new(unit, None).append(|_| ());
    let mut swaps = Vec::with_capacity(places.len());
    salted.each(places, |place, draw| {
        swaps.push(draw.below_u32(place + 1));
    });
    swaps
}

/// The positions of a shuffle in parts, from the end.
fn parts(places: Range<u32>) -> impl Iterator<Item = Range<u32>> {
    let Range { start, end } = places;
    let count = end.saturating_sub(start).div_ceil(PART);
    (0..count).rev().map(move |part| start + part * PART..end.min(start + (part + 1) * PART))
}

#[cfg(test)]
mod tests {
    use super::{AHEAD, Draws, PART, Shuffle, parts};
    use crate::draw::Hasher;

    #[test]
    fn parts_are_all_places() {
        for size in [0, 1, 2, 3, PART, PART + 1, PART + 2, 3 * PART] {
            for start in [0, 1, 2, PART] {
                let places: Vec<u32> = parts(start..size).flat_map(Iterator::rev).collect();
                assert_eq!(places, (start..size).rev().collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn draws_ahead_are_those_of_one_after_another() {
        let sizes = [3, PART + 5, 1, 0, AHEAD as u32 / 2, 2, AHEAD as u32 / 2, 7, 100];
        let names: Vec<String> = (0..sizes.len()).map(|index| format!("run.{index}")).collect();
        let shuffles =
            names.iter().zip(sizes).map(|(name, size)| Shuffle { name, places: 1..size });
        let mut salted = Hasher::new();
        salted.push("a.");
        let mut draws = Draws::new(salted, shuffles);
        for (name, size) in names.iter().zip(sizes) {
            let found: Vec<u32> = draws.next(1..size).flatten().collect();
            assert_eq!(found.len() as u32, size.saturating_sub(1));
            // Only some positions are compared: a single draw takes as long as many at once.
            for (place, other) in (1..size).rev().zip(found).step_by(97) {
                let mut hasher = Hasher::new();
                hasher.push(&format!("a.{name}.{place}"));
                assert_eq!(u64::from(other), hasher.finish().below(u64::from(place) + 1));
            }
        }
    }
}
