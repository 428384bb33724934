//! OsmAnd's live tracking and the Traccar Client.
//!
//! From OsmAnd's and Traccar's documentation of the protocol and from the background location library whose JSON the Traccar Client sends.
//! Coordinates are WGS-84; speed is knots in parameters and m/s in JSON.

use super::json::{self, Value};
use super::query;
use crate::text::{self, Fields};
use crate::{Alarms, Cell, DeviceId, Fix, Reading, Wifi, clock};
use kernel::Moment;

/// Seconds or milliseconds since 1970, or a date and time with `T` or a blank between them; one without a zone is UTC.
pub(super) fn time(text: &[u8]) -> Option<Moment> {
    if let Some(number) = text::decimal(text) {
        // A number of seconds stays below 2³¹ until 2038.
        let millis = number.abs() >= 2_147_483_647.0;
        let micros = number * if millis { 1e3 } else { 1e6 };
        return (micros.abs() < 1e18).then_some(Moment::from_micros(micros.round() as i64));
    }
    let part = |from: usize, to: usize| text::number::<u32>(text.get(from..to)?);
    let (year, month, day) = (part(0, 4)?, part(5, 7)?, part(8, 10)?);
    let (hour, minute, second) = (part(11, 13)?, part(14, 16)?, part(17, 19)?);
    let rest = text.get(19..)?;
    let (fraction, zone) = match rest.strip_prefix(b".") {
        Some(digits) => digits.split_at(digits.iter().take_while(|b| b.is_ascii_digit()).count()),
        None => (&[][..], rest),
    };
    let micros =
        fraction.iter().take(6).fold((0, 100_000), |(sum, unit), b| (sum + i64::from(b - b'0') * unit, unit / 10)).0;
    let east = match zone.split_first() {
        None | Some((b'Z' | b'z', [])) => 0,
        Some((sign @ (b'+' | b'-'), digits)) => {
            let minutes = text::number::<i32>(digits.get(..2)?)? * 60
                + text::number::<i32>(digits.get(digits.len().checked_sub(2)?..)?)?;
            minutes * 60 * if *sign == b'+' { 1 } else { -1 }
        }
        Some(_) => return None,
    };
    let whole = clock::instant(year, month, day, hour, minute, second, east)?;
    Some(Moment::from_micros(whole.micros() + micros))
}

fn alarm(word: &[u8]) -> Alarms {
    let known = Alarms::ALL.iter().find(|(_, name)| name.as_bytes().eq_ignore_ascii_case(word)).map(|(one, _)| *one);
    known.unwrap_or(match word {
        b"lowBattery" => Alarms::LOW_BATTERY,
        b"powerOff" => Alarms::POWER_OFF,
        b"powerOn" => Alarms::POWER_ON,
        b"powerCut" => Alarms::POWER_CUT,
        b"fallDown" => Alarms::FALL,
        b"removing" => Alarms::REMOVED,
        b"tampering" => Alarms::TAMPER,
        b"" => Alarms::NONE,
        _ => Alarms::GENERAL,
    })
}

fn percent(value: f64) -> Option<u8> {
    (0.0..=100.0).contains(&value).then_some(value.round() as u8)
}

/// Parameters in the target or in a form.
pub(super) fn form(text: &[u8], reading: &mut Reading) -> Result<(), &'static str> {
    let mut fix = Fix { valid: true, ..Fix::default() };
    let mut broken = None;
    for (name, raw) in query::pairs(text) {
        let value = query::unescaped(raw);
        let value = value.trim_ascii();
        let number = || text::decimal(value);
        match name {
            b"id" | b"deviceid" => {
                reading.device = DeviceId::of(value);
                if reading.device.is_none() {
                    broken = Some("the device's name is empty, too long or not in plain letters and digits");
                }
            }
            b"valid" => fix.valid = value.eq_ignore_ascii_case(b"true") || value == b"1",
            b"timestamp" => {
                fix.time = time(value);
                if fix.time.is_none() {
                    broken = Some("timestamp is neither seconds since 1970 nor like 2026-11-28T15:00:00Z");
                }
            }
            b"lat" | b"lon" => match number() {
                Some(degrees) if name == b"lat" => fix.lat = degrees,
                Some(degrees) => fix.lon = degrees,
                None => broken = Some("lat and lon are not numbers of degrees"),
            },
            b"location" => {
                let mut both = Fields::of(value).map(text::decimal);
                match (both.next().flatten(), both.next().flatten()) {
                    (Some(lat), Some(lon)) => (fix.lat, fix.lon) = (lat, lon),
                    _ => broken = Some("location is not two numbers of degrees with a comma between"),
                }
            }
            b"speed" => fix.speed_kmh = number().filter(|n| *n >= 0.0).map(|knots| knots * 1.852),
            b"bearing" | b"heading" => fix.course = number().filter(|n| *n >= 0.0),
            b"altitude" => fix.altitude_m = number(),
            b"accuracy" => fix.accuracy_m = number().filter(|n| *n >= 0.0),
            b"batt" => fix.battery_pct = number().and_then(percent),
            b"charge" => reading.status.charging = Some(value == b"true" || value == b"1"),
            b"alarm" => fix.alarms = fix.alarms.with(alarm(value)),
            b"steps" => reading.status.steps = number().filter(|n| *n >= 0.0).map(|n| n as u32),
            b"heartRate" => reading.status.heart_rate = text::number(value),
            b"cell" => reading.status.cells.extend(cell(value)),
            b"wifi" => reading.status.wifi.extend(wifi(value)),
            _ => {}
        }
    }
    reading.place(fix);
    broken.map_or(Ok(()), Err)
}

