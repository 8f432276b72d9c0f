//! Hashing.

mod lanes;

use std::ops::Range;
use std::slice;

use fearless_simd::Level;
use sha1::block_api::compress;

use self::lanes::Lanes;

const BLOCK: usize = 64;

/// The number of blocks that are filled before the first of them is hashed.
const AT_ONCE: usize = 32;

/// The largest value of a [`Draw`], as the double that the reference divides by: 2^60.
const SCALE: f64 = 0x0fff_ffff_ffff_ffff_u64 as f64;

/// A SHA-1 (RFC 3174) in progress. Messages of up to 55 bytes take one block and no allocation.
#[derive(Clone, Debug)]
pub(crate) struct Hasher {
    state: [u32; 5],
    /// The part that is not filled is zero, so that little is left to do at the end.
    block: [u8; BLOCK],
    filled: usize,
    /// The number of bytes in the finished blocks.
    done: u64,
}

/// The 60 bits of a text: the first 15 hexadecimal digits of its SHA-1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Draw(u64);

impl Default for Hasher {
    fn default() -> Hasher {
        Hasher::new()
    }
}

impl Hasher {
    pub(crate) fn new() -> Hasher {
        let state = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
        Hasher { state, block: [0; BLOCK], filled: 0, done: 0 }
    }

    #[inline]
    pub(crate) fn push(&mut self, text: &str) {
        let mut bytes = text.as_bytes();
        while self.filled + bytes.len() >= BLOCK {
            let (head, tail) = bytes.split_at(BLOCK - self.filled);
            self.block[self.filled..].copy_from_slice(head);
            self.compress();
            bytes = tail;
        }
        self.block[self.filled..self.filled + bytes.len()].copy_from_slice(bytes);
        self.filled += bytes.len();
    }

    fn compress(&mut self) {
        compress(&mut self.state, slice::from_ref(&self.block));
        self.done += BLOCK as u64;
        self.block = [0; BLOCK];
        self.filled = 0;
    }

    pub(crate) fn finish(mut self) -> Draw {
        self.end();
        compress(&mut self.state, slice::from_ref(&self.block));
        Draw::of(self.state[0], self.state[1])
    }

    /// The draw of the pushed bytes with a text after them.
    #[inline]
    pub(crate) fn finish_with(&self, text: &str) -> Draw {
        let end = self.filled + text.len();
        if end > BLOCK - 9 {
            return self.finish_in_two(text);
        }
        // All bytes fit in one block, as in most draws.
        let (mut state, mut block) = (self.state, self.block);
        block[self.filled..end].copy_from_slice(text.as_bytes());
        block[end] = 0x80;
        let bits = (self.done + end as u64) * 8;
        block[BLOCK - 8..].copy_from_slice(&bits.to_be_bytes());
        compress(&mut state, slice::from_ref(&block));
        Draw::of(state[0], state[1])
    }

    #[cold]
    fn finish_in_two(&self, text: &str) -> Draw {
        let mut hasher = self.clone();
        hasher.push(text);
        hasher.finish()
    }

    /// Fills the block up with the end of the message, so that only this block remains to be hashed.
    fn end(&mut self) {
        let bits = (self.done + self.filled as u64) * 8;
        self.block[self.filled] = 0x80;
        if self.filled + 1 > BLOCK - 8 {
            self.compress();
        }
        self.block[BLOCK - 8..].copy_from_slice(&bits.to_be_bytes());
    }

    /// The draws of this text with each of the numbers appended, from the last number to the first.
    pub(crate) fn each(&self, numbers: Range<u32>, mut found: impl FnMut(u32, Draw)) {
        match Lanes::new(self, numbers.end, Level::new()) {
            Some(lanes) => lanes.each(numbers, found),
            None => self.each_alone(numbers, &mut found),
        }
    }

    /// Many blocks are filled before the first of them is hashed, since a block that was just written
    /// byte by byte is slow to load.
    fn each_alone(&self, numbers: Range<u32>, found: &mut impl FnMut(u32, Draw)) {
        let mut numbers = numbers.rev().peekable();
        let mut digits = itoa::Buffer::new();
        let mut ended: [(u32, Hasher); AT_ONCE] = std::array::from_fn(|_| (0, self.clone()));
        while numbers.peek().is_some() {
            let mut count = 0;
            for (place, number) in ended.iter_mut().zip(&mut numbers) {
                *place = (number, self.clone());
                place.1.push(digits.format(number));
                place.1.end();
                count += 1;
            }
            for (number, Hasher { state, block, .. }) in &ended[..count] {
                let mut state = *state;
                compress(&mut state, slice::from_ref(block));
                found(*number, Draw::of(state[0], state[1]));
            }
        }
    }
}

