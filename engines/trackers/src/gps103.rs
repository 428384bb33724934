//! GPS103: `imei:359586015829802,help me,0809231429,13554900601,F,062947.294,A,2234.4026,N,11354.3277,E,0.00,;`
//!
//! From Coban's "GPS103 protocol" and its clones (TK102, TK103-2, GPS303, GPS403), the form with `*` at its end from Traccar's tests. The
//! clock on the device is a local one; the UTC hour in the same message tells how far it is off. Speeds are knots, those of the `*` form km/h.

use crate::clock;
use crate::session::{Cut, LONGEST_FRAME, State};
use crate::text::{self, Fields};
use crate::{Alarms, Cell, Command, DeviceId, Fix, Reading};
use kernel::Moment;
use std::io::Write;

fn is_end(b: u8) -> bool {
    matches!(b, b';' | b'\r' | b'\n')
}

/// Whether a line is one of this protocol: `##,imei:…`, `imei:…`, or the bare number as a heartbeat. Where it begins in what came.
fn begins(line: &[u8]) -> Option<usize> {
    let imei = line.windows(5).position(|five| five == b"imei:");
    match imei {
        Some(at) => {
            let before = line.get(..at)?;
            let digits = before.iter().rev().take_while(|b| b.is_ascii_digit()).count();
            // `359769031878322imei:359769031878322,…` and `##,imei:…` belong together.
            Some(if before.ends_with(b"##,") { at - 3 } else { at - digits })
        }
        None => ((10..=20).contains(&line.len()) && line.iter().all(u8::is_ascii_digit)).then_some(0),
    }
}

pub(crate) fn cut(input: &[u8], seen: usize) -> Cut {
    let Some(start) = input.iter().position(|&b| !is_end(b)) else { return Cut::Skip(input.len()) };
    if start > 0 {
        return Cut::Skip(start);
    }
    // Lines have no beginning of their own: of one without an end the last bytes are kept.
    const LONGEST: usize = LONGEST_FRAME - 1;
    let Some(end) = input.iter().skip(seen).position(|&b| is_end(b)).map(|at| at + seen) else {
        return if input.len() > LONGEST {
            Cut::Skip(input.len() - LONGEST)
        } else {
            Cut::Wait { start: 0, seen: input.len() }
        };
    };
    let from = end.saturating_sub(LONGEST);
    match input.get(from..end).and_then(begins) {
        Some(start) => Cut::Frame { start: from + start, end, next: end + 1 },
        None => Cut::Skip(end + 1),
    }
}

fn alarm(word: &[u8]) -> Alarms {
    match word {
        b"help me" => Alarms::SOS,
        b"low battery" => Alarms::LOW_BATTERY,
        b"stockade" => Alarms::GEOFENCE,
        b"move" => Alarms::MOVEMENT,
        b"speed" => Alarms::OVERSPEED,
        b"door alarm" => Alarms::DOOR,
        b"ac alarm" => Alarms::POWER_CUT,
        b"accident alarm" => Alarms::ACCIDENT,
        b"sensor alarm" => Alarms::VIBRATION,
        b"bonnet alarm" | b"footbrake alarm" => Alarms::GENERAL,
        b"DTC" => Alarms::FAULT,
        _ if word.starts_with(b"T:") => Alarms::TEMPERATURE,
        _ if word.starts_with(b"oil") => Alarms::GENERAL,
        _ => Alarms::NONE,
    }
}

pub(crate) fn read(frame: &[u8], state: &mut State, reading: &mut Reading) -> Result<(), &'static str> {
    let mut line = frame.trim_ascii();
    while let Some(shorter) = line.strip_suffix(b";") {
        line = shorter;
    }
    if line.first().is_some_and(u8::is_ascii_digit) {
        reading.reply.extend_from_slice(b"ON");
        let Some(at) = line.windows(5).position(|five| five == b"imei:") else {
            reading.device = state.known(DeviceId::of(line));
            reading.login = true;
            return Ok(());
        };
        line = line.get(at..).unwrap_or_default();
    }
    let at = line.windows(5).position(|five| five == b"imei:").ok_or("no imei: in it")?;
    let mut fields = Fields::of(line.get(at + 5..).unwrap_or_default());
    let imei = fields.next().unwrap_or_default();
    let device = DeviceId::of(imei).ok_or("the device's number is empty or too long")?;
    reading.device = state.known(Some(device));
    if line.len() <= 29 {
        reading.reply.clear();
        reading.reply.extend_from_slice(b"LOAD");
        reading.login = true;
        return Ok(());
    }
    if line.ends_with(b"*") {
        return starred(fields, reading).ok_or("fields are missing");
    }
    let word = fields.next().unwrap_or_default();
    let alarms = alarm(word);
    if word == b"help me" {
        reading.reply.clear();
        reading.reply.extend_from_slice(b"**,imei:");
        reading.reply.extend_from_slice(imei);
        reading.reply.extend_from_slice(b",E;");
    }
    reading.status.alarms = alarms;
    // Pieces of pictures and readings of motors are nobody's whereabouts.
    if word.starts_with(b"vr") || word == b"OBD" {
        return Ok(());
    }
    let (date, _phone) = (fields.next().unwrap_or_default(), fields.next());
    match fields.next() {
        Some(b"F") => {
            reading.status.alarms = Alarms::NONE;
            located(fields, date, alarms, reading).ok_or("the place cannot be read")
        }
        Some(b"L") => {
            let mut hex = |skip: usize| fields.nth(skip).and_then(text::hex);
            if let (Some(lac), Some(cell)) = (hex(2), hex(1))
                && let Ok(lac) = u32::try_from(lac)
                && lac > 0
            {
                // Country and network are not told.
                reading.status.cells.push(Cell { mcc: 0, mnc: 0, lac, cell, signal_dbm: None });
            }
            Ok(())
        }
        _ => Err("neither F (satellites) nor L (masts)"),
    }
}

