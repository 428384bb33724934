//! Reading of binary frames: a cursor that never goes beyond the end, and the checksums of the trade.

/// What is still to be read of a frame; numbers are big-endian, as all these protocols have them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Take<'a>(pub &'a [u8]);

impl<'a> Take<'a> {
    pub fn len(self) -> usize {
        self.0.len()
    }

    pub fn slice(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(count)?;
        self.0 = tail;
        Some(head)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, tail) = self.0.split_first_chunk::<N>()?;
        self.0 = tail;
        Some(*head)
    }

    pub fn skip(&mut self, count: usize) -> Option<()> {
        self.slice(count).map(|_| ())
    }

    pub fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[b]| b)
    }

    pub fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub fn i16(&mut self) -> Option<i16> {
        self.array().map(i16::from_be_bytes)
    }

    pub fn u24(&mut self) -> Option<u32> {
        self.array().map(|[a, b, c]| u32::from_be_bytes([0, a, b, c]))
    }

    pub fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    pub fn peek(self) -> Option<u8> {
        self.0.first().copied()
    }

    /// Two decimal digits in one byte; a nibble beyond 9 counts with its value, as the devices' own servers do.
    pub fn bcd(&mut self) -> Option<u32> {
        self.u8().map(|b| u32::from(b >> 4) * 10 + u32::from(b & 15))
    }

    pub fn six(&mut self) -> Option<[u8; 6]> {
        self.array()
    }
}

pub(crate) fn xor(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, b| sum ^ b)
}

const fn x25_table() -> [u16; 256] {
    let mut table = [0_u16; 256];
    let mut i = 0;
    while i < 256 {
        let mut crc = i as u16;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0x8408 } else { crc >> 1 };
            bit += 1;
        }
        #[expect(clippy::indexing_slicing, reason = "i < 256 by the loop; evaluated at compile time")]
        {
            table[i] = crc;
        }
        i += 1;
    }
    table
}

static X25: [u16; 256] = x25_table();

/// CRC-16/X-25 (ITU-T V.42 reflected, initial and final 0xFFFF), which GT06 closes its frames with.
pub(crate) fn x25(bytes: &[u8]) -> u16 {
    let crc = bytes
        .iter()
        .fold(0xFFFF_u16, |crc, b| (crc >> 8) ^ X25.get(usize::from((crc as u8) ^ b)).copied().unwrap_or_default());
    !crc
}

/// Where `one` or `other` comes first, from `from` on. Eight bytes at a time: a byte of the word is zero where the needle stood, and the lowest
/// such byte is found by the usual borrow (Mycroft, 1987), exact up to the first hit.
pub(crate) fn either(bytes: &[u8], from: usize, one: u8, other: u8) -> Option<usize> {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let (ones, others) = (LOW * u64::from(one), LOW * u64::from(other));
    let rest = bytes.get(from..)?;
    let (words, tail) = rest.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let (a, b) = (word ^ ones, word ^ others);
        let hit = (a.wrapping_sub(LOW) & !a | b.wrapping_sub(LOW) & !b) & HIGH;
        if hit != 0 {
            return Some(from + at * 8 + hit.trailing_zeros() as usize / 8);
        }
    }
    let at = tail.iter().position(|&b| b == one || b == other)?;
    Some(from + words.len() * 8 + at)
}

/// Where the first comma stands. Fields are short: the first bytes are looked at one by one.
pub(crate) fn comma(bytes: &[u8]) -> Option<usize> {
    let (head, tail) = bytes.split_at(bytes.len().min(12));
    head.iter().position(|&b| b == b',').or_else(|| if tail.is_empty() { None } else { either(bytes, 12, b',', b',') })
}

/// Decimal digits of a number in packed form, without the zeros in front when `strip`.
pub(crate) fn digits(packed: &[u8], strip: bool, out: &mut [u8; 32]) -> usize {
    let mut count = 0;
    for nibble in packed.iter().flat_map(|b| [b >> 4, b & 15]) {
        if strip && count == 0 && nibble == 0 {
            continue;
        }
        let Some(place) = out.get_mut(count) else { break };
        *place = b"0123456789abcdef".get(usize::from(nibble)).copied().unwrap_or(b'0');
        count += 1;
    }
    if count == 0 {
        if let Some(place) = out.first_mut() {
            *place = b'0';
        }
        return 1;
    }
    count
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn checksums_as_published() {
        assert_eq!(x25(b"123456789"), 0x906E);
        // Login reply of the GT06 document.
        assert_eq!(x25(&[0x05, 0x01, 0x00, 0x01]), 0xD9DC);
        assert_eq!(xor(&[1, 2, 4]), 7);
    }

    #[test]
    fn the_first_of_two_is_found_wherever_it_stands() {
        for length in 0..40 {
            for at in 0..length {
                let mut hay = vec![0x80_u8; length];
                for (place, byte) in hay.iter_mut().zip([0, 1, 0x5A, 0x5C, 0xFF].iter().cycle()) {
                    *place = *byte;
                }
                hay.iter_mut().skip(at).step_by(3).for_each(|b| *b = b']');
                let plain = hay.iter().position(|&b| b == b'[' || b == b']');
                assert_eq!(either(&hay, 0, b'[', b']'), plain);
                assert_eq!(either(&hay, at, b'[', b']'), Some(at));
            }
        }
        assert_eq!(either(b"abc", 9, b'a', b'b'), None);
    }

    #[test]
    fn never_beyond_the_end() {
        let mut take = Take(&[1, 2, 3]);
        assert_eq!(take.u16(), Some(0x0102));
        assert_eq!(take.u16(), None);
        assert_eq!(take.u8(), Some(3));
        assert_eq!(take.u8(), None);
    }
}
