//! Many draws at once: each lane of a vector computes the SHA-1 of one short message.
//!
//! Each step of SHA-1 waits for the one before, so a message cannot be spread over lanes. But
//! messages do not wait for one another (Gueron and Krasnov, "Simultaneous hashing of multiple
//! messages", 2012).

use std::ops::Range;

use fearless_simd::{Level, Simd, dispatch, prelude::*};

use super::{BLOCK, Draw, Hasher};

const WORDS: usize = BLOCK / 4;

/// Vectors with fewer lanes are slower than the SHA-1 instructions of processors.
const MIN_LANES: usize = 8;

/// The number of lanes of the widest vectors, those of AVX-512.
const MAX_LANES: usize = 16;

/// The most digits of a number. With the byte that ends the message, there are 8 bytes.
const MAX_DIGITS: usize = 7;

/// The number of digits that are written at once.
const TAIL_DIGITS: usize = 4;

/// The number of texts of this many digits.
const TAILS_LEN: u32 = 10_u32.pow(TAIL_DIGITS as u32);

/// The words of messages, indexed by word and then by lane.
type Columns = [[u32; MAX_LANES]; WORDS];

/// A message in progress that will end with a number, within one block.
pub(super) struct Lanes<'h> {
    hasher: &'h Hasher,
    level: Level,
    words: [u32; WORDS],
}

