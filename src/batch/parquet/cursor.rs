//! A cursor over bytes, and the numbers of variable length: those of Thrift's compact protocol, which
//! footers use, and those of Parquet's encodings.

/// The reason why a number cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// The bytes end before the number does.
    Cut,
    /// The number has more than 64 bits.
    Wide,
}

/// A position in bytes.
pub(super) struct Cursor<'d> {
    data: &'d [u8],
    at: usize,
}

impl<'d> Cursor<'d> {
    /// A cursor at the beginning of the bytes.
    pub(super) fn new(data: &'d [u8]) -> Cursor<'d> {
        Cursor { data, at: 0 }
    }

    /// The number of bytes that have been read.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The number of bytes that are left.
    pub(super) fn left(&self) -> usize {
        self.data.len() - self.at
    }

    /// The next bytes.
    pub(super) fn take(&mut self, size: usize) -> Result<&'d [u8], Broken> {
        let taken = self.data[self.at..].get(..size).ok_or(Broken::Cut)?;
        self.at += size;
        Ok(taken)
    }

    /// A number of 7 bits in each byte, the lowest bits first.
    pub(super) fn number(&mut self) -> Result<u64, Broken> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Broken::Wide)
    }

    /// A signed number. Its lowest bit is the sign.
    pub(super) fn signed(&mut self) -> Result<i64, Broken> {
        let coded = self.number()?;
        Ok((coded >> 1) as i64 ^ -((coded & 1) as i64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_as_many_bytes_as_they_need() {
        let mut cursor = Cursor::new(&[5, 0x80, 1, 3, 4, 0xff]);
        assert_eq!((cursor.number(), cursor.number()), (Ok(5), Ok(128)));
        assert_eq!((cursor.signed(), cursor.signed()), (Ok(-2), Ok(2)));
        assert_eq!((cursor.at(), cursor.left()), (5, 1));
        assert_eq!(cursor.number(), Err(Broken::Cut));
        assert_eq!(Cursor::new(&[0xff; 10]).number(), Err(Broken::Wide));
        assert_eq!(Cursor::new(&[1]).take(2), Err(Broken::Cut));
    }
}
