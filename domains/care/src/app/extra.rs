//! Extra care for a time (N12): asked of the committee for somebody who agreed and can see it, accepted until a day, renewed, or over
//! by itself. The reason is one of a closed list of care.

use super::visits::day_of;
use super::watch::{self, Side};
use super::{seal, unseal_left};
use crate::events::{News, TellColleagues};
use crate::ground::Reach;
use crate::model::extra::{ExtraState, MOST_DAYS, Reason, What};
use crate::{Error, Result};
use jiff::civil::Date;
use kernel::Moment;
use kernel::ids::{AccountId, AreaId, PersonId};
use people::app::consents::{self, By};
use people::app::persons;
use people::model::person::Part;
use people::policy::{Action, require_somewhere};
use serde_json::json;
use store::{Cx, KeyClass, Row, params};
use uuid::Uuid;

/// Signal after something about it moved; the subject is the person.
pub const CHANGED: &str = "extra";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extra {
    pub id: Uuid,
    pub person: PersonId,
    pub what: What,
    /// None: not for whoever reads, or no longer kept.
    pub reason: Option<Reason>,
    pub agreed_by: By,
    pub asked_at: Moment,
    /// None: the person or the family, with their letter.
    pub asked_by: Option<AccountId>,
    /// As of today.
    pub state: ExtraState,
    pub until: Option<Date>,
    pub version: i64,
}

/// One line of the desk: no name, which opens with the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtraLine {
    pub extra: Extra,
    pub areas: Vec<AreaId>,
}

#[derive(Debug, Clone, Copy)]
pub struct NewExtra {
    /// Made with the form: sent twice it is asked once.
    pub key: Uuid,
    pub what: What,
    pub reason: Reason,
    /// At the desk: who agreed.
    pub by: By,
}

const COLUMNS: &str = "id, person_id, what, sealed, health, agreed_by, asked_at, asked_by, state, until_day, version";

fn read(cx: &mut Cx<'_>, row: &Row, with_reason: bool) -> Result<Extra> {
    let (id, person) = (row.uuid("id")?, row.id("person_id")?);
    let hidden = !with_reason || row.bool("health")? && !consents::in_force(cx, person, Part::Health)?;
    let reason = if hidden { None } else { unseal_left::<String>(cx, KeyClass::Text, id, row.opt_blob("sealed")?)? };
    let until = row.opt_text("until_day")?.and_then(|d| d.parse().ok());
    let state = ExtraState::from_code(&row.text("state")?).unwrap_or(ExtraState::Ended);
    Ok(Extra {
        id,
        person,
        what: What::from_code(&row.text("what")?).unwrap_or(What::WeeklyVisit),
        reason: reason.as_deref().and_then(Reason::from_code),
        agreed_by: By::from_code(&row.text("agreed_by")?).unwrap_or(By::Subject),
        asked_at: row.moment("asked_at")?,
        asked_by: row.opt_id("asked_by")?,
        state: state.on(day_of(cx.now), until),
        until,
        version: row.i64("version")?,
    })
}

fn load(cx: &mut Cx<'_>, id: Uuid) -> Result<Extra> {
    let sql = format!("SELECT {COLUMNS} FROM care_extra WHERE id = $1 AND district_id = $2");
    let row = cx.query_one(&sql, params![id, cx.district()])?;
    read(cx, &row, false)
}

/// Asks the committee. Nobody asks twice for the same while it is open.
pub fn ask(cx: &mut Cx<'_>, person: PersonId, side: Side, new: &NewExtra) -> Result<()> {
    watch::may(cx, person, side, Action::AskExtraCare)?;
    cx.lock(&format!("care/{person}"))?;
    persons::in_care(cx, person)?;
    if new.reason.is_health() && !consents::in_force(cx, person, Part::Health)? {
        return Err(Error::Refused("no-consent-health"));
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM care_extra WHERE person_id = $1 AND district_id = $2 AND state IN ('asked', 'accepted')"
    );
    for row in &cx.query(&sql, params![person, cx.district()])? {
        let there = read(cx, row, false)?;
        if there.id == new.key {
            return Ok(());
        }
        if there.what == new.what && there.state.is_open() {
            return Err(Error::Refused("extra-twice"));
        }
    }
    let by = side.by(new.by);
    let guardian = match side {
        Side::Letter(of) => of.guardian,
        Side::Desk => None,
    };
    let sealed = seal(cx, KeyClass::Text, new.key, &new.reason.code())?;
    cx.execute(
        "INSERT INTO care_extra (id, district_id, person_id, what, sealed, health, agreed_by, guardian_id, asked_at, asked_by, \
         state, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'asked', 1)",
        params![
            new.key,
            cx.district(),
            person,
            new.what.code(),
            sealed,
            new.reason.is_health(),
            by.code(),
            guardian,
            cx.now,
            cx.actor.account_id()
        ],
    )?;
    super::visits::next_daily(cx)?;
    cx.record("care.extra_asked", "person", person.0, &json!({ "extra": new.key, "what": new.what.code() }))?;
    cx.signal(CHANGED, person.0);
    Ok(())
}

