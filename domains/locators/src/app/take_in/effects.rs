//! What frames and the clock do to a binding: fences move, the battery goes down, episodes begin and end. Pure.

use super::frame::{Call, Frame, Power};
use super::load::{Known, Open};
use crate::model::{EndWhy, Fix, Kind, Rules};
use fence::{Event, Happened, Watch};
use kernel::Moment;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Seconds for which a last position is good enough to be told with a call for help.
const PLACE_GOOD_S: i64 = 1_800;

/// What is to be written.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::app) enum Effect {
    Begin {
        kind: Kind,
        fence: Uuid,
        began: Moment,
        place: Option<Fix>,
    },
    /// It was said again.
    Continue {
        kind: Kind,
        fence: Uuid,
        last: Moment,
    },
    End {
        kind: Kind,
        fence: Uuid,
        why: EndWhy,
    },
}

/// Marks of calls that were not known.
pub(super) type Fresh = BTreeSet<(Uuid, &'static str, Moment)>;

/// Moves the state of `one` and says what follows.
pub(super) fn of(
    one: &mut Known,
    frames: &[&Frame],
    positions: &BTreeSet<(Uuid, Moment)>,
    calls: &Fresh,
    (rules, now): (&Rules, Moment),
) -> Vec<Effect> {
    let mut out = Vec::new();
    let mut fixes: Vec<(Moment, Fix)> = frames
        .iter()
        .flat_map(|f| &f.positions)
        .filter(|p| positions.contains(&(p.binding, p.mark)))
        .map(|p| (p.mark, p.fix))
        .collect();
    fixes.sort_by_key(|(mark, fix)| (fix.at, *mark));
    fixes.dedup_by_key(|(mark, _)| *mark);
    for (_, fix) in &fixes {
        move_to(one, fix, &mut out);
    }
    let mut power: Vec<Power> = frames.iter().flat_map(|f| f.power.iter().copied()).collect();
    power.sort_by_key(|p| p.at);
    for p in power {
        charge(one, p, rules, &mut out);
    }
    if frames.iter().any(|f| f.kept) {
        end(one, Kind::Silent, Uuid::nil(), EndWhy::Heard, &mut out);
    }
    if frames.iter().any(|f| f.worn) {
        end(one, Kind::Removed, Uuid::nil(), EndWhy::Worn, &mut out);
    }
    let mut heard: Vec<Call> = frames.iter().flat_map(|f| f.calls.iter().copied()).collect();
    heard.sort_by_key(|c| (c.at, c.mark));
    heard.dedup_by_key(|c| (c.kind, c.mark));
    let binding = one.binding;
    for call in heard.into_iter().filter(|c| calls.contains(&(binding, c.kind.code(), c.mark))) {
        let kept = frames.iter().any(|f| f.kept);
        let near = |fix: &Fix| (call.at.secs_since(fix.at)).abs() <= PLACE_GOOD_S;
        let place = call.fix.or_else(|| one.state.fix.filter(|fix| kept && near(fix)));
        begin(one, call.kind, Uuid::nil(), (call.at, place), &mut out);
    }
    plan_tick(one, now);
    settled(out)
}

/// The clock went on without a frame.
pub(in crate::app) fn tick(one: &mut Known, now: Moment) -> Vec<Effect> {
    let mut out = Vec::new();
    let fences = std::sync::Arc::clone(&one.fences);
    for drawn in fences.iter() {
        let rules = drawn.fence.rules(now, one.schedule.as_deref());
        let events = one.state.watches.get_mut(&drawn.id).map(|w| w.tick(&rules, now)).unwrap_or_default();
        let place = one.state.fix;
        told(one, drawn.id, &events, place, &mut out);
    }
    plan_tick(one, now);
    out
}

fn move_to(one: &mut Known, fix: &Fix, out: &mut Vec<Effect>) {
    let fences = std::sync::Arc::clone(&one.fences);
    one.state.watches.retain(|id, _| fences.iter().any(|d| d.id == *id));
    for drawn in fences.iter() {
        let rules = drawn.fence.rules(fix.at, one.schedule.as_deref());
        let watch = one.state.watches.entry(drawn.id).or_default();
        // What moves nothing is in the track all the same.
        let events = watch.step(&rules, &drawn.shape, &fix.into()).unwrap_or_default();
        let inside = watch.inside();
        told(one, drawn.id, &events, Some(*fix), out);
        match inside {
            Some(true) => end(one, Kind::Left, drawn.id, EndWhy::Back, out),
            Some(false) => {
                end(one, Kind::Entered, drawn.id, EndWhy::Back, out);
                end(one, Kind::Stayed, drawn.id, EndWhy::Back, out);
            }
            None => {}
        }
    }
    if one.state.fix.is_none_or(|last| fix.at > last.at) {
        one.state.fix = Some(*fix);
    }
}

fn told(one: &mut Known, fence: Uuid, events: &[Event], place: Option<Fix>, out: &mut Vec<Effect>) {
    let Some(tells) = one.fences.iter().find(|d| d.id == fence).map(|d| d.fence.tells) else { return };
    for event in events {
        let kind = match event.what {
            Happened::Left if tells.leaving => Kind::Left,
            Happened::Entered if tells.entering => Kind::Entered,
            Happened::Dwelt if tells.staying_minutes.is_some() => Kind::Stayed,
            Happened::Left | Happened::Entered | Happened::Dwelt => continue,
        };
        begin(one, kind, fence, (event.since, place), out);
    }
}

fn charge(one: &mut Known, p: Power, rules: &Rules, out: &mut Vec<Effect>) {
    if one.state.status_at.is_some_and(|at| p.at <= at) {
        return;
    }
    one.state.status_at = Some(p.at);
    one.state.battery = p.pct.or(one.state.battery);
    one.state.charging = p.charging.or(one.state.charging);
    let plugged = p.charging == Some(true);
    if plugged || p.pct.is_some_and(|pct| i64::from(pct) >= rules.charged_pct) {
        end(one, Kind::LowBattery, Uuid::nil(), EndWhy::Charged, out);
    } else if p.low || p.pct.is_some_and(|pct| i64::from(pct) <= rules.low_pct) {
        let running = one.open.iter().any(|o| o.kind == Kind::LowBattery);
        if !running {
            begin(one, Kind::LowBattery, Uuid::nil(), (p.at, None), out);
        }
    }
}

fn begin(one: &mut Known, kind: Kind, fence: Uuid, (at, place): (Moment, Option<Fix>), out: &mut Vec<Effect>) {
    if one.open.iter().any(|o| (o.kind, o.fence) == (kind, fence)) {
        out.push(Effect::Continue { kind, fence, last: at });
        return;
    }
    one.open.push(Open { id: Uuid::nil(), kind, fence, answered: false });
    out.push(Effect::Begin { kind, fence, began: at, place });
}

fn end(one: &mut Known, kind: Kind, fence: Uuid, why: EndWhy, out: &mut Vec<Effect>) {
    let before = one.open.len();
    one.open.retain(|o| (o.kind, o.fence) != (kind, fence));
    if one.open.len() < before {
        out.push(Effect::End { kind, fence, why });
    }
}

/// What began and was over before anybody could hear of it is told to nobody: a device that sends what it kept.
fn settled(mut effects: Vec<Effect>) -> Vec<Effect> {
    let mut at = 0;
    while let Some(effect) = effects.get(at) {
        let Effect::Begin { kind, fence, .. } = effect else {
            at += 1;
            continue;
        };
        let same = (*kind, *fence);
        let over = effects
            .iter()
            .skip(at)
            .position(|e| matches!(e, Effect::End { kind, fence, .. } if (*kind, *fence) == same));
        match over {
            Some(after) => {
                let end = at + after;
                let mut n = 0;
                effects.retain(|e| {
                    let of_it = match e {
                        Effect::Begin { kind, fence, .. }
                        | Effect::Continue { kind, fence, .. }
                        | Effect::End { kind, fence, .. } => (*kind, *fence) == same,
                    };
                    n += 1;
                    !(of_it && (at..=end).contains(&(n - 1)))
                });
            }
            None => at += 1,
        }
    }
    effects
}

/// Sets when a fence may next have something to tell without a position.
fn plan_tick(one: &mut Known, now: Moment) {
    if one.state.tick_at.is_some_and(|at| at <= now) {
        one.state.tick_at = None;
    }
    let waits = one.state.tick_at;
    let schedule = one.schedule.as_deref();
    let next = one.fences.iter().filter_map(|d| {
        let watch: &Watch = one.state.watches.get(&d.id)?;
        let stays = watch.due(&d.fence.rules(now, schedule)).filter(|at| *at > now);
        let tells = d.fence.tells;
        let pending = if watch.inside()? { tells.entering || tells.staying_minutes.is_some() } else { tells.leaving };
        let open = one.open.iter().any(|o| o.fence == d.id);
        let hour = (pending && !open && !d.fence.holds(now, schedule) && waits.is_none())
            .then(|| d.fence.next_hour(now, schedule))
            .flatten();
        [stays, hour].into_iter().flatten().min()
    });
    if let Some(at) = next.min()
        && waits.is_none_or(|set| at < set)
    {
        one.state.tick_at = Some(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_over_before_it_was_heard_is_told_to_nobody() {
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let at = Moment::from_micros(0);
        let begin = |fence| Effect::Begin { kind: Kind::Left, fence, began: at, place: None };
        let end = |fence| Effect::End { kind: Kind::Left, fence, why: EndWhy::Back };
        let again = Effect::Continue { kind: Kind::Left, fence: a, last: at };
        assert_eq!(settled(vec![begin(a), begin(b), again, end(a)]), [begin(b)]);
        assert_eq!(settled(vec![end(a), begin(a)]), [end(a), begin(a)], "an earlier one ended, another began");
        assert_eq!(settled(vec![begin(a), end(a), begin(a)]), [begin(a)]);
    }
}
