//! Whatever arrives, in whatever pieces: no panic, no hang, no growth, the same readings.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use kernel::Moment;
use proptest::prelude::*;
use std::path::Path;
use trackers::{DeviceId, Fix, Model, Options, Protocol, Reading, Session, http, speak};

const STREAMS: [Protocol; 6] =
    [Protocol::Watch, Protocol::Gt06, Protocol::H02, Protocol::Jt808, Protocol::Tk103, Protocol::Gps103];

/// A session keeps no more than one frame that is not whole.
const MOST_KEPT: usize = 8_192;

fn now() -> Moment {
    Moment::parse_rfc3339("2026-11-28T07:00:00Z").unwrap()
}

/// Readings of a stream that comes in pieces of these sizes, over and over.
fn heard(protocol: Protocol, stream: &[u8], sizes: &[usize]) -> Vec<Reading> {
    let mut session = Session::new(protocol, &Options::default());
    let (mut all, mut rest, mut turn) = (Vec::new(), stream, 0);
    while !rest.is_empty() {
        let (piece, tail) = rest.split_at(sizes[turn % sizes.len()].clamp(1, rest.len()));
        session.feed(piece, now(), &mut |reading| all.push(reading.clone()));
        assert!(session.buffered() <= MOST_KEPT, "{protocol:?} keeps {}", session.buffered());
        (rest, turn) = (tail, turn + 1);
    }
    all
}

/// The sample frames of a protocol, to be broken.
fn samples(protocol: Protocol) -> Vec<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/frames").join(format!("{}.json", protocol.name()));
    let Ok(text) = std::fs::read_to_string(path) else { return Vec::new() };
    let file: serde_json::Value = serde_json::from_str(&text).unwrap();
    let frames = file["frames"].as_array().unwrap().iter();
    let bytes =
        |hex: &str| (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
    frames.map(|f| f["hex"].as_str().map_or_else(|| f["text"].as_str().unwrap().as_bytes().to_vec(), bytes)).collect()
}

fn device() -> DeviceId {
    DeviceId::new("864717003283581").unwrap()
}

fn frames(protocol: Protocol) -> Vec<Vec<u8>> {
    let place = Fix { time: Some(now()), lat: 31.2, lon: 120.5, valid: true, ..Fix::default() };
    let mut all = vec![
        speak::login(protocol, &device(), now(), 1),
        speak::heartbeat(protocol, &device(), now(), 80, 2),
        speak::fix(protocol, &device(), &place, 3),
        speak::sos(protocol, &device(), now(), None, 20, 4),
    ];
    all.extend(samples(protocol));
    all
}

/// What may lie between two frames: anything, and above all what looks like the beginning or the end of one.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    let any = prop::collection::vec(any::<u8>(), 0..24);
    let marks: &[&[u8]] = &[
        b"[",
        b"]",
        b"[3G*",
        b"\x78\x78",
        b"\x79\x79\x00",
        b"*HQ,",
        b"$",
        b"#",
        b"\x7e",
        b"\xe7",
        b"(",
        b")",
        b";",
        b"\r\n",
        b"imei:",
        b"}",
        b"\x7d\x02",
    ];
    let marks = prop::collection::vec(prop::sample::select(marks.to_vec()), 0..6).prop_map(|all| all.concat());
    prop_oneof![any, marks]
}

/// Whole, broken and glued frames with noise between.
fn stream(protocol: Protocol) -> impl Strategy<Value = Vec<u8>> {
    let frames = frames(protocol);
    let piece = (prop::sample::select(frames), noise(), 0_u8..10, any::<prop::sample::Index>(), any::<u8>());
    prop::collection::vec(piece, 0..8).prop_map(|pieces| {
        let mut out = Vec::new();
        for (mut frame, noise, how, at, byte) in pieces {
            let at = at.index(frame.len());
            match how {
                0 => frame.truncate(at),
                1 => frame[at] = byte,
                2 => drop(frame.remove(at)),
                3 => frame.insert(at, byte),
                _ => {}
            }
            out.extend(frame);
            if how % 3 == 0 {
                out.extend(noise);
            }
        }
        out
    })
}

fn streams() -> impl Strategy<Value = (Protocol, Vec<u8>)> {
    prop::sample::select(STREAMS.to_vec()).prop_flat_map(|protocol| (Just(protocol), stream(protocol)))
}

