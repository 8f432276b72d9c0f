//! The digits that Java gave to doubles up to JDK 18.
//!
//! The method is Steele and White's: take digits off the number until the digits taken, with the last
//! one perhaps rounded up, read back as the same double. Java departs from the method in these ways,
//! and each of them changes the digits of some doubles:
//!
//! * A whole number below 2^63 has all its digits written: [`of_integer`].
//! * From 1e8 up and below 1e-3 the first digit is never the last: [`of_rest`].
//! * The estimate of the exponent may be one too large. Then the first digit is zero, and it still
//!   counts as the first: [`estimate`].
//! * If 64 bits are enough for every number except the sum of two, the sum may overflow, and then one
//!   digit too many is taken: [`Narrow`].
//! * With long integers a digit may be rounded up by the whole margin, and the text can be that of
//!   the next double: [`Wide`].

use super::{Decimal, Text};
use std::cmp::Ordering;
use std::f64::consts::{LOG2_10, LOG10_2};

/// The digits of a finite number above zero.
pub(super) fn decimal(x: f64) -> Decimal {
    // x is odd * 2^power, its highest bit is 2^top, and the next double above is 2^ulp away.
    let field = (x.to_bits() >> 52) as i32;
    let fraction = x.to_bits() & ((1 << 52) - 1);
    let significand = if field == 0 { fraction } else { 1 << 52 | fraction };
    let zeros = significand.trailing_zeros();
    let odd = significand >> zeros;
    let bits = odd.ilog2() as i32 + 1;
    let ulp = field.max(1) - 1075;
    let power = ulp + zeros as i32;
    let top = power + bits - 1;
    if power >= 0 && top < 63 {
        return of_integer(odd << power);
    }

    // x is rest / scale * 10^exponent. All numbers that differ from it by less than margin / scale *
    // 10^exponent read back as x: the margin is half an ulp, or a quarter at a power of two, below
    // which doubles are twice as dense. All three are multiplied to be whole numbers, and have no
    // factor 2 in common.
    let exponent = estimate(odd, top);
    let (up, down) = ((-exponent).max(0), exponent.max(0));
    let denominator = (-power).max(0);
    let rest2 = up + denominator + power;
    let scale2 = down + denominator;
    let margin2 = up + denominator + ulp - if odd == 1 { 2 } else { 1 };
    let common = scale2.min(margin2);
    let rest = Product { factor: odd, fives: up, twos: rest2 - common };
    let scale = Product { factor: 1, fives: down, twos: scale2 - common };
    let margin = Product { factor: 1, fives: up, twos: margin2 - common };

    // Java's own estimate of the numbers that fit. It counts a bit too many for some.
    let rest_bits = bits + bits_of_fives(rest.fives) + rest.twos;
    let ten_bits = bits_of_fives(scale.fives + 1) + scale.twos + 1;
    if rest_bits < 64 && ten_bits < 64 {
        let [rest, scale, margin] = [rest, scale, margin].map(Product::narrow);
        of_rest(Narrow { rest, scale, ten: scale * 10, margin }, exponent)
    } else {
        let [rest, scale, margin] = [rest, scale, margin].map(Product::wide);
        let mut ten = scale;
        ten.multiply(10);
        of_rest(Wide { rest, scale, ten, margin }, exponent)
    }
}

/// All digits of an integer above zero and below 2^63, even if fewer would do. Digits that are worth
/// less than a quarter of an ulp, two at most, are rounded away.
fn of_integer(integer: u64) -> Decimal {
    let quarter_ulp = 1u64 << integer.ilog2().saturating_sub(54);
    let dropped = quarter_ulp.ilog10();
    let unit = 10u64.pow(dropped);
    let mut rounded = (integer + unit / 2) / unit;
    let exponent = (rounded.ilog10() + dropped) as i32;
    while rounded.is_multiple_of(10) {
        rounded /= 10;
    }
    let mut digits = Text::default();
    digits.push_integer(rounded);
    Decimal { digits, exponent }
}

/// Takes digits off until the next double is farther away than the rest (`low`), or than the distance
/// to the next digit (`high`).
fn of_rest(mut rest: impl Rest, exponent: i32) -> Decimal {
    let mut decimal = Decimal { digits: Text::default(), exponent };
    let mut step = rest.step();
    if step.digit == 0 && !step.high {
        decimal.exponent -= 1;
    } else {
        decimal.push(step.digit);
    }
    // A number with an exponent has a digit after the point, too, and a true digit is better there:
    // 4.9E-324, not 5.0E-324. Java overlooks that exponents begin at 1e7 already.
    if !(-3..8).contains(&decimal.exponent) {
        step.low = false;
        step.high = false;
    }
    while !step.low && !step.high {
        step = rest.step();
        decimal.push(step.digit);
    }
    let up = match (step.low, step.high) {
        (true, true) => match rest.cmp_half() {
            Ordering::Less => false,
            Ordering::Equal => step.digit % 2 == 1,
            Ordering::Greater => true,
        },
        (_, high) => high,
    };
    if up {
        decimal.round_up();
    }
    decimal
}

impl Decimal {
    fn push(&mut self, digit: u8) {
        self.digits.push(&[b'0' + digit]);
    }

