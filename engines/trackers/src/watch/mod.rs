//! WATCH: `[3G*8800000015*000D*LK,50,100,100]`, spoken by most watches and pendants for the old and the young out of Shenzhen (SeTracker
//! and its clones; makers 3G, SG, CS, ZJ and others).
//!
//! From the makers' "GPS watch communication protocol" (versions of 2014 to 2019 for 3G and SG, the ZJ one with a running number after the
//! device's), and from what Traccar's tests show of real devices. Times are UTC, speeds km/h.

use crate::session::{Cut, State};
use crate::text::{self, Fields};
use crate::{Alarms, Cell, Command, DeviceId, Fix, Model, Reading, Wifi};
use std::io::Write;

/// How a device's frames begin, for commands to it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Habit {
    maker: Option<[u8; 2]>,
    index: Option<[u8; 4]>,
}

/// A `[`, two letters or digits and a `*`: contents never look like that, since devices write a `[` in them as `}` and 2.
fn is_start(bytes: &[u8]) -> bool {
    let form = |at: usize, right: fn(&u8) -> bool| bytes.get(at).is_none_or(right);
    form(0, |b| *b == b'[')
        && form(1, u8::is_ascii_alphanumeric)
        && form(2, u8::is_ascii_alphanumeric)
        && form(3, |b| *b == b'*')
}

pub(crate) fn cut(bytes: &[u8], seen: usize) -> Cut {
    let Some(start) = bytes.iter().position(|&b| b == b'[') else { return Cut::Skip(bytes.len()) };
    if start > 0 {
        return Cut::Skip(start);
    }
    if !is_start(bytes) {
        return Cut::Skip(1);
    }
    let mut from = seen.max(1);
    while let Some(at) = crate::bytes::either(bytes, from, b'[', b']') {
        if bytes.get(at) == Some(&b']') {
            return Cut::Frame { start: 0, end: at + 1, next: at + 1 };
        }
        match bytes.get(at..) {
            Some(inner) if inner.len() < 4 && is_start(inner) => return Cut::Wait { start: 0, seen: at },
            Some(inner) if is_start(inner) => return Cut::Skip(at),
            _ => from = at + 1,
        }
    }
    Cut::Wait { start: 0, seen: bytes.len() }
}

struct Head<'a> {
    maker: [u8; 2],
    id: &'a [u8],
    index: Option<[u8; 4]>,
    content: &'a [u8],
}

/// `[MM*ID*LLLL*content]` or `[MM*ID*NNNN*LLLL*content]`.
fn head(frame: &[u8]) -> Option<Head<'_>> {
    let inside = frame.strip_prefix(b"[")?;
    let inside = inside.strip_suffix(b"]").unwrap_or(inside);
    let (maker, rest) = inside.split_first_chunk::<2>()?;
    let rest = rest.strip_prefix(b"*")?;
    let star = rest.iter().position(|&b| b == b'*')?;
    let (id, rest) = (rest.get(..star)?, rest.get(star + 1..)?);
    let (first, rest) = rest.split_first_chunk::<4>()?;
    let rest = rest.strip_prefix(b"*")?;
    let second = rest.split_first_chunk::<4>().filter(|(length, _)| length.iter().all(u8::is_ascii_hexdigit));
    match second.and_then(|(_, content)| content.strip_prefix(b"*")) {
        Some(content) => Some(Head { maker: *maker, id, index: Some(*first), content }),
        None => Some(Head { maker: *maker, id, index: None, content: rest }),
    }
}

fn write_frame(maker: [u8; 2], id: &[u8], index: Option<[u8; 4]>, content: &[u8], out: &mut Vec<u8>) {
    let hex = |nibble: usize| b"0123456789abcdef".get(nibble & 15).copied().unwrap_or(b'0');
    let n = content.len();
    out.push(b'[');
    out.extend_from_slice(&maker);
    out.push(b'*');
    out.extend_from_slice(id);
    out.push(b'*');
    if let Some(index) = index {
        out.extend_from_slice(&index);
        out.push(b'*');
    }
    out.extend_from_slice(&[hex(n >> 12), hex(n >> 8), hex(n >> 4), hex(n), b'*']);
    out.extend_from_slice(content);
    out.push(b']');
}

