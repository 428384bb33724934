#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::format_collect, reason = "tests")]

use super::*;
use crate::{Alarms, Options, Protocol, Session};

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn heard(model: Model, frames: &[&str]) -> Vec<Reading> {
    let mut session = Session::new(Protocol::Gt06, &Options { model });
    let mut all = Vec::new();
    for frame in frames {
        session.whole(&bytes(frame), Moment::default(), &mut |reading| all.push(reading.clone()));
    }
    all
}

const LOGIN: &str = "78780d01086471700328358100093f040d0a";

#[test]
fn login_and_what_follows() {
    let all = heard(Model::Standard, &[LOGIN, "78780a13c40604000201298f5b0d0a"]);
    assert_eq!(hex(&all[0].reply), "78780501000955940d0a");
    assert!(all[0].login);
    assert_eq!(all[1].device.unwrap().as_str(), "864717003283581");
    assert_eq!(all[1].status.battery_pct, Some(100));
    assert_eq!(all[1].status.charging, Some(true));
}

#[test]
fn a_place_before_the_login_counts() {
    let all = heard(Model::Standard, &["78781f120f0a140e150bc505e51e780293a9e800540000f601006e0055da00035f240d0a"]);
    let fix = all[0].fixes[0];
    assert_eq!(all[0].device, None);
    assert!((fix.lat - 54.945_35).abs() < 1e-5 && (fix.lon - 24.017_62).abs() < 1e-5);
    assert_eq!(fix.time.unwrap().rfc3339(), "2015-10-20T14:21:11Z");
}

#[test]
fn the_clock_of_the_login() {
    // Eight hours east: 0x3200 = 800 in the upper twelve bits.
    let all = heard(
        Model::Standard,
        &[
            "787811010123456789012345100B3201000171930D0A",
            "78781f120f0a140e150bc505e51e780293a9e800540000f601006e0055da00035f240d0a",
        ],
    );
    assert_eq!(all[1].fixes[0].time.unwrap().rfc3339(), "2015-10-20T06:21:11Z");
}

#[test]
fn models_have_codes_of_their_own() {
    let frame = |code: u8| {
        let mut content = bytes("0f0c1d0a2b21c8027ac8040c46581000146f0901cc00287d001f71400404");
        content.extend_from_slice(&[code, 1]);
        let mut out = Vec::new();
        seal(false, 0x16, &content, [0, 1], &mut out);
        hex(&out)
    };
    for (model, code, expected) in [
        (Model::Standard, 0x01, Alarms::SOS),
        (Model::Standard, 0x09, Alarms::VIBRATION),
        (Model::Vl, 0x09, Alarms::TOW),
        (Model::Standard, 0x18, Alarms::REMOVED),
        (Model::Lw, 0x18, Alarms::ACCIDENT),
        (Model::Seeworld, 0x29, Alarms::ACCIDENT),
        (Model::Vl, 0x28, Alarms::POWER_OFF),
        (Model::Standard, 0xEE, Alarms::NONE),
    ] {
        let all = heard(model, &[&frame(code)]);
        assert_eq!(all[0].alarms(), expected, "{model:?} {code:02x}");
        assert_eq!(all[0].status.cells.len(), 1);
    }
}

#[test]
fn whoever_knows_the_model_is_asked_once_the_number_is_there() {
    let mut content = bytes("0f0c1d0a2b21c8027ac8040c46581000146f0901cc00287d001f71400404");
    content.extend_from_slice(&[0x09, 1]);
    let mut alarm = Vec::new();
    seal(false, 0x16, &content, [0, 1], &mut alarm);
    let known = |device: crate::DeviceId| {
        if device.as_str() == "864717003283581" { Model::Vl } else { Model::Standard }
    };
    let mut session = Session::asking(Protocol::Gt06, crate::Models::new(known));
    let mut all = Vec::new();
    // Login and alarm in one piece, as after a tunnel.
    let both = [bytes(LOGIN), alarm.clone()].concat();
    session.feed(&both, Moment::default(), &mut |reading| all.push(reading.alarms()));
    session.set_model(Model::Standard);
    session.feed(&alarm, Moment::default(), &mut |reading| all.push(reading.alarms()));
    assert_eq!(all, [Alarms::NONE, Alarms::TOW, Alarms::VIBRATION]);
}

#[test]
fn lost_bytes_cost_one_frame() {
    let beat = "78780a13c40604000201298f5b0d0a";
    let stream = bytes(&format!("{LOGIN}ff0078{}{beat}00{beat}", &beat[..16]));
    for size in [1, 3, 7, stream.len()] {
        let mut session = Session::new(Protocol::Gt06, &Options::default());
        let mut count = 0;
        for chunk in stream.chunks(size) {
            session.feed(chunk, Moment::default(), &mut |reading| {
                assert_eq!(reading.error, None);
                count += 1;
            });
        }
        assert_eq!(count, 3, "in pieces of {size}");
    }
}

#[test]
fn orders_are_sealed() {
    assert_eq!(hex(&command(Command::LocateNow)), "787812800a0000000057484552452300020001a37b0d0a");
}
