//! Locations: satellites, mast, state of the terminal.

use super::{Frame, alarm, radio, sends_volts};
use crate::bytes::Take;
use crate::clock;
use crate::session::State;
use crate::{Cell, Fix, Model, Reading};
use kernel::Moment;

/// How the speed is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speed {
    None,
    OneByte,
    /// Two bytes behind the course.
    TwoBytesLast,
}

/// Which parts a location has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    pub satellites: bool,
    pub speed: Speed,
}

impl Form {
    pub const STANDARD: Self = Self { satellites: true, speed: Speed::OneByte };
}

/// Year, month, day, hour, minute, second in a byte each.
pub(super) fn stamp(six: [u8; 6], east_secs: i32) -> Option<Moment> {
    let [year, month, day, hour, minute, second] = six.map(u32::from);
    clock::instant(year, month, day, hour, minute, second, east_secs)
}

/// Time, satellites, latitude and longitude in 1/30000 minute, speed, course with the signs in its upper bits.
pub(super) fn gps(body: &mut Take<'_>, east_secs: i32, form: Form) -> Option<Fix> {
    let time = stamp(body.six()?, east_secs);
    let satellites = if form.satellites { Some(body.u8()? & 15) } else { None };
    let (lat, lon) = (f64::from(body.u32()?) / 1_800_000.0, f64::from(body.u32()?) / 1_800_000.0);
    let before = if form.speed == Speed::OneByte { Some(f64::from(body.u8()?)) } else { None };
    let flags = body.u16()?;
    let behind = if form.speed == Speed::TwoBytesLast { Some(f64::from(body.u16()?)) } else { None };
    Some(Fix {
        time,
        lat: if flags & 0x0400 == 0 { -lat } else { lat },
        lon: if flags & 0x0800 == 0 { lon } else { -lon },
        valid: flags & 0x1000 != 0,
        speed_kmh: before.or(behind),
        course: Some(f64::from(flags & 0x03FF)),
        satellites,
        ..Fix::default()
    })
}

/// How wide area and cell are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Width {
    /// Two and three bytes: GSM.
    Gsm,
    /// Two and four bytes.
    Wide,
    /// Two and eight bytes (SL4X).
    Long,
    /// Four and eight bytes: LTE.
    Lte,
}

impl Width {
    fn bytes(self) -> usize {
        match self {
            Self::Gsm => 5,
            Self::Wide => 6,
            Self::Long => 10,
            Self::Lte => 12,
        }
    }
}

pub(super) fn mast(body: &mut Take<'_>, width: Width, two_byte_network: bool, reading: &mut Reading) -> Option<()> {
    let mcc = body.u16()?;
    let mnc = if two_byte_network || mcc & 0x8000 != 0 { body.u16()? } else { u16::from(body.u8()?) };
    let (lac, cell) = match width {
        Width::Gsm => (u32::from(body.u16()?), u64::from(body.u24()?)),
        Width::Wide => (u32::from(body.u16()?), u64::from(body.u32()?)),
        Width::Long => (u32::from(body.u16()?), body.u64()?),
        Width::Lte => (body.u32()?, body.u64()?),
    };
    if lac > 0 || cell > 0 {
        reading.status.cells.push(Cell { mcc: mcc & 0x7FFF, mnc, lac, cell, signal_dbm: None });
    }
    Some(())
}

/// A mast with its length in front, which counts itself; the length says how wide the numbers are.
pub(super) fn counted_mast(body: &mut Take<'_>, seeworld: bool, sl4x: bool, reading: &mut Reading) -> Option<()> {
    let length = usize::from(body.u8()?);
    if length == 0 {
        // Some leave the mast's place empty rather than out; the state follows behind the zeros.
        let empty = body.0.iter().skip(9).take(36).all(|&b| b == 0);
        return if empty { body.skip(body.len().min(45)) } else { Some(()) };
    }
    let wide_network = sl4x || body.peek().is_some_and(|b| b & 0x80 != 0);
    let numbers = length.checked_sub(if wide_network { 5 } else { 4 })?;
    let width = match numbers {
        _ if sl4x => Width::Long,
        _ if seeworld => Width::Wide,
        6 | 7 => Width::Wide,
        10 | 11 => Width::Long,
        12.. => Width::Lte,
        _ => Width::Gsm,
    };
    mast(body, width, sl4x, reading)?;
    body.skip(numbers.saturating_sub(width.bytes()))
}

