//! What follows a location: pieces with a number and a length. The standard names few; makers use the rest as they please, and where two
//! contradict each other the length tells them apart.

use crate::bytes::Take;
use crate::text;
use crate::{Alarms, Cell, Fix, Reading, Wifi};

/// Modem steps 0 to 31, as percent.
pub(super) fn signal_pct(step: u8) -> Option<u8> {
    (step <= 31).then_some((u16::from(step) * 100 / 31) as u8)
}

fn pct(value: Option<u8>) -> Option<u8> {
    value.filter(|pct| *pct <= 100)
}

pub(super) fn read(body: &mut Take<'_>, fix: &mut Fix, reading: &mut Reading) -> Option<()> {
    while body.len() >= 2 {
        let (what, size) = (body.u8()?, body.u8()?);
        // A piece that goes beyond the end is read as far as it goes: some makers count wrongly in the last one.
        let mut piece = Take(body.slice(usize::from(size).min(body.len()))?);
        if what == 0x80 {
            // The rest of the message, in pieces of the same form.
            piece = Take(body.slice(body.len())?);
            motors(&mut piece, fix);
            return Some(());
        }
        let _ = one(what, size, &mut piece, fix, reading);
    }
    Some(())
}

fn one(what: u8, size: u8, piece: &mut Take<'_>, fix: &mut Fix, reading: &mut Reading) -> Option<()> {
    match (what, size) {
        (0x30, _) => reading.status.signal_pct = signal_pct(piece.u8()?),
        (0x31, _) => fix.satellites = piece.u8(),
        (0x56, _) => fix.battery_pct = pct(piece.u8()?.checked_mul(10)),
        (0x57, _) => {
            let word = piece.u16()?;
            for (bit, one) in [(8, Alarms::ACCELERATION), (9, Alarms::BRAKING), (10, Alarms::CORNERING)] {
                if word >> bit & 1 == 1 {
                    fix.alarms = fix.alarms.with(one);
                }
            }
        }
        (0x68, 2) => fix.battery_pct = pct(u8::try_from(piece.u16()? / 100).ok()),
        (0x70, _) => {
            piece.skip(5)?;
            fix.alarms = fix.alarms.with(match piece.u8()? {
                0x01 => Alarms::ACCELERATION,
                0x02 => Alarms::BRAKING,
                0x03 => Alarms::CORNERING,
                0x16 => Alarms::ACCIDENT,
                _ => Alarms::NONE,
            });
        }
        (0xD0, 4) if piece.u32()? & 8 != 0 => fix.alarms = fix.alarms.with(Alarms::VIBRATION),
        (0xD4 | 0xE1 | 0xFE, 1) => fix.battery_pct = pct(piece.u8()),
        (0xE1, 12) => mast_12(piece, reading)?,
        (0xE3, 4) => fix.battery_pct = pct(piece.0.get(1).copied()),
        (0xE4, _) => {
            if piece.u8()? == 0 {
                reading.status.charging = Some(true);
            }
            fix.battery_pct = pct(piece.u8());
        }
        (0xEB, _) => radio(piece, fix, reading)?,
        (0xEC | 0xF4, _) if size.is_multiple_of(7) => points(piece, reading),
        (0xEE, 6) => fix.satellites = piece.0.last().copied(),
        (0xF0, 13) => mast_13(piece, reading)?,
        (0xF7, 5..) => {
            piece.skip(4)?;
            if matches!(piece.u8()?, 2 | 3) {
                reading.status.charging = Some(true);
            }
            fix.battery_pct = pct(piece.u8());
        }
        (0xFE, 3..) if piece.u8()? == 0x7C => marked(piece, fix)?,
        _ => {}
    }
    Some(())
}

/// Address and signal, seven bytes each.
fn points(piece: &mut Take<'_>, reading: &mut Reading) {
    while let (Some(mac), Some(signal)) = (piece.six(), piece.u8()) {
        reading.status.wifi.push(Wifi { mac, signal_dbm: Some(i16::from(signal as i8)) });
    }
}

fn mast_12(piece: &mut Take<'_>, reading: &mut Reading) -> Option<()> {
    let (mcc, mnc, lac, cell) = (piece.u16()?, piece.u16()?, piece.u24()?, u64::from(piece.u32()?));
    reading.status.cells.push(Cell { mcc, mnc, lac, cell, signal_dbm: None });
    Some(())
}

