//! What was read, as the contract writes it.

use kernel::Moment;
use serde_json::{Map, Value, json};
use trackers::{Alarms, DeviceId, Fix, Reading, Status};

fn time(moment: Option<Moment>) -> Option<String> {
    moment.map(Moment::rfc3339)
}

fn words(alarms: Alarms) -> Vec<&'static str> {
    alarms.words().collect()
}

/// Speeds and heights come from whole or packed numbers: more than six digits behind the point are noise of the conversion.
fn rounded(value: Option<f64>) -> Option<f64> {
    value.map(|v| (v * 1e6).round() / 1e6)
}

fn position(fix: &Fix) -> Value {
    json!({
        "lat": fix.lat,
        "lon": fix.lon,
        "time": time(fix.time),
        "valid": fix.valid,
        "speed_kmh": rounded(fix.speed_kmh),
        "course": rounded(fix.course),
        "altitude_m": rounded(fix.altitude_m),
        "accuracy_m": rounded(fix.accuracy_m),
        "satellites": fix.satellites,
        "battery_pct": fix.battery_pct,
        "alarms": words(fix.alarms),
    })
}

/// `battery_pct` and `alarms` always, the rest when the device told it.
fn status(status: &Status) -> Value {
    let mut all = Map::new();
    all.insert("time".to_owned(), json!(time(status.time)));
    all.insert("battery_pct".to_owned(), json!(status.battery_pct));
    all.insert("alarms".to_owned(), json!(words(status.alarms)));
    let mut told = |name: &str, value: Value| {
        if !value.is_null() {
            all.insert(name.to_owned(), value);
        }
    };
    told("charging", json!(status.charging));
    told("worn", json!(status.worn));
    told("signal_pct", json!(status.signal_pct));
    told("steps", json!(status.steps));
    told("heart_rate", json!(status.heart_rate));
    told("systolic", json!(status.systolic));
    told("diastolic", json!(status.diastolic));
    told("oxygen_pct", json!(status.oxygen_pct));
    told("temperature_c", json!(rounded(status.temperature_c.map(f64::from))));
    told("network_accuracy_m", json!(status.network_accuracy_m));
    if !status.cells.is_empty() {
        let cells = status
            .cells
            .iter()
            .map(|c| json!({"mcc": c.mcc, "mnc": c.mnc, "lac": c.lac, "cell": c.cell, "signal_dbm": c.signal_dbm}));
        told("cells", cells.collect());
    }
    if !status.wifi.is_empty() {
        let points = status.wifi.iter().map(|w| {
            let mac = w.mac.map(|b| format!("{b:02x}")).join(":");
            json!({"mac": mac, "signal_dbm": w.signal_dbm})
        });
        told("wifi", points.collect());
    }
    Value::Object(all)
}

pub(super) fn of(reading: &Reading) -> Value {
    let hex: String = reading
        .reply
        .iter()
        .flat_map(|b| [b >> 4, b & 15])
        .filter_map(|d| char::from_digit(u32::from(d), 16))
        .collect();
    json!({
        "device": reading.device.as_ref().map(DeviceId::as_str),
        "positions": reading.fixes.iter().map(position).collect::<Vec<_>>(),
        "status": status(&reading.status),
        "reply": if hex.is_empty() { None } else { Some(hex) },
        "error": reading.error,
    })
}
