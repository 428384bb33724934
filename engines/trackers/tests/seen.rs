//! Frames of more devices and firmwares (`tests/frames/seen.txt`): what must come out at least.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use kernel::Moment;
use trackers::{Options, Protocol, Session};

fn bytes(protocol: Protocol, frame: &str) -> Vec<u8> {
    let digits: Vec<u8> = frame.chars().filter(|c| *c != ' ').filter_map(|c| c.to_digit(16).map(|d| d as u8)).collect();
    let hex = frame.chars().all(|c| c.is_ascii_hexdigit() || c == ' ') && protocol != Protocol::Gps103;
    if hex {
        digits.chunks(2).map(|pair| pair.iter().fold(0, |b, d| b << 4 | d)).collect()
    } else {
        frame.as_bytes().to_vec()
    }
}

#[test]
fn frames_of_many_devices() {
    let mut wrong = Vec::new();
    for line in include_str!("frames/seen.txt").lines().filter(|l| !l.starts_with('#')) {
        let mut parts = line.splitn(3, '|');
        let (protocol, expected, frame) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
        let protocol = Protocol::parse(protocol).unwrap();
        let mut session = Session::new(protocol, &Options::default());
        let mut all = Vec::new();
        session.whole(&bytes(protocol, frame), Moment::default(), &mut |r| all.push(r.clone()));
        let [reading] = &all[..] else {
            wrong.push(format!("{} readings: {line}", all.len()));
            continue;
        };
        let right = reading.error.is_none()
            && match expected {
                "place" => !reading.fixes.is_empty(),
                "none" => reading.fixes.is_empty(),
                _ => match expected.strip_prefix("battery=") {
                    Some(pct) => reading.status.battery_pct.map(|b| b.to_string()).as_deref() == Some(pct),
                    None => reading.alarms().words().any(|word| word == expected),
                },
            };
        if !right {
            wrong.push(format!("{line}\n  {reading:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} frames:\n{}", wrong.len(), wrong.join("\n"));
}