/// `mcc,mnc,area,cell[,signal]`.
fn cell(value: &[u8]) -> Option<Cell> {
    let mut fields = Fields::of(value);
    let (mcc, mnc) = (fields.next().and_then(text::number)?, fields.next().and_then(text::number)?);
    let (lac, cell) = (fields.next().and_then(text::number)?, fields.next().and_then(text::number)?);
    let signal_dbm = fields.next().and_then(text::signed).and_then(|n| i16::try_from(n).ok());
    Some(Cell { mcc, mnc, lac, cell, signal_dbm })
}

/// `aa-bb-cc-dd-ee-ff,signal`.
fn wifi(value: &[u8]) -> Option<Wifi> {
    let mut fields = Fields::of(value);
    let mac = fields.next().and_then(text::mac)?;
    let signal_dbm = fields.next().and_then(text::signed).and_then(|n| i16::try_from(n).ok());
    Some(Wifi { mac, signal_dbm })
}

/// `{"location":{"timestamp":…,"coords":{…},"battery":{…}},"device_id":…}`; `location` may be a list.
pub(super) fn json(body: &[u8], reading: &mut Reading) -> Result<(), &'static str> {
    let mut fix = Fix { valid: true, ..Fix::default() };
    let mut any = false;
    json::walk(body, &mut |path, value| {
        let Some((&top, inside)) = path.split_first() else { return };
        if top == b"device_id" && inside.is_empty() {
            match value {
                Value::Number(n) if (0.0..1e15).contains(&n) => reading.device = DeviceId::new(&format!("{n:.0}")),
                _ => reading.device = value.text().and_then(DeviceId::of).or(reading.device),
            }
            return;
        }
        if top != b"location" {
            return;
        }
        // −1 says "not known" in everything but coordinates and height.
        let known = || value.number().filter(|n| *n >= 0.0);
        match (inside, value) {
            ([], Value::End) => {
                any = true;
                reading.place(fix);
                fix = Fix { valid: true, ..Fix::default() };
            }
            ([b"timestamp"], Value::Text(text)) => fix.time = time(text),
            ([b"timestamp"], Value::Number(n)) => fix.time = time(format!("{n:.0}").as_bytes()),
            ([b"coords", b"latitude"], _) => fix.lat = value.number().unwrap_or(0.0),
            ([b"coords", b"longitude"], _) => fix.lon = value.number().unwrap_or(0.0),
            ([b"coords", b"accuracy"], _) => fix.accuracy_m = known(),
            ([b"coords", b"speed"], _) => fix.speed_kmh = known().map(|mps| mps * 3.6),
            ([b"coords", b"heading"], _) => fix.course = known(),
            ([b"coords", b"altitude"], _) => fix.altitude_m = value.number(),
            ([b"battery", b"level"], _) => fix.battery_pct = known().and_then(|share| percent(share * 100.0)),
            ([b"battery", b"is_charging"], Value::Bool(on)) => reading.status.charging = Some(on),
            ([b"extras", b"alarm"], Value::Text(word)) => fix.alarms = fix.alarms.with(alarm(word)),
            _ => {}
        }
    })?;
    if any { Ok(()) } else { Err("the body has no \"location\"") }
}
