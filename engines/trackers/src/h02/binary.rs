//! The binary form: packed digits behind a `$`, 32 bytes and up. What is read lies within the first 32; what longer models add (voltages, masts
//! in forms of their own) cannot be told from noise and is passed over like noise.

use super::alarms;
use crate::bytes::{self, Take};
use crate::clock;
use crate::session::{Cut, State};
use crate::{DeviceId, Fix, Reading};

const LENGTH: usize = 32;

/// Whether an hour and a date in packed digits stand there.
fn is_time(packed: &[u8]) -> bool {
    let two = |at: usize| packed.get(at).map_or(99, |b| if b & 15 > 9 { 99 } else { (b >> 4) * 10 + (b & 15) });
    two(0) < 24
        && two(1) < 60
        && two(2) < 60
        && (1..=31).contains(&two(3))
        && (1..=12).contains(&two(4))
        && two(5) < 100
}

/// How many bytes the device's number has: five, or eight in models that send the IMEI. Told by where a time can be read.
fn number_length(frame: &[u8]) -> Option<usize> {
    [5, 8].into_iter().find(|length| frame.get(1 + length..7 + length).is_some_and(is_time))
}

pub(super) fn cut(input: &[u8]) -> Cut {
    if input.len() < 15 {
        return Cut::Wait { start: 0, seen: 0 };
    }
    match number_length(input) {
        None => Cut::Skip(1),
        Some(_) if input.len() < LENGTH => Cut::Wait { start: 0, seen: 0 },
        Some(_) => Cut::Frame { start: 0, end: LENGTH, next: LENGTH },
    }
}

/// Steps of older models, percent of newer ones.
fn battery(value: u8) -> Option<u8> {
    match value {
        1..=3 => Some((value - 1) * 10),
        4..=6 => Some((value - 1) * 20),
        7..=100 => Some(value),
        0xF1..=0xF6 => Some(((u16::from(value) - 0xF0) * 100 / 6) as u8),
        _ => None,
    }
}

pub(super) fn read(frame: &[u8], state: &mut State, reading: &mut Reading) -> Option<()> {
    let mut take = Take(frame);
    take.skip(1)?;
    let length = number_length(frame).unwrap_or(5);
    let mut room = [0; 32];
    let count = bytes::digits(take.slice(length)?, false, &mut room);
    let device = room.get(..if length == 8 { 15 } else { count }).and_then(DeviceId::of);
    reading.device = state.known(device);

    let mut two = || take.bcd();
    let (hour, minute, second, day, month, year) = (two()?, two()?, two()?, two()?, two()?, two()?);
    let lat = f64::from(two()?) + (f64::from(two()?) + f64::from(two()? * 100 + two()?) / 10_000.0) / 60.0;
    let battery_pct = battery(take.u8()?);
    // dd dm m. mm mf: five bytes, three digits of degrees, six of minutes, flags.
    let mut two = || take.bcd();
    let (a, b, c, d) = (two()?, two()?, two()?, two()?);
    let last = take.u8()?;
    let (digits, flags) =
        (u64::from(a) * 1_000_000 + u64::from(b) * 10_000 + u64::from(c) * 100 + u64::from(d), last & 15);
    let digits = digits * 10 + u64::from(last >> 4);
    let lon = (digits / 1_000_000) as f64 + (digits % 1_000_000) as f64 / 600_000.0;
    let (first, middle, end) = (take.bcd()?, take.u8()?, take.bcd()?);
    let speed = first * 10 + u32::from(middle >> 4);
    let course = u32::from(middle & 15) * 100 + end;
    let status = take.u32()?;
    reading.place(Fix {
        time: clock::instant(year, month, day, hour, minute, second, 0),
        lat: if flags & 4 == 0 { -lat } else { lat },
        lon: if flags & 8 == 0 { -lon } else { lon },
        valid: flags & 2 != 0,
        speed_kmh: Some(f64::from(speed) * 1.852),
        course: Some(f64::from(course)),
        battery_pct,
        alarms: alarms(status, state.model),
        ..Fix::default()
    });
    Some(())
}