/// Rounds of each property: few when nothing is optimised; `PROPTEST_CASES` goes on for longer.
fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok());
    asked.unwrap_or(if cfg!(debug_assertions) { 200 } else { 2_000 })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn any_split_reads_the_same((protocol, stream) in streams(), sizes in prop::collection::vec(1_usize..90, 1..6)) {
        let whole = heard(protocol, &stream, &[stream.len().max(1)]);
        prop_assert_eq!(&heard(protocol, &stream, &sizes), &whole);
        prop_assert_eq!(&heard(protocol, &stream, &[1]), &whole);
    }

    #[test]
    fn arbitrary_bytes_read_the_same(protocol in prop::sample::select(STREAMS.to_vec()), stream in prop::collection::vec(any::<u8>(), 0..600)) {
        let whole = heard(protocol, &stream, &[stream.len().max(1)]);
        prop_assert_eq!(&heard(protocol, &stream, &[1, 13]), &whole);
    }

    /// A place is somewhere on the earth and not at 0,0, whatever the bytes say.
    #[test]
    fn places_are_on_the_earth((protocol, stream) in streams(), model in prop::sample::select(Model::NAMES.to_vec())) {
        let mut session = Session::new(protocol, &Options { model: model.1 });
        let mut wrong = 0;
        session.whole(&stream, now(), &mut |reading| {
            wrong += reading.fixes.iter().filter(|fix| {
                !(-90.0..=90.0).contains(&fix.lat) || !(-180.0..=180.0).contains(&fix.lon) || (fix.lat == 0.0 && fix.lon == 0.0)
            }).count();
        });
        prop_assert_eq!(wrong, 0);
    }

    /// After noise that has come to an end the next frames are read. A beginning of a frame in the noise may cost the frame behind it.
    #[test]
    fn reading_goes_on_after_noise(protocol in prop::sample::select(STREAMS.to_vec()), noise in noise()) {
        let place = Fix { time: Some(now()), lat: 31.2, lon: 120.5, valid: true, ..Fix::default() };
        let frame = speak::fix(protocol, &device(), &place, 3);
        let stream = [&noise[..], &frame.repeat(20)].concat();
        let read = heard(protocol, &stream, &[7]).iter().filter(|r| r.fixes.len() == 1).count();
        prop_assert!(read + 2 >= 20, "{} of 20 after {:02x?}", read, noise);
    }

    #[test]
    fn requests_of_any_kind(body in prop::collection::vec(any::<u8>(), 0..300), target in "[ -~]{0,200}") {
        let mut reading = Reading::default();
        http::osmand(&target, None, None, &body, now(), &mut reading);
        http::osmand("/", Some("application/json"), None, &body, now(), &mut reading);
        http::owntracks("/", None, None, &body, now(), &mut reading);
    }

    #[test]
    fn json_broken_in_any_place(cut in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut body = br#"{"location":{"timestamp":"2025-06-15T13:45:12.862Z","coords":{"latitude":37.4,"longitude":-122.0,"x":[1,{"y":[]}]}},"device_id":"4"}"#.to_vec();
        let at = cut.index(body.len());
        body[at] = byte;
        let mut reading = Reading::default();
        http::osmand("/", None, None, &body, now(), &mut reading);
        body.truncate(at);
        http::osmand("/", None, None, &body, now(), &mut reading);
        prop_assert!(reading.error.is_some());
    }
}

fn endless(protocol: Protocol, unit: &[u8], size: usize) {
    let stream = unit.repeat(size / unit.len());
    let mut session = Session::new(protocol, &Options::default());
    let mut count = 0_usize;
    for piece in stream.chunks(1_400) {
        session.feed(piece, now(), &mut |_| count += 1);
        assert!(session.buffered() <= MOST_KEPT, "{protocol:?} {unit:02x?}");
    }
    let mut whole = Session::new(protocol, &Options::default());
    let mut at_once = 0_usize;
    whole.feed(&stream, now(), &mut |_| at_once += 1);
    assert!(whole.buffered() <= MOST_KEPT);
    assert_eq!(count, at_once, "{protocol:?} {unit:02x?}");
}

/// Bytes that never come to an end, of everything that means something to a cutter.
#[test]
fn nothing_grows_without_an_end() {
    let units: &[&[u8]] = &[
        b"[",
        b"[3G*1*00",
        b"x",
        b"\x78",
        b"\x78\x78\r",
        b"\x79\x79\x1f\xff",
        b"\x79",
        b"\r",
        b"*",
        b"*HQ,1",
        b"$",
        b"\x24\x12",
        b"\x7e",
        b"\x7e\x02",
        b"\xe7\x02\x00",
        b"(",
        b"imei:1",
        b"1",
        b"\x00",
    ];
    for protocol in STREAMS {
        units.iter().for_each(|unit| endless(protocol, unit, 100_000));
    }
}

#[test]
fn ten_megabytes_without_an_end() {
    let own: [&[u8]; 6] = [b"[3G*1*00", b"\x78", b"*HQ,1", b"\x7e\x02", b"(1", b"imei:1"];
    for (protocol, unit) in STREAMS.into_iter().zip(own) {
        endless(protocol, unit, 10_000_000);
    }
}

/// A frame longer than any is none, whether it comes at once or in pieces.
#[test]
fn too_long_is_too_long_in_any_pieces() {
    for (protocol, start, end) in [
        (Protocol::Watch, &b"[3G*8800000015*FFFF*TK,"[..], &b"]"[..]),
        (Protocol::H02, b"*HQ,1,V1,", b"#"),
        (Protocol::Tk103, b"(088048003342BR00", b")"),
        (Protocol::Gps103, b"imei:1,", b";"),
        (Protocol::Jt808, b"\x7e\x02\x00", b"\x7e"),
    ] {
        for length in [8_100, 8_191, 8_192, 8_193, 8_250, 30_000] {
            let mut stream = start.to_vec();
            stream.resize(length - end.len(), b'x');
            stream.extend_from_slice(end);
            stream.extend(speak::heartbeat(protocol, &device(), now(), 80, 1));
            let whole = heard(protocol, &stream, &[stream.len()]);
            for sizes in [&[1_000][..], &[8_000], &[8_191, 1], &[33]] {
                assert_eq!(heard(protocol, &stream, sizes), whole, "{protocol:?} {length} in pieces of {sizes:?}");
            }
            assert!(!whole.is_empty(), "{protocol:?} {length}: the frame behind it");
        }
    }
}
