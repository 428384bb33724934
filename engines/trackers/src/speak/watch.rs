//! WATCH as devices speak it.

use crate::clock::Wall;
use crate::{Alarms, DeviceId, Fix, watch};

pub(super) fn link(device: &DeviceId, battery_pct: Option<u8>) -> Vec<u8> {
    match battery_pct {
        Some(battery) => watch::said(device, format!("LK,0,0,{battery}").as_bytes()),
        None => watch::said(device, b"LK"),
    }
}

const BITS: [(Alarms, u32); 8] = [
    (Alarms::POWER_CUT, 14),
    (Alarms::SOS, 16),
    (Alarms::LOW_BATTERY, 17),
    (Alarms::GEOFENCE_EXIT, 18),
    (Alarms::GEOFENCE_ENTER, 19),
    (Alarms::REMOVED, 20),
    (Alarms::FALL, 21),
    (Alarms::GENERAL, 40),
];

pub(super) fn located(device: &DeviceId, fix: &Fix) -> Vec<u8> {
    let w = Wall::at(fix.time.unwrap_or_default(), 0);
    let word = BITS
        .iter()
        .filter(|(one, bit)| *bit < 32 && fix.alarms.has(*one))
        .fold(0_u32, |word, (_, bit)| word | 1 << bit);
    let content = format!(
        "{},{:02}{:02}{:02},{:02}{:02}{:02},{},{:.6},{},{:.7},{},{:.2},{:.1},{:.1},{},100,{},0,0,{word:08X},0,255,0",
        if fix.alarms.is_empty() { "UD" } else { "AL" },
        w.day,
        w.month,
        w.short_year(),
        w.hour,
        w.minute,
        w.second,
        if fix.valid { 'A' } else { 'V' },
        fix.lat.abs(),
        if fix.lat < 0.0 { 'S' } else { 'N' },
        fix.lon.abs(),
        if fix.lon < 0.0 { 'W' } else { 'E' },
        fix.speed_kmh.unwrap_or(0.0),
        fix.course.unwrap_or(0.0),
        fix.altitude_m.unwrap_or(0.0),
        fix.satellites.unwrap_or(0),
        fix.battery_pct.unwrap_or(100),
    );
    watch::said(device, content.as_bytes())
}
