//! What is agreed to beyond the parts of the record: that the outer part may be searched, that a finder may read how to
//! approach. Withdrawing takes effect in the same transaction (R7); whoever refused is not asked again for a year.

use crate::model::plan::Consented;
use crate::{Error, Result};
use kernel::Moment;
use kernel::ids::PersonId;
use people::app::consents::{self as agreed, Answer, By, REVIEW_DAYS, Speaker, Standing, Way, fits, settled};
use people::app::joins::{Pair, clash};
use people::app::persons::{self, For};
use people::app::voices::{self, Said, Voice, weigh};
use people::model::GuardianId;
use people::policy::Action;
use serde_json::json;
use store::{Cx, KeyClass, NewJob, params};
use uuid::Uuid;

/// The job of the day of review.
pub const REVIEW: &str = "care.consent_review";

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

/// Where it stands now; where several speak, the narrower answer.
pub fn standing(cx: &mut Cx<'_>, person: PersonId, what: Consented) -> Result<Standing> {
    Ok(weigh(&said(cx, person, what)?, cx.now))
}

/// Every answer about it, the latest first, as far as it counts.
pub(super) fn said(cx: &mut Cx<'_>, person: PersonId, what: Consented) -> Result<Vec<Said>> {
    let speaking = voices::speaking(cx, person)?;
    let sql = "SELECT answer, given_by, guardian_id, at, review_on, ended_at FROM care_consent WHERE person_id = $1 \
               AND what = $2 AND district_id = $3 ORDER BY at DESC, id DESC";
    let rows = cx.query(sql, params![person, what.code(), cx.district()])?;
    Ok(rows.iter().map(|r| Said::read(r, &speaking)).collect::<std::result::Result<_, store::Error>>()?)
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
    let speaker = Speaker { by: new.by, guardian: new.guardian, witness: &new.witness };
    let (by, guardian, witness) = settled(cx, person, why, speaker)?;
    cx.lock(&format!("care/{person}"))?;
    persons::in_care(cx, person)?;
    let voice = guardian.map_or(Voice::Elder, Voice::Guardian);
    fits(&said(cx, person, new.what)?, voice, new.answer, new.by_themselves, cx.now)?;
    // A no ends every yes; a yes of somebody only what they said before.
    let only = (new.answer == Answer::Given).then_some((by, guardian));
    end(cx, person, new.what, (by.code(), new.way.code()), only)?;
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
            by.code(),
            guardian,
            new.way.code(),
            sealed,
            cx.now,
            new.review_on,
            cx.actor.log_name()
        ],
    )?;
    if new.answer == Answer::Given {
        let payload = json!({ "consent": id });
        cx.enqueue(NewJob { kind: REVIEW, key: id.to_string(), run_at: new.review_on, payload })?;
    }
    let holds = in_force(cx, person, new.what)?;
    settle(cx, person, new.what, holds)?;
    let payload = json!({
        "part": new.what.code(), "answer": new.answer.code(), "by": by.code(), "guardian": guardian, "consent": id,
    });
    cx.record("consent.recorded", "person", person.0, &payload)?;
    Ok(id)
}

/// It is agreed to no longer: from this transaction on nothing uses it.
pub fn withdraw(cx: &mut Cx<'_>, person: PersonId, why: &For, what: Consented, by: By, way: Way) -> Result<()> {
    persons::may(cx, person, why, Action::WithdrawConsent)?;
    cx.lock(&format!("care/{person}"))?;
    if !end(cx, person, what, (by.code(), way.code()), None)? {
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
        // A second record of theirs that was joined into this one may hold the same.
        Consented::Identification => {
            persons::joined_with(cx, person)?.into_iter().try_for_each(|p| super::plan::erase_outer(cx, p))
        }
        Consented::Photo if !given => {
            persons::joined_with(cx, person)?.into_iter().try_for_each(|p| super::photo::erase(cx, p))
        }
        // Asked at each scan and each look.
        Consented::Approach | Consented::Photo | Consented::PhotoCard => Ok(()),
    }
}

/// Ends what was agreed to: everything, or what one voice said.
fn end(
    cx: &mut Cx<'_>,
    person: PersonId,
    what: Consented,
    (by, way): (&str, &str),
    only: Option<(By, Option<GuardianId>)>,
) -> Result<bool> {
    let mut sql =
        "UPDATE care_consent SET ended_at = $1, ended_by = $2, ended_channel = $3 WHERE person_id = $4 AND what = $5 \
                   AND district_id = $6 AND answer = 'given' AND ended_at IS NULL"
            .to_owned();
    let mut values = params![cx.now, by, way, person, what.code(), cx.district()].to_vec();
    if let Some((by, guardian)) = only {
        sql.push_str(" AND given_by = $7");
        values.push(by.code().into());
        if let Some(id) = guardian {
            sql.push_str(" AND guardian_id = $8");
            values.push(id.into());
        }
    }
    Ok(cx.execute(&sql, &values)? > 0)
}

/// Where one of two records of one person has a no, every yes of both ends before the answers stand together.
pub(super) fn narrow(cx: &mut Cx<'_>, pair: Pair) -> Result<()> {
    for what in clashing(cx, pair, clash)? {
        for person in pair.both() {
            if end(cx, person, what, ("join", "join"), None)? {
                settle(cx, person, what, false)?;
            }
        }
    }
    Ok(())
}

/// What one of them says no to and the other agreed to.
pub(super) fn narrowed(cx: &mut Cx<'_>, pair: Pair) -> Result<Vec<Consented>> {
    const fn given(standing: Standing) -> bool {
        matches!(standing, Standing::Given { .. })
    }
    clashing(cx, pair, |one, other| clash(one, other) && (given(one) || given(other)))
}

fn clashing(cx: &mut Cx<'_>, pair: Pair, which: fn(Standing, Standing) -> bool) -> Result<Vec<Consented>> {
    let mut out = Vec::new();
    for what in Consented::ALL {
        if which(standing(cx, pair.kept, *what)?, standing(cx, pair.away, *what)?) {
            out.push(*what);
        }
    }
    Ok(out)
}

/// What they were agreed for is over.
pub(super) fn end_all(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    for what in Consented::ALL {
        end(cx, person, *what, ("care", "care"), None)?;
    }
    Ok(())
}

/// The day of review has come: if it still stands, whoever looks after the area gets the task to ask, as for the parts of the
/// record.
pub(crate) fn review(cx: &mut Cx<'_>, consent: Uuid) -> Result<()> {
    let sql = "SELECT person_id, what FROM care_consent WHERE id = $1 AND district_id = $2 AND answer = 'given' \
               AND ended_at IS NULL AND review_on <= $3";
    let Some(row) = cx.query_opt(sql, params![consent, cx.district(), cx.now])? else { return Ok(()) };
    let (person, what): (PersonId, String) = (row.id("person_id")?, row.text("what")?);
    if !people::app::persons::exists(cx, person)? || persons::in_care(cx, person).is_err() {
        return Ok(());
    }
    Ok(agreed::ask_again(cx, consent, person, &what)?)
}
