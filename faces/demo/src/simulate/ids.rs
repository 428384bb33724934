//! Numbers of devices that belong to nobody.

use trackers::{DeviceId, Protocol};

/// What the demo's devices speak, in turn: mostly watches, as in the trade.
pub const MIX: [Protocol; 15] = [
    Protocol::Watch,
    Protocol::Gt06,
    Protocol::Watch,
    Protocol::Jt808,
    Protocol::Watch,
    Protocol::OsmAnd,
    Protocol::H02,
    Protocol::Watch,
    Protocol::Tk103,
    Protocol::OwnTracks,
    Protocol::Watch,
    Protocol::Gt06,
    Protocol::Jt808,
    Protocol::Watch,
    Protocol::OsmAnd,
];

/// The number of the `n`th device of a protocol (`n` below ten million), in the form that the protocol carries.
///
/// IMEIs begin with 00, which the GSM Association keeps for test equipment; others with digits that no maker uses.
pub fn invented(protocol: Protocol, n: u32) -> Option<DeviceId> {
    let n = n % 10_000_000;
    DeviceId::new(&match protocol {
        Protocol::Gt06 | Protocol::Gps103 => imei(n),
        Protocol::Watch => format!("990{n:07}"),
        Protocol::H02 => format!("991{n:07}"),
        Protocol::Jt808 => format!("99200{n:07}"),
        Protocol::Tk103 => format!("99300{n:07}"),
        Protocol::OsmAnd => format!("phone-{n:07}"),
        Protocol::OwnTracks => format!("elder-{n:07}"),
    })
}

fn imei(n: u32) -> String {
    let digits = format!("0010170{n:07}");
    // Luhn: every second digit from the right doubled, the check digit not counted.
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, b)| {
            let digit = u32::from(b - b'0') * if at % 2 == 0 { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn numbers_are_of_the_right_form_and_differ() {
        let luhn = |imei: &str| {
            let digits = imei.bytes().rev().enumerate();
            digits
                .map(|(at, b)| u32::from(b - b'0') * if at % 2 == 1 { 2 } else { 1 })
                .map(|d| d / 10 + d % 10)
                .sum::<u32>()
        };
        // The worked example of the rule: 49015420323751 is followed by 8.
        assert_eq!(luhn("490154203237518") % 10, 0);
        assert!((0..50).all(|n| luhn(&imei(n)) % 10 == 0 && imei(n).len() == 15));
        let all: BTreeSet<DeviceId> =
            Protocol::ALL.iter().flat_map(|p| (0..100).filter_map(|n| invented(*p, n))).collect();
        assert_eq!(all.len(), 700, "GT06 and GPS103 share their IMEIs");
    }
}
