//! Crowd days (P9): the list of festivals and events, and what was decided about a suggestion. Nothing happens by itself: duty
//! times are made by whoever accepts, for people they name.

use super::duty::{NewSlot, plan_duty};
use super::line;
use super::resources::post_facts;
use crate::model::crowd::{CrowdEvent, EventKind};
use crate::{Error, Result, events, store};
use ::store::{Cx, Row, params};
use jiff::civil::Date;
use kernel::ids::{AccountId, PostId};
use kernel::{Moment, Point};
use people::policy::{Action, ResourceFacts, decide, require};
use serde_json::json;
use std::collections::HashMap;
use uuid::Uuid;

/// Longest event, in days; a longer one is a typing error.
const LONGEST_DAYS: i64 = 60;

fn read(row: &Row) -> Result<CrowdEvent> {
    let wrong = |what: &str| Error::Store(::store::Error::Column(what.to_owned()));
    let day = |column: &str| row.text(column)?.parse::<Date>().map_err(|_| wrong(column));
    let minute = |column: &str| Ok::<u16, Error>(u16::try_from(row.i64(column)?).unwrap_or_default());
    Ok(CrowdEvent {
        id: row.uuid("id")?,
        kind: EventKind::from_code(&row.text("kind")?).unwrap_or(EventKind::Other),
        name: row.text("name")?,
        days: (day("first_day")?, day("last_day")?),
        minutes: (minute("from_minute")?, minute("to_minute")?),
        place: row.text("place")?,
        point: row.opt_f64("lon")?.zip(row.opt_f64("lat")?).and_then(|(lon, lat)| Point::new(lon, lat).ok()),
        post: row.id("post_id")?,
        expected: row.i64("expected")?,
        version: row.i64("version")?,
    })
}

/// Events that touch `from..=to`, the earliest first.
pub fn crowd_events(cx: &mut Cx<'_>, from: Date, to: Date) -> Result<Vec<CrowdEvent>> {
    require(&cx.actor, cx.purpose, Action::ViewCrowd, &ResourceFacts::District)?;
    let sql = "SELECT id, kind, name, first_day, last_day, from_minute, to_minute, place, lon, lat, post_id, expected, version \
               FROM crowd_event WHERE district_id = $1 AND is_on = $2 AND last_day >= $3 AND first_day <= $4 \
               ORDER BY first_day, from_minute, id LIMIT 500";
    // Days are stored as they are written, year first: their order as texts is their order in time.
    let rows = cx.query(sql, params![cx.district(), true, from.to_string(), to.to_string()])?;
    rows.iter().map(read).collect()
}

/// One event, to be changed.
pub fn crowd_event(cx: &mut Cx<'_>, id: Uuid) -> Result<CrowdEvent> {
    require(&cx.actor, cx.purpose, Action::ViewCrowd, &ResourceFacts::District)?;
    let sql = "SELECT id, kind, name, first_day, last_day, from_minute, to_minute, place, lon, lat, post_id, expected, version \
               FROM crowd_event WHERE id = $1 AND district_id = $2 AND is_on = $3";
    read(&cx.query_one(sql, params![id, cx.district(), true])?)
}

fn manage(cx: &mut Cx<'_>, post: PostId) -> Result<()> {
    people::policy::require_somewhere(&cx.actor, Action::ManageEvents)?;
    let facts =
        post_facts(&*store::snapshot(cx)?, post).map_err(|_| Error::Invalid { field: "post", why: "unknown" })?;
    Ok(require(&cx.actor, cx.purpose, Action::ManageEvents, &facts)?)
}

/// Writes an event down (version 0), or changes one.
pub fn save_event(cx: &mut Cx<'_>, event: &CrowdEvent) -> Result<Uuid> {
    manage(cx, event.post)?;
    let text = |field, text: &str| line(text, 60).map_err(|_| Error::Invalid { field, why: "too-long" });
    let (name, place) = (text("name", &event.name)?, text("place", &event.place)?);
    if name.is_empty() {
        return Err(Error::Invalid { field: "name", why: "missing" });
    }
    let long = event.days.1.since(event.days.0).map_or(-1, |s| i64::from(s.get_days()));
    if !(0..=LONGEST_DAYS).contains(&long) {
        return Err(Error::Invalid { field: "last", why: "range" });
    }
    if event.minutes.1 <= event.minutes.0 || event.minutes.1 > 24 * 60 {
        return Err(Error::Invalid { field: "until", why: "range" });
    }
    if !(1..=1_000_000).contains(&event.expected) {
        return Err(Error::Invalid { field: "expected", why: "range" });
    }
    let id = if event.version == 0 { cx.new_id() } else { event.id };
    if event.version > 0 {
        let before = crowd_event(cx, id)?;
        manage(cx, before.post)?;
        if before.version != event.version {
            return Err(Error::Stale { seen: event.version, current: before.version });
        }
    }
    cx.execute(
        "INSERT INTO crowd_event (id, district_id, kind, name, first_day, last_day, from_minute, to_minute, place, lon, lat, \
         post_id, expected, is_on, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
         ON CONFLICT (id) DO UPDATE SET kind = $3, name = $4, first_day = $5, last_day = $6, from_minute = $7, to_minute = $8, \
         place = $9, lon = $10, lat = $11, post_id = $12, expected = $13, version = $15",
        params![
            id,
            cx.district(),
            event.kind.code(),
            name,
            event.days.0.to_string(),
            event.days.1.to_string(),
            i64::from(event.minutes.0),
            i64::from(event.minutes.1),
            place,
            event.point.map(Point::lon),
            event.point.map(Point::lat),
            event.post,
            event.expected,
            true,
            event.version + 1
        ],
    )?;
    let payload = json!({ "event": id.to_string(), "days": [event.days.0.to_string(), event.days.1.to_string()] });
    cx.record(events::CROWD_EVENT, "post", event.post.0, &payload)?;
    Ok(id)
}

