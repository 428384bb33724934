//! Where a JT/T 808 frame begins and ends, and what stands in it.

use crate::bytes;
use crate::session::Cut;

/// Kinds that devices send between E7 (a dialect whose numbers have seven bytes). Elsewhere an E7 is noise.
fn is_alternative(input: &[u8]) -> bool {
    let kind = |at: usize| input.get(at).copied();
    kind(0) == Some(0xE7)
        && match (kind(1), kind(2)) {
            (None, _) | (Some(0x00..=0x09), None) => true,
            (Some(high @ 0x00..=0x09), Some(low)) => {
                matches!((high, low), (0, 2) | (1, 0 | 2 | 9) | (2, 0 | 1 | 0x10) | (7, 1 | 4) | (9, 0))
            }
            _ => false,
        }
}

/// `(` and digits.
fn is_words(input: &[u8]) -> bool {
    input.first() == Some(&b'(') && input.iter().skip(1).take(9).all(u8::is_ascii_digit)
}

/// Length of what would stand in front of the checksum by the header's own count, for each kind of header.
fn has_declared_length(delimiter: u8, inside: &[u8]) -> bool {
    let [high, low, third, fourth, ..] = inside else { return false };
    let attributes = u16::from_be_bytes([*third, *fourth]);
    let body = usize::from(attributes & 0x3FF);
    let jointech = (*high, *low) == (0x55, 0x01) || (*high, *low) == (0x55, 0x02);
    let header = match (delimiter, jointech) {
        (0xE7, _) => 13,
        (_, true) => 11,
        _ => 12,
    };
    // In parts 4 bytes more, in the edition of 2019 5 bytes more; some set the bits without that.
    let (parts, edition) = (if attributes & 0x2000 == 0 { 0 } else { 4 }, if attributes & 0x4000 == 0 { 0 } else { 5 });
    [0, parts, edition, parts + edition].into_iter().any(|more| header + more + body + 1 == inside.len())
}

/// Whether the exclusive or over everything, escapes undone, comes out as nothing.
fn sums_up(delimiter: u8, inside: &[u8]) -> bool {
    let mark = delimiter - 1;
    if !inside.contains(&mark) {
        return bytes::xor(inside) == 0;
    }
    let (mut sum, mut escaped) = (0_u8, false);
    for &byte in inside {
        match (escaped, byte) {
            (false, b) if b == mark => escaped = true,
            (true, 2) => {
                sum ^= delimiter;
                escaped = false;
            }
            (true, 1) => {
                sum ^= mark;
                escaped = false;
            }
            (true, b) => {
                sum ^= mark ^ b;
                escaped = false;
            }
            (false, b) => sum ^= b,
        }
    }
    sum == 0
}

/// Undoes the escapes. A frame that is as long as it says and sums up as it stands has none: some relays undo them on the way.
pub(super) fn unescape<'a>(delimiter: u8, inside: &'a [u8], room: &'a mut Vec<u8>) -> &'a [u8] {
    let mark = delimiter - 1;
    if !inside.contains(&mark) || (has_declared_length(delimiter, inside) && bytes::xor(inside) == 0) {
        return inside;
    }
    room.clear();
    let mut rest = inside.iter();
    while let Some(&byte) = rest.next() {
        match (byte == mark, rest.as_slice().first()) {
            (true, Some(2)) => {
                room.push(delimiter);
                rest.next();
            }
            (true, Some(1)) => {
                room.push(mark);
                rest.next();
            }
            _ => room.push(byte),
        }
    }
    room
}

/// Bytes from 7E to 7E that are one frame although a 7E stands between, unescaped.
pub(crate) fn is_one_frame(input: &[u8]) -> bool {
    match input {
        [first @ (0x7E | 0xE7), inside @ .., last] => {
            first == last && has_declared_length(*first, inside) && bytes::xor(inside) == 0
        }
        _ => false,
    }
}

pub(crate) fn cut(input: &[u8], seen: usize) -> Cut {
    let start = (0..input.len()).find(|&at| match input.get(at..) {
        Some([0x7E, ..]) => true,
        Some(rest @ [0xE7, ..]) => is_alternative(rest),
        Some(rest @ [b'(', ..]) => is_words(rest),
        _ => false,
    });
    match start {
        None => return Cut::Skip(input.len()),
        Some(0) => {}
        Some(noise) => return Cut::Skip(noise),
    }
    let first = input.first().copied().unwrap_or_default();
    let close = if first == b'(' { b')' } else { first };
    let Some(end) = bytes::either(input, seen.max(1), close, if first == b'(' { 0x7E } else { close }) else {
        return Cut::Wait { start: 0, seen: input.len() };
    };
    if first == b'(' {
        let whole = input.get(end) == Some(&b')');
        return if whole { Cut::Frame { start: 0, end: end + 1, next: end + 1 } } else { Cut::Skip(end) };
    }
    let inside = input.get(1..end).unwrap_or_default();
    let sound = inside.len() >= 12 && (sums_up(first, inside) || has_declared_length(first, inside));
    // A delimiter that closes nothing opens the next frame: between two frames it may have been lost.
    if sound { Cut::Frame { start: 0, end: end + 1, next: end + 1 } } else { Cut::Skip(end) }
}