    /// Adds one to the last digit.
    fn round_up(&mut self) {
        for digit in self.digits.bytes[..self.digits.len].iter_mut().rev() {
            if *digit != b'9' {
                *digit += 1;
                return;
            }
            *digit = b'0';
        }
        self.digits.bytes[0] = b'1';
        self.exponent += 1;
    }
}

/// The exponent of the first digit of `odd` with its highest bit moved to 2^top, or one more: the
/// whole part of a decimal logarithm. Between powers of two, a line replaces the logarithm: its
/// tangent at 1.5. The output shows which doubles get one too many, so the line is Java's to the last
/// of its nine digits.
fn estimate(odd: u64, top: i32) -> i32 {
    let x = odd as f64 / (1u64 << odd.ilog2()) as f64;
    ((x - 1.5) * 0.289529654 + 0.176091259 + f64::from(top) * LOG10_2).floor() as i32
}

/// The number of bits, rounded up, that the factor 5^n adds to a product.
fn bits_of_fives(n: i32) -> i32 {
    (f64::from(n) * (LOG2_10 - 1.0)).ceil() as i32
}

/// The rest of a number after some digits have been taken off.
trait Rest {
    /// Takes off the next digit.
    fn step(&mut self) -> Step;

    /// Whether the rest is less or more than half of the last digit's unit.
    fn cmp_half(&self) -> Ordering;
}

struct Step {
    digit: u8,
    /// The digits may end here.
    low: bool,
    /// The digits may end here, the last rounded up.
    high: bool,
}

/// The number factor * 5^fives * 2^twos.
struct Product {
    factor: u64,
    fives: i32,
    twos: i32,
}

impl Product {
    /// The product if it is below 2^63.
    fn narrow(self) -> i64 {
        ((self.factor * 5u64.pow(self.fives as u32)) << self.twos) as i64
    }

    fn wide(self) -> Big {
        let mut big = Big([0; Big::WORDS]);
        big.0[0] = self.factor;
        for (base, exponent) in [(5u64, self.fives as u32), (2, self.twos as u32)] {
            // 5^27 is the highest power of five in 64 bits.
            (0..exponent / 27).for_each(|_| big.multiply(base.pow(27)));
            big.multiply(base.pow(exponent % 27));
        }
        big
    }
}

/// A rest below 2^63; ten times the scale is below it, too. The margin may overflow, and so may the
/// sum of margin and rest: they do from 2e25 to 8e25. Java notices when the margin overflows, but
/// takes a sum that has become negative for a small one.
struct Narrow {
    rest: i64,
    scale: i64,
    ten: i64,
    margin: i64,
}

impl Rest for Narrow {
    fn step(&mut self) -> Step {
        let digit = (self.rest / self.scale) as u8;
        self.rest = self.rest % self.scale * 10;
        self.margin = self.margin.wrapping_mul(10);
        let overflow = self.margin <= 0;
        Step {
            digit,
            low: overflow || self.rest < self.margin,
            high: overflow || self.rest.wrapping_add(self.margin) > self.ten,
        }
    }

    fn cmp_half(&self) -> Ordering {
        self.rest.cmp(&(self.ten / 2))
    }
}

/// A rest of any size, with margins that differ slightly from the exact ones, as in Java.
struct Wide {
    rest: Big,
    scale: Big,
    ten: Big,
    margin: Big,
}

impl Rest for Wide {
    fn step(&mut self) -> Step {
        let mut digit = 0;
        while self.rest.cmp(&self.scale).is_ge() {
            self.rest.subtract(&self.scale);
            digit += 1;
        }
        self.rest.multiply(10);
        self.margin.multiply(10);
        let mut sum = self.rest;
        sum.add(&self.margin);
        Step { digit, low: self.rest.cmp(&self.margin).is_lt(), high: sum.cmp(&self.ten).is_ge() }
    }

    fn cmp_half(&self) -> Ordering {
        let mut double = self.rest;
        double.multiply(2);
        double.cmp(&self.ten)
    }
}

/// An integer of many words, the lowest first. The largest integer is less than 100 times the largest
/// scale, which is that of the smallest normal double: 2^768.
#[derive(Clone, Copy)]
struct Big([u64; Big::WORDS]);

impl Big {
    const WORDS: usize = 13;

    fn cmp(&self, other: &Big) -> Ordering {
        self.0.iter().rev().cmp(other.0.iter().rev())
    }

    fn multiply(&mut self, factor: u64) {
        let mut carry = 0;
        for word in &mut self.0 {
            let product = u128::from(*word) * u128::from(factor) + carry;
            *word = product as u64;
            carry = product >> 64;
        }
        debug_assert_eq!(carry, 0);
    }

    fn add(&mut self, other: &Big) {
        let mut carry = false;
        for (word, &other) in self.0.iter_mut().zip(&other.0) {
            (*word, carry) = word.carrying_add(other, carry);
        }
    }

    fn subtract(&mut self, other: &Big) {
        let mut borrow = false;
        for (word, &other) in self.0.iter_mut().zip(&other.0) {
            (*word, borrow) = word.borrowing_sub(other, borrow);
        }
    }
}
