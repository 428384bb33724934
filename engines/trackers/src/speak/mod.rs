//! The other side: frames as a device sends them, for the simulator and the load generator. What is said here is read by the decoders of this
//! crate; the tests hold them together.

mod gt06;
mod watch;

use crate::{DeviceId, Fix, Protocol};
use kernel::Moment;

/// The frame with which a device introduces itself. Protocols without a login say that they are there.
pub fn login(protocol: Protocol, device: &DeviceId, now: Moment, serial: u16) -> Vec<u8> {
    match protocol {
        Protocol::Watch => watch::link(device, None),
        Protocol::Gt06 => gt06::login(device, serial),
        _ => heartbeat(protocol, device, now, 100, serial),
    }
}

/// The frame with which a device says that it is there, and how its battery is.
pub fn heartbeat(protocol: Protocol, device: &DeviceId, now: Moment, battery_pct: u8, serial: u16) -> Vec<u8> {
    let _ = now;
    match protocol {
        Protocol::Watch => watch::link(device, Some(battery_pct)),
        Protocol::Gt06 => gt06::heartbeat(battery_pct, serial),
        _ => Vec::new(),
    }
}

/// A location; `fix.alarms` are told with it where the protocol has a place for them. GT06 tells who it is in its login alone.
pub fn fix(protocol: Protocol, device: &DeviceId, fix: &Fix, serial: u16) -> Vec<u8> {
    match protocol {
        Protocol::Watch => watch::located(device, fix),
        Protocol::Gt06 => gt06::located(fix, serial),
        _ => Vec::new(),
    }
}

/// An SOS; without `place` the device has not found itself.
pub fn sos(
    protocol: Protocol,
    device: &DeviceId,
    now: Moment,
    place: Option<&Fix>,
    battery_pct: u8,
    serial: u16,
) -> Vec<u8> {
    let nowhere = Fix { time: Some(now), battery_pct: Some(battery_pct), ..Fix::default() };
    let place = place.copied().unwrap_or(nowhere);
    fix(protocol, device, &Fix { alarms: place.alarms.with(crate::Alarms::SOS), ..place }, serial)
}

#[cfg(test)]
mod tests;
