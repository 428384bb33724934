//! Agreeing that somebody's places are kept and shown (R7), of its own kind beside the parts of the record. Each speaks for themselves;
//! the committee decides where guardians disagree.

use super::circle::may_change;
use super::{line, permits};
use crate::model::Weighed;
use crate::{Error, Result, events};
use kernel::Moment;
use kernel::ids::PersonId;
use people::app::consents::{self as agreed, Aim, Answer, By, REVIEW_DAYS, Speaker, Way, settled};
use people::app::persons::{self, For};
use people::app::voices::{self, Said, Voice, last_of};
use people::model::GuardianId;
use people::policy::Action;
use serde_json::json;
use store::{Cx, KeyClass, NewJob, params};
use uuid::Uuid;

/// What it is called where somebody is to be asked again.
const WHAT: &str = "locator";

/// What somebody answered when asked, or came to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewConsent {
    pub answer: Answer,
    pub by: By,
    /// Which guardian, when one spoke.
    pub guardian: Option<GuardianId>,
    pub aim: Aim,
    pub way: Way,
    /// Who was there when it was said.
    pub witness: String,
    pub review_on: Moment,
    /// They came by themselves: a refusal does not stand in the way.
    pub by_themselves: bool,
}

/// Where it stands, for a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stands {
    pub weighed: Weighed,
    /// What whoever looks said last; none: nothing yet.
    pub mine: Option<Answer>,
    pub since: Option<Moment>,
    pub review_on: Option<Moment>,
}

/// Every answer, the latest first, as far as it counts.
pub(super) fn said(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<Said>> {
    let speaking = voices::speaking(cx, person)?;
    let sql = "SELECT answer, given_by, guardian_id, at, review_on, ended_at FROM locator_consent WHERE person_id = $1 \
               AND district_id = $2 ORDER BY at DESC, id DESC";
    let rows = cx.query(sql, params![person, cx.district()])?;
    Ok(rows.iter().map(|r| Said::read(r, &speaking)).collect::<std::result::Result<_, store::Error>>()?)
}

/// Where it stands for one voice, for whoever has asked the policy.
pub(super) fn stands(cx: &mut Cx<'_>, person: PersonId, me: Voice) -> Result<Stands> {
    let all = said(cx, person)?;
    let mine = last_of(&all, me).map(|s| if s.ended_at.is_some() { Answer::Refused } else { s.answer });
    let weighed = permits::permit(cx, person)?.map_or(Weighed::NotAsked, |p| p.weighed);
    let yes = all.iter().find(|s| s.answer == Answer::Given && s.ended_at.is_none());
    Ok(Stands { weighed, mine, since: permits::changed_at(cx, person)?, review_on: yes.map(|s| s.review_on) })
}

/// Takes down an answer. A no stops the next position in this transaction; what was kept is erased, unless another guardian's yes
/// stands against it and the committee has to decide.
///
/// # Errors
/// When it may not be recorded for this purpose, or somebody was asked who is not to be asked.
pub fn record(cx: &mut Cx<'_>, person: PersonId, why: &For, new: &NewConsent) -> Result<Uuid> {
    may_change(cx, person, why, Action::RecordConsent)?;
    write(cx, person, why, new)
}

/// It is agreed to no longer: as [`record`] with a no of somebody who came by themselves.
pub fn withdraw(
    cx: &mut Cx<'_>,
    person: PersonId,
    why: &For,
    (by, guardian): (By, Option<GuardianId>),
    way: Way,
    witness: &str,
) -> Result<Uuid> {
    may_change(cx, person, why, Action::WithdrawConsent)?;
    let new = NewConsent {
        answer: Answer::Refused,
        by,
        guardian,
        aim: Aim::Care,
        way,
        witness: witness.to_owned(),
        review_on: cx.now.plus_days(365),
        by_themselves: true,
    };
    write(cx, person, why, &new)
}

fn write(cx: &mut Cx<'_>, person: PersonId, why: &For, new: &NewConsent) -> Result<Uuid> {
    if new.review_on <= cx.now || new.review_on > cx.now.plus_days(REVIEW_DAYS) {
        return Err(Error::Invalid { field: "review_on", why: "range" });
    }
    let speaker = Speaker { by: new.by, guardian: new.guardian, witness: &new.witness };
    let (by, guardian, witness) = settled(cx, person, why, speaker)?;
    let voice = guardian.map_or(Voice::Elder, Voice::Guardian);
    fits(&said(cx, person)?, voice, new, cx.now)?;
    let sql = "UPDATE locator_consent SET ended_at = $1 WHERE person_id = $2 AND district_id = $3 AND given_by = $4 \
               AND answer = 'given' AND ended_at IS NULL AND (guardian_id = $5 OR guardian_id IS NULL)";
    let mine = guardian.map_or(Uuid::nil(), |g| g.0);
    cx.execute(sql, params![cx.now, person, cx.district(), by.code(), mine])?;
    let id: Uuid = cx.new_id();
    let sealed = cx.seal(KeyClass::Text, id, witness.as_bytes())?;
    cx.execute(
        "INSERT INTO locator_consent (id, district_id, person_id, answer, given_by, guardian_id, purpose, channel, witness, at, \
         review_on, written_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            id,
            cx.district(),
            person,
            new.answer.code(),
            by.code(),
            guardian,
            new.aim.code(),
            new.way.code(),
            sealed,
            cx.now,
            new.review_on,
            cx.actor.log_name()
        ],
    )?;
    if new.answer == Answer::Given {
        let payload = json!({ "consent": id });
        cx.enqueue(NewJob { kind: events::REVIEW, key: id.to_string(), run_at: new.review_on, payload })?;
    }
    let payload =
        json!({ "part": WHAT, "answer": new.answer.code(), "by": by.code(), "guardian": guardian, "consent": id });
    cx.record("consent.recorded", "person", person.0, &payload)?;
    permits::settle(cx, person)?;
    Ok(id)
}