/// Kinds that carry satellites' places.
pub(super) fn has_gps(kind: u8) -> bool {
    matches!(
        kind,
        0x10 | 0x11
            | 0x12
            | 0x16
            | 0x17
            | 0x1A
            | 0x1E
            | 0x22
            | 0x25
            | 0x26
            | 0x27
            | 0x2D
            | 0x31
            | 0x32
            | 0x37
            | 0x39
            | 0xA0
            | 0xA2..=0xA4
    )
}

/// Kinds that [`located`] reads.
pub(super) fn is_located(kind: u8) -> bool {
    (has_gps(kind) && !matches!(kind, 0x17 | 0xA2)) || matches!(kind, 0x13 | 0x19 | 0x36 | 0xA5 | 0xA7)
}

/// Signal of five steps, as most send it.
pub(super) fn signal_pct(step: u8) -> Option<u8> {
    match step {
        0..=4 => Some(step * 25),
        5..=100 => Some(step),
        _ => None,
    }
}

/// Battery in steps of six, or in percent.
fn battery_pct(value: u8) -> Option<u8> {
    match value {
        0..=6 => Some((u16::from(value) * 100 / 6) as u8),
        7..=100 => Some(value),
        _ => None,
    }
}

/// What follows the place: state, battery, signal, alarm.
fn terminal(frame: &mut Frame<'_>, state: &State, fix: &mut Fix, vxt01: bool, reading: &mut Reading) -> Option<()> {
    let (kind, model, body) = (frame.kind, state.model, &mut frame.body);
    let nt = model == Model::Nt && matches!(kind, 0x22 | 0x25);
    if kind == 0xA2 {
        body.skip(1)?;
    }
    let status = body.u8()?;
    fix.alarms = fix.alarms.with(alarm::terminal(status, vxt01));
    reading.status.charging = Some(status & 4 != 0);
    if kind == 0x13 && frame.length == 0x13 {
        body.skip(2)?;
        fix.alarms = fix.alarms.with(alarm::code(u16::from(body.u8()?), model));
        body.skip(1)?;
        fix.battery_pct = body.u8().and_then(battery_pct);
        return Some(());
    }
    if kind == 0xA2 || nt {
        body.skip(2)?;
    }
    if sends_volts(model, kind) {
        body.skip(2)?;
    } else {
        let battery = body.u8()?;
        fix.battery_pct = if nt { None } else { battery_pct(battery) };
    }
    reading.status.signal_pct = body.u8().and_then(signal_pct);
    if kind == 0x13 && matches!(model, Model::Lw | Model::Seeworld) {
        return Some(());
    }
    // Some heartbeats end here.
    let Some(code) = body.u8() else { return Some(()) };
    let high = if matches!(kind, 0x27 | 0xA4 | 0x39) { body.peek().unwrap_or(0) >> 4 } else { 0 };
    if !vxt01 {
        fix.alarms = fix.alarms.with(alarm::code(u16::from(high) << 8 | u16::from(code), model));
    }
    if matches!(kind, 0x36 | 0xA2 | 0x27 | 0xA4 | 0x39) || nt {
        let _language = body.u8();
    }
    Some(())
}

