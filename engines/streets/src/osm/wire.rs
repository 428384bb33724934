//! Protocol buffers, as far as OSM PBF needs them: fields of a message one after the other, nothing copied.
//! (Encoding: protobuf.dev/programming-guides/encoding)

/// What a message says that cannot be true.
pub(super) type Broken = &'static str;

#[derive(Debug, Clone, Copy)]
pub(super) struct Wire<'a>(pub &'a [u8]);

#[derive(Debug, Clone, Copy)]
pub(super) enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    /// Of four or eight bytes: OSM has none, they are passed over.
    Fixed,
}

impl<'a> Wire<'a> {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn number(&mut self) -> Result<u64, Broken> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first().ok_or("a number ends in the middle")?;
            self.0 = rest;
            value |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err("a number is too long")
    }

    /// Signed, the sign in the lowest bit.
    pub fn zigzag(&mut self) -> Result<i64, Broken> {
        let n = self.number()?;
        Ok((n >> 1) as i64 ^ -((n & 1) as i64))
    }

    fn cut(&mut self, len: usize) -> Result<&'a [u8], Broken> {
        let (cut, rest) = self.0.split_at_checked(len).ok_or("a field is longer than what holds it")?;
        self.0 = rest;
        Ok(cut)
    }

    /// The next field with its number; none at the end of the message.
    pub fn field(&mut self) -> Result<Option<(u64, Field<'a>)>, Broken> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let tag = self.number()?;
        let field = match tag & 7 {
            0 => Field::Number(self.number()?),
            1 => self.cut(8).map(|_| Field::Fixed)?,
            2 => {
                let len = usize::try_from(self.number()?).map_err(|_| "a field is longer than what holds it")?;
                Field::Bytes(self.cut(len)?)
            }
            5 => self.cut(4).map(|_| Field::Fixed)?,
            _ => return Err("a field of a kind that does not exist"),
        };
        Ok(Some((tag >> 3, field)))
    }
}

/// A sum of differences, as ids and places are written.
#[derive(Debug, Default)]
pub(super) struct Running(i64);

impl Running {
    pub fn add(&mut self, difference: i64) -> Result<i64, Broken> {
        self.0 = self.0.checked_add(difference).ok_or("a number grows beyond all bounds")?;
        Ok(self.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn numbers_as_the_encoding_says() {
        assert_eq!(Wire(&[0x96, 0x01]).number(), Ok(150));
        assert_eq!(Wire(&[0xFF; 9]).number(), Err("a number ends in the middle"));
        assert_eq!(Wire(&[0xFF; 11]).number(), Err("a number is too long"));
        let signed = |n: u8| Wire(&[n]).zigzag().unwrap();
        assert_eq!([signed(0), signed(1), signed(2), signed(3)], [0, -1, 1, -2]);
    }
}