pub(crate) fn command(habit: &Habit, device: &DeviceId, command: Command) -> Vec<u8> {
    let mut content = Vec::new();
    // Writing to memory cannot fail.
    let _ = match command {
        Command::LocateNow => write!(content, "CR"),
        Command::Interval(seconds) => write!(content, "UPLOAD,{seconds}"),
    };
    let mut out = Vec::new();
    write_frame(habit.maker.unwrap_or(*b"3G"), device.as_str().as_bytes(), habit.index, &content, &mut out);
    out
}

/// A frame as a device of this number sends it.
pub(crate) fn said(device: &DeviceId, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len() + 32);
    write_frame(*b"3G", device.as_str().as_bytes(), None, content, &mut out);
    out
}

pub(crate) fn read(frame: &[u8], state: &mut State, reading: &mut Reading) -> Result<(), &'static str> {
    let head = head(frame).ok_or("not of the form [MM*number*length*content]")?;
    let device = DeviceId::of(head.id).ok_or("the device's number is empty or too long")?;
    reading.device = state.known(Some(device));
    state.watch = Habit { maker: Some(head.maker), index: head.index };
    let comma = head.content.iter().position(|&b| b == b',').unwrap_or(head.content.len());
    let (kind, rest) = head.content.split_at(comma);
    let values = rest.strip_prefix(b",").unwrap_or(rest);
    let mut answer = |content: &[u8]| write_frame(head.maker, head.id, head.index, content, &mut reading.reply);
    match kind {
        b"LK" => answer(b"LK"),
        b"INIT" => answer(b"INIT,1"),
        b"TKQ" | b"TKQ2" => answer(kind),
        b"JXTK" => answer(b"JXTKR,1"),
        _ if kind.starts_with(b"AL") => answer(b"AL"),
        _ => {}
    }
    reading.login = matches!(kind, b"LK" | b"INIT");
    if kind == b"LK" {
        link(values, reading);
    } else if [&b"UD"[..], b"AL", b"WT"].iter().any(|start| kind.starts_with(start)) {
        located(values, kind.starts_with(b"AL"), state.model, reading)?;
    } else {
        body(kind, values, reading);
    }
    Ok(())
}

/// `LK,steps,tumbles,battery`.
fn link(values: &[u8], reading: &mut Reading) {
    let mut fields = Fields::of(values);
    let steps = fields.next().and_then(text::number);
    let battery = fields.nth(1).and_then(text::number);
    if battery.is_some() {
        (reading.status.steps, reading.status.battery_pct) = (steps, battery);
    }
}

/// What the wearer's body says. A device that could not measure sends 0.
fn body(kind: &[u8], values: &[u8], reading: &mut Reading) {
    let status = &mut reading.status;
    let mut fields = Fields::of(values);
    let mut measured = || fields.next().and_then(text::number::<u16>).filter(|n| *n > 0);
    if kind.eq_ignore_ascii_case(b"heart") || kind.eq_ignore_ascii_case(b"pulse") {
        status.heart_rate = measured();
    } else if kind.eq_ignore_ascii_case(b"bphrt") || kind.eq_ignore_ascii_case(b"blood") {
        (status.systolic, status.diastolic, status.heart_rate) = (measured(), measured(), measured());
    } else if kind.eq_ignore_ascii_case(b"oxygen") {
        // `oxygen,kind,percent`; some send the percent alone.
        let first = measured();
        status.oxygen_pct = measured().or(first).and_then(|n| u8::try_from(n).ok());
    } else if kind.eq_ignore_ascii_case(b"btemp2") {
        // `btemp2,1,36.50`; 0 in front: not measured.
        let on = measured().is_some();
        status.temperature_c = fields.next().and_then(text::decimal).filter(|_| on).map(|t| t as f32);
    }
}

/// The alarms of the status word; more than one bit may be set, and none hides another.
fn alarms(status: u64, model: Model) -> Alarms {
    const BITS: [(u32, Alarms); 12] = [
        (0, Alarms::LOW_BATTERY),
        (1, Alarms::GEOFENCE_EXIT),
        (2, Alarms::GEOFENCE_ENTER),
        (14, Alarms::POWER_CUT),
        (16, Alarms::SOS),
        (17, Alarms::LOW_BATTERY),
        (18, Alarms::GEOFENCE_EXIT),
        (19, Alarms::GEOFENCE_ENTER),
        (20, Alarms::REMOVED),
        (21, Alarms::FALL),
        (22, Alarms::FALL),
        (32, Alarms::NONE),
    ];
    let set = BITS.iter().filter(|(bit, _)| status >> bit & 1 == 1).fold(Alarms::NONE, |all, (_, one)| all.with(*one));
    if model == Model::Pendant { Alarms::from_bits(set.bits() & !Alarms::REMOVED.bits()) } else { set }
}

