//! Several may answer one question: the elder, and each guardian in their own name. Where they disagree the narrower answer
//! holds: one "no" of somebody who speaks now is a no, until that somebody says otherwise or speaks no longer.

use super::consents::{Answer, By, RESPECT_DAYS, Standing};
use crate::Result;
use crate::model::GuardianId;
use kernel::Moment;
use kernel::ids::PersonId;
use std::collections::HashMap;
use store::{Cx, Row, Value, params};

/// Who said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    Elder,
    Guardian(GuardianId),
    /// A guardian who speaks no longer: a yes stays until somebody says no, a no binds nobody.
    Past,
}

/// An answer, as far as it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    pub answer: Answer,
    pub voice: Voice,
    pub at: Moment,
    pub review_on: Moment,
    pub ended_at: Option<Moment>,
}

impl Said {
    /// From `answer`, `given_by`, `guardian_id`, `at`, `review_on` and `ended_at`.
    ///
    /// # Errors
    /// When a column is missing.
    pub fn read(row: &Row, speaking: &[GuardianId]) -> std::result::Result<Self, store::Error> {
        let guardian = row.opt_uuid("guardian_id")?.map(GuardianId);
        Ok(Self {
            answer: Answer::from_code(&row.text("answer")?).unwrap_or(Answer::Refused),
            voice: match (By::from_code(&row.text("given_by")?), guardian) {
                (Some(By::Guardian), Some(id)) if speaking.contains(&id) => Voice::Guardian(id),
                (Some(By::Guardian), _) => Voice::Past,
                _ => Voice::Elder,
            },
            at: row.moment("at")?,
            review_on: row.moment("review_on")?,
            ended_at: row.opt_moment("ended_at")?,
        })
    }
    const fn stands(&self) -> bool {
        matches!(self.answer, Answer::Given) && self.ended_at.is_none()
    }
}

/// Who speaks for somebody now, without their names.
pub fn speaking(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<GuardianId>> {
    let sql = "SELECT id FROM guardian WHERE person_id = $1 AND district_id = $2 AND ended_at IS NULL";
    let rows = cx.query(sql, params![person, cx.district()])?;
    Ok(rows.iter().map(|r| Ok(GuardianId(r.uuid("id")?))).collect::<std::result::Result<_, store::Error>>()?)
}

/// Who speaks for each of several.
pub(super) fn speaking_of(cx: &mut Cx<'_>, people: &[PersonId]) -> Result<HashMap<PersonId, Vec<GuardianId>>> {
    let mut out: HashMap<PersonId, Vec<GuardianId>> = HashMap::new();
    for chunk in people.chunks(200) {
        let sql = format!(
            "SELECT id, person_id FROM guardian WHERE district_id = $1 AND ended_at IS NULL AND person_id IN ({})",
            super::marks(2, chunk.len())
        );
        let mut values = params![cx.district()].to_vec();
        values.extend(chunk.iter().copied().map(Value::from));
        for row in &cx.query(&sql, &values)? {
            out.entry(row.id("person_id")?).or_default().push(GuardianId(row.uuid("id")?));
        }
    }
    Ok(out)
}

/// The latest answer of one voice; `all` has the latest first.
pub fn last_of(all: &[Said], voice: Voice) -> Option<&Said> {
    all.iter().find(|s| s.voice == voice)
}

/// What holds; `all` has the latest first.
pub fn weigh(all: &[Said], now: Moment) -> Standing {
    let respected = |since: Moment| {
        let until = since.plus_days(RESPECT_DAYS);
        if now < until { Standing::Respected { until } } else { Standing::MayAsk }
    };
    let no = |s: &&Said| {
        s.answer == Answer::Refused && s.voice != Voice::Past && last_of(all, s.voice).is_some_and(|last| last == *s)
    };
    if let Some(refusal) = all.iter().find(no) {
        return respected(refusal.at);
    }
    match (all.iter().find(|s| s.stands()), all.first()) {
        (Some(yes), _) => Standing::Given { review_on: yes.review_on },
        (None, Some(last)) => respected(last.ended_at.unwrap_or(last.at)),
        (None, None) => Standing::NotAsked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const A: Voice = Voice::Guardian(GuardianId(Uuid::from_u128(1)));
    const B: Voice = Voice::Guardian(GuardianId(Uuid::from_u128(2)));

    fn day(n: i64) -> Moment {
        Moment::from_micros(0).plus_days(n)
    }
    fn said(voice: Voice, answer: Answer, at: i64) -> Said {
        Said { answer, voice, at: day(at), review_on: day(at + 365), ended_at: None }
    }
    fn given(all: &[Said]) -> bool {
        matches!(weigh(all, day(100)), Standing::Given { .. })
    }

    #[test]
    fn one_no_is_a_no_until_who_said_it_says_yes() {
        let (yes, no) = (Answer::Given, Answer::Refused);
        assert!(given(&[said(A, yes, 1)]));
        assert!(!given(&[said(B, no, 2), said(A, yes, 1)]));
        assert!(!given(&[said(A, yes, 3), said(B, no, 2)]), "a later yes of somebody else lifts it not");
        assert!(given(&[said(B, yes, 4), said(A, yes, 3), said(B, no, 2)]));
        assert!(!given(&[said(A, yes, 3), said(Voice::Elder, no, 2)]), "the elder's no is not overruled");
        assert!(given(&[said(A, yes, 3), said(Voice::Past, no, 2)]), "who speaks no longer binds nobody");
    }

    #[test]
    fn after_a_year_it_may_be_asked_and_still_does_not_hold() {
        let all = [said(A, Answer::Given, 3), said(B, Answer::Refused, 2)];
        assert_eq!(weigh(&all, day(2 + RESPECT_DAYS)), Standing::MayAsk);
        assert_eq!(weigh(&[], day(0)), Standing::NotAsked);
        let ended = Said { ended_at: Some(day(9)), ..said(A, Answer::Given, 1) };
        assert_eq!(weigh(&[ended], day(10)), Standing::Respected { until: day(9 + RESPECT_DAYS) });
    }
}
