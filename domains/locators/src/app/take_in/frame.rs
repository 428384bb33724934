//! One frame of one device, judged: which positions, which state of the battery, which calls. Pure.

use super::load::Known;
use crate::app::tracks::New;
use crate::model::clock::{Judged, judge};
use crate::model::{Fix, Kind, Taken};
use kernel::Moment;
use kernel::ids::LocatorId;
use trackers::Alarms;
use uuid::Uuid;

/// Alarms of devices that become alerts of ours. Their own fences are not ours, and what they call general says nothing.
const CALLS: [(Alarms, Kind); 4] = [
    (Alarms::SOS, Kind::Sos),
    (Alarms::FALL, Kind::Fall),
    (Alarms::REMOVED, Kind::Removed),
    (Alarms::TAMPER, Kind::Removed),
];

/// The battery at an instant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Power {
    pub at: Moment,
    pub pct: Option<u8>,
    pub charging: Option<bool>,
    /// The device itself says that it is low.
    pub low: bool,
}

/// A call of the device: known by its mark, so that it counts once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Call {
    pub kind: Kind,
    pub mark: Moment,
    pub at: Moment,
    pub fix: Option<Fix>,
}

/// See the module.
pub(super) struct Frame {
    pub locator: LocatorId,
    pub binding: Uuid,
    pub received: Moment,
    /// Something may be kept; else it is a bare call for help.
    pub kept: bool,
    pub positions: Vec<New>,
    pub power: Vec<Power>,
    pub calls: Vec<Call>,
    /// The device says that it is worn.
    pub worn: bool,
}

/// Reads a frame; `None` when nothing of it may be kept.
pub(super) fn read(one: &mut Known, taken: &Taken, now: Moment) -> Option<Frame> {
    if taken.received < one.since {
        return None;
    }
    let mut frame = Frame {
        locator: one.locator,
        binding: one.binding,
        received: taken.received,
        kept: one.may_keep(taken.received, now),
        positions: Vec::new(),
        power: Vec::new(),
        calls: Vec::new(),
        worn: taken.status.worn == Some(true),
    };
    let before = one.state.before(taken.received);
    let judged = |said: Option<Moment>| judge(said, taken.received, before);
    if !frame.kept {
        let alarms = taken.fixes.iter().fold(taken.status.alarms, |all, fix| all.with(fix.alarms));
        let said = taken.status.time.or_else(|| taken.fixes.iter().find_map(|f| f.time));
        let Judged { at, mark, .. } = judged(said);
        frame.calls.push(Call { kind: Kind::Sos, mark, at, fix: None });
        return alarms.has(Alarms::SOS).then_some(frame);
    }
    let mut wrong = false;
    let mut latest: Option<Moment> = None;
    for fix in &taken.fixes {
        let time = judged(fix.time);
        wrong |= time.wrong;
        latest = latest.max(fix.time);
        let place = position(one, fix, time);
        if let Some(place) = place {
            let (binding, key) = (one.binding, one.key);
            frame.positions.push(New { binding, mark: time.mark, received: taken.received, fix: place, key });
        }
        frame.note(fix.alarms, time, place, (fix.battery_pct, None));
    }
    let status = &taken.status;
    let time = judged(status.time);
    wrong |= time.wrong;
    frame.note(status.alarms, time, None, (status.battery_pct, status.charging));
    hear(one, taken.received, latest.max(status.time), wrong);
    Some(frame)
}

/// In WGS-84; what is no position in its datum is none, and neither is one that the device does not stand for.
fn position(one: &Known, fix: &trackers::Fix, time: Judged) -> Option<Fix> {
    let point = one.datum.to_wgs84(fix.lon, fix.lat).ok().filter(|_| fix.valid)?;
    let small = |number: Option<f64>| number.map(|n| n as f32).filter(|n| n.is_finite());
    Some(Fix {
        at: time.at,
        point,
        accuracy_m: small(fix.accuracy_m),
        speed_kmh: small(fix.speed_kmh),
        course: small(fix.course),
        battery_pct: fix.battery_pct.filter(|b| *b <= 100),
        clock_wrong: time.wrong,
    })
}

impl Frame {
    fn note(&mut self, alarms: Alarms, time: Judged, fix: Option<Fix>, (pct, charging): (Option<u8>, Option<bool>)) {
        for (alarm, kind) in CALLS {
            let known = self.calls.iter().any(|c| (c.kind, c.mark) == (kind, time.mark));
            if alarms.has(alarm) && !known {
                self.calls.push(Call { kind, mark: time.mark, at: time.at, fix });
            }
        }
        let (pct, low) = (pct.filter(|b| *b <= 100), alarms.has(Alarms::LOW_BATTERY));
        if pct.is_some() || charging.is_some() || low {
            self.power.push(Power { at: time.at, pct, charging, low });
        }
    }
}

/// The device was heard.
fn hear(one: &mut Known, received: Moment, said: Option<Moment>, wrong: bool) {
    if one.state.heard_at.is_some_and(|heard| received < heard) {
        return;
    }
    one.state.heard_at = Some(received);
    if let Some(said) = said {
        one.state.late_s = Some(received.secs_since(said));
        one.state.clock_wrong = wrong;
    }
}
