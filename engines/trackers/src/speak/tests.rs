#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::format_collect, reason = "tests")]

use super::*;
use crate::{Alarms, Options, Reading, Session};

fn device(protocol: Protocol) -> DeviceId {
    DeviceId::new(if protocol == Protocol::Watch { "8800000015" } else { "864717003283581" }).unwrap()
}

fn now() -> Moment {
    Moment::parse_rfc3339("2026-11-28T07:00:00Z").unwrap()
}

fn heard(protocol: Protocol, said: &[Vec<u8>]) -> Vec<Reading> {
    let mut session = Session::new(protocol, &Options::default());
    let mut all = Vec::new();
    for frame in said {
        session.feed(frame, now(), &mut |reading| all.push(reading.clone()));
    }
    assert_eq!(session.buffered(), 0);
    all
}

const STREAMS: [Protocol; 2] = [Protocol::Watch, Protocol::Gt06];

#[test]
fn what_is_said_is_heard() {
    for protocol in STREAMS {
        let device = device(protocol);
        let place = Fix {
            time: Some(now()),
            lat: 31.276_54,
            lon: 120.532_1,
            valid: true,
            speed_kmh: Some(4.0),
            course: Some(271.0),
            satellites: Some(7),
            battery_pct: Some(83),
            ..Fix::default()
        };
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
            assert!(
                (fix.lat - expected.lat).abs() < 1e-5 && (fix.lon - expected.lon).abs() < 1e-5,
                "{protocol:?} {fix:?}"
            );
            assert!(fix.valid && fix.time == Some(now()) && fix.course == Some(271.0), "{protocol:?} {fix:?}");
        }
        assert!(at_place.alarms().is_empty());
        assert_eq!(beating.status.battery_pct, Some(83), "{protocol:?}");
        assert!(lost.fixes.is_empty() && lost.status.alarms.has(Alarms::SOS), "{protocol:?}");
        assert_eq!(lost.status.time, Some(now()), "{protocol:?}");
        assert!(found.alarms().has(Alarms::SOS), "{protocol:?}");
    }
}
