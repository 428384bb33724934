//! TK103: `(device BR00 yymmdd A ddmm.mmmm N dddmm.mmmm E km/h hhmmss course flags L mileage)` run together, or with commas between the parts.
//!
//! From the makers' "TK103 GPS tracker communication protocol" and from what Traccar's tests show of real devices (the ZC and DW messages of
//! the comma form among them). Times are UTC, speeds km/h.

use crate::session::{Cut, State};
use crate::text::{self, Fields};
use crate::{Alarms, Cell, Command, DeviceId, Fix, Reading, Wifi, bytes};
use std::io::Write;

pub(crate) fn cut(input: &[u8], seen: usize) -> Cut {
    let Some(start) = input.iter().position(|&b| b == b'(') else { return Cut::Skip(input.len()) };
    if start > 0 {
        return Cut::Skip(start);
    }
    match bytes::either(input, seen.max(1), b'(', b')') {
        Some(at) if input.get(at) == Some(&b')') => Cut::Frame { start: 0, end: at + 1, next: at + 1 },
        // Contents have no brackets: what came before lost its end.
        Some(at) => Cut::Skip(at),
        None => Cut::Wait { start: 0, seen: input.len() },
    }
}

struct Parts<'a> {
    device: &'a [u8],
    kind: &'a [u8],
    data: &'a [u8],
    /// Parts with commas between them have day, month, year; run together it is year, month, day.
    commas: bool,
}

/// Two capital letters and two hexadecimal digits.
fn is_kind(text: &[u8]) -> bool {
    let hex = |b: &u8| matches!(b, b'0'..=b'9' | b'A'..=b'F');
    matches!(text, [a, b, c, d] if a.is_ascii_uppercase() && b.is_ascii_uppercase() && hex(c) && hex(d))
}

fn parts(inside: &[u8]) -> Option<Parts<'_>> {
    if let Some(comma) = inside.iter().take(33).position(|&b| b == b',')
        && let Some((kind, data)) = inside.get(comma + 1..)?.split_at_checked(4)
        && is_kind(kind)
    {
        return Some(Parts {
            device: inside.get(..comma)?,
            kind,
            data: data.strip_prefix(b",").unwrap_or(data),
            commas: true,
        });
    }
    // Twelve characters are the rule.
    let long = [12, 11, 13, 14, 15, 10].into_iter().find(|at| inside.get(*at..at + 4).is_some_and(is_kind))?;
    let (device, rest) = inside.split_at_checked(long)?;
    let (kind, data) = rest.split_at_checked(4)?;
    Some(Parts { device, kind, data, commas: false })
}

pub(crate) fn read(frame: &[u8], state: &mut State, reading: &mut Reading) -> Result<(), &'static str> {
    let inside = frame.trim_ascii();
    let inside = inside.strip_prefix(b"(").unwrap_or(inside);
    let inside = inside.strip_suffix(b")").unwrap_or(inside);
    let parts = parts(inside).ok_or("not of the form (device kind …)")?;
    let device = DeviceId::of(parts.device).ok_or("the device's number is empty or too long")?;
    reading.device = state.known(Some(device));
    if !parts.commas {
        let answer: &[u8] = match parts.kind {
            b"BP00" => b"AP01HSO)",
            b"BP05" => b"AP05)",
            _ => b"",
        };
        if !answer.is_empty() {
            reading.reply.push(b'(');
            reading.reply.extend_from_slice(parts.device);
            reading.reply.extend_from_slice(answer);
        }
        reading.login = !answer.is_empty();
    }
    match parts.kind {
        b"BP00" | b"BV00" | b"BS51" | b"BQ86" | b"ZC03" => Ok(()),
        b"BS50" => {
            // State of a drive battery in hexadecimal digits; the charge is its byte 57.
            let charge = parts.data.get(114..116).and_then(text::hex);
            reading.status.battery_pct = charge.and_then(|pct| u8::try_from(pct).ok()).filter(|pct| *pct <= 100);
            Ok(())
        }
        b"ZC20" => battery(&parts, reading).ok_or("the battery's message is too short"),
        b"BZ00" => {
            masts(parts.data, reading);
            Ok(())
        }
        _ if parts.data.contains(&b'{') => {
            masts(parts.data, reading);
            Ok(())
        }
        _ if parts.commas && parts.kind.starts_with(b"DW5") => {
            network(&parts, reading).ok_or("the masts cannot be read")
        }
        _ => located(&parts, reading).ok_or("no place and no time in it"),
    }
}

/// `ZC20,ddmmyy,hhmmss,step,…`.
fn battery(parts: &Parts<'_>, reading: &mut Reading) -> Option<()> {
    let mut fields = Fields::of(parts.data);
    let (date, time) = (fields.next()?, fields.next()?);
    reading.status.time = text::dmy_hms(date, time);
    reading.status.battery_pct = match text::number::<u8>(fields.next()?) {
        Some(6) => Some(100),
        Some(5) => Some(80),
        Some(4) => Some(50),
        Some(3) => Some(20),
        Some(2) => Some(10),
        _ => None,
    };
    Some(())
}

