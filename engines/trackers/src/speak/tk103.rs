//! TK103 and GPS103 as devices speak them.

use super::minutes;
use crate::clock::Wall;
use crate::{Alarms, DeviceId, Fix};
use kernel::Moment;

/// Twelve digits in front: the last twelve of a longer number, zeros before a shorter one.
fn twelve(device: &DeviceId) -> String {
    let text = device.as_str();
    format!("{:0>12}", text.get(text.len().saturating_sub(12)..).unwrap_or(text))
}

pub(super) fn login(device: &DeviceId) -> Vec<u8> {
    format!("({}BP00HSO)", twelve(device)).into_bytes()
}

/// The comma form has a message for the battery, in steps.
pub(super) fn heartbeat(device: &DeviceId, now: Moment, battery_pct: u8) -> Vec<u8> {
    let w = Wall::at(now, 0);
    let step = match battery_pct {
        90.. => 6,
        65..90 => 5,
        35..65 => 4,
        15..35 => 3,
        _ => 2,
    };
    let (date, time) = (
        format!("{:02}{:02}{:02}", w.day, w.month, w.short_year()),
        format!("{:02}{:02}{:02}", w.hour, w.minute, w.second),
    );
    format!("({},ZC20,{date},{time},{step},392,65535,255)", twelve(device)).into_bytes()
}

pub(super) fn located(device: &DeviceId, fix: &Fix) -> Vec<u8> {
    let w = Wall::at(fix.time.unwrap_or_default(), 0);
    let kind = match fix.alarms {
        all if all.has(Alarms::SOS) => "BO012",
        all if all.has(Alarms::VIBRATION) => "BO013",
        all if all.has(Alarms::GEOFENCE_EXIT) => "BO016",
        _ => "BR00",
    };
    format!(
        "({}{kind}{:02}{:02}{:02}{}{}{}{}{}{:05.1}{:02}{:02}{:02}{:06.2}00000000L00000000)",
        twelve(device),
        w.short_year(),
        w.month,
        w.day,
        if fix.valid { 'A' } else { 'V' },
        minutes(fix.lat, 2),
        if fix.lat < 0.0 { 'S' } else { 'N' },
        minutes(fix.lon, 3),
        if fix.lon < 0.0 { 'W' } else { 'E' },
        fix.speed_kmh.unwrap_or(0.0),
        w.hour,
        w.minute,
        w.second,
        fix.course.unwrap_or(0.0),
    )
    .into_bytes()
}

pub(super) fn gps103_login(device: &DeviceId) -> Vec<u8> {
    format!("##,imei:{},A;", device.as_str()).into_bytes()
}

pub(super) fn gps103_heartbeat(device: &DeviceId) -> Vec<u8> {
    format!("{};", device.as_str()).into_bytes()
}

const WORDS: [(Alarms, &str); 5] = [
    (Alarms::SOS, "help me"),
    (Alarms::LOW_BATTERY, "low battery"),
    (Alarms::MOVEMENT, "move"),
    (Alarms::OVERSPEED, "speed"),
    (Alarms::GEOFENCE, "stockade"),
];

/// The clock of the device is Beijing's; the UTC hour stands behind it. Without a place the message ends there, and only the word counts.
pub(super) fn gps103_located(device: &DeviceId, fix: &Fix) -> Vec<u8> {
    let (local, utc) = (Wall::at(fix.time.unwrap_or_default(), 8 * 3_600), Wall::at(fix.time.unwrap_or_default(), 0));
    let word = WORDS.iter().find(|(one, _)| fix.alarms.has(*one)).map_or("tracker", |(_, word)| word);
    let date = format!(
        "{:02}{:02}{:02}{:02}{:02}{:02}",
        local.short_year(),
        local.month,
        local.day,
        local.hour,
        local.minute,
        local.second
    );
    format!(
        "imei:{},{word},{date},,F,{:02}{:02}{:02}.000,{},{},{},{},{},{:.2},{:.2};",
        device.as_str(),
        utc.hour,
        utc.minute,
        utc.second,
        if fix.valid { 'A' } else { 'V' },
        minutes(fix.lat, 2),
        if fix.lat < 0.0 { 'S' } else { 'N' },
        minutes(fix.lon, 3),
        if fix.lon < 0.0 { 'W' } else { 'E' },
        fix.speed_kmh.unwrap_or(0.0) / 1.852,
        fix.course.unwrap_or(0.0),
    )
    .into_bytes()
}
