//! Where a GT06 frame begins and ends.

use super::radio;
use crate::bytes;
use crate::session::{Cut, LONGEST_FRAME};

/// Whole length of the frame that begins here, by its own length field; `None` when it has not come far enough or cannot be one.
fn declared(frame: &[u8]) -> Option<usize> {
    match frame {
        [0x78, 0x78, _, 0x17 | 0x69, ..] if radio::is_unsealed(frame) => radio::unsealed_length(frame),
        [0x78, 0x78, length, ..] => Some(usize::from(*length) + 5),
        [0x79, 0x79, high, low, ..] => Some(usize::from(u16::from_be_bytes([*high, *low])) + 6),
        _ => None,
    }
}

fn ends_at(bytes: &[u8], end: usize) -> bool {
    end.checked_sub(2).and_then(|at| bytes.get(at..end)) == Some(b"\r\n")
}

/// Where the next `7878` or `7979` begins. A lone last byte may be the first half of one.
fn next_start(input: &[u8], from: usize) -> Option<usize> {
    let rest = input.get(from..)?;
    let pairs = rest.windows(2).position(|pair| matches!(pair, [0x78, 0x78] | [0x79, 0x79]));
    pairs.or_else(|| matches!(rest.last(), Some(0x78 | 0x79)).then(|| rest.len() - 1)).map(|at| from + at)
}

/// A whole frame with a right CRC inside of what would be a longer one: then the longer one is noise in front of it, or lost its end. That is
/// looked for before the longer one is waited for, so that a wrong length does not hold back what came in order.
fn whole_inside(input: &[u8], limit: usize) -> Option<usize> {
    let mut from = 1;
    while let Some(at) = next_start(input, from).filter(|at| at + 10 <= limit) {
        let inner = input.get(at..limit)?;
        let end = declared(inner).filter(|end| *end >= 10 && ends_at(inner, *end));
        let right = end.and_then(|end| {
            let crc = inner.get(end - 4..end - 2)?.first_chunk::<2>()?;
            Some(bytes::x25(inner.get(2..end - 4)?) == u16::from_be_bytes(*crc))
        });
        if right == Some(true) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

pub(crate) fn cut(input: &[u8]) -> Cut {
    match next_start(input, 0) {
        None => return Cut::Skip(input.len()),
        Some(0) => {}
        Some(noise) => return Cut::Skip(noise),
    }
    if input.len() < 5 {
        return Cut::Wait { start: 0, seen: 0 };
    }
    let length = declared(input);
    if length.is_some_and(|length| length > LONGEST_FRAME) {
        return Cut::Skip(1);
    }
    let limit = length.map_or(input.len(), |length| input.len().min(length + 2));
    if let Some(at) = whole_inside(input, limit) {
        return Cut::Skip(at);
    }
    let Some(length) = length else { return Cut::Wait { start: 0, seen: 0 } };
    if input.len() < length {
        return Cut::Wait { start: 0, seen: 0 };
    }
    if ends_at(input, length) {
        return Cut::Frame { start: 0, end: length, next: length };
    }
    // Some clones leave the serial or the CRC out of the length.
    if input.len() < length + 2 {
        return Cut::Wait { start: 0, seen: 0 };
    }
    if ends_at(input, length + 2) {
        return Cut::Frame { start: 0, end: length + 2, next: length + 2 };
    }
    resynchronise(input)
}

/// The length was wrong, or bytes were lost. The next end of a line closes the frame that began last and fits; else it is a frame with a wrong
/// length.
fn resynchronise(input: &[u8]) -> Cut {
    let mut from = 4;
    let end = loop {
        match bytes::either(input, from, b'\r', b'\r') {
            Some(at) if input.get(at + 1) == Some(&b'\n') => break at + 2,
            Some(at) if at + 1 < input.len() => from = at + 1,
            _ if input.len() >= LONGEST_FRAME => return Cut::Skip(input.len() - LONGEST_FRAME + 1),
            _ => return Cut::Wait { start: 0, seen: 0 },
        }
    };
    if end > LONGEST_FRAME {
        return Cut::Skip(end - LONGEST_FRAME);
    }
    // Far enough back for a short frame is far enough: lengths of one byte reach 260.
    let earliest = end.saturating_sub(1_024).max(1);
    let inner = (earliest..end.saturating_sub(9)).rev().find(|&at| {
        let frame = input.get(at..end).unwrap_or_default();
        declared(frame).is_some_and(|length| length == frame.len() || length + 2 == frame.len())
    });
    match inner {
        Some(at) => Cut::Skip(at),
        None => Cut::Frame { start: 0, end, next: end },
    }
}
