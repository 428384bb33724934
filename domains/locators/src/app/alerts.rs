//! Episodes: one for each device, kind and fence, from the first sign to a quiet end. Told when it begins; the post hears of it at once
//! or when the family did not answer (docs/locators.md).

use super::{open, rules};
use crate::events::{self, News, PostNews};
use crate::model::{Answer, EndWhy, Fix, Kind, Reach, Rules};
use crate::{Error, Result};
use kernel::ids::{AccountId, CaseId, PersonId, SeatId};
use kernel::{Moment, Role};
use people::model::GuardianId;
use serde_json::json;
use store::{Cx, KeyClass, Row, params};
use uuid::Uuid;

/// Minutes after which a button that is pressed again is told again.
const AGAIN_MINUTES: i64 = 5;
/// Levels above the post that are told, one after the other.
const LEVELS: i64 = 3;
/// Minutes between two times that the highest of them is told.
const EVERY_MINUTES: i64 = 60;
/// Minutes that whoever took it has to end it.
const HELD_MINUTES: i64 = 30;

/// An episode that begins.
pub(super) struct New {
    pub binding: Uuid,
    pub person: PersonId,
    /// Under which its place is sealed.
    pub key: Uuid,
    pub kind: Kind,
    /// Nil: about no fence.
    pub fence: Uuid,
    pub began: Moment,
    pub place: Option<Fix>,
}

/// An episode as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    pub id: Uuid,
    /// For people to speak of it.
    pub number: i64,
    pub binding: Uuid,
    pub person: PersonId,
    pub kind: Kind,
    pub fence: Option<Uuid>,
    /// When it happened, by the reading.
    pub began_at: Moment,
    /// When we learned of it.
    pub opened_at: Moment,
    /// Last time it was said again.
    pub last_at: Moment,
    /// Since when a post knows.
    pub post_at: Option<Moment>,
    pub owner_seat: Option<SeatId>,
    pub owner_account: Option<AccountId>,
    /// Since when somebody of the post has it in hand.
    pub taken_at: Option<Moment>,
    /// Times that whoever is above was told.
    pub rung: i64,
    pub answer: Option<(Answer, Moment, AnsweredBy)>,
    pub case: Option<CaseId>,
    pub ended: Option<(Moment, EndWhy)>,
    pub version: i64,
}

/// Who answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnsweredBy {
    Elder,
    Guardian(GuardianId),
    Post,
}

pub(super) const COLUMNS: &str = "id, number, binding_id, person_id, kind, fence_id, began_at, opened_at, last_at, post_at, owner_seat, \
     owner_account, taken_at, rung, answer, answered_at, answered_by, answered_guardian, case_id, ended_at, end_why, version";

pub(super) fn read(r: &Row) -> Result<Alert> {
    let unknown = || store::Error::Setup("an alert of an unknown kind".into());
    let by = match (r.opt_text("answered_by")?.as_deref(), r.opt_uuid("answered_guardian")?) {
        (Some("guardian"), Some(id)) => AnsweredBy::Guardian(GuardianId(id)),
        (Some("subject"), _) => AnsweredBy::Elder,
        _ => AnsweredBy::Post,
    };
    let answer = r.opt_text("answer")?.and_then(|a| Answer::from_code(&a));
    let end = r.opt_text("end_why")?.and_then(|w| EndWhy::from_code(&w));
    Ok(Alert {
        id: r.uuid("id")?,
        number: r.i64("number")?,
        binding: r.uuid("binding_id")?,
        person: r.id("person_id")?,
        kind: Kind::from_code(&r.text("kind")?).ok_or_else(unknown)?,
        fence: Some(r.uuid("fence_id")?).filter(|f| !f.is_nil()),
        began_at: r.moment("began_at")?,
        opened_at: r.moment("opened_at")?,
        last_at: r.moment("last_at")?,
        post_at: r.opt_moment("post_at")?,
        owner_seat: r.opt_id("owner_seat")?,
        owner_account: r.opt_id("owner_account")?,
        taken_at: r.opt_moment("taken_at")?,
        rung: r.i64("rung")?,
        answer: answer.zip(r.opt_moment("answered_at")?).map(|(a, at)| (a, at, by)),
        case: r.opt_id("case_id")?,
        ended: r.opt_moment("ended_at")?.zip(end),
        version: r.i64("version")?,
    })
}

pub(super) fn load(cx: &mut Cx<'_>, alert: Uuid) -> Result<Alert> {
    let sql = format!("SELECT {COLUMNS} FROM locator_alert WHERE id = $1 AND district_id = $2");
    read(&cx.query_one(&sql, params![alert, cx.district()])?)
}

