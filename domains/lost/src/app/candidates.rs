//! Enrolled elders who may be meant (L3): ranked by what is seen of the elder, with the evidence for each, never filtered. Only those
//! who agreed to be searched; each one shown is an entry of the log. Nothing of it is stored (R8).

use super::case::{self, open};
use super::entries;
use crate::error::Result;
use crate::model::{Scene, State};
use care::model::{Haunt, HauntKind};
use kernel::Point;
use kernel::ids::{CaseId, PersonId};
use people::policy::Action;
use std::collections::HashMap;
use store::{Cx, KeyClass, params};

/// Metres up to which a place that the family named is said to be near.
const CLOSE: f64 = 1_000.0;
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
    /// A place that the family named, not far from where the elder is.
    pub close_to: Option<CloseTo>,
    /// The open case in which the family misses them.
    pub missed_in: Option<CaseId>,
}

/// Near what kind of place; which one, and where exactly, says the care plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CloseTo {
    pub kind: HauntKind,
    /// Metres in a straight line, to a hundred.
    pub metres: u32,
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
    let searched = care::app::plan::outer_near(cx, &[])?;
    let ids: Vec<PersonId> = searched.iter().map(|(id, _)| *id).collect();
    // Without a place nothing compares with them, and they stay sealed.
    let places = if place.is_some() { care::app::plan::places_of(cx, &ids)? } else { HashMap::new() };
    let registered =
        searched.into_iter().map(|(id, r)| with_places(r, places.get(&id), lost.get(&id).copied())).collect::<Vec<_>>();
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
        let close_to = place.and_then(|place| close_to(place, places.get(&person)?));
        let read = ["candidate", "name", "birth_year", "haunts"];
        cx.record_read("person", person.0, read.get(..if close_to.is_some() { 4 } else { 3 }).unwrap_or(&read))?;
        out.shown.push(Candidate {
            person,
            name: k.name.clone(),
            birth_year: k.birth_year,
            p: c.p,
            evidence: c.evidence,
            close_to,
            missed_in: missed.get(&person).copied().filter(|other| *other != case),
        });
    }
    Ok(out)
}

/// What is compared: the record, and the places that the family named.
fn with_places(r: identify::Registered, places: Option<&Vec<Haunt>>, lost: Option<u32>) -> identify::Registered {
    let of = |home: bool| {
        let all = places.into_iter().flatten().filter(move |h| (h.kind() == HauntKind::Home) == home);
        all.filter_map(Haunt::point)
    };
    identify::Registered {
        home: r.home.or_else(|| of(true).next()),
        named: of(false).collect(),
        times_lost: Some(lost.unwrap_or(0)),
        ..r
    }
}

fn close_to(place: Point, places: &[Haunt]) -> Option<CloseTo> {
    let named = places.iter().filter(|h| h.kind() != HauntKind::Home);
    let away = named.filter_map(|h| Some((h.kind(), h.point()?.distance_m(place))));
    let (kind, m) = away.min_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, m)| *m <= CLOSE)?;
    Some(CloseTo { kind, metres: ((m / 100.0).round() as u32 * 100).max(100) })
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
