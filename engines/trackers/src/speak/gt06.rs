//! GT06 as devices speak it.

use crate::clock::Wall;
use crate::gt06::seal;
use crate::{Alarms, DeviceId, Fix};
use kernel::Moment;

fn sealed(kind: u8, content: &[u8], serial: u16) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len() + 10);
    seal(false, kind, content, serial.to_be_bytes(), &mut out);
    out
}

/// The number in packed digits, sixteen of them, zeros in front; letters count as 0.
pub(super) fn login(device: &DeviceId, serial: u16) -> Vec<u8> {
    let text = device.as_str().as_bytes();
    let mut packed = [0_u8; 8];
    for (at, digit) in text.iter().rev().take(16).enumerate() {
        let value = if digit.is_ascii_digit() { digit - b'0' } else { 0 };
        if let Some(place) = packed.get_mut(7 - at / 2) {
            *place |= if at % 2 == 0 { value } else { value << 4 };
        }
    }
    sealed(0x01, &packed, serial)
}

/// Percent in the six steps of the protocol.
fn step(battery_pct: u8) -> u8 {
    ((u16::from(battery_pct.min(100)) * 6 + 50) / 100) as u8
}

pub(super) fn heartbeat(battery_pct: u8, serial: u16) -> Vec<u8> {
    sealed(0x13, &[0x40, step(battery_pct), 4, 0, 2], serial)
}

fn place(fix: &Fix, out: &mut Vec<u8>) {
    let w = Wall::at(fix.time.unwrap_or(Moment::from_micros(946_684_800_000_000)), 0);
    out.extend_from_slice(&[w.short_year(), w.month, w.day, w.hour, w.minute, w.second]);
    out.push(0xC0 | fix.satellites.unwrap_or(0).min(15));
    out.extend_from_slice(&((fix.lat.abs() * 1_800_000.0).round() as u32).to_be_bytes());
    out.extend_from_slice(&((fix.lon.abs() * 1_800_000.0).round() as u32).to_be_bytes());
    out.push(fix.speed_kmh.unwrap_or(0.0).clamp(0.0, 255.0).round() as u8);
    let mut flags = (fix.course.unwrap_or(0.0).rem_euclid(360.0).round() as u16) & 0x03FF;
    flags |= if fix.lat < 0.0 { 0 } else { 0x0400 };
    flags |= if fix.lon < 0.0 { 0x0800 } else { 0 };
    flags |= if fix.valid { 0x1000 } else { 0 };
    out.extend_from_slice(&flags.to_be_bytes());
}

const CODES: [(Alarms, u8); 9] = [
    (Alarms::SOS, 0x01),
    (Alarms::FALL, 0x23),
    (Alarms::POWER_CUT, 0x02),
    (Alarms::VIBRATION, 0x03),
    (Alarms::GEOFENCE_ENTER, 0x04),
    (Alarms::GEOFENCE_EXIT, 0x05),
    (Alarms::LOW_BATTERY, 0x0E),
    (Alarms::TAMPER, 0x13),
    (Alarms::REMOVED, 0x18),
];

pub(super) fn located(fix: &Fix, serial: u16) -> Vec<u8> {
    let mut content = Vec::with_capacity(40);
    place(fix, &mut content);
    // China Mobile, area and cell unknown.
    let mast = [0x01, 0xCC, 0, 0, 0, 0, 0, 0];
    let Some((_, code)) = CODES.iter().find(|(one, _)| fix.alarms.has(*one)) else {
        content.extend_from_slice(&mast);
        return sealed(0x12, &content, serial);
    };
    content.push(9);
    content.extend_from_slice(&mast);
    content.extend_from_slice(&[0x40, step(fix.battery_pct.unwrap_or(100)), 4, *code, 2]);
    sealed(0x16, &content, serial)
}