/// May this answer be written beside those that are there? One's own no is respected for a year; another guardian's is no reason not
/// to hear this one.
fn fits(all: &[Said], voice: Voice, new: &NewConsent, now: Moment) -> Result<()> {
    let Some(mine) = last_of(all, voice) else { return Ok(()) };
    let stands = mine.answer == Answer::Given && mine.ended_at.is_none();
    if new.answer == Answer::Given && stands && now < mine.review_on {
        return Err(Error::Refused("agreed-already"));
    }
    let no_since = mine.ended_at.unwrap_or(mine.at);
    if !stands && !new.by_themselves && now < no_since.plus_days(agreed::RESPECT_DAYS) {
        return Err(Error::Refused("not-to-be-asked"));
    }
    Ok(())
}

/// What the committee decided where guardians disagree, with its reasons. The wearer's own no stands above it.
///
/// # Errors
/// When it may not be decided for this purpose, or nobody disagrees.
pub fn decide(cx: &mut Cx<'_>, person: PersonId, why: &For, answer: Answer, words: &str) -> Result<Uuid> {
    may_change(cx, person, why, Action::DecideLocator)?;
    let account = cx.actor.account_id().ok_or(store::Error::NotFound)?;
    let weighed = permits::permit(cx, person)?.map_or(Weighed::NotAsked, |p| p.weighed);
    let decided = permits::decision(cx, person)?.is_some();
    if weighed != Weighed::Disagreed && !decided {
        return Err(Error::Refused("nobody-disagrees"));
    }
    let words = line("words", words, 600)?;
    let id: Uuid = cx.new_id();
    let sealed = cx.seal(KeyClass::Text, id, words.as_bytes())?;
    cx.execute(
        "INSERT INTO locator_decision (id, district_id, person_id, answer, words, at, by_account) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![id, cx.district(), person, answer.code(), sealed, cx.now, account],
    )?;
    cx.record("locator.decided", "person", person.0, &json!({ "decision": id, "answer": answer.code() }))?;
    permits::settle(cx, person)?;
    Ok(id)
}

/// The day of review has come: if it still stands, whoever looks after the area gets the task to ask.
pub(crate) fn review(cx: &mut Cx<'_>, consent: Uuid) -> Result<()> {
    let sql = "SELECT person_id FROM locator_consent WHERE id = $1 AND district_id = $2 AND answer = 'given' \
               AND ended_at IS NULL AND review_on <= $3";
    let Some(row) = cx.query_opt(sql, params![consent, cx.district(), cx.now])? else { return Ok(()) };
    let person: PersonId = row.id("person_id")?;
    if !persons::exists(cx, person)? || persons::in_care(cx, person).is_err() {
        return Ok(());
    }
    Ok(agreed::ask_again(cx, consent, person, WHAT)?)
}

/// Consents that nobody was asked about again end as if they had been withdrawn (R7); answers how many were looked at.
pub(crate) fn lapse(cx: &mut Cx<'_>, (from, before): (Moment, Moment), limit: i64) -> Result<i64> {
    let sql =
        format!("SELECT id, person_id FROM locator_consent WHERE {} ORDER BY id LIMIT $4", crate::retention::LAPSED);
    let rows = cx.query(&sql, params![cx.district(), from, before, limit])?;
    for row in &rows {
        let (person, id): (PersonId, Uuid) = (row.id("person_id")?, row.uuid("id")?);
        cx.execute("UPDATE locator_consent SET ended_at = $1 WHERE id = $2", params![cx.now, id])?;
        cx.record("consent.lapsed", "person", person.0, &json!({ "part": WHAT, "consent": id }))?;
        permits::settle(cx, person)?;
    }
    Ok(i64::try_from(rows.len()).unwrap_or(i64::MAX))
}