impl Draw {
    /// The draw from the first two words of the digest.
    fn of(first: u32, second: u32) -> Draw {
        Draw((u64::from(first) << 32 | u64::from(second)) >> 4)
    }

    /// A number below `n`, which must not be zero.
    pub(crate) fn below(self, n: u64) -> u64 {
        self.0 % n
    }

    /// The same for a number of 32 bits, by a division of doubles, of which a processor has more on
    /// their way at a time than of 64 bits.
    #[inline]
    pub(crate) fn below_u32(self, n: u32) -> u32 {
        if n < 256 {
            return self.below(u64::from(n)) as u32;
        }
        let size = i64::from(n);
        // 60 bits are off by 2^-53 in proportion, and so is their quotient: together by less than
        // 2^60 / n * 2^-52, which is 1 at most.
        let quotient = (self.0 as i64 as f64 / f64::from(n)) as i64;
        let rest = self.0 as i64 - quotient * size;
        let rest = if rest < 0 { rest + size } else { rest };
        (if rest >= size { rest - size } else { rest }) as u32
    }

    /// The 60 bits as a number.
    pub(crate) fn bits(self) -> u64 {
        self.0
    }

    /// A number from `min` to `max`, both included. The order of the operations affects the result.
    pub(crate) fn uniform(self, min: f64, max: f64) -> f64 {
        min + (max - min) * (self.0 as f64 / SCALE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(text: &str) -> u64 {
        let mut hasher = Hasher::new();
        hasher.push(text);
        hasher.finish().bits()
    }

    #[test]
    fn known_digests() {
        // The test vectors of FIPS 180 and RFC 3174.
        assert_eq!(draw(""), 0x0da3_9a3e_e5e6_b4b0);
        assert_eq!(draw("abc"), 0x0a99_93e3_6470_6816);
        let two_blocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
        assert_eq!(draw(two_blocks), 0x0849_83e4_41c3_bd26);
        assert_eq!(draw(&"a".repeat(1_000_000)), 0x034a_a973_cd4c_4daa);
    }

    #[test]
    fn remainders_by_doubles_are_those_by_integers() {
        let mut state = 1_u64;
        for n in (0..4000).chain([0xffff, 0x1_0000, 10_000_000, u32::MAX - 1, u32::MAX]) {
            let n = n.max(1);
            let edges = [0, 1, (1 << 60) - 1].into_iter();
            let multiples =
                (1..40).map(|turn| ((1_u64 << 60) / u64::from(n)).wrapping_mul(turn) >> 3);
            let multiples = multiples.map(|it| it / u64::from(n) * u64::from(n));
            let near = multiples.flat_map(|it| [it.saturating_sub(1), it, it + 1]);
            for bits in edges.chain(near) {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                for bits in [bits % (1 << 60), state >> 4] {
                    assert_eq!(
                        u64::from(Draw(bits).below_u32(n)),
                        bits % u64::from(n),
                        "{bits} {n}"
                    );
                }
            }
        }
    }

    #[test]
    fn pushing_in_parts_changes_nothing() {
        for length in 0..200 {
            let text = "x".repeat(length);
            for split in [0, length / 3, length / 2, length] {
                let mut hasher = Hasher::new();
                hasher.push(&text[..split]);
                let whole = hasher.finish_with(&text[split..]);
                hasher.push(&text[split..]);
                assert_eq!(hasher.finish().bits(), draw(&text), "{length} at {split}");
                assert_eq!(whole.bits(), draw(&text), "{length} at {split}, at its end");
            }
        }
    }

    #[test]
    fn numbers_are_drawn_from_the_last_one_to_the_first() {
        for length in (0..130).step_by(7) {
            let mut hasher = Hasher::new();
            hasher.push(&"x".repeat(length));
            let (mut alone, mut all) = (Vec::new(), Vec::new());
            hasher.each_alone(95..205, &mut |number, draw| alone.push((number, draw)));
            hasher.each(95..205, |number, draw| all.push((number, draw)));
            let expected =
                (95..205).rev().map(|number| (number, hasher.finish_with(&number.to_string())));
            assert_eq!(alone, expected.collect::<Vec<_>>());
            assert_eq!(alone, all);
        }
    }

    #[test]
    fn the_upper_bound_can_be_reached() {
        assert_eq!(Draw(0x0fff_ffff_ffff_ffff).uniform(2.0, 5.0), 5.0);
        assert_eq!(Draw(0).uniform(2.0, 5.0), 2.0);
    }
}
