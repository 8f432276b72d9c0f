//! Numbers that look random and follow from a seed and a position, so that work can be shared.

/// The number at a position of the sequence of a seed: the finisher of SplitMix64 (Steele, Lea and
/// Flood 2014), which gives each position another value.
pub(crate) fn scrambled(seed: u64, index: usize) -> u64 {
    let mut bits = seed.wrapping_add((index as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// The same number as a fraction, from 0 to 1 without 1: 53 bits are a fraction without rounding.
pub(crate) fn fraction(seed: u64, index: usize) -> f64 {
    (scrambled(seed, index) >> 11) as f64 / (1_u64 << 53) as f64
}
