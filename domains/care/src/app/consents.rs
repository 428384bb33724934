//! What is agreed to beyond the parts of the record: that the outer part may be searched, that a finder may read how to
//! approach. Withdrawing takes effect in the same transaction (R7); whoever refused is not asked again for a year.

use super::line;
use crate::model::plan::Consented;
use crate::{Error, Result};
use kernel::Moment;
use kernel::ids::PersonId;
use people::app::consents::{Answer, By, RESPECT_DAYS, REVIEW_DAYS, Standing, Way};
use people::app::persons::{self, For};
use people::model::GuardianId;
use people::policy::Action;
use serde_json::json;
use store::{Cx, KeyClass, params};
use uuid::Uuid;

/// What somebody answered when asked, or came to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewConsent {
    pub what: Consented,
    pub answer: Answer,
    pub by: By,
    /// Which guardian, when one spoke.
    pub guardian: Option<GuardianId>,
    pub way: Way,
    /// Who was there when it was said.
    pub witness: String,
    pub review_on: Moment,
    /// They came by themselves: a refusal does not stand in the way.
    pub by_themselves: bool,
}

/// Is it agreed to now? Asked in the transaction that uses it; nothing keeps a copy of the answer.
pub fn in_force(cx: &mut Cx<'_>, person: PersonId, what: Consented) -> Result<bool> {
    Ok(matches!(standing(cx, person, what)?, Standing::Given { .. }))
}

/// Where it stands now.
pub fn standing(cx: &mut Cx<'_>, person: PersonId, what: Consented) -> Result<Standing> {
    let sql = "SELECT answer, at, review_on, ended_at FROM care_consent WHERE person_id = $1 AND what = $2 \
               AND district_id = $3 ORDER BY at DESC, id DESC LIMIT 1";
    let Some(row) = cx.query_opt(sql, params![person, what.code(), cx.district()])? else {
        return Ok(Standing::NotAsked);
    };
    let ended = row.opt_moment("ended_at")?;
    if row.text("answer")? == Answer::Given.code() && ended.is_none() {
        return Ok(Standing::Given { review_on: row.moment("review_on")? });
    }
    let until = ended.map_or_else(|| row.moment("at"), Ok)?.plus_days(RESPECT_DAYS);
    Ok(if cx.now < until { Standing::Respected { until } } else { Standing::MayAsk })
}

/// Takes down an answer.
///
/// # Errors
/// When it may not be recorded for this purpose, or somebody was asked who is not to be asked.
pub fn record(cx: &mut Cx<'_>, person: PersonId, why: &For, new: &NewConsent) -> Result<Uuid> {
    persons::may(cx, person, why, Action::RecordConsent)?;
    if new.review_on <= cx.now || new.review_on > cx.now.plus_days(REVIEW_DAYS) {
        return Err(Error::Invalid { field: "review_on", why: "range" });
    }
    let witness = line("witness", &new.witness, 60)?;
    if new.by == By::Guardian {
        let all = persons::spoken_for(cx, person)?;
        if !new.guardian.is_some_and(|id| all.iter().any(|g| g.id == id)) {
            return Err(Error::Invalid { field: "guardian", why: "unknown" });
        }
    }
    cx.lock(&format!("care/{person}"))?;
    persons::in_care(cx, person)?;
    match standing(cx, person, new.what)? {
        Standing::Given { review_on } if new.answer == Answer::Given && cx.now < review_on => {
            return Err(Error::Refused("agreed-already"));
        }
        Standing::Respected { .. } if !new.by_themselves => return Err(Error::Refused("not-to-be-asked")),
        _ => {}
    }
    end(cx, person, new.what, new.by.code(), new.way.code())?;
    let id: Uuid = cx.new_id();
    let sealed = cx.seal(KeyClass::Text, id, witness.as_bytes())?;
    cx.execute(
        "INSERT INTO care_consent (id, district_id, person_id, what, answer, given_by, guardian_id, channel, witness, at, \
         review_on, written_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            id,
            cx.district(),
            person,
            new.what.code(),
            new.answer.code(),
            new.by.code(),
            new.guardian.filter(|_| new.by == By::Guardian),
            new.way.code(),
            sealed,
            cx.now,
            new.review_on,
            cx.actor.log_name()
        ],
    )?;
    settle(cx, person, new.what, new.answer == Answer::Given)?;
    let payload = json!({ "part": new.what.code(), "answer": new.answer.code(), "by": new.by.code(), "consent": id });
    cx.record("consent.recorded", "person", person.0, &payload)?;
    Ok(id)
}

/// It is agreed to no longer: from this transaction on nothing uses it.
pub fn withdraw(cx: &mut Cx<'_>, person: PersonId, why: &For, what: Consented, by: By, way: Way) -> Result<()> {
    persons::may(cx, person, why, Action::WithdrawConsent)?;
    cx.lock(&format!("care/{person}"))?;
    if !end(cx, person, what, by.code(), way.code())? {
        return Err(Error::Refused("not-agreed"));
    }
    settle(cx, person, what, false)?;
    let payload = json!({ "part": what.code(), "by": by.code(), "way": way.code() });
    cx.record("consent.withdrawn", "person", person.0, &payload)?;
    cx.signal("consent", person.0);
    Ok(())
}

/// What depends on the answer.
fn settle(cx: &mut Cx<'_>, person: PersonId, what: Consented, given: bool) -> Result<()> {
    match what {
        Consented::Identification if given => {
            let sql = "UPDATE care_plan SET searchable = $1 WHERE person_id = $2 AND outer_part IS NOT NULL";
            cx.execute(sql, params![true, person])?;
            Ok(())
        }
        Consented::Identification => super::plan::erase_outer(cx, person),
        // Asked at each scan.
        Consented::Approach => Ok(()),
    }
}

fn end(cx: &mut Cx<'_>, person: PersonId, what: Consented, by: &str, way: &str) -> Result<bool> {
    let sql = "UPDATE care_consent SET ended_at = $1, ended_by = $2, ended_channel = $3 WHERE person_id = $4 AND what = $5 \
               AND district_id = $6 AND answer = 'given' AND ended_at IS NULL";
    Ok(cx.execute(sql, params![cx.now, by, way, person, what.code(), cx.district()])? > 0)
}

/// What they were agreed for is over.
pub(super) fn end_all(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    for what in Consented::ALL {
        end(cx, person, *what, "care", "care")?;
    }
    Ok(())
}
