//! The sample frames with the readings of a reference decoder (`../shared/data/trackers/*.json` where it is there, else the selection in
//! `tests/frames`): positions, alarms, answers, device. Where we differ on purpose stands in [`on_purpose`] and in docs/trackers.md.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use kernel::Moment;
use serde_json::Value;
use std::path::{Path, PathBuf};
use trackers::{Fix, Options, Protocol, Reading, Session};

fn folder() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shared = here.join("../../../shared/data/trackers");
    if shared.is_dir() { shared } else { here.join("tests/frames") }
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// What the reference's words are called here.
fn word(reference: &str) -> &str {
    match reference {
        "tampering" => "tamper",
        "removing" => "removed",
        "lowBattery" => "low_battery",
        "powerCut" => "power_cut",
        "powerOff" => "power_off",
        "fallDown" => "fall",
        other => other,
    }
}

/// Readings of the reference that are wrong, and why; by the frame's beginning.
fn on_purpose(frame: &str) -> Option<&'static str> {
    const DIFFERENT: &[(&str, &str)] = &[
        // GT06 0xF3 has its time in binary (0x0C is no packed digit): 2020, not 2014.
        ("787844f3140c0b0a262a", "time"),
        // GT06 0xA4: the mast's length (16) says LTE, four and eight bytes.
        ("78782da41a0509160203", "cells"),
        ("78782da4150817073b10", "cells"),
    ];
    DIFFERENT.iter().find(|(start, _)| frame.starts_with(start)).map(|(_, why)| *why)
}

fn now() -> Moment {
    Moment::parse_rfc3339("2026-11-23T15:59:55Z").unwrap()
}

struct Run {
    protocol: Protocol,
    session: Session,
}

impl Run {
    fn read(&mut self, frame: &Value) -> Reading {
        if self.protocol.is_http() {
            let mut reading = Reading::default();
            let (target, body) = (frame["url"].as_str().unwrap(), frame["body"].as_str().unwrap_or_default());
            let kind = frame["headers"]["Content-Type"].as_str();
            let read =
                if self.protocol == Protocol::OsmAnd { trackers::http::osmand } else { trackers::http::owntracks };
            read(target, kind, None, body.as_bytes(), now(), &mut reading);
            return reading;
        }
        let bytes = match frame["hex"].as_str() {
            Some(hex) => bytes(hex),
            None => frame["text"].as_str().unwrap().as_bytes().to_vec(),
        };
        let mut all = Vec::new();
        self.session.whole(&bytes, now(), &mut |reading| all.push(reading.clone()));
        assert_eq!(all.len(), 1, "one reading for {frame}");
        all.remove(0)
    }
}

fn check_position(
    expected: &Value,
    fixes: &mut std::slice::Iter<'_, Fix>,
    reading: &Reading,
    name: &str,
    differs: Option<&str>,
) {
    let alarms: Vec<_> =
        expected["attributes"]["alarm"].as_str().into_iter().flat_map(|all| all.split(',')).map(word).collect();
    let time = expected["time"].as_str().or(expected["device_time"].as_str()).filter(|t| *t != "RUN_CLOCK");
    let place = (expected["lat"].as_f64().unwrap_or(0.0), expected["lon"].as_f64().unwrap_or(0.0));
    let (time_here, alarms_here) = if place == (0.0, 0.0) {
        (reading.status.time, reading.status.alarms)
    } else {
        let fix = fixes.next().unwrap_or_else(|| panic!("a place is missing: {name}"));
        assert!((fix.lat - place.0).abs() < 1e-5 && (fix.lon - place.1).abs() < 1e-5, "{name}: {fix:?}");
        assert_eq!(Some(fix.valid), expected["valid"].as_bool(), "{name}");
        let knots = expected["speed_kn"].as_f64().unwrap();
        assert!((fix.speed_kmh.unwrap_or(0.0) / 1.852 - knots).abs() < 1e-3, "{name}: {fix:?} {knots}");
        assert!((fix.course.unwrap_or(0.0) - expected["course"].as_f64().unwrap()).abs() < 1e-6, "{name}");
        assert!((fix.altitude_m.unwrap_or(0.0) - expected["altitude"].as_f64().unwrap()).abs() < 1e-6, "{name}");
        (fix.time, fix.alarms)
    };
    // In a batch of several without a place the last one counts.
    let batch = reading.fixes.len() > 1 || name.contains("7e0704");
    if differs != Some("time") && (place != (0.0, 0.0) || !batch) {
        assert_eq!(time_here.map(|t| t.rfc3339()).as_deref(), time, "{name}");
    }
    let told: Vec<_> = alarms_here.words().collect();
    for alarm in &alarms {
        assert!(told.contains(alarm), "{name}: {told:?} and not {alarm}");
    }
    assert_eq!(told.len(), alarms.len(), "{name}: {told:?}");
    if let Some(battery) = expected["attributes"]["batteryLevel"].as_f64() {
        assert_eq!(reading.status.battery_pct.map(f64::from), Some(battery), "{name}");
    }
}