/// The committee says yes until a day, or no. A yes to what is accepted already renews it.
pub fn decide(cx: &mut Cx<'_>, id: Uuid, seen: i64, until: Option<Date>) -> Result<()> {
    let extra = load(cx, id)?;
    watch::may(cx, extra.person, Side::Desk, Action::DecideExtraCare)?;
    cx.lock(&format!("care/{}", extra.person))?;
    let extra = load(cx, id)?;
    let today = day_of(cx.now);
    if extra.version != seen {
        let same = until.is_some() && extra.until == until && extra.state == ExtraState::Accepted;
        return if same { Ok(()) } else { Err(Error::Stale { seen, current: extra.version }) };
    }
    // What has just lapsed can be taken up again.
    if !extra.state.is_open() && extra.state != ExtraState::Lapsed {
        return Err(Error::Refused("extra-over"));
    }
    let state = match until {
        Some(day) => {
            let days = crate::model::visit_plan::days_between(today, day);
            if !(1..=MOST_DAYS).contains(&days) {
                return Err(Error::Invalid { field: "until", why: "until" });
            }
            persons::in_care(cx, extra.person)?;
            ExtraState::Accepted
        }
        None => ExtraState::Declined,
    };
    let (ended, day) = (until.is_none().then_some(cx.now), until.map(|d| d.to_string()));
    cx.execute(
        "UPDATE care_extra SET state = $1, until_day = $2, decided_at = $3, decided_by = $4, ended_at = $5, version = version + 1 \
         WHERE id = $6",
        params![state.code(), day, cx.now, cx.actor.account_id(), ended, id],
    )?;
    cx.record("care.extra_decided", "person", extra.person.0, &json!({ "extra": id, "state": state.code() }))?;
    cx.signal(CHANGED, extra.person.0);
    Ok(())
}

/// What nobody renewed is over; by the daily look.
pub(crate) fn lapse(cx: &mut Cx<'_>) -> Result<()> {
    let today = day_of(cx.now).to_string();
    let sql = "SELECT id, person_id FROM care_extra WHERE district_id = $1 AND state = 'accepted' AND until_day < $2";
    for row in &cx.query(sql, params![cx.district(), today])? {
        let (id, person): (Uuid, PersonId) = (row.uuid("id")?, row.id("person_id")?);
        let sql = "UPDATE care_extra SET state = 'lapsed', ended_at = $1, version = version + 1 WHERE id = $2";
        cx.execute(sql, params![cx.now, id])?;
        cx.record("care.extra_lapsed", "person", person.0, &json!({ "extra": id }))?;
    }
    Ok(())
}

/// Whoever answers for it is told some days before it is over, once for each end; by the daily look.
pub(crate) fn warn(cx: &mut Cx<'_>) -> Result<()> {
    let days = watch::rules(cx)?.extra_days;
    let (today, last) = (day_of(cx.now).to_string(), day_of(cx.now.plus_days(days)).to_string());
    let sql = "SELECT id, person_id, until_day FROM care_extra WHERE district_id = $1 AND state = 'accepted' AND until_day >= $2 \
               AND until_day <= $3 AND (told_until IS NULL OR told_until <> until_day) ORDER BY until_day, id";
    for row in &cx.query(sql, params![cx.district(), today, last])? {
        let (id, person, until): (Uuid, PersonId, String) =
            (row.uuid("id")?, row.id("person_id")?, row.text("until_day")?);
        cx.execute("UPDATE care_extra SET told_until = $1 WHERE id = $2", params![until.as_str(), id])?;
        TellColleagues { news: News::ExtraEnds, about: id, to: Vec::new() }.enqueue(cx, &format!("{id}/{until}"))?;
        cx.record("care.extra_ends", "person", person.0, &json!({ "extra": id }))?;
        cx.signal(CHANGED, person.0);
    }
    Ok(())
}

/// Of whom it is, while it runs and nobody has renewed it or said no: for whoever tells the committee.
pub(crate) fn about_to_end(cx: &mut Cx<'_>, id: Uuid) -> Result<Option<PersonId>> {
    let sql = "SELECT person_id FROM care_extra WHERE id = $1 AND district_id = $2 AND state = 'accepted' AND told_until = until_day";
    Ok(cx.query_opt(sql, params![id, cx.district()])?.map(|r| r.id("person_id")).transpose()?)
}

