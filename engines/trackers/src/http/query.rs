//! `a=1&b=2`, with `%20` and `+`.

use std::borrow::Cow;

/// One value, unescaped; most have nothing to undo.
pub(super) fn unescaped(text: &[u8]) -> Cow<'_, [u8]> {
    if crate::bytes::either(text, 0, b'%', b'+').is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
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
        out.push(byte);
        rest = tail;
    }
    Cow::Owned(out)
}

/// Names and values as they stand, still escaped.
pub(super) fn pairs(text: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    text.split(|&b| b == b'&').map(|pair| match pair.iter().position(|&b| b == b'=') {
        Some(at) => (pair.get(..at).unwrap_or_default(), pair.get(at + 1..).unwrap_or_default()),
        None => (pair, &[][..]),
    })
}
