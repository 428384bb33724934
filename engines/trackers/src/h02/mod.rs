//! H02: `*HQ,device,V1,hhmmss,A,ddmm.mmmm,N,dddmm.mmmm,E,knots,course,ddmmyy,status#`, and a binary form that begins with `$`.
//!
//! From the makers' "H02 GPS tracker protocol" (Xexun, HuaQian and their clones) and from what Traccar's tests show of real devices. Times
//! are UTC, speeds knots. Bits of the status word are low when something is the matter.

mod binary;
mod radio;
mod text;

use crate::bytes;
use crate::clock::Wall;
use crate::session::{Cut, State};
use crate::{Alarms, Command, DeviceId, Model, Reading};
use kernel::Moment;
use std::io::Write;

/// `*`, two letters or digits, `,`.
fn is_text_start(bytes: &[u8]) -> bool {
    let form = |at: usize, right: fn(&u8) -> bool| bytes.get(at).is_none_or(right);
    form(0, |b| *b == b'*')
        && form(1, u8::is_ascii_alphanumeric)
        && form(2, u8::is_ascii_alphanumeric)
        && form(3, |b| *b == b',')
}

pub(crate) fn cut(input: &[u8], seen: usize) -> Cut {
    let Some(start) = bytes::either(input, 0, b'*', b'$') else { return Cut::Skip(input.len()) };
    if start > 0 {
        return Cut::Skip(start);
    }
    if input.first() == Some(&b'$') {
        return binary::cut(input);
    }
    if !is_text_start(input) {
        return Cut::Skip(1);
    }
    let mut from = seen.max(1);
    while let Some(at) = bytes::either(input, from, b'#', b'*') {
        if input.get(at) == Some(&b'#') {
            return Cut::Frame { start: 0, end: at + 1, next: at + 1 };
        }
        match input.get(at..) {
            Some(inner) if inner.len() < 4 && is_text_start(inner) => return Cut::Wait { start: 0, seen: at },
            Some(inner) if is_text_start(inner) => return Cut::Skip(at),
            _ => from = at + 1,
        }
    }
    Cut::Wait { start: 0, seen: input.len() }
}

/// What is the matter, by the status word. A word of zeros is one that nobody filled in.
pub(super) fn alarms(status: u32, model: Model) -> Alarms {
    const LOW: [(u32, Alarms); 5] =
        [(0, Alarms::VIBRATION), (1, Alarms::SOS), (18, Alarms::SOS), (2, Alarms::OVERSPEED), (19, Alarms::POWER_CUT)];
    if status == 0 || model == Model::Unwired {
        return Alarms::NONE;
    }
    LOW.iter().filter(|(bit, _)| status >> bit & 1 == 0).fold(Alarms::NONE, |all, (_, one)| all.with(*one))
}

/// `*HQ,device,V4,what,yyyyMMddHHmmss#`.
fn answer(device: &[u8], what: &[u8], now: Moment, out: &mut Vec<u8>) {
    let w = Wall::at(now, 0);
    out.extend_from_slice(b"*HQ,");
    out.extend_from_slice(device);
    out.extend_from_slice(b",V4,");
    out.extend_from_slice(what);
    let digits = u64::from(w.year) * 10_000_000_000
        + u64::from(w.month) * 100_000_000
        + u64::from(w.day) * 1_000_000
        + u64::from(w.hour) * 10_000
        + u64::from(w.minute) * 100
        + u64::from(w.second);
    out.push(b',');
    decimal(digits, 14, out);
    out.push(b'#');
}

/// A number in so many digits: `write!` would take longer than reading the whole frame.
fn decimal(mut number: u64, width: usize, out: &mut Vec<u8>) {
    let from = out.len();
    out.resize(from + width, b'0');
    for place in out.iter_mut().skip(from).rev() {
        *place = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// The interval by order S71; the protocol has no order to send the place once.
pub(crate) fn command(device: &DeviceId, command: Command) -> Option<Vec<u8>> {
    let Command::Interval(seconds) = command else { return None };
    let mut out = Vec::new();
    // The hour in an order is the platform's to choose; devices send it back with their answer.
    let _ = write!(out, "*HQ,{},S71,000000,22,{seconds}#", device.as_str());
    Some(out)
}

pub(crate) fn read(frame: &[u8], now: Moment, state: &mut State, reading: &mut Reading) -> Result<(), &'static str> {
    match frame.first() {
        Some(b'$') => binary::read(frame, state, reading).ok_or("the binary frame is too short"),
        Some(b'*') => text::read(frame, now, state, reading),
        _ => Err("neither *…# nor $"),
    }
}

#[cfg(test)]
mod tests;