fn check_network(expected: &Value, reading: &Reading, name: &str) {
    let towers = expected["network"]["cellTowers"].as_array().cloned().unwrap_or_default();
    for tower in towers.iter().filter(|t| t["cellId"] != 0) {
        let found = reading.status.cells.iter().any(|cell| {
            tower["cellId"].as_u64() == Some(cell.cell)
                && tower["locationAreaCode"].as_u64() == Some(u64::from(cell.lac))
                && (cell.mcc == 0
                    || tower["mobileCountryCode"] == 0
                    || tower["mobileCountryCode"].as_u64() == Some(u64::from(cell.mcc)))
        });
        assert!(found, "{name}: {tower} is not among {:?}", reading.status.cells);
    }
    let points = expected["network"]["wifiAccessPoints"].as_array().cloned().unwrap_or_default();
    for point in &points {
        let mac = point["macAddress"].as_str().unwrap();
        let found = reading.status.wifi.iter().any(|w| w.mac.map(|b| format!("{b:02x}")).join(":") == mac);
        assert!(found, "{name}: {mac} is not among {:?}", reading.status.wifi);
    }
}

fn check_frame(frame: &Value, reading: &Reading) {
    let name =
        frame["hex"].as_str().or(frame["text"].as_str()).or(frame["body"].as_str()).or(frame["url"].as_str()).unwrap();
    let differs = on_purpose(name);
    let Some(decoded) = frame.get("decoded") else {
        if frame["kind"] == "no_position" {
            assert!(reading.fixes.is_empty(), "{name}");
        } else {
            assert!(!reading.fixes.is_empty() && reading.error.is_none(), "{name}: {reading:?}");
        }
        return;
    };
    assert_eq!(reading.error, None, "{name}");
    let mut fixes = reading.fixes.iter();
    let positions = decoded["positions"].as_array().cloned().unwrap_or_default();
    for position in &positions {
        check_position(position, &mut fixes, reading, name, differs);
        if differs != Some("cells") && positions.len() == 1 && name != LOCK {
            check_network(position, reading, name);
        }
    }
    assert_eq!(fixes.next(), None, "more places than expected: {name}");
    if let Some(ids) = decoded["device_ids"].as_array() {
        let device = reading.device.map(|d| d.as_str().to_owned()).unwrap_or_default();
        assert!(ids.iter().any(|id| *id == *device), "{name}: {device:?}");
    }
    let replies: Vec<u8> = decoded["replies"].as_array().into_iter().flatten().flat_map(reply).collect();
    assert_eq!(String::from_utf8_lossy(&reading.reply), String::from_utf8_lossy(&replies), "{name}");
}

/// A lock whose piece F4 of one byte the reference takes for an access point, reading over its end.
const LOCK: &str = "7e0200004d794308010679013800000000022c004e01819568036ef38c005c00120000251118112611d40164d50201a230011d31010cf40104f9020007fe0400000090fd0a02e8000400044a150fe6ef014a0b062200623a4965977e";

fn reply(reply: &Value) -> Vec<u8> {
    match reply["hex"].as_str() {
        Some(hex) => bytes(hex),
        None => reply["text"].as_str().unwrap().as_bytes().to_vec(),
    }
}

#[test]
fn every_sample_frame_reads_as_expected() {
    let (mut count, mut wrong) = (0, 0);
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "json") {
            continue;
        }
        let file: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let protocol = Protocol::parse(file["protocol"].as_str().unwrap()).unwrap();
        let mut run = Run { protocol, session: Session::new(protocol, &Options::default()) };
        let mut test = String::new();
        for frame in file["frames"].as_array().unwrap() {
            if test != frame["test"].as_str().unwrap() {
                run.session = Session::new(protocol, &Options::default());
                frame["test"].as_str().unwrap().clone_into(&mut test);
            }
            let reading = run.read(frame);
            let checked = std::panic::catch_unwind(|| check_frame(frame, &reading));
            wrong += usize::from(checked.is_err());
            count += 1;
        }
    }
    assert_eq!(wrong, 0, "frames of {count} read otherwise than expected: see above");
    assert!(count >= 20, "only {count} frames were there");
}
