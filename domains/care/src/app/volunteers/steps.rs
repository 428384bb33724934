//! The steps of a volunteer, one at a time, each by whoever may.

use super::{Volunteer, lock, may, moved, name_of, of_account, read, row_of, seen_as, visits_of};
use crate::app::visits::day_of;
use crate::app::{seal, words};
use crate::model::volunteer::{
    RefuseWhy, VISITS_TO_MENTOR, VolunteerId, VolunteerState, VolunteerStep, has_long_number,
};
use crate::{Error, Result};
use jiff::civil::Date;
use kernel::ids::AccountId;
use people::app::PasswordHash;
use people::app::volunteers::{Enlist, enlist, release, seated};
use people::policy::{Action, require_somewhere};
use serde_json::json;
use store::{Cx, KeyClass, params};
use uuid::Uuid;

/// Longest term and longest insurance, in days.
const MOST_DAYS: i64 = 3 * 366;

pub(super) fn write_step(cx: &mut Cx<'_>, v: &Volunteer, step: VolunteerStep, to: VolunteerState) -> Result<()> {
    let ended = to.is_over().then_some(cx.now);
    let sql =
        "UPDATE care_volunteer SET state = $1, ended_at = $2, version = version + 1 WHERE id = $3 AND version = $4";
    if cx.execute(sql, params![to.code(), ended, v.id, v.version])? == 0 {
        return Err(Error::Stale { seen: v.version, current: v.version + 1 });
    }
    let id: Uuid = cx.new_id();
    cx.execute(
        "INSERT INTO care_volunteer_step (id, district_id, volunteer_id, at, step, by_account) VALUES ($1, $2, $3, $4, $5, $6)",
        params![id, cx.district(), v.id, cx.now, step.code(), cx.actor.account_id()],
    )?;
    cx.record("volunteer.step", "volunteer", v.id.0, &json!({ "step": step.code(), "to": to.code() }))?;
    moved(cx, v.id);
    Ok(())
}

fn load(cx: &mut Cx<'_>, id: VolunteerId, seen: i64, action: Action) -> Result<Volunteer> {
    require_somewhere(&cx.actor, action)?;
    let area = read(&row_of(cx, id)?)?.area;
    may(cx, area, action)?;
    lock(cx, id)?;
    let v = read(&row_of(cx, id)?)?;
    seen_as(&v, seen)?;
    Ok(v)
}

/// Every step but [`approve`]. `on`: the day of the training; `why`: why somebody is refused.
pub fn step(
    cx: &mut Cx<'_>,
    id: VolunteerId,
    seen: i64,
    step: VolunteerStep,
    on: Option<Date>,
    why: Option<RefuseWhy>,
) -> Result<()> {
    let v = load(cx, id, seen, Action::LeadVolunteers)?;
    let to = v.state.after(step).ok_or(Error::Refused("volunteer-step"))?;
    match step {
        VolunteerStep::Approve => return Err(Error::Refused("volunteer-step")),
        VolunteerStep::Check => {
            let sql = "UPDATE care_volunteer SET checked_by = $1 WHERE id = $2";
            cx.execute(sql, params![cx.actor.account_id(), id])?;
        }
        VolunteerStep::Train => {
            let on = on.ok_or(Error::Invalid { field: "on", why: "missing" })?;
            if on > day_of(cx.now) {
                return Err(Error::Invalid { field: "on", why: "future" });
            }
            cx.execute("UPDATE care_volunteer SET trained_on = $1 WHERE id = $2", params![on.to_string(), id])?;
        }
        VolunteerStep::TakeAlong => {
            if v.mentor.is_none() {
                return Err(Error::Refused("volunteer-no-mentor"));
            }
            if gone(cx, &v)? == 0 {
                return Err(Error::Refused("volunteer-no-visit"));
            }
        }
        VolunteerStep::Promote => {
            if gone(cx, &v)? < VISITS_TO_MENTOR {
                return Err(Error::Refused("volunteer-few-visits"));
            }
        }
        VolunteerStep::Refuse => {
            let why = why.ok_or(Error::Invalid { field: "why", why: "missing" })?;
            cx.execute("UPDATE care_volunteer SET why = $1 WHERE id = $2", params![why.code(), id])?;
        }
        VolunteerStep::Leave => leave(cx, &v)?,
    }
    write_step(cx, &v, step, to)
}

