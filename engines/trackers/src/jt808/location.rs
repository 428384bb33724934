//! Locations.

use super::{EAST, extra};
use crate::bytes::Take;
use crate::clock;
use crate::{Alarms, Cell, Fix, Model, Reading};
use kernel::Moment;

/// `YYMMDDhhmmss` in packed digits, Beijing time.
fn time(body: &mut Take<'_>) -> Option<Moment> {
    let mut two = || body.bcd();
    let (year, month, day, hour, minute, second) = (two()?, two()?, two()?, two()?, two()?, two()?);
    clock::instant(year, month, day, hour, minute, second, EAST)
}

/// The alarm word of table 24; each bit counts, none hides another.
fn alarms(word: u32, model: Model) -> Alarms {
    const BITS: [(u32, Alarms); 18] = [
        (0, Alarms::SOS),
        (1, Alarms::OVERSPEED),
        (2, Alarms::FATIGUE_DRIVING),
        (4, Alarms::FAULT),
        (5, Alarms::ANTENNA_CUT),
        (7, Alarms::LOW_BATTERY),
        (8, Alarms::POWER_OFF),
        (9, Alarms::FAULT),
        (10, Alarms::FAULT),
        (11, Alarms::FAULT),
        (15, Alarms::VIBRATION),
        (16, Alarms::TAMPER),
        (17, Alarms::TAMPER),
        (18, Alarms::LOW_BATTERY),
        (20, Alarms::GEOFENCE),
        (28, Alarms::MOVEMENT),
        (29, Alarms::ACCIDENT),
        (30, Alarms::ACCIDENT),
    ];
    const CUFF: [(u32, Alarms); 3] = [(0, Alarms::REMOVED), (1, Alarms::TAMPER), (4, Alarms::REMOVED)];
    const TAG: [(u32, Alarms); 1] = [(16, Alarms::MOVEMENT)];
    let table: &[_] = match model {
        Model::Cuff => &CUFF,
        Model::Tag => &TAG,
        _ => &BITS,
    };
    let set = |all: Alarms, (bit, one): &(u32, Alarms)| {
        let counts = word >> bit & 1 == 1 && !(model == Model::Vl300 && *bit >= 29);
        if counts { all.with(*one) } else { all }
    };
    table.iter().fold(Alarms::NONE, set)
}

/// Alarms, state, place, height, speed, course, time, and what the maker adds.
pub(super) fn one(mut body: Take<'_>, model: Model, reading: &mut Reading) -> Option<()> {
    let (alarm, status) = (body.u32()?, body.u32()?);
    let (lat, lon) = (f64::from(body.u32()?) / 1e6, f64::from(body.u32()?) / 1e6);
    let (height, speed, course) = (body.i16()?, body.u16()?, body.u16()?);
    let mut clock = Take(body.slice(6)?);
    let mut fix = Fix {
        time: time(&mut clock),
        lat: if status & 4 == 0 { lat } else { -lat },
        lon: if status & 8 == 0 { lon } else { -lon },
        valid: status & 2 != 0,
        speed_kmh: Some(f64::from(speed) / 10.0),
        course: Some(f64::from(course)),
        altitude_m: Some(f64::from(height)),
        alarms: alarms(alarm, model),
        ..Fix::default()
    };
    if status & 1 << 26 != 0 {
        reading.status.charging = Some(true);
    }
    // Twenty bytes are another maker's form: battery, mileage, signal.
    if body.len() != 20 {
        extra::read(&mut body, &mut fix, reading);
    }
    reading.place(fix);
    Some(())
}

