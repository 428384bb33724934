//! Enrolled elders who may be meant (L3): ranked by what is seen of the elder, with the evidence for each, never filtered. Only those
//! who agreed to be searched; each one shown is an entry of the log. Nothing of it is stored (R8).

use super::case::{self, open};
use super::entries;
use crate::error::Result;
use crate::model::{Scene, State};
use kernel::Point;
use kernel::ids::{CaseId, PersonId};
use people::policy::Action;
use std::collections::HashMap;
use store::{Cx, KeyClass, params};

/// Most that are shown (L3).
const SHOWN: usize = 8;

/// Somebody who may be meant, with no more than tells them apart.
#[derive(Clone, PartialEq)]
pub struct Candidate {
    pub person: PersonId,
    pub name: String,
    pub birth_year: Option<i16>,
    /// Probability, 0 to 1.
    pub p: f64,
    /// What speaks for them and against, in bits, the strongest first.
    pub evidence: Vec<identify::Evidence>,
    /// The open case in which the family misses them.
    pub missed_in: Option<CaseId>,
}

/// Never printed by accident.
impl std::fmt::Debug for Candidate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Candidate").field("p", &self.p).finish_non_exhaustive()
    }
}

/// Who may be meant.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Candidates {
    /// Those whom a family misses now first, then the others; each by probability.
    pub shown: Vec<Candidate>,
    /// Probability that the elder is nobody of those enrolled.
    pub not_registered: f64,
    /// How many were looked through.
    pub enrolled: usize,
}

/// Looks through all who agreed to it.
pub fn candidates(cx: &mut Cx<'_>, case: CaseId) -> Result<Candidates> {
    let (c, _) = open(cx, case, Action::IdentifyCase)?;
    let scene: Scene = entries::part(cx, case, "scene", KeyClass::Text)?.unwrap_or_default();
    let point: Option<(f64, f64)> = entries::part(cx, case, "place", KeyClass::Location)?;
    let place = point.and_then(|(lon, lat)| Point::new(lon, lat).ok());
    let year = i32::from(c.opened_at.zoned(&kernel::time::shanghai()).year());
    let seen = scene.described.sighting(year, place);
    let lost = times_lost(cx)?;
    let missed = missed(cx)?;
    let (ids, registered): (Vec<PersonId>, Vec<identify::Registered>) = care::app::plan::outer_near(cx, &[])?
        .into_iter()
        .map(|(id, r)| (id, identify::Registered { times_lost: Some(lost.get(&id).copied().unwrap_or(0)), ..r }))
        .unzip();
    let enrolled = registered.len();
    let index = identify::Index::new(registered);
    let answer = index.identify(&identify::Profile::default(), &seen, enrolled);
    let mut ranked: Vec<_> = answer.candidates.into_iter().filter_map(|c| Some((*ids.get(c.person)?, c))).collect();
    // Whom a family misses comes first, whatever was seen; within each group by probability, as the engine sorted them.
    ranked.sort_by_key(|(id, _)| !missed.contains_key(id));
    ranked.truncate(SHOWN);
    let people: Vec<PersonId> = ranked.iter().map(|(id, _)| *id).collect();
    let known = people::app::persons::known_of(cx, &people)?;
    let mut out = Candidates { not_registered: answer.not_registered, enrolled, ..Candidates::default() };
    for (person, c) in ranked {
        let Some(k) = known.get(&person) else { continue };
        cx.record_read("person", person.0, &["candidate", "name", "birth_year"])?;
        out.shown.push(Candidate {
            person,
            name: k.name.clone(),
            birth_year: k.birth_year,
            p: c.p,
            evidence: c.evidence,
            missed_in: missed.get(&person).copied().filter(|other| *other != case),
        });
    }
    Ok(out)
}

/// How often each was lost in the last year, counted from the cases.
fn times_lost(cx: &mut Cx<'_>) -> Result<HashMap<PersonId, u32>> {
    let sql = "SELECT person_id, COUNT(*) AS n FROM lost_case WHERE district_id = $1 AND person_id IS NOT NULL AND opened_at > $2 \
               AND (outcome IS NULL OR outcome NOT IN ('not_lost', 'duplicate')) GROUP BY person_id";
    let rows = cx.query(sql, params![cx.district(), cx.now.plus_days(-365)])?;
    rows.iter().map(|r| Ok((r.id("person_id")?, u32::try_from(r.i64("n")?).unwrap_or(0)))).collect()
}

/// Whom a family misses now.
fn missed(cx: &mut Cx<'_>) -> Result<HashMap<PersonId, CaseId>> {
    let sql = format!(
        "SELECT {} FROM lost_case c WHERE c.district_id = $1 AND c.is_open = $2 AND c.person_id IS NOT NULL",
        case::COLUMNS
    );
    let rows = cx.query(&sql, params![cx.district(), true])?;
    let mut out = HashMap::new();
    for r in &rows {
        let c = case::read(r)?;
        if let (State::Missing, Some(person)) = (c.state, c.person) {
            out.insert(person, c.id);
        }
    }
    Ok(out)
}
