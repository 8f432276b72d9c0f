//! The lengths of values, encoded as differences. The crate `parquet` reserves memory for as many
//! values as such an encoding claims, so the claim is checked first.

use parquet::errors::{ParquetError, Result};

use super::cursor::{Broken, Cursor};

/// The largest width of a difference of 32-bit numbers, in bits.
const MAX_WIDTH: u8 = 32;

/// Lengths in the encoding `DELTA_BINARY_PACKED`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lengths {
    /// The number of lengths.
    pub(super) count: usize,
    /// The sum of the lengths.
    pub(super) sum: u64,
    /// The position after the lengths.
    pub(super) end: usize,
}

/// The number of values that an encoding claims to have.
pub(super) fn claimed(data: &[u8]) -> Result<usize> {
    let mut cursor = Cursor::new(data);
    let (_block, _parts) = (size(&mut cursor)?, size(&mut cursor)?);
    size(&mut cursor)
}

/// The header before the blocks.
struct Header {
    /// The number of miniblocks in a block.
    parts: usize,
    /// The number of values in a miniblock.
    part: usize,
    count: usize,
    first: i32,
}

fn wrong(what: &str) -> ParquetError {
    ParquetError::General(format!("differences of lengths {what}"))
}

impl Header {
    fn read(cursor: &mut Cursor<'_>) -> Result<Header> {
        let (block, parts) = (size(cursor)?, size(cursor)?);
        let (count, first) = (size(cursor)?, int(cursor)?);
        let part = block.checked_div(parts).filter(|part| part * parts == block);
        match part {
            Some(part) if part > 0 && part % 32 == 0 => Ok(Header { parts, part, count, first }),
            _ => Err(wrong("have blocks of no known size")),
        }
    }
}

impl Lengths {
    /// Reads lengths, of which there may be at most `most`.
    pub(super) fn read(data: &[u8], most: usize) -> Result<Lengths> {
        let mut cursor = Cursor::new(data);
        let Header { parts, part, count, first } = Header::read(&mut cursor)?;
        if count > most {
            return Err(wrong("are more than there are values"));
        }
        if count == 0 {
            return Ok(Lengths { count, sum: 0, end: cursor.at() });
        }
        let (mut last, mut sum, mut left) = (first, length(first)?, count - 1);
        while left > 0 {
            let least = int(&mut cursor)?;
            for width in cursor.take(parts).map_err(broken)? {
                if left == 0 {
                    break;
                }
                if *width > MAX_WIDTH {
                    return Err(wrong("have more than 32 bits"));
                }
                let size = usize::from(*width).checked_mul(part).ok_or_else(cut)? / 8;
                let packed = cursor.take(size).map_err(broken)?;
                let values = left.min(part);
                left -= values;
                if *width == 0 {
                    // A few bytes can stand for billions of lengths.
                    let run = Run { last, step: least, count: values };
                    last = run.end()?;
                    sum = sum.checked_add(run.sum()).ok_or_else(cut)?;
                    continue;
                }
                for place in 0..values {
                    let more = bits(packed, place * usize::from(*width), *width);
                    last = last.wrapping_add(least).wrapping_add(more as i32);
                    sum = sum.checked_add(length(last)?).ok_or_else(cut)?;
                }
            }
        }
        Ok(Lengths { count, sum, end: cursor.at() })
    }
}

/// Lengths after the last one, each with the same difference.
struct Run {
    last: i32,
    step: i32,
    count: usize,
}

impl Run {
    /// The last of them. If it is a valid length, all lengths before it are valid, too.
    fn end(&self) -> Result<i32> {
        let end = i128::from(self.last) + i128::from(self.step) * self.count as i128;
        let end = i32::try_from(end).map_err(|_| wrong("come to more than 31 bits"))?;
        length(end).map(|_| end)
    }

    fn sum(&self) -> u64 {
        let count = self.count as i128;
        let steps = count * (count + 1) / 2;
        let sum = i128::from(self.last) * count + i128::from(self.step) * steps;
        u64::try_from(sum).unwrap_or(u64::MAX)
    }
}

fn cut() -> ParquetError {
    wrong("are cut off")
}