impl<'h> Lanes<'h> {
    /// Prepares the draws of numbers below a limit. `None` if they do not fit in the block, or if the
    /// processor has no vectors that are wide enough.
    pub(super) fn new(hasher: &'h Hasher, limit: u32, level: Level) -> Option<Lanes<'h>> {
        let fits = hasher.filled + MAX_DIGITS < BLOCK - 8;
        let lanes = dispatch!(level, simd => lanes(simd));
        if !fits || limit >= 10_u32.pow(MAX_DIGITS as u32) || lanes < MIN_LANES {
            return None;
        }
        let (bytes, _) = hasher.block.as_chunks();
        let mut words = [0; WORDS];
        for (word, bytes) in words.iter_mut().zip(bytes) {
            *word = u32::from_be_bytes(*bytes);
        }
        Some(Lanes { hasher, level, words })
    }

    /// The draws of the message with each of the numbers appended, from the last number to the first.
    pub(super) fn each(&self, numbers: Range<u32>, mut found: impl FnMut(u32, Draw)) {
        dispatch!(self.level, simd => self.each_on(simd, numbers, &mut found));
    }

    // Here and below, only functions that are inlined into `dispatch!` are compiled for the
    // processor.
    #[inline(always)]
    fn each_on<S: Simd>(&self, simd: S, numbers: Range<u32>, found: &mut impl FnMut(u32, Draw)) {
        let lanes = lanes(simd);
        let mut columns: Columns = self.words.map(|word| [word; MAX_LANES]);
        let mut prefix: Option<Prefix> = None;
        let mut end = numbers.end;
        while numbers.start < end {
            let count = lanes.min((end - numbers.start) as usize);
            let first = end - count as u32;
            let is_full = count == lanes && Prefix::is_shared(first, end - 1);
            if is_full && prefix.as_ref().is_none_or(|it| it.digits != first / TAILS_LEN) {
                prefix = Some(self.prefix(first / TAILS_LEN));
            }
            let words = match &prefix {
                Some(prefix) if is_full => prefix.words(simd, end - 1),
                _ => {
                    for (lane, number) in (first..end).rev().enumerate() {
                        self.fill(&mut columns, lane, Ending::of(number));
                    }
                    let mut words = [S::u32s::splat(simd, 0); WORDS];
                    for (word, column) in words.iter_mut().zip(&columns) {
                        *word = S::u32s::from_slice(simd, &column[..lanes]);
                    }
                    words
                }
            };
            let mut digests = [[0; MAX_LANES]; 2];
            for (words, digest) in digests.iter_mut().zip(compress(simd, self.hasher.state, words))
            {
                digest.store_slice(&mut words[..lanes]);
            }
            for (lane, number) in (first..end).rev().enumerate() {
                found(number, Draw::of(digests[0][lane], digests[1][lane]));
            }
            end = first;
        }
    }

    /// The words of the messages of the numbers that begin with these digits and end with four more.
    fn prefix(&self, digits: u32) -> Prefix {
        let ending = Ending::of(digits * TAILS_LEN + 1000);
        let mut columns: Columns = self.words.map(|word| [word; MAX_LANES]);
        self.fill(&mut columns, 0, Ending { text: ending.text & !(0xffff_ffff << 8), ..ending });
        let place = self.hasher.filled + ending.bytes - TAIL_DIGITS - 1;
        Prefix { digits, words: columns.map(|column| column[0]), place }
    }

    /// Ends the message of a lane with a number.
    #[inline(always)]
    fn fill(&self, columns: &mut Columns, lane: usize, Ending { text, bytes }: Ending) {
        let filled = self.hasher.filled;
        let text = u128::from(text) << (128 - 8 * bytes) >> (8 * (filled % 4));
        let first = filled / 4;
        for (place, word) in [96, 64, 32].map(|shift| (text >> shift) as u32).iter().enumerate() {
            columns[first + place][lane] = self.words[first + place] | word;
        }
        let bits = (self.hasher.done + (filled + bytes - 1) as u64) * 8;
        columns[WORDS - 2][lane] = (bits >> 32) as u32;
        columns[WORDS - 1][lane] = bits as u32;
    }
}

/// The end of a message: the digits of a number, and the byte that ends each message.
#[derive(Clone, Copy)]
struct Ending {
    /// The bytes as a number, the last byte in the lowest bits.
    text: u64,
    bytes: usize,
}

impl Ending {
    #[inline(always)]
    fn of(mut number: u32) -> Ending {
        let (mut text, mut bytes) = (0x80, 1);
        loop {
            text |= u64::from(b'0' + (number % 10) as u8) << (8 * bytes);
            bytes += 1;
            number /= 10;
            if number == 0 {
                return Ending { text, bytes };
            }
        }
    }
}

/// The messages of numbers that differ only in their last four digits.
struct Prefix {
    /// The digits before the last four, as a number.
    digits: u32,
    /// The words, with zeros for the last four digits.
    words: [u32; WORDS],
    /// The position of the first of the last four digits, in bytes.
    place: usize,
}

impl Prefix {
    /// Whether all numbers from the first to the last differ only in their last four digits.
    #[inline(always)]
    fn is_shared(first: u32, last: u32) -> bool {
        // Numbers below 1,000 have fewer digits.
        first >= 1000 && first / TAILS_LEN == last / TAILS_LEN
    }

