//! OwnTracks, from its booklet (owntracks.org/booklet/tech/json): `location`, `transition`, `lwt`, `waypoint` and the others. WGS-84, km/h.

use super::json::{self, Value};
use crate::text;
use crate::{Alarms, Cell, DeviceId, Fix, Reading, Wifi};
use kernel::Moment;

/// What of the body is wanted, whatever its kind turns out to be: the kind may stand at its end.
#[derive(Default)]
struct Body<'a> {
    kind: &'a [u8],
    topic: &'a [u8],
    tid: &'a [u8],
    event: &'a [u8],
    trigger: &'a [u8],
    report: Option<f64>,
    battery_state: Option<f64>,
    bssid: &'a [u8],
    network: [Option<f64>; 2],
    lac: Option<Value<'a>>,
    cid: Option<Value<'a>>,
    located: bool,
    fix: Fix,
}

fn note<'a>(body: &mut Body<'a>, name: &[u8], value: Value<'a>) {
    let number = value.number();
    let known = number.filter(|n| *n >= 0.0);
    let words = value.text().unwrap_or_default();
    match name {
        b"_type" => body.kind = words,
        b"topic" => body.topic = words,
        b"tid" => body.tid = words,
        b"event" => body.event = words,
        b"t" => body.trigger = words,
        b"rty" => body.report = number,
        b"bs" => body.battery_state = number,
        b"BSSID" => body.bssid = words,
        b"mcc" => body.network = [number, body.network.last().copied().flatten()],
        b"mnc" => body.network = [body.network.first().copied().flatten(), number],
        b"lac" => body.lac = Some(value),
        b"cid" => body.cid = Some(value),
        b"lat" => {
            body.located = true;
            body.fix.lat = number.unwrap_or(0.0);
        }
        b"lon" => body.fix.lon = number.unwrap_or(0.0),
        b"tst" => body.fix.time = known.map(|secs| Moment::from_micros((secs * 1e6) as i64)),
        b"acc" => body.fix.accuracy_m = known,
        b"alt" => body.fix.altitude_m = number,
        b"vel" => body.fix.speed_kmh = known,
        b"cog" => body.fix.course = known,
        b"batt" => body.fix.battery_pct = known.filter(|pct| *pct <= 100.0).map(|pct| pct.round() as u8),
        _ => {}
    }
}

/// Alarms of hardware that speaks this form (`t`, with the kind of report in `rty`).
fn triggered(trigger: &[u8], report: Option<f64>) -> Alarms {
    match (trigger, report.map(|n| n as i64)) {
        (b"9", _) => Alarms::LOW_BATTERY,
        (b"1", _) => Alarms::POWER_ON,
        (b"E", _) => Alarms::POWER_RESTORED,
        (b"e", _) => Alarms::POWER_CUT,
        (b"!", _) => Alarms::TOW,
        (b"s", _) => Alarms::OVERSPEED,
        (b"h", Some(0 | 3)) => Alarms::BRAKING,
        (b"h", Some(1 | 4)) => Alarms::ACCELERATION,
        (b"h", Some(2 | 5)) => Alarms::CORNERING,
        _ => Alarms::NONE,
    }
}

/// The topic, else what the request's headers say, else the two letters.
fn device(topic: &[u8], told: Option<&str>, tid: &[u8]) -> Option<DeviceId> {
    if topic.is_empty() {
        return told.and_then(DeviceId::new).or_else(|| DeviceId::of(tid));
    }
    let mut room = [0; DeviceId::LONGEST];
    let name = room.get_mut(..topic.len())?;
    for (place, byte) in name.iter_mut().zip(topic) {
        *place = if *byte == b'/' { b'-' } else { *byte };
    }
    DeviceId::of(name)
}

pub(super) fn read(text: &[u8], told: Option<&str>, reading: &mut Reading) -> Result<(), &'static str> {
    let mut body = Body::default();
    json::walk(text, &mut |path, value| {
        if let [name] = path {
            note(&mut body, name, value);
        }
    })?;
    if body.kind == b"encrypted" {
        return Err("the phone encrypts its reports: switch that off, HTTPS does it already");
    }
    if body.kind.is_empty() {
        return Err("the body has no \"_type\"");
    }
    reading.device = device(body.topic, told, body.tid);
    if reading.device.is_none() && !body.topic.is_empty() {
        return Err("the topic is longer than 64 letters");
    }
    match body.kind {
        b"location" => located(&body, reading),
        b"transition" => {
            body.fix.alarms = match body.event {
                b"enter" => Alarms::GEOFENCE_ENTER,
                b"leave" => Alarms::GEOFENCE_EXIT,
                _ => Alarms::GENERAL,
            };
            located(&body, reading)
        }
        // The broker lost the phone.
        b"lwt" => {
            reading.status.time = body.fix.time;
            Ok(())
        }
        _ => {
            // Waypoints, settings, cards and the like say nothing about where the phone is; many have no device in them either.
            reading.device = reading.device.or_else(|| DeviceId::new("-"));
            Ok(())
        }
    }
}

fn located(body: &Body<'_>, reading: &mut Reading) -> Result<(), &'static str> {
    let fix = Fix { valid: true, alarms: body.fix.alarms.with(triggered(body.trigger, body.report)), ..body.fix };
    if let Some(mac) = text::mac(body.bssid) {
        reading.status.wifi.push(Wifi { mac, signal_dbm: None });
    }
    let hex = |value: Option<Value<'_>>| match value? {
        Value::Text(digits) => text::hex(digits),
        Value::Number(n) if n >= 0.0 => Some(n as u64),
        _ => None,
    };
    if let ([Some(mcc), Some(mnc)], Some(lac), Some(cell)) = (body.network, hex(body.lac), hex(body.cid)) {
        reading.status.cells.push(Cell { mcc: mcc as u16, mnc: mnc as u16, lac: lac as u32, cell, signal_dbm: None });
    }
    // 1 unplugged, 2 charging, 3 full.
    reading.status.charging = body.battery_state.filter(|n| *n >= 1.0).map(|n| n >= 2.0);
    reading.place(fix);
    if body.located { Ok(()) } else { Err("the report has no \"lat\" and \"lon\"") }
}
