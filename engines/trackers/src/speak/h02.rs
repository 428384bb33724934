//! H02 as devices speak it.

use super::minutes;
use crate::clock::Wall;
use crate::{Alarms, DeviceId, Fix};

pub(super) fn heartbeat(device: &DeviceId, battery_pct: u8) -> Vec<u8> {
    format!("*HQ,{},HTBT,{battery_pct}#", device.as_str()).into_bytes()
}

/// Bits that are low when something is the matter.
const BITS: [(Alarms, u32); 4] =
    [(Alarms::VIBRATION, 0), (Alarms::SOS, 1), (Alarms::OVERSPEED, 2), (Alarms::POWER_CUT, 19)];

pub(super) fn located(device: &DeviceId, fix: &Fix) -> Vec<u8> {
    let w = Wall::at(fix.time.unwrap_or_default(), 0);
    let low = BITS.iter().filter(|(one, _)| fix.alarms.has(*one)).fold(0_u32, |word, (_, bit)| word | 1 << bit);
    format!(
        "*HQ,{},V1,{:02}{:02}{:02},{},{},{},{},{},{:06.2},{:03.0},{:02}{:02}{:02},{:08X}#",
        device.as_str(),
        w.hour,
        w.minute,
        w.second,
        if fix.valid { 'A' } else { 'V' },
        minutes(fix.lat, 2),
        if fix.lat < 0.0 { 'S' } else { 'N' },
        minutes(fix.lon, 3),
        if fix.lon < 0.0 { 'W' } else { 'E' },
        fix.speed_kmh.unwrap_or(0.0) / 1.852,
        fix.course.unwrap_or(0.0),
        w.day,
        w.month,
        w.short_year(),
        0xFFFF_FBFF & !low,
    )
    .into_bytes()
}
