//! Consent (R7): health and whereabouts are kept only while the person, or a guardian, agrees to it. Withdrawing erases
//! the part in the same transaction. Whoever refuses is not asked again for twelve months°, and nothing else changes.

use super::persons::{For, erase_part, person_facts};
use super::voices::{self, Said, Voice, last_of, weigh};
use super::{allow, line};
use crate::model::person::Part;
use crate::model::{GuardianId, codes};
use crate::policy::Action;
use crate::{Error, Result};
use kernel::Moment;
use kernel::ids::{AreaId, PersonId};
use serde_json::json;
use std::collections::{HashMap, HashSet};
use store::{Cx, KeyClass, NewJob, Value, params};
use uuid::Uuid;

/// Days for which a refusal is respected.
pub const RESPECT_DAYS: i64 = 365;
/// The job of the day of review; `matters` raises a task for whoever looks after the area.
pub const REVIEW: &str = "consent.review";
/// The same for what other crates ask consent for: they look whether it still stands, and enqueue this.
pub const ASK_AGAIN: &str = "consent.ask_again";
/// What is agreed to about health changed: whatever follows from it is looked at again, by `care`.
pub const HEALTH_CHANGED: &str = "consent.health_changed";
/// Longest time until somebody is asked whether it still holds.
pub const REVIEW_DAYS: i64 = 3 * 366;

codes! {
    /// What was said.
    Answer { Given = "given", Refused = "refused" }
}
codes! {
    /// Who said it.
    By { Subject = "subject", Guardian = "guardian" }
}
codes! {
    /// How it came in.
    Way {
        Paper = "paper",
        Counter = "counter",
        Phone = "phone",
        Visit = "visit",
        /// On one's own page; nobody types this for somebody.
        Page = "page",
    }
}
codes! {
    /// What it is for.
    Aim {
        /// Finding somebody who is lost, and getting them home.
        GettingHome = "getting_home",
        /// Visits and daily care.
        Care = "care",
    }
}

/// What somebody answered when asked, or came to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewConsent {
    pub part: Part,
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

/// An answer that was taken down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    pub id: Uuid,
    pub part: Part,
    pub answer: Answer,
    pub by: By,
    pub guardian: Option<GuardianId>,
    pub aim: Aim,
    pub way: Way,
    pub witness: String,
    pub at: Moment,
    pub review_on: Moment,
    pub ended_at: Option<Moment>,
}

/// Where a part stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has been asked.
    NotAsked,
    /// Agreed; to be asked again on that day.
    Given { review_on: Moment },
    /// Refused or withdrawn: not to be asked before that day.
    Respected { until: Moment },
    /// Refused or withdrawn longer ago: may be asked once more.
    MayAsk,
}

/// May this part be kept and used now? Asked in the transaction that uses it; nothing keeps a copy of the answer.
pub fn in_force(cx: &mut Cx<'_>, person: PersonId, part: Part) -> Result<bool> {
    Ok(!part.needs_consent() || matches!(standing(cx, person, part)?, Standing::Given { .. }))
}

/// Of several people those of whom a part may be kept and used now, by the same rules as [`in_force`].
pub fn in_force_of(cx: &mut Cx<'_>, people: &[PersonId], part: Part) -> Result<HashSet<PersonId>> {
    if !part.needs_consent() {
        return Ok(people.iter().copied().collect());
    }
    let speaking = voices::speaking_of(cx, people)?;
    let mut said: HashMap<PersonId, Vec<Said>> = HashMap::new();
    for chunk in people.chunks(200) {
        let sql = format!(
            "SELECT person_id, answer, given_by, guardian_id, at, review_on, ended_at FROM consent WHERE part = $1 \
             AND district_id = $2 AND person_id IN ({}) ORDER BY at DESC, id DESC",
            super::marks(3, chunk.len())
        );
        let mut values = params![part.code(), cx.district()].to_vec();
        values.extend(chunk.iter().copied().map(Value::from));
        for row in &cx.query(&sql, &values)? {
            let person: PersonId = row.id("person_id")?;
            let speaking = speaking.get(&person).map_or(&[][..], Vec::as_slice);
            said.entry(person).or_default().push(Said::read(row, speaking)?);
        }
    }
    let holds = |said: &[Said]| matches!(weigh(said, cx.now), Standing::Given { .. });
    Ok(said.into_iter().filter(|(_, said)| holds(said)).map(|(person, _)| person).collect())
}

