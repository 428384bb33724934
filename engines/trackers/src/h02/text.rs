//! The text form.

use super::{alarms, answer, radio};
use crate::session::State;
use crate::text::{self, Fields};
use crate::{DeviceId, Fix, Reading};
use kernel::Moment;

/// More fields than any message has that is read here; V3 with seven masts has 35.
const MOST: usize = 64;

/// The fields behind the device's number.
pub(super) struct Row<'a> {
    fields: [&'a [u8]; MOST],
    pub len: usize,
}

impl<'a> Row<'a> {
    fn of(text: &'a [u8]) -> Self {
        let mut row = Self { fields: [&[]; MOST], len: 0 };
        for (place, field) in row.fields.iter_mut().zip(Fields::of(text)) {
            *place = field;
            row.len += 1;
        }
        row
    }

    pub fn get(&self, at: usize) -> &'a [u8] {
        self.fields.get(at).copied().unwrap_or_default()
    }

    fn position(&self, from: usize, is: impl Fn(&[u8]) -> bool) -> Option<usize> {
        (from..self.len).find(|at| is(self.get(*at)))
    }

    /// The status word: eight hexadecimal digits.
    pub fn status(&self, from: usize) -> Option<(usize, u32)> {
        let at = self.position(from, |field| field.len() == 8 && text::hex(field).is_some())?;
        Some((at, u32::try_from(text::hex(self.get(at))?).ok()?))
    }
}

fn is_side(field: &[u8], sides: &[u8; 2]) -> bool {
    matches!(field, [one] if sides.contains(one))
}

pub(super) fn read(frame: &[u8], now: Moment, state: &mut State, reading: &mut Reading) -> Result<(), &'static str> {
    let inside = frame.trim_ascii().strip_suffix(b"#").unwrap_or(frame);
    let (maker, rest) = inside.get(1..).and_then(|t| t.split_at_checked(2)).ok_or("no maker")?;
    let row = Row::of(rest.strip_prefix(b",").ok_or("no comma behind the maker")?);
    let number = row.get(0);
    reading.device = state.known(DeviceId::of(number));
    if reading.device.is_none() && !number.is_empty() {
        return Err("the device's number is too long");
    }
    let kind = row.get(1);
    match kind {
        b"V0" | b"HTBT" => {
            reading.login = true;
            for part in [&b"*"[..], maker, b",", number, b",", kind, b"#"] {
                reading.reply.extend_from_slice(part);
            }
            reading.status.battery_pct = text::number(row.get(2)).filter(|pct: &u8| kind == b"HTBT" && *pct <= 100);
        }
        b"NBR" => {
            answer(number, kind, now, &mut reading.reply);
            radio::neighbours(&row, state, reading);
        }
        b"LINK" => link(&row, state, reading),
        b"V3" => radio::masts(&row, state, reading),
        b"VP1" => return vp1(rest, &row, reading),
        _ if kind.starts_with(b"V") => return located(&row, now, state, reading),
        _ => {}
    }
    Ok(())
}

/// `LINK,hhmmss,signal,satellites,battery,steps,turnovers,ddmmyy,status`.
fn link(row: &Row<'_>, state: &State, reading: &mut Reading) {
    let status = &mut reading.status;
    status.time = text::dmy_hms(row.get(8), row.get(2));
    status.signal_pct = radio::strength(row.get(3)).map(|dbm| ((dbm + 113).clamp(0, 62) * 100 / 62) as u8);
    status.battery_pct = text::number(row.get(5)).filter(|pct| *pct <= 100);
    status.steps = text::number(row.get(6));
    status.alarms = row.status(9).map_or(status.alarms, |(_, word)| alarms(word, state.model));
}

/// Degrees and minutes as four generations of firmware write them: `ddmm.mmmm`, `ddmmmmmm` without the point, `-dd-mm.mmmm`, `mm.mmmm`.
fn coordinate(field: &[u8]) -> Option<f64> {
    if let Some(inner) = field.strip_prefix(b"-") {
        let dash = inner.iter().position(|&b| b == b'-')?;
        let (degrees, minutes) = (inner.get(..dash)?, inner.get(dash + 1..)?);
        return Some(text::decimal(degrees)? + text::decimal(minutes)? / 60.0);
    }
    if field.contains(&b'.') {
        return text::minutes(field);
    }
    let digits = text::whole(field)?;
    Some((digits / 1_000_000) as f64 + (digits % 1_000_000) as f64 / 600_000.0)
}

/// V1 and its many brothers. The place is found by its N or S and E or W, since answers to orders (V4) have anything in front of it.
fn located(row: &Row<'_>, now: Moment, state: &State, reading: &mut Reading) -> Result<(), &'static str> {
    let sides = |north: usize| is_side(row.get(north), b"NS") && is_side(row.get(north + 2), b"EW");
    let north = (4..row.len).find(|at| sides(*at));
    let placed = north.and_then(|at| Some((at, coordinate(row.get(at - 1))?, coordinate(row.get(at + 1))?)));
    let Some((at, lat, lon)) = placed else {
        reading.status.alarms = row.status(2).map_or(crate::Alarms::NONE, |(_, word)| alarms(word, state.model));
        return Ok(());
    };
    if row.get(1) == b"V1" && !row.get(0).is_empty() {
        answer(row.get(0), b"V1", now, &mut reading.reply);
    }
    // Some put the battery's step in front of the date.
    let date = if row.get(at + 5).len() < 6 && row.get(at + 6).len() == 6 && !row.get(at + 5).is_empty() {
        at + 6
    } else {
        at + 5
    };
    let validity = row.get(at - 2);
    let mut fix = Fix {
        time: text::dmy_hms(row.get(date), row.get(at - 3)),
        lat: text::towards(lat, row.get(at)),
        lon: text::towards(lon, row.get(at + 2)),
        valid: validity == b"A" || validity.first().is_some_and(u8::is_ascii_digit),
        speed_kmh: text::decimal(row.get(at + 3)).map(|knots| knots * 1.852),
        course: text::decimal(row.get(at + 4)),
        ..Fix::default()
    };
    if let Some((word_at, word)) = row.status(date + 1) {
        fix.alarms = alarms(word, state.model);
        // Mileage, temperature, fuel, height, area, cell.
        if row.len - word_at == 7 && row.get(word_at + 3).contains(&b'.') {
            fix.altitude_m = text::decimal(row.get(word_at + 4));
        } else {
            radio::home(row, word_at + 1, reading);
        }
    }
    reading.place(fix);
    Ok(())
}

/// `VP1,A,lat,N,lon,E,knots,course,ddmmyy` has no hour, and then no time is better than midnight; `VP1,V,mcc,mnc,` has masts.
fn vp1(rest: &[u8], row: &Row<'_>, reading: &mut Reading) -> Result<(), &'static str> {
    if row.get(2) == b"V" {
        radio::vp1(rest, row, reading);
        return Ok(());
    }
    let (lat, lon) = (text::minutes(row.get(3)), text::minutes(row.get(5)));
    let (Some(lat), Some(lon)) = (lat, lon) else { return Err("the coordinates are not numbers") };
    reading.place(Fix {
        lat: text::towards(lat, row.get(4)),
        lon: text::towards(lon, row.get(6)),
        valid: true,
        speed_kmh: text::decimal(row.get(7)).map(|knots| knots * 1.852),
        course: text::decimal(row.get(8)),
        ..Fix::default()
    });
    Ok(())
}