/// Many in one message. What is heard of masts is that of the last one.
pub(super) fn several(
    mut body: Take<'_>,
    length: impl Fn(&mut Take<'_>) -> Option<usize>,
    model: Model,
    reading: &mut Reading,
) -> Option<()> {
    while body.len() > 0 {
        let size = length(&mut body)?;
        let item = Take(body.slice(size)?);
        reading.status.cells.clear();
        reading.status.wifi.clear();
        one(item, model, reading)?;
    }
    Some(())
}

/// 0x5501 and 0x5502 (Jointech): day, month, year and UTC; degrees and minutes in packed digits.
pub(super) fn jointech(body: &mut Take<'_>, valid: bool, reading: &mut Reading) -> Option<()> {
    let mut two = || body.bcd();
    let (day, month, year, hour, minute, second) = (two()?, two()?, two()?, two()?, two()?, two()?);
    let lat = f64::from(two()?) + (f64::from(two()?) + f64::from(two()? * 100 + two()?) / 10_000.0) / 60.0;
    let (a, b, c, d) = (two()?, two()?, two()?, two()?);
    let last = body.u8()?;
    let digits = (a * 1_000_000 + b * 10_000 + c * 100 + d) * 10 + u32::from(last >> 4);
    let lon = f64::from(digits / 1_000_000) + f64::from(digits % 1_000_000) / 600_000.0;
    let (speed, course) = (body.bcd()?, body.u8()?);
    let (signal, satellites) = (body.u8()?, body.u8()?);
    let _mileage = body.u32()?;
    let battery = body.u8()?;
    let (cell, lac) = (body.u32()?, body.u16()?);
    let (product, _status, alarm) = (body.u8()?, body.u16()?, body.u16()?);
    let mut fix = Fix {
        time: clock::instant(year, month, day, hour, minute, second, 0),
        lat: if last & 2 == 0 { -lat } else { lat },
        lon: if last & 4 == 0 { -lon } else { lon },
        valid,
        speed_kmh: Some(f64::from(speed) * 1.852),
        course: Some(f64::from(course) * 2.0),
        satellites: Some(satellites),
        battery_pct: Some(battery).filter(|pct| *pct <= 100),
        alarms: product_alarms(product, alarm),
        ..Fix::default()
    };
    reading.status.signal_pct = extra::signal_pct(signal);
    if matches!(battery, 0xAA | 0xAB) {
        reading.status.charging = Some(true);
    }
    let (mut mcc, mut mnc) = (0, 0);
    while body.len() >= 2 {
        let (what, size) = (body.u8()?, body.u8()?);
        let Some(piece) = body.slice(usize::from(size)) else { break };
        let mut piece = Take(piece);
        match (what, size) {
            (0x02, 2) => fix.altitude_m = piece.i16().map(f64::from),
            (0x0A, 3) => (mcc, mnc) = (piece.u16()?, u16::from(piece.u8()?)),
            _ => {}
        }
    }
    if cell > 0 && lac > 0 {
        reading.status.cells.push(Cell { mcc, mnc, lac: u32::from(lac), cell: u64::from(cell), signal_dbm: None });
    }
    reading.place(fix);
    Some(())
}

/// Jointech's alarm bits mean something else for each product.
fn product_alarms(product: u8, word: u16) -> Alarms {
    let table: &[(u32, Alarms)] = match product {
        1 | 2 => &[(0, Alarms::LOW_POWER)],
        3 => &[
            (0, Alarms::OVERSPEED),
            (1, Alarms::LOW_POWER),
            (2, Alarms::VIBRATION),
            (3, Alarms::LOW_BATTERY),
            (5, Alarms::GEOFENCE_ENTER),
            (6, Alarms::GEOFENCE_EXIT),
        ],
        _ => &[],
    };
    table.iter().filter(|(bit, _)| word >> bit & 1 == 1).fold(Alarms::NONE, |all, (_, one)| all.with(*one))
}

/// 0x0900: a maker's own message. 0xFF is a location of one device family; 0xF0 carries motors' readings with a place at their end.
pub(super) fn transparent(body: &mut Take<'_>, reading: &mut Reading) -> Option<()> {
    match body.u8()? {
        0xFF => {
            let mut clock = Take(body.slice(6)?);
            let time = time(&mut clock);
            let mut degrees = || body.u32().map(|n| f64::from(n as i32) / 1e6);
            let (lat, lon) = (degrees()?, degrees()?);
            let (height, speed, course) = (body.i16()?, body.u16()?, body.u16()?);
            reading.place(Fix {
                time,
                lat,
                lon,
                valid: true,
                speed_kmh: Some(f64::from(speed) / 10.0),
                course: Some(f64::from(course)),
                altitude_m: Some(f64::from(height)),
                ..Fix::default()
            });
        }
        0xF0 => {
            let mut clock = Take(body.slice(6)?);
            let time = time(&mut clock);
            body.skip(2)?;
            let alarms = vehicle(body)?;
            match vehicle_place(body, time) {
                Some(fix) => reading.place(Fix { alarms, ..fix }),
                None => (reading.status.time, reading.status.alarms) = (time, alarms),
            }
        }
        _ => {}
    }
    Some(())
}

/// The pieces in front of the place, by their kind; the alarms in them.
fn vehicle(body: &mut Take<'_>) -> Option<Alarms> {
    let mut alarms = Alarms::NONE;
    match body.u8()? {
        0x01 => {
            for _ in 0..body.u8()? {
                body.skip(2)?;
                let size = usize::from(body.u8()?);
                body.skip(size)?;
            }
        }
        0x02 => {
            for _ in 0..body.u16()? {
                body.skip(4)?;
                for _ in 0..body.u16()? {
                    body.skip(8)?;
                    let size = usize::from(body.u16()?);
                    body.skip(size)?;
                }
            }
        }
        0x03 => {
            for _ in 0..body.u8()? {
                let (what, size) = (body.u8()?, usize::from(body.u8()?));
                body.skip(size)?;
                alarms = alarms.with(match what {
                    0x01 => Alarms::POWER_RESTORED,
                    0x02 => Alarms::POWER_CUT,
                    0x1A => Alarms::ACCELERATION,
                    0x1B => Alarms::BRAKING,
                    0x1C => Alarms::CORNERING,
                    0x23 => Alarms::FATIGUE_DRIVING,
                    0x26..=0x28 => Alarms::ACCIDENT,
                    0x31 | 0x32 => Alarms::DOOR,
                    _ => Alarms::NONE,
                });
            }
        }
        _ => body.skip(body.len())?,
    }
    Some(alarms)
}

fn vehicle_place(body: &mut Take<'_>, time: Option<Moment>) -> Option<Fix> {
    let status = body.u32()?;
    let (lat, lon) = (f64::from(body.u32()?) / 1e6, f64::from(body.u32()?) / 1e6);
    Some(Fix {
        time,
        lat: if status & 4 == 0 { lat } else { -lat },
        lon: if status & 8 == 0 { lon } else { -lon },
        valid: status & 2 != 0,
        ..Fix::default()
    })
}
