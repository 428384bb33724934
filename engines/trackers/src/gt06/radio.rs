//! Masts and access points: what a device hears where it hears no satellite.

use super::{Frame, place};
use crate::bytes::{self, Take};
use crate::clock;
use crate::session::State;
use crate::{Cell, DeviceId, Reading, Wifi};
use kernel::Moment;

/// 0x17 and 0x69 of the card-shaped GT06 clones have neither serial nor CRC, and their "length" counts access points. 0x17 with a length of
/// 0x28 is another maker's location with a card number.
pub(super) fn is_unsealed(frame: &[u8]) -> bool {
    match frame {
        [0x78, 0x78, _, 0x69, ..] => true,
        [0x78, 0x78, length, 0x17, ..] => *length != 0x28,
        _ => false,
    }
}

/// `78 78 points 17 time(6) points × 7 masts mcc(2) mnc masts × 5 0D 0A`.
pub(super) fn unsealed_length(frame: &[u8]) -> Option<usize> {
    let points = usize::from(*frame.get(2)?) * 7;
    let masts = usize::from(*frame.get(10 + points)?);
    Some(10 + points + 4 + masts * 5 + 2)
}

fn bcd_stamp(six: [u8; 6], east_secs: i32) -> Option<Moment> {
    let [year, month, day, hour, minute, second] = six.map(|b| u32::from(b >> 4) * 10 + u32::from(b & 15));
    clock::instant(year, month, day, hour, minute, second, east_secs)
}

pub(super) fn unsealed(mut frame: Take<'_>, state: &State, reading: &mut Reading) -> Option<()> {
    let whole = frame.0;
    frame.skip(2)?;
    let (points, _kind) = (frame.u8()?, frame.u8()?);
    reading.status.time = bcd_stamp(frame.six()?, state.east_secs);
    for _ in 0..points {
        let (mac, signal) = (frame.six()?, frame.u8()?);
        reading.status.wifi.push(Wifi { mac, signal_dbm: Some(-i16::from(signal)) });
    }
    let masts = frame.u8()?;
    let (mcc, mnc) = (frame.u16()?, u16::from(frame.u8()?));
    for _ in 0..masts {
        let (lac, cell, signal) = (u32::from(frame.u16()?), u64::from(frame.u16()?), frame.u8()?);
        if lac > 0 || cell > 0 {
            reading.status.cells.push(Cell { mcc, mnc, lac, cell, signal_dbm: Some(-i16::from(signal)) });
        }
    }
    reading.reply.extend_from_slice(&[0x78, 0x78, 0]);
    reading.reply.extend_from_slice(whole.get(3..10)?);
    reading.reply.extend_from_slice(b"\r\n");
    Some(())
}

/// 0xF3: access points alone.
pub(super) fn points_only(body: &mut Take<'_>, state: &State, reading: &mut Reading) -> Option<()> {
    reading.status.time = place::stamp(body.six()?, state.east_secs);
    for _ in 0..body.u8()? {
        body.skip(2)?;
        let mac = body.six()?;
        reading.status.wifi.push(Wifi { mac, signal_dbm: None });
    }
    Some(())
}

/// Seven masts or so (0x28, 0x2E, 0x24, 0x18, 0xA1), some with access points behind them (0x2C, 0xA2, 0x33), one with an alarm (0xA9).
pub(super) fn masts(frame: &mut Frame<'_>, state: &State, reading: &mut Reading) -> Option<()> {
    let (kind, body) = (frame.kind, &mut frame.body);
    let wanway = kind == 0x24 && frame.length == 0x31;
    let sl4x = kind == 0x34;
    reading.status.time = place::stamp(body.six()?, state.east_secs);
    if wanway || sl4x {
        body.skip(1)?;
    }
    let mcc = body.u16()?;
    let mnc = if mcc & 0x8000 != 0 || sl4x { body.u16()? } else { u16::from(body.u8()?) };
    let fourth = kind == 0xA9 && body.u8()? > 0;
    let count = match kind {
        0xA9 => body.u8()?,
        _ if wanway => body.u8()?,
        0x33 => 6,
        _ => 7,
    };
    for _ in 0..count {
        let (lac, cell) = if fourth || matches!(kind, 0xA1 | 0xA2) {
            (body.u32()?, body.u64()?)
        } else if matches!(kind, 0x33 | 0x34) {
            (u32::from(body.u16()?), u64::from(body.u32()?))
        } else {
            (u32::from(body.u16()?), u64::from(body.u24()?))
        };
        let signal = body.u8()?;
        if lac > 0 {
            let signal_dbm = Some(-i16::from(signal));
            reading.status.cells.push(Cell { mcc: mcc & 0x7FFF, mnc, lac, cell, signal_dbm });
        }
    }
    if !wanway && !sl4x {
        body.skip(1)?;
    }
    if matches!(kind, 0x18 | 0x2C | 0x33 | 0xA2 | 0xA9) {
        points(body, reading);
    }
    if kind == 0xA9 {
        let (alarm, language) = (body.u8()?, body.u8()?);
        let code = u16::from(language >> 4) << 8 | u16::from(alarm);
        reading.status.alarms = super::alarm::code(code, state.model);
    }
    Some(())
}

fn points(body: &mut Take<'_>, reading: &mut Reading) -> Option<()> {
    // 0x18 comes with and without access points; two bytes of language follow in any case.
    for _ in 0..body.u8()? {
        if body.len() < 7 {
            break;
        }
        let (mac, signal) = (body.six()?, body.u8()?);
        reading.status.wifi.push(Wifi { mac, signal_dbm: Some(-i16::from(signal)) });
    }
    Some(())
}

/// The IMEI in front of a location, sixteen packed digits of which the first is none.
pub(super) fn imei(packed: &[u8]) -> Option<DeviceId> {
    let mut room = [0; 32];
    let count = bytes::digits(packed, false, &mut room);
    room.get(1..count).and_then(DeviceId::of)
}
