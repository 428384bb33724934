#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::{Options, Protocol, Session};

fn heard(stream: &str) -> Vec<Reading> {
    let mut session = Session::new(Protocol::Gps103, &Options::default());
    let mut all = Vec::new();
    session.whole(stream.as_bytes(), Moment::default(), &mut |reading| all.push(reading.clone()));
    all
}

fn one(frame: &str) -> Reading {
    let mut all = heard(frame);
    assert_eq!(all.len(), 1, "{frame}");
    assert_eq!(all[0].error, None, "{frame}");
    all.remove(0)
}

#[test]
fn local_clocks_are_set_right() {
    for (frame, time, lat, lon) in [
        (
            "imei:359710045559474,tracker,151030080103,,F,000101.000,A,5443.3834,N,02512.9071,E,0.00,0;",
            "2015-10-30T00:01:01Z",
            54.723_06,
            25.215_12,
        ),
        (
            "imei:359710049092324,tracker,151027025958,,F,235957.000,A,2429.5156,N,04424.5828,E,0.01,27.91,,0,0,,,;",
            "2015-10-26T23:59:57Z",
            24.491_93,
            44.409_71,
        ),
        (
            "imei:865328021058861,tracker,151027041419,,F,011531.000,A,6020.2979,N,02506.1940,E,0.49,113.30,,0,0,0.0%,,;",
            "2015-10-27T01:15:31Z",
            60.338_30,
            25.103_23,
        ),
        (
            "imei:359710040656622,tracker,13/02/27 23:40,,F,125952.000,A,3450.9430,S,13828.6753,E,0.00,0",
            "2013-02-27T12:59:52Z",
            -34.849_05,
            138.477_92,
        ),
        (
            "imei:353552045403597,tracker,150420050648,53.0,F,0.0,A,N,5306.64155,E,00700.77848,0.0,,1.0,;",
            "2015-04-20T05:06:00Z",
            53.110_69,
            7.012_97,
        ),
        (
            "imei:012497000208821,tracker,1301072224,,F,142411.077,A,2227.0739,S,06855.2912,,0,0,",
            "2013-01-07T14:24:11Z",
            -22.451_23,
            68.921_52,
        ),
        (
            "359769031878322imei:359769031878322,tracker,1602160718,2,F,221811.000,A,1655.2193,S,14546.6722,E,0.00,,",
            "2016-02-15T22:18:11Z",
            -16.920_32,
            145.777_87,
        ),
    ] {
        let fix = one(frame).fixes[0];
        assert_eq!(fix.time.map(Moment::rfc3339).as_deref(), Some(time), "{frame}");
        assert!((fix.lat - lat).abs() < 1e-5 && (fix.lon - lon).abs() < 1e-5, "{frame}: {fix:?}");
    }
}

#[test]
fn answers_and_alarms() {
    assert_eq!(one("##,imei:359586015829802,A;").reply, b"LOAD");
    let beat = one("359586015829802;");
    assert_eq!((&beat.reply[..], beat.device.unwrap().as_str()), (&b"ON"[..], "359586015829802"));
    let sos = one("imei:359586015829802,help me,0809231429,13554900601,F,062947.294,A,2234.4026,N,11354.3277,E,0.00,");
    assert_eq!((sos.alarms(), &sos.reply[..]), (Alarms::SOS, &b"**,imei:359586015829802,E;"[..]));
    // Without a place it is told all the same.
    let lost = one("imei:359710049075097,help me,,,L,,,113b,,558f,,,,,0,0,,,");
    assert!(lost.fixes.is_empty());
    assert_eq!((lost.status.alarms, lost.status.cells[0].cell), (Alarms::SOS, 0x558f));
    assert!(one("imei:359586015829802,tracker,000000000,13554900601,L,;").status.cells.is_empty());
}

#[test]
fn several_in_a_stream() {
    let all = heard(
        "xx;##,imei:359586015829802,A;359586015829802;\r\nnoiseimei:359586015829802,low battery,0809231429,1,F,062947.294,A,2234.4026,N,11354.3277,E,0.00,;",
    );
    assert_eq!(all.len(), 3);
    assert_eq!(all[2].alarms(), Alarms::LOW_BATTERY);
}

#[test]
fn the_starred_form() {
    let reading = one(
        "imei:861359038609986,Equipo 1,---,------,----,214734,241018,26,1,-33.42317,-70.61930,067,229,0674,1.00,08,0,1,---,*",
    );
    let fix = reading.fixes[0];
    assert_eq!(fix.time.unwrap().rfc3339(), "2018-10-24T21:47:34Z");
    assert_eq!((fix.speed_kmh, fix.satellites, fix.altitude_m), (Some(67.0), Some(8), Some(674.0)));
}
