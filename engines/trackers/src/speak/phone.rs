//! Requests as phones make them.

use crate::{Alarms, DeviceId, Fix};

/// One request over HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub method: &'static str,
    /// Path and parameters.
    pub target: String,
    pub content_type: Option<&'static str>,
    pub body: Vec<u8>,
}

/// The parameters of the Traccar Client.
pub(super) fn osmand(device: &DeviceId, fix: &Fix) -> Request {
    let mut target = format!("/?id={}&lat={:.7}&lon={:.7}&valid={}", device.as_str(), fix.lat, fix.lon, fix.valid);
    let mut more = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            target.push('&');
            target.push_str(name);
            target.push('=');
            target.push_str(&value);
        }
    };
    more("timestamp", fix.time.map(|t| (t.micros() / 1_000_000).to_string()));
    more("speed", fix.speed_kmh.map(|kmh| format!("{:.4}", kmh / 1.852)));
    more("bearing", fix.course.map(|c| format!("{c:.1}")));
    more("altitude", fix.altitude_m.map(|m| format!("{m:.1}")));
    more("accuracy", fix.accuracy_m.map(|m| format!("{m:.1}")));
    more("batt", fix.battery_pct.map(|pct| pct.to_string()));
    more("alarm", fix.alarms.words().next().map(str::to_owned));
    Request { method: "GET", target, content_type: None, body: Vec::new() }
}

/// A `location`; OwnTracks knows no button, so that of alarms only a low battery is told.
pub(super) fn owntracks(device: &DeviceId, fix: &Fix) -> Request {
    let mut body = format!(
        "{{\"_type\":\"location\",\"topic\":\"{}\",\"lat\":{:.7},\"lon\":{:.7},\"tst\":{}",
        device.as_str(),
        fix.lat,
        fix.lon,
        fix.time.unwrap_or_default().micros() / 1_000_000,
    );
    let mut more = |name: &str, value: Option<f64>| {
        if let Some(value) = value {
            body.push_str(&format!(",\"{name}\":{value:.0}"));
        }
    };
    more("vel", fix.speed_kmh);
    more("cog", fix.course);
    more("alt", fix.altitude_m);
    more("acc", fix.accuracy_m);
    more("batt", fix.battery_pct.map(f64::from));
    if fix.alarms.has(Alarms::LOW_BATTERY) {
        body.push_str(",\"t\":\"9\"");
    }
    body.push('}');
    Request {
        method: "POST",
        target: "/pub".to_owned(),
        content_type: Some("application/json"),
        body: body.into_bytes(),
    }
}
