//! The other side: frames as a device sends them, for the simulator and the load generator. What is said here is read by the decoders of this
//! crate; the tests hold them together.

mod gt06;
mod h02;
mod jt808;
mod phone;
mod tk103;
mod watch;

use crate::{Alarms, DeviceId, Fix, Protocol};
use kernel::Moment;

pub use phone::Request;

/// The frame with which a device introduces itself. Protocols without a login say that they are there. Empty for the protocols over HTTP.
///
/// `serial`: the running number of the frame, where the protocol counts (GT06, JT/T 808).
pub fn login(protocol: Protocol, device: &DeviceId, now: Moment, serial: u16) -> Vec<u8> {
    match protocol {
        Protocol::Watch => watch::link(device, None),
        Protocol::Gt06 => gt06::login(device, serial),
        Protocol::Jt808 => jt808::login(device, serial),
        Protocol::Tk103 => tk103::login(device),
        Protocol::Gps103 => tk103::gps103_login(device),
        Protocol::H02 => heartbeat(protocol, device, now, 100, serial),
        Protocol::OsmAnd | Protocol::OwnTracks => Vec::new(),
    }
}

/// The frame with which a device says that it is there, and (but in JT/T 808 and GPS103) how its battery is. Empty for the protocols over
/// HTTP.
pub fn heartbeat(protocol: Protocol, device: &DeviceId, now: Moment, battery_pct: u8, serial: u16) -> Vec<u8> {
    match protocol {
        Protocol::Watch => watch::link(device, Some(battery_pct)),
        Protocol::Gt06 => gt06::heartbeat(battery_pct, serial),
        Protocol::H02 => h02::heartbeat(device, battery_pct),
        Protocol::Jt808 => jt808::heartbeat(device, serial),
        Protocol::Tk103 => tk103::heartbeat(device, now, battery_pct),
        Protocol::Gps103 => tk103::gps103_heartbeat(device),
        Protocol::OsmAnd | Protocol::OwnTracks => Vec::new(),
    }
}

/// A location; `fix.alarms` are told with it where the protocol has a place for them. GT06 tells who it is in its login alone. For the
/// protocols over HTTP it is the request's target (OsmAnd) or body (OwnTracks): see [`request`].
pub fn fix(protocol: Protocol, device: &DeviceId, fix: &Fix, serial: u16) -> Vec<u8> {
    match protocol {
        Protocol::Watch => watch::located(device, fix),
        Protocol::Gt06 => gt06::located(fix, serial),
        Protocol::H02 => h02::located(device, fix),
        Protocol::Jt808 => jt808::located(device, fix, serial),
        Protocol::Tk103 => tk103::located(device, fix),
        Protocol::Gps103 => tk103::gps103_located(device, fix),
        Protocol::OsmAnd => phone::osmand(device, fix).target.into_bytes(),
        Protocol::OwnTracks => phone::owntracks(device, fix).body,
    }
}

/// A location as the request that a phone makes; `None` for protocols that are streams.
pub fn request(protocol: Protocol, device: &DeviceId, fix: &Fix) -> Option<Request> {
    match protocol {
        Protocol::OsmAnd => Some(phone::osmand(device, fix)),
        Protocol::OwnTracks => Some(phone::owntracks(device, fix)),
        _ => None,
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
    fix(protocol, device, &Fix { alarms: place.alarms.with(Alarms::SOS), ..place }, serial)
}

/// `ddmm.mmmmm`, with so many digits for the degrees.
fn minutes(degrees: f64, digits: usize) -> String {
    let hundred_thousandths = (degrees.abs() * 6_000_000.0).round() as u64;
    let (whole, rest) = (hundred_thousandths / 6_000_000, hundred_thousandths % 6_000_000);
    format!("{whole:0digits$}{:02}.{:05}", rest / 100_000, rest % 100_000)
}

#[cfg(test)]
mod tests;
