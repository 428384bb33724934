//! `a=1&b=2`, with `%20` and `+`.

/// Longest value that is unescaped; parameters that are read are shorter.
const LONGEST: usize = 128;

/// One value, unescaped.
pub(super) struct Unescaped {
    bytes: [u8; LONGEST],
    len: usize,
}

impl Unescaped {
    /// `None` when it is longer than any that is read.
    pub fn of(text: &[u8]) -> Option<Self> {
        let mut out = Self { bytes: [0; LONGEST], len: 0 };
        let mut rest = text;
        while let Some((&first, tail)) = rest.split_first() {
            let (byte, tail) = match first {
                b'+' => (b' ', tail),
                b'%' => match tail.split_at_checked(2).and_then(|(two, tail)| Some((crate::text::hex(two)?, tail))) {
                    Some((code, tail)) => (code as u8, tail),
                    None => (b'%', tail),
                },
                _ => (first, tail),
            };
            *out.bytes.get_mut(out.len)? = byte;
            out.len += 1;
            rest = tail;
        }
        Some(out)
    }

    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// Names and values as they stand, still escaped.
pub(super) fn pairs(text: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    text.split(|&b| b == b'&').map(|pair| match pair.iter().position(|&b| b == b'=') {
        Some(at) => (pair.get(..at).unwrap_or_default(), pair.get(at + 1..).unwrap_or_default()),
        None => (pair, &[][..]),
    })
}
