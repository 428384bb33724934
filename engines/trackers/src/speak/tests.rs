#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::format_collect, reason = "tests")]

use super::*;
use crate::{Options, Reading, Session};

fn device(protocol: Protocol) -> DeviceId {
    DeviceId::new(match protocol {
        Protocol::Watch | Protocol::H02 => "8800000015",
        Protocol::Jt808 => "13833501744",
        Protocol::Tk103 => "088047365460",
        _ => "864717003283581",
    })
    .unwrap()
}

fn now() -> Moment {
    Moment::parse_rfc3339("2026-11-28T07:00:00Z").unwrap()
}

fn place() -> Fix {
    Fix {
        time: Some(now()),
        lat: 31.276_54,
        lon: 120.532_1,
        valid: true,
        speed_kmh: Some(4.0),
        course: Some(271.0),
        satellites: Some(7),
        battery_pct: Some(83),
        ..Fix::default()
    }
}

fn heard(protocol: Protocol, said: &[Vec<u8>]) -> Vec<Reading> {
    let mut session = Session::new(protocol, &Options::default());
    let mut all = Vec::new();
    for frame in said {
        session.feed(frame, now(), &mut |reading| all.push(reading.clone()));
    }
    assert_eq!(session.buffered(), 0, "{protocol:?}");
    all
}

const STREAMS: [Protocol; 6] =
    [Protocol::Watch, Protocol::Gt06, Protocol::H02, Protocol::Jt808, Protocol::Tk103, Protocol::Gps103];

fn same(fix: &Fix, expected: &Fix, protocol: Protocol) {
    assert!((fix.lat - expected.lat).abs() < 1e-5 && (fix.lon - expected.lon).abs() < 1e-5, "{protocol:?} {fix:?}");
    assert!(fix.valid && fix.time == Some(now()) && fix.course == Some(271.0), "{protocol:?} {fix:?}");
    assert!((fix.speed_kmh.unwrap() - 4.0).abs() < 0.02, "{protocol:?} {fix:?}");
}

#[test]
fn what_is_said_is_heard() {
    for protocol in STREAMS {
        let device = device(protocol);
        let place = place();
        let south_west = Fix { lat: -31.5, lon: -58.25, ..place };
        let said = [
            login(protocol, &device, now(), 1),
            fix(protocol, &device, &place, 2),
            heartbeat(protocol, &device, now(), 83, 3),
            sos(protocol, &device, now(), None, 50, 4),
            sos(protocol, &device, now(), Some(&place), 50, 5),
            fix(protocol, &device, &south_west, 6),
        ];
        let all = heard(protocol, &said);
        assert_eq!(all.len(), said.len(), "{protocol:?}");
        for reading in &all {
            assert_eq!(reading.error, None, "{protocol:?}");
            assert_eq!(reading.device, Some(device), "{protocol:?}");
        }
        let [logged_in, at_place, beating, lost, found, far] = &all[..] else { panic!("six") };
        assert!(logged_in.login && !logged_in.reply.is_empty(), "{protocol:?}");
        for (reading, expected) in [(at_place, &place), (found, &place), (far, &south_west)] {
            let [fix] = &reading.fixes[..] else { panic!("{protocol:?}: one fix") };
            same(fix, expected, protocol);
        }
        assert!(at_place.alarms().is_empty());
        match protocol {
            Protocol::Jt808 | Protocol::Gps103 => {}
            // Steps of the protocol.
            Protocol::Tk103 => assert_eq!(beating.status.battery_pct, Some(80)),
            _ => assert_eq!(beating.status.battery_pct, Some(83), "{protocol:?}"),
        }
        assert!(lost.fixes.is_empty() && lost.status.alarms.has(Alarms::SOS), "{protocol:?}");
        assert_eq!(lost.status.time, Some(now()), "{protocol:?}");
        assert!(found.alarms().has(Alarms::SOS), "{protocol:?}");
    }
}

#[test]
fn phones_make_requests() {
    let (device, place) = (device(Protocol::OsmAnd), place());
    let sos = Fix { alarms: Alarms::SOS, accuracy_m: Some(12.0), ..place };
    let asked = request(Protocol::OsmAnd, &device, &sos).unwrap();
    let mut reading = Reading::default();
    crate::http::osmand(&asked.target, asked.content_type, None, &asked.body, now(), &mut reading);
    same(&reading.fixes[0], &place, Protocol::OsmAnd);
    assert_eq!(
        (reading.device, reading.alarms(), reading.fixes[0].accuracy_m),
        (Some(device), Alarms::SOS, Some(12.0))
    );
    let asked = request(Protocol::OwnTracks, &device, &place).unwrap();
    crate::http::owntracks(&asked.target, asked.content_type, None, &asked.body, now(), &mut reading);
    same(&reading.fixes[0], &place, Protocol::OwnTracks);
    assert_eq!(reading.status.battery_pct, Some(83));
    assert_eq!(request(Protocol::Watch, &device, &place), None);
}
