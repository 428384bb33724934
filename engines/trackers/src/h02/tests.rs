#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::{Options, Protocol, Session};

fn one(model: Model, frame: &[u8]) -> Reading {
    let mut session = Session::new(Protocol::H02, &Options { model });
    let mut all = Vec::new();
    let now = Moment::parse_rfc3339("2026-11-23T15:59:55Z").unwrap();
    session.whole(frame, now, &mut |reading| all.push(reading.clone()));
    assert_eq!(all.len(), 1, "{}", String::from_utf8_lossy(frame));
    all.remove(0)
}

fn text(frame: &str) -> Reading {
    one(Model::Standard, frame.as_bytes())
}

#[test]
fn coordinates_of_four_generations() {
    for (frame, lat, lon) in [
        (
            "*HQ,4210051415,V1,164549,A,0956.3869,N,08406.7068,W,000.00,000,221215,FFFFFBFF,712,01,0,0,6#",
            9.939_78,
            -84.111_78,
        ),
        (
            "*HQ,5905101893,V1,105759,A,37573392,S,145037022,E,000.00,173,280122,FF7FFBFF,,,9059e2c,8232,4#",
            -37.955_653,
            145.061_703,
        ),
        ("*HQ,1451316409,V1,030149,A,-23-29.0095,S,-46-51.5852,W,2.4,065,070315,FFFFFFFF#", -23.483_49, -46.859_75),
        (
            "*HQ,9001000002,V8,213945,A,3542.2043,N,38.6508,W,0.00,170,221025,FBFFF9FF,0,0,0,0,22,31,126,0#",
            35.703_4,
            -0.644_18,
        ),
        (
            "*HQ,4210209006,V1,054048,A,2828.2297,N,07733.4332,E,000.5,047,4,080918,EEE7FBDF,4261193,0#",
            28.470_495,
            77.557_22,
        ),
    ] {
        let reading = text(frame);
        let fix = reading.fixes[0];
        assert!((fix.lat - lat).abs() < 1e-5 && (fix.lon - lon).abs() < 1e-5, "{frame}: {fix:?}");
        assert!(fix.valid && fix.time.is_some(), "{frame}");
    }
}

#[test]
fn answers_carry_the_hour() {
    let reading =
        text("*HQ,4106012736,V1,224434,A,1827.3855,N,06705.7577,W,000.00,000,100117,FFFFFBFF,310,260,49101,1753,5#");
    assert_eq!(reading.reply, b"*HQ,4106012736,V4,V1,20261123155955#");
    assert_eq!(reading.status.cells, [crate::Cell { mcc: 310, mnc: 260, lac: 49_101, cell: 1_753, signal_dbm: None }]);
    assert_eq!(text("*HQ,353111080001055,HTBT,88#").reply, b"*HQ,353111080001055,HTBT#");
    assert_eq!(text("*HQ,353111080001055,HTBT,88#").status.battery_pct, Some(88));
    assert_eq!(text("*HQ,4109198974,#").reply, b"");
}

#[test]
fn an_answer_to_an_order_is_a_place_too() {
    let reading =
        text("*TH,2020916012,V4,S1,OK,pass_word,130305,050316,A,2212.8745,N,11346.6574,E,14.28,028,220902,FFFFFBFD#");
    assert_eq!(reading.fixes[0].time.unwrap().rfc3339(), "2002-09-22T05:03:16Z");
    assert_eq!(reading.fixes[0].alarms, Alarms::SOS);
    assert!((reading.fixes[0].speed_kmh.unwrap() - 26.446_56).abs() < 1e-9);
}

#[test]
fn the_status_word() {
    let frame = |word: &str| format!("*HQ,2705171109,V1,213324,V,0000.0000,N,00000.0000,E,0.00,000,140613,{word}#");
    for (word, expected) in [
        ("FFFFFFFF", Alarms::NONE),
        ("FFFFFFFD", Alarms::SOS),
        ("FFFBFFFF", Alarms::SOS),
        ("FFFFFFFC", Alarms::SOS.with(Alarms::VIBRATION)),
        ("FFF7FBFF", Alarms::POWER_CUT),
        ("00000000", Alarms::NONE),
    ] {
        let reading = text(&frame(word));
        assert!(reading.fixes.is_empty());
        assert_eq!(reading.status.alarms, expected, "{word}");
    }
    assert!(one(Model::Unwired, frame("FFFFFFFD").as_bytes()).alarms().is_empty());
}

#[test]
fn masts() {
    let v3 = text(
        "*HQ,355488020533263,V3,121536,65501,04,000152,014001,156,-64,000161,010642,138,,000152,014003,129,,000152,013973,126,,02E4,0,X,071116,FFFFFBFF#",
    );
    assert_eq!(v3.status.cells.len(), 4);
    assert_eq!(v3.status.time.unwrap().rfc3339(), "2016-11-07T12:15:36Z");
    let nbr = text(
        "*HQ,1400046168,NBR,160159,460,0,1,4,9338,3692,150,9338,3691,145,9338,3690,140,9338,3692,139,180813,FFFFFBFF#",
    );
    assert_eq!((nbr.status.cells.len(), nbr.status.cells[0].signal_dbm), (4, Some(-150)));
    assert_eq!(nbr.reply, b"*HQ,1400046168,V4,NBR,20261123155955#");
    let vp1 = text("*hq,356327081001239,VP1,V,470,002,92,3565,0Y92,19433,30Y92,1340,29#");
    assert_eq!(vp1.status.cells.len(), 3);
    let link = text("*HQ,1700086468,LINK,180902,15,0,84,120,0,240517,FFFFFBFF#").status;
    assert_eq!((link.battery_pct, link.steps, link.signal_pct), (Some(84), Some(120), Some(48)));
}

#[test]
fn binary_frames_in_a_stream() {
    let bytes = |hex: &str| -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    };
    let short = bytes("2441060116601245431311165035313006004318210e000000fffffbffff0024");
    let middle = bytes("2491802711800850240512192350143206090249758e000001ffffbbff00bdf0900000000001d60161cc4b9a35");
    let long = bytes("2435248308419329301047591808172627335900074412294E024138FEFFFFFFFF01120064BA73005ECC");
    let stream = [&short[..], &middle, &long, b"*HQ,1,V1#", &middle, &short].concat();
    for size in [1, 5, 31, stream.len()] {
        let mut session = Session::new(Protocol::H02, &Options::default());
        let mut devices = Vec::new();
        for chunk in stream.chunks(size) {
            session.feed(chunk, Moment::default(), &mut |r| devices.push(r.device.unwrap().as_str().to_owned()));
        }
        let expected = ["4106011660", "9180271180", "352483084193293", "1", "9180271180", "4106011660"];
        assert_eq!(devices, expected, "in pieces of {size}");
    }
    let fix = one(Model::Standard, &long).fixes[0];
    assert!((fix.lat - 26.455_598).abs() < 1e-5 && (fix.lon - 74.687_157).abs() < 1e-5 && fix.valid);
    assert!((fix.speed_kmh.unwrap() - 24.0 * 1.852).abs() < 1e-9 && fix.course == Some(138.0));
    assert_eq!(one(Model::Standard, &middle).fixes[0].battery_pct, Some(100));
}