fn gone(cx: &mut Cx<'_>, v: &Volunteer) -> Result<i64> {
    v.account.map_or(Ok(0), |account| visits_of(cx, account))
}

/// What they hold open goes back: visits to come wait for somebody else, the team and its people lose them, and whom they rang is rung by
/// nobody yet, which the list of calls says.
pub(super) fn give_back(cx: &mut Cx<'_>, account: AccountId) -> Result<()> {
    super::duty::drop_open(cx, account)?;
    crate::app::teams::leave_all(cx, account)?;
    crate::app::company::no_caller(cx, account)
}

/// Nobody goes anywhere any more: what was open goes back, the seat is theirs no longer.
fn leave(cx: &mut Cx<'_>, v: &Volunteer) -> Result<()> {
    let Some(account) = v.account else { return Ok(()) };
    give_back(cx, account)?;
    let ground = crate::Ground(places::snapshot(cx)?);
    release(cx, &ground, account, v.area)?;
    Ok(())
}

/// What goes with an approval.
#[derive(Debug, Clone)]
pub struct Approval {
    pub insured_until: Date,
    /// Until when the term runs.
    pub until: Date,
    /// As on the list of seats, e.g. "Volunteer of Guihua Lane".
    pub title: String,
    /// The login of an account they have already.
    pub login: Option<String>,
    pub password: Option<PasswordHash>,
}

/// What the approved takes home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approved {
    pub account: AccountId,
    pub login: String,
    /// The account is new and wants its first password.
    pub made: bool,
}

fn in_range(field: &'static str, today: Date, day: Date) -> Result<()> {
    let days = crate::model::visit_plan::days_between(today, day);
    if day <= today || days > MOST_DAYS { Err(Error::Invalid { field, why: "range" }) } else { Ok(()) }
}

/// Lets them be sent. Never by whoever checked them.
pub fn approve(cx: &mut Cx<'_>, id: VolunteerId, seen: i64, with: &Approval) -> Result<Approved> {
    let v = load(cx, id, seen, Action::ApproveVolunteer)?;
    let to = v.state.after(VolunteerStep::Approve).ok_or(Error::Refused("volunteer-step"))?;
    if v.checked_by.is_some() && v.checked_by == cx.actor.account_id() {
        return Err(Error::Refused("volunteer-own-check"));
    }
    let today = day_of(cx.now);
    in_range("insured", today, with.insured_until)?;
    in_range("until", today, with.until)?;
    let account = match with.login.as_deref().map(str::trim).filter(|l| !l.is_empty()) {
        None => None,
        Some(login) => {
            let found = people::app::accounts::by_login(cx, login)?;
            let found = found.ok_or(Error::Invalid { field: "login", why: "unknown" })?;
            if of_account(cx, found.id)?.is_some() {
                return Err(Error::Refused("volunteer-twice"));
            }
            Some(found.id)
        }
    };
    let row = row_of(cx, id)?;
    let name = name_of(cx, &row)?.ok_or(Error::Store(store::Error::NotFound))?;
    let end =
        with.until.tomorrow().ok().and_then(|d| d.at(0, 0, 0, 0).to_zoned_datetime(kernel::time::shanghai()).ok());
    let ground = crate::Ground(places::snapshot(cx)?);
    let new = Enlist {
        name,
        lang: v.lang,
        area: v.area,
        title: with.title.clone(),
        until: end.as_ref().map(kernel::Moment::from),
        account,
        password: with.password.clone(),
    };
    let (found, login) = enlist(cx, &ground, &new)?;
    let sql = "UPDATE care_volunteer SET account_id = $1, insured_until = $2 WHERE id = $3";
    cx.execute(sql, params![found, with.insured_until.to_string(), id])?;
    write_step(cx, &v, VolunteerStep::Approve, to)?;
    Ok(Approved { account: found, login, made: account.is_none() })
}

