#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::format_collect, reason = "tests")]

use super::*;
use crate::{Alarms, Model, Options, Protocol, Session};

fn bytes_of(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn heard(model: Model, stream: &[u8]) -> Vec<Reading> {
    let mut session = Session::new(Protocol::Jt808, &Options { model });
    let mut all = Vec::new();
    let now = Moment::parse_rfc3339("2026-11-23T15:59:55Z").unwrap();
    session.whole(stream, now, &mut |reading| all.push(reading.clone()));
    all
}

fn one(frame: &str) -> Reading {
    let mut all = heard(Model::Standard, &bytes_of(frame));
    assert_eq!(all.len(), 1, "{frame}");
    assert_eq!(all[0].error, None, "{frame}");
    all.remove(0)
}

/// A frame with everything that a device must escape, escaped.
fn framed(kind: u16, attributes: u16, front: &str, body: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    plain.extend_from_slice(&kind.to_be_bytes());
    plain.extend_from_slice(&(attributes | body.len() as u16).to_be_bytes());
    plain.extend(bytes_of(front));
    plain.extend_from_slice(body);
    plain.push(bytes::xor(&plain));
    let mut out = vec![0x7E];
    plain.iter().for_each(|b| escape(0x7E, *b, &mut out));
    out.push(0x7E);
    out
}

/// 31.27654 N, 120.5321 E, valid, 4 km/h, 271 degrees, 2026-11-28 15:00 in Beijing.
const PLACE: &str = "000000000000000301dd3e7c072f2ad4000d0028010f261128150000";

#[test]
fn both_editions() {
    for (attributes, front, device) in
        [(0, "0138335017440019", "13833501744"), (0x4000, "01000000000138335017440019", "13833501744")]
    {
        let frame = framed(0x0200, attributes, front, &bytes_of(PLACE));
        let all = heard(Model::Standard, &frame);
        assert_eq!(all.len(), 1);
        let fix = all[0].fixes[0];
        assert_eq!(all[0].device.unwrap().as_str(), device);
        assert!((fix.lat - 31.276_668).abs() < 1e-6 && (fix.lon - 120.531_668).abs() < 1e-3, "{fix:?}");
        assert_eq!(fix.time.unwrap().rfc3339(), "2026-11-28T07:00:00Z");
        assert_eq!((fix.speed_kmh, fix.course, fix.altitude_m), (Some(4.0), Some(271.0), Some(13.0)));
        let reply = hex(&all[0].reply);
        let expected = if attributes == 0 {
            "7e80010005013833501744000000190200009"
        } else {
            "7e800140050100000000013833501744000000190200"
        };
        assert!(reply.starts_with(expected), "{reply}");
    }
}

#[test]
fn escapes_both_ways() {
    // Serial 7E7D, and both in the body.
    let mut body = bytes_of(PLACE);
    body.extend([0x30, 1, 0x7E, 0x31, 1, 0x7D]);
    let frame = framed(0x0200, 0, "0138335017447e7d", &body);
    assert!(frame.len() > body.len() + 15);
    let all = heard(Model::Standard, &frame);
    assert_eq!(all[0].fixes[0].satellites, Some(0x7D));
    assert_eq!(hex(&all[0].reply), "7e8001000501383350174400007d027d010200008c7e");
}

#[test]
fn a_message_in_parts() {
    let item = bytes_of(PLACE);
    let mut body = vec![0, 3, 1];
    for _ in 0..3 {
        body.extend_from_slice(&[0, item.len() as u8]);
        body.extend_from_slice(&item);
    }
    let parts: Vec<_> = body.chunks(40).collect();
    let mut stream = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let front = format!("013833501744{:04x}{:04x}{:04x}", 0x19 + at, parts.len(), at + 1);
        let mut frame = framed(0x0704, 0x2000, &front, part);
        // Attributes count the body alone.
        frame[3..5].copy_from_slice(&(0x2000_u16 | part.len() as u16).to_be_bytes());
        stream.extend(frame);
    }
    let all = heard(Model::Standard, &stream);
    assert_eq!(all.len(), 3);
    assert!(all[..2].iter().all(|r| r.fixes.is_empty() && r.error.is_none() && !r.reply.is_empty()));
    assert_eq!(all[2].fixes.len(), 3);
    assert!(!all[2].reply.is_empty());
    // One part lost: said, answered, and the next message is read.
    let second = framed(0x0704, 0x2000, "01383350174400190003 0002".replace(' ', "").as_str(), parts[1]);
    assert!(heard(Model::Standard, &second)[0].error.is_some());
}