fn broken(broken: Broken) -> ParquetError {
    match broken {
        Broken::Cut => cut(),
        Broken::Wide => wrong("have a number of more than 64 bits"),
    }
}

fn length(number: i32) -> Result<u64> {
    u64::try_from(number).map_err(|_| wrong("come to a negative length"))
}

/// The number of `width` bits at a position, the lowest bit first.
fn bits(data: &[u8], from: usize, width: u8) -> u32 {
    let mut number = 0_u64;
    for (index, byte) in data.iter().skip(from / 8).take(5).enumerate() {
        number |= u64::from(*byte) << (8 * index);
    }
    let mask = (1_u64 << width) - 1;
    // The mask leaves 32 bits at most.
    ((number >> (from % 8)) & mask) as u32
}

/// A size that an encoding claims.
fn size(cursor: &mut Cursor<'_>) -> Result<usize> {
    usize::try_from(cursor.number().map_err(broken)?).map_err(|_| cut())
}

/// A signed 32-bit number.
fn int(cursor: &mut Cursor<'_>) -> Result<i32> {
    let number = cursor.signed().map_err(broken)?;
    i32::try_from(number).map_err(|_| wrong("have more than 32 bits"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_added_up() {
        // 128 values in a block, 4 miniblocks, 5 values: 7, 5, 3, 1, 2. The description of the format
        // has this example.
        let data = [0x80, 1, 4, 5, 14, 3, 2, 0, 0, 0, 0b1100_0000, 0, 0, 0, 0, 0, 0, 0, 99];
        let lengths = Lengths::read(&data, 5).expect("lengths");
        assert_eq!(lengths, Lengths { count: 5, sum: 18, end: 18 });
        assert_eq!(claimed(&data).expect("a header"), 5);
        assert!(Lengths::read(&data, 4).is_err());
        for end in 0..18 {
            assert!(Lengths::read(&data[..end], 5).is_err(), "{end}");
        }
    }

    #[test]
    fn lengths_without_bits_differ_by_the_same() {
        // 200 numbers in parts of 32, from 7: 3 more each. The last is 604.
        let data = [0x80, 1, 4, 200, 1, 14, 6, 0, 0, 0, 0, 6, 0, 0, 0, 0];
        let lengths = Lengths::read(&data, 200).expect("lengths");
        let sum = (0..200_u64).map(|place| 7 + 3 * place).sum();
        assert_eq!(lengths, Lengths { count: 200, sum, end: data.len() });
        // Billions of equal lengths take no time.
        let head = [0x80, 0x80, 0x80, 0x80, 0x10, 1, 0xff, 0xff, 0xff, 0xff, 7];
        let lengths = |first, step| {
            Lengths::read(&[&head[..], &[first, step, 0]].concat(), i32::MAX as usize)
        };
        let most = i32::MAX as u64;
        assert_eq!(lengths(2, 0).expect("lengths").sum, most);
        // One less each is below 0 soon, and two more each is too long in the end.
        assert!(lengths(2, 1).is_err() && lengths(2, 4).is_err());
    }

    #[test]
    fn claims_of_any_size_are_errors() {
        let most = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
        for place in 0..3 {
            let mut data = [vec![0x80, 1], vec![4], vec![5]];
            data[place] = most.to_vec();
            let data = [data.concat(), vec![0; 20]].concat();
            assert!(Lengths::read(&data, usize::MAX).is_err(), "{place}");
        }
        for block in [[0, 0], [0x80, 0]] {
            assert!(Lengths::read(&[&block[..], &[4, 5, 0]].concat(), 5).is_err());
        }
        assert!(Lengths::read(&[0x80, 1, 0, 5, 0], 5).is_err());
        // The first length is negative, and so is the sum of the first two.
        assert!(Lengths::read(&[0x80, 1, 4, 1, 1], 5).is_err());
        assert!(Lengths::read(&[0x80, 1, 4, 2, 2, 5, 0, 0, 0, 0], 5).is_err());
        assert_eq!(Lengths::read(&[0x80, 1, 4, 1, 2], 5).expect("one").sum, 1);
        assert_eq!(Lengths::read(&[0x80, 1, 4, 0, 0], 5).expect("none").count, 0);
    }
}