/// It does not take place. What was decided about it stays.
pub fn drop_event(cx: &mut Cx<'_>, id: Uuid, seen: i64) -> Result<()> {
    let event = crowd_event(cx, id)?;
    manage(cx, event.post)?;
    let sql = "UPDATE crowd_event SET is_on = $1, version = version + 1 WHERE id = $2 AND version = $3";
    if cx.execute(sql, params![false, id, seen])? == 0 {
        return Err(Error::Stale { seen, current: event.version });
    }
    cx.record(events::CROWD_EVENT, "post", event.post.0, &json!({ "event": id.to_string(), "dropped": true }))?;
    Ok(())
}

/// What was decided about a suggestion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    pub accepted: bool,
    /// Why it was declined.
    pub reason: String,
    pub at: Moment,
    pub by: Option<AccountId>,
    /// How many duty times were made.
    pub slots: i64,
}

/// Decisions by suggestion, for days from `from` on.
pub fn decisions(cx: &mut Cx<'_>, from: Date) -> Result<HashMap<String, Decided>> {
    require(&cx.actor, cx.purpose, Action::ViewCrowd, &ResourceFacts::District)?;
    let sql = "SELECT d.suggestion, d.accepted, d.reason, d.at, d.by_account, \
               (SELECT COUNT(*) FROM crowd_slot s WHERE s.decision_id = d.id) AS slots \
               FROM crowd_decision d WHERE d.district_id = $1 AND d.day >= $2 ORDER BY d.day LIMIT 5000";
    let rows = cx.query(sql, params![cx.district(), from.to_string()])?;
    rows.iter()
        .map(|r| {
            let decided = Decided {
                accepted: r.bool("accepted")?,
                reason: r.text("reason")?,
                at: r.moment("at")?,
                by: r.opt_id("by_account")?,
                slots: r.i64("slots")?,
            };
            Ok((r.text("suggestion")?, decided))
        })
        .collect()
}

/// For what a duty time of a crowd day is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    Patrol,
    Volunteer,
}

impl Duty {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Patrol => "patrol",
            Self::Volunteer => "volunteer",
        }
    }
}

/// The people and the time that were chosen.
#[derive(Debug, Clone)]
pub struct Accept {
    pub key: String,
    pub day: Date,
    pub post: PostId,
    pub from: Moment,
    pub to: Moment,
    pub people: Vec<(AccountId, Duty)>,
}

/// May this actor decide about suggestions for a post?
pub fn may_decide(cx: &mut Cx<'_>, post: PostId) -> Result<bool> {
    let facts = post_facts(&*store::snapshot(cx)?, post)?;
    Ok(decide(&cx.actor, cx.purpose, Action::DecideCrowd, &facts).is_allowed())
}

/// Refuses whoever may not decide about suggestions for a post.
pub fn require_decide(cx: &mut Cx<'_>, post: PostId) -> Result<()> {
    people::policy::require_somewhere(&cx.actor, Action::DecideCrowd)?;
    let facts = post_facts(&*store::snapshot(cx)?, post)?;
    Ok(require(&cx.actor, cx.purpose, Action::DecideCrowd, &facts)?)
}

/// Makes a duty time for each of the people; each confirms it as any other. Answers how many.
pub fn accept(cx: &mut Cx<'_>, new: &Accept) -> Result<usize> {
    require_decide(cx, new.post)?;
    let mut people = new.people.clone();
    people.sort_by_key(|(account, _)| *account);
    people.dedup_by_key(|(account, _)| *account);
    if people.is_empty() {
        return Err(Error::Invalid { field: "people", why: "missing" });
    }
    let decision = decide_it(cx, (&new.key, new.day, new.post), true, "")?;
    for (account, duty) in &people {
        let slot = plan_duty(cx, NewSlot { post: new.post, account: *account, from: new.from, to: new.to })?;
        let sql = "INSERT INTO crowd_slot (slot_id, district_id, decision_id, duty) VALUES ($1, $2, $3, $4)";
        cx.execute(sql, params![slot, cx.district(), decision, duty.code()])?;
    }
    Ok(people.len())
}

/// Nobody more is needed, and why.
pub fn decline(cx: &mut Cx<'_>, key: &str, day: Date, post: PostId, reason: &str) -> Result<()> {
    require_decide(cx, post)?;
    let reason = line(reason, 200).map_err(|_| Error::Invalid { field: "reason", why: "too-long" })?;
    if reason.is_empty() {
        return Err(Error::Invalid { field: "reason", why: "missing" });
    }
    decide_it(cx, (key, day, post), false, &reason).map(drop)
}

fn decide_it(cx: &mut Cx<'_>, (key, day, post): (&str, Date, PostId), accepted: bool, reason: &str) -> Result<Uuid> {
    cx.lock("crowd")?;
    let sql = "SELECT 1 AS one FROM crowd_decision WHERE district_id = $1 AND suggestion = $2";
    if cx.query_opt(sql, params![cx.district(), key])?.is_some() {
        return Err(Error::Decided);
    }
    let id: Uuid = cx.new_id();
    let sql = "INSERT INTO crowd_decision (id, district_id, suggestion, day, post_id, accepted, reason, at, by_account) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let by = cx.actor.account_id();
    cx.execute(sql, params![id, cx.district(), key, day.to_string(), post, accepted, reason, cx.now, by])?;
    let payload = json!({ "day": day.to_string(), "accepted": accepted });
    cx.record(events::CROWD_DECIDED, "post", post.0, &payload)?;
    Ok(id)
}