/// They do not want it any more.
pub fn end(cx: &mut Cx<'_>, person: PersonId, side: Side, id: Uuid) -> Result<()> {
    watch::may(cx, person, side, Action::AskExtraCare)?;
    let sql = "UPDATE care_extra SET state = 'ended', ended_at = $1, version = version + 1 WHERE id = $2 AND person_id = $3 \
               AND district_id = $4 AND state IN ('asked', 'accepted')";
    if cx.execute(sql, params![cx.now, id, person, cx.district()])? == 0 {
        return Err(store::Error::NotFound.into());
    }
    cx.record("care.extra_ended", "person", person.0, &json!({ "extra": id }))?;
    cx.signal(CHANGED, person.0);
    Ok(())
}

/// Everything about one person, the latest first. One entry of the log.
pub fn of_person(cx: &mut Cx<'_>, person: PersonId, side: Side) -> Result<Vec<Extra>> {
    watch::may(cx, person, side, Action::ViewExtraCare)?;
    cx.record_read("person", person.0, &["extra_care"])?;
    let sql = format!(
        "SELECT {COLUMNS} FROM care_extra WHERE person_id = $1 AND district_id = $2 ORDER BY asked_at DESC, id DESC LIMIT 20"
    );
    let rows = cx.query(&sql, params![person, cx.district()])?;
    rows.iter().map(|row| read(cx, row, true)).collect()
}

/// Where whoever asks works: what waits for an answer, then what runs, the nearest end first. Without reasons.
pub fn list(cx: &mut Cx<'_>) -> Result<Vec<ExtraLine>> {
    // What lapsed within a week is shown, so that it is not forgotten.
    let since = day_of(cx.now.plus_days(-7));
    let mut out = which(cx, "state = 'asked'", None)?;
    out.extend(which(cx, "state IN ('accepted', 'lapsed') AND until_day >= $2", Some(since))?);
    Ok(out)
}

/// How many wait for an answer there: for the side list.
pub fn waiting(cx: &mut Cx<'_>) -> Result<usize> {
    Ok(which(cx, "state = 'asked'", None)?.len())
}

/// Lines of one list, at most.
const MOST: usize = 500;

/// `states` asks for the day as `$2`, where there is one.
fn which(cx: &mut Cx<'_>, states: &str, day: Option<Date>) -> Result<Vec<ExtraLine>> {
    require_somewhere(&cx.actor, Action::ViewExtraCare)?;
    let sql = format!(
        "SELECT {COLUMNS} FROM care_extra WHERE district_id = $1 AND {states} ORDER BY until_day, asked_at, id"
    );
    let mut values = params![cx.district()].to_vec();
    values.extend(day.map(|d| store::Value::from(d.to_string())));
    let rows = cx.query(&sql, &values)?;
    let mut reach = Reach::new(cx, Action::ViewExtraCare)?;
    let mut out = Vec::new();
    for chunk in rows.chunks(MOST) {
        let people = chunk.iter().map(|r| r.id("person_id")).collect::<std::result::Result<Vec<PersonId>, _>>()?;
        reach.read(cx, &people)?;
        for (row, person) in chunk.iter().zip(people) {
            if let Some(here) = reach.of(cx, person) {
                out.push(ExtraLine { extra: read(cx, row, false)?, areas: here.areas });
            }
        }
        if out.len() >= MOST {
            out.truncate(MOST);
            break;
        }
    }
    Ok(out)
}

/// For the copy of their own data.
pub(crate) fn kept(cx: &mut Cx<'_>, person: PersonId, out: &mut persons::Kept) -> Result<()> {
    let sql =
        format!("SELECT {COLUMNS} FROM care_extra WHERE person_id = $1 AND district_id = $2 ORDER BY asked_at, id");
    for row in &cx.query(&sql, params![person, cx.district()])? {
        let extra = read(cx, row, true)?;
        out.push(("extra", "what", extra.what.code().to_owned()));
        out.push(("extra", "why", extra.reason.map(|r| r.code().to_owned()).unwrap_or_default()));
        out.push(("extra", "at", extra.asked_at.rfc3339()));
        out.push(("extra", "until", extra.until.map(|d| d.to_string()).unwrap_or_default()));
    }
    Ok(())
}

/// The end of somebody's care: nothing is asked or given any more, and why goes.
pub(crate) fn end_all(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    let rows = cx.query("SELECT id FROM care_extra WHERE person_id = $1", params![person])?;
    let ids = rows.iter().map(|r| r.uuid("id")).collect::<std::result::Result<Vec<Uuid>, _>>()?;
    cx.destroy_subject_keys(KeyClass::Text, &ids)?;
    let sql = "UPDATE care_extra SET state = 'ended', ended_at = COALESCE(ended_at, $1), sealed = NULL, version = version + 1 \
               WHERE person_id = $2";
    cx.execute(sql, params![cx.now, person])?;
    Ok(())
}

/// The record was erased.
pub(crate) fn erase(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    cx.execute("DELETE FROM care_extra WHERE person_id = $1", params![person])?;
    Ok(())
}
