//! Random numbers that depend only on a seed.

use std::convert::Infallible;

use rand::TryRng;

use crate::scramble::{fraction, scrambled};

/// The generator SplitMix64 (Steele, Lea and Flood 2014).
#[derive(Clone, Debug)]
pub(crate) struct SplitMix {
    seed: u64,
    place: usize,
}

impl SplitMix {
    pub(crate) fn new(seed: u64) -> SplitMix {
        SplitMix { seed, place: 0 }
    }

    /// A generator of its own for each place in a sequence.
    pub(crate) fn of_place(seed: u64, place: usize) -> SplitMix {
        // Numbers of one sequence must not be those of another one, only shifted.
        SplitMix::new(scrambled(scrambled(seed, place), usize::MAX - 1 - place))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.place += 1;
        scrambled(self.seed, self.place)
    }

    /// A number from 0 to 1, without 1.
    pub(crate) fn fraction(&mut self) -> f64 {
        self.place += 1;
        fraction(self.seed, self.place)
    }
}

impl TryRng for SplitMix {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.next() >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.next())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let drawn = self.next().to_le_bytes();
            chunk.copy_from_slice(&drawn[..chunk.len()]);
        }
        Ok(())
    }
}
