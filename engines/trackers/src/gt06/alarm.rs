//! Alarm codes.

use super::place;
use crate::bytes::Take;
use crate::session::State;
use crate::{Alarms, Fix, Model, Reading};

/// The alarm byte of 0x16, 0x26, 0x27 and their like; with a high nibble from the language byte the code has nine bits and more.
pub(super) fn code(value: u16, model: Model) -> Alarms {
    let (lw, seeworld, vl) = (model == Model::Lw, model == Model::Seeworld, model == Model::Vl);
    match value {
        0x01 => Alarms::SOS,
        0x02 => Alarms::POWER_CUT,
        0x03 => Alarms::VIBRATION,
        0x04 => Alarms::GEOFENCE_ENTER,
        0x05 => Alarms::GEOFENCE_EXIT,
        0x06 => Alarms::OVERSPEED,
        0x09 if vl => Alarms::TOW,
        0x09 => Alarms::VIBRATION,
        0x0E | 0x0F => Alarms::LOW_BATTERY,
        0x11 => Alarms::POWER_OFF,
        0x0C | 0x13 | 0x25 | 0x32 => Alarms::TAMPER,
        0x14 => Alarms::DOOR,
        0x18 if lw => Alarms::ACCIDENT,
        0x18 => Alarms::REMOVED,
        0x19 if lw => Alarms::ACCELERATION,
        0x19 => Alarms::LOW_BATTERY,
        0x1A | 0x27 => Alarms::BRAKING,
        0x1B | 0x2A | 0x2B | 0x2E => Alarms::CORNERING,
        0x23 => Alarms::FALL,
        0x26 => Alarms::ACCELERATION,
        0x28 if seeworld => Alarms::CORNERING,
        0x28 if vl => Alarms::POWER_OFF,
        0x28 => Alarms::BRAKING,
        0x29 if seeworld => Alarms::ACCIDENT,
        0x29 => Alarms::ACCELERATION,
        0x2C => Alarms::ACCIDENT,
        0x30 if vl => Alarms::BRAKING,
        0x30 | 0x0107 | 0x010B => Alarms::JAMMING,
        0x33 => Alarms::LOCK,
        0x34 => Alarms::UNLOCK,
        0x53 => Alarms::GENERAL,
        0x5B | 0x5C => Alarms::TEMPERATURE,
        0xC9 => Alarms::IDLE,
        _ => Alarms::NONE,
    }
}

/// Bits 3 to 5 of the terminal information byte.
pub(super) fn terminal(status: u8, vxt01: bool) -> Alarms {
    match status >> 3 & 7 {
        1 => Alarms::VIBRATION,
        2 => Alarms::POWER_CUT,
        3 => Alarms::LOW_BATTERY,
        4 => Alarms::SOS,
        6 => Alarms::GEOFENCE,
        7 if vxt01 => Alarms::OVERSPEED,
        7 => Alarms::REMOVED,
        _ => Alarms::NONE,
    }
}

/// 0x95 of JC100 and JC400: an alarm with the time, or with the place too.
pub(super) fn jc100(mut body: Take<'_>, length: u16, state: &State, reading: &mut Reading) -> Option<()> {
    let with_place = length > 12;
    let jc400 = body.0.starts_with(&[0xFF, 0xFF]);
    let mut fix = Fix::default();
    if with_place {
        let form = if jc400 {
            body.skip(3)?;
            place::Form { satellites: true, speed: place::Speed::TwoBytesLast }
        } else {
            place::Form { satellites: false, speed: place::Speed::None }
        };
        fix = place::gps(&mut body, state.east_secs, form)?;
    } else {
        fix.time = place::stamp(body.six()?, state.east_secs);
    }
    if jc400 {
        body.skip(2)?;
    }
    fix.alarms = match body.u8()? {
        0x01 if with_place => Alarms::SOS,
        0x0E => Alarms::LOW_POWER,
        0x76 => Alarms::TEMPERATURE,
        0x80 => Alarms::VIBRATION,
        0x87 => Alarms::OVERSPEED,
        0x88 => Alarms::POWER_CUT,
        0x90 => Alarms::ACCELERATION,
        0x91 => Alarms::BRAKING,
        0x92 => Alarms::CORNERING,
        0x93 => Alarms::ACCIDENT,
        _ => Alarms::GENERAL,
    };
    reading.place(fix);
    Some(())
}

/// The event module 0x34 of the packets in pieces (0x70).
pub(super) fn event(value: u8) -> Alarms {
    match value {
        0x10 => Alarms::DOOR,
        0x12 => Alarms::REMOVED,
        0x14 => Alarms::GEOFENCE_ENTER,
        0x15 => Alarms::GEOFENCE_EXIT,
        0x16 => Alarms::TEMPERATURE,
        0x1A => Alarms::LOW_BATTERY,
        0x1B => Alarms::OVERSPEED,
        0x1C => Alarms::POWER_ON,
        0x1D => Alarms::POWER_OFF,
        0x20 => Alarms::VIBRATION,
        0x21 => Alarms::POWER_CUT,
        0x23 => Alarms::TAMPER,
        _ => Alarms::NONE,
    }
}