/// `,mcc,mnc,area,cell,…` in hexadecimal digits, some with a signal behind each; or `{mcc,mnc,area,cell}` line by line in decimal ones.
fn masts(data: &[u8], reading: &mut Reading) {
    let mut groups = data.split(|&b| b == b'{');
    let plain = groups.next().unwrap_or_default();
    for group in groups.take(16) {
        let inside = group.split(|&b| b == b'}').next().unwrap_or_default();
        let mut fields = Fields::of(inside);
        let mut next = || fields.next().and_then(text::whole);
        if let (Some(mcc), Some(mnc), Some(lac), Some(cell)) = (next(), next(), next(), next())
            && let (Ok(mcc), Ok(mnc), Ok(lac)) = (u16::try_from(mcc), u16::try_from(mnc), u32::try_from(lac))
        {
            reading.status.cells.push(Cell { mcc, mnc, lac, cell, signal_dbm: None });
        }
    }
    let mut fields = Fields::of(plain.strip_prefix(b",").unwrap_or(plain));
    let (Some(mcc), Some(mnc)) = (fields.next().and_then(text::number), fields.next().and_then(text::number)) else {
        return;
    };
    let with_signal = fields.clone().nth(2).is_some_and(|third| third.len() < 4);
    for _ in 0..16 {
        let (Some(lac), Some(cell)) = (fields.next(), fields.next()) else { return };
        let signal_dbm = if with_signal { fields.next().and_then(text::number).map(|n: i16| -n) } else { None };
        if let (Some(lac), Some(cell)) = (text::hex(lac).and_then(|n| u32::try_from(n).ok()), text::hex(cell)) {
            reading.status.cells.push(Cell { mcc, mnc, lac, cell, signal_dbm });
        }
    }
}

/// `DW5x,mcc,mnc,area,cell,count,(address*signal*channel,)*ddmmyy,hhmmss`.
fn network(parts: &Parts<'_>, reading: &mut Reading) -> Option<()> {
    let mut fields = Fields::of(parts.data);
    let (mcc, mnc) = (fields.next().and_then(text::number)?, fields.next().and_then(text::number)?);
    let (lac, cell) = (fields.next().and_then(text::number)?, fields.next().and_then(text::number)?);
    if lac > 0 || cell > 0 {
        reading.status.cells.push(Cell { mcc, mnc, lac, cell, signal_dbm: None });
    }
    fields.next()?;
    let (mut before, mut last) = (&[][..], &[][..]);
    for field in fields {
        let mut pieces = field.split(|&b| b == b'*');
        if let Some(mac) = pieces.next().and_then(text::mac) {
            let signal_dbm = pieces.next().and_then(text::signed).and_then(|n| i16::try_from(n).ok());
            reading.status.wifi.push(Wifi { mac, signal_dbm });
        } else if field.len() == 6 {
            (before, last) = (last, field);
        }
    }
    reading.status.time = text::dmy_hms(before, last);
    reading.status.alarms = alarm(parts.kind, b"0");
    Some(())
}

fn alarm(kind: &[u8], data: &[u8]) -> Alarms {
    let code = data.first().copied().unwrap_or_default();
    match (kind, code) {
        (b"BQ81", b'0') => Alarms::LOW_BATTERY,
        (b"BQ81", b'1') => Alarms::OVERSPEED,
        (b"BQ81", b'2') => Alarms::IDLE,
        (b"BQ81", b'3') => Alarms::ACCELERATION,
        (b"BQ81", b'4') => Alarms::BRAKING,
        (b"BQ81", b'5') => Alarms::TEMPERATURE,
        (b"BO01", b'1') => Alarms::ACCIDENT,
        (b"BO01", b'2') => Alarms::SOS,
        (b"BO01", b'3') => Alarms::VIBRATION,
        (b"BO01", b'5') => Alarms::OVERSPEED,
        (b"BO01", b'6') => Alarms::GEOFENCE_EXIT,
        (b"BO01" | b"BQ81", _) => Alarms::GENERAL,
        (b"ZC11" | b"DW31" | b"DW51", _) => Alarms::MOVEMENT,
        (b"ZC12" | b"DW32" | b"DW52", _) => Alarms::LOW_BATTERY,
        (b"ZC13" | b"DW33" | b"DW53", _) => Alarms::POWER_CUT,
        (b"ZC17" | b"DW37" | b"DW57", _) => Alarms::REMOVED,
        (b"ZC25" | b"DW3E" | b"DW5E", _) => Alarms::SOS,
        (b"ZC26" | b"DW3F" | b"DW5F", _) => Alarms::TAMPER,
        (b"ZC27" | b"DW40" | b"DW60", _) => Alarms::LOW_POWER,
        _ => Alarms::NONE,
    }
}

