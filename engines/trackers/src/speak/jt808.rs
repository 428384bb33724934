//! JT/T 808-2013 as devices speak it.

use crate::clock::Wall;
use crate::{Alarms, DeviceId, Fix, bytes, jt808};

fn packed(n: u8) -> u8 {
    ((n / 10) << 4) | (n % 10)
}

/// Kind, phone number in packed digits (letters count as 0), serial, body; closed and escaped.
fn sealed(kind: u16, device: &DeviceId, serial: u16, body: &[u8]) -> Vec<u8> {
    let mut phone = [0_u8; 6];
    for (at, digit) in device.as_str().bytes().rev().take(12).enumerate() {
        let value = if digit.is_ascii_digit() { digit - b'0' } else { 0 };
        if let Some(place) = phone.get_mut(5 - at / 2) {
            *place |= if at % 2 == 0 { value } else { value << 4 };
        }
    }
    let mut plain = Vec::with_capacity(body.len() + 16);
    plain.extend_from_slice(&kind.to_be_bytes());
    plain.extend_from_slice(&(body.len() as u16).to_be_bytes());
    plain.extend_from_slice(&phone);
    plain.extend_from_slice(&serial.to_be_bytes());
    plain.extend_from_slice(body);
    plain.push(bytes::xor(&plain));
    let mut out = Vec::with_capacity(plain.len() + 8);
    out.push(0x7E);
    plain.iter().for_each(|byte| jt808::escape(0x7E, *byte, &mut out));
    out.push(0x7E);
    out
}

/// Authentication with the word that the registration gave: the number itself.
pub(super) fn login(device: &DeviceId, serial: u16) -> Vec<u8> {
    sealed(0x0102, device, serial, device.as_str().as_bytes())
}

pub(super) fn heartbeat(device: &DeviceId, serial: u16) -> Vec<u8> {
    sealed(0x0002, device, serial, &[])
}

const BITS: [(Alarms, u32); 8] = [
    (Alarms::SOS, 0),
    (Alarms::OVERSPEED, 1),
    (Alarms::LOW_BATTERY, 7),
    (Alarms::POWER_OFF, 8),
    (Alarms::VIBRATION, 15),
    (Alarms::TAMPER, 17),
    (Alarms::GEOFENCE, 20),
    (Alarms::MOVEMENT, 28),
];

pub(super) fn located(device: &DeviceId, fix: &Fix, serial: u16) -> Vec<u8> {
    let alarm = BITS.iter().filter(|(one, _)| fix.alarms.has(*one)).fold(0_u32, |word, (_, bit)| word | 1 << bit);
    let status = u32::from(fix.valid) << 1 | u32::from(fix.lat < 0.0) << 2 | u32::from(fix.lon < 0.0) << 3;
    let micro = |degrees: f64| ((degrees.abs() * 1e6).round() as u32).to_be_bytes();
    let w = Wall::at(fix.time.unwrap_or_default(), 8 * 3_600);
    let mut body = Vec::with_capacity(40);
    body.extend_from_slice(&alarm.to_be_bytes());
    body.extend_from_slice(&status.to_be_bytes());
    body.extend_from_slice(&micro(fix.lat));
    body.extend_from_slice(&micro(fix.lon));
    body.extend_from_slice(&(fix.altitude_m.unwrap_or(0.0).round() as i16).to_be_bytes());
    body.extend_from_slice(&((fix.speed_kmh.unwrap_or(0.0) * 10.0).round() as u16).to_be_bytes());
    body.extend_from_slice(&(fix.course.unwrap_or(0.0).round() as u16).to_be_bytes());
    body.extend_from_slice(&[w.short_year(), w.month, w.day, w.hour, w.minute, w.second].map(packed));
    if let Some(satellites) = fix.satellites {
        body.extend_from_slice(&[0x31, 1, satellites]);
    }
    if let Some(battery) = fix.battery_pct {
        body.extend_from_slice(&[0xE4, 2, 1, battery]);
    }
    sealed(0x0200, device, serial, &body)
}
