//! JT/T 808: `7E kind attributes phone serial body check 7E`, the terminal protocol of the Ministry of Transport, which many pendants and asset
//! tags speak too.
//!
//! From JT/T 808-2013 and JT/T 808-2019 (the header with a version and a phone number of ten bytes), with the additions of makers as Traccar's
//! tests show them: locations 0x5501 and 0x5502 (Jointech), batches 0x0210, frames between E7, texts in brackets. Times are Beijing's, UTC
//! for Jointech's; speeds 0.1 km/h.
//!
//! Texts in these messages (number plates, messages, in GBK) say nothing about where somebody is: they are passed over unread.

mod cut;
mod extra;
mod location;

use crate::bytes::{self, Take};
use crate::clock::Wall;
use crate::session::State;
use crate::{Command, DeviceId, Reading};
use kernel::Moment;

pub(crate) use cut::{cut, is_one_frame};

const SHORT: &str = "the frame ends before what its kind promises";

/// Beijing is eight hours ahead.
const EAST: i32 = 8 * 3_600;

/// What a frame says before its body.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Head {
    pub delimiter: u8,
    pub kind: u16,
    pub attributes: u16,
    /// The 2019 edition's number of the edition; `None` in frames of 2013.
    pub version: Option<u8>,
    pub phone: [u8; 10],
    pub phone_length: usize,
    pub serial: u16,
    /// Number of parts and which one this is, from 1.
    pub part: Option<(u16, u16)>,
}

impl Head {
    fn phone(&self) -> &[u8] {
        self.phone.get(..self.phone_length).unwrap_or_default()
    }
}

/// A message that comes in parts, as far as it has come.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parts {
    kind: u16,
    count: u16,
    come: u16,
    body: Vec<u8>,
}

/// Bytes of a message in parts that are kept at most.
const LONGEST: usize = 8_192;

/// Header and body of a frame without its delimiters and its checksum.
fn open(delimiter: u8, inside: &[u8]) -> Option<(Head, Take<'_>)> {
    let length = inside.len();
    let mut take = Take(inside);
    let (kind, attributes) = (take.u16()?, take.u16()?);
    let jointech = matches!(kind, 0x5501 | 0x5502);
    let declared = usize::from(attributes & 0x3FF);
    // Some devices of 2013 set the bit that in 2019 came to mean the edition: the length decides.
    let fits = |header: usize| header + declared == length;
    let serial_length = if jointech { 1 } else { 2 };
    let edition = attributes & 0x4000 != 0 && !jointech && (fits(17) || fits(21));
    let version = if edition { Some(take.u8()?) } else { None };
    let phone_length = match (edition, delimiter) {
        (true, _) => 10,
        (false, 0xE7) => 7,
        (false, _) => 6,
    };
    let mut phone = [0; 10];
    phone.get_mut(..phone_length)?.copy_from_slice(take.slice(phone_length)?);
    let serial = if jointech { u16::from(take.u8()?) } else { take.u16()? };
    let header = 4 + usize::from(edition) + phone_length + serial_length;
    let part =
        if attributes & 0x2000 != 0 && !jointech && fits(header + 4) { Some((take.u16()?, take.u16()?)) } else { None };
    Some((Head { delimiter, kind, attributes, version, phone, phone_length, serial, part }, take))
}

/// The phone number without zeros in front; some write an IMEI without its check digit as one number of six bytes.
fn device(phone: &[u8]) -> Option<DeviceId> {
    let mut room = [0; 32];
    if phone.iter().all(|b| b >> 4 < 10 && b & 15 < 10) {
        let count = bytes::digits(phone, true, &mut room);
        return room.get(..count).and_then(DeviceId::of);
    }
    let number = phone.iter().take(6).fold(0_u64, |n, b| n << 8 | u64::from(*b));
    DeviceId::new(&format!("{number}{}", luhn(number)))
}

/// The check digit of an IMEI.
fn luhn(mut number: u64) -> u64 {
    let mut sum = 0;
    let mut double = true;
    while number > 0 {
        let digit = number % 10 * if double { 2 } else { 1 };
        sum += digit / 10 + digit % 10;
        double = !double;
        number /= 10;
    }
    (10 - sum % 10) % 10
}