/// Digits of a date in any of the ways it is written: `0809231429`, `201223064947`, `13/02/27 23:40`.
fn local(date: &[u8]) -> Option<[u32; 5]> {
    let mut digits = [0_u8; 12];
    let mut count = 0;
    for b in date.iter().filter(|b| !matches!(b, b'/' | b':' | b' ')) {
        *digits.get_mut(count)? = *b;
        count += 1;
    }
    let two = |at: usize| text::number::<u32>(digits.get(at..at + 2)?);
    if count == 10 || count == 12 { Some([two(0)?, two(2)?, two(4)?, two(6)?, two(8)?]) } else { None }
}

/// The local date and the UTC hour together give the instant; without a UTC hour the local one has to do.
fn instant(date: &[u8], utc: &[u8]) -> Option<Moment> {
    let [year, month, day, hour, minute] = local(date)?;
    let whole = utc.split(|&b| b == b'.').next().filter(|digits| digits.len() == 6);
    let Some((utc_hour, utc_minute, second)) = whole.and_then(text::three) else {
        return clock::instant(year, month, day, hour, minute, 0, 0);
    };
    let ahead = (hour as i32 - utc_hour as i32) * 60 + minute as i32 - utc_minute as i32;
    let ahead = match ahead {
        ..=-720 => ahead + 1_440,
        721.. => ahead - 1_440,
        _ => ahead,
    };
    clock::instant(year, month, day, hour, minute, second, ahead * 60)
}

fn side<'a>(field: &'a [u8], sides: &[u8; 2]) -> Option<&'a [u8]> {
    matches!(field, [one] if sides.contains(one)).then_some(field)
}

/// `hhmmss.sss,A,ddmm.mmmm,N,dddmm.mmmm,E,knots,course,height,…`; some have the side in front of its number, some leave it out.
fn located(mut fields: Fields<'_>, date: &[u8], alarms: Alarms, reading: &mut Reading) -> Option<()> {
    let (utc, validity) = (fields.next()?, fields.next()?);
    let mut coordinate = |sides: &[u8; 2]| {
        let first = fields.next()?;
        if let Some(before) = side(first, sides) {
            return Some(text::towards(text::minutes(fields.next()?)?, before));
        }
        let value = text::minutes(first)?;
        let mut ahead = fields.clone();
        let behind = ahead.next();
        if let Some(behind) = behind.filter(|b| b.is_empty() || side(b, sides).is_some()) {
            fields = ahead;
            return Some(text::towards(value, behind));
        }
        Some(value)
    };
    let (lat, lon) = (coordinate(b"NS")?, coordinate(b"EW")?);
    let mut number = || fields.next().and_then(text::decimal);
    let (speed, course, height) = (number(), number(), number());
    reading.place(Fix {
        time: instant(date, utc),
        lat,
        lon,
        valid: validity == b"A",
        speed_kmh: speed.map(|knots| knots * 1.852),
        course: course.filter(|degrees| *degrees <= 360.0),
        altitude_m: height,
        alarms,
        ..Fix::default()
    });
    Some(())
}

/// `name,event,sensor,volts,hhmmss,ddmmyy,signal,status,lat,lon,km/h,course,height,hdop,satellites,ignition,charging,error*`.
fn starred(mut fields: Fields<'_>, reading: &mut Reading) -> Option<()> {
    let mut next = || fields.next();
    let (_name, _event, _sensor, _volts) = (next()?, next()?, next()?, next()?);
    let (time, date, signal, status) = (next()?, next()?, next()?, next()?);
    let (lat, lon) = (next().and_then(text::decimal)?, next().and_then(text::decimal)?);
    let (speed, course, height) = (next()?, next()?, next()?);
    let (_hdop, satellites, _ignition, charging) = (next()?, next()?, next()?, next()?);
    reading.status.charging = Some(charging == b"1");
    reading.status.signal_pct = text::number(signal).filter(|n: &u8| *n <= 31).map(|n| (u16::from(n) * 100 / 31) as u8);
    reading.place(Fix {
        time: text::dmy_hms(date, time),
        lat,
        lon,
        valid: text::whole(status).is_some_and(|n| n > 0),
        speed_kmh: text::decimal(speed),
        course: text::decimal(course),
        altitude_m: text::decimal(height),
        satellites: text::number(satellites),
        ..Fix::default()
    });
    Some(())
}

/// `**,imei:…,B` once; `**,imei:…,C,20s` every so often, in seconds, minutes or hours of two digits.
pub(crate) fn command(device: &DeviceId, command: Command) -> Vec<u8> {
    let mut out = Vec::new();
    // Writing to memory cannot fail.
    let _ = match command {
        Command::LocateNow => write!(out, "**,imei:{},B", device.as_str()),
        Command::Interval(seconds) => {
            let (amount, unit) = match seconds {
                ..100 => (seconds.max(1), 's'),
                100..6_000 => (seconds.div_ceil(60), 'm'),
                _ => (seconds.div_ceil(3_600).min(99), 'h'),
            };
            write!(out, "**,imei:{},C,{amount:02}{unit}", device.as_str())
        }
    };
    out
}

#[cfg(test)]
mod tests;
