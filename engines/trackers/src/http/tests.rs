#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::Alarms;

fn get(target: &str) -> Reading {
    let mut reading = Reading::default();
    osmand(target, None, None, b"", Moment::default(), &mut reading);
    reading
}

fn post(body: &str) -> Reading {
    let mut reading = Reading::default();
    osmand("/", Some("application/json"), None, body.as_bytes(), Moment::default(), &mut reading);
    reading
}

fn own(device: Option<&str>, body: &str) -> Reading {
    let mut reading = Reading::default();
    owntracks("/pub", None, device, body.as_bytes(), Moment::default(), &mut reading);
    reading
}

#[test]
fn times_in_every_form() {
    for (value, expected) in [
        ("1377177267", "2013-08-22T13:14:27Z"),
        ("1442068686579", "2015-09-12T14:38:06.579Z"),
        ("2016-01-27T18%3A55%3A47Z", "2016-01-27T18:55:47Z"),
        ("2014-06-04+09%3A10%3A11", "2014-06-04T09:10:11Z"),
        ("2026-11-28T15:00:00.25%2B08:00", "2026-11-28T07:00:00.25Z"),
        ("2026-11-28T15:00:00%2B0800", "2026-11-28T07:00:00Z"),
    ] {
        let reading = get(&format!("/?id=902064&lat=42.06288&lon=-88.23412&timestamp={value}"));
        assert_eq!(reading.error, None, "{value}");
        assert_eq!(reading.fixes[0].time.unwrap().rfc3339(), expected);
    }
    assert!(get("/?id=902064&lat=42.06288&lon=-88.23412&timestamp=yesterday").error.is_some());
}

#[test]
fn the_request_of_the_phone_app() {
    let reading = get(
        "/?id=861001000719969&lat=41.666667&lon=-0.883333&altitude=350.059479&speed=10.0&bearing=7.2&accuracy=12.5&batt=87.0&charge=true&alarm=sos",
    );
    let fix = reading.fixes[0];
    assert_eq!(reading.device.unwrap().as_str(), "861001000719969");
    assert!((fix.speed_kmh.unwrap() - 18.52).abs() < 1e-9 && fix.course == Some(7.2));
    assert_eq!((fix.accuracy_m, fix.battery_pct, fix.alarms, fix.valid), (Some(12.5), Some(87), Alarms::SOS, true));
    assert!(get("/?timestamp=1377177267&lat=60.0&lon=30.0").error.is_some());
    let network = get(
        "/?id=123456&timestamp=1377177267&cell=257,02,16,2224&cell=257,02,16,2223,-90&wifi=00-14-22-01-23-45,-80&wifi=00-1C-B3-09-85-15,-70",
    );
    assert!(network.fixes.is_empty() && network.error.is_none());
    assert_eq!(
        (network.status.cells.len(), network.status.wifi.len(), network.status.network_accuracy_m),
        (2, 2, Some(60.0))
    );
    let mut form = Reading::default();
    osmand(
        "/",
        Some("application/x-www-form-urlencoded"),
        None,
        b"id=1&lat=60.0&lon=30.0",
        Moment::default(),
        &mut form,
    );
    assert_eq!(form.fixes.len(), 1);
}

#[test]
fn the_json_of_the_phone_app() {
    let body = r#"{"location":{"event":"motionchange","is_moving":false,"uuid":"0e9a\"2473","timestamp":"2021-07-21T08:06:34.444Z","odometer":0,
        "coords":{"latitude":-6.1148096,"longitude":106.6837015,"accuracy":3.8,"speed":18.67,"heading":-1,"altitude":35.7},
        "activity":{"type":"still","confidence":100},"battery":{"is_charging":true,"level":0.79},"extras":{}},"device_id":"8737767034"}"#;
    let reading = post(body);
    assert_eq!(reading.error, None);
    let fix = reading.fixes[0];
    assert_eq!((fix.lat, fix.lon, fix.accuracy_m), (-6.114_809_6, 106.683_701_5, Some(3.8)));
    assert_eq!((fix.course, fix.battery_pct, reading.status.charging), (None, Some(79), Some(true)));
    assert!((fix.speed_kmh.unwrap() - 67.212).abs() < 1e-9);
    assert_eq!(fix.time.unwrap().rfc3339(), "2021-07-21T08:06:34.444Z");
    let two = post(
        r#"{"device_id":658765,"location":[{"coords":{"latitude":1,"longitude":2}},{"coords":{"latitude":3,"longitude":4}}]}"#,
    );
    assert_eq!((two.fixes.len(), two.device.unwrap().as_str()), (2, "658765"));
    for broken in ["{", "{}", "{\"location\":", "[[[[[[[[[[[[[[[[", "{\"a\":1,}", "{\"location\":{}} x", "\"\\"] {
        assert!(post(broken).error.is_some(), "{broken}");
    }
}

#[test]
fn owntracks_kinds() {
    let reading = own(
        None,
        r#"{"_type":"location","acc":15,"alt":440,"batt":46,"bs":2,"conn":"w","lat":46.0681247,"lon":11.1512805,"t":"u","tid":"5t","tst":1551874878,"vac":2,"vel":36}"#,
    );
    let fix = reading.fixes[0];
    assert_eq!((reading.device.unwrap().as_str(), &reading.reply[..]), ("5t", &b"[]"[..]));
    assert_eq!(
        (fix.speed_kmh, fix.accuracy_m, fix.battery_pct, reading.status.charging),
        (Some(36.0), Some(15.0), Some(46), Some(true))
    );
    assert_eq!(fix.time.unwrap().rfc3339(), "2019-03-06T12:21:18Z");
    let topic = own(
        Some("li-phone"),
        r#"{"topic":"owntracks/ckrey/22A67880-15C3-41A6-9157-25545C7993AC","lon":-122,"lat":37,"tst":1736161169,"_type":"location","tid":"AC"}"#,
    );
    assert_eq!(topic.device.unwrap().as_str(), "owntracks-ckrey-22A67880-15C3-41A6-9157-25545C7993AC");
    let headers = own(Some("li-phone"), r#"{"lon":-122,"lat":37,"tst":1736161169,"_type":"location","tid":"AC"}"#);
    assert_eq!(headers.device.unwrap().as_str(), "li-phone");
    let leave = own(
        None,
        r#"{"_type":"transition","event":"leave","lat":37.1,"lon":12,"tst":1736161169,"tid":"AC","desc":"home"}"#,
    );
    assert_eq!(leave.fixes[0].alarms, Alarms::GEOFENCE_EXIT);
    let gone = own(Some("li-phone"), r#"{"_type":"lwt","tst":1736161169}"#);
    assert!(gone.fixes.is_empty() && gone.error.is_none() && gone.status.time.is_some());
    assert_eq!(own(None, r#"{"_type":"waypoint","desc":"home","lat":1,"lon":2,"rad":50,"tst":1}"#).fixes.len(), 0);
    assert!(own(None, r#"{"_type":"encrypted","data":"AAAA"}"#).error.unwrap().contains("HTTPS"));
}
