//! The text of a double as JavaScript, Java and Python write it.
//!
//! PlanOut hashes the text of numbers, and each implementation uses the text that its own language
//! writes: one different digit puts a unit into another group. Python and JavaScript write the same
//! digits in different layouts; Java has digits of its own.

use std::fmt;
use std::ops::Deref;

mod java;

/// The text of one number, stored without an allocation.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Text {
    /// The bytes after the text are zero. The longest text is JavaScript's
    /// `-0.0000012345678901234567`, 25 bytes.
    bytes: [u8; 32],
    len: usize,
}

impl Text {
    /// The text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// The bytes of the text, all of them ASCII.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    fn push(&mut self, text: &[u8]) {
        if let Some(slots) = self.bytes.get_mut(self.len..self.len + text.len()) {
            slots.copy_from_slice(text);
            self.len += text.len();
        }
    }

    fn push_integer(&mut self, mut integer: u64) {
        let start = self.len;
        let digits = integer.checked_ilog10().unwrap_or(0) as usize + 1;
        self.len = (start + digits).min(self.bytes.len());
        for slot in self.bytes[start..self.len].iter_mut().rev() {
            *slot = b'0' + (integer % 10) as u8;
            integer /= 10;
        }
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// JavaScript's text, as `Number::toString` in ECMAScript defines it: the fewest digits that read
/// back as the same double, without `.0`, and with an exponent from 1e21 up and below 1e-6. Minus
/// zero is `0`.
///
/// ```
/// use planout::number::javascript;
///
/// assert_eq!(javascript(2.0).as_str(), "2");
/// assert_eq!(javascript(1e21).as_str(), "1e+21");
/// assert_eq!(javascript(-0.0).as_str(), "0");
/// ```
pub fn javascript(x: f64) -> Text {
    let mut out = Text::default();
    if x < 0.0 {
        out.push(b"-");
    }
    let x = x.abs();
    if x.is_nan() {
        out.push(b"NaN");
    } else if x.is_infinite() {
        out.push(b"Infinity");
    } else if let Some(integer) = whole(x) {
        out.push_integer(integer);
    } else {
        out.push(ryu_js::Buffer::new().format_finite(x).as_bytes());
    }
    out
}

/// Python 3's text, as `repr` writes it: the fewest digits that read back as the same double, always
/// with a point or an exponent. The exponent is written from 1e16 up and below 1e-4, and has at least
/// two digits.
///
/// ```
/// use planout::number::python;
///
/// assert_eq!(python(2.0).as_str(), "2.0");
/// assert_eq!(python(1e16).as_str(), "1e+16");
/// assert_eq!(python(0.00001).as_str(), "1e-05");
/// ```
pub fn python(x: f64) -> Text {
    let mut out = Text::default();
    if x.is_nan() {
        out.push(b"nan");
        return out;
    }
    if x.is_sign_negative() {
        out.push(b"-");
    }
    let x = x.abs();
    if x.is_infinite() {
        out.push(b"inf");
    } else if let Some(integer) = whole(x) {
        out.push_integer(integer);
        out.push(b".0");
    } else {
        let number = Decimal::shortest(x);
        if (-4..16).contains(&number.exponent) {
            number.write_positional(&mut out);
        } else {
            let (first, others) = number.split(1);
            out.push(first);
            if !others.is_empty() {
                out.push(b".");
                out.push(others);
            }
            out.push(if number.exponent < 0 { b"e-" } else { b"e+" });
            let exponent = number.exponent.unsigned_abs();
            if exponent < 10 {
                out.push(b"0");
            }
            out.push_integer(exponent.into());
        }
    }
    out
}

/// Java's text, as `Double.toString` writes it in JDK 8 to 18: always a point with a digit on both
/// sides, and an exponent from 1e7 up and below 1e-3.
///
/// From JDK 19 on, Java writes the fewest digits that read back as the same double. Before, some
/// doubles got more digits, and others got a last digit that is not the closest. A few of the texts,
/// from about 1e26 up, even read back as the next double.
///
/// ```
/// use planout::number::java;
///
/// assert_eq!(java(2.0).as_str(), "2.0");
/// assert_eq!(java(1e7).as_str(), "1.0E7");
/// assert_eq!(java(2e23).as_str(), "1.9999999999999998E23");
/// ```
pub fn java(x: f64) -> Text {
    let mut out = Text::default();
    if x.is_nan() {
        out.push(b"NaN");
        return out;
    }
    if x.is_sign_negative() {
        out.push(b"-");
    }
    let x = x.abs();
    if x.is_infinite() {
        out.push(b"Infinity");
        return out;
    }
    match whole(x) {
        Some(integer) if integer < 10_000_000 => {
            out.push_integer(integer);
            out.push(b".0");
        }
        _ => {
            let number = java::decimal(x);
            if (-3..7).contains(&number.exponent) {
                number.write_positional(&mut out);
            } else {
                let (first, others) = number.split(1);
                out.push(first);
                out.push(b".");
                out.push(if others.is_empty() { b"0" } else { others });
                out.push(if number.exponent < 0 { b"E-" } else { b"E" });
                out.push_integer(number.exponent.unsigned_abs().into());
            }
        }
    }
    out
}

/// A number that is not negative as an integer, if it is in the range where doubles represent every
/// integer: all languages agree on its digits.
fn whole(x: f64) -> Option<u64> {
    let integer = x as u64;
    (integer <= 1 << f64::MANTISSA_DIGITS && integer as f64 == x).then_some(integer)
}

/// The decimal digits of a number, and the power of ten of the first digit.
struct Decimal {
    digits: Text,
    exponent: i32,
}

impl Decimal {
    /// The fewest digits that read back as `x`, and the closest of those to `x`. They come from
    /// JavaScript's text and not from Rust's own, which rounds a tie up and not to even.
    fn shortest(x: f64) -> Decimal {
        let mut buffer = ryu_js::Buffer::new();
        let text = buffer.format_finite(x);
        let (number, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let (integer, fraction) = number.split_once('.').unwrap_or((number, ""));
        let mut padded = Text::default();
        padded.push(integer.as_bytes());
        padded.push(fraction.as_bytes());
        let significant = padded.trim_start_matches('0');
        let first = integer.len() as i32 - 1 - (padded.len - significant.len()) as i32;
        let mut digits = Text::default();
        digits.push(significant.trim_end_matches('0').as_bytes());
        Decimal { digits, exponent: exponent.parse().unwrap_or(0) + first }
    }

    /// The first `count` digits, or as many as there are, and the other digits.
    fn split(&self, count: usize) -> (&[u8], &[u8]) {
        self.digits.as_bytes().split_at(count.min(self.digits.len))
    }

    /// Writes the number without an exponent and with a digit on both sides of the point.
    fn write_positional(&self, out: &mut Text) {
        let before = (self.exponent + 1).max(0) as usize;
        let (integer, fraction) = self.split(before);
        out.push(if before == 0 { b"0" } else { integer });
        (integer.len()..before).for_each(|_| out.push(b"0"));
        out.push(b".");
        (self.exponent..-1).for_each(|_| out.push(b"0"));
        out.push(if fraction.is_empty() { b"0" } else { fraction });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The texts were written by `repr` of Python 3.11, `Double.toString` of JDK 17 and `String` of
    /// Node 20.
    const TABLE: &str = "
        # Whole numbers.
        0.0                      0.0                      0
        -0.0                     -0.0                     0
        2.0                      2.0                      2
        -7.0                     -7.0                     -7
        9999999.0                9999999.0                9999999
        10000000.0               1.0E7                    10000000
        123456789.0              1.23456789E8             123456789
        1000000000000000.0       1.0E15                   1000000000000000
        9007199254740992.0       9.007199254740992E15     9007199254740992
        9007199254740994.0       9.007199254740994E15     9007199254740994
        1e+16                    1.0E16                   10000000000000000
        # Decimals, and the places where exponents begin.
        0.5                      0.5                      0.5
        -0.1                     -0.1                     -0.1
        0.30000000000000004      0.30000000000000004      0.30000000000000004
        9.86                     9.86                     9.86
        1234567.875              1234567.875              1234567.875
        12345678.9               1.23456789E7             12345678.9
        0.001                    0.001                    0.001
        0.00099                  9.9E-4                   0.00099
        0.00012                  1.2E-4                   0.00012
        1e-05                    1.0E-5                   0.00001
        1.5e-06                  1.5E-6                   0.0000015
        1e-07                    1.0E-7                   1e-7
        -2.5e-10                 -2.5E-10                 -2.5e-10
        # Java drops no digit of 2^57, one of 2^58, two of 2^61; from 2^63 on no number is special.
        1.4411518807585587e+17   1.44115188075855872E17   144115188075855870
        2.8823037615171174e+17   2.8823037615171174E17    288230376151711740
        1.152921504606847e+18    1.15292150460684698E18   1152921504606847000
        2.305843009213694e+18    2.305843009213694E18     2305843009213694000
        4.611686018427388e+18    4.6116860184273879E18    4611686018427388000
        9.223372036854775e+18    9.2233720368547748E18    9223372036854775000
        9.223372036854776e+18    9.223372036854776E18     9223372036854776000
        1.8446744073709552e+19   1.8446744073709552E19    18446744073709552000
        1.2345678901234568e+20   1.2345678901234568E20    123456789012345680000
        # Two texts are equally short and equally close: all take the even digit, Rust does not.
        531.0586547851562        531.0586547851562        531.0586547851562
        529289.2456054688        529289.2456054688        529289.2456054688
        2.9802322387695312e-08   2.9802322387695312E-8    2.9802322387695312e-8
        # 64 bits: the margin is exclusive.
        7e+22                    7.0000000000000004E22    7e+22
        1e+23                    9.999999999999999E22     1e+23
        2e+23                    1.9999999999999998E23    2e+23
        1e+24                    1.0E24                   1e+24
        # 64 bits: the sum of rest and margin overflows; the margin does.
        1.9342813113834157e+25   1.9342813113834156E25    1.9342813113834157e+25
        3.4791462742282025e+25   3.4791462742282024E25    3.4791462742282025e+25
        5.12e+25                 5.1199999999999996E25    5.12e+25
        3.8685626227668185e+25   3.8685626227668185E25    3.8685626227668185e+25
        # More bits: the margin is inclusive above, even where another double is read back.
        1.024e+26                1.024E26                 1.024e+26
        1.4336e+26               1.4336000000000001E26    1.4336e+26
        2.2937599999999999e+27   2.29376E27               2.2937599999999999e+27
        1e+51                    1.0E51                   1e+51
        1.5e+300                 1.5E300                  1.5e+300
        # The ends of the range, an estimate that is too large (1e-323), a carry (1e-321), 2^-44.
        5e-324                   4.9E-324                 5e-324
        1e-323                   1.0E-323                 1e-323
        1.5e-323                 1.5E-323                 1.5e-323
        1e-321                   1.0E-321                 1e-321
        2.225073858507201e-308   2.225073858507201E-308   2.225073858507201e-308
        2.2250738585072014e-308  2.2250738585072014E-308  2.2250738585072014e-308
        5.684341886080802e-14    5.6843418860808015E-14   5.684341886080802e-14
        1.7976931348623157e+308  1.7976931348623157E308   1.7976931348623157e+308
        -1.7976931348623157e+308 -1.7976931348623157E308  -1.7976931348623157e+308
        # No numbers.
        nan                      NaN                      NaN
        inf                      Infinity                 Infinity
        -inf                     -Infinity                -Infinity
    ";

    #[test]
    fn texts_are_those_of_python_java_and_javascript() {
        let rows =
            TABLE.lines().map(str::trim).filter(|row| !row.is_empty() && !row.starts_with('#'));
        for row in rows {
            let x: f64 = row.split(' ').next().and_then(|text| text.parse().ok()).expect(row);
            let texts = [python(x), java(x), javascript(x)];
            let expected: Vec<&str> = row.split_whitespace().collect();
            assert_eq!(texts.each_ref().map(Text::as_str), expected[..]);
        }
    }

    /// Java's long integers are just long enough here; only a debug build checks that.
    #[test]
    fn texts_of_all_magnitudes_read_back() {
        let ends = (0..2047).flat_map(|field: u64| {
            [0, 1, 2, 3 << 50, (1 << 52) - 1].map(|fraction| field << 52 | fraction)
        });
        let tens = (-323..309).filter_map(|exponent| format!("1e{exponent}").parse().ok());
        let tens = tens.flat_map(|x: f64| [x.to_bits() - 1, x.to_bits(), x.to_bits() + 1]);
        for bits in ends.chain(tens) {
            let x = f64::from_bits(bits);
            assert_eq!(python(x).parse(), Ok(x));
            assert_eq!(javascript(x).parse(), Ok(x));
            let read: f64 = java(x).parse().expect("a number");
            assert!(read.to_bits().abs_diff(bits) <= 1, "{x:e} {}", java(x));
        }
    }

    #[test]
    fn a_text_is_displayed_like_a_str() {
        assert_eq!(format!("{:>5}|{:?}", python(2.0), java(-1.5)), "  2.0|\"-1.5\"");
    }
}