fn mast_13(piece: &mut Take<'_>, reading: &mut Reading) -> Option<()> {
    let (mcc, mnc, cell, lac, signal) =
        (piece.u16()?, piece.u16()?, u64::from(piece.u32()?), piece.u32()?, piece.u8()?);
    reading.status.cells.push(Cell { mcc, mnc, lac, cell, signal_dbm: Some(-i16::from(signal)) });
    Some(())
}

/// 0xEB: masts of one network behind its numbers, or pieces with a length and a number of two bytes each.
fn radio(piece: &mut Take<'_>, fix: &mut Fix, reading: &mut Reading) -> Option<()> {
    if piece.0.first_chunk::<2>().is_some_and(|first| u16::from_be_bytes(*first) > 200) {
        let (mcc, mnc) = (piece.u16()?, u16::from(piece.u8()?));
        while let (Some(lac), Some(cell), Some(signal)) = (piece.u16(), piece.u16(), piece.u8()) {
            if lac > 0 || cell > 0 {
                let (lac, cell, signal_dbm) = (u32::from(lac), u64::from(cell), Some(-i16::from(signal)));
                reading.status.cells.push(Cell { mcc, mnc, lac, cell, signal_dbm });
            }
        }
        return Some(());
    }
    while piece.len() >= 4 {
        let size = usize::from(piece.u16()?);
        let mut inner = Take(piece.slice(size.min(piece.len()))?);
        let _ = inner_piece(&mut inner, fix, reading);
    }
    Some(())
}

fn inner_piece(inner: &mut Take<'_>, fix: &mut Fix, reading: &mut Reading) -> Option<()> {
    match inner.u16()? {
        0x0089 => {
            // Bits are low when something is the matter.
            let word = inner.u32()?;
            for (bit, one) in [(0, Alarms::POWER_OFF), (12, Alarms::REMOVED)] {
                if word >> bit & 1 == 0 {
                    fix.alarms = fix.alarms.with(one);
                }
            }
        }
        0x00A8 | 0x00E1 => fix.battery_pct = pct(inner.u8()),
        0x00B9 => {
            inner.skip(1)?;
            let mut fields = text::Fields::of(inner.0);
            while let (Some(mac), Some(signal)) = (fields.next(), fields.next()) {
                if let Some(mac) = text::mac(mac) {
                    let signal_dbm = text::signed(signal).and_then(|n| i16::try_from(n).ok());
                    reading.status.wifi.push(Wifi { mac, signal_dbm });
                }
            }
        }
        0x00C6 if matches!(inner.u8()?, 3 | 4) => fix.alarms = fix.alarms.with(Alarms::LOW_BATTERY),
        0x00D8 => {
            let (mcc, mnc, lac, cell) =
                (inner.u16()?, u16::from(inner.u8()?), u32::from(inner.u16()?), u64::from(inner.u32()?));
            reading.status.cells.push(Cell { mcc, mnc, lac, cell, signal_dbm: None });
        }
        _ => {}
    }
    Some(())
}

/// 0xFE with the mark 7C: alarms of driving, then the battery.
fn marked(piece: &mut Take<'_>, fix: &mut Fix) -> Option<()> {
    const BITS: [Alarms; 5] =
        [Alarms::ACCELERATION, Alarms::BRAKING, Alarms::CORNERING, Alarms::ACCIDENT, Alarms::TAMPER];
    while piece.len() >= 2 {
        let (what, size) = (piece.u8()?, piece.u8()?);
        let mut inner = Take(piece.slice(usize::from(size))?);
        if what == 0x01 {
            let word = inner.u32()?;
            let set = BITS.iter().enumerate().filter(|(bit, _)| word >> bit & 1 == 1);
            fix.alarms = set.fold(fix.alarms, |all, (_, one)| all.with(*one));
        }
    }
    Some(())
}

/// 0x80: readings of motors; the battery is among them.
fn motors(piece: &mut Take<'_>, fix: &mut Fix) -> Option<()> {
    piece.skip(1)?;
    while piece.len() >= 2 {
        let (what, size) = (piece.u8()?, piece.u8()?);
        let inner = piece.slice(usize::from(size))?;
        if what == 0x56 {
            fix.battery_pct = pct(inner.get(1).copied());
        }
    }
    Some(())
}
