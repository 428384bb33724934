//! `mulin decode` on lines: the contract's form, what goes where, what is refused.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use clap::Parser;
use cli::decode::{DecodeArgs, run};
use kernel::Moment;
use serde_json::{Value, json};

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    args: DecodeArgs,
}

fn decode(words: &[&str], input: &str) -> Result<Vec<Value>, String> {
    let words = [&["decode"], words].concat();
    let mut out = Vec::new();
    let clock = || Moment::parse_rfc3339("2026-11-23T15:59:55Z").unwrap();
    run(&Line::try_parse_from(words).unwrap().args, &clock, &mut input.as_bytes(), &mut out)
        .map_err(|e| format!("{e:#}"))?;
    Ok(String::from_utf8(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

#[test]
fn one_line_for_each_frame_in_the_contracts_form() {
    let lines = "[3G*4700222306*011F*UD2,120316,140444,A,48.779045,N, 9.1574736,E,0.57,12.8,0.0,7,28,77,5,0,00000000,1,2,262,1,21041,9067,121,1,WG,34:31:c4:c8:a9:22,-67]\n\
                 \n\
                 nonsense\n\
                 [3G*6907919734*003e*AL_LTE,170525,214118,V,0,N,0,E,0,0,0,0,0,22,0,0,00010000,0,0,0]\n";
    let all = decode(&["watch"], lines).unwrap();
    assert_eq!(all.len(), 3);
    let expected = json!({
        "device": "4700222306",
        "positions": [{
            "lat": 48.779_045, "lon": 9.157_473_6, "time": "2016-03-12T14:04:44Z", "valid": true, "speed_kmh": 0.57, "course": 12.8,
            "altitude_m": 0.0, "accuracy_m": null, "satellites": 7, "battery_pct": 77, "alarms": [],
        }],
        "status": {
            "time": null, "battery_pct": 77, "alarms": [], "worn": true, "signal_pct": 28, "steps": 5, "network_accuracy_m": 120.0,
            "cells": [{"mcc": 262, "mnc": 1, "lac": 21041, "cell": 9067, "signal_dbm": -121}],
            "wifi": [{"mac": "34:31:c4:c8:a9:22", "signal_dbm": -67}],
        },
        "reply": null,
        "error": null,
    });
    assert_eq!(all[0], expected);
    assert!(all[1]["error"].as_str().unwrap().contains("no frame") && all[1]["positions"] == json!([]));
    assert_eq!(all[2]["positions"], json!([]));
    assert_eq!(all[2]["status"]["alarms"], json!(["sos"]));
    assert_eq!(all[2]["status"]["time"], "2025-05-17T21:41:18Z");
    assert_eq!(all[2]["reply"], "5b33472a363930373931393733342a303030322a414c5d");
}

#[test]
fn a_run_is_one_session() {
    let lines = "78781f120f0a140e150bc505e51e780293a9e800540000f601006e0055da00035f240d0a\n78780d01086471700328358100093f040d0a\n0x78780a13c40604000201298f5b0d0a\nzz\n7878\n";
    let all = decode(&["gt06"], lines).unwrap();
    assert_eq!(all.len(), 5);
    assert!(all[0]["device"].is_null() && all[0]["positions"][0]["valid"] == true);
    assert_eq!(all[1]["reply"], "78780501000955940d0a");
    assert_eq!(all[2]["device"], "864717003283581");
    assert!(all[3]["error"].as_str().unwrap().contains("hexadecimal"));
    assert!(all[4]["error"].is_string());
}

#[test]
fn models_and_the_present() {
    let frame = "787825160f0c1d0a2b21c8027ac8040c46581000146f0901cc00287d001f71400404090100010d0a0d0a\n";
    let alarm = |words: &[&str]| decode(words, frame).unwrap()[0]["positions"][0]["alarms"].clone();
    assert_eq!(alarm(&["gt06"]), json!(["vibration"]));
    assert_eq!(alarm(&["gt06", "--model", "vl103"]), json!(["tow"]));
    let h02 = "*HQ,3800008786,V1,062507,A,3048.2437,N,03058.5617,E,000.00,000,250413,FFFFFBFF#\n";
    let reply = |words: &[&str]| {
        let hex = decode(words, h02).unwrap()[0]["reply"].as_str().unwrap().to_owned();
        let bytes = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap());
        String::from_utf8(bytes.collect()).unwrap()
    };
    assert_eq!(reply(&["h02"]), "*HQ,3800008786,V4,V1,20261123155955#");
    assert_eq!(reply(&["h02", "--now", "2026-11-28T23:00:00+08:00"]), "*HQ,3800008786,V4,V1,20261128150000#");
}

#[test]
fn requests_over_http() {
    let all = decode(&["osmand"], "/?id=7&lat=31.2&lon=120.5&timestamp=1774681200&speed=2\n{\"device_id\":\"8\",\"location\":{\"coords\":{\"latitude\":31.2,\"longitude\":120.5}}}\nhello\n/?lat=1&lon=2\n").unwrap();
    assert_eq!((&all[0]["device"], &all[0]["reply"]), (&json!("7"), &Value::Null));
    assert_eq!(all[0]["positions"][0]["speed_kmh"], 3.704);
    assert_eq!(all[1]["positions"][0]["lon"], 120.5);
    assert!(all[2]["error"].is_string() && all[3]["error"].as_str().unwrap().contains("no device"));
    let own = decode(
        &["owntracks"],
        "{\"_type\":\"location\",\"tid\":\"JJ\",\"lat\":48.85,\"lon\":2.295,\"tst\":1497476456}\n",
    )
    .unwrap();
    assert_eq!((&own[0]["device"], &own[0]["reply"]), (&json!("JJ"), &json!("5b5d")));
}

#[test]
fn texts_and_digits() {
    let beat = decode(&["gps103"], "3595860158298020\n##,imei:359586015829802,A;\n").unwrap();
    assert_eq!((&beat[0]["device"], &beat[0]["reply"]), (&json!("3595860158298020"), &json!("4f4e")));
    assert_eq!(beat[1]["reply"], "4c4f4144");
    let hex: String =
        "(087073005534BP00HSO)".bytes().map(|b| format!("{b:02X}")).fold(String::new(), |all, b| all + &b);
    assert_eq!(decode(&["tk103"], &hex).unwrap()[0]["device"], "087073005534");
}

#[test]
fn wrong_use_says_what_would_be_right() {
    assert!(decode(&["morse"], "").unwrap_err().contains("watch, gt06"));
    assert!(decode(&["gt06", "--model", "toaster"], "").unwrap_err().contains("VL103"));
    assert!(decode(&["gt06", "--now", "today"], "").unwrap_err().contains("2026-11-28T15:00:00Z"));
}