/// Where a part stands now; where several speak, the narrower answer.
pub fn standing(cx: &mut Cx<'_>, person: PersonId, part: Part) -> Result<Standing> {
    Ok(weigh(&said(cx, person, part)?, cx.now))
}

/// Every answer about a part, the latest first, as far as it counts; for whoever has asked the policy already.
pub fn said(cx: &mut Cx<'_>, person: PersonId, part: Part) -> Result<Vec<Said>> {
    let speaking = voices::speaking(cx, person)?;
    let sql = "SELECT answer, given_by, guardian_id, at, review_on, ended_at FROM consent WHERE person_id = $1 \
               AND part = $2 AND district_id = $3 ORDER BY at DESC, id DESC";
    let rows = cx.query(sql, params![person, part.code(), cx.district()])?;
    Ok(rows.iter().map(|r| Said::read(r, &speaking)).collect::<std::result::Result<_, store::Error>>()?)
}

/// Who answers: with a letter it is whoever holds it, and nobody is a witness; else what was taken down.
///
/// # Errors
/// A guardian who speaks not, or nobody who was there.
pub fn settled(
    cx: &mut Cx<'_>,
    person: PersonId,
    why: &For,
    new: Speaker<'_>,
) -> Result<(By, Option<GuardianId>, String)> {
    if let For::Letter(holder) = why {
        let by = if holder.guardian.is_some() { By::Guardian } else { By::Subject };
        return Ok((by, holder.guardian, String::new()));
    }
    if new.by == By::Guardian {
        speaks_for(cx, person, new.guardian)?;
    }
    Ok((new.by, new.guardian.filter(|_| new.by == By::Guardian), line("witness", new.witness, 60)?))
}

/// As it was taken down.
#[derive(Debug, Clone, Copy)]
pub struct Speaker<'a> {
    pub by: By,
    pub guardian: Option<GuardianId>,
    pub witness: &'a str,
}

/// May this answer be written beside those that are there?
///
/// # Errors
/// Said already, and not to be asked.
pub fn fits(all: &[Said], voice: Voice, new: Answer, by_themselves: bool, now: Moment) -> Result<()> {
    let mine = last_of(all, voice).filter(|s| s.answer == Answer::Given && s.ended_at.is_none());
    // On the day of review it is said once more.
    if new == Answer::Given && mine.is_some_and(|s| now < s.review_on) {
        return Err(Error::Refused("agreed-already"));
    }
    if matches!(weigh(all, now), Standing::Respected { .. }) && !by_themselves {
        return Err(Error::Refused("not-to-be-asked"));
    }
    Ok(())
}