/// Begins an episode, unless one of the kind runs; false then.
pub(super) fn begin(cx: &mut Cx<'_>, new: &New, rules: &Rules) -> Result<bool> {
    let id: Uuid = cx.new_id();
    let number = cx.next_number("locator-alert")?;
    let place = match &new.place {
        Some(fix) => Some(cx.seal(KeyClass::Location, new.key, &fix.to_bytes())?),
        None => None,
    };
    let sql = "INSERT INTO locator_alert (id, district_id, number, binding_id, person_id, kind, fence_id, began_at, opened_at, last_at, \
               told_at, place, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8, $9, $10, 1) ON CONFLICT DO NOTHING";
    let values = params![
        id,
        cx.district(),
        number,
        new.binding,
        new.person,
        new.kind.code(),
        new.fence,
        new.began,
        cx.now,
        place
    ];
    if cx.execute(sql, values)? == 0 {
        return Ok(false);
    }
    cx.record("locator.alert", "person", new.person.0, &json!({ "alert": id, "kind": new.kind.code() }))?;
    cx.signal(events::ALERT, new.person.0);
    let news = if new.kind == Kind::Sos { News::Sos } else { News::Alert };
    events::tell_family(cx, id, new.person, news, false)?;
    match new.kind.reach() {
        Reach::AtOnce => to_post(cx, id, new.person, PostNews::Sos)?,
        Reach::Unanswered => {
            let at = cx.now.plus_minutes(rules.family_minutes);
            events::timer(cx, events::ESCALATE, id, at)?;
        }
        Reach::Never => {}
    }
    Ok(true)
}

/// It was said again. A button that is pressed again some minutes later is told again: whoever presses does not know that anybody heard.
pub(super) fn go_on(cx: &mut Cx<'_>, binding: Uuid, (kind, fence): (Kind, Uuid), last: Moment) -> Result<()> {
    if kind == Kind::Sos {
        let sql = "UPDATE locator_alert SET told_at = $1, version = version + 1 WHERE binding_id = $2 AND kind = $3 AND fence_id = $4 \
                   AND ended_at IS NULL AND told_at <= $5 RETURNING id, person_id";
        let values = params![cx.now, binding, kind.code(), fence, cx.now.plus_minutes(-AGAIN_MINUTES)];
        if let Some(row) = cx.query_opt(sql, values)? {
            let (id, person): (Uuid, PersonId) = (row.uuid("id")?, row.id("person_id")?);
            cx.record("locator.alert_again", "person", person.0, &json!({ "alert": id }))?;
            cx.signal(events::ALERT, person.0);
            cx.signal(events::AT_POST, id);
            events::tell_family(cx, id, person, News::Sos, true)?;
            events::tell_post(cx, id, person, PostNews::Sos, true)?;
        }
    }
    let sql = "UPDATE locator_alert SET last_at = $1 WHERE binding_id = $2 AND kind = $3 AND fence_id = $4 AND ended_at IS NULL \
               AND last_at < $1";
    cx.execute(sql, params![last, binding, kind.code(), fence])?;
    Ok(())
}

/// Ends the episode of this kind that runs, if one does. The family is not woken for it; a post that was told is told.
pub(super) fn end_one(cx: &mut Cx<'_>, binding: Uuid, (kind, fence): (Kind, Uuid), why: EndWhy) -> Result<()> {
    let sql = "SELECT id FROM locator_alert WHERE binding_id = $1 AND kind = $2 AND fence_id = $3 AND ended_at IS NULL";
    for row in &cx.query(sql, params![binding, kind.code(), fence])? {
        end(cx, row.uuid("id")?, why)?;
    }
    Ok(())
}

/// Ends everything that runs for somebody: nothing is kept any more. A call for help goes on until somebody answers it.
pub(super) fn end_all_of(cx: &mut Cx<'_>, person: PersonId, why: EndWhy) -> Result<()> {
    let sql =
        "SELECT id FROM locator_alert WHERE person_id = $1 AND district_id = $2 AND ended_at IS NULL AND kind <> 'sos'";
    for row in &cx.query(sql, params![person, cx.district()])? {
        end(cx, row.uuid("id")?, why)?;
    }
    Ok(())
}

/// Ends everything that one device began, and that is about this fence, when one is named.
pub(super) fn end_of_fence(cx: &mut Cx<'_>, person: PersonId, fence: Uuid) -> Result<()> {
    let sql =
        "SELECT id FROM locator_alert WHERE person_id = $1 AND district_id = $2 AND fence_id = $3 AND ended_at IS NULL";
    for row in &cx.query(sql, params![person, cx.district(), fence])? {
        end(cx, row.uuid("id")?, EndWhy::Over)?;
    }
    Ok(())
}

/// As [`end_all_of`], for one device.
pub(super) fn end_of_binding(cx: &mut Cx<'_>, binding: Uuid) -> Result<()> {
    let sql = "SELECT id FROM locator_alert WHERE binding_id = $1 AND ended_at IS NULL AND kind <> 'sos'";
    for row in &cx.query(sql, params![binding])? {
        end(cx, row.uuid("id")?, EndWhy::Over)?;
    }
    Ok(())
}

pub(super) fn end(cx: &mut Cx<'_>, alert: Uuid, why: EndWhy) -> Result<()> {
    let sql = "UPDATE locator_alert SET ended_at = $1, end_why = $2, version = version + 1 WHERE id = $3 AND ended_at IS NULL";
    if cx.execute(sql, params![cx.now, why.code(), alert])? == 0 {
        return Ok(());
    }
    let a = load(cx, alert)?;
    cx.record("locator.alert_over", "person", a.person.0, &json!({ "alert": alert, "why": why.code() }))?;
    cx.signal(events::ALERT, a.person.0);
    if a.post_at.is_some() {
        cx.signal(events::AT_POST, alert);
        events::tell_post(cx, alert, a.person, PostNews::Over, false)?;
    }
    Ok(())
}