    /// The words of the messages of a number and of those below it.
    #[inline(always)]
    fn words<S: Simd>(&self, simd: S, last: u32) -> [S::u32s; WORDS] {
        let mut words = [S::u32s::splat(simd, 0); WORDS];
        for (place, word) in words.iter_mut().zip(self.words) {
            *place = S::u32s::splat(simd, word);
        }
        let tails = &TAILS[(TAILS_LEN - 1 - last % TAILS_LEN) as usize..][..lanes(simd)];
        let tails = S::u32s::from_slice(simd, tails);
        let (word, bits) = (self.place / 4, 8 * (self.place % 4) as u32);
        words[word] |= tails >> bits;
        if bits > 0 {
            words[word + 1] |= tails << (32 - bits);
        }
        words
    }
}

/// The digits of the numbers from 9999 down to 0, four each, as words of messages.
static TAILS: [u32; TAILS_LEN as usize] = {
    let mut tails = [0; TAILS_LEN as usize];
    let mut place = 0;
    while place < tails.len() {
        let number = TAILS_LEN - 1 - place as u32;
        let digits = [number / 1000, number / 100 % 10, number / 10 % 10, number % 10];
        let [a, b, c, d] = digits;
        tails[place] = 0x3030_3030 | a << 24 | b << 16 | c << 8 | d;
        place += 1;
    }
    tails
};

#[inline(always)]
fn lanes<S: Simd>(_: S) -> usize {
    S::u32s::LEN
}

#[inline(always)]
fn rotate<S: Simd>(word: S::u32s, bits: u32) -> S::u32s {
    (word << bits) | (word >> (32 - bits))
}

/// The first two words of the digest, in all lanes (RFC 3174, section 6.2).
#[inline(always)]
fn compress<S: Simd>(simd: S, state: [u32; 5], mut words: [S::u32s; WORDS]) -> [S::u32s; 2] {
    let start = state.map(|word| S::u32s::splat(simd, word));
    let mut state = start;
    macro_rules! rounds {
        (|$b:ident, $c:ident, $d:ident| $mix:expr, $constant:literal, $($round:literal)*) => {
            // The steps are written out, so that each word has its own register.
            $({
                let [a, $b, $c, $d, e] = state;
                if $round >= WORDS {
                    let [w, x] = [words[($round + 13) % 16], words[($round + 8) % 16]];
                    let [y, z] = [words[($round + 2) % 16], words[$round % 16]];
                    words[$round % 16] = rotate::<S>(w ^ x ^ y ^ z, 1);
                }
                let constant = S::u32s::splat(simd, $constant);
                let sum = rotate::<S>(a, 5) + $mix + e + constant + words[$round % 16];
                state = [sum, a, rotate::<S>($b, 30), $c, $d];
            })*
        };
    }
    rounds!(|b, c, d| d ^ (b & (c ^ d)), 0x5a82_7999,
        0 1 2 3 4 5 6 7 8 9
        10 11 12 13 14 15 16 17 18 19);
    rounds!(|b, c, d| b ^ c ^ d, 0x6ed9_eba1,
        20 21 22 23 24 25 26 27 28 29
        30 31 32 33 34 35 36 37 38 39);
    rounds!(|b, c, d| (b & c) | (d & (b | c)), 0x8f1b_bcdc,
        40 41 42 43 44 45 46 47 48 49
        50 51 52 53 54 55 56 57 58 59);
    rounds!(|b, c, d| b ^ c ^ d, 0xca62_c1d6,
        60 61 62 63 64 65 66 67 68 69
        70 71 72 73 74 75 76 77 78 79);
    [start[0] + state[0], start[1] + state[1]]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every level of instructions that this processor has.
    fn levels() -> Vec<Level> {
        let mut levels = vec![Level::new()];
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        {
            levels.extend(levels[0].as_avx2().map(Level::Avx2));
            levels.extend(levels[0].as_sse2().map(Level::Sse2));
        }
        levels
    }

    #[test]
    fn lanes_draw_as_one_message_after_another() {
        let ends = [0..3, 0..12, 90..111, 995..1030, 9_999_970..9_999_999];
        let mut compared = 0;
        for level in levels() {
            for length in (0..130).chain([4000]) {
                let mut hasher = Hasher::new();
                hasher.push(&"salt.".repeat(length)[..length]);
                for numbers in ends.clone() {
                    let Some(lanes) = Lanes::new(&hasher, numbers.end, level) else {
                        continue;
                    };
                    let mut expected = numbers.clone().rev();
                    lanes.each(numbers, |number, draw| {
                        assert_eq!(Some(number), expected.next());
                        assert_eq!(draw, hasher.finish_with(&number.to_string()), "{level:?}");
                        compared += 1;
                    });
                    assert_eq!(expected.next(), None);
                }
            }
        }
        println!("{compared} draws compared on {:?}", levels());
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let mut hasher = Hasher::new();
        assert!(Lanes::new(&hasher, 10_000_000, Level::new()).is_none());
        hasher.push(&"x".repeat(49));
        assert!(Lanes::new(&hasher, 10, Level::new()).is_none());
    }
}