/// A frame of the platform's, with delimiters inside escaped.
fn seal(head: &Head, kind: u16, body: &[u8], out: &mut Vec<u8>) {
    let serial: &[u8] = if kind == 0x4401 { &[1] } else { &[0, 0] };
    let attributes = body.len() as u16 | if head.version.is_some() { 0x4000 } else { 0 };
    let (kind, attributes) = (kind.to_be_bytes(), attributes.to_be_bytes());
    let version = head.version.map(|v| [v]);
    let parts = [&kind[..], &attributes, version.as_ref().map_or(&[], |v| &v[..]), head.phone(), serial, body];
    let check = parts.iter().fold(0, |sum, part| sum ^ bytes::xor(part));
    out.push(head.delimiter);
    for byte in parts.iter().flat_map(|part| part.iter()).chain([&check]) {
        escape(head.delimiter, *byte, out);
    }
    out.push(head.delimiter);
}

/// 7E as 7D 02 and 7D as 7D 01; between E7 it is E7 as E6 02 and E6 as E6 01.
pub(crate) fn escape(delimiter: u8, byte: u8, out: &mut Vec<u8>) {
    let mark = delimiter - 1;
    if byte == delimiter {
        out.extend_from_slice(&[mark, 2]);
    } else if byte == mark {
        out.extend_from_slice(&[mark, 1]);
    } else {
        out.push(byte);
    }
}

/// 0x8001: received, for this kind and serial.
fn acknowledge(head: &Head, out: &mut Vec<u8>) {
    let ([a, b], [c, d]) = (head.serial.to_be_bytes(), head.kind.to_be_bytes());
    seal(head, 0x8001, &[a, b, c, d, 0], out);
}

/// The place now (0x8201), or a new interval (parameter 0x0029 of 0x8103).
pub(crate) fn command(head: &Head, command: Command) -> Option<Vec<u8>> {
    if head.phone_length == 0 {
        return None;
    }
    let mut out = Vec::new();
    match command {
        Command::LocateNow => seal(head, 0x8201, &[], &mut out),
        Command::Interval(seconds) => {
            let [a, b, c, d] = seconds.to_be_bytes();
            seal(head, 0x8103, &[1, 0, 0, 0, 0x29, 4, a, b, c, d], &mut out);
        }
    }
    Some(out)
}

pub(crate) fn read(frame: &[u8], now: Moment, state: &mut State, reading: &mut Reading) -> Result<(), &'static str> {
    let delimiter = match frame.first() {
        Some(b'(') => return words(frame, now, state, reading),
        Some(first @ (0x7E | 0xE7)) => *first,
        _ => return Err("neither between 7E nor in brackets"),
    };
    let inside = frame.get(1..).and_then(|rest| rest.strip_suffix(&[delimiter]).or(Some(rest))).unwrap_or_default();
    let mut room = std::mem::take(&mut state.room);
    let content = cut::unescape(delimiter, inside, &mut room);
    let read = checked(delimiter, content, now, state, reading);
    state.room = room;
    read
}

/// `content`: everything between the delimiters, checksum and all.
fn checked(
    delimiter: u8,
    content: &[u8],
    now: Moment,
    state: &mut State,
    reading: &mut Reading,
) -> Result<(), &'static str> {
    let (_check, inside) = content.split_last().ok_or("no whole frame, or its checksum does not match")?;
    let (head, body) = open(delimiter, inside).ok_or("no whole frame, or its checksum does not match")?;
    reading.device = state.known(device(head.phone()));
    state.jt808 = head;
    let Some((count, number)) = head.part else { return message(&head, body, now, state, reading) };
    // Parts come in order; one that does not begins anew, or is asked for again by the device's own timer.
    acknowledge(&head, &mut reading.reply);
    let parts = &mut state.parts;
    if number == 1 {
        *parts = Parts { kind: head.kind, count, come: 0, body: std::mem::take(&mut parts.body) };
        parts.body.clear();
    }
    if parts.kind != head.kind
        || parts.count != count
        || parts.come + 1 != number
        || parts.body.len() + body.len() > LONGEST
    {
        *parts = Parts::default();
        return Err("a part of a longer message without the parts before it");
    }
    parts.come += 1;
    parts.body.extend_from_slice(body.0);
    if parts.come == parts.count {
        let whole = std::mem::take(parts);
        reading.reply.clear();
        return message(&head, Take(&whole.body), now, state, reading);
    }
    Ok(())
}