/// From now on it has an owner: somebody at the post where the wearer lives, else the catch-all of the area (R1).
pub(super) fn to_post(cx: &mut Cx<'_>, alert: Uuid, person: PersonId, why: PostNews) -> Result<()> {
    let here = care::lives(cx, person)?;
    let want = people::app::Want {
        roles: vec![Role::DutyOfficer, Role::PostHead, Role::CommunityOfficer],
        posts: here.posts,
        areas: here.areas,
        ..people::app::Want::default()
    };
    let owner = people::app::find_owner(cx, &want)?;
    let sql = "UPDATE locator_alert SET post_at = $1, owner_seat = $2, owner_account = $3, version = version + 1 WHERE id = $4 \
               AND post_at IS NULL AND ended_at IS NULL";
    if cx.execute(sql, params![cx.now, owner.seat, owner.account, alert])? > 0 {
        let payload = json!({ "alert": alert, "owner": owner.account, "via": owner.via.code() });
        cx.record("locator.alert_at_post", "person", person.0, &payload)?;
        cx.signal(events::AT_POST, alert);
        events::tell_post(cx, alert, person, why, false)?;
        let due = cx.now.plus_minutes(rules::rules(cx)?.take_minutes);
        events::timer(cx, events::UNTAKEN, alert, due)?;
    }
    Ok(())
}

/// It stands at the post and nobody has ended it: whoever is above hears of it, one level after the other. What does not end by itself, a
/// call for help above all, goes on being told until somebody ends it; whoever took it has their time first.
pub(crate) fn untaken(cx: &mut Cx<'_>, alert: Uuid) -> Result<()> {
    let a = match load(cx, alert) {
        Ok(a) => a,
        Err(Error::Store(store::Error::NotFound)) => return Ok(()),
        Err(other) => return Err(other),
    };
    if a.ended.is_some() || a.answer.is_some() || a.post_at.is_none() {
        return Ok(());
    }
    let lasts = !a.kind.ends_by_itself();
    if let Some(taken) = a.taken_at {
        let due = taken.plus_minutes(HELD_MINUTES);
        if !lasts {
            return Ok(());
        }
        if due > cx.now {
            return events::timer(cx, events::UNTAKEN, alert, due);
        }
    }
    let nth = a.rung + 1;
    let level = u8::try_from(nth.min(LEVELS)).unwrap_or(1);
    cx.execute("UPDATE locator_alert SET rung = $1, version = version + 1 WHERE id = $2", params![nth, alert])?;
    cx.record("locator.alert_rung", "person", a.person.0, &json!({ "alert": alert, "level": level }))?;
    cx.signal(events::AT_POST, alert);
    events::tell_above(cx, alert, a.person, level, nth)?;
    let minutes = rules::rules(cx)?.take_minutes;
    if nth < LEVELS {
        events::timer(cx, events::UNTAKEN, alert, cx.now.plus_minutes(minutes * (nth + 1)))?;
    } else if lasts {
        events::timer(cx, events::UNTAKEN, alert, cx.now.plus_minutes(EVERY_MINUTES))?;
    }
    Ok(())
}

/// The family had its time: whoever has not answered does not answer alone any more.
pub(crate) fn escalate(cx: &mut Cx<'_>, alert: Uuid) -> Result<()> {
    let a = match load(cx, alert) {
        Ok(a) => a,
        Err(Error::Store(store::Error::NotFound)) => return Ok(()),
        Err(other) => return Err(other),
    };
    if a.ended.is_some() || a.answer.is_some() || a.post_at.is_some() {
        return Ok(());
    }
    to_post(cx, alert, a.person, PostNews::Unanswered)
}

/// Episodes of somebody, the latest first; those that run come before.
pub(super) fn of_person(cx: &mut Cx<'_>, person: PersonId, limit: usize) -> Result<Vec<Alert>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM locator_alert WHERE person_id = $1 AND district_id = $2 ORDER BY (ended_at IS NULL) DESC, opened_at DESC, \
         id DESC LIMIT $3"
    );
    cx.query(&sql, params![person, cx.district(), limit])?.iter().map(read).collect()
}

/// Where the wearer was when it began; none without a position, or when it was erased.
pub(super) fn place_of(cx: &mut Cx<'_>, alert: &Alert, key: Uuid) -> Result<Option<Fix>> {
    let sql = "SELECT place FROM locator_alert WHERE id = $1";
    let sealed = cx.query_one(sql, params![alert.id])?.opt_blob("place")?;
    Ok(open(cx, KeyClass::Location, key, sealed)?.as_deref().and_then(Fix::from_bytes))
}

/// A device has not said a word for the time of the district.
pub(super) fn silent(cx: &mut Cx<'_>, new: &New) -> Result<bool> {
    let rules = rules::rules(cx)?;
    begin(cx, new, &rules)
}