/// Locations, heartbeats and alarms of all families: satellites, mast, state, as the kind has them.
pub(super) fn located(frame: &mut Frame<'_>, state: &State, reading: &mut Reading) -> Option<()> {
    let (kind, length, model) = (frame.kind, frame.length, state.model);
    let nt = model == Model::Nt && matches!(kind, 0x22 | 0x25);
    let status_of_a3 = kind == 0xA3 && length == 0x0C;
    let vxt01 = matches!(kind, 0x12 | 0x16) && length == 0x24;
    let seeworld = (kind == 0x22 && length == 0x2F) || (kind == 0x16 && length == 0x26);
    let sl4x = (kind == 0x31 && length == 0x2A) || (kind == 0x32 && matches!(length, 0x27 | 0x29));
    if (kind == 0x12 && model == Model::Qh302r) || nt {
        if nt {
            frame.body.skip(1)?;
        }
        let named = radio::imei(frame.body.slice(8)?);
        reading.device = named.or(reading.device);
        if nt {
            frame.body.skip(6)?;
        }
    }
    let gps_here = has_gps(kind) && !status_of_a3;
    let mut fix = if gps_here { gps(&mut frame.body, state.east_secs, Form::STANDARD)? } else { Fix::default() };
    let has_status = matches!(kind, 0x13 | 0x16 | 0x19 | 0x26 | 0x27 | 0x32 | 0x36 | 0x39 | 0xA2 | 0xA4 | 0xA5)
        || nt
        || status_of_a3;

    let body = &mut frame.body;
    match kind {
        0x10 | 0x13 | 0x1A | 0x1E | 0x36 => {}
        0xA3 if status_of_a3 => {}
        0xA3 => {
            body.skip(1)?;
            mast(body, Width::Lte, false, reading)?;
        }
        0x39 => cell_kind_mast(body, reading)?,
        0xA0 | 0xA2 | 0xA5 | 0xA7 => mast(body, Width::Lte, false, reading)?,
        0x11 => mast(body, Width::Wide, true, reading)?,
        0x25 => mast(body, Width::Wide, false, reading)?,
        0x19 => mast(body, Width::Gsm, false, reading)?,
        0x16 if vxt01 => mast(body, Width::Gsm, false, reading)?,
        _ if has_status => counted_mast(body, seeworld, sl4x, reading)?,
        _ if body.len() < 8 => {}
        _ => mast(
            body,
            if seeworld {
                Width::Wide
            } else if sl4x {
                Width::Long
            } else {
                Width::Gsm
            },
            sl4x,
            reading,
        )?,
    }
    if has_status {
        terminal(frame, state, &mut fix, vxt01, reading)?;
    }
    extra(frame, state, &mut fix, vxt01, reading);
    if gps_here {
        reading.place(fix);
    } else {
        reading.status.battery_pct = fix.battery_pct;
        reading.status.alarms = fix.alarms;
    }
    Some(())
}

/// What some makers add behind a location. It is nice to have: a frame that ends early has still been read.
fn extra(frame: &mut Frame<'_>, state: &State, fix: &mut Fix, vxt01: bool, reading: &mut Reading) -> Option<()> {
    let (kind, length, body) = (frame.kind, frame.length, &mut frame.body);
    match kind {
        0x12 if vxt01 || length == 0x2B => {
            let status = body.u8()?;
            reading.status.charging = Some(status & 4 != 0);
            fix.alarms = fix.alarms.with(alarm::terminal(status, vxt01));
            body.skip(2)?;
            reading.status.signal_pct = signal_pct(body.u8()?);
            if length == 0x2B {
                fix.alarms = fix.alarms.with(alarm::code(u16::from(body.u8()?), state.model));
            }
        }
        // WETRUST: mileage, card, alarm.
        0x12 if length == 0x29 => {
            body.skip(4)?;
            let card = usize::from(body.u8()?);
            body.skip(card)?;
            if body.u8()? > 0 {
                fix.alarms = fix.alarms.with(crate::Alarms::GENERAL);
            }
        }
        0x32 if length == 0x27 || length == 0x29 => fix.altitude_m = body.i16().map(f64::from),
        0x36 | 0x39 => {
            while body.len() >= 3 {
                let (module, size) = (body.u16()?, body.u8()?);
                let piece = body.slice(usize::from(size))?;
                if module == 0x006A {
                    fix.battery_pct = piece.first().copied().filter(|pct| *pct <= 100);
                }
            }
        }
        0x37 => {
            body.skip(3)?;
            while body.len() >= 3 {
                let (module, size) = (body.u16()?, body.u8()?);
                let mut piece = Take(body.slice(usize::from(size))?);
                if module == 0x003B {
                    fix.accuracy_m = piece.u16().map(|cm| f64::from(cm) / 100.0);
                }
            }
        }
        _ => {}
    }
    Some(())
}

/// The kind of network, then the mast with numbers as wide as that kind has them, then its signal.
pub(super) fn cell_kind_mast(body: &mut Take<'_>, reading: &mut Reading) -> Option<()> {
    let lte = body.u8()? >= 3;
    mast(body, if lte { Width::Lte } else { Width::Gsm }, false, reading)?;
    body.skip(if lte { 2 } else { 1 })
}