#[test]
fn register_authenticate_beat_time() {
    let register = one(
        "7e0100002d0141305678720024002c012f373031313142534a2d41362d424400000000000000000000003035363738373201d4c14238383838386d7e",
    );
    assert!(register.login);
    assert_eq!(
        hex(&register.reply),
        "7e8100000f014130567872000000240030313431333035363738373294 7e"
            .replace("94 ", &format!("{:02x}", register.reply[register.reply.len() - 2]))
    );
    assert!(
        hex(&one("7E0102000E013511221122000661757468656E7469636174696F6E3F7E").reply)
            .starts_with("7e80010005013511221122000000060102")
    );
    assert!(one("7e0002000004304832546500b7ca7e").login);
    let asked = heard(Model::Standard, b"(794104004140,1,001,BASE,2,TIME)");
    assert_eq!(asked[0].reply, b"(794104004140,1,001,BASE,2,20261123155955)");
    let now = framed(0x0109, 0, "0138335017440019", &[]);
    assert!(hex(&heard(Model::Standard, &now)[0].reply).starts_with("7e81090007013833501744000007ea0b170f3b37"));
}

#[test]
fn alarm_bits_do_not_hide_each_other() {
    let with = |word: &str| framed(0x0200, 0, "0138335017440019", &bytes_of(&format!("{word}{}", &PLACE[8..])));
    for (model, word, expected) in [
        (Model::Standard, "00000001", Alarms::SOS),
        (Model::Standard, "00000081", Alarms::SOS.with(Alarms::LOW_BATTERY)),
        (Model::Cuff, "00000001", Alarms::REMOVED),
        (Model::Tag, "00010001", Alarms::MOVEMENT),
        (Model::Vl300, "20000000", Alarms::NONE),
        (Model::Standard, "20000000", Alarms::ACCIDENT),
    ] {
        assert_eq!(heard(model, &with(word))[0].alarms(), expected, "{model:?} {word}");
    }
    // Without a place.
    let nowhere = bytes_of("000000010000000000000000000000000000000000002611281500 00".replace(' ', "").as_str());
    let lost = heard(Model::Standard, &framed(0x0200, 0, "0138335017440019", &nowhere)).remove(0);
    assert!(lost.fixes.is_empty() && lost.status.alarms == Alarms::SOS && lost.status.time.is_some());
}

#[test]
fn lost_delimiters() {
    let good = framed(0x0200, 0, "0138335017440019", &bytes_of(PLACE));
    let half = &good[..20];
    let stream = [&[0xFF, 0x7E, 0x7E][..], half, &good, &good[1..], &good, &[0x7E]].concat();
    for size in [1, 4, 11, stream.len()] {
        let mut session = Session::new(Protocol::Jt808, &Options::default());
        let mut count = 0;
        for chunk in stream.chunks(size) {
            session
                .feed(chunk, Moment::default(), &mut |r| count += usize::from(r.fixes.len() == 1 && r.error.is_none()));
        }
        assert_eq!(count, 2, "in pieces of {size}");
    }
}

#[test]
fn numbers_with_letters_are_imeis() {
    // 0x7a1203 << 24 …: the number without its check digit, which is counted.
    assert_eq!(device(&[0x1f, 0x8b, 0xd2, 0x4a, 0x5e, 0x06]).unwrap().as_str().len(), 15);
    assert_eq!(luhn(49_015_420_323_751), 8);
    assert_eq!(device(&[0; 6]).unwrap().as_str(), "0");
}

#[test]
fn jointech() {
    let reading = one(
        "7e550104337401903111850622072002454206133574075359513a0000080100000001aa00005ded05e203000000000c06005affb5ffb40a0302dc65100100137e",
    );
    let fix = reading.fixes[0];
    assert!((fix.lat - 6.222_623).abs() < 1e-5 && (fix.lon + 75.599_188).abs() < 1e-5);
    assert_eq!((reading.status.charging, reading.status.cells[0].mcc), (Some(true), 732));
    assert!(reading.reply.is_empty());
    let blind = one(
        "7e55028436740190311185091607200239270613212607536108630000170a000000014600005ded05e203000000000b010d0c06005b003e00ab0a0302dc65100100a37e",
    );
    assert!(!blind.fixes[0].valid && blind.fixes[0].battery_pct == Some(70));
    assert!(hex(&blind.reply).starts_with("7e440100037401903111850155020"));
}
