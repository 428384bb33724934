//! Packets of single families, and the packets in pieces.

use super::place::{Form, Width, cell_kind_mast, counted_mast, gps, mast, signal_pct, stamp};
use super::{Frame, alarm, radio};
use crate::bytes::Take;
use crate::session::State;
use crate::{Cell, Fix, Reading};
use kernel::Moment;

/// 0x38: location, how and when it was sent, mast.
pub(super) fn with_cell_kind(body: &mut Take<'_>, state: &State, reading: &mut Reading) -> Option<()> {
    let fix = gps(body, state.east_secs, Form::STANDARD)?;
    reading.place(fix);
    body.skip(2)?;
    // The place stands, with or without its mast.
    let _ = cell_kind_mast(body, reading);
    Some(())
}

/// 0x61: IMEI, location, mast, key.
pub(super) fn i_button(body: &mut Take<'_>, state: &State, reading: &mut Reading) -> Option<()> {
    let named = radio::imei(body.slice(8)?);
    reading.device = named.or(reading.device);
    let fix = gps(body, state.east_secs, Form::STANDARD)?;
    reading.place(fix);
    let _ = mast(body, Width::Wide, false, reading);
    Some(())
}

/// 0x24 of SR411 mini: location and mast.
pub(super) fn sr411(body: &mut Take<'_>, state: &State, reading: &mut Reading) -> Option<()> {
    let fix = gps(body, state.east_secs, Form::STANDARD)?;
    reading.place(fix);
    let _ = mast(body, Width::Gsm, false, reading);
    Some(())
}

/// 0x32 and 0x33 in the long form (AZ735): everything with its length.
pub(super) fn az735(frame: &mut Frame<'_>, state: &State, reading: &mut Reading) -> Option<()> {
    let body = &mut frame.body;
    let mut ahead = *body;
    let time = stamp(ahead.six()?, state.east_secs);
    let size = usize::from(ahead.u8()?);
    let mut fix = Fix { time, ..Fix::default() };
    if size > 0 {
        // The location itself has the time in front, as everywhere; here its length stands between.
        let mut joined = [0; 18];
        let (at, place) = joined.split_at_mut(6);
        at.copy_from_slice(body.0.get(..6)?);
        place.copy_from_slice(ahead.0.get(..12)?);
        fix = gps(&mut Take(&joined), state.east_secs, Form::STANDARD)?;
        ahead.skip(12)?;
    }
    *body = ahead;
    if body.peek()? == 0 {
        body.skip(1)?;
    } else {
        counted_mast(body, false, false, reading)?;
        reading.status.signal_pct = signal_pct(body.u8()?);
    }
    neighbours(body, reading)?;
    let status = body.u8()?;
    if frame.kind == 0x33 {
        fix.alarms = match status {
            0xA2 | 0xA3 => crate::Alarms::LOW_BATTERY,
            0xA4 => crate::Alarms::GENERAL,
            0xA5 => crate::Alarms::DOOR,
            _ => crate::Alarms::NONE,
        };
    }
    if size > 0 {
        reading.place(fix);
    } else {
        (reading.status.time, reading.status.alarms) = (fix.time, fix.alarms);
    }
    Some(())
}

/// Further masts of the same network and access points, each list with its length in bytes.
fn neighbours(body: &mut Take<'_>, reading: &mut Reading) -> Option<()> {
    let size = usize::from(body.u8()?);
    let mut masts = Take(body.slice(size)?);
    let home = reading.status.cells.first().copied();
    while let (Some(home), Some(lac), Some(cell), Some(signal)) = (home, masts.u16(), masts.u24(), masts.u8()) {
        if cell > 0 {
            let signal_dbm = Some(-i16::from(signal));
            reading.status.cells.push(Cell { lac: u32::from(lac), cell: u64::from(cell), signal_dbm, ..home });
        }
    }
    let size = usize::from(body.u8()?);
    let mut points = Take(body.slice(size)?);
    while let (Some(mac), Some(signal)) = (points.six(), points.u8()) {
        if mac != [0; 6] {
            reading.status.wifi.push(crate::Wifi { mac, signal_dbm: Some(-i16::from(signal)) });
        }
    }
    Some(())
}

/// 0x70: a packet in pieces, each with its number and length.
pub(super) fn modular(body: &mut Take<'_>, reading: &mut Reading) -> Option<()> {
    let (mut fix, mut satellites, mut alarms) = (None, None, crate::Alarms::NONE);
    while body.len() >= 4 {
        let (what, size) = (body.u16()?, body.u16()?);
        let mut piece = Take(body.slice(usize::from(size).min(body.len()))?);
        match what {
            0x09 => satellites = piece.u8(),
            0x11 => {
                let one = (|| Some((piece.u16()?, piece.u16()?, piece.u16()?, piece.u24()?, piece.u8()?)))();
                if let Some((mcc, mnc, lac, cell, signal)) = one.filter(|one| one.3 > 0) {
                    let signal_dbm = Some(-i16::from(signal));
                    reading.status.cells.push(Cell {
                        mcc,
                        mnc,
                        lac: u32::from(lac),
                        cell: u64::from(cell),
                        signal_dbm,
                    });
                }
            }
            0x33 => fix = modular_place(&mut piece).or(fix),
            0x34 => alarms = alarms.with(piece.u8().map_or(crate::Alarms::NONE, alarm::event)),
            _ => {}
        }
    }
    match fix {
        Some(fix) => reading.place(Fix { alarms, satellites: fix.satellites.or(satellites), ..fix }),
        None => reading.status.alarms = alarms,
    }
    Some(())
}

fn modular_place(piece: &mut Take<'_>) -> Option<Fix> {
    let time = Moment::from_micros(i64::from(piece.u32()?) * 1_000_000);
    let (satellites, height) = (piece.u8()?, piece.i16()?);
    let (lat, lon) = (f64::from(piece.u32()?) / 1_800_000.0, f64::from(piece.u32()?) / 1_800_000.0);
    let (speed, flags) = (piece.u8()?, piece.u16()?);
    Some(Fix {
        time: Some(time),
        lat: if flags & 0x0400 == 0 { -lat } else { lat },
        lon: if flags & 0x0800 == 0 { lon } else { -lon },
        valid: flags & 0x1000 != 0,
        speed_kmh: Some(f64::from(speed)),
        course: Some(f64::from(flags & 0x03FF)),
        altitude_m: Some(f64::from(height)),
        satellites: Some(satellites),
        ..Fix::default()
    })
}
