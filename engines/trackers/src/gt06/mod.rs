//! GT06: binary frames `78 78 len kind … serial crc 0D 0A`, `79 79` with a length of two bytes (Concox, Jimi and their clones).
//!
//! From Concox "GT06 GPS Tracker Communication Protocol" v1.8.1 and the Jimi documents of the GK310 (0xA0–0xA7), JM-LL301, VL103, JC400 and
//! AZ735 families; packets that only clones send as Traccar's tests show them. Times are UTC unless the login says otherwise, speeds km/h.

mod alarm;
mod cut;
mod place;
mod radio;
mod rare;

use crate::bytes::{self, Take};
use crate::clock::{self, Wall};
use crate::session::State;
use crate::text;
use crate::{Command, Fix, Model, Reading};
use kernel::Moment;

pub(crate) use cut::cut;

const SHORT: &str = "the frame ends before what its kind promises";

/// One frame taken apart.
struct Frame<'a> {
    extended: bool,
    /// The length byte as it stands, which tells some clones from others.
    length: u16,
    kind: u8,
    body: Take<'a>,
    serial: [u8; 2],
}

/// `78 78 len kind body serial crc 0D 0A`; the end may be missing.
fn open(mut take: Take<'_>) -> Option<Frame<'_>> {
    let extended = take.u16()? == 0x7979;
    let length = if extended { take.u16()? } else { u16::from(take.u8()?) };
    let kind = take.u8()?;
    let rest = take.0.strip_suffix(b"\r\n").or_else(|| take.0.strip_suffix(b"\r")).unwrap_or(take.0);
    let (body, tail) = rest.split_at_checked(rest.len().checked_sub(4)?)?;
    let (serial, _crc) = tail.split_first_chunk::<2>()?;
    // A few clones send locations without serial and CRC.
    let body = if place::has_gps(kind) && body.len() < 18 && rest.len() >= 18 { rest } else { body };
    Some(Frame { extended, length, kind, body: Take(body), serial: *serial })
}

/// `7878` or `7979`, length, kind, content, serial, CRC, end.
pub(crate) fn seal(extended: bool, kind: u8, content: &[u8], serial: [u8; 2], out: &mut Vec<u8>) {
    let length = content.len() + 5;
    let from = out.len() + 2;
    if extended {
        out.extend_from_slice(&[0x79, 0x79]);
        out.extend_from_slice(&(length as u16).to_be_bytes());
    } else {
        out.extend_from_slice(&[0x78, 0x78, length as u8]);
    }
    out.push(kind);
    out.extend_from_slice(content);
    out.extend_from_slice(&serial);
    let crc = bytes::x25(out.get(from..).unwrap_or_default());
    out.extend_from_slice(&crc.to_be_bytes());
    out.extend_from_slice(b"\r\n");
}

/// An order in words, as the Jimi and Concox devices take it (packet 0x80).
pub(crate) fn command(command: Command) -> Vec<u8> {
    let order = match command {
        Command::LocateNow => "WHERE#".to_owned(),
        Command::Interval(seconds) => format!("TIMER,{seconds}#"),
    };
    let mut content = vec![(order.len() + 4) as u8, 0, 0, 0, 0];
    content.extend_from_slice(order.as_bytes());
    content.extend_from_slice(&[0, 2]);
    let mut out = Vec::new();
    seal(false, 0x80, &content, [0, 1], &mut out);
    out
}

pub(crate) fn read(frame: Take<'_>, now: Moment, state: &mut State, reading: &mut Reading) -> Result<(), &'static str> {
    if radio::is_unsealed(frame.0) {
        reading.device = state.known(None);
        return radio::unsealed(frame, state, reading).ok_or(SHORT);
    }
    let mut frame = open(frame).ok_or("too short for a frame")?;
    if frame.kind == 0x01 {
        return login(&mut frame, state, reading);
    }
    reading.device = state.known(None);
    if !frame.extended && frame.length == 5 && place::has_gps(frame.kind) {
        return Err(SHORT);
    }
    match content(&mut frame, now, state, reading) {
        Answer::Short => seal(false, frame.kind, &[], frame.serial, &mut reading.reply),
        Answer::Alike => seal(frame.extended, frame.kind, &[], frame.serial, &mut reading.reply),
        Answer::None => {}
        Answer::TooShort => return Err(SHORT),
    }
    Ok(())
}

/// How a frame is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    None,
    /// In the short form, whatever form the frame has.
    Short,
    /// In the form of the frame.
    Alike,
    TooShort,
}

impl Answer {
    fn if_read(read: Option<()>, answer: Self) -> Self {
        if read.is_some() { answer } else { Self::TooShort }
    }
}

fn login(frame: &mut Frame<'_>, state: &mut State, reading: &mut Reading) -> Result<(), &'static str> {
    let device = frame.body.slice(8).and_then(radio::imei).ok_or(SHORT)?;
    // Kind of device, then half-hours of the clock: hours × 100 + minutes in twelve bits, west in bit 3.
    let _kind = frame.body.u16();
    state.east_secs = frame.body.u16().map_or(0, |bits| {
        let (hours, minutes) = (i32::from(bits >> 4) / 100, i32::from(bits >> 4) % 100);
        let secs = (hours * 60 + minutes) * 60;
        if hours > 14 {
            0
        } else if bits & 8 == 0 {
            secs
        } else {
            -secs
        }
    });
    reading.device = state.known(Some(device));
    reading.login = true;
    seal(false, 0x01, &[], frame.serial, &mut reading.reply);
    Ok(())
}

/// Reads what the frame says into `reading`; how to acknowledge it.
fn content(frame: &mut Frame<'_>, now: Moment, state: &State, reading: &mut Reading) -> Answer {
    let rfid = frame.kind == 0x17 && frame.length == 0x28;
    let lw = frame.kind == 0xA2 && frame.length == 0x40;
    let sr411 = frame.kind == 0x24 && frame.length == 0x2E;
    match (frame.kind, frame.extended) {
        (0x23, _) => Answer::if_read(heartbeat(&mut frame.body, reading), Answer::Short),
        (0x2A, _) => {
            // Somebody asks what is there: no street names over this line.
            seal(true, 0x97, b"\x0b\0\0\0\0NA&&NA&&0##", [0, 0], &mut reading.reply);
            Answer::None
        }
        (0x8A, _) => {
            let w = Wall::at(now, 0);
            let content = [w.short_year(), w.month, w.day, w.hour, w.minute, w.second];
            seal(false, 0x8A, &content, [0, 0], &mut reading.reply);
            Answer::None
        }
        (0x34, false) if frame.length != 0x37 => Answer::if_read(x1(&mut frame.body, state, reading), Answer::None),
        // Pictures are neither asked for nor kept.
        (0x35, false) | (0x36, true) => Answer::None,
        (0x13, _) if frame.body.len() == 16 => Answer::if_read(asset_status(&mut frame.body, reading), Answer::Short),
        (0x94, _) => {
            information(frame, state, reading);
            Answer::None
        }
        (0x95, _) => Answer::if_read(alarm::jc100(frame.body, frame.length, state, reading), Answer::Short),
        (0x8C, _) => {
            reading.status.time = frame.body.six().and_then(|six| place::stamp(six, state.east_secs));
            Answer::None
        }
        (0x9B | 0x80..=0x82, _) => Answer::None,
        (0x15, _) => Answer::Short,
        (0x21, _) => {
            answer_in_words(frame.body, reading);
            Answer::Short
        }
        (0x24, false) if sr411 => Answer::if_read(rare::sr411(&mut frame.body, state, reading), Answer::None),
        (0x32 | 0x33, true) => Answer::if_read(rare::az735(frame, state, reading), Answer::Alike),
        (0x70, true) => Answer::if_read(rare::modular(&mut frame.body, reading), Answer::Short),
        (0x41, true) => Answer::Alike,
        (0xF1 | 0xF2, _) => Answer::if_read(device_status(frame, reading), Answer::Short),
        (0xF3, _) => Answer::if_read(radio::points_only(&mut frame.body, state, reading), Answer::None),
        (0x38, _) => Answer::if_read(rare::with_cell_kind(&mut frame.body, state, reading), Answer::None),
        (0x61, _) => Answer::if_read(rare::i_button(&mut frame.body, state, reading), Answer::Short),
        (0xA2, _) if !lw => Answer::if_read(radio::masts(frame, state, reading), Answer::Short),
        (0x18 | 0x24 | 0x28 | 0x2C | 0x2E | 0xA1 | 0xA9, _) | (0x33 | 0x34, false) => {
            Answer::if_read(radio::masts(frame, state, reading), Answer::Short)
        }
        // Lists of masts under a number that elsewhere is a status.
        (0x19, _) if frame.length >= 0x17 => Answer::None,
        (kind, _) if place::is_located(kind) || rfid || lw => {
            Answer::if_read(place::located(frame, state, reading), Answer::Short)
        }
        (_, false) => Answer::Short,
        (_, true) => Answer::None,
    }
}

/// 0x23: state, voltage, signal.
fn heartbeat(body: &mut Take<'_>, reading: &mut Reading) -> Option<()> {
    let status = body.u8()?;
    reading.status.charging = Some(status & 4 != 0);
    let _volts = body.u16();
    reading.status.signal_pct = body.u8().and_then(place::signal_pct);
    Some(())
}

/// 0x34 of X1: location with mileage, mast and inputs.
fn x1(body: &mut Take<'_>, state: &State, reading: &mut Reading) -> Option<()> {
    body.skip(4)?;
    let fix = place::gps(body, state.east_secs, place::Form::STANDARD)?;
    let mast = (|| {
        body.skip(6)?;
        let (mcc, mnc, lac, cell) =
            (body.u16()?, u16::from(body.u8()?), u32::from(body.u16()?), u64::from(body.u32()?));
        Some(crate::Cell { mcc, mnc, lac, cell, signal_dbm: None })
    })();
    reading.status.cells.extend(mast.filter(|m| m.cell > 0));
    reading.place(fix);
    Some(())
}

/// 0x13 of asset tags with sixteen bytes: satellites, alarm, battery in percent, temperature.
fn asset_status(body: &mut Take<'_>, reading: &mut Reading) -> Option<()> {
    body.skip(5)?;
    reading.status.battery_pct = body.u8().filter(|pct| *pct <= 100);
    body.skip(8)?;
    let value = body.u16()?;
    let degrees = f32::from(value & 0x7FFF) / 10.0;
    reading.status.temperature_c = Some(if value & 0x8000 == 0 { -degrees } else { degrees });
    Some(())
}

/// 0x94: supply, doors, numbers of the card. The IMEI of a device that has not logged in is taken from it.
fn information(frame: &mut Frame<'_>, state: &State, reading: &mut Reading) -> Option<()> {
    if !frame.extended {
        return None;
    }
    match frame.body.u8()? {
        // Doors, with the time in front in newer ones.
        0x05 if frame.body.len() >= 7 => reading.status.time = place::stamp(frame.body.six()?, state.east_secs),
        0x0A if reading.device.is_none() => reading.device = frame.body.slice(8).and_then(radio::imei),
        _ => {}
    }
    Some(())
}

/// 0xF1, 0xF2: the device's state in pieces of its own.
fn device_status(frame: &mut Frame<'_>, reading: &mut Reading) -> Option<()> {
    let body = &mut frame.body;
    reading.status.time = Some(Moment::from_micros(i64::from(body.u32()?) * 1_000_000));
    while frame.kind == 0xF1 && body.len() >= 3 {
        let (what, length) = (body.u16()?, body.u8()?);
        let mut piece = Take(body.slice(usize::from(length))?);
        if what == 0x0007 {
            reading.status.charging = piece.u8().map(|b| b > 0);
        }
    }
    Some(())
}

/// 0x21: an answer in words; that to WHERE# is a place:
/// `Current position!Lat:N54.739332,Lon:E25.273270,Course:126.53,Speed:0.0000,DateTime:2017-05-26 10:27:47`.
fn answer_in_words(mut body: Take<'_>, reading: &mut Reading) -> Option<()> {
    body.skip(5)?;
    let words = body.0.strip_prefix(b"Current position!")?;
    let mut fix = Fix { valid: true, ..Fix::default() };
    for field in text::Fields::of(words) {
        let colon = field.iter().position(|&b| b == b':')?;
        let (name, value) = (field.get(..colon)?, field.get(colon + 1..)?);
        match name {
            b"Lat" | b"Lon" => {
                let (side, number) = value.split_at_checked(1)?;
                let degrees = text::towards(text::decimal(number)?, side);
                if name == b"Lat" { fix.lat = degrees } else { fix.lon = degrees }
            }
            b"Course" => fix.course = text::decimal(value),
            b"Speed" => fix.speed_kmh = text::decimal(value),
            b"DateTime" => {
                let part = |at: usize| text::number::<u32>(value.get(at..at + 2)?);
                let year = text::number::<u32>(value.get(..4)?)?;
                // One blank or two between date and hour.
                let hour = value.len().checked_sub(8)?;
                fix.time = clock::instant(year, part(5)?, part(8)?, part(hour)?, part(hour + 3)?, part(hour + 6)?, 0);
            }
            _ => {}
        }
    }
    reading.place(fix);
    Some(())
}

/// Whether the supply voltage stands where others send the battery.
fn sends_volts(model: Model, kind: u8) -> bool {
    model == Model::R11 && kind == 0x13
}

#[cfg(test)]
mod tests;