/// Takes down an answer.
///
/// # Errors
/// When it may not be recorded for this purpose, or somebody was asked who is not to be asked.
pub fn record(cx: &mut Cx<'_>, person: PersonId, why: &For, new: &NewConsent) -> Result<Uuid> {
    let facts = person_facts(cx, Some(person), why)?;
    allow(cx, Action::RecordConsent, &facts)?;
    if !new.part.needs_consent() {
        return Err(Error::Invalid { field: "part", why: "unknown" });
    }
    if new.review_on <= cx.now || new.review_on > cx.now.plus_days(REVIEW_DAYS) {
        return Err(Error::Invalid { field: "review_on", why: "range" });
    }
    let speaker = Speaker { by: new.by, guardian: new.guardian, witness: &new.witness };
    let (by, guardian, witness) = settled(cx, person, why, speaker)?;
    cx.lock(&format!("consent/{person}"))?;
    super::persons::in_care(cx, person)?;
    let voice = guardian.map_or(Voice::Elder, Voice::Guardian);
    fits(&said(cx, person, new.part)?, voice, new.answer, new.by_themselves, cx.now)?;
    // A no ends every yes; a yes of somebody only what they said before.
    let only = (new.answer == Answer::Given).then_some((by, guardian));
    end_of(cx, person, new.part, by, new.way, only)?;
    let id: Uuid = cx.new_id();
    let sealed = cx.seal(KeyClass::Text, id, witness.as_bytes())?;
    cx.execute(
        "INSERT INTO consent (id, district_id, person_id, part, answer, given_by, guardian_id, purpose, channel, witness, \
         at, review_on, written_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        params![
            id,
            cx.district(),
            person,
            new.part.code(),
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
    if new.answer == Answer::Refused {
        erase_part(cx, person, new.part)?;
    } else {
        let payload = json!({ "consent": id });
        cx.enqueue(NewJob { kind: REVIEW, key: id.to_string(), run_at: new.review_on, payload })?;
    }
    let payload = json!({ "part": new.part.code(), "answer": new.answer.code(), "by": by.code(), "guardian": guardian, "consent": id });
    cx.record("consent.recorded", "person", person.0, &payload)?;
    changed(cx, person, new.part)?;
    Ok(id)
}

/// What the elder said when a guardian answered with a letter.
pub fn note_elder(cx: &mut Cx<'_>, person: PersonId, consent: Uuid, said: Option<&str>) -> Result<()> {
    super::links::require_own(cx, person, Action::FollowRecord)?;
    let sql = "UPDATE consent SET elder_said = $1 WHERE id = $2 AND person_id = $3";
    cx.execute(sql, params![said, consent, person])?;
    Ok(())
}

/// It is agreed to no longer: the part is erased now, and with its key every copy of it.
pub fn withdraw(cx: &mut Cx<'_>, person: PersonId, why: &For, part: Part, by: By, way: Way) -> Result<()> {
    let facts = person_facts(cx, Some(person), why)?;
    allow(cx, Action::WithdrawConsent, &facts)?;
    cx.lock(&format!("consent/{person}"))?;
    if !end(cx, person, part, by, way)? {
        return Err(Error::Refused("not-agreed"));
    }
    erase_part(cx, person, part)?;
    let payload = json!({ "part": part.code(), "by": by.code(), "way": way.code() });
    cx.record("consent.withdrawn", "person", person.0, &payload)?;
    changed(cx, person, part)?;
    cx.signal("consent", person.0);
    Ok(())
}

fn changed(cx: &mut Cx<'_>, person: PersonId, part: Part) -> Result<()> {
    if part != Part::Health {
        return Ok(());
    }
    let key = format!("{person}/{}", cx.now.micros());
    Ok(cx.enqueue(NewJob { kind: HEALTH_CHANGED, key, run_at: cx.now, payload: json!({ "person": person }) })?)
}

/// Whom a consent is about whose day of review has come, and where they live; `None`: it was answered or ended meanwhile.
pub fn due_for_review(cx: &mut Cx<'_>, consent: Uuid) -> Result<Option<(PersonId, Part, AreaId)>> {
    let sql = "SELECT c.person_id, c.part, p.area_id FROM consent c JOIN person p ON p.id = c.person_id WHERE c.id = $1 \
               AND c.district_id = $2 AND c.answer = 'given' AND c.ended_at IS NULL AND c.review_on <= $3 \
               AND p.ended_at IS NULL";
    let Some(row) = cx.query_opt(sql, params![consent, cx.district(), cx.now])? else { return Ok(None) };
    let part = Part::from_code(&row.text("part")?);
    Ok(part.map(|part| Ok::<_, store::Error>((row.id("person_id")?, part, row.id("area_id")?))).transpose()?)
}

/// Somebody is to be asked once more whether they still agree to this; once per consent.
pub fn ask_again(cx: &mut Cx<'_>, consent: Uuid, person: PersonId, what: &str) -> Result<()> {
    let payload = json!({ "consent": consent, "person": person, "what": what });
    Ok(cx.enqueue(NewJob { kind: ASK_AGAIN, key: consent.to_string(), run_at: cx.now, payload })?)
}

/// Where somebody in care lives; `None`: in care no longer.
pub fn area_to_ask(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<AreaId>> {
    let sql = "SELECT area_id FROM person WHERE id = $1 AND district_id = $2 AND ended_at IS NULL";
    Ok(cx.query_opt(sql, params![person, cx.district()])?.map(|r| r.id("area_id")).transpose()?)
}

/// What they were agreed for is over: all of them end, and what was kept by them is erased.
pub(super) fn end_all(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    let sql = "UPDATE consent SET ended_at = $1, ended_by = 'care', ended_channel = 'care' WHERE person_id = $2 \
               AND district_id = $3 AND answer = 'given' AND ended_at IS NULL";
    cx.execute(sql, params![cx.now, person, cx.district()])?;
    for part in Part::ALL.iter().filter(|p| p.needs_consent()) {
        erase_part(cx, person, *part)?;
    }
    Ok(())
}

fn end(cx: &mut Cx<'_>, person: PersonId, part: Part, by: By, way: Way) -> Result<bool> {
    end_of(cx, person, part, by, way, None)
}

/// Ends what was agreed to: everything, or what one voice said.
fn end_of(
    cx: &mut Cx<'_>,
    person: PersonId,
    part: Part,
    by: By,
    way: Way,
    only: Option<(By, Option<GuardianId>)>,
) -> Result<bool> {
    let mut sql =
        "UPDATE consent SET ended_at = $1, ended_by = $2, ended_channel = $3 WHERE person_id = $4 AND part = $5 \
                   AND district_id = $6 AND answer = 'given' AND ended_at IS NULL"
            .to_owned();
    let mut values = params![cx.now, by.code(), way.code(), person, part.code(), cx.district()].to_vec();
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

fn speaks_for(cx: &mut Cx<'_>, person: PersonId, guardian: Option<GuardianId>) -> Result<()> {
    let sql = "SELECT 1 AS one FROM guardian WHERE id = $1 AND person_id = $2 AND ended_at IS NULL";
    match guardian {
        Some(id) if cx.query_opt(sql, params![id, person])?.is_some() => Ok(()),
        _ => Err(Error::Invalid { field: "guardian", why: "unknown" }),
    }
}

/// Every answer about this person, the latest first; part of the opened record.
pub fn consents(cx: &mut Cx<'_>, person: PersonId, why: &For) -> Result<Vec<Consent>> {
    let facts = person_facts(cx, Some(person), why)?;
    allow(cx, Action::OpenRecord, &facts)?;
    all_of(cx, person)
}

/// The same, for whoever has asked the policy already.
pub(super) fn all_of(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<Consent>> {
    let sql = "SELECT id, part, answer, given_by, guardian_id, purpose, channel, witness, at, review_on, ended_at \
               FROM consent WHERE person_id = $1 AND district_id = $2 ORDER BY at DESC, id DESC LIMIT 100";
    let rows = cx.query(sql, params![person, cx.district()])?;
    let mut out = Vec::with_capacity(rows.len());
    for r in &rows {
        let id = r.uuid("id")?;
        let code = |column| -> Result<String> { Ok(r.text(column)?) };
        out.push(Consent {
            id,
            part: Part::from_code(&code("part")?).unwrap_or(Part::Health),
            answer: Answer::from_code(&code("answer")?).unwrap_or(Answer::Refused),
            by: By::from_code(&code("given_by")?).unwrap_or(By::Subject),
            guardian: r.opt_uuid("guardian_id")?.map(GuardianId),
            aim: Aim::from_code(&code("purpose")?).unwrap_or(Aim::Care),
            way: Way::from_code(&code("channel")?).unwrap_or(Way::Paper),
            witness: cx.open_text(KeyClass::Text, id, &r.blob("witness")?)?,
            at: r.moment("at")?,
            review_on: r.moment("review_on")?,
            ended_at: r.opt_moment("ended_at")?,
        });
    }
    Ok(out)
}
