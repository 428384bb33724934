//! Masts in the text form: three messages, three ways of writing them.

use super::alarms;
use super::text::Row;
use crate::session::State;
use crate::text;
use crate::{Cell, Reading};

/// Signal in dBm: steps of 2 dB from −113 as modems count them, or the amount without its minus.
pub(super) fn strength(field: &[u8]) -> Option<i16> {
    match text::signed(field)? {
        n @ 0..=31 => i16::try_from(2 * n - 113).ok(),
        n @ 32..=200 => i16::try_from(-n).ok(),
        n @ -200..=-1 => i16::try_from(n).ok(),
        _ => None,
    }
}

/// `NBR,hhmmss,mcc,mnc,delay,count,(area,cell,signal)*,ddmmyy,status`.
pub(super) fn neighbours(row: &Row<'_>, state: &State, reading: &mut Reading) {
    let (mcc, mnc) = (text::number(row.get(3)), text::number(row.get(4)));
    let count: usize = text::number(row.get(6)).unwrap_or(0);
    let count = count.min(16);
    for at in (7..).step_by(3).take(count) {
        let (Some(mcc), Some(mnc)) = (mcc, mnc) else { break };
        if let (Some(lac), Some(cell)) = (text::number(row.get(at)), text::number(row.get(at + 1))) {
            let signal_dbm = strength(row.get(at + 2));
            reading.status.cells.push(Cell { mcc, mnc, lac, cell, signal_dbm });
        }
    }
    let date = 7 + 3 * count;
    reading.status.time = text::dmy_hms(row.get(date), row.get(2));
    if let Some((_, word)) = row.status(date + 1) {
        reading.status.alarms = alarms(word, state.model);
    }
}

/// `V3,hhmmss,mccmnc,count,(area,cell,,)*,battery,reboot,X,ddmmyy,status`.
pub(super) fn masts(row: &Row<'_>, state: &State, reading: &mut Reading) {
    let (mcc, mnc) = row.get(3).split_at_checked(3).unwrap_or_default();
    let count: usize = text::number(row.get(4)).unwrap_or(0);
    for at in (5..).step_by(4).take(count.min(14)) {
        let known = (text::number(mcc), text::number(mnc), text::number(row.get(at)), text::number(row.get(at + 1)));
        if let (Some(mcc), Some(mnc), Some(lac), Some(cell)) = known {
            reading.status.cells.push(Cell { mcc, mnc, lac, cell, signal_dbm: None });
        }
    }
    if let Some((at, word)) = row.status(5) {
        reading.status.time = text::dmy_hms(row.get(at - 1), row.get(2));
        reading.status.alarms = alarms(word, state.model);
    }
}

/// `VP1,V,mcc,mnc,area,cell,signalYarea,cell,signalY…`.
pub(super) fn vp1(rest: &[u8], row: &Row<'_>, reading: &mut Reading) {
    let (mcc, mnc) = (text::number(row.get(3)), text::number(row.get(4)));
    let masts = rest.splitn(7, |&b| b == b',').nth(6).unwrap_or_default();
    for mast in masts.split(|&b| b == b'Y').take(16) {
        let mut fields = text::Fields::of(mast);
        let (lac, cell) = (fields.next().and_then(text::number), fields.next().and_then(text::number));
        if let (Some(mcc), Some(mnc), Some(lac), Some(cell)) = (mcc, mnc, lac, cell) {
            let signal_dbm = fields.next().and_then(strength);
            reading.status.cells.push(Cell { mcc, mnc, lac, cell, signal_dbm });
        }
    }
}

/// The mast that some put behind the status of a location: country, network, area, cell, in decimal digits or (cell first, then area) in
/// hexadecimal ones.
pub(super) fn home(row: &Row<'_>, from: usize, reading: &mut Reading) {
    let (mcc, mnc): (Option<u16>, Option<u16>) = (text::number(row.get(from)), text::number(row.get(from + 1)));
    let (third, fourth) = (row.get(from + 2), row.get(from + 3));
    let letters = third.iter().chain(fourth).any(u8::is_ascii_alphabetic);
    let number = if letters { text::hex } else { text::whole };
    let (Some(mcc @ 200..=799), Some(mnc), Some(a), Some(b)) = (mcc, mnc, number(third), number(fourth)) else {
        return;
    };
    let (lac, cell) = if a > 0xFFFF { (b, a) } else { (a, b) };
    if let Ok(lac) = u32::try_from(lac)
        && (1..=0x0FFF_FFFF).contains(&cell)
        && lac > 0
    {
        reading.status.cells.push(Cell { mcc, mnc, lac, cell, signal_dbm: None });
    }
}