/// Until when they are insured on their way; nothing: not any more, and nobody sends them.
pub fn insure(cx: &mut Cx<'_>, id: VolunteerId, seen: i64, until: Option<Date>) -> Result<()> {
    let v = load(cx, id, seen, Action::LeadVolunteers)?;
    if let Some(until) = until {
        in_range("insured", day_of(cx.now), until)?;
    }
    let sql = "UPDATE care_volunteer SET insured_until = $1, version = version + 1 WHERE id = $2";
    cx.execute(sql, params![until.map(|d| d.to_string()), v.id])?;
    cx.record("volunteer.insured", "volunteer", id.0, &json!({ "until": until.map(|d| d.to_string()) }))?;
    moved(cx, id);
    Ok(())
}

/// Who takes them along at first.
pub fn set_mentor(cx: &mut Cx<'_>, id: VolunteerId, seen: i64, mentor: Option<AccountId>) -> Result<()> {
    let v = load(cx, id, seen, Action::LeadVolunteers)?;
    if let Some(mentor) = mentor {
        let knows = super::list::mates(cx, v.area)?.iter().any(|m| m.account == mentor);
        if !knows || v.account == Some(mentor) {
            return Err(Error::Invalid { field: "mentor", why: "unknown" });
        }
    }
    let sql = "UPDATE care_volunteer SET mentor_id = $1, version = version + 1 WHERE id = $2";
    cx.execute(sql, params![mentor, v.id])?;
    cx.record("volunteer.mentor", "volunteer", id.0, &json!({ "mentor": mentor }))?;
    moved(cx, id);
    Ok(())
}

/// Thanks, which the volunteer reads on their own page.
pub fn thank(cx: &mut Cx<'_>, id: VolunteerId, text: &str) -> Result<()> {
    require_somewhere(&cx.actor, Action::LeadVolunteers)?;
    let v = read(&row_of(cx, id)?)?;
    may(cx, v.area, Action::LeadVolunteers)?;
    let text = words("thanks", text, 300)?;
    if text.is_empty() {
        return Err(Error::Invalid { field: "thanks", why: "missing" });
    }
    if has_long_number(&text) {
        return Err(Error::Invalid { field: "thanks", why: "id-number" });
    }
    let word: Uuid = cx.new_id();
    let sealed = seal(cx, KeyClass::Text, word, &text)?;
    cx.execute(
        "INSERT INTO care_volunteer_thanks (id, district_id, volunteer_id, sealed, at, by_account) VALUES ($1, $2, $3, $4, $5, $6)",
        params![word, cx.district(), id, sealed, cx.now, cx.actor.account_id()],
    )?;
    cx.record("volunteer.thanked", "volunteer", id.0, &json!({}))?;
    moved(cx, id);
    Ok(())
}

/// A record for somebody who has a seat of a volunteer since before: they are known, trained and insured until this day.
pub fn list_seated(cx: &mut Cx<'_>, account: AccountId, insured_until: Date, steady: bool) -> Result<VolunteerId> {
    require_somewhere(&cx.actor, Action::ApproveVolunteer)?;
    let all = seated(cx)?;
    let found = all.into_iter().find(|s| s.account == account).ok_or(Error::Store(store::Error::NotFound))?;
    may(cx, found.area, Action::ApproveVolunteer)?;
    in_range("insured", day_of(cx.now), insured_until)?;
    cx.lock(&format!("volunteer-of/{account}"))?;
    if of_account(cx, account)?.is_some() {
        return Err(Error::Refused("volunteer-twice"));
    }
    let id: VolunteerId = cx.new_id();
    let identity = seal(cx, KeyClass::Identity, id.0, &found.name)?;
    let state = if steady { VolunteerState::Steady } else { VolunteerState::Approved };
    cx.execute(
        "INSERT INTO care_volunteer (id, district_id, area_id, state, identity, lang, tongues, skills, week, insured_until, \
         account_id, idem_key, signed_at, version) VALUES ($1, $2, $3, $4, $5, $6, '', '', '', $7, $8, $9, $10, 1)",
        params![
            id,
            cx.district(),
            found.area,
            state.code(),
            identity,
            found.lang.tag(),
            insured_until.to_string(),
            account,
            format!("seated:{account}:{id}"),
            cx.now
        ],
    )?;
    cx.record("volunteer.listed", "volunteer", id.0, &json!({ "account": account, "as": state.code() }))?;
    moved(cx, id);
    Ok(id)
}