/// A number up to N or S, E or W, and what follows the letter and the comma behind it.
fn coordinate<'a>(rest: &'a [u8], sides: &[u8; 2]) -> Option<(f64, &'a [u8])> {
    let end = rest.iter().position(|b| sides.contains(b))?;
    let (number, tail) = rest.split_at(end);
    let value = text::towards(text::minutes(number.trim_ascii())?, tail);
    let tail = tail.get(1..)?;
    Some((value, tail.strip_prefix(b",").unwrap_or(tail)))
}

/// Speed of one to five characters and the six digits of the hour behind it, with or without a comma.
fn speed_and_hour(rest: &[u8]) -> Option<(f64, &[u8], &[u8])> {
    (1..=5).rev().find_map(|count| {
        let (speed, tail) = rest.split_at_checked(count)?;
        let speed = text::decimal(speed.trim_ascii())?;
        // Some write more digits of the speed than anybody needs.
        let comma = tail.iter().position(|&b| b == b',');
        let tail = match comma {
            Some(at) if tail.get(..at)?.iter().all(u8::is_ascii_digit) && at < 6 => tail.get(at + 1..)?,
            _ => tail,
        };
        let (hour, tail) = tail.split_at_checked(6)?;
        hour.iter().all(u8::is_ascii_digit).then_some((speed, hour, tail.strip_prefix(b",").unwrap_or(tail)))
    })
}

/// Eight digits of inputs and fuel with an L behind them.
fn flags(rest: &[u8]) -> Option<&[u8]> {
    let rest = rest.strip_prefix(b",").unwrap_or(rest);
    let (flags, tail) = rest.split_at_checked(8)?;
    let tail = tail.strip_prefix(b",").unwrap_or(tail);
    (tail.first() == Some(&b'L') && flags.iter().all(u8::is_ascii_hexdigit)).then_some(flags)
}

fn located(parts: &Parts<'_>, reading: &mut Reading) -> Option<()> {
    let data = parts.data;
    // The A or V of validity has the date in front of it.
    let validity = (6..data.len().min(64)).find(|&at| {
        let before = data.get(..at).unwrap_or_default();
        let before = before.strip_suffix(b",").unwrap_or(before);
        matches!(data.get(at), Some(b'A' | b'V'))
            && before.len() >= 6
            && before.iter().rev().take(6).all(u8::is_ascii_digit)
    })?;
    let before = data.get(..validity)?;
    let before = before.strip_suffix(b",").unwrap_or(before);
    let (told, date) = before.split_at_checked(before.len() - 6)?;
    let told = told.strip_prefix(b",ALARM,").or_else(|| told.strip_prefix(b"ALARM,")).unwrap_or(told);
    let rest = data.get(validity + 1..)?;
    let rest = rest.strip_prefix(b",").unwrap_or(rest);
    let (lat, rest) = coordinate(rest, b"NS")?;
    let (lon, rest) = coordinate(rest, b"EW")?;
    let (speed, hour, rest) = speed_and_hour(rest)?;
    let six = rest.get(..6).filter(|six| six.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b' ')));
    let with_six = six.and_then(|six| Some((six, flags(rest.get(6..)?)?)));
    let with_two = || Some((rest.get(..2)?, flags(rest.get(2..)?)?));
    let (course, flags) = match with_six.or_else(with_two) {
        Some((course, flags)) => (text::decimal(course.trim_ascii()), Some(flags)),
        None => (Fields::of(rest).next().and_then(text::decimal), None),
    };
    let mut alarms = alarm(parts.kind, told);
    if let Some(flags) = flags {
        reading.status.charging = Some(flags.first() == Some(&b'0'));
        // Bit 1 of the third digit: the panic button is down.
        if flags.get(2).and_then(|b| char::from(*b).to_digit(16)).is_some_and(|io| io & 2 != 0) {
            alarms = alarms.with(Alarms::SOS);
        }
    }
    reading.place(Fix {
        time: if parts.commas { text::dmy_hms(date, hour) } else { text::ymd_hms(date, hour) },
        lat,
        lon,
        valid: data.get(validity) == Some(&b'A'),
        speed_kmh: Some(speed),
        course,
        alarms,
        ..Fix::default()
    });
    Some(())
}

pub(crate) fn command(device: &DeviceId, command: Command) -> Vec<u8> {
    let mut out = Vec::new();
    // Writing to memory cannot fail.
    let _ = match command {
        Command::LocateNow => write!(out, "({}AP00)", device.as_str()),
        Command::Interval(seconds) => write!(out, "({}AR00{:04X}0000)", device.as_str(), seconds.min(0xFFFF)),
    };
    out
}

#[cfg(test)]
mod tests;