fn message(
    head: &Head,
    mut body: Take<'_>,
    now: Moment,
    state: &State,
    reading: &mut Reading,
) -> Result<(), &'static str> {
    let reply = &mut reading.reply;
    let [high, low] = head.serial.to_be_bytes();
    match head.kind {
        // Answers of the device.
        0x0001 | 0x0701 | 0x2070 => {}
        0x0004 => {
            let w = Wall::at(now, 0);
            let packed = |n: u8| ((n / 10) << 4) | (n % 10);
            let content = [w.short_year(), w.month, w.day, w.hour, w.minute, w.second].map(packed);
            seal(head, 0x8004, &content, reply);
        }
        0x0100 => {
            // The word by which the device will prove itself later: its own number, as it has no other.
            let mut content = vec![high, low, 0];
            let mut room = [0; 32];
            let count = bytes::digits(head.phone(), false, &mut room);
            content.extend_from_slice(room.get(..count).unwrap_or_default());
            seal(head, 0x8100, &content, reply);
            reading.login = true;
        }
        0x0109 => {
            let w = Wall::at(now, 0);
            let [a, b] = w.year.to_be_bytes();
            seal(head, 0x8109, &[a, b, w.month, w.day, w.hour, w.minute, w.second], reply);
        }
        0x5501 | 0x5502 => {
            if head.attributes & 0x8000 != 0 {
                let [a, b] = head.kind.to_be_bytes();
                seal(head, 0x4401, &[a, b, 0], reply);
            }
            return location::jointech(&mut body, head.kind == 0x5501, reading).ok_or(SHORT);
        }
        _ => {
            acknowledge(head, reply);
            reading.login = matches!(head.kind, 0x0102 | 0x0002);
            return located(head.kind, body, state, reading).ok_or(SHORT);
        }
    }
    Ok(())
}

/// The kinds that say where the device is.
fn located(kind: u16, mut body: Take<'_>, state: &State, reading: &mut Reading) -> Option<()> {
    match kind {
        0x0200 => location::one(body, state.model, reading),
        // The answer to "where are you": the serial of the question in front.
        0x0201 => {
            body.skip(2)?;
            location::one(body, state.model, reading)
        }
        0x0704 => {
            body.skip(3)?;
            location::several(body, |body| body.u16().map(usize::from), state.model, reading)
        }
        0x0210 => location::several(body, |body| body.u8().map(usize::from), state.model, reading),
        0x0900 => location::transparent(&mut body, reading),
        _ => Some(()),
    }
}

/// `(794104004140,1,001,BASE,2,TIME)` asks for the hour; other texts are answers to orders.
fn words(frame: &[u8], now: Moment, state: &mut State, reading: &mut Reading) -> Result<(), &'static str> {
    let inside = frame.strip_prefix(b"(").unwrap_or(frame);
    let number = inside.split(|&b| b == b',' || b == b')').next().unwrap_or_default();
    let stripped = number.iter().position(|&b| b != b'0').and_then(|at| number.get(at..)).unwrap_or_default();
    reading.device = state.known(DeviceId::of(stripped));
    if !frame.windows(6).any(|six| six == b"BASE,2") {
        return Ok(());
    }
    let w = Wall::at(now, 0);
    let hour = format!("{:04}{:02}{:02}{:02}{:02}{:02}", w.year, w.month, w.day, w.hour, w.minute, w.second);
    if let Some(at) = frame.windows(4).position(|four| four == b"TIME") {
        reading.reply.extend_from_slice(frame.get(..at).unwrap_or_default());
        reading.reply.extend_from_slice(hour.as_bytes());
        reading.reply.extend_from_slice(frame.get(at + 4..).unwrap_or_default());
    }
    Ok(())
}

#[cfg(test)]
mod tests;