/// `ddmmyy,hhmmss,A,lat,N,lon,E,km/h,course,height,satellites,signal,battery,steps,tumbles,status,` and what radio it hears.
fn located(values: &[u8], is_alarm: bool, model: Model, reading: &mut Reading) -> Result<(), &'static str> {
    const SHORT: &str = "fields are missing from the location";
    let mut fields = Fields::of(values);
    let mut next = || fields.next().ok_or(SHORT);
    let (date, time, validity) = (next()?, next()?, next()?);
    let (lat, north, lon, east) = (next()?, next()?, next()?, next()?);
    let (speed, course, height, satellites) = (next()?, next()?, next()?, next()?);
    let (signal, battery, steps, _tumbles, word) = (next()?, next()?, next()?, next()?, next()?);

    let word = text::hex(word).ok_or("the status is not a hexadecimal number")?;
    let mut alarms = alarms(word, model);
    if is_alarm && alarms.is_empty() {
        alarms = Alarms::GENERAL;
    }
    let (lat, lon) = (text::decimal(lat), text::decimal(lon));
    let fix = Fix {
        time: text::dmy_hms(date, time),
        lat: text::towards(lat.unwrap_or(0.0), north),
        lon: text::towards(lon.unwrap_or(0.0), east),
        valid: validity == b"A",
        speed_kmh: text::decimal(speed),
        course: text::decimal(course),
        altitude_m: text::decimal(height),
        accuracy_m: None,
        satellites: text::number(satellites),
        battery_pct: text::number(battery).filter(|pct: &u8| *pct <= 100),
        alarms,
    };
    reading.status.steps = text::number(steps);
    reading.status.signal_pct = text::number(signal).filter(|pct: &u8| *pct <= 100);
    if model != Model::Pendant {
        // Bit 3 of the state: the strap is open; bit 20: it has just been opened.
        reading.status.worn = Some(word & (1 << 3 | 1 << 20) == 0);
    }
    reading.place(fix);
    radio(fields, reading);
    if lat.is_none() || lon.is_none() {
        return Err("the coordinates are not numbers");
    }
    Ok(())
}

/// `masts,delay,mcc,mnc,(area,cell,signal)*,points,(name,address,signal)*`. Names of access points hold anything, commas too: the points are
/// found by their address.
fn radio(mut fields: Fields<'_>, reading: &mut Reading) {
    let masts: usize = fields.next().and_then(text::number).unwrap_or(0);
    fields.next();
    if masts > 0 {
        let mcc = fields.next().and_then(text::number);
        let mnc = fields.next().and_then(text::number);
        for _ in 0..masts.min(32) {
            let (Some(area), Some(cell), Some(signal)) = (fields.next(), fields.next(), fields.next()) else { return };
            // Some write both in hexadecimal; then a letter is among them sooner or later.
            let letters = area.iter().chain(cell).any(u8::is_ascii_alphabetic);
            let read = if letters { text::hex } else { text::whole };
            let (Some(mcc), Some(mnc), Some(lac), Some(cell)) = (mcc, mnc, read(area), read(cell)) else { continue };
            let Ok(lac) = u32::try_from(lac) else { continue };
            let signal_dbm = text::signed(signal).and_then(|n| i16::try_from(-n.abs()).ok());
            if lac > 0 || cell > 0 {
                reading.status.cells.push(Cell { mcc, mnc, lac, cell, signal_dbm });
            }
        }
    }
    let mut address = None;
    for field in fields {
        if let Some(mac) = address.take() {
            let signal_dbm = text::signed(field).and_then(|n| i16::try_from(n).ok());
            reading.status.wifi.push(Wifi { mac, signal_dbm });
        }
        address = text::mac(field);
        if reading.status.wifi.len() >= 64 {
            return;
        }
    }
}

#[cfg(test)]
mod tests;
